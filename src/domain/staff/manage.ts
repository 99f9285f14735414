/**
 * What administrators do with staff. Whoever calls names who acts (`actor`) and has asked `requireAct` where it is staff; the
 * command line asks nobody, for who holds the machine holds the installation. Every act is on record with what it changed.
 */
import type { Keys } from '../../infra/keys/keys.ts'
import { type Act, type Acting, inAct } from '../audit/record.ts'
import type { Queries } from '../audit/store.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { invalid } from '../partners/profile.ts'
import { deletePasskeys } from './passkeys/store.ts'
import type { Person } from './password-rules.ts'
import { hashStaffPassword, PASSWORDS_KEPT, temporaryPassword } from './passwords.ts'
import { checkPerson, openPerson, sealPerson } from './person.ts'
import { type AnyRole, PARTNER_ROLES, ROLES, type Role } from './roles.ts'
import { endSessions, type SessionRow, sessionsOf } from './session-store.ts'
import { subjectOf } from './sign-in.ts'
import {
  findStaff,
  insertStaff,
  keepPassword,
  listStaffRows,
  lockStaff,
  recoveryCodesLeft,
  replacePassword,
  replaceRecoveryCodes,
  type StaffChanges,
  type StaffRow,
  updateStaff,
} from './store.ts'
import { forgetTries } from './tries/store.ts'

export type ManageContext = Acting &
  Pick<Context, 'keys' | 'clock'> & {
    /** Whose people are managed: a partner's; absent: staff of the installation. All others are unknown then. */
    readonly partner_id?: number
  }

/** Staff as others see them: no hash, no secret. */
export type StaffSummary = Person &
  Pick<StaffRow, 'role' | 'status' | 'password_at' | 'password_is_temporary' | 'locked_at' | 'created_at'> & {
    readonly has_second_factor: boolean
  }

const SESSIONS_SHOWN = 20

/** @returns a password for one use, this once @throws PunteError FIELD_INVALID */
export async function addStaff(
  context: ManageContext,
  input: Person & { readonly role: Role },
): Promise<{ readonly temporary_password: string }> {
  const person = checkPerson(input)
  const role = checkRole(ROLES, input.role)
  const temporary_password = temporaryPassword()
  const password_hash = await hashStaffPassword(temporary_password)
  const at = context.clock.now()
  const row = {
    user_name: person.user_name,
    partner_id: null,
    person_enc: sealPerson(context.keys, person),
    role,
    password_hash,
    created_at: at,
  }
  await inAct(context, async (db, record) => {
    const staff_id = await insertStaff(db, row)
    if (staff_id === undefined) throw invalid('user_name', 'is taken')
    await keepPassword(db, { staff_id, password_hash, at, kept: PASSWORDS_KEPT })
    await record({ act: 'staff.add', subject: { kind: 'staff', id: person.user_name }, after: { role } })
  })
  return { temporary_password }
}

export async function listStaff(context: Pick<ManageContext, 'db' | 'keys' | 'partner_id'>): Promise<StaffSummary[]> {
  return (await listStaffRows(context.db, context.partner_id ?? null)).map((row) => summary(context.keys, row))
}

/** With their latest sessions, the newest first. @throws PunteError STAFF_UNKNOWN */
export async function showStaff(
  context: Pick<ManageContext, 'db' | 'keys' | 'partner_id'>,
  user_name: string,
): Promise<StaffSummary & { readonly recovery_codes_left: number; readonly sessions: readonly SessionRow[] }> {
  const row = await findStaff(context.db, user_name)
  if (row === undefined || row.partner_id !== (context.partner_id ?? null)) throw new PunteError('STAFF_UNKNOWN')
  const recovery_codes_left = await recoveryCodesLeft(context.db, row.staff_id)
  const sessions = await sessionsOf(context.db, row.staff_id, SESSIONS_SHOWN)
  return { ...summary(context.keys, row), recovery_codes_left, sessions }
}

/** What their open sessions may do changes with it, at once. @throws PunteError STAFF_UNKNOWN, FIELD_INVALID */
export async function setRole(
  context: ManageContext,
  input: { readonly user_name: string; readonly role: AnyRole },
): Promise<void> {
  const roles = context.partner_id === undefined ? ROLES : PARTNER_ROLES
  await change(context, input.user_name, 'staff.role', { role: checkRole(roles, input.role) })
}

/** Their sessions end. @throws PunteError STAFF_UNKNOWN */
export function suspendStaff(context: ManageContext, user_name: string): Promise<void> {
  return change(context, user_name, 'staff.suspend', { status: 'suspended' }, { end_sessions: 'suspended' })
}

/** @throws PunteError STAFF_UNKNOWN */
export function resumeStaff(context: ManageContext, user_name: string): Promise<void> {
  return change(context, user_name, 'staff.resume', { status: 'active' })
}

/** After ten wrong codes; passwords need not wait any longer either. @throws PunteError STAFF_UNKNOWN */
export function unlockStaff(context: ManageContext, user_name: string): Promise<void> {
  return inStaffAct(context, user_name, async (db, { staff_id, tries, locked_at }) => {
    await updateStaff(db, staff_id, { tries: 0, locked_at: null })
    await forgetTries(db, staff_id)
    return { act: 'staff.unlock', before: { tries, locked_at }, after: { tries: 0, locked_at: null } }
  })
}

/** Their sessions end; the second factor stays. @returns a password for one use, this once @throws PunteError STAFF_UNKNOWN */
export async function resetPassword(context: ManageContext, user_name: string): Promise<string> {
  const temporary = temporaryPassword()
  const password_hash = await hashStaffPassword(temporary)
  await inStaffAct(context, user_name, async (db, staff) => {
    const at = context.clock.now()
    const { staff_id, password_hash: seen_hash } = staff
    await replacePassword(db, { staff_id, seen_hash, password_hash, is_temporary: true, at, kept: PASSWORDS_KEPT })
    await updateStaff(db, staff_id, { tries: 0, locked_at: null })
    await forgetTries(db, staff_id)
    await endSessions(db, { staff_id, at, reason: 'password reset' })
    return { act: 'staff.reset-password' }
  })
  return temporary
}

/** For a lost telephone: recovery codes and passkeys end with it, sessions too; the next sign-in enrols anew. @throws PunteError STAFF_UNKNOWN */
export function resetTotp(context: ManageContext, user_name: string): Promise<void> {
  return inStaffAct(context, user_name, async (db, { staff_id, totp_step }) => {
    await updateStaff(db, staff_id, { totp_enc: null, totp_step: null })
    await replaceRecoveryCodes(db, staff_id, [])
    const passkeys = await deletePasskeys(db, staff_id)
    await endSessions(db, { staff_id, at: context.clock.now(), reason: 'second factor reset' })
    return { act: 'staff.reset-totp', before: { was_enrolled: totp_step !== null, passkeys } }
  })
}

/** Ends every session of theirs, or one. @returns how many lived @throws PunteError STAFF_UNKNOWN */
export async function signOutStaff(context: ManageContext, user_name: string, session_id?: string): Promise<number> {
  let ended = 0
  await inStaffAct(context, user_name, async (db, { staff_id }) => {
    const which = session_id === undefined ? {} : { only: session_id }
    ended = await endSessions(db, { staff_id, at: context.clock.now(), reason: 'ended by an administrator', ...which })
    return { act: 'staff.session-end', after: { ended } }
  })
  return ended
}

async function inStaffAct(
  context: ManageContext,
  user_name: string,
  work: (db: Queries, staff: StaffRow) => Promise<Omit<Act, 'subject'>>,
): Promise<void> {
  await inAct(context, async (db, record) => {
    const staff = await lockStaff(db, user_name)
    if (staff === undefined || staff.partner_id !== (context.partner_id ?? null)) throw new PunteError('STAFF_UNKNOWN')
    await record({ subject: subjectOf(staff), ...(await work(db, staff)) })
  })
}

function change(
  context: ManageContext,
  user_name: string,
  act: Act['act'],
  changes: StaffChanges,
  then: { readonly end_sessions?: string } = {},
): Promise<void> {
  return inStaffAct(context, user_name, async (db, staff) => {
    await updateStaff(db, staff.staff_id, changes)
    if (then.end_sessions !== undefined)
      await endSessions(db, { staff_id: staff.staff_id, at: context.clock.now(), reason: then.end_sessions })
    const before = Object.fromEntries(Object.keys(changes).map((name) => [name, staff[name as keyof StaffChanges]]))
    return { act, before, after: changes }
  })
}

export function checkRole<R extends string>(roles: readonly R[], role: string): R {
  const found = roles.find((one) => one === role)
  if (found === undefined) throw invalid('role', `must be of ${roles.join(', ')}`)
  return found
}

function summary(keys: Keys, row: StaffRow): StaffSummary {
  const { role, status, password_at, password_is_temporary, locked_at, created_at } = row
  const has_second_factor = row.totp_step !== null
  return {
    ...openPerson(keys, row),
    role,
    status,
    password_at,
    password_is_temporary,
    locked_at,
    created_at,
    has_second_factor,
  }
}
