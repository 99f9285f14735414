/**
 * A database per test file, in a second: one server for all test files, one template migrated once, a copy per call.
 * The server is PUNTE_TEST_DATABASE_URL (a role that may create databases), else an embedded one in the temporary
 * folder, which the test processes of this checkout share and the last of them stops.
 */
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { createLog } from '../log.ts'
import { createDatabase, type Database } from './database.ts'
import { removeEmbedded, startEmbedded } from './embedded.ts'
import { migrate, readMigrations } from './migrate.ts'
import { processExists } from './postmaster.ts'

export type TestDatabase = {
  readonly url: string
  readonly db: Database
  /** Closes `db`, drops the database, lets go of the server. */
  drop(): Promise<void>
}

// What a test proves does not hang on the disk; the tests of durability start a server of their own.
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' }
const LOCK = 7_068_110_002
/** Below those that systems give to outgoing connections, beside those of the journeys' worlds. */
const PORTS = { first: 30_000, end: 32_700 }

/** @param options.pool_size connections of `db`, 4 unless told */
export async function testDatabase(options: { pool_size?: number } = {}): Promise<TestDatabase> {
  const server = await testServer()
  const name = `punte_test_${process.pid}_${randomBytes(4).toString('hex')}`
  const admin = await connect(server.url)
  try {
    const template = await prepareTemplate(admin, server.url)
    await admin.query(`create database ${name} template ${template}`)
  } finally {
    await admin.end()
  }
  const url = withDatabase(server.url, name)
  const db = createDatabase({ url, pool_size: options.pool_size ?? 4, log: createLog('silent') })
  return {
    url,
    db,
    async drop() {
      await db.close()
      const client = await connect(server.url)
      await client.query(`drop database if exists ${name} with (force)`)
      await client.end()
      await server.release()
    },
  }
}

/** The server tests share; `release` lets go of it. */
export async function testServer(): Promise<{ url: string; release(): Promise<void> }> {
  const given = process.env.PUNTE_TEST_DATABASE_URL
  if (given !== undefined && given !== '') return { url: given, release: async () => {} }
  const checkout = createHash('sha256')
    .update(import.meta.dirname)
    .digest('hex')
    .slice(0, 8)
  const data_dir = join(tmpdir(), `punte-test-${userInfo().uid}-${checkout}`)
  const start = async () =>
    startEmbedded({ data_dir, port: await freePort(), log: createLog('silent'), settings: FAST })
  // Without fsync the folder may be broken after a crash of the machine; nothing in it is worth keeping.
  const server = await start().catch(async () => {
    await removeEmbedded(data_dir)
    return start()
  })
  if (!server.adopted) await dropLeftovers(server.url)
  return { url: server.url, release: server.stop }
}

/** A port free at this moment on 127.0.0.1: none that the system may give to a call that goes out before it is used. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(PORTS.first, PORTS.end)
    const server = createServer()
    const is_free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!is_free) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
  throw new Error('no free port')
}

// Under a lock of the server: the first test file migrates, the others wait for it. A template appears under its name
// only when complete.
async function prepareTemplate(admin: pg.Client, url: string): Promise<string> {
  const migrations = readMigrations()
  const hash = createHash('sha256')
    .update(migrations.map((migration) => migration.sha256).join())
    .digest('hex')
    .slice(0, 12)
  const name = `punte_template_${hash}`
  await admin.query('select pg_advisory_lock($1)', [LOCK])
  const known = await admin.query('select 1 from pg_database where datname = $1', [name])
  if (known.rowCount === 0) {
    const partial = `${name}_partial`
    const old = await admin.query<{ datname: string }>(
      `select datname from pg_database where datname ~ '^punte_template_'`,
    )
    for (const { datname } of old.rows) await admin.query(`drop database if exists ${datname} with (force)`)
    await admin.query(`create database ${partial} template template0 encoding 'UTF8'`)
    await migrate(withDatabase(url, partial), migrations)
    await admin.query(`alter database ${partial} rename to ${name}`)
  }
  await admin.query('select pg_advisory_unlock($1)', [LOCK])
  return name
}

// Of test processes that were killed: their number stands in the name.
async function dropLeftovers(url: string): Promise<void> {
  const admin = await connect(url)
  const { rows } = await admin.query<{ datname: string }>(
    `select datname from pg_database where datname ~ '^punte_test_'`,
  )
  for (const { datname } of rows) {
    if (!processExists(Number(datname.split('_')[2])))
      await admin.query(`drop database if exists ${datname} with (force)`)
  }
  await admin.end()
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 60_000 })
  client.on('error', () => {})
  await client.connect()
  return client
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}
