/** The days of an order: requestedExecutionDate, and when and how often a periodic payment runs. */
import { dueDay, isDay } from '../../book/calendar.ts'
import type { Schedule } from '../../book/order.ts'
import type { Frequency } from '../../config.ts'
import { Refusal } from '../refusal.ts'
import { faulty, type OrderContext } from './transfer.ts'

/** As it stands in a body or in the JSON part of a multipart one. */
export type ScheduleBody = {
  readonly startDate: string
  readonly endDate?: string
  readonly frequency: string
  readonly dayOfExecution?: string
  readonly executionRule?: string
}

/** requestedExecutionDate: a day not past, at a bank that takes orders for later. @throws Refusal */
export function readExecutionDate(
  { config, today }: OrderContext,
  date: string | undefined,
  path = 'requestedExecutionDate',
): { execution_date?: string } {
  if (date === undefined) return {}
  if (!isDay(date)) throw faulty(path, 'is not a day')
  if (date < today) throw new Refusal('EXECUTION_DATE_INVALID', 'is past', { path })
  if (date > today && !config.services.payments.future_dated)
    throw new Refusal('PARAMETER_NOT_SUPPORTED', 'orders for a later day are not offered', { path })
  return { execution_date: date }
}

/** Months that pass or days: only the former have a day of execution. */
const BY_DAYS: ReadonlySet<string> = new Set(['Daily', 'Weekly', 'EveryTwoWeeks'])

/** @throws Refusal FORMAT_ERROR with the path, PERIOD_INVALID */
export function readSchedule({ config, today }: OrderContext, body: ScheduleBody): Schedule {
  const service = config.services['periodic-payments']
  const words = Object.entries(service?.frequencies ?? {}) as [Frequency, string][]
  const frequency = words.find(([, word]) => word === body.frequency)?.[0]
  if (frequency === undefined) throw faulty('frequency', `must be one of ${words.map(([, word]) => word).join(', ')}`)
  const { startDate: start_date, endDate: end_date } = body
  if (!isDay(start_date)) throw faulty('startDate', 'is not a day')
  if (end_date !== undefined && !isDay(end_date)) throw faulty('endDate', 'is not a day')
  const period = (text: string, path: string) => new Refusal('PERIOD_INVALID', text, { path })
  if (start_date < today) throw period('is past', 'startDate')
  if (end_date !== undefined && end_date < start_date) throw period('is before startDate', 'endDate')
  const day_of_execution = readDay(body.dayOfExecution, service?.day_digits ?? 1)
  const schedule = {
    start_date,
    ...(end_date === undefined ? {} : { end_date }),
    frequency,
    ...(day_of_execution === undefined || BY_DAYS.has(frequency) ? {} : { day_of_execution }),
  }
  if (dueDay(schedule, 1) === undefined) throw period('no execution is due in the period', 'endDate')
  return schedule
}

function readDay(text: string | undefined, digits: 1 | 2): number | undefined {
  if (text === undefined) return undefined
  const [pattern, form] = digits === 2 ? [/^[0-9]{2}$/, '01 to 31'] : [/^[1-9][0-9]?$/, '1 to 31']
  const day = Number(text)
  if (!pattern.test(text) || day < 1 || day > 31) throw faulty('dayOfExecution', `must be ${form}`)
  return day
}
