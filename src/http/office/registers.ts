/** The registers of incidents and frauds: what is due, incidents, and the reports of both. */
import { Type } from 'typebox'
import { recordAct } from '../../domain/audit/record.ts'
import { PunteError } from '../../domain/errors.ts'
import { IncidentFacts } from '../../domain/registers/classification.ts'
import { type Content, HEADINGS } from '../../domain/registers/contents.ts'
import {
  closeIncident,
  judgeIncident,
  listIncidents,
  openIncident,
  saveIncident,
  showIncident,
} from '../../domain/registers/incident.ts'
import { listDeadlines } from '../../domain/registers/reminders.ts'
import { fraudPeriods, saveReport, showReport, submitReport } from '../../domain/registers/report.ts'
import type { ReportKey } from '../../domain/registers/store.ts'
import { reportTable } from '../../domain/registers/tables.ts'
import { route, type TableRoute } from '../route-table.ts'

const NUMBER = Type.String({ pattern: '^[1-9][0-9]{0,8}$' })
const One = Type.Object({ incident_id: NUMBER })
const VERSION = Type.Integer({ minimum: 1, maximum: 1_000_000 })
const MOMENT = Type.String({ pattern: '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,12}Z$' })
const Seen = Type.Object({ version_no: VERSION })
const SeenDraft = Type.Object({ version_no: VERSION, save_no: VERSION })
const Report = Type.Object({
  register: Type.Enum(['fraud', 'incident']),
  subject: Type.String({ maxLength: 20 }),
  stage: Type.Enum(['half-year', 'initial', 'intermediate', 'final']),
})
const REPORT = '/registers/reports/:register/:subject/:stage'

const incidentRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/registers/incidents',
    act: 'register.read',
    summary: 'Incidents, the newest first, with what they come to and what is due.',
    query: Type.Object({ state: Type.Optional(Type.Enum(['open', 'closed'])), before: Type.Optional(NUMBER) }),
    handle: ({ context, query }) =>
      listIncidents(context, {
        state: query.state,
        ...(query.before !== undefined && { before: Number(query.before) }),
      }),
  }),
  route({
    method: 'POST',
    path: '/registers/incidents',
    act: 'register.change',
    summary: 'Writes down an incident.',
    body: Type.Object({ aware_at: MOMENT, facts: IncidentFacts }),
    handle: ({ acting, session, body }) =>
      openIncident(acting, { aware_at: new Date(body.aware_at), facts: body.facts, by: session.user_name }),
  }),
  route({
    method: 'GET',
    path: '/registers/incidents/:incident_id',
    act: 'register.read',
    summary: 'One incident.',
    params: One,
    handle: ({ context, params }) => showIncident(context, Number(params.incident_id)),
  }),
  route({
    method: 'PUT',
    path: '/registers/incidents/:incident_id',
    act: 'register.change',
    summary: 'Saves what is known of it, onto the version that was seen.',
    params: One,
    body: Type.Object({ version_no: VERSION, aware_at: MOMENT, facts: IncidentFacts }),
    async handle({ acting, params, body }) {
      const { version_no, facts } = body
      const incident_id = Number(params.incident_id)
      await saveIncident(acting, { incident_id, version_no, facts, aware_at: new Date(body.aware_at) })
      return showIncident(acting, incident_id)
    },
  }),
  route({
    method: 'POST',
    path: '/registers/incidents/:incident_id/judgement',
    act: 'register.change',
    summary: 'Says from now on whether it is a major one, by its facts.',
    params: One,
    body: Seen,
    async handle({ acting, params, body }) {
      const incident_id = Number(params.incident_id)
      await judgeIncident(acting, { incident_id, version_no: body.version_no })
      return showIncident(acting, incident_id)
    },
  }),
  route({
    method: 'POST',
    path: '/registers/incidents/:incident_id/closing',
    act: 'register.submit',
    summary: 'Closes it, when nothing of it is due any more.',
    params: One,
    body: Seen,
    async handle({ acting, params, body }) {
      const incident_id = Number(params.incident_id)
      await closeIncident(acting, { incident_id, version_no: body.version_no })
      return showIncident(acting, incident_id)
    },
  }),
]

export const registerRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/registers/deadlines',
    act: 'register.read',
    summary: 'Everything that is due to the authority, the soonest first.',
    handle: async ({ context }) => ({ deadlines: await listDeadlines(context), now: context.clock.now() }),
  }),
  ...incidentRoutes,
  route({
    method: 'GET',
    path: '/registers/fraud',
    act: 'register.read',
    summary: 'Half-years since the first payment, with the state of their report.',
    handle: async ({ context }) => ({ periods: await fraudPeriods(context) }),
  }),
  route({
    method: 'GET',
    path: REPORT,
    act: 'register.read',
    summary: 'A report with all its versions, and what a first one may begin with.',
    params: Report,
    handle: async ({ context, params }) => ({
      ...(await showReport(context, params as ReportKey)),
      headings: params.stage === 'half-year' ? [] : HEADINGS[params.stage],
    }),
  }),
  route({
    method: 'PUT',
    path: REPORT,
    act: 'register.change',
    summary: 'Saves the draft, onto the save that was seen; a new draft where none is named.',
    params: Report,
    body: Type.Object({ content: Type.Record(Type.String(), Type.Unknown()), seen: Type.Optional(SeenDraft) }),
    handle: ({ acting, session, params, body }) =>
      saveReport(acting, params as ReportKey, { content: body.content, seen: body.seen, by: session.user_name }),
  }),
  route({
    method: 'POST',
    path: `${REPORT}/submission`,
    act: 'register.submit',
    summary: 'Records that the draft was submitted to the authority.',
    params: Report,
    body: SeenDraft,
    handle: ({ acting, session, params, body }) =>
      submitReport(acting, params as ReportKey, { ...body, by: session.user_name }),
  }),
  route({
    method: 'GET',
    path: `${REPORT}/export`,
    act: 'register.read',
    summary: 'One version of a report as JSON or CSV.',
    params: Report,
    query: Type.Object({ format: Type.Enum(['json', 'csv']), version_no: Type.Optional(NUMBER) }),
    async handle({ acting, params, query, reply }) {
      const key = params as ReportKey
      const { versions } = await showReport(acting, key)
      const wanted = Number(query.version_no ?? versions[0]?.version_no)
      const version = versions.find(({ version_no }) => version_no === wanted)
      if (version === undefined) throw new PunteError('REPORT_UNKNOWN')
      await recordAct(acting.db, acting.actor, {
        act: 'register.export',
        subject: { kind: `${key.register}-report`, id: `${key.subject}:${key.stage}` },
        after: { version_no: version.version_no, format: query.format },
      })
      const name = `punte-${key.register}-${key.subject}-${key.stage}-v${version.version_no}.${query.format}`
      reply.header('content-disposition', `attachment; filename="${name}"`)
      if (query.format === 'json') return { ...key, ...version }
      return reply.type('text/csv; charset=utf-8').send(reportTable(key, version.content as Content))
    },
  }),
]
