/** The end of a payment that the payer has not authorised: by the payer, by time, by the partner. */
import type { Context } from '../../context.ts'
import { recorded } from '../../exchanges/record.ts'
import { advance } from '../advance.ts'
import { openSession } from '../session.ts'
import type { Reason } from '../settling/reasons.ts'
import { nextStatus, type PaymentEvent } from '../state.ts'
import { type Cause, loadPayment, type PaymentRow, recordEvent } from '../store.ts'

export type LettingGo = { readonly event: PaymentEvent; readonly cause: Cause; readonly reason: Reason }

/** Moves one payment to its end before the payer has authorised it, and has the bank drop what it holds. */
export async function letGo(context: Context, payment: PaymentRow, how: LettingGo): Promise<void> {
  if (nextStatus(payment.status, how.event) === undefined) return
  const { changed } = await advance(context, payment, {
    ...how,
    ...unlessSent(payment, how),
    ...closingEntered(payment),
  })
  if (!changed && payment.attempt_state === 'entering' && how.event === 'payer_abandons') {
    // He came back of the bank in this same moment: what was sent then is let go as what it is now.
    const fresh = await loadPayment(context, payment)
    return fresh === undefined || fresh.attempt_state === 'entering' ? undefined : letGo(context, fresh, how)
  }
  const session = openSession(context, payment)
  const bank = payment.bank_id === null ? undefined : context.banks.get(payment.bank_id)
  if (!changed || session?.bank === undefined || bank === undefined || payment.attempt_state !== 'open') return
  const { bank: bank_session } = session
  const answer = await recorded(context, payment, bank.profile, 'cancel', () => bank.cancel(bank_session))
  await recordEvent(context, payment, {
    at: context.clock.now(),
    type: 'payment.cancel_asked',
    cause: how.cause,
    detail: { answer: answer.kind },
  })
}

/**
 * Only the payer lets go of what he has sent meanwhile. Neither the partner nor time ends a payment that a bank is being
 * told of this moment: its payer may authorise it, and CANC takes no late success.
 */
export function unlessSent({ attempt_no }: PaymentRow, { event }: LettingGo) {
  return event === 'payer_abandons' ? {} : { seen_attempt_no: attempt_no }
}

/**
 * Nothing of the payment is at a bank that the payer was only to let us into: such an attempt ends with the payment. Not
 * one that he has come back of meanwhile, whose order is at the bank or on its way there.
 */
export function closingEntered({ attempt_no, attempt_state }: PaymentRow) {
  return attempt_state === 'entering'
    ? { attempt: { attempt_no, from: 'entering', state: 'closed', refusal: 'LEFT', next_ask_at: null } as const }
    : {}
}
