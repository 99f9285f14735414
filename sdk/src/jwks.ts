/** The installation's published keys: fetched once, kept, asked for again when an unknown key shows up. */
import { createPublicKey, type KeyObject } from 'node:crypto'

/** A JSON Web Key Set (RFC 7517), as served at `/.well-known/jwks.json`. */
export type Jwks = { readonly keys: readonly Record<string, unknown>[] }

const MAX_KEYS = 50

/** The Ed25519 keys of a set by their `kid`; keys of other kinds and broken ones are left out. */
export function ed25519Keys(jwks: Jwks): Map<string, KeyObject> {
  const keys = new Map<string, KeyObject>()
  for (const jwk of jwks.keys.slice(0, MAX_KEYS)) {
    if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519' || typeof jwk.x !== 'string') continue
    try {
      // Only the public half is taken over, whatever else the set may hold.
      const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: jwk.x }, format: 'jwk' })
      keys.set(typeof jwk.kid === 'string' ? jwk.kid : jwk.x, key)
    } catch {
      // A key we cannot read verifies nothing.
    }
  }
  return keys
}

export type KeySource = {
  /** The key of this id, or undefined when the installation does not publish it. */
  get(kid: string): Promise<KeyObject | undefined>
  /** All keys as last fetched. */
  all(): Promise<Map<string, KeyObject>>
}

/**
 * A rotation publishes the next key some seconds before it signs with it. A set younger than three seconds has it then, an
 * older one is fetched again: no answer fails because of a rotation, and unknown key ids cannot make us ask without end.
 *
 * @param fetchJwks fetches the set
 * @param now milliseconds; the set is asked for again after an hour, and for an unknown key at most once in `unknown_every_ms`
 */
export function createKeySource(
  fetchJwks: () => Promise<Jwks>,
  now: () => number,
  unknown_every_ms = 3_000,
): KeySource {
  const keep_ms = 3_600_000
  let keys: Map<string, KeyObject> | undefined
  let fetched_at = 0
  let tried_at = Number.NEGATIVE_INFINITY
  let running: Promise<Map<string, KeyObject>> | undefined

  const refetch = (): Promise<Map<string, KeyObject>> => {
    running ??= fetchJwks()
      .then((jwks) => {
        keys = ed25519Keys(jwks)
        fetched_at = now()
        return keys
      })
      .finally(() => {
        running = undefined
      })
    tried_at = now()
    return running
  }

  const all = async (): Promise<Map<string, KeyObject>> => {
    if (keys === undefined) return refetch()
    if (now() - fetched_at < keep_ms || now() - tried_at < unknown_every_ms) return keys
    // A key set that cannot be renewed right now is still the right one.
    return refetch().catch(() => keys ?? new Map<string, KeyObject>())
  }

  return {
    all,
    get: async (kid) => {
      const known = (await all()).get(kid)
      if (known !== undefined) return known
      // A question that is under way already answers everybody who has met the new key.
      if (running !== undefined) return (await running).get(kid)
      return now() - tried_at < unknown_every_ms ? keys?.get(kid) : (await refetch()).get(kid)
    },
  }
}
