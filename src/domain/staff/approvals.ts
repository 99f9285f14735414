/**
 * Acts that take two people (`takesTwo` in roles.ts): one proposes, another whose role allows it approves, then it is
 * executed once, as it was proposed. It expires after three days, approved or not.
 */
import { inAct } from '../audit/record.ts'
import type { Queries } from '../audit/store.ts'
import { PunteError } from '../errors.ts'
import { invalid } from '../partners/profile.ts'
import {
  type ApprovalRow,
  insertApproval,
  lockApproval,
  markDecided,
  markExecuted,
  waitingApprovals,
} from './approval-store.ts'
import { requireAct, type StaffAct, takesTwo } from './roles.ts'
import type { Session, StaffContext } from './sessions.ts'

const EXPIRES_MS = 72 * 60 * 60_000
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
    readonly subject: { readonly kind: string; readonly id: string }
    readonly input: Readonly<Record<string, unknown>>
  },
): Promise<{ readonly approval_id: number; readonly expires_at: Date }> {
  requireAct(by, input.act)
  if (!takesTwo(input.act)) throw invalid('act', 'takes nobody else')
  if (JSON.stringify(input.input).length > MAX_INPUT) throw invalid('input', 'is too large')
  const proposed_at = context.clock.now()
  const expires_at = new Date(proposed_at.getTime() + EXPIRES_MS)
  const { kind: subject_kind, id: subject_id } = input.subject
  return inAct({ ...context, actor: by.actor }, async (db, record) => {
    const row = { act: input.act, subject_kind, subject_id, input: { ...input.input } }
    const approval_id = await insertApproval(db, { ...row, proposed_by: by.staff_id, proposed_at, expires_at })
    await record({ act: 'approval.propose', subject: input.subject, after: { approval_id, act: input.act } })
    return { approval_id, expires_at }
  })
}

/** @throws PunteError APPROVAL_UNKNOWN, APPROVAL_OWN, APPROVAL_CLOSED, ROLE_NOT_ALLOWED */
export function approve(context: StaffContext, by: Staff, approval_id: number): Promise<void> {
  return decide(context, by, approval_id, 'approved')
}

/** @throws PunteError as `approve` */
export function refuse(context: StaffContext, by: Staff, approval_id: number): Promise<void> {
  return decide(context, by, approval_id, 'refused')
}

/** By the one who proposed it. @throws PunteError APPROVAL_UNKNOWN, APPROVAL_CLOSED, ROLE_NOT_ALLOWED */
export function withdraw(context: StaffContext, by: Staff, approval_id: number): Promise<void> {
  return decide(context, by, approval_id, 'withdrawn')
}

function decide(
  context: StaffContext,
  by: Staff,
  approval_id: number,
  state: 'approved' | 'refused' | 'withdrawn',
): Promise<void> {
  const at = context.clock.now()
  return inAct({ ...context, actor: by.actor }, async (db, record) => {
    const row = await openApproval(db, approval_id, 'proposed', at)
    requireAct(by, row.act)
    const is_own = row.proposed_by === by.staff_id
    if (state === 'withdrawn' && !is_own) throw new PunteError('ROLE_NOT_ALLOWED')
    if (state !== 'withdrawn' && is_own) throw new PunteError('APPROVAL_OWN')
    await markDecided(db, { approval_id, state, by: by.staff_id, at })
    await record({ act: `approval.${state}`, subject: subjectOf(row), after: { approval_id, act: row.act } })
  })
}

/**
 * Does what was approved, in one transaction with the mark that it is done: once, or not at all.
 *
 * @param work on the connection it is given; nothing outside the database, for it may run again
 * @throws PunteError APPROVAL_UNKNOWN, APPROVAL_CLOSED, ROLE_NOT_ALLOWED
 */
export function execute<T>(
  context: StaffContext,
  by: Staff,
  approval_id: number,
  work: (db: Queries, approval: ApprovalRow) => Promise<T>,
): Promise<T> {
  const at = context.clock.now()
  return inAct({ ...context, actor: by.actor }, async (db, record) => {
    const row = await openApproval(db, approval_id, 'approved', at)
    requireAct(by, row.act)
    const result = await work(db, row)
    await markExecuted(db, approval_id, at)
    const { proposed_by, decided_by } = row
    await record({ act: row.act, subject: subjectOf(row), after: { approval_id, proposed_by, decided_by } })
    return result
  })
}

/** What waits for a decision or for being done. */
export function listApprovals(context: StaffContext): Promise<ApprovalRow[]> {
  return waitingApprovals(context.db, context.clock.now(), LISTED)
}

async function openApproval(
  db: Queries,
  approval_id: number,
  state: ApprovalRow['state'],
  at: Date,
): Promise<ApprovalRow> {
  const row = await lockApproval(db, approval_id)
  if (row === undefined) throw new PunteError('APPROVAL_UNKNOWN')
  if (row.state !== state || row.expires_at.getTime() <= at.getTime()) throw new PunteError('APPROVAL_CLOSED')
  return row
}

const subjectOf = (row: ApprovalRow) => ({ kind: row.subject_kind, id: row.subject_id })
