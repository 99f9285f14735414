/**
 * Telling others what became of a payment: webhooks to the partner, mail to the payer. Both are jobs that follow a row
 * of `payment_events`, and both may happen twice after a crash, under the same id.
 * tasks.ts is what the queue runs; webhooks.ts and payer-mail.ts the use-cases; gates.ts (here) who may be called now;
 * webhook-message.ts and payer-mail-text.ts what is sent (pure); store.ts the SQL.
 *
 * A gate stands before each partner's endpoint, in memory, per process: it limits how much of this process one
 * endpoint can hold, and closes while the endpoint is dead. What may not pass is told when to come again.
 */
export type Admission =
  | {
      readonly kind: 'pass'
      /** Gives the place back, once. `unused`: the endpoint was not called after all. */
      done(outcome: 'delivered' | 'failed' | 'unused', now_ms: number, took_ms?: number): void
    }
  | { readonly kind: 'later'; readonly after_ms: number }

export type Gates = {
  /**
   * @param endpoint changes with the address, so that a mended address starts with a clean record
   * @param forced passes a closed gate (a person asked for it), not a full one
   */
  enter(endpoint: string, now_ms: number, forced?: boolean): Promise<Admission>
}

/** Calls at once to an endpoint that is slow or not known yet; one that fails gets 1. */
export const MOST_IN_FLIGHT = 4
/** To one that has shown that it answers fast. */
export const MOST_IN_FLIGHT_FAST = 8
const FAST_MS = 250
/** Jobs that wait here for their turn while nothing says that the endpoint is slow; the others are sent away. */
const MOST_WAITING = 32
const LONGEST_WAIT_MS = 250

/** Failures in a row that close the gate, for a while that doubles with each failed trial. */
export const FAILURES_TO_CLOSE = 3
const CLOSED_FIRST_MS = 30_000
const CLOSED_MOST_MS = 600_000

const AGAIN_EARLIEST_MS = 500
const AGAIN_LATEST_MS = 600_000
const UNKNOWN_DURATION_MS = 100

type Call = { readonly began_ms: number }
type Gate = {
  /** Oldest first. */
  readonly calls: Set<Call>
  /** Called with the place, or without when none is to be had soon. */
  readonly waiting: ((call: Call | undefined) => void)[]
  failures: number
  /** How often it was closed in a row. */
  closings: number
  closed_until_ms: number
  /** Moving average; undefined before the first success. */
  duration_ms: number | undefined
  /** Where the line of those sent away ends, so that they come back one after another and not all at once. */
  line_ends_ms: number
}

export function createGates(): Gates {
  const gates = new Map<string, Gate>()

  function gateOf(endpoint: string): Gate {
    const known = gates.get(endpoint)
    if (known !== undefined) return known
    const fresh: Gate = {
      calls: new Set(),
      waiting: [],
      failures: 0,
      closings: 0,
      closed_until_ms: 0,
      duration_ms: undefined,
      line_ends_ms: 0,
    }
    gates.set(endpoint, fresh)
    return fresh
  }

  return {
    async enter(endpoint, now_ms, forced = false) {
      const gate = gateOf(endpoint)
      const closed = gate.closed_until_ms > now_ms && !forced
      if (!closed && gate.calls.size < limitOf(gate)) return pass(gate, takePlace(gate, now_ms))
      if (!closed && !isSlow(gate, now_ms) && gate.waiting.length < MOST_WAITING) {
        const call = await turnComes(gate)
        if (call !== undefined) return pass(gate, call)
      }
      return { kind: 'later', after_ms: placeInLine(gate, now_ms) }
    },
  }
}

/** Failing, slow by experience, or stalling right now. */
function isSlow(gate: Gate, now_ms: number): boolean {
  const oldest = gate.calls.values().next().value
  const stalls = oldest !== undefined && now_ms - oldest.began_ms > FAST_MS
  return stalls || gate.failures > 0 || (gate.duration_ms ?? 0) > FAST_MS
}

function limitOf(gate: Gate): number {
  if (gate.failures > 0) return 1
  return gate.duration_ms !== undefined && gate.duration_ms <= FAST_MS ? MOST_IN_FLIGHT_FAST : MOST_IN_FLIGHT
}

function takePlace(gate: Gate, now_ms: number): Call {
  const call = { began_ms: now_ms }
  gate.calls.add(call)
  return call
}

function pass(gate: Gate, call: Call): Admission {
  return {
    kind: 'pass',
    done(outcome, now_ms, took_ms = 0) {
      if (!gate.calls.delete(call)) return
      if (outcome === 'delivered') opened(gate, took_ms, now_ms)
      if (outcome === 'failed') failed(gate, now_ms)
      callWaiting(gate, now_ms)
    },
  }
}

function opened(gate: Gate, took_ms: number, now_ms: number): void {
  gate.failures = 0
  gate.closings = 0
  gate.closed_until_ms = 0
  gate.line_ends_ms = Math.min(gate.line_ends_ms, now_ms)
  gate.duration_ms = gate.duration_ms === undefined ? took_ms : gate.duration_ms * 0.8 + took_ms * 0.2
}

function failed(gate: Gate, now_ms: number): void {
  gate.failures += 1
  // Those that were under way when it closed say nothing new.
  if (gate.failures < FAILURES_TO_CLOSE || gate.closed_until_ms > now_ms) return
  gate.closed_until_ms = now_ms + Math.min(CLOSED_FIRST_MS * 2 ** Math.min(gate.closings, 10), CLOSED_MOST_MS)
  gate.closings += 1
  gate.line_ends_ms = gate.closed_until_ms
}

function turnComes(gate: Gate): Promise<Call | undefined> {
  const { promise, resolve } = Promise.withResolvers<Call | undefined>()
  const turn = (call: Call | undefined) => {
    clearTimeout(timer)
    resolve(call)
  }
  const timer = setTimeout(() => {
    gate.waiting.splice(gate.waiting.indexOf(turn), 1)
    resolve(undefined)
  }, LONGEST_WAIT_MS)
  gate.waiting.push(turn)
  return promise
}

function callWaiting(gate: Gate, now_ms: number): void {
  while (gate.waiting.length > 0) {
    const slow = isSlow(gate, now_ms)
    if (!slow && gate.calls.size >= limitOf(gate)) return
    gate.waiting.shift()?.(slow ? undefined : takePlace(gate, now_ms))
  }
}

function placeInLine(gate: Gate, now_ms: number): number {
  const earliest = Math.max(now_ms + AGAIN_EARLIEST_MS, gate.closed_until_ms)
  const pace_ms = (gate.duration_ms ?? UNKNOWN_DURATION_MS) / MOST_IN_FLIGHT
  gate.line_ends_ms = Math.max(earliest, gate.line_ends_ms + pace_ms)
  return Math.min(gate.line_ends_ms - now_ms, AGAIN_LATEST_MS)
}
