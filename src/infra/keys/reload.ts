/** Follows the key file, so that a rotation reaches running processes without a restart. */
import { type BigIntStats, statSync } from 'node:fs'
import type { Log } from '../log.ts'
import { activateKey, addKey, type KeyKind } from './key-file.ts'
import { type Keys, loadKeys } from './keys.ts'

const INTERVAL_MS = 1_000

/**
 * Loads the keys and looks every second whether the file was replaced. The object stays the same, its keys are swapped
 * inside. A file that has become unreadable or unprotected changes nothing: the keys in memory go on, the log says so.
 *
 * @throws KeyFileError if the first load fails
 */
export function watchKeys(path: string, options: { log: Log; interval_ms?: number }): Keys & { close(): void } {
  let seen = identity(path)
  let current = loadKeys(path)
  const look = () => {
    const now = identity(path)
    if (now === seen) return
    seen = now
    try {
      current = loadKeys(path)
      options.log.info({ signing_kid: current.signing.kid }, 'keys reloaded')
    } catch (error) {
      options.log.error(
        { reason: error instanceof Error ? error.message : 'unknown' },
        'keys not reloaded, the former go on',
      )
    }
  }
  const timer = setInterval(look, options.interval_ms ?? INTERVAL_MS)
  timer.unref()
  return {
    seal: (plaintext, context) => current.seal(plaintext, context),
    open: (sealed, context) => current.open(sealed, context),
    needsReseal: (sealed) => current.needsReseal(sealed),
    hash: (kind, value) => current.hash(kind, value),
    mac: (purpose, message) => current.mac(purpose, message),
    verifyMac: (purpose, message, mac) => current.verifyMac(purpose, message, mac),
    signing: {
      get kid() {
        return current.signing.kid
      },
      sign: (data) => current.signing.sign(data),
      jwks: () => current.signing.jwks(),
      publicKey: (kid) => current.signing.publicKey(kid),
    },
    close: () => clearInterval(timer),
  }
}

/**
 * Adds a key, waits until every running process has learnt it, and makes it the active one. What was sealed before is
 * sealed again by the caller, who then retires the old key.
 *
 * @returns the new key's id
 */
export async function rotateKey(path: string, kind: KeyKind, wait_ms = 5 * INTERVAL_MS): Promise<string> {
  const id = addKey(path, kind)
  await new Promise((resolve) => setTimeout(resolve, wait_ms))
  activateKey(path, kind, id)
  return id
}

function identity(path: string): string {
  try {
    const stat: BigIntStats = statSync(path, { bigint: true })
    return `${stat.ino}:${stat.mtimeNs}:${stat.size}:${stat.mode}`
  } catch {
    return 'missing'
  }
}
