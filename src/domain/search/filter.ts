/**
 * Search: what staff (and partners, of their own) look for among payments, orders, agreements and tokens. filter.ts reads what
 * is asked, keys.ts makes search keys of what nobody may see in an address, *-store.ts holds the SQL, payments.ts, orders.ts
 * and series.ts answer, payment.ts tells all of one payment, export.ts hands on all that is found, row by row.
 *
 * Lists are newest first, a page from where the last one ended (keyset): no page costs more than the first.
 */
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { FINISHED, PAYMENT_STATUSES, type PaymentStatus } from '../initiation/state.ts'
import type { PaymentKind } from '../initiation/store.ts'
import { parseAmount } from '../money.ts'
import { invalid } from '../partners/profile.ts'
import { KEY_FIELDS, type KeyField, readKey } from './keys.ts'

/** As it stands in an address: text, several values with commas between; no personal data, but keys to it (keys.ts). */
export type PaymentQuery = {
  readonly payment_id?: string
  /** `P1-100000001-1`, as banks know it. */
  readonly end_to_end_id?: string
  readonly partner?: string
  readonly status?: string
  readonly kind?: string
  readonly bank?: string
  /** Lei, with a point. */
  readonly amount_from?: string
  readonly amount_to?: string
  /** Days of Bucharest, `yyyy-mm-dd`, both included. */
  readonly from?: string
  readonly to?: string
  readonly reason?: string
} & { readonly [Field in KeyField]?: string }

/** What is looked for, understood. All of it must hold. */
export type PaymentFilter = {
  /** Whose payments; never empty: who looks knows all partners, or is one. */
  readonly partner_ids: readonly number[]
  /** Only of these partners, and not of all there are. */
  readonly of_partners: boolean
  readonly payment_id?: number
  readonly statuses?: readonly PaymentStatus[]
  readonly kinds?: readonly PaymentKind[]
  readonly bank_ids?: readonly string[]
  readonly amount_from_minor?: number
  readonly amount_to_minor?: number
  readonly from?: string
  readonly to?: string
  readonly reason?: string
  readonly keys: { readonly [Field in KeyField]?: Buffer }
}

/** A filter that finds nothing is no fault: the number of another partner, say. */
export const NOTHING = 'nothing'

const KINDS: readonly PaymentKind[] = ['single', 'list', 'item', 'recurring']
/** What a payment that is not finished yet is found under. */
export const OPEN_STANDING = 'OPEN'
export const STANDINGS: readonly string[] = [OPEN_STANDING, ...FINISHED]

/**
 * @param partner_id only of this partner, whatever is asked
 * @throws PunteError FIELD_INVALID
 */
export function readPaymentFilter(
  context: Pick<Context, 'partners'>,
  query: PaymentQuery,
  partner_id?: number,
): PaymentFilter | typeof NOTHING {
  const partners = partnersOf(context, query.partner, partner_id)
  const ids = numbersOf(query)
  if (partners === NOTHING || ids === NOTHING) return NOTHING
  const partner_ids =
    ids.partner_id === undefined ? partners.partner_ids : partners.partner_ids.filter((one) => one === ids.partner_id)
  if (partner_ids.length === 0) return NOTHING
  const amounts = { ...amountOf('amount_from', query.amount_from), ...amountOf('amount_to', query.amount_to) }
  const statuses = listOf('status', query.status, PAYMENT_STATUSES)
  const kinds = listOf('kind', query.kind, KINDS)
  const bank_ids = wordsOf('bank', query.bank)
  const reason = wordsOf('reason', query.reason)?.[0]
  return {
    partner_ids,
    of_partners: partners.of_partners || ids.partner_id !== undefined,
    ...(ids.payment_id !== undefined && { payment_id: ids.payment_id }),
    ...(statuses !== undefined && { statuses }),
    ...(kinds !== undefined && { kinds }),
    ...(bank_ids !== undefined && { bank_ids }),
    ...amounts,
    ...daysOf(query),
    ...(reason !== undefined && { reason }),
    keys: keysOf(query),
  }
}

function keysOf(query: PaymentQuery): PaymentFilter['keys'] {
  const given = KEY_FIELDS.flatMap((field) => {
    const key = query[field]
    return key === undefined || key === '' ? [] : [[field, readKey(field, key)] as const]
  })
  return Object.fromEntries(given)
}

/** @param client_id as asked for; absent or empty: all */
export function partnersOf(
  context: Pick<Context, 'partners'>,
  client_id: string | undefined,
  partner_id: number | undefined,
): { readonly partner_ids: readonly number[]; readonly of_partners: boolean } | typeof NOTHING {
  const all = context.partners.all()
  const asked = client_id === undefined || client_id === '' ? all : all.filter((one) => one.client_id === client_id)
  const own = partner_id === undefined ? asked : asked.filter((one) => one.partner_id === partner_id)
  if (own.length === 0) return NOTHING
  return { partner_ids: own.map((one) => one.partner_id), of_partners: own.length < all.length || all.length === 1 }
}

type Numbers = { readonly payment_id?: number; readonly partner_id?: number }

/** The payment's number, given as such or within the end-to-end reference. */
function numbersOf({ payment_id, end_to_end_id }: PaymentQuery): Numbers | typeof NOTHING {
  const number = payment_id === undefined || payment_id === '' ? undefined : numberOf('payment_id', payment_id)
  if (end_to_end_id === undefined || end_to_end_id === '') return number === undefined ? {} : { payment_id: number }
  const [, partner, payment] = /^P(\d{1,10})-(\d{1,16})-\d{1,3}$/i.exec(end_to_end_id.trim()) ?? []
  if (partner === undefined || payment === undefined) throw invalid('end_to_end_id', 'must be like P1-100000001-1')
  const named = { partner_id: numberOf('end_to_end_id', partner), payment_id: numberOf('end_to_end_id', payment) }
  return number === undefined || number === named.payment_id ? named : NOTHING
}

function numberOf(field: string, text: string): number {
  const number = Number(text.trim())
  if (!/^\d{1,16}$/.test(text.trim()) || !Number.isSafeInteger(number) || number < 1)
    throw invalid(field, 'must be a whole number')
  return number
}

function amountOf(field: 'amount_from' | 'amount_to', text: string | undefined) {
  if (text === undefined || text === '') return {}
  const read = parseAmount(text.trim())
  if (!read.ok) throw invalid(field, 'must be an amount of lei, with a point: 1234.50')
  return { [`${field}_minor`]: read.amount_minor }
}

const MOST_VALUES = 20
const MOST_LETTERS = 80

export function wordsOf(field: string, text: string | undefined): readonly string[] | undefined {
  const words = (text ?? '').split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]))
  if (words.length === 0) return undefined
  if (words.length > MOST_VALUES || words.some((word) => word.length > MOST_LETTERS || word.includes('\0')))
    throw invalid(field, `must be at most ${MOST_VALUES} values of ${MOST_LETTERS} characters`)
  return words
}

export function listOf<T extends string>(
  field: string,
  text: string | undefined,
  known: readonly T[],
): readonly T[] | undefined {
  const words = wordsOf(field, text)
  if (words === undefined) return undefined
  const found = known.filter((one) => words.includes(one))
  if (found.length !== new Set(words).size) throw invalid(field, `must be of ${known.join(', ')}`)
  return found
}

/** Days as asked for, real ones. @throws PunteError FIELD_INVALID */
export function daysOf({ from, to }: { readonly from?: string; readonly to?: string }): {
  readonly from?: string
  readonly to?: string
} {
  const day = (field: 'from' | 'to', text: string | undefined) => {
    if (text === undefined || text === '') return {}
    const is_day = /^20\d\d-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`))
    if (!is_day || new Date(`${text}T00:00:00Z`).toISOString().slice(0, 10) !== text)
      throw invalid(field, 'must be a day: 2030-01-31')
    return { [field]: text }
  }
  return { ...day('from', from), ...day('to', to) }
}

/** The row after which the next page begins: its moment (ISO 8601 with microseconds) and its name. */
export type Place = { readonly at: string; readonly id: string }

export const placeText = ({ at, id }: Place): string => Buffer.from(`${at} ${id}`).toString('base64url')

/** @param ids what its name looks like @throws PunteError FIELD_INVALID */
export function readPlace(text: string | undefined, ids = /^.{1,200}$/s): Place | undefined {
  if (text === undefined || text === '') return undefined
  const [, at, id] =
    /^(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) (.{1,200})$/s.exec(Buffer.from(text, 'base64url').toString('utf8')) ??
    []
  if (at === undefined || id === undefined || id.includes('\0') || !ids.test(id) || !isMoment(at))
    throw invalid('after', 'must be as a list gave it')
  return { at, id }
}

/** The 31st of February parses, as a day of March; the database says that there is none. */
export function isMoment(at: string): boolean {
  const ms = Date.parse(at)
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 19) === at.slice(0, 19)
}

const MOST_ROWS = 200
const ROWS = 50

/** How many rows a page has. @throws PunteError FIELD_INVALID */
export function readLimit(text: string | undefined): number {
  if (text === undefined || text === '') return ROWS
  const limit = numberOf('limit', text)
  if (limit > MOST_ROWS) throw invalid('limit', `must be at most ${MOST_ROWS}`)
  return limit
}

/** What a list hands out. */
export type Found<Row> = {
  readonly rows: readonly Row[]
  /** Asks for the next page; absent: there is none. */
  readonly after?: string
}

export function pageOf<Row>(
  rows: readonly (Row & { readonly place: string })[],
  limit: number,
  idOf: (row: Row) => string,
) {
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  return { shown, ...(last !== undefined && { after: placeText({ at: last.place, id: idOf(last) }) }) }
}

/** Told where a search reads more than it may. */
export const tooWide = (cause: unknown): PunteError => new PunteError('SEARCH_TOO_WIDE', { cause })
