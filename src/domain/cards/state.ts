/**
 * What an operation does to an order, purely: which transactions it may act on, the totals and the status it leaves. The
 * store writes only what this file has worked out, and only onto the version of the order that it was worked out from.
 */
import { currencyAmountText } from '../currency.ts'
import { PunteError } from '../errors.ts'
import type { FollowOnOperation, InitialOperation, Order, OrderStatus, Transaction, TransactionType } from './model.ts'

export type Totals = Pick<Order, 'amount_minor' | 'authorized_minor' | 'captured_minor' | 'refunded_minor'>
export type Standing = Totals & { readonly status: OrderStatus }

export const TYPE_OF: Readonly<Record<InitialOperation, TransactionType>> = {
  PAY: 'PAYMENT',
  AUTHORIZE: 'AUTHORIZATION',
  VERIFY: 'VERIFICATION',
}

/** What a success adds to an order's totals. `amount` is the transaction's; of a VOID: of what it voids. */
const EFFECTS: Readonly<Record<TransactionType, (totals: Totals, amount: number) => Totals>> = {
  VERIFICATION: (totals) => totals,
  AUTHORIZATION: (totals, amount) => ({ ...totals, authorized_minor: amount }),
  PAYMENT: (totals, amount) => ({ ...totals, authorized_minor: amount, captured_minor: amount }),
  CAPTURE: (totals, amount) => ({ ...totals, captured_minor: totals.captured_minor + amount }),
  REFUND: (totals, amount) => ({ ...totals, refunded_minor: totals.refunded_minor + amount }),
  AUTHORIZATION_UPDATE: (totals, amount) => ({ ...totals, amount_minor: amount, authorized_minor: amount }),
  VOID_AUTHORIZATION: (totals) => ({ ...totals, authorized_minor: 0 }),
  VOID_CAPTURE: (totals, amount) => ({ ...totals, captured_minor: totals.captured_minor - amount }),
  VOID_PAYMENT: (totals) => ({ ...totals, authorized_minor: 0, captured_minor: 0 }),
  VOID_REFUND: (totals, amount) => ({ ...totals, refunded_minor: totals.refunded_minor - amount }),
}

/** The order after a transaction of this type succeeded. @throws Error where totals would break: a fault of ours */
export function afterSuccess(totals: Totals, type: TransactionType, amount_minor: number): Standing {
  const after = totalsOf(EFFECTS[type](totals, amount_minor))
  const { authorized_minor: authorized, captured_minor: captured, refunded_minor: refunded } = after
  if (!(0 <= refunded && refunded <= captured && captured <= authorized))
    throw new Error(`${type} would break the totals of an order`)
  return { ...after, status: type === 'VERIFICATION' ? 'VERIFIED' : statusOf(after) }
}

/** The order after a transaction failed: an initial one leaves it FAILED, any other as it was. */
export function afterFailure(order: Standing, type: TransactionType): Standing {
  return { ...totalsOf(order), status: isInitial(type) ? 'FAILED' : order.status }
}

function totalsOf({ amount_minor, authorized_minor, captured_minor, refunded_minor }: Totals): Totals {
  return { amount_minor, authorized_minor, captured_minor, refunded_minor }
}

export function isInitial(type: TransactionType): boolean {
  return type === 'PAYMENT' || type === 'AUTHORIZATION' || type === 'VERIFICATION'
}

function statusOf({ authorized_minor, captured_minor, refunded_minor }: Totals): OrderStatus {
  if (authorized_minor === 0) return 'CANCELLED'
  if (refunded_minor > 0) return refunded_minor === captured_minor ? 'REFUNDED' : 'PARTIALLY_REFUNDED'
  if (captured_minor === 0) return 'AUTHORIZED'
  return captured_minor < authorized_minor ? 'PARTIALLY_CAPTURED' : 'CAPTURED'
}

/**
 * What the acquirer is to act upon: the message of `original`; `target` is what the merchant named or what is meant.
 */
export type FollowOnPlan = {
  readonly type: TransactionType
  readonly amount_minor: number
  readonly target: Transaction
  readonly original: Transaction
}

/**
 * Decides a CAPTURE, REFUND, VOID or UPDATE_AUTHORIZATION.
 *
 * @param transactions all of the order
 * @param amount_minor absent for a VOID
 * @throws PunteError NOTHING_TO_ACT_ON, AMOUNT_EXCEEDED, FIELD_INVALID (target)
 */
export function planFollowOn(
  operation: FollowOnOperation,
  order: Order,
  transactions: readonly Transaction[],
  asked: { readonly amount_minor?: number; readonly target_transaction_id?: string },
): FollowOnPlan {
  const standing = transactions.filter(({ result, voided_by }) => result === 'SUCCESS' && voided_by === null)
  const initial = standing.find(({ transaction_id }) => transaction_id === order.initial_transaction_id)
  if (operation === 'VOID') return planVoid(order, standing, asked.target_transaction_id)
  const target = asked.target_transaction_id
  const amount_minor = asked.amount_minor ?? 0
  const { authorized_minor, captured_minor, refunded_minor, currency } = order
  if (operation === 'REFUND') {
    const refundable = standing.filter(({ type }) => type === 'PAYMENT' || type === 'CAPTURE')
    if (initial === undefined || captured_minor === 0 || refundable.length === 0)
      throw nothing(operation, 'There is no captured amount to refund.')
    const meant = named(refundable, target) ?? initial
    const left_of_target = target === undefined ? captured_minor : meant.amount_minor - refundedOf(standing, meant)
    const most = Math.min(captured_minor - refunded_minor, left_of_target)
    requireWithin(amount_minor, most, currency)
    return { type: 'REFUND', amount_minor, target: meant, original: initial }
  }
  if (initial?.type !== 'AUTHORIZATION' || authorized_minor === 0)
    throw nothing(operation, 'There is no authorization to act on.')
  named([initial], target)
  if (operation === 'CAPTURE') {
    requireWithin(amount_minor, authorized_minor - captured_minor, currency)
    return { type: 'CAPTURE', amount_minor, target: initial, original: initial }
  }
  if (amount_minor < captured_minor)
    throw new PunteError('AMOUNT_EXCEEDED', {
      field: 'transaction.amount',
      text: `The authorization cannot be made less than what is captured of it (${currencyAmountText(captured_minor, currency)}).`,
    })
  return { type: 'AUTHORIZATION_UPDATE', amount_minor, target: initial, original: initial }
}

const VOIDS: Partial<Record<TransactionType, TransactionType>> = {
  AUTHORIZATION: 'VOID_AUTHORIZATION',
  CAPTURE: 'VOID_CAPTURE',
  PAYMENT: 'VOID_PAYMENT',
  REFUND: 'VOID_REFUND',
}

function planVoid(order: Order, standing: readonly Transaction[], target_id: string | undefined): FollowOnPlan {
  const voidable = standing.filter(({ type }) => VOIDS[type] !== undefined)
  if (voidable.length === 0) throw nothing('VOID', 'There is no transaction to void.')
  const target = named(voidable, target_id) ?? (voidable.at(-1) as Transaction)
  const type = VOIDS[target.type] as TransactionType
  const fault =
    (type === 'VOID_AUTHORIZATION' &&
      order.captured_minor > 0 &&
      'The authorization is captured; void the captures.') ||
    (type === 'VOID_PAYMENT' && order.refunded_minor > 0 && 'The payment is refunded; void the refunds.') ||
    (type === 'VOID_CAPTURE' &&
      (refundedOf(standing, target) > 0 || order.captured_minor - target.amount_minor < order.refunded_minor) &&
      'What is captured is refunded; void the refunds.')
  if (fault) throw nothing('VOID', fault)
  return { type, amount_minor: target.amount_minor, target, original: target }
}

/** What refunds that stand have taken back of one capture or payment, where they named it. */
function refundedOf(standing: readonly Transaction[], target: Transaction): number {
  return standing
    .filter((one) => one.type === 'REFUND' && one.target_transaction_id === target.transaction_id)
    .reduce((sum, { amount_minor }) => sum + amount_minor, 0)
}

function named(among: readonly Transaction[], target_id: string | undefined): Transaction | undefined {
  if (target_id === undefined) return undefined
  const found = among.find(({ transaction_id }) => transaction_id === target_id)
  if (found === undefined)
    throw new PunteError('FIELD_INVALID', {
      field: 'transaction.targetTransactionId',
      text: 'The order has no transaction of this id that the operation can act on.',
    })
  return found
}

function nothing(operation: FollowOnOperation, why: string): PunteError {
  return new PunteError('NOTHING_TO_ACT_ON', {
    field: 'apiOperation',
    text: `Value '${operation}' is invalid. ${why}`,
  })
}

function requireWithin(amount_minor: number, most: number, currency: string): void {
  if (amount_minor <= most) return
  throw new PunteError('AMOUNT_EXCEEDED', {
    field: 'transaction.amount',
    text: `Value '${currencyAmountText(amount_minor, currency)}' is invalid. At most ${currencyAmountText(most, currency)} is left of the order.`,
  })
}
