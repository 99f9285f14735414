/** Romanian wall time in a field, a moment outside. */
const PARTS = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Bucharest',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
})

/** @returns `yyyy-mm-ddThh:mm` */
export const toLocal = (at: string): string => PARTS.format(new Date(at)).replace(' ', 'T')

/** @param local `yyyy-mm-ddThh:mm`; of an hour that comes twice in autumn the later one, as winter counts */
export function fromLocal(local: string): string {
  const wall = Date.parse(`${local}:00Z`)
  const found = [2, 3]
    .map((ahead_h) => new Date(wall - ahead_h * 3_600_000))
    .find((at) => toLocal(at.toISOString()) === local.slice(0, 16))
  return (found ?? new Date(wall - 2 * 3_600_000)).toISOString()
}

/** `2026-H2` in words: the half-year of a report. What is not one stands as it is. */
export function halfYearText(subject: string, language: 'ro' | 'en'): string {
  const [, year, half] = /^(\d{4})-H([12])$/.exec(subject) ?? []
  if (year === undefined) return subject
  const is_first = half === '1'
  return language === 'ro'
    ? `semestrul ${is_first ? 'I' : 'al II-lea'} ${year}`
    : `${is_first ? 'first' : 'second'} half of ${year}`
}
