/** The bank tells that something happened to a payment. What it says is not read: it is asked, as always. */
import type { Context } from '../../context.ts'
import { PunteError } from '../../errors.ts'
import { type ReturnKey, readReturnState } from '../payer/capability.ts'
import { inTurn } from '../payer/turns.ts'
import { loadPayment } from '../store.ts'
import { settleLoaded } from './settle.ts'

/**
 * Takes a notification; the work of asking is the promise.
 * @param state names the attempt, as in the return addresses
 * @throws PunteError STATE_INVALID for a forged or cut state
 */
export function takeNotification(context: Context, state: string): { readonly asked: Promise<void> } {
  const named = readReturnState(context.keys, state)
  if (named === undefined) throw new PunteError('STATE_INVALID')
  const { partner_id, payment_id } = named
  return { asked: inTurn(`push ${partner_id}:${payment_id}`, () => askBank(context, named)) }
}

async function askBank(context: Context, named: ReturnKey): Promise<void> {
  const payment = await loadPayment(context, named)
  if (payment === undefined || payment.attempt_no !== named.attempt_no) return
  await settleLoaded(context, payment, 'push')
}
