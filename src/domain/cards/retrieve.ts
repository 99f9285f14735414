/** What is stored, for answers: one transaction, an order with all of its, and the stored result of a request made again. */
import { timingSafeEqual } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadAgreement } from '../agreements/store.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { openForMerchant } from '../vault/data-keys.ts'
import type { Details, Order, OrderView, Transaction, TransactionView } from './model.ts'
import { isInitial } from './state.ts'
import { loadOrder, loadTransaction, loadWholeOrder, MAX_TRANSACTIONS } from './store.ts'

export type OrderName = { readonly merchant: Merchant; readonly order_id: string }
export type TransactionName = OrderName & { readonly transaction_id: string }

/** How often, and how long, the second of two identical requests looks for the first one's result. */
const LOOK_AGAIN_MS = 50
const MOST_LOOKS = 600

/** Name of what a transaction's sealed details are about; ids may hold anything, hence the lengths. */
export const detailsAbout = (order_id: string, transaction_id: string): string =>
  `card_transactions.details:${order_id.length}:${order_id}:${transaction_id}`

/** @throws PunteError ORDER_UNKNOWN, TRANSACTION_UNKNOWN; another merchant's is unknown here */
export async function retrieveTransaction(context: Context, name: TransactionName): Promise<TransactionView> {
  const view = await viewTransaction(context, name)
  if (view !== undefined) return view
  const order = await loadOrder(context, { partner_id: name.merchant.partner_id, order_id: name.order_id })
  if (order === undefined) throw unknownOrder(name)
  throw new PunteError('TRANSACTION_UNKNOWN', {
    text: `Unable to find transaction ${name.transaction_id} of order ${name.order_id} for merchant ${name.merchant.merchant_id}`,
  })
}

/** @throws PunteError ORDER_UNKNOWN */
export async function retrieveOrder(context: Context, name: OrderName): Promise<OrderView> {
  const { merchant } = name
  const whole = await loadWholeOrder(context, { partner_id: merchant.partner_id, order_id: name.order_id }, true)
  if (whole === undefined) throw unknownOrder(name)
  const { order, transactions: rows } = whole
  const transactions: TransactionView[] = []
  const details = new Map<string, Details>()
  for (const row of rows.slice(0, MAX_TRANSACTIONS)) details.set(row.transaction_id, await openDetails(context, row))
  const types = new Map<string | null, Pick<TransactionView, 'agreement_type'>>()
  for (const transaction of rows.slice(0, MAX_TRANSACTIONS)) {
    const initial = isInitial(transaction.type)
      ? transaction
      : (rows.find(({ transaction_id }) => transaction_id === order.initial_transaction_id) ?? transaction)
    if (!types.has(initial.agreement_id)) types.set(initial.agreement_id, await agreementTypeOf(context, initial))
    transactions.push({
      merchant,
      order,
      transaction,
      details: details.get(transaction.transaction_id) ?? {},
      initial: { transaction: initial, details: details.get(initial.transaction_id) ?? {} },
      ...types.get(initial.agreement_id),
    })
  }
  return { merchant, order, transactions }
}

/**
 * The stored result of the identical request, if it was made before. One that is under way is waited for.
 * @throws PunteError TRANSACTION_CONFLICT where the ids name another request's transaction
 */
export async function findStored(
  context: Context,
  request: TransactionName & { readonly request_hash: Buffer },
): Promise<TransactionView | undefined> {
  const { merchant, order_id, transaction_id } = request
  for (let looks = 1; ; looks += 1) {
    const found = await loadTransaction(context, { partner_id: merchant.partner_id, order_id, transaction_id })
    if (found === undefined) return undefined
    if (!timingSafeEqual(found.request_hash, request.request_hash))
      throw new PunteError('TRANSACTION_CONFLICT', { field: 'transaction.id' })
    if (found.state !== 'submitted' || looks >= MOST_LOOKS) return viewTransaction(context, request)
    await sleep(LOOK_AGAIN_MS)
  }
}

export async function viewTransaction(context: Context, name: TransactionName): Promise<TransactionView | undefined> {
  const { merchant, order_id, transaction_id } = name
  const key = { partner_id: merchant.partner_id, order_id, transaction_id }
  const [order, transaction] = await Promise.all([loadOrder(context, key), loadTransaction(context, key)])
  if (order === undefined || transaction === undefined) return undefined
  const details = await openDetails(context, transaction)
  const initial = await initialOf(context, order, { transaction, details })
  return { merchant, order, transaction, details, initial, ...(await agreementTypeOf(context, initial.transaction)) }
}

async function initialOf(
  context: Context,
  order: Order,
  own: TransactionView['initial'],
): Promise<TransactionView['initial']> {
  if (isInitial(own.transaction.type)) return own
  const found = await loadTransaction(context, { ...order, transaction_id: order.initial_transaction_id })
  return found === undefined ? own : { transaction: found, details: await openDetails(context, found) }
}

/** The type of the agreement an initial transaction was made under. */
export async function agreementTypeOf(
  context: Context,
  { partner_id, agreement_id }: Transaction,
): Promise<Pick<TransactionView, 'agreement_type'>> {
  if (agreement_id === null) return {}
  const agreement = await loadAgreement(context, { partner_id, agreement_id })
  return agreement === undefined ? {} : { agreement_type: agreement.type }
}

export async function openDetails(context: Context, transaction: Transaction): Promise<Details> {
  const { partner_id, order_id, transaction_id, details_enc } = transaction
  if (details_enc === null) return {}
  return JSON.parse(await openForMerchant(context, partner_id, details_enc, detailsAbout(order_id, transaction_id)))
}

export function unknownOrder({ merchant, order_id }: OrderName): PunteError {
  return new PunteError('ORDER_UNKNOWN', {
    text: `Unable to find order ${order_id} for merchant ${merchant.merchant_id}`,
  })
}
