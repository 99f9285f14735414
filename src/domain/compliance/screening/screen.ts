/** Names of a case held against lists of sanctioned and politically exposed people. */
import { askScreening, type ListedName } from '../../../infra/screening/connector.ts'
import { inAct } from '../../audit/record.ts'
import type { Queries } from '../../audit/store.ts'
import type { Context } from '../../context.ts'
import { PunteError } from '../../errors.ts'
import type { CaseContext, Screening, ScreeningHit } from '../case.ts'
import { actorOf, checkText, contentOf, heldCase, requireState, toldOf, writeEvent } from '../change.ts'
import { namesOf } from '../form/faults.ts'
import { subjectsOf } from '../form/subjects.ts'
import { casePlace } from '../sealed.ts'
import type { CaseState } from '../state.ts'
import { type CaseRow, findCase } from '../store.ts'
import {
  findScreening,
  insertScreening,
  nextScreeningId,
  type ScreeningRow,
  selectScreenings,
  updateScreening,
} from './store.ts'

export type ScreeningContext = CaseContext &
  Pick<Context, 'outbound'> & { readonly settings: Pick<Context['settings'], 'PUNTE_SCREENING_URL'> }

/** Also of partners that are approved: lists change. */
const SCREENED_IN: readonly CaseState[] = ['submitted', 'in_review', 'more_information', 'approved']
const LISTED = 100

/** Sealed beside a screening. `names`: whom it was of, to see whether they are still the same. */
type Result = { readonly names: string; readonly hits: readonly ScreeningHit[]; readonly note?: string }

/**
 * Asks the screening service about everybody the newest version names. A service that does not answer is a screening
 * that `failed`, not an error.
 * @throws PunteError CASE_UNKNOWN, CASE_STATE, SCREENING_NOT_CONFIGURED
 */
export async function screenCase(context: ScreeningContext, case_id: number): Promise<Screening> {
  const url = context.settings.PUNTE_SCREENING_URL
  if (url === undefined) throw new PunteError('SCREENING_NOT_CONFIGURED')
  const row = await findCase(context.db, case_id)
  if (row === undefined) throw new PunteError('CASE_UNKNOWN')
  requireState(row, SCREENED_IN)
  const { data } = await contentOf(context, context.db, row)
  const subjects = subjectsOf(row.kind, data)
  // Nothing is held while it is asked.
  const answer = await askScreening({ outbound: context.outbound, url }, subjects)
  const names = namesOf(row.kind, data)
  if (answer.kind === 'failed') return record(context, row, { names, hits: [] }, 'failed', answer.reason)
  const nameBy = new Map(subjects.map(({ subject, name }) => [subject, name]))
  const hits = answer.hits.map((hit, at) => openHit(hit, at + 1, nameBy.get(hit.subject) ?? ''))
  return record(context, row, { names, hits }, hits.length === 0 ? 'clear' : 'hits')
}

/** Somebody looked without a service. @throws PunteError CASE_UNKNOWN, CASE_STATE, FIELD_REQUIRED, FIELD_INVALID */
export async function recordManualScreening(
  context: CaseContext,
  input: { readonly case_id: number; readonly note: string },
): Promise<Screening> {
  const note = checkText('note', input.note)
  const row = await findCase(context.db, input.case_id)
  if (row === undefined) throw new PunteError('CASE_UNKNOWN')
  requireState(row, SCREENED_IN)
  const { data } = await contentOf(context, context.db, row)
  return record(context, row, { names: namesOf(row.kind, data), hits: [], note }, 'manual')
}

const openHit = (hit: ListedName, hit_no: number, subject_name: string): ScreeningHit => ({
  ...{ hit_no, subject: hit.subject, subject_name, listed_name: hit.listed_name },
  ...{ list: hit.list, kind: hit.kind, score: hit.score, decision: 'open' },
})

function record(
  context: CaseContext,
  seen: CaseRow,
  result: Result,
  outcome: Screening['outcome'],
  reason?: string,
): Promise<Screening> {
  const { case_id, version } = seen
  return inAct(context, async (db, write) => {
    const held = await heldCase(db, { case_id })
    requireState(held, SCREENED_IN)
    const screening_id = await nextScreeningId(db, case_id)
    const by_name = actorOf(context).name.slice(0, 100)
    const row: ScreeningRow = {
      ...{ case_id, screening_id, version, outcome, at: context.clock.now(), by_name },
      ...{ result_enc: sealResult(context, case_id, screening_id, result), open_hits: result.hits.length },
    }
    await insertScreening(db, row)
    await writeEvent(context, db, { case_id, type: 'screen', to_state: held.state, text: outcome })
    const told = { screening_id, outcome, version, hits: result.hits.length, ...(reason !== undefined && { reason }) }
    await write(toldOf(case_id, 'case.screen', undefined, told))
    return screeningOf(row, result)
  })
}

/** @throws PunteError CASE_UNKNOWN (no such hit), CASE_STATE (decided already), FIELD_REQUIRED, FIELD_INVALID */
export async function decideHit(
  context: CaseContext,
  input: {
    readonly case_id: number
    readonly screening_id: number
    readonly hit_no: number
    readonly decision: 'cleared' | 'confirmed'
    readonly reason: string
  },
): Promise<Screening> {
  const { case_id, screening_id, hit_no, decision } = input
  const reason = checkText('reason', input.reason)
  return inAct(context, async (db, write) => {
    const held = await heldCase(db, { case_id })
    requireState(held, SCREENED_IN)
    const row = await findScreening(db, case_id, screening_id)
    if (row === undefined) throw new PunteError('CASE_UNKNOWN', { text: 'There is no such screening.' })
    const result = openResult(context, row)
    const hit = result.hits.find((one) => one.hit_no === hit_no)
    if (hit === undefined) throw new PunteError('CASE_UNKNOWN', { text: 'There is no such resemblance.' })
    if (hit.decision !== 'open') throw new PunteError('CASE_STATE', { text: 'Somebody has decided about it already.' })
    const decided_by = actorOf(context).name
    const decided = { ...hit, decision, decided_by, decided_at: context.clock.now().toISOString(), reason }
    const now = { ...result, hits: result.hits.map((one) => (one.hit_no === hit_no ? decided : one)) }
    const open_hits = now.hits.filter((one) => one.decision === 'open').length
    const result_enc = sealResult(context, case_id, screening_id, now)
    await updateScreening(db, { case_id, screening_id, result_enc, open_hits })
    await writeEvent(context, db, { case_id, type: 'hit', to_state: held.state, text: `${decision}: ${reason}` })
    await write(toldOf(case_id, 'case.hit', undefined, { screening_id, hit_no, decision, kind: hit.kind }))
    return screeningOf({ ...row, open_hits }, now)
  })
}

/** Newest first. */
export async function listScreenings(
  context: Pick<CaseContext, 'keys'>,
  db: Queries,
  case_id: number,
): Promise<(Screening & { readonly names: string })[]> {
  const rows = await selectScreenings(db, case_id, LISTED)
  return rows.map((row) => {
    const result = openResult(context, row)
    return { ...screeningOf(row, result), names: result.names }
  })
}

const sealResult = (context: CaseContext, case_id: number, screening_id: number, result: Result): Buffer =>
  context.keys.seal(JSON.stringify(result), casePlace('case_screenings.result_enc', case_id, screening_id))

function openResult({ keys }: Pick<CaseContext, 'keys'>, row: ScreeningRow): Result {
  const place = casePlace('case_screenings.result_enc', row.case_id, row.screening_id)
  return JSON.parse(keys.open(row.result_enc, place)) as Result
}

const screeningOf = (row: ScreeningRow, { hits, note }: Result): Screening => ({
  ...{ screening_id: row.screening_id, at: row.at, by: row.by_name, version: row.version, outcome: row.outcome, hits },
  ...(note !== undefined && { note }),
})
