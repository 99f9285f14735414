/**
 * A small partner API for tests of the sdk and of what is built on it: mutual TLS, the documented shapes, signed answers.
 * Its signatures are made and checked by the library `http-message-signatures`, which shares no code with the sdk.
 */
import {
  createHash,
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import messages from 'http-message-signatures'
import type { Identity } from './pki.ts'

type FakePayment = {
  paymentId: number
  access_token: string
  refresh_token: string
  old_tokens: Set<string>
  status: string
  sequence: number
  reason?: string
  request?: Record<string, unknown>
  /** What the token was asked for: `isLink2Pay` and the like. */
  flags?: readonly string[]
  /** Of a list: the payments of its lines, in order. */
  items?: readonly FakePayment[]
  /** Of a recurring payment. */
  agreement?: { agreementId: string; status: string }
}
type Reply = { status: number; body: unknown; headers?: Record<string, string> }

export type FakePunte = {
  url: string
  payments: Map<number, FakePayment>
  /** `METHOD path` of every request seen, with its connection, and whether its TLS session was resumed and its signature verified. */
  seen: { line: string; client_port: number | undefined; resumed: boolean; verified: boolean | undefined }[]
  /** Handles the next requests instead of the API, one each. `undefined` in place of a reply: the connection is cut. */
  interrupt: ((request: IncomingMessage) => Reply | undefined)[]
  /** Changes an answer after it was signed. */
  tamper: ((answer: { status: number; headers: Record<string, string>; body: string }) => void) | undefined
  /** How many seconds the fake's signing clock is wrong. */
  clock_skew_s: number
  /** Replaces the signing key; `publish: false` keeps it out of the key set. */
  rotateKey(options: { publish: boolean }): void
  jwks(): { keys: object[] }
  /** The signed delivery of a status event, as Punte would send it; `changes` stand in for what the payment is. */
  webhook(
    payment_id: number,
    secret: string,
    changes?: { status?: string; sequence?: number; reason?: string },
  ): { headers: Record<string, string>; body: string }
  close(): Promise<void>
}

/** Starts it on a free port of localhost. `require_signatures`: unsigned or wrongly signed requests get 401. */
export async function startFakePunte(input: {
  server: Identity
  client_ca: string
  require_signatures?: boolean
}): Promise<FakePunte> {
  const signing = { keys: [newKey()], published: [0] }
  const fake: FakePunte = {
    url: '',
    payments: new Map(),
    seen: [],
    interrupt: [],
    tamper: undefined,
    clock_skew_s: 0,
    rotateKey: ({ publish }) => {
      signing.keys.push(newKey())
      if (publish) signing.published.push(signing.keys.length - 1)
    },
    jwks: () => ({ keys: signing.published.map((index) => at(signing.keys, index).jwk) }),
    webhook: (payment_id, secret, changes = {}) => {
      const payment = fake.payments.get(payment_id)
      if (payment === undefined) throw new Error('no such payment')
      return makeWebhook({ ...payment, ...changes }, secret, at(signing.keys, -1).privateKey)
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  const tls = { cert: input.server.certificate, key: input.server.private_key, ca: input.client_ca }
  const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: true }, (request, response) => {
    answer(fake, input.require_signatures === true, () => at(signing.keys, -1), request, response).catch(
      (error: unknown) => {
        response.destroy(error instanceof Error ? error : undefined)
      },
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  fake.url = `https://localhost:${(server.address() as AddressInfo).port}`
  return fake
}

type SigningKey = { kid: string; jwk: object; privateKey: KeyObject }

function newKey(): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const kid = randomBytes(6).toString('hex')
  return { kid, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA', use: 'sig' }, privateKey }
}

async function answer(
  fake: FakePunte,
  require_signatures: boolean,
  key: () => SigningKey,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const verified = request.headers.signature === undefined ? undefined : await requestHolds(fake.url, request, body)
  fake.seen.push({
    line: `${request.method} ${request.url}`,
    client_port: request.socket.remotePort,
    resumed: (request.socket as TLSSocket).isSessionReused(),
    verified,
  })
  const interrupt = request.url === '/.well-known/jwks.json' ? undefined : fake.interrupt.shift()
  const reply = interrupt ? interrupt(request) : route(fake, require_signatures && verified !== true, request, body)
  if (reply === undefined) {
    request.socket.destroy()
    return
  }
  const text = JSON.stringify(reply.body)
  const digest = createHash('sha256').update(text).digest('base64')
  const unsigned = {
    'content-type': 'application/json; charset=utf-8',
    'content-digest': `sha-256=:${digest}:`,
    ...reply.headers,
  }
  const signed = await messages.httpbis.signMessage(
    {
      name: 'sig1',
      key: { id: key().kid, alg: 'ed25519', sign: async (data: Buffer) => sign(null, data, key().privateKey) },
      fields: ['@status', 'content-digest', 'content-type', '@method;req', '@target-uri;req'],
      params: ['created', 'keyid', 'alg'],
      paramValues: { created: new Date(Date.now() + fake.clock_skew_s * 1000) },
    },
    { status: reply.status, headers: unsigned },
    { method: request.method ?? '', url: fake.url + request.url, headers: {} },
  )
  const sent = { status: reply.status, headers: signed.headers as Record<string, string>, body: text }
  fake.tamper?.(sent)
  response.writeHead(sent.status, sent.headers).end(sent.body)
}

// The check of a partner's signature by the library: the key is the one of the TLS connection's certificate.
async function requestHolds(base_url: string, request: IncomingMessage, body: Buffer): Promise<boolean> {
  const raw = (request.socket as TLSSocket).getPeerCertificate().raw
  const keyid = createHash('sha256').update(raw).digest('base64url')
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
  if (body.length > 0 && request.headers['content-digest'] !== digest) return false
  const alg = /alg="([^"]+)"/.exec(String(request.headers['signature-input']))?.[1] ?? ''
  const required = ['@method', '@target-uri', ...(body.length > 0 ? ['content-digest', 'content-type'] : [])]
  if (request.headers.authorization !== undefined) required.push('authorization')
  try {
    return (
      (await messages.httpbis.verifyMessage(
        {
          keyLookup: async (parameters) =>
            parameters.keyid === keyid
              ? { verify: messages.createVerifier(new X509Certificate(raw).publicKey, alg) as never }
              : null,
          requiredFields: required,
          requiredParams: ['created', 'keyid', 'alg'],
          maxAge: 300,
          tolerance: 120,
        },
        {
          method: request.method ?? '',
          url: base_url + request.url,
          headers: request.headers as Record<string, string>,
        },
      )) === true
    )
  } catch {
    return false
  }
}

function route(fake: FakePunte, unsigned: boolean, request: IncomingMessage, body: Buffer): Reply {
  const path = request.url ?? ''
  if (path === '/.well-known/jwks.json') return { status: 200, body: fake.jwks() }
  if (unsigned) return refuse(401, 'SIGNATURE_REQUIRED')
  const form = new URLSearchParams(body.toString())
  if (path.endsWith('/rest/api/token')) {
    if (form.get('client_id') === null) return refuse(400, 'FIELD_REQUIRED', 'client_id')
    const payment = newPayment(100_000_001 + fake.payments.size)
    payment.flags = ['isLink2Pay', 'flexibleURL', 'isHeadless'].filter((flag) => form.get(flag) === 'true')
    fake.payments.set(payment.paymentId, payment)
    return tokenReply(payment)
  }
  if (path.endsWith('/rest/api/refreshToken')) return refreshReply(fake, form.get('refresh_token') ?? '')
  const payment = fake.payments.get(Number(path.split('/').at(-1)))
  const bearer = request.headers.authorization?.replace('Bearer ', '')
  if (payment === undefined || bearer === undefined) return refuse(401, 'TOKEN_INVALID')
  if (payment.old_tokens.has(bearer)) return refuse(401, 'TOKEN_EXPIRED')
  if (bearer !== payment.access_token) return refuse(401, 'TOKEN_INVALID')
  if (path.includes('/cancelPayment/')) return cancelReply(payment)
  return path.includes('/initPayment/') ? initReply(fake, payment, body) : statusReply(payment)
}

function newPayment(payment_id: number): FakePayment {
  return {
    paymentId: payment_id,
    access_token: `access-${randomBytes(8).toString('hex')}`,
    refresh_token: `refresh-${randomBytes(8).toString('hex')}`,
    old_tokens: new Set(),
    status: 'INIT',
    sequence: 1,
  }
}

function refreshReply(fake: FakePunte, refresh_token: string): Reply {
  const owner = [...fake.payments.values()].find((each) => each.refresh_token === refresh_token)
  if (owner === undefined) return refuse(401, 'REFRESH_TOKEN_REUSED')
  owner.old_tokens.add(owner.access_token)
  const { access_token, refresh_token: renewed } = newPayment(owner.paymentId)
  Object.assign(owner, { access_token, refresh_token: renewed })
  return tokenReply(owner)
}

function tokenReply({ access_token, refresh_token, paymentId }: FakePayment): Reply {
  const result = { access_token, refresh_token, paymentId, accessToken: access_token, refreshToken: refresh_token }
  return {
    status: 200,
    body: {
      status: 200,
      messageStatus: 'OK',
      result: { ...result, externalPaymentID: paymentId, token_type: 'Bearer', expires_in: 300 },
    },
  }
}

function initReply(fake: FakePunte, payment: FakePayment, body: Buffer): Reply {
  const asked = JSON.parse(body.toString()) as Record<string, unknown>
  if (payment.request !== undefined && JSON.stringify(payment.request) !== JSON.stringify(asked))
    return refuse(409, 'PAYMENT_CONFLICT')
  const listed = Array.isArray(asked.payments) ? (asked.payments as Record<string, unknown>[]) : undefined
  for (const each of listed ?? [asked])
    if (!/^\d+\.\d\d$|^\d+$/.test(String(each.amount))) return refuse(400, 'AMOUNT_INVALID', 'amount')
  if (payment.items === undefined && listed !== undefined) {
    payment.items = listed.map((request) => {
      const item = { ...newPayment(100_000_001 + fake.payments.size), request }
      fake.payments.set(item.paymentId, item)
      return item
    })
  }
  payment.request = asked
  if (asked.startDate !== undefined)
    payment.agreement ??= { agreementId: `agreement-${payment.paymentId}`, status: 'PENDING' }
  const redirect = `${fake.url.replace('https', 'http')}/payment-initiation?payment=${payment.paymentId}&state=s`
  const result = {
    paymentId: payment.paymentId,
    externalPaymentID: payment.paymentId,
    redirectUri: redirect,
    redirectURL: redirect,
    ...(payment.items && { payments: payment.items.map((item, at) => ({ no: at + 1, paymentId: item.paymentId })) }),
    ...(payment.flags?.includes('isLink2Pay') && {
      expiresAt: new Date(Date.now() + Number(asked.linkValidHours ?? 24) * 3_600_000).toISOString(),
      qr: `data:image/svg+xml;base64,${Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>').toString('base64')}`,
    }),
  }
  return { status: 200, body: { status: 200, messageStatus: 'OK', ...result, result } }
}

function statusReply(payment: FakePayment): Reply {
  const { paymentId, status, reason } = payment
  const result = {
    paymentStatus: status,
    paymentId,
    externalPaymentID: paymentId,
    ...(reason === undefined ? {} : { reason }),
    createdAt: '2026-01-01T10:00:00.000Z',
    statusAt: '2026-01-01T10:01:00.000Z',
    amount: amountOf(payment),
    currency: 'RON',
    ...(payment.agreement && { agreement: payment.agreement }),
    ...(payment.items && {
      payments: payment.items.map((item, at) => ({
        no: at + 1,
        paymentId: item.paymentId,
        paymentStatus: item.status,
        ...(item.reason === undefined ? {} : { reason: item.reason }),
        amount: amountOf(item),
      })),
    }),
  }
  return { status: 200, body: { status: 200, messageStatus: status === 'ACSC' ? 'SUCCESS' : status, result } }
}

function amountOf({ request, items }: FakePayment): number {
  return items === undefined ? Number(request?.amount) : items.reduce((sum, item) => sum + amountOf(item), 0)
}

/** The payer's word is not asked for: a payment that runs is cancelled at once. */
function cancelReply(payment: FakePayment): Reply {
  payment.status = 'CANC'
  payment.sequence += 1
  if (payment.agreement !== undefined) payment.agreement.status = 'CANCELLED'
  const { paymentId, status } = payment
  const result = { paymentId, externalPaymentID: paymentId, paymentStatus: status, cancelled: true }
  return { status: 200, body: { status: 200, messageStatus: 'OK', result } }
}

function refuse(status: number, code: string, field?: string): Reply {
  const message = `Refused: ${code}.`
  return {
    status,
    body: { status, messageStatus: 'ERROR', code, message, ...(field ? { field } : {}), traceId: 'trace-1' },
  }
}

function makeWebhook({ paymentId, status, reason, sequence }: FakePayment, secret: string, key: KeyObject) {
  const now = new Date()
  const statusAt = now.toISOString()
  const data = {
    paymentId,
    status,
    ...(reason ? { reason } : {}),
    paid: status === 'ACSC',
    statusAt,
    sequence,
  }
  const body = JSON.stringify({ type: 'payment.status', timestamp: statusAt, data })
  const id = `msg_${paymentId}_${sequence}`
  const timestamp = String(Math.floor(now.getTime() / 1000))
  const signed = Buffer.from(`${id}.${timestamp}.${body}`)
  const mac = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
    .update(signed)
    .digest('base64')
  const signature = `v1,${mac} v1a,${sign(null, signed, key).toString('base64')}`
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signature,
  }
  return { headers, body }
}

function at<T>(list: readonly T[], index: number): T {
  const found = list.at(index)
  if (found === undefined) throw new Error('nothing there')
  return found
}
