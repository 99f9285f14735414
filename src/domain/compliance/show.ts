/** What staff see of cases, and what an applicant sees of his. */
import { PunteError } from '../errors.ts'
import { invalid } from '../partners/profile.ts'
import type { ApplicantView, CaseContext, CaseEvent, CaseKind, CaseLine, CaseView, Invitation, Risk } from './case.ts'
import { looksLike, subjectHash } from './form/subjects.ts'
import { isApplicant } from './invitations/invite.ts'
import { invitationsOf } from './invitations/store.ts'
import { lookAtCase } from './look.ts'
import { casePlace } from './sealed.ts'
import { APPLICANT_EDITS, type CaseEventType, type CaseState, movesFrom, STAFF_EDITS } from './state.ts'
import { type CaseRow, type EventRow, findCase, selectCases, selectEvents, selectKept } from './store.ts'

const LISTED = 50
const LISTED_MOST = 200
const EVENTS = 1_000
const DAY_MS = 24 * 60 * 60_000
const DUE_WITHIN_MS = 60 * DAY_MS
const LONGEST_SEARCH = 300

export type CaseFilters = {
  readonly state?: CaseState
  readonly kind?: CaseKind
  readonly risk?: Risk
  /** `due`: within 60 days, or overdue. */
  readonly review?: 'due' | 'overdue'
  /** A CUI, CNP, IBAN, mail address, or a whole name (case, diacritics and order of words do not matter): exact. */
  readonly search?: string
  /** Those before this one; the newest come first. */
  readonly before_case_id?: number
  /** 50 unless told, 200 at most. */
  readonly limit?: number
}

/** @throws PunteError FIELD_INVALID */
export async function listCases(context: CaseContext, filters: CaseFilters): Promise<CaseLine[]> {
  const { state = null, kind = null, risk = null, search = '', review, before_case_id = null } = filters
  if (search.length > LONGEST_SEARCH) throw invalid('search', `must be at most ${LONGEST_SEARCH} characters`)
  const now = context.clock.now()
  const review_before =
    review === undefined ? null : review === 'overdue' ? now : new Date(now.getTime() + DUE_WITHIN_MS)
  const subject_hash = search.trim() === '' ? null : subjectHash(context.keys, ...looksLike(search))
  const rows = await selectCases(
    context.db,
    { state, kind, risk, review_before, subject_hash, before_case_id, order: 'newest' },
    Math.min(filters.limit ?? LISTED, LISTED_MOST),
  )
  return rows.map((row) => lineOf(context, row))
}

/** Cases that are only kept, by when they are erased; those behind one, where it is named. */
export async function listKept(
  context: CaseContext,
  { after_case_id }: { readonly after_case_id?: number },
): Promise<{ readonly kept: readonly CaseLine[]; readonly has_more: boolean }> {
  const rows = await selectKept(context.db, after_case_id ?? null, LISTED + 1)
  return { kept: rows.slice(0, LISTED).map((row) => lineOf(context, row)), has_more: rows.length > LISTED }
}

/** @throws PunteError CASE_UNKNOWN */
export async function showCase(
  context: CaseContext & { readonly settings: { readonly PUNTE_SCREENING_URL?: string | undefined } },
  case_id: number,
): Promise<CaseView> {
  const row = await findCase(context.db, case_id)
  if (row === undefined) throw new PunteError('CASE_UNKNOWN')
  const events = (await selectEvents(context.db, case_id, EVENTS)).map((event) => eventOf(context, event))
  const look =
    row.state === 'erased'
      ? { data: {}, assessment: {}, documents: [], screenings: [], faults: [], approval_faults: [] }
      : await lookAtCase(context, context.db, row)
  return {
    ...lineOf(context, row),
    ...look,
    events,
    invitations: await listInvitations(context, case_id),
    introduced_by: row.introduced_by_client_id,
    moves: movesOf(row),
    reviewed_by: row.reviewed_by,
    has_screening_service: context.settings.PUNTE_SCREENING_URL !== undefined,
  }
}

// Erasing is the worker's alone.
function movesOf({ state }: CaseRow): CaseEventType[] {
  const moves: CaseEventType[] = movesFrom(state).filter((move) => move !== 'erase')
  if (STAFF_EDITS.includes(state)) moves.push('document')
  if (state === 'draft' || state === 'more_information') moves.push('invite')
  if (state === 'submitted' || state === 'in_review' || state === 'more_information' || state === 'approved')
    moves.push('screen', 'hit')
  if (state === 'approved') moves.push('notify', 'review-done')
  if (state === 'refused' || state === 'relationship_ended') moves.push('extend', 'document')
  if (state !== 'erased') moves.push('note')
  return moves
}

/** @throws PunteError CASE_UNKNOWN */
export async function showApplication(context: CaseContext, case_id: number): Promise<ApplicantView> {
  const row = await findCase(context.db, case_id)
  if (row === undefined || row.state === 'erased') throw new PunteError('CASE_UNKNOWN')
  const look = await lookAtCase(context, context.db, row)
  // Where compliance has looked, and what it has found there, is not told to whom it looked at.
  const { sources: _, ...data } = look.data
  const faults = look.faults.filter(({ field }) => !field.startsWith('sources'))
  const { documents } = look
  const events = row.state === 'more_information' ? await selectEvents(context.db, case_id, EVENTS) : []
  const asked = events.findLast(({ type }) => type === 'ask')
  const { kind, state, version } = row
  return {
    ...{ case_id, kind, state, version, data, faults },
    may_edit: APPLICANT_EDITS.includes(state),
    // What staff have put in is theirs: a request of an authority must not be told of.
    documents: documents
      .filter(({ added_by }) => isApplicant(added_by))
      .map(({ added_by: _by, ...document }) => document),
    question: asked === undefined ? null : (eventOf(context, asked).text ?? null),
  }
}

export function lineOf(context: CaseContext, row: CaseRow): CaseLine {
  const { summary_enc, partner_id: _p, event_no: _e, introduced_by: _i, introduced_by_client_id: _c, ...line } = row
  const { reviewed_by: _r, reminded_days: _d, ...shown } = line
  return {
    ...shown,
    name: summary_enc === null ? '' : context.keys.open(summary_enc, casePlace('cases.summary_enc', row.case_id)),
    is_review_overdue:
      row.state === 'approved' && row.next_review_at !== null && row.next_review_at <= context.clock.now(),
  }
}

function eventOf({ keys }: CaseContext, row: EventRow): CaseEvent {
  const { event_no, type, to_state, at, by_kind, by_name, text_enc } = row
  const text =
    text_enc === null ? undefined : keys.open(text_enc, casePlace('case_events.text_enc', row.case_id, event_no))
  return { event_no, type, to_state, at, by_kind, by: by_name, ...(text !== undefined && { text }) }
}

async function listInvitations({ db, keys }: CaseContext, case_id: number): Promise<Invitation[]> {
  const rows = await invitationsOf(db, case_id)
  return rows.map(({ email_enc, by_name, case_id: _, ...row }) => ({
    ...row,
    email: keys.open(email_enc, casePlace('case_invitations.email_enc', case_id, row.invitation_no)),
    created_by: by_name,
  }))
}
