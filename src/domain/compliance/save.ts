/** Every save is a version. */
import { isDeepStrictEqual } from 'node:util'
import { inAct } from '../audit/record.ts'
import { PunteError } from '../errors.ts'
import type { Assessment, CaseContext, CaseData, VersionCause } from './case.ts'
import { checkText, contentOf, heldCase, requireState, toldOf, writeEvent, writeVersion } from './change.ts'
import { readAssessment, readData } from './form/fields.ts'
import { APPLICANT_EDITS, type CaseState, STAFF_EDITS } from './state.ts'

/** A form that saves itself with every key would fill the table. */
const MOST_VERSIONS = 5_000

type Saved = {
  readonly case_id: number
  readonly version: number
  readonly data?: CaseData
  readonly assessment?: Assessment
  readonly notified?: string
}

/**
 * Puts the whole data, or the whole assessment, or both in the place of what the version named holds; of an approved
 * partner it is a change that the partner has notified. What it may still lack is told by the view's `faults`; here only
 * what can never be right is refused: unknown fields, wrong types, texts too long. What changes nothing makes no version.
 *
 * @param input.version the version that was seen
 * @param input.notified how an approved partner told of the change, sealed with it; required once the case is approved
 * @throws CaseFaultsError; PunteError CASE_UNKNOWN, CASE_CHANGED, CASE_STATE, FIELD_REQUIRED, FIELD_INVALID
 */
export function saveCase(context: CaseContext, input: Saved): Promise<{ readonly version: number }> {
  return save(context, input, STAFF_EDITS)
}

/** As the applicant: only his part, without the sources, only while it is his turn. @throws as `saveCase` */
export function saveApplication(
  context: CaseContext,
  input: { readonly case_id: number; readonly version: number; readonly data: CaseData },
): Promise<{ readonly version: number }> {
  const { case_id, version, data } = input
  return save(context, { case_id, version, data }, APPLICANT_EDITS, withSourcesOf)
}

async function save(
  context: CaseContext,
  input: Saved,
  states: readonly CaseState[],
  merged = (given: CaseData, _old: CaseData): CaseData => given,
): Promise<{ readonly version: number }> {
  const data = input.data === undefined ? undefined : readData(input.data)
  const assessment = input.assessment === undefined ? undefined : readAssessment(input.assessment)
  return inAct(context, async (db, record) => {
    const row = await heldCase(db, input)
    requireState(row, states)
    const old = await contentOf(context, db, row)
    const content = {
      data: data === undefined ? old.data : merged(data, old.data),
      assessment: assessment ?? old.assessment,
    }
    if (isDeepStrictEqual(content, old)) return { version: row.version }
    if (row.version >= MOST_VERSIONS) throw new PunteError('CASE_STATE', { detail: 'too many versions' })
    const is_told = row.state === 'approved' && !isDeepStrictEqual(content.data, old.data)
    const cause: VersionCause = is_told ? 'notified' : data === undefined ? 'assessed' : 'saved'
    const version = row.version + 1
    await writeVersion(context, db, { case_id: row.case_id, kind: row.kind, version }, { ...content, cause })
    if (is_told) {
      const text = checkText('notified', input.notified ?? '')
      await writeEvent(context, db, { case_id: row.case_id, type: 'notify', to_state: row.state, text })
    }
    await record(
      toldOf(row.case_id, 'case.save', { version: row.version }, { version, cause, ...riskOf(content, old) }),
    )
    return { version }
  })
}

/** Where something was looked up is written by staff alone: an applicant does not vouch for himself. */
function withSourcesOf({ sources: _, ...given }: CaseData, { sources }: CaseData): CaseData {
  return { ...given, ...(sources !== undefined && { sources }) }
}

const riskOf = (now: { assessment: Assessment }, old: { assessment: Assessment }) =>
  now.assessment.risk === old.assessment.risk ? {} : { risk: now.assessment.risk ?? null }
