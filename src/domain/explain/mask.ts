/**
 * Explaining a payment: one timeline, from the partner's call to the last webhook and mail, that support may read and pass on.
 * payment.ts explains the account rail, order.ts the card rail, both from what is stored; timeline.ts has what they share,
 * store.ts the SQL. mask.ts is what keeps people out of it: nothing that a person typed or a secret is made of goes past it.
 */

/** Words that are known to be about a person, and what stands for them. */
export type Known = readonly { readonly value: string; readonly as: string }[]

/** `RO49…0000`: enough to tell two accounts apart. */
export function maskIban(iban: string): string {
  const tidy = iban.replace(/[\s-]+/g, '')
  return tidy.length < 15 ? '…' : `${tidy.slice(0, 4)}…${tidy.slice(-4)}`
}

/** `Ana Maria` → `A. M.` */
export function initialsOf(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? []
  return words.length === 0 ? '…' : words.map((word) => `${[...word][0]}.`).join(' ')
}

/** `ana@example.ro` → `a…@example.ro` */
export function maskMail(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 1 ? '…' : `${[...address][0]}…${address.slice(at)}`
}

const ADDRESS_WITH_QUERY = /(https?:\/\/[^\s?#]*)[?#]\S*/gi
const MAIL = /[^\s@<>"(),:;]{1,64}@[^\s@<>"(),:;]+/g
const IBAN = /[A-Z]{2}\d{2}[A-Z0-9]{11,30}/gi
const IBAN_IN_GROUPS = /[A-Z]{2}\d{2}(?:[ -][A-Z0-9]{4}){2,7}(?:[ -][A-Z0-9]{1,3})?/gi
const CARD_NUMBER = /\d(?:[ -]?\d){12,18}/g
const LONG_RUN = /[A-Za-z0-9_+/=~-]{16,}/g
/** Codes (INSUFFICIENT_FUNDS) and long words are long, too; a token is neither. */
const READABLE = /^(?:[A-Z]+(?:_[A-Z]+)*|[A-Z]?[a-z]+(?:[-_][a-z]+)*)$/
/** A payer's id of two characters would be found in every code and word. */
const SHORTEST_KNOWN = 3
const SYNTAX = /[\\^$.*+?()[\]{}|/]/g
// A line break could forge a line of the timeline; an escape, the terminal; a change of direction, an amount.
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu

/**
 * Free text (a bank's code, staff's reason) without IBANs, card numbers, mail addresses, tokens, what follows an address's `?`,
 * and the words that are known. Rather masks too much.
 */
export function maskText(text: string, known: Known = []): string {
  let masked = text.replace(INVISIBLE, ' ')
  for (const { value, as } of [...known].sort((a, b) => b.value.length - a.value.length)) {
    if (value.length >= SHORTEST_KNOWN)
      masked = masked.replace(new RegExp(value.replace(SYNTAX, '\\$&'), 'giu'), () => as)
  }
  return masked
    .replace(ADDRESS_WITH_QUERY, '$1?…')
    .replace(MAIL, maskMail)
    .replace(IBAN, maskIban)
    .replace(IBAN_IN_GROUPS, maskIban)
    .replace(CARD_NUMBER, (digits) => `…${digits.slice(-4)}`)
    .replace(LONG_RUN, (run) => (READABLE.test(run) ? run : '…'))
}
