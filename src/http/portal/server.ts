/**
 * The partners' own view: pages and calls of a partner's people, and of applicants. This file puts the surface together;
 * routes.ts is the table of all calls, one file a subject beside it. Which partner is looked at comes from the session (own.ts),
 * never from the request.
 */
import { fastifySwagger } from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../../domain/context.ts'
import { dictionaryJudge } from '../../domain/staff/password-dictionaries.ts'
import type { Realm } from '../../domain/staff/sessions.ts'
import { createAppServer, serveApp } from '../app-pages.ts'
import { type Surface, serveRoutes } from '../route-table.ts'
import { sessionCookie } from '../session-cookie.ts'
import { signInRoutes } from '../sign-in.ts'
import { requireStanding } from './company.ts'
import { invitationRoutes } from './invitation.ts'
import { portalRoutes } from './routes.ts'

const DICTIONARIES_AFTER_MS = 20_000
export const PREFIX = '/portal/api'

export type PortalServer = { readonly url: string; close(): Promise<void> }

/** @param pages_dir folder of the built pages (`web/portal/dist`) */
export async function startPortal(context: Context, pages_dir: string): Promise<PortalServer> {
  const { settings } = context
  const server = await buildPortal(context)
  await serveApp(server, context, { name: 'portal', dist: pages_dir })
  // A second of work, once: before anybody chooses a password, and not while payers wait for a restart.
  setTimeout(() => void dictionaryJudge().catch(() => {}), DICTIONARIES_AFTER_MS).unref()
  const url = await server.listen({ host: settings.PUNTE_PORTAL_HOST, port: settings.PUNTE_PORTAL_PORT })
  return { url, close: () => server.close() }
}

/** With all calls and without pages, not listening yet. */
export async function buildPortal(context: Context): Promise<FastifyInstance> {
  const public_url = context.settings.PUNTE_PORTAL_URL
  const server = createAppServer(context, 'portal', public_url)
  await server.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Punte for partners', version: '1', description: DESCRIPTION },
      servers: [{ url: public_url }],
    },
  })
  const cookie = sessionCookie('punte_portal', public_url)
  // Accounts and sessions of staff are nobody's here, as those of partners are at the office.
  const of_portal: Context & { readonly realm: Realm } = { ...context, realm: 'portal' }
  const surface: Surface = {
    ...{ context: of_portal, cookie, prefix: PREFIX, public_url },
    admit: (session, row) => requireStanding(of_portal, session, row),
  }
  await serveRoutes(server, surface, [
    ...signInRoutes(cookie, public_url),
    ...invitationRoutes(cookie),
    ...portalRoutes,
  ])
  return server
}

const DESCRIPTION =
  'What the pages of a partner’s users call. A session cookie says who calls; every call that changes something carries the ' +
  'header X-Punte-Call and comes from a page of the same origin. Refusals: {code, message, field?, faults?, trace_id}.'
