/**
 * Anchors: the end of the chain at some moment, signed, kept where nobody who can write to the database can write. Hashes
 * alone show a row that was changed; only an anchor shows a cut-off end, or a chain that was computed anew from some row on.
 */
import { verify } from 'node:crypto'
import type { Keys } from '../../infra/keys/keys.ts'
import type { Context } from '../context.ts'
import { lastRow } from './store.ts'

export type Anchor = {
  readonly number: number
  /** Hexadecimal. */
  readonly hash: string
  /** When it was taken, ISO 8601. */
  readonly at: string
  readonly kid: string
  /** Ed25519 by the installation's signing key, base64url. */
  readonly signature: string
}

const MAX_ANCHOR_LENGTH = 2_000

/** @returns undefined: nothing is on record yet */
export async function takeAnchor(context: Pick<Context, 'db' | 'keys' | 'clock'>): Promise<Anchor | undefined> {
  const last = await lastRow(context.db)
  if (last === undefined) return undefined
  const { kid, sign } = context.keys.signing
  const facts = { number: last.number, hash: last.hash, at: context.clock.now().toISOString(), kid }
  return { ...facts, signature: sign(signedText(facts)).toString('base64url') }
}

/** Reads one and checks its signature. @returns what is wrong with it, in words for an operator */
export function readAnchor(text: string, keys: Keys): Anchor | string {
  const anchor = parsed(text)
  if (anchor === undefined) return 'the anchor cannot be read'
  const key = keys.signing.publicKey(anchor.kid)
  if (key === undefined)
    return `the anchor is signed with ${anchor.kid}, which this installation does not have (any more)`
  const is_ours = verify(null, signedText(anchor), key, Buffer.from(anchor.signature, 'base64url'))
  return is_ours ? anchor : 'the signature of the anchor is not ours'
}

function parsed(text: string): Anchor | undefined {
  if (text.length > MAX_ANCHOR_LENGTH) return undefined
  try {
    const { number, hash, at, kid, signature } = JSON.parse(text) as Record<keyof Anchor, unknown>
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 1) return undefined
    if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash) || typeof at !== 'string') return undefined
    if (typeof kid !== 'string' || typeof signature !== 'string') return undefined
    return { number, hash, at, kid, signature }
  } catch {
    return undefined
  }
}

// What it is for stands first: no other signature of the same key can be taken for an anchor.
function signedText(anchor: Omit<Anchor, 'signature'>): Buffer {
  return Buffer.from(['punte-audit-anchor-1', anchor.number, anchor.hash, anchor.at, anchor.kid].join('\n'))
}
