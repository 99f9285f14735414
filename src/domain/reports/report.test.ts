import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type TestDatabase, testDatabase } from '../../infra/database/template.ts'
import { createLog } from '../../infra/log.ts'
import { COUNTS, type DayCounts } from './counts.ts'
import { BANKS, begunAt, type Fact, made } from './fixture.ts'
import { quantile, readReport, sumOf } from './report.ts'
import { countMoved } from './rollup.ts'
import { readSettled } from './store.ts'

let database: TestDatabase
let now = new Date('2030-03-31T12:00:00Z')
const log = createLog('silent')
const context = () => ({ db: database.db, clock: { now: () => now }, log })

before(async () => {
  database = await testDatabase()
  await sql(`insert into partners (partner_id, client_id, name, type, redirect_urls) overriding system value
    select n, 'client-00' || n, 'P' || n, 'Ecommerce', '{https://a.example/}' from generate_series(1, 2) n`)
  await fill()
})
after(() => database.drop())

const sql = async <R extends object>(text: string, values: unknown[] = []): Promise<R[]> =>
  (await database.db.query<R>({ text, values })).rows

const facts: Fact[] = []

const FINISHED = ['ACSC', 'RJCT', 'CANC', 'ABND', 'BLOCKED', 'PART']

async function insert(f: Fact): Promise<void> {
  facts.push(f)
  const settled_no = f.tries.findIndex(({ settled }) => settled) + 1
  await sql(
    `insert into payments (partner_id, payment_id, status, reason, certificate_thumbprint, refresh_hash, requested_at, request_hash,
      amount_minor, attempt_no, bank_id, settled_attempt_no, created_at, status_at, finished_at, kind, list_payment_id, item_no,
      item_count, is_headless, agreement_id, execution_date)
     values ($1, $2, $3, $4, 'x', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
    [
      f.partner_id,
      f.payment_id,
      f.status,
      f.reason,
      randomBytes(8),
      f.requested ? f.created_at : null,
      f.requested ? randomBytes(8) : null,
      f.amount_minor,
      f.tries.length,
      f.bank_id,
      f.status === 'ACSC' ? settled_no : null,
      f.created_at,
      f.status_at,
      FINISHED.includes(f.status) ? f.status_at : null,
      f.kind,
      f.list_payment_id ?? null,
      f.kind === 'item' ? (f.payment_id % 500) + 1 : null,
      f.kind === 'list' ? 2 : null,
      f.headless,
      f.kind === 'recurring' ? 'a' : null,
      f.future ? '2030-05-01' : null,
    ],
  )
  for (const [at, a] of f.tries.entries()) {
    const is_closed = a.closed || FINISHED.includes(f.status)
    await sql(
      `insert into payment_attempts (partner_id, payment_id, attempt_no, bank_id, state, request_id, order_enc, bank_status, refusal, submitted_at)
       values ($1, $2, $3, $4, $5, gen_random_uuid(), '\\x00', $6, $7, $8)`,
      [
        f.partner_id,
        f.payment_id,
        at + 1,
        a.bank_id,
        is_closed ? 'closed' : 'open',
        a.at_bank ? 'RCVD' : null,
        a.refusal,
        new Date(f.created_at.getTime() + 60_000),
      ],
    )
  }
  const events = [['payment.reserved', 'INIT', f.created_at] as const]
  const accepted = f.was_accepted ? [['payment.status', 'ACSP', f.status_at] as const] : []
  for (const [n, [type, status, at]] of [
    ...events,
    ...accepted,
    ['payment.status', f.status, f.status_at] as const,
  ].entries())
    await sql(
      `insert into payment_events (partner_id, payment_id, event_no, type, status, cause, at) values ($1, $2, $3, $4, $5, 'worker', $6)`,
      [f.partner_id, f.payment_id, n + 1, type, status, at],
    )
  if (f.opened) await sql('insert into page_opens values ($1, $2, $3)', [f.partner_id, f.payment_id, f.created_at])
}

async function fill(): Promise<void> {
  for (let n = 1; n <= 220; n += 1) await insert(made(1_000 + n))
  // A list that went as one and was partly paid, and one whose payments went one by one, the second of which is under way.
  const base = { ...made(1), requested: true, opened: true, headless: false, future: false, was_accepted: false }
  const try_of = (settled: boolean) => [
    { bank_id: 'carpati', at_bank: true, refusal: null, settled, closed: true, s: 20 },
  ]
  const common = { partner_id: 1, bank_id: 'carpati', reason: null, amount_minor: 300, created_at: begunAt() }
  const of_list = { ...base, ...common, kind: 'list' as const }
  const item = { ...base, ...common, kind: 'item' as const, opened: false, amount_minor: 150 }
  await insert({ ...of_list, payment_id: 2_000, status: 'PART', tries: try_of(false) })
  await insert({ ...item, payment_id: 2_001, list_payment_id: 2_000, bank_id: null, status: 'ACSC', tries: [] })
  await insert({
    ...item,
    payment_id: 2_002,
    list_payment_id: 2_000,
    bank_id: null,
    status: 'RJCT',
    reason: 'ACCOUNT_INVALID',
    tries: [],
  })
  await insert({ ...of_list, payment_id: 2_010, status: 'INIT', bank_id: 'dunarea', tries: [] })
  await sql('update payments set attempt_no = 1 where payment_id = 2010')
  await insert({ ...item, payment_id: 2_011, list_payment_id: 2_010, status: 'ACSC', tries: try_of(true) })
  await insert({ ...item, payment_id: 2_012, list_payment_id: 2_010, status: 'INIT', tries: [] })
}

// ---- The same figures by hand

const dayOf = (at: Date) => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Bucharest' }).format(at)
const bankOf = (f: Fact): string =>
  f.bank_id ?? facts.find(({ payment_id }) => payment_id === f.list_payment_id)?.bank_id ?? ''

function naive(chosen: readonly Fact[], bank?: string): DayCounts {
  const pages = chosen.filter((f) => f.kind !== 'item' && !f.headless && (bank === undefined || bankOf(f) === bank))
  const whole = (f: Fact) => [f, ...facts.filter(({ list_payment_id }) => list_payment_id === f.payment_id)]
  const is_settled = (f: Fact) => whole(f).some(({ status }) => status === 'ACSC' || status === 'PART')
  const is_authorised = (f: Fact) =>
    is_settled(f) || whole(f).some((m) => m.status === 'ACSP' || m.status === 'ACCP' || m.was_accepted)
  const is_at_bank = (f: Fact) => is_authorised(f) || whole(f).some(({ tries }) => tries.some((t) => t.at_bank))
  const is_sent = (f: Fact) => f.tries.length > 0 || f.payment_id === 2_010
  const payments = chosen.filter((f) => f.kind !== 'list' && f.requested && (bank === undefined || bankOf(f) === bank))
  const settled = payments.filter(({ status }) => status === 'ACSC')
  const tries = chosen
    .flatMap((f) => f.tries.map((t) => ({ ...t, f })))
    .filter((t) => bank === undefined || t.bank_id === bank)
  const is_good = (t: (typeof tries)[number]) => t.settled || t.f.status === 'PART'
  const sum = (of: readonly Fact[]) => of.reduce((total, f) => total + (f.amount_minor ?? 0), 0)
  return {
    pages_reserved: pages.length,
    pages_requested: pages.filter((f) => f.requested).length,
    pages_opened: pages.filter((f) => f.opened || is_sent(f)).length,
    pages_submitted: pages.filter(is_sent).length,
    pages_at_bank: pages.filter(is_at_bank).length,
    pages_authorised: pages.filter(is_authorised).length,
    pages_settled: pages.filter(is_settled).length,
    payment_count: payments.length,
    payment_minor: sum(payments),
    settled_count: settled.length,
    settled_minor: sum(settled),
    try_count: tries.length,
    try_settled_count: tries.filter(is_good).length,
    try_failed_count: tries.filter((t) => !is_good(t) && (t.closed || FINISHED.includes(t.f.status))).length,
  }
}

const PERIOD = { from: '2030-03-28', to: '2030-03-31' }

test('every figure of a period is what a count by hand gives, of all and by partner, bank and day', async () => {
  await countMoved(context())
  for (const partner_id of [undefined, 1, 2]) {
    for (const bank_id of [undefined, ...BANKS]) {
      const report = await readReport(context(), { ...PERIOD, partner_id, bank_id })
      const chosen = facts.filter((f) => partner_id === undefined || f.partner_id === partner_id)
      assert.deepEqual(report.totals, naive(chosen, bank_id), `${partner_id} ${bank_id}`)
      for (const { day, ...counts } of report.days)
        assert.deepEqual(
          counts,
          naive(
            chosen.filter((f) => dayOf(f.created_at) === day),
            bank_id,
          ),
          day,
        )
      assert.deepEqual(
        report.days.map(({ day }) => day),
        ['2030-03-28', '2030-03-29', '2030-03-30', '2030-03-31'],
      )
    }
  }
  const { steps, banks, totals } = await readReport(context(), PERIOD)
  for (const [at, { pages }] of steps.entries()) assert.ok(at === 0 || pages <= (steps[at - 1]?.pages ?? 0))
  assert.ok(totals.pages_settled > 20 && totals.pages_opened > totals.pages_submitted)
  for (const { bank_id, try_count, success } of banks) {
    const hand = naive(facts, bank_id)
    assert.equal(try_count, hand.try_count)
    assert.equal(success, hand.try_settled_count / (hand.try_settled_count + hand.try_failed_count))
  }
})

test('why payments failed', async () => {
  const { reasons } = await readReport(context(), PERIOD)
  const failed = facts.filter(
    (f) => f.kind !== 'list' && f.requested && ['RJCT', 'CANC', 'ABND', 'BLOCKED'].includes(f.status),
  )
  const tries = facts.flatMap((f) => f.tries.filter(({ refusal }) => refusal !== null).map((t) => ({ f, t })))
  const of = (outcome: string, reason: string, what: 'failed_count' | 'failed_minor') =>
    reasons.filter((row) => row.outcome === outcome && row.reason === reason).reduce((sum, row) => sum + row[what], 0)
  for (const status of ['RJCT', 'CANC', 'ABND', 'BLOCKED']) {
    for (const reason of ['INSUFFICIENT_FUNDS', 'EXPIRED', 'ACCOUNT_INVALID']) {
      const hand = failed.filter((f) => f.status === status && f.reason === reason)
      assert.equal(of(status, reason, 'failed_count'), hand.length)
      assert.equal(
        of(status, reason, 'failed_minor'),
        hand.reduce((sum, f) => sum + (f.amount_minor ?? 0), 0),
      )
    }
  }
  assert.equal(of('TRY', 'UNREACHED', 'failed_count'), tries.filter(({ t }) => t.refusal === 'UNREACHED').length)
})

test('how long until the money is there', async () => {
  const { times } = await readReport(context(), PERIOD)
  const hand = facts
    .filter((f) => f.status === 'ACSC' && f.kind !== 'recurring' && !f.future)
    .flatMap((f) =>
      f.tries.filter((t) => t.settled).map(() => (f.status_at.getTime() - f.created_at.getTime()) / 1_000 - 60),
    )
    .sort((one, other) => one - other)
  assert.equal(times.settled_count, hand.length)
  const rank = (share: number) => hand[Math.ceil(hand.length * share) - 1] as number
  for (const [told, exact] of [
    [times.median_s, rank(0.5)],
    [times.p95_s, rank(0.95)],
  ] as const) {
    assert.ok(told !== null && told >= exact, `${told} ${exact}`)
    const step_s = exact <= 120 ? 1 : exact <= 1_200 ? 10 : exact <= 7_200 ? 60 : 3_600
    assert.ok(told - exact < step_s, `${told} ${exact}`)
  }
  const shown = times.distribution.reduce((sum, { settled_count }) => sum + settled_count, 0)
  assert.equal(shown, hand.length)
  assert.equal(
    times.distribution.find(({ up_to_s }) => up_to_s === 20)?.settled_count,
    hand.filter((s) => s > 10 && s <= 20).length,
  )
  assert.equal(quantile([], 0.5), null)
})

test('what was settled on a day counts there, whenever it was begun', async () => {
  const hand = (from: string, to: string) =>
    facts.filter(
      (f) => f.kind !== 'list' && f.status === 'ACSC' && dayOf(f.status_at) >= from && dayOf(f.status_at) <= to,
    )
  for (const [from, to] of [
    ['2030-03-29', '2030-03-29'],
    ['2030-03-30', '2030-03-31'],
    ['2029-01-01', '2031-01-01'],
  ] as const) {
    const settled = await readSettled(context(), { from, to })
    assert.equal(settled.settled_count, hand(from, to).length)
    assert.equal(
      settled.settled_minor,
      hand(from, to).reduce((sum, f) => sum + (f.amount_minor ?? 0), 0),
    )
  }
})

test('counting again changes nothing; what has moved is counted anew, on the day it was begun', async () => {
  const all = () => sql(`select * from report_days order by partner_id, day, bank_id`)
  const before = await all()
  assert.ok((await countMoved(context())) >= 0)
  assert.deepEqual(await all(), before)
  const open = facts.find((f) => f.status === 'RCVD' && f.partner_id === 1) as Fact
  now = new Date('2030-04-02T09:00:00Z')
  const no = open.tries.length
  await sql(
    `update payments set status = 'ACSC', settled_attempt_no = $2, finished_at = $3, status_at = $3 where payment_id = $1`,
    [open.payment_id, no, now],
  )
  await sql(
    `insert into payment_events (partner_id, payment_id, event_no, type, status, cause, at) values (1, $1, 90, 'payment.status', 'ACSC', 'poll', $2)`,
    [open.payment_id, now],
  )
  now = new Date('2030-04-02T09:01:00Z')
  assert.equal(await countMoved(context()), 1)
  const day = { from: dayOf(open.created_at), to: dayOf(open.created_at), partner_id: 1 }
  open.status = 'ACSC'
  open.status_at = new Date('2030-04-02T09:00:00Z')
  for (const t of open.tries.slice(-1)) t.settled = true
  const chosen = facts.filter((f) => f.partner_id === 1 && dayOf(f.created_at) === day.from)
  assert.deepEqual((await readReport(context(), day)).totals, naive(chosen))
  // Two workers at once, and a reader among them: no row twice, none missing.
  await Promise.all([countMoved(context()), countMoved(context()), readReport(context(), PERIOD)])
  assert.deepEqual((await readReport(context(), PERIOD)).totals, naive(facts))
})

test('of a list what its payments do later counts on its own day, and what it does on theirs', async () => {
  const begun = new Date('2030-03-29T10:00:00Z')
  const sent = new Date('2030-03-31T10:00:00Z')
  const common = { ...made(1), partner_id: 2, requested: true, opened: false, headless: false, future: false }
  const plain = {
    ...common,
    was_accepted: false,
    reason: null,
    amount_minor: 900,
    tries: [],
    status: 'INIT',
    bank_id: null,
  }
  const list = { ...plain, payment_id: 3_000, kind: 'list' as const, created_at: begun, status_at: begun }
  const item = {
    ...plain,
    payment_id: 3_001,
    kind: 'item' as const,
    list_payment_id: 3_000,
    created_at: sent,
    status_at: sent,
  }
  await insert(list)
  await insert(item)
  now = new Date('2030-04-10T09:00:00Z')
  await countMoved(context())
  const told = (payment_id: number, event_no: number, status: string, at: Date) =>
    sql(
      `insert into payment_events (partner_id, payment_id, event_no, type, status, cause, at)
        values (2, $1, $2, 'payment.status', $3, 'poll', $4)`,
      [payment_id, event_no, status, at],
    )
  // The payment is made; the list, which has others, says nothing of it.
  const settled = new Date('2030-04-12T09:00:00Z')
  await sql(
    `update payments set status = 'ACSC', settled_attempt_no = 1, attempt_no = 1, bank_id = 'mures', finished_at = $1, status_at = $1
    where payment_id = 3001`,
    [settled],
  )
  await told(3_001, 80, 'ACSC', settled)
  now = new Date('2030-04-12T09:01:00Z')
  await countMoved(context())
  const of = async (day: string) => (await readReport(context(), { from: day, to: day, partner_id: 2 })).totals
  const [fact] = facts.filter(({ payment_id }) => payment_id === 3_001)
  Object.assign(fact as Fact, { status: 'ACSC', status_at: settled, bank_id: 'mures' })
  const hand = (day: string) => naive(facts.filter((f) => f.partner_id === 2 && dayOf(f.created_at) === day))
  assert.equal((await of('2030-03-29')).pages_settled, hand('2030-03-29').pages_settled)
  assert.equal((await of('2030-03-31')).settled_minor, hand('2030-03-31').settled_minor)
  // The other way round: the bank that the whole list goes to is told of the list alone.
  await sql(`update payments set bank_id = null where payment_id = 3001`)
  await sql(`update payments set bank_id = 'carpati' where payment_id = 3000`)
  await told(3_000, 80, 'RCVD', new Date('2030-04-13T09:00:00Z'))
  now = new Date('2030-04-13T09:01:00Z')
  await countMoved(context())
  Object.assign(fact as Fact, { bank_id: null })
  Object.assign(facts.find(({ payment_id }) => payment_id === 3_000) as Fact, { bank_id: 'carpati' })
  const wanted = { from: '2030-03-31', to: '2030-03-31', bank_id: 'carpati' }
  const chosen = facts.filter((f) => dayOf(f.created_at) === wanted.from)
  assert.equal((await readReport(context(), wanted)).totals.settled_minor, naive(chosen, 'carpati').settled_minor)
})

test('sums are of what is given', () => {
  assert.deepEqual(Object.keys(sumOf([])), [...COUNTS])
})
