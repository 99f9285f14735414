/** The payer's browser comes back from the bank, in whatever way the bank sends it. */
import type { BankConnector, BankSession } from '../../infra/banks/connector.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { advance } from './advance.ts'
import { pageState, readReturnState } from './capability.ts'
import { type AttemptSession, openSession, sealSession } from './session.ts'
import { nextAskAt, settleLoaded } from './settle.ts'
import { loadPayment, type PaymentKey, type PaymentRow, recordReturn, saveSession } from './store.ts'
import { inTurn } from './turns.ts'

const SLOW_BANK_MS = 700
/** Longer than a bank's metadata and token calls together; past it the process that exchanged is taken for dead. */
const EXCHANGE_MS = 150_000
const SAVE_TRIES = 3

export type ReturnInput = {
  /** Our own value that names the attempt: in the path (redirect banks) or OAuth's `state`. */
  readonly state: string
  /** OAuth banks only. */
  readonly oauth?: { readonly code?: string; readonly error?: string; readonly iss?: string }
}

/**
 * Takes the return: answers the page's address at once, and the work of asking the bank as a promise, so that a slow bank
 * need not hold the payer. A replayed return asks again and changes nothing.
 * @throws PunteError STATE_INVALID for a forged or cut state
 */
export function takeReturn(
  context: Context,
  input: ReturnInput,
): { readonly page_url: string; readonly asked: Promise<void> } {
  const named = readReturnState(context.keys, input.state)
  if (named === undefined) throw new PunteError('STATE_INVALID')
  const state = pageState(context.keys, named)
  const page_url = `${context.settings.PUNTE_CHECKOUT_URL}/payment-initiation?payment=${named.payment_id}&state=${state}`
  const { code, error } = input.oauth ?? {}
  const name = `return ${named.partner_id}:${named.payment_id}:${named.attempt_no} ${code ?? error ?? ''}`
  return { page_url, asked: inTurn(name, () => askBank(context, named, input)) }
}

async function askBank(
  context: Context,
  named: PaymentKey & { readonly attempt_no: number },
  input: ReturnInput,
): Promise<void> {
  const payment = await loadPayment(context, named)
  // An earlier attempt's return shows the payment as it is now; it says nothing about the attempt under way.
  if (payment === undefined || payment.attempt_no !== named.attempt_no || payment.attempt_state !== 'open') return
  // The return is recorded with the bank's word; a bank that takes its time must not leave the page without it.
  const slow = setTimeout(() => {
    const recorded = recordReturn(context, named, named.attempt_no, context.clock.now())
    recorded.catch((error: unknown) => context.log.warn({ err: error }, 'a return could not be recorded'))
  }, SLOW_BANK_MS)
  try {
    const ready = input.oauth === undefined ? payment : await finishOauth(context, payment, input.state, input.oauth)
    if (ready !== undefined) await settleLoaded(context, ready, 'return')
  } finally {
    clearTimeout(slow)
  }
}

/**
 * A code works once, and a bank that sees it twice may revoke what it gave for it (RFC 6749 §4.1.2), so that nobody could
 * ask it about the payment again: of returns at the same time (a reload, a second tab), in whatever process, one exchanges.
 * @returns the payment with the session that may ask now; undefined when there is nothing to ask
 */
async function finishOauth(
  context: Context,
  payment: PaymentRow,
  state: string,
  callback: NonNullable<ReturnInput['oauth']>,
): Promise<PaymentRow | undefined> {
  const bank = payment.bank_id === null ? undefined : context.banks.get(payment.bank_id)
  const session = openSession(context, payment)
  if (bank === undefined || session === undefined) return undefined
  if (session.authorised) return payment
  const now_ms = context.clock.now().getTime()
  if ((session.exchanging_until ?? 0) > now_ms) return undefined
  const claim = { ...session, exchanging_until: now_ms + EXCHANGE_MS }
  const claimed = await replaceSession(context, payment, claim)
  if (claimed === undefined) return undefined
  const redirect_uri = `${context.settings.PUNTE_CHECKOUT_URL}/payment-return`
  const answer = await bank.finishAuthorisation(
    session.bank,
    { ...callback, state },
    { oauth_redirect_uri: redirect_uri },
  )
  const { exchanging_until: _until, ...released } = claim
  const after: AttemptSession =
    answer.kind === 'ok' ? { ...released, bank: answer.value.session, authorised: true } : released
  const saved = await storeSession(context, claimed, after)
  if (answer.kind === 'ok') return saved
  if (answer.kind === 'refused' && answer.code === 'access_denied') {
    await takeRefusal(context, payment, bank, session.bank)
    return undefined
  }
  // Forged, replayed, or the bank is silent: nothing is known, and the genuine return still works.
  const facts = { payment_id: payment.payment_id, bank_id: payment.bank_id, answer: answer.kind }
  context.log.info(facts, 'the authorisation code was not exchanged')
  return saved
}

/** @returns the payment with the new session; undefined when another wrote one since the payment was read */
async function replaceSession(
  context: Context,
  payment: PaymentRow,
  session: AttemptSession,
): Promise<PaymentRow | undefined> {
  if (payment.session_enc === null) return undefined
  const session_enc = sealSession(context, payment, session)
  const saved = await saveSession(context, payment, payment.attempt_no, payment.session_enc, session_enc)
  return saved ? { ...payment, session_enc } : undefined
}

// Whoever claimed the exchange is the only one to change the session; but a rotation of keys may have sealed it anew.
async function storeSession(
  context: Context,
  payment: PaymentRow,
  session: AttemptSession,
): Promise<PaymentRow | undefined> {
  let seen: PaymentRow | undefined = payment
  for (let tries = 0; tries < SAVE_TRIES; tries += 1) {
    const saved: PaymentRow | undefined = await replaceSession(context, seen, session)
    if (saved !== undefined) return saved
    seen = await loadPayment(context, payment)
    if (seen === undefined || seen.attempt_no !== payment.attempt_no) return undefined
  }
  throw new Error(`payment ${payment.payment_id}: the session could not be stored`)
}

/**
 * The bank's page says that the payer refused. It says so through the payer's browser, so the bank is asked to drop the
 * payment; only its own word makes that final. Without it the payment is abandoned, which a late success overtakes.
 */
async function takeRefusal(
  context: Context,
  payment: PaymentRow,
  bank: BankConnector,
  session: BankSession,
): Promise<void> {
  const answer = await bank.cancel(session)
  const dropped = answer.kind === 'ok' && answer.value.cancelled
  await advance(context, payment, {
    event: dropped ? 'bank_cancelled' : 'payer_abandons',
    cause: 'return',
    reason: 'REFUSED_BY_PAYER',
    attempt: {
      attempt_no: payment.attempt_no,
      ...(dropped && { state: 'closed' as const }),
      next_ask_at: dropped ? null : nextAskAt(context.clock.now(), context.clock.now()),
    },
  })
}
