/**
 * The one door through which a payment's status changes. Reads the table in state.ts, writes status, history, attempt
 * and what follows in one statement, and tries again from a fresh reading when somebody else moved the payment first.
 */
import { countPaymentStatus } from '../../infra/metrics.ts'
import type { Context } from '../context.ts'
import { isMailOccasion } from '../events/occasions.ts'
import { hasAgreed } from './agreed.ts'
import type { AttemptChange } from './attempt-store.ts'
import { changeAttempt } from './attempt-store.ts'
import { agreementAfter } from './series.ts'
import type { Reason } from './settling/reasons.ts'
import { approvedBy, contradicts, FINISHED, nextStatus, type PaymentEvent, type PaymentStatus } from './state.ts'
import { type Cause, changeStatus, loadPayment, type PaymentKey, type PaymentRow, recordEvent } from './store.ts'

/** Five lost races on one payment do not happen by chance: something is wrong, and an error says so. */
const MAX_RACES = 5

export type Advance = {
  readonly event: PaymentEvent
  readonly cause: Cause
  readonly reason?: Reason
  readonly detail?: Readonly<Record<string, string | number>>
  readonly attempt?: AttemptChange
  /** Only while nothing was sent to a bank since the caller looked. */
  readonly seen_attempt_no?: number
}

/** What `advance` must know of a payment; the status is only where it begins. */
export type Advancing = PaymentKey &
  Pick<
    PaymentRow,
    'status' | 'attempt_no' | 'kind' | 'list_payment_id' | 'list_way' | 'agreement_id' | 'execution_date' | 'bank_id'
  >

/**
 * Applies an event to a payment.
 * @param payment what the caller has read; only a starting point, the database decides
 * @returns the status after it, and whether this call changed it
 */
export async function advance(
  context: Context,
  payment: Advancing,
  input: Advance,
): Promise<{ status: PaymentStatus; changed: boolean }> {
  let seen: Pick<PaymentRow, 'status' | 'attempt_no'> = payment
  for (let race = 0; race < MAX_RACES; race += 1) {
    const at = context.clock.now()
    const to = nextStatus(seen.status, input.event)
    if (to === undefined) {
      await noteOnly(context, payment, seen.status, at, input)
      return { status: seen.status, changed: false }
    }
    const changed = await changeStatus(context, {
      partner_id: payment.partner_id,
      payment_id: payment.payment_id,
      at,
      from: seen.status,
      to,
      reason: input.reason ?? null,
      finished: FINISHED.has(to),
      approved: approvedBy(seen.status, to),
      cause: input.cause,
      tasks: tasksAfter(context, { ...payment, attempt_no: seen.attempt_no }, { from: seen.status, to }, input.cause),
      ...(input.detail && { detail: input.detail }),
      ...(input.attempt && { attempt: input.attempt }),
      ...(input.seen_attempt_no !== undefined && { seen_attempt_no: input.seen_attempt_no }),
      ...agreementAfter(payment, { from: seen.status, to }, isAgreedAt(context, payment.bank_id)),
    })
    if (changed) {
      countPaymentStatus(to)
      return { status: to, changed: true }
    }
    const fresh = await loadPayment(context, payment)
    if (fresh === undefined) throw new Error('a payment that is advanced has vanished')
    if (input.attempt !== undefined && isOver(fresh, input.attempt)) {
      context.log.warn({ payment_id: payment.payment_id, event: input.event }, 'word of an attempt that is over')
      return { status: fresh.status, changed: false }
    }
    const is_sent = input.seen_attempt_no !== undefined && fresh.attempt_no !== input.seen_attempt_no
    if (is_sent || fresh.list_way === 'one_by_one') return { status: fresh.status, changed: false }
    seen = fresh
  }
  throw new Error(`payment ${payment.payment_id}: ${MAX_RACES} lost races in a row`)
}

const isOver = (payment: PaymentRow, { attempt_no, if_unanswered, from }: AttemptChange): boolean =>
  payment.attempt_no !== attempt_no ||
  payment.attempt_state === 'closed' ||
  (from !== undefined && payment.attempt_state !== from) ||
  (if_unanswered === true && payment.attempt_state === 'open')

async function noteOnly(
  context: Context,
  key: PaymentKey,
  status: PaymentStatus,
  at: Date,
  input: Advance,
): Promise<void> {
  if (contradicts(status, input.event)) {
    context.log.error(
      { payment_id: key.payment_id, status, event: input.event },
      'the bank contradicts a final status; staff must look',
    )
    await recordEvent(context, key, {
      at,
      type: 'payment.contradiction',
      cause: input.cause,
      detail: { event: input.event, ...input.detail },
    })
  }
  if (input.attempt !== undefined) await changeAttempt(context, key, at, input.attempt)
}

/**
 * What a new status sets in motion. Partners hear of every status from which money may move and of every end; RCVD and
 * ACTC are no news to them. Payers get one mail, about the outcome, if a bank was ever involved. A list speaks for its
 * items: they have neither webhook nor mail of their own, but the two follow each other.
 */
export function tasksAfter(
  context: Context,
  payment: Pick<Advancing, 'partner_id' | 'attempt_no' | 'kind' | 'list_way' | 'execution_date' | 'bank_id'>,
  { from, to }: { readonly from: PaymentStatus; readonly to: PaymentStatus },
  cause: Cause,
): string[] {
  const is_news = to !== 'RCVD' && to !== 'ACTC'
  // What a list hands down to its items needs not come back from them.
  if (payment.kind === 'item') return cause === 'list' ? [] : ['follow_items']
  const tasks: string[] = []
  if (is_news && context.partners.byId(payment.partner_id)?.webhook_url !== undefined) tasks.push('deliver_webhook')
  if (isMailOccasion(payment, { from, to }, isAgreedAt(context, payment.bank_id))) tasks.push('send_payer_mail')
  if (is_news && payment.kind === 'list' && (payment.list_way !== 'one_by_one' || FINISHED.has(to)))
    tasks.push('spread_list')
  return tasks
}

const isAgreedAt = (context: Context, bank_id: string | null) => {
  const bank = bank_id === null ? undefined : context.banks.get(bank_id)?.profile
  return (status: PaymentStatus): boolean => hasAgreed(status, bank)
}
