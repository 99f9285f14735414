/** A partner's webhooks: deliveries, telling again, the secret that signs them. */
import { Type } from 'typebox'
import { renewWebhookSecret } from '../../domain/partners/manage.ts'
import { listOwnDeliveries, redeliverFailed, redeliverOwn } from '../../domain/portal/webhooks.ts'
import { route, type TableRoute } from '../route-table.ts'
import { Digits, ownPartner, ownPartnerId, Place } from './own.ts'

export const webhookRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/webhooks',
    act: 'own.read',
    summary: 'Deliveries, those of the newest payments first.',
    query: Type.Object({
      state: Type.Optional(Type.Enum(['pending', 'delivered', 'failed'])),
      payment_id: Type.Optional(Digits),
      after: Place,
    }),
    async handle(call) {
      const { payment_id, ...query } = call.query
      const { webhook_url, webhook_secret } = ownPartner(call)
      const page = await listOwnDeliveries(call.context, ownPartnerId(call), {
        ...query,
        ...(payment_id !== undefined && { payment_id: Number(payment_id) }),
      })
      return { ...page, webhook_url: webhook_url ?? null, has_secret: webhook_secret !== undefined }
    },
  }),
  route({
    method: 'POST',
    path: '/webhooks/:payment_id/:event_no/redeliver',
    act: 'own.change',
    // It tells of payments that there are already, at the address that is registered: nothing new comes of it.
    stays_open: 'ended',
    summary: 'Tells one event again, with a fresh 72 hours.',
    params: Type.Object({ payment_id: Digits, event_no: Type.String({ pattern: '^[1-9][0-9]{0,8}$' }) }),
    handle: (call) =>
      redeliverOwn(call.acting, {
        partner_id: ownPartnerId(call),
        payment_id: Number(call.params.payment_id),
        event_no: Number(call.params.event_no),
      }),
  }),
  route({
    method: 'POST',
    path: '/webhooks/redeliver-failed',
    act: 'own.change',
    stays_open: 'ended',
    summary: 'Tells all that has failed again, the oldest thousand at a time.',
    handle: (call) => redeliverFailed(call.acting, ownPartner(call)),
  }),
  route({
    method: 'POST',
    path: '/webhooks/secret',
    act: 'own.change',
    summary: 'A new secret of the webhooks, shown this once.',
    handle: async (call) => ({ secret: await renewWebhookSecret(call.acting, ownPartner(call).client_id) }),
  }),
]
