/** Lists on a real database with a scripted bank: together, one by one, partly, stopped, late. */
import assert from 'node:assert/strict'
import test, { after, before, beforeEach } from 'node:test'
import type { BankConnector, BulkOrder, InitiateInput } from '../../../infra/banks/connector.ts'
import type { ListFaultsError, PunteError } from '../../errors.ts'
import { type Fixture, openFixture, REQUEST, says } from '../fixture.ts'
import { cancelPayment } from '../partner-calls/cancel.ts'
import { readStatus } from '../partner-calls/status.ts'
import { abandonExpired, abandonPayment } from '../payer/abandon.ts'
import { settle } from '../settling/settle.ts'
import { listEvents, loadPayment, type PaymentKey, type PaymentRow } from '../store.ts'
import { followItems, spreadList } from './follow.ts'
import { initiateList, type ListRequest } from './initiate.ts'
import { readList, submitList, submitNext } from './list.ts'
import { numberItems } from './store.ts'

let f: Fixture
before(async () => {
  f = await openFixture('Finance')
})
after(() => f?.close())
beforeEach(() => f.reset())

const IBANS = ['RO09PORL7789778256833565', 'RO74RNCB0000999900000001', 'RO27BRDE0000999900000001']
const LIST: ListRequest = {
  debtor_iban: REQUEST.debtor_iban,
  psu_email: REQUEST.psu_email,
  items: IBANS.map((creditor_iban, n) => ({
    creditor_name: `Furnizor ${n + 1}`,
    creditor_iban,
    amount_minor: 100 * (n + 1),
    details: `Factura ${n + 1}`,
  })),
}
const DEBTOR = { debtor_iban: REQUEST.debtor_iban, email: REQUEST.psu_email }
const PSU = { ip_address: '127.0.0.1', language: 'ro' }

async function aList(): Promise<PaymentKey> {
  const key = await f.reserved()
  await initiateList(f.context, { partner: f.partner, payment_id: key.payment_id, request: LIST })
  return key
}
const row = async (key: PaymentKey): Promise<PaymentRow> => {
  const payment = await loadPayment(f.context, key)
  assert.ok(payment)
  return payment
}
const bank = (): BankConnector => f.context.banks.get('carpati') as BankConnector
const withoutBulk = () => {
  const { 'bulk-payments': _bulk, ...services } = f.bank.profile.services
  f.bank.profile = { ...f.bank.profile, services }
}
const submit = async (key: PaymentKey) =>
  submitList(f.context, { payment: await row(key), bank: bank(), debtor: DEBTOR, psu: PSU })
const statuses = async (key: PaymentKey) => (await readStatus(f.context, key)).items?.map(({ status }) => status)
const itemKey = async (key: PaymentKey, no: number): Promise<PaymentKey> => {
  const item = (await readList(f.context, await row(key))).items[no - 1]
  return { ...key, payment_id: item?.payment_id as number }
}

test('a list is taken whole or not at all, and the same list again is the same list', async () => {
  const key = await f.reserved()
  const ask = (request: ListRequest) =>
    initiateList(f.context, { partner: f.partner, payment_id: key.payment_id, request })
  const bad = {
    ...LIST,
    items: LIST.items.map((item, n) => (n === 1 ? { ...item, creditor_iban: 'RO00', details: '' } : item)),
  }
  await assert.rejects(ask(bad), (error: ListFaultsError) => {
    assert.deepEqual(error.faults.map(({ field, code }) => `${field} ${code}`).toSorted(), [
      'payments[1].creditorIban IBAN_INVALID',
      'payments[1].details FIELD_REQUIRED',
    ])
    return true
  })
  assert.equal((await row(key)).requested_at, null, 'nothing of it is kept')
  const first = await ask(LIST)
  assert.deepEqual(
    first.items.map(({ no }) => no),
    [1, 2, 3],
  )
  assert.deepEqual(await ask(LIST), first)
  await assert.rejects(
    ask({ ...LIST, items: LIST.items.slice(1) }),
    (error: PunteError) => error.code === 'PAYMENT_CONFLICT',
  )
  const status = await readStatus(f.context, key)
  assert.deepEqual([status.kind, status.status, status.amount_minor], ['list', 'INIT', 600])
  await assert.rejects(ask({ ...LIST, items: [] }), (error: PunteError) => error.field === 'payments')
})

test('together: one attempt, each transfer with its own number, items follow to the end', async () => {
  let sent: InitiateInput | undefined
  const key = await aList()
  const plain = bank()
  const spy: BankConnector = {
    ...plain,
    initiate: (input) => {
      sent = input
      return plain.initiate(input)
    },
  }
  const list = await submitList(f.context, { payment: await row(key), bank: spy, debtor: DEBTOR, psu: PSU })
  assert.deepEqual([list.status, list.list_way, list.attempt_state], ['RCVD', 'together', 'open'])
  const order = sent?.order as BulkOrder
  assert.deepEqual([order.service, order.amount_minor, order.transfers.length], ['bulk-payments', 600, 3])
  const first = await itemKey(key, 1)
  assert.equal(order.transfers[0]?.end_to_end_id, `P${key.partner_id}-${first.payment_id}-1`)
  f.bank.status = [says('ACSC')]
  await settle(f.context, { ...key, cause: 'poll' })
  await spreadList(f.context, key)
  assert.deepEqual(await statuses(key), ['ACSC', 'ACSC', 'ACSC'])
  const { rows } = await f.context.db.query<{ bank_id: string; settled_attempt_no: number }>({
    text: 'select bank_id, settled_attempt_no from payments where partner_id = $1 and payment_id = $2',
    values: [first.partner_id, first.payment_id],
  })
  assert.deepEqual(rows, [{ bank_id: 'carpati', settled_attempt_no: 1 }])
  const tasks = await f.tasksOf(key)
  assert.deepEqual(
    tasks.filter((task) => task !== 'spread_list'),
    ['deliver_webhook', 'send_payer_mail'],
  )
  assert.deepEqual(await f.tasksOf(first), [], 'items say nothing of their own')
})

test('together, partly: the bank tells each transfer, and what it has not told yet is asked again', async () => {
  const key = await aList()
  await submit(key)
  f.bank.status = [says('PART')]
  await settle(f.context, { ...key, cause: 'poll' })
  const ids = await Promise.all(
    [1, 2, 3].map(async (no) => `P${key.partner_id}-${(await itemKey(key, no)).payment_id}-1`),
  )
  const report = (which: readonly [string, string][]) => ({
    kind: 'ok' as const,
    value: { transfers: which.map(([end_to_end_id, status]) => ({ end_to_end_id, status, reason_code: 'AM04' })) },
  })
  const telling = (answer: ReturnType<typeof report>) => {
    f.bank.transfers = [answer]
  }
  telling(
    report([
      [ids[0] as string, 'ACSC'],
      [ids[1] as string, 'RJCT'],
    ]),
  )
  await assert.rejects(spreadList(f.context, key), /1 transfers is not known yet/)
  assert.deepEqual(await statuses(key), ['ACSC', 'RJCT', 'PDNG'], 'not told of is not unpaid')
  telling(report([[ids[2] as string, 'ACSC']]))
  await assert.rejects(spreadList(f.context, key))
  telling(report(ids.map((id, n) => [id, n === 1 ? 'RJCT' : 'ACSC'])))
  await spreadList(f.context, key)
  assert.deepEqual(await statuses(key), ['ACSC', 'RJCT', 'ACSC'])
  const status = await readStatus(f.context, key)
  assert.equal(status.status, 'PART')
  assert.equal(status.items?.[1]?.reason, 'INSUFFICIENT_FUNDS')
})

test('one by one: led from one to the next, stopped in the middle, told as partly paid', async () => {
  withoutBulk()
  const key = await aList()
  await submit(key)
  let state = await readList(f.context, await row(key))
  assert.deepEqual([state.way, state.current?.no, state.next_no], ['one_by_one', 1, undefined])
  assert.equal(state.current?.redirect_url, 'https://bank.example/sca')
  await assert.rejects(
    submitNext(f.context, { payment: await row(key), psu: PSU }),
    (error: PunteError) => error.code === 'PAYMENT_IN_PROGRESS',
  )
  f.bank.status = [says('ACSC')]
  const first = await itemKey(key, 1)
  await settle(f.context, { ...first, cause: 'return' })
  assert.deepEqual(await f.tasksOf(first), ['follow_items', 'follow_items'])
  await followItems(f.context, key)
  assert.equal((await row(key)).status, 'RCVD', 'it still waits for the payer')
  state = await readList(f.context, await row(key))
  assert.deepEqual([state.current, state.next_no], [undefined, 2])
  f.bank.initiate = [{ kind: 'refused', http_status: 400, code: 'PAYMENT_FAILED', text: '' }]
  await submitNext(f.context, { payment: await row(key), psu: PSU })
  state = await readList(f.context, await row(key))
  assert.deepEqual([state.next_no, state.refusal], [2, 'REFUSED:PAYMENT_FAILED'], 'it can be tried again')
  await abandonPayment(f.context, key)
  assert.deepEqual(await statuses(key), ['ACSC', 'ABND', 'ABND'])
  assert.equal((await row(key)).status, 'PART')
  assert.deepEqual((await f.tasksOf(key)).slice(-2), ['deliver_webhook', 'send_payer_mail'])
})

test('one by one: time runs from the last step, and a late success of an abandoned item changes the list', async () => {
  withoutBulk()
  const key = await aList()
  f.now = new Date(f.now.getTime() + 25 * 60_000)
  await submit(key)
  f.now = new Date(f.now.getTime() + 10 * 60_000)
  await abandonExpired(f.context, 100)
  assert.equal((await row(key)).finished_at, null, 'the payer was here ten minutes ago')
  f.now = new Date(f.now.getTime() + 21 * 60_000)
  await abandonExpired(f.context, 100)
  assert.deepEqual(await statuses(key), ['ABND', 'ABND', 'ABND'])
  assert.equal((await row(key)).status, 'ABND')
  const asked = (await listEvents(f.context, await itemKey(key, 1))).filter(
    ({ type }) => type === 'payment.cancel_asked',
  )
  assert.equal(asked.length, 1, 'the bank is asked to drop what it holds')
  f.bank.status = [says('ACSC')]
  await settle(f.context, { ...(await itemKey(key, 1)), cause: 'poll' })
  await followItems(f.context, key)
  assert.equal((await row(key)).status, 'PART')
})

test('the partner cancels a list: what no bank has is cancelled, what one has when the bank says so', async () => {
  withoutBulk()
  const cancel = (key: PaymentKey) => cancelPayment(f.context, { partner: f.partner, payment_id: key.payment_id })
  const key = await aList()
  await submit(key)
  assert.deepEqual(await cancel(key), { status: 'CANC', cancelled: true })
  assert.deepEqual(await statuses(key), ['CANC', 'CANC', 'CANC'])
  assert.equal(f.bank.asked.cancel, 1)
  const kept = await aList()
  await submit(kept)
  f.bank.status = [says('ACTC')]
  await settle(f.context, { ...(await itemKey(kept, 1)), cause: 'poll' })
  assert.deepEqual(
    await cancel(kept),
    { status: 'ACTC', cancelled: false },
    'the payer has agreed: the bank must say so',
  )
  f.bank.status = [says('ACSC')]
  await settle(f.context, { ...(await itemKey(kept, 1)), cause: 'poll' })
  await followItems(f.context, kept)
  assert.deepEqual([(await row(kept)).status, await statuses(kept)], ['PART', ['ACSC', 'CANC', 'CANC']])
  const fresh = await aList()
  assert.deepEqual(await cancel(fresh), { status: 'CANC', cancelled: true })
  await spreadList(f.context, fresh)
  assert.deepEqual(await statuses(fresh), ['CANC', 'CANC', 'CANC'])
})

test('an item that rests at ACTC is agreed to, and the next may go; where ACTC waits for the payer it may not', async () => {
  withoutBulk()
  const key = await aList()
  await submit(key)
  f.bank.status = [says('ACTC')]
  await settle(f.context, { ...(await itemKey(key, 1)), cause: 'return' })
  assert.equal((await readList(f.context, await row(key))).next_no, 2)
  f.bank.profile = { ...f.bank.profile, statuses: { unauthorised: ['ACTC'] } }
  assert.equal((await readList(f.context, await row(key))).current?.no, 1)
})

test('together refused, then one by one elsewhere: no number of a transfer is ever of two orders', async () => {
  const key = await aList()
  f.bank.initiate = [{ kind: 'refused', http_status: 400, code: 'SERVICE_BLOCKED', text: '' }]
  await submit(key)
  assert.equal((await row(key)).status, 'INIT')
  f.reset()
  withoutBulk()
  let sent: InitiateInput | undefined
  const plain = bank()
  const initiate: BankConnector['initiate'] = (input) => {
    sent = input
    return plain.initiate(input)
  }
  await submitList(f.context, { payment: await row(key), bank: { ...plain, initiate }, debtor: DEBTOR, psu: PSU })
  const first = await itemKey(key, 1)
  assert.equal(sent?.order.end_to_end_id, `P${key.partner_id}-${first.payment_id}-2`)
  assert.ok((await row(key)).attempt_no >= 2)
  assert.ok((await listEvents(f.context, key)).some(({ type }) => type === 'payment.bank_chosen'))
})

test('two tabs at once, one at a bank that takes lists and one at a bank that does not: one of them wins, whole', async () => {
  const { 'bulk-payments': _bulk, ...services } = f.bank.profile.services
  const together = bank()
  const single: BankConnector = { ...bank(), profile: { ...f.bank.profile, id: 'other', services } }
  const context = {
    ...f.context,
    banks: { ...f.context.banks, get: (id: string) => (id === 'other' ? single : together) },
  }
  for (let round = 0; round < 12; round += 1) {
    const key = await aList()
    const seen = await row(key)
    const press = (bank: BankConnector) => submitList(context, { payment: seen, bank, debtor: DEBTOR, psu: PSU })
    const both = round % 2 === 0 ? [together, single, single] : [single, together, together]
    await Promise.allSettled(both.map(press))
    const { rows } = await f.context.db.query<{ list: number; items: number }>({
      text: `select count(*) filter (where p.kind = 'list')::integer as list, count(*) filter (where p.kind = 'item')::integer as items
        from payment_attempts a join payments p using (partner_id, payment_id)
        where p.partner_id = $1 and (p.payment_id = $2 or p.list_payment_id = $2) and a.state <> 'closed'`,
      values: [key.partner_id, key.payment_id],
    })
    assert.equal((rows[0]?.list ?? 0) + (rows[0]?.items ?? 0), 1, JSON.stringify(rows))
  }
})

test('a choice that came to nothing leaves no trace in the items: they carry the bank that has the list', async () => {
  const key = await aList()
  const { db } = f.context
  const dying = { ...f.context, db: Object.create(db) as typeof db }
  Object.defineProperty(dying.db, 'query', {
    value: async (statement: { name?: string }) => {
      if (statement.name === 'payment_claim_list') throw new Error('the process dies')
      return db.query(statement as never)
    },
  })
  const other: BankConnector = { ...bank(), profile: { ...f.bank.profile, id: 'delta' } }
  await assert.rejects(
    submitList(dying, { payment: await row(key), bank: other, debtor: DEBTOR, psu: PSU }),
    /the process dies/,
  )
  const stale = { ...(await row(key)), attempt_no: 1, bank_id: 'delta' }
  await submit(key)
  // A second tab that chose before, and is late.
  await numberItems(f.context, stale)
  const { rows } = await db.query({
    text: 'select distinct bank_id, attempt_no from payments where list_payment_id = $1',
    values: [key.payment_id],
  })
  assert.deepEqual(rows, [{ bank_id: 'carpati', attempt_no: 1 }])
})

test('an item of an OAuth bank that has not let us ask yet keeps its turn: its payer is led there again', async () => {
  withoutBulk()
  const key = await aList()
  await submit(key)
  f.bank.status = [says('ACTC')]
  await settle(f.context, { ...(await itemKey(key, 1)), cause: 'poll' })
  assert.equal((await readList(f.context, await row(key))).next_no, 2)
  const access = {
    kind: 'authorization_code',
    client_id: 'punte',
    client_authentication: 'tls_client_auth',
    scope: 'PIS:{paymentId}',
    pkce: true,
    token_header: 'authorization',
  } as const
  f.bank.profile = { ...f.bank.profile, sca: 'oauth', access }
  const state = await readList(f.context, await row(key))
  assert.deepEqual([state.current?.no, state.next_no], [1, undefined])
  assert.equal(state.current?.redirect_url, 'https://bank.example/sca')
})
