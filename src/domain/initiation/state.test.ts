import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  contradicts,
  eventOfBankStatus,
  FINISHED,
  isFinalAtBank,
  nextStatus,
  PAYMENT_EVENTS,
  PAYMENT_STATUSES,
  type PaymentStatus,
  TRANSITIONS,
} from './state.ts'

const BANK_EVENTS = PAYMENT_EVENTS.filter((event) => event.startsWith('bank_'))

test('every status has a row, and every cell leads to a known status', () => {
  assert.deepEqual(Object.keys(TRANSITIONS).sort(), [...PAYMENT_STATUSES].sort())
  for (const row of Object.values(TRANSITIONS)) {
    for (const [event, to] of Object.entries(row)) {
      assert.ok((PAYMENT_EVENTS as readonly string[]).includes(event), event)
      assert.ok((PAYMENT_STATUSES as readonly string[]).includes(to), to)
    }
  }
})

test('the whole table, written out', () => {
  const drawn = PAYMENT_STATUSES.map(
    (from) => `${from}: ${PAYMENT_EVENTS.map((event) => nextStatus(from, event) ?? '-').join(' ')}`,
  )
  // Columns: received checked pending accepted executing settled rejected partly cancelled | abandons partner time limit
  assert.deepEqual(drawn, [
    'INIT: RCVD ACTC PDNG ACCP ACSP ACSC RJCT PART CANC ABND CANC ABND BLOCKED',
    'RCVD: - ACTC PDNG ACCP ACSP ACSC RJCT PART CANC ABND - ABND -',
    'ACTC: - - PDNG ACCP ACSP ACSC RJCT PART CANC ABND - ABND -',
    'PDNG: - - - ACCP ACSP ACSC RJCT PART CANC - - - -',
    'ACCP: - - - - ACSP ACSC RJCT PART CANC - - - -',
    'ACSP: - - - - - ACSC RJCT PART CANC - - - -',
    'ACSC: - - - - - - - - - - - - -',
    'RJCT: - - - - - - - - - - - - -',
    'CANC: - - - - - - - - - - - - -',
    'ABND: - - - ACCP ACSP ACSC - PART - - - - -',
    'BLOCKED: - - - - - - - - - - - - -',
    'PART: - - - - - - - - - - - - -',
  ])
})

test('only ABND can be left again, and only by a success of the bank', () => {
  for (const status of FINISHED) {
    const exits = PAYMENT_EVENTS.filter((event) => nextStatus(status, event) !== undefined)
    assert.deepEqual(exits, status === 'ABND' ? ['bank_accepted', 'bank_executing', 'bank_settled', 'bank_partly'] : [])
  }
})

test('bank answers in any order and number end where the furthest of them leads', () => {
  const rank = (status: PaymentStatus) => ['INIT', 'RCVD', 'ACTC', 'PDNG', 'ACCP', 'ACSP'].indexOf(status)
  const open_events = BANK_EVENTS.filter((event) => !isFinalAtBank(event))
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...open_events), { minLength: 1, maxLength: 30 }), (events) => {
      let status: PaymentStatus = 'INIT'
      for (const event of events) status = nextStatus(status, event) ?? status
      const furthest = Math.max(...events.map((event) => rank(nextStatus('INIT', event) as PaymentStatus)))
      assert.equal(rank(status), furthest)
      assert.equal(nextStatus(status, 'bank_settled'), 'ACSC')
    }),
  )
})

test('a bank that takes back a final word is a contradiction, not a change', () => {
  assert.equal(contradicts('RJCT', 'bank_settled'), true)
  assert.equal(contradicts('CANC', 'bank_settled'), true)
  assert.equal(contradicts('ACSC', 'bank_rejected'), true)
  assert.equal(contradicts('ABND', 'bank_settled'), false)
  assert.equal(contradicts('ACSC', 'bank_settled'), false)
})

test('bank statuses: known ones have a meaning, others none, whatever they are called', () => {
  assert.equal(eventOfBankStatus('ACCC'), 'bank_settled')
  assert.equal(eventOfBankStatus('ACSC'), 'bank_settled')
  assert.equal(eventOfBankStatus('ACSP'), 'bank_executing')
  for (const odd of ['', 'acsc', 'PAID', 'constructor', '__proto__', 'ACSC '])
    assert.equal(eventOfBankStatus(odd), undefined)
})
