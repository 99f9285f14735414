/** Adding and removing passkeys, by their owner in an open session. */
import { randomUUID } from 'node:crypto'
import {
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  type VerifiedRegistrationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { inAct } from '../../audit/record.ts'
import { PunteError } from '../../errors.ts'
import { invalid } from '../../partners/profile.ts'
import { requireCurrentPassword } from '../change-password.ts'
import { passkeyNamePlace } from '../person.ts'
import type { Session, StaffContext } from '../sessions.ts'
import { subjectOf } from '../sign-in.ts'
import { newChallenge, type PasskeyPlace, readChallenge, requirePlace } from './challenge.ts'
import { deletePasskeys, insertPasskey, type PasskeyRow, passkeysOf, takeChallenge } from './store.ts'

const SERVICE = 'Punte'
const PASSKEYS_MOST = 10
const MAX_NAME = 60
const MAX_TRANSPORTS = 8
/** What authenticators of now sign with: Ed25519, ES256, RS256 (COSE, RFC 9053). */
const ALGORITHMS = [-8, -7, -257]

export type PasskeyView = Pick<PasskeyRow, 'passkey_id' | 'is_backed_up' | 'created_at' | 'used_at'> & {
  readonly name: string
}

const purposeOf = ({ session_id }: Session): string => `register:${session_id}`

export async function listPasskeys(
  context: Pick<StaffContext, 'db' | 'keys'>,
  staff_id: number,
): Promise<PasskeyView[]> {
  const rows = await passkeysOf(context.db, staff_id)
  return rows.map(({ passkey_id, is_backed_up, created_at, used_at, name_enc }) => {
    const name = context.keys.open(name_enc, passkeyNamePlace(staff_id, passkey_id))
    return { passkey_id, is_backed_up, created_at, used_at, name }
  })
}

/**
 * What the browser's `navigator.credentials.create` is asked for. Who finds an open session must not leave a key of his own in it:
 * hence the password once more.
 *
 * @throws PunteError PASSKEYS_UNAVAILABLE, CURRENT_PASSWORD_WRONG, SESSION_ENDED
 */
export async function beginPasskey(
  context: StaffContext,
  session: Session,
  input: { readonly place: PasskeyPlace | undefined; readonly current: string },
): ReturnType<typeof generateRegistrationOptions> {
  const { rp_id } = requirePlace(input.place)
  await requireCurrentPassword(context, session, input.current)
  const known = await passkeysOf(context.db, session.staff_id)
  return generateRegistrationOptions({
    rpName: SERVICE,
    rpID: rp_id,
    userName: session.user_name,
    // Says nothing about anybody, and the same for one person, so that a device keeps one key of an account.
    userID: new Uint8Array(context.keys.hash('staff.passkey-user', String(session.staff_id))),
    challenge: newChallenge(context, purposeOf(session)),
    attestationType: 'none',
    excludeCredentials: known.map((row) => ({
      id: row.credential_id.toString('base64url'),
      transports: row.transports,
    })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: ALGORITHMS,
  })
}

/**
 * @param input.response of the browser
 * @throws PunteError PASSKEY_REFUSED, PASSKEYS_UNAVAILABLE, PASSKEY_LIMIT, FIELD_INVALID of `name`
 */
export async function addPasskey(
  context: StaffContext,
  session: Session,
  input: { readonly place: PasskeyPlace | undefined; readonly name: string; readonly response: unknown },
): Promise<{ readonly passkey_id: string }> {
  const place = requirePlace(input.place)
  const name = checkName(input.name)
  const { info, used } = await verified(context, session, place, input.response as RegistrationResponseJSON)
  const passkey_id = randomUUID()
  const at = context.clock.now()
  const { credential, credentialBackedUp: is_backed_up } = info
  const row = {
    passkey_id,
    staff_id: session.staff_id,
    credential_id: Buffer.from(credential.id, 'base64url'),
    public_key: Buffer.from(credential.publicKey),
    counter: credential.counter,
    transports: (credential.transports ?? []).slice(0, MAX_TRANSPORTS).map((one) => String(one).slice(0, 20)),
    is_backed_up,
    name_enc: context.keys.seal(name, passkeyNamePlace(session.staff_id, passkey_id)),
    created_at: at,
  }
  await inAct({ ...context, actor: session.actor }, async (db, record) => {
    if (!(await takeChallenge(db, { ...used, at }))) throw new PunteError('PASSKEY_REFUSED')
    if (!(await insertPasskey(db, row, PASSKEYS_MOST))) throw new PunteError('PASSKEY_LIMIT')
    await record({ act: 'staff.passkey-add', subject: subjectOf(session), after: { passkey_id, is_backed_up } })
  })
  return { passkey_id }
}

async function verified(
  context: StaffContext,
  session: Session,
  place: PasskeyPlace,
  response: RegistrationResponseJSON,
): Promise<{
  info: NonNullable<VerifiedRegistrationResponse['registrationInfo']>
  used: { challenge_hash: Buffer; expires_at: Date }
}> {
  let used: ReturnType<typeof readChallenge>
  const answer = await verifyRegistrationResponse({
    response,
    expectedChallenge(challenge) {
      used = readChallenge(context, purposeOf(session), challenge)
      return used !== undefined
    },
    expectedOrigin: place.origin,
    expectedRPID: place.rp_id,
    requireUserVerification: true,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch(refused)
  if (!answer.verified || used === undefined) throw new PunteError('PASSKEY_REFUSED')
  return { info: answer.registrationInfo, used }
}

/** The library throws for whatever does not fit; its texts quote what was sent, so only the kind of error is kept. */
function refused(error: unknown): never {
  throw new PunteError('PASSKEY_REFUSED', { detail: error instanceof Error ? error.name : 'no error' })
}

/** @throws PunteError PASSKEY_UNKNOWN */
export async function removePasskey(context: StaffContext, session: Session, passkey_id: string): Promise<void> {
  await inAct({ ...context, actor: session.actor }, async (db, record) => {
    if ((await deletePasskeys(db, session.staff_id, passkey_id)) === 0) throw new PunteError('PASSKEY_UNKNOWN')
    await record({ act: 'staff.passkey-remove', subject: subjectOf(session), before: { passkey_id } })
  })
}

function checkName(given: string): string {
  const name = given.trim()
  if (name === '' || [...name].length > MAX_NAME || /\p{Cc}/u.test(name))
    throw invalid('name', `must be 1 to ${MAX_NAME} characters on one line`)
  return name
}
