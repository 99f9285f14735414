/**
 * The terms of a payment: who is paid, from which account, for what. Personal data, so they are kept as one sealed
 * JSON value; what must be searchable has a keyed hash beside it.
 */

import { isValidIBAN } from 'ibantools'
import { toBankText } from '../../infra/banks/berlin-group/messages/transliterate.ts'
import type { Schedule } from '../../infra/banks/connector.ts'
import type { BankRegistry } from '../../infra/banks/registry.ts'
import type { Keys } from '../../infra/keys/keys.ts'
import { openOnce } from '../../infra/keys/open-once.ts'

export type Terms = {
  readonly creditor_name?: string
  readonly creditor_iban?: string
  readonly details?: string
  readonly debtor_iban?: string
  readonly email?: string
  /** The partner's own id of the payer. */
  readonly psu_intermediar_id?: string
  readonly debtor_bank?: string
}

/** What is kept of a payment: its terms, and how they are to be carried out. */
export type StoredTerms = Terms & {
  readonly schedule?: Schedule
  /** Of a list: one booking of the sum rather than one a payment. */
  readonly batch_booking?: boolean
  /** Of a list: the language of the page, for the mail. */
  readonly language?: 'ro' | 'en'
}

export const MAX_NAME = 70
export const MAX_DETAILS = 140
const MAX_EMAIL = 254

export type TermsFault =
  | 'required'
  | 'invalid'
  | 'not_romanian'
  | 'too_long'
  | 'unsupported_characters'
  | 'same_account'
  | 'wrong_bank'
type FaultyField = keyof Terms

/** Text as people wrote it, in one Unicode form, without control characters and outer or doubled spaces. */
export function tidy(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
}

/** An IBAN without spaces, in capitals. */
export function tidyIban(text: string): string {
  return text.replace(/\s+/g, '').toUpperCase()
}

/** Everything wrong with terms, by field. Absent fields are not faults here: who must give what differs by surface. */
export function faultsOf(terms: Terms, banks: BankRegistry): Map<FaultyField, TermsFault> {
  const faults = new Map<FaultyField, TermsFault>()
  const set = (field: FaultyField, fault: TermsFault | undefined) => fault !== undefined && faults.set(field, fault)
  if (terms.creditor_name !== undefined) set('creditor_name', textFault(terms.creditor_name, MAX_NAME))
  if (terms.details !== undefined) set('details', textFault(terms.details, MAX_DETAILS))
  if (terms.creditor_iban !== undefined) set('creditor_iban', ibanFault(terms.creditor_iban))
  if (terms.debtor_iban !== undefined) set('debtor_iban', ibanFault(terms.debtor_iban))
  if (terms.email !== undefined) set('email', emailFault(terms.email))
  if (terms.psu_intermediar_id !== undefined && [...terms.psu_intermediar_id].length > 100)
    faults.set('psu_intermediar_id', 'too_long')
  const bank = terms.debtor_bank === undefined ? undefined : banks.get(terms.debtor_bank)
  if (terms.debtor_bank !== undefined && bank === undefined) faults.set('debtor_bank', 'invalid')
  if (!faults.has('debtor_iban') && terms.debtor_iban !== undefined) {
    if (terms.debtor_iban === terms.creditor_iban) faults.set('debtor_iban', 'same_account')
    else if (bank !== undefined && !bank.profile.iban_codes.includes(terms.debtor_iban.slice(4, 8)))
      faults.set('debtor_iban', 'wrong_bank')
  }
  return faults
}

function textFault(text: string, max: number): TermsFault | undefined {
  if (text === '') return 'required'
  if ([...text].length > max) return 'too_long'
  // A name or a detail of which nothing remains for the bank (only emoji, say) cannot be told to it.
  return toBankText(text, max) === '' ? 'unsupported_characters' : undefined
}

function ibanFault(iban: string): TermsFault | undefined {
  if (iban === '') return 'required'
  if (!isValidIBAN(iban)) return 'invalid'
  return iban.startsWith('RO') ? undefined : 'not_romanian'
}

function emailFault(email: string): TermsFault | undefined {
  if (email === '') return 'required'
  if (email.length > MAX_EMAIL) return 'too_long'
  return /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$/.test(
    email,
  )
    ? undefined
    : 'invalid'
}

type PaymentKey = { readonly partner_id: number; readonly payment_id: number }
const place = (key: PaymentKey) => `payments.terms:${key.partner_id}:${key.payment_id}`

export function sealTerms(keys: Keys, key: PaymentKey, terms: StoredTerms): Buffer {
  return keys.seal(JSON.stringify(terms), place(key))
}

/** The terms of a payment row; empty when the partner has not called initPayment yet. */
export function openTerms(
  context: { readonly keys: Keys },
  payment: PaymentKey & { readonly terms_enc: Buffer | null },
): StoredTerms {
  return payment.terms_enc === null ? {} : opened(context.keys, payment.terms_enc, place(payment))
}

const opened = openOnce<StoredTerms>()

/** Keyed hashes of what must be found again without opening every row. */
export function hashesOf(keys: Keys, terms: Terms) {
  return {
    creditor_iban_hash: accountHash(keys, terms.creditor_iban),
    debtor_iban_hash: accountHash(keys, terms.debtor_iban),
    email_hash: hashOf(keys, 'email', terms.email?.toLowerCase()),
    payer_hash: payerHash(keys, terms.psu_intermediar_id),
  }
}

export const accountHash = (keys: Keys, iban: string | undefined): Buffer | null => hashOf(keys, 'iban', iban)

/** Of the partner's own id of the payer. */
export const payerHash = (keys: Keys, id: string | undefined): Buffer | null => hashOf(keys, 'payer', id)

const hashOf = (keys: Keys, kind: string, value: string | undefined): Buffer | null =>
  value === undefined ? null : keys.hash(kind, value)
