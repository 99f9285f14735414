/**
 * The life of a payment at the bank: RCVD, after the payer's authorisation ACTC → ACCP → ACSP, and at the end exactly
 * one of ACSC (debited), PART, RJCT, CANC. What is between authorisation and debit is a function of the time passed, so
 * a restart cannot set a status back. An order for a day to come stays ACCP until then; a periodic one stays ACSP while
 * it runs.
 */
import type { Timing } from '../config.ts'
import type { Book } from './book.ts'
import { realToday, yearsAfter } from './calendar.ts'
import type { Payment, TransactionStatus } from './entries.ts'
import { createSchedule, execute, hasFunds, NO_FUNDS } from './execution.ts'
import { firstTransfer } from './order.ts'

export type Lifecycle = {
  status(payment: Payment): TransactionStatus
  /** The payer agreed. False when the payment no longer waits for it; then nothing changes. */
  authorise(payment: Payment, login: string): boolean
  /** The payer logged in, so that his account is known. Changes nothing in a payment that no longer waits. */
  chooseAccount(payment: Payment): void
  /** The payer (or the SCA itself) refused. False when the payment no longer waits. */
  refuse(payment: Payment, text: string): boolean
  /** Whether `cancel` would do anything. */
  canCancel(payment: Payment): boolean
  /** The third party withdraws; false once settlement has begun or another outcome stands. */
  cancel(payment: Payment): boolean
  /** The bank's day: the real one in Romania, or the one that the calendar was moved to. */
  today(): string
  /**
   * Moves the calendar forward and executes what is due up to that day. False when the day is past or too far; then
   * nothing changes.
   */
  moveCalendar(today: string): boolean
  close(): void
}

const SWEEP_EVERY_MS = 500
/** Share of the settlement time at which funds are checked (ACTC → ACCP) and settlement begins (ACCP → ACSP). */
const FUNDS_CHECKED = 1 / 3
const SETTLEMENT_BEGUN = 2 / 3
const MAX_YEARS_AHEAD = 20

/** Takes up where the book stands: payments authorised before a restart go on to settlement. */
export function startLifecycle(book: Book, timing: Timing): Lifecycle {
  const settlement = createSettlement(book, timing)
  const { status, schedule } = settlement
  const { today } = schedule

  const waiting = (payment: Payment): boolean => payment.outcome === undefined && payment.authorised_at === undefined

  const canCancel = (payment: Payment): boolean =>
    payment.outcome === undefined && (payment.order.schedule !== undefined || status(payment) !== 'ACSP')

  // Payments are kept in the order of their creation: the sweep stops at the first that is not due.
  const sweep = setInterval(() => {
    schedule.executeDue()
    const due_before = Date.now() - timing.sca_timeout_ms
    for (const payment of book.payments()) {
      if (payment.created_at > due_before) return
      if (waiting(payment)) reject(book, payment, 'DS24', 'Timpul pentru autorizare a expirat.', true)
    }
  }, SWEEP_EVERY_MS)
  settlement.resume()

  return {
    status,
    authorise(payment, login) {
      if (!waiting(payment)) return false
      const at = Date.now()
      book.record({ kind: 'authorised', at, payment_id: payment.payment_id, by: login })
      settlement.settle(payment, at)
      return true
    },
    chooseAccount(payment) {
      if (!waiting(payment) || payment.account_chosen) return
      book.record({ kind: 'account_chosen', at: Date.now(), payment_id: payment.payment_id })
    },
    refuse(payment, text) {
      if (!waiting(payment)) return false
      reject(book, payment, 'DS02', text, true)
      return true
    },
    canCancel,
    cancel(payment) {
      if (!canCancel(payment)) return false
      book.record({ kind: 'cancelled', at: Date.now(), payment_id: payment.payment_id })
      return true
    },
    today,
    moveCalendar(day) {
      if (day < today() || day > yearsAfter(realToday(), MAX_YEARS_AHEAD)) return false
      if (day !== today()) book.record({ kind: 'calendar', at: Date.now(), today: day })
      schedule.executeDue()
      return true
    },
    close() {
      clearInterval(sweep)
      settlement.close()
    },
  }
}

function reject(book: Book, payment: Payment, code: string, text: string, sca_failed: boolean): void {
  book.record({ kind: 'rejected', at: Date.now(), payment_id: payment.payment_id, code, text, sca_failed })
}

/** From authorisation to the debit, in time or on the day that the order names. */
function createSettlement(book: Book, timing: Timing) {
  const timers = new Set<NodeJS.Timeout>()
  const schedule = createSchedule(book)
  const after = (delay_ms: number, work: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      work()
    }, delay_ms)
    timers.add(timer)
  }

  const settleTime = (payment: Payment): number => {
    const slow = book.accountByIban(payment.order.debtor_iban)?.person.character === 'slow'
    return slow ? timing.slow_ms : timing.settle_ms
  }

  const settle = (payment: Payment, authorised_at: number) => {
    if (schedule.waitsForDay(payment)) return schedule.add([payment])
    const periodic = payment.order.schedule !== undefined
    const carryOut = () => (periodic ? schedule.add([payment]) : execute(book, payment))
    const passed_ms = Date.now() - authorised_at
    const total_ms = settleTime(payment)
    if (passed_ms >= total_ms) return carryOut()
    if (payment.order.service === 'payments')
      after(Math.max(0, timing.settle_ms * FUNDS_CHECKED - passed_ms), () => {
        if (payment.outcome === undefined && !hasFunds(book, payment, firstTransfer(payment.order)))
          reject(book, payment, NO_FUNDS.code, NO_FUNDS.text, false)
      })
    after(total_ms - passed_ms, carryOut)
  }

  return {
    schedule,
    settle,
    status(payment: Payment): TransactionStatus {
      if (payment.outcome !== undefined) return payment.outcome.status
      if (payment.authorised_at === undefined) return 'RCVD'
      const passed_ms = Date.now() - payment.authorised_at
      if (passed_ms < timing.settle_ms * FUNDS_CHECKED) return 'ACTC'
      if (schedule.waitsForDay(payment)) return 'ACCP'
      const share = payment.order.schedule === undefined ? SETTLEMENT_BEGUN : 1
      const running_after_ms = settleTime(payment) * share
      return passed_ms < running_after_ms ? 'ACCP' : 'ACSP'
    },
    /** After a restart. What is due by now is carried out day by day, as it would have been without. */
    resume(): void {
      const open = [...book.payments()].filter(
        ({ outcome, authorised_at }) => outcome === undefined && authorised_at !== undefined,
      )
      const named = (payment: Payment) =>
        payment.order.execution_date !== undefined ||
        (payment.order.schedule !== undefined && Date.now() - (payment.authorised_at ?? 0) >= settleTime(payment))
      schedule.add(open.filter(named))
      for (const payment of open) if (!named(payment)) settle(payment, payment.authorised_at ?? 0)
    },
    close(): void {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}
