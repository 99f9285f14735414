/** Words for what the tables say in codes. */
import type { PaymentLine } from '../../../../src/http/office/search-contract.ts'
import type { Tone } from '../../../shared/status-badge.tsx'
import type { Word, Words } from '../../../shared/told/codes.ts'

export const KINDS: Words<PaymentLine['kind']> = {
  single: { ro: 'simplă', en: 'single' },
  list: { ro: 'listă', en: 'list' },
  item: { ro: 'din listă', en: 'of a list' },
  recurring: { ro: 'recurentă', en: 'recurring' },
}

export const ATTEMPT_STATES: Readonly<Record<string, Word & { readonly tone: Tone }>> = {
  entering: { ro: 'plătitorul intră la bancă', en: 'payer is entering the bank', tone: 'open' },
  sending: { ro: 'se trimite', en: 'being sent', tone: 'open' },
  unknown: { ro: 'soartă necunoscută', en: 'fate unknown', tone: 'warn' },
  open: { ro: 'la bancă', en: 'at the bank', tone: 'open' },
  closed: { ro: 'încheiată', en: 'over', tone: 'quiet' },
}

export const DELIVERY_STATES: Readonly<Record<string, Word & { readonly tone: Tone }>> = {
  pending: { ro: 'de livrat', en: 'to be delivered', tone: 'open' },
  delivered: { ro: 'livrat', en: 'delivered', tone: 'good' },
  failed: { ro: 'nelivrat', en: 'not delivered', tone: 'bad' },
  sent: { ro: 'trimis', en: 'sent', tone: 'good' },
}

/** Search keys: what they are to. */
export const KEYS: Readonly<Record<string, Word>> = {
  debtor_iban_key: { ro: 'IBAN plătitor', en: "Payer's IBAN" },
  creditor_iban_key: { ro: 'IBAN beneficiar', en: "Beneficiary's IBAN" },
  email_key: { ro: 'E-mail plătitor', en: "Payer's e-mail" },
  payer_key: { ro: 'psuIntermediarId', en: 'psuIntermediarId' },
}
