import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Book, Entry } from './book.ts'
import { compareSeries, dueDays, type RecurringFacts, type SeriesFacts } from './series.ts'

const LEDGER: Book = { kind: 'ledger', name: 'bank carpati', bank_id: 'carpati' }
const PERIOD = { to_ms: Date.parse('2030-06-15') }
const MONTHLY: SeriesFacts = {
  status: 'ACTIVE',
  start_date: '2030-01-31',
  end_date: '2030-05-31',
  frequency: 'MONTHLY',
  day_of_execution: 31,
}
const RUNNING: RecurringFacts = {
  partner_id: 1,
  payment_id: 100,
  status: 'ACSP',
  amount_minor: 1_999,
  attempt_no: 1,
  finished_at: null,
  series: MONTHLY,
}

const on = (time: string, more: Partial<Entry> = {}): Entry => ({
  book: LEDGER,
  direction: 'debit',
  partner_id: 1,
  payment_id: 100,
  attempt_no: 1,
  amount_minor: 1_999,
  currency: 'RON',
  at_ms: Date.parse(time),
  is_reversal: false,
  ...more,
})

const kinds = (payment: RecurringFacts, entries: readonly Entry[]): string[] =>
  compareSeries(payment, entries, PERIOD).map(({ kind }) => kind)

function firstFour(days: Iterator<string>): string[] {
  const results = Array.from({ length: 4 }, () => days.next())
  return results.flatMap(({ done, value }) => (done === true ? [] : [value]))
}

const daysOf = (series: Partial<SeriesFacts>): string[] =>
  firstFour(dueDays({ ...MONTHLY, ...series })).map((day) => day.slice(2))

test('days of execution: equal steps, clipped to the month, until the end', () => {
  assert.deepEqual([...dueDays(MONTHLY)], ['2030-01-31', '2030-02-28', '2030-03-31', '2030-04-30', '2030-05-31'])
  assert.deepEqual(daysOf({ day_of_execution: 15 }), ['30-02-15', '30-03-15', '30-04-15', '30-05-15'])
  assert.deepEqual(daysOf({ frequency: 'DAILY' }), ['30-01-31', '30-02-01', '30-02-02', '30-02-03'])
  assert.deepEqual(daysOf({ frequency: 'FORTNIGHTLY' }), ['30-01-31', '30-02-14', '30-02-28', '30-03-14'])
  const endless = { end_date: null, day_of_execution: null }
  assert.deepEqual(daysOf({ ...endless, frequency: 'QUARTERLY' }), ['30-01-31', '30-04-30', '30-07-31', '30-10-31'])
  assert.deepEqual(daysOf({ ...endless, frequency: 'YEARLY' }), ['30-01-31', '31-01-31', '32-01-31', '33-01-31'])
  assert.deepEqual(daysOf({ frequency: 'OTHER' }), [])
})

test('executions as agreed agree, whatever the status; a day without money is no disagreement', () => {
  const all = ['2030-01-31', '2030-02-28', '2030-03-31', '2030-04-30', '2030-05-31'].map((day) => on(day))
  assert.deepEqual(kinds(RUNNING, all), [])
  assert.deepEqual(kinds({ ...RUNNING, status: 'ACSC', finished_at: new Date('2030-06-01') }, all), [])
  assert.deepEqual(kinds(RUNNING, all.slice(2)), [])
  // The day begins in Bucharest before it does in UTC.
  assert.deepEqual(kinds(RUNNING, [on('2030-01-30T22:00:01Z')]), [])
})

test('each disagreement has its name', () => {
  const first = on('2030-01-31')
  const cases: readonly (readonly [string, RecurringFacts, readonly Entry[], readonly string[]])[] = [
    ['another amount', RUNNING, [on('2030-01-31', { amount_minor: 2_000 })], ['amount_differs']],
    ['another currency', RUNNING, [on('2030-01-31', { currency: 'EUR' })], ['amount_differs']],
    ['another order', RUNNING, [on('2030-01-31', { attempt_no: 2 })], ['attempt_differs']],
    ['before the start', RUNNING, [on('2030-01-30T12:00Z')], ['executed_too_early']],
    ['twice in a month', RUNNING, [first, on('2030-02-10')], ['executed_too_early']],
    ['no number known', { ...RUNNING, series: { ...MONTHLY, frequency: 'OTHER' } }, [first, first], []],
    [
      'after the end',
      { ...RUNNING, series: { ...MONTHLY, end_date: '2030-02-01' } },
      [first, on('2030-03-01')],
      ['executed_too_often'],
    ],
    [
      'after the cancellation',
      { ...RUNNING, status: 'CANC', finished_at: new Date('2030-02-01') },
      [first, on('2030-02-28')],
      ['executed_after_end'],
    ],
    ['never agreed', { ...RUNNING, series: { ...MONTHLY, status: 'REFUSED' } }, [first], ['paid_but_not_settled']],
    ['no agreement', { ...RUNNING, series: null }, [first], ['paid_but_not_settled']],
    ['beyond the period', RUNNING, [on('2030-06-20', { amount_minor: 1 })], []],
  ]
  for (const [name, payment, entries, expected] of cases) assert.deepEqual(kinds(payment, entries), expected, name)
})
