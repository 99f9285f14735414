/**
 * Cards: orders and their transactions. model.ts has the words; state.ts what an operation does to an order, purely;
 * stored-credentials.ts the decision table of CIT and MIT; charge.ts (PAY, AUTHORIZE, VERIFY) and follow-on.ts (CAPTURE,
 * REFUND, VOID, UPDATE_AUTHORIZATION) are the use-cases; reconcile.ts settles what an acquirer left unsaid; store.ts reads,
 * claim-store.ts and record-store.ts write. Requests come already checked for form (http/gateway); what they mean is decided here.
 */
import type { Merchant, Source } from '../merchants/merchant.ts'

export type InitialOperation = 'PAY' | 'AUTHORIZE' | 'VERIFY'
export type FollowOnOperation = 'CAPTURE' | 'REFUND' | 'VOID' | 'UPDATE_AUTHORIZATION'

export type TransactionType =
  | 'PAYMENT'
  | 'AUTHORIZATION'
  | 'VERIFICATION'
  | 'CAPTURE'
  | 'REFUND'
  | 'AUTHORIZATION_UPDATE'
  | 'VOID_AUTHORIZATION'
  | 'VOID_CAPTURE'
  | 'VOID_PAYMENT'
  | 'VOID_REFUND'

export type OrderStatus =
  | 'INITIATED'
  | 'FAILED'
  | 'VERIFIED'
  | 'AUTHORIZED'
  | 'PARTIALLY_CAPTURED'
  | 'CAPTURED'
  | 'PARTIALLY_REFUNDED'
  | 'REFUNDED'
  | 'CANCELLED'

export type StoredOnFile = 'NOT_STORED' | 'TO_BE_STORED' | 'STORED'
export type AgreementType = 'RECURRING' | 'INSTALLMENT' | 'UNSCHEDULED' | 'OTHER'
export type IndustryPractice = 'DELAYED_CHARGE' | 'NO_SHOW_PENALTY' | 'PARTIAL_SHIPMENT'

/** What was typed or sent of a card. The security code lives in memory only, from here to the acquirer. */
export type ProvidedCard = {
  readonly number?: string
  readonly expiry_month?: number
  /** Two digits. */
  readonly expiry_year?: number
  readonly security_code?: string
  readonly name_on_card?: string
}

/** `agreement.*` of a request; amounts as decimal text in the order's currency, dates `yyyy-mm-dd`. */
export type AgreementTerms = {
  readonly id?: string
  readonly type?: AgreementType
  readonly amount_variability?: 'FIXED' | 'VARIABLE'
  readonly start_date?: string
  readonly expiry_date?: string
  readonly number_of_payments?: number
  readonly minimum_days_between_payments?: number
  readonly payment_frequency?: string
  readonly minimum_amount?: string
  readonly maximum_amount?: string
}

/** What the request told that only comes back in answers: in the wire's own nesting, without any card or code. */
export type Details = Readonly<Record<string, unknown>>

type Request = {
  readonly merchant: Merchant
  readonly order_id: string
  readonly transaction_id: string
  readonly api_version: number
  /** Keyed hash of what the merchant asked, without the security code: the same again is the same request. */
  readonly request_hash: Buffer
  readonly details: Details
}

export type ChargeRequest = Request & {
  readonly operation: InitialOperation
  /** Decimal text; absent for a VERIFY: 0. */
  readonly amount?: string
  readonly currency: string
  readonly funds_type?: 'CARD' | 'SCHEME_TOKEN'
  /** Gateway token. */
  readonly token?: string
  readonly card: ProvidedCard
  readonly from_session: boolean
  readonly stored_on_file?: StoredOnFile
  readonly source?: Source
  readonly agreement: AgreementTerms
  readonly industry_practice?: IndustryPractice
  readonly reference_order_id?: string
  readonly trace_id?: string
  readonly street?: string
  readonly postcode_zip?: string
}

export type FollowOnRequest = Request & {
  readonly operation: FollowOnOperation
  /** Absent for a VOID. */
  readonly amount?: string
  readonly currency?: string
  readonly target_transaction_id?: string
}

/** An order as stored. Amounts in minor units of `currency`. */
export type Order = {
  readonly partner_id: number
  readonly order_id: string
  readonly version_no: number
  readonly status: OrderStatus
  readonly currency: string
  readonly amount_minor: number
  readonly authorized_minor: number
  readonly captured_minor: number
  readonly refunded_minor: number
  readonly live_transaction_id: string | null
  readonly initial_transaction_id: string
  readonly agreement_id: string | null
  readonly created_at: Date
  readonly updated_at: Date
}

/** A transaction as stored; `order_*` and the totals say how it left its order. */
export type Transaction = {
  readonly partner_id: number
  readonly order_id: string
  readonly transaction_id: string
  readonly type: TransactionType
  readonly request_hash: Buffer
  readonly state: 'submitted' | 'unknown' | 'done'
  readonly result: 'PENDING' | 'UNKNOWN' | 'SUCCESS' | 'FAILURE'
  readonly gateway_code: string
  readonly amount_minor: number
  readonly currency: string
  readonly source: Source
  readonly target_transaction_id: string | null
  readonly voided_by: string | null
  readonly api_version: number
  readonly reference: string
  readonly link_no: number
  readonly acquirer_code: string | null
  readonly acquirer_message: string | null
  readonly authorization_code: string | null
  readonly stan: string | null
  readonly receipt: string | null
  readonly acquirer_transaction_id: string | null
  readonly trace_id: string | null
  readonly csc_result: string | null
  readonly avs_result: string | null
  readonly funds_type: 'CARD' | 'SCHEME_TOKEN' | null
  readonly token: string | null
  readonly masked_number: string | null
  readonly brand: string | null
  readonly scheme: string | null
  readonly expiry_month: number | null
  readonly expiry_year: number | null
  readonly stored_on_file: StoredOnFile | null
  readonly agreement_id: string | null
  readonly details_enc: Buffer | null
  readonly order_status: OrderStatus | null
  readonly order_amount_minor: number
  readonly authorized_minor: number
  readonly captured_minor: number
  readonly refunded_minor: number
  readonly asked_no: number
  readonly submitted_at: Date
  readonly recorded_at: Date | null
}

/** What a surface answers with: the transaction, its order (created when, status now) and what the request told. */
export type TransactionView = {
  readonly merchant: Merchant
  readonly order: Order
  readonly transaction: Transaction
  readonly details: Details
  /** Card and consent of the order: of this transaction if it is an initial one, else of the order's initial one. */
  readonly initial: { readonly transaction: Transaction; readonly details: Details }
  readonly agreement_type?: AgreementType
}

export type OrderView = {
  readonly merchant: Merchant
  readonly order: Order
  /** In order of submission. */
  readonly transactions: readonly TransactionView[]
}
