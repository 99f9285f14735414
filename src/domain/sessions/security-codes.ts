/**
 * Security codes of cards on their way through a session: in the memory of the process that took them, for minutes, and
 * nowhere else (docs/decisions/0012-security-codes-in-memory.md). A session's sealed fields name its code by a random id.
 */
import { randomBytes } from 'node:crypto'
import type { Context } from '../context.ts'

const MOST = 10_000
/** More than one merchant's payers type within a code's minutes. */
const MOST_OF_MERCHANT = 4_000
export const CODE_TTL_MS = 15 * 60_000
const ID_BYTES = 12

type Held = {
  readonly partner_id: number
  readonly code: Buffer
  readonly expires_at_ms: number
  readonly timer: NodeJS.Timeout
}
type Owner = Pick<Context, 'db' | 'clock'>

type Codes = {
  readonly held: Map<string, Held>
  /** Ids of each merchant's codes, the oldest first. */
  readonly of_merchant: Map<number, Set<string>>
}

// By database, since a session is a fact about one.
const codes_of_database = new WeakMap<Context['db'], Codes>()

/**
 * When too many are held, one is forgotten: the oldest of the merchant who holds the most, so that nobody's flood of
 * sessions takes away what another merchant's payers typed.
 *
 * @returns the id to take it by
 */
export function holdSecurityCode(context: Owner, partner_id: number, security_code: string, ttl_ms: number): string {
  const codes = codesOf(context)
  const mine = codes.of_merchant.get(partner_id) ?? new Set()
  if (mine.size >= MOST_OF_MERCHANT) wipeOldest(codes, mine)
  else if (codes.held.size >= MOST) wipeOldest(codes, largest(codes))
  const code_id = randomBytes(ID_BYTES).toString('base64url')
  // A timer beside the clock, so that it is wiped though nobody comes for it.
  const timer = setTimeout(() => wipe(codes, code_id), ttl_ms)
  timer.unref()
  const expires_at_ms = context.clock.now().getTime() + ttl_ms
  codes.held.set(code_id, { partner_id, code: Buffer.from(security_code), expires_at_ms, timer })
  codes.of_merchant.set(partner_id, mine.add(code_id))
  return code_id
}

export function heldSecurityCode(context: Owner, code_id: string): string | undefined {
  const codes = codesOf(context)
  const held = codes.held.get(code_id)
  if (held === undefined) return undefined
  if (held.expires_at_ms > context.clock.now().getTime()) return held.code.toString()
  wipe(codes, code_id)
  return undefined
}

export function dropSecurityCode(context: Owner, code_id: string): void {
  wipe(codesOf(context), code_id)
}

function codesOf({ db }: Owner): Codes {
  let codes = codes_of_database.get(db)
  if (codes === undefined) {
    codes = { held: new Map(), of_merchant: new Map() }
    codes_of_database.set(db, codes)
  }
  return codes
}

function largest({ of_merchant }: Codes): ReadonlySet<string> {
  let most: ReadonlySet<string> = new Set()
  for (const ids of of_merchant.values()) if (ids.size > most.size) most = ids
  return most
}

function wipeOldest(codes: Codes, ids: ReadonlySet<string>): void {
  const [oldest] = ids
  if (oldest !== undefined) wipe(codes, oldest)
}

function wipe({ held, of_merchant }: Codes, code_id: string): void {
  const one = held.get(code_id)
  if (one === undefined) return
  clearTimeout(one.timer)
  one.code.fill(0)
  held.delete(code_id)
  const ids = of_merchant.get(one.partner_id)
  ids?.delete(code_id)
  if (ids?.size === 0) of_merchant.delete(one.partner_id)
}
