/** The client a partner's server uses: the calls over mutual TLS, tokens kept fresh, answers verified. `answers.ts` reads them. */
import type { KeyObject } from 'node:crypto'
import {
  type Json,
  parseJson,
  readBanks,
  readCancellation,
  readInitiated,
  readJwks,
  readReport,
  readTokens,
  refusal,
} from './answers.ts'
import { PunteAnswerError, PunteApiError, PunteConnectionError } from './errors.ts'
import { createKeySource } from './jwks.ts'
import { createSigner, isSigned, signRequest, verifyAnswer } from './signatures.ts'
import { createTransport, type Repeatable, type WireRequest, withRetries } from './transport.ts'
import type {
  AnyRequest,
  Bank,
  Cancellation,
  HeadlessRequest,
  InitiatedPayment,
  PayerBrowser,
  PaymentLink,
  PaymentListRequest,
  PaymentReport,
  PaymentRequest,
  PaymentTokens,
  RecurringRequest,
  StartedHeadless,
  StartedList,
  StartedPayment,
  TokenFlags,
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
  /** Reserves a payment number and starts the payment, one or recurring: `token` and `initPayment` in one. */
  startPayment(
    request: PaymentRequest | RecurringRequest,
    flags?: Pick<TokenFlags, 'flexibleURL'>,
  ): Promise<StartedPayment>
  /** Up to 500 payments under one page. Everything wrong with the list is in `faults` of the PunteApiError. */
  startList(request: PaymentListRequest, flags?: Pick<TokenFlags, 'flexibleURL'>): Promise<StartedList>
  /** A link with a life of its own, as an address and as a QR picture; `sendLink` mails it to the payer. */
  createLink(
    request: PaymentRequest | RecurringRequest | PaymentListRequest,
    flags?: Pick<TokenFlags, 'flexibleURL'>,
  ): Promise<PaymentLink>
  /** From your own page to the bank at once; `banks()` tells what each bank needs. */
  startHeadless(
    input: { request: HeadlessRequest; payer: PayerBrowser },
    flags?: Pick<TokenFlags, 'flexibleURL'>,
  ): Promise<StartedHeadless>
  /** How the payment stands. Refreshes the tokens when they have expired; keep `tokens` of the result. */
  status(input: { paymentId: number; tokens: PaymentTokens }): Promise<PaymentReport>
  /** Takes back what is not paid yet: before the bank, a day to come, the rest of a list, a recurring payment. */
  cancelPayment(input: { paymentId: number; tokens: PaymentTokens; payer?: PayerBrowser }): Promise<Cancellation>
  /** The banks, and what each of them wants. */
  banks(): Promise<readonly Bank[]>
  /** A new payment number with its token pair. */
  token(flags?: TokenFlags): Promise<PaymentTokens>
  /** A new pair for a payment of before, such as one whose tokens are lost; the old refresh token works no more. */
  tokenFor(paymentId: number): Promise<PaymentTokens>
  /** Exchanges a pair for a new one. Calls with the same pair at the same time share one exchange. */
  refresh(tokens: PaymentTokens): Promise<PaymentTokens>
  /** Starts the payment of a token pair. The same request again gives the same answer, another one PAYMENT_CONFLICT. */
  initPayment(input: {
    tokens: PaymentTokens
    request: AnyRequest
  }): Promise<InitiatedPayment & { tokens: PaymentTokens }>
  /** Verifies a webhook by the secret if one is given, and by the installation's published keys. */
  verifyWebhook(request: Omit<WebhookRequest, 'jwks'>, options?: { tolerance_s?: number }): Promise<PaymentStatusEvent>
  /** Ends the kept connections. */
  close(): void
}

type Call = { readonly request: WireRequest; readonly repeatable: Repeatable }

const PATHS = {
  token: '/gateway/authenticate/rest/api/token',
  refresh: '/gateway/authenticate/rest/api/refreshToken',
  initPayment: (payment_id: number) => `/gateway/core/rest/api/initPayment/${payment_id}`,
  status: (payment_id: number) => `/gateway/core/rest/api/status/${payment_id}`,
  cancel: (payment_id: number) => `/gateway/core/rest/api/cancelPayment/${payment_id}`,
  banks: '/gateway/core/rest/api/banks',
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

  const token = async (flags: TokenFlags = {}): Promise<PaymentTokens> => {
    const asked = Object.entries(flags).flatMap(([name, on]) => (on === true ? [[name, 'true']] : []))
    const fields = { client_id: options.client_id, ...Object.fromEntries(asked) }
    // A lost answer costs an unused payment number, which Punte closes by itself: repeat.
    const body = await call({ request: form(PATHS.token, fields), repeatable: 'always' })
    const tokens = readTokens(body, now(), undefined)
    await options.onTokens?.(tokens)
    return tokens
  }

  const tokenFor = async (paymentId: number): Promise<PaymentTokens> => {
    const fields = { client_id: options.client_id, paymentId: String(paymentId) }
    const body = await call({ request: form(PATHS.token, fields), repeatable: 'always' })
    const tokens = readTokens(body, now(), paymentId)
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

  const initiate = async (tokens: PaymentTokens, request: AnyRequest, payer?: PayerBrowser) => {
    const body = JSON.stringify(request)
    const answer = await withTokens(tokens, (authorization) =>
      post(PATHS.initPayment(tokens.paymentId), body, 'application/json', { authorization, ...payerHeaders(payer) }),
    )
    return { ...readInitiated(answer.body, tokens.paymentId), tokens: answer.tokens }
  }

  const initPayment: PunteClient['initPayment'] = async ({ tokens, request }) => {
    const { redirectUrl, psuMessage, ...initiated } = await initiate(tokens, request)
    if (redirectUrl === undefined) throw new PunteAnswerError('MALFORMED', 'The answer has no address for the payer.')
    return { ...initiated, redirectUrl }
  }

  return {
    token,
    tokenFor,
    refresh,
    initPayment,
    startPayment: async (request, flags) => initPayment({ tokens: await token(flags), request }),
    startList: async (request, flags) => {
      const { payments, ...started } = await initPayment({ tokens: await token(flags), request })
      if (payments?.length !== request.payments.length)
        throw new PunteAnswerError('MALFORMED', 'The answer does not number the payments of the list.')
      return { ...started, payments }
    },
    createLink: async (request, flags) => {
      const tokens = await token({ ...flags, isLink2Pay: true })
      const { expiresAt, qr, ...started } = await initPayment({ tokens, request })
      if (expiresAt === undefined || qr === undefined)
        throw new PunteAnswerError('MALFORMED', 'The answer is not that of a link.')
      return { ...started, expiresAt, qr }
    },
    startHeadless: async ({ request, payer }, flags) =>
      initiate(await token({ ...flags, isHeadless: true }), request, payer),
    status: async ({ paymentId, tokens }) => {
      ofPayment(tokens, paymentId)
      const url = base_url + PATHS.status(paymentId)
      const answer = await withTokens(tokens, (authorization) => ({ method: 'GET', url, headers: { authorization } }))
      return { ...readReport(answer.body, paymentId), tokens: answer.tokens }
    },
    cancelPayment: async ({ paymentId, tokens, payer }) => {
      ofPayment(tokens, paymentId)
      const url = base_url + PATHS.cancel(paymentId)
      const answer = await withTokens(tokens, (authorization) => ({
        method: 'POST',
        url,
        headers: { authorization, ...payerHeaders(payer) },
      }))
      return { ...readCancellation(answer.body, paymentId), tokens: answer.tokens }
    },
    banks: async () => {
      const url = `${base_url}${PATHS.banks}?client_id=${encodeURIComponent(options.client_id)}`
      return readBanks(await call({ request: { method: 'GET', url, headers: {} }, repeatable: 'always' }))
    },
    verifyWebhook: async (request, verify_options = {}) => {
      const secrets = (typeof request.secret === 'string' ? [request.secret] : (request.secret ?? [])).map(secretBytes)
      const published: KeyObject[] = secrets.length > 0 ? [] : [...(await keys.all()).values()]
      return verifyWebhookWith(request, secrets, published, { ...verify_options, now: now() })
    },
    close: transport.close,
  }
}

function ofPayment(tokens: PaymentTokens, payment_id: number): void {
  if (payment_id !== tokens.paymentId) throw new TypeError('the tokens belong to another payment')
}

function payerHeaders(payer: PayerBrowser | undefined): Record<string, string> {
  if (payer === undefined) return {}
  return {
    'psu-ip-address': payer.ipAddress,
    ...(payer.userAgent !== undefined && { 'psu-user-agent': payer.userAgent }),
    ...(payer.acceptLanguage !== undefined && { 'psu-accept-language': payer.acceptLanguage }),
  }
}
