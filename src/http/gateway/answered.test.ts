/** What is answered is in the table's column of answers, and what the table keeps for answers is answered. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CHARGES, FOLLOW_ONS, TRANSACTIONS } from './fields/table.ts'
import { FIELDS } from './fields.ts'
import { type GatewayOperation, isList, isNested, type Nested, type NestedValue } from './grammar.ts'
import { CARD, createGatewayWorld, DECLINED, type GatewayWorld, type TestMerchant } from './testing/world.ts'
import { type Branch, type Tree, treeOf } from './tree.ts'

let world: GatewayWorld
let one: TestMerchant
const base = '/api/rest/version/100/merchant/ONE'

before(async () => {
  world = await createGatewayWorld()
  one = await world.merchant('ONE')
})
after(() => world.close())

const answerTree = (operation: GatewayOperation, version = 100): Branch =>
  treeOf(FIELDS.filter(({ answer, since }) => answer.includes(operation) && since <= version))

/** Leaves that the tree does not know, or whose form is not the rule's. */
function strangers(tree: Tree | undefined, value: NestedValue, path: string): string[] {
  if (tree === undefined) return [path]
  if (tree.kind === 'list')
    return isList(value) ? value.flatMap((one, i) => strangers(tree.of, one, `${path}[${i}]`)) : [path]
  if (tree.kind === 'leaf') {
    if (typeof value === 'object') return [path]
    // Masked, or told in another form.
    if (tree.field.secret === 'number' || tree.field.secret === 'code') return []
    return typeof tree.field.rule?.read(value) === 'object' ? [`${path} = ${value}`] : []
  }
  if (!isNested(value)) return [path]
  return Object.entries(value).flatMap(([name, member]) =>
    strangers(
      tree.kind === 'keys' ? { kind: 'leaf', field: tree.field } : tree.members.get(name),
      member,
      path === '' ? name : `${path}.${name}`,
    ),
  )
}

const assertKnown = (operation: GatewayOperation, answer: Nested): void =>
  assert.deepEqual(strangers(answerTree(operation), answer, ''), [], operation)

const TOLD = {
  order: {
    amount: '10.50',
    currency: 'RON',
    reference: 'r',
    taxAmount: '1.90',
    custom: { a: '1' },
    item: [{ name: 'x', quantity: 1, unitPrice: '1.00', detail: { tax: [{ amount: '0.10' }] } }],
    tax: [{ amount: 1, type: 'VAT' }],
    notificationUrl: 'https://shop.example/hook',
  },
  billing: { address: { street: 'Alpha St', city: 'Cluj-Napoca', country: 'ROU' } },
  customer: { email: 'ana@example.ro', firstName: 'Ana', phone: '+40 721000000' },
  device: { ipAddress: '10.0.0.1', browser: 'B' },
  shipping: { contact: { lastName: 'Pop' } },
  sourceOfFunds: { type: 'CARD', provided: { card: { ...CARD, nameOnCard: 'Ana Pop' } } },
  transaction: { reference: 't', source: 'INTERNET' },
  correlationId: 'c-1',
}

async function put(order: string, transaction: string, body: Nested): Promise<Nested> {
  const path = `${base}/order/${order}/transaction/${transaction}`
  const answer = await world.call({ method: 'PUT', path, as: one, body })
  assert.equal(answer.status, 201, answer.text)
  assertKnown(body.apiOperation as GatewayOperation, answer.json)
  return answer.json
}

test('transactions, whatever became of them', async () => {
  const agreement = { id: 'a', type: 'RECURRING', amountVariability: 'VARIABLE', maximumAmountPerPayment: '100.00' }
  const paid = await put('paid', '1', { ...TOLD, apiOperation: 'PAY', agreement })
  assert.deepEqual(
    [typeof (paid.order as Nested).taxAmount, typeof (paid.agreement as Nested).maximumAmountPerPayment],
    ['number', 'number'],
  )
  await put('paid', '2', { apiOperation: 'REFUND', transaction: { amount: '1', currency: 'RON', taxAmount: '0.10' } })
  await put('paid', '3', { apiOperation: 'VOID', transaction: { targetTransactionId: '2' } })
  const { number, expiry } = CARD
  const again = { order: { amount: '5', currency: 'RON' }, transaction: { source: 'MERCHANT' }, agreement: { id: 'a' } }
  const next = { sourceOfFunds: { provided: { card: { number, expiry } } }, ...again }
  const merchants = await put('next', '1', { ...next, apiOperation: 'PAY' })
  assert.deepEqual(merchants.psd2, { exemption: 'RECURRING_PAYMENT' })
  await put('held', '1', { ...TOLD, apiOperation: 'AUTHORIZE' })
  await put('held', '2', { apiOperation: 'UPDATE_AUTHORIZATION', transaction: { amount: '20', currency: 'RON' } })
  await put('held', '3', { apiOperation: 'CAPTURE', transaction: { amount: '4', currency: 'RON' } })
  await put('verified', '1', { ...TOLD, apiOperation: 'VERIFY', order: { currency: 'RON' } })
  world.acquirer.answers.push(DECLINED, { kind: 'not_sent', reason: 'REFUSED' }, { kind: 'unknown', reason: 'TIMEOUT' })
  await put('declined', '1', { ...TOLD, apiOperation: 'PAY' })
  const unsent = await put('unsent', '1', { ...TOLD, apiOperation: 'PAY' })
  assert.equal(unsent.authorizationResponse, undefined, 'no acquirer answered')
  const unknown = await put('unknown', '1', { ...TOLD, apiOperation: 'PAY' })
  const { response } = unknown
  assert.deepEqual(
    [unknown.result, response, unknown.authorizationResponse],
    ['UNKNOWN', { gatewayCode: 'TIMED_OUT' }, undefined],
  )
  const seen = await world.call({ path: `${base}/order/unknown/transaction/1`, as: one })
  const { correlationId: _, ...same } = unknown
  assert.deepEqual(seen.json, same)
  for (const order of ['paid', 'held', 'declined', 'unknown']) {
    const { transaction, ...own } = (await world.call({ path: `${base}/order/${order}`, as: one })).json
    for (const each of transaction) assertKnown('RETRIEVE_ORDER', each)
    const unprefixed: Branch = { kind: 'group', members: orderMembers() }
    assert.deepEqual(strangers(unprefixed, own, ''), [])
  }
})

/** RETRIEVE_ORDER has the order's fields beside the envelope's. */
function orderMembers(): Map<string, Tree> {
  const { members } = answerTree('RETRIEVE_ORDER')
  const order = members.get('order')
  assert.ok(order?.kind === 'group')
  return new Map([...members, ...order.members])
}

test('sessions, tokens, agreements, payment options', async () => {
  const ask = async (operation: GatewayOperation, method: string, path: string, body?: Nested): Promise<Nested> => {
    const answer = await world.call({ method, path: base + path, as: one, ...(body !== undefined && { body }) })
    assert.ok(answer.status < 300, answer.text)
    // A token's expiry is a text of four digits there, where the table has month and year.
    const { expiry, ...card } = answer.json.sourceOfFunds?.provided?.card ?? {}
    assertKnown(operation, typeof expiry === 'string' ? withCard(answer.json, card) : answer.json)
    return answer.json
  }
  const { session } = await ask('CREATE_SESSION', 'POST', '/session', { correlationId: 'c' })
  const { id } = session as { id: string }
  const { correlationId: _, ...told } = TOLD
  const updated = await ask('UPDATE_SESSION', 'PUT', `/session/${id}`, { ...told, agreement: { id: 'b' } })
  assert.equal((updated.order as Nested).reference, 'r')
  await ask('RETRIEVE_SESSION', 'GET', `/session/${id}`)
  const { number, expiry } = CARD
  const card = { sourceOfFunds: { provided: { card: { number, expiry, nameOnCard: 'Ana Pop' } } } }
  const { token } = await ask('TOKENIZE', 'POST', '/token', card)
  await ask('TOKENIZE', 'PUT', `/token/${token}`, card)
  await ask('RETRIEVE_TOKEN', 'GET', `/token/${token}`)
  await ask('DELETE_TOKEN', 'DELETE', `/token/${token}`)
  const terms = {
    id: 'all',
    type: 'INSTALLMENT',
    numberOfPayments: 3,
    maximumAmountPerPayment: '9',
    expiryDate: '2099-01-31',
  }
  await put('opening', '1', { ...TOLD, apiOperation: 'VERIFY', order: { currency: 'RON' }, agreement: terms })
  await ask('RETRIEVE_AGREEMENT', 'GET', '/agreement/all')
  await ask('PAYMENT_OPTIONS_INQUIRY', 'GET', '/paymentOptionsInquiry')
})

function withCard(answer: Nested, card: Nested): Nested {
  return { ...answer, sourceOfFunds: { ...(answer.sourceOfFunds as Nested), provided: { card } } }
}

test('what is kept to be echoed, the table says is answered', () => {
  const kept = FIELDS.filter(
    ({ kept, rule, secret, use }) =>
      kept &&
      rule !== undefined &&
      (secret === undefined || secret === 'personal') &&
      TRANSACTIONS.some((operation) => use[operation] !== undefined),
  )
  assert.ok(kept.length > 200)
  const unanswered = kept.filter(({ answer }) => ![...CHARGES, ...FOLLOW_ONS].every((one) => answer.includes(one)))
  assert.deepEqual(
    unanswered.map(({ path }) => path),
    [],
  )
})

test('a series of the account rail is unknown here', async () => {
  await put('account', '1', { ...TOLD, apiOperation: 'PAY', agreement: { id: 'account', type: 'OTHER' } })
  const path = `${base}/agreement/account`
  assert.equal((await world.call({ path, as: one })).status, 200)
  await world.database.db.query({
    text: `update agreements set rail = 'account', status = 'ACTIVE', payment_id = 1 where agreement_id = $1`,
    values: ['account'],
  })
  const answer = await world.call({ path, as: one })
  assert.deepEqual(
    [answer.status, answer.json.error.explanation],
    [400, 'Unable to find agreement account for merchant ONE'],
  )
})

test('what an authentication of the payer found is refused, not passed over', async () => {
  const found = [
    { '3ds': { acsEci: '05', authenticationToken: 'kNyn+7YFi1EUAREAAAAvNUe6Hv8=' } },
    { '3ds2': { transactionStatus: 'Y' } },
    { transactionId: '7' },
  ]
  for (const authentication of found) {
    const path = `${base}/order/authenticated/transaction/1`
    const answer = await world.call({
      method: 'PUT',
      path,
      as: one,
      body: { ...TOLD, apiOperation: 'PAY', authentication },
    })
    assert.equal(answer.status, 400)
    assert.deepEqual(
      [answer.json.error.field, answer.json.error.validationType],
      [`authentication.${Object.keys(authentication)[0]}`, 'UNSUPPORTED'],
    )
  }
})

test('behind a gateway token the card is answered, also where the payment went out under a scheme token', async () => {
  const { number, expiry } = CARD
  const body = { sourceOfFunds: { provided: { card: { number, expiry } } } }
  const { token } = (await world.call({ method: 'POST', path: `${base}/token`, as: one, body })).json
  const order = { amount: '1', currency: 'RON' }
  const paid = await put('behind', '1', { apiOperation: 'PAY', order, sourceOfFunds: { token } })
  const text = `update card_transactions set funds_type = 'SCHEME_TOKEN' where order_id = 'behind'`
  await world.database.db.query({ text, values: [] })
  const seen = await world.call({ path: `${base}/order/behind/transaction/1`, as: one })
  assert.equal(seen.json.sourceOfFunds.type, 'CARD')
  assert.deepEqual(seen.json, paid)
})

test('an attempt under another agreement leaves the answer to the first as it was', async () => {
  world.acquirer.answers.push(DECLINED)
  const tried = await put('tried', '1', { ...TOLD, apiOperation: 'PAY', agreement: { id: 'first', type: 'RECURRING' } })
  await put('tried', '2', { ...TOLD, apiOperation: 'PAY', agreement: { id: 'second', type: 'UNSCHEDULED' } })
  const { correlationId: _, ...same } = tried
  const seen = await world.call({ path: `${base}/order/tried/transaction/1`, as: one })
  assert.deepEqual(seen.json, same)
})

test('an older version is answered with what it knows', async () => {
  const path = '/api/rest/version/57/merchant/ONE/order/older/transaction/1'
  const answer = await world.call({ method: 'PUT', path, as: one, body: { ...TOLD, apiOperation: 'PAY' } })
  assert.equal(answer.status, 201, answer.text)
  assert.deepEqual(strangers(answerTree('PAY', 57), answer.json, ''), [])
})
