/**
 * The floor: what the machine gives for the same durable rows and the same number of mutual-TLS requests, with nothing
 * of ours in between. Six commits a payment, as the payment makes them (reserve, request, claim, accept, settle, webhook
 * delivered), by prepared statements; three bare HTTPS requests with a client certificate on kept connections.
 */
import { spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { Pool } from 'undici'
import { type Lanes, runLanes } from './figures.ts'

export const FLOOR_COMMITS = 6
export const FLOOR_REQUESTS = 3

const SCHEMA = `
  drop schema if exists bench_floor cascade;
  create schema bench_floor;
  create table bench_floor.partners (like public.partners including all);
  create table bench_floor.payments (like public.payments including all);
  create table bench_floor.payment_attempts (like public.payment_attempts including all);
  create table bench_floor.payment_events (like public.payment_events including all);
  create table bench_floor.outbox (like public.outbox including all);
  create table bench_floor.webhook_deliveries (like public.webhook_deliveries including all);`

const EVENT = `insert into bench_floor.payment_events (partner_id, payment_id, event_no, type, status, cause, at)
  select 1, payment_id, event_no, 'floor', status, 'worker', now() from moved`

const STATEMENTS = {
  reserve: `with moved as (insert into bench_floor.payments (partner_id, certificate_thumbprint, refresh_hash, event_no)
      values (1, $1, $2, 1) returning payment_id, event_no, status), event as (${EVENT} returning 1)
    select payment_id from moved`,
  request: `with moved as (update bench_floor.payments set requested_at = now(), request_hash = $2, amount_minor = 100, terms_enc = $3,
      redirect_url = 'https://localhost/', creditor_iban_hash = $2, debtor_iban_hash = $2, email_hash = $2, payer_hash = $2, event_no = 2
      where partner_id = 1 and payment_id = $1 returning payment_id, event_no, status) ${EVENT}`,
  claim: `with moved as (update bench_floor.payments set attempt_no = 1, bank_id = 'floor', terms_enc = $2, event_no = 3
      where partner_id = 1 and payment_id = $1 and status = 'INIT' returning payment_id, event_no, status),
    attempt as (insert into bench_floor.payment_attempts (partner_id, payment_id, attempt_no, bank_id, state, request_id, order_enc, submitted_at, next_ask_at)
      select 1, payment_id, 1, 'floor', 'sending', $3, $2, now(), now() from moved) ${EVENT}`,
  accept: `with moved as (update bench_floor.payments set status = 'RCVD', event_no = 4
      where partner_id = 1 and payment_id = $1 and status = 'INIT' returning payment_id, event_no, status),
    attempt as (update bench_floor.payment_attempts set state = 'open', session_enc = $2, bank_status = 'RCVD', next_ask_at = now()
      where partner_id = 1 and payment_id = $1 and attempt_no = 1) ${EVENT}`,
  settle: `with moved as (update bench_floor.payments set status = 'ACSC', settled_attempt_no = 1, finished_at = now(), event_no = 5
      where partner_id = 1 and payment_id = $1 and status = 'RCVD' returning payment_id, event_no, status),
    attempt as (update bench_floor.payment_attempts set state = 'closed', bank_status = 'ACSC', closed_at = now(), next_ask_at = null
      where partner_id = 1 and payment_id = $1 and attempt_no = 1),
    work as (insert into bench_floor.outbox (task, payload) select unnest(array['a', 'b']), jsonb_build_object('payment_id', payment_id) from moved) ${EVENT}`,
  deliver: `insert into bench_floor.webhook_deliveries (partner_id, payment_id, event_no, state, tries, delivered_at) values (1, $1, 5, 'delivered', 1, now())`,
} as const

// A bare HTTPS listener in a process of its own: the same TLS, no framework, no checks.
const BARE_SERVER = `
  const { createServer } = require('node:https'); const { readFileSync: read } = require('node:fs')
  const [cert, key, ca] = process.argv.slice(2).map((file) => read(file))
  const server = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: true }, (request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{"status":200}'))
  }).listen(0, '127.0.0.1', () => console.log(server.address().port))
  process.on('disconnect', () => process.exit())`

export type FloorInput = {
  readonly database_url: string
  readonly concurrency: number
  readonly seconds: number
  readonly tls: {
    readonly server_cert_file: string
    readonly server_key_file: string
    readonly ca_file: string
    readonly cert: Buffer
    readonly key: Buffer
    readonly ca: Buffer
  }
  readonly folder: string
}

export async function measureFloor(input: FloorInput): Promise<Lanes<number>> {
  const db = new pg.Pool({ connectionString: input.database_url, max: 10 })
  const script = join(input.folder, 'bare-server.cjs')
  writeFileSync(script, BARE_SERVER)
  const bare = spawn(
    process.execPath,
    [script, input.tls.server_cert_file, input.tls.server_key_file, input.tls.ca_file],
    {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    },
  )
  if (bare.stdout === null) throw new Error('the bare server has no output')
  const [chunk] = (await once(bare.stdout, 'data')) as [Buffer]
  const { cert, key, ca } = input.tls
  const web = new Pool(`https://localhost:${Number(String(chunk))}`, {
    connections: input.concurrency,
    connect: { cert, key, ca },
  })
  try {
    await db.query(SCHEMA)
    return await runLanes(input.concurrency, input.seconds, () => onePayment(db, web))
  } finally {
    await web.close()
    bare.kill()
    await db.query('drop schema if exists bench_floor cascade').catch(() => {})
    await db.end()
  }
}

async function onePayment(db: pg.Pool, web: Pool): Promise<number> {
  const begun = performance.now()
  const hash = randomBytes(32)
  const sealed = randomBytes(300)
  const run = (name: keyof typeof STATEMENTS, values: unknown[]) =>
    db.query({ name: `floor_${name}`, text: STATEMENTS[name], values })
  const bare = async () => {
    const { body } = await web.request({
      path: '/',
      method: 'POST',
      body: '{"creditorName":"floor"}',
      headers: { 'content-type': 'application/json' },
    })
    await body.dump()
  }
  await bare()
  const payment_id = (await run('reserve', ['thumbprint', hash])).rows[0].payment_id as string
  await bare()
  await run('request', [payment_id, hash, sealed])
  await run('claim', [payment_id, sealed, randomUUID()])
  await run('accept', [payment_id, sealed])
  await run('settle', [payment_id])
  await run('deliver', [payment_id])
  await bare()
  return performance.now() - begun
}
