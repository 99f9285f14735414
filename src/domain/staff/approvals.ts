/**
 * Acts that take two people (`takesTwo` in roles.ts): one proposes, another whose role allows it approves, and in that very
 * transaction it is done once, as it was proposed. A proposal expires after three days. What each act does stands in
 * src/domain/four-eyes.
 */
import type { Subject } from '../audit/acts.ts'
import { type Act, inAct } from '../audit/record.ts'
import type { Queries } from '../audit/store.ts'
import { PunteError } from '../errors.ts'
import { invalid } from '../partners/profile.ts'
import {
  type ApprovalRow,
  areTied,
  insertApproval,
  lockApproval,
  markDecided,
  markExecuted,
  type NamedApproval,
  waitingApprovals,
} from './approval-store.ts'
import { mayPropose, requireAct, requireProposal, type StaffAct, takesTwo } from './roles.ts'
import type { Session, StaffContext } from './sessions.ts'
import { staffById } from './store.ts'

const EXPIRES_MS = 72 * 60 * 60_000
/** An account that somebody has made or taken over is not a second person: not before others had a day to see it. */
const TIED_HOURS = 24
const MAX_INPUT = 200_000
const LISTED = 200

type Staff = Pick<Session, 'staff_id' | 'role' | 'actor'>

/**
 * @param input.input what is to be done, JSON without secrets and personal data
 * @throws PunteError ROLE_NOT_ALLOWED, FIELD_INVALID
 */
export async function propose(
  context: StaffContext,
  by: Staff,
  input: {
    readonly act: StaffAct
    readonly subject: Subject
    readonly input: Readonly<Record<string, unknown>>
    /** What of the subject the act depends on. */
    readonly seen?: Readonly<Record<string, unknown>>
    /** Why, sealed: words of staff may hold anything. */
    readonly reason_enc?: Buffer
  },
): Promise<{ readonly approval_id: number; readonly expires_at: Date }> {
  const { act } = input
  requireProposal(by, act)
  if (!takesTwo(act)) throw invalid('act', 'takes nobody else')
  if (JSON.stringify(input.input).length > MAX_INPUT) throw invalid('input', 'is too large')
  const proposed_at = context.clock.now()
  const expires_at = new Date(proposed_at.getTime() + EXPIRES_MS)
  const { kind: subject_kind, id: subject_id } = input.subject
  return inAct({ ...context, actor: by.actor }, async (db, record) => {
    const { seen = null, reason_enc = null } = input
    const row = { act, subject_kind, subject_id, input: { ...input.input }, seen, reason_enc }
    const approval_id = await insertApproval(db, { ...row, proposed_by: by.staff_id, proposed_at, expires_at })
    await record({ act: 'approval.propose', subject: input.subject, after: { approval_id, act } })
    return { approval_id, expires_at }
  })
}

/**
 * Approves and does it, in one transaction: once, or not at all, and then it is still proposed.
 *
 * @param work on the connection it is given; nothing outside the database, for it may run again. What it answers is what
 *   the audit log tells of it.
 * @throws PunteError APPROVAL_UNKNOWN, APPROVAL_OWN, APPROVAL_TIED, APPROVAL_VOID, APPROVAL_CLOSED, ROLE_NOT_ALLOWED
 */
export function approve(
  context: StaffContext,
  by: Staff,
  approval_id: number,
  work: (db: Queries, approval: ApprovalRow) => Promise<Pick<Act, 'before' | 'after'>>,
): Promise<void> {
  const at = context.clock.now()
  return inAct({ ...context, actor: by.actor }, async (db, record) => {
    const row = await openApproval(db, approval_id, at)
    requireAct(by, row.act)
    const { proposed_by } = row
    if (proposed_by === by.staff_id) throw new PunteError('APPROVAL_OWN')
    await requireProposer(db, row)
    if (await areTied(db, [proposed_by, by.staff_id], TIED_HOURS)) throw new PunteError('APPROVAL_TIED')
    const { before, after } = await work(db, row)
    await markDecided(db, { approval_id, state: 'approved', by: by.staff_id, at })
    await markExecuted(db, approval_id, at)
    const subject = subjectOf(row)
    await record({ act: 'approval.approved', subject, after: { approval_id, act: row.act } })
    const done = { ...after, approval_id, proposed_by, approved_by: by.staff_id }
    await record({ act: row.act, subject, ...(before !== undefined && { before }), after: done })
  })
}

/** Who was shut out since, or has another role, proposes nothing any more. @throws PunteError APPROVAL_VOID */
async function requireProposer(db: Queries, { proposed_by, act }: ApprovalRow): Promise<void> {
  const proposer = await staffById(db, proposed_by)
  if (proposer?.status !== 'active' || !mayPropose(proposer, act)) throw new PunteError('APPROVAL_VOID')
}

/** @throws PunteError APPROVAL_UNKNOWN, APPROVAL_OWN, APPROVAL_CLOSED, ROLE_NOT_ALLOWED */
export function refuse(context: StaffContext, by: Staff, approval_id: number): Promise<void> {
  return close(context, by, approval_id, 'refused')
}

/** By the one who proposed it. @throws PunteError APPROVAL_UNKNOWN, APPROVAL_CLOSED, ROLE_NOT_ALLOWED */
export function withdraw(context: StaffContext, by: Staff, approval_id: number): Promise<void> {
  return close(context, by, approval_id, 'withdrawn')
}

function close(context: StaffContext, by: Staff, approval_id: number, state: 'refused' | 'withdrawn'): Promise<void> {
  const at = context.clock.now()
  return inAct({ ...context, actor: by.actor }, async (db, record) => {
    const row = await openApproval(db, approval_id, at)
    requireAct(by, row.act)
    const is_own = row.proposed_by === by.staff_id
    if (state === 'withdrawn' && !is_own) throw new PunteError('ROLE_NOT_ALLOWED')
    if (state === 'refused' && is_own) throw new PunteError('APPROVAL_OWN')
    await markDecided(db, { approval_id, state, by: by.staff_id, at })
    await record({ act: `approval.${state}`, subject: subjectOf(row), after: { approval_id, act: row.act } })
  })
}

/** What waits for a decision, the oldest first, a page at a time. */
export function listApprovals(
  context: StaffContext,
  {
    after = 0,
    limit = LISTED,
    subject,
  }: { readonly after?: number; readonly limit?: number; readonly subject?: Subject } = {},
): Promise<NamedApproval[]> {
  return waitingApprovals(context.db, context.clock.now(), { after, limit, ...(subject && { subject }) })
}

async function openApproval(db: Queries, approval_id: number, at: Date): Promise<ApprovalRow> {
  const row = await lockApproval(db, approval_id)
  if (row === undefined) throw new PunteError('APPROVAL_UNKNOWN')
  if (row.state !== 'proposed' || row.expires_at.getTime() <= at.getTime()) throw new PunteError('APPROVAL_CLOSED')
  return row
}

const subjectOf = (row: ApprovalRow): Subject => ({ kind: row.subject_kind, id: row.subject_id })

/** Where a proposal's reason is sealed. */
export const reasonPlace = (act: string, subject_id: string): string => `approvals.reason:${act}:${subject_id}`
