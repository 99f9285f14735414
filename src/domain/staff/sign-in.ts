/**
 * Signing in: password, second factor, a change of the password where one is due, enrolment of a second factor where there
 * is none. Each step answers what is asked next, and a token for it (sessions.ts).
 *
 * Whoever guesses learns nothing: an unknown user, a wrong password, a locked and a suspended account get one answer, after
 * the same work and not before 400 ms. The delay grows with the failures of the user name (there being such a user or
 * not) and of the address. After ten tries without a success the account is locked until an administrator unlocks it; tries are
 * counted before they are checked, so that many at once are no more than ten.
 */
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { type Actor, inAct } from '../audit/record.ts'
import { PunteError } from '../errors.ts'
import { createTurns } from '../merchants/turns.ts'
import { passkeysOf } from './passkeys/store.ts'
import { isPassword } from './passwords.ts'
import { giveToken, isPortal, nextStage, type StaffContext, type Step } from './sessions.ts'
import { findStaff, lockWhereSpent, type StaffRow, takeTry, updateStaff } from './store.ts'

export const TRIES_MOST = 10

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
const addresses = new Map<string, ReturnType<typeof createTurns>>()

export type SignIn = {
  readonly user_name: string
  readonly password: string
  /** Of the network, whoever stands in front having been believed or not. */
  readonly address: string
}

/** @throws PunteError SIGN_IN_REFUSED, whatever the reason; RATE_LIMITED, OVERLOADED */
export async function signIn(context: StaffContext, input: SignIn): Promise<Step> {
  const { address } = input
  const turns =
    addresses.get(address) ?? createTurns({ at_once: ADDRESS_AT_ONCE, waiting: ADDRESS_WAITING, order: 'first' })
  addresses.set(address, turns)
  try {
    return await turns.take(ADDRESS_TIMEOUT_MS, () => tryPassword(context, input), rateLimited)
  } finally {
    if (turns.isIdle()) addresses.delete(address)
  }
}

async function tryPassword(context: StaffContext, input: SignIn): Promise<Step> {
  const { address, password } = input
  const user_name = input.user_name.trim().toLowerCase().slice(0, MAX_USER_NAME)
  const not_before = pause(DELAYS.refused_ms)
  const found = await findStaff(context.db, user_name.replaceAll('\0', ''))
  // An account of the other realm is nobody here.
  const known = found !== undefined && (found.partner_id !== null) === isPortal(context) ? found : undefined
  const staff = known === undefined ? undefined : await takeTry(context.db, known.staff_id, TRIES_MOST)
  const is_right = await isPassword(staff?.password_hash, password)
  if (staff === undefined || !is_right || isOutdated(context, staff)) {
    await recordRefusal(context, known, { address, step: 'password' })
    const delay_ms = await delayAfter(user_name, address)
    await not_before
    await pause(delay_ms)
    throw new PunteError('SIGN_IN_REFUSED')
  }
  const stage = nextStage(context, staff, 'password')
  return inAct({ ...context, actor: actorOf(staff, address) }, async (db, record) => {
    // With a second factor the tries are given back when it was shown: who has the password alone may not guess codes for ever.
    if (stage !== 'second_factor') await updateStaff(db, staff.staff_id, { tries: 0 })
    const step = await giveToken(context, db, { staff, stage, address })
    const has_passkeys = stage === 'second_factor' && (await passkeysOf(db, staff.staff_id)).length > 0
    await record({ act: 'staff.sign-in', subject: subjectOf(staff), after: { shown: 'password', next: stage } })
    return has_passkeys ? { ...step, has_passkeys } : step
  })
}

function isOutdated(context: StaffContext, { password_is_temporary, password_at }: StaffRow): boolean {
  return password_is_temporary && context.clock.now().getTime() - password_at.getTime() > TEMPORARY_MS
}

export const subjectOf = ({ partner_id, user_name }: Pick<StaffRow, 'partner_id' | 'user_name'>) => ({
  kind: partner_id === null ? 'staff' : 'partner-user',
  id: user_name,
})
export const actorOf = (staff: StaffRow, address: string): Actor => ({
  kind: staff.partner_id === null ? 'staff' : 'partner',
  name: staff.user_name,
  origin: address,
})

/** On record, and the account locked where that was its last try. What was typed as a name is not kept: it may be a password. */
export async function recordRefusal(
  context: StaffContext,
  staff: StaffRow | undefined,
  input: { readonly address: string; readonly step: string },
): Promise<void> {
  const actor: Actor = { kind: 'system', name: 'sign-in', origin: input.address }
  await inAct({ ...context, actor }, async (db, record) => {
    const is_locked_now =
      staff !== undefined && (await lockWhereSpent(db, staff.staff_id, TRIES_MOST, context.clock.now()))
    const subject = staff === undefined ? { kind: 'staff', id: 'unknown' } : subjectOf(staff)
    await record({ act: 'staff.sign-in', subject, outcome: 'refused', after: { step: input.step, is_locked_now } })
  })
}

async function delayAfter(user_name: string, address: string): Promise<number> {
  const [of_name, of_address] = await Promise.all([
    failures.consume(`name ${user_name}`),
    failures.consume(`address ${address}`),
  ])
  const failed = Math.max(of_name.consumedPoints, of_address.consumedPoints) - DELAYS.free_failures
  return failed <= 0 ? 0 : Math.min(DELAYS.last_ms, DELAYS.first_ms * 2 ** Math.min(failed - 1, 20))
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function rateLimited(): PunteError {
  return new PunteError('RATE_LIMITED', { retry_after_s: 5, detail: 'too many sign-ins of one address wait' })
}
