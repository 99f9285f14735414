/**
 * Submissions whose fate is unknown: the process died between claim and record, or the bank did not answer. Settled by
 * repeating the same request under the same X-Request-ID where the bank recognises it; never by guessing.
 */
import type { BankAnswer, BankConnector, Initiated } from '../../../infra/banks/connector.ts'
import type { Context } from '../../context.ts'
import { type AttemptState, changeAttempt } from '../attempt-store.ts'
import { callBank, recordInitiation } from '../payer/submit.ts'
import { openOrder, openSession } from '../session.ts'
import { loadPayment, type PaymentKey, type PaymentRow, recordEvent } from '../store.ts'

/**
 * Repeated this long in vain, a submission whose link nobody was given is let go, so that the payer can try another bank;
 * one that a phone may be asked about waits for staff.
 */
const REPEAT_FOR_MS = 10 * 60_000
/** A payer may be looking at the page: soon at first, then at half the submission's age. */
const REPEAT_SOONEST_MS = 3_000
const REPEAT_LATEST_MS = 60_000

/** Finds out what became of a payment's submission. */
export async function recoverSubmission(context: Context, key: PaymentKey): Promise<AttemptState | undefined> {
  const payment = await loadPayment(context, key)
  if (payment === undefined || (payment.attempt_state !== 'sending' && payment.attempt_state !== 'unknown'))
    return payment?.attempt_state ?? undefined
  const bank = payment.bank_id === null ? undefined : context.banks.get(payment.bank_id)
  const sent = openOrder(context, payment)
  const { attempt_no, request_id } = payment
  const now = context.clock.now()
  if (bank === undefined || sent === undefined || request_id === null) {
    context.log.error(
      { payment_id: payment.payment_id, bank_id: payment.bank_id },
      'a submission cannot be recovered: its bank is not configured',
    )
    await changeAttempt(context, payment, now, { attempt_no, next_ask_at: new Date(now.getTime() + 300_000) })
    return payment.attempt_state
  }
  if (bank.profile.idempotent_initiation) {
    const answer = await callBank(context, payment, bank, sent, openSession(context, payment)?.access)
    const is_said = answer.kind !== 'not_sent' && answer.kind !== 'unknown' && !isAboutUs(answer)
    const recorded = is_said ? await recordInitiation(context, payment, answer, 'worker') : undefined
    if (recorded !== undefined && recorded.attempt_state !== 'unknown') return recorded.attempt_state ?? undefined
    const age_ms = now.getTime() - (payment.submitted_at as Date).getTime()
    if (age_ms > REPEAT_FOR_MS) return giveUp(context, payment, bank)
    // Unreachable now says nothing about then.
    const delay_ms = Math.min(Math.max(age_ms / 2, REPEAT_SOONEST_MS), REPEAT_LATEST_MS)
    await changeAttempt(context, payment, now, {
      attempt_no,
      if_unanswered: true,
      state: 'unknown',
      next_ask_at: new Date(now.getTime() + delay_ms),
    })
    return 'unknown'
  }
  return giveUp(context, payment, bank)
}

async function giveUp(context: Context, payment: PaymentRow, bank: BankConnector): Promise<AttemptState | undefined> {
  if (bank.profile.sca !== 'decoupled') return letGo(context, payment)
  // A decoupled bank may be asking the payer's phone this minute, and after a while a repetition could ask it anew. Only
  // the bank's staff can tell; ours record it by `punte payment close`.
  context.log.error(
    { payment_id: payment.payment_id, bank_id: payment.bank_id },
    'a decoupled submission has an unknown fate; staff must ask the bank',
  )
  const change = { attempt_no: payment.attempt_no, if_unanswered: true, state: 'unknown', next_ask_at: null } as const
  await changeAttempt(context, payment, context.clock.now(), change)
  return 'unknown'
}

/**
 * Staff say, after asking the bank, that it does not have an unanswered submission: the payer may try again.
 * @returns false when the attempt is not unanswered (any more)
 */
export async function closeUnanswered(context: Context, key: PaymentKey): Promise<boolean> {
  const payment = await loadPayment(context, key)
  if (payment === undefined || payment.attempt_state !== 'unknown') return false
  if ((await letGo(context, payment)) !== 'closed') return false
  const detail = { attempt_no: payment.attempt_no }
  await recordEvent(context, key, { at: context.clock.now(), type: 'payment.attempt_closed', cause: 'staff', detail })
  return true
}

/** HTTP statuses of refusals that are about who calls, how often or by which way (409: again), and not about the payment. */
const ABOUT_US: readonly number[] = [401, 403, 405, 406, 409, 415, 429]

/**
 * A repetition that is refused for our certificate, our signature or our haste says nothing about the first call, which
 * the bank may have taken: its payer may be looking at it this minute. Only of the payer's name is 401 the bank's word.
 */
function isAboutUs(answer: BankAnswer<Initiated>): boolean {
  return answer.kind === 'refused' && ABOUT_US.includes(answer.http_status) && answer.code !== 'PSU_CREDENTIALS_INVALID'
}

// The bank may hold a payment that nobody was sent to: without its link no payer can authorise it, and it lapses there.
async function letGo(context: Context, payment: PaymentRow): Promise<AttemptState | undefined> {
  const { attempt_no } = payment
  const change = { attempt_no, if_unanswered: true, state: 'closed', refusal: 'LOST', next_ask_at: null } as const
  const closed = await changeAttempt(context, payment, context.clock.now(), change)
  return closed ? 'closed' : ((await loadPayment(context, payment))?.attempt_state ?? undefined)
}
