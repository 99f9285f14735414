/** A recurring payment and its agreement: the bank's standing order, and what the payer agreed to. Pure. */
import type { AgreementStatus } from '../agreements/agreement.ts'
import type { PaymentStatus } from './state.ts'
import type { PaymentKind } from './store.ts'

/**
 * What a new status of the order makes of the agreement. An order that ran before it was rejected or cancelled has ended;
 * one that never ran was not agreed to.
 * @param isAgreed whether a status is of a payer who has agreed, at this bank
 */
export function agreementStatusAfter(
  from: PaymentStatus,
  to: PaymentStatus,
  isAgreed: (status: PaymentStatus) => boolean,
): AgreementStatus | undefined {
  if (isAgreed(to)) return 'ACTIVE'
  if (to === 'ACSC') return 'ENDED'
  if (to === 'CANC') return isAgreed(from) ? 'CANCELLED' : 'REFUSED'
  if (to === 'RJCT') return isAgreed(from) ? 'ENDED' : 'REFUSED'
  return to === 'ABND' || to === 'BLOCKED' ? 'REFUSED' : undefined
}

/** The change of the agreement that goes with a status change; empty for payments that are no series. */
export function agreementAfter(
  payment: { readonly kind: PaymentKind; readonly agreement_id: string | null },
  { from, to }: { readonly from: PaymentStatus; readonly to: PaymentStatus },
  isAgreed: (status: PaymentStatus) => boolean,
): { readonly agreement?: { readonly agreement_id: string; readonly status: AgreementStatus } } {
  if (payment.kind !== 'recurring' || payment.agreement_id === null) return {}
  const status = agreementStatusAfter(from, to, isAgreed)
  return status === undefined ? {} : { agreement: { agreement_id: payment.agreement_id, status } }
}
