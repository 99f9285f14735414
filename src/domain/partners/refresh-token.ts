/**
 * Refresh tokens: opaque to partners, `payload.mac`. The payload names partner, payment and generation, so that no
 * lookup is needed to know whose it is; the random part is what the database keeps (only its hash), so the token of a
 * new payment can be made before its number is known. Pure: no database.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Keys } from '../../infra/keys/keys.ts'
import { PunteError } from '../errors.ts'

export type RefreshClaims = {
  readonly partner_id: number
  readonly payment_id: number
  /** 1 for the first of a pair, one more for each rotation. */
  readonly generation: number
  /** Seconds since the epoch. */
  readonly issued_at: number
  readonly secret: Buffer
}

const VERSION = 1
const SECRET_BYTES = 16
// version 1 | partner 4 | payment 8 | generation 4 | issued at 6 | secret 16
const PAYLOAD_BYTES = 1 + 4 + 8 + 4 + 6 + SECRET_BYTES
const PURPOSE = 'refresh-token'

export function newRefreshSecret(): Buffer {
  return randomBytes(SECRET_BYTES)
}

/** What the database keeps of a refresh token: SHA-256 of 128 random bits, which nobody can search. */
export function refreshHash(secret: Buffer): Buffer {
  return createHash('sha256').update(secret).digest()
}

export function writeRefreshToken(keys: Keys, claims: RefreshClaims): string {
  const payload = Buffer.alloc(PAYLOAD_BYTES)
  payload.writeUInt8(VERSION, 0)
  payload.writeUInt32BE(claims.partner_id, 1)
  payload.writeBigUInt64BE(BigInt(claims.payment_id), 5)
  payload.writeUInt32BE(claims.generation, 13)
  payload.writeUIntBE(claims.issued_at, 17, 6)
  claims.secret.copy(payload, 23)
  const text = payload.toString('base64url')
  return `${text}.${keys.mac(PURPOSE, text).toString('base64url')}`
}

/** @throws PunteError TOKEN_INVALID when this installation never wrote it */
export function readRefreshToken(keys: Keys, token: string): RefreshClaims {
  const [text = '', mac = '', ...rest] = token.length <= 256 ? token.split('.') : []
  const payload = Buffer.from(text, 'base64url')
  const genuine =
    rest.length === 0 &&
    payload.length === PAYLOAD_BYTES &&
    payload.readUInt8(0) === VERSION &&
    keys.verifyMac(PURPOSE, text, exactBase64url(mac, 32))
  if (!genuine) throw new PunteError('TOKEN_INVALID', { detail: 'refresh token' })
  return {
    partner_id: payload.readUInt32BE(1),
    payment_id: Number(payload.readBigUInt64BE(5)),
    generation: payload.readUInt32BE(13),
    issued_at: payload.readUIntBE(17, 6),
    secret: payload.subarray(23),
  }
}

// A truncated mac would verify where macs are short by design; here they are whole.
function exactBase64url(text: string, bytes: number): Buffer {
  const value = Buffer.from(text, 'base64url')
  return value.length === bytes ? value : Buffer.alloc(bytes)
}
