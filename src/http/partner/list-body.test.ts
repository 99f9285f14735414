import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ListFaultsError } from '../../domain/errors.ts'
import { MAX_ITEMS } from '../../domain/initiation/lists/initiate.ts'
import { isList, toListRequest } from './list-body.ts'

const ONE = { creditorName: 'Ana', creditorIban: 'RO09PORL7789778256833565', amount: '12.50', details: 'Salariu' }
const READ = {
  creditor_name: 'Ana',
  creditor_iban: 'RO09PORL7789778256833565',
  amount_minor: 1250,
  details: 'Salariu',
}

type Body = Parameters<typeof toListRequest>[0]

function faults(body: Body): [string, string][] {
  try {
    toListRequest(body, 7)
  } catch (error) {
    assert.ok(error instanceof ListFaultsError)
    assert.deepEqual([error.field, error.code], [error.faults[0]?.field, error.faults[0]?.code])
    return error.faults.map(({ field, code }) => [field, code])
  }
  throw new Error('accepted')
}

test('a list in an object, with what all its payments have in common, and the list itself', () => {
  assert.deepEqual(
    toListRequest(
      {
        payments: [ONE, { ...ONE, amount: 1, ClientIDPSU: 5, currency: 'RON', ibanOptimization: true }],
        psuIntermediarId: 'firm',
        debtorIban: '',
        psuEmail: 'a@b.ro',
        debtorBank: 'BT',
        redirectURL: 'https://erp.example/',
        requestedExecutionDate: '2030-01-31',
        batchBookingPreferred: 'true',
        externalPaymentID: 7,
        isLink2Pay: false,
      },
      7,
    ),
    {
      psu_email: 'a@b.ro',
      debtor_bank: 'BT',
      redirect_url: 'https://erp.example/',
      execution_date: '2030-01-31',
      psu_intermediar_id: 'firm',
      batch_booking: true,
      items: [READ, { ...READ, amount_minor: 100, psu_intermediar_id: '5' }],
    },
  )
  assert.deepEqual(toListRequest([ONE], 7), { items: [READ] })
  assert.deepEqual(
    [isList([]), isList({ payments: [] }), isList({ payments: null }), isList(ONE)],
    [true, true, false, false],
  )
})

test('every fault of a list is told at once, by its place', () => {
  assert.deepEqual(
    faults({
      payments: [
        { ...ONE, amount: '1,50' },
        ONE,
        { ...ONE, creditorName: 7, details: 'x'.repeat(141), amount: -1 },
        'text',
        null,
        [ONE],
        { ...ONE, redirectURL: 'https://a.example', startDate: '2030-01-01', payments: [ONE] },
      ],
      creditorName: 'Ana',
      frequency: 'Monthly',
      executionDate: 'tomorrow',
      externalPaymentID: 8,
      sendLink: true,
    }),
    [
      ['creditorName', 'FIELD_INVALID'],
      ['frequency', 'FIELD_INVALID'],
      ['executionDate', 'FIELD_INVALID'],
      ['externalPaymentID', 'FIELD_INVALID'],
      ['psuEmail', 'FIELD_REQUIRED'],
      ['payments[0].amount', 'AMOUNT_INVALID'],
      ['payments[2].creditorName', 'FIELD_INVALID'],
      ['payments[2].amount', 'AMOUNT_INVALID'],
      ['payments[2].details', 'FIELD_INVALID'],
      ['payments[3]', 'FIELD_INVALID'],
      ['payments[4]', 'FIELD_INVALID'],
      ['payments[5]', 'FIELD_INVALID'],
      ['payments[6].redirectURL', 'FIELD_INVALID'],
      ['payments[6].payments', 'FIELD_INVALID'],
      ['payments[6].startDate', 'FIELD_INVALID'],
    ],
  )
})

test('a schedule is refused beside payments and inside them, for the same reason', () => {
  for (const list of [{ payments: [ONE], startDate: '2030-01-01' }, [{ ...ONE, Frequency: 'Monthly' }]])
    assert.throws(() => toListRequest(list, 7), /initiated alone/)
})

test('a list has 1 to 500 payments, and a refusal at most 500 faults', () => {
  assert.deepEqual(faults([]), [['payments', 'FIELD_REQUIRED']])
  assert.deepEqual(faults({ payments: 'all' }), [['payments', 'FIELD_INVALID']])
  assert.deepEqual(faults(Array(MAX_ITEMS + 1).fill(ONE)), [['payments', 'FIELD_INVALID']])
  assert.equal(toListRequest(Array(MAX_ITEMS).fill(ONE), 7).items.length, MAX_ITEMS)
  assert.equal(faults(Array(MAX_ITEMS).fill({ amount: 0, currency: 'EUR' })).length, 500)
})
