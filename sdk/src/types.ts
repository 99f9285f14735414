/** What goes over the wire, in the spelling of the partner API. */

/** ISO 20022 codes, and Punte's own INIT, ABND and BLOCKED. */
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
] as const
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number]

const FINAL: ReadonlySet<PaymentStatus> = new Set(['ACSC', 'RJCT', 'CANC', 'ABND', 'BLOCKED'])

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

export type PaymentRequest = {
  readonly creditorName: string
  readonly creditorIban: string
  /** Lei, decimal point, at most two decimals; text (`"1234.50"`) avoids the traps of binary fractions. */
  readonly amount: number | string
  /** At most 140 characters; the beneficiary reads it on the account statement. */
  readonly details: string
  /** Your own id of the payer. */
  readonly psuIntermediarId: string
  readonly debtorIban?: string
  readonly psuEmail?: string
  /** A bank chosen beforehand. */
  readonly debtorBank?: string
  /** Where the payer's browser returns; must be registered in the partner's profile. */
  readonly redirectURL?: string
}

/** Send the payer's browser to `redirectUrl`. */
export type InitiatedPayment = { readonly paymentId: number; readonly redirectUrl: string }
export type StartedPayment = InitiatedPayment & { readonly tokens: PaymentTokens }

export type PaymentReport = {
  readonly paymentId: number
  readonly status: PaymentStatus
  /** The one test of "did I get my money": ACSC. */
  readonly paid: boolean
  /** No other status will follow. */
  readonly final: boolean
  /** Machine code of why, e.g. `INSUFFICIENT_FUNDS`. */
  readonly reason?: string
  readonly createdAt?: string
  readonly statusAt?: string
  /** The bank's own number of the payment. */
  readonly bankReference?: string
  /** Lei as text (`"1234.50"`). On a Finance partner's page the payer may have changed it. */
  readonly amount?: string
  readonly currency?: string
  /** The pair to keep: a new one when the call had to refresh it. */
  readonly tokens: PaymentTokens
}
