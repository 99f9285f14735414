/** Amounts in minor units of any ISO 4217 currency. */
import currencies from 'currency-codes'

const digits = new Map(currencies.codes().map((code) => [code, currencies.code(code)?.digits]))

/** Decimal places; undefined: no such currency. */
export const digitsOf = (currency: string): number | undefined => digits.get(currency)

/** The amount without its decimals: 10051.99 RON → 10051, 10051 JPY → 10051. */
export const wholePart = (amount_minor: number, currency: string): number =>
  Math.floor(amount_minor / 10 ** (digitsOf(currency) ?? 2))

/** For people: `1.234,50 RON`. */
export function moneyText(amount_minor: number, currency: string): string {
  const places = digitsOf(currency) ?? 2
  const padded = String(Math.abs(amount_minor)).padStart(places + 1, '0')
  const whole = padded.slice(0, padded.length - places).replace(/\B(?=(\d{3})+$)/g, '.')
  const decimals = places === 0 ? '' : `,${padded.slice(-places)}`
  return `${amount_minor < 0 ? '−' : ''}${whole}${decimals} ${currency}`
}
