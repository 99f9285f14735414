/** Lists, series, days to come, links, banks that are entered first: what the page shows of them and may do. */
import assert from 'node:assert/strict'
import test, { after, before, beforeEach } from 'node:test'
import type { Context } from '../../domain/context.ts'
import { ACCEPTED, type Fixture, REQUEST, says } from '../../domain/initiation/fixture.ts'
import { followItems } from '../../domain/initiation/lists/follow.ts'
import { initiateList } from '../../domain/initiation/lists/initiate.ts'
import { readList } from '../../domain/initiation/lists/list.ts'
import { type InitiationRequest, initiatePayment } from '../../domain/initiation/partner-calls/initiate.ts'
import { returnState } from '../../domain/initiation/payer/capability.ts'
import { settle } from '../../domain/initiation/settling/settle.ts'
import { loadPayment, type PaymentKey, type PaymentRow } from '../../domain/initiation/store.ts'
import type { BankConnector, BankProfile } from '../../infra/banks/connector.ts'
import type { PaymentProgress, PaymentView, Refusal, SubmitRequest } from './contract.ts'
import { openPage, type PageWorld } from './testing/page.ts'

let f: Fixture
let context: Context
let page: PageWorld
/** Both banks are the scripted one, by other names; the second must be entered first where a test says so. */
let enters_first = false
/** PSU-ID of each initiation. */
let named: (string | undefined)[] = []
const OTHER_IBAN = 'RO74RNCB0000999900000001'

before(async () => {
  page = await openPage('Finance', twoBanks)
  f = page.f
  context = page.context
})
after(() => page?.close())
beforeEach(() => {
  f.reset()
  enters_first = false
  named = []
})

function twoBanks(f: Fixture): Context['banks'] {
  const other = (): BankProfile => ({ ...f.bank.profile, id: 'delta', name: 'Banca Delta', iban_codes: ['RNCB'] })
  const scripted = (): BankConnector => {
    const bank = f.context.banks.get('carpati') as BankConnector
    return {
      ...bank,
      initiate: (input) => {
        named.push(input.psu.psu_id)
        return bank.initiate(input)
      },
    }
  }
  const delta = (): BankConnector => ({
    ...scripted(),
    profile: other(),
    ...(enters_first && {
      beginAccess: async () => ({ kind: 'ok', value: { access: {}, url: 'https://bank.example/enter' } }),
      finishAccess: async () => ({ kind: 'ok', value: { access: { token: 't' } } }),
    }),
  })
  return {
    all: () => [f.bank.profile, other()],
    get: (id) => (id === 'carpati' ? scripted() : id === 'delta' ? delta() : undefined),
    byIbanCode: (code) => [f.bank.profile, other()].find((bank) => bank.iban_codes.includes(code)),
    obstacle: () => undefined,
  }
}

const call: PageWorld['call'] = (key, path, body) => page.call(key, path, body)
const view = async (key: PaymentKey) => (await call(key, '')).body
async function submit(key: PaymentKey, change: Partial<SubmitRequest> = {}) {
  const { pageToken } = await view(key)
  const given = { pageToken, bankId: 'carpati', debtorIban: REQUEST.debtor_iban, email: 'ion@example.ro' }
  return call<PaymentView & Refusal>(key, '/submit', { ...given, termsAccepted: true, language: 'ro', ...change })
}
const next = async (key: PaymentKey, no: number) => {
  const { pageToken } = await view(key)
  return call(key, '/next', { pageToken, no })
}

const withoutBulk = ({ services, ...profile }: BankProfile): BankProfile => {
  const { 'bulk-payments': _bulk, ...others } = services
  return { ...profile, services: others }
}

async function newList(count = 3, more: Partial<Parameters<typeof initiateList>[1]['request']> = {}) {
  const key = await f.reserved()
  const items = Array.from({ length: count }, (_, index) => ({
    creditor_name: `Furnizor ${index + 1}`,
    creditor_iban: REQUEST.creditor_iban,
    amount_minor: 1_000 * (index + 1),
    details: `Factura ${index + 1}`,
  }))
  await initiateList(context, { partner: f.partner, payment_id: key.payment_id, request: { items, ...more } })
  return key
}

/** The bank says so of the item that is there; then the list is told, as the queue would. */
async function bankSays(key: PaymentKey, no: number, status: string): Promise<void> {
  const { items } = await readList(context, (await loadPayment(context, key)) as PaymentRow)
  const payment_id = items.find((item) => item.no === no)?.payment_id as number
  f.bank.status = [says(status)]
  await settle(context, { partner_id: key.partner_id, payment_id, cause: 'return' })
  await followItems(context, key)
}
const states = ({ list }: PaymentView) => list?.items.map(({ state }) => state)

test('who has a list asks how it stands: little of it comes, and says the same', async () => {
  const key = await newList(500)
  await submit(key)
  const whole = await view(key)
  const { body, status } = await call<PaymentProgress>(key, '?part=progress')
  assert.deepEqual([status, body.step, body.redirectUrl], [200, whole.step, whole.redirectUrl])
  assert.deepEqual(body.list.states, [{ count: 500, state: 'authorising' }])
  assert.deepEqual([body.list.totalMinor, body.list.way], [whole.list?.totalMinor, 'together'])
  assert.ok(JSON.stringify(body).length < 2_000, `${JSON.stringify(body).length} bytes`)
  assert.equal((await call(key, '?part=half')).status, 400)
})

test('a list is shown as the partner made it, with its way at each bank; only the payer’s own can be sent', async () => {
  const key = await newList()
  const shown = await view(key)
  assert.deepEqual([shown.kind, shown.step, shown.editable], ['list', 'form', ['debtorIban', 'email', 'bankId']])
  assert.deepEqual([shown.list?.count, shown.list?.totalMinor, shown.list?.way], [3, 6_000, undefined])
  assert.deepEqual(shown.values, {})
  assert.deepEqual(states(shown), ['waiting', 'waiting', 'waiting'])
  assert.deepEqual(
    shown.banks.map(({ list }) => list),
    ['together', 'together'],
  )
  f.bank.profile = withoutBulk(f.bank.profile)
  assert.equal((await view(key)).banks[0]?.list, 'one_by_one')
  const forged = await submit(key, { amountMinor: 1, creditorIban: OTHER_IBAN })
  assert.deepEqual(forged.body.fields, { amountMinor: 'not_editable', creditorIban: 'not_editable' })
  const own = await submit(key, { debtorIban: REQUEST.creditor_iban, bankId: 'delta' })
  assert.equal(own.body.fields?.debtorIban, 'same_account')
  assert.equal((await submit(key, { debtorIban: OTHER_IBAN })).body.fields?.debtorIban, 'wrong_bank')
  assert.equal(f.bank.asked.initiate.length, 0)
})

test('a bank that takes lists has one authorised, and its end is that of every payment', async () => {
  const key = await newList()
  const sent = (await submit(key)).body
  assert.deepEqual([sent.step, sent.redirectUrl, sent.list?.way], ['authorise', 'https://bank.example/sca', 'together'])
  assert.deepEqual(states(sent), ['authorising', 'authorising', 'authorising'])
  assert.equal(sent.list?.nextNo, undefined)
  f.bank.status = [says('ACSP')]
  await settle(context, { ...key, cause: 'return' })
  // The items are told later; what is known of the list is true of them.
  const running = await view(key)
  assert.deepEqual([running.step, running.outcome?.kind, states(running)?.[2]], ['outcome', 'authorised', 'authorised'])
  f.bank.status = [says('ACSC')]
  await settle(context, { ...key, cause: 'poll' })
  assert.equal((await view(key)).outcome?.kind, 'paid')
  assert.equal(f.bank.asked.initiate.length, 1)
})

test('one by one: each goes on the payer’s word alone, a stale word sends nothing, and stopping tells what is left', async () => {
  f.bank.profile = withoutBulk(f.bank.profile)
  const key = await newList(4)
  const first = (await submit(key)).body
  assert.deepEqual([first.step, first.list?.way, first.list?.nextNo], ['authorise', 'one_by_one', 1])
  assert.deepEqual(states(first), ['authorising', 'waiting', 'waiting', 'waiting'])
  assert.equal((await next(key, 2)).body.step, 'authorise', 'nothing beside the one that is at the bank')
  await bankSays(key, 1, 'ACSC')
  const between = await view(key)
  assert.deepEqual([between.step, between.list?.nextNo, states(between)?.[0]], ['next', 2, 'paid'])
  assert.equal(f.bank.asked.initiate.length, 1, 'nothing goes on by itself')
  for (const stale of [1, 3, 4]) assert.equal((await next(key, stale)).body.step, 'next')
  assert.equal((await call<Refusal>(key, '/next', { pageToken: 'x', no: 2 })).body.code, 'PAGE_EXPIRED')
  assert.equal((await call<Refusal>(key, '/next', { no: 2 })).status, 400)
  assert.equal(f.bank.asked.initiate.length, 1)
  const both = await Promise.all([next(key, 2), next(key, 2)])
  for (const { status } of both) assert.equal(status, 200)
  assert.equal(f.bank.asked.initiate.length, 2)
  await bankSays(key, 2, 'RJCT')
  const after_refusal = await view(key)
  assert.deepEqual([after_refusal.step, after_refusal.list?.nextNo], ['next', 3])
  const stopped = (await call(key, '/abandon', {})).body
  assert.deepEqual([stopped.step, stopped.outcome?.kind], ['outcome', 'partly'])
  assert.deepEqual(states(stopped), ['paid', 'rejected', 'abandoned', 'abandoned'])
  assert.equal((await next(key, 3)).body.step, 'outcome')
  assert.equal(f.bank.asked.initiate.length, 2)
})

test('one by one: what was authorised and is not executed yet is not called unpaid, and stopping then is no giving up', async () => {
  f.bank.profile = withoutBulk(f.bank.profile)
  const key = await newList(3)
  await submit(key)
  await bankSays(key, 1, 'ACTC')
  const between = await view(key)
  assert.deepEqual([between.step, states(between)], ['next', ['authorised', 'waiting', 'waiting']])
  const stopped = (await call(key, '/abandon', {})).body
  assert.deepEqual([stopped.step, stopped.outcome?.kind], ['outcome', 'partly'])
  assert.deepEqual(states(stopped), ['authorised', 'abandoned', 'abandoned'])

  const later = await newList(2, { execution_date: inDays(5) })
  await submit(later)
  await bankSays(later, 1, 'ACTC')
  assert.deepEqual(states(await view(later)), ['scheduled', 'waiting'])
})

test('a list nothing of which was paid is not called paid in part, before or after it is told of its payments', async () => {
  f.bank.profile = withoutBulk(f.bank.profile)
  const key = await newList(1)
  await submit(key)
  const { items } = await readList(context, (await loadPayment(context, key)) as PaymentRow)
  f.bank.status = [says('RJCT')]
  const { payment_id = 0 } = items[0] ?? {}
  await settle(context, { partner_id: key.partner_id, payment_id, cause: 'return' })
  assert.equal((await view(key)).outcome?.kind, 'rejected')
  await followItems(context, key)
  assert.equal((await view(key)).outcome?.kind, 'rejected')
})

test('the first payment of a list is refused by its bank: the form is back, and another bank may be chosen', async () => {
  f.bank.profile = withoutBulk(f.bank.profile)
  const key = await newList(2)
  f.bank.initiate = [{ kind: 'refused', http_status: 403, code: 'SERVICE_BLOCKED', text: '' }, ACCEPTED]
  const refused = (await submit(key)).body
  assert.deepEqual([refused.step, refused.notice], ['form', 'BANK_REFUSED'])
  assert.equal((await submit(key, { bankId: 'delta', debtorIban: OTHER_IBAN })).body.step, 'authorise')
})

async function newPayment(more: Partial<InitiationRequest>) {
  const key = await f.reserved()
  await initiatePayment(context, {
    partner: f.partner,
    payment_id: key.payment_id,
    request: { ...REQUEST, debtor_iban: REQUEST.debtor_iban, ...more },
  })
  return key
}
const inDays = (days: number) => new Date(f.now.getTime() + days * 86_400_000).toISOString().slice(0, 10)

test('a series shows its schedule, is not offered where the bank has none, and rests as scheduled', async () => {
  const schedule = { start_date: inDays(10), frequency: 'Monthly', day_of_execution: 15 } as const
  const key = await newPayment({ schedule })
  const shown = await view(key)
  assert.equal(shown.kind, 'recurring')
  assert.deepEqual(shown.schedule, { startDate: schedule.start_date, frequency: 'Monthly', dayOfExecution: 15 })
  const { services, ...profile } = f.bank.profile
  const { 'periodic-payments': _periodic, ...others } = services
  f.bank.profile = { ...profile, services: others }
  assert.deepEqual(
    (await view(key)).banks.map(({ available, unavailable }) => [available, unavailable]),
    [
      [false, 'NOT_OFFERED'],
      [false, 'NOT_OFFERED'],
    ],
  )
  const refused = await submit(key)
  assert.deepEqual([refused.status, refused.body.code], [409, 'BANK_NOT_OFFERED'])
  f.bank.profile = { ...profile, services }
  assert.equal((await submit(key)).body.step, 'authorise')
  for (const [status, kind] of [
    ['ACTC', 'scheduled'],
    ['ACSP', 'scheduled'],
    ['ACSC', 'scheduled'],
  ] as const) {
    f.bank.status = [says(status)]
    await settle(context, { ...key, cause: 'poll' })
    const { step, outcome } = await view(key)
    assert.deepEqual([step, outcome?.kind], ['outcome', kind], status)
  }
  assert.equal((await view(key)).outcome?.reason, 'ENDED')
})

test('where ACTC still waits for the payer, a series of that bank does too', async () => {
  const schedule = { start_date: inDays(10), frequency: 'Monthly' } as const
  const key = await newPayment({ schedule })
  f.bank.profile = { ...f.bank.profile, statuses: { unauthorised: ['ACTC'] } }
  await submit(key)
  f.bank.status = [says('ACTC')]
  await settle(context, { ...key, cause: 'poll' })
  assert.equal((await view(key)).step, 'authorise')
})

test('a payment of a day to come names the day, and rests as scheduled until it is there', async () => {
  const execution_date = inDays(5)
  const key = await newPayment({ execution_date })
  assert.equal((await view(key)).executionDate, execution_date)
  const { payments } = f.bank.profile.services
  const known = f.bank.profile
  f.bank.profile = { ...known, services: { payments: { ...payments, future_dated: false } } }
  assert.equal((await view(key)).banks[0]?.unavailable, 'NOT_OFFERED')
  f.bank.profile = known
  await submit(key)
  f.bank.status = [says('ACCP')]
  await settle(context, { ...key, cause: 'return' })
  assert.deepEqual((await view(key)).outcome, { kind: 'scheduled' })
  f.now = new Date(f.now.getTime() + 6 * 86_400_000)
  assert.deepEqual((await view(key)).outcome, { kind: 'authorised' })
})

test('a list of a day to come that rests as ACTC is scheduled, and not abandoned', async () => {
  const key = await newList(2, { execution_date: inDays(5) })
  await submit(key)
  f.bank.status = [says('ACTC')]
  await settle(context, { ...key, cause: 'return' })
  const shown = await view(key)
  assert.deepEqual([shown.step, shown.outcome], ['outcome', { kind: 'scheduled' }])
  assert.deepEqual(states(shown), ['scheduled', 'scheduled'])
})

test('a link tells until when it lives', async () => {
  const key = await f.reserved()
  await f.context.db.query({
    text: 'update payments set is_link = true where payment_id = $1',
    values: [key.payment_id],
  })
  const request = { ...REQUEST, link_hours: 48 }
  const { link_expires_at } = await initiatePayment(context, {
    partner: f.partner,
    payment_id: key.payment_id,
    request,
  })
  const shown = await view(key)
  assert.equal(shown.linkExpiresAt, link_expires_at?.toISOString())
  assert.equal(shown.expiresAt, shown.linkExpiresAt)
  assert.equal((await view(await f.initiated())).linkExpiresAt, undefined)
})

test('while a bank is entered another may be chosen; the same form again starts nothing', async () => {
  enters_first = true
  const key = await f.initiated()
  const wish = { bankId: 'delta', debtorIban: OTHER_IBAN }
  const entering = (await submit(key, wish)).body
  assert.deepEqual(
    [entering.step, entering.entering, entering.redirectUrl],
    ['authorise', true, 'https://bank.example/enter'],
  )
  assert.equal(entering.values.debtorIban, OTHER_IBAN)
  assert.ok(entering.editable.includes('bankId'))
  const attempts = async () => (await loadPayment(context, key))?.attempt_no
  assert.equal((await submit(key, wish)).body.entering, true)
  assert.equal(await attempts(), 1)
  const other = (await submit(key)).body
  assert.deepEqual(
    [other.step, other.entering, other.redirectUrl],
    ['authorise', undefined, 'https://bank.example/sca'],
  )
  assert.deepEqual([await attempts(), other.values.debtorIban, other.editable], [2, undefined, []])
  assert.equal((await submit(key, wish)).body.redirectUrl, 'https://bank.example/sca', 'now it is at a bank')
})

test('who has let us in is led on to where the payment is authorised', async () => {
  enters_first = true
  const key = await f.initiated()
  await submit(key, { bankId: 'delta', debtorIban: OTHER_IBAN })
  const state = returnState(f.context.keys, { ...key, attempt_no: 1 })
  const back = await fetch(`${page.url}/payment-return?state=${state}&code=c`, { redirect: 'manual' })
  assert.deepEqual([back.status, back.headers.get('location')], [303, 'https://bank.example/sca'])
  const { step, entering, redirectUrl } = await view(key)
  assert.deepEqual([step, entering, redirectUrl], ['authorise', undefined, 'https://bank.example/sca'])
})

test('a list may leave a bank that is entered while nothing of it has been at one, and not after', async () => {
  enters_first = true
  f.bank.profile = withoutBulk(f.bank.profile)
  const delta = { bankId: 'delta', debtorIban: OTHER_IBAN }
  const left = await newList(2)
  const entering = (await submit(left, delta)).body
  assert.deepEqual([entering.entering, entering.list?.nextNo], [true, 1])
  assert.deepEqual(entering.editable, ['debtorIban', 'email', 'bankId'])
  assert.equal((await submit(left)).body.redirectUrl, 'https://bank.example/sca')
  assert.equal(f.bank.asked.initiate.length, 1)

  const key = await newList(2)
  await submit(key, delta)
  const { items } = await readList(context, (await loadPayment(context, key)) as PaymentRow)
  const attempt = { ...key, payment_id: items[0]?.payment_id as number, list_payment_id: key.payment_id, attempt_no: 1 }
  const back = `${page.url}/payment-return?state=${returnState(f.context.keys, attempt)}&code=c`
  assert.equal((await fetch(back, { redirect: 'manual' })).headers.get('location'), 'https://bank.example/sca')
  await bankSays(key, 1, 'ACSC')
  const second = (await next(key, 2)).body
  assert.deepEqual([second.entering, second.list?.nextNo, second.editable], [true, 2, []])
  assert.equal((await submit(key)).body.redirectUrl, 'https://bank.example/enter')
  assert.equal(f.bank.asked.initiate.length, 2)
})

test('the name at the bank is given once, for all of a list', async () => {
  f.bank.profile = { ...withoutBulk(f.bank.profile), needs_psu_id: true }
  const key = await newList(2)
  assert.deepEqual((await submit(key)).body.fields, { userCode: 'required' })
  await submit(key, { userCode: 'ion.pop' })
  await bankSays(key, 1, 'ACSC')
  await next(key, 2)
  assert.deepEqual(named, ['ion.pop', 'ion.pop'])
})
