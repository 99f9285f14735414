/**
 * Routes of the surfaces that people sign in to, as a table: each row says who may call it, what it takes and what it does.
 * The guard stands here, once: a route cannot exist without an act of the role table, or the plain word that it is public.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Static, TSchema } from 'typebox'
import type { Actor } from '../domain/audit/record.ts'
import type { Context } from '../domain/context.ts'
import { PunteError } from '../domain/errors.ts'
import { requireAct, type StaffAct } from '../domain/staff/roles.ts'
import { requireSession, type Session } from '../domain/staff/sessions.ts'
import type { SessionCookie } from './session-cookie.ts'

export type Acting = Context & { readonly actor: Actor }

export type PublicCall<P, Q, B> = {
  readonly context: Context
  readonly params: P
  readonly query: Q
  readonly body: B
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

export type Call<P, Q, B> = PublicCall<P, Q, B> & {
  readonly session: Session
  /** The context with who acts: for use-cases that record. */
  readonly acting: Acting
}

type Shape<P extends TSchema, Q extends TSchema, B extends TSchema> = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** After the surface's prefix: `/payments/:payment_id`. */
  readonly path: string
  readonly summary: string
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  /** Bytes; the surface's own limit where it is not said. */
  readonly body_limit?: number
  /** The body is bytes of any type, handed over as a Buffer. */
  readonly raw_body?: true
  /**
   * At the portal, of a row that changes something: it stays open while the partner is suspended, `ended`: after the end of
   * the relationship, too. Rows that read stay open in either case.
   */
  readonly stays_open?: 'suspended' | 'ended'
  /** Of a public row: looks at who calls before the body is read. */
  readonly before?: (context: Context, request: FastifyRequest) => Promise<void>
}

export type TableRoute = Shape<TSchema, TSchema, TSchema> & {
  /** The act of the role table; `session`: whoever is signed in; `public`: anybody. */
  readonly act: StaffAct | 'session' | 'public'
  handle(call: Call<never, never, never>): Promise<unknown>
}

type Known<S extends TSchema> = TSchema extends S ? undefined : Static<S>

/** A row of the table. What `handle` returns is the answer's JSON; undefined: 204. */
export function route<P extends TSchema, Q extends TSchema, B extends TSchema>(
  definition: Shape<P, Q, B> & {
    readonly act: StaffAct | 'session'
    handle(call: Call<Known<P>, Known<Q>, Known<B>>): Promise<unknown>
  },
): TableRoute {
  return definition as unknown as TableRoute
}

/** A row that anybody may call: it proves by itself who calls, or tells nothing. */
export function publicRoute<P extends TSchema, Q extends TSchema, B extends TSchema>(
  definition: Shape<P, Q, B> & { handle(call: PublicCall<Known<P>, Known<Q>, Known<B>>): Promise<unknown> },
): TableRoute {
  return { ...definition, act: 'public' } as unknown as TableRoute
}

export type Surface = {
  readonly context: Context
  readonly cookie: SessionCookie
  /** `/office/api` */
  readonly prefix: string
  /** Public base URL: calls that change something come from pages of this origin. */
  readonly public_url: string
  /** The surface's own word on whoever may call by his role. @throws PunteError */
  readonly admit?: (session: Session, row: TableRoute) => Promise<void>
}

/** Header that every call of our pages carries; a form or a link of another site cannot. */
export const CALL_HEADER = 'x-punte-call'
/** Header of polls: they do not keep a session alive. */
const BACKGROUND_HEADER = 'x-punte-background'

/** Registers the table. */
export async function serveRoutes(
  server: FastifyInstance,
  surface: Surface,
  routes: readonly TableRoute[],
): Promise<void> {
  for (const row of routes.filter(({ raw_body }) => raw_body !== true)) serveRoute(server, surface, row)
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    boundFiles(scope)
    for (const row of routes.filter(({ raw_body }) => raw_body === true)) serveRoute(scope, surface, row)
  })
}

/** Files that are read at once: each is in memory whole while it is looked into, beside whatever else the process does. */
const FILES_AT_ONCE = 12

/** Whoever may call has been looked at; the body has not been read yet. */
function boundFiles(scope: FastifyInstance): void {
  let reading = 0
  scope.addHook('preParsing', async (_request, reply) => {
    if (reading >= FILES_AT_ONCE)
      throw new PunteError('OVERLOADED', { retry_after_s: 5, detail: 'too many files are uploaded at once' })
    reading += 1
    // Comes once, after the answer as well as when the caller is gone.
    reply.raw.once('close', () => {
      reading -= 1
    })
  })
}

function serveRoute(server: FastifyInstance, surface: Surface, row: TableRoute): void {
  const { context, prefix, public_url } = surface
  server.route({
    method: row.method,
    url: `${prefix}${row.path}`,
    ...(row.body_limit !== undefined && { bodyLimit: row.body_limit }),
    schema: {
      summary: row.summary,
      tags: [row.path.split('/')[1] ?? ''],
      ...(row.params !== undefined && { params: row.params }),
      ...(row.query !== undefined && { querystring: row.query }),
      ...(row.body !== undefined && row.raw_body !== true && { body: row.body }),
    },
    // Before the body is read: who may not call learns nothing of what is wrong with it.
    async onRequest(request) {
      if (row.method !== 'GET' || row.act !== 'public') requireOwnPage(request, public_url)
      if (row.act === 'public') return await row.before?.(context, request)
      const session = await sessionOf(surface, request)
      if (row.act !== 'session') {
        requireAct(session, row.act)
        await surface.admit?.(session, row)
      }
      request.staff_session = session
    },
    // Before it is judged: what is copied passes, and nothing is left empty behind a rule that it be not.
    async preValidation(request) {
      if (row.raw_body !== true) request.body = straightened(request.body)
    },
    async handler(request, reply) {
      const { staff_session: session } = request
      const params = declared(row.params, request.params)
      const query = declared(row.query, request.query)
      const body = row.raw_body === true ? request.body : declared(row.body, request.body)
      const call = { context, params, query, body, request, reply }
      const whole = session === undefined ? call : { ...call, session, acting: { ...context, actor: session.actor } }
      const answer = await row.handle(whole as unknown as Call<never, never, never>)
      if (answer === reply) return reply
      return answer === undefined ? reply.code(reply.statusCode === 200 ? 204 : reply.statusCode).send() : answer
    },
  })
}

/**
 * What the row names of what was sent, and nothing else: handlers pass bodies on whole, and a use-case knows members that
 * the call does not offer to whoever makes it.
 */
function declared(schema: TSchema | undefined, sent: unknown): unknown {
  const { properties } = (schema ?? {}) as { readonly properties?: object }
  if (properties === undefined || typeof sent !== 'object' || sent === null) return sent
  return Object.fromEntries(Object.entries(sent).filter(([name]) => Object.hasOwn(properties, name)))
}

/** Characters that turn what stands behind them around, so that a name reads as another. What people type here needs none. */
const TURNING = /\p{Bidi_Control}/gu
/** Compared as they were typed. */
const SECRETS: readonly string[] = ['password', 'current']

/** Deeper than any form; without a bound a body of brackets alone would use up the stack. */
const DEEPEST = 20

/**
 * Taken out rather than refused: they come unseen with what is copied from mails and papers.
 * @throws PunteError BODY_MALFORMED for what is nested too deep
 */
function straightened(sent: unknown, depth = 0): unknown {
  if (depth > DEEPEST) throw new PunteError('BODY_MALFORMED')
  if (typeof sent === 'string') return sent.replace(TURNING, '')
  if (typeof sent !== 'object' || sent === null) return sent
  const within = (one: unknown) => straightened(one, depth + 1)
  if (Array.isArray(sent)) return sent.map(within)
  const entries = Object.entries(sent)
  return Object.fromEntries(entries.map(([name, one]) => [name, SECRETS.includes(name) ? one : within(one)]))
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the routes that ask for one. */
    staff_session: Session | undefined
  }
}

async function sessionOf({ context, cookie }: Surface, request: FastifyRequest): Promise<Session> {
  const token = cookie.read(request)
  if (token === undefined) throw new PunteError('SESSION_ENDED')
  // A poll that nobody asked for shows nobody is there.
  const is_background = request.method === 'GET' && request.headers[BACKGROUND_HEADER] !== undefined
  return requireSession(context, token, { is_background })
}

/**
 * Only pages of our own may call: besides the cookie, which other sites cannot send (SameSite=Strict), a header that no
 * form can set and the browser's own word on where the call comes from.
 * @throws PunteError ORIGIN_NOT_ALLOWED
 */
function requireOwnPage(request: FastifyRequest, public_url: string): void {
  const { origin, 'sec-fetch-site': site } = request.headers
  const is_foreign =
    (origin !== undefined && origin !== new URL(public_url).origin) || (site !== undefined && site !== 'same-origin')
  // Links to files (exports, documents) are opened by the browser itself: they change nothing, and the cookie guards them.
  const is_opened =
    request.method === 'GET' && request.headers['sec-fetch-mode'] === 'navigate' && site !== 'cross-site'
  if (is_opened) return
  if (is_foreign || (request.method !== 'GET' && request.headers[CALL_HEADER] === undefined))
    throw new PunteError('ORIGIN_NOT_ALLOWED')
}
