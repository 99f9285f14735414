/**
 * Amounts in RON as people in Romania type and read them. Minor units (bani) inside, always.
 */

/** The server's own limit: 999 999 999,99 RON. */
export const MAX_AMOUNT_MINOR = 99_999_999_999

export type AmountReading =
  | { readonly ok: true; readonly amountMinor: number }
  | { readonly ok: false; readonly fault: 'required' | 'invalid' | 'too_large' }

const WHOLE = '(\\d+|\\d{1,3}(?:\\.\\d{3})+|\\d{1,3}(?: \\d{3})+)'
const ROMANIAN = new RegExp(`^${WHOLE}(?:,(\\d{1,2}))?$`)
/** A point can only mean decimals where one or two digits follow it: `1.234` are thousands, `1234.5` is not. */
const POINTED = /^(\d+|\d{1,3}(?:,\d{3})+)\.(\d{1,2})$/

/**
 * Reads what the payer typed: `1.234,56`, `1234,56`, `1 234,56`, and, where it cannot be mistaken, `1234.56`.
 * `1.234` is one thousand two hundred thirty-four; `1,234` is refused (a third decimal), never guessed.
 */
export function parseAmount(text: string): AmountReading {
  const bare = text
    .replace(/[\s\u00a0\u202f]+/g, ' ')
    .trim()
    .replace(/ ?(ron|lei)$/i, '')
  if (bare === '') return { ok: false, fault: 'required' }
  const match = ROMANIAN.exec(bare) ?? POINTED.exec(bare)
  if (match === null) return { ok: false, fault: 'invalid' }
  const whole = (match[1] ?? '').replace(/\D/g, '').replace(/^0+(?=\d)/, '')
  if (whole.length > 10) return { ok: false, fault: 'too_large' }
  const amountMinor = Number(whole) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
  if (amountMinor === 0) return { ok: false, fault: 'invalid' }
  if (amountMinor > MAX_AMOUNT_MINOR) return { ok: false, fault: 'too_large' }
  return { ok: true, amountMinor }
}

/** `123456` → `1.234,56`. */
export function formatAmount(amountMinor: number): string {
  const whole = String(Math.trunc(amountMinor / 100)).replace(/\B(?=(\d{3})+$)/g, '.')
  return `${whole},${String(amountMinor % 100).padStart(2, '0')}`
}
