/** Orders of the card rail: found, and one with its transactions. A card is its brand and, to whom it is shown, four digits. */
import type { Order, OrderStatus, Transaction } from '../cards/model.ts'
import { loadWholeOrder, type StoredTransaction } from '../cards/store.ts'
import type { Context } from '../context.ts'
import { exponentOf } from '../currency.ts'
import { PunteError } from '../errors.ts'
import { maskText } from '../explain/mask.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { invalid } from '../partners/profile.ts'
import { daysOf, type Found, listOf, NOTHING, type Place, pageOf, readLimit, readPlace } from './filter.ts'
import { type FoundOrder, findOrderRows, type OrderFilter, orderPlace } from './order-store.ts'

type Searching = Pick<Context, 'db' | 'partners' | 'merchants'>

const TIMEOUT_MS = 6_000

/** As it stands in an address. */
export type OrderQuery = {
  /** The merchant's id. */
  readonly merchant?: string
  readonly order_id?: string
  readonly status?: string
  readonly currency?: string
  /** In the currency of the order (lei where none is named), with a point. */
  readonly amount_from?: string
  readonly amount_to?: string
  readonly from?: string
  readonly to?: string
  readonly agreement_id?: string
  readonly token_suffix?: string
}

export type OrderLine = Omit<Order, 'partner_id' | 'version_no'> & {
  readonly merchant_id: string
  readonly merchant_name: string
}

const STATUSES: readonly OrderStatus[] = [
  'INITIATED',
  'FAILED',
  'VERIFIED',
  'AUTHORIZED',
  'PARTIALLY_CAPTURED',
  'CAPTURED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
  'CANCELLED',
]

/** @throws PunteError FIELD_INVALID */
export function readOrderFilter(context: Searching, query: OrderQuery): OrderFilter | typeof NOTHING {
  const merchant = query.merchant === undefined || query.merchant === '' ? undefined : query.merchant.trim()
  const named = merchant === undefined ? undefined : context.merchants.byMerchantId(merchant)
  if (merchant !== undefined && named === undefined) return NOTHING
  const partners = named === undefined ? context.partners.all() : [named]
  const partner_ids = partners.flatMap((one) => (context.merchants.byPartnerId(one.partner_id) ? [one.partner_id] : []))
  if (partner_ids.length === 0) return NOTHING
  const statuses = listOf('status', query.status, STATUSES)
  const currency = query.currency === undefined || query.currency === '' ? undefined : query.currency.toUpperCase()
  if (currency !== undefined && exponentOf(currency) === undefined) throw invalid('currency', 'must be of ISO 4217')
  const suffix = query.token_suffix?.trim()
  if (suffix !== undefined && suffix !== '' && !/^[0-9A-Za-z]{4,40}$/.test(suffix))
    throw invalid('token_suffix', 'must be the last 4 characters of a token, or more of them')
  const amounts = {
    ...amountOf('amount_from', query.amount_from, currency ?? 'RON'),
    ...amountOf('amount_to', query.amount_to, currency ?? 'RON'),
  }
  return {
    partner_ids,
    ...idOf('order_id', query.order_id, 40),
    ...idOf('agreement_id', query.agreement_id, 100),
    ...(statuses !== undefined && { statuses }),
    ...(currency !== undefined && { currency }),
    ...(currency === undefined && Object.keys(amounts).length > 0 && { currency: 'RON' }),
    ...amounts,
    ...daysOf(query),
    ...(suffix !== undefined && suffix !== '' && { token_suffix: suffix }),
  }
}

function idOf(field: 'order_id' | 'agreement_id', text: string | undefined, most: number) {
  if (text === undefined || text === '') return {}
  if (text.length > most || text.includes('\0')) throw invalid(field, `must be at most ${most} characters`)
  return { [field]: text }
}

function amountOf(field: 'amount_from' | 'amount_to', text: string | undefined, currency: string) {
  if (text === undefined || text === '') return {}
  const exponent = exponentOf(currency) ?? 2
  const [, whole, decimals = ''] = /^(\d{1,12})(?:\.(\d{1,4}))?$/.exec(text.trim()) ?? []
  if (whole === undefined || decimals.length > exponent) throw invalid(field, 'must be an amount, with a point')
  return { [`${field}_minor`]: Number(whole + decimals.padEnd(exponent, '0')) }
}

type Asked = OrderQuery & { readonly after?: string; readonly limit?: string }

/** @throws PunteError FIELD_INVALID, SEARCH_TOO_WIDE */
export async function searchOrders(context: Searching, query: Asked): Promise<Found<OrderLine>> {
  const filter = readOrderFilter(context, query)
  const limit = readLimit(query.limit)
  const after = readPlace(query.after)
  if (filter === NOTHING) return { rows: [] }
  const rows = await findOrderRows(context, { filter, after, limit: limit + 1 }, TIMEOUT_MS)
  const { shown, ...more } = pageOf(rows, limit, orderPlace)
  return { rows: shown.map((row) => orderLine(context, row)), ...more }
}

const BATCH = 1_000
const BATCH_TIMEOUT_MS = 15_000

/** All orders of a filter, a batch at a time, merchant by merchant; each is read when the one before has been taken. */
export async function* allOrders(context: Searching, filter: OrderFilter): AsyncGenerator<readonly OrderLine[]> {
  for (const partner_id of filter.partner_ids) {
    let after: Place | undefined
    for (;;) {
      const asked = { filter: { ...filter, partner_ids: [partner_id] }, after, limit: BATCH }
      const rows = await findOrderRows(context, asked, BATCH_TIMEOUT_MS)
      const last = rows.at(-1)
      if (last !== undefined) yield rows.map((row) => orderLine(context, row))
      if (last === undefined || rows.length < BATCH) break
      after = { at: last.place, id: orderPlace(last) }
    }
  }
}

function orderLine(
  context: Pick<Context, 'merchants'>,
  { partner_id, version_no: _, place: __, ...row }: FoundOrder,
): OrderLine {
  const merchant = context.merchants.byPartnerId(partner_id)
  return { ...row, merchant_id: merchant?.merchant_id ?? String(partner_id), merchant_name: merchant?.name ?? '' }
}

export type ShownTransaction = Pick<
  Transaction,
  | 'transaction_id'
  | 'type'
  | 'state'
  | 'result'
  | 'gateway_code'
  | 'amount_minor'
  | 'currency'
  | 'source'
  | 'target_transaction_id'
  | 'voided_by'
  | 'reference'
  | 'acquirer_code'
  | 'acquirer_message'
  | 'authorization_code'
  | 'stan'
  | 'receipt'
  | 'brand'
  | 'stored_on_file'
  | 'agreement_id'
  | 'order_status'
  | 'submitted_at'
  | 'recorded_at'
> & {
  readonly acquirer_id: string | null
  /** Four digits, to whom they are shown. */
  readonly last_four: string | null
  /** `…1234` */
  readonly token: string | null
}

export type ShownOrder = { readonly order: OrderLine; readonly transactions: readonly ShownTransaction[] }

/** @throws PunteError ORDER_UNKNOWN */
export async function showOrder(
  context: Searching,
  input: { readonly merchant_id: string; readonly order_id: string; readonly shows_last_four: boolean },
): Promise<ShownOrder> {
  const merchant = knownMerchant(context, input.merchant_id)
  const whole = await loadWholeOrder(context, { partner_id: merchant.partner_id, order_id: input.order_id })
  if (whole === undefined) throw unknownOrder()
  return {
    order: orderLine(context, { ...whole.order, place: '' }),
    transactions: whole.transactions.map((one) => shownTransaction(merchant, one, input.shows_last_four)),
  }
}

/** @throws PunteError ORDER_UNKNOWN where there is no such merchant */
export function knownMerchant(context: Pick<Context, 'merchants'>, merchant_id: string): Merchant {
  const merchant = context.merchants.byMerchantId(merchant_id)
  if (merchant === undefined) throw unknownOrder()
  return merchant
}

export const unknownOrder = (): PunteError =>
  new PunteError('ORDER_UNKNOWN', { text: 'There is no such order of this merchant.' })

export const tokenEnd = (token: string | null): string | null => (token === null ? null : `…${token.slice(-4)}`)

export const lastFour = (masked_number: string | null, shows: boolean): string | null =>
  shows ? (/\d{4}$/.exec(masked_number ?? '')?.[0] ?? null) : null

function shownTransaction(merchant: Merchant, t: StoredTransaction, shows_last_four: boolean): ShownTransaction {
  const { transaction_id, type, state, result, gateway_code, amount_minor, currency, source } = t
  const { target_transaction_id, voided_by, reference, acquirer_code, authorization_code, stan, receipt } = t
  const { brand, stored_on_file, agreement_id, order_status, submitted_at, recorded_at } = t
  return {
    ...{ transaction_id, type, state, result, gateway_code, amount_minor, currency, source },
    ...{ target_transaction_id, voided_by, reference, acquirer_code, authorization_code, stan, receipt },
    ...{ brand, stored_on_file, agreement_id, order_status, submitted_at, recorded_at },
    acquirer_message: t.acquirer_message === null ? null : maskText(t.acquirer_message),
    acquirer_id: merchant.links.find(({ link_no }) => link_no === t.link_no)?.acquirer_id ?? null,
    last_four: lastFour(t.masked_number, shows_last_four),
    token: tokenEnd(t.token),
  }
}
