/** What the bank is told: only characters that every bank takes; the payment's number in the end-to-end reference. Pure. */
import { toBankText } from '../../../infra/banks/berlin-group/messages/transliterate.ts'
import type { BankOrder, BulkOrder, Transfer } from '../../../infra/banks/connector.ts'
import type { PaymentKey, PaymentRow } from '../store.ts'
import type { StoredTerms, Terms } from '../terms.ts'

type AttemptKey = PaymentKey & { readonly attempt_no: number }

export type CompleteTerms = StoredTerms &
  Required<Pick<Terms, 'creditor_name' | 'creditor_iban' | 'details' | 'debtor_iban' | 'email'>>

/** At most 35 characters; how a transfer is found again in the bank's book. */
export const endToEndId = (key: AttemptKey): string => `P${key.partner_id}-${key.payment_id}-${key.attempt_no}`

/** The order of a single payment, of an item that is sent by itself, or of a series. */
export function orderOf(
  attempt: AttemptKey,
  payment: Pick<PaymentRow, 'kind' | 'execution_date'>,
  terms: CompleteTerms,
  amount_minor: number,
): BankOrder {
  const transfer = transferOf(attempt, terms, amount_minor)
  const common = { ...transfer, currency: 'RON', debtor_iban: terms.debtor_iban } as const
  if (payment.kind === 'recurring') {
    if (terms.schedule === undefined) throw new Error(`payment ${attempt.payment_id} is a series without a schedule`)
    return { ...common, service: 'periodic-payments', schedule: terms.schedule }
  }
  const { execution_date } = payment
  return {
    ...common,
    service: 'payments',
    ...(execution_date !== null && { requested_execution_date: execution_date }),
  }
}

export type Item = {
  readonly payment_id: number
  readonly amount_minor: number
  readonly terms: Pick<CompleteTerms, 'creditor_name' | 'creditor_iban' | 'details'>
}

/** A list as one order; each transfer carries its item's own number. */
export function bulkOrderOf(
  attempt: AttemptKey,
  list: Pick<PaymentRow, 'execution_date'> & { readonly debtor_iban: string; readonly batch_booking: boolean },
  items: readonly Item[],
): BulkOrder {
  const { execution_date, debtor_iban, batch_booking } = list
  return {
    service: 'bulk-payments',
    currency: 'RON',
    debtor_iban,
    batch_booking,
    end_to_end_id: endToEndId(attempt),
    amount_minor: items.reduce((sum, item) => sum + item.amount_minor, 0),
    transfers: items.map((item) =>
      transferOf({ ...attempt, payment_id: item.payment_id }, item.terms, item.amount_minor),
    ),
    ...(execution_date !== null && { requested_execution_date: execution_date }),
  }
}

function transferOf(
  attempt: AttemptKey,
  terms: Pick<CompleteTerms, 'creditor_name' | 'creditor_iban' | 'details'>,
  amount_minor: number,
): Transfer {
  return {
    amount_minor,
    creditor_iban: terms.creditor_iban,
    creditor_name: toBankText(terms.creditor_name, 70),
    remittance: toBankText(terms.details, 140),
    end_to_end_id: endToEndId(attempt),
  }
}
