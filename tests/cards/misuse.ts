/** Series used against their terms, and what is not one's own: orders, tokens, agreements, names; the same ids again. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CARD, right, STORED_ON_FILE, without } from './bad-input.ts'
import { assertRefused, assertSays, type Fields, SPEECHES } from './gateway.ts'
import { type Cards, cardFields, LEI, newId, newNumber, newOrder, type Speaker, speakerOf } from './world.ts'

export function misuseTests(cards: () => Cards): void {
  describe('misuse', { concurrency: 2 }, () => {
    for (const speech of SPEECHES) {
      const speaker = () => speakerOf(cards(), speech, cards().shop)
      test(`${speech}: series that are unknown, another's, ended or misused`, () => wrongSeries(cards(), speaker()))
      test(`${speech}: terms of a series hold`, () => terms(cards(), speaker()))
      test(`${speech}: another merchant's order, token and agreement do not exist`, () =>
        anothers(cards(), speaker(), speakerOf(cards(), speech, cards().other)))
      test(`${speech}: the same ids again: the same answer, or a refusal`, () => again(cards(), speaker()))
    }
    test('who calls in the name of another is told so, and a stranger nothing', () => impostors(cards()))
  })
}

/** A series that the payer has opened. */
async function openSeries(speaker: Speaker, terms: Fields = {}): Promise<{ card: Fields; agreement: Fields }> {
  const card = { 'sourceOfFunds.type': 'CARD', ...cardFields(newNumber()) }
  const agreement = { 'agreement.id': newId('SERIE') }
  const opening = { 'agreement.type': 'RECURRING', [STORED_ON_FILE]: 'TO_BE_STORED', 'transaction.source': 'INTERNET' }
  await speaker.pay({ ...newOrder(), ...LEI('10.00'), ...card, ...agreement, ...opening, ...terms })
  return { card, agreement }
}

const MERCHANT = { 'transaction.source': 'MERCHANT', [STORED_ON_FILE]: 'STORED' }

async function wrongSeries(cards: Cards, speaker: Speaker): Promise<void> {
  const { card, agreement } = await openSeries(speaker)
  const charge = (changes: Fields, leave: readonly string[] = []) =>
    speaker.ask(
      'PAY',
      without({ ...newOrder(), ...LEI('10.00'), ...card, ...agreement, ...MERCHANT, ...changes }, ...leave),
    )
  assertRefused(await charge({}, ['agreement.id']), { field: 'agreement.id', type: 'MISSING' })
  assertRefused(await charge({ 'agreement.type': 'RECURRING' }, ['agreement.id']), {
    field: 'agreement.id',
    type: 'MISSING',
  })
  assertRefused(await charge({ 'agreement.id': newId('NICIUNUL') }), { field: 'agreement.id', type: 'INVALID' })
  assertRefused(await charge({ 'agreement.type': 'INSTALLMENT' }), { field: 'agreement.type', type: 'INVALID' })
  for (const stored of ['NOT_STORED', 'TO_BE_STORED'])
    assertRefused(await charge({ [STORED_ON_FILE]: stored }), { field: STORED_ON_FILE, type: 'INVALID' })
  assertRefused(await charge({ [`${CARD}.securityCode`]: '100' }), { field: `${CARD}.securityCode`, type: 'INVALID' })
  assertRefused(await charge(cardFields(newNumber())), {
    says: /^The card number provided for this merchant-initiated/,
  })
  const practice = { 'order.industryPracticePaymentReason': 'NO_SHOW_PENALTY' }
  assertRefused(await charge(practice, ['agreement.id']), { field: 'referenceOrderId', type: 'MISSING' })
  assertRefused(await charge({ ...practice, referenceOrderId: newId('NICIUNA') }, ['agreement.id']), {
    field: 'referenceOrderId',
    type: 'INVALID',
  })
  // The payer, with the series' own card; without its type; and not stored.
  const payer = { 'transaction.source': 'INTERNET', [STORED_ON_FILE]: 'TO_BE_STORED' }
  assertRefused(await charge({ ...payer, 'agreement.type': 'RECURRING' }), { field: 'agreement.id', type: 'INVALID' })
  assertRefused(await charge(payer), { field: 'agreement.type', type: 'MISSING' })
  const fresh = {
    ...payer,
    'agreement.id': newId('NOU'),
    'agreement.type': 'RECURRING',
    [STORED_ON_FILE]: 'NOT_STORED',
  }
  assertRefused(await charge(fresh), { field: STORED_ON_FILE, type: 'INVALID' })
  // Nothing of it was counted; what is right is taken; what has ended is not.
  assert.equal((await cards.agreement(speaker.as, String(agreement['agreement.id'])))?.payments_taken, 0)
  assertSays(await charge({}), { result: 'SUCCESS' })
  await cards.expire(speaker.as, String(agreement['agreement.id']))
  assertRefused(await charge({}), { field: 'agreement.id', type: 'INVALID', says: /expired/ })
}

async function terms(cards: Cards, speaker: Speaker): Promise<void> {
  const take = (series: { card: Fields; agreement: Fields }, amount: string, changes: Fields = {}) =>
    speaker.ask('PAY', { ...newOrder(), ...LEI(amount), ...series.card, ...series.agreement, ...MERCHANT, ...changes })
  const limited = await openSeries(speaker, {
    'agreement.numberOfPayments': 2,
    'agreement.minimumAmountPerPayment': '5.00',
    'agreement.maximumAmountPerPayment': '20.00',
    'agreement.minimumDaysBetweenPayments': 28,
    'agreement.paymentFrequency': 'MONTHLY',
    'agreement.amountVariability': 'VARIABLE',
  })
  const terms = { field: 'order.amount', type: 'INVALID' }
  assertRefused(await take(limited, '4.99'), terms)
  assertRefused(await take(limited, '20.01'), terms)
  assertRefused(await take(limited, '10.00', { 'order.currency': 'EUR' }), { field: 'order.currency', type: 'INVALID' })
  // A declined one is given back to the count.
  const declined = await take(limited, '10.00', { [`${CARD}.expiry.month`]: '5' })
  assertSays(declined, { result: 'FAILURE', 'response.gatewayCode': 'DECLINED' })
  assertSays(await take(limited, '5.00'), { result: 'SUCCESS' })
  assertSays(await take(limited, '20.00'), { result: 'SUCCESS' })
  assertRefused(await take(limited, '10.00'), { field: 'agreement.id', type: 'INVALID' })
  assert.equal((await cards.agreement(speaker.as, String(limited.agreement['agreement.id'])))?.payments_taken, 2)
  // Ten at once where three are left: three.
  const three = await openSeries(speaker, { 'agreement.type': 'INSTALLMENT', 'agreement.numberOfPayments': 3 })
  const answers = await Promise.all(Array.from({ length: 10 }, () => take(three, '10.00')))
  assert.equal(answers.filter((answer) => answer.at('result') === 'SUCCESS').length, 3)
  for (const answer of answers.filter((one) => one.at('result') !== 'SUCCESS'))
    assert.ok(answer.at('error.field') === 'agreement.id' || answer.at('error.cause') === 'SERVER_BUSY', answer.text)
  assert.equal((await cards.agreement(speaker.as, String(three.agreement['agreement.id'])))?.payments_taken, 3)
  const fixed = await openSeries(speaker, { 'agreement.amountVariability': 'FIXED' })
  assertRefused(await take(fixed, '10.01'), terms)
  assertSays(await take(fixed, '10.00'), { result: 'SUCCESS' })
  await fixedByTheFirst(speaker)
  const open = (terms: Fields) =>
    speaker.ask('PAY', {
      ...right('PAY'),
      'transaction.source': 'INTERNET',
      'agreement.id': newId('TERMENI'),
      'agreement.type': 'RECURRING',
      ...terms,
    })
  for (const [field, value] of [
    ['agreement.startDate', '2020-01-01'],
    ['agreement.expiryDate', '2020-01-01'],
    ['agreement.minimumAmountPerPayment', '1.005'],
    ['agreement.maximumAmountPerPayment', '0'],
  ] as const)
    assertRefused(await open({ [field]: value }), { field, type: 'INVALID' })
  assertRefused(await open({ 'agreement.minimumAmountPerPayment': '11' }), terms)
  assertRefused(await open({ 'agreement.minimumAmountPerPayment': '9', 'agreement.maximumAmountPerPayment': '8' }), {
    field: 'agreement.minimumAmountPerPayment',
    type: 'INVALID',
  })
}

/** A FIXED series that begins with a VERIFY has the amount of the first payment that is taken: a declined one fixes none. */
async function fixedByTheFirst(speaker: Speaker): Promise<void> {
  const card = { 'sourceOfFunds.type': 'CARD', ...cardFields(newNumber()) }
  const agreement = { 'agreement.id': newId('FIX') }
  const opening = {
    'agreement.type': 'INSTALLMENT',
    'agreement.amountVariability': 'FIXED',
    [STORED_ON_FILE]: 'TO_BE_STORED',
  }
  const source = { 'transaction.source': 'INTERNET' }
  const begun = await speaker.ask('VERIFY', {
    ...newOrder('V'),
    'order.currency': 'RON',
    ...card,
    ...agreement,
    ...opening,
    ...source,
  })
  assertSays(begun, { result: 'SUCCESS' })
  const take = (amount: string, changes: Fields = {}) =>
    speaker.ask('PAY', { ...newOrder(), ...LEI(amount), ...card, ...agreement, ...MERCHANT, ...changes })
  assertSays(await take('10.00', { [`${CARD}.expiry.month`]: '5' }), { result: 'FAILURE' })
  assertSays(await take('12.00'), { result: 'SUCCESS' })
  assertRefused(await take('10.00'), { field: 'order.amount', type: 'INVALID' })
  assertSays(await take('12.00'), { result: 'SUCCESS' })
}

async function anothers(cards: Cards, mine: Speaker, other: Speaker): Promise<void> {
  const order = newOrder()
  await mine.pay({ ...right('AUTHORIZE'), ...order }, 'AUTHORIZE')
  const nowhere = newOrder()
  const next = { 'transaction.id': '2' }
  const asks: readonly (readonly [string, Fields])[] = [
    ['RETRIEVE_ORDER', {}],
    ['RETRIEVE_TRANSACTION', { 'transaction.id': '1' }],
    ['CAPTURE', { ...right('CAPTURE'), ...next }],
    ['REFUND', { ...right('REFUND'), ...next }],
    ['VOID', { ...right('VOID'), ...next }],
    ['UPDATE_AUTHORIZATION', { ...right('UPDATE_AUTHORIZATION'), ...next }],
  ]
  const told = (text: string, id: Fields) => text.replaceAll(String(id['order.id']), '…')
  for (const [operation, fields] of asks) {
    const of_mine = await other.ask(operation, { ...fields, 'order.id': String(order['order.id']) })
    const of_nobody = await other.ask(operation, { ...fields, 'order.id': String(nowhere['order.id']) })
    assert.equal(of_mine.status, 400, operation)
    assert.equal(told(of_mine.text, order), told(of_nobody.text, nowhere), operation)
  }
  // Its own order of the same id is another order.
  await other.pay({ ...right('PAY'), ...order })
  assert.equal((await cards.transactions(mine.as, String(order['order.id'])))[0]?.type, 'AUTHORIZATION')
  const token = await mine.tokenize(newNumber())
  const stolen = await other.ask('PAY', { ...newOrder(), ...LEI('10.00'), 'sourceOfFunds.token': token })
  assertRefused(stolen, { field: 'sourceOfFunds.token', type: 'INVALID' })
  for (const operation of ['RETRIEVE_TOKEN', 'DELETE_TOKEN']) {
    const answer = await other.ask(operation, { 'sourceOfFunds.token': token })
    const unknown = await other.ask(operation, { 'sourceOfFunds.token': '9999999999999999' })
    assert.deepEqual([answer.status, answer.text], [400, unknown.text], operation)
  }
  const { card, agreement } = await openSeries(mine)
  const charge = { ...newOrder(), ...LEI('10.00'), ...card, ...agreement, ...MERCHANT }
  assertRefused(await other.ask('PAY', charge), { field: 'agreement.id', type: 'INVALID' })
  const seen = await other.ask('RETRIEVE_AGREEMENT', agreement)
  assert.equal(seen.status, 400, seen.text)
  assertSays(await mine.ask('PAY', charge), { result: 'SUCCESS' })
}

async function again(cards: Cards, speaker: Speaker): Promise<void> {
  const request = right('PAY')
  const answers = await Promise.all(Array.from({ length: 6 }, () => speaker.ask('PAY', request)))
  assert.ok(answers.some((answer) => answer.at('result') === 'SUCCESS'))
  const last = await speaker.ask('PAY', request)
  assertSays(last, { result: 'SUCCESS', 'order.totalCapturedAmount': 10 })
  for (const answer of answers) {
    if (answer.at('result') === 'SUCCESS') assert.equal(answer.text, last.text)
    else assert.ok(answer.at('error.cause') === 'SERVER_BUSY' || answer.at('result') === 'PENDING', answer.text)
  }
  // The same in the other protocol is the same; less or more of it is not.
  const elsewhere = speakerOf(cards, speaker.speech === 'REST' ? 'NVP' : 'REST', speaker.as)
  assertSays(await elsewhere.ask('PAY', request), { result: 'SUCCESS' })
  for (const changes of [LEI('10.01'), { 'order.reference': 'alta' }, cardFields(newNumber())]) {
    const other = await speaker.ask('PAY', { ...request, ...changes })
    assertRefused(other, { field: other.at('error.field'), type: other.at('error.validationType') })
  }
  const another_operation = await speaker.ask('AUTHORIZE', request)
  assert.equal(another_operation.status, 400, another_operation.text)
  const second = await speaker.ask('PAY', { ...request, 'transaction.id': '2' })
  assert.equal(second.status, 400, second.text)
  assert.equal((await cards.transactions(speaker.as, String(request['order.id']))).length, 1)
}

async function impostors(cards: Cards): Promise<void> {
  const { gateway, shop, other } = cards
  const order = right('PAY')
  const path = `/api/rest/version/100/merchant/${shop.id}/order/${order['order.id']}/transaction/1`
  const basic = (user: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  })
  const body = '{"apiOperation":"PAY"}'
  const nobody = await gateway.raw({ path, body })
  assertRefused(nobody, { status: 401 })
  assert.match(nobody.headers['www-authenticate'] ?? '', /^Basic /)
  const as_other = await gateway.raw({ path, body, headers: basic(`merchant.${other.id}`, other.password) })
  assertRefused(as_other, {
    status: 401,
    says: /^Authenticated entity not authorised to perform operation for target entity/,
  })
  const texts = new Set<string>()
  for (const headers of [
    basic(`merchant.${shop.id}`, other.password),
    basic('merchant.NOBODY', other.password),
    basic(shop.id, shop.password),
    basic(`merchant.${shop.id}`, ''),
  ]) {
    const answer = await gateway.raw({ path, body, headers })
    assertRefused(answer, { status: 401, says: /^Invalid credentials\.$/ })
    assert.equal(answer.headers['www-authenticate'], undefined)
    texts.add(answer.text)
  }
  assert.equal(texts.size, 1)
}
