/** The partner's status call. */

import type { AgreementStatus } from '../../agreements/agreement.ts'
import { loadAgreement } from '../../agreements/store.ts'
import type { Context } from '../../context.ts'
import { PunteError } from '../../errors.ts'
import { itemStatus } from '../lists/status.ts'
import { loadItemRows } from '../lists/store.ts'
import { openSession } from '../session.ts'
import type { PaymentStatus } from '../state.ts'
import { loadPayment, type PaymentKey, type PaymentKind, type PaymentRow } from '../store.ts'

export type StatusAnswer = {
  readonly payment_id: number
  readonly kind: Exclude<PaymentKind, 'item'>
  readonly status: PaymentStatus
  readonly reason?: string
  readonly created_at: Date
  readonly status_at: Date
  readonly bank_id?: string
  /** The bank's own number of the payment. */
  readonly bank_reference?: string
  readonly amount_minor?: number
  readonly tokens_revoked: boolean
  /** `yyyy-mm-dd` */
  readonly execution_date?: string
  /** Of a list, in its order. */
  readonly items?: readonly {
    readonly no: number
    readonly payment_id: number
    readonly status: PaymentStatus
    readonly reason?: string
    readonly amount_minor: number
  }[]
  /** Of a series. */
  readonly agreement?: { readonly agreement_id: string; readonly status: AgreementStatus }
}

/** @throws PunteError PAYMENT_UNKNOWN */
export async function readStatus(context: Context, key: PaymentKey): Promise<StatusAnswer> {
  const payment = await loadPayment(context, key)
  if (payment === undefined) throw new PunteError('PAYMENT_UNKNOWN')
  const session = openSession(context, payment)
  return {
    payment_id: payment.payment_id,
    kind: payment.kind === 'item' ? 'single' : payment.kind,
    status: payment.status,
    created_at: payment.created_at,
    status_at: payment.status_at,
    tokens_revoked: payment.tokens_revoked_at !== null,
    ...(payment.reason !== null && { reason: payment.reason }),
    ...(payment.bank_id !== null && { bank_id: payment.bank_id }),
    ...(session?.bank !== undefined && { bank_reference: session.bank.bank_payment_id }),
    ...(payment.amount_minor !== null && { amount_minor: payment.amount_minor }),
    ...(payment.execution_date !== null && { execution_date: payment.execution_date }),
    ...(payment.kind === 'list' && { items: await itemsOf(context, payment) }),
    ...(await agreementOf(context, payment)),
  }
}

async function itemsOf(context: Context, list: PaymentRow): Promise<NonNullable<StatusAnswer['items']>> {
  const rows = await loadItemRows(context, list, { terms: false })
  return rows.map((row) => ({
    no: row.item_no as number,
    payment_id: row.payment_id,
    status: itemStatus(list, row.status),
    amount_minor: row.amount_minor ?? 0,
    ...(row.reason !== null && { reason: row.reason }),
  }))
}

async function agreementOf(context: Context, payment: PaymentRow): Promise<Pick<StatusAnswer, 'agreement'>> {
  const { partner_id, agreement_id } = payment
  if (payment.kind !== 'recurring' || agreement_id === null) return {}
  const agreement = await loadAgreement(context, { partner_id, agreement_id })
  return agreement?.status == null ? {} : { agreement: { agreement_id, status: agreement.status } }
}
