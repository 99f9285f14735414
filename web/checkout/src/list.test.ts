import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listView } from './fixtures.ts'
import { sumsOf, turnOf } from './list.ts'

test('what the payer authorised is done, the rest is left, and what was tried in vain is told apart', () => {
  const { list } = listView('paid', 'rejected', 'authorised')
  const { done, left, failed, doneMinor, leftMinor, allPaid } = sumsOf(list)
  assert.deepEqual(
    [done.map(({ no }) => no), left.map(({ no }) => no), failed, doneMinor, leftMinor, allPaid],
    [[1, 3], [2, 4], 1, 4_000, 6_000, false],
  )
  assert.equal(turnOf(list)?.no, 4)
})

test('a list that is done has no turn', () => {
  const { list } = listView('paid', 'paid', 'paid', 'paid')
  assert.equal(turnOf(list), undefined)
  assert.ok(sumsOf(list).allPaid)
})
