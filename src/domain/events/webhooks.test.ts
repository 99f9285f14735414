/** Delivery against a real database, real endpoints on this machine and the real HTTP client. */
import assert from 'node:assert/strict'
import { createHmac, verify } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import test, { after, before, beforeEach } from 'node:test'
import { freePort } from '../../infra/database/template.ts'
import { migrateJobs, startWorker } from '../../infra/jobs/worker.ts'
import { createLog } from '../../infra/log.ts'
import { createOutbound, type Outbound } from '../../infra/outbound.ts'
import { until } from '../../infra/testing/until.ts'
import type { Context } from '../context.ts'
import { type Fixture, openFixture } from '../initiation/fixture.ts'
import type { PaymentKey } from '../initiation/store.ts'
import type { Partner } from '../partners/directory.ts'
import { eventTasks } from './tasks.ts'
import { deliverWebhook, nextTryAt, redeliverWebhook } from './webhooks.ts'

type Call = { headers: IncomingHttpHeaders; body: string }
type Endpoint = {
  url: string
  calls: Call[]
  answer: (nth: number) => number | Promise<number>
  server: Server
  in_flight: number
  most_in_flight: number
}

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
let f: Fixture
let outbound: Outbound
let context: Context
const partners = new Map<number, Partner>()
const endpoints: Endpoint[] = []

before(async () => {
  f = await openFixture('Ecommerce', { PUNTE_WORKER_CONCURRENCY: 48 })
  await migrateJobs(f.context.db.pool.options.connectionString ?? '')
  outbound = createOutbound({ log: createLog('silent'), private_addresses_allowed: true, user_agent: 'punte-test' })
})
after(async () => {
  await outbound?.close()
  for (const { server } of endpoints) {
    server.closeAllConnections()
    server.close()
  }
  await f?.close()
})
beforeEach(async () => {
  f.reset()
  partners.clear()
  await f.context.db.query({ text: 'truncate outbox, webhook_deliveries', values: [] })
  // A context of its own: what a process knows about endpoints belongs to it.
  context = { ...f.context, outbound, partners: { ...f.context.partners, byId: (id) => partners.get(id) } }
})

async function endpoint(answer: Endpoint['answer']): Promise<Endpoint> {
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk) => {
      body += chunk
    })
    request.on('end', async () => {
      found.calls.push({ headers: request.headers, body })
      found.in_flight += 1
      found.most_in_flight = Math.max(found.most_in_flight, found.in_flight)
      response.statusCode = await found.answer(found.calls.length)
      found.in_flight -= 1
      response.end()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const found: Endpoint = {
    url: `http://127.0.0.1:${port}/hook?of=shop`,
    calls: [],
    answer,
    server,
    in_flight: 0,
    most_in_flight: 0,
  }
  endpoints.push(found)
  return found
}

/** A partner whose webhooks go to `url`. */
async function partnerAt(url: string | undefined): Promise<Partner> {
  const { rows } = await context.db.query<{ partner_id: number }>({
    text: `insert into partners (client_id, name, type, redirect_urls)
      values ('c' || substr(md5(random()::text), 1, 20), 'Shop', 'Ecommerce', '{https://shop.example/back}') returning partner_id`,
    values: [],
  })
  const { webhook_url: _, ...base } = f.partner
  const partner = {
    ...base,
    partner_id: rows[0]?.partner_id ?? 0,
    webhook_secret: SECRET,
    ...(url !== undefined && { webhook_url: url }),
  }
  partners.set(partner.partner_id, partner)
  return partner
}

/** A rejected payment: events 1 (ACSP) and 2 (RJCT). */
async function payment({ partner_id }: Partner): Promise<PaymentKey> {
  const { rows } = await context.db.query<PaymentKey>({
    text: `insert into payments (partner_id, certificate_thumbprint, refresh_hash, status, reason, attempt_no, event_no)
      values ($1, 'thumb', decode(md5(random()::text), 'hex'), 'RJCT', 'INSUFFICIENT_FUNDS', 1, 2) returning partner_id, payment_id`,
    values: [partner_id],
  })
  const key = rows[0] as PaymentKey
  await context.db.query({
    text: `insert into payment_events (partner_id, payment_id, event_no, type, status, cause, at) values
      ($1, $2, 1, 'payment.status', 'ACSP', 'poll', $3), ($1, $2, 2, 'payment.status', 'RJCT', 'poll', $3)`,
    values: [key.partner_id, key.payment_id, f.now],
  })
  return key
}

async function delivery(key: PaymentKey, event_no = 2) {
  const { rows } = await context.db.query<Record<string, unknown>>({
    text: 'select state, tries, last_outcome, next_try_at, delivered_at from webhook_deliveries where partner_id = $1 and payment_id = $2 and event_no = $3',
    values: [key.partner_id, key.payment_id, event_no],
  })
  return rows[0]
}

async function outbox() {
  const { rows } = await context.db.query<{
    payload: { event_no: number; payment_id: number; partner_id: number; try_no?: number; forced?: boolean }
    run_at: Date
  }>({
    text: `select payload, run_at from outbox where task = 'deliver_webhook' order by outbox_id`,
    values: [],
  })
  return rows
}

test('a delivery: signed both ways, told once, recorded', async () => {
  const to = await endpoint(() => 204)
  const key = await payment(await partnerAt(to.url))
  await deliverWebhook(context, { ...key, event_no: 2 })
  const [call] = to.calls
  assert.ok(call)
  const {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signature,
    'punte-signing-key': kid,
  } = call.headers
  assert.equal(id, `evt_${key.partner_id}_${key.payment_id}_2`)
  const signed = `${id}.${timestamp}.${call.body}`
  const [v1, v1a] = String(signature).split(' ')
  assert.equal(v1, `v1,${createHmac('sha256', Buffer.alloc(32, 7)).update(signed).digest('base64')}`)
  const public_key = context.keys.signing.publicKey(String(kid))
  assert.ok(public_key && verify(null, Buffer.from(signed), public_key, Buffer.from(String(v1a).slice(4), 'base64')))
  const { data } = JSON.parse(call.body)
  assert.deepEqual([data.status, data.reason, data.sequence, data.paid], ['RJCT', 'INSUFFICIENT_FUNDS', 2, false])
  assert.deepEqual(await delivery(key), {
    state: 'delivered',
    tries: 1,
    last_outcome: 'HTTP 204',
    next_try_at: null,
    delivered_at: f.now,
  })

  await deliverWebhook(context, { ...key, event_no: 2 })
  assert.equal(to.calls.length, 1, 'the same job again says nothing')
  await deliverWebhook(context, { ...key, event_no: 1 })
  assert.equal(
    JSON.parse(to.calls[1]?.body ?? '').data.reason,
    undefined,
    'an older status has not the reason of the newer',
  )
})

test('500, then well: the next try is an outbox row, and a job that is behind does nothing', async () => {
  const to = await endpoint((nth) => (nth === 1 ? 500 : 200))
  const key = await payment(await partnerAt(to.url))
  await deliverWebhook(context, { ...key, event_no: 2 })
  const [next, ...more] = await outbox()
  assert.deepEqual(next?.payload, { ...key, event_no: 2, try_no: 1 })
  assert.equal(more.length, 0)
  const after_ms = (next?.run_at.getTime() ?? 0) - f.now.getTime()
  assert.ok(after_ms >= 4_500 && after_ms <= 5_500, `${after_ms}`)
  assert.partialDeepStrictEqual(await delivery(key), { state: 'pending', tries: 1, last_outcome: 'HTTP 500' })

  await deliverWebhook(context, { ...key, event_no: 2 })
  assert.equal(to.calls.length, 1, 'the first job, run again after a crash')
  await deliverWebhook(context, { ...key, event_no: 2, try_no: 1 })
  assert.equal(to.calls.length, 2)
  assert.equal(to.calls[0]?.headers['webhook-id'], to.calls[1]?.headers['webhook-id'])
  assert.partialDeepStrictEqual(await delivery(key), { state: 'delivered', tries: 2, next_try_at: null })
})

test('410 is the end at once; a redirect is no delivery', async () => {
  const gone = await endpoint(() => 410)
  const first = await payment(await partnerAt(gone.url))
  await deliverWebhook(context, { ...first, event_no: 2 })
  assert.partialDeepStrictEqual(await delivery(first), { state: 'failed', tries: 1, last_outcome: 'HTTP 410' })
  const moved = await endpoint(() => 302)
  const second = await payment(await partnerAt(moved.url))
  await deliverWebhook(context, { ...second, event_no: 2 })
  assert.partialDeepStrictEqual(await delivery(second), { state: 'pending', last_outcome: 'HTTP 302' })
  assert.equal((await outbox()).length, 1)
})

test('72 hours after the first try it is given up', async () => {
  const to = await endpoint(() => 503)
  const key = await payment(await partnerAt(to.url))
  await deliverWebhook(context, { ...key, event_no: 2 })
  f.now = new Date(f.now.getTime() + 71 * 3_600_000)
  await deliverWebhook(context, { ...key, event_no: 2, try_no: 1 })
  assert.partialDeepStrictEqual(await delivery(key), { state: 'pending', tries: 2 })
  f.now = new Date(f.now.getTime() + 3_600_000)
  await deliverWebhook(context, { ...key, event_no: 2, try_no: 2 })
  assert.partialDeepStrictEqual(await delivery(key), { state: 'failed', tries: 3, next_try_at: null })
})

test('the schedule grows to eight hours and ends before 72', () => {
  const first = new Date(0)
  let now = first
  const gaps: number[] = []
  for (let tries = 1; ; tries += 1) {
    const next = nextTryAt(tries, first, now, 0.5)
    if (next === null) break
    gaps.push((next.getTime() - now.getTime()) / 1000)
    now = next
  }
  assert.deepEqual(gaps.slice(0, 10), [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800])
  assert.ok(now.getTime() <= 72 * 3_600_000 && now.getTime() > 60 * 3_600_000)
  assert.equal(nextTryAt(2, first, first, 0)?.getTime(), 27_000)
})

test('no address: nothing; an unknown partner: the queue asks again', async () => {
  const key = await payment(await partnerAt(undefined))
  await deliverWebhook(context, { ...key, event_no: 2 })
  assert.equal(await delivery(key), undefined)
  partners.clear()
  await assert.rejects(deliverWebhook(context, { ...key, event_no: 2 }), /directory/)
})

test('private addresses are refused where they are not allowed, as a failed try', async () => {
  const to = await endpoint(() => 200)
  const strict = createOutbound({
    log: createLog('silent'),
    private_addresses_allowed: false,
    user_agent: 'punte-test',
  })
  const key = await payment(await partnerAt(to.url.replace('http:', 'https:')))
  await deliverWebhook({ ...context, outbound: strict }, { ...key, event_no: 2 })
  await strict.close()
  assert.equal(to.calls.length, 0)
  assert.partialDeepStrictEqual(await delivery(key), { state: 'pending', last_outcome: 'ADDRESS_REFUSED' })
})

test('a dead endpoint is left alone after three failures: later events wait without a try', async () => {
  const partner = await partnerAt(`http://127.0.0.1:${await freePort()}/hook`)
  const keys = []
  for (let i = 0; i < 5; i += 1) keys.push(await payment(partner))
  for (const key of keys) await deliverWebhook(context, { ...key, event_no: 2 })
  const rows = await Promise.all(keys.map((key) => delivery(key)))
  assert.deepEqual(
    rows.map((row) => row?.tries),
    [1, 1, 1, undefined, undefined],
  )
  assert.equal(rows[0]?.last_outcome, 'ECONNREFUSED')
  const waiting = (await outbox()).slice(3)
  assert.equal(waiting.length, 2)
  for (const { payload, run_at } of waiting) {
    assert.equal(payload.try_no, undefined)
    assert.ok(run_at.getTime() - f.now.getTime() > 29_000)
  }
})

test('redelivery: one event or all, at once, whatever the gate says', async () => {
  const to = await endpoint(() => 200)
  const partner = await partnerAt(to.url)
  const key = await payment(partner)
  assert.deepEqual(await redeliverWebhook(context, key), [2], 'nothing was tried yet: the last status')
  await context.db.query({ text: 'truncate outbox, webhook_deliveries', values: [] })
  await deliverWebhook(context, { ...key, event_no: 1 })
  await deliverWebhook(context, { ...key, event_no: 2 })
  assert.deepEqual(await redeliverWebhook(context, key), [1, 2])
  assert.deepEqual(await redeliverWebhook(context, { ...key, event_no: 1 }), [1])
  assert.deepEqual(await redeliverWebhook(context, { ...key, event_no: 9 }), [])
  assert.deepEqual(
    await redeliverWebhook(context, { partner_id: key.partner_id + 1000, payment_id: key.payment_id }),
    [],
  )
  const [job] = await outbox()
  assert.deepEqual(job?.payload, { ...key, event_no: 1, try_no: 0, forced: true })
  await deliverWebhook(context, { ...key, event_no: 1, try_no: 0, forced: true })
  assert.equal(to.calls.length, 3)
  assert.equal(to.calls[2]?.headers['webhook-id'], to.calls[0]?.headers['webhook-id'])
})

test('through the queue: a dead and a slow endpoint do not delay the others, and hold few places', async () => {
  const good = await endpoint(() => 200)
  const release = Promise.withResolvers<number>()
  const slow = await endpoint(() => release.promise)
  const good_partner = await partnerAt(good.url)
  const slow_partner = await partnerAt(slow.url)
  const dead_partner = await partnerAt(`http://127.0.0.1:${await freePort()}/hook`)
  // On a slow machine the test takes longer than the slow one may: here it may take as long as the test.
  const patient: Outbound = { ...outbound, request: (input) => outbound.request({ ...input, timeout_ms: 600_000 }) }
  // 60 events each for the dead and the slow come first; more than there are places.
  const order = [...Array(60).fill(dead_partner), ...Array(60).fill(slow_partner), ...Array(100).fill(good_partner)]
  for (const partner of order) {
    const key = await payment(partner)
    await context.db.query({
      text: `insert into outbox (task, payload) values ('deliver_webhook', $1)`,
      values: [{ ...key, event_no: 2 }],
    })
  }
  const worker = await startWorker({
    url: f.context.db.pool.options.connectionString ?? '',
    tasks: eventTasks({ ...context, outbound: patient }),
    concurrency: 2,
    log: createLog('silent'),
  })
  try {
    await until('what the good one is told', () => good.calls.length >= 100)
    assert.equal(new Set(good.calls.map((call) => call.headers['webhook-id'])).size, 100)
    assert.equal(good.calls.length, 100, 'each once')
    assert.ok(slow.calls.length > 0 && slow.most_in_flight <= 4, `${slow.most_in_flight} at once at the slow one`)
    assert.equal(slow.in_flight, slow.calls.length, 'the slow one had not answered a single call by then')
    const { rows } = await context.db.query<{ n: number }>({
      text: 'select count(*)::int as n from webhook_deliveries where partner_id = $1 and tries > 0',
      values: [dead_partner.partner_id],
    })
    assert.ok((rows[0]?.n ?? 0) <= 6, 'the dead one was tried a few times only')
  } finally {
    release.resolve(200)
    await worker.stop()
  }
})
