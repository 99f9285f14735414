/**
 * Staff of the demo, one or two of each role, with their second factors: through the doors that people use. Passwords and
 * secrets stay the same for as long as the world's folder does, in a file of its owner.
 */
import { readFile } from 'node:fs/promises'
import { changePassword } from '../../domain/staff/change-password.ts'
import { addStaff, resetPassword, resetTotp } from '../../domain/staff/manage.ts'
import type { Role } from '../../domain/staff/roles.ts'
import { beginEnrolment, confirmEnrolment } from '../../domain/staff/second-factor.ts'
import { type StaffContext, signOut } from '../../domain/staff/sessions.ts'
import { signIn } from '../../domain/staff/sign-in.ts'
import { findStaff } from '../../domain/staff/store.ts'
import { fromBase32, stepAt, totpCode } from '../../domain/staff/totp.ts'
import { systemClock } from '../../infra/clock.ts'
import type { Database } from '../../infra/database/database.ts'
import type { Keys } from '../../infra/keys/keys.ts'
import { writePrivate } from './files.ts'
import { newPassword } from './new-password.ts'
import type { World } from './world.ts'

export type SeededStaff = {
  readonly user: string
  readonly password: string
  readonly role: Role
  /** Base32, as authenticator apps take it. */
  readonly totp_secret: string
}

/** Two of those whose acts another of the same role must approve. */
const STAFF: readonly { readonly user: string; readonly name: string; readonly role: Role }[] = [
  { user: 'ioana.stan', name: 'Ioana Stan', role: 'administrator' },
  { user: 'vasile.rusu', name: 'Vasile Rusu', role: 'administrator' },
  { user: 'elena.dobre', name: 'Elena Dobre', role: 'compliance' },
  { user: 'dan.marin', name: 'Dan Marin', role: 'compliance' },
  { user: 'mihai.luca', name: 'Mihai Luca', role: 'operations' },
  { user: 'ruxandra.ene', name: 'Ruxandra Ene', role: 'operations' },
  { user: 'teodora.pavel', name: 'Teodora Pavel', role: 'support' },
  { user: 'grigore.toma', name: 'Grigore Toma', role: 'auditor' },
]

/** A code works once: those of now are left for whoever signs in. */
const ENROLLED_BEFORE_MS = 120_000
const ADDRESS = '127.0.0.1'

/** A second start finds them. */
export async function seedStaff(
  world: World,
  { db, keys }: { readonly db: Database; readonly keys: Keys },
): Promise<SeededStaff[]> {
  const clock = { now: () => new Date(systemClock.now().getTime() - ENROLLED_BEFORE_MS) }
  const settings = { PUNTE_PASSWORD_DAYS: 60, PUNTE_STAFF_IDLE_MINUTES: 15 }
  const context: StaffContext = { db, keys, clock, settings, actor: { kind: 'system', name: 'demo' } }
  const kept = await readKept(world.staff)
  const missing = STAFF.filter(({ user }) => !kept.some((one) => one.user === user))
  if (missing.length === 0) return kept
  const added: SeededStaff[] = []
  // One after the other: many sign-ins from one address at once are refused where the machine is slow.
  for (const person of missing) added.push(await enrol(context, person))
  const all = [...kept, ...added]
  await writePrivate(world.staff, `${JSON.stringify(all, null, 2)}\n`)
  return all
}

async function enrol(context: StaffContext, { user, name, role }: (typeof STAFF)[number]): Promise<SeededStaff> {
  const email = `${user}@punte.example`
  const password = newPassword({ user_name: user, name, email })
  const temporary_password = await begin(context, { user_name: user, name, email, role })
  const first = await signIn(context, { user_name: user, password: temporary_password, address: ADDRESS })
  const { token } = await changePassword(context, { token: first.token, password })
  const { secret } = await beginEnrolment(context, { token })
  const code = totpCode(fromBase32(secret), stepAt(context.clock.now()))
  const session = await confirmEnrolment(context, { token, code })
  await signOut(context, session.token)
  return { user, password, role, totp_secret: secret }
}

/** Of an earlier start that broke off somebody may be there whose password nobody knows. */
async function begin(context: StaffContext, person: Parameters<typeof addStaff>[1]): Promise<string> {
  const { user_name } = person
  if ((await findStaff(context.db, user_name)) === undefined)
    return (await addStaff(context, person)).temporary_password
  await resetTotp(context, user_name)
  return resetPassword(context, user_name)
}

async function readKept(path: string): Promise<SeededStaff[]> {
  const text = await readFile(path, 'utf8').catch(() => '[]')
  return JSON.parse(text) as SeededStaff[]
}
