import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ErrorCode, PunteError } from '../../domain/errors.ts'
import { type Field, MAX_KEYS } from './fields/table.ts'
import { FIELDS } from './fields.ts'
import { type GatewayOperation, type Nested, type NestedValue, OPERATIONS, type Scalar } from './grammar.ts'
import { checkFields, fieldsIn, requireFields } from './validate.ts'

/** Bodies that have all that is required; REST. */
const CARD = { number: '5123450000000008', expiry: { month: '1', year: '39' } }
const COMPLETE: Partial<Record<GatewayOperation, Nested>> = {
  PAY: { order: { amount: '10.50', currency: 'RON' }, sourceOfFunds: { provided: { card: CARD } } },
  AUTHORIZE: { order: { amount: '10.50', currency: 'RON' }, sourceOfFunds: { provided: { card: CARD } } },
  VERIFY: { order: { currency: 'RON' }, sourceOfFunds: { provided: { card: CARD } } },
  CAPTURE: { transaction: { amount: '1.00', currency: 'RON' } },
  REFUND: { transaction: { amount: '1.00', currency: 'RON' } },
  VOID: { transaction: { targetTransactionId: '1' } },
  UPDATE_AUTHORIZATION: { transaction: { amount: '1.00', currency: 'RON' } },
  TOKENIZE: { sourceOfFunds: { provided: { card: CARD } } },
}

function refusal(work: () => unknown, about = ''): PunteError {
  try {
    work()
  } catch (error) {
    if (error instanceof PunteError) return error
    throw error
  }
  assert.fail(`was accepted: ${about}`)
}

const refused = (operation: GatewayOperation, fields: Nested): [ErrorCode, string | undefined, string] => {
  const error = refusal(() => checkFields(operation, 100, fields), JSON.stringify(fields))
  return [error.code, error.field, error.message]
}

/** A body that holds one value at a path of the table. */
function bodyWith(path: string, value: NestedValue): Nested {
  const [step = '', ...rest] = path.replace('*', 'sales').split('.')
  const name = step.replace('[]', '')
  const below = rest.length === 0 ? value : bodyWith(rest.join('.'), value)
  return { [name]: step.endsWith('[]') ? [below] : below }
}

const at = ({ path }: Field): string => path.replaceAll('[]', '[0]').replace('*', 'sales')

test('what is required is missed, one by one', () => {
  const leaves = (value: NestedValue, path: readonly string[] = []): (readonly string[])[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, one]) => leaves(one as NestedValue, [...path, name]))
      : [path]
  const cut = (value: Nested, [name = '', ...rest]: readonly string[]): Nested => {
    const { [name]: there, ...others } = value
    return rest.length === 0 ? others : { ...others, [name]: cut(there as Nested, rest) }
  }
  for (const [operation, body] of Object.entries(COMPLETE) as [GatewayOperation, Nested][]) {
    requireFields(operation, checkFields(operation, 54, body))
    for (const path of leaves(body)) {
      // Of a card to tokenize the number may come from the token's address, but half an expiry is none.
      if (operation === 'TOKENIZE' && path.at(-1) === 'number') continue
      const error = refusal(() => requireFields(operation, checkFields(operation, 100, cut(body, path))))
      assert.deepEqual(
        [error.code, error.field, error.message],
        ['FIELD_REQUIRED', path.join('.'), 'Missing parameter'],
      )
    }
  }
})

test('a token, a net amount, the other place of an update: they do as well', () => {
  const token = { sourceOfFunds: { token: '9123456789012345' } }
  requireFields('PAY', { order: { netAmount: '1', currency: 'RON' }, ...token })
  requireFields('VERIFY', { order: { currency: 'RON' }, ...token })
  requireFields('UPDATE_AUTHORIZATION', { order: { amount: '1', currency: 'RON' } })
  assert.equal(refusal(() => requireFields('PAY', { order: { amount: '1', currency: 'RON' } })).field, 'sourceOfFunds')
  assert.equal(
    refusal(() => requireFields('VERIFY', { order: { currency: 'RON' }, sourceOfFunds: { type: 'CARD' } })).field,
    'sourceOfFunds.provided.card.number',
  )
})

test('a group that is begun is completed', () => {
  const item = (element: Nested) => ({ ...COMPLETE.PAY, order: { amount: '1', currency: 'RON', item: [element] } })
  requireFields('PAY', item({ name: 'a', quantity: '1', unitPrice: '1' }))
  assert.equal(refusal(() => requireFields('PAY', item({ name: 'a', quantity: '1' }))).field, 'order.item[0].unitPrice')
})

test('every field of every operation takes a fitting value, and nothing of another form', () => {
  const shapes: NestedValue[] = [{ deeper: '1' }, ['1'], true, { a: { b: [1] } }]
  for (const field of FIELDS.filter(({ rule }) => rule !== undefined)) {
    for (const operation of OPERATIONS.filter((one) => field.use[one] !== undefined)) {
      for (const value of shapes) {
        if (value === true && field.rule?.type === 'boolean') continue
        const [code, named] = refused(operation, bodyWith(field.path, value))
        assert.deepEqual([code, named], ['FIELD_INVALID', at(field)], `${operation} ${field.path}`)
      }
    }
  }
})

test('every field is refused one character beyond its length, and where it is empty', () => {
  for (const field of FIELDS) {
    const length = /(\d+) characters$/.exec(field.rule?.says ?? '')?.[1]
    const operation = OPERATIONS.find((one) => field.use[one] !== undefined)
    if (length === undefined || operation === undefined) continue
    const long = refused(operation, bodyWith(field.path, '1'.repeat(Number(length) + 1)))
    assert.deepEqual(long.slice(0, 2), ['FIELD_INVALID', at(field)])
    assert.match(
      long[2],
      new RegExp(`Length is ${Number(length) + 1} characters, but must be less than ${Number(length) + 1}`),
    )
    assert.deepEqual(refused(operation, bodyWith(field.path, '')).slice(0, 2), ['FIELD_INVALID', at(field)])
  }
})

test('the words of the interface', () => {
  const id = '1'.repeat(41).replace(/^1/, 'o')
  assert.deepEqual(refused('PAY', { order: { id: `${id}x` } }), [
    'FIELD_INVALID',
    'order.id',
    `Value '${id}x' is invalid. Length is 42 characters, but must be less than 41`,
  ])
  assert.deepEqual(refused('VERIFY', { currencyConversion: { uptake: 'NOT_REQUIRED' } }), [
    'FIELD_UNEXPECTED',
    undefined,
    "Unexpected parameter 'currencyConversion.uptake'",
  ])
  assert.deepEqual(
    refused('CAPTURE', { sourceOfFunds: { provided: { card: { number: '1' } } } })[2],
    "Unexpected parameter 'sourceOfFunds.provided.card.number'",
  )
  assert.equal(refused('PAY', { order: { item: [{ frob: 1 }] } })[2], "Unexpected parameter 'order.item[0].frob'")
  assert.equal(refused('PAY', { order: { currency: 'x'.repeat(5000) } })[2].length < 200, true)
})

test('what clients write for nothing is passed over', () => {
  const nothing = {
    billing: {},
    shipping: [],
    '3DSecureId': null,
    customer: { email: null },
    frob: null,
    frob2: [{}, []],
  }
  assert.deepEqual(checkFields('PAY', 100, nothing), {})
  assert.deepEqual(checkFields('CAPTURE', 100, { sourceOfFunds: { provided: { card: {} } } }), {})
  assert.deepEqual(checkFields('PAY', 100, { order: { reference: [], item: [{}, { name: 'a' }] } }), {
    order: { item: [{ name: 'a' }] },
  })
})

test('values are brought to their normal form', () => {
  const sent = {
    order: { amount: 10.5, netAmount: 1e3, currency: 'RON', item: [{ quantity: 2 }] },
    transaction: { source: 'CALL_CENTER' },
    agreement: { numberOfPayments: '12', minimumDaysBetweenPayments: 28 },
    sourceOfFunds: {
      provided: { card: { number: 5123450000000008, expiry: { month: '05', year: 39 }, securityCode: 100 } },
    },
  }
  assert.deepEqual(checkFields('PAY', 54, sent), {
    order: { amount: '10.5', netAmount: '1000', currency: 'RON', item: [{ quantity: '2' }] },
    transaction: { source: 'CALL_CENTRE' },
    agreement: { numberOfPayments: 12, minimumDaysBetweenPayments: 28 },
    sourceOfFunds: {
      provided: { card: { number: '5123450000000008', expiry: { month: '5', year: '39' }, securityCode: '100' } },
    },
  })
  assert.deepEqual(checkFields('PAY', 54, { customer: { phone: '+40 722 000 000' } }), {
    customer: { phone: '+40 722 000 000' },
  })
  assert.deepEqual(checkFields('REFUND', 54, { action: { refundAuthorization: 'true' } }), {
    action: { refundAuthorization: true },
  })
})

test('values of the wrong form, by type', () => {
  const wrong: [string, readonly Scalar[]][] = [
    [
      'order.amount',
      ['-1', '1e3', '1.2.3', '.', '', '1,00', ' 1', '+1', '123456789012345', -1, 1e21, 1e-7, '0x10', '१'],
    ],
    ['order.currency', ['ron', 'RO', 'RONN', 'RO1', 'R€N', 946]],
    ['order.notificationUrl', ['ftp://x.ro', 'javascript:alert(1)', 'x', 'https://', 'https://a b']],
    ['order.id', ['a\nb', 'a\u0000']],
    ['order.description', ['a\u0007']],
    ['order.reference', [5]],
    ['agreement.numberOfPayments', ['0', 0, 1000, 1.5, -1, 'x', '1e1', '']],
    ['agreement.expiryDate', ['2030-02-30', '30-01-2030', '2030-1-1', '2030-13-01', 20300101]],
    ['agreement.type', ['recurring', 'RECURRING ', 1]],
    ['sourceOfFunds.provided.card.number', ['12345678', '1'.repeat(20), '5123 4500', 1e20, 1.5]],
    ['sourceOfFunds.provided.card.expiry.month', ['0', '13', '001', 'x', 13, -1]],
    ['sourceOfFunds.provided.card.expiry.year', ['2039', '9', 2039]],
    ['sourceOfFunds.provided.card.securityCode', ['12', '12345', '12a']],
    ['sourceOfFunds.token', ['a-b', 'a'.repeat(41)]],
    ['customer.email', ['x', 'a b@c', '@']],
    ['customer.phone', ['0722000000', '+40', '+40 72x', '+40722000000', '+40 1234567890123456', '+40 7  2']],
    ['session.id', ['SESSION1']],
    ['order.acceptPartialAmount', ['yes', 1]],
  ]
  for (const [path, values] of wrong)
    for (const value of values)
      assert.deepEqual(refused('PAY', bodyWith(path, value)).slice(0, 2), ['FIELD_INVALID', path], `${path} ${value}`)
})

test('amounts: any text is refused or is what the pattern says', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.eE+-]{0,16}$/)), (text) => {
      const fits = /^[0-9.]{1,14}$/.test(text) && /\d/.test(text) && (text.match(/\./g) ?? []).length <= 1
      const read = () => checkFields('PAY', 100, { order: { amount: text } })
      if (fits) assert.deepEqual(read(), { order: { amount: text } })
      else assert.throws(read, { code: 'FIELD_INVALID' })
    }),
  )
})

test('what is known but not offered is refused as such', () => {
  const bodies: [string, NestedValue][] = [
    ['authentication.transactionId', 't1'],
    ['sourceOfFunds.type', 'GIFT_CARD'],
    ['sourceOfFunds.provided.card.track2', ';5123450000000008=3901'],
    ['sourceOfFunds.provided.giftCard', { number: '5123450000000008' }],
    ['transaction.source', 'CARD_PRESENT'],
    ['transaction.resubmission', true],
    ['currencyConversion.uptake', 'ACCEPTED'],
    ['responseControls.sensitiveData', 'UNMASK'],
    ['3DSecureId', 'x'],
  ]
  for (const [path, value] of bodies) {
    const [code, field, message] = refused('PAY', bodyWith(path, value))
    assert.deepEqual([code, field], ['FIELD_UNSUPPORTED', path])
    assert.doesNotMatch(message, /5123/)
  }
})

test('secrets and personal data are never quoted', () => {
  for (const field of FIELDS.filter(({ secret, rule }) => secret !== undefined && rule !== undefined)) {
    const operation = OPERATIONS.find((one) => field.use[one] !== undefined)
    if (operation === undefined) continue
    for (const bad of ['Zx§\u0001', `Zx§${'y'.repeat(5000)}`]) {
      const [, , message] = refused(operation, bodyWith(field.path, bad))
      assert.doesNotMatch(message, /Zx§/, field.path)
    }
  }
})

test('a card number in the wrong place is not quoted either', () => {
  for (const fields of [
    { order: { reference: `order ${'x'.repeat(40)} 5123 4500 0000 0008` } },
    { order: { currency: '5123450000000008' } },
    { '5123450000000008': 1 },
    { order: { custom: { 'a.5123450000000008': '1' } } },
  ])
    assert.doesNotMatch(refused('PAY', fields)[2], /5123|0008/)
})

test('names of the prototype are unknown names', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const fields = JSON.parse(`{"order":{"${name}":{"x":1}}}`) as Nested
    assert.equal(refused('PAY', fields)[2], `Unexpected parameter 'order.${name}.x'`)
  }
  assert.deepEqual(checkFields('PAY', 100, { order: { custom: { constructor: '1' } } }), {
    order: { custom: { constructor: '1' } },
  })
})

test('names of the merchant: 50 of them, letters and digits', () => {
  const custom = Object.fromEntries(Array.from({ length: MAX_KEYS }, (_, i) => [`k${i}`, 'v']))
  assert.deepEqual(checkFields('PAY', 100, { order: { custom } }), { order: { custom } })
  assert.equal(refused('PAY', { order: { custom: { ...custom, more: 'v' } } })[1], 'order.custom')
  for (const name of ['a-b', 'x'.repeat(101), ''])
    assert.equal(refused('PAY', { order: { custom: { [name]: 'v' } } })[0], 'FIELD_UNEXPECTED')
  assert.equal(refused('PAY', { order: { custom: { a: 'v'.repeat(251) } } })[1], 'order.custom.a')
})

test('of a session an operation takes what it knows, and no ids of addresses', () => {
  const session = checkFields('UPDATE_SESSION', 100, {
    order: { id: 'o', amount: '1', currency: 'RON' },
    sourceOfFunds: { type: 'CARD', provided: { card: { ...CARD, securityCode: '100' } } },
    billing: { address: { city: 'Iași' } },
  })
  assert.deepEqual(fieldsIn('PAY', session), {
    order: { amount: '1', currency: 'RON' },
    sourceOfFunds: session.sourceOfFunds,
    billing: session.billing,
  })
  assert.deepEqual(fieldsIn('CAPTURE', session), { billing: session.billing })
  assert.deepEqual(fieldsIn('TOKENIZE', session), { sourceOfFunds: session.sourceOfFunds, billing: session.billing })
})

test('any nesting whatever is checked or refused, never worse', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...OPERATIONS),
      fc.dictionary(
        fc.oneof(fc.string(), fc.constantFrom('order', 'sourceOfFunds', 'transaction', 'item', 'custom')),
        fc.jsonValue({ maxDepth: 5 }),
      ),
      (operation, value) => {
        try {
          const read = checkFields(operation, 100, value as Nested)
          assert.deepEqual(checkFields(operation, 100, read), read)
        } catch (error) {
          assert.ok(error instanceof PunteError, String(error))
        }
      },
    ),
  )
})
