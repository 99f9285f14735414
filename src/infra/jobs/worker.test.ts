import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type TestDatabase, testDatabase } from '../database/template.ts'
import { createLog } from '../log.ts'
import { until } from '../testing/until.ts'
import { dispatchOnce } from './dispatcher.ts'
import { type JobTask, migrateJobs, startWorker, type Worker } from './worker.ts'

let database: TestDatabase
const log = createLog('silent')
const running = new Set<Worker>()

before(async () => {
  database = await testDatabase()
  await migrateJobs(database.url)
})
after(async () => {
  for (const worker of running) await worker.stop()
  await database.drop()
})

async function start(tasks: Record<string, JobTask>, concurrency = 5): Promise<Worker> {
  const worker = await startWorker({ url: database.url, tasks, concurrency, log })
  const handle = {
    stop: async () => {
      running.delete(handle)
      await worker.stop()
    },
  }
  running.add(handle)
  return handle
}

async function enqueue(task: string, payloads: readonly object[], run_at = new Date()): Promise<void> {
  await database.db.query({
    text: 'insert into outbox (task, payload, run_at) select $1, p, $3 from unnest($2::jsonb[]) p',
    values: [task, payloads.map((payload) => JSON.stringify(payload)), run_at],
  })
}

async function count(text: string): Promise<number> {
  const { rows } = await database.db.query<{ n: number }>({
    text: `select count(*)::int as n from ${text}`,
    values: [],
  })
  return rows[0]?.n ?? -1
}

test('every outbox row becomes one job, also with several dispatchers at once', async () => {
  const worked: number[] = []
  await enqueue(
    'count',
    Array.from({ length: 1_200 }, (_, i) => ({ i })),
  )
  const workers = await Promise.all(
    [1, 2].map(() => start({ count: async (payload) => void worked.push((payload as { i: number }).i) })),
  )
  await until('the work', () => worked.length >= 1_200)
  await until('an empty queue', async () => (await count('graphile_worker.jobs')) === 0)
  assert.equal(new Set(worked).size, 1_200)
  assert.equal(worked.length, 1_200)
  assert.equal(await count('outbox'), 0)
  for (const worker of workers) await worker.stop()
})

test('a batch holds 500 rows at most, and an empty outbox adds nothing', async () => {
  await enqueue(
    'nobody_works_this',
    Array.from({ length: 700 }, (_, i) => ({ i })),
  )
  assert.equal(await dispatchOnce(database.db.pool), 500)
  assert.equal(await dispatchOnce(database.db.pool), 200)
  assert.equal(await dispatchOnce(database.db.pool), 0)
  await database.db.query({ text: 'delete from graphile_worker._private_jobs', values: [] })
})

test('a job waits for its time, and keeps its payload', async () => {
  const worked: { payload: unknown; at: number }[] = []
  const worker = await start({ later: async (payload) => void worked.push({ payload, at: Date.now() }) })
  const run_at = new Date(Date.now() + 1_200)
  await enqueue('later', [{ payment_id: 9007199254740991, text: 'ș' }], run_at)
  await until('the work', () => worked.length === 1)
  assert.deepEqual(worked[0]?.payload, { payment_id: 9007199254740991, text: 'ș' })
  assert.ok((worked[0]?.at ?? 0) >= run_at.getTime() - 5)
  await worker.stop()
})

test('a job that throws runs again and is told which attempt it is', async () => {
  const attempts: number[] = []
  const worker = await start({
    flaky: async (_payload, { attempt, last_attempt }) => {
      assert.equal(last_attempt, false)
      attempts.push(attempt)
      if (attempt === 1) throw new Error('first time')
    },
  })
  await enqueue('flaky', [{}])
  await until('the work', () => attempts.length === 2)
  assert.deepEqual(attempts, [1, 2])
  await until('an empty queue', async () => (await count('graphile_worker.jobs')) === 0)
  await worker.stop()
})

test('a lane that is full of slow work leaves the main lane free', async () => {
  const release = Promise.withResolvers<void>()
  let held = 0
  let quick = 0
  const slow = async () => {
    held += 1
    await release.promise
  }
  const worker = await start({
    slow: { lane: 'outside', concurrency: 2, run: slow },
    quick: async () => {
      quick += 1
    },
  })
  await enqueue(
    'slow',
    Array.from({ length: 20 }, () => ({})),
  )
  await until('the work', () => held === 2)
  await enqueue(
    'quick',
    Array.from({ length: 20 }, () => ({})),
  )
  await until('the work', () => quick === 20)
  assert.equal(held, 2)
  release.resolve()
  await until('the work', () => held === 20)
  await worker.stop()
})

test('stopping waits for the running job, and what is left stays for the next worker', async () => {
  const entered = Promise.withResolvers<void>()
  let finished = 0
  const worker = await start(
    {
      pause: async () => {
        entered.resolve()
        await sleep(300)
        finished += 1
      },
    },
    1,
  )
  await enqueue('pause', [{}, {}, {}])
  await entered.promise
  await worker.stop()
  assert.equal(finished, 1)
  const next = await start({
    pause: async () => {
      finished += 1
    },
  })
  await until('the work', () => finished === 3)
  await next.stop()
})

test('a job that never ends does not keep the process, and runs again elsewhere', async () => {
  let aborted = false
  let runs = 0
  const worker = await start({
    endless: async (_payload, { signal }) => {
      runs += 1
      signal.addEventListener('abort', () => {
        aborted = true
      })
      await new Promise(() => {})
    },
  })
  await enqueue('endless', [{}])
  await until('the work', () => runs === 1)
  await worker.stop()
  assert.ok(aborted)
  const next = await start({
    endless: async () => {
      runs += 1
    },
  })
  await until('the work', () => runs === 2)
  await next.stop()
})

test('lost database connections are waited out: nothing is lost and the process lives', async () => {
  let worked = 0
  const worker = await start({
    survive: async () => {
      worked += 1
    },
  })
  await enqueue('survive', [{}])
  await until('the work', () => worked === 1)
  for (let round = 0; round < 3; round += 1) {
    await enqueue(
      'survive',
      Array.from({ length: 50 }, () => ({})),
    )
    await database.db.query({
      text: `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name in ('punte-worker', 'punte-presence')`,
      values: [],
    })
    await sleep(100)
  }
  // Jobs whose completion was lost with the connection run again, so there may be more.
  await until('the work', () => worked >= 151)
  await until('an empty queue', async () => (await count('graphile_worker.jobs')) === 0)
  await worker.stop()
})

test('what a killed process had taken is worked by another within seconds; what a living one has taken stays its own', async () => {
  const release = Promise.withResolvers<void>()
  const runs = { stuck: 0, long: 0 }
  const long = async () => {
    runs.long += 1
    await release.promise
  }
  const stuck = async () => {
    runs.stuck += 1
  }
  const holder = await start({ long })
  await enqueue('long', [{}])
  await until('the work', () => runs.long === 1)

  const child = spawn(process.execPath, [`${import.meta.dirname}/worker.crash-child.ts`, database.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await enqueue('stuck', [{}, {}, {}])
  await took(child, 'took a job')
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.equal(await count('graphile_worker.jobs where locked_by is not null'), 4)

  const other = await start({ stuck, long })
  await until('the work', () => runs.stuck === 3)
  assert.equal(runs.long, 1)
  release.resolve()
  await holder.stop()
  await other.stop()
  assert.equal(await count('graphile_worker.jobs'), 0)
})

async function took(child: ChildProcess, line: string): Promise<void> {
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  await until(`the child: ${line}`, () => text.includes(line))
}
