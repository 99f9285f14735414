/**
 * What the hosted page and the server say to each other. JSON; every call carries the payment's `state` (from the page's
 * URL) in the header `Payment-State`. The page imports these types and nothing else of the server.
 *
 *   GET  /checkout/api/payments/{paymentId}            → PaymentView
 *   POST /checkout/api/payments/{paymentId}/submit     SubmitRequest → PaymentView, or 422 Refusal with `fields`
 *   POST /checkout/api/payments/{paymentId}/abandon    {} → PaymentView (step `outcome`, kind `abandoned`)
 *   GET  /checkout/api/payments/{paymentId}/qr         → image/svg+xml, the page's own address
 *
 * Errors: `Refusal`, with the status of its code.
 */

export type EditableField = 'creditorName' | 'creditorIban' | 'debtorIban' | 'email' | 'bankId' | 'details' | 'amount'

export type BankChoice = {
  readonly id: string
  /** As people call it, e.g. "Banca Transilvania". */
  readonly name: string
  /** Codes at places 5–8 of its IBANs. */
  readonly ibanCodes: readonly string[]
  readonly sca: 'redirect' | 'decoupled'
  /** The page must ask for "Cod utilizator". */
  readonly needsUserCode: boolean
  /** False: shown, but a submit to it is refused (BANK_UNAVAILABLE); `unavailable` says why. */
  readonly available: boolean
  /** NOT_RESPONDING: it has not been answering. MAINTENANCE: announced by the bank. */
  readonly unavailable?: 'NOT_RESPONDING' | 'MAINTENANCE'
}

export type Outcome = {
  /**
   * paid: ACSC. authorised: the payer authorised, execution goes on (ACCP, ACSP, PDNG after return).
   * rejected: RJCT. cancelled: CANC. abandoned: ABND. blocked: BLOCKED.
   */
  readonly kind: 'paid' | 'authorised' | 'rejected' | 'cancelled' | 'abandoned' | 'blocked'
  /** Machine code for a fitting message: INSUFFICIENT_FUNDS, REFUSED_BY_PAYER, SCA_FAILED, ACCOUNT_INVALID, BANK_REFUSED, EXPIRED, … */
  readonly reason?: string
}

export type PaymentView = {
  readonly paymentId: number
  /**
   * form: show the form. sending: submitted, the bank has not answered yet (ask again). authorise: send the browser to
   * `redirectUrl`. waiting: decoupled (show `psuMessage`) or the bank has not told the result yet. outcome: show `outcome`.
   */
  readonly step: 'form' | 'sending' | 'authorise' | 'waiting' | 'outcome'
  readonly partner: {
    readonly name: string
    readonly type: 'Ecommerce' | 'Finance'
    /** data: URI (PNG or SVG) or absent. */
    readonly logo?: string
    /** #rrggbb */
    readonly colour: string
  }
  readonly values: {
    readonly creditorName?: string
    readonly creditorIban?: string
    /** Minor units (bani), RON. */
    readonly amountMinor?: number
    readonly details?: string
    readonly debtorIban?: string
    readonly email?: string
    readonly bankId?: string
  }
  readonly editable: readonly EditableField[]
  readonly banks: readonly BankChoice[]
  readonly redirectUrl?: string
  readonly psuMessage?: string
  readonly outcome?: Outcome
  /** Why the last try to submit came back to the form, when it did: BANK_UNAVAILABLE, BANK_REFUSED. */
  readonly notice?: string
  /** Where "Mulțumesc!" and the countdown lead: the partner's address. */
  readonly returnUrl: string
  readonly returnAfterSeconds: number
  readonly idleMinutes: number
  /** ISO time at which the unpaid payment is abandoned. */
  readonly expiresAt: string
  /** Server time, ISO: the page measures against it, not against the payer's clock. */
  readonly now: string
  /** Opaque; sent back with submit. Older than idleMinutes is refused (PAGE_EXPIRED): ask for the view again. */
  readonly pageToken: string
  readonly operator: {
    readonly name: string
    readonly register: string
    readonly contact: string
    readonly complaints: string
  }
}

export type SubmitRequest = {
  readonly pageToken: string
  readonly bankId: string
  readonly debtorIban: string
  readonly email: string
  /** "Cod utilizator": only for banks that need it. */
  readonly userCode?: string
  readonly termsAccepted: true
  readonly language: 'ro' | 'en'
  /** Only where editable (Finance); a fixed field that is sent with another value is refused. */
  readonly creditorName?: string
  readonly creditorIban?: string
  readonly amountMinor?: number
  readonly details?: string
}

/** Machine reasons under a field; the page has the words. */
export type FieldFault =
  | 'required'
  | 'invalid'
  | 'not_romanian'
  | 'too_long'
  | 'too_large'
  | 'unsupported_characters'
  | 'same_account'
  | 'wrong_bank'
  | 'not_editable'

export type Refusal = {
  readonly code: string
  readonly message: string
  readonly traceId: string
  readonly fields?: Readonly<Record<string, FieldFault>>
}
