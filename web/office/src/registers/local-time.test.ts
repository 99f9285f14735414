import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromLocal, halfYearText, toLocal } from './local-time.ts'

test('what is typed as Romanian time is that moment, winter and summer', () => {
  assert.equal(fromLocal('2030-01-15T10:30'), '2030-01-15T08:30:00.000Z')
  assert.equal(fromLocal('2030-07-15T10:30'), '2030-07-15T07:30:00.000Z')
  assert.equal(toLocal('2030-07-15T07:30:00.000Z'), '2030-07-15T10:30')
  assert.equal(fromLocal('2030-10-27T03:30'), '2030-10-27T01:30:00.000Z')
  // An hour that does not exist.
  assert.equal(fromLocal('2030-03-31T03:30'), '2030-03-31T01:30:00.000Z')
})

test('a half-year is told in words', () => {
  assert.equal(halfYearText('2026-H1', 'ro'), 'semestrul I 2026')
  assert.equal(halfYearText('2026-H2', 'ro'), 'semestrul al II-lea 2026')
  assert.equal(halfYearText('2026-H2', 'en'), 'second half of 2026')
  assert.equal(halfYearText('7', 'en'), '7')
})
