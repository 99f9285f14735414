/** Amounts that are none, and operations that an order does not allow: what is left of it is always what was agreed. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assertRefused, assertSays, type Fields, SPEECHES } from './gateway.ts'
import { type Cards, cardFields, LEI, newNumber, newOrder, type Speaker, speakerOf } from './world.ts'

const card = (): Fields => ({ 'sourceOfFunds.type': 'CARD', ...cardFields(newNumber()) })

export function amountTests(cards: () => Cards): void {
  describe('amounts and orders', { concurrency: 2 }, () => {
    for (const speech of SPEECHES) {
      const speaker = () => speakerOf(cards(), speech, cards().shop)
      test(`${speech}: amounts that are none`, () => wrongAmounts(speaker()))
      test(`${speech}: minor units by currency`, () => minorUnits(cards(), speaker()))
      test(`${speech}: captures and refunds, partial and too much`, () => captures(speaker()))
      test(`${speech}: voids, once each`, () => voids(speaker()))
      test(`${speech}: operations with nothing to act on`, () => nothingThere(speaker()))
    }
  })
}

async function wrongAmounts(speaker: Speaker): Promise<void> {
  const wrong = ['0', '0.00', '-1', '1e3', '1.005', '1.2.3', '1,50', 'zece', '0x10', '123456789012345', '+1', 'NaN']
  for (const operation of ['PAY', 'AUTHORIZE']) {
    for (const amount of wrong) {
      const answer = await speaker.ask(operation, { ...newOrder(), ...card(), ...LEI(amount) })
      assertRefused(answer, { field: 'order.amount', type: 'INVALID' }, `${operation} ${amount}`)
    }
  }
  const zero = await speaker.ask('PAY', { ...newOrder(), ...card(), ...LEI('0.00') })
  assert.match(zero.at('error.explanation') ?? '', /Transaction or order amount must be greater than zero/)
  const order = newOrder()
  await speaker.pay({ ...order, ...card(), ...LEI('10.00') }, 'AUTHORIZE')
  for (const amount of wrong) {
    const next = { 'order.id': String(order['order.id']), 'transaction.id': '2' }
    const answer = await speaker.ask('CAPTURE', {
      ...next,
      'transaction.amount': amount,
      'transaction.currency': 'RON',
    })
    assertRefused(answer, { field: 'transaction.amount', type: 'INVALID' }, `CAPTURE ${amount}`)
  }
  // Numbers and texts alike, with or without their zeros.
  for (const amount of [10, 10.5, '10', '10.5', '10.50', '010.50', '.50'])
    await speaker.pay({ ...newOrder(), ...card(), 'order.amount': amount, 'order.currency': 'RON' })
}

async function minorUnits(cards: Cards, speaker: Speaker): Promise<void> {
  for (const [currency, amount, minor, finer] of [
    ['JPY', '500', 500, '500.5'],
    ['BHD', '1.005', 1_005, '1.0055'],
    ['RON', '1.05', 105, '1.055'],
  ] as const) {
    const order = newOrder()
    const paid = await speaker.pay({ ...order, ...card(), 'order.amount': amount, 'order.currency': currency })
    assertSays(paid, { 'order.amount': Number(amount), 'order.currency': currency })
    assert.match(paid.text, new RegExp(`amount"?[:=]${amount.replace('.', '\\.')}\\b`))
    const [row] = await cards.transactions(speaker.as, String(order['order.id']))
    assert.equal(row?.amount_minor, minor)
    const refused = await speaker.ask('PAY', {
      ...newOrder(),
      ...card(),
      'order.amount': finer,
      'order.currency': currency,
    })
    assertRefused(refused, { field: 'order.amount', type: 'INVALID' }, currency)
  }
}

/** Operations on one order, each under an id of its own. */
function onOrder(speaker: Speaker, order: Fields) {
  let no = 1
  return (operation: string, amount?: string, more: Fields = {}) => {
    no += 1
    const money: Fields = amount === undefined ? {} : { 'transaction.amount': amount, 'transaction.currency': 'RON' }
    return speaker.ask(operation, {
      'order.id': String(order['order.id']),
      'transaction.id': String(no),
      ...money,
      ...more,
    })
  }
}

const TOO_MUCH = { field: 'transaction.amount', type: 'INVALID' }
const NOTHING = { field: 'apiOperation', type: 'INVALID' }

async function captures(speaker: Speaker): Promise<void> {
  const order = newOrder()
  await speaker.pay({ ...order, ...card(), ...LEI('100.00') }, 'AUTHORIZE')
  const act = onOrder(speaker, order)
  const first = await act('CAPTURE', '60.00')
  assertSays(first, { result: 'SUCCESS', 'order.status': 'PARTIALLY_CAPTURED', 'order.totalCapturedAmount': 60 })
  assertRefused(await act('CAPTURE', '40.01'), TOO_MUCH)
  assertRefused(await act('CAPTURE', '10.00', { 'transaction.currency': 'EUR' }), {
    field: 'transaction.currency',
    type: 'INVALID',
  })
  assertRefused(await act('REFUND', '60.01'), TOO_MUCH)
  assertSays(await act('CAPTURE', '40.00'), { 'order.status': 'CAPTURED', 'order.totalCapturedAmount': 100 })
  assertRefused(await act('CAPTURE', '0.01'), TOO_MUCH)
  assertSays(await act('REFUND', '30.00'), { 'order.status': 'PARTIALLY_REFUNDED', 'order.totalRefundedAmount': 30 })
  assertRefused(await act('REFUND', '70.01'), TOO_MUCH)
  assertSays(await act('REFUND', '70.00'), { 'order.status': 'REFUNDED', 'order.totalRefundedAmount': 100 })
  assertRefused(await act('REFUND', '0.01'), TOO_MUCH)
  const told = await speaker.ask('RETRIEVE_ORDER', { 'order.id': String(order['order.id']) })
  assertSays(told, {
    status: 'REFUNDED',
    amount: 100,
    totalAuthorizedAmount: 100,
    totalCapturedAmount: 100,
    totalRefundedAmount: 100,
    'transaction[0].transaction.type': 'AUTHORIZATION',
    'transaction[4].transaction.type': 'REFUND',
    'transaction[5].transaction.type': undefined,
  })
  const updated = newOrder()
  await speaker.pay({ ...updated, ...card(), ...LEI('50.00') }, 'AUTHORIZE')
  const on_updated = onOrder(speaker, updated)
  assertSays(await on_updated('UPDATE_AUTHORIZATION', '80.00'), {
    result: 'SUCCESS',
    'order.totalAuthorizedAmount': 80,
  })
  assertSays(await on_updated('CAPTURE', '80.00'), { 'order.status': 'CAPTURED' })
  assertRefused(await on_updated('UPDATE_AUTHORIZATION', '70.00'), TOO_MUCH)
}

async function voids(speaker: Speaker): Promise<void> {
  const order = newOrder()
  await speaker.pay({ ...order, ...card(), ...LEI('20.00') }, 'AUTHORIZE')
  const act = onOrder(speaker, order)
  await act('CAPTURE', '20.00')
  const target = (id: string) => ({ 'transaction.targetTransactionId': id })
  assert.equal((await act('VOID', undefined, target('1'))).status, 400, 'it is captured')
  assertSays(await act('VOID', undefined, target('2')), {
    result: 'SUCCESS',
    'transaction.type': 'VOID_CAPTURE',
    'order.totalCapturedAmount': 0,
  })
  assert.equal((await act('VOID', undefined, target('2'))).status, 400, 'twice')
  assertSays(await act('VOID', undefined, target('1')), {
    'transaction.type': 'VOID_AUTHORIZATION',
    'order.status': 'CANCELLED',
  })
  for (const id of ['1', '2', '17']) assert.equal((await act('VOID', undefined, target(id))).status, 400, id)
  assertRefused(await act('CAPTURE', '1.00'), NOTHING)
  const paid = newOrder()
  await speaker.pay({ ...paid, ...card(), ...LEI('20.00') })
  const on_paid = onOrder(speaker, paid)
  await on_paid('REFUND', '5.00')
  assert.equal((await on_paid('VOID', undefined, target('1'))).status, 400, 'it is refunded')
  assertSays(await on_paid('VOID', undefined, target('2')), {
    'transaction.type': 'VOID_REFUND',
    'order.totalRefundedAmount': 0,
  })
  assertSays(await on_paid('VOID', undefined, target('1')), {
    'transaction.type': 'VOID_PAYMENT',
    'order.status': 'CANCELLED',
  })
  assertRefused(await on_paid('REFUND', '1.00'), NOTHING)
}

async function nothingThere(speaker: Speaker): Promise<void> {
  const nowhere = newOrder()
  for (const [operation, amount] of [
    ['CAPTURE', '1.00'],
    ['REFUND', '1.00'],
    ['UPDATE_AUTHORIZATION', '1.00'],
    ['VOID', undefined],
  ] as const) {
    const more: Fields = operation === 'VOID' ? { 'transaction.targetTransactionId': '1' } : {}
    const answer = await onOrder(speaker, nowhere)(operation, amount, more)
    assert.equal(answer.status, 400, answer.text)
    assert.match(answer.at('error.explanation') ?? '', /^Unable to find (the )?order/, operation)
  }
  const verified = newOrder()
  await speaker.ask('VERIFY', { ...verified, ...card(), 'order.currency': 'RON' })
  const on_verified = onOrder(speaker, verified)
  for (const operation of ['CAPTURE', 'REFUND', 'UPDATE_AUTHORIZATION'])
    assertRefused(await on_verified(operation, '1.00'), NOTHING, operation)
  const declined = newOrder()
  const answer = await speaker.ask('PAY', {
    ...declined,
    'sourceOfFunds.type': 'CARD',
    ...cardFields(newNumber(), 5, 39),
    ...LEI('1.00'),
  })
  assertSays(answer, { result: 'FAILURE', 'response.gatewayCode': 'DECLINED' })
  assertRefused(await onOrder(speaker, declined)('REFUND', '1.00'), NOTHING)
  const paid = newOrder()
  await speaker.pay({ ...paid, ...card(), ...LEI('1.00') })
  assertRefused(await onOrder(speaker, paid)('CAPTURE', '1.00'), NOTHING)
}
