/** What is registered of a partner, to be read; and what its people tell of it. */
import { Type } from 'typebox'
import { NOTICE_KINDS, ownNotices, tellNotice } from '../../domain/portal/notices.ts'
import { route, type TableRoute } from '../route-table.ts'
import { ownPartner, ownPartnerId } from './own.ts'

export const profileRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/profile',
    act: 'own.read',
    summary: 'What is registered of the partner.',
    async handle(call) {
      const { client_id, name, type, status, redirect_urls, logo, colour, webhook_url, ...rest } = ownPartner(call)
      const { require_signed_requests, may_headless, may_flexible_url } = rest
      return {
        ...{
          client_id,
          name,
          type,
          status,
          redirect_urls,
          logo: logo ?? null,
          colour,
          webhook_url: webhook_url ?? null,
        },
        ...{ require_signed_requests, may_headless, may_flexible_url },
        requests_per_minute: rest.requests_per_minute ?? call.context.settings.PUNTE_PARTNER_RATE_PER_MINUTE,
      }
    },
  }),
  route({
    method: 'GET',
    path: '/notices',
    act: 'own.read',
    summary: 'What was told of the partner, and whether it has been taken over.',
    handle: async (call) => ({ notices: await ownNotices(call.context, ownPartnerId(call)) }),
  }),
  route({
    method: 'POST',
    path: '/notices',
    act: 'own.change',
    // Often what the suspension waits for.
    stays_open: 'suspended',
    summary: 'Tells that something has changed: a seat, a representative, an owner.',
    body: Type.Object({ kind: Type.Enum([...NOTICE_KINDS]), text: Type.String({ minLength: 1, maxLength: 8_000 }) }),
    handle: (call) =>
      tellNotice(call.acting, { partner_id: ownPartnerId(call), staff_id: call.session.staff_id }, call.body),
  }),
]
