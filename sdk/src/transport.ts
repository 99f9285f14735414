/** One HTTPS request over a kept mutual-TLS connection: limits, time-out, and what may be repeated after a failure. */
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { setTimeout as wait } from 'node:timers/promises'
import { PunteApiError, PunteConnectionError } from './errors.ts'
import type { Headers } from './signatures.ts'

export type WireRequest = {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}
export type WireAnswer = { readonly status: number; readonly headers: Headers; readonly body: Buffer }

export type Transport = {
  send(request: WireRequest): Promise<WireAnswer>
  close(): void
}

const MAX_ANSWER_BYTES = 1_048_576
const MAX_CONNECTIONS = 64

/** Errors of a connection that was never made: the request cannot have been carried out. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

/** Failures that another try may not meet; a certificate that is refused stays refused. */
const PASSING = new Set([
  ...NEVER_SENT,
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'TIMEOUT',
  'KEYS_UNAVAILABLE',
])

/** @param input PEM material; `timeout_ms` bounds a whole request from connecting to the last byte */
export function createTransport(input: {
  certificate: string | Buffer
  private_key: string | Buffer
  ca?: string | Buffer | undefined
  timeout_ms: number
}): Transport {
  // A handshake costs thirty times a request on a kept connection; the agent also resumes TLS sessions by itself.
  const agent = new Agent({
    keepAlive: true,
    maxSockets: MAX_CONNECTIONS,
    maxFreeSockets: MAX_CONNECTIONS,
    scheduling: 'lifo',
    minVersion: 'TLSv1.2',
    cert: input.certificate,
    key: input.private_key,
    ...(input.ca === undefined ? {} : { ca: input.ca }),
  })
  return {
    send: (wire) => sendOnce(agent, wire, input.timeout_ms),
    close: () => agent.destroy(),
  }
}

function sendOnce(agent: Agent, wire: WireRequest, timeout_ms: number): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException | PunteConnectionError): void => {
      clearTimeout(timer)
      if (error instanceof PunteConnectionError) reject(error)
      else
        reject(new PunteConnectionError(error.code ?? 'ERROR', !NEVER_SENT.has(error.code ?? '') && connected, error))
    }
    let connected = false
    const length = wire.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(wire.body)) }
    const outgoing = request(wire.url, {
      method: wire.method,
      agent,
      headers: { accept: 'application/json', ...wire.headers, ...length },
    })
    const timer = setTimeout(() => outgoing.destroy(new PunteConnectionError('TIMEOUT', connected)), timeout_ms)
    outgoing.on('socket', (socket) => {
      // Until the handshake is done nothing of the request has left.
      if (outgoing.reusedSocket) connected = true
      else socket.once('secureConnect', () => (connected = true))
    })
    outgoing.on('error', fail)
    outgoing.on('response', (incoming) => {
      readBody(incoming).then((body) => {
        clearTimeout(timer)
        resolve({ status: incoming.statusCode ?? 0, headers: flat(incoming), body })
      }, fail)
    })
    outgoing.end(wire.body)
  })
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_ANSWER_BYTES) throw new PunteConnectionError('ANSWER_TOO_LARGE', true)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function flat(incoming: IncomingMessage): Headers {
  return Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  )
}

export type Repeatable =
  /** The call changes nothing, or changes the same thing again: repeat after any lost connection. */
  | 'always'
  /** Repeat only when the request certainly was not carried out. */
  | 'if_not_carried_out'

/**
 * Runs a call, again where that is safe, with exponential back-off and jitter; `Retry-After` is honoured up to
 * `max_wait_ms`. The last failure is thrown.
 */
export async function withRetries<T>(
  call: () => Promise<T>,
  policy: { repeatable: Repeatable; max_tries: number; max_wait_ms: number },
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call()
    } catch (error) {
      const wait_ms = pauseBefore(tries, error, policy)
      if (wait_ms === undefined) throw error
      await wait(wait_ms)
    }
  }
}

function pauseBefore(
  tries: number,
  error: unknown,
  policy: { repeatable: Repeatable; max_tries: number; max_wait_ms: number },
): number | undefined {
  if (tries >= policy.max_tries) return undefined
  const backoff_ms = Math.min(100 * 4 ** (tries - 1), policy.max_wait_ms) * (0.5 + Math.random() / 2)
  if (error instanceof PunteConnectionError) {
    return PASSING.has(error.code) && (policy.repeatable === 'always' || !error.sent) ? backoff_ms : undefined
  }
  if (error instanceof PunteApiError && refusedBeforeWork(error)) {
    const asked_ms = (error.retry_after_s ?? 0) * 1000
    return asked_ms > policy.max_wait_ms ? undefined : Math.max(asked_ms, backoff_ms)
  }
  // A proxy that lost Punte: whether the call was carried out is not known.
  if (error instanceof PunteApiError && [502, 503, 504].includes(error.status)) {
    return policy.repeatable === 'always' ? backoff_ms : undefined
  }
  return undefined
}

/** Punte said by itself that it is too busy. A 503 without a code of Punte's comes from something in between. */
function refusedBeforeWork(error: PunteApiError): boolean {
  return error.status === 429 || (error.status === 503 && !error.code.startsWith('HTTP_'))
}
