/** The payer presses "Renunță", or the time of an unpaid payment is over. */
import type { Context } from '../../context.ts'
import { advance } from '../advance.ts'
import { closeNeverEntered } from '../attempt-store.ts'
import { stopItems } from '../lists/list.ts'
import { expiredPayments, loadPayment, type PaymentKey, postponeExpiry } from '../store.ts'
import { closingEntered, letGo, unlessSent } from './let-go.ts'

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

const LOOK_AGAIN_AFTER_MS = 5 * 60_000
/** Past the longest time-out of a bank: whoever asked it where the payer lets us in has died over it. */
const DOOR_MS = 2 * 60_000
const EXPIRY = { event: 'time_passes', cause: 'worker', reason: 'EXPIRED' } as const

/** Abandons what is unpaid for too long, and lets payers go on whose attempt died with its process; what was not begun when `stopping` aborts stays due. @returns how many there were */
export async function abandonExpired(context: Context, limit: number, stopping?: AbortSignal): Promise<number> {
  const waiting_banks = context.banks
    .all()
    .flatMap(({ id, statuses }) => (statuses?.unauthorised?.includes('ACTC') ? [id] : []))
  const now = context.clock.now()
  await closeNeverEntered(context, now, new Date(now.getTime() - DOOR_MS))
  const expired = await expiredPayments(context, now, waiting_banks, limit)
  for (const payment of expired) {
    if (stopping?.aborted === true) break
    try {
      if (payment.kind === 'list' && payment.list_way === 'one_by_one') await stopItems(context, payment, EXPIRY)
      else await advance(context, payment, { ...EXPIRY, ...unlessSent(payment, EXPIRY), ...closingEntered(payment) })
    } catch (error) {
      // One payment's trouble must not hold up the end of the others.
      context.log.error({ payment_id: payment.payment_id, err: error }, 'an expired payment could not be abandoned')
    }
    // What is still not over (an item whose fate the bank must tell) must not stand before the others at the next look.
    await postponeExpiry(context, payment, new Date(context.clock.now().getTime() + LOOK_AGAIN_AFTER_MS))
  }
  return expired.length
}
