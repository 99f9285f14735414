/** Words for statuses and results of the card rail. */
import type { Tone } from '../../../shared/status-badge.tsx'

type Word = { readonly ro: string; readonly en: string; readonly tone: Tone }

export const ORDER_STATUSES: Readonly<Record<string, Word>> = {
  INITIATED: { ro: 'inițiată', en: 'initiated', tone: 'open' },
  FAILED: { ro: 'nereușită', en: 'failed', tone: 'bad' },
  VERIFIED: { ro: 'card verificat', en: 'card verified', tone: 'good' },
  AUTHORIZED: { ro: 'autorizată', en: 'authorized', tone: 'open' },
  PARTIALLY_CAPTURED: { ro: 'încasată în parte', en: 'partly captured', tone: 'warn' },
  CAPTURED: { ro: 'încasată', en: 'captured', tone: 'good' },
  PARTIALLY_REFUNDED: { ro: 'rambursată în parte', en: 'partly refunded', tone: 'warn' },
  REFUNDED: { ro: 'rambursată', en: 'refunded', tone: 'quiet' },
  CANCELLED: { ro: 'anulată', en: 'cancelled', tone: 'quiet' },
}

export const RESULTS: Readonly<Record<string, Word>> = {
  SUCCESS: { ro: 'reușită', en: 'success', tone: 'good' },
  FAILURE: { ro: 'nereușită', en: 'failure', tone: 'bad' },
  PENDING: { ro: 'la acceptator', en: 'at the acquirer', tone: 'open' },
  UNKNOWN: { ro: 'rezultat necunoscut', en: 'outcome unknown', tone: 'warn' },
}

export const AGREEMENT_STATUSES: Readonly<Record<string, Word>> = {
  PENDING: { ro: 'așteaptă plătitorul', en: 'waits for the payer', tone: 'open' },
  ACTIVE: { ro: 'activ', en: 'active', tone: 'good' },
  CANCELLED: { ro: 'anulat', en: 'cancelled', tone: 'quiet' },
  ENDED: { ro: 'încheiat', en: 'ended', tone: 'quiet' },
  REFUSED: { ro: 'refuzat', en: 'refused', tone: 'bad' },
}

export const RAILS: Readonly<Record<string, { readonly ro: string; readonly en: string }>> = {
  card: { ro: 'carduri', en: 'cards' },
  account: { ro: 'conturi', en: 'accounts' },
}
