/** SQL of the search among agreements of both rails, their series, and tokens. */
import type { Agreement } from '../agreements/agreement.ts'
import { AGREEMENT_COLUMNS } from '../agreements/store.ts'
import type { Context } from '../context.ts'
import type { CardToken } from '../vault/token.ts'
import { inTime } from './bounded-store.ts'
import type { Place } from './filter.ts'

type Db = Pick<Context, 'db'>
type Page = { readonly after?: Place | undefined; readonly limit: number }

const place = (of: string) => `to_char(${of}.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place`

/** The name in a place: the partner, and the id that is its own. */
export const ownPlace = (partner_id: number, id: string): string => `${partner_id}/${id}`

function behind(after: Place, names: readonly [at: string, partner: string, id: string], values: unknown[]): string {
  const [, partner = '0', id = ''] = /^(\d{1,9})\/(.*)$/s.exec(after.id) ?? []
  const n = values.push(after.at, Number(partner), id)
  return `(${names.join(', ')}) < ($${n - 2}::timestamptz, $${n - 1}::integer, $${n}::text)`
}

export type AgreementFilter = {
  readonly partner_ids: readonly number[]
  readonly agreement_id?: string
  readonly rail?: 'card' | 'account'
  readonly statuses?: readonly string[]
}

export type FoundAgreement = Agreement & { readonly place: string }

/** @throws PunteError SEARCH_TOO_WIDE */
export function findAgreementRows(
  context: Db,
  { filter, after, limit }: Page & { readonly filter: AgreementFilter },
  timeout_ms: number,
): Promise<FoundAgreement[]> {
  const { partner_ids, agreement_id, rail, statuses } = filter
  const values: unknown[] = [partner_ids, agreement_id ?? null, rail ?? null, statuses ?? null, limit]
  // By an id the key finds it, without one the newest of each partner come from the index that is in their order.
  const conditions = [
    'a.partner_id = partner_of.id',
    agreement_id === undefined ? '$2::text is null' : 'a.agreement_id = $2::text',
    '($3::text is null or a.rail = $3)',
    '($4::text[] is null or a.status = any($4))',
    ...(after === undefined ? [] : [behind(after, ['a.created_at', 'a.partner_id', 'a.agreement_id'], values)]),
  ].join(' and ')
  const newest = (of: string) =>
    `order by ${of}.created_at desc, ${of}.partner_id desc, ${of}.agreement_id desc limit $5`
  return inTime(context, timeout_ms, async (db) => {
    const { rows } = await db.query<FoundAgreement>({
      text: `select found.* from unnest($1::integer[]) as partner_of (id) cross join lateral (
          select ${AGREEMENT_COLUMNS}, ${place('a')} from agreements a where ${conditions} ${newest('a')}) found
        ${newest('found')}`,
      values,
    })
    return rows
  })
}

export type SeriesTransaction = {
  readonly order_id: string
  readonly transaction_id: string
  readonly type: string
  readonly source: string
  readonly result: string
  readonly gateway_code: string
  readonly amount_minor: number
  readonly currency: string
  readonly submitted_at: Date
}

/** Transactions made under an agreement, newest first: those of orders that name it. */
export async function seriesTransactions(
  context: Db,
  key: Pick<Agreement, 'partner_id' | 'agreement_id'>,
  limit: number,
): Promise<SeriesTransaction[]> {
  const { rows } = await context.db.query<SeriesTransaction>({
    text: `select x.order_id, x.transaction_id, x.type, x.source, x.result, x.gateway_code, x.amount_minor, x.currency, x.submitted_at
      from (select o.partner_id, o.order_id, o.created_at from card_orders o where o.partner_id = $1 and o.agreement_id = $2
        order by o.created_at desc, o.order_id desc limit $3) o
      cross join lateral (select * from card_transactions x where x.partner_id = o.partner_id and x.order_id = o.order_id
        order by x.submission_no limit 20) x
      order by x.submitted_at desc limit $3`,
    values: [key.partner_id, key.agreement_id, limit],
  })
  return rows
}

export type TokenFilter = {
  readonly partner_ids: readonly number[]
  readonly token_suffix?: string
  readonly status?: 'VALID' | 'INVALID'
}

export type FoundToken = Pick<
  CardToken,
  | 'partner_id'
  | 'token'
  | 'masked_number'
  | 'brand'
  | 'scheme'
  | 'expiry_month'
  | 'expiry_year'
  | 'status'
  | 'scheme_token_state'
  | 'created_at'
  | 'updated_at'
  | 'updated_by'
  | 'last_used_at'
> & { readonly place: string }

/** @throws PunteError SEARCH_TOO_WIDE */
export function findTokenRows(
  context: Db,
  { filter, after, limit }: Page & { readonly filter: TokenFilter },
  timeout_ms: number,
): Promise<FoundToken[]> {
  const { partner_ids, token_suffix, status } = filter
  const values: unknown[] = [partner_ids, token_suffix ?? null, status ?? null, limit]
  const conditions = [
    't.partner_id = partner_of.id',
    token_suffix === undefined
      ? '$2::text is null'
      : `"right"(t.token, 4) = "right"($2::text, 4) and "right"(t.token, char_length($2)) = $2`,
    '($3::text is null or t.status = $3)',
    ...(after === undefined ? [] : [behind(after, ['t.created_at', 't.partner_id', 't.token'], values)]),
  ].join(' and ')
  const newest = (of: string) => `order by ${of}.created_at desc, ${of}.partner_id desc, ${of}.token desc limit $4`
  return inTime(context, timeout_ms, async (db) => {
    const { rows } = await db.query<FoundToken>({
      text: `select found.* from unnest($1::integer[]) as partner_of (id) cross join lateral (
          select t.partner_id, t.token, t.masked_number, t.brand, t.scheme, t.expiry_month, t.expiry_year, t.status,
            t.scheme_token_state, t.created_at, t.updated_at, t.updated_by, t.last_used_at, ${place('t')}
          from card_tokens t where ${conditions} ${newest('t')}) found
        ${newest('found')}`,
      values,
    })
    return rows
  })
}
