import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { AgreementTerms } from '../cards/model.ts'
import { currencyAmountText } from '../currency.ts'
import { PunteError } from '../errors.ts'
import type { Agreement } from './agreement.ts'
import { checkSeriesPayment, type OpeningTransaction, openingOf } from './rules.ts'

const TODAY = '2026-03-15'
const PAYMENT: OpeningTransaction = { operation: 'PAY', currency: 'RON', amount_minor: 4_900, today: TODAY }
const VERIFY: OpeningTransaction = { ...PAYMENT, operation: 'VERIFY', amount_minor: 0 }

const agreement = (changes: Partial<Agreement> = {}): Agreement => ({
  partner_id: 1,
  agreement_id: 'SALA-1',
  rail: 'card',
  type: 'RECURRING',
  version_no: 1,
  currency: 'RON',
  amount_variability: null,
  fixed_amount_minor: null,
  minimum_amount_minor: null,
  maximum_amount_minor: null,
  start_date: null,
  expiry_date: null,
  number_of_payments: null,
  minimum_days_between_payments: null,
  payment_frequency: null,
  payments_taken: 0,
  status: null,
  payment_id: null,
  day_of_execution: null,
  number_hash: Buffer.alloc(32),
  masked_number: '512345xxxxxx0008',
  expiry_month: 1,
  expiry_year: 39,
  token: null,
  established_order_id: 'C-1',
  established_transaction_id: '1',
  trace_id: null,
  created_at: new Date(0),
  updated_at: new Date(0),
  ...changes,
})

function refusalOf(act: () => unknown): string {
  try {
    act()
    return 'none'
  } catch (error) {
    assert.ok(error instanceof PunteError, String(error))
    assert.ok(error.message.length > 10)
    return `${error.code} ${error.field}`
  }
}

const opened = (terms: Omit<AgreementTerms, 'id' | 'type'>, by = PAYMENT) =>
  openingOf({ type: 'RECURRING', ...terms }, by)
const charge = (
  changes: Partial<Agreement>,
  payment: { amount_minor?: number; currency?: string; today?: string } = {},
) =>
  refusalOf(() =>
    checkSeriesPayment(agreement(changes), { amount_minor: 4_900, currency: 'RON', today: TODAY, ...payment }),
  )

test('an opening keeps what was agreed, amounts in minor units, and nothing that was not said', () => {
  assert.deepEqual(openingOf({ id: 'SALA-1', type: 'UNSCHEDULED' }, PAYMENT), { type: 'UNSCHEDULED', currency: 'RON' })
  const terms: AgreementTerms = {
    id: 'SALA-1',
    type: 'INSTALLMENT',
    amount_variability: 'FIXED',
    start_date: TODAY,
    expiry_date: '2027-03-15',
    number_of_payments: 6,
    minimum_days_between_payments: 28,
    payment_frequency: 'MONTHLY',
    minimum_amount: '49',
    maximum_amount: '49.00',
  }
  assert.deepEqual(openingOf(terms, PAYMENT), {
    type: 'INSTALLMENT',
    currency: 'RON',
    amount_variability: 'FIXED',
    fixed_amount_minor: 4_900,
    minimum_amount_minor: 4_900,
    maximum_amount_minor: 4_900,
    start_date: TODAY,
    expiry_date: '2027-03-15',
    number_of_payments: 6,
    minimum_days_between_payments: 28,
    payment_frequency: 'MONTHLY',
  })
})

test('a FIXED amount is that of the payment; a VERIFY has none to fix, and lies within no amounts', () => {
  assert.equal(
    opened({ amount_variability: 'FIXED' }, { ...PAYMENT, operation: 'AUTHORIZE' }).fixed_amount_minor,
    4_900,
  )
  assert.equal('fixed_amount_minor' in opened({ amount_variability: 'FIXED' }, VERIFY), false)
  assert.equal('fixed_amount_minor' in opened({ amount_variability: 'VARIABLE' }), false)
  assert.equal(opened({ minimum_amount: '10', maximum_amount: '20' }, VERIFY).minimum_amount_minor, 1_000)
})

test('terms that contradict themselves, the calendar or the payment are refused by name', () => {
  const cases: readonly (readonly [string, Omit<AgreementTerms, 'id' | 'type'>])[] = [
    ['FIELD_INVALID agreement.startDate', { start_date: '2026-03-14' }],
    ['FIELD_INVALID agreement.startDate', { start_date: '2026-02-30' }],
    ['FIELD_INVALID agreement.startDate', { start_date: '2026-13-01' }],
    ['FIELD_INVALID agreement.expiryDate', { expiry_date: '2026-03-14' }],
    ['FIELD_INVALID agreement.expiryDate', { expiry_date: '2027-02-29' }],
    ['FIELD_INVALID agreement.expiryDate', { expiry_date: '2027' }],
    ['FIELD_INVALID agreement.expiryDate', { start_date: '2026-05-01', expiry_date: '2026-04-30' }],
    ['none', { start_date: '2026-05-01', expiry_date: '2026-05-01' }],
    ['none', { start_date: TODAY, expiry_date: TODAY }],
    ['none', { expiry_date: '2028-02-29' }],
    ['FIELD_INVALID agreement.numberOfPayments', { number_of_payments: 0 }],
    ['FIELD_INVALID agreement.numberOfPayments', { number_of_payments: 1_000 }],
    ['FIELD_INVALID agreement.numberOfPayments', { number_of_payments: 1.5 }],
    ['none', { number_of_payments: 1 }],
    ['none', { number_of_payments: 999 }],
    ['FIELD_INVALID agreement.minimumDaysBetweenPayments', { minimum_days_between_payments: 0 }],
    ['FIELD_INVALID agreement.minimumDaysBetweenPayments', { minimum_days_between_payments: 10_000 }],
    ['FIELD_INVALID agreement.minimumAmountPerPayment', { minimum_amount: '1.005' }],
    ['FIELD_INVALID agreement.minimumAmountPerPayment', { minimum_amount: '50', maximum_amount: '49.99' }],
    ['FIELD_INVALID agreement.maximumAmountPerPayment', { maximum_amount: '0' }],
    ['FIELD_INVALID agreement.maximumAmountPerPayment', { maximum_amount: '-1' }],
    ['AGREEMENT_TERMS order.amount', { minimum_amount: '49.01' }],
    ['AGREEMENT_TERMS order.amount', { maximum_amount: '48.99' }],
    ['none', { minimum_amount: '0', maximum_amount: '49' }],
  ]
  for (const [refusal, terms] of cases)
    assert.equal(
      refusalOf(() => opened(terms)),
      refusal,
      JSON.stringify(terms),
    )
  assert.equal(
    refusalOf(() => openingOf({ id: 'A' }, PAYMENT)),
    'AGREEMENT_TYPE_REQUIRED agreement.type',
  )
})

test('amounts are read in the currency of the payment: yen have no decimals, dinars three', () => {
  const yen = { ...PAYMENT, currency: 'JPY', amount_minor: 100 }
  assert.equal(opened({ maximum_amount: '100' }, yen).maximum_amount_minor, 100)
  assert.equal(
    refusalOf(() => opened({ maximum_amount: '100.5' }, yen)),
    'FIELD_INVALID agreement.maximumAmountPerPayment',
  )
  assert.equal(
    opened({ maximum_amount: '1.005' }, { ...PAYMENT, currency: 'BHD', amount_minor: 1_000 }).maximum_amount_minor,
    1_005,
  )
})

test('a series ends on its day and after its number, and keeps its currency and amounts', () => {
  assert.equal(charge({}), 'none')
  assert.equal(charge({}, { currency: 'EUR' }), 'AGREEMENT_TERMS order.currency')
  assert.equal(charge({ expiry_date: TODAY }), 'none')
  assert.equal(charge({ expiry_date: '2026-03-14' }), 'AGREEMENT_TERMS agreement.id')
  assert.equal(charge({ number_of_payments: 3, payments_taken: 2 }), 'none')
  assert.equal(charge({ number_of_payments: 3, payments_taken: 3 }), 'AGREEMENT_TERMS agreement.id')
  assert.equal(charge({ amount_variability: 'FIXED', fixed_amount_minor: 4_900 }), 'none')
  assert.equal(charge({ amount_variability: 'FIXED', fixed_amount_minor: 4_901 }), 'AGREEMENT_TERMS order.amount')
  assert.equal(charge({ amount_variability: 'FIXED' }), 'none', 'its first payment fixes it')
  assert.equal(charge({ amount_variability: 'VARIABLE', fixed_amount_minor: 4_901 }), 'none')
  assert.equal(charge({ minimum_amount_minor: 4_900, maximum_amount_minor: 4_900 }), 'none')
  assert.equal(charge({ minimum_amount_minor: 4_901 }), 'AGREEMENT_TERMS order.amount')
  assert.equal(charge({ maximum_amount_minor: 4_899 }), 'AGREEMENT_TERMS order.amount')
})

test('days between payments block nothing, and a VERIFY of 0 takes nothing', () => {
  assert.equal(
    charge({ minimum_days_between_payments: 31, payments_taken: 1, updated_at: new Date(`${TODAY}T00:00Z`) }),
    'none',
  )
  const full = { number_of_payments: 1, payments_taken: 1, minimum_amount_minor: 100 }
  assert.equal(charge(full, { amount_minor: 0 }), 'none')
  assert.equal(charge({ ...full, expiry_date: '2026-03-14' }, { amount_minor: 0 }), 'AGREEMENT_TERMS agreement.id')
})

test('whatever opens a series may be charged again the same day for the same amount', () => {
  const amount = fc.integer({ min: 1, max: 999_999_999_999 })
  fc.assert(
    fc.property(
      amount,
      fc.option(amount),
      fc.option(amount),
      fc.constantFrom('FIXED', 'VARIABLE'),
      (paid, low, high, kind) => {
        const terms: AgreementTerms = {
          type: 'RECURRING',
          amount_variability: kind as 'FIXED' | 'VARIABLE',
          ...(low !== null && { minimum_amount: currencyAmountText(low, 'RON') }),
          ...(high !== null && { maximum_amount: currencyAmountText(high, 'RON') }),
        }
        const lawful = (low ?? 0) <= (high ?? Number.MAX_SAFE_INTEGER) && (low ?? 0) <= paid && paid <= (high ?? paid)
        const refusal = refusalOf(() => openingOf(terms, { ...PAYMENT, amount_minor: paid }))
        assert.equal(refusal === 'none', lawful)
        if (!lawful) return
        const series = agreement(openingOf(terms, { ...PAYMENT, amount_minor: paid }))
        checkSeriesPayment(series, { amount_minor: paid, currency: 'RON', today: TODAY })
        if (kind === 'FIXED')
          assert.equal(
            refusalOf(() => checkSeriesPayment(series, { amount_minor: paid + 1, currency: 'RON', today: TODAY })),
            'AGREEMENT_TERMS order.amount',
          )
      },
    ),
  )
})
