import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Book, BookError, type Entry, readEndToEndId } from './book.ts'
import { readLedger } from './ledger.ts'
import { comparePayment, type PaymentFacts } from './payments.ts'

const LEDGER: Book = { kind: 'ledger', name: 'bank carpati', bank_id: 'carpati' }
const OTHER: Book = { kind: 'ledger', name: 'bank delta', bank_id: 'delta' }
const STATEMENT: Book = { kind: 'statement', name: 'statement', iban_hash: 'aa', from_ms: 0, to_ms: 10_000 }
const BOOKS = [LEDGER, OTHER, STATEMENT]
const PERIOD = { from_ms: 1_000, to_ms: 9_000 }

const PAID: PaymentFacts = {
  partner_id: 1,
  payment_id: 100,
  kind: 'single',
  status: 'ACSC',
  bank_id: 'carpati',
  amount_minor: 1_999,
  attempt_no: 2,
  attempt_state: 'closed',
  submitted_at: new Date(4_000),
  settled_attempt_no: 2,
  finished_at: new Date(5_000),
  creditor_iban_hash: 'aa',
  debtor_iban_hash: 'bb',
  final_event_no: 4,
  has_webhook: true,
  webhook_state: 'delivered',
  has_mail: true,
  mail_state: 'sent',
  told_paid: false,
  mailed_paid: false,
  items: null,
  series: null,
}
const UNPAID: PaymentFacts = { ...PAID, status: 'RJCT', settled_attempt_no: null }

const DEBIT: Entry = {
  book: LEDGER,
  direction: 'debit',
  partner_id: 1,
  payment_id: 100,
  attempt_no: 2,
  amount_minor: 1_999,
  currency: 'RON',
  at_ms: 4_900,
  is_reversal: false,
}
const CREDIT: Entry = { ...DEBIT, book: STATEMENT, direction: 'credit' }

const kinds = (payment: PaymentFacts, entries: readonly Entry[] = [DEBIT, CREDIT]) =>
  comparePayment(payment, entries, BOOKS, PERIOD).map(({ kind }) => kind)

test('what agrees is not told', () => {
  assert.deepEqual(kinds(PAID), [])
  assert.deepEqual(kinds(UNPAID, []), [])
})

test('each disagreement has its name, and says what either side says', () => {
  const other_attempt = { ...DEBIT, attempt_no: 1 }
  const given_back: Entry = { ...CREDIT, direction: 'debit', is_reversal: true }
  const cases: readonly (readonly [string, PaymentFacts, readonly Entry[], readonly string[]])[] = [
    ['nothing at the bank', PAID, [CREDIT], ['payment_not_in_book']],
    ['nothing on the statement', PAID, [DEBIT], ['payment_not_in_book']],
    ['another amount', PAID, [{ ...DEBIT, amount_minor: 2_000 }, CREDIT], ['amount_differs']],
    ['another currency', PAID, [{ ...DEBIT, currency: 'EUR' }, CREDIT], ['amount_differs']],
    ['our amount changed', { ...PAID, amount_minor: 1 }, [DEBIT, CREDIT], ['amount_differs', 'amount_differs']],
    ['another attempt', PAID, [other_attempt, CREDIT], ['attempt_differs']],
    ['twice', PAID, [DEBIT, DEBIT, CREDIT], ['paid_twice']],
    ['twice, by two attempts', PAID, [DEBIT, other_attempt, CREDIT], ['paid_twice']],
    ['at two banks', PAID, [DEBIT, { ...DEBIT, book: OTHER }, CREDIT], ['paid_twice']],
    ['at another bank', PAID, [{ ...DEBIT, book: OTHER }, CREDIT], ['payment_not_in_book', 'bank_differs']],
    ['given back', PAID, [DEBIT, CREDIT, given_back], ['paid_back']],
    ['paid, yet refused', UNPAID, [DEBIT], ['paid_but_not_settled']],
    ['no history', { ...PAID, final_event_no: null }, [DEBIT, CREDIT], ['history_missing']],
    ['webhook missing', { ...PAID, webhook_state: null }, [DEBIT, CREDIT], ['webhook_not_acknowledged']],
    ['webhook given up', { ...PAID, webhook_state: 'failed' }, [DEBIT, CREDIT], ['webhook_not_acknowledged']],
    ['mail missing', { ...UNPAID, mail_state: null }, [], ['mail_not_sent']],
    ['told otherwise', { ...UNPAID, told_paid: true }, [], ['webhook_contradicts']],
    ['mailed otherwise', { ...UNPAID, mailed_paid: true }, [], ['mail_contradicts']],
  ]
  for (const [name, payment, entries, expected] of cases) {
    const found = comparePayment(payment, entries, BOOKS, PERIOD)
    assert.deepEqual(
      found.map(({ kind }) => kind),
      expected,
      name,
    )
    for (const { about, says } of found) {
      assert.equal(about, 'payment 1/100', name)
      assert.ok(says.punte !== undefined, name)
    }
  }
})

test('a list has no money of its own, and is what its items are', () => {
  const items = { agreed: 3, count: 3, amount_minor: 1_999, paid: 3, open: 0 }
  const list: PaymentFacts = { ...PAID, kind: 'list', items }
  assert.deepEqual(kinds(list, []), [])
  assert.deepEqual(kinds({ ...list, status: 'PART', items: { ...items, paid: 2 } }, []), [])
  assert.deepEqual(kinds({ ...list, status: 'RJCT', items: { ...items, paid: 0 } }, []), [])
  assert.deepEqual(kinds({ ...list, finished_at: null, items: null }, []), [], 'not at its end')
  const wrong: readonly (readonly [string, PaymentFacts])[] = [
    ['one is missing', { ...list, items: { ...items, count: 2 } }],
    ['another sum', { ...list, items: { ...items, amount_minor: 1_998 } }],
    ['all said, two paid', { ...list, items: { ...items, paid: 2 } }],
    ['part said, all paid', { ...list, status: 'PART' }],
    ['part said, none paid', { ...list, status: 'PART', items: { ...items, paid: 0 } }],
    ['refused said, one paid', { ...list, status: 'RJCT', items: { ...items, paid: 1 } }],
    ['ended with one open', { ...list, status: 'PART', items: { ...items, paid: 2, open: 1 } }],
  ]
  for (const [name, payment] of wrong) assert.deepEqual(kinds(payment, []), ['list_differs'], name)
  assert.deepEqual(kinds(list, [DEBIT]), ['list_differs'], 'booked as one')
  assert.deepEqual(kinds({ ...list, webhook_state: 'failed' }, []), ['webhook_not_acknowledged'])
  const unsettled = { ...list, status: 'RCVD', finished_at: null, attempt_state: 'unknown' }
  assert.deepEqual(kinds(unsettled, []), ['attempt_unsettled'])
})

test('an item is paid as a single payment is, and nobody is told of it alone', () => {
  const item: PaymentFacts = { ...PAID, kind: 'item', has_webhook: false, webhook_state: null, has_mail: false }
  assert.deepEqual(kinds({ ...item, mail_state: null }, [DEBIT, CREDIT]), [])
  assert.deepEqual(kinds(item, [CREDIT]), ['payment_not_in_book'])
  assert.deepEqual(kinds(item, [DEBIT, DEBIT, CREDIT]), ['paid_twice'])
  assert.deepEqual(kinds({ ...item, status: 'RJCT' }, [DEBIT]), ['paid_but_not_settled'])
})

test('a submission of unknown fate is told once its time is over', () => {
  const unknown: PaymentFacts = { ...UNPAID, status: 'INIT', finished_at: null, attempt_state: 'unknown' }
  assert.deepEqual(kinds(unknown, []), ['attempt_unsettled'])
  assert.deepEqual(kinds({ ...unknown, submitted_at: new Date(9_500) }, []), [])
  assert.deepEqual(kinds({ ...unknown, attempt_state: 'open' }, []), [], 'the payer is at the bank')
})

test('taken and given back of an unpaid payment is nothing', () => {
  const given_back: Entry = { ...DEBIT, direction: 'credit', is_reversal: true }
  assert.deepEqual(kinds(UNPAID, [DEBIT, given_back]), [])
})

test('the edges of a period lose nothing and repeat nothing', () => {
  const before = { ...PAID, finished_at: new Date(500) }
  assert.deepEqual(kinds(before, []), [], 'ended before: another period proves it')
  assert.deepEqual(kinds({ ...PAID, finished_at: new Date(9_000) }, []), [], 'ended after')
  assert.deepEqual(kinds({ ...PAID, finished_at: new Date(1_000) }, [{ ...DEBIT, at_ms: 900 }, CREDIT]), [])
  assert.deepEqual(kinds({ ...UNPAID, finished_at: new Date(9_500) }, [DEBIT]), ['paid_but_not_settled'])
  assert.deepEqual(kinds(UNPAID, [{ ...DEBIT, at_ms: 9_000 }]), [])
})

// Any payment with its true entries agrees; with one of them changed in money it never does.
test('no change of an entry goes unseen', () => {
  const change = fc.oneof(
    fc.constant<(entry: Entry) => Entry[]>(() => []),
    fc.constant<(entry: Entry) => Entry[]>((entry) => [entry, entry]),
    fc.constant<(entry: Entry) => Entry[]>((entry) => [{ ...entry, attempt_no: entry.attempt_no + 1 }]),
    fc
      .integer({ min: 1, max: 1_000_000 })
      .map((by) => (entry: Entry) => [{ ...entry, amount_minor: entry.amount_minor + by }]),
    fc.constantFrom('EUR', 'USD').map((currency) => (entry: Entry) => [{ ...entry, currency }]),
  )
  const amount = fc.integer({ min: 1, max: 99_999_999_999 })
  fc.assert(
    fc.property(
      amount,
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 0, max: 1 }),
      change,
      (minor, no, which, changed) => {
        const payment = { ...PAID, amount_minor: minor, attempt_no: no, settled_attempt_no: no }
        const entries = [DEBIT, CREDIT].map((entry) => ({ ...entry, amount_minor: minor, attempt_no: no }))
        assert.deepEqual(kinds(payment, entries), [])
        const wrong = entries.flatMap((entry, index) => (index === which ? changed(entry) : [entry]))
        assert.equal(kinds(payment, wrong).length, 1)
        assert.ok(
          wrong.length === 0 || kinds({ ...payment, status: 'RJCT', settled_attempt_no: null }, wrong).length > 0,
        )
      },
    ),
  )
})

test('end-to-end ids are read back as they are written; others are somebody else’s', () => {
  assert.deepEqual(readEndToEndId('P1-100000001-3'), { partner_id: 1, payment_id: 100_000_001, attempt_no: 3 })
  for (const other of ['NOTPROVIDED', '', 'P1-2', 'P1-2-3-4', 'xP1-2-3', 'P1-9999999999999999-1'])
    assert.equal(readEndToEndId(other), undefined, other)
})

test('a ledger is read; one that cannot be trusted to be whole is refused without quoting it', () => {
  const debit = { end_to_end_id: 'P1-100-2', amount_minor: 1_999, at: '2026-05-01T10:00:00Z', debtor_iban: 'RO-SECRET' }
  const text = JSON.stringify({ summary: { bank: 'carpati' }, debits: [debit, { ...debit, end_to_end_id: 'RENT' }] })
  const { entries, strangers } = readLedger(text, 'carpati')
  assert.deepEqual([entries.length, strangers, entries[0]?.amount_minor, entries[0]?.currency], [1, 1, 1_999, 'RON'])
  const wrong = [
    ['{', 'carpati'],
    ['[]', 'carpati'],
    [text, 'delta'],
    [JSON.stringify({ debits: [{ ...debit, amount_minor: '1' }] }), 'carpati'],
    [JSON.stringify({ debits: [{ ...debit, at: 'soon' }] }), 'carpati'],
  ] as const
  for (const [bad, bank_id] of wrong)
    assert.throws(
      () => readLedger(bad, bank_id),
      (error) => error instanceof BookError && !error.message.includes('RO-SECRET'),
      bad,
    )
})
