/**
 * Frees the jobs of processes that died. A job that is taken is locked by its taker's id; graphile-worker gives such
 * locks back only after four hours, which for a question to a bank is never. So each taker holds a session advisory
 * lock named like itself, which PostgreSQL drops with the connection, and what is locked by a taker that has been
 * without its lock for a while is unlocked.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../log.ts'

export type Presence = {
  /** A taker begins. */
  enter(taker: string): void
  /** A taker has ended; what it still holds is freed as that of the dead is. */
  leave(taker: string): void
}

const NAMESPACE = 0x50554e54 // first key of our advisory locks; any fixed number
const SWEEP_MS = 2_000
// Longer than a live process needs to connect again after it lost this connection alone.
const DEAD_AFTER_MS = 5_000
const RECONNECT_MS = 500

const ENTER = { name: 'jobs_presence_enter', text: 'select pg_try_advisory_lock($1, hashtext($2))' }
const LEAVE = { name: 'jobs_presence_leave', text: 'select pg_advisory_unlock($1, hashtext($2))' }
const ABSENT = {
  name: 'jobs_presence_absent',
  text: `select distinct locked_by as taker from graphile_worker.jobs
    where locked_by is not null and not exists (
      select from pg_locks where locktype = 'advisory' and granted
        and database = (select oid from pg_database where datname = current_database())
        and classid = $1::oid and objid = (hashtext(locked_by)::bigint & 4294967295)::oid)`,
}
const UNLOCK = { name: 'jobs_presence_unlock', text: 'select graphile_worker.force_unlock_workers($1)' }

/** @throws when the first connection fails; later ones are tried until `stop` */
export async function startPresence({
  url,
  log,
}: {
  url: string
  log: Log
}): Promise<Presence & { stop(): Promise<void> }> {
  const takers = new Set<string>()
  const absent_since = new Map<string, number>()
  const stopping = new AbortController()
  let session = await connect(url)

  async function loop() {
    while (!stopping.signal.aborted) {
      try {
        if (session.lost) session = await connect(url)
        await hold(session, takers)
        const dead = await deadTakers(session, absent_since)
        if (dead.length > 0) {
          log.warn({ takers: dead.length }, 'jobs of a worker that is gone are freed')
          await ask(session, { ...UNLOCK, values: [dead] })
        }
        await sleep(SWEEP_MS, undefined, { signal: stopping.signal })
      } catch (error) {
        if (stopping.signal.aborted) return
        log.debug({ err: error }, 'the presence of this worker could not be told; trying again')
        absent_since.clear()
        session.lost = true
        void session.client.end().catch(() => undefined)
        await sleep(RECONNECT_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    }
  }
  const looping = loop()

  return {
    enter(taker) {
      takers.add(taker)
      void hold(session, takers).catch(() => undefined)
    },
    leave(taker) {
      takers.delete(taker)
      void hold(session, takers).catch(() => undefined)
    },
    async stop() {
      stopping.abort()
      await looping
      await session.client.end().catch(() => undefined)
    },
  }
}

/** Session locks are counted, so `held` keeps each to one. */
type Session = {
  readonly client: pg.Client
  readonly held: Set<string>
  lost: boolean
  /** The end of the last question: a connection is asked one at a time. */
  asked: Promise<unknown>
}

function ask<Row extends pg.QueryResultRow>(session: Session, query: pg.QueryConfig): Promise<pg.QueryResult<Row>> {
  const answer = session.asked.then(() => session.client.query<Row>(query))
  session.asked = answer.catch(() => undefined)
  return answer
}

async function hold(session: Session, takers: ReadonlySet<string>): Promise<void> {
  for (const taker of takers) {
    if (session.held.has(taker)) continue
    session.held.add(taker)
    await ask(session, { ...ENTER, values: [NAMESPACE, taker] })
  }
  for (const taker of session.held) {
    if (takers.has(taker)) continue
    session.held.delete(taker)
    await ask(session, { ...LEAVE, values: [NAMESPACE, taker] })
  }
}

async function deadTakers(session: Session, absent_since: Map<string, number>): Promise<string[]> {
  const { rows } = await ask<{ taker: string }>(session, { ...ABSENT, values: [NAMESPACE] })
  const absent = new Set(rows.map((row) => row.taker))
  const now = performance.now()
  for (const taker of absent_since.keys()) if (!absent.has(taker)) absent_since.delete(taker)
  for (const taker of absent) if (!absent_since.has(taker)) absent_since.set(taker, now)
  return [...absent].filter((taker) => now - (absent_since.get(taker) ?? now) >= DEAD_AFTER_MS)
}

async function connect(url: string): Promise<Session> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'punte-presence',
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
    keepAlive: true,
  })
  const session: Session = { client, held: new Set(), lost: false, asked: Promise.resolve() }
  const lost = () => {
    session.lost = true
  }
  client.on('error', lost)
  client.on('end', lost)
  await client.connect()
  return session
}
