/** The link of an invitation: whom it is for, and the password that is set with it. It is good once, for three days. */
import { inAct } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { checkNewPassword, hashStaffPassword, PASSWORDS_KEPT } from '../staff/passwords.ts'
import { openPerson } from '../staff/person.ts'
import { endSessions } from '../staff/session-store.ts'
import { giveToken, nextStage, type StaffContext, type Step, tokenHash } from '../staff/sessions.ts'
import { actorOf, subjectOf } from '../staff/sign-in.ts'
import { formerPasswords, replacePassword, type StaffRow, staffById, updateStaff } from '../staff/store.ts'
import { findInvitation, type Invited, takeInvitation } from './invitation-store.ts'

const MAX_TOKEN = 100

/** @throws PunteError PASSWORD_LINK_ENDED for whatever is no good link */
export async function showInvitation(
  context: StaffContext & Pick<Context, 'partners'>,
  token: string,
): Promise<{ readonly user_name: string; readonly partner_name: string; readonly expires_at: Date }> {
  const { staff, expires_at } = await invited(context, token)
  const partner_name = context.partners.byId(staff.partner_id as number)?.name ?? ''
  return { user_name: staff.user_name, partner_name, expires_at }
}

/**
 * Sets the password and goes on with the sign-in: a second factor is asked for, or enrolled. All sessions before end.
 *
 * @throws PunteError PASSWORD_LINK_ENDED, FIELD_INVALID of `password`
 */
export async function acceptInvitation(
  context: StaffContext,
  input: { readonly token: string; readonly password: string; readonly address: string },
): Promise<Step> {
  const { staff } = await invited(context, input.token)
  await checkNewPassword(
    input.password,
    openPerson(context.keys, staff),
    await formerPasswords(context.db, staff.staff_id),
  )
  const password_hash = await hashStaffPassword(input.password)
  const at = context.clock.now()
  const { address } = input
  return inAct({ ...context, actor: actorOf(staff, address) }, async (db, record) => {
    if (!(await takeInvitation(db, tokenHash(input.token), at))) throw ended()
    const { staff_id, password_hash: seen_hash } = staff
    const change = { staff_id, seen_hash, password_hash, is_temporary: false, at, kept: PASSWORDS_KEPT }
    if (!(await replacePassword(db, change))) throw ended()
    // The mailbox is one proof; the second factor, where there is one, is still asked for.
    if (staff.totp_step === null) await updateStaff(db, staff_id, { tries: 0, locked_at: null })
    await endSessions(db, { staff_id, at, reason: 'password set by an invitation' })
    const changed = { ...staff, password_is_temporary: false, password_at: at }
    const step = await giveToken(context, db, {
      staff: changed,
      stage: nextStage(context, changed, 'password'),
      address,
    })
    await record({ act: 'partner-user.invitation', subject: subjectOf(staff) })
    return step
  })
}

async function invited(
  context: StaffContext,
  token: string,
): Promise<{ readonly staff: StaffRow; readonly expires_at: Date }> {
  const found: Invited | undefined =
    token.length > MAX_TOKEN ? undefined : await findInvitation(context.db, tokenHash(token), context.clock.now())
  const staff = found && (await staffById(context.db, found.staff_id))
  if (found === undefined || staff === undefined) throw ended()
  return { staff, expires_at: found.expires_at }
}

const ended = () => new PunteError('PASSWORD_LINK_ENDED')
