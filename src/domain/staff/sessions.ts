/**
 * Sessions of staff: a random token, of which only the hash is stored, worth something until it was idle for
 * PUNTE_STAFF_IDLE_MINUTES, 12 hours after sign-in at the latest, or until it is ended. Every step of a sign-in gives a
 * new token, so that one that was slipped to somebody before is worth nothing after.
 */
import { hash, randomBytes } from 'node:crypto'
import type { Settings } from '../../config.ts'
import { type Actor, inAct } from '../audit/record.ts'
import type { Queries } from '../audit/store.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import type { AnyRole } from './roles.ts'
import { endSessions, type Found, insertSession, moveSession, type Stage, touchSession } from './session-store.ts'
import type { StaffRow } from './store.ts'

/** Where somebody signs in: staff of the installation at the office, people of partners at the portal, each only there. */
export type Realm = 'office' | 'portal'

export type StaffContext = Pick<Context, 'db' | 'keys' | 'clock'> & {
  readonly settings: Pick<Settings, 'PUNTE_PASSWORD_DAYS' | 'PUNTE_STAFF_IDLE_MINUTES'>
  /** Absent: the office. */
  readonly realm?: Realm
  /** Who acts, where it is not the one whose token is shown. */
  readonly actor?: Actor
}

const TOKEN_BYTES = 32
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const OPEN_MS = 12 * 60 * MINUTE_MS
/** To type a code, think of a password, find the telephone. */
const STEP_MS = 10 * MINUTE_MS
const WARNED_DAYS = 10

export type Step = {
  /** What is asked next; `open`: nothing, the token is that of a session. */
  readonly stage: Stage
  /** 256 random bits, base64url; shown to nobody but its owner. */
  readonly token: string
  readonly ends_at: Date
  /** A passkey may stand in the place of the code that is asked next. */
  readonly has_passkeys?: boolean
  /** Days until the password must be changed, from 10 days before. */
  readonly password_days_left?: number
}

export type Session = {
  readonly session_id: string
  readonly staff_id: number
  readonly user_name: string
  /** Whose person this is: at the portal every query is of this partner; at the office null. */
  readonly partner_id: number | null
  readonly role: AnyRole
  readonly ends_at: Date
  /** When it ends if nothing is done until then; never after `ends_at`. */
  readonly idle_ends_at: Date
  readonly password_days_left?: number
  /** As the audit log names who acts. */
  readonly actor: Actor
}

export const tokenHash = (token: string): Buffer => hash('sha256', token, 'buffer')

/**
 * The session of a token; being asked for keeps it from idling out.
 * @param more.is_background nobody did anything: it does not
 * @throws PunteError SESSION_ENDED for whatever is no open session
 */
export async function requireSession(
  context: StaffContext,
  token: string,
  more: { readonly is_background?: boolean } = {},
): Promise<Session> {
  const found = await findSession(context, token, ['open'], more)
  const idle_ms = found.seen_at.getTime() + context.settings.PUNTE_STAFF_IDLE_MINUTES * MINUTE_MS
  const { session_id, staff_id, user_name, partner_id, role, ends_at } = found
  const actor = actorOf(found)
  const idle_ends_at = new Date(Math.min(idle_ms, ends_at.getTime()))
  const session = { session_id, staff_id, user_name, partner_id, role, ends_at, idle_ends_at, actor }
  return { ...session, ...warning(context, found.password_at) }
}

const actorOf = ({ partner_id, user_name, address }: Found): Actor => ({
  kind: partner_id === null ? 'staff' : 'partner',
  name: user_name,
  origin: address,
})

/** A session last used before is over. */
export const sessionIdleSince = ({ clock, settings }: Pick<StaffContext, 'clock' | 'settings'>): Date =>
  new Date(clock.now().getTime() - settings.PUNTE_STAFF_IDLE_MINUTES * MINUTE_MS)

export const isPortal = ({ realm }: Pick<StaffContext, 'realm'>): boolean => realm === 'portal'

/** @throws PunteError SESSION_ENDED when the token is none, of the other realm, has ended, or stands at another step */
export async function findSession(
  context: StaffContext,
  token: string,
  stages: readonly Stage[],
  more: { readonly is_background?: boolean } = {},
): Promise<Found> {
  const at = context.clock.now()
  const idle_since = sessionIdleSince(context)
  const found =
    token.length > 100
      ? undefined
      : await touchSession(context.db, {
          token_hash: tokenHash(token),
          at,
          idle_since,
          is_of_partner: isPortal(context),
          keeps_alive: more.is_background !== true,
        })
  if (found === undefined || !stages.includes(found.stage)) throw new PunteError('SESSION_ENDED')
  return found
}

/** What is asked of one who has shown what `shown` says. */
export function nextStage(context: StaffContext, staff: StaffRow, shown: 'password' | 'second_factor'): Stage {
  if (shown === 'password' && staff.totp_step !== null) return 'second_factor'
  if (mustChangePassword(context, staff)) return 'password'
  return staff.totp_step === null ? 'enrolment' : 'open'
}

function mustChangePassword(context: StaffContext, staff: StaffRow): boolean {
  return staff.password_is_temporary || daysLeft(context, staff.password_at) <= 0
}

function daysLeft(context: StaffContext, password_at: Date): number {
  const age_days = (context.clock.now().getTime() - password_at.getTime()) / DAY_MS
  return Math.ceil(context.settings.PUNTE_PASSWORD_DAYS - age_days)
}

function warning(context: StaffContext, password_at: Date): { password_days_left?: number } {
  const left = daysLeft(context, password_at)
  return left <= WARNED_DAYS ? { password_days_left: Math.max(0, left) } : {}
}

/** A sign-in's first token, or with `former` the next in its place. */
export async function giveToken(
  context: StaffContext,
  db: Queries,
  input: { readonly staff: StaffRow; readonly stage: Stage; readonly address: string; readonly former?: string },
): Promise<Step> {
  const { staff, stage, address, former } = input
  const at = context.clock.now()
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  const ends_at = new Date(at.getTime() + (stage === 'open' ? OPEN_MS : STEP_MS))
  const token_hash = tokenHash(token)
  if (former === undefined) {
    await insertSession(db, { token_hash, staff_id: staff.staff_id, stage, address, at, ends_at })
  } else if (!(await moveSession(db, { former_hash: tokenHash(former), token_hash, stage, at, ends_at })))
    throw new PunteError('SESSION_ENDED')
  return { stage, token, ends_at, ...(stage === 'open' && warning(context, staff.password_at)) }
}

/** From then on the token is worth nothing, whoever holds a copy. */
export async function signOut(context: StaffContext, token: string): Promise<void> {
  // Whoever stops between two steps signs out as well.
  const found = await findSession(context, token, ['second_factor', 'password', 'enrolment', 'open'])
  const { session_id, staff_id } = found
  const actor = actorOf(found)
  await endStaffSessions({ ...context, actor }, { staff_id, only: session_id, reason: 'signed out' })
}

/** Ends one session of somebody, or all. @returns how many lived */
export function endStaffSessions(
  context: StaffContext,
  input: { readonly staff_id: number; readonly only?: string; readonly reason: string },
): Promise<number> {
  return inAct(context, async (db, record) => {
    const ended = await endSessions(db, { ...input, at: context.clock.now() })
    const subject = { kind: 'staff-sessions', id: String(input.staff_id) } as const
    if (ended > 0) await record({ act: 'staff.session-end', subject, after: { ended, reason: input.reason } })
    return ended
  })
}
