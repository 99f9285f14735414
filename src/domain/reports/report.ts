/** A period as reports show it: the counts of its days put together. The arithmetic is pure; `readReport` asks for the counts. */
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { type CardRow, COUNTS, type DayCounts, type DayRow, type ReasonRow, STEPS, type TimeRow } from './counts.ts'
import { freshCounts } from './rollup.ts'
import { readCards, readDays, readReasons, readTimes, type Wanted } from './store.ts'

const DAY_MS = 24 * 60 * 60_000
const MOST_DAYS = 400

export type Report = {
  readonly from: string
  readonly to: string
  /** Until when everything is counted; absent: nothing was ever begun. */
  readonly counted_until?: Date
  readonly totals: DayCounts
  /** Every day of the period, also those without payments. */
  readonly days: readonly (DayCounts & { readonly day: string })[]
  /** Of the tries at each bank; most tries first. */
  readonly banks: readonly BankSuccess[]
  readonly steps: readonly { readonly step: (typeof STEPS)[number]; readonly pages: number }[]
  readonly times: Times
  readonly reasons: readonly ReasonRow[]
}

export type BankSuccess = {
  readonly bank_id: string
  readonly try_count: number
  readonly try_settled_count: number
  readonly try_failed_count: number
  /** Of those that have ended, 0 to 1; null: none has. */
  readonly success: number | null
  readonly settled_minor: number
}

export type Times = {
  readonly settled_count: number
  /** Seconds, as the upper end of the step they lie in. */
  readonly median_s: number | null
  readonly p95_s: number | null
  /** In steps fit for a picture; the last takes all that is longer. */
  readonly distribution: readonly { readonly up_to_s: number | null; readonly settled_count: number }[]
  readonly by_bank: readonly {
    readonly bank_id: string
    readonly settled_count: number
    readonly median_s: number | null
    readonly p95_s: number | null
  }[]
}

/** @throws PunteError FIELD_INVALID for a period that is none, or longer than 400 days */
export function checkPeriod(wanted: Wanted): Wanted {
  const days = (Date.parse(wanted.to) - Date.parse(wanted.from)) / DAY_MS + 1
  if (!(days >= 1 && days <= MOST_DAYS)) {
    throw new PunteError('FIELD_INVALID', { field: 'to', text: `A period has 1 to ${MOST_DAYS} days.` })
  }
  return wanted
}

/** @throws PunteError FIELD_INVALID */
export async function readReport(context: Pick<Context, 'db' | 'clock' | 'log'>, wanted: Wanted): Promise<Report> {
  checkPeriod(wanted)
  const counted_until = await freshCounts(context)
  const [days, reasons, times] = await Promise.all([
    readDays(context, wanted),
    readReasons(context, wanted),
    readTimes(context, wanted),
  ])
  const totals = sumOf(days)
  return {
    from: wanted.from,
    to: wanted.to,
    ...(counted_until !== undefined && { counted_until }),
    totals,
    days: eachDay(wanted).map((day) => ({ day, ...sumOf(days.filter((row) => row.day === day)) })),
    banks: banksOf(days),
    steps: STEPS.map((step) => ({ step, pages: totals[step] })),
    times: timesOf(times),
    reasons,
  }
}

export type CardReport = {
  readonly from: string
  readonly to: string
  readonly counted_until?: Date
  readonly rows: readonly CardRow[]
}

/** @throws PunteError FIELD_INVALID */
export async function readCardReport(
  context: Pick<Context, 'db' | 'clock' | 'log'>,
  wanted: Wanted,
): Promise<CardReport> {
  checkPeriod(wanted)
  const counted_until = await freshCounts(context)
  const rows = await readCards(context, wanted)
  return { from: wanted.from, to: wanted.to, ...(counted_until !== undefined && { counted_until }), rows }
}

/** Of many rows one. */
export function sumOf(rows: readonly DayCounts[]): DayCounts {
  const sums = COUNTS.map((count) => [count, rows.reduce((sum, row) => sum + row[count], 0)])
  return Object.fromEntries(sums) as DayCounts
}

function eachDay({ from, to }: Wanted): string[] {
  const days: string[] = []
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS) days.push(new Date(at).toISOString().slice(0, 10))
  return days
}

function banksOf(rows: readonly DayRow[]): BankSuccess[] {
  const banks = [...Map.groupBy(rows, ({ bank_id }) => bank_id)].map(([bank_id, of_bank]) => {
    const { try_count, try_settled_count, try_failed_count, settled_minor } = sumOf(of_bank)
    const ended = try_settled_count + try_failed_count
    const success = ended === 0 ? null : try_settled_count / ended
    return { bank_id, try_count, try_settled_count, try_failed_count, success, settled_minor }
  })
  return banks.filter(({ try_count }) => try_count > 0).sort((one, other) => other.try_count - one.try_count)
}

/** Upper ends of the steps of a picture, in seconds. */
const SHOWN_STEPS_S = [5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200, 3600] as const

function timesOf(rows: readonly TimeRow[]): Times {
  const shown = [...SHOWN_STEPS_S.map((up_to_s) => ({ up_to_s })), { up_to_s: null }]
  const by_bank = [...Map.groupBy(rows, ({ bank_id }) => bank_id)].map(([bank_id, of_bank]) => ({
    bank_id,
    ...quantilesOf(of_bank),
  }))
  return {
    ...quantilesOf(rows),
    distribution: shown.map(({ up_to_s }, at) => {
      const above_s = SHOWN_STEPS_S[at - 1] ?? 0
      const within = rows.filter((row) => row.up_to_s > above_s && (up_to_s === null || row.up_to_s <= up_to_s))
      return { up_to_s, settled_count: countOf(within) }
    }),
    by_bank: by_bank.sort((one, other) => other.settled_count - one.settled_count),
  }
}

const countOf = (rows: readonly TimeRow[]): number => rows.reduce((sum, row) => sum + row.settled_count, 0)

function quantilesOf(rows: readonly TimeRow[]) {
  return { settled_count: countOf(rows), median_s: quantile(rows, 0.5), p95_s: quantile(rows, 0.95) }
}

/** The smallest step by which at least this share was settled (nearest rank). */
export function quantile(rows: readonly TimeRow[], share: number): number | null {
  const rank = Math.ceil(countOf(rows) * share)
  let seen = 0
  for (const { up_to_s, settled_count } of rows.toSorted((one, other) => one.up_to_s - other.up_to_s)) {
    seen += settled_count
    if (seen >= rank) return up_to_s
  }
  return null
}
