/**
 * The floor of a merchant-initiated payment: the same rows in the same two durable transactions (claim, outcome), by
 * prepared statements straight to PostgreSQL, and between them the acquirer's own answer to one message, asked over kept
 * mutual-TLS connections; nothing of ours in between.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { Pool } from 'undici'
import { type Lanes, runLanes } from './figures.ts'
import type { Ready } from './world.ts'

export const CARD_FLOOR_COMMITS = 2

const TABLES = ['agreements', 'card_tokens', 'card_orders', 'card_transactions', 'card_events'] as const
const SCHEMA = `drop schema if exists bench_floor cascade; create schema bench_floor;
  ${TABLES.map((table) => `create table bench_floor.${table} (like public.${table} including all);`).join('\n')}
  insert into bench_floor.agreements (partner_id, agreement_id, rail, type, currency, number_hash, created_at, updated_at)
    select 1, 'floor-' || n, 'card', 'RECURRING', 'RON', '\\x00', now(), now() from generate_series(0, 999) n;
  insert into bench_floor.card_tokens (partner_id, token, number_hash, number_enc, masked_number, brand, scheme, created_at, updated_at, updated_by)
    select 1, n::text, decode(md5(n::text), 'hex'), '\\x00', '512345xxxxxx0008', 'MASTERCARD', 'MASTERCARD', now(), now(), 'floor'
    from generate_series(0, 999) n;`

const CLAIM = `with a as (
    update bench_floor.agreements set payments_taken = payments_taken + 1, version_no = version_no + 1, updated_at = now()
    where partner_id = 1 and agreement_id = $2 returning agreement_id),
  o as (insert into bench_floor.card_orders (partner_id, order_id, status, currency, amount_minor, live_transaction_id, initial_transaction_id,
      agreement_id, created_at, updated_at) select 1, $1, 'INITIATED', 'RON', 1000, '1', '1', agreement_id, now(), now() from a returning 1)
  insert into bench_floor.card_transactions (partner_id, order_id, transaction_id, submission_no, type, request_hash, state, result, gateway_code, amount_minor,
    currency, source, api_version, reference, link_no, details_enc, order_amount_minor, submitted_at, next_ask_at, funds_type, token, number_hash,
    masked_number, brand, scheme, expiry_month, expiry_year, stored_on_file, agreement_id)
  select 1, $1, '1', 1, 'PAYMENT', $4, 'submitted', 'PENDING', 'PENDING', 1000, 'RON', 'MERCHANT', 100, $5, 1, $6, 1000, now(), now(), 'CARD', $3,
    $4, '512345xxxxxx0008', 'MASTERCARD', 'MASTERCARD', 1, 39, 'STORED', $2 from o`
const OUTCOME = `with x as (
    update bench_floor.card_transactions set state = 'done', result = 'SUCCESS', gateway_code = 'APPROVED', acquirer_code = '00',
      acquirer_message = 'Approved', authorization_code = '123456', stan = '123456', receipt = '123456789012', acquirer_transaction_id = '12345678',
      trace_id = '12345678', order_status = 'CAPTURED', authorized_minor = 1000, captured_minor = 1000, recorded_at = now(), next_ask_at = null
    where partner_id = 1 and order_id = $1 and transaction_id = '1' and state <> 'done' returning 1),
  o as (update bench_floor.card_orders set version_no = version_no + 1, status = 'CAPTURED', authorized_minor = 1000, captured_minor = 1000,
      live_transaction_id = null, updated_at = now() where partner_id = 1 and order_id = $1 and exists (select from x) returning version_no),
  t as (update bench_floor.card_tokens set last_used_at = now() where partner_id = 1 and token = $2)
  insert into bench_floor.card_events (partner_id, order_id, event_no, transaction_id, type, cause, detail, at)
    select 1, $1, version_no, '1', 'transaction.succeeded', 'acquirer', '{"result": "SUCCESS", "gateway_code": "APPROVED"}', now() from o`

export async function measureCardFloor(input: {
  readonly ready: Ready
  readonly concurrency: number
  readonly seconds: number
  readonly card_number: string
}): Promise<Lanes<number>> {
  const { ready, concurrency, card_number } = input
  const db = new pg.Pool({ connectionString: ready.database.url, max: 10 })
  const pki = (name: string) => readFileSync(join(ready.data_dir, 'pki', name))
  const acquirer = new Pool(ready.acquirer.api_url, {
    connections: concurrency,
    connect: { cert: pki('acquirer-client.pem'), key: pki('acquirer-client.key'), ca: readFileSync(ready.ca) },
  })
  const message = (reference: string) => ({
    reference,
    merchantId: 'FLOOR',
    terminalId: '1',
    amount: 1000,
    currency: 'RON',
    card: { kind: 'card', number: card_number, expiry: '3901' },
    initiation: { source: 'INTERNET', initiatedBy: 'cardholder', storedOnFile: 'NOT_STORED' },
  })
  try {
    await db.query(SCHEMA)
    let count = 0
    return await runLanes(concurrency, input.seconds, async () => {
      const begun = performance.now()
      count += 1
      const [order_id, reference, of] = [`floor-${count}`, randomUUID(), count % 1000]
      const values = [order_id, `floor-${of}`, `${of}`, randomBytes(32), reference, randomBytes(120)]
      await db.query({ name: 'floor_claim', text: CLAIM, values })
      const { statusCode, body } = await acquirer.request({
        path: '/v1/purchase',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(message(reference)),
      })
      const answer = (await body.json()) as { responseCode?: string }
      if (statusCode !== 200 || answer.responseCode !== '00') throw new Error(`the acquirer answered ${statusCode}`)
      await db.query({ name: 'floor_outcome', text: OUTCOME, values: [order_id, `${of}`] })
      return performance.now() - begun
    })
  } finally {
    await acquirer.close()
    await db.query('drop schema if exists bench_floor cascade').catch(() => {})
    await db.end()
  }
}
