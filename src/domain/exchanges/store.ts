/** SQL of the record of messages with banks. */
import type { Database } from '../../infra/database/database.ts'
import type { Context } from '../context.ts'
import type { PaymentKey } from '../initiation/store.ts'

export type ExchangePurpose =
  | 'enter'
  | 'initiate'
  | 'authorise'
  | 'status'
  | 'transfers'
  | 'cancel'
  | 'token'
  | 'metadata'

export type ExchangeRow = PaymentKey & {
  /** In the order of their times: the latest of a payment is the last of its key, without sorting. */
  readonly exchange_id: string
  readonly attempt_no: number
  readonly at: Date
  readonly duration_ms: number
  readonly purpose: ExchangePurpose
  readonly method: string
  readonly host: string
  /** Without its query. */
  readonly path: string
  readonly http_status: number | null
  readonly fault: 'not_sent' | 'unknown' | null
  readonly fault_reason: string | null
  readonly messages_enc: Buffer
}

/** @param answer_hash of a question that is asked again and again: what its answer is recognised by */
export type NewExchange = ExchangeRow & { readonly answer_hash: Buffer | null }

/** Above what a payment of the most attempts has. */
const MOST = 2_000

/**
 * Writes exchanges of one partner. One that got the same answer as the latest of its attempt replaces that, unless that was
 * the first of its kind: of a row of the same, the first and the last are kept, with how many there were.
 */
export async function insertExchanges(db: Database, partner_id: number, rows: readonly NewExchange[]): Promise<void> {
  // Within one statement none sees another: only the first of an attempt can follow what is stored.
  const seen = new Set<string>()
  const follows = rows.map(({ payment_id, attempt_no, answer_hash }) => {
    const attempt = `${payment_id}:${attempt_no}`
    const first = !seen.has(attempt)
    seen.add(attempt)
    return first && answer_hash !== null
  })
  await db.query({
    name: 'exchanges_insert',
    // The record is not waited for, so neither is the disk: a crash may lose the last moments of it, and nothing else.
    text: `with relaxed as materialized (select set_config('synchronous_commit', 'off', true)),
      new as (
        select n.* from relaxed, unnest($2::bigint[], $3::uuid[], $4::integer[], $5::timestamptz[], $6::integer[], $7::text[],
          $8::text[], $9::text[], $10::text[], $11::integer[], $12::text[], $13::text[], $14::bytea[], $15::bytea[], $16::boolean[])
        as n (payment_id, exchange_id, attempt_no, at, duration_ms, purpose, method, host, path, http_status, fault,
          fault_reason, answer_hash, messages_enc, follows)),
      same as (
        select n.exchange_id, n.payment_id, l.exchange_id as latest_id, l.same_no
        from new n cross join lateral (
          select e.exchange_id, e.same_no, e.answer_hash from bank_exchanges e
          where e.partner_id = $1 and e.payment_id = n.payment_id and e.attempt_no = n.attempt_no
          order by e.exchange_id desc limit 1) l
        where n.follows and l.answer_hash = n.answer_hash),
      replaced as (
        delete from bank_exchanges e using same s
        where e.partner_id = $1 and e.payment_id = s.payment_id and e.exchange_id = s.latest_id and s.same_no > 1)
      insert into bank_exchanges (partner_id, payment_id, exchange_id, attempt_no, at, duration_ms, purpose, method, host, path,
        http_status, fault, fault_reason, answer_hash, messages_enc, same_no)
      select $1, n.payment_id, n.exchange_id, n.attempt_no, n.at, n.duration_ms, n.purpose, n.method, n.host, n.path,
        n.http_status, n.fault, n.fault_reason, n.answer_hash, n.messages_enc, coalesce(s.same_no, 0) + 1
      from new n left join same s using (exchange_id)`,
    values: [
      partner_id,
      rows.map((row) => row.payment_id),
      rows.map((row) => row.exchange_id),
      rows.map((row) => row.attempt_no),
      rows.map((row) => row.at),
      rows.map((row) => row.duration_ms),
      rows.map((row) => row.purpose),
      rows.map((row) => row.method),
      rows.map((row) => row.host),
      rows.map((row) => row.path),
      rows.map((row) => row.http_status),
      rows.map((row) => row.fault),
      rows.map((row) => row.fault_reason),
      rows.map((row) => row.answer_hash),
      rows.map((row) => row.messages_enc),
      follows,
    ],
  })
}

/** What was said with banks about a payment, oldest first. */
export async function listExchanges(
  context: Pick<Context, 'db'>,
  key: PaymentKey,
): Promise<(ExchangeRow & { readonly same_no: number })[]> {
  const { rows } = await context.db.query<ExchangeRow & { readonly same_no: number }>({
    text: `select partner_id, payment_id, exchange_id, attempt_no, at, duration_ms, purpose, method, host, path, http_status,
        fault, fault_reason, messages_enc, same_no
      from bank_exchanges where partner_id = $1 and payment_id = $2 order by exchange_id limit $3`,
    values: [key.partner_id, key.payment_id, MOST],
  })
  return rows
}

/** Erases a partner's exchanges of before `before`, the oldest first. @returns how many; fewer than `limit`: all of them */
export async function eraseExchanges(
  context: Pick<Context, 'db'>,
  partner_id: number,
  before: Date,
  limit: number,
): Promise<number> {
  const { rowCount } = await context.db.query({
    name: 'exchanges_erase',
    text: `delete from bank_exchanges where partner_id = $1 and (payment_id, exchange_id) in (
        select payment_id, exchange_id from bank_exchanges where partner_id = $1 and at < $2 order by at limit $3)`,
    values: [partner_id, before, limit],
  })
  return rowCount ?? 0
}
