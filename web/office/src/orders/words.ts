/** Tones of the card rail's statuses and results, beside their words; what agreements are called. */
import type { Tone } from '../../../shared/status-badge.tsx'
import { RESULTS as RESULT_WORDS, ORDER_STATUSES as STATUS_WORDS } from '../../../shared/told/card-codes.ts'
import type { Word } from '../../../shared/told/codes.ts'

type Toned<Code extends string> = Readonly<Record<Code, Word & { readonly tone: Tone }>>

export const ORDER_STATUSES: Toned<keyof typeof STATUS_WORDS> = {
  INITIATED: { ...STATUS_WORDS.INITIATED, tone: 'open' },
  FAILED: { ...STATUS_WORDS.FAILED, tone: 'bad' },
  VERIFIED: { ...STATUS_WORDS.VERIFIED, tone: 'good' },
  AUTHORIZED: { ...STATUS_WORDS.AUTHORIZED, tone: 'open' },
  PARTIALLY_CAPTURED: { ...STATUS_WORDS.PARTIALLY_CAPTURED, tone: 'warn' },
  CAPTURED: { ...STATUS_WORDS.CAPTURED, tone: 'good' },
  PARTIALLY_REFUNDED: { ...STATUS_WORDS.PARTIALLY_REFUNDED, tone: 'warn' },
  REFUNDED: { ...STATUS_WORDS.REFUNDED, tone: 'quiet' },
  CANCELLED: { ...STATUS_WORDS.CANCELLED, tone: 'quiet' },
}

export const RESULTS: Toned<keyof typeof RESULT_WORDS> = {
  SUCCESS: { ...RESULT_WORDS.SUCCESS, tone: 'good' },
  FAILURE: { ...RESULT_WORDS.FAILURE, tone: 'bad' },
  PENDING: { ...RESULT_WORDS.PENDING, tone: 'open' },
  UNKNOWN: { ...RESULT_WORDS.UNKNOWN, tone: 'warn' },
}

export const AGREEMENT_STATUSES: Toned<'PENDING' | 'ACTIVE' | 'CANCELLED' | 'ENDED' | 'REFUSED'> = {
  PENDING: { ro: 'așteaptă plătitorul', en: 'waits for the payer', tone: 'open' },
  ACTIVE: { ro: 'activ', en: 'active', tone: 'good' },
  CANCELLED: { ro: 'anulat', en: 'cancelled', tone: 'quiet' },
  ENDED: { ro: 'încheiat', en: 'ended', tone: 'quiet' },
  REFUSED: { ro: 'refuzat', en: 'refused', tone: 'bad' },
}

export const AGREEMENT_TYPES: Readonly<Record<string, Word>> = {
  RECURRING: { ro: 'recurent', en: 'recurring' },
  INSTALLMENT: { ro: 'în rate', en: 'installment' },
  UNSCHEDULED: { ro: 'fără calendar', en: 'unscheduled' },
}

export const RAILS: Readonly<Record<string, Word>> = {
  card: { ro: 'carduri', en: 'cards' },
  account: { ro: 'conturi', en: 'accounts' },
}
