/**
 * What the business sees of itself: volumes, how banks do, where payers give up, how long money takes, why it does not come.
 * counts.ts (this file) says what is counted; rollup.ts keeps the counts of each day, report.ts makes a period of them,
 * page-opens.ts notes that a page was seen, tables.ts is the same as CSV. SQL: rollup-store.ts, store.ts.
 *
 * A day is the Romanian day on which a payment was begun (its token was asked for; an item of a list: the list was sent), and
 * whatever becomes of it later counts on that day: of the payments of a day, so many came to an end.
 */

/**
 * Of one day and bank. A page is a payment, an order to pay again and again, or a whole list; each step holds those of the
 * step after it. A payment is one that moves money: items, not their list. A try is one submission to a bank.
 */
export type DayCounts = {
  readonly pages_reserved: number
  readonly pages_requested: number
  readonly pages_opened: number
  readonly pages_submitted: number
  readonly pages_at_bank: number
  readonly pages_authorised: number
  readonly pages_settled: number
  readonly payment_count: number
  readonly payment_minor: number
  readonly settled_count: number
  readonly settled_minor: number
  readonly try_count: number
  readonly try_settled_count: number
  /** Ended without money; what is neither settled nor failed is under way. */
  readonly try_failed_count: number
}

/** Where a page may be left, in order. */
export const STEPS = [
  'pages_reserved',
  'pages_requested',
  'pages_opened',
  'pages_submitted',
  'pages_at_bank',
  'pages_authorised',
  'pages_settled',
] as const satisfies readonly (keyof DayCounts)[]

export const COUNTS = [
  ...STEPS,
  'payment_count',
  'payment_minor',
  'settled_count',
  'settled_minor',
  'try_count',
  'try_settled_count',
  'try_failed_count',
] as const satisfies readonly (keyof DayCounts)[]

/** bank_id '': no bank was chosen. */
export type DayRow = DayCounts & { readonly day: string; readonly bank_id: string }

export type ReasonRow = {
  readonly bank_id: string
  /** A final status; TRY: a submission that the bank did not take, after which the payer may have tried again. */
  readonly outcome: string
  readonly reason: string
  readonly failed_count: number
  readonly failed_minor: number
}

/** How many were settled within `up_to_s` seconds and more than the step before. */
export type TimeRow = { readonly bank_id: string; readonly up_to_s: number; readonly settled_count: number }

export type CardRow = {
  readonly currency: string
  readonly source: string
  readonly scheme: string
  readonly result: string
  readonly gateway_code: string
  readonly transaction_count: number
  readonly transaction_minor: number
}
