/** After the last fault: waits until nothing is open but what a person must finish, and holds all books against each other. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { type Ready, ROOT } from '../world.ts'
import type { Load } from './card-load.ts'

const EVERY_MS = 500
/** Longer than the longest pause between two questions about a submission of unknown fate. */
const QUIET_MS = 420_000
const PROVE_TIMEOUT_MS = 120_000
const PROVE_AGAIN_MS = 5_000
const PROVE_TRIES = 6

/** What is under way, by what it is; each falls to nothing without anybody's help. */
const OPEN = `
  select 'attempts sending or unknown' as what, count(*)::integer as n from payment_attempts where state in ('sending', 'unknown')
  union all select 'payments authorised and not settled', count(*) from payment_attempts
    where state = 'open' and bank_status in ('ACTC', 'ACCP', 'ACSP', 'PDNG')
  union all select 'outbox', count(*) from outbox where run_at <= now()
  union all select 'webhooks', count(*) from webhook_deliveries where state = 'pending'
  union all select 'card transactions', count(*) from card_transactions where state <> 'done'
  union all select 'card orders', count(*) from card_orders where live_transaction_id is not null`

const COUNTS = `
  select 'payments begun' as what, count(*)::integer as n from payments where requested_at is not null and kind <> 'list'
  union all select 'paid, lists by their items', count(*) from payments where status = 'ACSC' and kind <> 'list'
  union all select 'refused, cancelled or blocked', count(*) from payments where status in ('RJCT', 'CANC', 'BLOCKED')
  union all select 'abandoned', count(*) from payments where status = 'ABND'
  union all select 'waiting for a payer', count(*) from payments where requested_at is not null and finished_at is null
  union all select 'attempts', count(*) from payment_attempts
  union all select 'webhooks delivered', count(*) from webhook_deliveries where state = 'delivered'
  union all select 'webhooks tried again', count(*) from webhook_deliveries where tries > 1
  union all select 'mails sent', count(*) from payer_mails where state = 'sent'
  union all select 'card orders', count(*) from card_orders
  union all select 'card transactions', count(*) from card_transactions
  union all select 'card transactions of unknown fate, settled', count(distinct (partner_id, order_id, transaction_id))
    from card_events where type = 'transaction.unknown'`

type Counted = { readonly what: string; readonly n: number }

async function query<Row extends pg.QueryResultRow>(
  ready: Ready,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const db = new pg.Client({ connectionString: ready.database.url, connectionTimeoutMillis: 5_000 })
  // A database that goes away under a question is told by the question.
  db.on('error', () => {})
  await db.connect()
  try {
    return (await db.query<Row>(text, values)).rows
  } finally {
    await db.end()
  }
}

/** @returns how long it took; `left`: what did not end in time */
export async function untilQuiet(
  ready: Ready,
  signal: AbortSignal,
): Promise<{ readonly ms: number; readonly left: readonly Counted[] }> {
  const begun = performance.now()
  let left: Counted[] = []
  do {
    await delay(EVERY_MS, undefined, { signal })
    left = await query<Counted>(ready, OPEN).catch((error: unknown) => [
      { what: `the database: ${error instanceof Error ? error.message : error}`, n: 1 },
    ])
    left = left.filter(({ n }) => n > 0)
  } while (left.length > 0 && performance.now() - begun < QUIET_MS)
  return { ms: performance.now() - begun, left }
}

export const readCounts = (ready: Ready): Promise<readonly Counted[]> => query<Counted>(ready, COUNTS)

/** Debits in all banks' own ledgers. */
export async function countDebits(ready: Ready): Promise<number> {
  let debits = 0
  for (const { url } of ready.banks) {
    const ledger = (await (await fetch(`${url}/sandbox/ledger`)).json()) as { debits: unknown[] }
    debits += ledger.debits.length
  }
  return debits
}

/**
 * `punte prove` over banks and acquirer, up to now. What has ended a moment ago may still be on its way to partners and
 * payers: where something disagrees it is asked again, a few times; the last word counts.
 */
export async function proveAll(
  ready: Ready,
  ready_file: string,
  signal: AbortSignal,
): Promise<{ readonly agrees: boolean; readonly output: string }> {
  for (let tries = 1; ; tries += 1) {
    const { code, output } = await prove(ready, ready_file)
    const agrees = code === 0 && output.endsWith('all books agree\n')
    if (agrees || tries === PROVE_TRIES) return { agrees, output }
    await delay(PROVE_AGAIN_MS, undefined, { signal })
  }
}

async function prove(ready: Ready, ready_file: string): Promise<{ code: number | null; output: string }> {
  const args = ['src/main.ts', 'prove', '--to', new Date().toISOString(), '--ready-file', ready_file]
  const { DATABASE_URL: _another, ...env } = process.env
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...env, PUNTE_CONFIG_FILE: ready.configuration_file },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PROVE_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

/** Payments that a payer saw paid and that are not: none may be. */
export async function seenPaidInVain(ready: Ready, seen: ReadonlySet<number>): Promise<string[]> {
  const rows = await query<{ payment_id: string; status: string }>(
    ready,
    `select payment_id, status from payments where payment_id = any($1) and status <> 'ACSC'`,
    [[...seen]],
  )
  return rows.map(({ payment_id, status }) => `payment ${payment_id} was shown as paid, and is ${status}`)
}

/** What merchants were told is so and is never taken back; what was refused is not there. */
export async function toldInVain(ready: Ready, { told }: Load): Promise<string[]> {
  const rows = await query<{ key: string; result: string }>(
    ready,
    `select merchant_id || ' ' || order_id || ' ' || transaction_id as key, result
     from card_transactions join merchants using (partner_id)`,
  )
  const stored = new Map(rows.map(({ key, result }) => [key, result]))
  return told.flatMap(({ merchant, order_id, transaction_id, operation, results, refused }) => {
    const is = stored.get(`${merchant.id} ${order_id} ${transaction_id}`)
    const finals = results.filter((one) => one === 'SUCCESS' || one === 'FAILURE')
    const about = `${operation} ${order_id} ${transaction_id}: told ${results.join(', ') || 'nothing'}`
    if (refused !== undefined) return is === undefined ? [] : [`${about}, refused, and is ${is}`]
    if (finals.length > 1) return [`${about}: one thing and then another`]
    return finals.length === 1 && finals[0] !== is ? [`${about}, and is ${is}`] : []
  })
}
