/** Words for what the tables say in codes. */
import type { Tone } from '../../../shared/status-badge.tsx'

type Word = { readonly ro: string; readonly en: string }

export const STATUSES: Readonly<Record<string, Word & { readonly tone: Tone }>> = {
  INIT: { ro: 'inițiată', en: 'initiated', tone: 'open' },
  RCVD: { ro: 'primită de bancă', en: 'received by the bank', tone: 'open' },
  ACTC: { ro: 'verificată de bancă', en: 'checked by the bank', tone: 'open' },
  PDNG: { ro: 'în așteptare la bancă', en: 'pending at the bank', tone: 'open' },
  ACCP: { ro: 'acceptată', en: 'accepted', tone: 'open' },
  ACSP: { ro: 'în execuție', en: 'being executed', tone: 'open' },
  ACSC: { ro: 'decontată', en: 'settled', tone: 'good' },
  RJCT: { ro: 'respinsă', en: 'rejected', tone: 'bad' },
  CANC: { ro: 'anulată', en: 'cancelled', tone: 'quiet' },
  ABND: { ro: 'abandonată', en: 'abandoned', tone: 'quiet' },
  BLOCKED: { ro: 'blocată de o limită', en: 'blocked by a limit', tone: 'bad' },
  PART: { ro: 'plătită în parte', en: 'partly paid', tone: 'warn' },
}

export const KINDS: Readonly<Record<string, Word>> = {
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
