import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endOfDay, startOfDay } from './days.ts'

test('a day begins at midnight in Bucharest, also when the clocks change', () => {
  assert.equal(startOfDay('2030-01-15'), '2030-01-14T22:00:00.000Z')
  assert.equal(startOfDay('2030-07-15'), '2030-07-14T21:00:00.000Z')
  assert.equal(startOfDay('2030-03-31'), '2030-03-30T22:00:00.000Z')
  assert.equal(endOfDay('2030-03-31'), '2030-03-31T21:00:00.000Z')
  assert.equal(endOfDay('2030-10-27'), '2030-10-27T22:00:00.000Z')
  assert.equal(startOfDay(''), undefined)
  assert.equal(endOfDay('2030-1-1'), undefined)
})
