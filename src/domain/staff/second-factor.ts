/** The second factor: a code of an authenticator app (TOTP, RFC 6238), or one of ten recovery codes, each good once. */
import { randomInt } from 'node:crypto'
import { inAct } from '../audit/record.ts'
import { PunteError } from '../errors.ts'
import { requireCurrentPassword } from './change-password.ts'
import { totpPlace } from './person.ts'
import { findSession, giveToken, nextStage, type Session, type StaffContext, type Step } from './sessions.ts'
import { actorOf, CODES_MOST, recordRefusal, subjectOf } from './sign-in.ts'
import {
  putTotpSecret,
  recoveryCodesLeft,
  replaceRecoveryCodes,
  type StaffRow,
  staffById,
  takeRecoveryCode,
  takeStep,
  takeTry,
  updateStaff,
} from './store.ts'
import { base32, matchingStep, newTotpSecret, totpAddress } from './totp.ts'

const ISSUER = 'Punte'
const RECOVERY_CODES = 10
// 16 characters of 31: 79 bits.
const CODE_ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'
const CODE_GROUPS = 4

/**
 * The step after the password, where a second factor is enrolled. Ten wrong codes lock the account until an administrator
 * looks: whoever tries them has the password.
 *
 * @param input.code six digits, or a recovery code
 * @throws PunteError SECOND_FACTOR_REFUSED; SESSION_ENDED also when tries are used up and the account is locked
 */
export async function completeSecondFactor(
  context: StaffContext,
  input: { readonly token: string; readonly code: string },
): Promise<Step & { readonly recovery_codes_left: number }> {
  const session = await findSession(context, input.token, ['second_factor'])
  const staff = await takeTry(context.db, session.staff_id, CODES_MOST)
  if (staff === undefined) throw new PunteError('SESSION_ENDED')
  const actor = actorOf(staff, session.address)
  const done = await inAct({ ...context, actor }, async (db, record) => {
    const by = await (isDigits(input.code)
      ? takeCode(context, db, staff, input.code)
      : takeRecovery(context, db, staff, input.code))
    if (by === undefined) return undefined
    await updateStaff(db, staff.staff_id, { tries: 0 })
    const stage = nextStage(context, staff, 'second_factor')
    const step = await giveToken(context, db, { staff, stage, address: session.address, former: input.token })
    const recovery_codes_left = await recoveryCodesLeft(db, staff.staff_id)
    await record({ act: 'staff.sign-in', subject: subjectOf(staff), after: { shown: by, next: stage } })
    return { ...step, recovery_codes_left }
  })
  if (done !== undefined) return done
  await recordRefusal(context, staff, { address: session.address, step: 'second factor', locks: true })
  throw new PunteError('SECOND_FACTOR_REFUSED')
}

type Db = Parameters<typeof takeStep>[0]
const isDigits = (code: string): boolean => /^\d{6}$/.test(code.trim())

async function takeCode(context: StaffContext, db: Db, staff: StaffRow, code: string): Promise<'code' | undefined> {
  const step = matchingStep(secretOf(context, staff), code.trim(), context.clock.now(), staff.totp_step ?? 0)
  return step !== undefined && (await takeStep(db, staff, step)) ? 'code' : undefined
}

async function takeRecovery(
  context: StaffContext,
  db: Db,
  staff: StaffRow,
  code: string,
): Promise<'recovery code' | undefined> {
  const hash = recoveryHash(context, staff.staff_id, code)
  return (await takeRecoveryCode(db, staff.staff_id, hash, context.clock.now())) ? 'recovery code' : undefined
}

function secretOf(context: StaffContext, staff: StaffRow): Buffer {
  if (staff.totp_enc === null) throw new PunteError('SECOND_FACTOR_REFUSED', { detail: 'no second factor is enrolled' })
  return Buffer.from(context.keys.open(staff.totp_enc, totpPlace(staff.user_name)), 'base64')
}

/**
 * A new secret, which counts once a code of it was shown. Called again it makes another.
 * @returns the secret in base32, and the address that authenticator apps read as a QR code
 */
export async function beginEnrolment(
  context: StaffContext,
  input: { readonly token: string },
): Promise<{ readonly secret: string; readonly address: string }> {
  const { staff_id, user_name } = await findSession(context, input.token, ['enrolment'])
  const secret = newTotpSecret()
  const totp_enc = context.keys.seal(secret.toString('base64'), totpPlace(user_name))
  if (!(await putTotpSecret(context.db, staff_id, totp_enc))) throw new PunteError('SESSION_ENDED')
  return { secret: base32(secret), address: totpAddress(secret, ISSUER, user_name) }
}

/** @returns the session, and ten recovery codes, this once @throws PunteError SECOND_FACTOR_REFUSED, SESSION_ENDED */
export async function confirmEnrolment(
  context: StaffContext,
  input: { readonly token: string; readonly code: string },
): Promise<Step & { readonly recovery_codes: readonly string[] }> {
  const session = await findSession(context, input.token, ['enrolment'])
  const staff = await staffById(context.db, session.staff_id)
  if (staff === undefined || staff.totp_step !== null) throw new PunteError('SESSION_ENDED')
  const { recovery_codes, hashes } = newRecoveryCodes(context, staff.staff_id)
  const actor = actorOf(staff, session.address)
  return inAct({ ...context, actor }, async (db, record) => {
    if ((await takeCode(context, db, staff, input.code)) === undefined) throw new PunteError('SECOND_FACTOR_REFUSED')
    await replaceRecoveryCodes(db, staff.staff_id, hashes)
    const step = await giveToken(context, db, { staff, stage: 'open', address: session.address, former: input.token })
    await record({ act: 'staff.totp-enrol', subject: subjectOf(staff) })
    return { ...step, recovery_codes }
  })
}

/**
 * Ten new ones; those of before are worth nothing from then on. @returns them, this once
 * @throws PunteError CURRENT_PASSWORD_WRONG, SESSION_ENDED
 */
export async function renewRecoveryCodes(
  context: StaffContext,
  session: Session,
  current: string,
): Promise<{ readonly recovery_codes: readonly string[] }> {
  await requireCurrentPassword(context, session, current)
  const { recovery_codes, hashes } = newRecoveryCodes(context, session.staff_id)
  await inAct({ ...context, actor: session.actor }, async (db, record) => {
    await replaceRecoveryCodes(db, session.staff_id, hashes)
    await record({ act: 'staff.recovery-codes', subject: subjectOf(session) })
  })
  return { recovery_codes }
}

function newRecoveryCodes(
  context: StaffContext,
  staff_id: number,
): { readonly recovery_codes: readonly string[]; readonly hashes: readonly Buffer[] } {
  const recovery_codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode)
  return { recovery_codes, hashes: recovery_codes.map((code) => recoveryHash(context, staff_id, code)) }
}

function newRecoveryCode(): string {
  const group = () => Array.from({ length: 4 }, () => CODE_ALPHABET[randomInt(CODE_ALPHABET.length)]).join('')
  return Array.from({ length: CODE_GROUPS }, group).join('-')
}

// As it is typed: large letters, other dashes, spaces.
function recoveryHash(context: StaffContext, staff_id: number, code: string): Buffer {
  const plain = code
    .slice(0, 100)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
  return context.keys.hash('staff.recovery', `${staff_id}:${plain}`)
}
