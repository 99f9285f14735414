/** Where money moves: single and bulk payments at once, and what is due on a day of the bank's calendar. */
import type { Book } from './book.ts'
import { dueDay, realToday } from './calendar.ts'
import type { Payment } from './entries.ts'
import { firstTransfer, type Transfer } from './order.ts'

export const NO_FUNDS = { code: 'AM04', text: 'Fonduri insuficiente în cont.' } as const

export function hasFunds(book: Book, payment: Payment, transfer: Transfer): boolean {
  const account = book.accountByIban(payment.order.debtor_iban)
  return account !== undefined && account.balance_minor >= transfer.amount_minor
}

/** When something is booked for a day: now, unless the calendar was moved there before its time. */
const momentOf = (day: string): number => (day > realToday() ? Date.parse(`${day}T07:00:00Z`) : Date.now())

/**
 * Where money moves for single and bulk payments: at most once a transfer, since its result is set by the same
 * synchronous step, and after a restart only those without a result are taken up. Each finds its own funds.
 */
export function execute(book: Book, payment: Payment): void {
  const { payment_id, order, outcome } = payment
  if (outcome !== undefined) return
  const bulk = order.service === 'bulk-payments'
  const day = order.execution_date
  for (const [transfer_no, transfer] of order.transfers.entries()) {
    if (payment.results[transfer_no] !== undefined) continue
    const at = day === undefined ? Date.now() : momentOf(day)
    if (hasFunds(book, payment, transfer)) {
      const booking = {
        ...(bulk ? { transfer_no } : {}),
        ...(bulk && order.batch_booking === true ? { batch: true as const } : {}),
        ...(day === undefined ? {} : { day }),
      }
      book.record({ kind: 'debited', at, payment_id, debtor_iban: order.debtor_iban, ...transfer, ...booking })
    } else if (bulk) book.record({ kind: 'transfer_rejected', at, payment_id, transfer_no, ...NO_FUNDS })
    else book.record({ kind: 'rejected', at, payment_id, ...NO_FUNDS, sca_failed: false })
  }
}

type Due = { readonly day: string; readonly payment: Payment; readonly execution_no?: number }

/** Authorised orders for days to come, and the running periodic ones. */
export function createSchedule(book: Book) {
  const scheduled = new Set<Payment>()
  let executed_up_to = ''

  const today = (): string => {
    const moved_to = book.movedTo() ?? ''
    const real = realToday()
    if (moved_to > real) return moved_to
    return real
  }
  const waitsForDay = ({ order }: Payment): boolean =>
    order.execution_date !== undefined && order.execution_date > today()

  const dueOf = (payment: Payment, up_to: string): readonly Due[] => {
    const { schedule, execution_date = '' } = payment.order
    if (schedule === undefined) return execution_date > up_to ? [] : [{ day: execution_date, payment }]
    const due: Due[] = []
    for (let execution_no = payment.executions.length + 1; ; execution_no += 1) {
      const day = dueDay(schedule, execution_no)
      if (day === undefined || day > up_to) return due
      due.push({ day, payment, execution_no })
    }
  }

  const executeOne = ({ day, payment, execution_no }: Due) => {
    if (execution_no === undefined) return execute(book, payment)
    const { payment_id, order } = payment
    const transfer = firstTransfer(order)
    const entry = { at: momentOf(day), payment_id, execution_no, day }
    if (hasFunds(book, payment, transfer))
      book.record({ kind: 'debited', debtor_iban: order.debtor_iban, ...transfer, ...entry })
    else book.record({ kind: 'execution_failed', ...entry, ...NO_FUNDS })
  }

  /** Day by day over all of them, so that the money of an account goes to what was due first. */
  const executeAll = (payments: Iterable<Payment>): void => {
    const up_to = today()
    const open = [...payments].filter(({ outcome }) => outcome === undefined)
    const due = open.flatMap((payment) => dueOf(payment, up_to))
    for (const one of due.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0))) executeOne(one)
    for (const payment of open) {
      const end_date = payment.order.schedule?.end_date
      if (end_date !== undefined && end_date < up_to)
        book.record({ kind: 'ended', at: momentOf(up_to), payment_id: payment.payment_id })
    }
  }

  return {
    today,
    waitsForDay,
    /** What is due of them already is executed. */
    add(payments: readonly Payment[]): void {
      for (const payment of payments) scheduled.add(payment)
      executeAll(payments)
      for (const payment of payments) if (payment.outcome !== undefined) scheduled.delete(payment)
    },
    /** Does nothing on a day that was looked at already. */
    executeDue(): void {
      const day = today()
      if (day === executed_up_to) return
      executeAll(scheduled)
      executed_up_to = day
      for (const payment of scheduled) if (payment.outcome !== undefined) scheduled.delete(payment)
    },
  }
}
