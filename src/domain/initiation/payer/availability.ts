/** Which banks payers may be sent to now. The page greys out the others and a submit to them is refused. */
import type { BankProfile } from '../../../infra/banks/connector.ts'
import type { BankObstacle } from '../../../infra/banks/health.ts'
import type { Context } from '../../context.ts'
import type { PaymentRow } from '../store.ts'
import type { StoredTerms } from '../terms.ts'

/**
 * @returns what stands in the way of each bank that is not offered, by bank id. Where something stands in the way of all
 *   of them nothing is held back: a try that may fail is better than a page on which nobody can pay.
 */
export function bankObstacles(context: Context): ReadonlyMap<string, BankObstacle> {
  const banks = context.banks.all()
  const obstacles = new Map<string, BankObstacle>()
  for (const bank of banks) {
    const obstacle = context.banks.obstacle(bank)
    if (obstacle !== undefined) obstacles.set(bank.id, obstacle)
  }
  return obstacles.size === banks.length ? new Map() : obstacles
}

/**
 * A payment as it would be sent today: a day that has come (a link that was opened late, a page that was open at midnight)
 * is at once.
 */
export function asOfToday<T extends Pick<PaymentRow, 'execution_date'>>(payment: T, today: string): T {
  const is_past = payment.execution_date !== null && payment.execution_date <= today
  return is_past ? { ...payment, execution_date: null } : payment
}

/** Whether the bank has a service for this payment at all: a series in its frequency, a day to come. */
export function whyNotOffered(
  bank: BankProfile,
  payment: Pick<PaymentRow, 'kind' | 'execution_date'>,
  terms: Pick<StoredTerms, 'schedule'>,
): 'NOT_OFFERED' | undefined {
  const { services } = bank
  if (payment.kind === 'recurring') {
    const frequency = terms.schedule?.frequency
    const word = frequency === undefined ? undefined : services['periodic-payments']?.frequencies[frequency]
    return word === undefined ? 'NOT_OFFERED' : undefined
  }
  return payment.execution_date !== null && !services.payments.future_dated ? 'NOT_OFFERED' : undefined
}

/** How a list goes at this bank: under one authorisation, or one for each payment. */
export function listWay(
  bank: BankProfile,
  list: { readonly count: number; readonly is_begun: boolean },
): 'together' | 'one_by_one' {
  const bulk = bank.services['bulk-payments']
  // What is partly done cannot be sent as one any more.
  return bulk !== undefined && !list.is_begun && list.count <= bulk.max_transfers ? 'together' : 'one_by_one'
}
