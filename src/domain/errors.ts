/**
 * Every refusal Punte can give, one line per code: HTTP status and the sentence the caller may read.
 * What only operators may know goes to `detail`, which is logged and never sent. Each surface renders these in its
 * own shape (partner envelope, checkout JSON). A bank's rejection or a payer's refusal is not here: those are states.
 */
export const ERRORS = {
  // Who is calling
  CERTIFICATE_REQUIRED: { status: 401, text: 'A client certificate is required for this call.' },
  CERTIFICATE_UNTRUSTED: {
    status: 401,
    text: 'The client certificate does not chain to the authority registered for this partner.',
  },
  CERTIFICATE_EXPIRED: { status: 401, text: 'The client certificate is not within its validity period.' },
  CERTIFICATE_REVOKED: { status: 401, text: 'The client certificate is revoked.' },
  CERTIFICATE_STATUS_UNKNOWN: {
    status: 401,
    text: 'The revocation list of the certificate authority is missing or out of date.',
  },
  CERTIFICATE_MISMATCH: {
    status: 401,
    text: 'The subject or issuer of the client certificate is not the one registered for this partner.',
  },
  CLIENT_UNKNOWN: { status: 401, text: 'The client id is not known.' },
  PARTNER_SUSPENDED: { status: 403, text: 'The partner is suspended.' },
  TOKEN_MISSING: { status: 401, text: 'An access token is required in the Authorization header.' },
  TOKEN_INVALID: { status: 401, text: 'The token is not valid.' },
  TOKEN_EXPIRED: { status: 401, text: 'The access token has expired; refresh it.' },
  TOKEN_REVOKED: { status: 401, text: 'The tokens of this payment are revoked.' },
  TOKEN_FOR_OTHER_PAYMENT: { status: 401, text: 'The token belongs to another payment.' },
  TOKEN_CERTIFICATE_MISMATCH: { status: 401, text: 'The token is bound to another client certificate.' },
  REFRESH_TOKEN_REUSED: {
    status: 401,
    text: 'The refresh token was used before; the tokens of this payment are revoked.',
  },
  SIGNATURE_REQUIRED: {
    status: 401,
    text: 'This partner signs its requests: Signature, Signature-Input and Content-Digest are required.',
  },
  SIGNATURE_INVALID: { status: 401, text: 'The signature of the request does not verify.' },
  // What is asked
  FIELD_REQUIRED: { status: 400, text: 'A required field is missing.' },
  FIELD_INVALID: { status: 400, text: 'A field is not valid.' },
  BODY_MALFORMED: { status: 400, text: 'The body cannot be read.' },
  BODY_TOO_LARGE: { status: 413, text: 'The body is larger than allowed.' },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, text: 'The media type of the body is not supported.' },
  GRANT_UNSUPPORTED: { status: 400, text: 'The grant type is not supported.' },
  AMOUNT_INVALID: {
    status: 400,
    text: 'The amount must be a positive number of lei with at most two decimals and a decimal point.',
  },
  IBAN_INVALID: { status: 400, text: 'The IBAN is not valid.' },
  IBAN_NOT_ROMANIAN: { status: 400, text: 'The IBAN must be of an account in Romania: payments are in RON.' },
  REDIRECT_URL_NOT_REGISTERED: { status: 400, text: 'The redirectURL is not registered for this partner.' },
  BANK_UNKNOWN: { status: 400, text: 'The bank is not known.' },
  FEATURE_UNSUPPORTED: { status: 400, text: 'This kind of payment is not offered yet.' },
  FIELD_NOT_EDITABLE: { status: 403, text: 'This field cannot be changed on the page.' },
  ROUTE_UNKNOWN: { status: 404, text: 'There is no such resource.' },
  METHOD_NOT_ALLOWED: { status: 405, text: 'The method is not allowed here.' },
  // Payments
  PAYMENT_UNKNOWN: { status: 404, text: 'The payment is not known.' },
  PAYMENT_CONFLICT: { status: 409, text: 'The payment was already initiated with other data.' },
  PAYMENT_NOT_INITIATED: { status: 409, text: 'The payment has not been initiated yet.' },
  PAYMENT_CLOSED: { status: 409, text: 'The payment is already finished.' },
  PAYMENT_IN_PROGRESS: { status: 409, text: 'The payment is already being sent to the bank.' },
  STATE_INVALID: { status: 403, text: 'The link of this payment is not valid.' },
  PAGE_EXPIRED: { status: 403, text: 'The page was idle for too long; reload it.' },
  BANK_REFUSED: { status: 422, text: 'The bank refused the payment.' },
  BANK_UNAVAILABLE: { status: 503, text: 'The bank cannot be reached now.' },
  // The service itself
  RATE_LIMITED: { status: 429, text: 'Too many requests; try again later.' },
  OVERLOADED: { status: 503, text: 'The service is busy; try again later.' },
  INTERNAL: { status: 500, text: 'Something went wrong on our side; the trace id helps support to find it.' },
} as const

export type ErrorCode = keyof typeof ERRORS

/** A refusal on its way to a surface. `detail` is private: it may be logged, never sent; it holds no secret either. */
export class PunteError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly field: string | undefined
  readonly detail: string | undefined
  /** Seconds after which the caller may try again (429, 503). */
  readonly retry_after_s: number | undefined

  constructor(
    code: ErrorCode,
    more: { field?: string | undefined; text?: string; detail?: string; retry_after_s?: number; cause?: unknown } = {},
  ) {
    super(more.text ?? ERRORS[code].text, { cause: more.cause })
    this.name = 'PunteError'
    this.code = code
    this.status = ERRORS[code].status
    this.field = more.field
    this.detail = more.detail
    this.retry_after_s = more.retry_after_s
  }
}
