import { exponentOf, parseCurrencyAmount } from '../currency.ts'
import { PunteError } from '../errors.ts'

/** What the tables hold: 999 999 999 999.999. A currency of four decimals comes to its end before the digits do. */
const MOST_MINOR = 999_999_999_999_999

/**
 * A request's amount in minor units.
 * @param zero whether 0 is allowed (VERIFY)
 * @throws PunteError FIELD_INVALID at the amount's or the currency's field
 */
export function readAmount(text: string, currency: string, field: string, zero = false): number {
  if (exponentOf(currency) === undefined)
    throw new PunteError('FIELD_INVALID', {
      field: field.replace(/\.\w+$/, '.currency'),
      text: `Value '${currency}' is invalid. It is no currency of ISO 4217.`,
    })
  const read = parseCurrencyAmount(text, currency, zero)
  if (read.ok && read.amount_minor <= MOST_MINOR) return read.amount_minor
  const why = {
    not_a_number: 'It is not an amount.',
    not_positive: 'Transaction or order amount must be greater than zero',
    too_many_decimals: `${currency} has ${exponentOf(currency)} decimals.`,
    too_large: 'It is larger than any amount.',
  }[read.ok ? 'too_large' : read.fault]
  throw new PunteError('FIELD_INVALID', { field, text: `Value '${text}' is invalid. ${why}` })
}
