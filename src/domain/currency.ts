/**
 * Amounts of the card rail: any currency of ISO 4217, in integer minor units of its own exponent (JPY 0, RON 2, BHD 3).
 * The account rail knows lei only: money.ts.
 */
import currencies from 'currency-codes'

/** 999 999 999 999.999: the card API's largest (10¹² less one unit), far inside 2^53 in every exponent. */
const MAX_WHOLE_DIGITS = 12

const exponents = new Map(currencies.codes().map((code) => [code, currencies.code(code)?.digits]))

/** Decimal digits of a currency's minor unit; undefined: no such currency. */
export function exponentOf(currency: string): number | undefined {
  return exponents.get(currency)
}

export type CurrencyAmountFault = 'not_a_number' | 'not_positive' | 'too_many_decimals' | 'too_large'

/**
 * Reads decimal text (`"10"`, `"10.5"`, `"10.50"`; no sign, no exponent, no comma). Further zeros behind the minor unit
 * are let pass (`"1.000"` lei), other digits are not.
 *
 * @param zero whether 0 is an amount here (VERIFY)
 */
export function parseCurrencyAmount(
  text: string,
  currency: string,
  zero = false,
): { ok: true; amount_minor: number } | { ok: false; fault: CurrencyAmountFault } {
  const exponent = exponentOf(currency)
  const read = /^(\d{1,20})(?:\.(\d{0,20}))?$|^\.(\d{1,20})$/.exec(text)
  if (exponent === undefined || read === null) return { ok: false, fault: 'not_a_number' }
  const whole = (read[1] ?? '0').replace(/^0+(?=\d)/, '')
  const decimals = read[2] ?? read[3] ?? ''
  if (/[1-9]/.test(decimals.slice(exponent))) return { ok: false, fault: 'too_many_decimals' }
  if (whole.length > MAX_WHOLE_DIGITS) return { ok: false, fault: 'too_large' }
  const amount_minor = Number(whole + decimals.slice(0, exponent).padEnd(exponent, '0'))
  if (amount_minor === 0 && !zero) return { ok: false, fault: 'not_positive' }
  return { ok: true, amount_minor }
}

/** As the wire writes it, with all digits of the minor unit: `1050` RON → `"10.50"`, `1050` JPY → `"1050"`. */
export function currencyAmountText(amount_minor: number, currency: string): string {
  const exponent = exponentOf(currency) ?? 2
  const digits = String(amount_minor).padStart(exponent + 1, '0')
  return exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`
}
