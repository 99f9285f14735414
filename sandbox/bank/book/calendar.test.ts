/** Due days over short months, leap years and ends. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dueDay, isDay, realToday, yearsAfter } from './calendar.ts'
import type { Schedule } from './order.ts'

const days = (schedule: Schedule, count: number) =>
  Array.from({ length: count }, (_, index) => dueDay(schedule, index + 1))

test('months are clipped to their last day, and only for themselves', () => {
  const schedule: Schedule = { start_date: '2027-12-31', frequency: 'Monthly', day_of_execution: 31 }
  assert.deepEqual(days(schedule, 5), ['2027-12-31', '2028-01-31', '2028-02-29', '2028-03-31', '2028-04-30'])
  assert.deepEqual(days({ start_date: '2027-01-30', frequency: 'Monthly' }, 3), [
    '2027-01-30',
    '2027-02-28',
    '2027-03-30',
  ])
})

test('the first execution is on or after the start date', () => {
  const schedule: Schedule = { start_date: '2027-01-15', frequency: 'Quarterly', day_of_execution: 10 }
  assert.deepEqual(days(schedule, 2), ['2027-02-10', '2027-05-10'])
  assert.deepEqual(days({ ...schedule, day_of_execution: 15 }, 1), ['2027-01-15'])
  assert.deepEqual(days({ start_date: '2027-02-20', frequency: 'Monthly', day_of_execution: 30 }, 1), ['2027-02-28'])
})

test('every frequency has its step', () => {
  const second = (frequency: Schedule['frequency']) => dueDay({ start_date: '2028-01-31', frequency }, 2)
  assert.deepEqual(
    (['Daily', 'Weekly', 'EveryTwoWeeks', 'EveryTwoMonths', 'SemiAnnual', 'Annual'] as const).map(second),
    ['2028-02-01', '2028-02-07', '2028-02-14', '2028-03-31', '2028-07-31', '2029-01-31'],
  )
})

test('nothing is due after the end date', () => {
  const schedule: Schedule = { start_date: '2027-01-05', end_date: '2027-03-05', frequency: 'Monthly' }
  assert.deepEqual(days(schedule, 4), ['2027-01-05', '2027-02-05', '2027-03-05', undefined])
})

test('days are those of the calendar, and of Romania', () => {
  for (const text of ['2027-02-29', '2027-13-01', '27-01-01', '2027-1-1', '2027-01-01T00:00:00Z', ''])
    assert.equal(isDay(text), false, text)
  assert.ok(isDay('2028-02-29'))
  assert.equal(realToday(Date.parse('2027-06-30T21:30:00Z')), '2027-07-01')
  assert.equal(realToday(Date.parse('2027-01-01T21:30:00Z')), '2027-01-01')
  assert.equal(yearsAfter('2028-02-29', 1), '2029-02-28')
})
