/** Days of Bucharest as moments. */

/** @param day `yyyy-mm-dd`, or empty */
export const startOfDay = (day: string): string | undefined => (isDay(day) ? momentOf(day) : undefined)

/** The beginning of the day after: what is before it is in the day. */
export function endOfDay(day: string): string | undefined {
  if (!isDay(day)) return undefined
  return momentOf(new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10))
}

const DAY_MS = 86_400_000
const isDay = (day: string): boolean => /^20\d\d-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day))
const HOUR = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Bucharest', hour: '2-digit', hourCycle: 'h23' })

function momentOf(day: string): string {
  const utc = Date.parse(`${day}T00:00:00Z`)
  // Clocks there change at three in the morning: what midnight is ahead by holds at midnight.
  const ahead_h = Number(HOUR.format(utc - 2 * 3_600_000)) === 0 ? 2 : 3
  return new Date(utc - ahead_h * 3_600_000).toISOString()
}
