/** How the issuers decide: the published test tables (expiry, security code, street), and the band of amounts. Pure. */
import { TEXTS } from './codes.ts'
import { wholePart } from './currency.ts'

/**
 * What happens to the first call of a message. A repetition is always answered plainly.
 * `silent`, `late` (answered after `late_ms`) and `drop` (the connection is closed) are booked before; `lost` never is.
 */
export type Manner = 'plain' | 'silent' | 'late' | 'drop' | 'lost'
export type Outcome = { readonly code: string; readonly manner: Manner }

const APPROVED: Outcome = { code: '00', manner: 'plain' }
const plain = (code: string): Outcome => ({ code, manner: 'plain' })

/** By expiry `YYMM`. Anything else approves until it is past. */
const BY_EXPIRY: Readonly<Record<string, Outcome>> = {
  '3901': APPROVED,
  '3905': plain('05'),
  '2704': plain('54'),
  '2808': { code: '00', manner: 'silent' },
  '3701': plain('96'),
  '3702': plain('06'),
  '3705': plain('Q9'),
}

/** Of the amounts 10000 to 10099 (whole units of any currency) these are special; the others answer their last two digits. */
const BAND_FROM = 10_000
const BY_AMOUNT: Readonly<Record<number, Outcome>> = {
  10000: APPROVED,
  10068: { code: '00', manner: 'late' },
  10082: plain('N7'),
  10090: plain('91'),
  10091: { code: '00', manner: 'lost' },
  10099: { code: '00', manner: 'drop' },
}

/** @param expiry `YYMM`; absent: not judged */
export function judgeExpiry(expiry: string | undefined, now_ms: number): Outcome {
  if (expiry === undefined) return APPROVED
  const known = BY_EXPIRY[expiry]
  if (known !== undefined) return known
  const now = new Date(now_ms)
  const months = (now.getUTCFullYear() % 100) * 12 + now.getUTCMonth() + 1
  return Number(expiry.slice(0, 2)) * 12 + Number(expiry.slice(2)) < months ? plain('54') : APPROVED
}

export function judgeAmount(amount_minor: number, currency: string): Outcome {
  const whole = wholePart(amount_minor, currency)
  if (whole < BAND_FROM || whole >= BAND_FROM + 100) return APPROVED
  const special = BY_AMOUNT[whole]
  if (special !== undefined) return special
  const code = String(whole).slice(-2)
  return code in TEXTS ? plain(code) : APPROVED
}

/** M match, P not processed, N no match, X not present. Codes that the table does not name match. */
export function judgeSecurityCode(code: string | undefined, number: string): 'M' | 'P' | 'N' | 'X' {
  if (code === undefined) return 'X'
  const is_amex = /^3[47]/.test(number)
  if (code.length !== (is_amex ? 4 : 3)) return 'N'
  const plain_code = is_amex ? code.slice(0, 3) : code
  if (is_amex && !code.endsWith('0')) return 'M'
  if (plain_code === '101') return 'P'
  return plain_code === '102' ? 'N' : 'M'
}

const STREETS: Readonly<Record<string, string>> = {
  alpha: 'A',
  gamma: 'G',
  november: 'N',
  romeo: 'R',
  sierra: 'S',
  uniform: 'U',
  whiskey: 'W',
  'x-ray': 'X',
  kilo: 'K',
  oscar: 'O',
  lima: 'L',
  zero: '0',
}

/** The letter of the street's name (`Alpha St`, `12 Alpha St`); U for other streets, absent without an address. */
export function judgeAddress(street: string | undefined): string | undefined {
  if (street === undefined) return undefined
  const named = /^(?:\d+\w?,?\s+)?([a-z-]+) st\b/i.exec(street.trim())
  return STREETS[(named?.[1] ?? '').toLowerCase()] ?? 'U'
}
