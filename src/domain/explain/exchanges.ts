/** Messages with banks as moments of a payment's timeline. */
import type { Context } from '../context.ts'
import { openMessages } from '../exchanges/record.ts'
import type { listExchanges } from '../exchanges/store.ts'
import type { Known } from './mask.ts'
import { type ShownSide, shownSide } from './message.ts'
import type { Moment } from './timeline.ts'

type Row = Awaited<ReturnType<typeof listExchanges>>[number]

/** One call to a bank and its answer. */
export type ExchangeFacts = {
  readonly attempt_no: number
  /** What the call was for; `token` and `metadata` only prepare another. */
  readonly purpose: Row['purpose']
  readonly method: string
  /** Host and path. */
  readonly address: string
  readonly duration_ms: number
  readonly http_status?: number
  /** Why there is no answer: it never left, or nobody knows whether it arrived; `reason` is the network's word (`ECONNREFUSED`). */
  readonly fault?: { readonly kind: NonNullable<Row['fault']>; readonly reason: string }
  /** Which in a row of the same answers; of those between the first and this one nothing is kept. */
  readonly same_no?: number
  /** Only where they are asked for. `unreadable`: this installation has no key to them. */
  readonly messages?: { readonly request: ShownSide; readonly answer?: ShownSide } | 'unreadable'
}

/** Words about people: of the payment itself, and of the payments of a list, which may be many. */
type People = { readonly known: Known; readonly others: Known }

export function toldExchanges(
  context: Pick<Context, 'keys'>,
  rows: readonly Row[],
  people: People,
  with_messages: boolean,
): Moment[] {
  return rows.map((row) => {
    const messages = with_messages ? { messages: shownMessages(context, row, people) } : {}
    return { at: row.at, by: 'message', code: 'exchange', facts: { ...shownExchange(row), ...messages } }
  })
}

function shownExchange(row: Row): ExchangeFacts {
  const { attempt_no, purpose, method, host, path, duration_ms, http_status, fault, fault_reason, same_no } = row
  return {
    attempt_no,
    purpose,
    method,
    address: `${host}${path}`.replace(/[^\x21-\x7e]/g, ' '),
    duration_ms,
    ...(http_status !== null && { http_status }),
    ...(fault !== null && { fault: { kind: fault, reason: fault_reason ?? '' } }),
    ...(same_no > 1 && { same_no }),
  }
}

function shownMessages(
  context: Pick<Context, 'keys'>,
  row: Row,
  { known, others }: People,
): NonNullable<ExchangeFacts['messages']> {
  let messages: ReturnType<typeof openMessages>
  try {
    messages = openMessages(context, row)
  } catch {
    // One that cannot be opened must not hide the others.
    return 'unreadable'
  }
  const { request, answer } = messages
  const text = JSON.stringify(messages).toLowerCase()
  const all = [...known, ...others.filter(({ value }) => text.includes(value.toLowerCase()))]
  return { request: shownSide(request, all), ...(answer && { answer: shownSide(answer, all) }) }
}
