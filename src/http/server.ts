/**
 * The one way to make an HTTP listener: every surface gets the same limits, time-outs, trace ids, one log line a
 * request, and errors that are never HTML or a stack. What differs (authentication, contract, error shape) is the surface's.
 */
import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { ServerOptions as TlsServerOptions } from 'node:https'
import { isIPv4, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import ipaddr from 'ipaddr.js'
import { PunteError } from '../domain/errors.ts'
import type { Log } from '../infra/log.ts'
import { countRefusal, observeRequest } from '../infra/metrics.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who called, once known: stands in the log line. */
    partner_id: number | undefined
    /** Set by the surface's error handler: stands in the log line. */
    error_code: string | undefined
  }
}

/** From the first byte to the end of the headers, and to the end of the body: against clients that drip. */
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 15_000
/** How often the two are looked at. */
const TIMEOUT_CHECK_MS = 2_000
/** Longer than the usual 60 s of proxies and clients, so that they close first and no request meets a closed connection. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000
const MAX_HEADER_BYTES = 16_384
const MAX_CONNECTIONS = 10_000
const MAX_PARAM_LENGTH = 200
const DRAIN_TIMEOUT_MS = 10_000
/** As Fastify writes it. */
export const JSON_TYPE = 'application/json; charset=utf-8'

export type ServerOptions = {
  readonly log: Log
  /** Name of the surface: in logs and metrics. */
  readonly name: string
  /** Bytes of a request body. */
  readonly body_limit: number
  /** From a request's first byte to the end of its body; 15 s unless told. */
  readonly request_timeout_ms?: number
  /** Of the line that every request below 500 writes; `info` unless told. */
  readonly request_log_level?: 'info' | 'debug'
  readonly https?: TlsServerOptions
  /** Addresses or networks whose X-Forwarded-For is believed. */
  readonly trusted_proxies?: readonly string[]
  /** The surface's answer (JSON) to what never reaches its handlers: no HTTP, not in time (no request then), an address that cannot be decoded. */
  readonly unreadable?: (error: PunteError, trace_id: string, request?: IncomingMessage) => RawAnswer
}

export type RawAnswer = { readonly body: string; readonly headers?: Readonly<Record<string, string>> }

/** A Fastify instance; `close()` stops accepting, lets requests finish for 10 s, then ends what is left. */
export function createServer(options: ServerOptions): FastifyInstance {
  const connection = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
  }
  const common = {
    bodyLimit: options.body_limit,
    requestTimeout: options.request_timeout_ms ?? REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    maxRequestsPerSocket: 0,
    genReqId: () => randomUUID(),
    requestIdHeader: false as const,
    // Proxies that stand before us are told by the settings; nobody else's header is believed.
    trustProxy:
      options.trusted_proxies !== undefined && options.trusted_proxies.length > 0
        ? [...options.trusted_proxies]
        : false,
    exposeHeadRoutes: false,
    // A request on a kept connection while closing is served, and told to close: no caller sees a restart.
    return503OnClosing: false,
    forceCloseConnections: 'idle' as const,
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // Nothing is converted or dropped silently: "1" is not 1.
    ajv: {
      customOptions: {
        coerceTypes: false as const,
        removeAdditional: false as const,
        useDefaults: false,
        allErrors: false,
      },
    },
    clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket) => answerUnreadable(options, error, socket),
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      answerUndecodable(options, request.raw, reply.raw),
  }
  const server = (options.https === undefined
    ? Fastify({ ...common, http: connection })
    : Fastify({ ...common, https: { ...connection, ...options.https } })) as unknown as FastifyInstance
  // The two differ in the type of the raw server only, which no route of ours looks at.
  server.server.maxConnections = MAX_CONNECTIONS
  // Nothing can be answered before the handshake is done, and a socket that waits to say so would stay for ever.
  server.server.on('tlsClientError', (_error: Error, socket: TLSSocket) => socket.destroy())
  server.decorateRequest('partner_id', undefined)
  server.decorateRequest('error_code', undefined)
  observe(server, options)
  limitDrain(server, options.log)
  return server
}

// One line a request, of what cannot hold a secret: the route's template instead of the address, which may carry
// tokens, and no headers. Errors in detail are logged by the surface's error handler under the same trace id.
function observe(server: FastifyInstance, options: ServerOptions): void {
  const log = options.log.child({ surface: options.name })
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? '(none)'
    const { statusCode: status, elapsedTime: ms } = reply
    observeRequest({ surface: options.name, method: request.method, route, status, seconds: ms / 1000 })
    if (request.error_code !== undefined) countRefusal(options.name, request.error_code)
    const line = {
      trace_id: request.id,
      method: request.method,
      route,
      status,
      ms: Math.round(ms * 10) / 10,
      ...(request.partner_id !== undefined && { partner_id: request.partner_id }),
      ...(request.error_code !== undefined && { error_code: request.error_code }),
    }
    log[status >= 500 ? 'error' : (options.request_log_level ?? 'info')](line, 'request')
  })
}

// Idle connections are closed at once; one with a request that never ends must not hold the process for ever.
function limitDrain(server: FastifyInstance, log: Log): void {
  server.addHook('preClose', async () => {
    const timer = setTimeout(() => {
      log.warn('requests did not end in time; their connections are cut')
      server.server.closeAllConnections()
    }, DRAIN_TIMEOUT_MS)
    server.server.once('close', () => clearTimeout(timer))
  })
}

function answerUnreadable(options: ServerOptions, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const status = late ? 408 : error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
  const text = late
    ? 'The request did not arrive in time.'
    : status === 431
      ? 'The header is too large.'
      : 'This is not an HTTP request.'
  const refusal = Object.assign(new PunteError('BODY_MALFORMED', { text }), { status })
  const { headers, body } = rawAnswer(options, refusal, error.code ?? 'unknown')
  const head = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`)
}

// A path that no route can be looked up for (`/%zz`, a parameter that is far too long).
function answerUndecodable(options: ServerOptions, request: IncomingMessage, response: ServerResponse): void {
  const refusal = new PunteError('ROUTE_UNKNOWN')
  const { headers, body } = rawAnswer(options, refusal, 'undecodable address', request)
  response.writeHead(refusal.status, headers).end(body)
}

function rawAnswer(
  options: ServerOptions,
  refusal: PunteError,
  fault: string,
  request?: IncomingMessage,
): Required<RawAnswer> {
  const trace_id = randomUUID()
  options.log.info({ surface: options.name, trace_id, status: refusal.status, fault }, 'unreadable request')
  const answer = options.unreadable?.(refusal, trace_id, request) ?? {
    body: JSON.stringify({ code: refusal.code, message: refusal.message, traceId: trace_id }),
  }
  const headers = {
    'content-type': JSON_TYPE,
    'content-length': String(Buffer.byteLength(answer.body)),
    ...answer.headers,
  }
  return { headers, body: answer.body }
}

/**
 * What Fastify, the database or a bug threw, as one of our refusals. Text of foreign errors is never passed on: it
 * may quote what the caller sent.
 */
export function refusalOf(error: unknown): PunteError {
  if (error instanceof PunteError) return error
  if (!(error instanceof Error)) return new PunteError('INTERNAL', { detail: 'something thrown that is no error' })
  if ('validation' in error && Array.isArray(error.validation)) return fromValidation(error.validation[0])
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new PunteError('BODY_TOO_LARGE')
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new PunteError('MEDIA_TYPE_UNSUPPORTED')
  if (code.startsWith('FST_ERR_CTP_')) return new PunteError('BODY_MALFORMED')
  if (code === 'FST_ERR_BAD_URL') return new PunteError('ROUTE_UNKNOWN')
  // Of what serves files: a path that leads out of their folder, a range behind a file's end, a version that is not.
  const is_of_files = code === 'FST_STATIC_FORBIDDEN_PATH' || ('expose' in error && 'status' in error)
  if (is_of_files && (error as { statusCode?: number }).statusCode !== 500) return new PunteError('ROUTE_UNKNOWN')
  // Node's word for a client that went away in the middle of its body; the database says ECONNRESET otherwise.
  if (code === 'ECONNRESET' && error.message === 'aborted') return new PunteError('BODY_MALFORMED')
  if (DATABASE_AWAY.has(code) || /timeout exceeded when trying to connect|Connection terminated/.test(error.message)) {
    return new PunteError('OVERLOADED', { retry_after_s: 2, detail: `database: ${code || 'connection'}`, cause: error })
  }
  return new PunteError('INTERNAL', { cause: error })
}

/** Network faults, and PostgreSQL shutting down, starting, full or timing out (Appendix A of its manual). */
const DATABASE_AWAY = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT'],
  ...['57P01', '57P02', '57P03', '53300', '57014', '08006', '08001', '08003'],
])

type Fault = {
  readonly keyword?: string
  readonly instancePath?: string
  readonly params?: { missingProperty?: unknown }
}

// Ajv's words are about the schema; ours name the field. Only the first fault is told, as everywhere.
function fromValidation(fault: Fault | undefined): PunteError {
  const missing = fault?.params?.missingProperty
  if (fault?.keyword === 'required' && typeof missing === 'string')
    return new PunteError('FIELD_REQUIRED', { field: missing })
  const field = fault?.instancePath?.split('/')[1]
  if (field === undefined || field === '') return new PunteError('BODY_MALFORMED')
  return new PunteError('FIELD_INVALID', { field: field.slice(0, 64) })
}

/** Logs what an error keeps from the caller: our own detail; of foreign errors the name, code and places, not the text. */
export function logFault(log: Log, error: PunteError, request: Pick<FastifyRequest, 'id' | 'partner_id'>): void {
  const cause = error.cause instanceof Error ? error.cause : undefined
  if (error.detail === undefined && cause === undefined && error.status < 500) return
  const line = {
    trace_id: request.id,
    error_code: error.code,
    ...(error.detail !== undefined && { detail: error.detail }),
    ...(cause !== undefined && { fault: 'code' in cause ? cause.code : cause.name, places: places(cause) }),
  }
  if (error.status >= 500) log.error(line, 'refused: a fault of ours')
  else log.info(line, 'refused')
}

function places(error: Error): string[] {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim())
}

/** An address as the limits count it: an IPv6 network of a household (/64) is one. */
export function addressKey(address: string | undefined): string {
  // As it would be written below, and most are.
  if (isIPv4(address ?? '')) return address as string
  if (address === undefined || !ipaddr.isValid(address)) return (address ?? '').slice(0, 64)
  const parsed = ipaddr.process(address)
  return parsed instanceof ipaddr.IPv4
    ? parsed.toString()
    : `${parsed.parts
        .slice(0, 4)
        .map((part) => part.toString(16))
        .join(':')}::/64`
}

/** Statuses that tell the caller when to come back. */
export function retryAfter(error: PunteError): Readonly<Record<string, string>> {
  return error.retry_after_s === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(error.retry_after_s))) }
}
