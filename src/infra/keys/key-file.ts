/**
 * The installation's key file: JSON, mode 0600, owned by the user who runs Punte. This file reads, checks, creates and
 * changes it; keys.ts does the cryptography; reload.ts follows the file while the process runs.
 *
 * Rotation without downtime, for the sealing key and for the signing key alike:
 *   addKey       the new key is `next`: every process learns it (opens with it, publishes it) and none uses it yet
 *   activateKey  the new key is `active`, the one before becomes `readable`
 *   retireKey    the old key leaves the file, once nothing is sealed with it or verified by it any more
 */
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'

export type KeyState = 'next' | 'active' | 'readable'
export type SealingKey = {
  readonly id: string
  readonly key: string
  readonly created_at: string
  readonly state: KeyState
}
export type SigningJwk = { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string; readonly d: string }
export type SigningKey = {
  readonly kid: string
  readonly jwk: SigningJwk
  readonly created_at: string
  readonly state: KeyState
}
export type KeyFile = {
  readonly version: 1
  /** AES-256 keys, base64; `id` is 8 hex digits and stands in every sealed value. */
  readonly sealing: readonly SealingKey[]
  /** HMAC-SHA-256 keys, base64. The hashing key never changes: what is searchable was hashed with it. */
  readonly hashing_key: string
  readonly mac_key: string
  /** Ed25519 (RFC 8037); `kid` is the RFC 7638 thumbprint. */
  readonly signing: readonly SigningKey[]
}
export type KeyKind = 'sealing' | 'signing'

/** The key file is missing, unprotected or not one; the message names the path and the remedy, never a key. */
export class KeyFileError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'KeyFileError'
  }
}

/** Creates the file with fresh keys. @throws KeyFileError if it exists */
export function createKeyFile(path: string): void {
  const file: KeyFile = {
    version: 1,
    sealing: [newSealingKey('active')],
    hashing_key: randomBytes(32).toString('base64'),
    mac_key: randomBytes(32).toString('base64'),
    signing: [newSigningKey('active')],
  }
  writeNew(path, file, `${path} exists already; keys are never overwritten`)
}

/** Reads and checks the file. @throws KeyFileError */
export function readKeyFile(path: string): KeyFile {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    throw new KeyFileError(
      code === 'ENOENT'
        ? `The key file ${path} does not exist; create it with "punte keys create".`
        : `The key file ${path} cannot be opened (${code}).`,
    )
  }
  try {
    // The opened file is checked, not its name: nobody can exchange it in between.
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw new KeyFileError(`${path} is not a file.`)
    if ((stat.mode & 0o077) !== 0) {
      const mode = (stat.mode & 0o777).toString(8).padStart(3, '0')
      throw new KeyFileError(
        `The key file ${path} has mode ${mode}: group or others have rights on it. Run "chmod 600 ${path}"; if others may have read it, rotate the keys.`,
      )
    }
    const user = process.getuid?.()
    if (user !== undefined && stat.uid !== user) {
      throw new KeyFileError(`The key file ${path} belongs to user ${stat.uid}, but this process runs as user ${user}.`)
    }
    if (stat.size > 1_000_000) throw new KeyFileError(`${path} is too large to be a key file.`)
    return checked(readFileSync(fd, 'utf8'), path)
  } finally {
    closeSync(fd)
  }
}

/** Adds a key as `next`. @returns its id (sealing) or kid (signing) */
export function addKey(path: string, kind: KeyKind): string {
  const sealing = newSealingKey('next')
  const signing = newSigningKey('next')
  change(path, (file) => {
    if (file[kind].some((key) => key.state === 'next')) {
      throw new KeyFileError(`${path} has a ${kind} key that is not active yet; activate or retire it first.`)
    }
    return kind === 'sealing'
      ? { ...file, sealing: [...file.sealing, sealing] }
      : { ...file, signing: [...file.signing, signing] }
  })
  return kind === 'sealing' ? sealing.id : signing.kid
}

/** Makes a key the active one; the former becomes `readable`. Every process must have seen it as `next` (2 s). */
export function activateKey(path: string, kind: KeyKind, id: string): void {
  change(path, (file) => {
    requireKey(path, file, kind, id)
    const states = <K extends SealingKey | SigningKey>(keys: readonly K[]): K[] =>
      keys.map((key) => ({
        ...key,
        state: idOf(key) === id ? 'active' : key.state === 'active' ? 'readable' : key.state,
      }))
    return kind === 'sealing' ? { ...file, sealing: states(file.sealing) } : { ...file, signing: states(file.signing) }
  })
}

/**
 * Removes a key that is not active. The caller makes sure that no value sealed with it is left (`Keys.needsReseal`):
 * such a value could never be opened again.
 */
export function retireKey(path: string, kind: KeyKind, id: string): void {
  change(path, (file) => {
    const key = requireKey(path, file, kind, id)
    if (key.state === 'active') throw new KeyFileError(`The ${kind} key ${id} is the active one and cannot be retired.`)
    const rest = <K extends SealingKey | SigningKey>(keys: readonly K[]): K[] =>
      keys.filter((other) => idOf(other) !== id)
    return kind === 'sealing' ? { ...file, sealing: rest(file.sealing) } : { ...file, signing: rest(file.signing) }
  })
}

/** The keys of a kind, without the keys: for lists and for deciding what to retire. */
export function listKeys(path: string, kind: KeyKind): { id: string; state: KeyState; created_at: string }[] {
  return readKeyFile(path)[kind].map((key) => ({ id: idOf(key), state: key.state, created_at: key.created_at }))
}

function idOf(key: SealingKey | SigningKey): string {
  return 'id' in key ? key.id : key.kid
}

function requireKey(path: string, file: KeyFile, kind: KeyKind, id: string): SealingKey | SigningKey {
  const key = file[kind].find((candidate) => idOf(candidate) === id)
  if (key === undefined) throw new KeyFileError(`${path} has no ${kind} key ${id}.`)
  return key
}

function newSealingKey(state: KeyState): SealingKey {
  return {
    id: randomBytes(4).toString('hex'),
    key: randomBytes(32).toString('base64'),
    created_at: new Date().toISOString(),
    state,
  }
}

function newSigningKey(state: KeyState): SigningKey {
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as SigningJwk
  const jwk: SigningJwk = { kty: 'OKP', crv: 'Ed25519', x, d }
  return { kid: thumbprint(jwk), jwk, created_at: new Date().toISOString(), state }
}

/** RFC 7638 §3: SHA-256 over the required members in lexicographic order. */
export function thumbprint(jwk: { crv: string; kty: string; x: string }): string {
  return createHash('sha256')
    .update(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x }))
    .digest('base64url')
}

// The new file is written beside the old one under a fixed name, exclusively: that is also the lock between two changes.
function change(path: string, edit: (file: KeyFile) => KeyFile): void {
  const next = `${path}.new`
  const before = readKeyFile(path)
  const after = edit(before)
  writeNew(next, after, `${next} exists: another change is under way, or was broken off; then remove it`)
  try {
    // Read again under the lock: what `before` said may have been changed until the lock was ours.
    if (JSON.stringify(readKeyFile(path)) !== JSON.stringify(before))
      throw new KeyFileError(`${path} was changed meanwhile; try again.`)
    renameSync(next, path)
  } catch (error) {
    rmSync(next, { force: true })
    throw error
  }
}

function writeNew(path: string, file: KeyFile, exists: string): void {
  let fd: number
  try {
    fd = openSync(path, 'wx', 0o600)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    throw new KeyFileError(code === 'EEXIST' ? `${exists}.` : `${path} cannot be created (${code}).`)
  }
  try {
    writeSync(fd, `${JSON.stringify(file, null, 2)}\n`)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function checked(text: string, path: string): KeyFile {
  let file: KeyFile
  try {
    file = JSON.parse(text) as KeyFile
  } catch {
    // The parser's own message quotes the text.
    throw new KeyFileError(`The key file ${path} is not JSON.`)
  }
  const is32 = (value: unknown) => typeof value === 'string' && Buffer.from(value, 'base64').length === 32
  const oneActive = (keys: unknown) => Array.isArray(keys) && keys.filter((key) => key?.state === 'active').length === 1
  if (file?.version !== 1) throw new KeyFileError(`The key file ${path} has no version this program knows.`)
  if (!oneActive(file.sealing) || !oneActive(file.signing)) {
    throw new KeyFileError(`The key file ${path} must have exactly one active sealing key and one active signing key.`)
  }
  const sound =
    is32(file.hashing_key) &&
    is32(file.mac_key) &&
    file.sealing.every((key) => /^[0-9a-f]{8}$/.test(key.id) && is32(key.key)) &&
    new Set(file.sealing.map((key) => key.id)).size === file.sealing.length &&
    file.signing.every(
      (key) => key.jwk?.crv === 'Ed25519' && typeof key.jwk.d === 'string' && key.kid === thumbprint(key.jwk),
    )
  if (!sound) throw new KeyFileError(`The key file ${path} is damaged: a key has the wrong shape.`)
  return file
}
