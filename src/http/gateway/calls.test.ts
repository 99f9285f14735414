import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type Answer,
  CARD,
  callsOf,
  createGatewayWorld,
  DECLINED,
  type GatewayWorld,
  type TestMerchant,
} from './testing/world.ts'

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

test('a decline keeps its currency when the order is then paid in another', async () => {
  world.acquirer.answers.push(DECLINED)
  const declined = await put('currencies', '1', pay({ order: { amount: '10.50', currency: 'RON' } }))
  assert.equal(declined.json.result, 'FAILURE')
  const paid = await put('currencies', '2', pay({ order: { amount: '700', currency: 'JPY' } }))
  assert.equal(paid.status, 201, paid.text)
  const again = await put('currencies', '1', pay({ order: { amount: '10.50', currency: 'RON' } }))
  assert.equal(again.json.order.currency, 'RON')
  assert.equal(again.json.order.amount, 10.5)
  assert.equal((await get('/order/currencies')).json.currency, 'JPY')
})

test('an approved payment is 201 with the whole envelope', async () => {
  const told = { billing: { address: { street: 'Alpha St' } }, customer: { email: 'ana@example.ro' } }
  const answer = await put('full', '1', pay({ ...told, correlationId: 'c-1' }))
  assert.equal(answer.status, 201)
  assert.equal(answer.headers['content-type'], 'application/json;charset=UTF-8')
  assert.equal(answer.headers['cache-control'], 'no-store')
  const { order, response, transaction, sourceOfFunds, authorizationResponse, ...rest } = answer.json
  assert.ok(answer.text.includes('"totalCapturedAmount":10.50'), 'amounts keep their zeros')
  assert.equal(order.status, 'CAPTURED')
  assert.equal(order.merchantAmount, 10.5)
  assert.deepEqual(response, {
    acquirerCode: '00',
    acquirerMessage: 'Approved',
    cardSecurityCode: { gatewayCode: 'MATCH' },
    gatewayCode: 'APPROVED',
    gatewayRecommendation: 'PROCEED',
  })
  assert.deepEqual(sourceOfFunds, {
    provided: {
      card: {
        brand: 'MASTERCARD',
        expiry: { month: '1', year: '39' },
        fundingMethod: 'UNKNOWN',
        number: '512345xxxxxx0008',
        scheme: 'MASTERCARD',
        storedOnFile: 'NOT_STORED',
      },
    },
    type: 'CARD',
  })
  assert.deepEqual(authorizationResponse, { responseCode: '00', stan: '000042', transactionIdentifier: 'TRACE0001' })
  assert.equal(transaction.type, 'PAYMENT')
  assert.equal(transaction.source, 'INTERNET')
  assert.deepEqual(transaction.acquirer, { id: 'simulator', merchantId: 'ACQ1', transactionId: 'acquirer-42' })
  assert.deepEqual(
    { ...rest, timeOfRecord: 0, timeOfLastUpdate: 0 },
    {
      ...told,
      correlationId: 'c-1',
      gatewayEntryPoint: 'WEB_SERVICES_API',
      merchant: 'ONE',
      result: 'SUCCESS',
      timeOfLastUpdate: 0,
      timeOfRecord: 0,
      version: '100',
    },
  )
})

test('a declined payment is 201 too, result FAILURE', async () => {
  world.acquirer.answers.push(DECLINED)
  const answer = await put('declined', '1', pay())
  assert.equal(answer.status, 201)
  assert.equal(answer.json.result, 'FAILURE')
  assert.equal(answer.json.response.gatewayCode, 'DECLINED')
  assert.equal(answer.json.response.gatewayRecommendation, 'RESUBMIT_WITH_ALTERNATIVE_PAYMENT_DETAILS')
  assert.equal(answer.json.order.status, 'FAILED')
})

test('retrieves: a transaction as it was answered, an order un-prefixed with its transactions', async () => {
  const paid = await put('seen', '1', pay({ order: { amount: 100, currency: 'JPY', reference: 'bill-1' } }))
  const refund = { apiOperation: 'REFUND', transaction: { amount: '40', currency: 'JPY' } }
  const refunded = await put('seen', '2', { ...refund, sourceOfFunds: { provided: { card: {} } } })
  assert.equal(refunded.status, 201)
  assert.equal(refunded.json.transaction.targetTransactionId, '1')
  assert.equal(refunded.json.sourceOfFunds.provided.card.number, '512345xxxxxx0008')
  const transaction = await get('/order/seen/transaction/1')
  assert.equal(transaction.status, 200)
  assert.deepEqual(transaction.json, paid.json)
  const order = await get('/order/seen/')
  assert.equal(order.status, 200)
  const { id, amount, currency, status, totalRefundedAmount, reference, result, transaction: list } = order.json
  assert.deepEqual(
    { id, amount, currency, status, totalRefundedAmount, reference, result },
    {
      id: 'seen',
      amount: 100,
      currency: 'JPY',
      status: 'PARTIALLY_REFUNDED',
      totalRefundedAmount: 40,
      reference: 'bill-1',
      result: 'SUCCESS',
    },
  )
  assert.deepEqual(list, [paid.json, refunded.json])
})

test("another merchant's order is as one that does not exist", async () => {
  await put('mine', '1', pay())
  const refund = { apiOperation: 'REFUND', transaction: { amount: '1', currency: 'RON' } }
  for (const order of ['mine', 'nobodys']) {
    const says = `Unable to find order ${order} for merchant TWO`
    const seen = await get(`/order/${order}`, two)
    const one_of_it = await get(`/order/${order}/transaction/1`, two)
    const path = `${base('TWO')}/order/${order}/transaction/9`
    const acted = await world.call({ method: 'PUT', path, as: two, body: refund })
    for (const answer of [seen, one_of_it, acted]) {
      assert.equal(answer.status, 400)
      assert.deepEqual(answer.json, { error: { cause: 'INVALID_REQUEST', explanation: says }, result: 'ERROR' })
    }
  }
})

test('the identical request over REST and NVP is one request; another one is refused', async () => {
  const first = await put('same', '1', pay({ correlationId: 'a' }))
  const sent = world.acquirer.sent.length
  const fields = {
    apiOperation: 'PAY',
    'order.id': 'same',
    'transaction.id': '1',
    'sourceOfFunds.type': 'CARD',
    'sourceOfFunds.provided.card.expiry.year': '39',
    'sourceOfFunds.provided.card.expiry.month': '01',
    'sourceOfFunds.provided.card.number': CARD.number,
    'sourceOfFunds.provided.card.securityCode': '999',
    'order.currency': 'RON',
    'order.amount': '10.50',
    correlationId: 'b',
  }
  const again = await nvp(fields)
  assert.equal(again.status, 200)
  assert.equal(again.headers['content-type'], 'text/plain;charset=UTF-8')
  assert.equal(again.form.get('transaction.id'), '1')
  assert.equal(again.form.get('timeOfRecord'), first.json.timeOfRecord)
  assert.equal(again.form.get('correlationId'), 'b')
  const as_number = await put('same', '1', pay({ order: { amount: 10.5, currency: 'RON' } }))
  assert.equal(as_number.json.timeOfRecord, first.json.timeOfRecord)
  assert.equal(world.acquirer.sent.length, sent)
  const other = await nvp({ ...fields, 'order.amount': '10.51' })
  assert.equal(other.status, 400)
  assert.equal(other.form.get('error.field'), 'transaction.id')
})

test('leniency: any content type or none, empty containers, null, a slash behind, numbers for amounts', async () => {
  const lenient = pay({
    order: { amount: 10.5, currency: 'RON', custom: {} },
    billing: [],
    shipping: {},
    customer: null,
    '3DSecureId': null,
  })
  const types: object[] = [{}, { 'content-type': 'text/plain' }, { 'content-type': 'nonsense' }, { 'content-type': '' }]
  for (const [index, headers] of types.entries()) {
    const answer = await put(`lenient-${index}`, '1/', lenient, headers)
    assert.equal(answer.status, 201, answer.text)
  }
  const session = await world.call({ method: 'POST', path: `${base()}/session/`, as: one })
  assert.equal(session.status, 201)
  const options = await world.call({ method: 'POST', path: `${base()}/paymentOptionsInquiry`, as: one, body: '[]' })
  assert.equal(options.status, 200)
})

test('ids of the address are the ids, by the same rules on both protocols', async () => {
  const named = await put(
    'address',
    '1',
    pay({ order: { id: 'address', amount: '1', currency: 'RON' }, merchant: 'ONE' }),
  )
  assert.equal(named.status, 201, named.text)
  const differing = [
    [pay({ order: { id: 'other', amount: '1', currency: 'RON' } }), 'order.id'],
    [pay({ transaction: { id: '7' } }), 'transaction.id'],
    [pay({ merchant: 'TWO' }), 'merchant'],
  ] as const
  for (const [body, field] of differing) {
    const answer = await put('address', '2', body)
    assert.equal(answer.status, 400)
    assert.equal(answer.json.error.field, field)
  }
  const long = 'o'.repeat(42)
  const over_rest = await get(`/order/${long}`)
  const over_nvp = await nvp({ apiOperation: 'RETRIEVE_ORDER', 'order.id': long })
  const error = {
    cause: 'INVALID_REQUEST',
    explanation: `Value '${long}' is invalid. Length is 42 characters, but must be less than 41`,
    field: 'order.id',
    validationType: 'INVALID',
  }
  assert.deepEqual(over_rest.json, { error, result: 'ERROR' })
  assert.equal(over_nvp.status, 400)
  for (const [name, value] of Object.entries(error)) assert.equal(over_nvp.form.get(`error.${name}`), value)
  const missing = await nvp({ apiOperation: 'RETRIEVE_ORDER' })
  assert.equal(missing.form.get('error.field'), 'order.id')
  assert.equal(missing.form.get('error.validationType'), 'MISSING')
  const strange = await put(encodeURIComponent('a/b ș#?'), '1', pay())
  assert.equal(strange.json.order.id, 'a/b ș#?')
})

test('what cannot be read or routed is refused in the protocol it came by', async () => {
  const cases: readonly (readonly [Promise<Answer>, number, RegExp])[] = [
    [put('bad', '1', '{a'), 400, /Json encoded payload error: .*at \[character 2 line 1\]/],
    [put('bad', '1', '{"order":{"id":1,"id":2}}'), 400, /Duplicate/i],
    [put('bad', '1', `{"x":"${'y'.repeat(2_000_000)}"}`), 413, /larger/],
    [put('bad', '1', pay({ nonsense: 1 })), 400, /Unexpected parameter 'nonsense'/],
    [put('bad', '1', pay({ apiOperation: undefined })), 400, /Missing parameter/],
    [put('bad', '1', pay({ apiOperation: 'STEAL' })), 400, /Value 'STEAL' is invalid/],
    [put('bad', '1', pay({ apiOperation: 'AUTHENTICATE_PAYER' })), 400, /not offered/],
    [put('bad', '1', pay(), { 'content-encoding': 'gzip' }), 415, /compressed/],
    [
      get('/order/x/checkout'),
      404,
      /After url path \/rest\/version\/100\/merchant\/ONE\/order\/x, expected \/transaction/,
    ],
    [world.call({ path: `${base('ONE', 53)}/order/x`, as: one }), 404, /^.*Unsupported value for 'version = 53'/],
    [world.call({ path: `${base()}/order/%zz`, as: one }), 404, /no such resource/],
    [world.call({ method: 'DELETE', path: `${base()}/order/x`, as: one }), 405, /method/],
  ]
  for (const [asked, status, says] of cases) {
    const answer = await asked
    assert.equal(answer.status, status, answer.text)
    assert.equal(answer.json.result, 'ERROR')
    assert.match(answer.json.error.explanation, says)
  }
  const unsupported = await put('bad', '1', pay({ apiOperation: 'INITIATE_AUTHENTICATION' }))
  assert.equal(unsupported.json.error.validationType, 'UNSUPPORTED')
  const method = await world.call({ path: '/api/nvp/version/100' })
  assert.equal(method.status, 405)
  assert.equal(method.headers.allow, 'POST')
  assert.equal(method.form.get('result'), 'ERROR')
  const version = await world.call({ method: 'POST', path: '/api/nvp/version/101' })
  assert.equal(version.status, 404)
  assert.equal(version.form.get('error.explanation'), "Unsupported value for 'version = 101'")
  const nothing_sent = world.acquirer.sent.filter(({ message }) => 'card' in message && message.card.number === '')
  assert.equal(nothing_sent.length, 0)
})

test('an address that asks too much is told so, as a busy server tells it', async () => {
  const small = await createGatewayWorld({ PUNTE_GATEWAY_RATE_PER_MINUTE: '3' })
  try {
    const answers: Answer[] = []
    for (let index = 0; index < 4; index += 1)
      answers.push(await small.call({ path: '/api/rest/version/100/information' }))
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 429],
    )
    assert.equal(answers[3]?.json.error.cause, 'SERVER_BUSY')
    assert.ok(Number(answers[3]?.headers['retry-after']) >= 1)
  } finally {
    await small.close()
  }
})

test('a fault of ours is SERVER_FAILED with the code of its log line, and nothing else', async () => {
  const { connector } = world.acquirer
  const pays = connector.pay
  Object.assign(connector, { pay: undefined })
  try {
    const answer = await put('fault', '1', pay())
    assert.equal(answer.status, 500)
    assert.deepEqual(answer.json, {
      error: { cause: 'SERVER_FAILED', supportCode: answer.headers['x-trace-id'] },
      result: 'ERROR',
    })
  } finally {
    Object.assign(connector, { pay: pays })
  }
})

test('no card number and no security code is logged or stored', async () => {
  const code = '8273'
  const amex = { number: '345678901234564', expiry: CARD.expiry, securityCode: code, nameOnCard: 'Ana Unica Popescu' }
  const answer = await put('secret', '1', pay({ sourceOfFunds: { type: 'CARD', provided: { card: amex } } }))
  assert.equal(answer.status, 201, answer.text)
  const log = world.log_lines.join('')
  for (const secret of [CARD.number, amex.number, 'Popescu']) assert.ok(!log.includes(secret), 'a secret is logged')
  const { rows } = await world.database.db.query<{ row: string }>({
    text: `select t::text as row from card_transactions t union all select s::text from card_sessions s
      union all select o::text from card_orders o union all select k::text from card_tokens k`,
    values: [],
  })
  const stored = rows.map(({ row }) => row).join('\n')
  assert.ok(stored.includes('345678xxxxx4564'))
  for (const secret of [CARD.number, amex.number, 'Popescu']) {
    assert.ok(!stored.includes(secret))
    assert.ok(!stored.includes(Buffer.from(secret).toString('hex')))
  }
})
