/**
 * The back office's listener: pages and calls of staff. This file puts the surface together; routes.ts is the table of
 * all calls, one file a subject beside it.
 */
import { fastifySwagger } from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../../domain/context.ts'
import { dictionaryJudge } from '../../domain/staff/password-dictionaries.ts'
import { createAppServer, serveApp } from '../app-pages.ts'
import { serveRoutes } from '../route-table.ts'
import { sessionCookie } from '../session-cookie.ts'
import { signInRoutes } from '../sign-in.ts'
import { officeRoutes } from './routes.ts'

const DICTIONARIES_AFTER_MS = 20_000
export const PREFIX = '/office/api'

export type OfficeServer = { readonly url: string; close(): Promise<void> }

/** @param pages_dir folder of the built pages (`web/office/dist`) */
export async function startOffice(context: Context, pages_dir: string): Promise<OfficeServer> {
  const { settings } = context
  const server = await buildOffice(context)
  await serveApp(server, context, { name: 'office', dist: pages_dir })
  // A second of work, once: before anybody chooses a password, and not while payers wait for a restart.
  setTimeout(() => void dictionaryJudge().catch(() => {}), DICTIONARIES_AFTER_MS).unref()
  const url = await server.listen({ host: settings.PUNTE_OFFICE_HOST, port: settings.PUNTE_OFFICE_PORT })
  return { url, close: () => server.close() }
}

/** With all calls and without pages, not listening yet. */
export async function buildOffice(context: Context): Promise<FastifyInstance> {
  const public_url = context.settings.PUNTE_OFFICE_URL
  const server = createAppServer(context, 'office', public_url)
  await server.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Punte back office', version: '1', description: DESCRIPTION },
      servers: [{ url: public_url }],
    },
  })
  const cookie = sessionCookie('punte_office', public_url)
  const surface = { context, cookie, prefix: PREFIX, public_url }
  await serveRoutes(server, surface, [...signInRoutes(cookie, public_url), ...officeRoutes])
  return server
}

const DESCRIPTION =
  'What the pages of the back office call. A session cookie says who calls; every call that changes something carries the ' +
  'header X-Punte-Call and comes from a page of the same origin. Refusals: {code, message, field?, faults?, trace_id}.'
