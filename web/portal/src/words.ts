/** Words for codes that several pages show. */
import type { Tone } from '../../shared/status-badge.tsx'
import type { Texts } from '../../shared/texts.tsx'

export type PaymentStatus =
  | 'INIT'
  | 'RCVD'
  | 'ACTC'
  | 'PDNG'
  | 'ACCP'
  | 'ACSP'
  | 'ACSC'
  | 'RJCT'
  | 'CANC'
  | 'ABND'
  | 'BLOCKED'
  | 'PART'

export const STATUS_TONES: Readonly<Record<PaymentStatus, Tone>> = {
  INIT: 'quiet',
  RCVD: 'open',
  ACTC: 'open',
  PDNG: 'open',
  ACCP: 'open',
  ACSP: 'open',
  ACSC: 'good',
  RJCT: 'bad',
  CANC: 'quiet',
  ABND: 'quiet',
  BLOCKED: 'bad',
  PART: 'warn',
}

export const STATUS_WORDS: Texts<Readonly<Record<PaymentStatus, string>>> = {
  ro: {
    INIT: 'rezervată',
    RCVD: 'la bancă',
    ACTC: 'verificată de bancă',
    PDNG: 'în așteptare la bancă',
    ACCP: 'acceptată',
    ACSP: 'în executare',
    ACSC: 'plătită',
    RJCT: 'respinsă',
    CANC: 'anulată',
    ABND: 'abandonată',
    BLOCKED: 'blocată',
    PART: 'plătită în parte',
  },
  en: {
    INIT: 'reserved',
    RCVD: 'at the bank',
    ACTC: 'checked by the bank',
    PDNG: 'waiting at the bank',
    ACCP: 'accepted',
    ACSP: 'being executed',
    ACSC: 'paid',
    RJCT: 'rejected',
    CANC: 'cancelled',
    ABND: 'abandoned',
    BLOCKED: 'blocked',
    PART: 'paid in part',
  },
}

export type DeliveryState = 'pending' | 'delivered' | 'failed'
export const DELIVERY_TONES: Readonly<Record<DeliveryState, Tone>> = {
  pending: 'open',
  delivered: 'good',
  failed: 'bad',
}
export const DELIVERY_WORDS: Texts<Readonly<Record<DeliveryState, string>>> = {
  ro: { pending: 'se mai încearcă', delivered: 'livrată', failed: 'nelivrată' },
  en: { pending: 'being tried', delivered: 'delivered', failed: 'not delivered' },
}

/** A page of a list, as the server answers it. */
export type Page<Row> = { readonly rows: readonly Row[]; readonly next: string | null }
