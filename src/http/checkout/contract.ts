/**
 * What the hosted page and the server say to each other. JSON; every call carries the payment's `state` (from the page's
 * URL) in the header `Payment-State`. The page imports these types and nothing else of the server.
 *
 *   GET  /checkout/api/payments/{paymentId}            → PaymentView
 *   POST /checkout/api/payments/{paymentId}/submit     SubmitRequest → PaymentView, or 422 Refusal with `fields`
 *   POST /checkout/api/payments/{paymentId}/abandon    {} → PaymentView (step `outcome`, kind `abandoned`); of a list:
 *                                                      what is not at a bank yet is let go ("Oprește aici")
 *   POST /checkout/api/payments/{paymentId}/next       NextRequest → PaymentView: sends the next of a list to the bank
 *   GET  /checkout/api/payments/{paymentId}/qr         → image/svg+xml, the page's own address
 *
 * A page that has a list already asks with `?part=progress`, of the view and of what it sends: a PaymentProgress comes in
 * place of the PaymentView, so that following 500 payments does not fetch them again and again.
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
  /**
   * NOT_RESPONDING: it has not been answering. MAINTENANCE: announced by the bank. NOT_OFFERED: it has no service for this
   * kind of payment (recurring, on a day to come).
   */
  readonly unavailable?: 'NOT_RESPONDING' | 'MAINTENANCE' | 'NOT_OFFERED'
  /** Of a list of payments: one authorisation for all of them, or one for each. */
  readonly list?: 'together' | 'one_by_one'
}

/** One payment of a list. */
export type ListItem = {
  /** From 1. */
  readonly no: number
  readonly creditorName: string
  readonly creditorIban: string
  readonly amountMinor: number
  readonly details: string
  /** waiting: not at a bank yet. authorising: the payer's turn, at the bank. The others as in Outcome. */
  readonly state: 'waiting' | 'authorising' | Outcome['kind']
  readonly reason?: string
}

/** A list of payments on one page. */
export type PaymentList = {
  readonly count: number
  readonly totalMinor: number
  /** Known once a bank is chosen. */
  readonly way?: 'together' | 'one_by_one'
  readonly items: readonly ListItem[]
  /** The item whose turn it is (step `next`: to be sent; step `authorise`/`waiting`: at the bank). */
  readonly nextNo?: number
}

/** A recurring payment: what the payer agrees to. Days are `yyyy-mm-dd`. */
export type ScheduleView = {
  readonly startDate: string
  readonly endDate?: string
  readonly frequency:
    | 'Daily'
    | 'Weekly'
    | 'EveryTwoWeeks'
    | 'Monthly'
    | 'EveryTwoMonths'
    | 'Quarterly'
    | 'SemiAnnual'
    | 'Annual'
  /** 31: the last day of the month. */
  readonly dayOfExecution?: number
}

export type Outcome = {
  /**
   * paid: ACSC. authorised: the payer authorised, execution goes on (ACCP, ACSP, PDNG after return).
   * rejected: RJCT. cancelled: CANC. abandoned: ABND. blocked: BLOCKED. partly: of a list, some are paid or authorised
   * and others are not, and nothing more will be tried. scheduled: authorised for a day to come, or as a series.
   */
  readonly kind: 'paid' | 'authorised' | 'rejected' | 'cancelled' | 'abandoned' | 'blocked' | 'partly' | 'scheduled'
  /** Machine code for a fitting message: INSUFFICIENT_FUNDS, REFUSED_BY_PAYER, SCA_FAILED, ACCOUNT_INVALID, BANK_REFUSED, EXPIRED, … */
  readonly reason?: string
}

export type PaymentView = {
  readonly paymentId: number
  /**
   * form: show the form. sending: submitted, the bank has not answered yet (ask again). authorise: send the browser to
   * `redirectUrl`. waiting: decoupled (show `psuMessage`) or the bank has not told the result yet. next: of a list, one is
   * done and the next waits for the payer's word (POST next, or abandon to stop here). outcome: show `outcome`.
   */
  readonly step: 'form' | 'sending' | 'authorise' | 'waiting' | 'next' | 'outcome'
  /** list: `list` is there, and `values` hold only what the payer fills in. recurring: `schedule` is there. */
  readonly kind: 'single' | 'list' | 'recurring'
  readonly list?: PaymentList
  readonly schedule?: ScheduleView
  /** `yyyy-mm-dd`: the payment is to be made on that day. */
  readonly executionDate?: string
  /** The page was reached by a payment link, which lives until then (ISO time). */
  readonly linkExpiresAt?: string
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
  /**
   * Step `authorise` at a bank that is entered first: nothing of the payment is there yet. Where `editable` is not empty the
   * form may be shown and sent again for another bank (`values` are those of the form).
   */
  readonly entering?: true
  readonly psuMessage?: string
  readonly outcome?: Outcome
  /** Why the last try to submit came back to the form, or to step `next`, when it did: BANK_UNAVAILABLE, BANK_REFUSED, BANK_ACCESS_DENIED. */
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

/** Payments of a list one after the other that stand alike. */
export type StateRun = Pick<ListItem, 'state' | 'reason'> & { readonly count: number }

/** A PaymentView of a list without what never changes in it; `banks` are there where one can be chosen. */
export type PaymentProgress = Omit<PaymentView, 'list' | 'banks' | 'partner' | 'operator'> & {
  readonly banks?: readonly BankChoice[]
  /** The states of all items, in their order. */
  readonly list: Omit<PaymentList, 'items'> & { readonly states: readonly StateRun[] }
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

export type NextRequest = {
  readonly pageToken: string
  /** The item that the payer saw as the next: where it has moved on meanwhile, nothing is sent. */
  readonly no: number
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
