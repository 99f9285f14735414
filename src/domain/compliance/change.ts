/** What every change of a case is made of: the lock with the version that was seen, a version, an event. */
import { type Act, type Actor, SYSTEM, type Told } from '../audit/record.ts'
import type { Queries } from '../audit/store.ts'
import { PunteError } from '../errors.ts'
import { invalid } from '../partners/profile.ts'
import type { Assessment, CaseContext, CaseData, CaseKind, VersionCause } from './case.ts'
import { nameOf, registrationHash, subjectHashes } from './form/subjects.ts'
import { casePlace } from './sealed.ts'
import { type CaseEventType, type CaseMove, type CaseState, nextCaseState } from './state.ts'
import {
  addSubjectHashes,
  type CaseChanges,
  type CaseRow,
  findVersion,
  insertEvent,
  insertVersion,
  lockCase,
  takeEventNo,
  updateCase,
} from './store.ts'

const MAX_TEXT = 4_000

/** What a version holds. */
export type Content = { readonly data: CaseData; readonly assessment: Assessment }

export const actorOf = (context: CaseContext): Actor => context.actor ?? SYSTEM

/** @throws PunteError CASE_UNKNOWN, CASE_CHANGED */
export async function heldCase(
  db: Queries,
  seen: { readonly case_id: number; readonly version?: number },
): Promise<CaseRow> {
  const row = await lockCase(db, seen.case_id)
  if (row === undefined) throw new PunteError('CASE_UNKNOWN')
  if (seen.version !== undefined && row.version !== seen.version) throw new PunteError('CASE_CHANGED')
  return row
}

export function requireState(row: Pick<CaseRow, 'state'>, states: readonly CaseState[]): void {
  if (!states.includes(row.state)) throw new PunteError('CASE_STATE', { detail: row.state })
}

/** The newest content. */
export async function contentOf(
  context: CaseContext,
  db: Queries,
  row: Pick<CaseRow, 'case_id' | 'version'>,
): Promise<Content> {
  const version = await findVersion(db, row.case_id, row.version)
  if (version === undefined) throw new PunteError('CASE_UNKNOWN', { detail: 'erased' })
  return openContent(context, version)
}

export function openContent(
  { keys }: Pick<CaseContext, 'keys'>,
  row: { readonly case_id: number; readonly version: number; readonly content_enc: Buffer },
): Content {
  return JSON.parse(
    keys.open(row.content_enc, casePlace('case_versions.content_enc', row.case_id, row.version)),
  ) as Content
}

/** Writes a version, and onto the case what is searched and listed of it. */
export async function writeVersion(
  context: CaseContext,
  db: Queries,
  row: { readonly case_id: number; readonly kind: CaseKind; readonly version: number },
  { data, assessment, cause }: Content & { readonly cause: VersionCause },
  changes: CaseChanges = {},
): Promise<void> {
  const { keys } = context
  const { case_id, version, kind } = row
  const at = context.clock.now()
  const { kind: by_kind, name } = actorOf(context)
  const content = JSON.stringify({ data, assessment })
  await insertVersion(db, {
    ...{ case_id, version, cause, saved_at: at, by_kind, by_name: name.slice(0, 100) },
    content_enc: keys.seal(content, casePlace('case_versions.content_enc', case_id, version)),
    content_hash: keys.hash('case-version', content),
  })
  await updateCase(db, case_id, {
    version,
    summary_enc: keys.seal(nameOf(kind, data), casePlace('cases.summary_enc', case_id)),
    registration_hash: registrationHash(keys, kind, data),
    risk: assessment.risk ?? null,
    updated_at: at,
    ...changes,
  })
  await addSubjectHashes(db, case_id, subjectHashes(keys, kind, data))
}

/** Writes down what happened; `text` is sealed. */
export async function writeEvent(
  context: CaseContext,
  db: Queries,
  {
    case_id,
    type,
    to_state,
    text,
  }: { readonly case_id: number; readonly type: CaseEventType; readonly to_state: CaseState; readonly text?: string },
): Promise<void> {
  const event_no = await takeEventNo(db, case_id)
  const { kind: by_kind, name } = actorOf(context)
  const text_enc =
    text === undefined ? null : context.keys.seal(text, casePlace('case_events.text_enc', case_id, event_no))
  await insertEvent(db, {
    ...{ case_id, event_no, type, to_state, text_enc },
    ...{ at: context.clock.now(), by_kind, by_name: name.slice(0, 100) },
  })
}

/**
 * Moves a case that is held to its next state, with its event.
 * @returns the row of the audit log, to be recorded last @throws PunteError CASE_STATE
 */
export async function moveCase(
  context: CaseContext,
  db: Queries,
  row: CaseRow,
  { move, text, changes = {} }: { readonly move: CaseMove; readonly text?: string; readonly changes?: CaseChanges },
): Promise<Act> {
  const to_state = nextCaseState(row.state, move)
  if (to_state === undefined) throw new PunteError('CASE_STATE', { detail: `${move} of ${row.state}` })
  await updateCase(db, row.case_id, { state: to_state, updated_at: context.clock.now(), ...changes })
  await writeEvent(context, db, { case_id: row.case_id, type: move, to_state, ...(text !== undefined && { text }) })
  return toldOf(row.case_id, `case.${move}`, { state: row.state }, { state: to_state, version: row.version })
}

export const toldOf = (case_id: number, act: Act['act'], before: Told | undefined, after: Told): Act => ({
  act,
  subject: { kind: 'case', id: String(case_id) },
  ...(before && { before }),
  after,
})

/** What people write. @throws PunteError FIELD_REQUIRED, FIELD_INVALID */
export function checkText(field: string, given: string): string {
  const text = given
    .toWellFormed()
    .normalize('NFC')
    .replace(/(?!\n)[\p{Cc}\p{Bidi_Control}]+/gu, ' ')
    .trim()
  if (text === '') throw new PunteError('FIELD_REQUIRED', { field })
  if ([...text].length > MAX_TEXT) throw invalid(field, `must be at most ${MAX_TEXT} characters`)
  return text
}

/** Years later on the same day, in UTC. */
export function yearsAfter(at: Date, years: number): Date {
  const later = new Date(at)
  later.setUTCFullYear(later.getUTCFullYear() + years)
  return later
}

const ROMANIAN_DAY = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Bucharest' })

/** `yyyy-mm-dd` in Bucharest. */
export const romanianDay = (at: Date): string => ROMANIAN_DAY.format(at)

/** The last moment of a day in Bucharest. */
export function endOfRomanianDay(day: string): Date {
  const in_winter = new Date(`${day}T21:59:59.999Z`)
  return romanianDay(in_winter) === day ? in_winter : new Date(`${day}T20:59:59.999Z`)
}

/** What ends on a day is kept for so many years, to the end of the day of the same date; 29 February: to that of 1 March. */
export function keptUntil(ended_at: Date, years: number): Date {
  const day = yearsAfter(new Date(`${romanianDay(ended_at)}T00:00:00Z`), years)
  return endOfRomanianDay(day.toISOString().slice(0, 10))
}
