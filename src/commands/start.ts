/**
 * The server: surfaces and worker in one process, or some of them. Several processes may share one database; which
 * surfaces each runs is said by `--only`.
 */
import { type Composed, compose } from '../compose.ts'
import { readSettings } from '../config.ts'
import type { Context } from '../domain/context.ts'
import { startExpiryWatch } from '../infra/certificates/expiry.ts'
import { createLog, type Log } from '../infra/log.ts'
import { certificatesOfFiles, certificatesOfPartners } from './certificates-expiry.ts'
import { parseOptions, UsageError } from './command.ts'
import { sayReady, untilStopped } from './lifetime.ts'
import { ensurePages, OFFICE_DIR, PAGES_DIR, PORTAL_DIR } from './pages.ts'

const PARTS = ['partner', 'gateway', 'checkout', 'ops', 'worker', 'office', 'portal'] as const
type Part = (typeof PARTS)[number]

const WITH_PAGES: ReadonlySet<Part> = new Set(['checkout', 'office', 'portal'])
const LAST: ReadonlySet<Part> = new Set(['ops', 'worker', 'office', 'portal'])

/** Requests and jobs that run get this long to end. */
const DRAIN_TIMEOUT_MS = 10_000

type Running = { readonly part: Part; readonly url?: string; readonly close: () => Promise<void> }

export async function run(args: readonly string[]): Promise<number> {
  const parts = partsFrom(args)
  const settings = readSettings()
  const log = createLog(settings.PUNTE_LOG_LEVEL)
  const stopped = untilStopped()
  endOnUncaught(log)
  if (parts.some((part) => WITH_PAGES.has(part))) await ensurePages()
  const composed = await compose(settings, log, { schema: 'require' })
  const watch = watchCertificates(composed.context)
  const running: Running[] = []
  try {
    // What payments need together, since each mostly waits; then what says that they are ready, the worker, and what can wait:
    // after a fault payers come before staff. Those that started end when one fails.
    const [others, surfaces] = [parts.filter((part) => LAST.has(part)), parts.filter((part) => !LAST.has(part))]
    const starts = await Promise.allSettled(surfaces.map((part) => startPart(part, composed)))
    for (const start of starts) if (start.status === 'fulfilled') running.push(start.value)
    const failed = starts.find((start) => start.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    for (const part of others) running.push(await startPart(part, composed))
    const urls = Object.fromEntries(running.flatMap(({ part, url }) => (url === undefined ? [] : [[part, url]])))
    log.info({ parts, ...urls }, 'ready')
    sayReady({ urls })
    const why = await stopped
    log.info({ why }, 'stopping')
  } finally {
    await drain(running, log)
    watch.close()
    await composed.close()
  }
  log.info('stopped')
  return 0
}

// Files are told as this process has read them: a renewed one counts after the restart that takes it into use.
function watchCertificates({ settings, partners, clock, log }: Context): { close(): void } {
  const { found, faults } = certificatesOfFiles(settings)
  if (faults.length > 0) log.warn({ faults }, 'the end of some certificates is not watched')
  return startExpiryWatch({ read: () => [...found, ...certificatesOfPartners(partners)], clock, log })
}

function partsFrom(args: readonly string[]): readonly Part[] {
  const { values } = parseOptions(args, {
    only: { type: 'string' },
    'no-worker': { type: 'boolean', default: false },
  })
  const asked = values.only === undefined ? PARTS : values.only.split(',').map((name) => name.trim())
  const unknown = asked.filter((name) => !(PARTS as readonly string[]).includes(name))
  if (unknown.length > 0)
    throw new UsageError(`--only: no such part: ${unknown.join(', ')}; known: ${PARTS.join(', ')}`)
  const parts = PARTS.filter((part) => asked.includes(part) && !(part === 'worker' && values['no-worker']))
  if (parts.length === 0) throw new UsageError('nothing is left to start')
  return parts
}

async function startPart(part: Part, { context, database_url }: Composed): Promise<Running> {
  switch (part) {
    case 'partner': {
      const { startPartnerApi } = await import('../http/partner/api.ts')
      return { part, ...(await startPartnerApi(context)) }
    }
    case 'gateway': {
      const { startGateway } = await import('../http/gateway/server.ts')
      return { part, ...(await startGateway(context)) }
    }
    case 'checkout': {
      const { startCheckout } = await import('../http/checkout/server.ts')
      return { part, ...(await startCheckout(context, PAGES_DIR)) }
    }
    case 'office': {
      const { startOffice } = await import('../http/office/server.ts')
      return { part, ...(await startOffice(context, OFFICE_DIR)) }
    }
    case 'portal': {
      const { startPortal } = await import('../http/portal/server.ts')
      return { part, ...(await startPortal(context, PORTAL_DIR)) }
    }
    case 'ops': {
      const { startOps } = await import('../http/ops/ops.ts')
      return { part, ...(await startOps(context)) }
    }
    case 'worker':
      return { part, close: await startBackground(context, database_url) }
  }
}

/** The queue's worker, and the sweeps that ask banks and acquirers, recover what broke off and abandon what nobody paid. */
async function startBackground(context: Context, url: string): Promise<() => Promise<void>> {
  const [
    { startWorker },
    { startSweeps },
    { startCardSweeps },
    { eventTasks },
    { initiationTasks },
    { exchangeTasks },
    { limitTasks },
    { callTasks },
    { complianceTasks },
    { vaultTasks },
    { keyTasks },
    { orderTasks },
    { revocationListTasks },
    { reportTasks },
    { registerTasks },
  ] = await Promise.all([
    import('../infra/jobs/worker.ts'),
    import('../domain/initiation/settling/sweeps.ts'),
    import('../domain/cards/reconcile.ts'),
    import('../domain/events/tasks.ts'),
    import('../domain/initiation/tasks.ts'),
    import('../domain/exchanges/erase.ts'),
    import('../domain/limits/erase.ts'),
    import('../domain/portal/calls.ts'),
    import('../domain/compliance/tasks.ts'),
    import('../domain/vault/scheme-tokens.ts'),
    import('../domain/four-eyes/key-rotation.ts'),
    import('../domain/search/order-acts.ts'),
    import('../domain/partners/fetch-revocation-lists.ts'),
    import('../domain/reports/rollup.ts'),
    import('../domain/registers/reminders.ts'),
  ])
  const { settings, log } = context
  const timed = [
    revocationListTasks(context),
    exchangeTasks(context),
    limitTasks(context),
    complianceTasks(context),
    callTasks(context),
    reportTasks(context),
    registerTasks(context),
  ]
  const worker = await startWorker({
    url,
    tasks: Object.assign(
      {
        ...eventTasks(context),
        ...initiationTasks(context),
        ...vaultTasks(context),
        ...keyTasks(context),
        ...orderTasks(context),
      },
      ...timed.map(({ tasks }) => tasks),
    ),
    crontab: timed.map(({ crontab }) => crontab).join('\n'),
    concurrency: settings.PUNTE_WORKER_CONCURRENCY,
    log,
  })
  const sweeps = [startSweeps(context), startCardSweeps(context)]
  return async () => {
    // What a sweep finds out leaves work in the outbox: it ends first.
    await Promise.all(sweeps.map((one) => one.stop()))
    await worker.stop()
  }
}

/** Surfaces first, so that nothing new comes in, then the worker. What hangs is left behind after the time-out. */
async function drain(running: Running[], log: Log): Promise<void> {
  const timeout = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => timeout.resolve('late'), DRAIN_TIMEOUT_MS)
  const close = async ({ part, close }: Running): Promise<void> => {
    await close().catch((error: unknown) => log.warn({ err: error, part }, 'did not close cleanly'))
  }
  const all = async (): Promise<void> => {
    await Promise.all(running.filter(({ part }) => part !== 'worker').map(close))
    await Promise.all(running.filter(({ part }) => part === 'worker').map(close))
  }
  if ((await Promise.race([all(), timeout.promise])) === 'late') log.warn('not everything ended in time')
  clearTimeout(timer)
}

// After an uncaught error nothing in memory can be trusted; the database is consistent, a supervisor starts us again.
function endOnUncaught(log: Log): void {
  const end = (error: unknown) => {
    log.fatal({ err: error }, 'uncaught error')
    process.exit(1)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}
