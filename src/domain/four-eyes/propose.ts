/** The first of two steps: somebody proposes, and nothing is done yet. */
import type { TSchema } from 'typebox'
import { Check } from 'typebox/value'
import type { Subject } from '../audit/acts.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { checkReason } from '../partners/standing.ts'
import { propose, reasonPlace } from '../staff/approvals.ts'
import { requireProposal, type StaffAct } from '../staff/roles.ts'
import type { Session } from '../staff/sessions.ts'
import { EXECUTORS, type Executor } from './executors.ts'

export type Proposer = Pick<Session, 'staff_id' | 'role' | 'actor'>

export type Proposal = {
  readonly act: StaffAct
  readonly subject: Subject
  readonly input: Readonly<Record<string, unknown>>
  /** Why, for the second person. */
  readonly reason?: string
}

/**
 * Checks what can be checked already and keeps what the act depends on.
 * @throws PunteError ROLE_NOT_ALLOWED, FIELD_INVALID, and whatever the act itself would refuse
 */
export async function proposeAct(
  context: Context,
  by: Proposer,
  proposal: Proposal,
): Promise<{ readonly approval_id: number; readonly expires_at: Date }> {
  const { act, subject, input, reason } = proposal
  requireProposal(by, act)
  const executor = executorOf(act)
  if (!Check(executor.input, input)) throw new PunteError('FIELD_INVALID', { field: 'input' })
  const seen = executor.look && asJson(await executor.look(context, context.db, { subject, input }))
  return propose(context, by, {
    act,
    subject,
    input,
    ...(seen !== undefined && { seen }),
    ...(reason !== undefined && { reason_enc: context.keys.seal(checkReason(reason), reasonPlace(act, subject.id)) }),
  })
}

export function executorOf(act: StaffAct): Executor<TSchema> {
  const executor = EXECUTORS[act]
  if (executor === undefined) throw new Error(`nothing says how ${act} is done`)
  return executor
}

/** As it reads when it comes back from the database. */
export const asJson = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T
