import assert from 'node:assert/strict'
import { test } from 'node:test'
import currencies from 'currency-codes'
import { exponentOf as exponentOfServer } from '../../../../src/domain/currency.ts'
import { exponentOf } from './exponent.ts'

test('staff see and type sums with the decimals that the server counts', () => {
  const codes = currencies.codes()
  assert.ok(codes.length > 150 && codes.includes('HUF'))
  const others = codes.filter((code) => exponentOf(code) !== exponentOfServer(code))
  assert.deepEqual(others, [])
})
