/**
 * Time-based one-time passwords: RFC 6238 with SHA-1, 6 digits and steps of 30 s, which is what authenticator apps know.
 * Pure; which steps were used is for the caller to keep.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const STEP_S = 30
const DIGITS = 6
/** RFC 4226 §4 R6: 160 bits. */
const SECRET_BYTES = 20
/** Steps that a clock may be off, either way (RFC 6238 §5.2). */
const DRIFT = 1
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export const newTotpSecret = (): Buffer => randomBytes(SECRET_BYTES)

/** HOTP of RFC 4226 §5.3 over the number of the step. */
export function totpCode(secret: Uint8Array, step: number, digits: number = DIGITS): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const offset = (mac.at(-1) as number) & 0xf
  const number = (mac.readUInt32BE(offset) & 0x7fff_ffff) % 10 ** digits
  return String(number).padStart(digits, '0')
}

export const stepAt = (at: Date): number => Math.floor(at.getTime() / 1000 / STEP_S)

/**
 * The step whose code this is: the present one or one beside it, and later than the last one used. All are computed,
 * whichever fits.
 */
export function matchingStep(secret: Uint8Array, code: string, at: Date, used_step: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined
  let found: number | undefined
  for (let step = stepAt(at) - DRIFT; step <= stepAt(at) + DRIFT; step += 1) {
    const fits = timingSafeEqual(Buffer.from(totpCode(secret, step)), Buffer.from(code))
    if (fits && step > used_step) found = step
  }
  return found
}

/** Base32 of RFC 4648 §6 without padding: what people type when they cannot scan. 20 bytes are 32 letters. */
export function base32(bytes: Uint8Array): string {
  let bits = 0
  let value = 0
  let text = ''
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32[(value >>> (bits - 5)) & 31]
  }
  return bits > 0 ? text + BASE32[(value << (5 - bits)) & 31] : text
}

/** What `base32` wrote. Other letters count as none. */
export function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

/** The address that authenticator apps read as a QR code. */
export function totpAddress(secret: Uint8Array, issuer: string, user_name: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(user_name)}`
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_S}`
}
