import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createGather } from './gather.ts'
import { testDatabase } from './template.ts'

it('sends the first at once and gathers what comes while it runs, in order, each with its own answer', async () => {
  const runs: number[][] = []
  const first = Promise.withResolvers<void>()
  const gather = createGather<number, string>({
    at_once: 1,
    most: 3,
    run: async (items) => {
      runs.push([...items])
      if (runs.length === 1) await first.promise
      return items.map((item) => `answer ${item}`)
    },
  })
  const one = gather(1)
  await new Promise(setImmediate)
  const others = [2, 3, 4, 5].map(gather)
  await new Promise(setImmediate)
  assert.deepEqual(runs, [[1]])
  first.resolve()
  assert.deepEqual(await Promise.all([one, ...others]), ['answer 1', 'answer 2', 'answer 3', 'answer 4', 'answer 5'])
  assert.deepEqual(runs, [[1], [2, 3, 4], [5]])
})

it('lets what follows a crowd wait for company, and nobody else', async () => {
  const runs: number[][] = []
  const gather = createGather<number, number>({
    at_once: 1,
    most: 3,
    pause_ms: 30_000,
    run: async (items) => {
      runs.push([...items])
      return items
    },
  })
  await gather(1)
  await gather(2)
  await Promise.all([3, 4].map(gather))
  const patient = [gather(5)]
  let is_over = false
  void patient[0]?.then(() => {
    is_over = true
  })
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate)
  assert.deepEqual(runs, [[1], [2], [3, 4]])
  assert.equal(is_over, false)
  // A full statement waits no longer.
  patient.push(gather(6), gather(7))
  assert.deepEqual(await Promise.all(patient), [5, 6, 7])
  assert.deepEqual(runs.at(-1), [5, 6, 7])
})

it('ends the wait after a crowd by itself, and forgets the crowd when nobody joined', async () => {
  const runs: number[][] = []
  const idle: number[] = []
  const gather = createGather<number, number>({
    at_once: 1,
    most: 10,
    pause_ms: 5,
    onIdle: () => idle.push(runs.length),
    run: async (items) => {
      runs.push([...items])
      return items
    },
  })
  await Promise.all([1, 2].map(gather))
  assert.equal(await gather(3), 3)
  await new Promise(setImmediate)
  assert.deepEqual(runs, [[1, 2], [3]])
  assert.deepEqual(idle, [2])
})

it('keeps apart what may not share a statement', async () => {
  const runs: string[][] = []
  const gather = createGather<string, string>({
    at_once: 1,
    most: 10,
    together: (item, others) => !others.includes(item),
    run: async (items) => {
      runs.push([...items])
      return items
    },
  })
  await Promise.all(['a', 'b', 'a', 'a', 'c'].map(gather))
  assert.deepEqual(runs, [['a', 'b', 'c'], ['a'], ['a']])
})

it('lets one row’s fault meet its own caller only', async () => {
  const { db, drop } = await testDatabase()
  try {
    await db.query({ text: 'create table taken (n integer primary key check (n < 100))', values: [] })
    await db.query({ text: 'insert into taken values (2)', values: [] })
    const gather = createGather<number, number>({
      at_once: 1,
      most: 10,
      run: async (items) => {
        await db.query({ text: 'insert into taken select unnest($1::int[])', values: [items] })
        return items
      },
    })
    const results = await Promise.allSettled([1, 2, 3, 100, 4].map(gather))
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    )
    const { rows } = await db.query<{ n: number }>({ text: 'select n from taken order by n', values: [] })
    assert.deepEqual(
      rows.map(({ n }) => n),
      [1, 2, 3, 4],
    )
  } finally {
    await drop()
  }
})
