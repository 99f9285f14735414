/**
 * The installation's keys at work: sealing of personal data at rest, keyed hashes for exact search, message
 * authentication and the signing key. node:crypto, synchronous: 10 µs a field, while WebCrypto costs 0.2 ms of
 * thread hops a call.
 *
 * A sealed value: version (1 byte, 1) | id of the sealing key (4) | IV (12, random) | ciphertext | GCM tag (16).
 * AES-256-GCM, the context as additional data, so that a value copied to another row or column does not open. Random
 * 96-bit IVs allow 2^32 values under one AES key (NIST SP 800-38D §8.3), which a busy installation would reach in
 * weeks. So each context has its own AES key, by the one-step derivation of NIST SP 800-56C (§4.1) with SHA-256: the
 * limit holds per context (one field of one row), where it is out of reach.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
  randomFillSync,
  sign,
  timingSafeEqual,
} from 'node:crypto'
import { type KeyFile, readKeyFile } from './key-file.ts'

export type Keys = {
  /** @param context says whose value it is, e.g. `payments.terms:${partner_id}:${payment_id}`; the same to open it */
  seal(plaintext: string, context: string): Buffer
  /** @throws SealError when altered, of another context, or sealed with a key that is gone */
  open(sealed: Uint8Array, context: string): string
  /** Sealed with a key that is not the active one. */
  needsReseal(sealed: Uint8Array): boolean
  /** Keyed hash (HMAC-SHA-256, 32 bytes) for exact search; `kind` parts the fields. Never changes. */
  hash(kind: string, value: string): Buffer
  /** 32 bytes, HMAC-SHA-256 under a key derived for the purpose (HKDF, RFC 5869). */
  mac(purpose: string, message: string): Buffer
  /** Constant time; accepts a MAC cut to its first 16 bytes or more. */
  verifyMac(purpose: string, message: string, mac: Uint8Array): boolean
  readonly signing: {
    /** Of the active key: RFC 7638 thumbprint. */
    readonly kid: string
    /** Ed25519 (RFC 8032) over the data, 64 bytes. */
    sign(data: Uint8Array): Buffer
    /** Public keys: active, next and those that still verify. */
    jwks(): { keys: PublicJwk[] }
    publicKey(kid: string): KeyObject | undefined
  }
}

export type PublicJwk = { kty: 'OKP'; crv: 'Ed25519'; x: string; kid: string; use: 'sig'; alg: 'EdDSA' }

/** A sealed value cannot be opened. Says nothing of its content. */
export class SealError extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'SealError'
  }
}

const VERSION = 1
const HEADER = 5
const IV = 12
const TAG = 16

/** @throws KeyFileError when the file is missing, open to others, or damaged */
export function loadKeys(path: string): Keys {
  return createKeys(readKeyFile(path))
}

function createKeys(file: KeyFile): Keys {
  return { ...createSealing(file), ...createMacs(file), signing: createSigning(file) }
}

function createSealing(file: KeyFile): Pick<Keys, 'seal' | 'open' | 'needsReseal'> {
  const sealing = new Map(file.sealing.map((key) => [Number.parseInt(key.id, 16), derivationInput(key.key)]))
  const active_id = Number.parseInt(file.sealing.find((key) => key.state === 'active')?.id ?? '', 16)
  const keyFor = (id: number, context: string): KeyObject => {
    const key = sealing.get(id)
    if (key === undefined) throw new SealError('sealed with a key that this installation does not have')
    // One hash in one call takes 1.5 µs, an HMAC object 10. As a KeyObject, though used once: a cipher given the bytes
    // takes 15 µs longer than one given this.
    return createSecretKey(hash('sha256', Buffer.concat([key, Buffer.from(context)]), 'buffer'))
  }
  return {
    seal(plaintext, context) {
      const header = Buffer.allocUnsafe(HEADER)
      header[0] = VERSION
      header.writeUInt32BE(active_id, 1)
      const iv = nextIv()
      const cipher = createCipheriv('aes-256-gcm', keyFor(active_id, context), iv)
      cipher.setAAD(Buffer.from(context))
      const body = cipher.update(plaintext, 'utf8')
      return Buffer.concat([header, iv, body, cipher.final(), cipher.getAuthTag()])
    },
    open(sealed, context) {
      const blob = asBuffer(sealed)
      if (blob.length < HEADER + IV + TAG || blob[0] !== VERSION) throw new SealError('not a sealed value')
      const key = keyFor(blob.readUInt32BE(1), context)
      const decipher = createDecipheriv('aes-256-gcm', key, blob.subarray(HEADER, HEADER + IV), { authTagLength: TAG })
      decipher.setAAD(Buffer.from(context))
      decipher.setAuthTag(blob.subarray(blob.length - TAG))
      const body = decipher.update(blob.subarray(HEADER + IV, blob.length - TAG))
      try {
        return Buffer.concat([body, decipher.final()]).toString('utf8')
      } catch {
        throw new SealError('the sealed value was altered or belongs elsewhere')
      }
    },
    needsReseal(sealed) {
      const blob = asBuffer(sealed)
      return blob.length < HEADER || blob[0] !== VERSION || blob.readUInt32BE(1) !== active_id
    },
  }
}

// SP 800-56C §4.1: counter (1, one block suffices) || key || fixed information, to which the context is appended.
function derivationInput(key: string): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 1]), secretKey(key).export(), Buffer.from('punte/seal/1\0')])
}

// Random bytes are fetched for many IVs at once: one call costs as much as half the encryption.
const iv_pool = Buffer.alloc(IV * 512)
let iv_at = iv_pool.length

function nextIv(): Buffer {
  if (iv_at === iv_pool.length) {
    randomFillSync(iv_pool)
    iv_at = 0
  }
  iv_at += IV
  return iv_pool.subarray(iv_at - IV, iv_at)
}

function createMacs(file: KeyFile): Pick<Keys, 'hash' | 'mac' | 'verifyMac'> {
  const hashing = subkeys(secretKey(file.hashing_key), 'punte/hash/1')
  const purposes = subkeys(secretKey(file.mac_key), 'punte/mac/1')
  const mac = (purpose: string, message: string) => createHmac('sha256', purposes(purpose)).update(message).digest()
  return {
    hash: (kind, value) => createHmac('sha256', hashing(kind)).update(value).digest(),
    mac,
    verifyMac(purpose, message, given) {
      if (given.length < 16 || given.length > 32) return false
      return timingSafeEqual(mac(purpose, message).subarray(0, given.length), given)
    },
  }
}

// Purposes and kinds are words of the program, a handful; should someone pass data, the map stays bounded all the same.
function subkeys(key: KeyObject, label: string): (purpose: string) => KeyObject {
  const known = new Map<string, KeyObject>()
  return (purpose) => {
    const found = known.get(purpose)
    if (found !== undefined) return found
    const made = createSecretKey(Buffer.from(hkdfSync('sha256', key, '', `${label}/${purpose}`, 32)))
    if (known.size < 256) known.set(purpose, made)
    return made
  }
}

function createSigning(file: KeyFile): Keys['signing'] {
  const active = file.signing.find((key) => key.state === 'active')
  if (active === undefined) throw new Error('no active signing key')
  const private_key = createPrivateKey({ key: active.jwk, format: 'jwk' })
  const public_keys = new Map(
    file.signing.map((key) => [
      key.kid,
      createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.jwk.x }, format: 'jwk' }),
    ]),
  )
  return {
    kid: active.kid,
    sign: (data) => sign(null, data, private_key),
    jwks: () => ({
      keys: file.signing.map(({ kid, jwk }) => ({
        kty: 'OKP',
        crv: 'Ed25519',
        x: jwk.x,
        kid,
        use: 'sig',
        alg: 'EdDSA',
      })),
    }),
    publicKey: (kid) => public_keys.get(kid),
  }
}

function secretKey(base64: string): KeyObject {
  return createSecretKey(Buffer.from(base64, 'base64'))
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
