/** Compares an order to pay again and again with what the bank has executed of it. Pure. */
import type { Disagreement, DisagreementKind, Entry, Period } from './book.ts'
import { isWithin } from './book.ts'

/** What the payer agreed to. Days are `yyyy-mm-dd`. */
export type SeriesFacts = {
  readonly start_date: string | null
  readonly end_date: string | null
  /** Of the agreement: PENDING and REFUSED allow nothing to be taken. */
  readonly status: string | null
  /** In the words of the common agreement; one that is not known here sets no number. */
  readonly frequency: string | null
  /** 1 to 31; 31 is the last day of the month. */
  readonly day_of_execution: number | null
}

const DAY_MS = 86_400_000
/** A bank's day begins before the day of UTC: in Bucharest two or three hours. */
const DAY_BEGINS_EARLIER_MS = 3 * 3_600_000
/** Between our clock and the bank's, and between a cancellation and its record. */
const CLOCKS_DIFFER_MS = 60_000

const STEPS: Readonly<Record<string, { readonly days: number } | { readonly months: number }>> = {
  DAILY: { days: 1 },
  WEEKLY: { days: 7 },
  FORTNIGHTLY: { days: 14 },
  MONTHLY: { months: 1 },
  QUARTERLY: { months: 3 },
  TWICE_YEARLY: { months: 6 },
  YEARLY: { months: 12 },
}

/**
 * The days of execution, from the first: the start day, or the first day of execution on or after it, and equal steps from
 * there. Ends with the schedule, or never.
 */
export function* dueDays({ start_date, end_date, frequency, day_of_execution }: SeriesFacts): Generator<string> {
  const step = STEPS[frequency ?? '']
  if (start_date === null || step === undefined) return
  const first_ms = Date.parse(start_date)
  const [year = 0, month = 0, day = 0] = start_date.split('-').map(Number)
  const in_month = day_of_execution ?? day
  const skipped = 'months' in step && dayOfMonth(year, month, in_month) < start_date ? 1 : 0
  for (let no = 0; ; no += 1) {
    const due =
      'days' in step
        ? new Date(first_ms + no * step.days * DAY_MS).toISOString().slice(0, 10)
        : dayOfMonth(year, month + skipped + no * step.months, in_month)
    if (end_date !== null && due > end_date) return
    yield due
  }
}

/** @param month from 1; more than twelve lead into the years that follow */
function dayOfMonth(year: number, month: number, day: number): string {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
  return new Date(Date.UTC(year, month - 1, Math.min(day, last))).toISOString().slice(0, 10)
}

export type RecurringFacts = {
  readonly partner_id: number
  readonly payment_id: number
  readonly status: string
  readonly amount_minor: number | null
  readonly attempt_no: number
  readonly finished_at: Date | null
  readonly series: SeriesFacts | null
}

/**
 * Every execution is of the agreed amount, under the order that was authorised, on or after its day, none beyond the
 * schedule or after the end of the order. That one is missing is not told: a bank may have refused it for want of funds.
 * @param entries all that the books hold under the order's number
 */
export function compareSeries(payment: RecurringFacts, entries: readonly Entry[], period: Period): Disagreement[] {
  const { status, amount_minor, finished_at, series } = payment
  const punte = `${status}, recurring ${amount_minor ?? 'no amount'} in minor units`
  const found: Disagreement[] = []
  const about = (kind: DisagreementKind, entry: Entry, says: string) => {
    if (!isWithin(entry.at_ms, period)) return
    const booked = `${entry.direction} of ${entry.amount_minor} ${entry.currency} in minor units, attempt ${entry.attempt_no}`
    const there = `${booked}, ${new Date(entry.at_ms).toISOString()}`
    const name = `payment ${payment.partner_id}/${payment.payment_id}`
    found.push({ kind, about: name, says: { punte: `${punte}${says}`, [entry.book.name]: there } })
  }
  for (const entry of entries) {
    if (entry.is_reversal) continue
    const is_agreed = entry.amount_minor === amount_minor && entry.currency === 'RON'
    if (!is_agreed) about('amount_differs', entry, '')
    if (entry.attempt_no !== payment.attempt_no) about('attempt_differs', entry, `, attempt ${payment.attempt_no}`)
    const is_over = finished_at !== null && entry.at_ms > finished_at.getTime() + CLOCKS_DIFFER_MS
    if (is_over) about('executed_after_end', entry, ` at ${finished_at.toISOString()}`)
    else if (!isAgreed(series)) about('paid_but_not_settled', entry, `, agreement ${series?.status ?? 'missing'}`)
  }
  for (const executions of Map.groupBy(entries, ({ book, direction }) => `${book.name} ${direction}`).values())
    compareDays(executions, series, about)
  return found
}

const isAgreed = (series: SeriesFacts | null): boolean =>
  series !== null && series.status !== 'PENDING' && series.status !== 'REFUSED'

/** The n-th execution in a book is not before the n-th day, and there are no more of them than days. */
function compareDays(
  executions: readonly Entry[],
  series: SeriesFacts | null,
  about: (kind: DisagreementKind, entry: Entry, says: string) => void,
): void {
  if (series?.start_date == null) return
  const is_counted = STEPS[series.frequency ?? ''] !== undefined
  const days = dueDays(series)
  const in_order = executions.filter(({ is_reversal }) => !is_reversal).toSorted((one, two) => one.at_ms - two.at_ms)
  for (const entry of in_order) {
    const { value: due } = is_counted ? days.next() : { value: series.start_date }
    if (due === undefined) about('executed_too_often', entry, `, until ${series.end_date}`)
    else if (entry.at_ms < Date.parse(due) - DAY_BEGINS_EARLIER_MS)
      about('executed_too_early', entry, `, due on ${due}`)
  }
}
