/** The payer presses "Renunță", or the time of an unpaid payment is over. */
import type { Context } from '../context.ts'
import { advance } from './advance.ts'
import { closingEntered, letGo, unlessSent } from './let-go.ts'
import { stopItems } from './list.ts'
import { expiredPayments, loadPayment, type PaymentKey } from './store.ts'

/**
 * Abandons a payment that is not authorised yet and asks the bank to drop it. The bank is still asked for its word
 * afterwards: a payer who authorises in the same second has paid. Of a list that is under way one by one, what no bank has
 * is let go; what is paid stays paid.
 */
export async function abandonPayment(context: Context, key: PaymentKey): Promise<void> {
  const payment = await loadPayment(context, key)
  if (payment === undefined) return
  if (payment.kind === 'list' && payment.list_way === 'one_by_one') {
    return stopItems(context, payment, { event: 'payer_abandons', cause: 'payer', reason: 'ABANDONED_BY_PAYER' })
  }
  await letGo(context, payment, { event: 'payer_abandons', cause: 'payer', reason: 'ABANDONED_BY_PAYER' })
}

const EXPIRY = { event: 'time_passes', cause: 'worker', reason: 'EXPIRED' } as const

/** Abandons what is unpaid for too long. @returns how many */
export async function abandonExpired(context: Context, limit: number): Promise<number> {
  const waiting_banks = context.banks
    .all()
    .flatMap(({ id, statuses }) => (statuses?.unauthorised?.includes('ACTC') ? [id] : []))
  const expired = await expiredPayments(context, context.clock.now(), waiting_banks, limit)
  for (const payment of expired) {
    try {
      if (payment.kind === 'list' && payment.list_way === 'one_by_one') await stopItems(context, payment, EXPIRY)
      else await advance(context, payment, { ...EXPIRY, ...unlessSent(payment, EXPIRY), ...closingEntered(payment) })
    } catch (error) {
      // One payment's trouble must not hold up the end of the others.
      context.log.error({ payment_id: payment.payment_id, err: error }, 'an expired payment could not be abandoned')
    }
  }
  return expired.length
}
