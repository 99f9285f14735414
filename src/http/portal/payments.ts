/** A partner's payments. */
import { Type } from 'typebox'
import { PAYMENT_STATUSES } from '../../domain/initiation/state.ts'
import { listOwnPayments, showOwnPayment, standingOf } from '../../domain/portal/payments.ts'
import { route, type TableRoute } from '../route-table.ts'
import { Digits, ownPartner, ownPartnerId, Place } from './own.ts'

const Day = Type.Optional(Type.String({ pattern: '^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' }))
const Minor = Type.Optional(Type.Integer({ minimum: 0, maximum: 99_999_999_999 }))

export const paymentRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/standing',
    act: 'own.read',
    summary: 'What happened in the last 24 hours, and what waits.',
    async handle(call) {
      const { client_id, name, type, status, webhook_url } = ownPartner(call)
      const standing = await standingOf(call.context, ownPartnerId(call))
      return { client_id, name, type, status, has_webhook_url: webhook_url !== undefined, ...standing }
    },
  }),
  route({
    method: 'POST',
    path: '/payments/search',
    act: 'own.read',
    summary: 'Payments by filters, the newest first. A POST, since what is looked for may be the id of a person.',
    body: Type.Object({
      payment_id: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
      kind: Type.Optional(Type.Enum(['single', 'list', 'item', 'recurring'])),
      statuses: Type.Optional(Type.Array(Type.Enum([...PAYMENT_STATUSES]), { maxItems: PAYMENT_STATUSES.length })),
      from: Day,
      until: Day,
      min_minor: Minor,
      max_minor: Minor,
      reference: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
      agreement_id: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
      after: Place,
    }),
    handle: (call) => listOwnPayments(call.context, ownPartnerId(call), call.body),
  }),
  route({
    method: 'GET',
    path: '/payments/:payment_id',
    act: 'own.read',
    summary: 'One payment: its terms, states, webhooks, and the calls about it.',
    params: Type.Object({ payment_id: Digits }),
    handle: (call) =>
      showOwnPayment(call.context, { partner_id: ownPartnerId(call), payment_id: Number(call.params.payment_id) }),
  }),
]
