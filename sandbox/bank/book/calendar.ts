/** Days of the bank, which keeps Romanian time, and the days on which a periodic payment is due. */
import type { Frequency } from '../config.ts'
import type { Schedule } from './order.ts'

const in_bucharest = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Bucharest', dateStyle: 'short' })

/** The day it is in Romania, `yyyy-mm-dd`. */
export const realToday = (now_ms: number = Date.now()): string => in_bucharest.format(now_ms)

/** True for a day that the calendar has, written `yyyy-mm-dd`. */
export function isDay(text: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return false
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

/** The same day in so many years. */
export const yearsAfter = (day: string, years: number): string => monthsAfter(day, years * 12, Number(day.slice(8)))

function daysAfter(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}

/** Day `day_of_month` of the month so many months after `day`'s; the month's last day where it is shorter. */
function monthsAfter(day: string, months: number, day_of_month: number): string {
  const [year = 0, month = 1] = day.split('-').map(Number)
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
  return new Date(Date.UTC(year, month - 1 + months, Math.min(day_of_month, last))).toISOString().slice(0, 10)
}

const STEPS: Readonly<Record<Frequency, { readonly days: number } | { readonly months: number }>> = {
  Daily: { days: 1 },
  Weekly: { days: 7 },
  EveryTwoWeeks: { days: 14 },
  Monthly: { months: 1 },
  EveryTwoMonths: { months: 2 },
  Quarterly: { months: 3 },
  SemiAnnual: { months: 6 },
  Annual: { months: 12 },
}

/**
 * The day of execution number `execution_no` (from 1), or undefined when the series is over by then. The first is on
 * the start date, or on the first day of execution on or after it; the others follow in equal steps.
 */
export function dueDay(schedule: Schedule, execution_no: number): string | undefined {
  const { start_date, end_date, frequency, day_of_execution } = schedule
  const step = STEPS[frequency]
  const day = 'days' in step ? daysAfter(start_date, step.days * (execution_no - 1)) : inMonths(step.months)
  return end_date !== undefined && day > end_date ? undefined : day

  function inMonths(months: number): string {
    const day_of_month = day_of_execution ?? Number(start_date.slice(8))
    const skipped = monthsAfter(start_date, 0, day_of_month) < start_date ? 1 : 0
    return monthsAfter(start_date, skipped + months * (execution_no - 1), day_of_month)
  }
}
