/** The books of the card rail held against each other: ours, the acquirer's, and what merchants were told. */
import assert from 'node:assert/strict'
import type { Load } from '../../bench/chaos/card-load.ts'
import type { Cards } from '../cards/world.ts'
import { fetchJson } from '../world/parties.ts'
import { until } from '../world/world.ts'

type OrderRow = {
  readonly key: string
  readonly status: string
  readonly version_no: number
  readonly live_transaction_id: string | null
  readonly initial_transaction_id: string
  readonly authorized_minor: number
  readonly captured_minor: number
  readonly refunded_minor: number
}

type Row = {
  readonly key: string
  readonly transaction_id: string
  readonly merchant_id: string
  readonly type: string
  readonly state: string
  readonly result: string
  readonly voided_by: string | null
  readonly reference: string
  readonly amount_minor: number
  readonly agreement: string | null
  readonly source: string
}

type EventRow = {
  readonly key: string
  readonly event_no: number
  readonly transaction_id: string
  readonly type: string
}

type Message = {
  readonly reference: string
  readonly kind: string
  readonly effective: boolean
  readonly reversed: boolean
  /** The first answer's. */
  readonly responseCode: string
  readonly amount_minor: number
}
type Chain = {
  readonly reference: string
  readonly authorized_minor: number
  readonly captured_minor: number
  readonly refunded_minor: number
}
type Totals = { readonly totals: readonly Omit<Chain, 'reference'>[]; readonly chains: readonly Chain[] }

const LIMIT = 20_000
const INITIAL = ['PAYMENT', 'AUTHORIZATION', 'VERIFICATION']

/** Waits until nothing is under way any more, by itself. */
export async function untilSettled({ parties }: Cards): Promise<void> {
  let open: readonly object[] = []
  const settled = async () => {
    open = await parties.query(
      `select o.order_id, t.transaction_id, t.type, t.state, t.result, t.asked_no, t.next_ask_at
       from card_orders o full join card_transactions t using (partner_id, order_id)
       where (t.state <> 'done' or o.live_transaction_id is not null) limit 5`,
    )
    return open.length === 0
  }
  await until('the end of every transaction', settled).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(open)}`)
  })
}

async function ourBook({ parties }: Cards) {
  const orders = await parties.query<OrderRow>(
    `select partner_id || '/' || order_id as key, status, version_no, live_transaction_id, initial_transaction_id,
       authorized_minor::float8 as authorized_minor, captured_minor::float8 as captured_minor, refunded_minor::float8 as refunded_minor
     from card_orders`,
  )
  const transactions = await parties.query<Row>(
    `select partner_id || '/' || order_id as key, transaction_id, merchant_id, type, state, result, voided_by, reference,
       amount_minor::float8 as amount_minor, partner_id || '/' || agreement_id as agreement, source
     from card_transactions join merchants using (partner_id)`,
  )
  const events = await parties.query<EventRow>(
    `select partner_id || '/' || order_id as key, event_no, transaction_id, type from card_events order by event_no`,
  )
  const agreements = await parties.query<{ agreement: string; payments_taken: number }>(
    `select partner_id || '/' || agreement_id as agreement, payments_taken from agreements where rail = 'card'`,
  )
  return { orders, transactions, events, agreements }
}

/** Of the acquirer, all merchants together. */
async function theirBook({ parties, world }: Cards) {
  const { url } = world.facts.acquirer
  const ids = await parties.query<{ id: string }>('select distinct acquirer_merchant_id as id from acquirer_links')
  const messages: Message[] = []
  const chains: Chain[] = []
  const totals: Totals['totals'][number][] = []
  for (const { id } of ids) {
    const book = await fetchJson<{ messages: Message[] }>(`${url}/admin/book?merchant_id=${id}&limit=${LIMIT}`)
    assert.ok(book.messages.length < LIMIT, 'the whole book was read')
    messages.push(...book.messages)
    const money = await fetchJson<Totals>(`${url}/admin/totals?merchant_id=${id}&chains=1`)
    chains.push(...money.chains)
    totals.push(...money.totals)
  }
  return { messages, chains, totals }
}

const money = ({ authorized_minor, captured_minor, refunded_minor }: Omit<Chain, 'reference'>) => ({
  authorized_minor,
  captured_minor,
  refunded_minor,
})

const ZERO = { authorized_minor: 0, captured_minor: 0, refunded_minor: 0 }

const add = (sums: Omit<Chain, 'reference'>[]) =>
  sums.reduce(
    (sum, one) => ({
      authorized_minor: sum.authorized_minor + one.authorized_minor,
      captured_minor: sum.captured_minor + one.captured_minor,
      refunded_minor: sum.refunded_minor + one.refunded_minor,
    }),
    ZERO,
  )

function grouped<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group === undefined) groups.set(keyOf(row), [row])
    else group.push(row)
  }
  return groups
}

/**
 * Everything that must hold once nothing is under way.
 * @returns how many messages the acquirer had booked and took back when it was asked to reverse them
 * @throws AssertionError naming the order
 */
export async function assertBooksAgree(cards: Cards, load: Load): Promise<{ readonly reversed: number }> {
  const ours = await ourBook(cards)
  const theirs = await theirBook(cards)
  const transactions = grouped(ours.transactions, ({ key }) => key)
  const events = grouped(ours.events, ({ key }) => key)
  const chains = new Map(theirs.chains.map((chain) => [chain.reference, chain]))
  const messages = new Map(theirs.messages.map((message) => [message.reference, message]))
  assert.equal(messages.size, theirs.messages.length, 'a reference is one message')

  for (const order of ours.orders) {
    const rows = transactions.get(order.key) ?? []
    assertMoney(order, rows, chains)
    assertHistory(order, rows, events.get(order.key) ?? [])
    for (const row of rows) assertMessage(row, messages.get(row.reference))
  }
  const known = new Set(ours.transactions.map(({ reference }) => reference))
  const strangers = theirs.messages.filter(({ reference, effective }) => effective && !known.has(reference))
  assert.deepEqual(
    strangers.filter(({ kind }) => kind !== 'scheme-token'),
    [],
    'the acquirer did nothing that we know nothing of',
  )
  assert.deepEqual(add(ours.orders.map(money)), add(theirs.totals.map(money)), 'all money')
  assertSeries(ours.transactions, ours.agreements)
  assertTold(load, ours.transactions)
  return { reversed: theirs.messages.filter(({ reversed, responseCode }) => reversed && responseCode === '00').length }
}

/** One chain of the order's stands at the acquirer, and it is what the order says; of every other nothing is left. */
function assertMoney(order: OrderRow, rows: readonly Row[], chains: ReadonlyMap<string, Chain>): void {
  const initial = rows.filter(({ type }) => INITIAL.includes(type))
  const charged = initial.filter(({ result, type }) => result === 'SUCCESS' && type !== 'VERIFICATION')
  assert.ok(charged.length <= 1, `${order.key} is charged once`)
  for (const row of initial) {
    const theirs = chains.get(row.reference) ?? ZERO
    const expected = row.transaction_id === charged[0]?.transaction_id ? order : ZERO
    assert.deepEqual(money(theirs), money(expected), `${order.key} ${row.transaction_id} ${row.result} ${order.status}`)
  }
}

/** The order's versions are its submissions and its events; each transaction ends once. */
function assertHistory(order: OrderRow, rows: readonly Row[], events: readonly EventRow[]): void {
  assert.equal(order.live_transaction_id, null, order.key)
  assert.equal(order.version_no, rows.length + events.length, `versions of ${order.key}: ${JSON.stringify(events)}`)
  const numbers = events.map(({ event_no }) => event_no)
  assert.ok(
    numbers.every((no) => no >= 2 && no <= order.version_no),
    `${order.key}: ${numbers}`,
  )
  for (const row of rows) {
    const own = events.filter(({ transaction_id }) => transaction_id === row.transaction_id).map(({ type }) => type)
    const ends = own.filter((type) => type === 'transaction.succeeded' || type === 'transaction.failed')
    assert.deepEqual(
      [row.state, ...ends, own.at(-1)],
      ['done', ...new Array(2).fill(row.result === 'SUCCESS' ? 'transaction.succeeded' : 'transaction.failed')],
      `${order.key} ${row.transaction_id}: ${own}`,
    )
    assert.ok(own.filter((type) => type === 'transaction.unknown').length <= 1, order.key)
  }
}

/** A success stands at the acquirer unless it was voided since, a failure does not. */
function assertMessage(row: Row, message: Message | undefined): void {
  const stands = row.result === 'SUCCESS' && row.voided_by === null
  const about = `${row.key} ${row.transaction_id} ${row.type} ${row.result}`
  assert.equal(message?.effective === true, stands, `${about}: ${JSON.stringify(message)}`)
  if (stands) assert.equal(message?.amount_minor, row.amount_minor, about)
}

function assertSeries(
  rows: readonly Row[],
  agreements: readonly { agreement: string; payments_taken: number }[],
): void {
  const taken = (agreement: string) =>
    rows.filter(
      (row) =>
        row.agreement === agreement &&
        row.source === 'MERCHANT' &&
        row.result === 'SUCCESS' &&
        row.type !== 'VERIFICATION' &&
        INITIAL.includes(row.type),
    ).length
  for (const { agreement, payments_taken } of agreements) assert.equal(payments_taken, taken(agreement), agreement)
  const opened = new Set(agreements.map(({ agreement }) => agreement))
  for (const { agreement, result } of rows)
    assert.ok(agreement === null || opened.has(agreement) || result === 'FAILURE', `${agreement} is open`)
}

/** What a merchant was told is so; what it was told is never taken back; what was refused is not there. */
function assertTold(load: Load, rows: readonly Row[]): void {
  const result = new Map(
    rows.map((row) => [
      `${row.merchant_id} ${row.key.slice(row.key.indexOf('/') + 1)} ${row.transaction_id}`,
      row.result,
    ]),
  )
  for (const { merchant, order_id, transaction_id, operation, results, refused } of load.told) {
    const name = `${merchant.id} ${order_id} ${transaction_id}`
    const about = `${operation} ${name}: told ${results.join(', ')}`
    if (refused !== undefined) assert.equal(result.get(name), undefined, `${about}, refused`)
    else assert.equal(results.at(-1), result.get(name), about)
    const finals = results.filter((one) => one === 'SUCCESS' || one === 'FAILURE')
    assert.equal(finals.length, refused === undefined ? 1 : 0, about)
  }
}
