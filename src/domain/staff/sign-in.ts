/**
 * Signing in: password, second factor, a change of the password where one is due, enrolment of a second factor where there
 * is none. Each step answers what is asked next, and a token for it (sessions.ts).
 *
 * Whoever guesses learns nothing: an unknown user, a wrong password, one that has to wait, a locked and a suspended account get
 * one answer, after the same work and not before 400 ms. That delay grows with the failures of the user name (there being
 * such a user or not) and of the address. How many are compared at all is of tries/: no password locks an account, and browsers
 * that an owner has signed in with before wait for themselves alone.
 */
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Subject } from '../audit/acts.ts'
import { type Actor, inAct } from '../audit/record.ts'
import { PunteError } from '../errors.ts'
import { createTurns } from '../merchants/turns.ts'
import { passkeysOf } from './passkeys/store.ts'
import { isPassword } from './passwords.ts'
import { giveToken, isPortal, nextStage, type StaffContext, type Step } from './sessions.ts'
import { findStaff, holdUnchanged, lockWhereSpent, type StaffRow } from './store.ts'
import { admitTry, forgiveTry, sourcesOf } from './tries/admit.ts'
import { type Device, readDevices } from './tries/device.ts'

/** Wrong codes behind a right password, after which an account is locked. */
export const CODES_MOST = 10

const ADDRESS_AT_ONCE = 4
const ADDRESS_WAITING = 20
const ADDRESS_TIMEOUT_MS = 10_000
const FAILURES_KEPT_S = 900
const MAX_USER_NAME = 100
/** A password that somebody else made is good for this long. */
const TEMPORARY_MS = 72 * 60 * 60_000

/** What a refusal takes. Exported for tests, which wait for less. */
export const DELAYS = { refused_ms: 400, free_failures: 3, first_ms: 100, last_ms: 5_000 }

const failures = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: FAILURES_KEPT_S })
const queues = new Map<string, ReturnType<typeof createTurns>>()

export type SignIn = {
  readonly user_name: string
  readonly password: string
  /** Of the network, whoever stands in front having been believed or not. */
  readonly address: string
  /** What the browser keeps of those who have signed in with it (tries/device.ts). */
  readonly devices?: string
}

/** @throws PunteError SIGN_IN_REFUSED, whatever the reason; RATE_LIMITED, OVERLOADED */
export async function signIn(context: StaffContext, input: SignIn): Promise<Step> {
  const devices = readDevices(context, input.devices)
  // A crowd at the address that an owner shares, or at that of a proxy, does not stand in his way.
  // By person: whoever signs in often has many cookies, and one queue.
  const queue = devices[0] === undefined ? `address ${input.address}` : `known ${devices[0].staff_id}`
  const turns = queues.get(queue) ?? createTurns({ at_once: ADDRESS_AT_ONCE, waiting: ADDRESS_WAITING, order: 'first' })
  queues.set(queue, turns)
  try {
    return await turns.take(ADDRESS_TIMEOUT_MS, () => tryPassword(context, input, devices), rateLimited)
  } finally {
    if (turns.isIdle()) queues.delete(queue)
  }
}

async function tryPassword(context: StaffContext, input: SignIn, devices: readonly Device[]): Promise<Step> {
  const { address, password } = input
  const user_name = input.user_name.trim().toLowerCase().slice(0, MAX_USER_NAME)
  const not_before = pause(DELAYS.refused_ms)
  const found = await findStaff(context.db, user_name.replaceAll('\0', ''))
  // An account of the other realm is nobody here.
  const known = found !== undefined && (found.partner_id !== null) === isPortal(context) ? found : undefined
  const device_id = devices.find(({ staff_id }) => staff_id === known?.staff_id)?.device_id
  const sources = sourcesOf({ device_id, address })
  const staff = known === undefined ? undefined : await admitTry(context, known.staff_id, sources)
  const is_right = await isPassword(staff?.password_hash, password)
  const step =
    staff !== undefined && is_right && !isOutdated(context, staff)
      ? await afterPassword(context, staff, { address, sources })
      : undefined
  if (step !== undefined) return step
  // Whoever looks into a complaint sees whether it was the password, or the wait.
  await recordRefusal(context, known, { address, step: 'password', was_compared: staff !== undefined })
  const delay_ms = await delayAfter(
    device_id === undefined ? [`name ${user_name}`, `address ${address}`] : [`device ${device_id}`],
  )
  await not_before
  await pause(delay_ms)
  throw new PunteError('SIGN_IN_REFUSED')
}

/** @returns undefined: the account is another than when its password was compared (reset, changed, suspended) */
function afterPassword(
  context: StaffContext,
  staff: StaffRow,
  from: { readonly address: string; readonly sources: ReturnType<typeof sourcesOf> },
): Promise<Step | undefined> {
  const { address, sources } = from
  const stage = nextStage(context, staff, 'password')
  return inAct({ ...context, actor: actorOf(staff, address) }, async (db, record) => {
    if (!(await holdUnchanged(db, staff))) return undefined
    await forgiveTry(db, staff.staff_id, sources)
    const step = await giveToken(context, db, { staff, stage, address })
    const has_passkeys = stage === 'second_factor' && (await passkeysOf(db, staff.staff_id)).length > 0
    await record({ act: 'staff.sign-in', subject: subjectOf(staff), after: { shown: 'password', next: stage } })
    return has_passkeys ? { ...step, has_passkeys } : step
  })
}

function isOutdated(context: StaffContext, { password_is_temporary, password_at }: StaffRow): boolean {
  return password_is_temporary && context.clock.now().getTime() - password_at.getTime() > TEMPORARY_MS
}

export const subjectOf = ({ partner_id, user_name }: Pick<StaffRow, 'partner_id' | 'user_name'>): Subject => ({
  kind: partner_id === null ? 'staff' : 'partner-user',
  id: user_name,
})
export const actorOf = (staff: StaffRow, address: string): Actor => ({
  kind: staff.partner_id === null ? 'staff' : 'partner',
  name: staff.user_name,
  origin: address,
})

/**
 * On record. What was typed as a name is not kept: it may be a password.
 * @param input.locks the account is locked where that was its last try
 */
export async function recordRefusal(
  context: StaffContext,
  staff: StaffRow | undefined,
  input: {
    readonly address: string
    readonly step: string
    readonly was_compared?: boolean
    readonly locks?: boolean
  },
): Promise<void> {
  const { address, step, was_compared, locks } = input
  const actor: Actor = { kind: 'system', name: 'sign-in', origin: address }
  await inAct({ ...context, actor }, async (db, record) => {
    const is_locked_now =
      staff !== undefined &&
      locks === true &&
      (await lockWhereSpent(db, staff.staff_id, CODES_MOST, context.clock.now()))
    const subject: Subject = staff === undefined ? { kind: 'staff', id: 'unknown' } : subjectOf(staff)
    const after = { step, is_locked_now, ...(staff !== undefined && was_compared !== undefined && { was_compared }) }
    await record({ act: 'staff.sign-in', subject, outcome: 'refused', after })
  })
}

async function delayAfter(keys: readonly string[]): Promise<number> {
  const counted = await Promise.all(keys.map((key) => failures.consume(key)))
  const failed = Math.max(...counted.map(({ consumedPoints }) => consumedPoints)) - DELAYS.free_failures
  return failed <= 0 ? 0 : Math.min(DELAYS.last_ms, DELAYS.first_ms * 2 ** Math.min(failed - 1, 20))
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function rateLimited(): PunteError {
  return new PunteError('RATE_LIMITED', { retry_after_s: 5, detail: 'too many sign-ins of one address wait' })
}
