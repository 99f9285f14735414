/**
 * The contract between Punte and a bank's XS2A interface. A connector is a stateless translator: it knows no database
 * and no payment of ours, only what it is handed, and everything it must remember it hands back as `session`, which
 * the caller stores sealed. Banks differ by profile (data), not by code.
 */

/** How the payer is authenticated by the bank (strong customer authentication). */
export type ScaKind = 'redirect' | 'oauth' | 'decoupled'

/**
 * What a call to a bank came to. `not_sent` and `unknown` are different: after `not_sent` nothing can have happened at
 * the bank; after `unknown` (time-out, connection cut after sending, 5xx, unreadable 2xx) it may have, and only asking tells.
 *
 * A `session` on an answer that is not ok replaces the stored one all the same: its tokens were renewed before the call
 * itself failed, and the bank accepts the old ones no more.
 */
export type BankAnswer<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | {
      readonly kind: 'refused'
      readonly http_status: number
      readonly code: string
      readonly text: string
      readonly session?: BankSession
    }
  | { readonly kind: 'not_sent'; readonly reason: string; readonly session?: BankSession }
  | { readonly kind: 'unknown'; readonly reason: string; readonly http_status?: number; readonly session?: BankSession }

/** transactionStatus as the bank says it (Berlin Group NextGenPSD2 1.3.12 §14.17, ISO 20022), plus what some banks add. */
export type BankStatus = string

/** What the bank is told about the payment. Text is already transliterated to the guaranteed character set. */
export type PaymentOrder = {
  readonly amount_minor: number
  readonly currency: 'RON'
  readonly debtor_iban: string
  readonly creditor_iban: string
  readonly creditor_name: string
  readonly remittance: string
  readonly end_to_end_id: string
}

/** Facts about the payer's browser session that PSD2 passes on to the bank. */
export type PsuContext = {
  /** PSU-ID: the payer's online-banking name, only for banks that ask for it. */
  readonly psu_id?: string
  readonly ip_address: string
  readonly user_agent?: string
  readonly language?: string
}

export type InitiateInput = {
  /** X-Request-ID: the same for every repetition of the same initiation, so that a bank can recognise it. */
  readonly request_id: string
  readonly order: PaymentOrder
  readonly psu: PsuContext
  /** Where the bank sends the browser back after success and after failure (redirect), both of our own host. */
  readonly return_uri: string
  readonly return_nok_uri: string
  /** Where a bank that `notifies` tells that something happened; it is asked before it is believed. */
  readonly notification_uri: string
  /** OAuth: the one registered redirect_uri, and the `state` that names this attempt. */
  readonly oauth_redirect_uri: string
  readonly oauth_state: string
}

/**
 * What must be remembered between calls about one initiation; JSON, sealed by the caller. Connector-private beyond
 * `bank_payment_id`.
 */
export type BankSession = {
  readonly bank_payment_id: string
  readonly [key: string]: string | number | boolean | null | undefined
}

export type Initiated = {
  readonly session: BankSession
  readonly status: BankStatus
  readonly next:
    | { readonly kind: 'redirect'; readonly url: string }
    | { readonly kind: 'decoupled'; readonly psu_message: string }
    | { readonly kind: 'none' }
}

export type StatusReport = {
  readonly status: BankStatus
  /** The bank's machine code of that reason: ISO 20022 (`AM04`) or tppMessages (`FUNDS_NOT_AVAILABLE`). */
  readonly reason_code?: string
  /** The bank's words on why (tppMessages, psuMessage, StsRsnInf), shortened, free of personal data. */
  readonly reason?: string
  readonly session?: BankSession
}

export type BankConnector = {
  readonly profile: BankProfile
  initiate(input: InitiateInput): Promise<BankAnswer<Initiated>>
  /** The payer came back from the bank's OAuth page: exchanges the code (PKCE) and returns the session with tokens. */
  finishAuthorisation(
    session: BankSession,
    callback: { readonly code?: string; readonly error?: string; readonly iss?: string; readonly state: string },
    input: { readonly oauth_redirect_uri: string },
  ): Promise<BankAnswer<{ readonly session: BankSession }>>
  /** Asks for the transaction status. Safe to repeat. */
  status(session: BankSession, psu?: PsuContext): Promise<BankAnswer<StatusReport>>
  /** Asks the bank to drop a payment that is not executed yet (DELETE). Best effort. */
  cancel(session: BankSession): Promise<BankAnswer<{ readonly cancelled: boolean }>>
}

/** A bank as data; `infra/banks/profiles/<id>.json`, checked against the schema in `profile.ts` at start. */
export type BankProfile = {
  readonly id: string
  readonly name: string
  readonly bic: string
  /** The four-letter codes at places 5–8 of its IBANs. */
  readonly iban_codes: readonly string[]
  readonly sca: ScaKind
  readonly needs_psu_id: boolean
  /** True when a repeated POST with the same X-Request-ID yields the same payment, so that `unknown` can be settled by repeating. */
  readonly idempotent_initiation: boolean
  /** True when the bank supports TPP-Notification-URI (ASPSP-Notification-Support). */
  readonly notifies?: boolean
  /** Up to and with the version: `https://api.bank.ro/psd2/v1`; `/payments/…` follows. */
  readonly base_url: string
  readonly payment_product: string
  /** Origins that links of this bank's answers may lead a browser to. */
  readonly redirect_origins: readonly string[]
  readonly oauth?: {
    /** Metadata document; must be of the same origin as base_url or listed here. */
    readonly discovery_url: string
    readonly client_id: string
    readonly scope: string
  }
  readonly signing: {
    readonly required: boolean
    readonly digest: 'SHA-256' | 'SHA-512'
    /** What the signature covers, of what the message has. */
    readonly headers: readonly string[]
  }
  /** Fixed headers that the bank wants on every call, such as an id of its developer portal. Nothing secret. */
  readonly headers?: Readonly<Record<string, string>>
  readonly timeout_ms: number
  /** Announced times, RFC 3339, in which payers are not sent to this bank; `to` is the first moment after. */
  readonly maintenance?: readonly { readonly from: string; readonly to: string }[]
  /** PEM file of the authority that signs the bank's server certificate; the system's authorities when absent. */
  readonly ca_file?: string
}
