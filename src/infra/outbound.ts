/**
 * The only HTTP client of the server: banks, acquirers, webhooks, revocation lists, screening. HTTP/1.1 over kept connections, one pool per
 * destination and TLS identity. Nothing is retried here and no redirect is followed.
 *
 * What every caller needs to know after a failure is whether the other side can have acted. Hence three answers:
 * `not_sent` (no byte of the request left: it is as if it was never made), `answered`, and `unknown` (the rest).
 * The line between them is undici's `onRequestStart`, which runs immediately before the first write of a request.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { ADDRESS_REFUSED, isPublicAddress, literalAddress } from './addresses.ts'
import { createDestination, type Destination, errorCode, refusalOf, type TlsIdentity } from './destination.ts'
import type { Log } from './log.ts'

const CLOSE_TIMEOUT_MS = 3_000
const CONNECTIONS = { bank: 64, acquirer: 128, webhook: 8, crl: 2, screening: 4 } as const
/** Where these are is an operator's setting, not a partner's word. */
const OPERATORS_OWN: ReadonlySet<OutboundPurpose> = new Set(['bank', 'acquirer', 'screening'])
const MAX_POOLS = 1_000
const MAX_WAITING_PER_POOL = 2_000

export type { TlsIdentity } from './destination.ts'

export type OutboundPurpose = 'bank' | 'acquirer' | 'webhook' | 'crl' | 'screening'

export type OutboundRequest = {
  readonly purpose: OutboundPurpose
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | string
  readonly tls?: TlsIdentity
  /** For everything: waiting for a connection, connecting, sending, and the whole answer. */
  readonly timeout_ms: number
  /** Largest body of an answer. */
  readonly max_bytes: number
}

export type OutboundAnswer =
  | {
      readonly kind: 'answered'
      readonly status: number
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, string | string[] | undefined>>
      readonly body: Buffer
    }
  | { readonly kind: 'not_sent'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }

export type Outbound = {
  /** Never rejects. `reason` is a code (ECONNREFUSED, TIMEOUT, …) without address, header or body. */
  request(input: OutboundRequest): Promise<OutboundAnswer>
  /** Waits a little for what is on its way, then closes every connection. */
  close(): Promise<void>
}

/** Told of a call to a bank when it begins; what it gives is told how the call ended. Neither may throw or wait. */
export type ExchangeObserver = (request: OutboundRequest) => (answer: OutboundAnswer, duration_ms: number) => void

const observers = new AsyncLocalStorage<ExchangeObserver>()

/**
 * Has every call to a bank that `work` leads to observed, however deep below it the call is made. Work that several callers
 * share (a token all of them wait for) is observed by the one that began it.
 */
export function observeExchanges<T>(observer: ExchangeObserver, work: () => T): T {
  return observers.run(observer, work)
}

export function createOutbound(options: {
  readonly log: Log
  /** Webhooks and revocation lists may go to private addresses and webhooks to plain http: a sandbox. */
  readonly private_addresses_allowed: boolean
  readonly user_agent: string
}): Outbound {
  const destinations = new Map<string, Destination>()
  const identityNumber = numberIdentities()
  const restricted = (purpose: OutboundPurpose): boolean =>
    !OPERATORS_OWN.has(purpose) && !options.private_addresses_allowed
  const on_their_way = new Set<Promise<OutboundAnswer>>()
  let closed = false

  function destination(input: OutboundRequest, url: URL): Destination | undefined {
    const key = `${input.purpose} ${url.origin} ${identityNumber(input.tls)}`
    const known = destinations.get(key)
    if (known === undefined && destinations.size >= MAX_POOLS && !forgetIdle(destinations)) return undefined
    const found =
      known ??
      createDestination({
        origin: url.origin,
        connections: CONNECTIONS[input.purpose],
        public_only: restricted(input.purpose),
        tls: input.tls,
      })
    // Re-inserted at the end, so that the map is ordered by last use.
    destinations.delete(key)
    destinations.set(key, found)
    return found
  }

  async function request(input: OutboundRequest): Promise<OutboundAnswer> {
    const ended = input.purpose === 'bank' ? observers.getStore()?.(input) : undefined
    if (ended === undefined) return carryOut(input)
    const begun_ms = performance.now()
    const answer = await carryOut(input)
    ended(answer, performance.now() - begun_ms)
    return answer
  }

  async function carryOut(input: OutboundRequest): Promise<OutboundAnswer> {
    if (closed) return { kind: 'not_sent', reason: 'CLOSED' }
    const url = URL.parse(input.url)
    const fault = url === null ? 'URL_INVALID' : urlFault(url, input.purpose, restricted(input.purpose))
    if (url === null || fault !== undefined) return { kind: 'not_sent', reason: fault ?? 'URL_INVALID' }
    let to: Destination | undefined
    try {
      to = destination(input, url)
    } catch {
      return { kind: 'not_sent', reason: 'TLS_IDENTITY_INVALID' }
    }
    if (to === undefined) return { kind: 'not_sent', reason: 'TOO_MANY_DESTINATIONS' }
    if (to.waiting >= MAX_WAITING_PER_POOL) return { kind: 'not_sent', reason: 'QUEUE_FULL' }
    const exchanged = exchange(to, input, url, options.user_agent)
    const begun_ms = performance.now()
    to.waiting += 1
    on_their_way.add(exchanged)
    const answer = await exchanged
    on_their_way.delete(exchanged)
    to.waiting -= 1
    options.log.debug(
      {
        purpose: input.purpose,
        origin: url.origin,
        method: input.method,
        outcome: answer.kind === 'answered' ? answer.status : `${answer.kind} ${answer.reason}`,
        duration_ms: Math.round(performance.now() - begun_ms),
      },
      'outbound',
    )
    return answer
  }

  async function close(): Promise<void> {
    closed = true
    await Promise.race([Promise.all(on_their_way), setTimeout(CLOSE_TIMEOUT_MS, undefined, { ref: false })])
    await Promise.all([...destinations.values()].map((to) => to.close()))
    destinations.clear()
  }

  return { request, close }
}

/** One request on one pool, with one clock for all of it. */
function exchange(to: Destination, input: OutboundRequest, url: URL, user_agent: string): Promise<OutboundAnswer> {
  const { promise, resolve } = Promise.withResolvers<OutboundAnswer>()
  let started: Dispatcher.DispatchController | undefined
  let settled = false
  let status = 0
  let headers: Readonly<Record<string, string | string[] | undefined>> = {}
  const chunks: Buffer[] = []
  let size = 0

  const settle = (answer: OutboundAnswer): void => {
    if (settled) return
    settled = true
    clearTimeout(timer)
    resolve(answer)
  }
  const fail = (reason: string): void => settle({ kind: started === undefined ? 'not_sent' : 'unknown', reason })
  const giveUp = (reason: string): void => {
    fail(reason)
    started?.abort(new Error(reason))
  }
  const timer = globalThis.setTimeout(() => giveUp('TIMEOUT'), input.timeout_ms)

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(controller) {
      // Thrown here, nothing is written: for a request given up while it waited, and for one that undici would repeat.
      if (settled) throw new Error('given up')
      if (started !== undefined) throw new Error('not repeated')
      started = controller
    },
    onResponseStart(_controller, status_code, received) {
      status = status_code
      headers = received
    },
    onResponseData(_controller, chunk) {
      size += chunk.length
      if (size > input.max_bytes) giveUp('ANSWER_TOO_LARGE')
      else chunks.push(chunk)
    },
    onResponseEnd() {
      settle({ kind: 'answered', status, headers, body: Buffer.concat(chunks, size) })
    },
    onResponseError(_controller, error) {
      // In TLS 1.3 the server judges our certificate after we may have written; its refusal still comes before it read.
      const refusal = status === 0 ? refusalOf(error, to) : undefined
      if (refusal === undefined) fail(errorCode(error))
      else settle({ kind: 'not_sent', reason: refusal })
    },
  }
  try {
    to.pool.dispatch(
      {
        method: input.method,
        path: `${url.pathname}${url.search}`,
        headers: { 'user-agent': user_agent, ...input.headers },
        body: input.body ?? null,
        idempotent: false,
      },
      handler,
    )
  } catch (error) {
    fail(errorCode(error))
  }
  return promise
}

function urlFault(url: URL, purpose: OutboundPurpose, restricted: boolean): string | undefined {
  if (url.username !== '' || url.password !== '') return 'URL_INVALID'
  const plain = url.protocol === 'http:'
  if (url.protocol !== 'https:' && !plain) return 'URL_INVALID'
  // Revocation lists are signed themselves and conventionally served over http (RFC 5280 §8).
  if (plain && purpose === 'webhook' && restricted) return 'HTTPS_REQUIRED'
  const literal = literalAddress(url.hostname)
  if (restricted && literal !== undefined && !isPublicAddress(literal)) return ADDRESS_REFUSED
  return undefined
}

function numberIdentities(): (tls: TlsIdentity | undefined) => number {
  const numbers = new WeakMap<TlsIdentity, number>()
  let last = 0
  return (tls) => {
    if (tls === undefined) return 0
    const known = numbers.get(tls)
    if (known !== undefined) return known
    last += 1
    numbers.set(tls, last)
    return last
  }
}

/** Gives up the destination that was not used for longest and has nothing on its way. */
function forgetIdle(destinations: Map<string, Destination>): boolean {
  for (const [key, to] of destinations) {
    if (to.waiting > 0) continue
    destinations.delete(key)
    void to.close()
    return true
  }
  return false
}
