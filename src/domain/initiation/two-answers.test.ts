/** A submission and its repetition are both answered: what the bank has taken stands, whichever answer comes last. */
import assert from 'node:assert/strict'
import test, { after, before, beforeEach } from 'node:test'
import type { BankAnswer, Initiated } from '../../infra/banks/connector.ts'
import { ACCEPTED, type Fixture, openFixture, says } from './fixture.ts'
import { openSession } from './session.ts'
import { recoverSubmission } from './settling/recover.ts'
import { settle } from './settling/settle.ts'
import { listEvents, loadPayment, type PaymentKey } from './store.ts'

let f: Fixture
before(async () => {
  f = await openFixture()
})
after(() => f?.close())
beforeEach(() => f.reset())

/** The first call hangs, its repetition is answered, then the first call. @returns the payment */
async function answered(repetition: BankAnswer<Initiated>, first: BankAnswer<Initiated>): Promise<PaymentKey> {
  const key = await f.initiated()
  f.bank.asked.initiate.length = 0
  const answer = Promise.withResolvers<void>()
  f.bank.before_initiate = () => answer.promise
  const submitted = f.submit(key)
  while (f.bank.asked.initiate.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  f.bank.before_initiate = undefined
  f.bank.initiate = [repetition, first]
  await recoverSubmission(f.context, key)
  answer.resolve()
  await submitted
  return key
}

test('what the repetition was given is not closed or doubted by the failure of the first call', async () => {
  const failures: readonly BankAnswer<Initiated>[] = [
    { kind: 'refused', http_status: 409, code: 'STATUS_INVALID', text: '' },
    { kind: 'unknown', reason: 'TIMEOUT' },
    { kind: 'not_sent', reason: 'ECONNREFUSED' },
  ]
  for (const failure of failures) {
    const key = await answered(ACCEPTED, failure)
    const payment = await loadPayment(f.context, key)
    assert.deepEqual([payment?.status, payment?.attempt_state, payment?.refusal], ['RCVD', 'open', null], failure.kind)
  }
  assert.equal(f.bank.asked.cancel, 0)
})

test('of two acceptances the first recorded stands, with its way to the bank and its secrets', async () => {
  const accepted = (status: string, url: string): BankAnswer<Initiated> => ({
    kind: 'ok',
    value: { session: { bank_payment_id: 'bank-1', code_verifier: url }, status, next: { kind: 'redirect', url } },
  })
  const key = await answered(
    accepted('RCVD', 'https://bank.example/repetition'),
    accepted('ACTC', 'https://bank.example/first'),
  )
  const payment = await loadPayment(f.context, key)
  assert.ok(payment)
  const session = openSession(f.context, payment)
  assert.equal(session?.redirect_url, 'https://bank.example/repetition')
  assert.equal(session?.bank?.code_verifier, 'https://bank.example/repetition')
  assert.equal(f.bank.asked.cancel, 0, 'it is the same payment at the bank')
  const received = (await listEvents(f.context, key)).find(({ status }) => status === 'RCVD')
  assert.equal(received?.cause, 'worker')
})

test('a repetition refused for what we are or do says nothing of the first call; refused for what it holds it does', async () => {
  f.bank.profile = { ...f.bank.profile, sca: 'decoupled' }
  const cases = [
    [401, 'CERTIFICATE_EXPIRED', 'unknown'],
    [403, 'SERVICE_BLOCKED', 'unknown'],
    [429, 'HTTP_429', 'unknown'],
    [401, 'PSU_CREDENTIALS_INVALID', 'closed'],
    [400, 'FORMAT_ERROR', 'closed'],
  ] as const
  for (const [http_status, code, expected] of cases) {
    f.bank.initiate = [
      { kind: 'unknown', reason: 'TIMEOUT' },
      { kind: 'refused', http_status, code, text: '' },
    ]
    const key = await f.submitted()
    assert.equal(await recoverSubmission(f.context, key), expected, code)
    assert.equal((await loadPayment(f.context, key))?.attempt_state, expected, code)
  }
})

test('a bank that does not recognise the repetition has two payments: the one that nobody was given is dropped there', async () => {
  const taken = (bank_payment_id: string): BankAnswer<Initiated> => ({
    kind: 'ok',
    value: { session: { bank_payment_id }, status: 'RCVD', next: { kind: 'decoupled', psu_message: 'Aprobă' } },
  })
  const key = await answered(taken('recorded'), taken('too-many'))
  const payment = await loadPayment(f.context, key)
  assert.deepEqual([payment?.status, payment?.attempt_state], ['RCVD', 'open'])
  assert.equal(payment && openSession(f.context, payment)?.bank?.bank_payment_id, 'recorded')
  assert.deepEqual(f.bank.asked.cancelled, ['too-many'])
})

test('a bank that names a payment as it named another has not taken it: one transfer never pays two', async () => {
  const same: BankAnswer<Initiated> = {
    kind: 'ok',
    value: {
      session: { bank_payment_id: 'same' },
      status: 'RCVD',
      next: { kind: 'redirect', url: 'https://bank.example' },
    },
  }
  f.bank.initiate = [same]
  f.bank.status = [says('ACSC')]
  const paid = await f.submitted()
  await settle(f.context, { ...paid, cause: 'poll' })
  const other = await f.submitted()
  const waits = await loadPayment(f.context, other)
  assert.deepEqual([waits?.status, waits?.attempt_state, waits?.session_enc], ['INIT', 'unknown', null])
  await settle(f.context, { ...other, cause: 'push' })
  assert.deepEqual([await f.statusOf(paid), await f.statusOf(other)], ['ACSC', 'INIT'])
  // It is asked again, and let go when that leads nowhere: its payer may try once more.
  assert.equal(await recoverSubmission(f.context, other), 'unknown')
  f.now = new Date(f.now.getTime() + 11 * 60_000)
  assert.equal(await recoverSubmission(f.context, other), 'closed')
  f.bank.initiate = [ACCEPTED]
  await f.submit(other)
  await settle(f.context, { ...other, cause: 'poll' })
  assert.equal(await f.statusOf(other), 'ACSC')
  assert.deepEqual(f.bank.asked.cancelled, [], 'what is the other payment’s is not dropped')
})

test('what nobody was given is not dropped where the bank knows another payment by that number', async () => {
  const other = await f.submitted()
  const row = await loadPayment(f.context, other)
  const bank_payment_id = (row && openSession(f.context, row)?.bank?.bank_payment_id) ?? assert.fail()
  const mixed_up: BankAnswer<Initiated> = {
    kind: 'ok',
    value: { session: { bank_payment_id }, status: 'RCVD', next: { kind: 'none' } },
  }
  await answered(ACCEPTED, mixed_up)
  assert.deepEqual(f.bank.asked.cancelled, [])
  assert.equal(await f.statusOf(other), 'RCVD')
})
