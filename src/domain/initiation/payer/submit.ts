/**
 * What the payer does, an act a file. Here he presses "Plătește": the attempt is written, then the bank is called, then its
 * answer is recorded. Dying at any point between leaves an attempt that settling/recover.ts settles.
 */
import { randomUUID } from 'node:crypto'
import type {
  AccessSession,
  BankAnswer,
  BankConnector,
  BankOrder,
  Initiated,
  PsuContext,
} from '../../../infra/banks/connector.ts'
import { isUniqueViolation } from '../../../infra/database/database.ts'
import type { Context } from '../../context.ts'
import { PunteError } from '../../errors.ts'
import { recorded } from '../../exchanges/record.ts'
import { type AttemptState, changeAttempt, claimSubmission, isOfAnother, type ListHold } from '../attempt-store.ts'
import { blockByLimits } from '../partner-calls/limits.ts'
import { todayInRomania } from '../partner-calls/request.ts'
import { type AttemptOrder, openSession, sealOrder, sealSession } from '../session.ts'
import { bankPaymentHash, recordAccepted } from '../settling/settle.ts'
import { FINISHED } from '../state.ts'
import { type Cause, loadPayment, type PaymentKey, type PaymentRow } from '../store.ts'
import { hashesOf, type StoredTerms, sealTerms } from '../terms.ts'
import { asOfToday, whyNotOffered } from './availability.ts'
import { type ReturnKey, returnState } from './capability.ts'
import { type CompleteTerms, orderOf } from './order.ts'

/** Past the bank's time-outs, so that recovery does not meet a submission that is still under way. */
const RECOVER_MARGIN_MS = 15_000
const ASK_AGAIN_AFTER_MS = 2_000
/** Tries of one payment at banks. Each may ring somebody's phone, whoever's name was typed in. */
const MAX_ATTEMPTS = 20

export type Submission = {
  readonly payment: PaymentRow
  readonly bank: BankConnector
  readonly terms: CompleteTerms
  readonly amount_minor: number
  readonly psu: PsuContext
  /** Of a list or its item. */
  readonly list?: ListHold
}

/**
 * Sends a payment to the bank the payer chose.
 * @returns the payment afterwards; BLOCKED where a limit of the partner stops it
 * @throws PunteError PAYMENT_IN_PROGRESS when another submission was faster, RATE_LIMITED after too many tries,
 *   BANK_NOT_OFFERED where the bank has no service for it
 */
export function submitPayment(context: Context, input: Submission): Promise<PaymentRow> {
  const { terms, amount_minor } = input
  const today = todayInRomania(context.clock.now())
  const payment = asOfToday(input.payment, today)
  return submitOrder(context, {
    ...input,
    payment,
    orderOf: (attempt) => orderOf(attempt, payment, startingFrom(terms, today), amount_minor),
  })
}

// A series that was to begin while its payer had not agreed yet begins today.
function startingFrom(terms: CompleteTerms, today: string): CompleteTerms {
  const { schedule } = terms
  if (schedule === undefined || schedule.start_date >= today) return terms
  return { ...terms, schedule: { ...schedule, start_date: today } }
}

/** The same with the order given: a list is sent as one. Its attempts must be beyond those of its items. */
export async function submitOrder(
  context: Context,
  input: Omit<Submission, 'terms'> & {
    readonly terms: StoredTerms
    readonly orderOf: (attempt: PaymentKey & { readonly attempt_no: number }) => BankOrder
  },
): Promise<PaymentRow> {
  const { payment, bank, terms, amount_minor, psu } = input
  if (payment.attempt_no >= MAX_ATTEMPTS) throw new PunteError('RATE_LIMITED')
  if (whyNotOffered(bank.profile, payment, terms) !== undefined) throw new PunteError('BANK_NOT_OFFERED')
  // A list is held against limits as a whole, before any of it is sent.
  const blocked = input.list === undefined && (await blockByLimits(context, payment, terms, amount_minor))
  if (blocked) return blocked
  await leaveEntered(context, payment)
  const key = { partner_id: payment.partner_id, payment_id: payment.payment_id }
  const attempt = { ...key, attempt_no: payment.attempt_no + 1, list_payment_id: payment.list_payment_id }
  const request_id = randomUUID()
  const order = input.orderOf(attempt)
  const at = context.clock.now()
  const terms_enc = sealTerms(context.keys, key, terms)
  const bank_id = bank.profile.id
  const state = bank.beginAccess === undefined ? 'sending' : 'entering'
  const claimed = await claimOnce(() =>
    claimSubmission(context, {
      ...key,
      at,
      seen_attempt_no: payment.attempt_no,
      bank_id,
      state,
      request_id,
      order_enc: sealOrder(context, attempt, { order, psu }),
      recover_at: state === 'entering' ? null : recoverAt(at, bank),
      open_until: new Date(at.getTime() + context.settings.PUNTE_ABANDON_AFTER_MINUTES * 60_000),
      amount_minor,
      terms_enc,
      ...hashesOf(context.keys, terms),
      ...(input.list !== undefined && { list: input.list }),
    }),
  )
  if (!claimed) throw new PunteError('PAYMENT_IN_PROGRESS')
  const sending: PaymentRow = {
    ...payment,
    attempt_no: attempt.attempt_no,
    bank_id,
    amount_minor,
    terms_enc,
    attempt_state: state,
    request_id,
    session_enc: null,
    refusal: null,
    submitted_at: at,
    returned_at: null,
  }
  if (state === 'entering') return enter(context, sending, bank)
  const answer = await callBank(context, { ...attempt, request_id, submitted_at: at }, bank, { order, psu })
  return recordInitiation(context, sending, answer, 'payer')
}

/** When a submission that nobody has recorded the answer of is taken up. */
export function recoverAt(at: Date, bank: BankConnector): Date {
  // An OAuth bank may first be asked for its metadata, or for a token. Where a repetition is recognised it may come early;
  // elsewhere it must not come while the authorisation of what was taken is still being begun, or a token renewed.
  const { access, idempotent_initiation } = bank.profile
  const calls = (access.kind === 'certificate' ? 1 : 2) + (idempotent_initiation ? 0 : 3)
  return new Date(at.getTime() + calls * bank.profile.timeout_ms + RECOVER_MARGIN_MS)
}

// Who was sent to let us in and is here again has chosen anew; nothing of the payment is at that bank.
async function leaveEntered(context: Context, payment: PaymentRow): Promise<void> {
  if (payment.attempt_state !== 'entering') return
  const change = { attempt_no: payment.attempt_no, from: 'entering', state: 'closed', refusal: 'LEFT' } as const
  await changeAttempt(context, payment, context.clock.now(), { ...change, next_ask_at: null })
}

/** Sends the payer to let us in at a bank that wants it before anything is initiated. */
async function enter(context: Context, payment: PaymentRow, bank: BankConnector): Promise<PaymentRow> {
  const { attempt_no } = payment
  const oauth_redirect_uri = `${context.settings.PUNTE_CHECKOUT_URL}/payment-return`
  const oauth_state = returnState(context.keys, payment)
  const answer = await recorded(context, payment, bank.profile, 'enter', () =>
    bank.beginAccess?.({ oauth_redirect_uri, oauth_state }),
  )
  const now = context.clock.now()
  if (answer?.kind !== 'ok') {
    const refusal = answer?.kind === 'refused' ? `REFUSED:${answer.code}`.slice(0, 100) : 'UNREACHED'
    await changeAttempt(context, payment, now, {
      attempt_no,
      from: 'entering',
      state: 'closed',
      refusal,
      next_ask_at: null,
    })
    return { ...payment, attempt_state: 'closed', refusal }
  }
  const { access, url } = answer.value
  const session_enc = sealSession(context, payment, { access, redirect_url: url })
  const change = { attempt_no, from: 'entering', session_enc, next_ask_at: null } as const
  // Left, or ended, while the bank was answering: nobody who comes back from there would be known.
  return (await changeAttempt(context, payment, now, change)) ? { ...payment, session_enc } : reload(context, payment)
}

// Two claims in the same instant meet at the unique index on live attempts: one row wins, the other is told.
async function claimOnce(claim: () => Promise<boolean>): Promise<boolean> {
  try {
    return await claim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '23505') return false
    throw error
  }
}

/** One initiation call; repeated word for word by recovery, with the same X-Request-ID. */
export function callBank(
  context: Context,
  attempt: ReturnKey & { readonly request_id: string | null; readonly submitted_at: Date | null },
  bank: BankConnector,
  { order, psu }: AttemptOrder,
  access?: AccessSession,
): Promise<BankAnswer<Initiated>> {
  const { request_id, submitted_at } = attempt
  if (request_id === null || submitted_at === null) throw new Error('a bank is called without a submission')
  const input = {
    request_id,
    at: submitted_at,
    order,
    psu,
    ...addressesOf(context, attempt),
    ...(access !== undefined && { access }),
  }
  return recorded(context, attempt, bank.profile, 'initiate', () => bank.initiate(input))
}

/** Where a bank sends this attempt's payer back to, and tells of it. */
export function addressesOf(context: Context, attempt: ReturnKey) {
  const state = returnState(context.keys, attempt)
  const base = `${context.settings.PUNTE_CHECKOUT_URL}/payment-return`
  return {
    return_uri: `${base}/${state}/ok`,
    return_nok_uri: `${base}/${state}/nok`,
    notification_uri: `${context.settings.PUNTE_CHECKOUT_URL}/bank-notification/${state}`,
    oauth_redirect_uri: base,
    oauth_state: state,
  }
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
    const accepted = await unlessAnothers(() => recordAccepted(context, payment, answer.value, cause))
    if (accepted === undefined) return recordInitiation(context, payment, NUMBER_OF_ANOTHER, cause)
    // The payer left, or the attempt was let go, while the bank was answering: nobody will authorise this.
    const let_go = accepted.attempt_state === 'closed' && !FINISHED.has(accepted.status)
    const over = let_go || accepted.attempt_no !== payment.attempt_no
    const is_for_nobody = accepted.attempt_state === 'open' && FINISHED.has(accepted.status)
    // A repetition that the bank did not recognise as one: it has two payments, and ours is the other.
    const recorded_id = openSession(context, accepted)?.bank?.bank_payment_id
    const is_too_many = recorded_id !== undefined && recorded_id !== answer.value.session.bank_payment_id
    if (over || is_for_nobody || is_too_many) await cancelQuietly(context, payment, answer.value)
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

/** The bank took the order for one that it has: nobody can be sent there with this payment's. */
const NUMBER_OF_ANOTHER = { kind: 'unknown', reason: 'NUMBER_OF_ANOTHER_PAYMENT' } as const

async function unlessAnothers(record: () => Promise<PaymentRow>): Promise<PaymentRow | undefined> {
  try {
    return await record()
  } catch (error) {
    if (isUniqueViolation(error, 'payment_attempts_bank_payment')) return undefined
    throw error
  }
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

async function cancelQuietly(context: Context, payment: PaymentRow, { session }: Initiated): Promise<void> {
  const bank = payment.bank_id === null ? undefined : context.banks.get(payment.bank_id)
  if (bank === undefined || (await isOfAnother(context, payment, bankPaymentHash(context, payment, session)))) return
  const answer = await recorded(context, payment, bank.profile, 'cancel', () => bank.cancel(session))
  context.log.info(
    { payment_id: payment.payment_id, answer: answer.kind },
    'cancelled at the bank: nobody is there to authorise it',
  )
}

/** Reads the payment again after a submission. */
export async function reload(context: Context, key: PaymentKey): Promise<PaymentRow> {
  const payment = await loadPayment(context, key)
  if (payment === undefined) throw new PunteError('PAYMENT_UNKNOWN')
  return payment
}
