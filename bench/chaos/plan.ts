/**
 * `punte bench chaos`: a world under load whose processes are killed, paused, slowed and made to repeat themselves.
 * plan.ts (here) draws the faults from a seed; victims.ts finds and kills processes; inject.ts carries the plan out;
 * account-load.ts (with bank-pages.ts) and card-load.ts are the load; probe.ts measures how soon calls are answered again;
 * ending.ts waits until nothing is open and holds all books against each other.
 */

export type QueuedFault = { readonly match: string; readonly times: number; readonly action: string }

/** A process of the world, or (`backend`) one of the database's connections, or (`postgres`) the whole of it. */
export type Target = 'server' | 'postgres' | 'backend' | 'acquirer' | 'mailbox' | 'shop' | 'erp' | `bank-${string}`

export type Fault =
  /** `kill -9`; `pick` chooses among several (backends), 0 to 1. */
  | { readonly kind: 'kill'; readonly target: Target; readonly pick: number }
  /** Stands still, and goes on. */
  | { readonly kind: 'pause'; readonly target: Target; readonly for_ms: number; readonly pick: number }
  /** Queued at a bank or at the acquirer: the next fitting calls get them. */
  | { readonly kind: 'misbehave'; readonly target: Target; readonly next: readonly QueuedFault[] }
  /** Whoever pays, takes payments or starts them sends everything twice at once. */
  | { readonly kind: 'duplicate'; readonly for_ms: number }

export type Step = { readonly index: number; readonly at_ms: number; readonly fault: Fault }

/** Between faults; on average 17 a minute. */
const GAP_MS = { from: 2_000, to: 5_000 }
const FIRST_MS = 2_000
/** After the last fault the load goes on for a while. */
const CALM_MS = 3_000
/** Between two blows at server or database: the first one's recovery is measured. */
const CORE_REST_MS = 7_000
/** The supervisor of the embedded database gives up at five deaths of the whole server within a minute. */
const POSTGRES_KILLS = { most: 3, within_ms: 60_000 }

/** What a draw may come out as, with its weight. */
const CORE = [
  ['server', 5],
  ['postgres', 2],
  ['backend', 3],
] as const
const AROUND = [
  ['bank', 5],
  ['acquirer', 3],
  ['mailbox', 2],
  ['shop', 2],
  ['erp', 2],
] as const
const KINDS = [
  ['kill', 9],
  ['pause', 3],
  ['misbehave', 5],
  ['duplicate', 1],
] as const

const BANK_ACTIONS: readonly (readonly [string, readonly string[]])[] = [
  ['initiate', ['drop_before', 'drop_after', 'status:500', 'malformed_json', 'wrong_payment_id', 'foreign_link']],
  ['status', ['drop_before', 'drop_after', 'status:500', 'malformed_json', 'wrong_payment_id', 'repeat_old_status']],
  ['token', ['drop_after', 'status:500']],
]
const ACQUIRER_ACTIONS: readonly (readonly [string, readonly string[]])[] = [
  ['purchase', ['silent', 'lost', 'drop_before', 'drop_after_booking', 'garbage', 'status:500']],
  ['authorization', ['silent', 'lost', 'drop_before', 'drop_after_booking', 'garbage', 'status:500']],
  ['capture', ['silent', 'lost', 'drop_after_booking', 'garbage', 'status:500']],
  ['refund', ['silent', 'lost', 'drop_after_booking', 'garbage', 'status:500']],
  ['inquiry', ['silent', 'garbage', 'status:500']],
  ['reversal', ['drop_after_booking', 'status:500']],
]

type Draw = {
  /** 0 to 1, without 1. */
  share(): number
  between(from: number, to: number): number
  of<T>(list: readonly T[]): T
  weighted<T>(list: readonly (readonly [T, number])[]): T
}

/** Numbers from a seed: mulberry32, whose whole state is one 32-bit word. */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0
  const share = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const of = <T>(list: readonly T[]): T => list[Math.floor(share() * list.length)] as T
  return {
    share,
    of,
    between: (from, to) => from + Math.floor(share() * (to - from + 1)),
    weighted<T>(list: readonly (readonly [T, number])[]): T {
      let left = share() * list.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [value, weight] of list) {
        left -= weight
        if (left < 0) return value
      }
      return (list.at(-1) as readonly [T, number])[0]
    },
  }
}

export type BankFacts = { readonly id: string; readonly sca: string }

export type PlanInput = {
  readonly seed: number
  readonly minutes: number
  /** In the world's order: a plan is repeated where seed, length and banks are the same. */
  readonly banks: readonly BankFacts[]
  /** Whether the card rail is under load: without it the acquirer is left alone. */
  readonly card: boolean
}

/** The faults of a run, in order of time. */
export function drawPlan({ seed, minutes, banks, card }: PlanInput): Step[] {
  const draw = drawFrom(seed)
  const end_ms = minutes * 60_000 - CALM_MS
  const steps: Step[] = []
  const postgres_at: number[] = []
  let core_free_at_ms = 0
  for (let at_ms = FIRST_MS; at_ms < end_ms; at_ms += draw.between(GAP_MS.from, GAP_MS.to)) {
    const recent = postgres_at.filter((each) => at_ms - each < POSTGRES_KILLS.within_ms).length
    const fault = drawFault(draw, {
      banks,
      around: card ? AROUND : AROUND.filter(([name]) => name !== 'acquirer'),
      core: at_ms >= core_free_at_ms,
      postgres: recent < POSTGRES_KILLS.most,
    })
    if (fault.kind === 'kill' && fault.target === 'postgres') postgres_at.push(at_ms)
    if ('target' in fault && isCore(fault.target))
      core_free_at_ms = at_ms + CORE_REST_MS + (fault.kind === 'pause' ? fault.for_ms : 0)
    steps.push({ index: steps.length + 1, at_ms, fault })
  }
  return steps
}

/** Whether nothing of ours is answered without it. */
export const isCore = (target: Target): boolean => CORE.some(([name]) => name === target)

type Choices = {
  readonly banks: readonly BankFacts[]
  readonly around: readonly (readonly [(typeof AROUND)[number][0], number])[]
  readonly core: boolean
  readonly postgres: boolean
}

function drawFault(draw: Draw, choices: Choices): Fault {
  const kind = draw.weighted(KINDS)
  if (kind === 'duplicate') return { kind, for_ms: draw.between(3_000, 8_000) }
  if (kind === 'misbehave') return misbehaviour(draw, choices)
  const target = drawTarget(draw, choices)
  const pick = draw.share()
  if (kind === 'kill') return { kind, target, pick }
  return { kind, target, pick, for_ms: draw.between(1_000, 8_000) }
}

function drawTarget(draw: Draw, { banks, around, core, postgres }: Choices): Target {
  const is_core = draw.share() < 0.55
  const target = draw.weighted(CORE)
  const other = draw.weighted(around)
  const bank: Target = `bank-${draw.of(banks).id}`
  if (is_core && core) return target === 'postgres' && !postgres ? 'server' : target
  return other === 'bank' ? bank : other
}

function misbehaviour(draw: Draw, { banks, around }: Choices): Fault {
  const at_acquirer = around.some(([name]) => name === 'acquirer') && draw.share() < 0.35
  const bank = draw.of(banks)
  const at_bank = BANK_ACTIONS.filter(([match]) => match !== 'token' || bank.sca === 'oauth')
  const actions = at_acquirer ? ACQUIRER_ACTIONS : at_bank
  const slow = at_acquirer
    ? [{ match: 'any', times: draw.between(5, 20), action: `slow:${draw.between(300, 6_000)}` }]
    : ['initiate', 'status'].map((match) => ({
        match,
        times: draw.between(2, 6),
        action: `delay_ms:${draw.between(500, 12_000)}`,
      }))
  const target: Target = at_acquirer ? 'acquirer' : `bank-${bank.id}`
  if (draw.share() < 0.3) return { kind: 'misbehave', target, next: slow }
  const next = Array.from({ length: draw.between(3, 8) }, () => {
    const [match, known] = draw.of(actions)
    return { match, times: draw.between(1, 3), action: draw.of(known) }
  })
  return { kind: 'misbehave', target, next }
}

/** One line of the plan. */
export function stepText({ index, at_ms, fault }: Step): string {
  const when = `${String(index).padStart(4)}  ${(at_ms / 1000).toFixed(1).padStart(6)} s  `
  if (fault.kind === 'kill') return `${when}kill -9 ${fault.target}`
  if (fault.kind === 'pause') return `${when}pause ${fault.target} for ${(fault.for_ms / 1000).toFixed(1)} s`
  if (fault.kind === 'duplicate') return `${when}everything is sent twice for ${(fault.for_ms / 1000).toFixed(1)} s`
  const said = fault.next.map(({ match, times, action }) => `${match} ${action}${times > 1 ? ` ×${times}` : ''}`)
  return `${when}${fault.target} misbehaves: ${said.join(', ')}`
}
