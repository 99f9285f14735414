/**
 * What became of a payment. This file is the one completion path: the payer's return, the poll, the bank's push and staff all end here. Asks the bank and
 * records its word; what is asked for is never guessed.
 */
import type { BankAnswer, BankSession, Initiated, StatusReport } from '../../../infra/banks/connector.ts'
import type { Context } from '../../context.ts'
import { recorded } from '../../exchanges/record.ts'
import { advance } from '../advance.ts'
import { changeAttempt } from '../attempt-store.ts'
import { type AttemptSession, openSession, sealSession } from '../session.ts'
import { eventOfBankStatus, isFinalAtBank, type PaymentEvent, type PaymentStatus } from '../state.ts'
import { type Cause, loadPayment, type PaymentKey, type PaymentRow } from '../store.ts'
import { nextAskOf } from './asking.ts'
import { type Reason, reasonCode } from './reasons.ts'

/** Ends that are our word: a bank may still be waiting for the payer. */
const OURS: ReadonlySet<PaymentStatus> = new Set(['ABND', 'CANC', 'BLOCKED'])

/**
 * Asks the bank about a payment and records the answer.
 * @returns the payment's status afterwards; undefined when there is no such payment
 */
export async function settle(
  context: Context,
  input: PaymentKey & { readonly cause: Cause },
): Promise<PaymentStatus | undefined> {
  const payment = await loadPayment(context, input)
  return payment === undefined ? undefined : settleLoaded(context, payment, input.cause)
}

/** The same for a payment that the caller has just read. */
export async function settleLoaded(context: Context, payment: PaymentRow, cause: Cause): Promise<PaymentStatus> {
  const session = openSession(context, payment)
  const bank = payment.bank_id === null ? undefined : context.banks.get(payment.bank_id)
  if (payment.attempt_state !== 'open' || session?.bank === undefined || bank === undefined) return payment.status
  const { bank: bank_session } = session
  const answer = await recorded(context, payment, bank.profile, 'status', () => bank.status(bank_session))
  return recordStatus(context, payment, { ...session, bank: bank_session }, answer, cause)
}

async function recordStatus(
  context: Context,
  payment: PaymentRow,
  known: AttemptSession & { readonly bank: BankSession },
  answer: BankAnswer<StatusReport>,
  cause: Cause,
): Promise<PaymentStatus> {
  const now = context.clock.now()
  const returned_at = payment.returned_at ?? (cause === 'return' ? now : null)
  const event = answer.kind === 'ok' ? eventOf(payment, answer.value.status) : undefined
  const next_ask_at = nextAskOf(payment, event, now, returned_at)
  const renewed = answer.kind === 'ok' ? answer.value.session : answer.session
  const attempt = {
    attempt_no: payment.attempt_no,
    next_ask_at,
    // Whoever comes back has the bank asked at once, so the two are recorded together.
    ...(cause === 'return' && { returned: true }),
    ...(renewed && { session_enc: sealSession(context, payment, { ...known, bank: renewed }) }),
  }
  if (answer.kind !== 'ok' || event === undefined) {
    // No news is no status: silence, faults and words we do not know leave the payment as it is.
    const facts = { payment_id: payment.payment_id, bank_id: payment.bank_id }
    if (answer.kind !== 'ok') context.log.info({ ...facts, answer: answer.kind }, 'the bank told no status')
    else context.log.warn({ ...facts, bank_status: answer.value.status.slice(0, 20) }, 'unknown bank status')
    await changeAttempt(context, payment, now, attempt)
    return payment.status
  }
  const { status: bank_status } = answer.value
  const final = isFinalAtBank(event)
  const { status } = await advance(context, payment, {
    event,
    cause,
    ...reasonOf(event, answer.value, cause),
    detail: { bank_status, attempt_no: payment.attempt_no },
    attempt: { ...attempt, bank_status, ...(final && { state: 'closed', next_ask_at: null }) },
  })
  const waits_for_payer = event === 'bank_received' || event === 'bank_checked'
  if (OURS.has(status) && waits_for_payer) await dropAtBank(context, payment, renewed ?? known.bank)
  return status
}

// Abandoned by time, or the first asking was lost. The partner was told that nothing is paid and may be starting another
// payment: the payer must not be able to authorise this one as well.
async function dropAtBank(context: Context, payment: PaymentRow, session: BankSession): Promise<void> {
  const { payment_id, bank_id } = payment
  const bank = bank_id === null ? undefined : context.banks.get(bank_id)
  const answer = bank && (await recorded(context, payment, bank.profile, 'cancel', () => bank.cancel(session)))
  context.log.info(
    { payment_id, bank_id, answer: answer?.kind },
    'abandoned, yet it waits at the bank: asked to drop it',
  )
}

/** By which a payment is found under its bank's number. */
export const bankPaymentHash = (
  { keys }: Pick<Context, 'keys'>,
  { bank_id }: Pick<PaymentRow, 'bank_id'>,
  { bank_payment_id }: BankSession,
): Buffer => keys.hash(`bank-payment:${bank_id}`, bank_payment_id)

/**
 * Records that the bank took the submission: its number, where the payer must go, its first status.
 * @returns the payment as it is now
 */
export async function recordAccepted(
  context: Context,
  payment: PaymentRow,
  initiated: Initiated,
  cause: Cause,
): Promise<PaymentRow> {
  const now = context.clock.now()
  const event = eventOf(payment, initiated.status) ?? 'bank_received'
  const { next } = initiated
  const session_enc = sealSession(context, payment, {
    bank: initiated.session,
    ...(next.kind === 'redirect' && { redirect_url: next.url }),
    ...(next.kind === 'decoupled' && { psu_message: next.psu_message }),
  })
  const final = isFinalAtBank(event)
  const attempt_state = final ? 'closed' : 'open'
  const { status, changed } = await advance(context, payment, {
    event,
    cause,
    detail: { bank_status: initiated.status, attempt_no: payment.attempt_no },
    attempt: {
      attempt_no: payment.attempt_no,
      if_unanswered: true,
      state: attempt_state,
      bank_status: initiated.status,
      session_enc,
      bank_payment_hash: bankPaymentHash(context, payment, initiated.session),
      next_ask_at: final ? null : nextAskOf({ ...payment, submitted_at: now }, event, now, null),
    },
  })
  // Somebody else has recorded the same, or the attempt is over: what stands is what counts.
  if (!changed) return (await loadPayment(context, payment)) ?? payment
  return { ...payment, status, attempt_state, session_enc, bank_status: initiated.status }
}

// Of one payment there are no parts: a bank that says so has said nothing that we understand.
function eventOf({ kind }: PaymentRow, bank_status: string): PaymentEvent | undefined {
  const event = eventOfBankStatus(bank_status)
  return event === 'bank_partly' && kind !== 'list' ? undefined : event
}

function reasonOf(event: PaymentEvent, report: StatusReport, cause: Cause): { reason?: Reason } {
  // Asked on behalf of a partner whose cancellation the bank has just taken.
  if (event === 'bank_cancelled') return { reason: cause === 'partner' ? 'CANCELLED_BY_PARTNER' : 'CANCELLED_AT_BANK' }
  if (event !== 'bank_rejected') return {}
  return { reason: reasonCode(`${report.reason_code ?? ''} ${report.reason ?? ''}`) }
}
