/** Killed after any line: whatever the ledger held by then, the rest is carried out once, and old lines still count. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Book, openBook } from './book.ts'
import type { Initiation } from './entries.ts'
import { type Lifecycle, startLifecycle } from './lifecycle.ts'
import type { Order } from './order.ts'

const PERSON = {
  login: 'a',
  password: 'b',
  name: 'A',
  iban: 'RO88SBXA0000000010001111',
  balance_minor: 1000,
  character: 'normal' as const,
}
const TIMING = { settle_ms: 0, slow_ms: 0, sca_timeout_ms: 60_000, access_token_ttl_s: 1 }
const CREDITOR = 'RO49AAAA1B31007593840000'

type Cleanup = { after(work: () => void): void }

/** Opens a bank's book on these lines of a ledger, works on it and answers the lines that stand there then. */
function withLedger(t: Cleanup, text: string, work: (book: Book, lifecycle: Lifecycle) => void): string[] {
  const data_dir = mkdtempSync(join(tmpdir(), 'bank-prefix-'))
  t.after(() => rmSync(data_dir, { recursive: true, force: true }))
  const path = join(data_dir, 'ledger.jsonl')
  writeFileSync(path, text)
  const book = openBook({ people: [PERSON], data_dir, limits: { payments: 100 } })
  const lifecycle = startLifecycle(book, TIMING)
  try {
    work(book, lifecycle)
  } finally {
    lifecycle.close()
    book.close()
  }
  return readFileSync(path, 'utf8').trimEnd().split('\n')
}

function create(book: Book, order: Initiation['order'], payment_id = 'p') {
  const ids = { request_id: `r${payment_id}`, authorisation_id: 'a', sca_key: `s${payment_id}`, organization_id: 'o' }
  book.record({ kind: 'created', at: Date.now(), payment: { payment_id, ...ids, body_hash: '', order } })
  return paymentOf(book, payment_id)
}

function paymentOf(book: Book, payment_id = 'p') {
  const payment = book.payment(payment_id)
  assert.ok(payment !== undefined)
  return payment
}

const transfers = (...amounts_minor: number[]) =>
  amounts_minor.map((amount_minor, transfer_no) => ({
    amount_minor,
    creditor_iban: CREDITOR,
    creditor_name: 'B',
    end_to_end_id: `E${transfer_no}`,
  }))

/** Lines without their times. */
const facts = (lines: readonly string[]) => lines.map((line) => ({ ...JSON.parse(line), at: 0 }))

/** Every way the ledger may look when the bank is killed after `from` lines or later: whole lines, then a torn one. */
function* killedAfter(lines: readonly string[], from: number): Generator<string> {
  for (let whole = from; whole <= lines.length; whole++) {
    const text = lines
      .slice(0, whole)
      .map((line) => `${line}\n`)
      .join('')
    yield text
    const next = lines[whole]
    if (next !== undefined) yield text + next.slice(0, next.length / 2)
  }
}

test('bulk: killed between any two transfers, each is carried out once', (t) => {
  const order: Order = { service: 'bulk-payments', debtor_iban: PERSON.iban, transfers: transfers(300, 900, 300, 400) }
  const lines = withLedger(t, '', (book, lifecycle) => {
    lifecycle.authorise(create(book, { ...order, batch_booking: true }), 'a')
    assert.equal(paymentOf(book).outcome?.status, 'PART')
  })
  assert.deepEqual(
    facts(lines).map(({ kind, transfer_no }) => [kind, transfer_no]),
    [
      ['created', undefined],
      ['authorised', undefined],
      ['debited', 0],
      ['transfer_rejected', 1],
      ['debited', 2],
      ['debited', 3],
    ],
  )
  for (const text of killedAfter(lines, 2)) {
    const after_restart = withLedger(t, text, (book) => {
      assert.equal(paymentOf(book).outcome?.status, 'PART')
      assert.equal(book.accountByLogin('a')?.balance_minor, 0)
    })
    assert.deepEqual(facts(after_restart), facts(lines))
  }
})

test('periodic and future-dated: killed on any day, the calendar and every execution are kept', (t) => {
  const order: Order = {
    service: 'periodic-payments',
    debtor_iban: PERSON.iban,
    transfers: transfers(400),
    schedule: { start_date: '2040-01-31', end_date: '2040-05-01', frequency: 'Monthly', day_of_execution: 31 },
  }
  const work = (book: Book, lifecycle: Lifecycle) => {
    lifecycle.authorise(create(book, order), 'a')
    assert.ok(lifecycle.moveCalendar('2040-05-02'))
  }
  const lines = withLedger(t, '', work)
  assert.deepEqual(
    facts(lines).map(({ kind, day }) => [kind, day]),
    [
      ['created', undefined],
      ['authorised', undefined],
      ['calendar', undefined],
      ['debited', '2040-01-31'],
      ['debited', '2040-02-29'],
      ['execution_failed', '2040-03-31'],
      ['execution_failed', '2040-04-30'],
      ['ended', undefined],
    ],
  )
  for (const text of killedAfter(lines, 3)) {
    const after_restart = withLedger(t, text, (book, lifecycle) => {
      assert.equal(lifecycle.today(), '2040-05-02')
      assert.equal(lifecycle.status(paymentOf(book)), 'ACSC')
      assert.equal(book.accountByLogin('a')?.balance_minor, 200)
    })
    assert.deepEqual(facts(after_restart), facts(lines))
  }
})

test('lines of the time when single payments were all there was are read as what they are', (t) => {
  const flat = {
    amount_minor: 600,
    debtor_iban: PERSON.iban,
    creditor_iban: CREDITOR,
    creditor_name: 'B',
    end_to_end_id: 'E',
  }
  const lines = withLedger(t, '', (book) => void create(book, flat))
  const older = [
    ...lines,
    JSON.stringify({ kind: 'authorised', at: 1, payment_id: 'p', by: 'a' }),
    JSON.stringify({ kind: 'debited', at: 2, payment_id: 'p', ...flat }),
    '',
  ]
  withLedger(t, older.join('\n'), (book, lifecycle) => {
    assert.equal(lifecycle.status(paymentOf(book)), 'ACSC')
    assert.deepEqual(paymentOf(book).order.transfers[0], {
      amount_minor: 600,
      creditor_iban: CREDITOR,
      creditor_name: 'B',
      end_to_end_id: 'E',
    })
    assert.equal(book.accountByLogin('a')?.balance_minor, 400)
  })
})

test('killed between two days, the money still goes to what was due first', (t) => {
  const order = (execution_date: string): Order => ({
    service: 'payments',
    debtor_iban: PERSON.iban,
    transfers: transfers(600),
    execution_date,
  })
  const lines = withLedger(t, '', (book, lifecycle) => {
    lifecycle.authorise(create(book, order('2040-01-02'), 'later'), 'a')
    lifecycle.authorise(create(book, order('2040-01-01'), 'earlier'), 'a')
    lifecycle.moveCalendar('2040-01-03')
  })
  for (const text of killedAfter(lines, 5)) {
    withLedger(t, text, (book) => {
      assert.equal(paymentOf(book, 'earlier').outcome?.status, 'ACSC')
      assert.equal(paymentOf(book, 'later').outcome?.status, 'RJCT')
    })
  }
})
