/** What the page shows of a payment that a limit of the partner stops. */
import assert from 'node:assert/strict'
import test, { after, before, beforeEach } from 'node:test'
import { type Fixture, REQUEST } from '../../domain/initiation/fixture.ts'
import { spreadList } from '../../domain/initiation/lists/follow.ts'
import { initiateList } from '../../domain/initiation/lists/initiate.ts'
import { initiatePayment } from '../../domain/initiation/partner-calls/initiate.ts'
import type { PaymentKey } from '../../domain/initiation/store.ts'
import { type LevelChange, setLimits } from '../../domain/limits/manage.ts'
import { openPage, type PageWorld } from './testing/page.ts'

let f: Fixture
let page: PageWorld

before(async () => {
  page = await openPage('Finance')
  f = page.f
})
after(() => page?.close())
beforeEach(() => f.context.db.query({ text: 'truncate partner_limits', values: [] }))

const limit = (change: LevelChange) => setLimits(f.context, f.partner.client_id, [change])

async function call(key: PaymentKey, path = '', body?: unknown) {
  const answer = await page.call(key, path, body)
  assert.equal(answer.status, 200)
  return answer.body
}
async function submit(key: PaymentKey, change: object = {}) {
  const { pageToken } = await call(key)
  const given = { pageToken, bankId: 'carpati', debtorIban: REQUEST.debtor_iban, email: REQUEST.psu_email }
  return call(key, '/submit', { ...given, termsAccepted: true, language: 'ro', ...change })
}

test('the payer presses and reads that it is blocked, and not why', async () => {
  await limit({ indicator: 'daily_volume', block_level: 0 })
  const key = await f.initiated()
  assert.equal((await call(key)).step, 'form')
  const shown = await submit(key)
  assert.deepEqual([shown.step, shown.outcome], ['outcome', { kind: 'blocked' }])
  assert.doesNotMatch(JSON.stringify(await call(key)), /LIMIT/)
  // The form that is still open in another tab starts nothing.
  assert.equal((await submit(key)).step, 'outcome')
  assert.equal(f.bank.asked.initiate.length, 0)
})

test('an amount that the payer completes meets the limit with what was typed', async () => {
  await limit({ indicator: 'max_amount', block_level: 20_000 })
  const key = await f.reserved()
  const { amount_minor: _amount, ...request } = REQUEST
  await initiatePayment(f.context, { partner: f.partner, payment_id: key.payment_id, request })
  assert.deepEqual((await submit(key, { amountMinor: 20_001 })).outcome, { kind: 'blocked' })
  const other = await f.reserved()
  await initiatePayment(f.context, { partner: f.partner, payment_id: other.payment_id, request })
  assert.equal((await submit(other, { amountMinor: 20_000 })).step, 'authorise')
})

test('a list is blocked with all its payments, before and after they are told', async () => {
  await limit({ indicator: 'beneficiaries', block_level: 0 })
  const key = await f.reserved()
  const items = [1, 2].map((n) => ({
    creditor_name: `Furnizor ${n}`,
    creditor_iban: REQUEST.creditor_iban,
    amount_minor: 1_000,
    details: `Factura ${n}`,
  }))
  // What the account has paid today is not new.
  await f.context.db.query({ text: 'truncate limit_pairs', values: [] })
  await initiateList(f.context, { partner: f.partner, payment_id: key.payment_id, request: { items } })
  const shown = await submit(key)
  const told = () => [shown.outcome, shown.list?.items.map(({ state }) => state)]
  assert.deepEqual(told(), [{ kind: 'blocked' }, ['blocked', 'blocked']])
  await spreadList(f.context, key)
  const later = await call(key)
  assert.deepEqual([later.outcome, later.list?.items.map(({ state }) => state)], told())
  assert.doesNotMatch(JSON.stringify(later), /LIMIT/)
})
