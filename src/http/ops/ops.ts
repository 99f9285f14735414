/** Health, readiness and metrics: for supervisors, load balancers and Prometheus, never for the public. */
import type { FastifyInstance } from 'fastify'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import { countOpenAlerts } from '../../domain/limits/alert-store.ts'
import { collectProcessMetrics, metrics, showOpenAlerts } from '../../infra/metrics.ts'
import { createServer, logFault, refusalOf } from '../server.ts'

const BODY_LIMIT = 1_024
/** A database that answers slower than this cannot serve payments either. */
const READY_TIMEOUT_MS = 2_000

export type Ops = { readonly url: string; close(): Promise<void> }

/**
 * `GET /live`: the process answers. `GET /ready`: it can serve (200) or not now (503), with the check that failed.
 * `GET /metrics`: Prometheus text.
 */
export async function startOps(context: Context): Promise<Ops> {
  const { settings } = context
  const server = createServer({ log: context.log, name: 'ops', body_limit: BODY_LIMIT, request_log_level: 'debug' })
  collectProcessMetrics()
  showOpenAlerts(() => openAlerts(context))
  let closing = false
  server.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error)
    logFault(context.log, refusal, request)
    return reply.code(refusal.status).send({ code: refusal.code, message: refusal.message, traceId: request.id })
  })
  server.setNotFoundHandler(() => {
    throw new PunteError('ROUTE_UNKNOWN')
  })
  serveHealth(server, context, () => closing)
  server.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()))
  const url = await server.listen({ host: settings.PUNTE_OPS_HOST, port: settings.PUNTE_OPS_PORT })
  return {
    url,
    async close() {
      closing = true
      showOpenAlerts(async () => [])
      await server.close()
    },
  }
}

function serveHealth(server: FastifyInstance, context: Context, closing: () => boolean): void {
  server.get('/live', async () => ({ status: 'live' }))
  server.get('/ready', async (_request, reply) => {
    const database = closing() ? 'closing' : await pingDatabase(context)
    const ready = database === 'ok'
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', checks: { database } })
  })
}

// A database that is away must not take the other metrics with it.
async function openAlerts(context: Context): Promise<Awaited<ReturnType<typeof countOpenAlerts>>> {
  const timeout = Promise.withResolvers<[]>()
  const timer = setTimeout(() => timeout.resolve([]), READY_TIMEOUT_MS)
  try {
    return await Promise.race([countOpenAlerts(context).catch(() => []), timeout.promise])
  } finally {
    clearTimeout(timer)
  }
}

async function pingDatabase(context: Context): Promise<'ok' | 'slow' | 'unreachable'> {
  const timeout = Promise.withResolvers<'slow'>()
  const timer = setTimeout(() => timeout.resolve('slow'), READY_TIMEOUT_MS)
  // A real query over our own tables, and what it reads is what the next request needs.
  const ping = context.partners.refresh().then(
    () => 'ok' as const,
    () => 'unreachable' as const,
  )
  try {
    return await Promise.race([ping, timeout.promise])
  } finally {
    clearTimeout(timer)
  }
}
