import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatAmount, parseAmount } from './amount.ts'

const reads: readonly (readonly [string, number])[] = [
  ['1.234,56', 123456],
  ['1234,56', 123456],
  ['1234.56', 123456],
  ['1 234,56', 123456],
  ['1\u00a0234,56', 123456],
  ['1,234.56', 123456],
  ['1.234', 123400],
  ['1.234.567,8', 123456780],
  ['12.5', 1250],
  ['12,5', 1250],
  ['0,01', 1],
  ['007', 700],
  [' 25 RON ', 2500],
  ['25 lei', 2500],
  ['999.999.999,99', 99_999_999_999],
]

for (const [text, amountMinor] of reads) {
  test(`reads ${JSON.stringify(text)} as ${amountMinor} bani`, () => {
    assert.deepEqual(parseAmount(text), { ok: true, amountMinor })
  })
}

const refusals: readonly (readonly [string, string])[] = [
  ['', 'required'],
  ['  ', 'required'],
  ['RON', 'required'],
  ['0', 'invalid'],
  ['0,00', 'invalid'],
  ['-5', 'invalid'],
  ['1,234', 'invalid'],
  ['0,001', 'invalid'],
  ['1.23.456', 'invalid'],
  ['12.34.567,00', 'invalid'],
  ['1.234.56', 'invalid'],
  ['1e12', 'invalid'],
  ['abc', 'invalid'],
  ['1,5,0', 'invalid'],
  ['1.000.000.000', 'too_large'],
  ['99999999999999999999', 'too_large'],
]

for (const [text, fault] of refusals) {
  test(`refuses ${JSON.stringify(text)}: ${fault}`, () => {
    assert.deepEqual(parseAmount(text), { ok: false, fault })
  })
}

test('writes what it reads', () => {
  for (const amountMinor of [1, 10, 100, 99999, 100000, 123456789, 99_999_999_999]) {
    assert.deepEqual(parseAmount(formatAmount(amountMinor)), { ok: true, amountMinor })
  }
  assert.equal(formatAmount(123456789), '1.234.567,89')
})
