/**
 * Agreements: a payer's consent to a series of payments. agreement.ts has the words, rules.ts says what a merchant-initiated
 * payment may do under one, retrieve.ts answers for one; they are written by the statements of the payments themselves
 * (domain/cards/store.ts), so that none exists without its payment.
 */
import type { AgreementType } from '../cards/model.ts'

/** Of an account-rail series: PENDING until the payer has authorised it, REFUSED when he has not. */
export type AgreementStatus = 'PENDING' | 'ACTIVE' | 'CANCELLED' | 'ENDED' | 'REFUSED'

export type Agreement = {
  readonly partner_id: number
  readonly agreement_id: string
  readonly rail: 'card' | 'account'
  readonly type: AgreementType
  readonly version_no: number
  readonly currency: string
  readonly amount_variability: 'FIXED' | 'VARIABLE' | null
  readonly fixed_amount_minor: number | null
  readonly minimum_amount_minor: number | null
  readonly maximum_amount_minor: number | null
  /** `yyyy-mm-dd`. */
  readonly start_date: string | null
  readonly expiry_date: string | null
  readonly number_of_payments: number | null
  readonly minimum_days_between_payments: number | null
  readonly payment_frequency: string | null
  readonly payments_taken: number
  /** Account rail only: how the bank's order stands, and the payment that asked for it. */
  readonly status: AgreementStatus | null
  readonly payment_id: number | null
  readonly day_of_execution: number | null
  /** The card of the last payer-initiated transaction of the series. */
  readonly number_hash: Buffer | null
  readonly masked_number: string | null
  readonly expiry_month: number | null
  /** Two digits. */
  readonly expiry_year: number | null
  readonly token: string | null
  readonly established_order_id: string | null
  readonly established_transaction_id: string | null
  readonly trace_id: string | null
  readonly created_at: Date
  readonly updated_at: Date
}

/** What a payer-initiated transaction opens (all terms) or changes (the card) when it succeeds. Stored with the transaction. */
export type AgreementOpening = {
  readonly type: AgreementType
  readonly currency: string
  readonly amount_variability?: 'FIXED' | 'VARIABLE'
  readonly fixed_amount_minor?: number
  readonly minimum_amount_minor?: number
  readonly maximum_amount_minor?: number
  readonly start_date?: string
  readonly expiry_date?: string
  readonly number_of_payments?: number
  readonly minimum_days_between_payments?: number
  readonly payment_frequency?: string
}
