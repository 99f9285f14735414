/** One way through every call, REST or NVP: form, then meaning, then the answer with the caller's correlation id. */
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import type { Authenticated } from './authentication.ts'
import { invalidField, missingField, type Nested, type NestedValue } from './grammar.ts'
import { textAt } from './nested.ts'
import { OPERATION_TABLE, type ServedOperation } from './operations.ts'
import { checkFields } from './validate.ts'

export type Asked = Authenticated & {
  readonly operation: ServedOperation
  readonly version: number
  /** As sent, without credentials, merchant and apiOperation. */
  readonly fields: Nested
}

/** @throws PunteError whatever the operation refuses; a declined payment is an answer */
export async function perform(context: Context, { fields, ...asked }: Asked): Promise<Nested> {
  const { operation, version } = asked
  const checked = checkFields(operation, version, fields)
  const answer = await OPERATION_TABLE[operation].handle(context, { ...asked, fields: checked })
  const correlationId = textAt(checked, 'correlationId')
  return correlationId === undefined ? answer : { ...answer, correlationId }
}

/** Of the interface, but not of Punte: told apart from a slip of the pen. */
const NOT_OFFERED: ReadonlySet<string> = new Set([
  'AUTHENTICATE_PAYER',
  'BALANCE_INQUIRY',
  'CONFIRM_BROWSER_PAYMENT',
  'CREATE_CHECKOUT_SESSION',
  'DISBURSEMENT',
  'INITIATE_AUTHENTICATION',
  'INITIATE_BROWSER_PAYMENT',
  'INITIATE_CHECKOUT',
  'NOTIFY_SCHEDULED_PAYMENT',
  'REFERRAL',
  'TOKENIZE_BROWSER_PAYMENT',
])

/**
 * Which of `possible` a request's apiOperation names. Absent, it is the only one there is.
 * @throws PunteError FIELD_REQUIRED, FIELD_INVALID, FIELD_UNSUPPORTED
 */
export function operationOf(
  named: NestedValue | undefined,
  possible: ReadonlyMap<string, ServedOperation>,
  required: boolean,
): ServedOperation {
  if (named === undefined || named === null || named === '') {
    const [only] = possible.values()
    if (required || only === undefined) throw missingField('apiOperation')
    return only
  }
  const operation = typeof named === 'string' ? possible.get(named) : undefined
  if (operation !== undefined) return operation
  if (typeof named === 'string' && NOT_OFFERED.has(named))
    throw new PunteError('FIELD_UNSUPPORTED', {
      field: 'apiOperation',
      text: `Value '${named}' is unsupported. The operation is not offered.`,
    })
  throw invalidField('apiOperation', named, false, { fault: `It must be one of: ${[...possible.keys()].join(', ')}` })
}
