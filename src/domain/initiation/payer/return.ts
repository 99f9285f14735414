/** The payer's browser comes back from the bank, in whatever way the bank sends it. */
import type { BankConnector, BankSession } from '../../../infra/banks/connector.ts'
import type { Context } from '../../context.ts'
import { PunteError } from '../../errors.ts'
import { recorded } from '../../exchanges/record.ts'
import { advance } from '../advance.ts'
import { changeAttempt, recordReturn, saveSession } from '../attempt-store.ts'
import { type AttemptSession, openOrder, openSession, sealSession } from '../session.ts'
import { nextAskOf } from '../settling/asking.ts'
import { settleLoaded } from '../settling/settle.ts'
import { FINISHED } from '../state.ts'
import { loadPayment, type PaymentRow } from '../store.ts'
import { pageState, type ReturnKey, readReturnState } from './capability.ts'
import { callBank, recordInitiation, recoverAt } from './submit.ts'
import { inTurn } from './turns.ts'

const SLOW_BANK_MS = 700
/** Past a bank's metadata and token calls together the process that exchanged is taken for dead. */
const exchangeMs = (bank: BankConnector): number => 2 * bank.profile.timeout_ms + 5_000
const SAVE_TRIES = 3

export type ReturnInput = {
  /** Our own value that names the attempt: in the path (redirect banks) or OAuth's `state`. */
  readonly state: string
  /** The bank sent the browser to the address for failures. */
  readonly declined?: boolean
  /** OAuth banks only. */
  readonly oauth?: { readonly code?: string; readonly error?: string; readonly iss?: string }
}

/** Where the payer goes instead of our page, when there is such a place. */
export type Onward = { readonly url: string } | undefined

/**
 * Takes the return: answers the page's address at once, and the work of asking the bank as a promise, so that a slow bank
 * need not hold the payer. A replayed return asks again and changes nothing.
 * @returns `asked`: where to send the browser when that is not our page: on to the bank, whom the payer has only let us
 *   in to yet; or back to a partner that has a page of its own
 * @throws PunteError STATE_INVALID for a forged or cut state
 */
export function takeReturn(
  context: Context,
  input: ReturnInput,
): { readonly page_url: string; readonly asked: Promise<Onward> } {
  const named = readReturnState(context.keys, input.state)
  if (named === undefined) throw new PunteError('STATE_INVALID')
  // The payer of an item is on the page of its list.
  const page = { partner_id: named.partner_id, payment_id: named.list_payment_id ?? named.payment_id }
  const state = pageState(context.keys, page)
  const page_url = `${context.settings.PUNTE_CHECKOUT_URL}/payment-initiation?payment=${page.payment_id}&state=${state}`
  const { code, error } = input.oauth ?? {}
  const name = `return ${named.partner_id}:${named.payment_id}:${named.attempt_no} ${code ?? error ?? ''}`
  return { page_url, asked: inTurn(name, () => askBank(context, named, input)) }
}

async function askBank(context: Context, named: ReturnKey, input: ReturnInput): Promise<Onward> {
  const payment = await loadPayment(context, named)
  if (payment === undefined) return undefined
  const onward = await askAbout(context, named, payment, input)
  if (onward !== undefined) return onward
  return payment.is_headless && payment.redirect_url !== null ? { url: returnUrl(payment) } : undefined
}

/** The partner's address, with the payment's number; its status is not told in a URL, where anybody could write it. */
export function returnUrl(payment: Pick<PaymentRow, 'redirect_url' | 'payment_id'>): string {
  if (payment.redirect_url === null) return ''
  const url = new URL(payment.redirect_url)
  url.searchParams.set('paymentId', String(payment.payment_id))
  return url.href
}

async function askAbout(context: Context, named: ReturnKey, payment: PaymentRow, input: ReturnInput): Promise<Onward> {
  // An earlier attempt's return shows the payment as it is now; it says nothing about the attempt under way.
  if (payment.attempt_no !== named.attempt_no) return undefined
  if (payment.attempt_state === 'entering') {
    return input.oauth === undefined ? undefined : entered(context, payment, input.state, input.oauth)
  }
  if (payment.attempt_state !== 'open') return undefined
  if (input.declined === true && (await declinedUntold(context, payment))) return undefined
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
  return undefined
}

/**
 * An OAuth bank that the payer has not authorised us at tells no status: where it sends him to the address for failures,
 * that is all there is to know. @returns whether it was taken as his refusal
 */
async function declinedUntold(context: Context, payment: PaymentRow): Promise<boolean> {
  const bank = payment.bank_id === null ? undefined : context.banks.get(payment.bank_id)
  const session = openSession(context, payment)
  if (bank?.profile.access.kind !== 'authorization_code' || session?.bank === undefined) return false
  if (session.authorised === true || session.exchanging_until !== undefined) return false
  await takeRefusal(context, payment, bank, session.bank)
  return true
}

/**
 * The payer has let us in at the bank, or has not. Now the payment itself is sent: from here on it is a submission like
 * every other, written as such before the wire is used.
 * @returns the bank's page where he authorises it
 */
async function entered(
  context: Context,
  payment: PaymentRow,
  state: string,
  callback: NonNullable<ReturnInput['oauth']>,
): Promise<Onward> {
  const bank = payment.bank_id === null ? undefined : context.banks.get(payment.bank_id)
  const session = openSession(context, payment)
  const sent = openOrder(context, payment)
  const { access: begun } = session ?? {}
  const finishAccess = bank?.finishAccess
  if (
    bank === undefined ||
    finishAccess === undefined ||
    session === undefined ||
    begun === undefined ||
    sent === undefined
  )
    return undefined
  // It ended while he was there: nothing is sent any more.
  if (FINISHED.has(payment.status)) return undefined
  const now = context.clock.now()
  if ((session.exchanging_until ?? 0) > now.getTime()) return undefined
  const claim = { ...session, exchanging_until: now.getTime() + exchangeMs(bank) }
  const claimed = await replaceSession(context, payment, claim)
  if (claimed === undefined) return undefined
  const oauth_redirect_uri = `${context.settings.PUNTE_CHECKOUT_URL}/payment-return`
  const answer = await recorded(context, payment, bank.profile, 'token', () =>
    finishAccess(begun, { ...callback, state }, { oauth_redirect_uri }),
  )
  const { attempt_no } = payment
  if (answer.kind !== 'ok') {
    const { exchanging_until: _until, ...released } = claim
    const stored = await storeSession(context, claimed, released)
    const facts = { payment_id: payment.payment_id, bank_id: payment.bank_id, answer: answer.kind }
    context.log.info(facts, 'the bank did not let us in')
    // The payer said no, and nothing of the payment is there: he may try another bank. All else may be a forged return.
    if (answer.kind === 'refused' && answer.code === 'access_denied' && stored !== undefined) {
      const refusal = 'REFUSED:access_denied'
      await changeAttempt(context, payment, context.clock.now(), {
        attempt_no,
        from: 'entering',
        state: 'closed',
        refusal,
        next_ask_at: null,
      })
    }
    return undefined
  }
  const { access } = answer.value
  const at = context.clock.now()
  const session_enc = sealSession(context, payment, { access })
  const change = { attempt_no, from: 'entering', state: 'sending', session_enc } as const
  // He has gone to another bank meanwhile: what he let us into stays unused.
  if (!(await changeAttempt(context, payment, at, { ...change, next_ask_at: recoverAt(at, bank) }))) return undefined
  const sending: PaymentRow = { ...claimed, attempt_state: 'sending', session_enc, submitted_at: at }
  const initiated = await callBank(context, sending, bank, sent, access)
  const after = await recordInitiation(context, sending, initiated, 'return')
  const waits = after.attempt_state === 'open' && !FINISHED.has(after.status)
  const url = waits ? openSession(context, after)?.redirect_url : undefined
  return url === undefined ? undefined : { url }
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
  if (bank === undefined || session?.bank === undefined) return undefined
  if (session.authorised) return payment
  const now_ms = context.clock.now().getTime()
  if ((session.exchanging_until ?? 0) > now_ms) return undefined
  const claim = { ...session, exchanging_until: now_ms + exchangeMs(bank) }
  const claimed = await replaceSession(context, payment, claim)
  if (claimed === undefined) return undefined
  const redirect_uri = `${context.settings.PUNTE_CHECKOUT_URL}/payment-return`
  const { bank: bank_session } = session
  const answer = await recorded(context, payment, bank.profile, 'token', () =>
    bank.finishAuthorisation(bank_session, { ...callback, state }, { oauth_redirect_uri: redirect_uri }),
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

// A rotation of keys may have sealed it anew; and a process that was held up past its claim finds another's outcome there:
// tokens that are kept are not written over.
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
    if (openSession(context, seen)?.authorised === true) return undefined
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
  // Who has agreed before and is refused a second time has not refused the payment.
  const known = await settleLoaded(context, payment, 'return')
  if (known !== 'INIT' && known !== 'RCVD') return
  const answer = await recorded(context, payment, bank.profile, 'cancel', () => bank.cancel(session))
  const dropped = answer.kind === 'ok' && answer.value.cancelled
  await advance(context, payment, {
    event: dropped ? 'bank_cancelled' : 'payer_abandons',
    cause: 'return',
    reason: 'REFUSED_BY_PAYER',
    attempt: {
      attempt_no: payment.attempt_no,
      ...(dropped && { state: 'closed' as const }),
      next_ask_at: dropped ? null : nextAskOf(payment, undefined, context.clock.now(), null),
    },
  })
}
