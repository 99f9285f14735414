/**
 * Forward-only migrations: `migrations/NNNN-name.sql`, in the order of their numbers, each in its own transaction.
 * There is no way back but a new migration. What was applied is in `schema_migrations` with the hash of its text.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

const MIGRATIONS_DIR = fileURLToPath(new URL('../../../migrations/', import.meta.url))

export type Migration = {
  readonly number: number
  readonly name: string
  readonly text: string
  readonly sha256: string
}

/** The database and the program do not fit together; the message says how. */
export class MigrationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'MigrationError'
  }
}

const OLDEST_SERVER = 150_000
// Any number of ours: the same in every process.
const LOCK = 7_068_110_001
const LOCK_WAIT_MS = 120_000

/** The migrations of the program, in order. @throws MigrationError on a number twice or missing */
export function readMigrations(dir: string = MIGRATIONS_DIR): Migration[] {
  const names = readdirSync(dir)
    .filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name))
    .sort()
  return names.map((name, index) => {
    if (Number(name.slice(0, 4)) !== index + 1)
      throw new MigrationError(`Migration ${name} is not number ${index + 1}: numbers follow each other.`)
    // A checkout may have changed the line ends.
    const text = readFileSync(join(dir, name), 'utf8').replaceAll('\r\n', '\n')
    return { number: index + 1, name, text, sha256: createHash('sha256').update(text).digest('hex') }
  })
}

/**
 * Brings the database up to the program. Several processes may call it at once: one works, the others wait.
 *
 * @returns what was applied now, and what migrations have found in the data that people must look at (their warnings)
 * @throws MigrationError when the server is older than 15, the database is newer than the program, an applied migration
 *   was changed, or one fails (the database then stands at the one before)
 */
export async function migrate(
  url: string,
  migrations: readonly Migration[] = readMigrations(),
): Promise<{ applied: string[]; told: string[] }> {
  const told: string[] = []
  const client = new pg.Client({
    connectionString: url,
    application_name: 'punte migrate',
    connectionTimeoutMillis: 10_000,
    lock_timeout: LOCK_WAIT_MS,
  })
  client.on('error', () => {})
  // By its class and not by the word for it, which speaks the server's language.
  client.on('notice', ({ code, message }) => {
    if (code?.startsWith('01') && message !== undefined) told.push(message)
  })
  await client.connect()
  try {
    const { rows } = await client.query<{ number: string }>(`select current_setting('server_version_num') as number`)
    if (Number(rows[0]?.number) < OLDEST_SERVER) throw new MigrationError('PostgreSQL 15 or newer is needed.')
    await client.query('select pg_advisory_lock($1)', [LOCK])
    return { applied: await migrateLocked(client, migrations), told }
  } finally {
    // Ends the session, and with it the lock.
    await client.end()
  }
}

async function migrateLocked(client: pg.Client, migrations: readonly Migration[]): Promise<string[]> {
  await client.query(`create table if not exists schema_migrations (
    number integer primary key,
    name text not null,
    sha256 text not null,
    applied_at timestamptz not null default now()
  )`)
  const done = await client.query<{ number: number; name: string; sha256: string }>(
    'select number, name, sha256 from schema_migrations order by number',
  )
  for (const row of done.rows) {
    const migration = migrations[row.number - 1]
    if (migration === undefined)
      throw new MigrationError(
        `The database has migration ${row.name}, which this program does not know: it was migrated by a newer one.`,
      )
    if (migration.sha256 !== row.sha256)
      throw new MigrationError(`Migration ${migration.name} was changed after it was applied; write a new one instead.`)
  }
  const applied: string[] = []
  for (const migration of migrations.slice(done.rows.length)) {
    await apply(client, migration)
    applied.push(migration.name)
  }
  return applied
}

async function apply(client: pg.Client, { number, name, text, sha256 }: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query(text)
    await client.query('insert into schema_migrations (number, name, sha256) values ($1, $2, $3)', [
      number,
      name,
      sha256,
    ])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw new MigrationError(`Migration ${name} failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** Whether the database stands exactly at this program: for readiness, and for a start that must not migrate. */
export async function pendingMigrations(
  query: (sql: string) => Promise<{ rows: { number: number; sha256: string }[] }>,
): Promise<string[]> {
  const { rows } = await query('select number, sha256 from schema_migrations').catch(() => ({ rows: [] }))
  const applied = new Set(rows.map((row) => `${row.number}:${row.sha256}`))
  return readMigrations()
    .filter((migration) => !applied.has(`${migration.number}:${migration.sha256}`))
    .map((migration) => migration.name)
}
