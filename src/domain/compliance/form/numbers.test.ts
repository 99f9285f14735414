import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CASE_STATES, type CaseMove, movesFrom, nextCaseState } from '../state.ts'
import { birthDatesOfCnp, isCnp, isCui, isDate, isEuid, isTradeRegisterNumber } from './numbers.ts'
import { plainName } from './subjects.ts'

test('a CNP is right in every digit', () => {
  for (const good of ['1800101400016', '2810305400014', '1900101400012']) {
    assert.ok(isCnp(good), good)
    for (let at = 0; at < 13; at += 1)
      for (let by = 1; by < 10; by += 1) {
        const digits = [...good]
        digits[at] = String((Number(digits[at]) + by) % 10)
        // One digit wrong is always found, but for the two remainders that share the digit 1.
        const check = digits.join('')
        if (isCnp(check)) assert.match(check, /1$/)
      }
  }
  for (const bad of [
    '',
    '180010140001',
    '18001014000166',
    '0800101400016',
    '1801301400016',
    '1800101530016',
    '180010140001x',
  ])
    assert.equal(isCnp(bad), false, bad)
  assert.deepEqual(birthDatesOfCnp('1800101400016'), ['1980-01-01'])
  assert.deepEqual(birthDatesOfCnp('5000229400010'), ['2000-02-29'])
  assert.deepEqual(birthDatesOfCnp('1000229400010'), [])
  assert.deepEqual(birthDatesOfCnp('7800101400016'), ['1980-01-01', '2080-01-01'])
})

test('a CUI has its check digit', () => {
  for (const good of ['99123452', '41251980', '18547290', '159', '27']) assert.ok(isCui(good), good)
  for (const bad of ['99123453', '99123451', '0', '1', '12345678901', '099123452', 'RO99123452'])
    assert.equal(isCui(bad), false, bad)
})

test('numbers of registers, old and new', () => {
  for (const good of ['J40/9912/2019', 'F5/1/1999', 'J2024001234401', 'C12/77/2011'])
    assert.ok(isTradeRegisterNumber(good), good)
  for (const bad of ['J53/1/2000', 'J40/372/202', 'X40/1/2000', 'J40-372-2002', 'J202400123440'])
    assert.equal(isTradeRegisterNumber(bad), false, bad)
  assert.ok(isEuid('ROONRC.J40/9912/2019'))
  assert.equal(isEuid('ROONRC'), false)
  assert.ok(isDate('2024-02-29'))
  for (const bad of ['2023-02-29', '2024-13-01', '2024-1-1', '24-01-01']) assert.equal(isDate(bad), false, bad)
})

test('names in their plain form', () => {
  assert.equal(plainName('S.C. Flori de Măr S.R.L.'), plainName('FLORI DE MAR SRL'))
  assert.equal(plainName('Țărmure Ion'), plainName('ion  TARMURE'))
  assert.notEqual(plainName('Flori'), plainName('Florin'))
  assert.equal(plainName('SC SA'), 'sa sc')
})

test('states: what has ended goes nowhere but to its erasure, and nothing leads back to a draft', () => {
  const moves: readonly CaseMove[] = ['submit', 'review', 'ask', 'approve', 'refuse', 'withdraw', 'end', 'erase']
  for (const state of CASE_STATES)
    for (const move of moves) {
      const next = nextCaseState(state, move)
      assert.equal(next !== undefined, movesFrom(state).includes(move))
      assert.notEqual(next, 'draft')
      if (next === 'erased') assert.ok(['refused', 'withdrawn', 'relationship_ended'].includes(state))
      if (next === 'approved') assert.equal(state, 'in_review')
    }
  assert.deepEqual(movesFrom('erased'), [])
  assert.deepEqual(movesFrom('approved'), ['end'])
})
