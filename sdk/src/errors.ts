/** What can go wrong, one class per kind, so that a shop can tell "refused" from "not reached" from "not genuine". */

export type ListFault = { readonly field: string; readonly code: string; readonly message: string }

/** Punte answered with a refusal. `code` is stable and meant for programs; `message` is for people who integrate. */
export class PunteApiError extends Error {
  /** HTTP status. */
  readonly status: number
  /** E.g. `TOKEN_EXPIRED`, `PAYMENT_CONFLICT`; `HTTP_<status>` when the answer did not come from Punte (a proxy). */
  readonly code: string
  /** The field of the request that is at fault, as the caller spelled it. */
  readonly field: string | undefined
  /** Of a list of payments: everything that is wrong with it, e.g. of `payments[3].creditorIban`; else empty. */
  readonly faults: readonly ListFault[]
  /** Tell it to support: it finds the call in the log. */
  readonly traceId: string | undefined
  /** Seconds after which a retry makes sense (429, 503). */
  readonly retry_after_s: number | undefined

  constructor(input: {
    status: number
    code: string
    message: string
    field?: string | undefined
    faults?: readonly ListFault[] | undefined
    traceId?: string | undefined
    retry_after_s?: number | undefined
  }) {
    super(input.message)
    this.name = 'PunteApiError'
    this.status = input.status
    this.code = input.code
    this.field = input.field
    this.faults = input.faults ?? []
    this.traceId = input.traceId
    this.retry_after_s = input.retry_after_s
  }
}

/**
 * Punte was not reached or did not answer in time. `sent: false`: the request never left, repeating it is safe whatever
 * it is. `sent: true`: it may have been carried out.
 */
export class PunteConnectionError extends Error {
  /** `TIMEOUT`, or the code of the socket error (`ECONNREFUSED`, `ECONNRESET`, `CERT_HAS_EXPIRED`, …). */
  readonly code: string
  readonly sent: boolean

  constructor(code: string, sent: boolean, cause?: unknown) {
    super(`Punte could not be reached (${code})`, { cause })
    this.name = 'PunteConnectionError'
    this.code = code
    this.sent = sent
  }
}

export type AnswerFault = 'UNSIGNED' | 'SIGNATURE_INVALID' | 'DIGEST_MISMATCH' | 'KEY_UNKNOWN' | 'STALE' | 'MALFORMED'

/** The answer is not a genuine answer of Punte: unsigned, altered, too old, or not of the documented shape. */
export class PunteAnswerError extends Error {
  readonly fault: AnswerFault

  constructor(fault: AnswerFault, message: string) {
    super(message)
    this.name = 'PunteAnswerError'
    this.fault = fault
  }
}

export type WebhookFault = 'HEADERS_MISSING' | 'TIMESTAMP_OUT_OF_TOLERANCE' | 'SIGNATURE_INVALID' | 'BODY_MALFORMED'

/** The request to the webhook address is not a genuine, fresh event of Punte: answer 400 and do nothing. */
export class PunteWebhookError extends Error {
  readonly fault: WebhookFault

  constructor(fault: WebhookFault, message: string) {
    super(message)
    this.name = 'PunteWebhookError'
    this.fault = fault
  }
}
