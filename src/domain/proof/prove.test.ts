import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { charge } from '../cards/charge.ts'
import { type CardFixture, declines, openCardFixture, silence } from '../cards/fixture.ts'
import { followOn } from '../cards/follow-on.ts'
import { type Fixture, openFixture, says } from '../initiation/fixture.ts'
import { settle } from '../initiation/settling/settle.ts'
import type { PaymentKey } from '../initiation/store.ts'
import type { AcquirerBook, Chain } from './acquirer-book.ts'
import type { Book, Disagreement, Entry } from './book.ts'
import { type ProofInput, prove } from './prove.ts'

const LEDGER: Book = { kind: 'ledger', name: 'bank carpati', bank_id: 'carpati' }
const EMPTY = { books: [LEDGER], entries: [], acquirer_books: [] }
let rail: Fixture
let cards: CardFixture
before(async () => {
  rail = await openFixture()
  cards = await openCardFixture()
})
after(async () => {
  await rail?.close()
  await cards?.close()
})

async function proved({ context }: Pick<Fixture, 'context'>, input: Partial<ProofInput>) {
  const found: Disagreement[] = []
  const to_ms = Date.now() + 60_000
  const tell = (one: Disagreement) => void found.push(one)
  const proof = await prove(context, { ...EMPTY, period: { to_ms }, read_at_ms: to_ms, tell, ...input })
  return { proof, found: found.map(({ kind, about }) => `${kind} ${about}`).sort() }
}

async function paid(): Promise<PaymentKey> {
  const key = await rail.submitted()
  rail.bank.status = [says('ACSC')]
  await settle(rail.context, { ...key, cause: 'poll' })
  return key
}

const debit = ({ partner_id, payment_id }: PaymentKey): Entry => ({
  book: LEDGER,
  direction: 'debit',
  partner_id,
  payment_id,
  attempt_no: 1,
  amount_minor: 12_345,
  currency: 'RON',
  at_ms: Date.now(),
  is_reversal: false,
})

test('payments: what was told is read, and each planted fault is found', async () => {
  const { db } = rail.context
  const run = (text: string, values: readonly unknown[] = []) => db.query({ text, values })
  const [one, two, three] = [await paid(), await paid(), await paid()]
  const entries = [debit(one), debit(two), debit(three)]
  const untold = await proved(rail, { entries })
  assert.equal(untold.proof.disagreements, 6, 'nobody has been told yet')
  await run(`insert into webhook_deliveries (partner_id, payment_id, event_no, state)
    select partner_id, payment_id, event_no, 'delivered' from payment_events where status = 'ACSC'`)
  await run(`insert into payer_mails (partner_id, payment_id, event_no, state, recorded_at)
    select partner_id, payment_id, event_no, 'sent', at from payment_events where status = 'ACSC'`)
  const { proof, found } = await proved(rail, { entries })
  assert.deepEqual(found, [])
  assert.deepEqual(proof.sums, [{ rail: 'account', currency: 'RON', ours_minor: 37_035, theirs_minor: 37_035 }])
  assert.equal((await proved(rail, { books: [] })).proof.paid_without_book, 3)

  const name = ({ partner_id, payment_id }: PaymentKey) => `payment ${partner_id}/${payment_id}`
  // By whoever owns the database, who may take away what keeps a paid payment as it is.
  await run('alter table payments disable trigger payments_paid_once')
  await run('update payments set amount_minor = amount_minor + 1 where payment_id = $1', [one.payment_id])
  await run(`update payments set status = 'RJCT', settled_attempt_no = null where payment_id = $1`, [two.payment_id])
  await run(`update webhook_deliveries set state = 'failed' where payment_id = $1`, [three.payment_id])
  const stranger = { ...debit(one), payment_id: 7 }
  const planted = await proved(rail, { entries: [...entries, stranger] })
  assert.deepEqual(
    planted.found,
    [
      `amount_differs ${name(one)}`,
      `paid_but_not_settled ${name(two)}`,
      `history_missing ${name(two)}`,
      `webhook_contradicts ${name(two)}`,
      `mail_contradicts ${name(two)}`,
      `webhook_not_acknowledged ${name(three)}`,
      `unknown_in_book payment ${one.partner_id}/7`,
    ].sort(),
  )
  await run(
    `insert into payment_events (partner_id, payment_id, event_no, type, status, cause, at)
    values ($1, $2, 90, 'payment.status', 'RJCT', 'poll', now())`,
    [two.partner_id, two.payment_id],
  )
  const contradicted = (await proved(rail, { entries })).found.filter((line) => line.endsWith(name(two)))
  assert.deepEqual(
    contradicted.map((line) => line.split(' ')[0]),
    ['mail_contradicts', 'mail_not_sent', 'paid_but_not_settled', 'webhook_contradicts', 'webhook_not_acknowledged'],
  )
})

/** A payment of another kind, beside a paid one whose other columns it has. */
async function beside(
  one: PaymentKey,
  payment_id: number,
  changes: Readonly<Record<string, unknown>>,
): Promise<PaymentKey> {
  const row = JSON.stringify({ payment_id, ...changes })
  const { rows } = await rail.context.db.query<{ names: string }>({
    text: `select string_agg(quote_ident(attname), ', ') as names from pg_attribute
      where attrelid = 'payments'::regclass and attnum > 0 and attgenerated = '' and not attisdropped`,
    values: [],
  })
  const names = rows[0]?.names ?? ''
  await rail.context.db.query({
    text: `insert into payments (${names})
      select ${names} from (select (jsonb_populate_record(p, $3::jsonb)).* from payments p where partner_id = $1 and payment_id = $2) row`,
    values: [one.partner_id, one.payment_id, row],
  })
  return { partner_id: one.partner_id, payment_id }
}

test('lists, their items and series are compared each in its way', async () => {
  const { db } = rail.context
  const run = (text: string, values: readonly unknown[] = []) => db.query({ text, values })
  const one = await paid()
  const { partner_id } = one
  const quiet = { email_hash: null }
  const list = { ...quiet, kind: 'list', item_count: 2, amount_minor: 300, list_way: 'together', attempt_no: 3 }
  await beside(one, 9_000, { ...list, status: 'PART', settled_attempt_no: null })
  const item = { ...quiet, kind: 'item', list_payment_id: 9_000, bank_id: null, attempt_no: 0 }
  await beside(one, 9_001, { ...item, item_no: 1, amount_minor: 100, settled_attempt_no: 0 })
  await beside(one, 9_002, { ...item, item_no: 2, amount_minor: 200, status: 'RJCT', settled_attempt_no: null })
  await run(
    `insert into agreements (partner_id, agreement_id, rail, type, currency, start_date, expiry_date, payment_frequency, status,
       payment_id, created_at, updated_at)
     values ($1, 'rent', 'account', 'RECURRING', 'RON', current_date - 40, null, 'MONTHLY', 'ACTIVE', 9003, now(), now())`,
    [partner_id],
  )
  const series = { ...quiet, kind: 'recurring', agreement_id: 'rent', amount_minor: 500, attempt_no: 1 }
  await beside(one, 9_003, { ...series, status: 'ACSP', settled_attempt_no: null, finished_at: null })
  await run(
    `insert into payment_events (partner_id, payment_id, event_no, type, status, cause, at)
     select partner_id, payment_id, 90, 'payment.status', status, 'poll', now() from payments where payment_id in (9000, 9001, 9002)`,
  )
  await run(
    `insert into webhook_deliveries (partner_id, payment_id, event_no, state) values ($1, 9000, 90, 'delivered')`,
    [partner_id],
  )
  const of = (payment_id: number, attempt_no: number, amount_minor: number) => ({
    ...debit({ partner_id, payment_id }),
    attempt_no,
    amount_minor,
  })
  const entries = [of(9_001, 3, 100), of(9_003, 1, 500)]
  const foundOf = async (all: readonly Entry[]) =>
    (await proved(rail, { entries: all })).found.filter((line) => /\/900\d$/.test(line))
  assert.deepEqual(await foundOf(entries), [])
  assert.deepEqual(await foundOf([of(9_001, 2, 100), of(9_002, 3, 200), of(9_003, 1, 501), of(9_000, 3, 300)]), [
    `amount_differs payment ${partner_id}/9003`,
    `attempt_differs payment ${partner_id}/9001`,
    `list_differs payment ${partner_id}/9000`,
    `paid_but_not_settled payment ${partner_id}/9002`,
  ])
  await run(`update payments set amount_minor = 301, email_hash = '\\x01' where payment_id = 9000`)
  assert.deepEqual(await foundOf(entries), [
    `list_differs payment ${partner_id}/9000`,
    `mail_not_sent payment ${partner_id}/9000`,
  ])
})

/** The acquirer's book as our own says it must be. */
async function bookOfOrders(): Promise<AcquirerBook> {
  const { rows: chains } = await cards.context.db.query<Chain>({
    text: `select t.reference, l.acquirer_merchant_id as merchant_id, o.currency, o.authorized_minor, o.captured_minor, o.refunded_minor
      from card_orders o join card_transactions t
        on t.partner_id = o.partner_id and t.order_id = o.order_id and t.transaction_id = o.initial_transaction_id
      join acquirer_links l on l.partner_id = t.partner_id and l.link_no = t.link_no`,
    values: [],
  })
  const sum = (name: 'authorized_minor' | 'captured_minor' | 'refunded_minor') =>
    chains.reduce((total, chain) => total + chain[name], 0)
  const [authorized_minor, captured_minor, refunded_minor] = [
    sum('authorized_minor'),
    sum('captured_minor'),
    sum('refunded_minor'),
  ]
  const total = { merchant_id: 'ACQ1', currency: 'RON', authorized_minor, captured_minor, refunded_minor }
  return { acquirer_id: 'simulator', totals: [total], chains }
}

test('orders: the acquirer’s book, totals, agreements and what is under way', async () => {
  const begun_ms = Date.now()
  const { context } = cards
  await charge(context, cards.request({ order_id: 'paid', amount: '100.00' }))
  await charge(context, cards.request({ order_id: 'held', operation: 'AUTHORIZE', amount: '100.00' }))
  await followOn(context, cards.follow('CAPTURE', 'held', { amount: '60.00' }))
  await followOn(context, cards.follow('REFUND', 'held', { amount: '10.00' }))
  cards.acquirer.answers = [declines]
  await charge(context, cards.request({ order_id: 'declined', amount: '30.00' }))
  const series = { agreement: { id: 'rent', type: 'RECURRING' as const }, stored_on_file: 'TO_BE_STORED' as const }
  await charge(context, cards.request({ order_id: 'first', amount: '0.01', ...series }))
  const next = (order_id: string) =>
    charge(context, cards.request({ order_id, amount: '0.02', source: 'MERCHANT', agreement: { id: 'rent' } }))
  await next('second')
  cards.acquirer.answers = [declines]
  await next('third')

  const book = await bookOfOrders()
  const all = async (changed: Partial<AcquirerBook>) =>
    (await proved(cards, { acquirer_books: [{ ...book, ...changed }] })).found
  const { proof, found } = await proved(cards, { acquirer_books: [book] })
  assert.deepEqual(found, [])
  assert.deepEqual([proof.orders, proof.agreements, proof.orders_moving], [6, 1, 0])
  assert.deepEqual(proof.sums, [{ rail: 'card', currency: 'RON', ours_minor: 15_003, theirs_minor: 15_003 }])

  const { rows } = await context.db.query<{ order_id: string; reference: string; transaction_id: string }>({
    text: `select order_id, reference, transaction_id from card_transactions`,
    values: [],
  })
  const referenceOf = (order: string) => rows.find(({ order_id }) => order_id === order)?.reference
  const other = (order: string, more: Partial<Chain>) =>
    book.chains.map((chain) => (chain.reference === referenceOf(order) ? { ...chain, ...more } : chain))
  assert.deepEqual(await all({ chains: other('paid', { captured_minor: 9_999 }) }), [
    'order_differs order TESTONE/paid 1',
  ])
  assert.deepEqual(await all({ chains: other('paid', { currency: 'EUR' }) }), ['order_differs order TESTONE/paid 1'])
  assert.deepEqual(await all({ chains: other('declined', { captured_minor: 3_000 }) }), [
    'failure_stands_at_acquirer order TESTONE/declined 1',
  ])
  assert.deepEqual(await all({ chains: other('paid', { reference: 'nobody’s' }) }), [
    'order_differs order TESTONE/paid 1',
    'unknown_at_acquirer reference nobody’s',
  ])
  assert.deepEqual(await all({ totals: [{ ...(book.totals[0] as Chain), refunded_minor: 0 }] }), [
    'acquirer_totals_differ merchant ACQ1 RON',
  ])
  assert.deepEqual(await all({ totals: [] }), ['acquirer_totals_differ merchant ACQ1 RON'])
  assert.equal((await proved(cards, {})).proof.orders_without_book, 6)

  cards.acquirer.answers = [silence]
  await charge(context, cards.request({ order_id: 'silent' }))
  assert.deepEqual(await all({}), ['transaction_unsettled order TESTONE/silent 1'])
  await context.db.query({ text: 'update agreements set payments_taken = 2', values: [] })
  assert.deepEqual(await all({}), [
    'agreement_miscounted agreement TESTONE/rent',
    'transaction_unsettled order TESTONE/silent 1',
  ])

  const { proof: at_once } = await proved(cards, { acquirer_books: [{ ...book, totals: [] }], read_at_ms: begun_ms })
  assert.deepEqual([at_once.orders_moving, at_once.agreements_moving], [7, 1], 'changed while the books were read')
})
