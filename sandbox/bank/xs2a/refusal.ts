/**
 * The XS2A interface towards third parties (Berlin Group NextGenPSD2 1.3.12, payment initiation). First: how a call is
 * refused. `berlin-group-pis.schema.json` is the part of the official OpenAPI text that requests are held against.
 */

/** Codes of the PIS error tables with the one HTTP status each is used with here. */
const HTTP_STATUS = {
  FORMAT_ERROR: 400,
  PARAMETER_NOT_SUPPORTED: 400,
  SERVICE_INVALID: 405,
  RESOURCE_UNKNOWN: 404,
  TIMESTAMP_INVALID: 400,
  PAYMENT_FAILED: 400,
  EXECUTION_DATE_INVALID: 400,
  PERIOD_INVALID: 400,
  PRODUCT_UNKNOWN: 404,
  CERTIFICATE_MISSING: 401,
  CERTIFICATE_INVALID: 401,
  CERTIFICATE_EXPIRED: 401,
  ROLE_INVALID: 401,
  SIGNATURE_MISSING: 401,
  SIGNATURE_INVALID: 401,
  PSU_CREDENTIALS_INVALID: 401,
  TOKEN_UNKNOWN: 401,
  TOKEN_INVALID: 401,
  TOKEN_EXPIRED: 401,
  SERVICE_BLOCKED: 403,
  CANCELLATION_INVALID: 405,
  STATUS_INVALID: 409,
} as const

export type TppCode = keyof typeof HTTP_STATUS

/** Thrown by a check; the server answers it as tppMessages. `text` never carries data of the request. */
export class Refusal extends Error {
  readonly code: TppCode
  readonly http_status: number
  readonly path: string | undefined

  constructor(code: TppCode, text: string, options: { readonly path?: string; readonly http_status?: number } = {}) {
    super(text)
    this.code = code
    this.http_status = options.http_status ?? HTTP_STATUS[code]
    this.path = options.path
  }
}

/** Body of a refusal in the interface's own form ("NG"): tppMessages. */
export function refusalBody(refusal: Refusal): object {
  const path = refusal.path === undefined ? {} : { path: refusal.path }
  return { tppMessages: [{ category: 'ERROR', code: refusal.code, ...path, text: refusal.message.slice(0, 500) }] }
}
