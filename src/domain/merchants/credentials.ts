/**
 * API passwords. Kept as Argon2id (OWASP's parameters: 19 MiB, 2 passes), which costs 20 ms and 19 MiB a time: so a pair of
 * merchant and password that was right is remembered in this process, as an HMAC under a key that dies with it, and
 * costs microseconds from then on. What is remembered is bound to the stored hash it matched: a changed password is
 * forgotten as soon as the directory shows the change.
 *
 * Guessing is slowed down by network address, never by merchant: nobody can lock a merchant out, and as an address's
 * failures at all merchants count together, its delays do not tell which merchants exist. A wrong password and an
 * unknown merchant do the same work. Right passwords are never delayed for their own sake; they wait at most for their
 * turn among the guesses of their own address, and are served before all addresses that guess.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { PunteError } from '../errors.ts'
import type { Merchant, MerchantDirectory } from './merchant.ts'
import { createTurns } from './turns.ts'

/** Argon2id is the library's default; said here so that a stored hash never depends on a default. */
const ARGON2 = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const
/** The threads of libuv are shared with files and names: no more than this many at once. */
const VERIFICATIONS_AT_ONCE = 2
const VERIFICATIONS_WAITING = 2_000
/** Of addresses that have failed lately. */
const DOUBTED_WAITING = 64
/** A password is checked against this many hashes, whatever the merchant has. */
const HASHES = 2
export const MAX_PASSWORD_LENGTH = 256

/** Merchants whose passwords are remembered; about 300 bytes each. */
const MAX_REMEMBERED = 50_000

const FAILURES_KEPT_S = 300
export const LIMITS = {
  /** Failures of an address that are answered at once. */
  free_failures: 3,
  /** The delay of the next one; each further doubles it. */
  first_delay_ms: 50,
  last_delay_ms: 1_000,
  /** Checks of one address under way, delayed answers among them: with the delay this is its rate of guesses. */
  checks_of_address: 8,
  waiting_of_address: 256,
  waiting_timeout_ms: 10_000,
} as const
type Limits = { readonly [K in keyof typeof LIMITS]: number }

export type PasswordCheck = {
  /** Undefined: nobody of that name. */
  readonly merchant: Merchant | undefined
  readonly password: string
  /** Of the network, as `addressKey` writes it. */
  readonly address: string
}

/** To be stored: PHC text of Argon2id. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, ARGON2)
}

// One for each directory, that is, for each process; tests have several.
const checkers = new WeakMap<MerchantDirectory, (input: PasswordCheck) => Promise<boolean>>()

/**
 * Whether the password is one of the merchant's. A wrong one is answered after a delay that grows with the failures of
 * the address (one second at most).
 *
 * @throws PunteError RATE_LIMITED when the address has too many checks waiting, OVERLOADED when all have
 */
export function checkPassword(
  context: { readonly merchants: MerchantDirectory },
  input: PasswordCheck,
): Promise<boolean> {
  let check = checkers.get(context.merchants)
  if (check === undefined) {
    check = createPasswordChecker(LIMITS)
    checkers.set(context.merchants, check)
  }
  return check(input)
}

/** Exported for tests, which wait for less. */
export function createPasswordChecker(limits: Limits): (input: PasswordCheck) => Promise<boolean> {
  const memory = createMemory()
  const failures = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: FAILURES_KEPT_S })
  const addresses = new Map<string, ReturnType<typeof createTurns>>()
  const trusted = createTurns({ at_once: VERIFICATIONS_AT_ONCE, waiting: VERIFICATIONS_WAITING, order: 'first' })
  const doubted = createTurns({ at_once: 1, waiting: DOUBTED_WAITING, order: 'last' })
  const under_way = new Map<string, Promise<boolean>>()
  const nobody = hashPassword(randomBytes(16).toString('hex'))

  /** Guesses take one of the two places at most, after a turn among themselves. */
  async function verified({ merchant, password, address }: PasswordCheck): Promise<boolean> {
    const work = () =>
      trusted.take(limits.waiting_timeout_ms, () => matchingHash(merchant, password, nobody), overloaded)
    const found =
      (await failures.get(address)) === null
        ? await work()
        : await doubted.take(limits.waiting_timeout_ms, work, rateLimited)
    if (found === undefined || merchant === undefined) return false
    memory.remember(merchant.merchant_id, found, password)
    return true
  }

  async function slowly(input: PasswordCheck): Promise<boolean> {
    if (await verified(input)) return true
    const { consumedPoints } = await failures.consume(input.address)
    const delay_ms = delayAfter(consumedPoints, limits)
    if (delay_ms > 0) await new Promise((resolve) => setTimeout(resolve, delay_ms))
    return false
  }

  /** One of the address's turns; the newest first, so that who comes after a flood does not wait for all of it. */
  async function inTurn(input: PasswordCheck): Promise<boolean> {
    const turns =
      addresses.get(input.address) ??
      createTurns({ at_once: limits.checks_of_address, waiting: limits.waiting_of_address, order: 'last' })
    addresses.set(input.address, turns)
    try {
      // While it waited, another of the same may have been found right.
      return await turns.take(
        limits.waiting_timeout_ms,
        async () => memory.knows(input.merchant, input.password) || slowly(input),
        rateLimited,
      )
    } finally {
      if (turns.isIdle()) addresses.delete(input.address)
    }
  }

  // After a start a merchant's requests arrive all at once: one is checked, the others wait for what it finds. Kept by
  // password, so that nobody learns from it which merchants exist.
  return async (input) => {
    if (memory.knows(input.merchant, input.password)) return true
    const key = `${input.address} ${memory.mac('', input.password).toString('base64')}`
    const first = under_way.get(key)
    if (first !== undefined) {
      await first.catch(() => false)
      return memory.knows(input.merchant, input.password) || inTurn(input)
    }
    const checking = inTurn(input)
    under_way.set(key, checking)
    return checking.finally(() => under_way.delete(key))
  }
}

/** The stored hash that the password fits. Both are always computed when none fits, existing or not. */
async function matchingHash(
  merchant: Merchant | undefined,
  password: string,
  nobody: Promise<string>,
): Promise<string | undefined> {
  const usable = password.length <= MAX_PASSWORD_LENGTH
  for (let n = 0; n < HASHES; n += 1) {
    const stored = merchant?.password_hashes[n]
    const fits = await verify(stored ?? (await nobody), usable ? password : '').catch(() => false)
    if (fits && usable && stored !== undefined) return stored
  }
  return undefined
}

function delayAfter(failed: number, limits: Limits): number {
  if (failed <= limits.free_failures) return 0
  return Math.min(limits.last_delay_ms, limits.first_delay_ms * 2 ** Math.min(failed - limits.free_failures - 1, 20))
}

function rateLimited(): PunteError {
  return new PunteError('RATE_LIMITED', { retry_after_s: 1, detail: 'too many password checks of one address wait' })
}

function overloaded(): PunteError {
  return new PunteError('OVERLOADED', { retry_after_s: 1, detail: 'too many password checks wait' })
}

type Remembered = { readonly stored: string; readonly mac: Buffer }

function createMemory() {
  const key = randomBytes(32)
  const by_merchant = new Map<string, readonly Remembered[]>()
  const mac = (merchant_id: string, password: string) =>
    createHmac('sha256', key).update(`${merchant_id}\0${password}`).digest()
  return {
    mac,
    knows(merchant: Merchant | undefined, password: string): boolean {
      if (merchant === undefined) return false
      const remembered = by_merchant.get(merchant.merchant_id)
      if (remembered === undefined) return false
      const asked = mac(merchant.merchant_id, password)
      let known = false
      for (const one of remembered) {
        if (timingSafeEqual(one.mac, asked) && merchant.password_hashes.includes(one.stored)) known = true
      }
      return known
    },
    remember(merchant_id: string, stored: string, password: string): void {
      const present = by_merchant.get(merchant_id) ?? []
      if (by_merchant.size >= MAX_REMEMBERED && !by_merchant.has(merchant_id)) {
        by_merchant.delete(by_merchant.keys().next().value as string)
      }
      const others = present.filter((one) => one.stored !== stored).slice(-(HASHES - 1))
      by_merchant.set(merchant_id, [...others, { stored, mac: mac(merchant_id, password) }])
    },
  }
}
