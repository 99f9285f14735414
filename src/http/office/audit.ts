/** The record of acts: looked through, proved, anchored. */
import { PassThrough } from 'node:stream'
import { Type } from 'typebox'
import { readAnchor, takeAnchor } from '../../domain/audit/anchor.ts'
import type { ChainRow } from '../../domain/audit/chain.ts'
import { recordAct } from '../../domain/audit/record.ts'
import { type AuditFilter, lastRow, pageOfRows, rowsAfter } from '../../domain/audit/store.ts'
import { verifyChain } from '../../domain/audit/verify.ts'
import { PunteError } from '../../domain/errors.ts'
import { type Acting, route, type TableRoute } from '../route-table.ts'

const PAGE = 50
const DAY_MS = 24 * 60 * 60_000
const NUMBER = Type.String({ pattern: '^[1-9][0-9]{0,14}$' })
const MOMENT = Type.String({ pattern: '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,12}Z$' })
const Text = Type.Optional(Type.String({ minLength: 1, maxLength: 200 }))
const SUBJECT = { kind: 'audit', id: 'chain' } as const

/** One proof reads the whole log: one at a time in a process. */
let is_verifying = false

export const auditRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/audit',
    act: 'audit.read',
    summary: 'Acts, the newest first; of the last 90 days unless a period or a subject is named.',
    query: Type.Object({
      since: Type.Optional(MOMENT),
      until: Type.Optional(MOMENT),
      actor: Text,
      act: Text,
      subject_kind: Text,
      subject_id: Text,
      outcome: Type.Optional(Type.Enum(['done', 'refused'])),
      before: Type.Optional(NUMBER),
    }),
    async handle({ context, query }) {
      const { since, until, before, ...rest } = query
      const usual_since = new Date(context.clock.now().getTime() - 90 * DAY_MS)
      const is_open = since !== undefined || until !== undefined || rest.subject_id !== undefined
      const filter: AuditFilter = {
        ...(Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as AuditFilter),
        ...(since !== undefined ? { since: moment('since', since) } : is_open ? {} : { since: usual_since }),
        ...(until !== undefined && { until: moment('until', until) }),
      }
      const rows = await pageOfRows(context.db, filter, before === undefined ? undefined : Number(before), PAGE + 1)
      return { rows: rows.slice(0, PAGE).map(shown), has_more: rows.length > PAGE }
    },
  }),
  route({
    method: 'GET',
    path: '/audit/state',
    act: 'audit.read',
    summary: 'Where the chain ends, and what the last proof of it found.',
    async handle({ context }) {
      const [last, [verified]] = await Promise.all([
        lastRow(context.db),
        pageOfRows(
          context.db,
          { act: 'audit.verify', subject_kind: SUBJECT.kind, subject_id: SUBJECT.id },
          undefined,
          1,
        ),
      ])
      return {
        last: last === undefined ? null : { number: last.number, at: last.at, hash: last.hash },
        verified: verified === undefined ? null : shown(verified),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/audit/rows/:number',
    act: 'audit.read',
    summary: 'One act, with what was before and after.',
    params: Type.Object({ number: NUMBER }),
    async handle({ context, params }) {
      const number = Number(params.number)
      const [row] = await rowsAfter(context.db, number - 1, 1)
      if (row === undefined || row.number !== number) throw new PunteError('RECORD_UNKNOWN')
      return { ...shown(row), previous_hash: row.previous_hash, hash: row.hash }
    },
  }),
  route({
    method: 'POST',
    path: '/audit/verification',
    act: 'audit.verify',
    summary:
      'Proves the whole chain, against an anchor where one is given; a line of JSON for each page, the verdict last.',
    body: Type.Object({ anchor: Type.Optional(Type.String({ maxLength: 2_000 })) }),
    async handle({ acting, body, reply }) {
      const anchor = body.anchor === undefined ? undefined : readAnchor(body.anchor, acting.keys)
      if (typeof anchor === 'string') throw new PunteError('FIELD_INVALID', { field: 'anchor', text: `${anchor}.` })
      if (is_verifying)
        throw new PunteError('OVERLOADED', { text: 'The log is being verified already.', retry_after_s: 30 })
      is_verifying = true
      const lines = new PassThrough()
      const tell = (line: object): void => void (lines.destroyed || lines.write(`${JSON.stringify(line)}\n`))
      prove(acting, anchor, tell)
        .catch((error: unknown) => {
          acting.log.error({ err: error }, 'the audit log could not be verified')
          tell({ failed: true })
        })
        .finally(() => {
          is_verifying = false
          lines.end()
        })
      return reply.type('application/x-ndjson; charset=utf-8').send(lines)
    },
  }),
  route({
    method: 'GET',
    path: '/audit/anchor',
    act: 'audit.verify',
    summary: 'The end of the chain under the signature of the installation, to be kept elsewhere.',
    async handle({ acting, reply }) {
      const anchor = await takeAnchor(acting)
      if (anchor === undefined) throw new PunteError('RECORD_UNKNOWN', { text: 'Nothing is on record yet.' })
      await recordAct(acting.db, acting.actor, {
        act: 'audit.anchor',
        subject: SUBJECT,
        after: { number: anchor.number },
      })
      reply.header('content-disposition', `attachment; filename="punte-anchor-${anchor.at.slice(0, 10)}.json"`)
      return reply.type('application/json; charset=utf-8').send(`${JSON.stringify(anchor)}\n`)
    },
  }),
]

type ReadAnchor = Exclude<ReturnType<typeof readAnchor>, string>

async function prove(acting: Acting, anchor: ReadAnchor | undefined, tell: (line: object) => void): Promise<void> {
  const of = (await lastRow(acting.db))?.number ?? 0
  tell({ proved: 0, of })
  const verdict = await verifyChain(acting.db, anchor, (number) => tell({ proved: number, of: Math.max(of, number) }))
  await recordAct(acting.db, acting.actor, {
    act: 'audit.verify',
    subject: SUBJECT,
    outcome: verdict.whole ? 'done' : 'refused',
    after: { ...verdict, ...(anchor !== undefined && { anchor: anchor.number }) },
  })
  tell({ verdict })
}

/** The stored JSON as JSON; nobody's hash is of what is shown. */
function shown(row: ChainRow) {
  const { number, at, actor_kind, actor, origin, act, subject_kind, subject_id, outcome } = row
  const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text))
  const facts = { number, at, actor_kind, actor, origin, act, subject_kind, subject_id, outcome }
  return { ...facts, before: parsed(row.before), after: parsed(row.after) }
}

function moment(field: string, text: string): Date {
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) throw new PunteError('FIELD_INVALID', { field })
  return at
}
