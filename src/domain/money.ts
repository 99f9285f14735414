/**
 * Money is integer minor units with a currency. The account rail knows RON only (two decimals).
 *
 * Largest amount: 999 999 999.99 RON. The Berlin Group text allows 14 integer digits; no Romanian payment order
 * comes near nine, and the sum of a page of payments stays exact in a JavaScript number.
 */
export const MAX_AMOUNT_MINOR = 99_999_999_999

export type AmountFault = 'not_a_number' | 'not_positive' | 'too_many_decimals' | 'too_large'

/**
 * Reads an amount as partners send it: a JSON number, or its decimal text with a point (`"1234.50"`).
 * A comma is refused, not guessed: `1,50` and `1,500` differ by a factor of a thousand.
 *
 * @returns minor units (bani), or the fault
 */
export function parseAmount(value: unknown): { ok: true; amount_minor: number } | { ok: false; fault: AmountFault } {
  const text = typeof value === 'number' ? numberText(value) : value
  if (typeof text !== 'string' || !/^-?\d{1,20}(\.\d{1,20})?$/.test(text)) return { ok: false, fault: 'not_a_number' }
  const negative = text.startsWith('-')
  const [whole = '', decimals = ''] = text.replace('-', '').split('.')
  if (/[1-9]/.test(decimals.slice(2))) return { ok: false, fault: 'too_many_decimals' }
  const amount_minor = Number(whole) * 100 + Number(decimals.slice(0, 2).padEnd(2, '0'))
  if (negative || amount_minor === 0) return { ok: false, fault: 'not_positive' }
  if (amount_minor > MAX_AMOUNT_MINOR) return { ok: false, fault: 'too_large' }
  return { ok: true, amount_minor }
}

// A JSON number arrives as a double; its shortest text is what the sender wrote, unless it needs an exponent.
function numberText(value: number): string {
  if (!Number.isFinite(value)) return ''
  if (Number.isInteger(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value.toFixed(0)
  if (Math.abs(value) >= 1e15) return '99999999999999'
  if (value !== 0 && Math.abs(value) < 1e-6) return value < 0 ? '-0.0001' : '0.0001'
  return String(value)
}

/** Minor units as the wire writes them: `123450` → `"1234.50"` (Berlin Group `amount`, partner API). */
export function amountText(amount_minor: number): string {
  const whole = Math.trunc(amount_minor / 100)
  return `${whole}.${String(amount_minor % 100).padStart(2, '0')}`
}

/** Minor units as people in Romania read them: `123450` → `"1.234,50"`. */
export function amountForPeople(amount_minor: number): string {
  const [whole = '', bani = ''] = amountText(amount_minor).split('.')
  return `${whole.replace(/\B(?=(\d{3})+$)/g, '.')},${bani}`
}
