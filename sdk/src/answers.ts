/** Reads what Punte answers: what is not of the documented shape is refused, never guessed. */
import { type ListFault, PunteAnswerError, PunteApiError } from './errors.ts'
import type { Jwks } from './jwks.ts'
import type { Headers } from './signatures.ts'
import {
  type AgreementStatus,
  type Bank,
  type Cancellation,
  type InitiatedPayment,
  isFinalStatus,
  isPaymentStatus,
  type ListedPayment,
  type ListedReport,
  type PaymentReport,
  type PaymentTokens,
} from './types.ts'

export type Json = Record<string, unknown>

export function parseJson(body: Buffer): Json | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return isJson(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function refusal(status: number, headers: Headers, body: Json | undefined): PunteApiError {
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
  const retry_after = headers['retry-after'] ?? ''
  return new PunteApiError({
    status,
    code: text(body?.code) ?? `HTTP_${status}`,
    message: text(body?.message) ?? `Punte answered ${status}.`,
    field: text(body?.field),
    faults: Array.isArray(body?.faults) ? body.faults.flatMap(faultOf) : undefined,
    traceId: text(body?.traceId),
    retry_after_s: /^\d{1,6}$/.test(retry_after) ? Number(retry_after) : undefined,
  })
}

export function readJwks(answer: { status: number; headers: Headers; body: Buffer }): Jwks {
  const body = parseJson(answer.body)
  if (answer.status !== 200) throw refusal(answer.status, answer.headers, body)
  if (!Array.isArray(body?.keys)) throw new PunteAnswerError('MALFORMED', 'The published key set cannot be read.')
  return { keys: body.keys.filter((key): key is Json => typeof key === 'object' && key !== null) }
}

function faultOf(value: unknown): ListFault[] {
  const { field, code, message } = asJson(value)
  const complete = typeof field === 'string' && typeof code === 'string' && typeof message === 'string'
  return complete ? [{ field, code, message }] : []
}

function resultOf(body: Json): Json {
  return asJson(body.result)
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function asJson(value: unknown): Json {
  return isJson(value) ? value : {}
}

export function readTokens(body: Json, now: Date, expected_id: number | undefined): PaymentTokens {
  const result = resultOf(body)
  const { access_token, refresh_token, expires_in } = result
  const payment_id = result.paymentId ?? expected_id
  const complete =
    typeof access_token === 'string' && typeof refresh_token === 'string' && Number.isSafeInteger(payment_id)
  if (!complete || (expected_id !== undefined && payment_id !== expected_id)) {
    throw new PunteAnswerError('MALFORMED', 'The answer has no token pair of the payment.')
  }
  const life_s = typeof expires_in === 'number' ? expires_in : 300
  return {
    paymentId: payment_id as number,
    accessToken: access_token,
    refreshToken: refresh_token,
    expiresAt: new Date(now.getTime() + life_s * 1000).toISOString(),
  }
}

type Initiated = Omit<InitiatedPayment, 'redirectUrl'> & {
  readonly redirectUrl?: string
  readonly psuMessage?: string
}

/** What initPayment answers, of whichever kind of payment; an address or a message is there. */
export function readInitiated(body: Json, payment_id: number): Initiated {
  const { psuMessage, expiresAt, qr } = body
  const redirect_url = body.redirectURL ?? body.redirectUri
  const leads = typeof redirect_url === 'string' && /^https?:\/\//.test(redirect_url)
  if (body.paymentId !== payment_id || !(leads || typeof psuMessage === 'string')) {
    throw new PunteAnswerError('MALFORMED', 'The answer has no address for the payer.')
  }
  const payments = Array.isArray(body.payments) ? body.payments.map(readListed) : undefined
  return {
    paymentId: payment_id,
    ...(leads && { redirectUrl: redirect_url }),
    ...(typeof psuMessage === 'string' && { psuMessage }),
    ...(typeof expiresAt === 'string' && { expiresAt }),
    ...(typeof qr === 'string' && { qr }),
    ...(payments !== undefined && { payments }),
  }
}

function readListed(value: unknown): ListedPayment {
  const { no, paymentId } = asJson(value)
  if (!Number.isSafeInteger(no) || !Number.isSafeInteger(paymentId))
    throw new PunteAnswerError('MALFORMED', 'The answer does not number the payments of the list.')
  return { no: no as number, paymentId: paymentId as number }
}

export function readReport(body: Json, payment_id: number): Omit<PaymentReport, 'tokens'> {
  const result = resultOf(body)
  const status = result.paymentStatus
  // Both places must say the same: a shop that ships goods must not depend on which of them it reads.
  if (
    result.paymentId !== payment_id ||
    !isPaymentStatus(status) ||
    (body.messageStatus === 'SUCCESS') !== (status === 'ACSC')
  ) {
    throw new PunteAnswerError('MALFORMED', 'The answer does not tell the status of the payment.')
  }
  const texts = ['kind', 'reason', 'createdAt', 'statusAt', 'bankReference', 'currency', 'executionDate'] as const
  const optional = Object.fromEntries(
    texts.flatMap((name) => {
      const value = result[name]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
  const amount = amountOf(result.amount)
  const agreement = agreementOf(result.agreement)
  const payments = Array.isArray(result.payments) ? result.payments.map(readListedReport) : undefined
  return {
    paymentId: payment_id,
    status,
    paid: status === 'ACSC',
    final: isFinalStatus(status),
    ...optional,
    ...(amount !== undefined && { amount }),
    ...(agreement !== undefined && { agreement }),
    ...(payments !== undefined && { payments }),
  }
}

function readListedReport(value: unknown): ListedReport {
  const { paymentStatus: status, reason, amount } = asJson(value)
  const text = amountOf(amount)
  if (!isPaymentStatus(status) || text === undefined)
    throw new PunteAnswerError('MALFORMED', 'The answer does not tell how the payments of the list stand.')
  return {
    ...readListed(value),
    status,
    paid: status === 'ACSC',
    ...(typeof reason === 'string' && { reason }),
    amount: text,
  }
}

function amountOf(value: unknown): string | undefined {
  if (typeof value === 'number') return value.toFixed(2)
  return typeof value === 'string' ? value : undefined
}

function agreementOf(value: unknown): PaymentReport['agreement'] {
  const { agreementId, status } = asJson(value)
  return typeof agreementId === 'string' && typeof status === 'string'
    ? { agreementId, status: status as AgreementStatus }
    : undefined
}

export function readCancellation(body: Json, payment_id: number): Omit<Cancellation, 'tokens'> {
  const { paymentId, paymentStatus: status, cancelled, redirectUri } = resultOf(body)
  if (paymentId !== payment_id || !isPaymentStatus(status) || typeof cancelled !== 'boolean')
    throw new PunteAnswerError('MALFORMED', 'The answer does not say what became of the payment.')
  const leads = typeof redirectUri === 'string' && /^https?:\/\//.test(redirectUri)
  return { paymentId: payment_id, status, cancelled, ...(leads && { redirectUrl: redirectUri }) }
}

export function readBanks(body: Json): readonly Bank[] {
  const banks = Array.isArray(body.result) ? body.result : []
  const complete = banks.every((bank: unknown) => {
    const { code, name, requiredParameters, services } = asJson(bank)
    return [code, name].every((text) => typeof text === 'string') && [requiredParameters, services].every(isJson)
  })
  if (!Array.isArray(body.result) || !complete)
    throw new PunteAnswerError('MALFORMED', 'The answer is no list of banks.')
  return banks as Bank[]
}
