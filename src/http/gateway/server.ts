/**
 * The card API: Mastercard-Gateway-compatible, REST and NVP, over TLS. This file puts the surface together. operations.ts is
 * the table of what it does, paths.ts the grammar of its addresses, fields.ts the table of its fields; rest.ts and
 * nvp-route.ts read requests, authentication.ts says who calls, transactions.ts and records.ts carry out, answer.ts and
 * refusal.ts write.
 */
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import type { Server } from 'node:https'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Settings } from '../../config.ts'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import { logCalls } from '../call-log.ts'
import { createLimits } from '../limits.ts'
import { createServer, logFault, type RawAnswer, refusalOf, retryAfter } from '../server.ts'
import { followAuthorities, forbidRenegotiation, type ServerIdentity, tlsOptions } from '../tls.ts'
import { CHALLENGE } from './authentication.ts'
import { writeForm } from './nvp.ts'
import { NVP_ANSWER, serveNvp } from './nvp-route.ts'
import { methodsOf } from './operations.ts'
import { pathFault } from './paths.ts'
import { fieldReferenceHtml } from './reference.ts'
import { refusalBody } from './refusal.ts'
import { JSON_ANSWER, serveRest } from './rest.ts'

const BODY_LIMIT = 1024 * 1024
const NVP_PREFIX = '/api/nvp/'
/** The reference page has styles of its own and nothing else. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export type Gateway = {
  /** Where it listens. */
  readonly url: string
  close(): Promise<void>
}

/** Starts the listener with the host, port, certificate and key of the settings. */
export async function startGateway(context: Context): Promise<Gateway> {
  const { settings } = context
  const identity = readIdentity(settings)
  const server = createServer({
    log: context.log,
    name: 'gateway',
    body_limit: BODY_LIMIT,
    unreadable: rawAnswer,
    https: tlsOptions(identity, context.partners),
  })
  forbidRenegotiation(server.server as unknown as Server)
  followAuthorities(server.server as unknown as Server, identity, context.partners)
  serveAll(server, context)
  const url = await server.listen({ host: settings.PUNTE_GATEWAY_HOST, port: settings.PUNTE_GATEWAY_PORT })
  return { url, close: () => server.close() }
}

// Both files or neither: a certificate without its key would start with the other's key and fail at the first caller.
function readIdentity(settings: Settings): ServerIdentity {
  const { PUNTE_GATEWAY_TLS_CERTIFICATE_FILE: certificate, PUNTE_GATEWAY_TLS_KEY_FILE: key } = settings
  if ((certificate === undefined) !== (key === undefined))
    throw new Error(
      'PUNTE_GATEWAY_TLS_CERTIFICATE_FILE and PUNTE_GATEWAY_TLS_KEY_FILE are given together or not at all',
    )
  return {
    certificate_pem: readFileSync(certificate ?? settings.PUNTE_PARTNER_TLS_CERTIFICATE_FILE, 'utf8'),
    key_pem: readFileSync(key ?? settings.PUNTE_PARTNER_TLS_KEY_FILE, 'utf8'),
  }
}

function serveAll(server: FastifyInstance, context: Context): void {
  const most = context.settings.PUNTE_GATEWAY_RATE_PER_MINUTE
  const limits = createLimits({ address_per_minute: most, partner_per_minute: most })
  readBodies(server)
  server.addHook('onRequest', async (request, reply) => {
    reply
      .header('x-trace-id', request.id)
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-store')
    allowAnyType(request)
    // Wrong passwords are not counted here: whoever checks them slows them down, and nobody is locked out.
    await limits.countAddress(request)
  })
  server.setErrorHandler((error, request, reply) => sendRefusal(context, refusalOf(error), request, reply))
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const allowed = methodsOf(path)
    if (allowed.length > 0) reply.header('allow', allowed.join(', '))
    return sendRefusal(context, pathFault(path) ?? new PunteError('METHOD_NOT_ALLOWED'), request, reply)
  })
  logCalls(server, context, 'gateway')
  serveRest(server, context, limits)
  serveNvp(server, context, limits)
  serveReference(server)
}

const MEDIA_TYPE = /^\s*[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;|$)/

// A content type that is none would be refused before any parser is asked.
function allowAnyType({ headers }: FastifyRequest): void {
  const type = headers['content-type']
  if (type !== undefined && !MEDIA_TYPE.test(type)) headers['content-type'] = 'application/octet-stream'
}

/** Bytes, whatever they are said to be: clients send JSON as text/plain, or say nothing. */
function readBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (request: FastifyRequest, body: Buffer, done) => {
    const encoding = request.headers['content-encoding']
    if (encoding === undefined || encoding === 'identity') done(null, body)
    else done(new PunteError('MEDIA_TYPE_UNSUPPORTED', { text: 'The body must not be compressed.' }))
  })
}

function serveReference(server: FastifyInstance): void {
  let html: string | undefined
  server.get('/docs', (_request, reply) => {
    html ??= fieldReferenceHtml()
    return reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', PAGE_POLICY)
      .send(html)
  })
}

function sendRefusal(context: Context, error: PunteError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  request.error_code = error.code
  logFault(context.log, error, request)
  reply.headers(retryAfter(error))
  // Only who named nobody is asked to: today's clients with a wrong password are not told to try again.
  if (error.status === 401 && request.headers.authorization === undefined && !isNvp(request.url))
    reply.headers(CHALLENGE)
  // A certificate may have become good since the connection began (registered meanwhile): connect again to find out.
  if (error.code === 'CREDENTIALS_INVALID' && request.headers.authorization === undefined)
    reply.header('connection', 'close')
  const { content_type, text } = written(error, request.id, request.url)
  return reply.code(error.status).header('content-type', content_type).send(text)
}

function written(error: PunteError, trace_id: string, url: string): { content_type: string; text: string } {
  const body = refusalBody(error, trace_id)
  return isNvp(url)
    ? { content_type: NVP_ANSWER, text: writeForm(body) }
    : { content_type: JSON_ANSWER, text: JSON.stringify(body) }
}

const isNvp = (url: string): boolean => url.startsWith(NVP_PREFIX)

function rawAnswer(error: PunteError, trace_id: string, request?: IncomingMessage): RawAnswer {
  const { content_type, text } = written(error, trace_id, request?.url ?? '')
  return { body: text, headers: { 'content-type': content_type, 'cache-control': 'no-store', 'x-trace-id': trace_id } }
}
