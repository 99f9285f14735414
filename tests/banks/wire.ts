/** What the server and the banks said to each other, held against the Berlin Group's text where the bank claims to speak it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import ajv_formats from 'ajv-formats'
import { type BankId, fetchJson } from '../world/parties.ts'
import { ROOT } from '../world/world.ts'

export type WireMessage = {
  readonly method: string
  readonly target: string
  readonly request_headers: Readonly<Record<string, string>>
  readonly request_body: string
  readonly http_status: number
  readonly body: string
}

const schema = JSON.parse(readFileSync(`${ROOT}sandbox/bank/xs2a/berlin-group-pis.schema.json`, 'utf8')) as {
  readonly $id: string
}
const ajv = new Ajv({ strict: false, allErrors: false })
ajv_formats.default(ajv)
ajv.addSchema(schema)
const compiled = new Map<string, ValidateFunction>()

function assertConforms(definition: string, text: string, what: string): void {
  const validate = compiled.get(definition) ?? ajv.compile({ $ref: `${schema.$id}#/definitions/${definition}` })
  compiled.set(definition, validate)
  const valid: boolean = validate(JSON.parse(text))
  assert.ok(valid, `${what}: ${JSON.stringify(validate.errors)}`)
}

/** Banks whose answers are not the standard's: plain strings for links; XML; statuses that the standard has no word for. */
const OWN_ANSWERS: ReadonlySet<BankId> = new Set<BankId>(['ING', 'BRD'])
/** Banks that want more in a body than the standard has words for, or XML. */
const OWN_ORDERS: ReadonlySet<BankId> = new Set<BankId>(['BCR', 'BRD'])

const ORDERS: Readonly<Record<string, string>> = {
  payments: 'paymentInitiation_json',
  'bulk-payments': 'bulkPaymentInitiation_json',
  'periodic-payments': 'periodicPaymentInitiation_json',
}

/** The last messages of a bank, oldest first. */
export async function messagesOf(bank_url: string): Promise<readonly WireMessage[]> {
  return (await fetchJson<{ messages: WireMessage[] }>(`${bank_url}/sandbox/messages`)).messages
}

/** @returns how many messages were held against the text */
export function assertStandard(bank_id: BankId, messages: readonly WireMessage[]): number {
  let checked = 0
  const hold = (definition: string, text: string, what: string) => {
    assertConforms(definition, text, `${bank_id}, ${what}`)
    checked += 1
  }
  for (const { method, target, request_body, http_status, body } of messages) {
    const [, service = ''] = /\/(payments|bulk-payments|periodic-payments)\/[^/]+$/.exec(target) ?? []
    const order = method === 'POST' ? ORDERS[service] : undefined
    const initiates = order !== undefined
    // A frequency is a word of the bank's own at ING.
    const is_own = OWN_ORDERS.has(bank_id) || (bank_id === 'ING' && service === 'periodic-payments')
    if (initiates && !is_own) hold(order, request_body, 'an order')
    if (OWN_ANSWERS.has(bank_id)) continue
    if (initiates && http_status === 201) hold('paymentInitiationRequestResponse-201', body, 'an initiation')
    if (target.endsWith('/status') && http_status === 200)
      hold('paymentInitiationStatusResponse-200_json', body, 'a status')
  }
  return checked
}

/** A signed message carries what its Signature header says, in the order of the profile. */
export function coveredBy({ request_headers }: WireMessage): readonly string[] {
  return /headers="([^"]*)"/.exec(request_headers.signature ?? '')?.[1]?.split(' ') ?? []
}
