import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestDatabase, testDatabase } from '../../infra/database/template.ts'
import { createLog } from '../../infra/log.ts'
import { until } from '../../infra/testing/until.ts'
import { notePageOpened } from './page-opens.ts'
import { readCardReport } from './report.ts'
import { countMoved } from './rollup.ts'

let database: TestDatabase
const now = new Date('2030-04-02T09:01:00Z')
const context = () => ({ db: database.db, clock: { now: () => now }, log: createLog('silent') })

before(async () => {
  database = await testDatabase()
  await sql(`insert into partners (partner_id, client_id, name, type, redirect_urls) overriding system value
    values (2, 'client-002', 'P', 'Ecommerce', '{https://a.example/}')`)
})
after(() => database.drop())

const sql = async <R extends object>(text: string, values: unknown[] = []): Promise<R[]> =>
  (await database.db.query<R>({ text, values })).rows

// The same numbers each time.
let state = 12_345
function random(below: number): number {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
  return Math.floor((state / 2_147_483_648) * below)
}
const oneOf = <T>(of: readonly T[]): T => of[random(of.length)] as T

test('cards: initial transactions that have ended, by source, scheme and code', async () => {
  await sql(`insert into merchants (partner_id, merchant_id, name, token_repository_id) values (2, 'M', 'M', 'R')`)
  const rows = Array.from({ length: 60 }, (_, n) => ({
    id: String(n),
    type: oneOf(['PAYMENT', 'AUTHORIZATION', 'CAPTURE']),
    good: random(3) > 0,
    source: oneOf(['INTERNET', 'MERCHANT']),
    scheme: oneOf(['VISA', 'MASTERCARD']),
    is_open: random(10) === 0,
    amount_minor: 1 + random(10_000),
  }))
  for (const row of rows) {
    await sql(
      `insert into card_transactions (partner_id, order_id, transaction_id, type, submission_no, request_hash, state, result, gateway_code,
        amount_minor, currency, source, api_version, reference, link_no, scheme, order_status, order_amount_minor, next_ask_at,
        submitted_at, recorded_at)
       values (2, $1, '1', $2, 1, '\\x00', $3, $4, $5, $6, 'EUR', $7, 100, gen_random_uuid(), 1, $8, 'CAPTURED', 1, $9, '2030-04-01T21:30:00Z', $10)`,
      [
        row.id,
        row.type,
        row.is_open ? 'submitted' : 'done',
        row.is_open ? 'PENDING' : row.good ? 'SUCCESS' : 'FAILURE',
        row.is_open ? 'SUBMITTED' : row.good ? 'APPROVED' : 'DECLINED',
        row.amount_minor,
        row.source,
        row.scheme,
        row.is_open ? now : null,
        row.is_open ? null : now,
      ],
    )
    await sql(`insert into card_events values (2, $1, 2, '1', 'transaction', 'acquirer', null, $2)`, [row.id, now])
  }
  await countMoved(context())
  const report = await readCardReport(context(), { from: '2030-04-02', to: '2030-04-02' })
  for (const source of ['INTERNET', 'MERCHANT'])
    for (const scheme of ['VISA', 'MASTERCARD'])
      for (const good of [true, false]) {
        const hand = rows.filter(
          (row) =>
            row.source === source &&
            row.scheme === scheme &&
            row.good === good &&
            !row.is_open &&
            row.type !== 'CAPTURE',
        )
        const told = report.rows.filter(
          (row) =>
            row.source === source && row.scheme === scheme && row.gateway_code === (good ? 'APPROVED' : 'DECLINED'),
        )
        assert.equal(
          told.reduce((sum, row) => sum + row.transaction_count, 0),
          hand.length,
        )
        assert.equal(
          told.reduce((sum, row) => sum + row.transaction_minor, 0),
          hand.reduce((sum, row) => sum + row.amount_minor, 0),
        )
      }
  assert.deepEqual((await readCardReport(context(), { from: '2030-04-02', to: '2030-04-02', partner_id: 1 })).rows, [])
})

test('a page that is opened is noted once, whatever it is asked', async () => {
  const closed = { partner_id: 2, payment_id: 1_234 }
  for (let n = 0; n < 5; n += 1) notePageOpened(context(), closed)
  const noted = () => sql('select opened_at from page_opens where payment_id = $1', [closed.payment_id])
  await until('the note', async () => (await noted()).length > 0)
  assert.equal((await noted()).length, 1)
})
