/** Cases of partners before and while they are partners: the list, one case, its versions, and what moves it on. */
import { Type } from 'typebox'
import type { Assessment, CaseData } from '../../domain/compliance/case.ts'
import { createCase } from '../../domain/compliance/create.ts'
import { inviteApplicant, revokeInvitations } from '../../domain/compliance/invitations/invite.ts'
import {
  addNote,
  askForMore,
  beginReview,
  endRelationship,
  refuseCase,
  submitCase,
  withdrawCase,
} from '../../domain/compliance/move.ts'
import { saveCase } from '../../domain/compliance/save.ts'
import { decideHit, recordManualScreening, screenCase } from '../../domain/compliance/screening/screen.ts'
import { listCases, showCase } from '../../domain/compliance/show.ts'
import { CASE_STATES } from '../../domain/compliance/state.ts'
import { compareVersions, listVersions } from '../../domain/compliance/versions.ts'
import { proposeAct } from '../../domain/four-eyes/propose.ts'
import { route, type TableRoute } from '../route-table.ts'

const PAGE = 50
const TEXT = Type.String({ maxLength: 4_000 })
const NUMBER = Type.String({ pattern: '^[1-9][0-9]{0,14}$' })
const VERSION = Type.Integer({ minimum: 0, maximum: 1_000_000 })
const KIND = Type.Enum(['natural', 'legal'])
const EMAIL = Type.String({ maxLength: 254 })
const LANGUAGE = Type.Enum(['ro', 'en'])
const DATE = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
// What is inside is checked field by field by the domain, which tells every fault at once.
const ANY_OBJECT = Type.Record(Type.String(), Type.Unknown())

export const Case = Type.Object({ case_id: NUMBER })
export const caseId = ({ case_id }: { readonly case_id: string }): number => Number(case_id)

const lists: readonly TableRoute[] = [
  route({
    method: 'POST',
    path: '/cases/search',
    act: 'case.read',
    summary: 'Cases by filters, the newest first. A POST, since what is looked for may be a name or a CNP.',
    body: Type.Object({
      state: Type.Optional(Type.Enum([...CASE_STATES])),
      kind: Type.Optional(KIND),
      risk: Type.Optional(Type.Enum(['low', 'standard', 'enhanced'])),
      review: Type.Optional(Type.Enum(['due', 'overdue'])),
      search: Type.Optional(Type.String({ maxLength: 200 })),
      before_case_id: Type.Optional(Type.Integer({ minimum: 1 })),
    }),
    async handle({ acting, body }) {
      const found = await listCases(acting, { ...body, limit: PAGE + 1 })
      return { cases: found.slice(0, PAGE), has_more: found.length > PAGE }
    },
  }),
  route({
    method: 'POST',
    path: '/cases',
    act: 'case.edit',
    summary: 'A case that staff type in; with client_id, of a partner that has none yet.',
    body: Type.Object({ kind: KIND, client_id: Type.Optional(Type.String({ maxLength: 64 })) }),
    handle: ({ acting, body }) => createCase(acting, body),
  }),
  route({
    method: 'POST',
    path: '/cases/invitations',
    act: 'case.edit',
    summary: 'A new case and a mail with the link to fill it in.',
    body: Type.Object({ email: EMAIL, language: LANGUAGE, kind: KIND }),
    handle: ({ acting, body }) => inviteApplicant(acting, body),
  }),
]

const one: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/cases/:case_id',
    act: 'case.read',
    summary: 'One case, with what lacks and what may be done with it.',
    params: Case,
    handle: ({ acting, params }) => showCase(acting, caseId(params)),
  }),
  route({
    method: 'PUT',
    path: '/cases/:case_id/data',
    act: 'case.edit',
    summary: 'Saves what is told of the partner, onto the version that was seen.',
    params: Case,
    body: Type.Object({ version: VERSION, data: ANY_OBJECT, notified: Type.Optional(TEXT) }),
    handle: ({ acting, params, body }) =>
      saveCase(acting, { ...body, case_id: caseId(params), data: body.data as CaseData }),
  }),
  route({
    method: 'PUT',
    path: '/cases/:case_id/assessment',
    act: 'case.review',
    summary: 'Saves the rating of the risk, onto the version that was seen.',
    params: Case,
    body: Type.Object({ version: VERSION, assessment: ANY_OBJECT, notified: Type.Optional(TEXT) }),
    handle: ({ acting, params, body }) =>
      saveCase(acting, { ...body, case_id: caseId(params), assessment: body.assessment as Assessment }),
  }),
  route({
    method: 'GET',
    path: '/cases/:case_id/versions',
    act: 'case.read',
    summary: 'Who saved what when, newest first.',
    params: Case,
    handle: async ({ acting, params }) => ({ versions: await listVersions(acting, caseId(params)) }),
  }),
  route({
    method: 'GET',
    path: '/cases/:case_id/changes',
    act: 'case.read',
    summary: 'What two versions differ in, field by field.',
    params: Case,
    query: Type.Object({ from: NUMBER, to: NUMBER }),
    handle: async ({ acting, params, query }) => ({
      changes: await compareVersions(acting, {
        case_id: caseId(params),
        from: Number(query.from),
        to: Number(query.to),
      }),
    }),
  }),
  route({
    method: 'POST',
    path: '/cases/:case_id/notes',
    act: 'case.edit',
    summary: 'A note for staff.',
    params: Case,
    body: Type.Object({ text: TEXT }),
    handle: ({ acting, params, body }) => addNote(acting, { case_id: caseId(params), text: body.text }),
  }),
  route({
    method: 'POST',
    path: '/cases/:case_id/invitations',
    act: 'case.edit',
    summary: 'A new link by mail; links before it end.',
    params: Case,
    body: Type.Object({ email: EMAIL, language: LANGUAGE }),
    handle: ({ acting, params, body }) => inviteApplicant(acting, { ...body, case_id: caseId(params) }),
  }),
  route({
    method: 'DELETE',
    path: '/cases/:case_id/invitations',
    act: 'case.edit',
    summary: 'From now on no link opens the case.',
    params: Case,
    handle: ({ acting, params }) => revokeInvitations(acting, caseId(params)),
  }),
]

const Seen = Type.Object({ version: VERSION })
const SeenAndText = Type.Object({ version: VERSION, text: TEXT })

const moves: readonly TableRoute[] = [
  route({
    method: 'POST',
    path: '/cases/:case_id/submission',
    act: 'case.edit',
    summary: 'Submits it for the applicant; everything that lacks is told at once.',
    params: Case,
    body: Seen,
    handle: ({ acting, params, body }) => submitCase(acting, { ...body, case_id: caseId(params) }),
  }),
  route({
    method: 'POST',
    path: '/cases/:case_id/review',
    act: 'case.review',
    summary: 'Begins to look at it.',
    params: Case,
    body: Seen,
    handle: ({ acting, params, body }) => beginReview(acting, { ...body, case_id: caseId(params) }),
  }),
  route({
    method: 'POST',
    path: '/cases/:case_id/question',
    act: 'case.review',
    summary: 'Asks the applicant for more; he sees the text.',
    params: Case,
    body: SeenAndText,
    handle: ({ acting, params, body }) => askForMore(acting, { ...body, case_id: caseId(params) }),
  }),
  route({
    method: 'POST',
    path: '/cases/:case_id/refusal',
    act: 'case.review',
    summary: 'Refuses it, for a reason that staff see.',
    params: Case,
    body: SeenAndText,
    handle: ({ acting, params, body }) => refuseCase(acting, { ...body, case_id: caseId(params) }),
  }),
  route({
    method: 'POST',
    path: '/cases/:case_id/withdrawal',
    act: 'case.edit',
    summary: 'Takes it back for the applicant.',
    params: Case,
    body: Seen,
    handle: ({ acting, params, body }) => withdrawCase(acting, { ...body, case_id: caseId(params) }),
  }),
  route({
    method: 'POST',
    path: '/cases/:case_id/approval',
    act: 'partner.approve',
    summary: 'Proposes to approve it; another person decides.',
    params: Case,
    body: Seen,
    async handle({ acting, session, params, body, reply }) {
      reply.code(202)
      const subject = { kind: 'case', id: String(caseId(params)) } as const
      return await proposeAct(acting, session, { act: 'partner.approve', subject, input: { version: body.version } })
    },
  }),
  route({
    method: 'POST',
    path: '/cases/:case_id/end',
    act: 'case.end',
    summary: 'Ends the relationship: the partner is suspended, and the years begin after which all of it is erased.',
    params: Case,
    body: Type.Object({ version: VERSION, text: TEXT, ended_on: Type.Optional(DATE) }),
    handle: ({ acting, params, body }) => endRelationship(acting, { ...body, case_id: caseId(params) }),
  }),
]

const screenings: readonly TableRoute[] = [
  route({
    method: 'POST',
    path: '/cases/:case_id/screenings',
    act: 'case.review',
    summary: 'Asks the screening service; with a note, records what was looked up by hand.',
    params: Case,
    body: Type.Object({ note: Type.Optional(TEXT) }),
    handle: ({ acting, params, body }) =>
      body.note === undefined
        ? screenCase(acting, caseId(params))
        : recordManualScreening(acting, { case_id: caseId(params), note: body.note }),
  }),
  route({
    method: 'POST',
    path: '/cases/:case_id/screenings/:screening_id/hits/:hit_no',
    act: 'case.review',
    summary: 'Says of a resemblance whether it is the person or not, and why.',
    params: Type.Object({ case_id: NUMBER, screening_id: NUMBER, hit_no: Type.String({ pattern: '^[0-9]{1,4}$' }) }),
    body: Type.Object({ decision: Type.Enum(['cleared', 'confirmed']), reason: TEXT }),
    handle: ({ acting, params, body }) =>
      decideHit(acting, {
        ...body,
        case_id: caseId(params),
        screening_id: Number(params.screening_id),
        hit_no: Number(params.hit_no),
      }),
  }),
]

export const caseRoutes: readonly TableRoute[] = [...lists, ...one, ...moves, ...screenings]
