/** A partner's own page: it says everything that our page would ask the payer, and gets the bank's address at once. */
import type { BankConnector, PsuContext } from '../../../infra/banks/connector.ts'
import type { Context } from '../../context.ts'
import { PunteError } from '../../errors.ts'
import { bankObstacles, whyNotOffered } from '../payer/availability.ts'
import type { CompleteTerms } from '../payer/order.ts'
import { submitPayment } from '../payer/submit.ts'
import { openSession } from '../session.ts'
import { FINISHED } from '../state.ts'
import { loadPayment, type PaymentKey, type PaymentRow } from '../store.ts'
import type { Terms } from '../terms.ts'
import type { Initiated, InitiationRequest } from './initiate.ts'

export type HeadlessSubmission = {
  readonly bank: BankConnector
  readonly terms: CompleteTerms
  readonly amount_minor: number
  readonly psu: PsuContext
}

/**
 * Everything a submission needs must be said; called before anything is recorded, so that it can be said again.
 * @throws PunteError FIELD_REQUIRED, FIELD_INVALID, BANK_UNAVAILABLE, BANK_NOT_OFFERED
 */
export function checkHeadless(
  context: Context,
  request: InitiationRequest,
  terms: Terms,
  psu: PsuContext | undefined,
  execution_date: string | null,
): HeadlessSubmission {
  const required = (field: string) => new PunteError('FIELD_REQUIRED', { field })
  if (request.terms_accepted !== true) throw required('TCAccepted')
  if (terms.debtor_iban === undefined) throw required('debtorIban')
  if (terms.email === undefined) throw required('psuEmail')
  const bank = terms.debtor_bank === undefined ? undefined : context.banks.get(terms.debtor_bank)
  if (bank === undefined || request.amount_minor === undefined) throw required('debtorBank')
  if (psu === undefined) throw required('PSU-IP-Address')
  const psu_id = request.psu_id?.trim() || undefined
  if (bank.profile.needs_psu_id && psu_id === undefined) throw required('psuId')
  if (psu_id !== undefined && !/^[\x20-\x7e]{1,50}$/.test(psu_id)) {
    throw new PunteError('FIELD_INVALID', { field: 'psuId' })
  }
  const schedule = request.schedule === undefined ? {} : { schedule: request.schedule }
  const kind = request.schedule === undefined ? 'single' : 'recurring'
  if (whyNotOffered(bank.profile, { kind, execution_date }, schedule) !== undefined) {
    throw new PunteError('BANK_NOT_OFFERED', { field: 'debtorBank' })
  }
  if (bankObstacles(context).has(bank.profile.id)) throw new PunteError('BANK_UNAVAILABLE', { field: 'debtorBank' })
  return {
    bank,
    terms: { ...terms, ...schedule } as CompleteTerms,
    amount_minor: request.amount_minor,
    psu: { ...psu, ...(bank.profile.needs_psu_id && psu_id !== undefined && { psu_id }) },
  }
}

/**
 * Sends the payment to the bank, or answers as the first call did.
 * @throws PunteError PAYMENT_BLOCKED; BANK_REFUSED, BANK_UNAVAILABLE: nothing is paid, and the same call may be repeated
 */
export async function submitHeadless(
  context: Context,
  key: PaymentKey,
  submission: HeadlessSubmission,
): Promise<Initiated> {
  const payment = await loadPayment(context, key)
  if (payment === undefined) throw new PunteError('PAYMENT_UNKNOWN')
  if (payment.status === 'BLOCKED') throw blocked(payment)
  if (FINISHED.has(payment.status)) throw new PunteError('PAYMENT_CLOSED')
  const is_with_bank = payment.attempt_state !== null && payment.attempt_state !== 'closed'
  const sent = is_with_bank ? payment : await submitPayment(context, { payment, ...submission })
  return answerOf(context, sent)
}

const blocked = ({ reason }: PaymentRow) =>
  new PunteError('PAYMENT_BLOCKED', { ...(reason !== null && { detail: reason }) })

function answerOf(context: Context, payment: PaymentRow): Initiated {
  if (payment.status === 'BLOCKED') throw blocked(payment)
  const { payment_id, bank_id, attempt_state, refusal } = payment
  if (attempt_state === 'closed' && payment.status === 'INIT') {
    const code = refusal?.startsWith('REFUSED') === true ? 'BANK_REFUSED' : 'BANK_UNAVAILABLE'
    throw new PunteError(code, { ...(refusal !== null && { detail: refusal }) })
  }
  // Its fate is being asked for; the same call answers when it is known.
  if (attempt_state === 'sending' || attempt_state === 'unknown') {
    throw new PunteError('PAYMENT_IN_PROGRESS', { retry_after_s: 3 })
  }
  const session = openSession(context, payment)
  return {
    payment_id,
    ...(session?.redirect_url !== undefined && { redirect_url: session.redirect_url }),
    ...(session?.psu_message !== undefined && { psu_message: session.psu_message }),
    ...(bank_id !== null && { bank_id }),
  }
}
