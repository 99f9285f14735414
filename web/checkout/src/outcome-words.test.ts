import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome, PaymentView } from '../../../src/http/checkout/contract.ts'
import { listView, SHOP_VIEW } from './fixtures.ts'
import { isExpiredLink, outcomeWords } from './outcome-words.ts'

const said = (view: PaymentView, outcome: Outcome) => {
  const { heading, text } = outcomeWords('ro', view, outcome)
  return [heading, text]
}

test('a list that ended in part says how many, how much, and how much not', () => {
  assert.deepEqual(said(listView('paid', 'rejected', 'paid', 'abandoned'), { kind: 'partly' }), [
    'S-au plătit 2 din 4 plăți',
    'Din contul tău: 40,00 RON. Neplătit: 60,00 RON. Confirmarea vine și pe email.',
  ])
  assert.equal(said(listView('paid', 'abandoned', 'abandoned'), { kind: 'partly' })[0], 'S-a plătit una din 4 plăți')
  // What the bank still executes is not called paid.
  assert.equal(said(listView('paid', 'authorised', 'abandoned'), { kind: 'partly' })[0], 'Ai autorizat 2 din 4 plăți')
})

test('a list is spoken of as many', () => {
  assert.equal(said(listView(), { kind: 'paid' })[0], 'Toate plățile au fost făcute')
  assert.equal(said(listView(), { kind: 'abandoned', reason: 'EXPIRED' })[0], 'Plățile au expirat')
})

test('a series tells its schedule, its end, and that stopping it takes nothing back', () => {
  const view: PaymentView = {
    ...SHOP_VIEW,
    kind: 'recurring',
    schedule: { startDate: '2027-01-15', frequency: 'Monthly', dayOfExecution: 15 },
  }
  assert.deepEqual(said(view, { kind: 'scheduled' }), [
    'Plata recurentă este autorizată',
    'Se plătește în fiecare lună, pe data de 15, începând cu 15 ianuarie 2027, până când o oprești. De acum banca face singură plățile.',
  ])
  assert.equal(said(view, { kind: 'scheduled', reason: 'ENDED' })[0], 'Plata recurentă s-a încheiat')
  assert.match(said(view, { kind: 'cancelled' })[1] ?? '', /rămâne plătit/)
  assert.equal(
    said(view, { kind: 'rejected', reason: 'REFUSED_BY_PAYER' })[1],
    'Ai refuzat plata la bancă. Nu s-a plătit nimic.',
  )
})

test('who cancelled it is told: the bank’s word alone does not say that it was the payer', () => {
  assert.equal(said(SHOP_VIEW, { kind: 'cancelled' })[1], 'Plata a fost anulată la bancă. Nu s-a plătit nimic.')
  assert.equal(
    said(SHOP_VIEW, { kind: 'cancelled', reason: 'CANCELLED_BY_PARTNER' })[1],
    'Librăria Exemplu a anulat plata. Nu s-a plătit nimic.',
  )
  assert.equal(
    said(listView(), { kind: 'cancelled', reason: 'CANCELLED_BY_PARTNER' })[1],
    'Librăria Exemplu a anulat plățile. Nu s-a plătit nimic.',
  )
})

test('a payment of a day to come names the day', () => {
  assert.deepEqual(said({ ...SHOP_VIEW, executionDate: '2026-12-03' }, { kind: 'scheduled' }), [
    'Plata este programată',
    'Se plătește pe 3 decembrie 2026.',
  ])
})

test('a link that ran out says so; one that was given up does not', () => {
  const view: PaymentView = { ...SHOP_VIEW, linkExpiresAt: SHOP_VIEW.expiresAt }
  const expired: Outcome = { kind: 'abandoned', reason: 'EXPIRED' }
  assert.deepEqual(said(view, expired), [
    'Linkul de plată a expirat',
    'Nu s-a plătit nimic. Cere un link nou de la Librăria Exemplu.',
  ])
  assert.ok(isExpiredLink(view, expired))
  assert.ok(!isExpiredLink(view, { kind: 'abandoned', reason: 'ABANDONED_BY_PAYER' }))
  assert.equal(said(SHOP_VIEW, expired)[0], 'Plata a expirat')
})
