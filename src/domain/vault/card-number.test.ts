import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fundingMethodOf, isLiveCardNumber, luhnDigit, readCardNumber } from './card-number.ts'
import { isUsableToken, preservingToken, randomToken } from './generate.ts'

const KNOWN = [
  ['5123450000000008', '512345xxxxxx0008', 'MASTERCARD', 'MASTERCARD'],
  ['2223000000000007', '222300xxxxxx0007', 'MASTERCARD', 'MASTERCARD'],
  ['4508750015741019', '450875xxxxxx1019', 'VISA', 'VISA'],
  ['30123400000000', '301234xxxx0000', 'DINERS_CLUB', 'DINERS_CLUB'],
  ['3528000000000007', '352800xxxxxx0007', 'JCB', 'JCB'],
  ['6011003179988686', '601100xxxxxx8686', 'DISCOVER', 'DISCOVER'],
  ['5000000000000000005', '500000xxxxxxxxx0005', 'MAESTRO', 'MASTERCARD'],
  ['135492354874528', '135492xxxxx4528', 'UATP', 'UATP'],
  ['6201089999995464', '620108xxxxxx5464', 'CHINA_UNIONPAY', 'CHINA_UNIONPAY'],
  ['371881733404002', '371881xxxxx4002', 'AMEX', 'AMEX'],
] as const

test('the published test cards are read: mask, brand, scheme', () => {
  for (const [number, masked_number, brand, scheme] of KNOWN) {
    const read = readCardNumber(number)
    assert.deepEqual([read?.masked_number, read?.brand, read?.scheme], [masked_number, brand, scheme], masked_number)
    assert.ok(isLiveCardNumber(number), masked_number)
  }
})

test('only brands that are of one kind say how a card is paid for', () => {
  const methods = ['MAESTRO', 'UATP', 'VISA', 'constructor', null].map(fundingMethodOf)
  assert.deepEqual(methods, ['DEBIT', 'CHARGE', 'UNKNOWN', 'UNKNOWN', 'UNKNOWN'])
})

test('what is not a card number is none: a wrong digit, letters, spaces, too short, too long', () => {
  for (const text of ['5123450000000009', '', '0', '12345678', '51234500000000x8', '5123 4500 0000 0008', '٥١٢٣'])
    assert.equal(readCardNumber(text), undefined, text)
  assert.equal(readCardNumber(`${'0'.repeat(20)}`), undefined)
  assert.notEqual(readCardNumber('0'.repeat(19)), undefined)
})

test('a mask never shows so much that fewer than four digits are left to guess, while there are ten', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9]{9,18}$/), (digits) => {
      const number = digits + luhnDigit(digits)
      const masked = readCardNumber(number)?.masked_number ?? ''
      assert.equal(masked.length, number.length)
      assert.match(masked, /^[0-9]{6}x{0,9}[0-9]{0,4}$/)
      assert.ok(masked.split('x').length - 1 >= 4, masked)
    }),
  )
})

test('a random token is 16 digits from 9, passes Luhn and is in no range of cards', () => {
  for (let n = 0; n < 2_000; n += 1) {
    const token = randomToken()
    assert.match(token, /^9[0-9]{15}$/)
    assert.notEqual(readCardNumber(token), undefined)
    assert.equal(isLiveCardNumber(token), false)
  }
})

test('a preserving token keeps six and four, is as long as its card, 16 at least, and fails Luhn', () => {
  for (const [number, masked] of KNOWN) {
    const token = preservingToken(number)
    assert.equal(token.length, Math.max(16, number.length))
    assert.equal(token.slice(0, 6), masked.slice(0, 6))
    assert.equal(token.slice(-4), masked.slice(-4))
    assert.equal(readCardNumber(token), undefined)
  }
})

test("a merchant's own token may be anything of letters and digits that is no card", () => {
  const number = '5123450000000008'
  for (const token of ['a', 'Client17', '1234567890123456', '9'.repeat(40)])
    assert.ok(isUsableToken(token, number), token)
  for (const token of [
    '',
    'a'.repeat(41),
    'client-17',
    'clientș',
    number,
    `x${number}`,
    '4508750015741019',
    'card4508750015741019',
  ])
    assert.equal(isUsableToken(token, number), false, token)
})
