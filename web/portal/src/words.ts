/** Words for codes that several pages show. */
import type { Tone } from '../../shared/status-badge.tsx'
import type { Texts } from '../../shared/texts.tsx'
import type { PAYMENT_STATUSES } from '../../shared/told/codes.ts'

export type PaymentStatusCode = keyof typeof PAYMENT_STATUSES

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
