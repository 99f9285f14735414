import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createLog } from '../log.ts'
import { startLoop } from './loop.ts'

it('goes on at once while there is more, survives a failing round, and stops in the middle of a pause', async () => {
  const rounds: number[] = []
  const third = Promise.withResolvers<void>()
  const loop = startLoop({
    every_ms: 20,
    what: 'the test',
    log: createLog('silent'),
    work: async () => {
      rounds.push(performance.now())
      if (rounds.length === 1) return true
      if (rounds.length === 2) throw new Error('once')
      third.resolve()
      return false
    },
  })
  await third.promise
  await loop.stop()
  const at_stop = rounds.length
  await new Promise((resolve) => setTimeout(resolve, 60))
  assert.equal(rounds.length, at_stop)
  const [first = 0, second = 0, after = 0] = rounds
  assert.ok(second - first < after - second, 'the pause comes after the failure, not before')
})
