/**
 * The payer presses "Plătește": the attempt is written, then the bank is called, then its answer is recorded. Dying at
 * any point between leaves an attempt that recover.ts settles.
 */
import { randomUUID } from 'node:crypto'
import { toBankText } from '../../infra/banks/berlin-group/transliterate.ts'
import type { BankAnswer, BankConnector, Initiated, PaymentOrder, PsuContext } from '../../infra/banks/connector.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { returnState } from './capability.ts'
import { type AttemptOrder, sealOrder } from './session.ts'
import { recordAccepted } from './settle.ts'
import { FINISHED } from './state.ts'
import {
  type AttemptState,
  type Cause,
  changeAttempt,
  claimSubmission,
  loadPayment,
  type PaymentKey,
  type PaymentRow,
} from './store.ts'
import { hashesOf, sealTerms, type Terms } from './terms.ts'

/** Past the bank's time-outs, so that recovery does not meet a submission that is still under way. */
const RECOVER_MARGIN_MS = 15_000
const ASK_AGAIN_AFTER_MS = 2_000
/** Tries of one payment at banks. Each may ring somebody's phone, whoever's name was typed in. */
const MAX_ATTEMPTS = 20

export type CompleteTerms = Terms &
  Required<Pick<Terms, 'creditor_name' | 'creditor_iban' | 'details' | 'debtor_iban' | 'email'>>

export type Submission = {
  readonly payment: PaymentRow
  readonly bank: BankConnector
  readonly terms: CompleteTerms
  readonly amount_minor: number
  readonly psu: PsuContext
}

/**
 * Sends a payment to the bank the payer chose.
 * @returns the payment afterwards
 * @throws PunteError PAYMENT_IN_PROGRESS when another submission was faster, RATE_LIMITED after too many tries
 */
export async function submitPayment(context: Context, input: Submission): Promise<PaymentRow> {
  const { payment, bank, terms, amount_minor, psu } = input
  if (payment.attempt_no >= MAX_ATTEMPTS) throw new PunteError('RATE_LIMITED')
  const key = { partner_id: payment.partner_id, payment_id: payment.payment_id }
  const attempt = { ...key, attempt_no: payment.attempt_no + 1 }
  const request_id = randomUUID()
  const order = orderOf(attempt, terms, amount_minor)
  const at = context.clock.now()
  const terms_enc = sealTerms(context.keys, key, terms)
  const bank_id = bank.profile.id
  const claimed = await claimOnce(() =>
    claimSubmission(context, {
      ...key,
      at,
      seen_attempt_no: payment.attempt_no,
      bank_id,
      request_id,
      order_enc: sealOrder(context, attempt, { order, psu }),
      recover_at: new Date(at.getTime() + callsOf(bank) * bank.profile.timeout_ms + RECOVER_MARGIN_MS),
      amount_minor,
      terms_enc,
      ...hashesOf(context.keys, terms),
    }),
  )
  if (!claimed) throw new PunteError('PAYMENT_IN_PROGRESS')
  const sending: PaymentRow = {
    ...payment,
    attempt_no: attempt.attempt_no,
    bank_id,
    amount_minor,
    terms_enc,
    attempt_state: 'sending',
    session_enc: null,
    refusal: null,
    submitted_at: at,
    returned_at: null,
  }
  const answer = await callBank(context, attempt, bank, request_id, { order, psu })
  return recordInitiation(context, sending, answer, 'payer')
}

// An OAuth bank may first be asked for its metadata.
const callsOf = (bank: BankConnector): number => (bank.profile.sca === 'oauth' ? 2 : 1)

// Two claims in the same instant meet at the unique index on live attempts: one row wins, the other is told.
async function claimOnce(claim: () => Promise<boolean>): Promise<boolean> {
  try {
    return await claim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '23505') return false
    throw error
  }
}

/** What the bank is told: only characters that every bank takes; the payment's number in the end-to-end reference. */
function orderOf(
  attempt: PaymentKey & { attempt_no: number },
  terms: CompleteTerms,
  amount_minor: number,
): PaymentOrder {
  return {
    amount_minor,
    currency: 'RON',
    debtor_iban: terms.debtor_iban,
    creditor_iban: terms.creditor_iban,
    creditor_name: toBankText(terms.creditor_name, 70),
    remittance: toBankText(terms.details, 140),
    end_to_end_id: `P${attempt.partner_id}-${attempt.payment_id}-${attempt.attempt_no}`,
  }
}

/** One initiation call; repeated word for word by recovery, with the same X-Request-ID. */
export function callBank(
  context: Context,
  attempt: PaymentKey & { readonly attempt_no: number },
  bank: BankConnector,
  request_id: string,
  { order, psu }: AttemptOrder,
): Promise<BankAnswer<Initiated>> {
  const state = returnState(context.keys, attempt)
  const base = `${context.settings.PUNTE_CHECKOUT_URL}/payment-return`
  return bank.initiate({
    request_id,
    order,
    psu,
    return_uri: `${base}/${state}/ok`,
    return_nok_uri: `${base}/${state}/nok`,
    notification_uri: `${context.settings.PUNTE_CHECKOUT_URL}/bank-notification/${state}`,
    oauth_redirect_uri: base,
    oauth_state: state,
  })
}

/**
 * Records what the initiation came to; shared by the first call and its repetition after a crash or time-out.
 * @returns the payment afterwards
 */
export async function recordInitiation(
  context: Context,
  payment: PaymentRow,
  answer: BankAnswer<Initiated>,
  cause: Cause,
): Promise<PaymentRow> {
  if (answer.kind === 'ok') {
    const accepted = await recordAccepted(context, payment, answer.value, cause)
    // The payer left, or the attempt was let go, while the bank was answering: nobody will authorise this.
    const let_go = accepted.attempt_state === 'closed' && !FINISHED.has(accepted.status)
    const over = let_go || accepted.attempt_no !== payment.attempt_no
    if (over || accepted.status === 'ABND') await cancelQuietly(context, payment, answer.value)
    return accepted
  }
  const now = context.clock.now()
  const facts = { payment_id: payment.payment_id, bank_id: payment.bank_id }
  if (answer.kind === 'unknown') {
    context.log.warn({ ...facts, reason: answer.reason }, 'the fate of the initiation is unknown')
    const next_ask_at = new Date(now.getTime() + ASK_AGAIN_AFTER_MS)
    return recordAttempt(context, payment, now, { state: 'unknown', next_ask_at })
  }
  if (answer.kind === 'refused') {
    const { http_status, code } = answer
    context.log.info({ ...facts, http_status, bank_code: code }, 'the bank refused the initiation')
  } else context.log.warn({ ...facts, reason: answer.reason }, 'the bank could not be reached')
  const refusal = answer.kind === 'refused' ? `REFUSED:${answer.code}`.slice(0, 100) : 'UNREACHED'
  return recordAttempt(context, payment, now, { state: 'closed', refusal, next_ask_at: null })
}

// A repetition may have been answered meanwhile: what the bank has taken is not closed by the other call's failure.
async function recordAttempt(
  context: Context,
  payment: PaymentRow,
  at: Date,
  change: { readonly state: AttemptState; readonly refusal?: string; readonly next_ask_at: Date | null },
): Promise<PaymentRow> {
  const attempt = { ...change, attempt_no: payment.attempt_no, if_unanswered: true }
  if (!(await changeAttempt(context, payment, at, attempt))) return reload(context, payment)
  return { ...payment, attempt_state: change.state, refusal: change.refusal ?? payment.refusal }
}

async function cancelQuietly(context: Context, payment: PaymentRow, initiated: Initiated): Promise<void> {
  const bank = payment.bank_id === null ? undefined : context.banks.get(payment.bank_id)
  const answer = await bank?.cancel(initiated.session)
  context.log.info(
    { payment_id: payment.payment_id, answer: answer?.kind },
    'cancelled at the bank: nobody is there to authorise it',
  )
}

/** Reads the payment again after a submission. */
export async function reload(context: Context, key: PaymentKey): Promise<PaymentRow> {
  const payment = await loadPayment(context, key)
  if (payment === undefined) throw new PunteError('PAYMENT_UNKNOWN')
  return payment
}
