/**
 * A lane: some tasks of the queue with a number of places. graphile-worker gives up when it cannot record what it has
 * done (a database restart is enough); a lane is a graphile-worker that is started again.
 */
import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Logger, parseCrontab, type Runner, run, type Task, type WorkerEvents } from 'graphile-worker'
import type pg from 'pg'
import type { Log } from '../log.ts'
import type { Presence } from './presence.ts'

export type JobFacts = {
  /** 1 for the first. */
  readonly attempt: number
  /** When this one throws the job is given up. */
  readonly last_attempt: boolean
  /** Aborts when the process has waited long enough for its end. */
  readonly signal: AbortSignal
}

/** May throw: the job is retried. What it throws is kept in the database and logged, so it holds nothing personal. */
export type JobHandler = (payload: unknown, job: JobFacts) => Promise<void>

export type Lane = {
  readonly name: string
  readonly tasks: Readonly<Record<string, JobHandler>>
  readonly concurrency: number
  readonly crontab: string
}

const POLL_MS = 500 // only for jobs whose time comes; new ones are told by NOTIFY
const BATCH_DELAY_MS = 40 // completions are deleted together; a crash within repeats those jobs
const RESTART_FIRST_MS = 250
const RESTART_MOST_MS = 5_000
const ABORT_AFTER_MS = 3_000
const STOP_WITHIN_MS = 5_000 // then its jobs are given back, to run again

/** Resolves when the lane takes jobs; rejects when the first start fails. */
export async function startLane(input: {
  lane: Lane
  pool: pg.Pool
  presence: Presence
  log: Log
}): Promise<{ stop(): Promise<void> }> {
  const { lane, log } = input
  const stopping = new AbortController()
  let runner = await startRunner(input)
  let restart_after_ms = RESTART_FIRST_MS

  const stop_asked = new Promise<undefined>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  const supervise = async () => {
    while (!stopping.signal.aborted) {
      const started_at = performance.now()
      const failure = await Promise.race([runner.ended, stop_asked])
      if (stopping.signal.aborted) return
      if (performance.now() - started_at > 60_000) restart_after_ms = RESTART_FIRST_MS
      log.warn({ err: failure, lane: lane.name, restart_after_ms }, 'the queue stopped; it is started again')
      const next = await restarted(input, restart_after_ms, stopping.signal)
      if (next === undefined) return
      runner = next
      restart_after_ms = Math.min(restart_after_ms * 2, RESTART_MOST_MS)
    }
  }
  const supervised = supervise()

  return {
    async stop() {
      stopping.abort()
      await runner.stop()
      await supervised
    },
  }
}

type Running = { readonly ended: Promise<unknown>; stop(): Promise<void> }

async function restarted(
  input: Parameters<typeof startRunner>[0],
  after_ms: number,
  signal: AbortSignal,
): Promise<Running | undefined> {
  for (let wait_ms = after_ms; ; wait_ms = Math.min(wait_ms * 2, RESTART_MOST_MS)) {
    await sleep(wait_ms, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return undefined
    try {
      const runner = await startRunner(input)
      if (!signal.aborted) return runner
      await runner.stop()
      return undefined
    } catch (error) {
      input.log.warn({ err: error, lane: input.lane.name }, 'the queue could not be started; trying again')
    }
  }
}

async function startRunner({
  lane,
  pool,
  presence,
  log,
}: {
  lane: Lane
  pool: pg.Pool
  presence: Presence
  log: Log
}): Promise<Running> {
  const events: WorkerEvents = new EventEmitter()
  let taken: string | undefined
  events.on('pool:create', ({ workerPool }) => {
    taken = workerPool.id
    presence.enter(workerPool.id)
  })
  const runner = await run(
    {
      pgPool: pool,
      noHandleSignals: true,
      logger: queueLogger(log.child({ lane: lane.name })),
      concurrency: lane.concurrency,
      pollInterval: POLL_MS,
      gracefulShutdownAbortTimeout: ABORT_AFTER_MS,
      events,
      preset: {
        worker: {
          // Jobs are fetched together and their ends recorded together: see the figures in dispatcher.ts.
          localQueue: { size: Math.max(lane.concurrency * 2, 10), ttl: 30_000 },
          completeJobBatchDelay: BATCH_DELAY_MS,
          failJobBatchDelay: BATCH_DELAY_MS,
        },
      },
    },
    taskList(lane, log),
    parseCrontab(lane.crontab),
  )
  const ended = runner.promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  // Its jobs are free for others when it has ended, and not before.
  void ended.then(() => taken !== undefined && presence.leave(taken))
  return { ended, stop: () => stopRunner(runner, ended) }
}

async function stopRunner(runner: Runner, ended: Promise<unknown>): Promise<void> {
  // Rejects when it has stopped already by itself.
  const stopped = runner.stop().catch(() => undefined)
  const limit = new AbortController()
  await Promise.race([
    Promise.all([stopped, ended]),
    sleep(STOP_WITHIN_MS, undefined, { signal: limit.signal }).then(
      () => runner.kill().catch(() => undefined),
      () => undefined,
    ),
  ])
  limit.abort()
}

function taskList(lane: Lane, log: Log): Record<string, Task> {
  const wrapped = Object.entries(lane.tasks).map(([name, handler]): [string, Task] => [
    name,
    async (payload, { job, abortSignal }) => {
      const facts = { attempt: job.attempts, last_attempt: job.attempts >= job.max_attempts, signal: abortSignal }
      try {
        await handler(payload, facts)
      } catch (error) {
        log[facts.last_attempt ? 'error' : 'warn'](
          { err: error, task: name, job_id: job.id, attempt: facts.attempt },
          facts.last_attempt
            ? 'a job failed for the last time and is given up'
            : 'a job failed and will be tried again',
        )
        throw error
      }
    },
  ])
  return Object.fromEntries(wrapped)
}

/** graphile-worker's words in our log. Failures of jobs are left out: the handlers' wrapper tells them, with less in them. */
export function queueLogger(log: Log | undefined): Logger {
  return new Logger(() => (level, message, meta) => {
    if (log === undefined || level === 'debug' || meta?.failure === true || meta?.success === true) return
    // With a local queue and batched completion three connections serve any number of places.
    if (message.includes('maxPoolSize')) return
    log[level === 'error' || level === 'warning' ? 'warn' : 'debug'](
      { from: 'graphile-worker' },
      message.split('\n', 1)[0] ?? '',
    )
  })
}
