/** What goes over the wire, in the spelling of the partner API. */

/** ISO 20022 codes, and Punte's own INIT, ABND and BLOCKED. PART: of a list, some is paid and some is not. */
export const PAYMENT_STATUSES = [
  'INIT',
  'RCVD',
  'ACTC',
  'ACCP',
  'ACSP',
  'PDNG',
  'ACSC',
  'RJCT',
  'CANC',
  'ABND',
  'BLOCKED',
  'PART',
] as const
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number]

const FINAL: ReadonlySet<PaymentStatus> = new Set(['ACSC', 'RJCT', 'CANC', 'ABND', 'BLOCKED', 'PART'])

/**
 * Nothing further is to be waited for. ABND alone may still be overtaken: it is Punte's word, and a payer who authorised at
 * the bank after all has paid. Keep listening to the webhook.
 */
export function isFinalStatus(status: PaymentStatus): boolean {
  return FINAL.has(status)
}

export function isPaymentStatus(value: unknown): value is PaymentStatus {
  return (PAYMENT_STATUSES as readonly unknown[]).includes(value)
}

/** The pair that belongs to one payment. Keep it with the order; replace it whenever a new one is handed out. */
export type PaymentTokens = {
  readonly paymentId: number
  readonly accessToken: string
  readonly refreshToken: string
  /** ISO; by the clock of this machine. Informative: the client refreshes when Punte says that the token expired. */
  readonly expiresAt: string
}

/** What a payment is reserved as; said with the token. */
export type TokenFlags = {
  /** A link with a life of its own. */
  readonly isLink2Pay?: boolean
  /** `redirectURL` may be any address on a registered host. Partners must be allowed it. */
  readonly flexibleURL?: boolean
  /** Your own page stands in for Punte's. Partners must be allowed it. */
  readonly isHeadless?: boolean
}

export type Transfer = {
  readonly creditorName: string
  readonly creditorIban: string
  /** Lei, decimal point, at most two decimals; text (`"1234.50"`) avoids the traps of binary fractions. */
  readonly amount: number | string
  /** At most 140 characters; the beneficiary reads it on the account statement. */
  readonly details: string
}

type Common = {
  readonly debtorIban?: string
  readonly psuEmail?: string
  /** Code of a bank chosen beforehand. */
  readonly debtorBank?: string
  /** Where the payer's browser returns; must be registered in the partner's profile, or, with `flexibleURL`, lie on a registered host. */
  readonly redirectURL?: string
  /** Of a link: how many hours it may be used. */
  readonly linkValidHours?: number
  /** Of a link: send it to `psuEmail`. */
  readonly sendLink?: boolean
}

export type PaymentRequest = Transfer &
  Common & {
    /** Your own id of the payer. */
    readonly psuIntermediarId: string
    /** `yyyy-mm-dd`: the bank pays on that day; without it, now. */
    readonly executionDate?: string
  }

export type Frequency =
  | 'Daily'
  | 'Weekly'
  | 'EveryTwoWeeks'
  | 'Monthly'
  | 'EveryTwoMonths'
  | 'Quarterly'
  | 'SemiAnnual'
  | 'Annual'

/** A payment that the bank repeats, until `endDate` or until it is cancelled. */
export type RecurringRequest = Omit<PaymentRequest, 'executionDate'> & {
  /** `yyyy-mm-dd`, today or later. */
  readonly startDate: string
  readonly endDate?: string
  /** With a capital, as the partner API spells it. */
  readonly Frequency: Frequency
  /** Monthly and rarer: 1 to 31; 31 is the last day of each month. */
  readonly dayOfExecution?: number
  /** Your own name of the payer's agreement; made by Punte when absent. */
  readonly agreementId?: string
}

/** Up to 500 payments under one page. */
export type PaymentListRequest = Common & {
  readonly payments: readonly (Transfer & { readonly psuIntermediarId?: string })[]
  readonly psuIntermediarId?: string
  readonly executionDate?: string
  /** Ask the bank to book the list as one sum, where it authorises all of it at once. */
  readonly batchBookingPreferred?: boolean
}

/** A payment from your own page. `banks()` tells what each bank needs. */
export type HeadlessRequest = PaymentRequest & {
  readonly debtorBank: string
  readonly debtorIban: string
  readonly psuEmail: string
  /** The payer's name at the bank, where it `requiresPSUId`. */
  readonly psuId?: string
  /** The payer accepted the operator's terms on your page. */
  readonly TCAccepted: boolean
}

export type AnyRequest = PaymentRequest | RecurringRequest | PaymentListRequest | HeadlessRequest

/** The payer's browser, as banks want to know it of a payment from your own page. */
export type PayerBrowser = {
  readonly ipAddress: string
  readonly userAgent?: string
  readonly acceptLanguage?: string
}

/** Place in the list, from 1, and its own number. */
export type ListedPayment = { readonly no: number; readonly paymentId: number }

/** Send the payer's browser to `redirectUrl`. */
export type InitiatedPayment = {
  readonly paymentId: number
  readonly redirectUrl: string
  /** Of a list, in the order of the request. */
  readonly payments?: readonly ListedPayment[]
  /** Of a link: ISO time until when it may be used. */
  readonly expiresAt?: string
  /** Of a link: its address as a picture, `data:image/svg+xml;base64,…`. */
  readonly qr?: string
}
export type StartedPayment = InitiatedPayment & { readonly tokens: PaymentTokens }
export type StartedList = StartedPayment & { readonly payments: readonly ListedPayment[] }
export type PaymentLink = StartedPayment & { readonly expiresAt: string; readonly qr: string }

/** One of the two is there: the bank's own address, or what the bank tells the payer to do in its app. */
export type StartedHeadless = {
  readonly paymentId: number
  readonly redirectUrl?: string
  readonly psuMessage?: string
  readonly tokens: PaymentTokens
}

export type PaymentReport = {
  readonly paymentId: number
  readonly status: PaymentStatus
  /** The one test of "did I get my money": ACSC. Of a list: all of it. */
  readonly paid: boolean
  /** No other status will follow. */
  readonly final: boolean
  readonly kind?: 'single' | 'list' | 'recurring'
  /** Machine code of why, e.g. `INSUFFICIENT_FUNDS`. */
  readonly reason?: string
  readonly createdAt?: string
  readonly statusAt?: string
  /** The bank's own number of the payment. */
  readonly bankReference?: string
  /** Lei as text (`"1234.50"`). On a Finance partner's page the payer may have changed it. */
  readonly amount?: string
  readonly currency?: string
  /** `yyyy-mm-dd` */
  readonly executionDate?: string
  /** Of a recurring payment. */
  readonly agreement?: { readonly agreementId: string; readonly status: AgreementStatus }
  /** Of a list, in the order of the request. A payment may be told a moment later than the list: ask again while one is open. */
  readonly payments?: readonly ListedReport[]
  /** The pair to keep: a new one when the call had to refresh it. */
  readonly tokens: PaymentTokens
}

export type ListedReport = ListedPayment & {
  readonly status: PaymentStatus
  readonly paid: boolean
  readonly reason?: string
  readonly amount: string
}

export type AgreementStatus = 'PENDING' | 'ACTIVE' | 'CANCELLED' | 'ENDED' | 'REFUSED'

export type Cancellation = {
  readonly paymentId: number
  readonly status: PaymentStatus
  /** Nothing more of it will be paid. */
  readonly cancelled: boolean
  /** The bank wants the payer's word: send the browser there. */
  readonly redirectUrl?: string
  readonly tokens: PaymentTokens
}

export type Bank = {
  /** For `debtorBank`. */
  readonly code: string
  readonly name: string
  readonly bic: string
  /** Payers may be sent there now. */
  readonly active: boolean
  readonly sca: 'redirect' | 'oauth' | 'decoupled'
  readonly ibanCodes: readonly string[]
  readonly requiredParameters: {
    readonly requiresPSUId: boolean
    readonly requiresPSUIdType: boolean
    readonly requiresIban: boolean
  }
  readonly services: {
    readonly list: 'together' | 'one_by_one'
    readonly recurring: boolean
    /** What it takes as `Frequency`. */
    readonly frequencies: readonly Frequency[]
    readonly futureDated: boolean
  }
}
