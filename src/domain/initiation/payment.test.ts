/** Payments against a real database; the bank is scripted. */
import assert from 'node:assert/strict'
import test, { after, before, beforeEach } from 'node:test'
import type { ErrorCode, PunteError } from '../errors.ts'
import { advance } from './advance.ts'
import { claimSubmission } from './attempt-store.ts'
import { ACCEPTED, type Fixture, openFixture, REQUEST, says, TERMS } from './fixture.ts'
import { initiatePayment } from './partner-calls/initiate.ts'
import { readStatus } from './partner-calls/status.ts'
import { abandonExpired, abandonPayment } from './payer/abandon.ts'
import { pageState, readPageState, readReturnState, returnState } from './payer/capability.ts'
import { takeReturn } from './payer/return.ts'
import { sealOrder } from './session.ts'
import { closeUnanswered, recoverSubmission } from './settling/recover.ts'
import { settle } from './settling/settle.ts'
import { type BusyBanks, sweepOnce } from './settling/sweeps.ts'
import { listEvents, loadPayment } from './store.ts'
import { sealTerms } from './terms.ts'

let f: Fixture
before(async () => {
  f = await openFixture()
})
after(() => f?.close())
beforeEach(() => f.reset())

const code = (wanted: ErrorCode) => (error: unknown) => (error as PunteError).code === wanted

test('the same initPayment answers the same, another one is a conflict', async () => {
  const key = await f.reserved()
  const first = await initiatePayment(f.context, { partner: f.partner, payment_id: key.payment_id, request: REQUEST })
  const again = await initiatePayment(f.context, {
    partner: f.partner,
    payment_id: key.payment_id,
    request: { ...REQUEST },
  })
  assert.deepEqual(again, first)
  assert.equal(new URL(first.redirect_url ?? '').pathname, '/payment-initiation')
  await assert.rejects(
    initiatePayment(f.context, {
      partner: f.partner,
      payment_id: key.payment_id,
      request: { ...REQUEST, amount_minor: 12_346 },
    }),
    code('PAYMENT_CONFLICT'),
  )
  assert.equal((await loadPayment(f.context, key))?.amount_minor, 12_345)
})

test('initPayment names what is wrong', async () => {
  const { payment_id } = await f.reserved()
  const tried = (change: object) =>
    initiatePayment(f.context, { partner: f.partner, payment_id, request: { ...REQUEST, ...change } })
  await assert.rejects(tried({ creditor_iban: 'RO49AAAA1B31007593840001' }), code('IBAN_INVALID'))
  await assert.rejects(tried({ creditor_iban: 'DE89370400440532013000' }), code('IBAN_NOT_ROMANIAN'))
  await assert.rejects(tried({ details: 'ă'.repeat(141) }), code('FIELD_INVALID'))
  await assert.rejects(tried({ details: '🌹🌹' }), code('FIELD_INVALID'))
  await assert.rejects(tried({ creditor_name: undefined }), code('FIELD_REQUIRED'))
  await assert.rejects(
    tried({ redirect_url: 'https://shop.example.evil.test/back' }),
    code('REDIRECT_URL_NOT_REGISTERED'),
  )
  await assert.rejects(tried({ redirect_url: 'https://shop.example/backdoor' }), code('REDIRECT_URL_NOT_REGISTERED'))
  await assert.rejects(
    tried({ redirect_url: 'https://shop.example@evil.test/back' }),
    code('REDIRECT_URL_NOT_REGISTERED'),
  )
  await assert.rejects(
    tried({ redirect_url: 'https://shop.example/back/../admin' }),
    code('REDIRECT_URL_NOT_REGISTERED'),
  )
  await assert.rejects(tried({ debtor_bank: 'nobody' }), code('BANK_UNKNOWN'))
  assert.ok(await tried({ redirect_url: 'https://shop.example/back/42?order=1' }))
})

test('nothing of the payer or the payee is readable in the database', async () => {
  const key = await f.submitted()
  const { rows } = await f.context.db.query({
    text: 'select p::text as p, a::text as a from payments p join payment_attempts a using (partner_id, payment_id) where payment_id = $1',
    values: [key.payment_id],
  })
  const text = JSON.stringify(rows)
  for (const secret of [
    REQUEST.creditor_iban,
    REQUEST.debtor_iban,
    REQUEST.psu_email,
    'Florăria',
    'buchet',
    'client-17',
    'bank-1',
  ]) {
    assert.ok(!text.includes(secret) && !text.includes(Buffer.from(secret).toString('hex')), secret)
  }
})

test('two submits at once reach the bank once', async () => {
  const key = await f.initiated()
  const results = await Promise.allSettled([f.submit(key), f.submit(key), f.submit(key), f.submit(key)])
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal(f.bank.asked.initiate.length, 1)
  assert.equal(await f.statusOf(key), 'RCVD')
})

test('a payment runs to ACSC: one webhook for each step of money, one mail', async () => {
  const key = await f.submitted()
  f.bank.status = [says('ACTC'), says('ACSP'), says('ACSC')]
  for (const expected of ['ACTC', 'ACSP', 'ACSC'])
    assert.equal(await settle(f.context, { ...key, cause: 'poll' }), expected)
  assert.deepEqual(await f.tasksOf(key), ['deliver_webhook', 'deliver_webhook', 'send_payer_mail'])
  const events = await listEvents(f.context, key)
  assert.deepEqual(
    events.map(({ status }) => status),
    ['INIT', 'INIT', 'RCVD', 'ACTC', 'ACSP', 'ACSC'],
  )
  assert.deepEqual(
    events.map(({ event_no }) => event_no),
    [1, 2, 3, 4, 5, 6],
  )
  const before_asking = f.bank.asked.status
  await settle(f.context, { ...key, cause: 'poll' })
  assert.equal(f.bank.asked.status, before_asking, 'a final payment is not asked about')
})

test('answers that are late, double, silent or unknown change nothing', async () => {
  const key = await f.submitted()
  f.bank.status = [
    says('ACSP'),
    says('RCVD'),
    says('ACTC'),
    says('ACSP'),
    { kind: 'unknown', reason: 'time-out' },
    { kind: 'not_sent', reason: 'refused' },
    says('XYZ1'),
    { kind: 'refused', http_status: 401, code: 'TOKEN_UNKNOWN', text: '' },
  ]
  for (let asked = 0; asked < 8; asked += 1) await settle(f.context, { ...key, cause: 'poll' })
  assert.equal(await f.statusOf(key), 'ACSP')
  assert.deepEqual(await f.tasksOf(key), ['deliver_webhook'])
})

test('ten settles at once record the success once', async () => {
  const key = await f.submitted()
  f.bank.status = [says('ACSC')]
  await Promise.all(Array.from({ length: 10 }, () => settle(f.context, { ...key, cause: 'poll' })))
  assert.equal((await listEvents(f.context, key)).filter(({ status }) => status === 'ACSC').length, 1)
  assert.deepEqual(await f.tasksOf(key), ['deliver_webhook', 'send_payer_mail'])
})

test('a rejection keeps its reason; a bank that contradicts itself is noted, not believed', async () => {
  const key = await f.submitted()
  f.bank.status = [says('RJCT', 'AM04 fonduri insuficiente')]
  assert.equal(await settle(f.context, { ...key, cause: 'return' }), 'RJCT')
  assert.equal((await readStatus(f.context, key)).reason, 'INSUFFICIENT_FUNDS')
  const payment = await loadPayment(f.context, key)
  assert.ok(payment)
  await advance(f.context, payment, { event: 'bank_settled', cause: 'push' })
  assert.equal(await f.statusOf(key), 'RJCT')
  assert.equal((await listEvents(f.context, key)).at(-1)?.type, 'payment.contradiction')
})

test('abandoned in time: the bank is asked to drop it; a success that comes all the same wins', async () => {
  const key = await f.submitted()
  await abandonPayment(f.context, key)
  assert.equal(await f.statusOf(key), 'ABND')
  assert.equal(f.bank.asked.cancel, 1)
  f.bank.status = [says('ACSC')]
  assert.equal(await settle(f.context, { ...key, cause: 'poll' }), 'ACSC')
  assert.deepEqual(await f.tasksOf(key), ['deliver_webhook', 'send_payer_mail', 'deliver_webhook', 'send_payer_mail'])
})

test('a payment whose bank started execution cannot be abandoned', async () => {
  const key = await f.submitted()
  f.bank.status = [says('ACSP')]
  await settle(f.context, { ...key, cause: 'return' })
  await abandonPayment(f.context, key)
  assert.equal(await f.statusOf(key), 'ACSP')
  assert.equal(f.bank.asked.cancel, 0)
})

test('a refusal or an unreachable bank leads back to the form, with another attempt', async () => {
  const key = await f.initiated()
  f.bank.initiate = [
    { kind: 'refused', http_status: 400, code: 'FORMAT_ERROR', text: 'no' },
    { kind: 'not_sent', reason: 'ECONNREFUSED' },
    ACCEPTED,
  ]
  await f.submit(key)
  assert.equal((await loadPayment(f.context, key))?.refusal, 'REFUSED:FORMAT_ERROR')
  await f.submit(key)
  assert.equal((await loadPayment(f.context, key))?.refusal, 'UNREACHED')
  await f.submit(key)
  assert.equal((await loadPayment(f.context, key))?.attempt_no, 3)
  assert.equal(await f.statusOf(key), 'RCVD')
})

test('an unknown submission is settled by the same request again, never by a second one', async () => {
  const key = await f.initiated()
  f.bank.initiate = [{ kind: 'unknown', reason: 'time-out' }, { kind: 'unknown', reason: 'time-out' }, ACCEPTED]
  await f.submit(key)
  await assert.rejects(f.submit(key), code('PAYMENT_IN_PROGRESS'))
  assert.equal(await recoverSubmission(f.context, key), 'unknown')
  assert.equal(await recoverSubmission(f.context, key), 'open')
  assert.equal(new Set(f.bank.asked.initiate).size, 1)
  assert.equal(f.bank.asked.initiate.length, 3)
  assert.equal(await f.statusOf(key), 'RCVD')
})

test('an answer that comes after its attempt was let go moves nothing, and the bank is told to drop it', async () => {
  f.bank.profile = { ...f.bank.profile, idempotent_initiation: false }
  const key = await f.initiated()
  const answer = Promise.withResolvers<void>()
  f.bank.before_initiate = () => answer.promise
  const late = f.submit(key)
  while (f.bank.asked.initiate.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal(await recoverSubmission(f.context, key), 'closed')
  f.bank.before_initiate = undefined
  await f.submit(key)
  answer.resolve()
  await late
  const payment = await loadPayment(f.context, key)
  assert.deepEqual([payment?.status, payment?.attempt_no, payment?.attempt_state], ['RCVD', 2, 'open'])
  assert.equal(f.bank.asked.cancel, 1)
})

test('a process that dies between claim and record: the sweep finds out', async () => {
  const key = await f.initiated()
  const order = {
    service: 'payments' as const,
    amount_minor: 1,
    currency: 'RON' as const,
    debtor_iban: '',
    creditor_iban: '',
    creditor_name: '',
    remittance: '',
    end_to_end_id: '',
  }
  assert.ok(
    await claimSubmission(f.context, {
      ...key,
      at: f.now,
      seen_attempt_no: 0,
      bank_id: 'carpati',
      request_id: '5f0c4b4e-1111-4222-8333-444455556666',
      order_enc: sealOrder(f.context, { ...key, attempt_no: 1 }, { order, psu: { ip_address: '127.0.0.1' } }),
      state: 'sending',
      recover_at: new Date(f.now.getTime() + 16_000),
      open_until: new Date(f.now.getTime() + 1_800_000),
      amount_minor: 1,
      terms_enc: sealTerms(f.context.keys, key, TERMS),
      creditor_iban_hash: null,
      debtor_iban_hash: null,
      email_hash: null,
    }),
  )
  const busy: BusyBanks = new Map()
  const isMine = async () => (await loadPayment(f.context, key))?.attempt_state
  await sweepOnce(f.context, busy)
  await Promise.all(busy.values())
  assert.equal(await isMine(), 'sending', 'not before its time')
  f.now = new Date(f.now.getTime() + 17_000)
  await sweepOnce(f.context, busy)
  await Promise.all(busy.values())
  assert.equal(await isMine(), 'open')
  assert.ok(f.bank.asked.initiate.includes('5f0c4b4e-1111-4222-8333-444455556666'))
})

test('where the bank does not recognise repetitions: a redirect is let go, a decoupled one stays unknown', async () => {
  for (const [sca, expected] of [
    ['redirect', 'closed'],
    ['decoupled', 'unknown'],
  ] as const) {
    f.bank.profile = { ...f.bank.profile, sca, idempotent_initiation: false }
    f.bank.initiate = [{ kind: 'unknown', reason: 'time-out' }]
    f.bank.asked.initiate = []
    const key = await f.submitted()
    assert.equal(await recoverSubmission(f.context, key), expected)
    assert.equal(f.bank.asked.initiate.length, 1)
  }
})

test('a decoupled submission of unknown fate is repeated for a while, then waits for staff, who may close it', async () => {
  f.bank.profile = { ...f.bank.profile, sca: 'decoupled' }
  f.bank.initiate = [{ kind: 'unknown', reason: 'time-out' }]
  const key = await f.submitted()
  f.now = new Date(f.now.getTime() + 11 * 60_000)
  assert.equal(await recoverSubmission(f.context, key), 'unknown')
  const asked = f.bank.asked.initiate.length
  f.now = new Date(f.now.getTime() + 3_600_000)
  const busy: BusyBanks = new Map()
  await sweepOnce(f.context, busy)
  await Promise.all(busy.values())
  assert.equal(f.bank.asked.initiate.length, asked, 'not by itself any more')
  await assert.rejects(f.submit(key), code('PAYMENT_IN_PROGRESS'))
  assert.equal(await closeUnanswered(f.context, key), true)
  assert.equal(await closeUnanswered(f.context, key), false)
  assert.equal((await listEvents(f.context, key)).at(-1)?.cause, 'staff')
  f.bank.initiate = [ACCEPTED]
  await f.submit(key)
  assert.equal(await f.statusOf(key), 'RCVD')
})

test('time abandons what is unpaid, but not what may be at the bank', async () => {
  f.bank.initiate = [ACCEPTED, { kind: 'unknown', reason: 'time-out' }, ACCEPTED]
  const received = await f.submitted()
  const unknown = await f.submitted()
  const executing = await f.submitted()
  const silent = await f.initiated()
  f.bank.status = [says('ACSP')]
  await settle(f.context, { ...executing, cause: 'return' })
  await abandonExpired(f.context, 1000)
  assert.equal(await f.statusOf(received), 'RCVD', 'not before its time')
  f.now = new Date(f.now.getTime() + 31 * 60_000)
  await abandonExpired(f.context, 1000)
  assert.deepEqual(await Promise.all([received, unknown, executing, silent].map(f.statusOf)), [
    'ABND',
    'INIT',
    'ACSP',
    'ABND',
  ])
  assert.deepEqual(await f.tasksOf(silent), ['deliver_webhook'], 'no bank was involved, so the payer gets no mail')
})

test('a return asks the bank; replayed or forged it changes nothing', async () => {
  const key = await f.submitted()
  f.bank.status = [says('ACSC')]
  const state = returnState(f.context.keys, { ...key, attempt_no: 1 })
  await takeReturn(f.context, { state }).asked
  await takeReturn(f.context, { state }).asked
  assert.equal(await f.statusOf(key), 'ACSC')
  assert.equal(f.bank.asked.status, 1)
  for (const forged of ['', 'x', `${state}A`, state.slice(0, -2), `${state.slice(0, 4)}B${state.slice(5)}`]) {
    assert.throws(() => takeReturn(f.context, { state: forged }), code('STATE_INVALID'))
  }
})

test('states name one payment only', () => {
  const { keys } = f.context
  const state = pageState(keys, { partner_id: 7, payment_id: 42 })
  assert.deepEqual(readPageState(keys, 42, state), { partner_id: 7, payment_id: 42 })
  assert.equal(readPageState(keys, 43, state), undefined)
  assert.equal(readReturnState(keys, state), undefined)
})
