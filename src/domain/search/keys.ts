/**
 * Search keys: an account, a mail address or a payer's id is looked for by its keyed hash. The page asks for the key once and
 * keeps that in its address: nobody who reads an address or a log learns whom it is about.
 */
import type { Context } from '../context.ts'
import { tidyIban } from '../initiation/terms.ts'
import { invalid } from '../partners/profile.ts'

/** Field of a filter → the kind of its keyed hash (initiation/terms.ts, `hashesOf`) and how its value is written. */
const FIELDS = {
  debtor_iban_key: { kind: 'iban', tidy: tidyIban },
  creditor_iban_key: { kind: 'iban', tidy: tidyIban },
  email_key: { kind: 'email', tidy: (text: string) => text.trim().toLowerCase() },
  payer_key: { kind: 'payer', tidy: (text: string) => text.trim() },
} as const

export type KeyField = keyof typeof FIELDS
export const KEY_FIELDS = Object.keys(FIELDS) as readonly KeyField[]

const MOST_LETTERS = 254

/** @returns a key for the field, to be given back as it is */
export function searchKey(context: Pick<Context, 'keys'>, field: KeyField, value: string): string {
  const { kind, tidy } = FIELDS[field]
  const text = tidy(value)
  if (text === '' || text.length > MOST_LETTERS) throw invalid(field, `must be 1 to ${MOST_LETTERS} characters`)
  return context.keys.hash(kind, text).toString('base64url')
}

/** @throws PunteError FIELD_INVALID */
export function readKey(field: KeyField, key: string): Buffer {
  const hash = Buffer.from(key, 'base64url')
  if (!/^[\w-]{43}$/.test(key) || hash.length !== 32) throw invalid(field, 'must be a search key')
  return hash
}
