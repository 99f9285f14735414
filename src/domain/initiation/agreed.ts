/** Whether the payer has agreed, from a status and the bank that said it. Pure. */
import type { BankProfile } from '../../infra/banks/connector.ts'
import type { PaymentStatus } from './state.ts'

const AGREED: ReadonlySet<PaymentStatus> = new Set(['ACCP', 'ACSP'])

/**
 * ACTC is of a payer who has agreed, but at banks whose profile says that they still wait for him in it. An order for
 * later may rest there until its day.
 */
export function hasAgreed(status: PaymentStatus, bank: Pick<BankProfile, 'statuses'> | undefined): boolean {
  if (status === 'ACTC') return bank !== undefined && bank.statuses?.unauthorised?.includes('ACTC') !== true
  return AGREED.has(status)
}

/** A bank waits for the payer, or for the first word of a bank. */
export function waitsForPayer(status: PaymentStatus, bank: Pick<BankProfile, 'statuses'> | undefined): boolean {
  return status === 'INIT' || status === 'RCVD' || (status === 'ACTC' && !hasAgreed(status, bank))
}
