/** The partner API's answers: the envelope that today's clients know, and the OAuth one (RFC 6749 §5.2) for `/oauth2/token`. */
import { type ErrorCode, type ListFault, ListFaultsError, type PunteError } from '../../domain/errors.ts'

export type ErrorEnvelope = {
  readonly status: number
  readonly messageStatus: 'ERROR'
  readonly code: ErrorCode
  readonly message: string
  readonly field?: string
  /** Of a list of payments: every fault of it, of which the fields above tell the first. */
  readonly faults?: readonly ListFault[]
  readonly traceId: string
}

export function errorEnvelope(error: PunteError, trace_id: string): ErrorEnvelope {
  return {
    status: error.status,
    messageStatus: 'ERROR',
    code: error.code,
    message: error.message,
    ...(error.field !== undefined && { field: error.field }),
    ...(error instanceof ListFaultsError && { faults: error.faults }),
    traceId: trace_id,
  }
}

export type OauthError = { readonly error: string; readonly error_description: string; readonly trace_id: string }

/** RFC 6749 §5.2: the code from its list, our sentence as the description. */
export function oauthError(
  error: PunteError,
  trace_id: string,
): { readonly status: number; readonly body: OauthError } {
  const code = oauthCode(error)
  const status = code === 'invalid_grant' ? 400 : error.status
  // The description may hold printable ASCII only.
  const error_description = error.message.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?')
  return { status, body: { error: code, error_description, trace_id } }
}

function oauthCode(error: PunteError): string {
  const { code } = error
  if (code === 'GRANT_UNSUPPORTED') return 'unsupported_grant_type'
  if (code.startsWith('TOKEN_') || code === 'REFRESH_TOKEN_REUSED') return 'invalid_grant'
  if (code === 'PARTNER_SUSPENDED') return 'unauthorized_client'
  if (error.status === 401) return 'invalid_client'
  if (error.status === 429 || error.status === 503) return 'temporarily_unavailable'
  return error.status >= 500 ? 'server_error' : 'invalid_request'
}

/** `WWW-Authenticate` of a refused access token (RFC 6750 §3); other 401s are about the certificate, which has no scheme. */
export function challenge(error: PunteError): Readonly<Record<string, string>> {
  if (error.code === 'TOKEN_MISSING') return { 'www-authenticate': 'Bearer' }
  return error.code.startsWith('TOKEN_') ? { 'www-authenticate': `Bearer error="invalid_token"` } : {}
}
