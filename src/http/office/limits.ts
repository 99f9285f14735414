/** Limits of a partner: what it estimated, what is measured, its levels. */
import { Type } from 'typebox'
import { LimitChanges, LimitProposal } from '../../domain/four-eyes/proposals.ts'
import { proposeAct } from '../../domain/four-eyes/propose.ts'
import { setLimits, showLimits } from '../../domain/limits/manage.ts'
import { showPartner } from '../../domain/partners/manage.ts'
import { route, type TableRoute } from '../route-table.ts'
import { REASON } from './approvals.ts'
import { Partner } from './partners.ts'

const level = Type.Union([Type.Integer({ minimum: 0 }), Type.Null()])
const Seen = Type.Record(
  Type.String({ maxLength: 40 }),
  Type.Object({ estimate: level, warn_level: level, block_level: level }, { additionalProperties: false }),
)

export const limitRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/partners/:client_id/limits',
    act: 'partner.read',
    summary: 'Of each indicator the estimate, the levels, and what was measured today and on each of 30 days.',
    params: Partner,
    async handle({ acting, params }) {
      const { partner_id, name } = await showPartner(acting, params.client_id)
      return { name, limits: await showLimits(acting, partner_id) }
    },
  }),
  route({
    method: 'PUT',
    path: '/partners/:client_id/limits',
    act: 'limit.lower',
    summary: 'Changes levels at once, where none of them allows more than before.',
    params: Partner,
    body: Type.Object({ changes: LimitChanges, seen: Seen }),
    handle: ({ acting, params, body }) =>
      setLimits(acting, params.client_id, body.changes, { seen: body.seen, only_lower: true }),
  }),
  route({
    method: 'POST',
    path: '/partners/:client_id/limits/raise',
    act: 'limit.raise',
    summary: 'Proposes levels that allow more than before, or none.',
    params: Partner,
    body: Type.Object({ ...LimitProposal.properties, reason: REASON }),
    handle({ acting, session, params, body, reply }) {
      reply.code(202)
      const { changes, reason } = body
      const subject = { kind: 'partner', id: params.client_id } as const
      return proposeAct(acting, session, { act: 'limit.raise', subject, input: { changes }, reason })
    },
  }),
]
