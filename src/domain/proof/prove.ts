/** Goes through all that is to be proved, once, and tells every disagreement as it is found. */
import type { Context } from '../context.ts'
import type { AcquirerBook, CardMoney, Chain, Total } from './acquirer-book.ts'
import { type Book, type Disagreement, type Entry, isWithin, type Period, paymentKey } from './book.ts'
import {
  compareAgreement,
  compareInitial,
  compareStranger,
  compareTotals,
  compareUnsettled,
  type InitialFacts,
  isCharged,
  isOrderWithin,
  isTaken,
  NO_MONEY,
} from './orders.ts'
import { comparePayment, isIn, isPaidOnce } from './payments.ts'
import { readAcquirerMerchants, readAgreements, readInitialTransactions, readPayments } from './store.ts'

/** Between processes, and between a time taken and its commit. */
const CLOCKS_DIFFER_MS = 2_000

export type ProofInput = {
  readonly period: Period
  /** Ledgers and statements, read before `read_at_ms`; one that holds nothing is named all the same. */
  readonly books: readonly Book[]
  readonly entries: readonly Entry[]
  readonly acquirer_books: readonly AcquirerBook[]
  /** When the reading of the acquirers' books began: an order that was changed since cannot be compared with them. */
  readonly read_at_ms: number
  readonly tell: (disagreement: Disagreement) => void
}

export type Proof = {
  readonly disagreements: number
  /** Of the period, whatever became of them; paid: ACSC, of lists their items. */
  readonly payments: number
  readonly paid: number
  /** ACSC that no book given would hold. */
  readonly paid_without_book: number
  readonly orders: number
  /** No book of their acquirer was given. */
  readonly orders_without_book: number
  /** Under way, or changed while the proof ran. */
  readonly orders_moving: number
  readonly agreements: number
  readonly agreements_moving: number
  readonly sums: readonly Sum[]
}

/** In minor units; `theirs` is of what was found in the books. */
export type Sum = {
  readonly rail: 'account' | 'card'
  readonly currency: string
  readonly ours_minor: number
  readonly theirs_minor: number
}

type Tally = {
  readonly add: (rail: Sum['rail'], currency: string, ours: number, theirs: number) => void
  sums(): Sum[]
}

/** Compares everything. Only reads. @throws what the database throws */
export async function prove(context: Pick<Context, 'db'>, input: ProofInput): Promise<Proof> {
  const tally = createTally()
  let disagreements = 0
  const tell = (found: readonly Disagreement[]): void => {
    disagreements += found.length
    for (const one of found) input.tell(one)
  }
  const account = await provePayments(context, input, tally, tell)
  const { taken, ...card } = await proveOrders(context, input, tally, tell)
  const counts = { agreements: 0, agreements_moving: 0 }
  for await (const agreement of readAgreements(context)) {
    counts.agreements += 1
    // Counted while it changed.
    if (isMoving(agreement, input)) counts.agreements_moving += 1
    else tell(compareAgreement(agreement, taken.get(agreementKey(agreement)) ?? 0))
  }
  return { disagreements, ...account, ...card, ...counts, sums: tally.sums() }
}

/** Changed since the others' books were read, or so shortly before that clocks may differ about it. */
const isMoving = ({ updated_at }: { readonly updated_at: Date }, { read_at_ms }: ProofInput): boolean =>
  updated_at.getTime() >= read_at_ms - CLOCKS_DIFFER_MS

const agreementKey = ({ partner_id, agreement_id }: { partner_id: number; agreement_id: string | null }) =>
  `${partner_id} ${agreement_id}`

function createTally(): Tally {
  const sums = new Map<string, { rail: Sum['rail']; currency: string; ours_minor: number; theirs_minor: number }>()
  return {
    add(rail, currency, ours, theirs) {
      const key = `${rail} ${currency}`
      const sum = sums.get(key) ?? { rail, currency, ours_minor: 0, theirs_minor: 0 }
      sum.ours_minor += ours
      sum.theirs_minor += theirs
      sums.set(key, sum)
    },
    sums: () => [...sums.values()],
  }
}

type Teller = (found: readonly Disagreement[]) => void

async function provePayments(
  context: Pick<Context, 'db'>,
  { period, books, entries }: ProofInput,
  tally: Tally,
  tell: Teller,
): Promise<{ payments: number; paid: number; paid_without_book: number }> {
  const waiting = Map.groupBy(entries, paymentKey)
  const counts = { payments: 0, paid: 0, paid_without_book: 0 }
  const from = period.from_ms === undefined ? null : new Date(period.from_ms)
  for await (const payment of readPayments(context, from, new Date(period.to_ms))) {
    const key = paymentKey(payment)
    const own = waiting.get(key) ?? []
    waiting.delete(key)
    tell(comparePayment(payment, own, books, period))
    if (payment.kind === 'recurring') addExecutions(tally, payment.amount_minor ?? 0, own, books, period)
    if (payment.finished_at === null || !isWithin(payment.finished_at.getTime(), period)) continue
    counts.payments += 1
    if (payment.status !== 'ACSC' || !isPaidOnce(payment)) continue
    counts.paid += 1
    const book = books.find((one) => isIn(one, payment) !== undefined)
    if (book === undefined) {
      counts.paid_without_book += 1
      continue
    }
    const booked = own.filter((entry) => entry.book === book && !entry.is_reversal)
    const theirs = booked.reduce((sum, { amount_minor }) => sum + amount_minor, 0)
    tally.add('account', 'RON', payment.amount_minor ?? 0, theirs)
  }
  for (const [key, strangers] of waiting) {
    for (const { book, direction, amount_minor, currency, at_ms } of strangers) {
      if (!isWithin(at_ms, period)) continue
      const says = {
        punte: 'no such payment',
        [book.name]: `${direction} of ${amount_minor} ${currency} in minor units`,
      }
      tell([{ kind: 'unknown_in_book', about: `payment ${key}`, says }])
    }
  }
  return counts
}

/** Of a series the schedule says what may be taken, and only the bank's book what was. */
function addExecutions(
  tally: Tally,
  amount_minor: number,
  own: readonly Entry[],
  books: readonly Book[],
  period: Period,
): void {
  const ledger = books.find((book) => own.some((entry) => entry.book === book))
  for (const entry of own) {
    if (entry.book === ledger && !entry.is_reversal && isWithin(entry.at_ms, period))
      tally.add('account', 'RON', amount_minor, entry.amount_minor)
  }
}

type OrderCounts = Pick<Proof, 'orders' | 'orders_without_book' | 'orders_moving'>

/** An acquirer's book, of which found chains are taken out. */
type OpenBook = { readonly chains: Map<string, Chain>; readonly book: AcquirerBook }

async function proveOrders(
  context: Pick<Context, 'db'>,
  input: ProofInput,
  tally: Tally,
  tell: Teller,
): Promise<OrderCounts & { taken: ReadonlyMap<string, number> }> {
  const { period, acquirer_books } = input
  const open = new Map<string, OpenBook>()
  for (const book of acquirer_books)
    open.set(book.acquirer_id, { book, chains: new Map(book.chains.map((chain) => [chainKey(chain), chain])) })
  const counts = { orders: 0, orders_without_book: 0, orders_moving: 0 }
  const totals = new Map<string, Total>()
  const taken = new Map<string, number>()
  const charged = { order: '', transaction_id: undefined as string | undefined }
  for await (const row of readInitialTransactions(context)) {
    const order = `${row.partner_id} ${row.order_id}`
    if (charged.order !== order) Object.assign(charged, { order, transaction_id: undefined })
    const at = open.get(row.acquirer_id)
    const key = chainKey({ merchant_id: row.acquirer_merchant_id, reference: row.reference })
    const chain = at?.chains.get(key)
    at?.chains.delete(key)
    if (isCharged(row)) addTotal(totals, row)
    if (isTaken(row)) taken.set(agreementKey(row), (taken.get(agreementKey(row)) ?? 0) + 1)
    const is_first = row.transaction_id === row.initial_transaction_id
    const is_within = isOrderWithin(row, period)
    const is_moving = row.live_transaction_id !== null || isMoving(row, input)
    if (is_first && is_moving) counts.orders_moving += 1
    if (is_first && is_within) counts.orders += 1
    if (is_first && is_within && at === undefined) counts.orders_without_book += 1
    if (is_within) tell(compareUnsettled(row, period))
    if (is_within && !is_moving && at !== undefined) {
      tell(compareInitial(row, chain, charged.transaction_id))
      if (isCharged(row)) tally.add('card', row.currency, net(row), net(chain ?? NO_MONEY))
    }
    if (isCharged(row)) charged.transaction_id = row.transaction_id
  }
  for (const each of open.values()) await proveRest(context, each, totals, tell, counts.orders_moving === 0)
  return { ...counts, taken }
}

const chainKey = ({ merchant_id, reference }: Pick<Chain, 'merchant_id' | 'reference'>) => `${merchant_id} ${reference}`
const net = ({ captured_minor, refunded_minor }: CardMoney): number => captured_minor - refunded_minor

function addTotal(totals: Map<string, Total>, row: InitialFacts): void {
  const { acquirer_merchant_id: merchant_id, currency } = row
  const key = `${row.acquirer_id} ${merchant_id} ${currency}`
  const so_far = totals.get(key) ?? { ...NO_MONEY, merchant_id, currency }
  totals.set(key, {
    merchant_id,
    currency,
    authorized_minor: so_far.authorized_minor + row.authorized_minor,
    captured_minor: so_far.captured_minor + row.captured_minor,
    refunded_minor: so_far.refunded_minor + row.refunded_minor,
  })
}

/** What the acquirer has beyond our transactions; and, where all of ours stand still, its totals per merchant and currency. */
async function proveRest(
  context: Pick<Context, 'db'>,
  { book, chains }: OpenBook,
  ours: ReadonlyMap<string, Total>,
  tell: Teller,
  is_still: boolean,
): Promise<void> {
  const { acquirer_id } = book
  // The acquirer may serve others besides us.
  const merchants = await readAcquirerMerchants(context, acquirer_id)
  for (const chain of chains.values()) if (merchants.has(chain.merchant_id)) tell(compareStranger(chain, acquirer_id))
  if (!is_still) return
  const theirs = new Map(book.totals.map((total) => [`${acquirer_id} ${total.merchant_id} ${total.currency}`, total]))
  for (const [key, total] of theirs) {
    if (!merchants.has(total.merchant_id)) continue
    const { merchant_id, currency } = total
    tell(compareTotals(acquirer_id, ours.get(key) ?? { ...NO_MONEY, merchant_id, currency }, total))
  }
  for (const [key, total] of ours) {
    if (!key.startsWith(`${acquirer_id} `) || theirs.has(key)) continue
    const { merchant_id, currency } = total
    tell(compareTotals(acquirer_id, total, { ...NO_MONEY, merchant_id, currency }))
  }
}
