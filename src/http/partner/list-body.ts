/** The body of initPayment for many payments: `{payments: [...], ...}`, or the list itself. All its faults are told at once. */
import { Type } from 'typebox'
import { type ListFault, ListFaultsError } from '../../domain/errors.ts'
import { type ListRequest, MAX_ITEMS } from '../../domain/initiation/lists/initiate.ts'
import { isRecord } from './bodies.ts'
import { invalid, isAbsent, propertiesOf, readFields, required, type Table } from './fields.ts'
import { COMMON, commonOf, faultsOfCommon, misplacedFlags, RECURRING, TRANSFER, transferOf } from './initiation-body.ts'

/** Faults that are told of one list. */
const MAX_FAULTS = 500

const { psuIntermediarId, ...OWN } = TRANSFER
const LIST = {
  ...COMMON,
  psuIntermediarId,
  batchBookingPreferred: {
    kind: 'flag',
    description: 'True asks the bank to book the list as one sum, where it authorises all of it at once.',
  },
} as const satisfies Table

const ListItem = Type.Object(propertiesOf(TRANSFER), { additionalProperties: true, title: 'ListItem' })
const Items = Type.Array(ListItem, { minItems: 1, maxItems: MAX_ITEMS })
export const ListBody = Type.Object(
  { payments: Items, ...propertiesOf(LIST) },
  { additionalProperties: true, title: 'ListRequest' },
)
export const BareListBody = Type.Array(ListItem, { minItems: 1, maxItems: MAX_ITEMS, title: 'BareListRequest' })

/** Fields of one payment that have no meaning beside a list, those of a list that have none in its payments, and neither. */
const NOT_BESIDE = Object.keys(OWN)
const NOT_INSIDE = Object.keys({ ...COMMON, batchBookingPreferred: 0, payments: 0 })
const NOWHERE = Object.keys(RECURRING)
const ALONE = 'is not for lists: a recurring payment is initiated alone.'
const spellings = new Map<string, readonly string[]>(
  Object.entries({ ...COMMON, ...RECURRING, ...OWN } as Table).map(([name, { aliases }]) => [name, aliases ?? []]),
)

type Json = Readonly<Record<string, unknown>>

/** Whether a body of initPayment is a list. */
export function isList(body: Json | readonly unknown[]): boolean {
  return Array.isArray(body) || !isAbsent((body as Json).payments)
}

/**
 * The list as the domain's request.
 * @param meaning what the domain says of it, asked where the shape has faults already, so that all are told at once
 * @throws ListFaultsError with every fault, `payments[3].amount` being the fourth's
 */
export function toListRequest(
  body: Json | readonly unknown[],
  payment_id: number,
  meaning: (request: ListRequest) => readonly ListFault[] = () => [],
): ListRequest {
  const around: Json = Array.isArray(body) ? {} : (body as Json)
  const payments: unknown = Array.isArray(body) ? body : around.payments
  const faults = misplacedFlags(around)
  faults.push(...present(NOT_BESIDE, around, '', 'belongs into each of payments, not beside them.'))
  faults.push(...present(NOWHERE, around, '', ALONE))
  const read = readFields(LIST, around, faults)
  faults.push(...faultsOfCommon(read, payment_id))
  const items = itemsOf(payments, faults)
  const request = {
    ...commonOf(read),
    ...(read.psuIntermediarId !== undefined && { psu_intermediar_id: read.psuIntermediarId }),
    ...(read.batchBookingPreferred !== undefined && { batch_booking: read.batchBookingPreferred }),
    items,
  }
  if (faults.length === 0) return request
  // Of a field that could not be read, or of a payment that is none, the domain would say that it is missing.
  const told = new Set(faults.map(({ field }) => field))
  const further = meaning(request).filter(({ field }) => !told.has(field) && !told.has(field.replace(/\..*$/, '')))
  throw new ListFaultsError([...faults, ...further].slice(0, MAX_FAULTS))
}

function itemsOf(payments: unknown, faults: ListFault[]): ListRequest['items'] {
  if (!Array.isArray(payments)) {
    faults.push(invalid('payments', 'payments must be a list.'))
    return []
  }
  if (payments.length === 0) faults.push({ ...required('payments'), message: 'The list has no payments.' })
  if (payments.length > MAX_ITEMS) {
    faults.push(invalid('payments', `A list has at most ${MAX_ITEMS} payments.`))
    return []
  }
  return payments.map((payment: unknown, index) => {
    const path = `payments[${index}]`
    if (!isRecord(payment)) {
      faults.push(invalid(path, 'Each of payments must be an object.'))
      return {}
    }
    faults.push(...present(NOT_INSIDE, payment, `${path}.`, 'belongs beside payments, for all of them.'))
    faults.push(...present(NOWHERE, payment, `${path}.`, ALONE))
    return transferOf(readFields(TRANSFER, payment, faults, `${path}.`))
  })
}

function present(names: readonly string[], body: Json, path: string, why: string): ListFault[] {
  return names
    .flatMap((name) => [name, ...(spellings.get(name) ?? [])])
    .filter((name) => !isAbsent(body[name]))
    .map((name) => invalid(`${path}${name}`, `${name} ${why}`))
}
