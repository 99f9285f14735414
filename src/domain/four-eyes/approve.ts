/** The second step: somebody else approves, and in the same transaction it is done. */
import { isDeepStrictEqual } from 'node:util'
import type { Queries } from '../audit/store.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { lockPartner } from '../partners/store.ts'
import type { ApprovalRow } from '../staff/approval-store.ts'
import { approve } from '../staff/approvals.ts'
import type { Done } from './executors.ts'
import { asJson, executorOf, type Proposer } from './propose.ts'

/**
 * @throws PunteError APPROVAL_UNKNOWN, APPROVAL_OWN, APPROVAL_CLOSED, ROLE_NOT_ALLOWED; APPROVAL_STALE, and what the act
 *   itself refuses: it stays a proposal then, for whoever proposed it to withdraw
 */
export function approveAct(context: Context, by: Proposer, approval_id: number): Promise<void> {
  return approve(context, by, approval_id, async (db, approval): Promise<Done> => {
    // What is looked at stays as it is until it is done.
    if (approval.subject_kind === 'partner') await lockPartner(db, approval.subject_id)
    if (await isStale(context, db, approval)) throw new PunteError('APPROVAL_STALE')
    return executorOf(approval.act).run(context, db, approval)
  })
}

/** Whether the subject is another than when it was proposed, as far as the act goes. */
export async function isStale(context: Context, db: Queries, approval: ApprovalRow): Promise<boolean> {
  const { act, subject_kind: kind, subject_id: id, input, seen } = approval
  const { look } = executorOf(act)
  if (look === undefined) return false
  const now = await look(context, db, { subject: { kind, id }, input })
  return !isDeepStrictEqual(asJson(now), seen)
}
