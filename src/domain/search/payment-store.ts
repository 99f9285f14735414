/** SQL of the search among payments. Each way in is one index of migrations/0011-search.sql, read in the order of the list. */
import type { Context } from '../context.ts'
import { FINISHED } from '../initiation/state.ts'
import type { PaymentKey, PaymentRow } from '../initiation/store.ts'
import { inTime } from './bounded-store.ts'
import { OPEN_STANDING, type PaymentFilter, type Place, STANDINGS } from './filter.ts'
import type { KeyField } from './keys.ts'

export type FoundPayment = PaymentKey &
  Pick<
    PaymentRow,
    | 'kind'
    | 'status'
    | 'reason'
    | 'amount_minor'
    | 'terms_enc'
    | 'bank_id'
    | 'list_payment_id'
    | 'item_no'
    | 'agreement_id'
    | 'is_link'
    | 'is_headless'
    | 'execution_date'
    | 'attempt_no'
    | 'created_at'
    | 'status_at'
    | 'finished_at'
  > & {
    readonly currency: string
    /** `created_at` with all its microseconds: where the next page begins. */
    readonly place: string
  }

const COLUMNS = `p.partner_id, p.payment_id, p.kind, p.status, p.reason, p.amount_minor, p.currency, p.terms_enc, p.bank_id,
  p.list_payment_id, p.item_no, p.agreement_id, p.is_link, p.is_headless, p.execution_date::text as execution_date, p.attempt_no,
  p.created_at, p.status_at, p.finished_at, to_char(p.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place`

/** Of finished payments the hash has a column of its own, which is indexed. */
const HASHES: Readonly<Record<KeyField, { readonly open: string; readonly finished: string }>> = {
  debtor_iban_key: { open: 'debtor_iban_hash', finished: 'found_debtor_hash' },
  email_key: { open: 'email_hash', finished: 'found_email_hash' },
  payer_key: { open: 'payer_hash', finished: 'found_payer_hash' },
  creditor_iban_key: { open: 'creditor_iban_hash', finished: 'found_creditor_hash' },
}

type Asked = { readonly filter: PaymentFilter; readonly after?: Place | undefined; readonly limit: number }

/**
 * The newest payments of a filter, from behind `after`, at most `limit`.
 * @throws PunteError SEARCH_TOO_WIDE when that takes too long
 */
export function findPaymentRows(
  context: Pick<Context, 'db'>,
  asked: Asked,
  timeout_ms: number,
): Promise<FoundPayment[]> {
  return inTime(context, timeout_ms, async (db) => (await db.query<FoundPayment>(searchStatement(asked))).rows)
}

/** Exported for the test that looks at its plan. */
export function searchStatement({ filter, after, limit }: Asked): { text: string; values: unknown[] } {
  const values: unknown[] = []
  const bind = (value: unknown, type: string) => `$${values.push(value)}::${type}`
  const conditions = conditionsOf(filter, bind)
  if (after !== undefined)
    conditions.push(`(p.created_at, p.payment_id) < (${bind(after.at, 'timestamptz')}, ${bind(after.id, 'bigint')})`)
  const most = bind(limit, 'integer')
  const ordered = (of: string) => `order by ${of}.created_at desc, ${of}.payment_id desc limit ${most}`
  const partners = bind(filter.partner_ids, 'integer[]')
  const of_partners = `p.partner_id = any(${partners})`
  const all = (more: readonly string[], order: string) =>
    `select ${COLUMNS} from payments p where ${[...conditions, ...more].join(' and ')} ${order}`
  /** Newest of each partner and standing, from the index that begins with both; then the newest of those. */
  const ofEach = (standings: readonly string[], more: readonly string[]) => {
    const own = ['p.partner_id = partner_of.id', 'p.standing = standing_of.name', ...conditions, ...more].join(' and ')
    return `select found.* from unnest(${partners}) as partner_of (id)
      cross join unnest(${bind(standings, 'text[]')}) as standing_of (name)
      cross join lateral (select ${COLUMNS} from payments p where ${own} ${ordered('p')}) found ${ordered('found')}`
  }
  // A number is of one payment: asked for an order, the planner would walk through all of them in it.
  if (filter.payment_id !== undefined)
    return { text: all([of_partners, ...keysOf(filter, 'open', bind)], `limit ${most}`), values }
  if (Object.keys(filter.keys).length > 0) {
    const finished = all([of_partners, ...keysOf(filter, 'finished', bind)], ordered('p'))
    const open = ofEach([OPEN_STANDING], keysOf(filter, 'open', bind))
    return { text: `select found.* from ((${finished}) union all (${open})) found ${ordered('found')}`, values }
  }
  // The condition opens the index of all payments: said only where that is meant.
  if (!filter.of_partners && filter.statuses === undefined)
    return { text: all([of_partners, 'p.payment_id > 0'], ordered('p')), values }
  return { text: ofEach(standingsOf(filter), []), values }
}

function keysOf(
  filter: PaymentFilter,
  of: 'open' | 'finished',
  bind: (value: unknown, type: string) => string,
): string[] {
  return Object.entries(HASHES).flatMap(([field, columns]) => {
    const key = filter.keys[field as KeyField]
    return key === undefined ? [] : [`p.${columns[of]} = ${bind(key, 'bytea')}`]
  })
}

function standingsOf({ statuses }: PaymentFilter): readonly string[] {
  if (statuses === undefined) return STANDINGS
  return [...new Set(statuses.map((status) => (FINISHED.has(status) ? status : OPEN_STANDING)))]
}

function conditionsOf(filter: PaymentFilter, bind: (value: unknown, type: string) => string): string[] {
  const { payment_id, statuses, kinds, bank_ids, reason, from, to, amount_from_minor, amount_to_minor } = filter
  const midnight = (day: string, days: number) =>
    `((${bind(day, 'date')} + ${days})::timestamp at time zone 'Europe/Bucharest')`
  return [
    ...(payment_id === undefined ? [] : [`p.payment_id = ${bind(payment_id, 'bigint')}`]),
    ...(statuses === undefined ? [] : [`p.status = any(${bind(statuses, 'text[]')})`]),
    ...(kinds === undefined ? [] : [`p.kind = any(${bind(kinds, 'text[]')})`]),
    ...(bank_ids === undefined ? [] : [`p.bank_id = any(${bind(bank_ids, 'text[]')})`]),
    ...(reason === undefined ? [] : [`p.reason = ${bind(reason, 'text')}`]),
    ...(amount_from_minor === undefined ? [] : [`p.amount_minor >= ${bind(amount_from_minor, 'bigint')}`]),
    ...(amount_to_minor === undefined ? [] : [`p.amount_minor <= ${bind(amount_to_minor, 'bigint')}`]),
    ...(from === undefined ? [] : [`p.created_at >= ${midnight(from, 0)}`]),
    ...(to === undefined ? [] : [`p.created_at < ${midnight(to, 1)}`]),
  ]
}

export type PaymentAlert = {
  readonly alert_id: number
  readonly indicator: string
  readonly day: string
  readonly outcome: 'warn' | 'block'
  readonly measured: number
  readonly level: number
  readonly state: string
}

/** What the limits said about a payment; of several on a day the first alert of each kind names it. */
export async function alertsOf(context: Pick<Context, 'db'>, key: PaymentKey): Promise<PaymentAlert[]> {
  const { rows } = await context.db.query<PaymentAlert>({
    text: `select alert_id, indicator, day::text as day, outcome, measured, level, state from alerts
      where partner_id = $1 and payment_id = $2 order by alert_id limit 50`,
    values: [key.partner_id, key.payment_id],
  })
  return rows
}

/** Whether the payment is counted, and on which day. */
export async function countedOn(context: Pick<Context, 'db'>, key: PaymentKey): Promise<string | undefined> {
  const { rows } = await context.db.query<{ day: string }>({
    text: 'select day::text as day from limit_entries where partner_id = $1 and payment_id = $2',
    values: [key.partner_id, key.payment_id],
  })
  return rows[0]?.day
}
