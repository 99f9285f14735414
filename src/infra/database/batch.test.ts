import assert from 'node:assert/strict'
import test from 'node:test'
import { createBatch } from './batch.ts'

type Row = { readonly id: number; readonly n: number }

test('rows that come together are written together, each key once, and every caller waits for the commit', async () => {
  const writes: (readonly Row[])[] = []
  const commit = Promise.withResolvers<void>()
  const batch = createBatch<Row>({
    window_ms: 5,
    most: 100,
    keyOf: ({ id }) => String(id),
    write: (rows) => {
      writes.push(rows)
      return commit.promise
    },
  })
  let done = 0
  const callers = [1, 2, 3, 2].map(async (id, n) => {
    await batch.add({ id, n })
    done += 1
  })
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.deepEqual(writes, [
    [
      { id: 1, n: 0 },
      { id: 2, n: 3 },
      { id: 3, n: 2 },
    ],
  ])
  assert.equal(done, 0)
  commit.resolve()
  await Promise.all(callers)
  assert.equal(done, 4)
})

test('a full batch does not wait, and a failed one fails its callers only', async () => {
  let writes = 0
  const batch = createBatch<Row>({
    window_ms: 10_000,
    most: 2,
    keyOf: ({ id }) => String(id),
    write: async () => {
      writes += 1
      if (writes === 1) throw new Error('no')
    },
  })
  const first = await Promise.allSettled([batch.add({ id: 1, n: 0 }), batch.add({ id: 2, n: 0 })])
  assert.deepEqual(
    first.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  await Promise.all([batch.add({ id: 1, n: 0 }), batch.add({ id: 2, n: 0 })])
  assert.equal(writes, 2)
})
