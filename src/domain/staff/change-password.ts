/** Staff change their own passwords: the first one, the one that has come of age, or whenever they like. */
import { inAct } from '../audit/record.ts'
import { PunteError } from '../errors.ts'
import { checkNewPassword, hashStaffPassword, isPassword, PASSWORDS_KEPT } from './passwords.ts'
import { openPerson } from './person.ts'
import { endSessions, giveSessionTries, takeSessionTry } from './session-store.ts'
import {
  endStaffSessions,
  findSession,
  giveToken,
  nextStage,
  type Session,
  type StaffContext,
  type Step,
} from './sessions.ts'
import { actorOf, recordRefusal, subjectOf } from './sign-in.ts'
import { formerPasswords, replacePassword, type StaffRow, staffById, updateStaff } from './store.ts'

/** In one session. */
const WRONG_MOST = 10

/**
 * All other sessions of theirs end, and the token is a new one. A lock ends as well: it is there against one who knows the former.
 *
 * @param input.current needed in a session; a sign-in that asks for a new password has just seen it
 * @throws PunteError FIELD_INVALID of `password` with every rule that is broken, CURRENT_PASSWORD_WRONG,
 *   SESSION_ENDED
 */
export async function changePassword(
  context: StaffContext,
  input: { readonly token: string; readonly current?: string; readonly password: string },
): Promise<Step> {
  const session = await findSession(context, input.token, ['password', 'open'])
  const staff = await staffById(context.db, session.staff_id)
  if (staff === undefined) throw new PunteError('SESSION_ENDED')
  if (session.stage === 'open') await checkCurrent(context, staff, session, input.current ?? '')
  const former = await formerPasswords(context.db, staff.staff_id)
  await checkNewPassword(input.password, openPerson(context.keys, staff), former)
  const password_hash = await hashStaffPassword(input.password)
  const at = context.clock.now()
  const { staff_id, password_hash: seen_hash } = staff
  return inAct({ ...context, actor: actorOf(staff, session.address) }, async (db, record) => {
    const change = { staff_id, seen_hash, password_hash, is_temporary: false, at, kept: PASSWORDS_KEPT }
    if (!(await replacePassword(db, change))) throw new PunteError('SESSION_ENDED')
    await updateStaff(db, staff_id, { tries: 0, locked_at: null })
    await endSessions(db, { staff_id, at, reason: 'password changed', but_not: session.session_id })
    const changed = { ...staff, password_is_temporary: false, password_at: at }
    const stage = nextStage(context, changed, 'second_factor')
    const step = await giveToken(context, db, {
      staff: changed,
      stage,
      address: session.address,
      former: input.token,
    })
    await record({ act: 'staff.password', subject: subjectOf(staff) })
    return step
  })
}

/**
 * For acts that a session alone should not do: whoever finds one open must not take the account.
 * @throws PunteError CURRENT_PASSWORD_WRONG; SESSION_ENDED after ten of them
 */
export async function requireCurrentPassword(context: StaffContext, session: Session, current: string): Promise<void> {
  const staff = await staffById(context.db, session.staff_id)
  if (staff === undefined) throw new PunteError('SESSION_ENDED')
  const { session_id, actor } = session
  await checkCurrent(context, staff, { session_id, address: actor.origin ?? '' }, current)
}

// Who finds an open session must not guess the password in it. That costs the session, and nobody else anything.
async function checkCurrent(
  context: StaffContext,
  staff: StaffRow,
  session: { readonly session_id: string; readonly address: string },
  current: string,
): Promise<void> {
  const { session_id, address } = session
  const tried = await takeSessionTry(context.db, session_id, WRONG_MOST)
  if (tried === undefined) throw new PunteError('SESSION_ENDED')
  if (await isPassword(staff.password_hash, current)) return giveSessionTries(context.db, session_id)
  await recordRefusal(context, staff, { address, step: 'current password' })
  if (tried < WRONG_MOST) throw new PunteError('CURRENT_PASSWORD_WRONG', { field: 'current' })
  const actor = actorOf(staff, address)
  const { staff_id } = staff
  await endStaffSessions({ ...context, actor }, { staff_id, only: session_id, reason: 'too many wrong passwords' })
  throw new PunteError('SESSION_ENDED')
}
