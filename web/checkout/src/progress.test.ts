import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PaymentProgress } from '../../../src/http/checkout/contract.ts'
import { listView } from './fixtures.ts'
import { viewAfter } from './progress.ts'

const known = listView('rejected', 'paid')
const progress = (...states: PaymentProgress['list']['states']): PaymentProgress => {
  const { banks: _banks, partner: _partner, operator: _operator, list, ...moment } = known
  const { items: _items, nextNo: _nextNo, ...sums } = list
  return { ...moment, step: 'next', list: { ...sums, nextNo: 4, states } }
}

test('states are put to the payments that the page has; the rest of it stays', () => {
  const view = viewAfter(
    known,
    progress(
      { count: 2, state: 'paid' },
      { count: 1, state: 'rejected', reason: 'SCA_FAILED' },
      { count: 1, state: 'waiting' },
    ),
  )
  assert.deepEqual(
    view.list?.items.map(({ no, state, reason, details }) => [no, state, reason, details]),
    [
      [1, 'paid', undefined, 'Factura 1'],
      [2, 'paid', undefined, 'Factura 2'],
      [3, 'rejected', 'SCA_FAILED', 'Factura 3'],
      [4, 'waiting', undefined, 'Factura 4'],
    ],
  )
  assert.deepEqual([view.step, view.list?.nextNo, view.list?.totalMinor], ['next', 4, 10_000])
  assert.deepEqual([view.banks, view.partner, view.operator], [known.banks, known.partner, known.operator])
  assert.ok(!('reason' in (view.list?.items[0] ?? {})), 'a reason of before is gone')
})

test('banks that can be chosen are those of the answer; a whole view is taken as it is', () => {
  const banks = known.banks.slice(0, 1)
  assert.deepEqual(viewAfter(known, { ...progress({ count: 4, state: 'waiting' }), banks }).banks, banks)
  assert.equal(viewAfter(known, known), known)
  assert.equal(viewAfter(undefined, known), known)
})

test('states that are not of this list are no view', () => {
  assert.throws(() => viewAfter(known, progress({ count: 3, state: 'paid' })), TypeError)
  assert.throws(() => viewAfter(undefined, progress({ count: 4, state: 'paid' })), TypeError)
})
