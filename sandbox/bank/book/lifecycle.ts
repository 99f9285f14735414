/**
 * The life of a payment at the bank: RCVD, after the payer's authorisation ACTC → ACCP → ACSP, and at the end exactly
 * one of ACSC (debited), RJCT, CANC. What is between authorisation and debit is a function of the time passed, so a
 * restart cannot set a status back.
 */
import type { Timing } from '../config.ts'
import type { Book, Payment, TransactionStatus } from './book.ts'

export type Lifecycle = {
  status(payment: Payment): TransactionStatus
  /** The payer agreed. False when the payment no longer waits for it; then nothing changes. */
  authorise(payment: Payment, login: string): boolean
  /** The payer (or the SCA itself) refused. False when the payment no longer waits. */
  refuse(payment: Payment, text: string): boolean
  /** The third party withdraws; false once settlement has begun or another outcome stands. */
  cancel(payment: Payment): boolean
  close(): void
}

const SWEEP_EVERY_MS = 500
/** Share of the settlement time at which funds are checked (ACTC → ACCP) and settlement begins (ACCP → ACSP). */
const FUNDS_CHECKED = 1 / 3
const SETTLEMENT_BEGUN = 2 / 3

/** Takes up where the book stands: payments authorised before a restart go on to settlement. */
export function startLifecycle(book: Book, timing: Timing): Lifecycle {
  const timers = new Set<NodeJS.Timeout>()
  const after = (delay_ms: number, work: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      work()
    }, delay_ms)
    timers.add(timer)
  }

  const reject = (payment: Payment, code: string, text: string, sca_failed: boolean): void =>
    book.record({ kind: 'rejected', at: Date.now(), payment_id: payment.payment_id, code, text, sca_failed })

  const hasFunds = (payment: Payment): boolean => {
    if (payment.outcome !== undefined) return false
    const account = book.accountByIban(payment.order.debtor_iban)
    if (account !== undefined && account.balance_minor >= payment.order.amount_minor) return true
    reject(payment, 'AM04', 'Fonduri insuficiente în cont.', false)
    return false
  }

  /** The one place where money moves: at most once, since an outcome is set by the same synchronous step. */
  const execute = (payment: Payment): void => {
    if (!hasFunds(payment)) return
    book.record({ kind: 'debited', at: Date.now(), payment_id: payment.payment_id, ...payment.order })
  }

  const settle = (payment: Payment, authorised_at: number) => {
    const slow = book.accountByIban(payment.order.debtor_iban)?.person.character === 'slow'
    const total_ms = slow ? timing.slow_ms : timing.settle_ms
    const passed_ms = Date.now() - authorised_at
    if (passed_ms >= total_ms) return execute(payment)
    after(Math.max(0, timing.settle_ms * FUNDS_CHECKED - passed_ms), () => hasFunds(payment))
    after(total_ms - passed_ms, () => execute(payment))
  }

  const waiting = (payment: Payment): boolean => payment.outcome === undefined && payment.authorised_at === undefined

  const status = (payment: Payment): TransactionStatus => {
    if (payment.outcome !== undefined) return payment.outcome.status
    if (payment.authorised_at === undefined) return 'RCVD'
    const passed_ms = Date.now() - payment.authorised_at
    if (passed_ms < timing.settle_ms * FUNDS_CHECKED) return 'ACTC'
    return passed_ms < timing.settle_ms * SETTLEMENT_BEGUN ? 'ACCP' : 'ACSP'
  }

  // Payments are kept in the order of their creation: the sweep stops at the first that is not due.
  const sweep = setInterval(() => {
    const due_before = Date.now() - timing.sca_timeout_ms
    for (const payment of book.payments()) {
      if (payment.created_at > due_before) return
      if (waiting(payment)) reject(payment, 'DS24', 'Timpul pentru autorizare a expirat.', true)
    }
  }, SWEEP_EVERY_MS)

  for (const payment of book.payments()) {
    if (payment.outcome === undefined && payment.authorised_at !== undefined) settle(payment, payment.authorised_at)
  }

  return {
    status,
    authorise(payment, login) {
      if (!waiting(payment)) return false
      const at = Date.now()
      book.record({ kind: 'authorised', at, payment_id: payment.payment_id, by: login })
      settle(payment, at)
      return true
    },
    refuse(payment, text) {
      if (!waiting(payment)) return false
      reject(payment, 'DS02', text, true)
      return true
    },
    cancel(payment) {
      if (payment.outcome !== undefined || status(payment) === 'ACSP') return false
      book.record({ kind: 'cancelled', at: Date.now(), payment_id: payment.payment_id })
      return true
    },
    close() {
      clearInterval(sweep)
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}
