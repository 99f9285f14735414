/** The hosted page's listener: the page and its files, the calls it makes (calls.ts), and the banks' return. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fastifyStatic } from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { Type } from 'typebox'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import { takeReturn } from '../../domain/initiation/payer/return.ts'
import { takeNotification } from '../../domain/initiation/settling/notification.ts'
import { addressKey, createServer } from '../server.ts'
import { serveCalls } from './calls.ts'
import { sendRefusal } from './refusal.ts'

const BODY_LIMIT = 16 * 1024
/** How long a payer who comes back waits for the bank's word before the page shows that it is being asked for. */
const RETURN_WAIT_MS = 5_000

/** Nothing from elsewhere, nothing inline; the partner's logo is a data: URI, and the QR picture too. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'none'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const PAGE_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  // The page's address is the key to the payment: it must not travel in Referer.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
}

export type CheckoutServer = { readonly url: string; close(): Promise<void> }

/**
 * Starts the listener.
 * @param pages_dir folder of the built page (`web/checkout/dist`)
 */
export async function startCheckout(context: Context, pages_dir: string): Promise<CheckoutServer> {
  const { settings } = context
  const server = createServer({
    log: context.log,
    name: 'checkout',
    body_limit: BODY_LIMIT,
    trusted_proxies: settings.PUNTE_TRUSTED_PROXIES,
  })
  limitAddresses(server, settings.PUNTE_ADDRESS_RATE_PER_MINUTE)
  const headers = settings.PUNTE_CHECKOUT_URL.startsWith('https:')
    ? { ...PAGE_HEADERS, 'strict-transport-security': 'max-age=31536000' }
    : PAGE_HEADERS
  server.addHook('onSend', (_request, reply, _payload, done) => {
    reply.headers(headers)
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    done()
  })
  server.setErrorHandler((error, request, reply) => sendRefusal(context.log, error, request, reply))
  server.setNotFoundHandler((request, reply) =>
    sendRefusal(context.log, new PunteError('ROUTE_UNKNOWN'), request, reply),
  )
  await servePage(server, pages_dir)
  serveCalls(server, context)
  serveReturn(server, context)
  await server.register(async (scope) => serveNotifications(scope, context))
  const url = await server.listen({ host: settings.PUNTE_CHECKOUT_HOST, port: settings.PUNTE_CHECKOUT_PORT })
  return { url, close: () => server.close() }
}

function limitAddresses(server: FastifyInstance, per_minute: number): void {
  const limiter = new RateLimiterMemory({ points: per_minute, duration: 60 })
  server.addHook('onRequest', async (request) => {
    try {
      await limiter.consume(addressKey(request.ip))
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal
      throw new PunteError('RATE_LIMITED', { retry_after_s: Math.ceil(refusal.msBeforeNext / 1000) })
    }
  })
}

async function servePage(server: FastifyInstance, pages_dir: string): Promise<void> {
  const index = join(pages_dir, 'index.html')
  if (!existsSync(index)) throw new Error(`the hosted page is not built: ${index} is missing`)
  const html = await readFile(index)
  const html_br = existsSync(`${index}.br`) ? await readFile(`${index}.br`) : undefined
  await server.register(fastifyStatic, {
    root: join(pages_dir, 'assets'),
    prefix: '/checkout/assets/',
    preCompressed: true,
    index: false,
    maxAge: '1y',
    immutable: true,
    dotfiles: 'ignore',
  })
  server.get('/payment-initiation', async (request, reply) => {
    reply.type('text/html; charset=utf-8').header('vary', 'accept-encoding')
    const wants_br = /\bbr\b/.test(request.headers['accept-encoding'] ?? '')
    return html_br !== undefined && wants_br ? reply.header('content-encoding', 'br').send(html_br) : reply.send(html)
  })
  // Browsers ask for it whatever the page says; the answer is "none", without noise in the log.
  server.get('/favicon.ico', (_request, reply) => reply.code(204).send())
}

const State = Type.String({ maxLength: 128 })
const MAX_OAUTH_VALUE = 2048

/** One value of a query that a bank's redirect carries; a doubled or overlong one is none. */
function queryValue(request: FastifyRequest, name: 'state' | 'code' | 'error' | 'iss'): string | undefined {
  const value = (request.query as Record<string, unknown>)[name]
  return typeof value === 'string' && value.length <= MAX_OAUTH_VALUE ? value : undefined
}

function serveReturn(server: FastifyInstance, context: Context): void {
  const finish = async (reply: FastifyReply, start: () => ReturnType<typeof takeReturn>) => {
    let address = '/payment-initiation'
    try {
      const taken = start()
      address = taken.page_url
      const asked = taken.asked.catch((error: unknown): undefined => {
        context.log.error({ err: error }, 'a return could not be settled; the poll will')
      })
      const patience = new Promise<undefined>((resolve) => setTimeout(resolve, RETURN_WAIT_MS, undefined).unref())
      const onward = await Promise.race([asked, patience])
      if (onward !== undefined) address = onward.url
    } catch (error) {
      // A forged return is shown the page for a link that is not valid.
      if (!(error instanceof PunteError)) throw error
      context.log.warn({ error_code: error.code }, 'a return from a bank was refused')
    }
    return reply.redirect(address, 303)
  }
  server.get(
    '/payment-return/:state/:result',
    { schema: { params: Type.Object({ state: State, result: Type.String({ maxLength: 8 }) }) } },
    async (request, reply) => {
      const { state, result } = request.params as { state: string; result: string }
      return finish(reply, () => takeReturn(context, { state, declined: result === 'nok' }))
    },
  )
  server.get('/payment-return', async (request, reply) => {
    const [code, error, iss] = (['code', 'error', 'iss'] as const).map((name) => queryValue(request, name))
    const state = queryValue(request, 'state') ?? ''
    const oauth = {
      ...(code !== undefined && { code }),
      ...(error !== undefined && { error }),
      ...(iss !== undefined && { iss }),
    }
    return finish(reply, () => takeReturn(context, { state, oauth }))
  })
}

/** TPP-Notification-URI of banks that push. Answered at once, whatever the body is: the bank's word is asked for, not read. */
function serveNotifications(scope: FastifyInstance, context: Context): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null, undefined))
  scope.post('/bank-notification/:state', { schema: { params: Type.Object({ state: State }) } }, (request, reply) => {
    const { state } = request.params as { state: string }
    const { asked } = takeNotification(context, state)
    asked.catch((error: unknown) =>
      context.log.error({ err: error }, 'a notification could not be settled; the poll will'),
    )
    return reply.code(204).send()
  })
}
