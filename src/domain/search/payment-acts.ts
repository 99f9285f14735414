/** What staff do with a payment by hand: ask its bank now, tell the partner again, close what nobody knows the fate of. */
import { type Acting, recordAct } from '../audit/record.ts'
import type { Queries } from '../audit/store.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { redeliverWebhook } from '../events/webhooks.ts'
import { closeUnanswered, recoverSubmission } from '../initiation/settling/recover.ts'
import { settleLoaded } from '../initiation/settling/settle.ts'
import type { PaymentStatus } from '../initiation/state.ts'
import { loadPayment } from '../initiation/store.ts'
import { knownPayment } from './payment.ts'

const subjectOf = (payment_id: number) => ({ kind: 'payment' as const, id: String(payment_id) })

/**
 * Asks the bank what became of the payment and records its word, as the worker would later.
 * @throws PunteError PAYMENT_UNKNOWN, NOTHING_TO_ASK
 */
export async function askBankNow(context: Context & Acting, payment_id: number): Promise<{ status: PaymentStatus }> {
  const payment = await knownPayment(context, payment_id)
  const { attempt_state, status: before } = payment
  if (attempt_state === 'open') await settleLoaded(context, payment, 'staff')
  else if (attempt_state === 'sending' || attempt_state === 'unknown') await recoverSubmission(context, payment)
  else throw new PunteError('NOTHING_TO_ASK')
  const status = (await loadPayment(context, payment))?.status ?? before
  await recordAct(context.db, context.actor, {
    act: 'payment.ask',
    subject: subjectOf(payment_id),
    before: { status: before },
    after: { status },
  })
  return { status }
}

/**
 * Queues the webhooks of a payment again, or one of them.
 * @returns the numbers of the events
 * @throws PunteError PAYMENT_UNKNOWN, WEBHOOK_NONE
 */
export async function resendWebhook(
  context: Context & Acting,
  input: { readonly payment_id: number; readonly event_no?: number },
): Promise<{ events: readonly number[] }> {
  const { partner_id, payment_id } = await knownPayment(context, input.payment_id)
  const { event_no } = input
  if (context.partners.byId(partner_id)?.webhook_url === undefined) throw new PunteError('WEBHOOK_NONE')
  const events = await redeliverWebhook(context, {
    partner_id,
    payment_id,
    ...(event_no !== undefined && { event_no }),
  })
  if (events.length === 0) throw new PunteError('WEBHOOK_NONE')
  await recordAct(context.db, context.actor, {
    act: 'webhook.redeliver',
    subject: subjectOf(payment_id),
    after: { client_id: context.partners.byId(partner_id)?.client_id, events },
  })
  return { events }
}

/** What may be closed by hand: a submission that is not answered. @throws PunteError PAYMENT_UNKNOWN, NOTHING_TO_CLOSE */
export async function lookAtUnanswered(
  context: Context,
  db: Queries,
  payment_id: number,
): Promise<{ readonly attempt_no: number; readonly bank_id: string | null; readonly status: PaymentStatus }> {
  const { attempt_state, attempt_no, bank_id, status } = await knownPayment(onConnection(context, db), payment_id)
  if (attempt_state !== 'unknown') throw new PunteError('NOTHING_TO_CLOSE')
  return { attempt_no, bank_id, status }
}

/**
 * Closes a submission of unknown fate, after people have asked the bank: its payer may try again.
 * @param db the connection of the transaction that does so
 * @throws PunteError PAYMENT_UNKNOWN, NOTHING_TO_CLOSE
 */
export async function closePaymentIn(context: Context, db: Queries, payment_id: number) {
  const before = await lookAtUnanswered(context, db, payment_id)
  const on = onConnection(context, db)
  if (!(await closeUnanswered(on, await knownPayment(on, payment_id)))) throw new PunteError('NOTHING_TO_CLOSE')
  return { before, after: { attempt_state: 'closed' } }
}

/** The same context, whose statements run on one connection. */
export const onConnection = (context: Context, db: Queries): Context => ({
  ...context,
  db: { ...context.db, query: db.query },
})
