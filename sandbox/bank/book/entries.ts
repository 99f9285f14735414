/** The lines of the ledger, and what a payment is after them. */
import type { FlatOrder, Order, Transfer } from './order.ts'

/** In the standard's words; what the interface says may be other words (`quirks`). */
export type TransactionStatus = 'RCVD' | 'ACTC' | 'ACCP' | 'ACSP' | 'ACSC' | 'PART' | 'RJCT' | 'CANC'
export type ScaStatus = 'received' | 'psuIdentified' | 'psuAuthenticated' | 'finalised' | 'failed'

/** The facts of an initiation that never change. */
export type Initiation = {
  readonly payment_id: string
  /** organizationIdentifier of the third party; only it may read the payment. */
  readonly organization_id: string
  readonly request_id: string
  /** SHA-256 of the body, base64url: the same X-Request-ID with another body is refused. */
  readonly body_hash: string
  readonly order: Order | FlatOrder
  readonly redirect_uri?: string
  readonly nok_redirect_uri?: string
  /** TPP-Notification-URI: told when the payment has its outcome. */
  readonly notification_uri?: string
  readonly psu_id?: string
  readonly authorisation_id: string
  /** Unguessable part of the scaRedirect link. */
  readonly sca_key: string
}

export type Outcome = {
  readonly status: 'ACSC' | 'PART' | 'RJCT' | 'CANC'
  readonly at: number
  /** ISO 20022 reason code, e.g. AM04, and words for the payer (Romanian). */
  readonly code?: string
  readonly text?: string
}

/** How one transfer of a single or bulk payment ended. */
export type TransferResult = {
  readonly status: 'ACSC' | 'RJCT'
  readonly at: number
  readonly code?: string
  readonly text?: string
}

/** One day of a periodic payment. */
export type Execution = TransferResult & { readonly no: number; readonly day: string }

/** A cancellation that the payer is asked about. */
export type CancellationRequest = {
  readonly authorisation_id: string
  readonly sca_key: string
  readonly redirect_uri?: string
  readonly nok_redirect_uri?: string
}

export type Payment = Omit<Initiation, 'order' | 'redirect_uri' | 'nok_redirect_uri'> & {
  readonly order: Order
  readonly created_at: number
  redirect_uri?: string
  nok_redirect_uri?: string
  sca_status: ScaStatus
  /** The payer logged in and chose the account, and has not agreed yet. */
  account_chosen: boolean
  /** The third party started the authorisation itself. */
  authorisation_started: boolean
  authorised_at?: number
  authorised_by?: string
  outcome?: Outcome
  /** By transfer; undefined: not carried out yet. Stays so in a periodic payment. */
  readonly results: (TransferResult | undefined)[]
  /** Of a periodic payment, in the order of their days. */
  readonly executions: Execution[]
  cancellation?: CancellationRequest & { sca_status: ScaStatus }
}

type Line<Kind extends string> = { readonly kind: Kind; readonly at: number }
type PaymentLine<Kind extends string> = Line<Kind> & { readonly payment_id: string }
type Reason = { readonly code: string; readonly text: string }

export type Entry =
  | (Line<'created'> & { readonly payment: Initiation })
  | (PaymentLine<'authorisation_started'> & { readonly redirect_uri?: string; readonly nok_redirect_uri?: string })
  | PaymentLine<'account_chosen'>
  | (PaymentLine<'authorised'> & { readonly by: string })
  | (PaymentLine<'debited'> &
      Transfer & {
        readonly debtor_iban: string
        /** Of a bulk payment: which of its transfers, from 0. Absent: the only one. */
        readonly transfer_no?: number
        /** The payer asked for one booking of the whole bulk. */
        readonly batch?: true
        /** Of a periodic payment, from 1. */
        readonly execution_no?: number
        /** Where the order named it: the day of the bank's calendar. `at` is a moment of that day. */
        readonly day?: string
      })
  | (PaymentLine<'rejected'> & Reason & { readonly sca_failed: boolean })
  | (PaymentLine<'transfer_rejected'> & Reason & { readonly transfer_no: number })
  | (PaymentLine<'execution_failed'> & Reason & { readonly execution_no: number; readonly day: string })
  /** A periodic payment is past its end date. */
  | PaymentLine<'ended'>
  | (PaymentLine<'cancellation_asked'> & { readonly cancellation: CancellationRequest })
  | PaymentLine<'cancellation_refused'>
  | PaymentLine<'cancelled'>
  | (Line<'calendar'> & { readonly today: string })
