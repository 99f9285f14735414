/** SQL of the search among orders of the card rail. */
import type { Order, OrderStatus } from '../cards/model.ts'
import type { Context } from '../context.ts'
import { inTime } from './bounded-store.ts'
import type { Place } from './filter.ts'

export type OrderFilter = {
  /** Never empty. */
  readonly partner_ids: readonly number[]
  readonly order_id?: string
  readonly statuses?: readonly OrderStatus[]
  readonly currency?: string
  /** Minor units of the order's own currency. */
  readonly amount_from_minor?: number
  readonly amount_to_minor?: number
  readonly from?: string
  readonly to?: string
  readonly agreement_id?: string
  /** The last characters of a token, four at least. */
  readonly token_suffix?: string
}

export type FoundOrder = Order & { readonly place: string }

const COLUMNS = `o.partner_id, o.order_id, o.version_no, o.status, o.currency, o.amount_minor, o.authorized_minor, o.captured_minor,
  o.refunded_minor, o.live_transaction_id, o.initial_transaction_id, o.agreement_id, o.created_at, o.updated_at,
  to_char(o.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place`
/** More tokens than that end alike in no repository that is searched by it. */
const MOST_TOKENS = 500

type Asked = { readonly filter: OrderFilter; readonly after?: Place | undefined; readonly limit: number }

/** @throws PunteError SEARCH_TOO_WIDE */
export function findOrderRows(context: Pick<Context, 'db'>, asked: Asked, timeout_ms: number): Promise<FoundOrder[]> {
  return inTime(context, timeout_ms, async (db) => (await db.query<FoundOrder>(orderStatement(asked))).rows)
}

/** Ids of two partners' orders may be the same: the name in a place is both. */
export const orderPlace = ({ partner_id, order_id }: Pick<Order, 'partner_id' | 'order_id'>): string =>
  `${partner_id}/${order_id}`

/** Exported for the test that looks at its plan. */
export function orderStatement({ filter, after, limit }: Asked): { text: string; values: unknown[] } {
  const values: unknown[] = []
  const bind = (value: unknown, type: string) => `$${values.push(value)}::${type}`
  const partners = bind(filter.partner_ids, 'integer[]')
  const conditions = conditionsOf(filter, partners, bind)
  if (after !== undefined) {
    const [partner_id, order_id] = splitPlace(after.id)
    const place = [bind(after.at, 'timestamptz'), bind(partner_id, 'integer'), bind(order_id, 'text')].join(', ')
    conditions.push(`(o.created_at, o.partner_id, o.order_id) < (${place})`)
  }
  const most = bind(limit, 'integer')
  const newest = (of: string) =>
    `order by ${of}.created_at desc, ${of}.partner_id desc, ${of}.order_id desc limit ${most}`
  if (filter.order_id !== undefined || filter.token_suffix !== undefined) {
    // Few, and by their keys: they are sorted, not read in an order.
    const where = [...conditions, `o.partner_id = any(${partners})`].join(' and ')
    return { text: `select ${COLUMNS} from card_orders o where ${where} ${newest('o')}`, values }
  }
  // Newest of each merchant, from the index that begins with it (and the agreement); then the newest of those.
  const where = ['o.partner_id = partner_of.id', ...conditions].join(' and ')
  return {
    text: `select found.* from unnest(${partners}) as partner_of (id)
      cross join lateral (select ${COLUMNS} from card_orders o where ${where} ${newest('o')}) found ${newest('found')}`,
    values,
  }
}

function splitPlace(id: string): readonly [partner_id: number, order_id: string] {
  const [, partner = '0', order_id = ''] = /^(\d{1,9})\/(.*)$/s.exec(id) ?? []
  return [Number(partner), order_id]
}

function conditionsOf(filter: OrderFilter, partners: string, bind: (value: unknown, type: string) => string): string[] {
  const { order_id, statuses, currency, from, to, agreement_id, token_suffix } = filter
  const { amount_from_minor, amount_to_minor } = filter
  const midnight = (day: string, days: number) =>
    `((${bind(day, 'date')} + ${days})::timestamp at time zone 'Europe/Bucharest')`
  return [
    ...(order_id === undefined ? [] : [`o.order_id = ${bind(order_id, 'text')}`]),
    ...(statuses === undefined ? [] : [`o.status = any(${bind(statuses, 'text[]')})`]),
    ...(currency === undefined ? [] : [`o.currency = ${bind(currency, 'text')}`]),
    ...(agreement_id === undefined ? [] : [`o.agreement_id = ${bind(agreement_id, 'text')}`]),
    ...(token_suffix === undefined ? [] : [ofToken(bind(token_suffix, 'text'), partners)]),
    ...(amount_from_minor === undefined ? [] : [`o.amount_minor >= ${bind(amount_from_minor, 'bigint')}`]),
    ...(amount_to_minor === undefined ? [] : [`o.amount_minor <= ${bind(amount_to_minor, 'bigint')}`]),
    ...(from === undefined ? [] : [`o.created_at >= ${midnight(from, 0)}`]),
    ...(to === undefined ? [] : [`o.created_at < ${midnight(to, 1)}`]),
  ]
}

// By the tokens that end so, then by the transactions made with one of them.
const ofToken = (suffix: string, partners: string): string => `(o.partner_id, o.order_id) in (
    select x.partner_id, x.order_id from (
      select t.partner_id, t.token from card_tokens t
      where "right"(t.token, 4) = "right"(${suffix}, 4) and "right"(t.token, char_length(${suffix})) = ${suffix}
        and t.partner_id = any(${partners}) limit ${MOST_TOKENS}) named
    cross join lateral (select x.partner_id, x.order_id from card_transactions x
      where x.partner_id = named.partner_id and x.token = named.token offset 0) x)`
