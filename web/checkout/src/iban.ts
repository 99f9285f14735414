/**
 * IBANs of accounts in Romania: reading, checking (ISO 13616, mod 97), grouping by four, the bank's code.
 */

export type IbanReading =
  | { readonly ok: true; readonly iban: string; readonly bankCode: string }
  | { readonly ok: false; readonly fault: 'required' | 'invalid' | 'not_romanian' }

/** RO, two check digits, four letters of the bank, sixteen letters or digits of the account. */
const ROMANIAN = /^RO\d{2}[A-Z]{4}[A-Z0-9]{16}$/
const ROMANIAN_LENGTH = 24
/** No country's IBAN is longer. */
const LONGEST = 34

/** Capitals and digits only, as machines keep it; a pasted "IBAN:" before the number is dropped. */
export function compactIban(text: string): string {
  const bare = text.toUpperCase().replace(/[^A-Z0-9]/g, '')
  return bare.replace(/^IBAN(?=[A-Z]{2}\d{2})/, '').slice(0, LONGEST)
}

/** `RO49AAAA1B31…` → `RO49 AAAA 1B31 …`, as people read it. */
export function groupIban(text: string): string {
  return compactIban(text).replace(/(.{4})(?=.)/g, '$1 ')
}

export function parseIban(text: string): IbanReading {
  const iban = compactIban(text)
  if (iban === '') return { ok: false, fault: 'required' }
  if (/^[A-Z]{2}/.test(iban) && !iban.startsWith('RO')) {
    // A whole and correct foreign IBAN deserves another word than a mistyped one.
    return { ok: false, fault: iban.length >= 15 && remainder97(iban) === 1 ? 'not_romanian' : 'invalid' }
  }
  if (!ROMANIAN.test(iban) || remainder97(iban) !== 1) return { ok: false, fault: 'invalid' }
  return { ok: true, iban, bankCode: iban.slice(4, 8) }
}

/** Whether nothing more is to be typed: time to say what is wrong with it. */
export function isWholeIban(text: string): boolean {
  return compactIban(text).length >= ROMANIAN_LENGTH
}

function remainder97(iban: string): number {
  let remainder = 0
  for (const sign of iban.slice(4) + iban.slice(0, 4)) {
    // A is 10 … Z is 35: two digits at once.
    const value = Number.parseInt(sign, 36)
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return remainder
}

/**
 * Where the caret belongs after regrouping: behind as many signs of the IBAN as stood before it.
 * `caret` is the position in `typed`; the answer is a position in `groupIban(typed)`.
 */
export function caretAfterGrouping(typed: string, caret: number): number {
  const signs = compactIban(typed.slice(0, caret)).length
  const grouped = groupIban(typed)
  if (signs === 0) return 0
  // At the end of a group while typing forward, the space that follows is already there to step over.
  let position = 0
  for (let seen = 0; position < grouped.length && seen < signs; position += 1) {
    if (grouped[position] !== ' ') seen += 1
  }
  return position
}
