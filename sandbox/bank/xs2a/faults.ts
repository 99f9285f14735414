/**
 * Faults on demand, so that a third party's handling of a misbehaving bank can be tested: `POST /sandbox/faults` queues
 * them, the next matching calls to the interface get them.
 */

export type FaultMatch = 'initiate' | 'status' | 'token'

export type FaultAction =
  | { readonly kind: 'delay'; readonly delay_ms: number }
  | { readonly kind: 'status'; readonly http_status: number; readonly code?: string }
  | {
      readonly kind: /** The connection is cut before anything is done. */
        | 'drop_before'
        /** The call is carried out, the connection is cut instead of answering. */
        | 'drop_after'
        | 'malformed_json'
        | 'wrong_payment_id'
        /** The link for the payer's browser leads to another host. */
        | 'foreign_link'
        /** The status is answered as RCVD, whatever it is. */
        | 'repeat_old_status'
        /** Refused with an RFC 7807 body instead of tppMessages. */
        | 'problem_json'
    }

export type QueuedFault = { readonly match: FaultMatch; times: number; readonly action: string }

export type Faults = {
  /** Replaces the queue. Throws an Error naming the first entry that is not a fault. */
  set(input: unknown): void
  pending(): readonly QueuedFault[]
  /** Takes one fault for this kind of call, if one is queued. */
  take(match: FaultMatch): FaultAction | undefined
}

const MAX_QUEUED = 100
const MAX_DELAY_MS = 120_000
const PLAIN = new Set([
  'drop_before',
  'drop_after',
  'malformed_json',
  'wrong_payment_id',
  'foreign_link',
  'repeat_old_status',
  'problem_json',
])

export function createFaults(): Faults {
  let queue: (QueuedFault & { readonly parsed: FaultAction })[] = []
  return {
    set(input) {
      const next = (input as { next?: unknown } | null)?.next
      if (!Array.isArray(next) || next.length > MAX_QUEUED)
        throw new Error(`next must be a list of at most ${MAX_QUEUED} faults`)
      queue = next.map(readFault)
    },
    pending: () => queue.map(({ match, times, action }) => ({ match, times, action })),
    take(match) {
      const index = queue.findIndex((fault) => fault.match === match)
      const fault = queue[index]
      if (fault === undefined) return undefined
      fault.times -= 1
      if (fault.times <= 0) queue.splice(index, 1)
      return fault.parsed
    },
  }
}

function readFault(entry: unknown, index: number) {
  const { match, times = 1, action } = (entry ?? {}) as Record<string, unknown>
  const fault = (what: string) => new Error(`next[${index}].${what}`)
  if (match !== 'initiate' && match !== 'status' && match !== 'token')
    throw fault('match must be initiate, status or token')
  if (typeof times !== 'number' || !Number.isInteger(times) || times < 1)
    throw fault('times must be a whole number from 1')
  const parsed = typeof action === 'string' ? parseAction(action) : undefined
  if (parsed === undefined || typeof action !== 'string') throw fault('action is not known')
  return { match: match as FaultMatch, times, action, parsed }
}

function parseAction(action: string): FaultAction | undefined {
  const [name = '', first = '', second] = action.split(':')
  if (name === 'delay_ms' && /^[0-9]+$/.test(first))
    return { kind: 'delay', delay_ms: Math.min(Number(first), MAX_DELAY_MS) }
  if (name === 'status' && /^[45][0-9]{2}$/.test(first)) {
    return { kind: 'status', http_status: Number(first), ...(second === undefined ? {} : { code: second }) }
  }
  return PLAIN.has(action) ? ({ kind: action } as FaultAction) : undefined
}
