/** At most one success ever: what the database itself holds to, whatever the program does. */
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { type Fixture, openFixture, says } from './fixture.ts'
import { settle } from './settling/settle.ts'

let f: Fixture
before(async () => {
  f = await openFixture()
})
after(() => f?.close())

test('a payment that is paid is neither unpaid, nor paid by another attempt, nor of another amount', async () => {
  const key = await f.submitted()
  const { partner_id, payment_id } = key
  const change = (what: string) =>
    f.context.db.query({
      text: `update payments set ${what} where partner_id = $1 and payment_id = $2`,
      values: [partner_id, payment_id],
    })
  // Until then all of it may change.
  await change('amount_minor = 12346')
  f.bank.status = [says('ACSC')]
  assert.equal(await settle(f.context, { ...key, cause: 'poll' }), 'ACSC')
  const refused: readonly string[] = [
    "status = 'INIT', settled_attempt_no = null, finished_at = null",
    "status = 'RJCT', settled_attempt_no = null",
    'settled_attempt_no = 2',
    'amount_minor = 1',
  ]
  for (const what of refused) await assert.rejects(change(what), /what is paid stays as it is/, what)
  await change("status = 'ACSC', settled_attempt_no = 1, amount_minor = 12346, reason = null")
  const another = f.context.db.query({
    text: `insert into payment_attempts (partner_id, payment_id, attempt_no, bank_id, state, request_id, order_enc, submitted_at, bank_payment_hash)
      select partner_id, payment_id, 2, bank_id, 'closed', gen_random_uuid(), order_enc, now(), bank_payment_hash
      from payment_attempts where partner_id = $1 and payment_id = $2`,
    values: [partner_id, payment_id],
  })
  await assert.rejects(another, { code: '23505', constraint: 'payment_attempts_bank_payment' })
  assert.equal(await f.statusOf(key), 'ACSC')
})
