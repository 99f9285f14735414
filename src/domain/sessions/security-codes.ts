/**
 * Security codes of cards on their way through a session: in the memory of the process that took them, for minutes, and
 * nowhere else (docs/decisions/0012-security-codes-in-memory.md). A session's sealed fields name its code by a random id.
 */
import { randomBytes } from 'node:crypto'
import type { Context } from '../context.ts'

const MOST = 10_000
export const CODE_TTL_MS = 15 * 60_000
const ID_BYTES = 12

type Held = { readonly code: Buffer; readonly expires_at_ms: number; readonly timer: NodeJS.Timeout }
type Owner = Pick<Context, 'db' | 'clock'>

// By database, since a session is a fact about one.
const codes_of_database = new WeakMap<Context['db'], Map<string, Held>>()

/** @returns the id to take it by. When too many are held the oldest is forgotten. */
export function holdSecurityCode(context: Owner, security_code: string, ttl_ms: number): string {
  const codes = codesOf(context)
  const oldest = codes.keys().next().value
  if (oldest !== undefined && codes.size >= MOST) wipe(codes, oldest)
  const code_id = randomBytes(ID_BYTES).toString('base64url')
  // A timer beside the clock, so that it is wiped though nobody comes for it.
  const timer = setTimeout(() => wipe(codes, code_id), ttl_ms)
  timer.unref()
  const expires_at_ms = context.clock.now().getTime() + ttl_ms
  codes.set(code_id, { code: Buffer.from(security_code), expires_at_ms, timer })
  return code_id
}

export function heldSecurityCode(context: Owner, code_id: string): string | undefined {
  const codes = codesOf(context)
  const held = codes.get(code_id)
  if (held === undefined) return undefined
  if (held.expires_at_ms > context.clock.now().getTime()) return held.code.toString()
  wipe(codes, code_id)
  return undefined
}

export function dropSecurityCode(context: Owner, code_id: string): void {
  wipe(codesOf(context), code_id)
}

function codesOf({ db }: Owner): Map<string, Held> {
  let codes = codes_of_database.get(db)
  if (codes === undefined) {
    codes = new Map()
    codes_of_database.set(db, codes)
  }
  return codes
}

function wipe(codes: Map<string, Held>, code_id: string): void {
  const held = codes.get(code_id)
  if (held === undefined) return
  clearTimeout(held.timer)
  held.code.fill(0)
  codes.delete(code_id)
}
