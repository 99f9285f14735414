/** Romanian identification numbers: CNP of people, CUI and register number of companies. Pure. */

const CNP_WEIGHTS = [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]
const CUI_WEIGHTS = [7, 5, 3, 2, 1, 7, 5, 3, 2]
// Counties, the sectors of Bucharest (of eight there once were), Călărași, Giurgiu, and who registers wherever he is.
const isCountyOfCnp = (code: number) => (code >= 1 && code <= 48) || code === 51 || code === 52 || code === 70

const weighted = (digits: string, weights: readonly number[]): number =>
  weights.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0)

/** Length, first digit, date, county and check digit. */
export function isCnp(text: string): boolean {
  if (!/^[1-9]\d{12}$/.test(text) || birthDatesOfCnp(text).length === 0) return false
  if (!isCountyOfCnp(Number(text.slice(7, 9))) || text.slice(9, 12) === '000') return false
  const check = weighted(text, CNP_WEIGHTS) % 11
  return Number(text[12]) === (check === 10 ? 1 : check)
}

const CENTURIES: Readonly<Record<string, readonly number[]>> = {
  1: [1900],
  2: [1900],
  3: [1800],
  4: [1800],
  5: [2000],
  6: [2000],
  // Residents and foreigners: the number does not tell the century.
  7: [1900, 2000],
  8: [1900, 2000],
  9: [1900, 2000],
}

/** `yyyy-mm-dd`, those that the number allows; none: it holds no date. */
export function birthDatesOfCnp(cnp: string): string[] {
  const [year, month, day] = [cnp.slice(1, 3), cnp.slice(3, 5), cnp.slice(5, 7)]
  return (CENTURIES[cnp[0] ?? ''] ?? [])
    .map((century) => `${century + Number(year)}-${month}-${day}`)
    .filter((date) => isDate(date))
}

/** Check digit by the key 753217532. @param text digits, without RO */
export function isCui(text: string): boolean {
  if (!/^[1-9]\d{1,9}$/.test(text)) return false
  const digits = text.slice(0, -1).padStart(9, '0')
  const check = (weighted(digits, CUI_WEIGHTS) * 10) % 11
  return Number(text.at(-1)) === (check === 10 ? 0 : check)
}

/**
 * `J40/1234/2020` as given out until 2024; `J2024001234401` since: letter, year, number, county, check digit, which is not
 * checked, its rule being published nowhere in law.
 */
export const isTradeRegisterNumber = (text: string): boolean =>
  /^[JFC](0?[1-9]|[1-4]\d|5[12])\/\d{1,6}\/(19|20)\d\d$/.test(text) || /^[JFC](19|20)\d{11}$/.test(text)

/** European unique identifier: country and register, a dot, the number there. */
export const isEuid = (text: string): boolean => /^[A-Z]{2}[A-Z0-9]{1,12}\.[A-Z0-9/._-]{1,30}$/.test(text)

/** A day that exists. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}
