/**
 * How the card API says no: `{error:{cause, explanation?, field?, supportCode?, validationType?}, result:'ERROR'}`, the same
 * content as dotted names on NVP. A declined payment is no refusal: it is an answer (answer.ts).
 */
import type { ErrorCode, PunteError } from '../../domain/errors.ts'
import { withoutCardNumbers } from './strays.ts'

export type Cause = 'INVALID_REQUEST' | 'REQUEST_REJECTED' | 'SERVER_BUSY' | 'SERVER_FAILED'
export type RefusalBody = {
  readonly error: {
    readonly cause: Cause
    readonly explanation?: string
    readonly field?: string
    readonly supportCode?: string
    readonly validationType?: 'INVALID' | 'MISSING' | 'UNSUPPORTED'
  }
  readonly result: 'ERROR'
}

const MAX_EXPLANATION = 1_000
const MAX_FIELD = 100

/** Turned away for who asks, not for what: said to the caller without a reason, under a code that support can look up. */
const REJECTED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PARTNER_SUSPENDED',
  'CERTIFICATE_UNTRUSTED',
  'CERTIFICATE_EXPIRED',
  'CERTIFICATE_REVOKED',
  'CERTIFICATE_STATUS_UNKNOWN',
  'CERTIFICATE_MISMATCH',
])

/** What is wrong with the field named, where it is not the value. */
const VALIDATION_TYPES: { readonly [code in ErrorCode]?: 'MISSING' | 'UNSUPPORTED' } = {
  FIELD_REQUIRED: 'MISSING',
  AGREEMENT_TYPE_REQUIRED: 'MISSING',
  FIELD_UNSUPPORTED: 'UNSUPPORTED',
}

export function refusalBody(error: PunteError, trace_id: string): RefusalBody {
  const cause = causeOf(error)
  if (cause === 'SERVER_FAILED' || cause === 'REQUEST_REJECTED')
    return { error: { cause, supportCode: trace_id }, result: 'ERROR' }
  const explanation = withoutCardNumbers(error.message.slice(0, MAX_EXPLANATION))
  if (cause === 'SERVER_BUSY' || error.field === undefined) return { error: { cause, explanation }, result: 'ERROR' }
  const validationType = VALIDATION_TYPES[error.code] ?? 'INVALID'
  return {
    error: { cause, explanation, field: error.field.slice(0, MAX_FIELD), validationType },
    result: 'ERROR',
  }
}

function causeOf(error: PunteError): Cause {
  if (REJECTED.has(error.code)) return 'REQUEST_REJECTED'
  if (error.status === 503 || error.status === 429) return 'SERVER_BUSY'
  return error.status >= 500 ? 'SERVER_FAILED' : 'INVALID_REQUEST'
}
