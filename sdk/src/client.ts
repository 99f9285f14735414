/** The client a partner's server uses: four calls over mutual TLS, tokens kept fresh, answers verified. */
import type { KeyObject } from 'node:crypto'
import { PunteAnswerError, PunteApiError, PunteConnectionError } from './errors.ts'
import { createKeySource, type Jwks } from './jwks.ts'
import { createSigner, type Headers, isSigned, signRequest, verifyAnswer } from './signatures.ts'
import { createTransport, type Repeatable, type WireRequest, withRetries } from './transport.ts'
import {
  type InitiatedPayment,
  isFinalStatus,
  isPaymentStatus,
  type PaymentReport,
  type PaymentRequest,
  type PaymentTokens,
  type StartedPayment,
} from './types.ts'
import { type PaymentStatusEvent, secretBytes, verifyWebhookWith, type WebhookRequest } from './webhook.ts'

export type PunteClientOptions = {
  /** E.g. `https://api.punte.example`. */
  readonly base_url: string
  readonly client_id: string
  /** Client certificate (chain) and its key, PEM. */
  readonly certificate: string | Buffer
  readonly private_key: string | Buffer
  /** PEM of the authority of Punte's server certificate; the system's authorities when absent. */
  readonly ca?: string | Buffer
  /** Sign requests (RFC 9421); needed when the partner's profile demands it. Default false. */
  readonly sign_requests?: boolean
  /** Refuse answers that the installation did not sign. Default true. */
  readonly verify_answers?: boolean
  /** For one request, connecting included. Default 15 000. */
  readonly timeout_ms?: number
  /** Tries of a call that may be repeated. Default 4. */
  readonly max_tries?: number
  /** Called with each new pair, before it is used: store it with the payment. */
  readonly onTokens?: (tokens: PaymentTokens) => void | Promise<void>
  /** The clock, for tests. */
  readonly now?: () => Date
}

/** Every call throws `PunteApiError` (refused), `PunteConnectionError` (not reached) or `PunteAnswerError` (not genuine). */
export type PunteClient = {
  /** Reserves a payment number and starts the payment: `token` and `initPayment` in one. */
  startPayment(request: PaymentRequest): Promise<StartedPayment>
  /** How the payment stands. Refreshes the tokens when they have expired; keep `tokens` of the result. */
  status(input: { paymentId: number; tokens: PaymentTokens }): Promise<PaymentReport>
  /** A new payment number with its token pair. */
  token(): Promise<PaymentTokens>
  /** Exchanges a pair for a new one. Calls with the same pair at the same time share one exchange. */
  refresh(tokens: PaymentTokens): Promise<PaymentTokens>
  /** Starts the payment of a token pair. The same request again gives the same answer, another one PAYMENT_CONFLICT. */
  initPayment(input: {
    tokens: PaymentTokens
    request: PaymentRequest
  }): Promise<InitiatedPayment & { tokens: PaymentTokens }>
  /** Verifies a webhook by the secret if one is given, and by the installation's published keys. */
  verifyWebhook(request: Omit<WebhookRequest, 'jwks'>, options?: { tolerance_s?: number }): Promise<PaymentStatusEvent>
  /** Ends the kept connections. */
  close(): void
}

type Json = Record<string, unknown>
type Call = { readonly request: WireRequest; readonly repeatable: Repeatable }

const PATHS = {
  token: '/gateway/authenticate/rest/api/token',
  refresh: '/gateway/authenticate/rest/api/refreshToken',
  initPayment: (payment_id: number) => `/gateway/core/rest/api/initPayment/${payment_id}`,
  status: (payment_id: number) => `/gateway/core/rest/api/status/${payment_id}`,
  jwks: '/.well-known/jwks.json',
} as const

/** How far the signing time of an answer may lie from now. */
const ANSWER_TOLERANCE_S = 300
/** Longest pause before a repeated try, also when Punte asks for more. */
const MAX_WAIT_MS = 10_000
/** Exchanges remembered, so that a late caller with an old pair gets the new one instead of using the old twice. */
const MAX_REMEMBERED = 1000

/** @throws TypeError when the key does not belong to the certificate, or the address is not https */
export function createPunteClient(options: PunteClientOptions): PunteClient {
  const base_url = options.base_url.replace(/\/+$/, '')
  if (!base_url.startsWith('https://')) throw new TypeError('base_url must begin with https://')
  const now = options.now ?? (() => new Date())
  const signer = createSigner(options.certificate, options.private_key)
  const transport = createTransport({ ...options, ca: options.ca, timeout_ms: options.timeout_ms ?? 15_000 })
  const policy = { max_tries: options.max_tries ?? 4, max_wait_ms: MAX_WAIT_MS }
  const keys = createKeySource(
    async () => readJwks(await transport.send({ method: 'GET', url: base_url + PATHS.jwks, headers: {} })),
    () => now().getTime(),
  )
  const exchanges = new Map<string, Promise<PaymentTokens>>()

  const verifies = options.verify_answers !== false
  // Keys that cannot be had now must not look like a request that never left: the answer to verify is already there.
  const keyOf = (kid: string): Promise<KeyObject | undefined> =>
    keys.get(kid).catch((cause: unknown) => {
      throw new PunteConnectionError('KEYS_UNAVAILABLE', true, cause)
    })

  const once = async (wire: WireRequest): Promise<Json> => {
    if (verifies) await keys.all()
    const url = new URL(wire.url).href
    const added = options.sign_requests ? signRequest({ ...wire, url }, signer, now()) : {}
    const request = { ...wire, url, headers: { ...wire.headers, ...added } }
    const answer = await transport.send(request)
    const success = answer.status >= 200 && answer.status < 300
    // A refusal without a signature may come from a proxy in between; it is told as a refusal, and proves nothing.
    if (verifies && (success || isSigned(answer.headers))) {
      await verifyAnswer({ request, answer, keyOf, now: now(), tolerance_s: ANSWER_TOLERANCE_S })
    }
    const body = parseJson(answer.body)
    if (!success) throw refusal(answer.status, answer.headers, body)
    if (body === undefined) throw new PunteAnswerError('MALFORMED', 'The answer is not JSON.')
    return body
  }
  const call = ({ request, repeatable }: Call): Promise<Json> =>
    withRetries(() => once(request), { ...policy, repeatable })
  const post = (path: string, body: string, type: string, headers: Record<string, string> = {}): WireRequest => ({
    method: 'POST',
    url: base_url + path,
    headers: { ...headers, 'content-type': type },
    body,
  })
  const form = (path: string, fields: Record<string, string>): WireRequest =>
    post(path, new URLSearchParams(fields).toString(), 'application/x-www-form-urlencoded')

  const token = async (): Promise<PaymentTokens> => {
    // A lost answer costs an unused payment number, which Punte closes by itself: repeat.
    const body = await call({ request: form(PATHS.token, { client_id: options.client_id }), repeatable: 'always' })
    const tokens = readTokens(body, now(), undefined)
    await options.onTokens?.(tokens)
    return tokens
  }

  const exchange = async (tokens: PaymentTokens): Promise<PaymentTokens> => {
    // A refresh token is used once; using it again after a lost answer would revoke the payment's tokens.
    const fields = { refresh_token: tokens.refreshToken, client_id: options.client_id }
    const body = await call({ request: form(PATHS.refresh, fields), repeatable: 'if_not_carried_out' })
    const renewed = readTokens(body, now(), tokens.paymentId)
    await options.onTokens?.(renewed)
    return renewed
  }

  const refresh = (tokens: PaymentTokens): Promise<PaymentTokens> => {
    const running = exchanges.get(tokens.refreshToken)
    if (running !== undefined) return running
    const started = exchange(tokens)
    exchanges.set(tokens.refreshToken, started)
    started.catch(() => exchanges.delete(tokens.refreshToken))
    for (const oldest of exchanges.keys()) {
      if (exchanges.size <= MAX_REMEMBERED) break
      exchanges.delete(oldest)
    }
    return started
  }

  const withTokens = async (tokens: PaymentTokens, make: (authorization: string) => WireRequest) => {
    const authorized = (pair: PaymentTokens) =>
      call({ request: make(`Bearer ${pair.accessToken}`), repeatable: 'always' })
    try {
      return { body: await authorized(tokens), tokens }
    } catch (error) {
      if (!(error instanceof PunteApiError && error.code === 'TOKEN_EXPIRED')) throw error
    }
    const renewed = await refresh(tokens)
    return { body: await authorized(renewed), tokens: renewed }
  }

  const initPayment: PunteClient['initPayment'] = async ({ tokens, request }) => {
    const body = JSON.stringify(request)
    const answer = await withTokens(tokens, (authorization) =>
      post(PATHS.initPayment(tokens.paymentId), body, 'application/json', { authorization }),
    )
    return { ...readInitiated(answer.body, tokens.paymentId), tokens: answer.tokens }
  }

  return {
    token,
    refresh,
    initPayment,
    startPayment: async (request) => initPayment({ tokens: await token(), request }),
    status: async ({ paymentId, tokens }) => {
      if (paymentId !== tokens.paymentId) throw new TypeError('the tokens belong to another payment')
      const url = base_url + PATHS.status(paymentId)
      const answer = await withTokens(tokens, (authorization) => ({ method: 'GET', url, headers: { authorization } }))
      return { ...readReport(answer.body, paymentId), tokens: answer.tokens }
    },
    verifyWebhook: async (request, verify_options = {}) => {
      const secrets = (typeof request.secret === 'string' ? [request.secret] : (request.secret ?? [])).map(secretBytes)
      const published: KeyObject[] = secrets.length > 0 ? [] : [...(await keys.all()).values()]
      return verifyWebhookWith(request, secrets, published, { ...verify_options, now: now() })
    },
    close: transport.close,
  }
}

function parseJson(body: Buffer): Json | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
  } catch {
    return undefined
  }
}

function refusal(status: number, headers: Headers, body: Json | undefined): PunteApiError {
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
  const retry_after = headers['retry-after'] ?? ''
  return new PunteApiError({
    status,
    code: text(body?.code) ?? `HTTP_${status}`,
    message: text(body?.message) ?? `Punte answered ${status}.`,
    field: text(body?.field),
    traceId: text(body?.traceId),
    retry_after_s: /^\d{1,6}$/.test(retry_after) ? Number(retry_after) : undefined,
  })
}

function readJwks(answer: { status: number; headers: Headers; body: Buffer }): Jwks {
  const body = parseJson(answer.body)
  if (answer.status !== 200) throw refusal(answer.status, answer.headers, body)
  if (!Array.isArray(body?.keys)) throw new PunteAnswerError('MALFORMED', 'The published key set cannot be read.')
  return { keys: body.keys.filter((key): key is Json => typeof key === 'object' && key !== null) }
}

function resultOf(body: Json): Json {
  const result = body.result
  return typeof result === 'object' && result !== null ? (result as Json) : {}
}

function readTokens(body: Json, now: Date, expected_id: number | undefined): PaymentTokens {
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

function readInitiated(body: Json, payment_id: number): InitiatedPayment {
  const redirect_url = body.redirectURL ?? body.redirectUri
  if (body.paymentId !== payment_id || typeof redirect_url !== 'string' || !/^https?:\/\//.test(redirect_url)) {
    throw new PunteAnswerError('MALFORMED', 'The answer has no address for the payer.')
  }
  return { paymentId: payment_id, redirectUrl: redirect_url }
}

function readReport(body: Json, payment_id: number): Omit<PaymentReport, 'tokens'> {
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
  const optional = Object.fromEntries(
    (['reason', 'createdAt', 'statusAt', 'bankReference', 'currency'] as const).flatMap((name) => {
      const value = result[name]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
  const amount = typeof result.amount === 'number' ? result.amount.toFixed(2) : result.amount
  return {
    paymentId: payment_id,
    status,
    paid: status === 'ACSC',
    final: isFinalStatus(status),
    ...optional,
    ...(typeof amount === 'string' ? { amount } : {}),
  }
}
