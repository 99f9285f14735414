/**
 * The pages of the surfaces that people sign in to: one HTML for every address, files with hashed names, and headers that
 * let nothing in from elsewhere.
 */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fastifyStatic } from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { Context } from '../domain/context.ts'
import { CaseFaultsError, FileFaultError, ListFaultsError, PasswordFaultsError, PunteError } from '../domain/errors.ts'
import { addressKey, createServer, logFault, refusalOf, retryAfter } from './server.ts'

/** Stands in the built HTML where each answer has a fresh nonce: the component library writes style elements. */
const NONCE_MARK = '__PUNTE_NONCE__'
const BODY_LIMIT = 256 * 1024
/** Documents of 10 MB come over lines of 1 Mbit/s. */
const REQUEST_TIMEOUT_MS = 120_000

const HEADERS = {
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
}

const policy = (nonce: string): string =>
  `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data: blob:; ` +
  "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/** A listener with the limits, headers and error shape of these surfaces; routes and pages are put on it by the caller. */
export function createAppServer(context: Context, name: string, public_url: string): FastifyInstance {
  const { settings } = context
  const server = createServer({
    log: context.log,
    name,
    body_limit: BODY_LIMIT,
    request_timeout_ms: REQUEST_TIMEOUT_MS,
    trusted_proxies: settings.PUNTE_TRUSTED_PROXIES,
  })
  server.decorateRequest('staff_session', undefined)
  const limiter = new RateLimiterMemory({ points: settings.PUNTE_ADDRESS_RATE_PER_MINUTE, duration: 60 })
  server.addHook('onRequest', async (request) => {
    try {
      await limiter.consume(addressKey(request.ip))
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal
      throw new PunteError('RATE_LIMITED', { retry_after_s: Math.ceil(refusal.msBeforeNext / 1000) })
    }
  })
  const headers = public_url.startsWith('https:')
    ? { ...HEADERS, 'strict-transport-security': 'max-age=31536000' }
    : HEADERS
  server.addHook('onSend', (_request, reply, _payload, done) => {
    reply.headers(headers)
    if (!reply.hasHeader('content-security-policy'))
      reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    done()
  })
  server.setErrorHandler((error, request, reply) => sendRefusal(context, error, request, reply))
  return server
}

const FAULTS_ERRORS = [ListFaultsError, CaseFaultsError, FileFaultError, PasswordFaultsError] as const

/**
 * PostgreSQL's word for a value that its column cannot take (Appendix A of its manual): a number out of its range, a NUL in
 * a text, a thirtieth of February. Whoever sent it is told so; where it was ours, the log says where.
 */
const UNFIT = new Set(['22003', '22007', '22008', '22021', '22P02', '22P05'])
const isUnfit = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && UNFIT.has(String(error.code))

/** Errors in the shape of these surfaces: `{code, message, field?, faults?, trace_id}`. */
function sendRefusal(context: Context, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = isUnfit(error) ? new PunteError('FIELD_INVALID', { cause: error }) : refusalOf(error)
  request.error_code = refusal.code
  logFault(context.log, refusal, request)
  const { code, message, field } = refusal
  const body = {
    code,
    message,
    ...(field !== undefined && { field }),
    ...(FAULTS_ERRORS.some((type) => error instanceof type) && { faults: (error as CaseFaultsError).faults }),
    trace_id: request.id,
  }
  return reply.code(refusal.status).headers(retryAfter(refusal)).send(body)
}

/**
 * Serves a built app: its files under `/{name}/assets/`, its HTML at every other address that is no call.
 * @param dist folder of the built app
 * @throws Error where it is not built
 */
export async function serveApp(
  server: FastifyInstance,
  context: Context,
  { name, dist }: { readonly name: string; readonly dist: string },
): Promise<void> {
  const index = join(dist, 'index.html')
  if (!existsSync(index)) throw new Error(`the pages are not built: ${index} is missing`)
  const html = followFile(index)
  await server.register(fastifyStatic, {
    root: join(dist, 'assets'),
    prefix: `/${name}/assets/`,
    preCompressed: true,
    index: false,
    maxAge: '1y',
    immutable: true,
    dotfiles: 'ignore',
  })
  server.get('/favicon.ico', (_request, reply) => reply.code(204).send())
  server.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const is_page = (request.method === 'GET' || request.method === 'HEAD') && !/\/(api|assets)(\/|$)/.test(path)
    if (!is_page) return sendRefusal(context, new PunteError('ROUTE_UNKNOWN'), request, reply)
    const nonce = randomBytes(16).toString('base64')
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', policy(nonce))
      .send((await html()).replaceAll(NONCE_MARK, nonce))
  })
}

/** The file's text, read anew when it was written anew: pages that are built under a running server name other assets. */
function followFile(path: string): () => Promise<string> {
  let known: { readonly mtime_ms: number; readonly text: string } | undefined
  return async () => {
    const { mtimeMs: mtime_ms } = await stat(path)
    if (known?.mtime_ms !== mtime_ms) known = { mtime_ms, text: await readFile(path, 'utf8') }
    return known.text
  }
}
