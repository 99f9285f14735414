/** SQL of reports: reads the counts of a period, of all partners or one, all banks or one. */
import type { Context } from '../context.ts'
import { type CardRow, COUNTS, type DayRow, type ReasonRow, type TimeRow } from './counts.ts'

type Databased = Pick<Context, 'db'>

/** Days as `yyyy-mm-dd`, both of them in it. */
export type Wanted = {
  readonly from: string
  readonly to: string
  readonly partner_id?: number | undefined
  readonly bank_id?: string | undefined
}

/** Of all partners by the index of the day, of one by its key. */
const OF_PERIOD = 'day between $1::date and $2::date and ($3::integer is null or partner_id = $3)'
const OF_BANK = `${OF_PERIOD} and ($4::text is null or bank_id = $4)`
const valuesOf = ({ from, to, partner_id, bank_id }: Wanted) => [from, to, partner_id ?? null, bank_id ?? null]

export async function readDays(context: Databased, wanted: Wanted): Promise<DayRow[]> {
  const { rows } = await context.db.query<DayRow>({
    text: `select day::text as day, bank_id, ${COUNTS.map((count) => `sum(${count})::bigint as ${count}`).join(', ')}
      from report_days where ${OF_BANK} group by report_days.day, bank_id order by report_days.day, bank_id`,
    values: valuesOf(wanted),
  })
  return rows
}

export async function readReasons(context: Databased, wanted: Wanted): Promise<ReasonRow[]> {
  const { rows } = await context.db.query<ReasonRow>({
    text: `select bank_id, outcome, reason, sum(failed_count)::bigint as failed_count, sum(failed_minor)::bigint as failed_minor
      from report_reasons where ${OF_BANK} group by bank_id, outcome, reason
      order by failed_count desc, outcome, reason, bank_id limit 500`,
    values: valuesOf(wanted),
  })
  return rows
}

export async function readTimes(context: Databased, wanted: Wanted): Promise<TimeRow[]> {
  const { rows } = await context.db.query<TimeRow>({
    text: `select bank_id, up_to_s, sum(settled_count)::bigint as settled_count
      from report_times where ${OF_BANK} group by bank_id, up_to_s order by up_to_s, bank_id`,
    values: valuesOf(wanted),
  })
  return rows
}

export async function readCards(context: Databased, wanted: Wanted): Promise<CardRow[]> {
  const { rows } = await context.db.query<CardRow>({
    text: `select currency, source, scheme, result, gateway_code, sum(transaction_count)::bigint as transaction_count,
        sum(transaction_minor)::bigint as transaction_minor
      from report_cards where ${OF_PERIOD} group by currency, source, scheme, result, gateway_code
      order by transaction_count desc, currency, source, scheme, gateway_code, result limit 2000`,
    values: valuesOf(wanted).slice(0, 3),
  })
  return rows
}

/** What was settled on the days of a period, whenever it was begun. */
export async function readSettled(
  context: Databased,
  { from, to }: Pick<Wanted, 'from' | 'to'>,
): Promise<{ readonly settled_count: number; readonly settled_minor: number }> {
  const { rows } = await context.db.query<{ settled_count: number; settled_minor: number }>({
    text: `select coalesce(sum(settled_count), 0)::bigint as settled_count, coalesce(sum(settled_minor), 0)::bigint as settled_minor
      from report_settlements where settled_day between $1::date and $2::date`,
    values: [from, to],
  })
  return rows[0] ?? { settled_count: 0, settled_minor: 0 }
}
