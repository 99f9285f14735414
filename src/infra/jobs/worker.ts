/**
 * Work that follows from a fact. Facts leave rows in `outbox`; dispatcher.ts moves them to the queue (graphile-worker)
 * in batches; lane.ts works the queue; presence.ts frees what a process that died had taken. worker.ts is all of it.
 *
 * A job runs at least once: after a crash it runs again, so every handler must bear repetition. A handler that throws
 * is retried after e^attempt seconds (capped at e^10), 25 times. A handler that wants another time writes an outbox row.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { makeWorkerUtils } from 'graphile-worker'
import pg from 'pg'
import type { Log } from '../log.ts'
import { startDispatcher } from './dispatcher.ts'
import { type JobHandler, type Lane, queueLogger, startLane } from './lane.ts'
import { startPresence } from './presence.ts'

export type { JobHandler } from './lane.ts'

/**
 * A task of the queue: its handler, or the handler with a lane of its own. Tasks that wait on strangers' servers go to
 * a lane apart, so that however slow those are, the other work does not stand behind them.
 */
export type JobTask = JobHandler | { readonly lane: string; readonly concurrency: number; readonly run: JobHandler }

export type WorkerInput = {
  /** The worker keeps connections of its own: requests that exhaust the process's pool must not stop it, nor it them. */
  readonly url: string
  readonly tasks: Readonly<Record<string, JobTask>>
  /** Lines of graphile-worker's crontab (UTC); tasks named there belong to the main lane. */
  readonly crontab?: string
  /** Jobs at once in the main lane. */
  readonly concurrency: number
  readonly log: Log
}

export type Worker = { stop(): Promise<void> }

const CONNECTIONS_PER_LANE = 3 // listening, fetching, completing

/**
 * Moving jobs, taking them and recording their ends wait for no disk: a flush each would be a quarter of all. A database that
 * crashes forgets the last moments of it, in their order, and the row of the outbox or the job is there again, to run once
 * more, as after any crash. What the jobs themselves write goes through other connections.
 */
const UNHURRIED = '-c synchronous_commit=off'

/**
 * Starts working. Resolves when jobs are being taken; rejects when the database cannot be reached at the start. Later
 * losses of the database are waited out. `stop` lets running jobs end; after 3 s their signal aborts, after 5 s they are
 * given back to the queue, to run again.
 */
export async function startWorker(input: WorkerInput): Promise<Worker> {
  const { url, log } = input
  const lanes = lanesOf(input)
  const pool = openPool(url, lanes.length * CONNECTIONS_PER_LANE + 1, log)
  const stops: (() => Promise<void>)[] = [() => ended(pool)]
  const stop = async () => {
    for (const end of stops.splice(0).reverse())
      await end().catch((error) => log.warn({ err: error }, 'a part of the worker did not stop cleanly'))
  }
  try {
    const presence = await startPresence({ url, log })
    stops.push(presence.stop)
    const started = await Promise.allSettled(lanes.map((lane) => startLane({ lane, pool, presence, log })))
    stops.push(async () => {
      await Promise.all(started.map((result) => (result.status === 'fulfilled' ? result.value.stop() : undefined)))
    })
    for (const result of started) if (result.status === 'rejected') throw result.reason
    stops.push(startDispatcher({ pool, log }).stop)
  } catch (error) {
    await stop()
    throw error
  }
  return { stop }
}

/** Creates or updates the queue's own schema (`graphile_worker`). Part of `punte migrate`. */
export async function migrateJobs(url: string): Promise<void> {
  const utils = await makeWorkerUtils({ connectionString: url, logger: queueLogger(undefined) })
  await utils.migrate()
  await utils.release()
}

function lanesOf({ tasks, crontab, concurrency }: WorkerInput): Lane[] {
  const main = { name: 'main', concurrency, crontab: crontab ?? '', tasks: {} as Record<string, JobHandler> }
  const lanes = new Map<string, typeof main>([['main', main]])
  for (const [name, task] of Object.entries(tasks)) {
    if (typeof task === 'function') {
      main.tasks[name] = task
      continue
    }
    const lane = lanes.get(task.lane) ?? { name: task.lane, concurrency: 0, crontab: '', tasks: {} }
    lane.concurrency = Math.max(lane.concurrency, task.concurrency)
    lane.tasks[name] = task.run
    lanes.set(task.lane, lane)
  }
  return [...lanes.values()].filter((lane) => Object.keys(lane.tasks).length > 0)
}

function openPool(url: string, size: number, log: Log): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    application_name: 'punte-worker',
    options: UNHURRIED,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
  })
  // Without listeners a lost connection would end the process: `error` of idle ones, and of each that is in use.
  pool.on('error', (error) => log.warn({ err: error }, 'the worker lost an idle database connection'))
  pool.on('connect', (client) => {
    client.on('error', (error) => log.warn({ err: error }, 'the worker lost a database connection'))
  })
  return pool
}

// A handler that never ends may hold a connection; the process ends all the same.
async function ended(pool: pg.Pool): Promise<void> {
  const limit = new AbortController()
  await Promise.race([pool.end(), sleep(3_000, undefined, { signal: limit.signal }).catch(() => undefined)])
  limit.abort()
}
