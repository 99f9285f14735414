/** One server process of the embedded PostgreSQL: creating its folder, launching it, waiting until it answers. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import pg from 'pg'
import type { Place } from './embedded-place.ts'
import { pause, postmasterState } from './postmaster.ts'

const START_TIMEOUT_MS = 60_000
const ROLE = 'punte'
const DATABASE = 'punte'

// For a small box. Addresses and folders are added per cluster.
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  max_connections: '100',
  shared_buffers: '128MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  ssl: 'off',
  password_encryption: 'scram-sha-256',
  restart_after_crash: 'on',
  autovacuum: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  jit: 'off',
  log_min_messages: 'warning',
  log_checkpoints: 'off',
  // Neither rows nor parameters in the server's log: they hold what must not be read there.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  cluster_name: 'punte',
}

// Nothing of ours: neither secrets nor PG* variables.
const ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

export async function requireFreePort(port: number): Promise<void> {
  const probe = createServer()
  try {
    await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(port, '127.0.0.1', resolve))
  } catch (error) {
    throw new Error(
      `PostgreSQL cannot start: port ${port} of 127.0.0.1 is taken (${(error as NodeJS.ErrnoException).code}).`,
    )
  }
  await new Promise((resolve) => probe.close(resolve))
}

/** initdb into a folder of its own, renamed when complete: a broken-off one is never taken for a cluster. */
export function initialise(place: Place): void {
  const partial = `${place.cluster}.partial`
  const password_file = join(dirname(place.cluster), 'initdb.password')
  rmSync(partial, { recursive: true, force: true })
  rmSync(password_file, { force: true })
  mkdirSync(partial, { mode: 0o700 })
  try {
    writeFileSync(password_file, place.password, { mode: 0o600, flag: 'wx' })
    if (place.user !== undefined) {
      chownSync(partial, place.user.uid, place.user.gid)
      chownSync(password_file, place.user.uid, place.user.gid)
    }
    const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
    const made = spawnSync(
      join(place.native, 'bin', 'initdb'),
      [
        '-D',
        partial,
        '-U',
        ROLE,
        '-A',
        'scram-sha-256',
        `--pwfile=${password_file}`,
        '-E',
        'UTF8',
        ...locale,
        '--data-checksums',
      ],
      { ...place.user, cwd: '/', env: ENVIRONMENT, encoding: 'utf8', timeout: START_TIMEOUT_MS },
    )
    if (made.status !== 0)
      throw new Error(`initdb failed: ${made.stderr?.trim() || made.error?.message || made.signal}`)
    // Onto nothing, or onto the empty folder a fallback place begins with.
    renameSync(partial, place.cluster)
  } finally {
    rmSync(password_file, { force: true })
    rmSync(partial, { recursive: true, force: true })
  }
}

/**
 * In a session of its own, so that Ctrl-C in a terminal reaches this process alone, which then stops the server last.
 * Its log goes to a file, not through us: a server that outlives its parent must not die of a closed pipe.
 */
export function launch(place: Place, port: number, overrides: Readonly<Record<string, string>>): ChildProcess {
  const full = existsSync(place.log_file) && statSync(place.log_file).size > 10_000_000
  const log_fd = openSync(place.log_file, full ? 'w' : 'a', 0o600)
  const sockets = socketFolder(place, port)
  const settings = {
    ...SETTINGS,
    port: String(port),
    unix_socket_directories: sockets ?? '',
    ...overrides,
  }
  const child = spawn(
    join(place.native, 'bin', 'postgres'),
    ['-D', place.cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...place.user, cwd: '/', env: ENVIRONMENT, detached: true, stdio: ['ignore', 'ignore', log_fd] },
  )
  // Without a listener a failed spawn would be an unhandled error; untilReady sees it by the missing pid.
  child.on('error', () => {})
  child.unref()
  closeSync(log_fd)
  return child
}

/**
 * Waits until the cluster's server answers on the port.
 * @param child the process just launched; absent: a server that ran before
 * @throws Error with the server's last words when it gave up
 */
export async function untilReady(place: Place, port: number, child?: ChildProcess): Promise<void> {
  const until = Date.now() + START_TIMEOUT_MS
  const gaveUp = () =>
    child === undefined
      ? postmasterState(place.cluster) !== 'runs'
      : child.exitCode !== null || child.signalCode !== null || child.pid === undefined
  let reason = 'no answer'
  do {
    try {
      const rows = await ask(place, port, 'postgres', 'show data_directory')
      if (rows[0]?.data_directory === place.cluster) return
      reason = `on port ${port} another PostgreSQL answers`
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error)
    }
    await pause(20)
  } while (Date.now() < until && !gaveUp())
  throw new Error(`PostgreSQL does not start (${reason}). Its last words:\n${lastWords(place)}`)
}

export async function createDatabaseOnce(place: Place, port: number): Promise<void> {
  const rows = await ask(place, port, 'postgres', `select 1 from pg_database where datname = '${DATABASE}'`)
  if (rows.length === 0) await ask(place, port, 'postgres', `create database ${DATABASE}`)
}

async function ask(place: Place, port: number, database: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    database,
    user: ROLE,
    password: place.password,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end().catch(() => {})
  }
}

export function urlsOf(place: Place, port: number): { url: string; socket_url: string | undefined } {
  const sockets = socketFolder(place, port)
  return {
    url: `postgres://${ROLE}:${place.password}@127.0.0.1:${port}/${DATABASE}`,
    socket_url: sockets && `postgres://${ROLE}:${place.password}@${encodeURIComponent(sockets)}:${port}/${DATABASE}`,
  }
}

// The path of a Unix socket has room for 107 bytes.
function socketFolder(place: Place, port: number): string | undefined {
  return Buffer.byteLength(`${place.cluster}/.s.PGSQL.${port}`) <= 107 ? place.cluster : undefined
}

function lastWords(place: Place): string {
  const text = existsSync(place.log_file) ? readFileSync(place.log_file, 'utf8') : ''
  return text.trimEnd().split('\n').slice(-6).join('\n')
}
