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
  PARTNER_NOT_ALLOWED: { status: 403, text: 'This is not switched on for the partner.' },
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
  ORIGIN_NOT_ALLOWED: { status: 403, text: 'This call is made by pages of this very address only.' },
  ROUTE_UNKNOWN: { status: 404, text: 'There is no such resource.' },
  METHOD_NOT_ALLOWED: { status: 405, text: 'The method is not allowed here.' },
  // Payments
  PAYMENT_UNKNOWN: { status: 404, text: 'The payment is not known.' },
  PAYMENT_CONFLICT: { status: 409, text: 'The payment was already initiated with other data.' },
  PAYMENT_NOT_INITIATED: { status: 409, text: 'The payment has not been initiated yet.' },
  PAYMENT_CLOSED: { status: 409, text: 'The payment is already finished.' },
  PAYMENT_IN_PROGRESS: { status: 409, text: 'The payment is already being sent to the bank.' },
  PAYMENT_BLOCKED: { status: 422, text: 'The payment is blocked by a limit of the partner.' },
  STATE_INVALID: { status: 403, text: 'The link of this payment is not valid.' },
  PAGE_EXPIRED: { status: 403, text: 'The page was idle for too long; reload it.' },
  BANK_REFUSED: { status: 422, text: 'The bank refused the payment.' },
  BANK_UNAVAILABLE: { status: 409, text: 'The bank does not take payments now; another one can be chosen.' },
  BANK_NOT_OFFERED: { status: 409, text: 'The bank does not offer this kind of payment; another one can be chosen.' },
  AGREEMENT_EXISTS: { status: 409, text: 'The partner has another agreement of this id.' },
  // Card rail: who is calling
  CREDENTIALS_INVALID: { status: 401, text: 'Invalid credentials.' },
  CREDENTIALS_MISSING: { status: 401, text: 'Credentials are required: Basic, a client certificate, or apiUsername.' },
  ENTITY_NOT_AUTHORISED: {
    status: 401,
    text: 'Authenticated entity not authorised to perform operation for target entity',
  },
  // Card rail: what is asked
  VERSION_UNSUPPORTED: { status: 404, text: 'Unsupported value for version' },
  FIELD_UNEXPECTED: { status: 400, text: 'Unexpected parameter' },
  FIELD_UNSUPPORTED: { status: 400, text: 'A field has a value that is not offered.' },
  OPERATION_NOT_PERMITTED: { status: 400, text: 'The operation is not permitted for this merchant.' },
  SOURCE_NOT_PERMITTED: {
    status: 400,
    text: 'The transaction source is not enabled on the merchant acquirer relationship.',
  },
  CURRENCY_NOT_ACCEPTED: { status: 400, text: 'No acquirer of this merchant takes the currency.' },
  CARD_NUMBER_INVALID: { status: 400, text: 'The card number is not valid.' },
  ORDER_UNKNOWN: { status: 400, text: 'Unable to find the order for the merchant.' },
  TRANSACTION_UNKNOWN: { status: 400, text: 'Unable to find the transaction for the merchant.' },
  TRANSACTION_CONFLICT: {
    status: 400,
    text: 'The order already has a transaction of this id, made by a different request.',
  },
  ORDER_NOT_NEW: { status: 400, text: 'The order already has a successful initial transaction.' },
  NOTHING_TO_ACT_ON: { status: 400, text: 'The order has no transaction that this operation can act on.' },
  AMOUNT_EXCEEDED: { status: 400, text: 'The amount is more than the order allows.' },
  STORED_ON_FILE_INVALID: { status: 400, text: 'storedOnFile does not fit the transaction.' },
  AGREEMENT_TYPE_REQUIRED: {
    status: 400,
    text: 'Field agreement.type must be provided when field agreement.id is provided for payer-initiated payments.',
  },
  AGREEMENT_UNKNOWN: { status: 400, text: 'Unable to find the agreement for the merchant.' },
  AGREEMENT_TERMS: { status: 400, text: 'The agreement does not allow this payment.' },
  AGREEMENT_IN_USE: {
    status: 400,
    text: 'The agreement is established with this card: its further payments are initiated by the merchant.',
  },
  AGREEMENT_CARD_MISMATCH: {
    status: 400,
    text: 'The card number provided for this merchant-initiated transaction does not match the card number used for the last customer-initiated transaction in this series of payments',
  },
  TOKENIZATION_DISABLED: { status: 400, text: 'Tokenization is not enabled for this merchant.' },
  CARD_TOKEN_UNKNOWN: { status: 400, text: 'Unable to find the token for the merchant.' },
  CARD_TOKEN_INVALID: { status: 400, text: 'The token is INVALID: update its card details first.' },
  CARD_TOKEN_CONFLICT: { status: 400, text: 'The token cannot be given these card details.' },
  SESSION_UNKNOWN: { status: 400, text: 'Unable to find the session for the merchant.' },
  SESSION_VERSION: { status: 400, text: 'The session has another version: it was updated meanwhile.' },
  SESSION_CODE_GONE: {
    status: 400,
    text: 'The security code given in the session is no longer held; update the session with it again.',
  },
  SERVER_BUSY: { status: 503, text: 'The request is still being processed; send the identical request again later.' },
  // Alerts
  ALERT_UNKNOWN: { status: 404, text: 'There is no such alert.' },
  ALERT_TAKEN: { status: 409, text: 'The alert is taken already.' },
  ALERT_CLOSED: { status: 409, text: 'The alert is closed already.' },
  // Staff
  SIGN_IN_REFUSED: {
    status: 401,
    text: 'User name or password is wrong, or the account is locked or suspended. After several mistakes wait a quarter of an hour; an administrator can tell more.',
  },
  SECOND_FACTOR_REFUSED: { status: 401, text: 'The code is wrong, or was used already.' },
  SESSION_ENDED: { status: 401, text: 'The session has ended; sign in again.' },
  ROLE_NOT_ALLOWED: { status: 403, text: 'Your role does not allow this.' },
  PASSKEYS_UNAVAILABLE: {
    status: 409,
    text: 'Passkeys need an address with a name and TLS; this one is reached at a network address, or without TLS.',
  },
  PASSKEY_REFUSED: { status: 401, text: 'The passkey is not known here, or was refused.' },
  PASSKEY_UNKNOWN: { status: 404, text: 'There is no such passkey.' },
  PASSKEY_LIMIT: { status: 409, text: 'You have ten passkeys, or this one already: remove one first.' },
  CURRENT_PASSWORD_WRONG: { status: 403, text: 'The current password is wrong.' },
  STAFF_UNKNOWN: { status: 404, text: 'There is no such user.' },
  APPROVAL_UNKNOWN: { status: 404, text: 'There is no such proposal.' },
  APPROVAL_OWN: { status: 403, text: 'Somebody else must approve what you proposed.' },
  APPROVAL_TIED: {
    status: 403,
    text: 'One of you two has made, invited or reset the account of the other within 24 hours, or one person both: somebody else must approve.',
  },
  APPROVAL_VOID: { status: 409, text: 'Who proposed it is suspended by now, or has another role.' },
  APPROVAL_CLOSED: { status: 409, text: 'The proposal is decided, done, or has expired.' },
  // Onboarding
  CASE_UNKNOWN: { status: 404, text: 'There is no such case.' },
  CASE_CHANGED: { status: 409, text: 'Somebody else has changed the case meanwhile.' },
  CASE_STATE: { status: 409, text: 'The case is not in a state that allows this.' },
  CASE_EXISTS: { status: 409, text: 'The partner has a case already.' },
  CASE_INCOMPLETE: { status: 422, text: 'Something is missing or not valid.' },
  PARTNER_ENDED: { status: 409, text: 'The relationship with this partner has ended.' },
  DOCUMENT_UNKNOWN: { status: 404, text: 'There is no such document.' },
  DOCUMENT_REFUSED: { status: 422, text: 'The file is not one that is taken.' },
  INVITATION_INVALID: { status: 401, text: 'The link is not valid, or not any more.' },
  SCREENING_NOT_CONFIGURED: { status: 409, text: 'No screening service is set; record what was looked up by hand.' },
  // Search, and what staff do by hand
  SEARCH_TOO_WIDE: { status: 422, text: 'The search takes too long; narrow it down by days, a partner or a status.' },
  EXPORTS_BUSY: { status: 503, text: 'Others are exporting now; try again in a minute.' },
  NOTHING_TO_ASK: { status: 409, text: 'Nothing of it is under way at the other side: there is nobody to ask.' },
  NOTHING_TO_CLOSE: { status: 409, text: 'Nothing of it has an unknown fate: there is nothing to close.' },
  WEBHOOK_NONE: { status: 409, text: 'There is no webhook to send of this payment.' },
  // Partners, limits and proposals in the back office
  PARTNER_UNKNOWN: { status: 404, text: 'There is no such partner.' },
  PARTNER_CHANGED: { status: 409, text: 'Somebody else has changed the partner meanwhile; look again.' },
  LIMITS_CHANGED: { status: 409, text: 'Somebody else has changed these levels meanwhile; look again.' },
  LIMIT_RAISES: { status: 409, text: 'This allows more than before: it takes two people.' },
  APPROVAL_STALE: { status: 409, text: 'What the proposal is about has changed since; it is not done.' },
  // Registers
  INCIDENT_UNKNOWN: { status: 404, text: 'There is no such incident.' },
  INCIDENT_STATE: { status: 409, text: 'The incident is not in a state that allows this.' },
  REPORT_UNKNOWN: { status: 404, text: 'There is no such report.' },
  REPORT_STATE: { status: 409, text: 'The report is not in a state that allows this.' },
  REPORT_CHANGED: { status: 409, text: 'Somebody else has changed it meanwhile; look again.' },
  // The service itself
  RATE_LIMITED: { status: 429, text: 'Too many requests; try again later.' },
  OVERLOADED: { status: 503, text: 'The service is busy; try again later.' },
  INTERNAL: { status: 500, text: 'Something went wrong on our side; the trace id helps support to find it.' },
  // People of partners, in the portal
  PASSWORD_LINK_ENDED: { status: 410, text: 'The link was used, has expired, or is not known; ask for a new one.' },
  USER_OWN: { status: 409, text: 'Somebody else must change this of your own account.' },
  RECORD_UNKNOWN: { status: 404, text: 'There is no such record.' },
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

/** One fault of a list of payments; `field` as the partner writes it, e.g. `payments[3].creditorIban`, counted from 0. */
export type ListFault = { readonly field: string; readonly code: ErrorCode; readonly message: string }

/** Everything wrong with a list of payments, told at once; as a refusal it is its first fault. */
export class ListFaultsError extends PunteError {
  readonly faults: readonly ListFault[]

  /** @param faults at least one */
  constructor(faults: readonly ListFault[]) {
    const first = faults[0]
    if (first === undefined) throw new Error('a list without faults is not refused')
    super(first.code, { field: first.field, text: first.message })
    this.name = 'ListFaultsError'
    this.faults = faults
  }
}

/** Every rule that a new password breaks. */
export class PasswordFaultsError extends PunteError {
  readonly faults: readonly FieldFault[]

  constructor(faults: readonly FieldFault[]) {
    super('FIELD_INVALID', {
      field: 'password',
      text: `The password is refused. ${faults.map(({ message }) => message).join(' ')}`,
    })
    this.name = 'PasswordFaultsError'
    this.faults = faults
  }
}

/** One thing that is wrong with what was filled in; `field` is where: `company.cui`, `beneficial_owners[2].cnp`. */
export type FieldFault = { readonly field: string; readonly code: string; readonly message: string }

/** What is wrong with a file that was given in. */
export class FileFaultError extends PunteError {
  readonly faults: readonly FieldFault[]

  constructor(fault: FieldFault) {
    super('DOCUMENT_REFUSED', { field: fault.field, text: fault.message, detail: fault.code })
    this.name = 'FileFaultError'
    this.faults = [fault]
  }
}

/** Everything wrong with what was filled in, told at once. */
export class CaseFaultsError extends PunteError {
  readonly faults: readonly FieldFault[]

  /** @param faults at least one */
  constructor(faults: readonly FieldFault[]) {
    const first = faults[0]
    if (first === undefined) throw new Error('a case without faults is not refused')
    super('CASE_INCOMPLETE', { field: first.field, text: first.message })
    this.name = 'CaseFaultsError'
    this.faults = faults
  }
}
