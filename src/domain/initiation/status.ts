/** The partner's status call. */
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { openSession } from './session.ts'
import type { PaymentStatus } from './state.ts'
import { loadPayment, type PaymentKey } from './store.ts'

export type StatusAnswer = {
  readonly payment_id: number
  readonly status: PaymentStatus
  readonly reason?: string
  readonly created_at: Date
  readonly status_at: Date
  readonly bank_id?: string
  /** The bank's own number of the payment. */
  readonly bank_reference?: string
  readonly amount_minor?: number
  readonly tokens_revoked: boolean
}

/** @throws PunteError PAYMENT_UNKNOWN */
export async function readStatus(context: Context, key: PaymentKey): Promise<StatusAnswer> {
  const payment = await loadPayment(context, key)
  if (payment === undefined) throw new PunteError('PAYMENT_UNKNOWN')
  const session = openSession(context, payment)
  return {
    payment_id: payment.payment_id,
    status: payment.status,
    created_at: payment.created_at,
    status_at: payment.status_at,
    tokens_revoked: payment.tokens_revoked_at !== null,
    ...(payment.reason !== null && { reason: payment.reason }),
    ...(payment.bank_id !== null && { bank_id: payment.bank_id }),
    ...(session !== undefined && { bank_reference: session.bank.bank_payment_id }),
    ...(payment.amount_minor !== null && { amount_minor: payment.amount_minor }),
  }
}
