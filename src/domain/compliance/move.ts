/** What brings a case from one state to another, but for approval; and notes. */
import { inAct } from '../audit/record.ts'
import type { Queries } from '../audit/store.ts'
import { CaseFaultsError, PunteError } from '../errors.ts'
import { invalid } from '../partners/profile.ts'
import { standingPlace } from '../partners/standing.ts'
import { insertStanding } from '../partners/standing-store.ts'
import { updatePartner } from '../partners/store.ts'
import type { CaseContext } from './case.ts'
import { actorOf, checkText, heldCase, keptUntil, moveCase, romanianDay, toldOf, writeEvent } from './change.ts'
import { isDate } from './form/numbers.ts'
import { lookAtCase } from './look.ts'
import { type CaseMove, nextCaseState } from './state.ts'
import type { CaseChanges, CaseRow } from './store.ts'

/** What was never given in need not be kept as what was. */
const UNSUBMITTED_KEPT_DAYS = 90
const DAY_MS = 24 * 60 * 60_000

export type Seen = {
  readonly case_id: number
  /** The version that was seen. */
  readonly version: number
}

type Moving = {
  readonly move: CaseMove
  readonly text?: string
  /** Looks before it leaps; may throw. */
  readonly prepare?: (db: Queries, row: CaseRow) => Promise<CaseChanges>
}

function move(context: CaseContext, seen: Seen, { move: by, text, prepare }: Moving): Promise<CaseRow> {
  return inAct(context, async (db, record) => {
    const row = await heldCase(db, seen)
    if (nextCaseState(row.state, by) === undefined) throw new PunteError('CASE_STATE', { detail: row.state })
    const changes = (await prepare?.(db, row)) ?? {}
    await record(await moveCase(context, db, row, { move: by, ...(text !== undefined && { text }), changes }))
    return row
  })
}

/**
 * By the applicant or by staff for him. Everything that lacks is told at once.
 * @throws CaseFaultsError; PunteError CASE_UNKNOWN, CASE_CHANGED, CASE_STATE
 */
export async function submitCase(context: CaseContext, seen: Seen): Promise<void> {
  await move(context, seen, {
    move: 'submit',
    async prepare(db, row) {
      const { faults } = await lookAtCase(context, db, row)
      if (faults.length > 0) throw new CaseFaultsError(faults)
      return { submitted_at: context.clock.now() }
    },
  })
}

/** Staff begin to look at it. @throws PunteError CASE_UNKNOWN, CASE_CHANGED, CASE_STATE */
export async function beginReview(context: CaseContext, seen: Seen): Promise<void> {
  const prepare = async () => ({ reviewed_by: actorOf(context).name.slice(0, 100) })
  await move(context, seen, { move: 'review', prepare })
}

/** @param input.text shown to the applicant @throws PunteError as `beginReview`, FIELD_REQUIRED, FIELD_INVALID */
export async function askForMore(context: CaseContext, input: Seen & { readonly text: string }): Promise<void> {
  await move(context, input, { move: 'ask', text: checkText('text', input.text) })
}

/** @param input.text the reason, for staff only @throws as `askForMore` */
export async function refuseCase(context: CaseContext, input: Seen & { readonly text: string }): Promise<void> {
  const ended_at = context.clock.now()
  const keep_until = keptUntil(ended_at, context.settings.PUNTE_RETENTION_YEARS)
  const prepare = async () => ({ ended_at, keep_until })
  await move(context, input, { move: 'refuse', text: checkText('text', input.text), prepare })
}

/**
 * The applicant takes it back, or staff where nobody answers. What was given in is kept as what was refused.
 * @throws PunteError as `beginReview`
 */
export async function withdrawCase(context: CaseContext, seen: Seen): Promise<void> {
  const ended_at = context.clock.now()
  const soon = new Date(ended_at.getTime() + UNSUBMITTED_KEPT_DAYS * DAY_MS)
  const late = keptUntil(ended_at, context.settings.PUNTE_RETENTION_YEARS)
  const prepare = async (_: Queries, row: CaseRow) => ({
    ...{ ended_at, keep_until: row.submitted_at === null ? soon : late },
  })
  await move(context, seen, { move: 'withdraw', prepare })
}

/**
 * The partner is one no more: it is suspended for good, and what is kept of it is kept until `keep_until`.
 * @param input.ended_on `yyyy-mm-dd`, today unless told; not ahead of today, not before the approval
 * @throws as `askForMore`
 */
export async function endRelationship(
  context: CaseContext,
  input: Seen & { readonly text: string; readonly ended_on?: string },
): Promise<{ readonly keep_until: Date }> {
  const now = context.clock.now()
  const { ended_on } = input
  if (ended_on !== undefined && !isDate(ended_on)) throw invalid('ended_on', 'must be a date')
  const today = romanianDay(now)
  const ended_at = ended_on === undefined || ended_on === today ? now : new Date(`${ended_on}T12:00:00Z`)
  if (ended_on !== undefined && ended_on > today) throw invalid('ended_on', 'is ahead of today')
  const keep_until = keptUntil(ended_at, context.settings.PUNTE_RETENTION_YEARS)
  await move(context, input, {
    move: 'end',
    text: checkText('text', input.text),
    async prepare(db, row) {
      if (row.approved_at === null || row.client_id === null) throw new PunteError('CASE_STATE')
      if (ended_on !== undefined && ended_on < romanianDay(row.approved_at))
        throw invalid('ended_on', 'is before the approval')
      await updatePartner(db, row.client_id, { status: 'suspended' })
      await standSuspended(context, db, row, 'Relația a încetat.')
      return { ended_at: new Date(Math.max(ended_at.getTime(), row.approved_at.getTime())), keep_until }
    },
  })
  return { keep_until }
}

/** Beside the partner stands why it works no more. */
export async function standSuspended(
  context: CaseContext,
  db: Queries,
  { partner_id }: Pick<CaseRow, 'partner_id'>,
  reason: string,
): Promise<void> {
  if (partner_id === null) return
  const reason_enc = context.keys.seal(reason, standingPlace(partner_id))
  const at = context.clock.now()
  await insertStanding(db, { partner_id, status: 'suspended', by: actorOf(context).name, at, reason_enc })
}

/** For staff only. @throws PunteError CASE_UNKNOWN, CASE_STATE (erased), FIELD_REQUIRED, FIELD_INVALID */
export async function addNote(
  context: CaseContext,
  input: { readonly case_id: number; readonly text: string },
): Promise<void> {
  const text = checkText('text', input.text)
  await inAct(context, async (db, record) => {
    const row = await heldCase(db, { case_id: input.case_id })
    if (row.state === 'erased') throw new PunteError('CASE_STATE')
    await writeEvent(context, db, { case_id: row.case_id, type: 'note', to_state: row.state, text })
    await record(toldOf(row.case_id, 'case.note', undefined, { length: text.length }))
  })
}
