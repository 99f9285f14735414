/** SQL of the log of partners' calls. */
import type { Queries } from '../audit/store.ts'
import type { Context } from '../context.ts'

type Databased = Pick<Context, 'db'>

export type PartnerCall = {
  readonly partner_id: number
  readonly at: Date
  readonly surface: 'partner' | 'gateway'
  readonly method: string
  /** Template of the path. */
  readonly route: string
  readonly status: number
  readonly error_code: string | null
  readonly took_ms: number
  readonly trace_id: string
  readonly payment_id: number | null
}

export async function insertCalls({ db }: Databased, calls: readonly PartnerCall[]): Promise<void> {
  await db.query({
    name: 'partner-calls-add',
    text: `insert into partner_calls (partner_id, at, surface, method, route, status, error_code, took_ms, trace_id, payment_id)
      select * from unnest($1::integer[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::text[],
        $8::integer[], $9::uuid[], $10::bigint[])`,
    values: [
      calls.map((call) => call.partner_id),
      calls.map((call) => call.at),
      calls.map((call) => call.surface),
      calls.map((call) => call.method),
      calls.map((call) => call.route),
      calls.map((call) => call.status),
      calls.map((call) => call.error_code),
      calls.map((call) => call.took_ms),
      calls.map((call) => call.trace_id),
      calls.map((call) => call.payment_id),
    ],
  })
}

export type StoredCall = Omit<PartnerCall, 'partner_id'> & { readonly call_id: number }

const COLUMNS = 'call_id, at, surface, method, route, status, error_code, took_ms, trace_id, payment_id'

export type CallFilter = {
  readonly only_failed?: boolean
  readonly route?: string
  readonly error_code?: string
  readonly trace_id?: string
  /** Before this one, in the order of the list. */
  readonly before?: { readonly at: Date; readonly call_id: number }
}

/** The newest first. */
export async function selectCalls(
  { db }: { readonly db: Queries },
  partner_id: number,
  filter: CallFilter,
  limit: number,
): Promise<StoredCall[]> {
  const { rows } = await db.query<StoredCall>({
    text: `select ${COLUMNS} from partner_calls
      where partner_id = $1 and ($2::timestamptz is null or (at, call_id) < ($2, $3::bigint))
        and (not $4 or status >= 400) and ($5::text is null or strpos(route, $5) > 0)
        and ($6::text is null or error_code = $6) and ($7::uuid is null or trace_id = $7)
      order by at desc, call_id desc limit $8`,
    values: [
      partner_id,
      filter.before?.at ?? null,
      filter.before?.call_id ?? null,
      filter.only_failed === true,
      filter.route ?? null,
      filter.error_code ?? null,
      filter.trace_id ?? null,
      limit,
    ],
  })
  return rows
}

/** Oldest first. */
export async function callsOfPayment(
  { db }: Databased,
  key: { readonly partner_id: number; readonly payment_id: number },
  limit: number,
): Promise<StoredCall[]> {
  const { rows } = await db.query<StoredCall>({
    text: `select ${COLUMNS} from partner_calls where partner_id = $1 and payment_id = $2 order by at, call_id limit $3`,
    values: [key.partner_id, key.payment_id, limit],
  })
  return rows
}

/** @returns how many were erased */
export async function eraseCalls({ db }: Databased, partner_id: number, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.query({
    text: `delete from partner_calls where partner_id = $1 and (at, call_id) in (
        select at, call_id from partner_calls where partner_id = $1 and at < $2 order by at, call_id limit $3)`,
    values: [partner_id, before, limit],
  })
  return rowCount ?? 0
}
