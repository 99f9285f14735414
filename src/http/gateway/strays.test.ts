import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { FIELDS } from './fields.ts'
import { keptSafely, withoutCardNumbers } from './strays.ts'
import { basic, CARD, createGatewayWorld, type GatewayWorld, type TestMerchant } from './testing/world.ts'

let world: GatewayWorld
let one: TestMerchant
const base = '/api/rest/version/100/merchant/ONE'

before(async () => {
  world = await createGatewayWorld()
  one = await world.merchant('ONE', {})
})
after(() => world.close())

const NUMBER = CARD.number
const SPACED = NUMBER.replace(/(\d{4})(?=\d)/g, '$1 ')
const put = (order: string, transaction: string, body: object) =>
  world.call({
    method: 'PUT',
    path: `${base}/order/${encodeURIComponent(order)}/transaction/${transaction}`,
    as: one,
    body,
  })
const pay = (order: object = {}, more: object = {}) => ({
  apiOperation: 'PAY',
  order: { amount: '10.00', currency: 'RON', ...order },
  sourceOfFunds: { type: 'CARD', provided: { card: CARD } },
  ...more,
})

test("the request's own card number is refused in ids, however it is grouped, and nothing is sent", async () => {
  const sent = world.acquirer.sent.length
  for (const [order, transaction] of [
    [NUMBER, '1'],
    [`x${SPACED}`, '1'],
    ['strays-1', NUMBER],
  ] as const) {
    const answer = await put(order, transaction, pay())
    assert.equal(answer.status, 400, answer.text)
    assert.match(answer.json.error.field, /^(order|transaction)\.id$/)
    assert.ok(!answer.text.includes(NUMBER))
  }
  const agreement = { id: `a-${NUMBER}`, type: 'UNSCHEDULED' }
  assert.equal((await put('strays-2', '1', pay({}, { agreement }))).json.error.field, 'agreement.id')
  assert.equal(world.acquirer.sent.length, sent)
  // Somebody's order numbers look like cards; they are not this one.
  assert.equal((await put('4508750015741019', '1', pay())).status, 201)
})

test('it is masked in whatever is kept, and a security code among the merchant’s own fields is not kept', async () => {
  const custom = { note: `card ${SPACED}`, cvv: '100', securityCode: '100', other: '100' }
  const answer = await put('strays-3', '1', pay({ reference: NUMBER, custom, description: '4508750015741019' }))
  assert.equal(answer.status, 201, answer.text)
  const seen = await world.call({ path: `${base}/order/strays-3`, as: one })
  for (const { reference, custom, description } of [answer.json.order, seen.json]) {
    assert.equal(reference, '512345xxxxxx0008')
    assert.deepEqual(custom, { note: 'card 512345xxxxxx0008', other: '100' })
    assert.equal(description, '4508750015741019')
  }
})

test('a name on a card is no number', async () => {
  for (const nameOnCard of [NUMBER, SPACED]) {
    const answer = await put('strays-4', '1', {
      ...pay(),
      sourceOfFunds: { type: 'CARD', provided: { card: { ...CARD, nameOnCard } } },
    })
    assert.equal(answer.json.error?.field, 'sourceOfFunds.provided.card.nameOnCard', answer.text)
    assert.ok(!answer.text.includes('0008'))
  }
})

test('explanations do not repeat what could be a card number', async () => {
  for (const path of [`${base}/order/${NUMBER}`, `${base}/order/${NUMBER}/x`, `${base}/agreement/${NUMBER}`]) {
    const { text } = await world.call({ path, as: one })
    assert.match(text, /x{16}/)
    assert.ok(!text.includes(NUMBER), text)
  }
  assert.equal(withoutCardNumbers('order 1234567812345678 of 2026-11-22'), 'order 1234567812345678 of 2026-11-22')
})

test('what is kept of a transaction has an end, since an order has many', async () => {
  const item = Array.from({ length: 190 }, () => ({ name: 'x'.repeat(120), description: 'y'.repeat(120), quantity: 1 }))
  const priced = item.map((one) => ({ ...one, unitPrice: '1.00', brand: 'z'.repeat(120) }))
  assert.equal((await put('strays-5', '1', pay({ item: priced }))).status, 413)
  assert.equal((await put('strays-6', '1', pay({ item: priced.slice(0, 100) }))).status, 201)
  const told = { order: { description: 'x'.repeat(17_000) } }
  assert.throws(() => keptSafely(told, told, 'follow_on'), { code: 'BODY_TOO_LARGE' })
  assert.equal(keptSafely(told, told, 'charge'), told)
})

test('the lists of an order stand in it once, not in each of its captures', async () => {
  const item = [{ name: 'Bujori', quantity: 1, unitPrice: '10.00' }]
  const amount = { amount: '1.00', currency: 'RON' }
  await put('strays-9', '1', { ...pay({ item, description: 'Flori' }), apiOperation: 'AUTHORIZE' })
  await put('strays-9', '2', { apiOperation: 'CAPTURE', transaction: amount })
  const { json } = await world.call({ path: `${base}/order/strays-9`, as: one })
  const [authorized, captured] = json.transaction
  for (const { item } of [json, authorized.order]) assert.equal(item[0].name, 'Bujori')
  assert.equal(captured.order.item, undefined)
  assert.equal(captured.order.description, 'Flori')
  const alone = await world.call({ path: `${base}/order/strays-9/transaction/2`, as: one })
  assert.equal(alone.json.order.item[0].name, 'Bujori')
})

test('no field of the interface has the name of a security code by mistake', () => {
  const fields = FIELDS.filter(({ kept }) => kept).map(({ path }) => path.split('.').at(-1) ?? '')
  const sent = Object.fromEntries(fields.map((name) => [name, 'x']))
  const details = { ...sent, order: { custom: {} } }
  assert.deepEqual(keptSafely(details, {}, 'charge'), details)
})

test('an update of an authorisation names one amount', async () => {
  await put('strays-7', '1', { ...pay(), apiOperation: 'AUTHORIZE' })
  const update = (transaction: object, order: object) =>
    put('strays-7', '2', { apiOperation: 'UPDATE_AUTHORIZATION', transaction, order })
  const twice = await update({ amount: '30.00', currency: 'RON' }, { amount: '40.00', currency: 'RON' })
  assert.equal(twice.json.error?.field, 'transaction.amount', twice.text)
  const currencies = await update({ amount: '30.00', currency: 'RON' }, { amount: '30.00', currency: 'EUR' })
  assert.equal(currencies.json.error?.field, 'transaction.currency', currencies.text)
  assert.equal((await update({ amount: '30.00', currency: 'RON' }, { amount: '30', currency: 'RON' })).status, 201)
})

test("who has only a session's id gives the payer's fields, not the merchant's", async () => {
  const opened = await world.call({
    method: 'POST',
    path: `${base}/session`,
    as: one,
    body: { session: { authenticationLimit: 25 } },
  })
  const { id } = opened.json.session
  const path = `${base}/session/${id}`
  const merchants = { order: { amount: '10.00', currency: 'RON' } }
  assert.equal((await world.call({ method: 'PUT', path, as: one, body: merchants })).status, 200)
  const headers = { authorization: basic('merchant.ONE', id) }
  const update = (body: object) => world.call({ method: 'PUT', path, headers, body })
  const card = { number: NUMBER, expiry: CARD.expiry, securityCode: '100', nameOnCard: 'Ana' }
  for (const [field, body] of [
    ['order', { order: { amount: '0.01' } }],
    ['transaction', { transaction: { source: 'MOTO' } }],
    ['agreement', { agreement: { id: 'a', type: 'OTHER' } }],
    ['sourceOfFunds.token', { sourceOfFunds: { token: '9520761350997879' } }],
    ['sourceOfFunds.provided.card.storedOnFile', { sourceOfFunds: { provided: { card: { storedOnFile: 'STORED' } } } }],
    ['sourceOfFunds.type', { sourceOfFunds: { type: 'SCHEME_TOKEN' } }],
  ] as const) {
    const answer = await update(body)
    assert.equal(answer.status, 400, answer.text)
    assert.equal(answer.json.error.field, field)
  }
  const form = await world.call({
    method: 'POST',
    path: '/api/nvp/version/100',
    body: new URLSearchParams({
      apiUsername: 'merchant.ONE',
      apiPassword: id,
      merchant: 'ONE',
      apiOperation: 'UPDATE_SESSION',
      'session.id': id,
      'order.amount': '0.01',
    }).toString(),
  })
  assert.equal(form.form.get('error.field'), 'order')
  const given = await update({
    correlationId: 'c',
    sourceOfFunds: { type: 'CARD', provided: { card } },
    billing: { address: { city: 'Cluj' } },
    customer: { email: 'ana@example.ro' },
  })
  assert.equal(given.status, 200, given.text)
  const paid = await put('strays-8', '1', { apiOperation: 'PAY', session: { id } })
  assert.equal(paid.status, 201, paid.text)
  assert.equal(paid.json.order.amount, 10)
})
