/** Acts that take two people: what waits, and the second person's word. Proposing is done where the subject is. */
import { Type } from 'typebox'
import { approveAct } from '../../domain/four-eyes/approve.ts'
import { installationKeys } from '../../domain/four-eyes/key-rotation.ts'
import { KeyProposal } from '../../domain/four-eyes/proposals.ts'
import { proposeAct } from '../../domain/four-eyes/propose.ts'
import { countProposals, listProposals, showProposal } from '../../domain/four-eyes/waiting.ts'
import { refuse, withdraw } from '../../domain/staff/approvals.ts'
import { route, type TableRoute } from '../route-table.ts'

const NUMBER = Type.String({ pattern: '^[1-9][0-9]{0,9}$' })
const One = Type.Object({ approval_id: NUMBER })
export const REASON = Type.String({ minLength: 1, maxLength: 1000 })

export const approvalRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/approvals/waiting',
    act: 'session',
    summary: 'How many proposals wait for whoever asks, and how many of his own wait for others.',
    handle: ({ acting, session }) => countProposals(acting, session),
  }),
  route({
    method: 'GET',
    path: '/approvals',
    act: 'approval.read',
    summary:
      'Proposals, a page at a time: those that wait, the oldest first, or those that are over, the newest first.',
    query: Type.Object({
      state: Type.Optional(Type.Enum(['waiting', 'past'])),
      before: Type.Optional(NUMBER),
      after: Type.Optional(NUMBER),
      case_id: Type.Optional(NUMBER),
    }),
    handle: ({ acting, session, query }) =>
      listProposals(acting, session, {
        state: query.state ?? 'waiting',
        ...(query.before !== undefined && { before: Number(query.before) }),
        ...(query.after !== undefined && { after: Number(query.after) }),
        ...(query.case_id !== undefined && { subject: { kind: 'case', id: query.case_id } }),
      }),
  }),
  route({
    method: 'GET',
    path: '/approvals/:approval_id',
    act: 'approval.read',
    summary: 'One proposal: what it would do, what was seen when it was made, and what stands in its way.',
    params: One,
    handle: ({ acting, session, params }) => showProposal(acting, session, Number(params.approval_id)),
  }),
  route({
    method: 'POST',
    path: '/approvals/:approval_id/approval',
    act: 'approval.decide',
    summary: 'Approves what somebody else proposed; it is done at once.',
    params: One,
    handle: ({ acting, session, params }) => approveAct(acting, session, Number(params.approval_id)),
  }),
  route({
    method: 'POST',
    path: '/approvals/:approval_id/refusal',
    act: 'approval.decide',
    summary: 'Refuses what somebody else proposed.',
    params: One,
    handle: ({ acting, session, params }) => refuse(acting, session, Number(params.approval_id)),
  }),
  route({
    method: 'POST',
    path: '/approvals/:approval_id/withdrawal',
    act: 'approval.decide',
    summary: 'Takes back what whoever calls has proposed.',
    params: One,
    handle: ({ acting, session, params }) => withdraw(acting, session, Number(params.approval_id)),
  }),
  route({
    method: 'GET',
    path: '/keys',
    act: 'key.rotate',
    summary: 'Which keys the installation has, and since when; never the keys themselves.',
    handle: async ({ acting }) => ({ keys: installationKeys(acting) }),
  }),
  route({
    method: 'POST',
    path: '/keys/rotation',
    act: 'key.rotate',
    summary: 'Proposes a new key in the place of the active one.',
    body: Type.Object({ ...KeyProposal.properties, reason: REASON }),
    handle({ acting, session, body, reply }) {
      reply.code(202)
      const { kind, reason } = body
      return proposeAct(acting, session, {
        act: 'key.rotate',
        subject: { kind: 'key', id: kind },
        input: { kind },
        reason,
      })
    },
  }),
]
