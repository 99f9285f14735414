/** What crosses: an end and a submission, a return and a letting go, a list's own end and its items'. On a real database. */
import assert from 'node:assert/strict'
import test, { after, before, beforeEach } from 'node:test'
import type { BankConnector } from '../../infra/banks/connector.ts'
import type { Context } from '../context.ts'
import type { PunteError } from '../errors.ts'
import { changeAttempt } from './attempt-store.ts'
import { ACCEPTED, type Fixture, openFixture, REQUEST, says, TERMS } from './fixture.ts'
import { spreadList } from './lists/follow.ts'
import { initiateList } from './lists/initiate.ts'
import { stopItems, submitList, submitNext } from './lists/list.ts'
import { loadItems } from './lists/store.ts'
import { cancelPayment } from './partner-calls/cancel.ts'
import { readStatus } from './partner-calls/status.ts'
import { abandonExpired } from './payer/abandon.ts'
import { returnState } from './payer/capability.ts'
import { type LettingGo, letGo } from './payer/let-go.ts'
import { takeReturn } from './payer/return.ts'
import { submitPayment } from './payer/submit.ts'
import { nextAskOf } from './settling/asking.ts'
import { settle } from './settling/settle.ts'
import { loadPayment, type PaymentKey, type PaymentRow } from './store.ts'

let f: Fixture
before(async () => {
  f = await openFixture('Finance')
})
after(() => f?.close())
beforeEach(() => f.reset())

const PSU = { ip_address: '192.0.2.7' }
const BY_PAYER: LettingGo = { event: 'payer_abandons', cause: 'payer', reason: 'ABANDONED_BY_PAYER' }
const BY_PARTNER: LettingGo = { event: 'partner_cancels', cause: 'partner', reason: 'CANCELLED_BY_PARTNER' }
const BY_TIME: LettingGo = { event: 'time_passes', cause: 'worker', reason: 'EXPIRED' }

const row = async (key: PaymentKey): Promise<PaymentRow> => (await loadPayment(f.context, key)) as PaymentRow
const stateOf = async (key: PaymentKey) => {
  const { status, attempt_state } = await row(key)
  return [status, attempt_state]
}
const cancel = (context: Context, key: PaymentKey) =>
  cancelPayment(context, { partner: f.partner, payment_id: key.payment_id })
const bank = () => f.context.banks.get('carpati') as BankConnector
const withBank = (more: Partial<BankConnector>): Context => ({
  ...f.context,
  banks: { ...f.context.banks, get: () => ({ ...bank(), ...more }) },
})
const entering = () =>
  withBank({
    beginAccess: async () => ({ kind: 'ok', value: { access: { verifier: 'v' }, url: 'https://bank.example/login' } }),
    finishAccess: async () => ({ kind: 'ok', value: { access: { token: 'leave' } } }),
  })

async function sentToLogin(context: Context): Promise<{ key: PaymentKey; payment: PaymentRow; state: string }> {
  const key = await f.initiated()
  const connector = context.banks.get('carpati') as BankConnector
  const submission = { bank: connector, terms: TERMS, amount_minor: 12_345, psu: PSU }
  await submitPayment(context, { payment: await row(key), ...submission })
  return { key, payment: await row(key), state: returnState(f.context.keys, { ...key, attempt_no: 1 }) }
}

async function aList(): Promise<PaymentKey> {
  const key = await f.reserved()
  const { creditor_iban, ...item } = { ...REQUEST, amount_minor: 100 }
  const ibans = [creditor_iban, 'RO74RNCB0000999900000001', 'RO27BRDE0000999900000001']
  const request = { items: ibans.map((iban) => ({ ...item, creditor_iban: iban })), psu_email: REQUEST.psu_email }
  await initiateList(f.context, { partner: f.partner, payment_id: key.payment_id, request })
  return key
}
const DEBTOR = { debtor_iban: REQUEST.debtor_iban, email: REQUEST.psu_email }
const submit = async (key: PaymentKey) =>
  submitList(f.context, { payment: await row(key), bank: bank(), debtor: DEBTOR, psu: PSU })
const withoutBulk = () => {
  const { 'bulk-payments': _bulk, ...services } = f.bank.profile.services
  f.bank.profile = { ...f.bank.profile, services }
}
const told = async (key: PaymentKey) => (await readStatus(f.context, key)).items?.map(({ status }) => status)

test('whoever lets go of a payment in the moment of its payer’s return does not close what is at the bank by then', async () => {
  const context = entering()
  for (const [how, status] of [
    [BY_PAYER, 'ABND'],
    [BY_PARTNER, 'RCVD'],
    [BY_TIME, 'RCVD'],
  ] as const) {
    f.reset()
    const { key, payment, state } = await sentToLogin(context)
    const onward = await takeReturn(context, { state, oauth: { code: 'c' } }).asked
    assert.deepEqual(onward, { url: 'https://bank.example/sca' })
    await letGo(context, payment, how)
    assert.deepEqual(await stateOf(key), [status, 'open'], how.event)
    assert.equal(f.bank.asked.cancel, status === 'ABND' ? 1 : 0)
    f.bank.status = [says('ACSC')]
    await settle(f.context, { ...key, cause: 'poll' })
    assert.deepEqual(await stateOf(key), ['ACSC', 'closed'], 'he authorised it, and that is told')
  }
})

test('an attempt that is being sent this moment is not closed by a statement that saw the one before', async () => {
  const { key, payment } = await sentToLogin(entering())
  let letting_go: Promise<void> | undefined
  await f.context.db.transaction(async (client) => {
    await client.query({
      text: `update payment_attempts set state = 'sending' where partner_id = $1 and payment_id = $2`,
      values: [key.partner_id, key.payment_id],
    })
    letting_go = letGo(f.context, payment, BY_TIME)
    await new Promise((resolve) => setTimeout(resolve, 150))
  })
  await letting_go
  assert.deepEqual(await stateOf(key), ['INIT', 'sending'])
})

test('what ended while its payer was being let in is not sent; what ends while it is sent is not shown to him', async () => {
  const sent: string[] = []
  const context = entering()
  const initiate: BankConnector['initiate'] = async (input) => {
    sent.push(input.request_id)
    const { order } = input
    const payment_id = Number(order.end_to_end_id.split('-')[1])
    await letGo(f.context, await row({ partner_id: f.partner.partner_id, payment_id }), BY_PAYER)
    return ACCEPTED
  }
  const connector = context.banks.get('carpati') as BankConnector
  const crossing = { ...context, banks: { ...context.banks, get: () => ({ ...connector, initiate }) } }
  const first = await sentToLogin(crossing)
  // A process of the version before abandons the payment and knows no such attempts.
  await f.context.db.query({
    text: `update payments set status = 'ABND', finished_at = now() where partner_id = $1 and payment_id = $2`,
    values: [first.key.partner_id, first.key.payment_id],
  })
  assert.equal(await takeReturn(crossing, { state: first.state, oauth: { code: 'c' } }).asked, undefined)
  assert.equal(sent.length, 0)
  const second = await sentToLogin(crossing)
  assert.equal(await takeReturn(crossing, { state: second.state, oauth: { code: 'c' } }).asked, undefined)
  assert.equal(sent.length, 1)
  assert.deepEqual([await stateOf(second.key), f.bank.asked.cancel], [['ABND', 'open'], 1])
})

test('a partner’s cancellation that meets a submission does not end what the payer may be authorising', async () => {
  const key = await f.initiated()
  const seen = await row(key)
  f.bank.before_initiate = () => letGo(f.context, seen, BY_PARTNER)
  await f.submit(key)
  assert.deepEqual(await stateOf(key), ['RCVD', 'open'])
  const late = await f.initiated()
  const stale = await row(late)
  await f.submit(late)
  await letGo(f.context, stale, BY_TIME)
  assert.deepEqual(await stateOf(late), ['RCVD', 'open'], 'nor does time that was looked at before')
})

test('what was ended by us while it was being sent is dropped at the bank, whatever the end is called', async () => {
  for (const status of ['CANC', 'BLOCKED', 'ABND']) {
    f.reset()
    const key = await f.initiated()
    f.bank.before_initiate = async () => {
      await f.context.db.query({
        text: 'update payments set status = $3, finished_at = now() where partner_id = $1 and payment_id = $2',
        values: [key.partner_id, key.payment_id, status],
      })
    }
    await f.submit(key)
    assert.deepEqual([await stateOf(key), f.bank.asked.cancel], [[status, 'open'], 1])
    await settle(f.context, { ...key, cause: 'poll' })
    assert.equal(f.bank.asked.cancel, 2, 'and again while the bank still waits for the payer')
  }
})

test('a cancellation answers how the payment stands, also when it was paid in between', async () => {
  const key = await f.submitted()
  const context = withBank({
    cancel: async () => {
      f.bank.status = [says('ACSC')]
      await settle(f.context, { ...key, cause: 'push' })
      return { kind: 'ok', value: { cancelled: true } }
    },
  })
  assert.deepEqual(await cancel(context, key), { status: 'ACSC', cancelled: false })
})

test('a series that waits for its payer as ACTC is asked about before its time is over, a link past its day at all', () => {
  const now = new Date('2026-03-01T10:00:00Z')
  const minutes = (at: Date | null) => (at === null ? null : (at.getTime() - now.getTime()) / 60_000)
  const ago = (count: number) => new Date(now.getTime() - count * 60_000)
  const series = { kind: 'recurring', execution_date: null, status: 'RCVD', submitted_at: ago(5) } as const
  assert.ok((minutes(nextAskOf(series, 'bank_checked', now, null)) ?? 999) < 1)
  assert.ok((minutes(nextAskOf({ ...series, status: 'ACTC' }, undefined, now, null)) ?? 999) < 1)
  const old = { ...series, status: 'ACTC', submitted_at: ago(40 * 1440) } as const
  assert.equal(minutes(nextAskOf(old, 'bank_checked', now, null)), 720)
  const link = { ...series, kind: 'single', execution_date: '2026-02-01' } as const
  assert.ok((minutes(nextAskOf(link, 'bank_accepted', now, null)) ?? 999) < 1)
})

test('items of a list that went as one are told by its end before their own rows say so', async () => {
  const key = await aList()
  await submit(key)
  f.bank.status = [says('ACSC')]
  await settle(f.context, { ...key, cause: 'poll' })
  const own = (await loadItems(f.context, key)).map(({ status }) => status)
  assert.deepEqual(own, ['INIT', 'INIT', 'INIT'], 'they follow by a job')
  assert.deepEqual(await told(key), ['ACSC', 'ACSC', 'ACSC'])
  const parts = await aList()
  await submit(parts)
  f.bank.status = [says('PART')]
  await settle(f.context, { ...parts, cause: 'poll' })
  assert.deepEqual(await told(parts), ['PDNG', 'PDNG', 'PDNG'])
})

test('time stops of a list what no bank was authorised for, and leaves what the payer has agreed to', async () => {
  withoutBulk()
  const key = await aList()
  await submit(key)
  const [first] = await loadItems(f.context, key)
  f.bank.status = [says('ACTC')]
  await settle(f.context, { ...(first as PaymentRow), cause: 'return' })
  await stopItems(f.context, await row(key), BY_TIME)
  assert.deepEqual(await told(key), ['ACTC', 'ABND', 'ABND'])
  assert.equal(f.bank.asked.cancel, 0)
  f.bank.profile = { ...f.bank.profile, statuses: { unauthorised: ['ACTC'] } }
  await stopItems(f.context, await row(key), BY_TIME)
  assert.deepEqual(await told(key), ['ABND', 'ABND', 'ABND'])
})

test('a list is not abandoned as one while its first payment is on the way; in the other order nothing is sent', async () => {
  withoutBulk()
  const key = await aList()
  const seen = await row(key)
  await submit(key)
  await letGo(f.context, seen, BY_PAYER)
  await letGo(f.context, seen, BY_TIME)
  assert.equal((await row(key)).finished_at, null)
  assert.deepEqual(await told(key), ['RCVD', 'INIT', 'INIT'])
  const other = await aList()
  const before_end = await row(other)
  await letGo(f.context, before_end, BY_PAYER)
  const late = submitList(f.context, { payment: before_end, bank: bank(), debtor: DEBTOR, psu: PSU })
  await assert.rejects(late, (error: PunteError) => error.code === 'PAYMENT_IN_PROGRESS')
  await spreadList(f.context, other)
  assert.deepEqual(await told(other), ['ABND', 'ABND', 'ABND'])
})

test('one expired payment that cannot be abandoned does not keep the others alive', async () => {
  withoutBulk()
  const broken = await aList()
  await submit(broken)
  await f.context.db.query({
    text: `update payment_attempts a set session_enc = '\\x00' from payments p
      where p.list_payment_id = $1 and a.payment_id = p.payment_id`,
    values: [broken.payment_id],
  })
  const other = await f.initiated()
  f.now = new Date(f.now.getTime() + 31 * 60_000)
  await abandonExpired(f.context, 100)
  assert.equal(await f.statusOf(other), 'ABND')
})

test('a bank that tells of parts of one payment has told nothing', async () => {
  const key = await f.submitted()
  f.bank.status = [says('PART')]
  assert.equal(await settle(f.context, { ...key, cause: 'poll' }), 'RCVD')
  assert.deepEqual(await stateOf(key), ['RCVD', 'open'])
  f.bank.status = [says('ACSC')]
  assert.equal(await settle(f.context, { ...key, cause: 'poll' }), 'ACSC')
})

test('an attempt let go of in the same moment takes no answer', async () => {
  const key = await f.initiated()
  f.bank.before_initiate = async () => {
    const change = { attempt_no: 1, state: 'closed', refusal: 'LOST', next_ask_at: null } as const
    await changeAttempt(f.context, key, f.now, change)
  }
  await f.submit(key)
  assert.deepEqual([await stateOf(key), f.bank.asked.cancel], [['INIT', 'closed'], 1])
})

test('a second press on the payment that was shown does not send the one after it', async () => {
  withoutBulk()
  const key = await aList()
  await submit(key)
  const shown = await row(key)
  const [first] = await loadItems(f.context, key)
  f.bank.status = [says('ACSC')]
  await settle(f.context, { ...(first as PaymentRow), cause: 'return' })
  const late = submitNext(f.context, { payment: shown, psu: PSU, no: 1 })
  await assert.rejects(late, (error: PunteError) => error.code === 'PAYMENT_IN_PROGRESS')
  assert.deepEqual(await told(key), ['ACSC', 'INIT', 'INIT'])
  await submitNext(f.context, { payment: shown, psu: PSU, no: 2 })
  assert.deepEqual(await told(key), ['ACSC', 'RCVD', 'INIT'])
})
