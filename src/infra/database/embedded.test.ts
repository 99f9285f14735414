import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import pg from 'pg'
import { createLog } from '../log.ts'
import { until } from '../testing/until.ts'
import { createDatabase } from './database.ts'
import { type Embedded, removeEmbedded, startEmbedded } from './embedded.ts'
import { postmasterState, readPostmaster } from './postmaster.ts'
import { freePort } from './template.ts'

const PATIENCE_MS = 120_000
const log = createLog('silent')
const root = mkdtempSync(join(tmpdir(), 'punte-embedded-'))
// Else the server's user could not enter, which is what the last test is about.
chmodSync(root, 0o755)
const data_dir = join(root, 'world')
const handles: Embedded[] = []
after(async () => {
  for (const handle of handles) await handle.stop()
  for (const name of readdirSync(root)) await removeEmbedded(join(root, name))
  rmSync(root, { recursive: true, force: true })
})

async function start(dir: string, port?: number): Promise<Embedded> {
  const handle = await startEmbedded({ data_dir: dir, port: port ?? (await freePort()), log })
  handles.push(handle)
  return handle
}

async function rowsOf(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

const clusterFolder = async (url: string) => String((await rowsOf(url, 'show data_directory'))[0]?.data_directory)

/** Inserts numbers until the server goes; what was acknowledged is returned. */
async function writeUntilBroken(url: string, acknowledged: number[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    for (;;) {
      const { rows } = await client.query<{ id: number }>('insert into proof default values returning id')
      acknowledged.push(rows[0]?.id ?? 0)
    }
  } catch {
    // The server was killed: expected.
  }
}

async function missing(url: string, acknowledged: readonly number[]): Promise<number[]> {
  const present = new Set((await rowsOf(url, 'select id from proof')).map((row) => row.id))
  return acknowledged.filter((id) => !present.has(id))
}

async function eventually<T>(work: () => Promise<T>): Promise<T> {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (performance.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** A process that starts the server, says so, writes rows and says which are acknowledged, until it is killed. */
function writerProcess(
  dir: string,
  port: number,
): { child: ChildProcess; acknowledged: number[]; ready: Promise<string> } {
  const script = `
    import { startEmbedded } from ${JSON.stringify(new URL('./embedded.ts', import.meta.url).href)}
    import { createLog } from ${JSON.stringify(new URL('../log.ts', import.meta.url).href)}
    import pg from 'pg'
    const { url } = await startEmbedded({ data_dir: ${JSON.stringify(dir)}, port: ${port}, log: createLog('silent') })
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => process.exit(3))
    await client.connect()
    await client.query('create table if not exists proof (id integer generated always as identity primary key)')
    console.log('url ' + url)
    const insert = () => client.query('insert into proof default values returning id').catch(() => process.exit(3))
    for (;;) console.log((await insert()).rows[0].id)
  `
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const acknowledged: number[] = []
  const ready = new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the writer ended early')))
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('url ')) resolve(line.slice(4))
      else acknowledged.push(Number(line))
    })
  })
  return { child, acknowledged, ready }
}

test('first start: loopback only, scram, checksums, UTF-8, durable; the password is the owner’s alone', async () => {
  const { url, adopted, socket_url } = await start(data_dir)
  assert.equal(adopted, false)
  const rows = await rowsOf(
    url,
    "select name, setting from pg_settings where name in ('listen_addresses', 'fsync', 'synchronous_commit', 'data_checksums', 'server_encoding', 'password_encryption', 'ssl', 'TimeZone')",
  )
  assert.deepEqual(Object.fromEntries(rows.map((row) => [row.name, row.setting])), {
    listen_addresses: '127.0.0.1',
    fsync: 'on',
    synchronous_commit: 'on',
    data_checksums: 'on',
    server_encoding: 'UTF8',
    password_encryption: 'scram-sha-256',
    ssl: 'off',
    TimeZone: 'UTC',
  })
  assert.equal(statSync(join(data_dir, 'postgres/password')).mode & 0o777, 0o600)
  assert.equal(statSync(await clusterFolder(url)).mode & 0o077, 0)
  await assert.rejects(rowsOf(url.replace(/:[^:@]*@/, ':wrong@'), 'select 1'), /password authentication failed/)
  if (socket_url !== undefined) assert.equal((await rowsOf(socket_url, 'select 1 as one'))[0]?.one, 1)
  assert.ok(!readFileSync(join(data_dir, 'postgres/server.log'), 'utf8').includes(new URL(url).password))
})

test('kill -9 of the postmaster under writers: it comes back by itself, no acknowledged row is lost', async () => {
  const { url, adopted } = await start(data_dir)
  assert.equal(adopted, true, 'a second use of the same folder shares the server')
  await rowsOf(url, 'create table if not exists proof (id integer generated always as identity primary key)')
  const acknowledged: number[] = []
  const writers = [1, 2, 3].map(() => writeUntilBroken(url, acknowledged))
  await until('some rows', () => acknowledged.length > 20)
  const before = readPostmaster(await clusterFolder(url))?.pid ?? 0
  process.kill(before, 'SIGKILL')
  await Promise.all(writers)
  assert.deepEqual(await eventually(() => missing(url, acknowledged)), [])
  assert.notEqual(readPostmaster(await clusterFolder(url))?.pid, before)
})

test('a pool whose server is killed fails its queries, and works again when the server is back', async () => {
  const { url } = await start(data_dir)
  const db = createDatabase({ url, pool_size: 3, log })
  const one = { text: 'select 1 as one', values: [] }
  await db.query(one)
  const pid = readPostmaster(await clusterFolder(url))?.pid ?? 0
  const sleeping = db.query({ text: 'select pg_sleep(600)', values: [] })
  const in_transaction = db.transaction((client) => client.query('select pg_sleep(600)'))
  const both = Promise.allSettled([sleeping, in_transaction])
  const sleepers = `select from pg_stat_activity where query like 'select pg_sleep%' and wait_event = 'PgSleep'`
  await until('both queries', async () => (await rowsOf(url, sleepers)).length === 2)
  process.kill(pid, 'SIGKILL')
  assert.deepEqual(
    (await both).map((result) => result.status),
    ['rejected', 'rejected'],
  )
  assert.equal((await eventually(() => db.query<{ one: number }>(one))).rows[0]?.one, 1)
  await db.close()
})

test('the last use stops the server, an earlier one does not', async () => {
  const [first, ...others] = handles.splice(0)
  assert.ok(first !== undefined && others.length > 0)
  const cluster = await clusterFolder(first.url)
  await first.stop()
  assert.equal(postmasterState(cluster), 'runs')
  for (const other of others) await other.stop()
  assert.notEqual(postmasterState(cluster), 'runs')
  assert.ok(!existsSync(join(cluster, 'postmaster.pid')))
})

test('kill -9 of the parent: the server left behind is adopted, also by two at once; no acknowledged row is lost', async () => {
  const port = await freePort()
  const writer = writerProcess(data_dir, port)
  const url = await writer.ready
  const cluster = await clusterFolder(url)
  await until('some rows', () => writer.acknowledged.length > 20)
  const ended = new Promise((resolve) => writer.child.once('exit', resolve))
  writer.child.kill('SIGKILL')
  await ended
  assert.equal(postmasterState(cluster), 'runs')
  const [a, b] = await Promise.all([start(data_dir, port), start(data_dir, port)])
  assert.deepEqual([a.adopted, b.adopted], [true, true])
  assert.deepEqual(await missing(a.url, writer.acknowledged), [])
  await a.stop()
  await b.stop()
  assert.notEqual(postmasterState(cluster), 'runs')
})

test('kill -9 of parent and server: the next start recovers, on another port if asked', async () => {
  const writer = writerProcess(data_dir, await freePort())
  const cluster = await clusterFolder(await writer.ready)
  await until('some rows', () => writer.acknowledged.length > 20)
  const ended = new Promise((resolve) => writer.child.once('exit', resolve))
  process.kill(readPostmaster(cluster)?.pid ?? 0, 'SIGKILL')
  writer.child.kill('SIGKILL')
  await ended
  // As if it had been killed in the middle of starting the server: its lock and its use stay behind.
  const dead = JSON.stringify({ pid: writer.child.pid, started: '1' })
  writeFileSync(join(data_dir, 'postgres/lock'), dead)
  writeFileSync(join(data_dir, 'postgres/users/1-1'), dead)
  const { url, adopted, stop } = await start(data_dir)
  assert.equal(adopted, false)
  assert.deepEqual(await missing(url, writer.acknowledged), [])
  await stop()
})

test('exit of the process without stop takes the server along', async () => {
  const writer = writerProcess(data_dir, await freePort())
  const cluster = await clusterFolder(await writer.ready)
  const ended = new Promise((resolve) => writer.child.once('exit', resolve))
  // The writer ends itself when its connection is ended.
  await rowsOf(
    await writer.ready,
    'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname is not null',
  )
  await ended
  // The process does not wait for a server that is slow to end.
  await until('the end of the server', () => postmasterState(cluster) !== 'runs')
})

test('two worlds run side by side; a taken port is refused with the server’s words', async () => {
  const one = await start(join(root, 'one'))
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const address = taken.address()
  assert.ok(typeof address === 'object' && address !== null)
  await assert.rejects(start(join(root, 'two'), address.port), /port \d+ of 127\.0\.0\.1 is taken/i)
  taken.close()
  const two = await start(join(root, 'two'))
  assert.notEqual(await clusterFolder(one.url), await clusterFolder(two.url))
  await one.stop()
  assert.equal((await rowsOf(two.url, 'select 1 as one'))[0]?.one, 1)
  await two.stop()
})

test('under a folder only root may enter, the cluster gets a place of its own; reset removes it', {
  skip: process.getuid?.() !== 0,
}, async () => {
  const closed = mkdtempSync(join(tmpdir(), 'punte-closed-'))
  assert.equal(statSync(closed).mode & 0o777, 0o700)
  const dir = join(closed, 'data')
  const first = await start(dir)
  const cluster = await clusterFolder(first.url)
  assert.ok(cluster.startsWith('/var/tmp/punte-postgres-'))
  await rowsOf(first.url, 'create table kept (id integer)')
  await first.stop()
  const again = await start(dir)
  assert.equal(await clusterFolder(again.url), cluster)
  await rowsOf(again.url, 'select * from kept')
  await again.stop()
  await removeEmbedded(dir)
  assert.ok(!existsSync(cluster) && !existsSync(join(cluster, '..')))
  rmSync(closed, { recursive: true })
})
