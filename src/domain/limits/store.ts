/** SQL of levels and of what is measured. */
import { CROWD_PAUSE_MS, gatherByKey } from '../../infra/database/gather.ts'
import { byteaText } from '../../infra/database/json-list.ts'
import type { Queries } from '../audit/store.ts'
import type { Context } from '../context.ts'
import type { Indicator } from './indicators.ts'

/** The pool, or the connection of a transaction. */
type Databased = { readonly db: Queries }

export type Admission = {
  readonly partner_id: number
  readonly at: Date
  /** Of one payer; one, or the items of a list. */
  readonly payments: readonly {
    readonly payment_id: number
    readonly amount_minor: number
    /** The payer, by what is known of him. */
    readonly payer_hash: Buffer
    /** The partner's own id of the payer. */
    readonly client_hash: Buffer | null
    readonly creditor_iban_hash: Buffer
  }[]
  readonly debtor_iban_hash: Buffer
}

/** A level that was passed. */
export type Breach = {
  readonly indicator: Indicator
  readonly outcome: 'warn' | 'block'
  readonly measured: number
  readonly level: number
  /** The first of this partner, indicator and day: an alert was raised. */
  readonly is_first: boolean
}

/** Admissions of a partner hold one row one after the other: a second statement of them would only wait for the first. */
export const ADMISSIONS_TOGETHER = 32
/** A list may hold 500 payments; who comes with one payment does not wait for many of them. */
const PAYMENTS_TOGETHER = 500

/**
 * Looks and counts in one step, alone among the payments of the partner. Where nothing blocks the payments are counted, each
 * once a day; else none is. Admissions that come together share a statement, in which each sees those before it.
 */
export function admitPayments({ db }: Pick<Context, 'db'>, a: Admission): Promise<readonly Breach[]> {
  return admitTogether(db, a.partner_id, a)
}

const admitTogether = gatherByKey<Admission, readonly Breach[]>({
  at_once: 1,
  most: ADMISSIONS_TOGETHER,
  pause_ms: CROWD_PAUSE_MS,
  together: (one, others) =>
    others.reduce((sum, a) => sum + a.payments.length, one.payments.length) <= PAYMENTS_TOGETHER,
  run: async (db, partner_id, admissions) => {
    const list = admissions.map(({ at, payments, debtor_iban_hash }, no) => ({
      no,
      at,
      payment_ids: payments.map(({ payment_id }) => payment_id),
      amounts: payments.map(({ amount_minor }) => amount_minor),
      payers: payments.map(({ payer_hash }) => byteaText(payer_hash)),
      clients: payments.map(({ client_hash }) => byteaText(client_hash)),
      creditors: payments.map(({ creditor_iban_hash }) => byteaText(creditor_iban_hash)),
      debtor: byteaText(debtor_iban_hash),
    }))
    const { rows } = await db.query<Breach & { readonly no: number }>({
      name: 'limits_admit',
      text: `select a.no, indicator, outcome, measured, level, is_first
        from json_to_recordset($2) as a(no integer, at timestamptz, payment_ids bigint[], amounts bigint[], payers bytea[],
            clients bytea[], creditors bytea[], debtor bytea)
          cross join lateral admit_to_limits($1, at, payment_ids, amounts, payers, clients, creditors, debtor)`,
      values: [partner_id, JSON.stringify(list)],
    })
    const breaches = Map.groupBy(rows, ({ no }) => no)
    return admissions.map((_, no) => breaches.get(no) ?? [])
  },
})

/** A limit that stopped a payment before it was looked at with the others. @returns whether it is the day's first */
export async function raiseBlock(
  context: Databased,
  b: {
    readonly partner_id: number
    readonly payment_id: number
    readonly at: Date
    readonly indicator: Indicator
    readonly measured: number
    readonly level: number
  },
): Promise<boolean> {
  const { rows } = await context.db.query<{ is_first: boolean }>({
    name: 'limits_raise',
    text: `select raise_limit_alert($1, $2, $3, $4, 'block', $5, $6) as is_first`,
    values: [b.partner_id, b.at, b.payment_id, b.indicator, b.measured, b.level],
  })
  return rows[0]?.is_first === true
}

export type LevelsRow = {
  readonly indicator: Indicator
  readonly estimate: number | null
  readonly warn_level: number | null
  readonly block_level: number | null
}

/** Levels that are set; what has none has no row. */
export async function loadLevels(context: Databased, partner_id: number): Promise<LevelsRow[]> {
  const { rows } = await context.db.query<LevelsRow>({
    name: 'limits_levels',
    text: 'select indicator, estimate, warn_level, block_level from partner_limits where partner_id = $1',
    values: [partner_id],
  })
  return rows
}

/** Writes levels; all of them or none. Touching the partner has every process read it again. */
export async function saveLevels(
  context: Databased,
  partner_id: number,
  at: Date,
  levels: readonly LevelsRow[],
): Promise<void> {
  await context.db.query({
    name: 'limits_save',
    text: `with touched as (update partners set updated_at = $2 where partner_id = $1)
      insert into partner_limits (partner_id, indicator, estimate, warn_level, block_level, updated_at)
        select $1, indicator, estimate, warn_level, block_level, $2
        from unnest($3::text[], $4::bigint[], $5::bigint[], $6::bigint[])
          as l (indicator, estimate, warn_level, block_level)
      on conflict (partner_id, indicator) do update set estimate = excluded.estimate, warn_level = excluded.warn_level,
        block_level = excluded.block_level, updated_at = excluded.updated_at`,
    values: [
      partner_id,
      at,
      levels.map(({ indicator }) => indicator),
      levels.map(({ estimate }) => estimate),
      levels.map(({ warn_level }) => warn_level),
      levels.map(({ block_level }) => block_level),
    ],
  })
}

export type DayRow = {
  /** `yyyy-mm-dd` */
  readonly day: string
  readonly sent_count: number
  readonly sent_minor: number
  readonly max_minor: number
  readonly approved_count: number
  readonly most_per_payer: number
  readonly most_new_payers: number
  readonly most_beneficiaries: number
  readonly client_count: number
}

/** Today and the days before, newest first; days without a payment have no row. */
export async function loadDays(context: Databased, partner_id: number, at: Date, days = 30): Promise<DayRow[]> {
  const { rows } = await context.db.query<DayRow>({
    name: 'limits_days',
    text: `select day::text as day, sent_count, sent_minor, max_minor, most_per_payer, most_new_payers,
        most_beneficiaries, client_count, coalesce((select sum(a.approved_count) from limit_approvals a
          where a.partner_id = $1 and a.day = limit_days.day), 0)::bigint as approved_count
      from limit_days, (select ($2::timestamptz at time zone 'Europe/Bucharest')::date as today) t
      where partner_id = $1 and day > today - $3::integer and day <= today order by limit_days.day desc`,
    values: [partner_id, at, days],
  })
  return rows
}

/** Distinct clients of the partner so far. */
export async function countClients(context: Databased, partner_id: number): Promise<number> {
  const { rows } = await context.db.query<{ client_count: number }>({
    name: 'limits_clients',
    text: 'select client_count from limit_totals where partner_id = $1',
    values: [partner_id],
  })
  return rows[0]?.client_count ?? 0
}

/** Counts by payer and account of days before yesterday. @returns how many were erased */
export async function eraseCounts(context: Databased, partner_id: number, at: Date, limit: number): Promise<number> {
  const { rowCount } = await context.db.query({
    name: 'limits_erase',
    text: `delete from limit_counts where partner_id = $1 and (day, kind, key_hash) in (
        select day, kind, key_hash from limit_counts
        where partner_id = $1 and day < ($2::timestamptz at time zone 'Europe/Bucharest')::date - 1 limit $3)`,
    values: [partner_id, at, limit],
  })
  return rowCount ?? 0
}

/** What a step over old rows has seen: where the next one begins (undefined: at the end), and what it erased. */
export type Sweep<K> = { readonly next: K | undefined; readonly erased: number }

/** Of payments from `after` on, at most `limit`: what was counted of them more than `days` days ago. */
export async function eraseEntries(
  context: Databased,
  partner_id: number,
  input: { readonly after: number; readonly at: Date; readonly days: number; readonly limit: number },
): Promise<Sweep<number>> {
  const { rows } = await context.db.query<{ seen: number; last: number | null; erased: number }>({
    name: 'limits_erase_entries',
    text: `with page as materialized (
        select payment_id, day from limit_entries where partner_id = $1 and payment_id > $2 order by payment_id limit $5),
      erased as (
        delete from limit_entries e using page
        where e.partner_id = $1 and e.payment_id = page.payment_id
          and e.day < ($3::timestamptz at time zone 'Europe/Bucharest')::date - $4::integer returning e.payment_id)
      select (select count(*) from page) as seen, (select max(payment_id) from page) as last,
        (select count(*) from erased) as erased`,
    values: [partner_id, input.after, input.at, input.days, input.limit],
  })
  const { seen, last, erased } = rows[0] as { seen: number; last: number | null; erased: number }
  return { next: seen === input.limit && last !== null ? last : undefined, erased }
}

/** Of which account pays which, from `after` on: those that have not for `days` days. */
export async function erasePairs(
  context: Databased,
  partner_id: number,
  input: {
    readonly after: readonly [Buffer, Buffer]
    readonly at: Date
    readonly days: number
    readonly limit: number
  },
): Promise<Sweep<[Buffer, Buffer]>> {
  const { rows } = await context.db.query<{ seen: number; last: [string, string] | null; erased: number }>({
    name: 'limits_erase_pairs',
    text: `with page as materialized (
        select creditor_iban_hash, debtor_iban_hash from limit_pairs
        where partner_id = $1 and (creditor_iban_hash, debtor_iban_hash) > ($2, $3)
        order by creditor_iban_hash, debtor_iban_hash limit $6),
      erased as (
        delete from limit_pairs p using page
        where p.partner_id = $1 and p.creditor_iban_hash = page.creditor_iban_hash
          and p.debtor_iban_hash = page.debtor_iban_hash
          and p.last_day < ($4::timestamptz at time zone 'Europe/Bucharest')::date - $5::integer
        returning p.partner_id)
      select (select count(*) from page) as seen, (select count(*) from erased) as erased,
        (select array[encode(creditor_iban_hash, 'hex'), encode(debtor_iban_hash, 'hex')] from page
          order by creditor_iban_hash desc, debtor_iban_hash desc limit 1) as last`,
    values: [partner_id, input.after[0], input.after[1], input.at, input.days, input.limit],
  })
  const { seen, last, erased } = rows[0] as { seen: number; last: [string, string] | null; erased: number }
  const next: [Buffer, Buffer] | undefined =
    seen === input.limit && last !== null ? [Buffer.from(last[0], 'hex'), Buffer.from(last[1], 'hex')] : undefined
  return { next, erased }
}
