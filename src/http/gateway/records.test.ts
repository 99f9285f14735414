import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CARD, callsOf, createGatewayWorld, type GatewayWorld, type TestMerchant } from './testing/world.ts'

let world: GatewayWorld
let one: TestMerchant
let two: TestMerchant
const base = (merchant = 'ONE', version = 100) => `/api/rest/version/${version}/merchant/${merchant}`

before(async () => {
  world = await createGatewayWorld()
  one = await world.merchant('ONE', { link: { sources: ['INTERNET', 'MERCHANT'] } })
  two = await world.merchant('TWO', { operations: ['PAY'], tokenization: false })
})
after(() => world.close())

const { pay, put, get, nvp } = callsOf(() => ({ world, as: one }))

test('tokens: create, pay with, retrieve, update, delete; the expiry is MMYY there', async () => {
  const body = { sourceOfFunds: { type: 'CARD', provided: { card: { number: CARD.number, expiry: CARD.expiry } } } }
  const created = await world.call({ method: 'POST', path: `${base()}/token`, as: one, body })
  assert.equal(created.status, 201)
  assert.equal(created.json.response.gatewayCode, 'BASIC_VERIFICATION_SUCCESSFUL')
  assert.equal(created.json.sourceOfFunds.provided.card.expiry, '0139')
  assert.equal(created.json.status, 'VALID')
  const { token } = created.json
  const paid = await put('token', '1', { ...pay(), sourceOfFunds: { token } })
  assert.equal(paid.status, 201, paid.text)
  assert.equal(paid.json.sourceOfFunds.token, token)
  assert.equal(paid.json.sourceOfFunds.provided.card.storedOnFile, 'STORED')
  const expiry = { sourceOfFunds: { provided: { card: { expiry: { month: '5', year: '40' } } } } }
  const path = `${base()}/token/${token}`
  const updated = await world.call({ method: 'PUT', path, as: one, body: expiry })
  assert.equal(updated.json.sourceOfFunds?.provided.card.expiry, '0540', updated.text)
  const seen = await nvp({ apiOperation: 'RETRIEVE_TOKEN', token })
  assert.equal(seen.form.get('sourceOfFunds.provided.card.expiry'), '0540')
  assert.equal((await world.call({ path: `${base('TWO')}/token/${token}`, as: two })).status, 400)
  assert.equal((await world.call({ method: 'DELETE', path, as: one })).status, 200)
  assert.match((await world.call({ path, as: one })).json.error.explanation, /Unable to find/)
})

test('a session carries the payment, its code is not echoed, and the same request again is answered without it', async () => {
  const created = await world.call({ method: 'POST', path: `${base()}/session`, as: one })
  const { id, version } = created.json.session
  assert.match(created.json.session.aes256Key, /^[A-Za-z0-9+/]{43}=$/)
  const path = `${base()}/session/${id}`
  const given = {
    session: { version },
    order: { amount: '7', currency: 'RON' },
    sourceOfFunds: { type: 'CARD', provided: { card: { ...CARD, expiry: { month: '01', year: '39' } } } },
  }
  const updated = await world.call({ method: 'PUT', path, as: one, body: given })
  assert.equal(updated.status, 200, updated.text)
  assert.equal('result' in updated.json, false)
  assert.equal(updated.json.session.updateStatus, 'SUCCESS')
  assert.deepEqual(updated.json.sourceOfFunds.provided.card, {
    brand: 'MASTERCARD',
    expiry: { month: '1', year: '39' },
    number: '512345xxxxxx0008',
    scheme: 'MASTERCARD',
    securityCode: 'xxx',
  })
  const stale = await world.call({ method: 'PUT', path, as: one, body: given })
  assert.equal(stale.json.error.field, 'session.version')
  const body = { apiOperation: 'PAY', session: { id }, order: { amount: '8.00' } }
  const paid = await put('session', '1', body)
  assert.equal(paid.status, 201, paid.text)
  assert.equal(paid.json.order.amount, 8, 'what the request says wins')
  const message = world.acquirer.sent.at(-1)?.message
  assert.equal(message !== undefined && 'card' in message ? message.card.security_code : undefined, '100')
  assert.equal(paid.text.includes(id), false, 'the session is not repeated')
  const retrieved = await world.call({ path, as: one })
  assert.equal(retrieved.json.sourceOfFunds.provided.card.securityCode, undefined, 'the code ended with its payment')
  const sent = world.acquirer.sent.length
  const again = await put('session', '1', body)
  assert.deepEqual(again.json, paid.json)
  assert.equal(world.acquirer.sent.length, sent)
})

test('a series: opened by the payer, continued by the merchant, its agreement retrieved', async () => {
  const agreement = { id: 'gym-1', type: 'RECURRING', amountVariability: 'VARIABLE', maximumAmountPerPayment: '50' }
  const card = { ...CARD, storedOnFile: 'TO_BE_STORED' }
  const opened = await put('cit', '1', pay({ agreement, sourceOfFunds: { type: 'CARD', provided: { card } } }))
  assert.equal(opened.json.result, 'SUCCESS', opened.text)
  assert.equal(opened.json.psd2, undefined)
  const { securityCode: _, ...stored } = { ...CARD, storedOnFile: 'STORED' }
  const next = pay({
    agreement: { id: 'gym-1' },
    transaction: { source: 'MERCHANT' },
    sourceOfFunds: { type: 'CARD', provided: { card: stored } },
  })
  const taken = await put('mit', '1', next)
  assert.equal(taken.json.result, 'SUCCESS', taken.text)
  assert.deepEqual(taken.json.psd2, { exemption: 'RECURRING_PAYMENT' })
  assert.deepEqual(taken.json.agreement, { id: 'gym-1', type: 'RECURRING' })
  const seen = await get('/agreement/gym-1')
  assert.equal(seen.status, 200)
  assert.equal(seen.json.agreement.status, 'UNKNOWN_IN_VERSION')
  assert.equal(seen.json.agreement.type, 'RECURRING')
  assert.ok(seen.text.includes('"maximumAmountPerPayment":50.00'))
  assert.equal(
    (await get('/agreement/gym-1', two)).json.error.explanation,
    'Unable to find agreement gym-1 for merchant TWO',
  )
})

test("payment options are the merchant's own", async () => {
  const all = await get('/paymentOptionsInquiry')
  assert.equal(all.json.transactionMode, 'AUTHORIZE_CAPTURE')
  assert.deepEqual(all.json.paymentTypes.card.transactionSources, [
    { transactionSource: 'INTERNET' },
    { transactionSource: 'MERCHANT' },
  ])
  const named = { apiOperation: 'PAYMENT_OPTIONS_INQUIRY' }
  const path = `${base('TWO')}/paymentOptionsInquiry`
  const pays = await world.call({ method: 'POST', path, as: two, body: named })
  assert.equal(pays.json.transactionMode, 'PURCHASE')
  assert.deepEqual(pays.json.supportedPaymentOperations, [{ supportedPaymentOperation: 'PURCHASE' }])
  const over_nvp = await nvp(named, two)
  assert.equal(over_nvp.form.get('paymentTypes.card.currencies[0].currency'), 'BHD')
})

test('the reference of the fields is served as a page without anything of others', async () => {
  const answer = await world.call({ path: '/docs' })
  assert.equal(answer.status, 200)
  assert.match(answer.headers['content-type'] ?? '', /^text\/html/)
  assert.match(answer.text, /sourceOfFunds\.provided\.card\.number/)
  assert.doesNotMatch(answer.text, /(src|href)="https?:/)
})
