/**
 * How a bank is doing, as this process sees it: every call to it is observed, and a circuit breaker says whether payers
 * should be sent there. Status questions, returns and cancellations are never held back: they are about money under way.
 *
 *   closed    — payers choose the bank; calls of the last minute are counted
 *   open      — it does not answer: the bank is not offered, for a time that grows with each failed probe
 *   half_open — the time is over: the next payer's initiation is the probe; any bad call opens it again
 *
 * Per process, in memory: what one process has met says nothing of another's network, and a restart finds out within
 * a few calls.
 */
import type { Clock } from '../clock.ts'
import { showBankHealth } from '../metrics.ts'
import type { BankAnswer, BankConnector, BankProfile } from './connector.ts'

/** Why a bank is not offered; absent: it is. */
export type BankObstacle = 'NOT_RESPONDING' | 'MAINTENANCE'

/** Calls are counted in slices of time, so that what is kept stays small whatever the load. */
const SLICE_MS = 10_000
const SLICES = 6
/** With fewer bad calls than this in the window nothing is concluded … */
const MIN_BAD = 5
/** … nor while more than this share of all calls is good. */
const BAD_SHARE = 0.5
/** A bank may answer questions and still take no payments: so many initiations in a row without an answer open it too. */
const BAD_INITIATIONS_IN_A_ROW = 5
const OPEN_MS = 15_000
const OPEN_MAX_MS = 300_000
/** Spread of the time open, so that processes do not probe together. */
const JITTER = 0.5

/** What the connector does not even ask: of the bank's health it says nothing. */
const OURS: ReadonlySet<string> = new Set([
  'ACCESS_MISSING',
  'FREQUENCY_NOT_OFFERED',
  'FUTURE_DATED_NOT_OFFERED',
  'NOT_AUTHORISED_YET',
  'SERVICE_NOT_OFFERED',
  'TOO_MANY_TRANSFERS',
])

type Slice = { readonly no: number; readonly good: number; readonly bad: number }

export type Breaker =
  | { readonly state: 'closed'; readonly slices: readonly Slice[]; readonly bad_initiations: number }
  | { readonly state: 'open'; readonly until_ms: number; readonly failed_probes: number }
  /** `probing_until_ms`: a probe is under way, or has been lost if that time is past. */
  | { readonly state: 'half_open'; readonly failed_probes: number; readonly probing_until_ms: number | undefined }

export type Observed = {
  readonly at_ms: number
  readonly bad: boolean
  /** The call asked the bank to take a payment. */
  readonly initiation: boolean
}

export const CLOSED: Breaker = { state: 'closed', slices: [], bad_initiations: 0 }

/** The breaker as time alone has changed it. */
export function standing(breaker: Breaker, at_ms: number): Breaker {
  if (breaker.state !== 'open' || at_ms < breaker.until_ms) return breaker
  return { state: 'half_open', failed_probes: breaker.failed_probes, probing_until_ms: undefined }
}

/** An initiation begins; in half_open it is the probe, for at most `timeout_ms`. */
export function begin(breaker: Breaker, at_ms: number, timeout_ms: number): Breaker {
  const now = standing(breaker, at_ms)
  return now.state === 'half_open' && !isProbing(now, at_ms) ? { ...now, probing_until_ms: at_ms + timeout_ms } : now
}

/** Whether a payer may be sent to the bank. */
export function isOffered(breaker: Breaker, at_ms: number): boolean {
  const now = standing(breaker, at_ms)
  return now.state === 'closed' || (now.state === 'half_open' && !isProbing(now, at_ms))
}

const isProbing = (breaker: Breaker & { state: 'half_open' }, at_ms: number): boolean =>
  breaker.probing_until_ms !== undefined && at_ms < breaker.probing_until_ms

/**
 * A call has ended.
 * @param random from 0 up to 1, for the jitter
 */
export function observe(breaker: Breaker, seen: Observed, random: number): Breaker {
  const now = standing(breaker, seen.at_ms)
  // What was under way when it opened, and questions asked meanwhile, neither shorten nor lengthen the rest.
  if (now.state === 'open') return now
  if (now.state === 'half_open') {
    if (seen.bad) return opened(seen.at_ms, now.failed_probes + 1, random)
    return seen.initiation ? CLOSED : now
  }
  const slices = counted(now.slices, seen)
  const bad_initiations = seen.initiation ? (seen.bad ? now.bad_initiations + 1 : 0) : now.bad_initiations
  const good = sum(slices, 'good')
  const bad = sum(slices, 'bad')
  const too_many = bad >= MIN_BAD && bad >= BAD_SHARE * (good + bad)
  if (seen.bad && (too_many || bad_initiations >= BAD_INITIATIONS_IN_A_ROW)) return opened(seen.at_ms, 0, random)
  return { state: 'closed', slices, bad_initiations }
}

function opened(at_ms: number, failed_probes: number, random: number): Breaker {
  const whole_ms = Math.min(OPEN_MAX_MS, OPEN_MS * 2 ** Math.min(failed_probes, 10))
  const rest_ms = whole_ms * (1 - JITTER + 2 * JITTER * random)
  return { state: 'open', until_ms: at_ms + Math.round(rest_ms), failed_probes }
}

function counted(slices: readonly Slice[], { at_ms, bad }: Observed): readonly Slice[] {
  const no = Math.floor(at_ms / SLICE_MS)
  // A clock that was set back starts a new count.
  const kept = slices.filter((slice) => slice.no > no - SLICES && slice.no < no)
  const last = slices.find((slice) => slice.no === no) ?? { no, good: 0, bad: 0 }
  return [...kept, bad ? { ...last, bad: last.bad + 1 } : { ...last, good: last.good + 1 }]
}

const sum = (slices: readonly Slice[], of: 'good' | 'bad'): number =>
  slices.reduce((total, slice) => total + slice[of], 0)

/** A refusal is an answer: the bank is well. 5xx arrive as `unknown`, but for a connector that refuses with one. */
export function isBad(answer: BankAnswer<unknown>): boolean {
  if (answer.kind === 'refused') return answer.http_status >= 500
  return answer.kind !== 'ok'
}

/** Whether the profile announces maintenance for this moment (`from` included, `to` not). */
export function isInMaintenance(profile: BankProfile, at: Date): boolean {
  const at_ms = at.getTime()
  return (profile.maintenance ?? []).some(({ from, to }) => at_ms >= Date.parse(from) && at_ms < Date.parse(to))
}

export type BankHealth = {
  /** The connector, with every call observed. */
  watch(connector: BankConnector): BankConnector
  /** Why payers should not be sent to the bank now; undefined: they may be. */
  obstacle(profile: BankProfile): BankObstacle | undefined
}

/** The banks' health, in the memory of this process; also shown as the metric `punte_bank_health`. */
export function createBankHealth(input: { readonly clock: Clock; readonly random?: () => number }): BankHealth {
  const { clock, random = Math.random } = input
  const breakers = new Map<string, Breaker>()
  const now_ms = () => clock.now().getTime()
  const of = (id: string): Breaker => breakers.get(id) ?? CLOSED
  showBankHealth(() => [...breakers].map(([bank, breaker]) => ({ bank, state: standing(breaker, now_ms()).state })))

  const observed = async <T>(
    profile: BankProfile,
    initiation: boolean,
    call: () => Promise<BankAnswer<T>>,
  ): Promise<BankAnswer<T>> => {
    const answer = await call()
    if (answer.kind === 'not_sent' && OURS.has(answer.reason)) return answer
    const seen = { at_ms: now_ms(), bad: isBad(answer), initiation }
    breakers.set(profile.id, observe(of(profile.id), seen, random()))
    return answer
  }
  return {
    watch(connector): BankConnector {
      const { profile } = connector
      breakers.set(profile.id, CLOSED)
      // Metadata or a token may be asked for first, and a start of the authorisation after: three calls.
      const probe_ms = 3 * profile.timeout_ms
      const { beginAccess, finishAccess } = connector
      return {
        profile,
        ...(beginAccess !== undefined && {
          beginAccess: (...given) => observed(profile, false, () => beginAccess.apply(connector, given)),
        }),
        ...(finishAccess !== undefined && {
          finishAccess: (...given) => observed(profile, false, () => finishAccess.apply(connector, given)),
        }),
        initiate: (...given) => {
          breakers.set(profile.id, begin(of(profile.id), now_ms(), probe_ms))
          return observed(profile, true, () => connector.initiate(...given))
        },
        finishAuthorisation: (...given) => observed(profile, false, () => connector.finishAuthorisation(...given)),
        status: (...given) => observed(profile, false, () => connector.status(...given)),
        transfers: (...given) => observed(profile, false, () => connector.transfers(...given)),
        cancel: (...given) => observed(profile, false, () => connector.cancel(...given)),
      }
    },
    obstacle(profile) {
      if (isInMaintenance(profile, clock.now())) return 'MAINTENANCE'
      return isOffered(of(profile.id), now_ms()) ? undefined : 'NOT_RESPONDING'
    },
  }
}
