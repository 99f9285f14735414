/**
 * The proof that no money is lost: what Punte has written down, held against what others have (banks' ledgers, statements
 * of account, the acquirer's book) and against what partners and payers were told.
 * payments.ts (with series.ts) and orders.ts compare (pure, one row at a time); book.ts (here) is what the others' books come down to and
 * ledger.ts, statement.ts, acquirer-book.ts read them; store.ts reads our rows in pages; prove.ts goes through all of it.
 */

/** What two sides say differently. Ids, amounts and codes only: nothing that tells who somebody is. */
export type Disagreement = {
  readonly kind: DisagreementKind
  /** `payment PARTNER/PAYMENT`, `order MERCHANT/ORDER TRANSACTION`, … */
  readonly about: string
  /** By side. */
  readonly says: Readonly<Record<string, string>>
}

export type DisagreementKind =
  | 'payment_not_in_book'
  | 'amount_differs'
  | 'attempt_differs'
  | 'bank_differs'
  | 'paid_twice'
  | 'paid_back'
  | 'paid_but_not_settled'
  | 'unknown_in_book'
  | 'history_missing'
  | 'attempt_unsettled'
  | 'webhook_not_acknowledged'
  | 'webhook_contradicts'
  | 'mail_not_sent'
  | 'mail_contradicts'
  | 'list_differs'
  | 'executed_too_early'
  | 'executed_too_often'
  | 'executed_after_end'
  | 'order_charged_twice'
  | 'order_differs'
  | 'failure_stands_at_acquirer'
  | 'transaction_unsettled'
  | 'unknown_at_acquirer'
  | 'acquirer_totals_differ'
  | 'agreement_miscounted'

/** From (inclusive) and to (exclusive), ms since 1970; `from_ms` absent: from the beginning. */
export type Period = { readonly from_ms?: number; readonly to_ms: number }

export const isWithin = (at_ms: number, { from_ms, to_ms }: Period): boolean =>
  at_ms < to_ms && (from_ms === undefined || at_ms >= from_ms)

/** A book of the account rail: a bank's own ledger, or the statement of one account over a time. */
export type Book =
  | { readonly kind: 'ledger'; readonly name: string; readonly bank_id: string }
  | {
      readonly kind: 'statement'
      readonly name: string
      /** Keyed hash of the account's IBAN, in hex. */
      readonly iban_hash: string
      readonly from_ms: number
      readonly to_ms: number
    }

/** A booked entry that carries one of our end-to-end ids. */
export type Entry = {
  readonly book: Book
  readonly direction: 'debit' | 'credit'
  readonly partner_id: number
  readonly payment_id: number
  readonly attempt_no: number
  readonly amount_minor: number
  readonly currency: string
  readonly at_ms: number
  /** Takes an earlier one back. */
  readonly is_reversal: boolean
}

/** A book or file that cannot be read as what it is said to be; the message quotes nothing of it. */
export class BookError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'BookError'
  }
}

/** As `submit.ts` writes them: P, partner, payment, attempt. Undefined: somebody else's. */
export function readEndToEndId(
  text: string,
): { readonly partner_id: number; readonly payment_id: number; readonly attempt_no: number } | undefined {
  const read = /^P(\d{1,10})-(\d{1,16})-(\d{1,3})$/.exec(text)
  if (read === null) return undefined
  const [partner_id, payment_id, attempt_no] = read.slice(1).map(Number) as [number, number, number]
  return Number.isSafeInteger(payment_id) ? { partner_id, payment_id, attempt_no } : undefined
}

export const paymentKey = (key: { readonly partner_id: number; readonly payment_id: number }): string =>
  `${key.partner_id}/${key.payment_id}`
