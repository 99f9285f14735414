/** Statements of a partner's payments that come together are one, and yet each payment is judged for itself. */
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import test, { after, before, beforeEach } from 'node:test'
import type { Statement } from '../../infra/database/database.ts'
import { loadDays } from '../limits/store.ts'
import { issueTokens } from '../partners/tokens.ts'
import { changeAttempt, claimSubmission, type SubmissionClaim } from './attempt-store.ts'
import { type Fixture, openFixture, TERMS } from './fixture.ts'
import { changeStatus, listEvents, loadPayment, type PaymentKey, type StatusChange } from './store.ts'
import { sealTerms } from './terms.ts'

let f: Fixture
before(async () => {
  f = await openFixture()
})
after(() => f?.close())
beforeEach(() => f.reset())

/** The fixture's database, with the names of the statements it was sent. */
function counting() {
  const names: string[] = []
  const query = <R extends object>(statement: Statement) => {
    names.push(statement.name ?? '')
    return f.context.db.query<R>(statement)
  }
  return { names, context: { ...f.context, db: { ...f.context.db, query } } }
}

const many = <T>(count: number, one: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => one(n)))

const claimOf = (key: PaymentKey): SubmissionClaim => ({
  ...key,
  at: f.now,
  seen_attempt_no: 0,
  bank_id: 'carpati',
  request_id: randomUUID(),
  order_enc: randomBytes(40),
  state: 'sending',
  recover_at: new Date(f.now.getTime() + 16_000),
  open_until: new Date(f.now.getTime() + 1_800_000),
  amount_minor: key.payment_id % 1000,
  terms_enc: sealTerms(f.context.keys, key, TERMS),
  creditor_iban_hash: null,
  debtor_iban_hash: null,
  email_hash: null,
})

test('numbers and tokens that are asked for together: each its own, each with its event', async () => {
  const { names, context } = counting()
  const given = await many(20, () => issueTokens(context, { partner: f.partner, certificate_thumbprint: 't' }))
  assert.equal(new Set(given.map(({ payment_id }) => payment_id)).size, 20)
  assert.ok(names.length < 20, `${names.length} statements`)
  for (const { payment_id } of given) {
    const events = await listEvents(f.context, { partner_id: f.partner.partner_id, payment_id })
    assert.deepEqual(
      events.map(({ type }) => type),
      ['payment.reserved'],
    )
  }
})

test('claims together: who is late or second is refused, the others go on, each with its own attempt', async () => {
  const keys = await many(8, () => f.initiated())
  const [late] = keys as [PaymentKey]
  assert.ok(await claimSubmission(f.context, claimOf(late)))
  const { names, context } = counting()
  const claims = [...keys, ...keys.slice(4)].map(claimOf)
  const taken = await Promise.all(claims.map((claim) => claimSubmission(context, claim)))
  assert.deepEqual(taken.slice(0, 8), [false, true, true, true, true, true, true, true])
  assert.deepEqual(taken.slice(8), [false, false, false, false])
  assert.ok(names.length < claims.length, `${names.length} statements`)
  for (const [n, key] of keys.entries()) {
    const payment = await loadPayment(f.context, key)
    assert.deepEqual([payment?.attempt_no, payment?.attempt_state], [1, 'sending'])
    if (n > 0)
      assert.deepEqual([payment?.request_id, payment?.amount_minor], [claims[n]?.request_id, key.payment_id % 1000])
  }
})

test('changes together: each from its own status and by word of its own attempt, or not at all', async () => {
  const keys = await many(6, () => f.submitted())
  const [plain, other_status, closed_attempt, answered, paid, alone] = keys as [PaymentKey, ...PaymentKey[]] &
    PaymentKey[]
  await changeAttempt(f.context, closed_attempt as PaymentKey, f.now, {
    attempt_no: 1,
    state: 'closed',
    next_ask_at: null,
  })
  const change = (key: PaymentKey, more: Partial<StatusChange>): StatusChange => ({
    ...key,
    at: f.now,
    from: 'RCVD',
    to: 'ACTC',
    reason: null,
    finished: false,
    cause: 'poll',
    tasks: ['deliver_webhook'],
    approved: 0,
    attempt: { attempt_no: 1, next_ask_at: null, bank_status: `of ${key.payment_id}` },
    ...more,
  })
  const { names, context } = counting()
  const moved = await Promise.all(
    [
      change(plain, {}),
      change(other_status as PaymentKey, { from: 'INIT' }),
      change(closed_attempt as PaymentKey, {}),
      change(answered as PaymentKey, { attempt: { attempt_no: 1, next_ask_at: null, if_unanswered: true } }),
      change(paid as PaymentKey, { to: 'ACSC', finished: true, detail: { bank_status: 'ACSC' } }),
      change(alone as PaymentKey, { seen_attempt_no: 2 }),
    ].map((one) => changeStatus(context, one)),
  )
  assert.deepEqual(moved, [true, false, false, false, true, false])
  assert.deepEqual(names, ['payment_advance'])
  const rows = await Promise.all(keys.map((key) => loadPayment(f.context, key)))
  assert.deepEqual(
    rows.map((row) => row?.status),
    ['ACTC', 'RCVD', 'RCVD', 'RCVD', 'ACSC', 'RCVD'],
  )
  assert.deepEqual([rows[0]?.bank_status, rows[4]?.bank_status], [`of ${plain.payment_id}`, `of ${paid?.payment_id}`])
  const last = (await listEvents(f.context, paid as PaymentKey)).at(-1)
  assert.deepEqual([last?.status, last?.detail, last?.event_no], ['ACSC', { bank_status: 'ACSC' }, rows[4]?.event_no])
})

test('readings together: each its own payment, nothing for a number that is none', async () => {
  const keys = await many(3, () => f.initiated())
  const nobody = { ...(keys[0] as PaymentKey), payment_id: 99 }
  const { names, context } = counting()
  const rows = await Promise.all([...keys, nobody, ...keys].map((key) => loadPayment(context, key)))
  assert.deepEqual(
    rows.map((row) => row?.payment_id),
    [...keys.map(({ payment_id }) => payment_id), undefined, ...keys.map(({ payment_id }) => payment_id)],
  )
  assert.deepEqual(names, ['payment_load'])
})

test('two processes with the same payments in their statements: each is moved once, and counted once', async () => {
  const keys = await many(24, () => f.submitted())
  const processes = [counting().context, counting().context]
  const change = (key: PaymentKey): StatusChange => ({
    ...key,
    at: f.now,
    from: 'RCVD',
    to: 'ACSC',
    reason: null,
    finished: true,
    cause: 'poll',
    tasks: ['deliver_webhook'],
    approved: 1,
    attempt: { attempt_no: 1, state: 'closed', next_ask_at: null, bank_status: 'ACSC' },
  })
  const counted = async () => (await loadDays(f.context, f.partner.partner_id, f.now))[0]?.approved_count ?? 0
  const before_all = await counted()
  const moved = await Promise.all(
    processes.map((context, n) =>
      Promise.all((n === 0 ? keys : keys.toReversed()).map((key) => changeStatus(context, change(key)))),
    ),
  )
  assert.equal(moved.flat().filter((is_moved) => is_moved).length, keys.length)
  for (const [n, key] of keys.entries()) {
    assert.notEqual(moved[0]?.[n], moved[1]?.[keys.length - 1 - n])
    const events = await listEvents(f.context, key)
    assert.equal(events.filter(({ status, type }) => type === 'payment.status' && status === 'ACSC').length, 1)
  }
  assert.equal((await counted()) - before_all, keys.length)
})

test('word of an attempt that another process is closing this moment: either it comes first, or it does not count', async () => {
  for (let round = 0; round < 5; round += 1) {
    const keys = await many(8, () => f.submitted())
    const [one, other] = [counting().context, counting().context]
    const moved = keys.map((key) =>
      changeStatus(one, {
        ...key,
        at: f.now,
        from: 'RCVD',
        to: 'ACTC',
        reason: null,
        finished: false,
        cause: 'poll',
        tasks: [],
        approved: 0,
        attempt: { attempt_no: 1, next_ask_at: null, bank_status: 'ACTC' },
      }),
    )
    const closed = keys.map((key) =>
      changeAttempt(other, key, f.now, { attempt_no: 1, state: 'closed', next_ask_at: null }),
    )
    const are_moved = await Promise.all(moved)
    assert.ok((await Promise.all(closed)).every((is_closed) => is_closed))
    for (const [n, key] of keys.entries()) {
      const payment = await loadPayment(f.context, key)
      assert.equal(payment?.attempt_state, 'closed')
      assert.deepEqual([payment?.status, payment?.bank_status], are_moved[n] ? ['ACTC', 'ACTC'] : ['RCVD', 'RCVD'])
    }
  }
})
