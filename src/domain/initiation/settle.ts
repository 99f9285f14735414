/**
 * The one completion path: the payer's return, the poll, the bank's push and staff all end here. Asks the bank and
 * records its word; what is asked for is never guessed.
 */
import type { BankAnswer, BankSession, Initiated, StatusReport } from '../../infra/banks/connector.ts'
import type { Context } from '../context.ts'
import { advance } from './advance.ts'
import { type AttemptSession, openSession, sealSession } from './session.ts'
import { eventOfBankStatus, isFinalAtBank, type PaymentEvent, type PaymentStatus } from './state.ts'
import { type Cause, changeAttempt, loadPayment, type PaymentKey, type PaymentRow } from './store.ts'

/** Seconds between questions, by how long ago the submission was: often while the payer is at it, then ever more rarely. */
const ASK_EVERY: readonly { readonly until_s: number; readonly every_s: number }[] = [
  { until_s: 20, every_s: 4 },
  { until_s: 120, every_s: 8 },
  { until_s: 900, every_s: 20 },
  { until_s: 3_600, every_s: 60 },
  { until_s: 86_400, every_s: 600 },
  { until_s: 14 * 86_400, every_s: 6 * 3_600 },
]

/** Who has just come back from the bank looks at the page and waits for its last word. */
const SOON_AFTER_RETURN = { for_s: 12, every_s: 1.5 }

/** When the bank is asked next; null after two weeks, when only staff can ask. */
export function nextAskAt(submitted_at: Date, now: Date, returned_at: Date | null = null): Date | null {
  if (returned_at !== null && now.getTime() - returned_at.getTime() < SOON_AFTER_RETURN.for_s * 1000) {
    return new Date(now.getTime() + SOON_AFTER_RETURN.every_s * 1000)
  }
  const age_s = (now.getTime() - submitted_at.getTime()) / 1000
  const step = ASK_EVERY.find(({ until_s }) => age_s < until_s)
  return step === undefined ? null : new Date(now.getTime() + step.every_s * 1000)
}

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
  if (payment.attempt_state !== 'open' || session === undefined || bank === undefined) return payment.status
  const answer = await bank.status(session.bank)
  return recordStatus(context, payment, session, answer, cause)
}

async function recordStatus(
  context: Context,
  payment: PaymentRow,
  known: AttemptSession,
  answer: BankAnswer<StatusReport>,
  cause: Cause,
): Promise<PaymentStatus> {
  const now = context.clock.now()
  const returned_at = payment.returned_at ?? (cause === 'return' ? now : null)
  const next_ask_at = nextAskAt(payment.submitted_at as Date, now, returned_at)
  const renewed = answer.kind === 'ok' ? answer.value.session : answer.session
  const attempt = {
    attempt_no: payment.attempt_no,
    next_ask_at,
    // Whoever comes back has the bank asked at once, so the two are recorded together.
    ...(cause === 'return' && { returned: true }),
    ...(renewed && { session_enc: sealSession(context, payment, { ...known, bank: renewed }) }),
  }
  const event = answer.kind === 'ok' ? eventOfBankStatus(answer.value.status) : undefined
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
    ...reasonOf(event, answer.value),
    detail: { bank_status, attempt_no: payment.attempt_no },
    attempt: { ...attempt, bank_status, ...(final && { state: 'closed', next_ask_at: null }) },
  })
  const waits_for_payer = event === 'bank_received' || event === 'bank_checked'
  if (status === 'ABND' && waits_for_payer) await dropAtBank(context, payment, renewed ?? known.bank)
  return status
}

// Abandoned by time, or the first asking was lost. The partner was told that nothing is paid and may be starting another
// payment: the payer must not be able to authorise this one as well.
async function dropAtBank(context: Context, payment: PaymentRow, session: BankSession): Promise<void> {
  const { payment_id, bank_id } = payment
  const answer = bank_id === null ? undefined : await context.banks.get(bank_id)?.cancel(session)
  context.log.info(
    { payment_id, bank_id, answer: answer?.kind },
    'abandoned, yet it waits at the bank: asked to drop it',
  )
}

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
  const event = eventOfBankStatus(initiated.status) ?? 'bank_received'
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
      bank_payment_hash: context.keys.hash(`bank-payment:${payment.bank_id}`, initiated.session.bank_payment_id),
      next_ask_at: final ? null : nextAskAt(now, now),
    },
  })
  // Somebody else has recorded the same, or the attempt is over: what stands is what counts.
  if (!changed) return (await loadPayment(context, payment)) ?? payment
  return { ...payment, status, attempt_state, session_enc, bank_status: initiated.status }
}

/** A machine code for why a payment ended badly, from the bank's code or words; the words themselves are not kept. */
function reasonOf(event: PaymentEvent, report: StatusReport): { reason?: string } {
  if (event === 'bank_cancelled') return { reason: 'CANCELLED_AT_BANK' }
  if (event !== 'bank_rejected') return {}
  // ISO 20022 ExternalStatusReason1Code where the bank gives one, else its words.
  const said = `${report.reason_code ?? ''} ${report.reason ?? ''}`
  return { reason: REASONS.find(({ pattern }) => pattern.test(said))?.code ?? 'BANK_REFUSED' }
}

const REASONS: readonly { readonly code: string; readonly pattern: RegExp }[] = [
  { code: 'INSUFFICIENT_FUNDS', pattern: /\bAM04\b|FUNDS_NOT_AVAILABLE|insuficient|insufficient|no funds/i },
  { code: 'ACCOUNT_INVALID', pattern: /\bAC0[1-7]\b|\bAC1[34]\b|account (closed|blocked)|blocat|închis/i },
  {
    code: 'REFUSED_BY_PAYER',
    pattern: /\b(DS02|CUST)\b|refuzat. de pl|declined by|rejected by (the )?(user|psu|payer|customer)/i,
  },
  { code: 'SCA_FAILED', pattern: /\bAB10\b|time.?out|expir|\bSCA\b|autentific/i },
]
