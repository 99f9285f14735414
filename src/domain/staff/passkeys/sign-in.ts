/**
 * Signing in with a passkey whose device has verified its owner: as both factors, or as the second one after the password. A
 * password that is due is still asked for, and one that somebody else made must be shown first (decision 0025). Keys cannot be
 * guessed: nothing counts tries here, and a lock, which is against guessing, keeps no owner of a key out (decision 0031).
 */
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server'
import { inAct } from '../../audit/record.ts'
import { PunteError } from '../../errors.ts'
import { findSession, giveToken, isPortal, nextStage, type StaffContext, type Step } from '../sessions.ts'
import { actorOf, recordRefusal, subjectOf } from '../sign-in.ts'
import { type StaffRow, staffById, updateStaff } from '../store.ts'
import { newChallenge, type PasskeyPlace, readChallenge, requirePlace } from './challenge.ts'
import { findPasskey, markUsed, type PasskeyRow, passkeysOf, takeChallenge } from './store.ts'

type Place = PasskeyPlace | undefined
type Options = ReturnType<typeof generateAuthenticationOptions>

const ALONE = 'sign-in'
const factorOf = (session_id: string): string => `factor:${session_id}`

/** What `navigator.credentials.get` is asked for, whoever comes: says nothing about anybody. @throws PunteError PASSKEYS_UNAVAILABLE */
export async function passkeyOptions(context: StaffContext, place: Place): Options {
  const { rp_id } = requirePlace(place)
  return generateAuthenticationOptions({
    rpID: rp_id,
    challenge: newChallenge(context, ALONE),
    userVerification: 'required',
  })
}

/** The same after the password, of this person's own keys. @throws PunteError SESSION_ENDED, PASSKEY_UNKNOWN (there is none) */
export async function passkeyFactorOptions(
  context: StaffContext,
  input: { readonly place: Place; readonly token: string },
): Options {
  const { rp_id } = requirePlace(input.place)
  const session = await findSession(context, input.token, ['second_factor'])
  const known = await passkeysOf(context.db, session.staff_id)
  if (known.length === 0) throw new PunteError('PASSKEY_UNKNOWN')
  return generateAuthenticationOptions({
    rpID: rp_id,
    challenge: newChallenge(context, factorOf(session.session_id)),
    allowCredentials: known.map((row) => ({ id: row.credential_id.toString('base64url'), transports: row.transports })),
    userVerification: 'required',
  })
}

/** @param input.address of the network @throws PunteError PASSKEY_REFUSED whatever the reason */
export async function signInWithPasskey(
  context: StaffContext,
  input: { readonly place: Place; readonly response: unknown; readonly address: string },
): Promise<Step> {
  const { address } = input
  const found = await findOwner(context, input.response)
  // What nobody here has registered is not kept: anybody may send as much of it as he likes.
  if (found === undefined) throw new PunteError('PASSKEY_REFUSED')
  const { staff, passkey } = found
  const may = staff.status === 'active' && !staff.password_is_temporary
  const shown = may ? await verified(context, { ...input, passkey, purpose: ALONE }) : undefined
  if (shown === undefined) {
    await recordRefusal(context, staff, { address, step: 'passkey' })
    throw new PunteError('PASSKEY_REFUSED')
  }
  return take(context, { staff, passkey, shown, address })
}

/** @throws PunteError PASSKEY_REFUSED, SESSION_ENDED */
export async function completeWithPasskey(
  context: StaffContext,
  input: { readonly place: Place; readonly token: string; readonly response: unknown },
): Promise<Step> {
  const { session_id, staff_id, address } = await findSession(context, input.token, ['second_factor'])
  const staff = await staffById(context.db, staff_id)
  if (staff === undefined) throw new PunteError('SESSION_ENDED')
  const passkey = (await findOwner(context, input.response))?.passkey
  const shown =
    passkey?.staff_id === staff_id
      ? await verified(context, { ...input, passkey, purpose: factorOf(session_id) })
      : undefined
  if (passkey === undefined || shown === undefined) {
    await recordRefusal(context, staff, { address, step: 'passkey' })
    throw new PunteError('PASSKEY_REFUSED')
  }
  return take(context, { staff, passkey, shown, address, former: input.token })
}

/** Of this realm: a key of the other is nobody's here. */
async function findOwner(
  context: StaffContext,
  response: unknown,
): Promise<{ staff: StaffRow; passkey: PasskeyRow } | undefined> {
  const id = typeof response === 'object' && response !== null && 'id' in response ? response.id : undefined
  if (typeof id !== 'string' || id.length > 1400) return undefined
  const passkey = await findPasskey(context.db, Buffer.from(id, 'base64url'))
  const staff = passkey === undefined ? undefined : await staffById(context.db, passkey.staff_id)
  if (passkey === undefined || staff === undefined || (staff.partner_id !== null) !== isPortal(context))
    return undefined
  return { staff, passkey }
}

type Shown = {
  readonly used: { readonly challenge_hash: Buffer; readonly expires_at: Date }
  readonly counter: number
  readonly is_backed_up: boolean
}

async function verified(
  context: StaffContext,
  input: {
    readonly place: Place
    readonly response: unknown
    readonly passkey: PasskeyRow
    readonly purpose: string
  },
): Promise<Shown | undefined> {
  const { rp_id, origin } = requirePlace(input.place)
  const { passkey } = input
  let used: ReturnType<typeof readChallenge>
  const answer = await verifyAuthenticationResponse({
    response: input.response as AuthenticationResponseJSON,
    expectedChallenge(challenge) {
      used = readChallenge(context, input.purpose, challenge)
      return used !== undefined
    },
    expectedOrigin: origin,
    expectedRPID: rp_id,
    requireUserVerification: true,
    credential: {
      id: passkey.credential_id.toString('base64url'),
      publicKey: new Uint8Array(passkey.public_key),
      counter: passkey.counter,
    },
  }).catch(() => undefined)
  if (answer?.verified !== true || used === undefined) return undefined
  const { newCounter: counter, credentialBackedUp: is_backed_up } = answer.authenticationInfo
  return { used, counter, is_backed_up }
}

async function take(
  context: StaffContext,
  input: {
    readonly staff: StaffRow
    readonly passkey: PasskeyRow
    readonly shown: Shown
    readonly address: string
    readonly former?: string
  },
): Promise<Step> {
  const { staff, passkey, shown, address, former } = input
  const { passkey_id, counter: seen_counter } = passkey
  const at = context.clock.now()
  try {
    return await inAct({ ...context, actor: actorOf(staff, address) }, async (db, record) => {
      const use = { passkey_id, seen_counter, counter: shown.counter, is_backed_up: shown.is_backed_up, at }
      if (!(await takeChallenge(db, { ...shown.used, at })) || !(await markUsed(db, use)))
        throw new PunteError('PASSKEY_REFUSED')
      await updateStaff(db, staff.staff_id, { tries: 0 })
      const stage = nextStage(context, staff, 'second_factor')
      const step = await giveToken(context, db, { staff, stage, address, ...(former !== undefined && { former }) })
      await record({
        act: 'staff.sign-in',
        subject: subjectOf(staff),
        after: { shown: 'passkey', passkey_id, next: stage },
      })
      return step
    })
  } catch (error) {
    // Shown before: a copy, or twice at once.
    if (error instanceof PunteError && error.code === 'PASSKEY_REFUSED')
      await recordRefusal(context, staff, { address, step: 'passkey shown before' })
    throw error
  }
}
