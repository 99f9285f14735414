/** On which status changes the payer gets a mail; one for each occasion, whatever way leads to it. Pure. */
import { FINISHED, type PaymentStatus } from '../initiation/state.ts'
import type { PaymentRow } from '../initiation/store.ts'

const ACCEPTED: ReadonlySet<PaymentStatus> = new Set(['ACTC', 'ACCP', 'ACSP'])

/**
 * The outcome, once a bank was involved; and, of what lies ahead (a series, a day to come), that the bank has accepted it.
 * Items of a list are told of by their list's mail.
 * @param isAgreed whether a status is of a payer who has agreed, at this bank
 */
export function isMailOccasion(
  payment: Pick<PaymentRow, 'kind' | 'execution_date' | 'attempt_no'>,
  { from, to }: { readonly from: PaymentStatus; readonly to: PaymentStatus },
  isAgreed: (status: PaymentStatus) => boolean,
): boolean {
  if (payment.kind === 'item' || payment.attempt_no === 0 || to === 'BLOCKED') return false
  if (FINISHED.has(to)) return true
  const lies_ahead = payment.kind === 'recurring' || payment.execution_date !== null
  return lies_ahead && isAgreed(to) && !isAgreed(from)
}

/** Whether what a mail was to tell of is still so: of something accepted it does not matter how far it has come. */
export function stillStands(told: PaymentStatus, now: PaymentStatus): boolean {
  return told === now || (ACCEPTED.has(told) && ACCEPTED.has(now))
}
