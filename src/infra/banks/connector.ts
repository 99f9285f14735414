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

/** What every order says of one transfer. Text is already transliterated to the guaranteed character set. */
export type Transfer = {
  readonly amount_minor: number
  readonly creditor_iban: string
  readonly creditor_name: string
  readonly remittance: string
  /** At most 35 characters; how the transfer is found again in the bank's book. */
  readonly end_to_end_id: string
}

/** One transfer, now or on a day to come. */
export type SingleOrder = Transfer & {
  readonly service: 'payments'
  readonly currency: 'RON'
  readonly debtor_iban: string
  readonly debtor_name?: string
  /** `yyyy-mm-dd`; only at banks whose profile says `future_dated`. */
  readonly requested_execution_date?: string
}

export const FREQUENCIES = [
  'Daily',
  'Weekly',
  'EveryTwoWeeks',
  'Monthly',
  'EveryTwoMonths',
  'Quarterly',
  'SemiAnnual',
  'Annual',
] as const
export type Frequency = (typeof FREQUENCIES)[number]

/** Berlin Group NextGenPSD2 1.3.12 §5.3.3, periodic-payments. Days are `yyyy-mm-dd`. */
export type Schedule = {
  readonly start_date: string
  readonly end_date?: string
  readonly frequency: Frequency
  /** 1 to 31; 31 is the last day of the month. */
  readonly day_of_execution?: number
}

/** The same transfer again and again, run by the bank. */
export type RecurringOrder = Transfer & {
  readonly service: 'periodic-payments'
  readonly currency: 'RON'
  readonly debtor_iban: string
  readonly debtor_name?: string
  readonly schedule: Schedule
}

/** Many transfers under one authorisation. */
export type BulkOrder = {
  readonly service: 'bulk-payments'
  readonly currency: 'RON'
  readonly debtor_iban: string
  readonly debtor_name?: string
  /** Of the whole list, at most 35 characters. */
  readonly end_to_end_id: string
  /** The sum of the transfers. */
  readonly amount_minor: number
  /** batchBookingPreferred: one booking of the sum, or one a transfer. */
  readonly batch_booking: boolean
  readonly requested_execution_date?: string
  readonly transfers: readonly Transfer[]
}

export type BankOrder = SingleOrder | RecurringOrder | BulkOrder
export type PaymentService = BankOrder['service']

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
  readonly order: BankOrder
  /** When this initiation was first asked for, the same on every repetition: XML orders tell it. Now when absent. */
  readonly at?: Date
  readonly psu: PsuContext
  /** What `finishAccess` gave, at a bank that must be entered before anything is initiated. */
  readonly access?: AccessSession
  /** Where the bank sends the browser back after success and after failure (redirect), both of our own host. */
  readonly return_uri: string
  readonly return_nok_uri: string
  /** Where a bank that `notifies` tells that something happened; it is asked before it is believed. */
  readonly notification_uri: string
  /** OAuth: the one registered redirect_uri, and the `state` that names this attempt. */
  readonly oauth_redirect_uri: string
  readonly oauth_state: string
}

/** What must be remembered of a payer's leave to use the bank's interface; JSON, sealed by the caller, connector-private. */
export type AccessSession = { readonly [key: string]: string | number | boolean | null | undefined }

/** What comes back through the payer's browser from the bank's OAuth page. */
export type OAuthCallback = {
  readonly code?: string
  readonly error?: string
  readonly iss?: string
  readonly state: string
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
  /** In the standard's words: the profile's `statuses.meaning` is already applied. PART only of bulk payments. */
  readonly status: BankStatus
  /** The bank's machine code of that reason: ISO 20022 (`AM04`) or tppMessages (`FUNDS_NOT_AVAILABLE`). */
  readonly reason_code?: string
  /** The bank's words on why (tppMessages, psuMessage, StsRsnInf), shortened, free of personal data. */
  readonly reason?: string
  /** Where the bank's answer itself tells of single transfers (pain.002). */
  readonly transfers?: readonly TransferReport[]
  readonly session?: BankSession
}

/** One transfer of a bulk payment, by its end-to-end id. */
export type TransferReport = {
  readonly end_to_end_id: string
  readonly status: BankStatus
  readonly reason_code?: string
  readonly reason?: string
}

export type Cancelled = {
  readonly cancelled: boolean
  /** The bank wants the payer to authorise the cancellation: where to send the browser. */
  readonly authorise_url?: string
  readonly session?: BankSession
}

export type BankConnector = {
  readonly profile: BankProfile
  /**
   * Only where `profile.access.kind` is `authorization_code_first`: where the payer lets us in, before anything is
   * initiated. Nothing of the payment is at the bank yet, and nothing is lost when he does not come back.
   */
  beginAccess?(input: {
    readonly oauth_redirect_uri: string
    readonly oauth_state: string
  }): Promise<BankAnswer<{ readonly access: AccessSession; readonly url: string }>>
  /** The payer came back from there: exchanges the code. What it answers is handed to `initiate`. */
  finishAccess?(
    access: AccessSession,
    callback: OAuthCallback,
    input: { readonly oauth_redirect_uri: string },
  ): Promise<BankAnswer<{ readonly access: AccessSession }>>
  initiate(input: InitiateInput): Promise<BankAnswer<Initiated>>
  /** The payer came back from the bank's OAuth page: exchanges the code (PKCE) and returns the session with tokens. */
  finishAuthorisation(
    session: BankSession,
    callback: OAuthCallback,
    input: { readonly oauth_redirect_uri: string },
  ): Promise<BankAnswer<{ readonly session: BankSession }>>
  /** Asks for the transaction status. Safe to repeat. */
  status(session: BankSession, psu?: PsuContext): Promise<BankAnswer<StatusReport>>
  /** Asks how each transfer of a bulk payment stands; fewer are answered where the bank tells of fewer. Safe to repeat. */
  transfers(
    session: BankSession,
  ): Promise<BankAnswer<{ readonly transfers: readonly TransferReport[]; readonly session?: BankSession }>>
  /**
   * Asks the bank to drop a payment that is not executed yet, or to end a recurring one (DELETE). Best effort; only the
   * status that the bank tells afterwards says that it is dropped.
   * @param back where the bank sends the browser of a payer who must authorise the cancellation
   */
  cancel(
    session: BankSession,
    back?: { readonly return_uri: string; readonly return_nok_uri: string; readonly psu: PsuContext },
  ): Promise<BankAnswer<Cancelled>>
}

/** One of the bank's payment services, at `{base_url}/{service}/{product}`. */
export type ServiceProfile = {
  /** The bank's name for a transfer in lei. */
  readonly product: string
  /** `pain.001`: pain.001.001.03 as application/xml (periodic: multipart with a JSON part). */
  readonly format: 'json' | 'pain.001'
}

/** How calls about a payment are allowed, beside the certificates. */
export type AccessProfile =
  /** By the certificates alone. */
  | { readonly kind: 'certificate' }
  | {
      /**
       * authorization_code: after the initiation, with the payment's id in the scope (§13). authorization_code_first: the
       * payer lets us in before it (pre-step). client_credentials: a token of ours, no payer in it.
       */
      readonly kind: 'authorization_code' | 'authorization_code_first' | 'client_credentials'
      /** RFC 8414 metadata; else the two endpoints themselves. */
      readonly discovery_url?: string
      readonly authorization_endpoint?: string
      readonly token_endpoint?: string
      /** RFC 7591: where `punte bank register` registers this installation. */
      readonly registration_url?: string
      readonly client_id: string
      /** `signature`: the token request is signed like every other (ING). With a secret: `client_secret_file`. */
      readonly client_authentication: 'tls_client_auth' | 'client_secret_basic' | 'client_secret_post' | 'signature'
      readonly client_secret_file?: string
      /** `{paymentId}` is replaced by the bank's id of the payment. */
      readonly scope: string
      readonly pkce: boolean
      /** Where the token goes: `authorization` as Bearer, or bare in a header of the bank's own (`oauth-1`). */
      readonly token_header: string
    }

export type SigningProfile = {
  readonly required: boolean
  readonly digest: 'SHA-256' | 'SHA-512'
  /** As the bank writes it in `Digest`: `SHA-256` or `sha-256`. */
  readonly digest_label: 'upper' | 'lower'
  readonly algorithm: 'rsa-sha256' | 'rsa-sha512'
  /** What the signature covers, of what the message has; `(request-target)` is the pseudo header of draft-cavage §2.3. */
  readonly headers: readonly string[]
  /** sn_ca: `SN=<hex>,CA=<issuer>`; sn: `SN=<hex>`; serial: the bare decimal number; client_id: that of `access`. */
  readonly key_id: 'sn_ca' | 'sn' | 'serial' | 'client_id'
  /** TPP-Signature-Certificate: base64 of the DER, the PEM text with its armour in one line, or not sent. */
  readonly certificate: 'der' | 'pem' | 'none'
}

/** A fact of the profile that nobody has established: shown to operators. */
export type Unverified = { readonly field: string; readonly note: string }

/** A bank as data: a file of `profiles/` or of the installation, checked against the schema in `profile.ts` at start. */
export type BankProfile = {
  readonly id: string
  readonly name: string
  readonly bic: string
  /** The four-letter codes at places 5–8 of its IBANs. */
  readonly iban_codes: readonly string[]
  /** Which of the bank's worlds the addresses are of; `simulated` is our own sandbox. */
  readonly environment: 'production' | 'sandbox' | 'simulated'
  /** The interface that the bank names, for people: `NextGenPSD2 1.3.4`. */
  readonly standard?: string
  readonly sca: ScaKind
  readonly needs_psu_id: boolean
  /** PSU-ID-Type, where the bank wants it. */
  readonly psu_id_type?: string
  /** True when a repeated POST with the same X-Request-ID yields the same payment, so that `unknown` can be settled by repeating. */
  readonly idempotent_initiation: boolean
  /** True when the bank supports TPP-Notification-URI (ASPSP-Notification-Support). */
  readonly notifies?: boolean
  /** Up to and with the version: `https://api.bank.ro/psd2/v1`; `/payments/…` follows. */
  readonly base_url: string
  /** False: the bank wants no client certificate (everything is told by the signature). */
  readonly client_certificate: boolean
  readonly services: {
    /** `instant`: the product is of payments that arrive within seconds; absent: they are not promised. */
    readonly payments: ServiceProfile & { readonly future_dated: boolean; readonly instant?: boolean }
    readonly 'bulk-payments'?: ServiceProfile & { readonly max_transfers: number }
    readonly 'periodic-payments'?: ServiceProfile & {
      /** The bank's words for the frequencies it knows. */
      readonly frequencies: Readonly<Partial<Record<Frequency, string>>>
      /** `2`: dayOfExecution with a leading zero (`05`), as text; `1`: without. */
      readonly day_digits: 1 | 2
    }
  }
  /** What the bank wants in a JSON body beyond the standard's required fields. */
  readonly body?: { readonly debtor_name?: boolean; readonly creditor_agent?: boolean }
  readonly status: {
    /** False: `/{service}/{paymentId}/status`. */
    readonly path_has_product: boolean
    readonly format: 'json' | 'pain.002'
  }
  readonly statuses?: {
    /** Statuses in which this bank still waits for the payer, beside RCVD. */
    readonly unauthorised?: readonly string[]
    /** The bank's own words in the standard's: `{ "ACTV": "ACSP" }`. */
    readonly meaning?: Readonly<Record<string, string>>
  }
  /** Origins that links of this bank's answers may lead a browser to. */
  readonly redirect_origins: readonly string[]
  readonly access: AccessProfile
  readonly signing: SigningProfile
  /** Fixed headers that the bank wants on every call, such as an id of its developer portal. Nothing secret. */
  readonly headers?: Readonly<Record<string, string>>
  /** The same for what is secret: a file that holds the value, readable by its owner only. */
  readonly header_files?: Readonly<Record<string, string>>
  readonly timeout_ms: number
  /** Announced times, RFC 3339, in which payers are not sent to this bank; `to` is the first moment after. */
  readonly maintenance?: readonly { readonly from: string; readonly to: string }[]
  /** PEM file of the authority that signs the bank's server certificate; the system's authorities when absent. */
  readonly ca_file?: string
  readonly unverified?: readonly Unverified[]
}
