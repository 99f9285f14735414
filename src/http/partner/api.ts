/**
 * The partner API: mutual TLS, always. This file puts the surface together; `caller.ts` says who calls; `token.ts`,
 * `payment.ts`, `banks.ts` and `oauth.ts` are the calls, `docs.ts` their description, `envelope.ts` how errors look.
 */
import { readFileSync } from 'node:fs'
import type { Server } from 'node:https'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import { logCalls } from '../call-log.ts'
import { createLimits } from '../limits.ts'
import { createServer, JSON_TYPE, logFault, type RawAnswer, refusalOf, retryAfter } from '../server.ts'
import { followAuthorities, forbidRenegotiation, type ServerIdentity, tlsOptions } from '../tls.ts'
import { serveActivation } from './activation.ts'
import { signAnswer, targetUri } from './answer-signature.ts'
import { serveBanks } from './banks.ts'
import { readBodies } from './bodies.ts'
import { collectOpenApi, serveDocs } from './docs.ts'
import { challenge, errorEnvelope, oauthError } from './envelope.ts'
import { serveOauth } from './oauth.ts'
import { servePayments } from './payment.ts'
import { serveTokens } from './token.ts'

const BODY_LIMIT = 64 * 1024

export type PartnerApi = {
  /** Where it listens; partners are told PUNTE_PARTNER_URL. */
  readonly url: string
  close(): Promise<void>
}

/** Starts the listener with the host, port, certificate and key of the settings. */
export async function startPartnerApi(
  context: Context,
  options: { readonly docs?: boolean } = {},
): Promise<PartnerApi> {
  const { settings } = context
  const identity = {
    certificate_pem: readFileSync(settings.PUNTE_PARTNER_TLS_CERTIFICATE_FILE, 'utf8'),
    key_pem: readFileSync(settings.PUNTE_PARTNER_TLS_KEY_FILE, 'utf8'),
  }
  const server = await buildPartnerApi(context, { docs: options.docs ?? true, identity })
  const url = await server.listen({ host: settings.PUNTE_PARTNER_HOST, port: settings.PUNTE_PARTNER_PORT })
  return { url, close: () => server.close() }
}

/** The server with all routes, not listening yet. Without an identity it is plain, for the OpenAPI text only. */
export async function buildPartnerApi(
  context: Context,
  options: { docs: boolean; identity?: ServerIdentity },
): Promise<FastifyInstance> {
  const { identity } = options
  const server = createServer({
    log: context.log,
    name: 'partner',
    body_limit: BODY_LIMIT,
    unreadable: (error, trace_id, request) => rawAnswer(context, error, trace_id, request),
    ...(identity !== undefined && { https: tlsOptions(identity, context.partners) }),
  })
  if (identity !== undefined) {
    forbidRenegotiation(server.server as unknown as Server)
    followAuthorities(server.server as unknown as Server, identity, context.partners)
  }
  const limits = createLimits({
    address_per_minute: context.settings.PUNTE_ADDRESS_RATE_PER_MINUTE,
    partner_per_minute: context.settings.PUNTE_PARTNER_RATE_PER_MINUTE,
  })
  readBodies(server)
  server.addHook('onRequest', async (request, reply) => {
    reply
      .header('x-trace-id', request.id)
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-store')
    await limits.countAddress(request)
  })
  server.addHook('onResponse', async (request, reply) => {
    // An access token that expired is everyday life of an honest client, not a guess.
    if (reply.statusCode === 401 && request.error_code !== 'TOKEN_EXPIRED') await limits.countFailure(request)
  })
  server.addHook('onSend', (request, reply, payload, done) => {
    sign(context, request, reply, payload)
    done(null, payload)
  })
  server.setErrorHandler((error, request, reply) => sendError(context, refusalOf(error), request, reply))
  const methods = collectMethods(server)
  server.setNotFoundHandler((request, reply) => {
    const allowed = methods(request.url)
    if (allowed.length > 0) reply.header('allow', allowed.join(', '))
    return sendError(
      context,
      new PunteError(allowed.length > 0 ? 'METHOD_NOT_ALLOWED' : 'ROUTE_UNKNOWN'),
      request,
      reply,
    )
  })
  logCalls(server, context, 'partner')
  await collectOpenApi(server, context.settings.PUNTE_PARTNER_URL)
  serveTokens(server, context, limits)
  servePayments(server, context, limits)
  serveBanks(server, context, limits)
  serveOauth(server, context, limits)
  serveActivation(server, context, limits)
  if (options.docs) await serveDocs(server)
  return server
}

function sendError(context: Context, error: PunteError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  request.error_code = error.code
  logFault(context.log, error, request)
  reply.headers({ ...retryAfter(error), ...challenge(error) })
  // A certificate may have become good since the connection began (registered meanwhile): connect again to find out.
  if (error.code === 'CERTIFICATE_UNTRUSTED' || error.code === 'CERTIFICATE_REQUIRED')
    reply.header('connection', 'close')
  if (request.routeOptions.config.oauth_errors === true) {
    const { status, body } = oauthError(error, request.id)
    return reply.code(status).send(body)
  }
  return reply.code(error.status).send(errorEnvelope(error, request.id))
}

function sign(context: Context, request: FastifyRequest, reply: FastifyReply, payload: unknown): void {
  const content_type = reply.getHeader('content-type')
  // Everything that is JSON; the pages of the documentation are for people.
  if (typeof payload !== 'string' || typeof content_type !== 'string' || !content_type.startsWith('application/json'))
    return
  const target_uri = targetUri(context.settings.PUNTE_PARTNER_URL, request.raw.url ?? '/')
  const answer = {
    status: reply.statusCode,
    content_type,
    body: payload,
    request: { method: request.method, target_uri },
  }
  reply.headers(signAnswer(context.keys.signing, answer, context.clock.now().getTime()))
}

function rawAnswer(
  context: Context,
  error: PunteError,
  trace_id: string,
  request?: { method?: string | undefined; url?: string | undefined },
): RawAnswer {
  const body = JSON.stringify(errorEnvelope(error, trace_id))
  const signed_request =
    request === undefined
      ? {}
      : {
          request: {
            method: request.method ?? 'GET',
            target_uri: targetUri(context.settings.PUNTE_PARTNER_URL, request.url ?? '/'),
          },
        }
  const answer = { status: error.status, content_type: JSON_TYPE, body, ...signed_request }
  return {
    body,
    headers: { ...signAnswer(context.keys.signing, answer, context.clock.now().getTime()), 'x-trace-id': trace_id },
  }
}

/** Which methods an address answers, for 405; asked only when nothing matched. */
function collectMethods(server: FastifyInstance): (url: string) => string[] {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = []
  server.addHook('onRoute', (route) => {
    const pattern = new RegExp(`^${route.url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+')}$`)
    routes.push({ pattern, methods: [route.method].flat() })
  })
  return (url) => {
    const path = url.split('?')[0] ?? ''
    return [...new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))]
  }
}
