/** What the guide's questions ask: defaults, sources, cards that the scheme changes by itself; and payments without a series. */
import assert from 'node:assert/strict'
import { INTERNET, MERCHANT, STORED, STORED_ON_FILE, stored, TO_BE_STORED } from './funds.ts'
import { assertRefused, assertSays, type Fields, type Speech } from './gateway.ts'
import { type Cards, cardFields, LEI, masked, newId, newNumber, newOrder, type Speaker, speakerOf } from './world.ts'

export async function defaults(cards: Cards, speech: Speech): Promise<void> {
  const pay = async (speaker: Speaker, fields: Fields) => {
    const order = newOrder()
    const answer = await speaker.pay({ ...order, ...LEI('30.00'), ...fields })
    const { stored_on_file } = await stored(cards, speaker, order)
    assertSays(answer, { [STORED_ON_FILE]: String(stored_on_file) })
    return stored_on_file
  }
  // Tokens are not for this merchant: whatever is not said is not stored.
  const plain = speakerOf(cards, speech, cards.plain)
  const card = { 'sourceOfFunds.type': 'CARD', ...cardFields(newNumber()) }
  assert.equal(await pay(plain, card), 'NOT_STORED')
  assertRefused(await plain.ask('TOKENIZE', card), { says: /^Tokenization is not enabled/ })
  // A single payment needs not say it, nor where it comes from.
  const shop = speakerOf(cards, speech, cards.shop)
  assert.equal(await pay(shop, card), 'NOT_STORED')
  // Details given to make a token of are to be stored; a token's are stored.
  const number = newNumber()
  const made = await shop.ask('TOKENIZE', { 'sourceOfFunds.type': 'CARD', ...cardFields(number) })
  assertSays(made, { [STORED_ON_FILE]: 'TO_BE_STORED', status: 'VALID', result: 'SUCCESS' })
  assert.equal(await pay(shop, { 'sourceOfFunds.token': String(made.at('token')) }), 'STORED')
  // An agreement is consent to keep: to be stored by the payer, stored for the merchant.
  const agreement = { 'agreement.id': newId('IMPLICIT') }
  assert.equal(await pay(shop, { ...card, ...INTERNET, ...agreement, 'agreement.type': 'RECURRING' }), 'TO_BE_STORED')
  assert.equal(await pay(shop, { ...card, ...MERCHANT, ...agreement }), 'STORED')
}

export async function sources(cards: Cards, speech: Speech): Promise<void> {
  const card = { 'sourceOfFunds.type': 'CARD', ...cardFields(newNumber()) }
  const shop = speakerOf(cards, speech, cards.shop)
  for (const source of [
    'INTERNET',
    'MOTO',
    'MAIL_ORDER',
    'TELEPHONE_ORDER',
    'VOICE_RESPONSE',
    'CALL_CENTRE',
    'CALL_CENTER',
  ]) {
    const answer = await shop.pay({
      ...newOrder(),
      ...LEI('15.00'),
      ...card,
      'transaction.source': source,
      ...TO_BE_STORED,
    })
    assertSays(answer, { 'transaction.source': source === 'CALL_CENTER' ? 'CALL_CENTRE' : source })
  }
  const unknown = await shop.ask('PAY', { ...newOrder(), ...LEI('15.00'), ...card, 'transaction.source': 'PIGEON' })
  assertRefused(unknown, { field: 'transaction.source', type: 'INVALID' })
  // Whose link does not list MERCHANT opens series, and charges none.
  const plain = speakerOf(cards, speech, cards.plain)
  const agreement = { 'agreement.id': newId('FARA') }
  await plain.pay({
    ...newOrder(),
    ...LEI('15.00'),
    ...card,
    ...INTERNET,
    ...TO_BE_STORED,
    ...agreement,
    'agreement.type': 'RECURRING',
  })
  const order = newOrder()
  const refused = await plain.ask('PAY', { ...order, ...LEI('15.00'), ...card, ...MERCHANT, ...STORED, ...agreement })
  assertRefused(refused, { field: 'transaction.source', type: 'INVALID', says: /MERCHANT|merchant/ })
  assert.deepEqual(await cards.transactions(plain.as, String(order['order.id'])), [])
}

export async function reissued(cards: Cards, speech: Speech): Promise<void> {
  const shop = speakerOf(cards, speech, cards.shop)
  const number = newNumber()
  const token = await shop.tokenize(number)
  await cards.untilSchemeToken(shop.as, token)
  const funds = { 'sourceOfFunds.type': 'CARD', 'sourceOfFunds.token': token }
  const agreement = { 'agreement.id': newId('REEMIS') }
  const open = { ...INTERNET, ...TO_BE_STORED, ...agreement, 'agreement.type': 'RECURRING' }
  await shop.pay({ ...newOrder(), ...LEI('45.00'), ...funds, ...open })
  const replacement = await cards.reissue(number)
  assert.notEqual(replacement, masked(number))
  // No transaction of the payer's in between: the scheme knows the new card.
  await shop.pay({ ...newOrder(), ...LEI('45.00'), ...funds, ...MERCHANT, ...STORED, ...agreement })
  // The old number itself is closed.
  const old = { 'sourceOfFunds.type': 'CARD', ...cardFields(number) }
  const refused = await shop.ask('PAY', {
    ...newOrder(),
    ...LEI('45.00'),
    ...old,
    ...MERCHANT,
    ...STORED,
    ...agreement,
  })
  assertSays(refused, { result: 'FAILURE' })
}

/** What an earlier order left to charge: no series, but the payment that it comes from. */
export async function industryPractice(cards: Cards, speech: Speech): Promise<void> {
  const shop = speakerOf(cards, speech, cards.shop)
  const card = { 'sourceOfFunds.type': 'CARD', ...cardFields(newNumber()) }
  const booking = newOrder('CAZARE')
  await shop.pay({ ...booking, ...LEI('300.00'), ...card, ...INTERNET, ...TO_BE_STORED })
  const { trace_id } = await stored(cards, shop, booking)
  for (const reason of ['DELAYED_CHARGE', 'NO_SHOW_PENALTY', 'PARTIAL_SHIPMENT']) {
    const order = newOrder()
    const practice = { 'order.industryPracticePaymentReason': reason, referenceOrderId: String(booking['order.id']) }
    const paid = await shop.pay({ ...order, ...LEI('30.00'), ...card, ...MERCHANT, ...practice })
    assertSays(paid, { [STORED_ON_FILE]: 'STORED', 'agreement.id': undefined, 'psd2.exemption': undefined })
    const [message] = await cards.atAcquirerOf(shop.as, String(order['order.id']))
    assert.deepEqual([message?.initiation?.by, message?.initiation?.trace_id], ['merchant', trace_id])
  }
  const payers = {
    'order.industryPracticePaymentReason': 'NO_SHOW_PENALTY',
    referenceOrderId: String(booking['order.id']),
  }
  const refused = await shop.ask('PAY', { ...newOrder(), ...LEI('30.00'), ...card, ...INTERNET, ...payers })
  assertRefused(refused, { field: 'order.industryPracticePaymentReason', type: 'INVALID' })
}

/** The payer's browser leaves the card in a session; the shop pays with it, code and all. */
export async function withSession(cards: Cards, speech: Speech): Promise<void> {
  const shop = speakerOf(cards, speech, cards.shop)
  const opened = await shop.ask('CREATE_SESSION')
  const session = { 'session.id': String(opened.at('session.id')) }
  const number = newNumber('450875')
  const card = {
    'sourceOfFunds.type': 'CARD',
    ...cardFields(number),
    'sourceOfFunds.provided.card.securityCode': '100',
  }
  const filled = await shop.ask('UPDATE_SESSION', { ...session, ...card })
  assertSays(filled, {
    'session.updateStatus': 'SUCCESS',
    'sourceOfFunds.provided.card.number': masked(number),
    'sourceOfFunds.provided.card.securityCode': 'xxx',
  })
  const agreement = { 'agreement.id': newId('SESIUNE') }
  const opening = { ...INTERNET, ...TO_BE_STORED, ...agreement, 'agreement.type': 'RECURRING' }
  const request = { ...newOrder(), ...LEI('12.00'), ...session, ...opening }
  const paid = await shop.pay(request)
  assertSays(paid, {
    'response.cardSecurityCode.gatewayCode': 'MATCH',
    'sourceOfFunds.provided.card.number': masked(number),
  })
  assert.equal((await shop.ask('PAY', request)).text, paid.text)
  const charge = { ...newOrder(), ...LEI('12.00'), ...MERCHANT, ...STORED, ...agreement }
  assertRefused(await shop.ask('PAY', { ...charge, ...session }), { field: 'session.id', type: 'INVALID' })
  await shop.pay({ ...charge, 'sourceOfFunds.type': 'CARD', ...cardFields(number) })
  const stale = { ...newOrder(), ...LEI('12.00'), ...session, 'session.version': '0123456789' }
  assertRefused(await shop.ask('PAY', stale), { field: 'session.version', type: 'INVALID' })
}
