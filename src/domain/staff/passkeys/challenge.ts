/**
 * Passkeys (WebAuthn Level 3): a key of somebody's device that signs for one place, after the device has verified who holds it.
 * register.ts adds and removes them, sign-in.ts takes them as both factors, or as the second one. This file: the place they
 * are of, and the challenges they sign.
 *
 * A challenge is ours by its own word (a MAC), so that whoever asks for many fills no table; it is bound to what it was made for,
 * good for five minutes, and once.
 */
import { hash, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { PunteError } from '../../errors.ts'
import type { StaffContext } from '../sessions.ts'

const VALID_MS = 5 * 60_000
const RANDOM_BYTES = 16
const EXPIRY_BYTES = 6
const MAC_BYTES = 16
const MAC_PURPOSE = 'staff.passkey-challenge'

/** Where passkeys are of: the host they are bound to, and the origin their pages have. */
export type PasskeyPlace = { readonly rp_id: string; readonly origin: string }

/**
 * @param public_url of the surface
 * @returns undefined where browsers make no passkeys: at a network address, or without TLS on another host than localhost
 */
export function passkeyPlace(public_url: string): PasskeyPlace | undefined {
  const { protocol, hostname, origin } = new URL(public_url)
  const is_address = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
  const is_secure = protocol === 'https:' || hostname === 'localhost' || hostname.endsWith('.localhost')
  return is_address || !is_secure ? undefined : { rp_id: hostname, origin }
}

/** @throws PunteError PASSKEYS_UNAVAILABLE */
export function requirePlace(place: PasskeyPlace | undefined): PasskeyPlace {
  if (place === undefined) throw new PunteError('PASSKEYS_UNAVAILABLE')
  return place
}

/** @param purpose what it is for, and of whose session: a challenge of another purpose is none */
export function newChallenge(context: Pick<StaffContext, 'keys' | 'clock'>, purpose: string): Uint8Array<ArrayBuffer> {
  const body = Buffer.alloc(RANDOM_BYTES + EXPIRY_BYTES)
  randomBytes(RANDOM_BYTES).copy(body)
  body.writeUIntBE(context.clock.now().getTime() + VALID_MS, RANDOM_BYTES, EXPIRY_BYTES)
  const mac = context.keys.mac(MAC_PURPOSE, messageOf(purpose, body)).subarray(0, MAC_BYTES)
  return new Uint8Array(Buffer.concat([body, mac]))
}

const messageOf = (purpose: string, body: Buffer): string => `${purpose}:${body.toString('hex')}`

/** @param challenge base64url, as it came back @returns undefined: not ours, of another purpose, or too old */
export function readChallenge(
  context: Pick<StaffContext, 'keys' | 'clock'>,
  purpose: string,
  challenge: string,
): { readonly challenge_hash: Buffer; readonly expires_at: Date } | undefined {
  const bytes = Buffer.from(challenge.slice(0, 100), 'base64url')
  if (bytes.length !== RANDOM_BYTES + EXPIRY_BYTES + MAC_BYTES) return undefined
  const body = bytes.subarray(0, RANDOM_BYTES + EXPIRY_BYTES)
  const mac = bytes.subarray(RANDOM_BYTES + EXPIRY_BYTES)
  if (!context.keys.verifyMac(MAC_PURPOSE, messageOf(purpose, body), mac)) return undefined
  const expires_at = new Date(body.readUIntBE(RANDOM_BYTES, EXPIRY_BYTES))
  if (expires_at.getTime() <= context.clock.now().getTime()) return undefined
  return { challenge_hash: hash('sha256', bytes, 'buffer'), expires_at }
}
