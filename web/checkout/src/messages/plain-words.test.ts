import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ScheduleView } from '../../../../src/http/checkout/contract.ts'
import { countRo, dayInWords, scheduleInWords } from './plain-words.ts'

const schedule = (more: Partial<ScheduleView>): ScheduleView => ({
  startDate: '2027-01-15',
  frequency: 'Monthly',
  ...more,
})
const both = (more: Partial<ScheduleView>) => [
  scheduleInWords('ro', schedule(more)),
  scheduleInWords('en', schedule(more)),
]

test('a schedule is said in words, with its end or until it is stopped', () => {
  assert.deepEqual(both({ dayOfExecution: 15 }), [
    'în fiecare lună, pe data de 15, începând cu 15 ianuarie 2027, până când o oprești',
    'every month, on day 15 of the month, starting on 15 January 2027, until you stop it',
  ])
  assert.deepEqual(both({ frequency: 'EveryTwoWeeks', endDate: '2027-12-31' }), [
    'o dată la două săptămâni, vinerea, începând cu 15 ianuarie 2027, până la 31 decembrie 2027',
    'every two weeks, on Fridays, starting on 15 January 2027, until 31 December 2027',
  ])
  assert.equal(both({ frequency: 'Daily' })[0], 'în fiecare zi, începând cu 15 ianuarie 2027, până când o oprești')
})

test('every frequency has its Romanian words', () => {
  const said = (['Weekly', 'EveryTwoMonths', 'Quarterly', 'SemiAnnual', 'Annual'] as const).map((frequency) =>
    scheduleInWords('ro', schedule({ frequency })).replace(/, începând.*/, ''),
  )
  assert.deepEqual(said, [
    'în fiecare săptămână, vinerea',
    'o dată la două luni, pe data de 15',
    'o dată la trei luni, pe data de 15',
    'o dată la șase luni, pe data de 15',
    'o dată pe an, pe 15 ianuarie',
  ])
})

test('days that a month may not have are told of; 31 is the last day', () => {
  const day = (dayOfExecution: number) =>
    scheduleInWords('ro', schedule({ dayOfExecution })).replace(/^[^,]*, (.*), începând.*/, '$1')
  assert.equal(day(31), 'în ultima zi a lunii')
  assert.equal(day(30), 'pe data de 30 (sau în ultima zi a lunii, dacă e mai scurtă)')
  assert.equal(day(28), 'pe data de 28')
})

test('a day is the same in every time zone', () => {
  assert.equal(dayInWords('ro', '2026-12-03'), '3 decembrie 2026')
  assert.equal(dayInWords('en', '2026-12-03'), '3 December 2026')
})

test('Romanian counts', () => {
  const said = [1, 2, 19, 20, 100, 101, 119, 120, 500].map((count) => countRo(count, 'o plată', 'plăți'))
  assert.deepEqual(said, [
    'o plată',
    '2 plăți',
    '19 plăți',
    '20 de plăți',
    '100 de plăți',
    '101 plăți',
    '119 plăți',
    '120 de plăți',
    '500 de plăți',
  ])
})
