/** The payer presses "Renunță", or the time of an unpaid payment is over. */
import type { Context } from '../context.ts'
import { advance } from './advance.ts'
import { openSession } from './session.ts'
import { nextStatus } from './state.ts'
import { expiredPayments, loadPayment, type PaymentKey, recordEvent } from './store.ts'

/**
 * Abandons a payment that is not authorised yet and asks the bank to drop it. The bank is still asked for its word
 * afterwards: a payer who authorises in the same second has paid.
 */
export async function abandonPayment(context: Context, key: PaymentKey): Promise<void> {
  const payment = await loadPayment(context, key)
  if (payment === undefined || nextStatus(payment.status, 'payer_abandons') === undefined) return
  const { changed } = await advance(context, payment, {
    event: 'payer_abandons',
    cause: 'payer',
    reason: 'ABANDONED_BY_PAYER',
  })
  const session = openSession(context, payment)
  const bank = payment.bank_id === null ? undefined : context.banks.get(payment.bank_id)
  if (!changed || session === undefined || bank === undefined || payment.attempt_state !== 'open') return
  const answer = await bank.cancel(session.bank)
  await recordEvent(context, key, {
    at: context.clock.now(),
    type: 'payment.cancel_asked',
    cause: 'payer',
    detail: { answer: answer.kind },
  })
}

/** Abandons what is unpaid for too long. @returns how many */
export async function abandonExpired(context: Context, limit: number): Promise<number> {
  const now = context.clock.now()
  const created_before = new Date(now.getTime() - context.settings.PUNTE_ABANDON_AFTER_MINUTES * 60_000)
  const expired = await expiredPayments(context, created_before, limit)
  for (const payment of expired) {
    await advance(context, payment, { event: 'time_passes', cause: 'worker', reason: 'EXPIRED' })
  }
  return expired.length
}
