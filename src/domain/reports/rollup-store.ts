/** SQL that counts a day of a partner from its payments. Read-only statements and the tables of counts; never a payment. */
import type { Context } from '../context.ts'
import { COUNTS } from './counts.ts'

type Databased = Pick<Context, 'db'>

/** Of a partner, `yyyy-mm-dd`, and the same day as moments. */
export type PartnerDay = {
  readonly partner_id: number
  readonly day: string
}

/** Two who count the same day wait for each other: this number and the partner's. */
const LOCK = 7_068_110

const DAY_START = `($2::date::timestamp at time zone 'Europe/Bucharest')`
const DAY_END = `(($2::date + 1)::timestamp at time zone 'Europe/Bucharest')`

/** The payments of the day, with the bank that each went to last; items of a list that went as one: that of the list. */
const BASE = `base as materialized (
    select p.payment_id, p.kind, p.status, p.reason, p.amount_minor, p.attempt_no, p.is_headless, p.status_at, p.settled_attempt_no,
      p.finished_at, p.requested_at, p.execution_date, coalesce(p.bank_id, l.bank_id, '') as bank_id
    from payments p left join lateral (
      select bank_id from payments where partner_id = $1 and payment_id = p.list_payment_id offset 0) l on true
    where p.partner_id = $1 and p.created_at >= ${DAY_START} and p.created_at < ${DAY_END})`

const TRIES = `tries as materialized (
    select b.payment_id, b.kind, b.status, b.status_at, b.execution_date, b.amount_minor, a.attempt_no, a.bank_id, a.refusal, a.submitted_at,
      coalesce(b.settled_attempt_no = a.attempt_no, false) or (b.status = 'PART' and a.attempt_no = b.attempt_no) as is_settled,
      a.state = 'closed' or b.finished_at is not null as is_over
    from base b cross join lateral (
      select * from payment_attempts where partner_id = $1 and payment_id = b.payment_id offset 0) a)`

/**
 * A list's page stands where the furthest of its payments stands. `offset 0` keeps each look-up one by its whole key: the
 * planner would else read all that the partner ever had into a hash.
 */
const PAGES = `pages as (
    select b.bank_id, b.requested_at is not null as requested, b.attempt_no > 0 as submitted,
      b.attempt_no > 0 or exists (select from page_opens o where o.partner_id = $1 and o.payment_id = b.payment_id offset 0) as opened,
      s.at_bank, s.authorised, s.settled
    from base b cross join lateral (
      select bool_or(m.status in ('ACSC', 'PART')) as settled,
        bool_or(m.status in ('ACCP', 'ACSP', 'ACSC', 'PART') or m.attempt_no > 0 and exists (
          select from payment_events e where e.partner_id = $1 and e.payment_id = m.payment_id
            and e.status in ('ACCP', 'ACSP') offset 0)) as authorised,
        bool_or(m.attempt_no > 0 and (m.status not in ('INIT', 'ABND', 'CANC', 'BLOCKED') or exists (
          select from payment_attempts a where a.partner_id = $1 and a.payment_id = m.payment_id
            and (a.bank_status is not null or a.bank_payment_hash is not null) offset 0))) as at_bank
      from (select b.payment_id, b.status, b.attempt_no
        union all
        select i.payment_id, i.status, i.attempt_no from payments i
        where b.kind = 'list' and i.partner_id = $1 and i.list_payment_id = b.payment_id) m) s
    where b.kind <> 'item' and not b.is_headless)`

const DAYS = `with ${BASE}, ${TRIES}, ${PAGES},
  facts as (
    select bank_id, 1 as pages_reserved, requested::integer as pages_requested, opened::integer as pages_opened,
      submitted::integer as pages_submitted, (at_bank or authorised or settled)::integer as pages_at_bank,
      (authorised or settled)::integer as pages_authorised, settled::integer as pages_settled,
      0 as payment_count, 0::bigint as payment_minor, 0 as settled_count, 0::bigint as settled_minor,
      0 as try_count, 0 as try_settled_count, 0 as try_failed_count
    from pages
    union all
    select bank_id, 0, 0, 0, 0, 0, 0, 0, 1, coalesce(amount_minor, 0), (status = 'ACSC')::integer,
      case when status = 'ACSC' then amount_minor else 0 end, 0, 0, 0
    from base where kind <> 'list' and requested_at is not null
    union all
    select bank_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, is_settled::integer, (is_over and not is_settled)::integer
    from tries)
  insert into report_days (partner_id, day, bank_id, ${COUNTS.join(', ')})
  select $1, $2::date, bank_id, ${COUNTS.map((count) => `sum(${count})`).join(', ')} from facts group by bank_id`

/** Items end as their list does; a list that is partly paid is told of by its items. */
const REASONS = `with ${BASE}, ${TRIES},
  failed as (
    select bank_id, status as outcome, coalesce(reason, '') as reason, coalesce(amount_minor, 0) as amount_minor from base
    where kind <> 'list' and requested_at is not null and status in ('RJCT', 'CANC', 'ABND', 'BLOCKED')
    union all
    select bank_id, 'TRY', refusal, coalesce(amount_minor, 0) from tries
    where refusal is not null and is_over and not is_settled)
  insert into report_reasons (partner_id, day, bank_id, outcome, reason, failed_count, failed_minor)
  select $1, $2::date, bank_id, outcome, left(reason, 100), count(*), sum(amount_minor) from failed group by bank_id, outcome, left(reason, 100)`

/**
 * Whole seconds up to two minutes, then tens up to twenty minutes, minutes up to two hours, then hours. Not what is to be
 * made on a day to come, or again and again: its time is its own.
 */
const TIMES = `with ${BASE}, ${TRIES},
  taken as (
    select bank_id, greatest(1, ceil(extract(epoch from status_at - submitted_at)))::integer as s from tries
    where status = 'ACSC' and is_settled and kind <> 'recurring' and execution_date is null)
  insert into report_times (partner_id, day, bank_id, up_to_s, settled_count)
  select $1, $2::date, bank_id, case when s <= 120 then s when s <= 1200 then (s + 9) / 10 * 10
    when s <= 7200 then (s + 59) / 60 * 60 else (s + 3599) / 3600 * 3600 end as up_to_s, count(*)
  from taken group by bank_id, up_to_s`

const SETTLEMENTS = `with ${BASE}
  insert into report_settlements (partner_id, day, settled_day, settled_count, settled_minor)
  select $1, $2::date, (status_at at time zone 'Europe/Bucharest')::date as settled_day, count(*), sum(amount_minor)
  from base where status = 'ACSC' and kind <> 'list' group by settled_day`

const CARDS = `insert into report_cards
    (partner_id, day, currency, source, scheme, result, gateway_code, transaction_count, transaction_minor)
  select $1, $2::date, currency, source, coalesce(scheme, ''), result, gateway_code, count(*), sum(amount_minor)
  from card_transactions
  where partner_id = $1 and submitted_at >= ${DAY_START} and submitted_at < ${DAY_END}
    and type in ('PAYMENT', 'AUTHORIZATION', 'VERIFICATION') and state = 'done'
  group by currency, source, coalesce(scheme, ''), result, gateway_code`

const FILLED = [
  ['report_days', DAYS],
  ['report_reasons', REASONS],
  ['report_times', TIMES],
  ['report_settlements', SETTLEMENTS],
  ['report_cards', CARDS],
] as const

/** Counts a day of a partner anew, in one transaction: whoever reads sees the day before or after, never in between. */
export async function recountDay(context: Databased, { partner_id, day }: PartnerDay): Promise<void> {
  await context.db.transaction(async (client) => {
    await client.query({ text: 'select pg_advisory_xact_lock($1, $2)', values: [LOCK, partner_id] })
    for (const [table, fill] of FILLED) {
      await client.query({
        text: `delete from ${table} where partner_id = $1 and day = $2::date`,
        values: [partner_id, day],
      })
      await client.query({ text: fill, values: [partner_id, day] })
    }
  })
}

/** The days of partners of which something has moved in this time, the oldest first. */
export async function movedDays(
  context: Databased,
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<PartnerDay[]> {
  const { rows } = await context.db.query<PartnerDay>({
    text: `select partner_id, day::text as day from (
        select e.partner_id, (p.created_at at time zone 'Europe/Bucharest')::date as day
        from (select distinct partner_id, payment_id from payment_events where at >= $1 and at < $2) e cross join lateral (
          select created_at, kind, list_payment_id from payments
          where partner_id = e.partner_id and payment_id = e.payment_id offset 0) m
        cross join lateral (select m.created_at
          union all
          -- A list's page is where its payments are, and they are at the bank that it went to: days that may be others.
          select created_at from payments
          where partner_id = e.partner_id and payment_id = m.list_payment_id and m.list_payment_id is not null
          union all
          select created_at from payments
          where partner_id = e.partner_id and list_payment_id = e.payment_id and m.kind = 'list') p
        union
        select e.partner_id, (t.submitted_at at time zone 'Europe/Bucharest')::date
        from card_events e cross join lateral (
          select submitted_at from card_transactions
          where partner_id = e.partner_id and order_id = e.order_id and transaction_id = e.transaction_id offset 0) t
        where e.at >= $1 and e.at < $2) moved
      order by day, partner_id`,
    values: [from, to],
  })
  return rows
}

/**
 * Every day on which a partner has begun anything, the oldest first. From one day to the next by the index, so that it
 * takes as long as there are days, not payments.
 */
export async function begunDays(context: Databased): Promise<PartnerDay[]> {
  const { rows } = await context.db.query<PartnerDay>({
    text: `with recursive ${stepping('paid', 'payments', 'created_at')}, ${stepping('charged', 'card_transactions', 'submitted_at')}
      select partner_id, day::text as day from paid where day is not null
      union
      select partner_id, day::text from charged where day is not null
      order by day, partner_id`,
    values: [],
  })
  return rows
}

const stepping = (name: string, table: string, column: string): string => `${name} as (
    select q.partner_id, (select (min(${column}) at time zone 'Europe/Bucharest')::date from ${table}
      where partner_id = q.partner_id) as day from partners q
    union all
    select s.partner_id, (select (min(${column}) at time zone 'Europe/Bucharest')::date from ${table}
      where partner_id = s.partner_id and ${column} >= ((s.day + 1)::timestamp at time zone 'Europe/Bucharest'))
    from ${name} s where s.day is not null)`

/** @returns undefined: nothing was ever counted */
export async function countedUntil(context: Databased): Promise<Date | undefined> {
  const { rows } = await context.db.query<{ counted_until: Date }>({
    text: 'select counted_until from report_progress',
    values: [],
  })
  return rows[0]?.counted_until
}

/** Never back. */
export async function recordCounted(context: Databased, until: Date): Promise<void> {
  await context.db.query({
    text: `insert into report_progress as r (counted_until) values ($1)
      on conflict (only_row) do update set counted_until = greatest(r.counted_until, excluded.counted_until)`,
    values: [until],
  })
}
