/** The log of a partner's calls. */
import { Type } from 'typebox'
import { listOwnCalls } from '../../domain/portal/calls.ts'
import { route, type TableRoute } from '../route-table.ts'
import { ownPartnerId, Place } from './own.ts'

export const callRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/calls',
    act: 'own.read',
    summary: 'Calls of the last 14 days, the newest first.',
    query: Type.Object({
      outcome: Type.Optional(Type.Enum(['failed'])),
      route: Type.Optional(Type.String({ maxLength: 100 })),
      error_code: Type.Optional(Type.String({ maxLength: 60 })),
      trace_id: Type.Optional(Type.String({ pattern: '^[0-9a-fA-F-]{36}$' })),
      after: Place,
    }),
    handle: (call) => listOwnCalls(call.context, ownPartnerId(call), call.query),
  }),
]
