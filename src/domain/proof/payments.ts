/** Compares one payment of the account rail with its entries in others' books and with what was told of it. Pure. */
import { amountText } from '../money.ts'
import {
  type Book,
  type Disagreement,
  type DisagreementKind,
  type Entry,
  isWithin,
  type Period,
  paymentKey,
} from './book.ts'
import { compareSeries, type SeriesFacts } from './series.ts'

/** A payment as the proof reads it. */
export type PaymentFacts = {
  readonly partner_id: number
  readonly payment_id: number
  /** A list has no money of its own, its items have; of a recurring one each execution is an entry. */
  readonly kind: 'single' | 'list' | 'item' | 'recurring'
  readonly status: string
  /** Of an item: its own, or its list's. */
  readonly bank_id: string | null
  readonly amount_minor: number | null
  readonly attempt_no: number
  readonly attempt_state: string | null
  readonly submitted_at: Date | null
  /** Under which it was paid. Of an item that the bank took with its list: the list's. */
  readonly settled_attempt_no: number | null
  readonly finished_at: Date | null
  /** In hex. */
  readonly creditor_iban_hash: string | null
  readonly debtor_iban_hash: string | null
  /** The event that tells of the final status; null: none was written. */
  readonly final_event_no: number | null
  readonly has_webhook: boolean
  /** Of the final event; null: no delivery is recorded. */
  readonly webhook_state: string | null
  /** The payer gave an address, and a mail is written about this status. */
  readonly has_mail: boolean
  readonly mail_state: string | null
  /** A webhook or mail said ACSC although the payment is not. */
  readonly told_paid: boolean
  readonly mailed_paid: boolean
  /** Of a list that has ended. */
  readonly items: ItemCounts | null
  /** Of a recurring payment. */
  readonly series: SeriesFacts | null
}

/** How a list's items stand. */
export type ItemCounts = {
  readonly agreed: number
  readonly count: number
  readonly amount_minor: number
  readonly paid: number
  readonly open: number
}

const ron = (amount_minor: number | null, currency = 'RON') =>
  amount_minor === null ? 'no amount' : `${amountText(amount_minor)} ${currency}`

/** Whether the book must hold a payment that was made in the period. */
export function isIn(book: Book, payment: PaymentFacts): 'debit' | 'credit' | undefined {
  if (!isPaidOnce(payment)) return undefined
  if (book.kind === 'ledger') return payment.bank_id === book.bank_id ? 'debit' : undefined
  const at_ms = payment.finished_at?.getTime() ?? 0
  if (at_ms < book.from_ms || at_ms >= book.to_ms) return undefined
  if (book.iban_hash === payment.creditor_iban_hash) return 'credit'
  return book.iban_hash === payment.debtor_iban_hash ? 'debit' : undefined
}

/** Whether ACSC of it means that its amount was taken, once. */
export const isPaidOnce = ({ kind }: PaymentFacts): boolean => kind === 'single' || kind === 'item'

/**
 * @param entries all that the books hold under this payment's number, in and out of the period
 * @returns what disagrees; empty for a payment that the period does not concern
 */
export function comparePayment(
  payment: PaymentFacts,
  entries: readonly Entry[],
  books: readonly Book[],
  period: Period,
): Disagreement[] {
  const finished_ms = payment.finished_at?.getTime()
  const finished = finished_ms !== undefined && isWithin(finished_ms, period)
  const found: Disagreement[] = []
  if (payment.kind === 'recurring')
    found.push(...compareSeries(payment, entries, period), ...compareAttempt(payment, period))
  else if (payment.kind === 'list') {
    found.push(...compareListEntries(payment, entries, period), ...compareAttempt(payment, period))
    if (finished) found.push(...compareList(payment))
  } else if (payment.status === 'ACSC') {
    const concerned = finished || entries.some(({ at_ms }) => isWithin(at_ms, period))
    if (concerned) found.push(...comparePaid(payment, entries, finished ? books : []))
  } else found.push(...compareUnpaid(payment, entries, period))
  if (finished) found.push(...compareTold(payment))
  return found
}

const disagreementAbout =
  (payment: PaymentFacts) =>
  (kind: DisagreementKind, says: Readonly<Record<string, string>>): Disagreement => ({
    kind,
    about: `payment ${paymentKey(payment)}`,
    says,
  })

function comparePaid(payment: PaymentFacts, entries: readonly Entry[], books: readonly Book[]): Disagreement[] {
  const about = disagreementAbout(payment)
  const punte = `ACSC ${ron(payment.amount_minor)}, attempt ${payment.settled_attempt_no} at ${payment.bank_id}`
  const found: Disagreement[] = []
  for (const book of books) {
    const direction = isIn(book, payment)
    if (direction === undefined) continue
    const has = entries.some((entry) => entry.book === book && entry.direction === direction && !entry.is_reversal)
    if (!has) found.push(about('payment_not_in_book', { punte, [book.name]: `no ${direction}` }))
  }
  const seen = new Set<string>()
  for (const entry of entries) {
    const { book, direction, attempt_no, amount_minor, currency, is_reversal } = entry
    const says = { punte, [book.name]: `${direction} of ${ron(amount_minor, currency)}, attempt ${attempt_no}` }
    const place = `${book.name} ${direction}`
    if (is_reversal) found.push(about('paid_back', says))
    else if (seen.has(place) || isElsewhereToo(entry, entries)) found.push(about('paid_twice', says))
    else if (book.kind === 'ledger' && book.bank_id !== payment.bank_id) found.push(about('bank_differs', says))
    else if (attempt_no !== payment.settled_attempt_no) found.push(about('attempt_differs', says))
    else if (amount_minor !== payment.amount_minor || currency !== 'RON') found.push(about('amount_differs', says))
    if (!is_reversal) seen.add(place)
  }
  return found
}

/** Two banks have taken it: told once, at the second of them. */
function isElsewhereToo(entry: Entry, entries: readonly Entry[]): boolean {
  if (entry.book.kind !== 'ledger') return false
  const first = entries.find(({ book, is_reversal }) => book.kind === 'ledger' && !is_reversal)
  return first !== undefined && first.book !== entry.book
}

function compareUnpaid(payment: PaymentFacts, entries: readonly Entry[], period: Period): Disagreement[] {
  const about = disagreementAbout(payment)
  const found: Disagreement[] = []
  // What was taken and given back leaves nothing.
  const balances = new Map<string, { entry: Entry; minor: number }>()
  for (const entry of entries) {
    const place = `${entry.book.name} ${entry.currency} ${directionMeant(entry)}`
    const minor = (balances.get(place)?.minor ?? 0) + (entry.is_reversal ? -entry.amount_minor : entry.amount_minor)
    balances.set(place, { entry, minor })
  }
  for (const { entry, minor } of balances.values()) {
    if (minor === 0 || !isWithin(entry.at_ms, period)) continue
    const says = `${directionMeant(entry)} of ${ron(minor, entry.currency)}, attempt ${entry.attempt_no}`
    found.push(about('paid_but_not_settled', { punte: payment.status, [entry.book.name]: says }))
  }
  return [...found, ...compareAttempt(payment, period)]
}

/** A submission whose fate is not known. */
function compareAttempt(payment: PaymentFacts, period: Period): Disagreement[] {
  const { status, attempt_state, attempt_no, bank_id, submitted_at } = payment
  const is_settled = attempt_state !== 'sending' && attempt_state !== 'unknown'
  if (is_settled || submitted_at === null || submitted_at.getTime() >= period.to_ms) return []
  const since = `${attempt_state} since ${submitted_at.toISOString()}`
  const punte = `${status}, attempt ${attempt_no} at ${bank_id} ${since}`
  return [disagreementAbout(payment)('attempt_unsettled', { punte })]
}

/** Each transfer of a list is booked under its own number. */
function compareListEntries(payment: PaymentFacts, entries: readonly Entry[], period: Period): Disagreement[] {
  const about = disagreementAbout(payment)
  return entries
    .filter(({ at_ms }) => isWithin(at_ms, period))
    .map(({ book, direction, amount_minor, currency }) =>
      about('list_differs', {
        punte: `${payment.status}, a list, which is paid by its items`,
        [book.name]: `${direction} of ${ron(amount_minor, currency)}`,
      }),
    )
}

/** A list is the sum of its items, and ends as they do. */
function compareList(payment: PaymentFacts): Disagreement[] {
  const { status, amount_minor, items } = payment
  if (items === null) return []
  const { agreed, count, paid, open } = items
  const expected = paid === 0 ? undefined : paid === count ? 'ACSC' : 'PART'
  const is_status = expected === undefined ? status !== 'ACSC' && status !== 'PART' : status === expected
  if (count === agreed && items.amount_minor === amount_minor && open === 0 && is_status) return []
  const punte = `${status}, ${agreed} payments of ${ron(amount_minor)}`
  const said = `${count} of ${ron(items.amount_minor)}, ${paid} paid, ${open} open`
  return [disagreementAbout(payment)('list_differs', { punte, items: said })]
}

/** A reversal of a debit is booked as a credit. */
function directionMeant({ direction, is_reversal }: Entry): string {
  if (!is_reversal) return direction
  return direction === 'debit' ? 'credit' : 'debit'
}

function compareTold(payment: PaymentFacts): Disagreement[] {
  const about = disagreementAbout(payment)
  const { status, final_event_no } = payment
  const punte = status
  const found: Disagreement[] = []
  const is_written = final_event_no !== null
  if (!is_written) found.push(about('history_missing', { punte, history: `no event says ${status}` }))
  const told = (state: string | null) => `${state ?? 'nothing recorded'} of event ${final_event_no}`
  if (is_written && payment.has_webhook && payment.webhook_state !== 'delivered')
    found.push(about('webhook_not_acknowledged', { punte, webhook: told(payment.webhook_state) }))
  if (is_written && payment.has_mail && payment.mail_state !== 'sent')
    found.push(about('mail_not_sent', { punte, mail: told(payment.mail_state) }))
  if (payment.told_paid) found.push(about('webhook_contradicts', { punte, webhook: 'ACSC was acknowledged' }))
  if (payment.mailed_paid) found.push(about('mail_contradicts', { punte, mail: 'ACSC was sent' }))
  return found
}
