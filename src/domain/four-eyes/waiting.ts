/** Proposals as staff see them. */
import type { Subject } from '../audit/acts.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { readRegistration } from '../partners/registrations.ts'
import { countWaiting, findApproval, type NamedApproval, pastApprovals } from '../staff/approval-store.ts'
import { listApprovals, reasonPlace } from '../staff/approvals.ts'
import { mayDo, type TwoPersonAct } from '../staff/roles.ts'
import { isStale } from './approve.ts'
import type { Proposer } from './propose.ts'

const PAGE = 50
/** Above all numbers of proposals. */
const NEWEST = 2_147_483_647

export type ApprovalLine = {
  readonly approval_id: number
  readonly act: TwoPersonAct
  readonly subject: Subject
  readonly state: 'proposed' | 'refused' | 'withdrawn' | 'executed' | 'expired'
  readonly proposed_by: string
  readonly proposed_at: Date
  readonly expires_at: Date
  readonly decided_by: string | null
  readonly decided_at: Date | null
  readonly is_own: boolean
  /** Whether whoever asks may approve or refuse it. */
  readonly may_decide: boolean
}

export type ApprovalView = ApprovalLine & {
  readonly input: Readonly<Record<string, unknown>>
  readonly seen: Readonly<Record<string, unknown>> | null
  readonly reason: string | null
  /** What stands in the way: its subject has changed, or the act would refuse it now. */
  readonly obstacle: { readonly code: string; readonly message: string } | null
  /** Of a certificate that is to be added. */
  readonly certificate: Awaited<ReturnType<typeof readRegistration>> | null
}

/** A page at a time: waiting ones oldest first, past ones newest first. */
export async function listProposals(
  context: Context,
  by: Proposer,
  asked: {
    readonly state: 'waiting' | 'past'
    /** Of the past ones: older than this number. */
    readonly before?: number
    /** Of the waiting ones: newer than this number. */
    readonly after?: number
    /** Of the waiting ones: of this alone. */
    readonly subject?: Subject
  },
): Promise<{ readonly approvals: readonly ApprovalLine[]; readonly has_more: boolean }> {
  const now = context.clock.now()
  const limit = PAGE + 1
  const { before = NEWEST, after = 0, subject } = asked
  const rows =
    asked.state === 'waiting'
      ? await listApprovals(context, { after, limit, ...(subject && { subject }) })
      : await pastApprovals(context.db, now, { before, limit })
  const shown = rows.slice(0, PAGE)
  return { approvals: shown.map((row) => lineOf(row, by, now)), has_more: rows.length > shown.length }
}

/** @throws PunteError APPROVAL_UNKNOWN */
export async function showProposal(context: Context, by: Proposer, approval_id: number): Promise<ApprovalView> {
  const row = await findApproval(context.db, approval_id)
  if (row === undefined) throw new PunteError('APPROVAL_UNKNOWN')
  const line = lineOf(row, by, context.clock.now())
  const { act, subject_id, input, seen, reason_enc } = row
  return {
    ...line,
    input,
    seen,
    reason: reason_enc === null ? null : context.keys.open(reason_enc, reasonPlace(act, subject_id)),
    obstacle: line.state === 'proposed' ? await obstacleOf(context, row) : null,
    certificate: await certificateOf(context, row),
  }
}

/** How many wait for whoever asks: what his role may approve and somebody else has proposed. */
export async function countProposals(
  context: Context,
  by: Proposer,
): Promise<{ readonly waiting: number; readonly own: number }> {
  const counts = await countWaiting(context.db, context.clock.now(), by.staff_id)
  const waiting = counts.filter(({ act }) => mayDo(by.role, act)).reduce((sum, { count, own }) => sum + count - own, 0)
  return { waiting, own: counts.reduce((sum, { own }) => sum + own, 0) }
}

function lineOf(row: NamedApproval, by: Proposer, now: Date): ApprovalLine {
  const { approval_id, act, subject_kind: kind, subject_id: id, proposed_at, expires_at, decided_at } = row
  const is_over = expires_at.getTime() <= now.getTime()
  const is_own = row.proposed_by === by.staff_id
  const state = row.state === 'approved' || (row.state === 'proposed' && is_over) ? 'expired' : row.state
  return {
    approval_id,
    act,
    subject: { kind, id },
    state,
    proposed_by: row.proposed_by_name,
    proposed_at,
    expires_at,
    decided_by: row.decided_by_name,
    decided_at,
    is_own,
    may_decide: state === 'proposed' && !is_own && mayDo(by.role, act),
  }
}

async function obstacleOf(context: Context, row: NamedApproval): Promise<ApprovalView['obstacle']> {
  const refused = await isStale(context, context.db, row).catch((error: unknown) => {
    if (error instanceof PunteError) return error
    throw error
  })
  if (refused === false) return null
  const { code, message } = refused === true ? new PunteError('APPROVAL_STALE') : refused
  return { code, message }
}

async function certificateOf(context: Context, { act, input }: NamedApproval): Promise<ApprovalView['certificate']> {
  const { kind, certificate_pem, authority_pem } = input
  if (act !== 'partner.certificate' || kind !== 'add') return null
  const files = { certificate_pem: String(certificate_pem), authority_pem: String(authority_pem) }
  // One that has expired since is told by the obstacle.
  return readRegistration(context, files).catch(() => null)
}
