/** The small word that Romanian puts between larger numbers and what is counted. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manyOf } from './many.ts'

test('numbers whose last two digits are 1 to 19 stand alone', () => {
  const told = [0, 2, 19, 20, 100, 101, 119, 120, 364, 3649].map((count) => manyOf(count, 'zile'))
  assert.deepEqual(told, [
    '0 zile',
    '2 zile',
    '19 zile',
    '20 de zile',
    '100 de zile',
    '101 zile',
    '119 zile',
    '120 de zile',
    '364 de zile',
    '3.649 de zile',
  ])
})
