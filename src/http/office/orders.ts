/** Orders of the card rail: found, one with its transactions and timeline, and what staff do with it by hand. */
import { Type } from 'typebox'
import { PunteError } from '../../domain/errors.ts'
import { explainOrder } from '../../domain/explain/order.ts'
import { proposeAct } from '../../domain/four-eyes/propose.ts'
import { askAcquirerNow, orderSubject } from '../../domain/search/order-acts.ts'
import { knownMerchant, searchOrders, showOrder } from '../../domain/search/orders.ts'
import { mayDo } from '../../domain/staff/roles.ts'
import { route, type TableRoute } from '../route-table.ts'
import { REASON } from './approvals.ts'
import { PAGED } from './payments.ts'

const text = (maxLength: number) => Type.Optional(Type.String({ maxLength }))

/** As they stand in an address. */
export const OrderFilters = {
  merchant: text(40),
  order_id: text(40),
  status: text(200),
  currency: text(3),
  amount_from: text(20),
  amount_to: text(20),
  from: text(10),
  to: text(10),
  agreement_id: text(100),
  token_suffix: text(40),
}

const id = Type.String({ minLength: 1, maxLength: 40 })
const One = Type.Object({ merchant_id: id, order_id: id })
const Amount = Type.Integer({ minimum: 1, maximum: 999_999_999_999_999 })

export const orderRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/orders',
    act: 'order.read',
    summary: 'Orders that fit all that is asked, the newest first.',
    query: Type.Object({ ...OrderFilters, ...PAGED }),
    handle: ({ acting, query }) => searchOrders(acting, query),
  }),
  route({
    method: 'GET',
    path: '/orders/:merchant_id/:order_id',
    act: 'order.read',
    summary: 'One order with its transactions.',
    params: One,
    handle: ({ acting, session, params }) =>
      showOrder(acting, { ...params, shows_last_four: mayDo(session.role, 'card.last-four') }),
  }),
  route({
    method: 'GET',
    path: '/orders/:merchant_id/:order_id/timeline',
    act: 'order.read',
    summary: 'What happened to it, in order.',
    params: One,
    async handle({ acting, session, params }) {
      const merchant = knownMerchant(acting, params.merchant_id)
      const told = await explainOrder(acting, { merchant, order_id: params.order_id })
      if (told === undefined) throw new PunteError('ORDER_UNKNOWN')
      return mayDo(session.role, 'card.last-four') ? told : JSON.parse(withoutDigits(JSON.stringify(told)))
    },
  }),
  route({
    method: 'POST',
    path: '/orders/:merchant_id/:order_id/question',
    act: 'order.ask',
    summary: 'Asks the acquirer now what became of the transaction under way.',
    params: One,
    handle: ({ acting, params }) => askAcquirerNow(acting, params),
  }),
  route({
    method: 'POST',
    path: '/orders/:merchant_id/:order_id/refund',
    act: 'order.refund',
    summary: 'Proposes to pay back an amount, in minor units, of what is captured and not refunded yet.',
    params: One,
    body: Type.Object({ amount_minor: Amount, reason: REASON }),
    handle({ acting, session, params, body, reply }) {
      reply.code(202)
      const { amount_minor, reason } = body
      const input = { ...params, amount_minor }
      return proposeAct(acting, session, { act: 'order.refund', subject: orderSubject(params), input, reason })
    },
  }),
  route({
    method: 'POST',
    path: '/orders/:merchant_id/:order_id/closing',
    act: 'order.close',
    summary: 'Proposes to end the transaction under way by word of the acquirer.',
    params: One,
    body: Type.Object({ is_success: Type.Boolean(), reason: REASON }),
    handle({ acting, session, params, body, reply }) {
      reply.code(202)
      const { is_success, reason } = body
      const input = { ...params, is_success }
      return proposeAct(acting, session, { act: 'order.close', subject: orderSubject(params), input, reason })
    },
  }),
]

/** Masked card numbers as a timeline writes them (first six, x, last four) without their last four. */
const withoutDigits = (told: string): string => told.replace(/\b(\d{6}x{3,9})\d{4}\b/g, '$1')
