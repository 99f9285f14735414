/** Fields that are missing, wrong, too long, unknown or contradict each other, and cards that are none. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assertRefused, assertSays, CARRIED_OUT, type Fields, SPEECHES } from './gateway.ts'
import { type Cards, cardFields, LEI, newNumber, newOrder, type Speaker, speakerOf } from './world.ts'

export const CARD = 'sourceOfFunds.provided.card'
const NUMBER = `${CARD}.number`
export const STORED_ON_FILE = `${CARD}.storedOnFile`

/** A request of each operation that is right in every field. */
const RIGHT: Readonly<Record<string, () => Fields>> = {
  PAY: () => ({ ...newOrder(), ...LEI('10.00'), 'sourceOfFunds.type': 'CARD', ...cardFields(newNumber()) }),
  AUTHORIZE: () => RIGHT.PAY?.() as Fields,
  VERIFY: () => without(RIGHT.PAY?.() as Fields, 'order.amount'),
  CAPTURE: () => ({ ...newOrder(), 'transaction.amount': '10.00', 'transaction.currency': 'RON' }),
  REFUND: () => RIGHT.CAPTURE?.() as Fields,
  UPDATE_AUTHORIZATION: () => RIGHT.CAPTURE?.() as Fields,
  VOID: () => ({ ...newOrder(), 'transaction.targetTransactionId': '1' }),
  TOKENIZE: () => ({ 'sourceOfFunds.type': 'CARD', ...cardFields(newNumber()) }),
}
export const right = (operation: string): Fields => RIGHT[operation]?.() as Fields

export const without = (fields: Fields, ...names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))

const MISSING: Readonly<Record<string, readonly string[]>> = {
  PAY: ['order.amount', 'order.currency', NUMBER, `${CARD}.expiry.month`, `${CARD}.expiry.year`],
  AUTHORIZE: ['order.amount', 'order.currency', NUMBER, `${CARD}.expiry.month`, `${CARD}.expiry.year`],
  VERIFY: ['order.currency', NUMBER, `${CARD}.expiry.month`, `${CARD}.expiry.year`],
  CAPTURE: ['transaction.amount', 'transaction.currency'],
  REFUND: ['transaction.amount', 'transaction.currency'],
  UPDATE_AUTHORIZATION: ['transaction.amount', 'transaction.currency'],
  VOID: ['transaction.targetTransactionId'],
  TOKENIZE: [NUMBER],
}

/** Wrong in form: refused by the table of fields, whatever the value would mean. */
const WRONG: readonly (readonly [field: string, value: string | number | boolean])[] = [
  [NUMBER, '51234500'],
  [NUMBER, '5123450000000008x'],
  [NUMBER, '5'.repeat(20)],
  [NUMBER, '5123 4500 0000 0008'],
  [`${CARD}.expiry.month`, '13'],
  [`${CARD}.expiry.month`, '0'],
  [`${CARD}.expiry.month`, 'ianuarie'],
  [`${CARD}.expiry.year`, '2039'],
  [`${CARD}.expiry.year`, '9'],
  [`${CARD}.securityCode`, '12'],
  [`${CARD}.securityCode`, '12345'],
  [`${CARD}.securityCode`, 'abc'],
  [`${CARD}.nameOnCard`, 'N'.repeat(257)],
  [STORED_ON_FILE, 'PERHAPS'],
  [STORED_ON_FILE, 'stored'],
  ['sourceOfFunds.type', 'CASH'],
  ['sourceOfFunds.token', 'cu spatii'],
  ['sourceOfFunds.token', '9'.repeat(41)],
  ['order.currency', 'LEU1'],
  ['order.currency', 'ron'],
  ['order.currency', 'XXQ'],
  ['order.amount', '123456789012345'],
  ['order.reference', 'r'.repeat(41)],
  ['order.notificationUrl', 'javascript:alert(1)'],
  ['transaction.source', 'MERCHANTS'],
  ['agreement.id', 'a'.repeat(101)],
  ['agreement.type', 'MONTHLY'],
  ['agreement.numberOfPayments', '0'],
  ['agreement.numberOfPayments', '1000'],
  ['agreement.numberOfPayments', '2.5'],
  ['agreement.startDate', '2030-02-30'],
  ['agreement.expiryDate', '01.02.2030'],
  ['agreement.paymentFrequency', 'SOMETIMES'],
  ['agreement.amountVariability', 'MAYBE'],
  ['customer.email', 'fara-arond'],
]

export function badInputTests(cards: () => Cards): void {
  describe('bad input', { concurrency: 2 }, () => {
    for (const speech of SPEECHES) {
      const speaker = () => speakerOf(cards(), speech, cards().shop)
      test(`${speech}: each required field missing, by its name`, () => missingFields(speaker()))
      test(`${speech}: each field of wrong type, too long, or unknown`, () => wrongFields(speaker()))
      test(`${speech}: cards that are none, are past, or contradict their token`, () => wrongCards(cards(), speaker()))
    }
  })
}

async function missingFields(speaker: Speaker): Promise<void> {
  for (const [operation, fields] of Object.entries(MISSING)) {
    for (const field of fields) {
      // Of a card without its number nothing is left but the type.
      const answer = await speaker.ask(operation, without(right(operation), field))
      assertRefused(answer, { field, type: 'MISSING' }, `${operation} without ${field}`)
    }
  }
  const nothing = await speaker.ask('PAY', { ...newOrder(), ...LEI('10.00') })
  assertRefused(nothing, { field: 'sourceOfFunds', type: 'MISSING' })
  if (speaker.speech === 'REST') return
  for (const field of ['order.id', 'transaction.id'])
    assertRefused(await speaker.ask('PAY', without(right('PAY'), field)), { field, type: 'MISSING' })
  for (const [operation, field] of [
    ['RETRIEVE_ORDER', 'order.id'],
    ['RETRIEVE_TRANSACTION', 'order.id'],
    ['RETRIEVE_SESSION', 'session.id'],
    ['RETRIEVE_AGREEMENT', 'agreement.id'],
  ] as const)
    assertRefused(await speaker.ask(operation), { field, type: 'MISSING' }, operation)
}

async function wrongFields(speaker: Speaker): Promise<void> {
  for (const [field, value] of WRONG) {
    const answer = await speaker.ask('PAY', { ...right('PAY'), [field]: value })
    assertRefused(answer, { field, type: 'INVALID' }, `${field}=${value}`)
    // A secret is not repeated to whoever reads the answer.
    if (field.startsWith(CARD) && !field.endsWith('storedOnFile') && String(value).length > 4)
      assert.ok(!answer.text.includes(String(value)), field)
  }
  const long = await speaker.ask('PAY', { ...right('PAY'), 'order.id': 'o'.repeat(42) })
  assertRefused(long, { field: 'order.id', type: 'INVALID', says: /Length is 42 characters, but must be less than 41/ })
  for (const unknown of [
    'order.color',
    'colour',
    'sourceOfFunds.provided.card.cvv',
    'agreement.recurring.amount',
    '__proto__.x',
  ]) {
    const answer = await speaker.ask('PAY', { ...right('PAY'), [unknown]: 'x' })
    assert.equal(answer.status, 400, answer.text)
    assert.equal(answer.at('error.explanation'), `Unexpected parameter '${unknown}'`)
  }
  const unasked = await speaker.ask('VERIFY', { ...right('VERIFY'), 'currencyConversion.uptake': 'NOT_REQUIRED' })
  assert.equal(unasked.at('error.explanation'), "Unexpected parameter 'currencyConversion.uptake'")
  for (const type of ['PAYPAL', 'ACH'])
    assertRefused(await speaker.ask('PAY', { ...right('PAY'), 'sourceOfFunds.type': type }), {
      field: 'sourceOfFunds.type',
      type: 'UNSUPPORTED',
    })
  const operation = await speaker.ask('PAYMENT', right('PAY'))
  assertRefused(operation, { field: 'apiOperation', type: 'INVALID' })
  const not_offered = await speaker.ask('AUTHENTICATE_PAYER', right('PAY'))
  assertRefused(not_offered, { field: 'apiOperation', type: 'UNSUPPORTED' })
  const dollars = await speaker.ask('PAY', { ...right('PAY'), 'order.currency': 'AUD' })
  assertRefused(dollars, { field: 'order.currency', type: 'INVALID', says: /No acquirer/ })
}

async function wrongCards(cards: Cards, speaker: Speaker): Promise<void> {
  const number = newNumber()
  const wrong_digit = number.slice(0, -1) + ((Number(number.slice(-1)) + 1) % 10)
  for (const operation of ['PAY', 'AUTHORIZE', 'VERIFY', 'TOKENIZE']) {
    const answer = await speaker.ask(operation, { ...right(operation), ...cardFields(wrong_digit) })
    assertRefused(answer, { field: NUMBER, type: 'INVALID' }, operation)
    assert.ok(!answer.text.includes(wrong_digit), 'the number is not repeated')
  }
  // Past: the issuer says so, and the payment is a failed one.
  const order = newOrder()
  const past = await speaker.ask('PAY', { ...right('PAY'), ...order, ...cardFields(newNumber(), 1, 20) })
  assert.equal(past.status, CARRIED_OUT[speaker.speech], past.text)
  assertSays(past, { result: 'FAILURE', 'response.gatewayCode': 'EXPIRED_CARD', 'order.status': 'FAILED' })
  // The order may be paid yet, by a transaction of its own.
  await speaker.pay({ ...right('PAY'), ...order, 'transaction.id': '2' })
  const token = await speaker.tokenize(number)
  const twice = { ...without(right('PAY'), NUMBER), 'sourceOfFunds.token': token }
  assertRefused(await speaker.ask('PAY', { ...twice, [NUMBER]: newNumber() }), { field: NUMBER, type: 'INVALID' })
  await speaker.pay({ ...twice, [NUMBER]: number })
  const unknown = { ...newOrder(), ...LEI('10.00'), 'sourceOfFunds.token': '9999999999999999' }
  assertRefused(await speaker.ask('PAY', unknown), { field: 'sourceOfFunds.token', type: 'INVALID' })
  const deleted = await speaker.ask('DELETE_TOKEN', { 'sourceOfFunds.token': token })
  assert.equal(deleted.status, 200, deleted.text)
  const gone = await speaker.ask('PAY', { ...newOrder(), ...LEI('10.00'), 'sourceOfFunds.token': token })
  assertRefused(gone, { field: 'sourceOfFunds.token', type: 'INVALID' })
  const kept = await cards.parties.query('select 1 from card_tokens where token = $1', [token])
  assert.deepEqual(kept, [])
}
