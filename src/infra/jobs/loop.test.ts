import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createLog } from '../log.ts'
import { startLoop } from './loop.ts'

const HOUR_MS = 3_600_000
const log = createLog('silent')

it('goes on at once while there is more, and stops in the middle of a pause', async () => {
  let rounds = 0
  const second = Promise.withResolvers<void>()
  const loop = startLoop({
    every_ms: HOUR_MS,
    what: 'the test',
    log,
    work: async () => {
      rounds += 1
      if (rounds === 1) return true
      second.resolve()
      return false
    },
  })
  await second.promise
  await loop.stop()
  assert.equal(rounds, 2)
})

it('survives a failing round, pauses after it, and does nothing once stopped', async () => {
  const rounds: number[] = []
  const second = Promise.withResolvers<void>()
  const loop = startLoop({
    every_ms: 20,
    what: 'the test',
    log,
    work: async () => {
      rounds.push(performance.now())
      if (rounds.length === 1) throw new Error('once')
      second.resolve()
      return false
    },
  })
  await second.promise
  await loop.stop()
  const at_stop = rounds.length
  await new Promise((resolve) => setTimeout(resolve, 60))
  assert.equal(rounds.length, at_stop)
  const [failed = 0, after = 0] = rounds
  assert.ok(after - failed > 15, `a pause of ${after - failed} ms`)
})
