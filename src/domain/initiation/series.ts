/** A recurring payment and its agreement: the bank's standing order, and what the payer agreed to. Pure. */
import type { AgreementStatus } from '../agreements/agreement.ts'
import type { PaymentStatus } from './state.ts'
import type { PaymentKind } from './store.ts'

const RUNNING: ReadonlySet<PaymentStatus> = new Set(['ACCP', 'ACSP'])

/**
 * What a new status of the order makes of the agreement. An order that ran before it was rejected or cancelled has ended;
 * one that never ran was not agreed to.
 */
export function agreementStatusAfter(from: PaymentStatus, to: PaymentStatus): AgreementStatus | undefined {
  if (RUNNING.has(to)) return 'ACTIVE'
  if (to === 'ACSC') return 'ENDED'
  if (to === 'CANC') return RUNNING.has(from) ? 'CANCELLED' : 'REFUSED'
  if (to === 'RJCT') return RUNNING.has(from) ? 'ENDED' : 'REFUSED'
  return to === 'ABND' || to === 'BLOCKED' ? 'REFUSED' : undefined
}

/** The change of the agreement that goes with a status change; empty for payments that are no series. */
export function agreementAfter(
  payment: { readonly kind: PaymentKind; readonly agreement_id: string | null },
  from: PaymentStatus,
  to: PaymentStatus,
): { readonly agreement?: { readonly agreement_id: string; readonly status: AgreementStatus } } {
  if (payment.kind !== 'recurring' || payment.agreement_id === null) return {}
  const status = agreementStatusAfter(from, to)
  return status === undefined ? {} : { agreement: { agreement_id: payment.agreement_id, status } }
}
