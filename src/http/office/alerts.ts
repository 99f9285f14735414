/** Alerts of limits: what waits, and what staff do with each. */
import { Type } from 'typebox'
import { countAlerts, searchAlerts } from '../../domain/limits/alert-store.ts'
import { closeAlert, commentAlert, showAlert, takeAlert } from '../../domain/limits/alerts.ts'
import { INDICATORS } from '../../domain/limits/indicators.ts'
import { route, type TableRoute } from '../route-table.ts'

const PAGE = 50
const NUMBER = Type.String({ pattern: '^[1-9][0-9]{0,14}$' })
const One = Type.Object({ alert_id: NUMBER })
const COMMENT = Type.String({ minLength: 1, maxLength: 4000 })
const STATES = { open: ['open'], taken: ['taken'], closed: ['closed'], unclosed: ['open', 'taken'] } as const

export const alertRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/alerts/open',
    act: 'alert.read',
    summary: 'How many alerts nobody has taken, how many are taken, and by whoever asks.',
    handle: ({ acting, session }) => countAlerts(acting, session.user_name),
  }),
  route({
    method: 'GET',
    path: '/alerts',
    act: 'alert.read',
    summary: 'Alerts, the newest first.',
    query: Type.Object({
      state: Type.Optional(Type.Enum(['open', 'taken', 'closed', 'unclosed', 'all'])),
      outcome: Type.Optional(Type.Enum(['warn', 'block'])),
      indicator: Type.Optional(Type.Enum(INDICATORS.map(({ indicator }) => indicator))),
      client_id: Type.Optional(Type.String({ maxLength: 64 })),
      mine: Type.Optional(Type.Enum(['yes'])),
      before: Type.Optional(NUMBER),
    }),
    async handle({ acting, session, query }) {
      const { state = 'unclosed', mine, before, ...wanted } = query
      const filters = {
        ...wanted,
        states: state === 'all' ? (['open', 'taken', 'closed'] as const) : STATES[state],
        ...(mine !== undefined && { taken_by: session.user_name }),
        ...(before !== undefined && { before: Number(before) }),
      }
      const found = await searchAlerts(acting, filters, PAGE + 1)
      return { alerts: found.slice(0, PAGE), has_more: found.length > PAGE }
    },
  }),
  route({
    method: 'GET',
    path: '/alerts/:alert_id',
    act: 'alert.read',
    summary: 'One alert with what staff said of it.',
    params: One,
    handle: ({ acting, params }) => showAlert(acting, Number(params.alert_id)),
  }),
  route({
    method: 'POST',
    path: '/alerts/:alert_id/taking',
    act: 'alert.handle',
    summary: 'Takes it: whoever calls looks into it.',
    params: One,
    handle: ({ acting, session, params }) => takeAlert(acting, Number(params.alert_id), session.user_name),
  }),
  route({
    method: 'POST',
    path: '/alerts/:alert_id/comments',
    act: 'alert.handle',
    summary: 'Says something about it.',
    params: One,
    body: Type.Object({ text: COMMENT }),
    handle: ({ acting, session, params, body }) =>
      commentAlert(acting, Number(params.alert_id), session.user_name, body.text),
  }),
  route({
    method: 'POST',
    path: '/alerts/:alert_id/closing',
    act: 'alert.handle',
    summary: 'Closes it with what was found.',
    params: One,
    body: Type.Object({ text: COMMENT }),
    handle: ({ acting, session, params, body }) =>
      closeAlert(acting, Number(params.alert_id), session.user_name, body.text),
  }),
]
