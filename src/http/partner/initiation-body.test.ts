import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Check } from 'typebox/value'
import { PunteError } from '../../domain/errors.ts'
import {
  BANKS_ANSWER,
  CANCELLATION_ANSWER,
  INITIATION_ANSWERS,
  INITIATION_EXAMPLES,
  STATUS_ANSWERS,
} from './examples.ts'
import { toInitiationRequest } from './initiation-body.ts'
import { isList, toListRequest } from './list-body.ts'
import { BanksAnswer, CancellationAnswer, InitiationAnswer, StatusAnswer } from './schemas.ts'

const SERIES = { startDate: '2030-01-15', Frequency: 'Monthly', dayOfExecution: 15 }

const read = (body: Record<string, unknown>) => toInitiationRequest(body, 7)

function fault(body: Record<string, unknown>): [string, string | undefined] {
  try {
    read(body)
  } catch (error) {
    assert.ok(error instanceof PunteError)
    return [error.code, error.field]
  }
  throw new Error(`accepted: ${JSON.stringify(body)}`)
}

test('a schedule, in the spellings of today’s clients', () => {
  const schedule = { start_date: '2030-01-15', frequency: 'Monthly', day_of_execution: 15 }
  for (const change of [
    {},
    { Frequency: 'MONTHLY' },
    { Frequency: 'monthly' },
    { Frequency: undefined, frequency: 'Monthly' },
    { frequency: 'monthly' },
    { dayOfExecution: '15' },
    { endDate: '', executionDate: null },
  ])
    assert.deepEqual(read({ ...SERIES, ...change }), { schedule }, JSON.stringify(change))
  assert.deepEqual(
    read({ startDate: '2030-01-15', frequency: 'every_two_weeks', endDate: '2030-01-15', agreementId: 12 }),
    {
      schedule: { start_date: '2030-01-15', end_date: '2030-01-15', frequency: 'EveryTwoWeeks' },
      agreement_id: '12',
    },
  )
  for (const [written, name] of [
    ['Daily', 'Daily'],
    ['WEEKLY', 'Weekly'],
    ['EveryTwoMonths', 'EveryTwoMonths'],
    ['quarterly', 'Quarterly'],
    ['SemiAnnual', 'SemiAnnual'],
    ['ANNUAL', 'Annual'],
  ] as const)
    assert.equal(read({ startDate: '2030-01-15', Frequency: written }).schedule?.frequency, name)
})

test('what makes no schedule is named', () => {
  for (const [body, code, field] of [
    [{ ...SERIES, startDate: undefined }, 'FIELD_REQUIRED', 'startDate'],
    [{ startDate: '2030-01-15' }, 'FIELD_REQUIRED', 'Frequency'],
    [{ endDate: '2030-01-15' }, 'FIELD_REQUIRED', 'startDate'],
    [{ agreementId: 'a' }, 'FIELD_REQUIRED', 'startDate'],
    [{ ...SERIES, Frequency: 'MonthlyVariable' }, 'FIELD_INVALID', 'Frequency'],
    [{ ...SERIES, Frequency: ['Monthly'] }, 'FIELD_INVALID', 'Frequency'],
    [{ ...SERIES, frequency: 'Weekly' }, 'FIELD_INVALID', 'frequency'],
    [{ ...SERIES, dayOfExecution: 0 }, 'FIELD_INVALID', 'dayOfExecution'],
    [{ ...SERIES, dayOfExecution: '32' }, 'FIELD_INVALID', 'dayOfExecution'],
    [{ ...SERIES, dayOfExecution: 1.5 }, 'FIELD_INVALID', 'dayOfExecution'],
    [{ ...SERIES, dayOfExecution: 'last' }, 'FIELD_INVALID', 'dayOfExecution'],
    [{ ...SERIES, Frequency: 'Weekly' }, 'FIELD_INVALID', 'dayOfExecution'],
    [{ ...SERIES, startDate: '2030-02-30' }, 'FIELD_INVALID', 'startDate'],
    [{ ...SERIES, startDate: '15.01.2030' }, 'FIELD_INVALID', 'startDate'],
    [{ ...SERIES, startDate: 20300115 }, 'FIELD_INVALID', 'startDate'],
    [{ ...SERIES, startDate: '2030-01-15T00:00:00Z' }, 'FIELD_INVALID', 'startDate'],
    [{ ...SERIES, endDate: '2030-01-14' }, 'FIELD_INVALID', 'endDate'],
    [{ ...SERIES, endDate: '2031-13-01' }, 'FIELD_INVALID', 'endDate'],
    [{ ...SERIES, executionDate: '2030-01-15' }, 'FIELD_INVALID', 'executionDate'],
    [{ ...SERIES, agreementId: 'x'.repeat(101) }, 'FIELD_INVALID', 'agreementId'],
    [{ ...SERIES, agreementId: 'a\u001b[2J' }, 'FIELD_INVALID', 'agreementId'],
    [{ ...SERIES, agreementId: 'a\nb' }, 'FIELD_INVALID', 'agreementId'],
    [{ ...SERIES, agreementId: 'a\u202eb' }, 'FIELD_INVALID', 'agreementId'],
  ] as const)
    assert.deepEqual(fault(body), [code, field], JSON.stringify(body))
  assert.throws(() => read({ ...SERIES, Frequency: 'often' }), /Daily, Weekly, EveryTwoWeeks, Monthly/)
})

test('days to come, links and the partner’s own page', () => {
  assert.deepEqual(read({ executionDate: '2028-02-29' }), { execution_date: '2028-02-29' })
  assert.deepEqual(read({ requestedExecutionDate: '2030-01-31', executionDate: '2030-01-31' }), {
    execution_date: '2030-01-31',
  })
  assert.deepEqual(read({ linkValidHours: '72', sendLink: true, psuEmail: 'ana@example.com' }), {
    link_hours: 72,
    send_link: true,
    psu_email: 'ana@example.com',
  })
  assert.deepEqual(read({ psuId: 'ana', TCaccepted: 'true' }), { psu_id: 'ana', terms_accepted: true })
  for (const [body, code, field] of [
    [{ executionDate: '2030-01-31', requestedExecutionDate: '2030-02-01' }, 'FIELD_INVALID', 'requestedExecutionDate'],
    [{ executionDate: '2029-02-29' }, 'FIELD_INVALID', 'executionDate'],
    [{ linkValidHours: 0 }, 'FIELD_INVALID', 'linkValidHours'],
    [{ linkValidHours: 1e9 }, 'FIELD_INVALID', 'linkValidHours'],
    [{ sendLink: 'perhaps' }, 'FIELD_INVALID', 'sendLink'],
    [{ sendLink: true }, 'FIELD_REQUIRED', 'psuEmail'],
    [{ isLink2Pay: true }, 'FIELD_INVALID', 'isLink2Pay'],
    [{ isHeadless: 'true' }, 'FIELD_INVALID', 'isHeadless'],
    [{ flexibleURL: {} }, 'FIELD_INVALID', 'flexibleURL'],
    [{ psuId: 'x'.repeat(65) }, 'FIELD_INVALID', 'psuId'],
    [{ TCAccepted: [] }, 'FIELD_INVALID', 'TCAccepted'],
  ] as const)
    assert.deepEqual(fault(body), [code, field], JSON.stringify(body))
  // A name of JavaScript's own objects is no field of the partner's.
  assert.deepEqual(read(JSON.parse('{"__proto__": {"amount": 5}, "constructor": 1}')), {})
})

test('the examples of the OpenAPI text are read as they stand', () => {
  for (const example of INITIATION_EXAMPLES) {
    if (isList(example)) assert.equal(toListRequest(example, 7).items.length, 2)
    else assert.ok((toInitiationRequest(example, 7).amount_minor ?? 0) > 0)
  }
})

test('the answers of the OpenAPI text are of their schemas', () => {
  for (const answer of INITIATION_ANSWERS) assert.ok(Check(InitiationAnswer, answer), JSON.stringify(answer))
  for (const answer of STATUS_ANSWERS) assert.ok(Check(StatusAnswer, answer), JSON.stringify(answer))
  assert.ok(Check(CancellationAnswer, CANCELLATION_ANSWER))
  assert.ok(Check(BanksAnswer, BANKS_ANSWER))
  assert.equal(Check(StatusAnswer, { ...STATUS_ANSWERS[0], result: {} }), false)
})
