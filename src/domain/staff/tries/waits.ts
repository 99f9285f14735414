/**
 * Passwords that are tried (decision 0031): none locks an account, each wrong one makes its source wait longer before the next is
 * compared at all. This file: how long. admit.ts counts, device.ts says which browsers are their owner's.
 */

/** `address …`, `device …`, or all browsers that were never signed in with. */
export type Source = 'strangers' | `address ${string}` | `device ${string}`

export type Counted = { readonly failures: number; readonly counted_at: Date }

type Rule = {
  /** Wrong ones after which the next need not wait. */
  readonly free: number
  /** After the first that is not free; doubled with each that follows. */
  readonly first_ms: number
  readonly most_ms: number
  /** In which one is forgotten. */
  readonly forgotten_ms: number
}

const SECOND_MS = 1_000
const MINUTE_MS = 60_000

/**
 * An address forgets one an hour and strangers together six: who tries from one address cannot make all strangers wait for
 * longer than seconds, and who tries from thousands gets some 150 passwords a day compared.
 */
const RULES: Readonly<Record<string, Rule>> = {
  address: { free: 5, first_ms: 2 * SECOND_MS, most_ms: 60 * MINUTE_MS, forgotten_ms: 60 * MINUTE_MS },
  device: { free: 5, first_ms: 2 * SECOND_MS, most_ms: 15 * MINUTE_MS, forgotten_ms: 15 * MINUTE_MS },
  strangers: { free: 10, first_ms: 1 * SECOND_MS, most_ms: 15 * MINUTE_MS, forgotten_ms: 10 * MINUTE_MS },
}
/** Doubled that often at the most. */
const DOUBLINGS = 12
/** After this all are forgotten, whatever the source. */
export const FORGOTTEN_MS = 24 * 60 * MINUTE_MS

const ruleOf = (source: Source): Rule => RULES[source.split(' ')[0] as string] as Rule

/** How long the next one waits after so many wrong ones. */
function waitAfter(source: Source, failures: number): number {
  const { free, first_ms, most_ms } = ruleOf(source)
  const beyond = Math.floor(failures) - free
  return beyond < 0 ? 0 : Math.min(most_ms, first_ms * 2 ** beyond)
}

/** @returns when the next may be compared; undefined: now */
export function waitsUntil(source: Source, counted: Counted | undefined, now: Date): Date | undefined {
  if (counted === undefined) return undefined
  const until = new Date(counted.counted_at.getTime() + waitAfter(source, counted.failures))
  return until.getTime() > now.getTime() ? until : undefined
}

/** With one more. */
export function oneMore(source: Source, counted: Counted | undefined, now: Date): Counted {
  const { free, forgotten_ms } = ruleOf(source)
  const passed_ms = counted === undefined ? 0 : Math.max(0, now.getTime() - counted.counted_at.getTime())
  const left = Math.max(0, (counted?.failures ?? 0) - passed_ms / forgotten_ms)
  return { failures: Math.min(free + DOUBLINGS, left + 1), counted_at: now }
}
