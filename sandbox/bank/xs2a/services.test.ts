/** Bulk, periodic and future-dated payments over their lives, by the Berlin Group text; cancellation of each. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bulkBody, dayFromToday, initiateOrder, moveCalendar, periodicBody } from '../testing/orders.ts'
import {
  authoriseByRedirect,
  call,
  createPki,
  initiatePayment,
  ledger,
  paymentBody,
  startWorld,
  type TestWorld,
} from '../testing/world.ts'
import { validatorOf } from './schema.ts'

const pki = await createPki()

type Debit = { payment_id: string; end_to_end_id: string; amount_minor: number; at: string; execution_no?: number }

async function bank(t: { after(work: () => unknown): void }, settle_ms = 0): Promise<TestWorld> {
  const world = await startWorld(pki, 'carpati', { timing: { settle_ms } })
  t.after(() => world.close())
  return world
}

function assertConforms(definition: string, body: unknown): void {
  const validate = validatorOf(definition)
  assert.ok(validate(body), JSON.stringify(validate.errors))
}

const pathOf = (href: string): string => new URL(href).pathname
const read = async (world: TestWorld, href: string) => (await call(pki, world, { path: pathOf(href) })).json
const remove = (world: TestWorld, href: string) => call(pki, world, { path: pathOf(href), method: 'DELETE' })

async function debitsOf(world: TestWorld, payment_id: string): Promise<Debit[]> {
  const { debits } = (await ledger(world)) as { debits: Debit[] }
  return debits.filter((debit) => debit.payment_id === payment_id)
}

/** Initiated by the person and authorised by him. */
async function authorised(
  world: TestWorld,
  service: 'payments' | 'bulk-payments' | 'periodic-payments',
  body: object,
  login = 'ana',
) {
  const { status, text, json } = await initiateOrder(pki, world, service, login, { body })
  assert.equal(status, 201, text)
  assertConforms('paymentInitiationRequestResponse-201', json)
  await authoriseByRedirect(world, json._links.scaRedirect.href, login)
  return {
    payment_id: json.paymentId as string,
    self: json._links.self.href as string,
    status: json._links.status.href as string,
  }
}

test('bulk: one debit a transfer, information with a status for each', async (t) => {
  const world = await bank(t)
  const payment = await authorised(
    world,
    'bulk-payments',
    bulkBody(world, 'ana', [1250, 300, 45], { batchBookingPreferred: true }),
  )
  const debits = await debitsOf(world, payment.payment_id)
  assert.deepEqual(
    debits.map(({ end_to_end_id, amount_minor }) => [end_to_end_id, amount_minor]),
    [
      ['E2E-0', 1250],
      ['E2E-1', 300],
      ['E2E-2', 45],
    ],
  )
  assert.ok(debits.every((debit) => (debit as { batch?: boolean }).batch === true))
  const status = await read(world, payment.status)
  assertConforms('paymentInitiationStatusResponse-200_json', status)
  assert.equal(status.transactionStatus, 'ACSC')
  const information = await read(world, payment.self)
  assertConforms('bulkPaymentInitiationWithStatusResponse', information)
  assert.deepEqual(
    information.payments.map((one: { transactionStatus: string }) => one.transactionStatus),
    ['ACSC', 'ACSC', 'ACSC'],
  )
  assert.equal(information.batchBookingPreferred, true)
  // A bulk payment is not found where single ones are.
  assert.equal(
    (await call(pki, world, { path: pathOf(payment.self).replace('/bulk-payments/', '/payments/') })).status,
    404,
  )
})

test('bulk: transfers find their funds one by one; some refused is PART, all refused is RJCT', async (t) => {
  const world = await bank(t)
  // Sorin has 1,50 lei.
  const part = await authorised(world, 'bulk-payments', bulkBody(world, 'sorin', [100, 200, 50]), 'sorin')
  const status = await read(world, part.status)
  assertConforms('paymentInitiationStatusResponse-200_json', status)
  assert.equal(status.transactionStatus, 'PART')
  assert.match(status.psuMessage, /2 din 3 plăți/)
  assert.deepEqual(
    status.tppMessage.map(({ code, path }: { code: string; path: string }) => [code, path]),
    [['FUNDS_NOT_AVAILABLE', 'payments[1]']],
  )
  const information = await read(world, part.self)
  assertConforms('bulkPaymentInitiationWithStatusResponse', information)
  assert.deepEqual(
    information.payments.map((one: { transactionStatus: string }) => one.transactionStatus),
    ['ACSC', 'RJCT', 'ACSC'],
  )
  assert.equal(information.payments[1].tppMessage[0].code, 'FUNDS_NOT_AVAILABLE')
  assert.deepEqual(
    (await debitsOf(world, part.payment_id)).map((debit) => debit.end_to_end_id),
    ['E2E-0', 'E2E-2'],
  )
  const rejected = await authorised(world, 'bulk-payments', bulkBody(world, 'sorin', [100, 200]), 'sorin')
  assert.equal((await read(world, rejected.status)).transactionStatus, 'RJCT')
  assert.equal((await debitsOf(world, rejected.payment_id)).length, 0)
})

test('future-dated: executed on its day, cancelled until then', async (t) => {
  const world = await bank(t)
  const [day, later] = [dayFromToday(3), dayFromToday(5)]
  const order = (date: string) => paymentBody(world, 'ana', { requestedExecutionDate: date })
  const payment = await authorised(world, 'payments', order(day))
  const cancelled = await authorised(world, 'payments', order(later))
  assert.equal((await read(world, payment.status)).transactionStatus, 'ACCP')
  assert.equal((await read(world, payment.self)).requestedExecutionDate, day)
  assert.equal((await remove(world, cancelled.self)).status, 204)
  assert.equal((await moveCalendar(world, dayFromToday(2))).status, 200)
  assert.equal((await debitsOf(world, payment.payment_id)).length, 0)
  await moveCalendar(world, day)
  assert.equal((await read(world, payment.status)).transactionStatus, 'ACSC')
  const [debit] = await debitsOf(world, payment.payment_id)
  assert.equal(debit?.at.slice(0, 10), day)
  const late = await remove(world, payment.self)
  assert.deepEqual([late.status, late.json.tppMessages[0].code], [405, 'CANCELLATION_INVALID'])
  await moveCalendar(world, dayFromToday(9))
  assert.equal((await debitsOf(world, cancelled.payment_id)).length, 0)
  const bulk = await authorised(
    world,
    'bulk-payments',
    bulkBody(world, 'ana', [5, 6], { requestedExecutionDate: dayFromToday(12) }),
  )
  assert.equal((await read(world, bulk.status)).transactionStatus, 'ACCP')
  await moveCalendar(world, dayFromToday(12))
  assert.equal((await debitsOf(world, bulk.payment_id)).length, 2)
})

test('the calendar only goes forward, to days that exist, not beyond twenty years', async (t) => {
  const world = await bank(t)
  for (const day of [dayFromToday(-1), '2030-02-30', '2090-01-01', 'x'])
    assert.equal((await moveCalendar(world, day)).status, 400)
  assert.equal((await moveCalendar(world, '2030-01-31')).status, 200)
  assert.equal((await moveCalendar(world, '2030-01-30')).status, 400)
  const past = await initiatePayment(pki, world, 'ana', {
    body: paymentBody(world, 'ana', { requestedExecutionDate: '2030-01-30' }),
  })
  assert.equal(past.json.tppMessages[0].code, 'EXECUTION_DATE_INVALID')
  const form = await fetch(`${world.bank.pages_url}/sandbox/calendar`, { method: 'POST', body: '{}' })
  assert.equal(form.status, 415)
})

test('periodic: every due day once, days clipped, ends after its end date', async (t) => {
  const world = await bank(t)
  const body = periodicBody(world, 'ana', '2030-01-31', { dayOfExecution: '31', endDate: '2030-04-30' })
  const payment = await authorised(world, 'periodic-payments', body)
  assert.equal((await read(world, payment.status)).transactionStatus, 'ACSP')
  assert.equal((await debitsOf(world, payment.payment_id)).length, 0)
  const information = await read(world, payment.self)
  assertConforms('periodicPaymentInitiationWithStatusResponse', information)
  assert.deepEqual(
    [information.frequency, information.dayOfExecution, information.endDate],
    ['Monthly', '31', '2030-04-30'],
  )
  await moveCalendar(world, '2030-02-28')
  await moveCalendar(world, '2030-02-28')
  assert.equal((await debitsOf(world, payment.payment_id)).length, 2)
  await moveCalendar(world, '2030-04-30')
  assert.equal((await read(world, payment.status)).transactionStatus, 'ACSP')
  await moveCalendar(world, '2030-12-31')
  const debits = await debitsOf(world, payment.payment_id)
  assert.deepEqual(
    debits.map(({ at, execution_no, end_to_end_id }) => [at.slice(0, 10), execution_no, end_to_end_id]),
    [
      ['2030-01-31', 1, 'SERIES-1'],
      ['2030-02-28', 2, 'SERIES-1'],
      ['2030-03-31', 3, 'SERIES-1'],
      ['2030-04-30', 4, 'SERIES-1'],
    ],
  )
  assert.equal((await read(world, payment.status)).transactionStatus, 'ACSC')
  const late = await remove(world, payment.self)
  assert.equal(late.json.tppMessages[0].code, 'CANCELLATION_INVALID')
})

test('periodic: a day without funds fails and the series goes on; cancelled at any time, it stops', async (t) => {
  const world = await bank(t)
  const body = periodicBody(world, 'sorin', '2030-01-10', { instructedAmount: { currency: 'RON', amount: '1.00' } })
  const payment = await authorised(world, 'periodic-payments', body, 'sorin')
  await moveCalendar(world, '2030-02-20')
  assert.deepEqual(
    (await debitsOf(world, payment.payment_id)).map(({ execution_no }) => execution_no),
    [1],
  )
  const status = await read(world, payment.status)
  assert.equal(status.transactionStatus, 'ACSP')
  assert.match(status.psuMessage, /2030-02-10.*Fonduri insuficiente/)
  // Somebody of the same bank sends him money: the next day is paid again.
  const gift = paymentBody(world, 'ana', { creditorAccount: { iban: world.person('sorin').iban } })
  await authorised(world, 'payments', gift)
  await moveCalendar(world, '2030-03-10')
  assert.deepEqual(
    (await debitsOf(world, payment.payment_id)).map(({ execution_no }) => execution_no),
    [1, 3],
  )
  assert.equal((await remove(world, payment.self)).status, 204)
  assert.equal((await remove(world, payment.self)).status, 204)
  await moveCalendar(world, '2031-03-10')
  assert.equal((await debitsOf(world, payment.payment_id)).length, 2)
  assert.equal((await read(world, payment.status)).transactionStatus, 'CANC')
})

test('money of one account goes to what was due first', async (t) => {
  const world = await bank(t)
  const order = (date: string, id: string) =>
    paymentBody(world, 'sorin', {
      requestedExecutionDate: date,
      endToEndIdentification: id,
      instructedAmount: { currency: 'RON', amount: '1.50' },
    })
  const second = await authorised(world, 'payments', order(dayFromToday(5), 'LATER'), 'sorin')
  const first = await authorised(world, 'payments', order(dayFromToday(4), 'EARLIER'), 'sorin')
  await moveCalendar(world, dayFromToday(6))
  assert.equal((await read(world, first.status)).transactionStatus, 'ACSC')
  assert.equal((await read(world, second.status)).transactionStatus, 'RJCT')
})

test('periodic: not carried out before it is authorised, nor after a refusal', async (t) => {
  const world = await bank(t)
  const { json } = await initiateOrder(pki, world, 'periodic-payments', 'ana', {
    body: periodicBody(world, 'ana', dayFromToday(0)),
  })
  await moveCalendar(world, dayFromToday(1))
  assert.equal((await debitsOf(world, json.paymentId)).length, 0)
  assert.equal((await read(world, json._links.status.href)).transactionStatus, 'RCVD')
  await authoriseByRedirect(world, json._links.scaRedirect.href, 'ana', 'refuse')
  assert.equal((await read(world, json._links.status.href)).transactionStatus, 'RJCT')
  await moveCalendar(world, dayFromToday(100))
  assert.equal((await debitsOf(world, json.paymentId)).length, 0)
  const today = await authorised(
    world,
    'payments',
    paymentBody(world, 'ana', { requestedExecutionDate: dayFromToday(100) }),
  )
  assert.equal((await read(world, today.status)).transactionStatus, 'ACSC')
})

test('bulk: cancelled while it settles, not after', async (t) => {
  const world = await bank(t, 60_000)
  const waiting = await authorised(world, 'bulk-payments', bulkBody(world, 'ana', [1, 2]))
  assert.equal((await read(world, waiting.status)).transactionStatus, 'ACTC')
  assert.equal((await remove(world, waiting.self)).status, 204)
  const information = await read(world, waiting.self)
  assert.deepEqual(
    information.payments.map((one: { transactionStatus: string }) => one.transactionStatus),
    ['CANC', 'CANC'],
  )
})

test('the same X-Request-ID at another service is another body', async (t) => {
  const world = await bank(t)
  const headers = { 'x-request-id': '0b2f3c1e-0000-4000-8000-000000000002' }
  const body = bulkBody(world, 'ana', [1, 2])
  const first = await initiateOrder(pki, world, 'bulk-payments', 'ana', { body, headers })
  const again = await initiateOrder(pki, world, 'bulk-payments', 'ana', { body, headers })
  assert.deepEqual(again.json, first.json)
  const other = await initiatePayment(pki, world, 'ana', { headers })
  assert.equal(other.json.tppMessages[0].path, 'X-Request-ID')
})

test('a repeated call is the same payment also when the day that it names has passed', async (t) => {
  const world = await bank(t)
  const headers = { 'x-request-id': '0b2f3c1e-0000-4000-8000-000000000003' }
  const body = paymentBody(world, 'ana', { requestedExecutionDate: dayFromToday(1) })
  const first = await initiatePayment(pki, world, 'ana', { body, headers })
  await moveCalendar(world, dayFromToday(2))
  const again = await initiatePayment(pki, world, 'ana', { body, headers })
  assert.deepEqual([again.status, again.json], [201, first.json])
})
