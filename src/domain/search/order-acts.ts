/** What staff do with an order by hand: ask the acquirer now, record its people's word, pay money back. */
import { hash } from 'node:crypto'
import type { JobTask } from '../../infra/jobs/worker.ts'
import { type Acting, recordAct } from '../audit/record.ts'
import type { Queries } from '../audit/store.ts'
import { followOn } from '../cards/follow-on.ts'
import type { FollowOnRequest } from '../cards/model.ts'
import { closeByWord, settleNow } from '../cards/settle.ts'
import { planFollowOn } from '../cards/state.ts'
import { loadWholeOrder, type WholeOrder } from '../cards/store.ts'
import type { Context } from '../context.ts'
import { currencyAmountText } from '../currency.ts'
import { PunteError } from '../errors.ts'
import { invalid } from '../partners/profile.ts'
import { inLine, queueOrderAct, refundsUnsaid } from './act-store.ts'
import { knownMerchant, unknownOrder } from './orders.ts'
import { onConnection } from './payment-acts.ts'

export type OrderName = { readonly merchant_id: string; readonly order_id: string }

/** Orders of two merchants may have one id: a subject is named by both. */
export const orderSubject = ({ merchant_id, order_id }: OrderName) => ({
  kind: 'order' as const,
  id: `${merchant_id}/${order_id}`,
})

async function wholeOrder(context: Context, { merchant_id, order_id }: OrderName): Promise<WholeOrder> {
  const { partner_id } = knownMerchant(context, merchant_id)
  const whole = await loadWholeOrder(context, { partner_id, order_id })
  if (whole === undefined) throw unknownOrder()
  return whole
}

/**
 * Asks the acquirer what became of the transaction under way, and records its word or reverses it, as the worker would.
 * @throws PunteError ORDER_UNKNOWN, NOTHING_TO_ASK
 */
export async function askAcquirerNow(context: Context & Acting, name: OrderName): Promise<{ status: string }> {
  const { order } = await wholeOrder(context, name)
  const { live_transaction_id: transaction_id, partner_id, order_id, status: before } = order
  if (transaction_id === null) throw new PunteError('NOTHING_TO_ASK')
  if (!(await settleNow(context, { partner_id, order_id, transaction_id }))) throw new PunteError('NOTHING_TO_ASK')
  const { status } = (await wholeOrder(context, name)).order
  await recordAct(context.db, context.actor, {
    act: 'order.ask',
    subject: orderSubject(name),
    before: { status: before },
    after: { status },
  })
  return { status }
}

/**
 * What of an order a refund rests on.
 * @throws PunteError ORDER_UNKNOWN, NOTHING_TO_ACT_ON, AMOUNT_EXCEEDED, FIELD_INVALID
 */
export async function lookAtRefund(
  context: Context,
  db: Queries,
  asked: OrderName & { readonly amount_minor: number },
) {
  if (!Number.isSafeInteger(asked.amount_minor) || asked.amount_minor < 1)
    throw invalid('amount_minor', 'must be more than nothing')
  const subject_id = orderSubject(asked).id
  await inLine(db, subject_id)
  // In this order: the worker waits in no line, and a refund that it ends in between must not be missed by both readings.
  const unsaid = await refundsUnsaid(db, subject_id)
  const { order, transactions } = await wholeOrder(onConnection(context, db), asked)
  const done = new Set(transactions.map(({ transaction_id }) => transaction_id))
  const to_come = unsaid.filter(({ transaction_id }) => !done.has(transaction_id))
  const agreed_minor = to_come.reduce((sum, { amount_minor }) => sum + amount_minor, 0)
  planFollowOn('REFUND', order, transactions, { amount_minor: asked.amount_minor })
  const { captured_minor, refunded_minor, currency } = order
  const left_minor = captured_minor - refunded_minor - agreed_minor
  if (asked.amount_minor > left_minor) {
    const amount = (minor: number) => `${currencyAmountText(Math.max(minor, 0), currency)} ${currency}`
    const text = `${amount(agreed_minor)} are agreed on and not paid back yet: at most ${amount(left_minor)} are left.`
    throw new PunteError('AMOUNT_EXCEEDED', { field: 'amount_minor', text })
  }
  return { captured_minor, refunded_minor, currency, ...(agreed_minor > 0 && { agreed_minor }) }
}

/** What of an order a closing rests on. @throws PunteError ORDER_UNKNOWN, NOTHING_TO_CLOSE */
export async function lookAtUnsaid(context: Context, db: Queries, name: OrderName) {
  const { order, transactions } = await wholeOrder(onConnection(context, db), name)
  const live = transactions.find(({ transaction_id }) => transaction_id === order.live_transaction_id)
  if (live === undefined || live.state === 'done') throw new PunteError('NOTHING_TO_CLOSE')
  const { transaction_id, type, amount_minor, currency } = live
  return { transaction_id, type, amount_minor, currency }
}

/** What two people agreed on; the worker does it, for the acquirer has to be asked. */
export type OrderAct = OrderName & { readonly approval_id: number } & (
    | { readonly kind: 'refund'; readonly amount_minor: number }
    | { readonly kind: 'close'; readonly transaction_id: string; readonly is_success: boolean }
  )

/** @param db the connection of the transaction in which it is approved: agreed and queued are one */
export async function queueOrderActIn(context: Context, db: Queries, act: OrderAct) {
  await queueOrderAct(db, act, context.clock.now())
  const { merchant_id: _, order_id: __, approval_id: ___, ...after } = act
  return { after }
}

/** For the worker. */
export function orderTasks(context: Context): Record<'order_act', JobTask> {
  return { order_act: (payload, { last_attempt }) => doOrderAct(context, payload as OrderAct, last_attempt) }
}

/**
 * As the worker does it: again and again with the same effect. What comes of it is on record.
 * @param is_last the queue will not try again: what fails then has failed
 */
export async function doOrderAct(context: Context, act: OrderAct, is_last = false): Promise<void> {
  const { approval_id, kind } = act
  const told = { act: kind === 'refund' ? 'order.refunded' : 'order.closed', subject: orderSubject(act) } as const
  try {
    const after = kind === 'refund' ? await refund(context, act) : await close(context, act)
    await recordAct(context.db, undefined, { ...told, after: { approval_id, ...after } })
  } catch (error) {
    // Refused for good: what was agreed on does not fit the order any more. Else the queue tries again.
    const code = error instanceof PunteError ? error.code : 'INTERNAL'
    const may_succeed = code === 'SERVER_BUSY' || code === 'INTERNAL'
    if (may_succeed && !is_last) throw error
    await recordAct(context.db, undefined, { ...told, outcome: 'refused', after: { approval_id, code } })
    if (may_succeed) throw error
  }
}

type Refund = OrderAct & { readonly kind: 'refund' }

async function refund(context: Context, act: Refund) {
  const { order } = await wholeOrder(context, act)
  const { transaction } = await followOn(context, refundRequest(context, act, order.currency))
  const { transaction_id, result, gateway_code, amount_minor } = transaction
  return { transaction_id, result, gateway_code, amount_minor }
}

/** Of the card API whose answers show such a transaction. */
const API_VERSION = 100

/** The same approval is the same request: run twice it is one refund. */
function refundRequest(context: Context, act: Refund, currency: string): FollowOnRequest {
  const { approval_id, merchant_id, order_id, amount_minor } = act
  return {
    merchant: knownMerchant(context, merchant_id),
    order_id,
    transaction_id: `office-${approval_id}`,
    api_version: API_VERSION,
    request_hash: hash('sha256', `office refund ${approval_id} ${amount_minor}`, 'buffer'),
    details: {},
    operation: 'REFUND',
    amount: currencyAmountText(amount_minor, currency),
    currency,
  }
}

async function close(context: Context, act: OrderAct & { readonly kind: 'close' }) {
  const { transaction_id, is_success, order_id, approval_id } = act
  const { partner_id } = knownMerchant(context, act.merchant_id)
  // Why stands with the proposal, sealed.
  const word = { approved: is_success, reason: `approval ${approval_id}` }
  if (!(await closeByWord(context, { partner_id, order_id, transaction_id }, word)))
    throw new PunteError('NOTHING_TO_CLOSE')
  return { transaction_id, is_success }
}
