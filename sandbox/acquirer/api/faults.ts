/**
 * Faults on demand: `POST /admin/faults` queues them, the next matching messages get them. `unreachable` takes no message:
 * the listener goes away at once.
 */
const KINDS = [
  'any',
  'authorization',
  'purchase',
  'verification',
  'capture',
  'refund',
  'void',
  'adjustment',
  'inquiry',
  'reversal',
  'scheme-token',
] as const
type Match = (typeof KINDS)[number]

export type FaultAction =
  /** Booked, never answered. */
  | { readonly kind: 'silent' }
  /** Read, not booked, never answered. */
  | { readonly kind: 'lost' }
  /** Booked at once, answered after this time. */
  | { readonly kind: 'slow'; readonly delay_ms: number }
  | { readonly kind: 'drop_before' }
  | { readonly kind: 'drop_after_booking' }
  /** Booked, answered with half of the answer. */
  | { readonly kind: 'garbage' }
  /** Not booked, answered with this HTTP status. */
  | { readonly kind: 'status'; readonly http_status: number }

export type QueuedFault = { readonly match: Match; times: number; readonly action: string }

/** What takes the listener away: for this long, or until the queue is replaced. */
export type Unreachable = { readonly for_ms: number | undefined }

export type Faults = {
  /** Replaces the queue. @throws Error naming the first entry that is not a fault */
  set(input: unknown): Unreachable | undefined
  pending(): readonly QueuedFault[]
  take(kind: string): FaultAction | undefined
}

const MAX_QUEUED = 100
const MAX_DELAY_MS = 600_000
const PLAIN = new Set(['silent', 'lost', 'drop_before', 'drop_after_booking', 'garbage'])

export function createFaults(): Faults {
  let queue: (QueuedFault & { readonly parsed: FaultAction })[] = []
  return {
    set(input) {
      const next = (input as { next?: unknown } | null)?.next
      if (!Array.isArray(next) || next.length > MAX_QUEUED) {
        throw new Error(`next must be a list of at most ${MAX_QUEUED} faults`)
      }
      const read = next.map(readFault)
      queue = read.filter((fault): fault is (typeof queue)[number] => 'parsed' in fault)
      return read.find((fault) => 'for_ms' in fault)
    },
    pending: () => queue.map(({ match, times, action }) => ({ match, times, action })),
    take(kind) {
      if (queue.length === 0) return undefined
      const index = queue.findIndex(({ match }) => match === kind || match === 'any')
      const fault = queue[index]
      if (fault === undefined) return undefined
      fault.times -= 1
      if (fault.times <= 0) queue.splice(index, 1)
      return fault.parsed
    },
  }
}

function readFault(entry: unknown, index: number): (QueuedFault & { readonly parsed: FaultAction }) | Unreachable {
  const { match = 'any', times = 1, action } = (entry ?? {}) as Record<string, unknown>
  const fault = (what: string) => new Error(`next[${index}].${what}`)
  const matched = KINDS.find((kind) => kind === match)
  if (matched === undefined) throw fault(`match must be one of ${KINDS.join(', ')}`)
  if (typeof times !== 'number' || !Number.isInteger(times) || times < 1) {
    throw fault('times must be a whole number from 1')
  }
  if (typeof action !== 'string') throw fault('action is not known')
  const away = /^unreachable(?::([0-9]{1,6}))?$/.exec(action)
  if (away !== null) return { for_ms: away[1] === undefined ? undefined : Number(away[1]) }
  const parsed = parseAction(action)
  if (parsed === undefined) throw fault('action is not known')
  return { match: matched, times, action, parsed }
}

function parseAction(action: string): FaultAction | undefined {
  const [name = '', number = ''] = action.split(':')
  if (name === 'slow' && /^[0-9]{1,9}$/.test(number)) {
    return { kind: 'slow', delay_ms: Math.min(Number(number), MAX_DELAY_MS) }
  }
  if (name === 'status' && /^[45][0-9]{2}$/.test(number)) return { kind: 'status', http_status: Number(number) }
  return PLAIN.has(action) ? ({ kind: action } as FaultAction) : undefined
}
