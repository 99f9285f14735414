/** What third parties order: one transfer, many at once, the same one again and again. Amounts in bani, days `yyyy-mm-dd`. */

import type { Frequency, ServiceName } from '../config.ts'

export type Service = ServiceName

export type Transfer = {
  readonly amount_minor: number
  readonly creditor_iban: string
  readonly creditor_name: string
  readonly remittance?: string
  readonly end_to_end_id?: string
}

export type Schedule = {
  readonly start_date: string
  readonly end_date?: string
  readonly frequency: Frequency
  /** 1 to 31; a month that is shorter pays on its last day. Only months and longer have it. */
  readonly day_of_execution?: number
}

export type Order = {
  readonly service: Service
  readonly debtor_iban: string
  /** Exactly one unless the service is bulk-payments. */
  readonly transfers: readonly Transfer[]
  /** requestedExecutionDate: nothing moves before that day. */
  readonly execution_date?: string
  readonly batch_booking?: boolean
  readonly schedule?: Schedule
  /** Ids of the pain.001 that the order came in, repeated in the pain.002 about it. */
  readonly original?: { readonly message_id: string; readonly payment_information_id: string }
}

/** How an order stood in the ledger when single payments were all there was: flat, one transfer. */
export type FlatOrder = Transfer & { readonly debtor_iban: string }

export function storedOrder(order: Order | FlatOrder): Order {
  if ('transfers' in order) return order
  const { debtor_iban, ...transfer } = order
  return { service: 'payments', debtor_iban, transfers: [transfer] }
}

export const totalOf = (order: Order): number =>
  order.transfers.reduce((total_minor, { amount_minor }) => total_minor + amount_minor, 0)

/** The one transfer of a single or periodic payment, the first of a bulk. */
export function firstTransfer(order: Order): Transfer {
  const [first] = order.transfers
  if (first === undefined) throw new Error('an order without transfers')
  return first
}
