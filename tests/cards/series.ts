/** The guide's scenarios of payments with stored details, from the payer's first to the merchant's, and of a card that changes. */
import assert from 'node:assert/strict'
import {
  type Funds,
  fundsBy,
  INTERNET,
  MERCHANT,
  type Means,
  STORED,
  STORED_ON_FILE,
  stored,
  TO_BE_STORED,
} from './funds.ts'
import { assertRefused, assertSays, type Fields } from './gateway.ts'
import { type Cards, cardFields, LEI, masked, newId, newNumber, newOrder, type Speaker } from './world.ts'

export async function storedForThePayer(cards: Cards, speaker: Speaker, funds: Funds): Promise<void> {
  for (const kept of [TO_BE_STORED, STORED]) {
    const order = newOrder()
    const answer = await speaker.pay({ ...order, ...LEI('80.00'), ...funds.fields, ...INTERNET, ...kept })
    assertSays(answer, {
      [STORED_ON_FILE]: kept[STORED_ON_FILE],
      'transaction.source': 'INTERNET',
      'sourceOfFunds.provided.card.number': masked(funds.number),
      'agreement.id': undefined,
      'psd2.exemption': undefined,
    })
    const row = await stored(cards, speaker, order)
    assert.deepEqual(
      { ...row, trace_id: null },
      {
        type: 'PAYMENT',
        state: 'done',
        result: 'SUCCESS',
        source: 'INTERNET',
        stored_on_file: kept[STORED_ON_FILE],
        agreement_id: null,
        token: funds.token ?? null,
        masked_number: masked(funds.number),
        trace_id: null,
        amount_minor: 8_000,
      },
    )
  }
}

export async function series(cards: Cards, speaker: Speaker, funds: Funds, type: string): Promise<void> {
  const agreement = { 'agreement.id': newId('ACORD') }
  const first = newOrder()
  await speaker.pay({
    ...first,
    ...LEI('49.00'),
    ...funds.fields,
    ...INTERNET,
    ...TO_BE_STORED,
    ...agreement,
    'agreement.type': type,
  })
  const opened = await stored(cards, speaker, first)
  const told = await speaker.ask('RETRIEVE_AGREEMENT', agreement)
  assert.equal(told.status, 200, told.text)
  assertSays(told, { 'agreement.id': agreement['agreement.id'], 'agreement.type': type, result: 'SUCCESS' })
  for (const taken of [1, 2]) {
    const order = newOrder()
    const answer = await speaker.pay({
      ...order,
      ...LEI(`${40 + taken}.50`),
      ...funds.fields,
      ...MERCHANT,
      ...STORED,
      ...agreement,
    })
    assertSays(answer, {
      'agreement.id': agreement['agreement.id'],
      'agreement.type': type,
      'transaction.source': 'MERCHANT',
      [STORED_ON_FILE]: 'STORED',
      'psd2.exemption': type === 'RECURRING' ? 'RECURRING_PAYMENT' : undefined,
    })
    const row = await stored(cards, speaker, order)
    assert.deepEqual(
      [row.agreement_id, row.source, row.stored_on_file, row.amount_minor],
      [agreement['agreement.id'], 'MERCHANT', 'STORED', 4_050 + 100 * taken],
    )
    assert.equal((await cards.agreement(speaker.as, agreement['agreement.id']))?.payments_taken, taken)
  }
  assert.deepEqual(await cards.agreement(speaker.as, agreement['agreement.id']), {
    type,
    rail: 'card',
    currency: 'RON',
    payments_taken: 2,
    masked_number: masked(funds.number),
    established_order_id: first['order.id'],
    trace_id: opened.trace_id,
    number_of_payments: null,
  })
  // What the issuers were told, by the acquirer's own book: the merchant's payments cite the payer's.
  const entries = await cards.atAcquirer(speaker.as, agreement['agreement.id'])
  assert.deepEqual(
    entries.map(({ initiation }) => [initiation?.by, initiation?.stored_on_file, initiation?.agreement_type]),
    [
      ['cardholder', 'TO_BE_STORED', type],
      ['merchant', 'STORED', type],
      ['merchant', 'STORED', type],
    ],
  )
  const begun_as = entries[0]?.traceId
  assert.ok(begun_as !== undefined && begun_as === opened.trace_id)
  assert.deepEqual(
    entries.slice(1).map(({ initiation }) => initiation?.trace_id),
    [begun_as, begun_as],
  )
  await outOfSeries(speaker, funds, agreement)
}

/** What the same fields with one of them wrong are answered with. */
async function outOfSeries(speaker: Speaker, funds: Funds, agreement: Fields): Promise<void> {
  const next = (changes: Fields) =>
    speaker.ask('PAY', {
      ...newOrder(),
      ...LEI('40.00'),
      ...funds.fields,
      ...MERCHANT,
      ...STORED,
      ...agreement,
      ...changes,
    })
  assertRefused(await next(TO_BE_STORED), { field: STORED_ON_FILE, type: 'INVALID' })
  assertRefused(await next({ 'agreement.id': newId('ALTUL') }), { field: 'agreement.id', type: 'INVALID' })
  assertRefused(await next({ ...INTERNET }), {
    field: 'agreement.type',
    type: 'MISSING',
    says: /^Field agreement.type must be provided when field agreement.id is provided for payer-initiated payments/,
  })
}

export async function verifiedFirst(cards: Cards, speaker: Speaker, funds: Funds): Promise<void> {
  const agreement = { 'agreement.id': newId('ABONAMENT') }
  const first = newOrder('V')
  const verified = await speaker.ask('VERIFY', {
    ...first,
    'order.currency': 'RON',
    ...funds.fields,
    ...INTERNET,
    ...TO_BE_STORED,
    ...agreement,
    'agreement.type': 'RECURRING',
  })
  assertSays(verified, {
    result: 'SUCCESS',
    'order.status': 'VERIFIED',
    'transaction.type': 'VERIFICATION',
    'order.totalAuthorizedAmount': 0,
    'order.totalCapturedAmount': 0,
  })
  assert.equal((await cards.agreement(speaker.as, agreement['agreement.id']))?.payments_taken, 0)
  const order = newOrder()
  const paid = await speaker.pay({ ...order, ...LEI('49.00'), ...funds.fields, ...MERCHANT, ...STORED, ...agreement })
  assertSays(paid, { 'order.status': 'CAPTURED', 'order.totalCapturedAmount': 49, 'agreement.type': 'RECURRING' })
  assert.deepEqual(
    [(await stored(cards, speaker, first)).amount_minor, (await stored(cards, speaker, order)).amount_minor],
    [0, 4_900],
  )
  assert.equal((await cards.agreement(speaker.as, agreement['agreement.id']))?.payments_taken, 1)
}

export async function cardChanged(cards: Cards, speaker: Speaker, funds: Funds, means: Means): Promise<void> {
  const agreement = { 'agreement.id': newId('SALA') }
  const open = { ...INTERNET, ...TO_BE_STORED, ...agreement, 'agreement.type': 'RECURRING' }
  const charge = { ...MERCHANT, ...STORED, ...agreement }
  await speaker.pay({ ...newOrder(), ...LEI('99.00'), ...funds.fields, ...open })
  await speaker.pay({ ...newOrder(), ...LEI('99.00'), ...funds.fields, ...charge })
  const ask = (with_funds: Funds, changes: Fields, operation = 'PAY') =>
    speaker.ask(operation, { ...newOrder(), ...LEI('99.00'), ...with_funds.fields, ...changes })
  const mismatch = {
    says: /^The card number provided for this merchant-initiated transaction does not match the card number used for the last/,
  }
  const changed = await fundsBy(speaker, means)
  // The new card before the payer has shown it, and the payer's own payment with the old one.
  assertRefused(await ask(changed, charge), mismatch)
  assertRefused(await ask(funds, open), { field: 'agreement.id', type: 'INVALID' })
  assertRefused(await ask(changed, { ...open, 'agreement.type': 'INSTALLMENT' }), {
    field: 'agreement.type',
    type: 'INVALID',
  })
  // A card that is declined changes nothing.
  const declined = { ...funds, fields: { 'sourceOfFunds.type': 'CARD', ...cardFields(newNumber(), 5, 39) } }
  const refused = await ask(declined, open)
  assertSays(refused, { result: 'FAILURE', 'response.gatewayCode': 'DECLINED' })
  await speaker.pay({ ...newOrder(), ...LEI('99.00'), ...funds.fields, ...charge })
  // By a payment, then by a VERIFY.
  await speaker.pay({ ...newOrder(), ...LEI('99.00'), ...changed.fields, ...open })
  assert.equal((await cards.agreement(speaker.as, agreement['agreement.id']))?.masked_number, masked(changed.number))
  assertRefused(await ask(funds, charge), mismatch)
  await speaker.pay({ ...newOrder(), ...LEI('99.00'), ...changed.fields, ...charge })
  const third = await fundsBy(speaker, means)
  const shown = await speaker.ask('VERIFY', { ...newOrder('V'), 'order.currency': 'RON', ...third.fields, ...open })
  assertSays(shown, { result: 'SUCCESS', 'transaction.type': 'VERIFICATION' })
  assertRefused(await ask(changed, charge), mismatch)
  await speaker.pay({ ...newOrder(), ...LEI('99.00'), ...third.fields, ...charge })
  const row = await cards.agreement(speaker.as, agreement['agreement.id'])
  assert.deepEqual([row?.masked_number, row?.payments_taken], [masked(third.number), 4])
}

export async function agreementOfOrderId(cards: Cards, speaker: Speaker, funds: Funds): Promise<void> {
  const first = newOrder('PRIMA')
  const agreement = { 'agreement.id': String(first['order.id']) }
  const open = { ...INTERNET, ...TO_BE_STORED, ...agreement, 'agreement.type': 'UNSCHEDULED' }
  await speaker.pay({ ...first, ...LEI('20.00'), ...funds.fields, ...open })
  await speaker.pay({ ...newOrder(), ...LEI('25.00'), ...funds.fields, ...MERCHANT, ...STORED, ...agreement })
  const row = await cards.agreement(speaker.as, agreement['agreement.id'])
  assert.deepEqual([row?.established_order_id, row?.payments_taken], [first['order.id'], 1])
}
