/**
 * Every message to and from a bank is on record, sealed and without secrets. record.ts is put around each call and writes
 * beside it: nothing waits for a record, and a record that fails fails nothing. redact.ts says what may be written down,
 * store.ts has the SQL, erase.ts ends it.
 */
import { randomUUID } from 'node:crypto'
import type { BankProfile } from '../../infra/banks/connector.ts'
import { type Batch, createBatch } from '../../infra/database/batch.ts'
import type { Database } from '../../infra/database/database.ts'
import type { Keys } from '../../infra/keys/keys.ts'
import { countLostExchange } from '../../infra/metrics.ts'
import {
  type ExchangeObserver,
  type OutboundAnswer,
  type OutboundRequest,
  observeExchanges,
} from '../../infra/outbound.ts'
import type { Context } from '../context.ts'
import type { PaymentKey } from '../initiation/store.ts'
import { type Messages, redact } from './redact.ts'
import { type ExchangePurpose, type ExchangeRow, insertExchanges, type NewExchange } from './store.ts'

type Recording = Pick<Context, 'db' | 'keys' | 'clock' | 'log'>
type AttemptKey = PaymentKey & { readonly attempt_no: number }

/** Rows that come within this time are written by one statement. */
const WINDOW_MS = 200
const MOST_ROWS = 100
/** More than this waits only while the database does not take them: what comes then is lost, and counted. */
const MOST_WAITING = 2_000
const MAX_PATH = 500

/**
 * Does what calls a bank about an attempt, and has every message of it recorded.
 * @param purpose what the calls are for; those that only prepare it (a token, the bank's metadata) are told apart by themselves
 */
export function recorded<T>(
  context: Recording,
  attempt: AttemptKey,
  profile: BankProfile,
  purpose: ExchangePurpose,
  work: () => T,
): T {
  const observer: ExchangeObserver = (request) => {
    const at = context.clock.now()
    return (answer, duration_ms) => {
      try {
        enqueue(context, rowOf(context, { attempt, profile, purpose, request, answer, at, duration_ms }))
      } catch (error) {
        lose(context, 1, error)
      }
    }
  }
  return observeExchanges(observer, work)
}

/** Resolves when what was recorded so far is written, or given up. */
export async function exchangesWritten(db: Database): Promise<void> {
  await Promise.all(recorders.get(db)?.under_way ?? [])
}

/** Headers and bodies of an exchange. @throws SealError when they were altered, or the key is gone */
export function openMessages(context: { readonly keys: Keys }, row: ExchangeRow): Messages {
  return JSON.parse(context.keys.open(row.messages_enc, messagesPlace(row))) as Messages
}

const messagesPlace = (key: Pick<ExchangeRow, 'partner_id' | 'payment_id' | 'exchange_id'>): string =>
  `bank_exchanges.messages:${key.partner_id}:${key.payment_id}:${key.exchange_id}`

type Seen = {
  readonly attempt: AttemptKey
  readonly profile: BankProfile
  readonly purpose: ExchangePurpose
  readonly request: OutboundRequest
  readonly answer: OutboundAnswer
  readonly at: Date
  readonly duration_ms: number
}

function rowOf({ keys }: Pick<Recording, 'keys'>, seen: Seen): NewExchange {
  const { request, answer, attempt } = seen
  const { partner_id, payment_id, attempt_no } = attempt
  const url = URL.parse(request.url)
  const purpose = purposeOf(seen, url?.pathname ?? '')
  const messages = redact(seen.profile, request, answer, purpose === 'token')
  const key = { partner_id, payment_id, exchange_id: exchangeId(seen.at) }
  const answered = answer.kind === 'answered'
  const facts = {
    method: request.method,
    host: url?.host ?? '',
    path: (url?.pathname ?? '').slice(0, MAX_PATH),
    http_status: answered ? answer.status : null,
    fault: answered ? null : answer.kind,
    fault_reason: answered ? null : answer.reason,
  }
  return {
    ...key,
    attempt_no,
    at: seen.at,
    duration_ms: Math.round(seen.duration_ms),
    purpose,
    ...facts,
    answer_hash: purpose === 'status' ? keys.hash('bank answer', sameness(facts, messages)) : null,
    messages_enc: keys.seal(JSON.stringify(messages), messagesPlace(key)),
  }
}

let counter = 0

/** In the order of their times, and within one of this process's calls (as RFC 9562 version 7 is). */
function exchangeId(at: Date): string {
  counter = (counter + 1) % 0x1000
  const time = at.getTime().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${randomUUID().slice(19)}`
}

/** Calls that only prepare what is asked for. */
function purposeOf({ purpose, request }: Seen, path: string): ExchangePurpose {
  const type = Object.entries(request.headers ?? {}).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  if (type.includes('x-www-form-urlencoded')) return 'token'
  const prepares = purpose === 'enter' || purpose === 'initiate' || purpose === 'token'
  if (request.method === 'GET' && (prepares || path.includes('/.well-known/'))) return 'metadata'
  if (request.method === 'POST' && /\/(cancellation-)?authorisations$/.test(path) && purpose !== 'cancel')
    return 'authorise'
  return purpose
}

/** When each message was made is not what it says. */
const MADE = /<(?:[\w.-]+:)?(MsgId|CreDtTm)>[^<]*</g
const sameness = (facts: object, { answer }: Messages): string =>
  JSON.stringify([facts, answer?.body?.replace(MADE, '<')])

type Recorder = { readonly batches: Map<number, Batch<NewExchange>>; readonly under_way: Set<Promise<void>> }
const recorders = new WeakMap<Database, Recorder>()

function enqueue(context: Recording, row: NewExchange): void {
  const recorder = recorders.get(context.db) ?? { batches: new Map(), under_way: new Set() }
  recorders.set(context.db, recorder)
  if (recorder.under_way.size >= MOST_WAITING) {
    lose(context, 1, new Error('too many wait for the database'))
    return
  }
  let batch = recorder.batches.get(row.partner_id)
  if (batch === undefined) {
    batch = batchOf(context, row.partner_id)
    recorder.batches.set(row.partner_id, batch)
  }
  // A failure is told once, where the batch is written.
  const written = batch.add(row).catch(() => {})
  recorder.under_way.add(written)
  void written.then(() => recorder.under_way.delete(written))
}

function batchOf(context: Recording, partner_id: number): Batch<NewExchange> {
  // One statement after the other: what repeats the answer before must find it.
  let last: Promise<void> = Promise.resolve()
  return createBatch<NewExchange>({
    window_ms: WINDOW_MS,
    most: MOST_ROWS,
    keyOf: ({ exchange_id }) => exchange_id,
    write: (rows) => {
      last = last
        .then(() => insertExchanges(context.db, partner_id, rows))
        .catch((error: unknown) => lose(context, rows.length, error))
      return last
    },
  })
}

function lose({ log }: Pick<Recording, 'log'>, exchanges: number, error: unknown): void {
  countLostExchange(exchanges)
  log.warn({ err: error, exchanges }, 'messages with a bank could not be recorded')
}
