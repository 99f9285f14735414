/** What time asks of cases: yearly reviews, how long all of it is kept, erasure, and what is held of one person. */
import { Type } from 'typebox'
import { listErasures } from '../../domain/compliance/retention/erase.ts'
import { extendRetention } from '../../domain/compliance/retention/keep.ts'
import { exportSubject } from '../../domain/compliance/retention/subject-export.ts'
import { completeReview, reviewsDue } from '../../domain/compliance/review/review.ts'
import { listKept } from '../../domain/compliance/show.ts'
import { route, type TableRoute } from '../route-table.ts'
import { Case, caseId } from './cases.ts'

const TEXT = Type.String({ maxLength: 4_000 })
const DATE = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const CASE_ID = Type.String({ pattern: '^[1-9][0-9]{0,8}$' })

export const reviewRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/case-reviews',
    act: 'case.read',
    summary: 'Yearly reviews that are overdue or due within 60 days, the most urgent first.',
    handle: async ({ acting }) => ({ cases: await reviewsDue(acting) }),
  }),
  route({
    method: 'POST',
    path: '/cases/:case_id/yearly-review',
    act: 'case.review',
    summary: 'Confirms what the version says; the next review is a year ahead.',
    params: Case,
    body: Type.Object({ version: Type.Integer({ minimum: 0 }), text: TEXT }),
    handle: ({ acting, params, body }) => completeReview(acting, { ...body, case_id: caseId(params) }),
  }),
  route({
    method: 'GET',
    path: '/retention',
    act: 'case.read',
    summary: 'Cases that are only kept, by when they are erased, a page at a time.',
    query: Type.Object({ after: Type.Optional(CASE_ID) }),
    handle: ({ acting, query }) =>
      listKept(acting, query.after === undefined ? {} : { after_case_id: Number(query.after) }),
  }),
  route({
    method: 'GET',
    path: '/retention/erasures',
    act: 'case.read',
    summary: 'Certificates of what has been erased, the newest first, a page at a time.',
    query: Type.Object({ before: Type.Optional(CASE_ID) }),
    handle: ({ acting, query }) =>
      listErasures(acting, query.before === undefined ? {} : { before_erasure_id: Number(query.before) }),
  }),
  route({
    method: 'POST',
    path: '/cases/:case_id/retention',
    act: 'retention.extend',
    summary: 'Keeps it longer, since an authority asks; its request is among the documents.',
    params: Case,
    body: Type.Object({
      until: DATE,
      authority: Type.String({ maxLength: 200 }),
      text: TEXT,
      document_id: Type.Integer({ minimum: 1 }),
    }),
    handle: ({ acting, params, body }) => extendRetention(acting, { ...body, case_id: caseId(params) }),
  }),
  route({
    method: 'POST',
    path: '/subject-exports',
    act: 'subject.export',
    summary: 'Everything that is held of one natural person, by one of the three.',
    body: Type.Object({
      cnp: Type.Optional(Type.String({ maxLength: 20 })),
      email: Type.Optional(Type.String({ maxLength: 254 })),
      iban: Type.Optional(Type.String({ maxLength: 50 })),
    }),
    async handle({ acting, body, reply }) {
      reply.header('content-disposition', 'attachment; filename="subject.json"')
      return await exportSubject(acting, body)
    },
  }),
]
