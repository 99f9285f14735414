/** The partner cancels: before the payer pays, before the day a payment waits for, or a series for good. */
import type { PsuContext } from '../../../infra/banks/connector.ts'
import type { Context } from '../../context.ts'
import { PunteError } from '../../errors.ts'
import { recorded } from '../../exchanges/record.ts'
import { advance } from '../advance.ts'
import { saveSession } from '../attempt-store.ts'
import { followItems } from '../lists/follow.ts'
import { loadItems } from '../lists/store.ts'
import { type LettingGo, letGo } from '../payer/let-go.ts'
import { addressesOf, reload } from '../payer/submit.ts'
import { openSession, sealSession } from '../session.ts'
import { settleLoaded } from '../settling/settle.ts'
import { FINISHED, type PaymentStatus } from '../state.ts'
import { loadPayment, type PaymentRow, recordEvent } from '../store.ts'

export type Cancellation = {
  readonly status: PaymentStatus
  readonly cancelled: boolean
  /** The bank wants the payer to authorise the cancellation: where to send the browser. */
  readonly authorise_url?: string
}

const BY_PARTNER: LettingGo = { event: 'partner_cancels', cause: 'partner', reason: 'CANCELLED_BY_PARTNER' }
/** Of a payment that no payer's address is known of: the standard's own rule is the third party's. */
const NOBODY: PsuContext = { ip_address: '' }

/**
 * Cancels a payment as far as it can still be cancelled. What the bank holds is cancelled only when the bank says so.
 * @throws PunteError PAYMENT_UNKNOWN, PAYMENT_IN_PROGRESS while its fate at the bank is unknown
 */
export async function cancelPayment(
  context: Context,
  input: { readonly partner: { readonly partner_id: number }; readonly payment_id: number; readonly psu?: PsuContext },
): Promise<Cancellation> {
  const key = { partner_id: input.partner.partner_id, payment_id: input.payment_id }
  const payment = await loadPayment(context, key)
  if (payment === undefined) throw new PunteError('PAYMENT_UNKNOWN')
  if (payment.tokens_revoked_at !== null) throw new PunteError('TOKEN_REVOKED')
  if (FINISHED.has(payment.status)) return { status: payment.status, cancelled: payment.status === 'CANC' }
  const { attempt_state } = payment
  if (attempt_state === 'sending' || attempt_state === 'unknown') {
    throw new PunteError('PAYMENT_IN_PROGRESS', { retry_after_s: 5 })
  }
  if (payment.kind === 'list' && payment.list_way === 'one_by_one')
    return cancelItems(context, payment, input.psu ?? NOBODY)
  if (attempt_state === 'open') return cancelAtBank(context, payment, input.psu ?? NOBODY)
  else await letGo(context, payment, BY_PARTNER)
  const { status } = await reload(context, key)
  // The payer has sent it to a bank in this same moment.
  if (!FINISHED.has(status)) throw new PunteError('PAYMENT_IN_PROGRESS', { retry_after_s: 5 })
  return { status, cancelled: status === 'CANC' }
}

/** What no bank has is cancelled; what one has, only when that bank says so. */
async function cancelItems(context: Context, list: PaymentRow, psu: PsuContext): Promise<Cancellation> {
  for (const item of await loadItems(context, list)) {
    if (FINISHED.has(item.status)) continue
    const { attempt_state } = item
    if (attempt_state === 'open') await cancelAtBank(context, item, psu)
    else if (attempt_state !== 'sending' && attempt_state !== 'unknown') await letGo(context, item, BY_PARTNER)
  }
  await followItems(context, list)
  const { status } = await reload(context, list)
  return { status, cancelled: status === 'CANC' }
}

async function cancelAtBank(context: Context, payment: PaymentRow, psu: PsuContext): Promise<Cancellation> {
  const session = openSession(context, payment)
  const bank = payment.bank_id === null ? undefined : context.banks.get(payment.bank_id)
  if (session?.bank === undefined || bank === undefined) throw new PunteError('BANK_UNAVAILABLE')
  const { return_uri, return_nok_uri } = addressesOf(context, payment)
  const { bank: bank_session } = session
  const answer = await recorded(context, payment, bank.profile, 'cancel', () =>
    bank.cancel(bank_session, { return_uri, return_nok_uri, psu }),
  )
  await recordEvent(context, payment, {
    at: context.clock.now(),
    type: 'payment.cancel_asked',
    cause: 'partner',
    detail: { answer: answer.kind },
  })
  const renewed = answer.kind === 'ok' ? answer.value.session : answer.session
  if (renewed !== undefined && payment.session_enc !== null) {
    const sealed = sealSession(context, payment, { ...session, bank: renewed })
    await saveSession(context, payment, payment.attempt_no, payment.session_enc, sealed)
  }
  const is_dropped = answer.kind === 'ok' && answer.value.cancelled
  if (is_dropped && payment.status === 'RCVD') {
    // Nobody has authorised it, and some banks tell no status of such a payment: that it is dropped is their word.
    const { status } = await advance(context, payment, {
      event: 'bank_cancelled',
      cause: 'partner',
      reason: 'CANCELLED_BY_PARTNER',
      attempt: { attempt_no: payment.attempt_no, state: 'closed', next_ask_at: null },
    })
    return { status, cancelled: status === 'CANC' }
  }
  // Of all others only the status that the bank tells afterwards says what became of it.
  await settleLoaded(context, await reload(context, payment), is_dropped ? 'partner' : 'poll')
  const { status } = await reload(context, payment)
  const authorise_url = answer.kind === 'ok' ? answer.value.authorise_url : undefined
  return {
    status,
    cancelled: status === 'CANC',
    ...(status !== 'CANC' && authorise_url !== undefined && { authorise_url }),
  }
}
