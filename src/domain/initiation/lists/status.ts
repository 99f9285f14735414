/** How a list stands, from how its payments stand. Pure. */
import { FINISHED, type PaymentStatus } from '../state.ts'

/** From the least to the most advanced of those that are not at their end. */
const OPEN: readonly PaymentStatus[] = ['RCVD', 'ACTC', 'PDNG', 'ACCP', 'ACSP']

/**
 * The status of a list whose items are authorised one by one. While any is open it is the least advanced of them; when
 * all are at their end: ACSC when all are paid, PART when some are, else the least final of what was said: of one that was
 * abandoned the bank may still tell that it is paid.
 * @param items at least one
 */
export function listStatus(items: readonly PaymentStatus[]): PaymentStatus {
  const has = (status: PaymentStatus) => items.includes(status)
  if (items.every((status) => status === 'INIT')) return 'INIT'
  if (items.every((status) => FINISHED.has(status))) {
    if (items.every((status) => status === 'ACSC')) return 'ACSC'
    if (has('ACSC')) return 'PART'
    return (['ABND', 'RJCT', 'BLOCKED', 'CANC'] as const).find(has) ?? 'ABND'
  }
  // Items that wait for their turn leave the list waiting for the payer.
  return has('INIT') ? 'RCVD' : (OPEN.find(has) ?? 'RCVD')
}

/** Statuses of an item that say nothing yet of what its list came to. */
const WAITING: ReadonlySet<PaymentStatus> = new Set(['INIT', 'RCVD', 'ACTC'])

/**
 * How an item is told. One that went with its list stands as the list does when that is at its end: its own row follows a
 * moment later, and nobody may take it for unpaid until then. Of a list that is partly paid an item that the bank has not
 * told of is still pending.
 */
export function itemStatus(
  list: { readonly status: PaymentStatus; readonly list_way: 'together' | 'one_by_one' | null },
  own: PaymentStatus,
): PaymentStatus {
  if (list.list_way === 'one_by_one' || !FINISHED.has(list.status)) return own
  if (list.status === 'PART') return WAITING.has(own) ? 'PDNG' : own
  return FINISHED.has(own) && own !== 'ABND' ? own : list.status
}
