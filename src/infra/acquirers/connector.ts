/**
 * Acquirers: who takes card payments to the schemes. One connector a protocol (simulator/ today; an upstream gateway and
 * ISO 8583 stand beside it later), one profile an acquirer (registry.ts). A connector is a stateless translator: no
 * database, no domain types, nothing retried.
 *
 * This file is the contract. Every message carries `reference`, our name for it: an acquirer that gets the same reference
 * again answers what it answered before and moves no money twice. What a caller must know after a failure is whether the
 * acquirer can have acted, hence three kinds of answer: `answered`, `not_sent` (as if never asked), `unknown` (the rest).
 */

/** A contract of a merchant with the acquirer, as its messages name it. */
export type AcquirerLink = { readonly acquirer_merchant_id: string; readonly terminal_id: string }

export type AcquirerMoney = {
  readonly amount_minor: number
  /** ISO 4217 letters. */
  readonly currency: string
}

export type AcquirerCard = {
  readonly kind: 'card' | 'scheme_token'
  readonly number: string
  readonly expiry_month?: number
  /** Two digits. */
  readonly expiry_year?: number
  /** Lives in this message only. */
  readonly security_code?: string
  readonly name_on_card?: string
}

/** Who began the payment and on what consent: the schemes' stored-credential framework. */
export type Initiation = {
  readonly source: string
  readonly initiated_by: 'cardholder' | 'merchant'
  readonly stored_on_file: 'NOT_STORED' | 'TO_BE_STORED' | 'STORED'
  readonly agreement_type?: 'RECURRING' | 'INSTALLMENT' | 'UNSCHEDULED' | 'OTHER'
  readonly industry_practice?: 'DELAYED_CHARGE' | 'NO_SHOW_PENALTY' | 'PARTIAL_SHIPMENT'
  /** The scheme's id of the transaction that began the series. */
  readonly trace_id?: string
}

export type Address = { readonly street?: string; readonly postcode_zip?: string }

/** PAY, AUTHORIZE, VERIFY (amount 0 or what the merchant wrote). */
export type CardMessage = AcquirerMoney & {
  readonly reference: string
  readonly link: AcquirerLink
  readonly card: AcquirerCard
  readonly initiation: Initiation
  readonly address?: Address
}

/** CAPTURE, REFUND, VOID, UPDATE_AUTHORIZATION (amount: the new total authorised). */
export type FollowOnMessage = AcquirerMoney & {
  readonly reference: string
  readonly link: AcquirerLink
  /** The message acted upon: the authorisation or payment; for VOID whatever is voided. */
  readonly original: { readonly reference: string; readonly acquirer_transaction_id?: string }
}

/** What the acquirer said about one message. Absent: it did not say. */
export type AcquirerResult = {
  readonly approved: boolean
  /** `response.gatewayCode` of the card API. */
  readonly gateway_code: string
  readonly acquirer_code: string
  readonly acquirer_message?: string
  readonly authorization_code?: string
  readonly stan?: string
  /** Retrieval reference number. */
  readonly receipt?: string
  readonly acquirer_transaction_id?: string
  /** The scheme's transaction id: later payments of the series cite it. */
  readonly trace_id?: string
  readonly csc_result?: 'MATCH' | 'NO_MATCH' | 'NOT_PROCESSED' | 'NOT_PRESENT' | 'NOT_SUPPORTED'
  readonly avs_result?: string
  /** The card behind a scheme token, as the scheme knows it now. */
  readonly account?: {
    readonly masked_number: string
    readonly expiry_month: number
    readonly expiry_year: number
  }
  /** The account is closed for good: a stored credential of it is of no more use. */
  readonly account_closed?: boolean
}

export type AcquirerAnswer =
  | ({ readonly kind: 'answered' } & AcquirerResult)
  /** Nothing left us. `reason` is a code without data of the message. */
  | { readonly kind: 'not_sent'; readonly reason: string }
  /** It may have acted; ask. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** To `ask`: what became of a message. `not_found`: the acquirer never saw the reference. */
export type AcquirerWord = AcquirerAnswer | { readonly kind: 'not_found' }

/**
 * To `reverse`. `reversed`: the message has no effect, now and for ever, even if it should still arrive. `refused`: it stands
 * and cannot be taken back (already cleared); ask again or leave it to people.
 */
export type ReversalAnswer =
  | { readonly kind: 'reversed' }
  | { readonly kind: 'refused'; readonly acquirer_code: string }
  | { readonly kind: 'not_sent'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }

export type SchemeTokenAnswer =
  | { readonly kind: 'issued'; readonly number: string; readonly expiry_month: number; readonly expiry_year: number }
  /** This card's issuer takes no part. */
  | { readonly kind: 'refused'; readonly acquirer_code: string }
  | { readonly kind: 'not_sent'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }

export type AcquirerConnector = {
  readonly acquirer_id: string
  /** Longest a call takes, all told. */
  readonly timeout_ms: number
  pay(message: CardMessage): Promise<AcquirerAnswer>
  authorize(message: CardMessage): Promise<AcquirerAnswer>
  verify(message: CardMessage): Promise<AcquirerAnswer>
  capture(message: FollowOnMessage): Promise<AcquirerAnswer>
  refund(message: FollowOnMessage): Promise<AcquirerAnswer>
  void(message: FollowOnMessage): Promise<AcquirerAnswer>
  updateAuthorization(message: FollowOnMessage): Promise<AcquirerAnswer>
  ask(message: { readonly reference: string; readonly link: AcquirerLink }): Promise<AcquirerWord>
  reverse(message: AcquirerMoney & { readonly reference: string; readonly link: AcquirerLink }): Promise<ReversalAnswer>
  /** A scheme token for a card; the same reference again answers the same token. Absent: this acquirer has no such service. */
  issueSchemeToken?(message: {
    readonly reference: string
    readonly link: AcquirerLink
    readonly number: string
    readonly expiry_month: number
    readonly expiry_year: number
  }): Promise<SchemeTokenAnswer>
}

/** The acquirers of this installation; built at start by registry.ts. */
export type AcquirerRegistry = {
  get(acquirer_id: string): AcquirerConnector | undefined
  all(): readonly AcquirerConnector[]
}
