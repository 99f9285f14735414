/**
 * PostgreSQL: the pool every store goes through (this file), forward-only migrations (migrate.ts), the readable dump of
 * the schema (schema-dump.ts), the embedded server for where no DATABASE_URL is given (embedded.ts) and a database per
 * test file (template.ts). Knows nothing of payments; SQL of the domain stands in its `store.ts` files.
 */
import pg from 'pg'
import type { Log } from '../log.ts'
import { runNamed } from './named-query.ts'

/** Placeholders `$1…`; a `name` makes it a prepared statement of the connection: same name, same text, always. */
export type Statement = { readonly name?: string; readonly text: string; readonly values: readonly unknown[] }

export type Rows<R> = { readonly rows: R[]; readonly rowCount: number | null }

export type Database = {
  readonly pool: pg.Pool
  /** One statement, its own transaction. Serialization failures and deadlocks are retried. */
  query<R extends object>(statement: Statement): Promise<Rows<R>>
  /**
   * begin, work, commit; rollback when `work` throws. Serialization failures and deadlocks (40001, 40P01) run `work`
   * again, up to 5 times in all, so it does nothing outside the database. No network inside.
   */
  transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/**
 * Every statement of the server reaches its rows by their keys. A prepared one keeps the plan of the day it was made: one
 * made while a table was small would go through all of it for long after. JIT would compile where a plan has no other way.
 */
const PLANNER = '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off'
const STATEMENT_TIMEOUT_MS = 15_000
const CONNECT_TIMEOUT_MS = 10_000
const TRIES = 5

/**
 * @param url a PostgreSQL URL; `?host=/folder` for a Unix socket
 * @param pool_size connections of this process; more than 8 to 10 on two cores only adds latency
 *
 * int8 arrives as number (a value past 2^53 is an error, never rounded), numeric stays text, timestamptz is a Date.
 * Errors are pg's, without `detail` and `where`: those may quote the values of a row.
 */
export function createDatabase(options: { url: string; pool_size: number; log: Log }): Database {
  const { log } = options
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.pool_size,
    application_name: 'punte',
    options: PLANNER,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // The server's own limit answers first; this one is for a server that does not answer at all.
    query_timeout: STATEMENT_TIMEOUT_MS + 5_000,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: 30_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    types: { getTypeParser },
  })
  // An idle connection that breaks is told to the pool, a busy one only to its client: without a listener of its own
  // the server going away would take the whole process down.
  pool.on('error', (error) => log.warn({ reason: error.message }, 'database connection lost'))
  pool.on('connect', (client) => client.on('error', () => {}))

  return {
    pool,
    query: (statement) => runRetried(pool, statement),
    transaction: (work) => retried(() => withClient(pool, (client) => inTransaction(client, work))),
    close: () => pool.end(),
  }
}

// The hot path, in one function: the layers a transaction goes through cost a fifth of the client's work here.
async function runRetried<R extends object>(pool: pg.Pool, statement: Statement): Promise<Rows<R>> {
  for (let tries = 1; ; tries += 1) {
    const client = await pool.connect()
    try {
      const result = isNamed(statement)
        ? await runNamed<R>(client, statement, { getTypeParser })
        : await client.query<R>(statement as pg.QueryConfig & { values: unknown[] })
      client.release()
      return result
    } catch (error) {
      client.release(isBroken(error))
      if (tries >= TRIES || !isSerializationFailure(error)) throw withoutValues(error)
      await pauseBeforeRetry(tries)
    }
  }
}

const isNamed = (statement: Statement): statement is Statement & { readonly name: string } =>
  statement.name !== undefined

async function inTransaction<T>(client: pg.PoolClient, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    const result = await work(client)
    const commit = await client.query('commit')
    // A statement failed and `work` swallowed it: the server answers a commit of such a transaction with ROLLBACK.
    if (commit.command !== 'COMMIT') throw new Error('the transaction was aborted by an earlier statement')
    return result
  } catch (error) {
    if (!isBroken(error)) await client.query('rollback').catch(() => {})
    throw error
  }
}

/**
 * Not `pool.query`: that throws away the connection, prepared statements and all, on every error, and a conflict on a
 * unique key is an everyday answer.
 */
async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken = false
  try {
    return await work(client)
  } catch (error) {
    broken = isBroken(error)
    throw withoutValues(error)
  } finally {
    client.release(broken)
  }
}

async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (tries >= TRIES || !isSerializationFailure(error)) throw error
      await pauseBeforeRetry(tries)
    }
  }
}

// Jitter, so that those who met do not meet again.
function pauseBeforeRetry(tries: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** tries))
}

/** The work was rolled back because of others' work and may simply be done again. */
export function isSerializationFailure(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '40001' || error.code === '40P01')
}

/** A unique key is taken; `constraint` limits the answer to one. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return (
    error instanceof pg.DatabaseError &&
    error.code === '23505' &&
    (constraint === undefined || error.constraint === constraint)
  )
}

// Whether the connection can serve again: an SQL error leaves it sound, unless the server is ending the session
// (57P01–57P05) or the connection itself failed (class 08); errors of our own code (thrown by `work`) leave it sound
// too, which is why only pg's and the socket's are named here.
function isBroken(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return /^(57P|08)/.test(error.code ?? '')
  if (!(error instanceof Error)) return false
  return (
    'syscall' in error ||
    /^(Connection terminated|Query read timeout|Client has encountered|Client was closed)/.test(error.message)
  )
}

function withoutValues(error: unknown): unknown {
  if (error instanceof pg.DatabaseError) {
    error.detail = undefined
    error.where = undefined
    // Class 22 is bad data: `invalid input syntax for type bigint: "what was given"`.
    if (error.code?.startsWith('22')) {
      const quoted = error.message
      error.message = quoted.replace(/: ".*$/s, '')
      error.stack = (error.stack ?? '').replace(quoted, () => error.message)
    }
  }
  return error
}

const INT8 = 20
const INT8_ARRAY = 1016
const parseTextInt8Array = pg.types.getTypeParser(INT8_ARRAY as number as 20, 'text') as (value: string) => unknown

function getTypeParser(oid: number, format?: string): (value: string) => unknown {
  if (oid === INT8) return parseInt8
  if (oid === INT8_ARRAY)
    return (value) =>
      (parseTextInt8Array(value) as (string | null)[]).map((item) => (item === null ? null : parseInt8(item)))
  return pg.types.getTypeParser(oid, format as 'text') as (value: string) => unknown
}

function parseInt8(value: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError('an int8 of the database is past 2^53')
  return number
}
