/**
 * CAPTURE, REFUND, VOID and UPDATE_AUTHORIZATION: what is done with an order that was charged. As in charge.ts: decided from
 * what was seen, written onto just that, sent, recorded.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AcquirerConnector, FollowOnMessage } from '../../infra/acquirers/connector.ts'
import { checkSeriesAmount } from '../agreements/rules.ts'
import { loadAgreement } from '../agreements/store.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { sealForMerchant } from '../vault/data-keys.ts'
import { readAmount } from './amount.ts'
import { claimFollowOn, type Submission } from './claim-store.ts'
import type { FollowOnRequest, Order, TransactionView } from './model.ts'
import { agreementTypeOf, detailsAbout, findStored, openDetails, unknownOrder, viewTransaction } from './retrieve.ts'
import { connectorOf, linkNumbered, linkOf, type Sent, send, sweepAt, transactionOf } from './send.ts'
import { type FollowOnPlan, planFollowOn } from './state.ts'
import { loadWholeOrder, MAX_TRANSACTIONS, type WholeOrder } from './store.ts'

const TRIES = 8
const LOOK_AGAIN_MS = 25
/** Looks at an order that another transaction of it holds up, two seconds of them, before the merchant is told to come again. */
const BUSY_LOOKS = 80

/**
 * @returns the transaction with its result; the identical request again returns the stored one
 * @throws PunteError ORDER_UNKNOWN (another merchant's as well), NOTHING_TO_ACT_ON, AMOUNT_EXCEEDED, FIELD_INVALID, …
 */
export async function followOn(context: Context, request: FollowOnRequest): Promise<TransactionView> {
  const { merchant, order_id, transaction_id } = request
  const key = { partner_id: merchant.partner_id, order_id }
  let busy = 0
  for (let tries = 1; tries <= TRIES; ) {
    const whole = await loadWholeOrder(context, key)
    if (whole === undefined) throw unknownOrder(request)
    const { order, transactions } = whole
    if (transactions.some((one) => one.transaction_id === transaction_id)) {
      const stored = await findStored(context, request)
      if (stored !== undefined) return stored
    }
    if (order.live_transaction_id !== null) {
      const live = transactions.find((one) => one.transaction_id === order.live_transaction_id)
      busy += 1
      // What is unknown may take minutes to be settled.
      if (live?.state === 'unknown' || busy >= BUSY_LOOKS) break
      await sleep(LOOK_AGAIN_MS)
      continue
    }
    const plan = await decide(context, request, whole)
    if (await claimFollowOn(context, plan.submission, order.version_no)) return carryOut(context, request, whole, plan)
    tries += 1
  }
  throw new PunteError('SERVER_BUSY', { retry_after_s: 5 })
}

type Plan = {
  readonly submission: Submission
  readonly connector: AcquirerConnector
  readonly message: FollowOnMessage
  readonly sent: Sent
}

async function decide(context: Context, request: FollowOnRequest, { order, transactions }: WholeOrder): Promise<Plan> {
  if (transactions.length >= MAX_TRANSACTIONS)
    throw new PunteError('OPERATION_NOT_PERMITTED', { text: `An order has at most ${MAX_TRANSACTIONS} transactions.` })
  const asked = amountAsked(request, order)
  const { target_transaction_id } = request
  const follow = planFollowOn(request.operation, order, transactions, {
    ...(asked !== undefined && { amount_minor: asked }),
    ...(target_transaction_id !== undefined && { target_transaction_id }),
  })
  if (follow.type === 'AUTHORIZATION_UPDATE') await requireTerms(context, order, follow.amount_minor)
  const { merchant, order_id, transaction_id } = request
  const link = linkNumbered(merchant, follow.original.link_no)
  const connector = connectorOf(context, link)
  const submission = await submissionOf(context, request, order, follow, connector)
  const { reference, acquirer_transaction_id } = follow.original
  return {
    submission,
    connector,
    message: {
      reference: submission.reference,
      link: linkOf(link),
      amount_minor: follow.amount_minor,
      currency: order.currency,
      original: { reference, ...(acquirer_transaction_id !== null && { acquirer_transaction_id }) },
    },
    sent: {
      partner_id: merchant.partner_id,
      order_id,
      transaction_id,
      type: follow.type,
      amount_minor: follow.amount_minor,
      order,
      token: null,
      target_transaction_id: follow.target.transaction_id,
      series: 'none',
    },
  }
}

/** What an agreement does not allow to be authorised at once it does not allow afterwards either. */
async function requireTerms(context: Context, order: Order, amount_minor: number): Promise<void> {
  const { partner_id, agreement_id, currency } = order
  if (agreement_id === null) return
  const agreement = await loadAgreement(context, { partner_id, agreement_id })
  if (agreement !== undefined) checkSeriesAmount(agreement, { amount_minor, currency }, 'transaction.amount')
}

/** @throws PunteError where the currency is not the order's, or the amount is none */
function amountAsked({ operation, amount, currency }: FollowOnRequest, order: Order): number | undefined {
  if (currency !== undefined && currency !== order.currency)
    throw new PunteError('FIELD_INVALID', {
      field: 'transaction.currency',
      text: `Value '${currency}' is invalid. The currency of the order is ${order.currency}.`,
    })
  if (operation === 'VOID') return undefined
  if (amount === undefined) throw new PunteError('FIELD_REQUIRED', { field: 'transaction.amount' })
  return readAmount(amount, order.currency, 'transaction.amount')
}

async function submissionOf(
  context: Context,
  request: FollowOnRequest,
  order: Order,
  plan: FollowOnPlan,
  connector: AcquirerConnector,
): Promise<Submission> {
  const { merchant, order_id, transaction_id, details } = request
  const now = context.clock.now()
  const about = detailsAbout(order_id, transaction_id)
  const empty = Object.keys(details).length === 0
  return {
    partner_id: merchant.partner_id,
    order_id,
    transaction_id,
    at: now,
    type: plan.type,
    request_hash: request.request_hash,
    amount_minor: plan.amount_minor,
    currency: order.currency,
    source: plan.original.source,
    target_transaction_id: plan.target.transaction_id,
    api_version: request.api_version,
    reference: randomUUID(),
    link_no: plan.original.link_no,
    details_enc: empty ? null : await sealForMerchant(context, merchant.partner_id, JSON.stringify(details), about),
    order_amount_minor: order.amount_minor,
    ask_at: sweepAt(now, connector),
    card: null,
  }
}

async function carryOut(
  context: Context,
  request: FollowOnRequest,
  { order, transactions }: WholeOrder,
  plan: Plan,
): Promise<TransactionView> {
  const { connector, message } = plan
  const ask = {
    CAPTURE: connector.capture,
    REFUND: connector.refund,
    VOID: connector.void,
    UPDATE_AUTHORIZATION: connector.updateAuthorization,
  }[request.operation]
  const ended = await send(context, plan.sent, () => ask(message))
  const first = transactions.find(({ transaction_id }) => transaction_id === order.initial_transaction_id)
  if (ended === undefined || first === undefined) {
    // A sweep was faster (this process had stood still): what it wrote is what happened.
    const stored = await viewTransaction(context, request)
    if (stored === undefined) throw new PunteError('INTERNAL', { detail: 'a submitted card transaction is gone' })
    return stored
  }
  const live_transaction_id = ended.transaction.state === 'done' ? null : request.transaction_id
  return {
    merchant: request.merchant,
    order: { ...order, version_no: order.version_no + 2, live_transaction_id, ...ended.order },
    transaction: transactionOf(plan.submission, ended),
    details: request.details,
    initial: { transaction: first, details: await openDetails(context, first) },
    ...(await agreementTypeOf(context, first)),
  }
}
