/** Payments, orders and exports, called as the pages call them: who may, what comes, and what is on record afterwards. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { REQUEST, says } from '../../domain/initiation/fixture.ts'
import { closePaymentIn } from '../../domain/search/payment-acts.ts'
import type { Role } from '../../domain/staff/roles.ts'
import { agreementRoutes } from './agreements.ts'
import { approvalRoutes } from './approvals.ts'
import { exportRoutes } from './exports.ts'
import { orderRoutes } from './orders.ts'
import { paymentRoutes } from './payments.ts'
import { type OfficeWorld, openOffice } from './testing/world.ts'

let world: OfficeWorld
before(async () => {
  world = await openOffice([...paymentRoutes, ...orderRoutes, ...agreementRoutes, ...exportRoutes, ...approvalRoutes])
  // What is submitted is sealed with the keys by which the office opens it.
  Object.assign(world.fixture.context, { keys: world.context.keys })
  Object.assign(world.context.merchants, { byMerchantId: () => undefined })
})
after(() => world.close())

const ROLES: readonly Role[] = ['administrator', 'compliance', 'operations', 'support', 'auditor']
const sql = async <R extends object>(text: string, values: unknown[] = []): Promise<R[]> =>
  (await world.context.db.query<R>({ text, values })).rows
const acts = async (act: string) =>
  sql<{ actor: string; outcome: string; after: Record<string, unknown> }>(
    'select actor, outcome, after from audit_log where act = $1 order by number',
    [act],
  )

async function submitted(): Promise<number> {
  const { fixture } = world
  fixture.reset()
  return (await fixture.submitted()).payment_id
}

/** A submission to which the bank did not answer. */
async function unanswered(): Promise<number> {
  const { fixture } = world
  fixture.reset()
  fixture.bank.initiate = [{ kind: 'unknown', reason: 'TIMEOUT' }]
  const key = await fixture.initiated()
  await fixture.submit(key).catch(() => undefined)
  const [attempt] = await sql<{ state: string }>('select state from payment_attempts where payment_id = $1', [
    key.payment_id,
  ])
  assert.equal(attempt?.state, 'unknown')
  return key.payment_id
}

test('every call by every role: what the table of acts does not allow is refused before anything is looked at', async () => {
  const n = await submitted()
  const calls: readonly (readonly ['GET' | 'POST', string, object | undefined, readonly Role[]])[] = [
    ['GET', '/payments', undefined, ROLES],
    ['GET', '/payments/choices', undefined, ROLES],
    ['GET', `/payments/${n}`, undefined, ROLES],
    ['GET', `/payments/${n}/timeline?messages=yes`, undefined, ROLES],
    ['POST', '/payments/keys', { field: 'email_key', value: 'a@b.ro' }, ROLES],
    ['POST', `/payments/${n}/people`, undefined, ['compliance', 'operations']],
    ['POST', `/payments/${n}/question`, undefined, ['operations', 'support']],
    ['POST', `/payments/${n}/webhooks`, {}, ['operations', 'support']],
    ['POST', `/payments/${n}/closing`, { reason: 'Banca a spus că nu o are.' }, ['operations']],
    ['GET', '/orders', undefined, ROLES],
    ['GET', '/orders/SHOP/1', undefined, ROLES],
    ['GET', '/orders/SHOP/1/timeline', undefined, ROLES],
    ['POST', '/orders/SHOP/1/question', undefined, ['operations', 'support']],
    ['POST', '/orders/SHOP/1/refund', { amount_minor: 1, reason: 'Marfa a fost returnată.' }, ['operations']],
    ['POST', '/orders/SHOP/1/closing', { is_success: false, reason: 'Acquirerul a spus așa.' }, ['operations']],
    ['GET', '/agreements', undefined, ROLES],
    ['GET', '/agreements/shop-client/a', undefined, ROLES],
    ['GET', '/tokens', undefined, ROLES],
  ]
  for (const [method, path, body, allowed] of calls) {
    for (const role of ROLES) {
      const { status, json } = await world.of[role].call(method, path, body)
      if (allowed.includes(role)) assert.notEqual(status, 403, `${role} ${method} ${path}: ${JSON.stringify(json)}`)
      else assert.deepEqual([status, json.code], [403, 'ROLE_NOT_ALLOWED'], `${role} ${method} ${path}`)
      assert.notEqual(status, 500, `${method} ${path}: ${JSON.stringify(json)}`)
    }
  }
})

test('a person is looked for by a key that stands in the address; the answer names nobody', async () => {
  const n = await submitted()
  const { support } = world.of
  const fields = {
    debtor_iban_key: 'ro98 btrl 0000 9999 0000 0001',
    creditor_iban_key: REQUEST.creditor_iban,
    email_key: REQUEST.psu_email.toUpperCase(),
    payer_key: REQUEST.psu_intermediar_id,
  }
  for (const [field, value] of Object.entries(fields)) {
    const { key } = (await support.call('POST', '/payments/keys', { field, value })).json
    assert.match(String(key), /^[\w-]{43}$/)
    const { json } = await support.call('GET', `/payments?${field}=${key}&payment_id=${n}`)
    assert.deepEqual(
      (json.rows as { payment_id: number }[]).map(({ payment_id }) => payment_id),
      [n],
      field,
    )
    const text = JSON.stringify(json)
    for (const person of Object.values(fields)) assert.ok(!text.includes(person), person)
  }
  const other = (await support.call('POST', '/payments/keys', { field: 'email_key', value: 'x@y.ro' })).json.key
  assert.deepEqual((await support.call('GET', `/payments?email_key=${other}`)).json.rows, [])
  assert.equal((await support.call('GET', `/payments?email_key=${REQUEST.psu_email}`)).status, 400)
})

test('people in clear for whom it is meant, on record; whoever may not see them sees nothing of them anywhere', async () => {
  const n = await submitted()
  const seen = await world.of.compliance.call('POST', `/payments/${n}/people`)
  assert.equal(seen.json.debtor_iban, REQUEST.debtor_iban)
  const [last] = (await acts('payment.reveal')).slice(-1)
  assert.equal(last?.actor, world.of.compliance.name)
  const answers = [
    await world.of.support.call('GET', `/payments/${n}`),
    await world.of.support.call('GET', `/payments/${n}/timeline?messages=yes`),
    await world.of.support.call('POST', `/payments/${n}/people`),
  ]
  const text = JSON.stringify(answers)
  for (const person of [REQUEST.debtor_iban, REQUEST.creditor_iban, REQUEST.psu_email, 'Comanda 17', 'client-17'])
    assert.ok(!text.includes(person), person)
})

test('the bank is asked now, and the webhook sent again, on record', async () => {
  const n = await submitted()
  world.fixture.bank.status = [says('ACSC')]
  assert.deepEqual((await world.of.support.call('POST', `/payments/${n}/question`)).json, { status: 'ACSC' })
  assert.equal((await world.of.support.call('POST', `/payments/${n}/question`)).json.code, 'NOTHING_TO_ASK')
  const { json } = await world.of.operations.call('POST', `/payments/${n}/webhooks`, {})
  assert.equal((json.events as number[]).length, 1)
  const [work] = await sql(
    `select 1 from outbox where task = 'deliver_webhook' and payload->>'forced' = 'true'
    and payload->>'payment_id' = $1`,
    [String(n)],
  )
  assert.ok(work !== undefined)
  assert.deepEqual((await acts('payment.ask')).at(-1)?.after, { status: 'ACSC' })
  assert.deepEqual((await acts('webhook.redeliver')).at(-1)?.after, { client_id: 'shop-client', events: json.events })
  const unsent = (await world.fixture.initiated()).payment_id
  assert.equal((await world.of.support.call('POST', `/payments/${unsent}/webhooks`, {})).json.code, 'WEBHOOK_NONE')
  assert.equal((await world.of.support.call('GET', '/payments/99999999')).json.code, 'PAYMENT_UNKNOWN')
})

test('a submission of unknown fate is closed by two, once; not by one, and not when it has meanwhile been answered', async () => {
  const reason = 'Banca, întrebată la telefon, nu are plata.'
  const propose = (n: number) => world.of.operations.call('POST', `/payments/${n}/closing`, { reason })
  const answered = await submitted()
  assert.equal((await propose(answered)).json.code, 'NOTHING_TO_CLOSE')

  const n = await unanswered()
  const { status, json } = await propose(n)
  assert.equal(status, 202)
  const path = `/approvals/${json.approval_id}/approval`
  assert.equal((await world.of.operations.call('POST', path)).json.code, 'APPROVAL_OWN')
  assert.equal((await world.of.support.call('POST', path)).status, 403)
  const second = await world.person('operations')
  const both = await Promise.all([second.call('POST', path), (await world.person('operations')).call('POST', path)])
  assert.equal(both.filter((one) => one.status < 300).length, 1, JSON.stringify(both))
  const [attempt] = await sql<{ state: string; refusal: string }>(
    'select state, refusal from payment_attempts where payment_id = $1',
    [n],
  )
  assert.deepEqual(attempt, { state: 'closed', refusal: 'LOST' })
  assert.equal((await acts('payment.close')).length, 1)
  assert.ok(!JSON.stringify(await sql('select input from approvals')).includes('telefon'), 'the reason is sealed')

  const late = await unanswered()
  const proposed = await propose(late)
  await closePaymentIn(world.context, world.context.db, late)
  const stale = await second.call('POST', `/approvals/${proposed.json.approval_id}/approval`)
  assert.ok(stale.status >= 400, JSON.stringify(stale))
})

const FILTER = 'status=RJCT&from=2032-03-01&to=2032-03-02'

test('an export is what the filter finds, neutral to spreadsheets, and on record with its number of rows', async () => {
  const [partner] = await sql<{ partner_id: number }>('select partner_id from partners limit 1')
  await sql(
    `insert into payments (partner_id, payment_id, certificate_thumbprint, refresh_hash, status, reason, amount_minor, bank_id, attempt_no,
      finished_at, created_at, status_at, agreement_id, kind)
    select $1, 7000000 + n, 'x', '\\x00', 'RJCT', case when n % 2 = 0 then '=HYPERLINK("http://evil","x")' else '@SUM(1,2)' end, n, 'carpati', 1,
      now(), timestamptz '2032-03-01 10:00:00+02' + n * interval '1 minute', now(), '+40 <script>', 'recurring' from generate_series(1, 2500) n`,
    [partner?.partner_id],
  )
  const { compliance, support, administrator, auditor } = world.of
  for (const person of [support, administrator])
    assert.equal((await person.call('GET', '/exports/payments/csv')).json.code, 'ROLE_NOT_ALLOWED')
  const wanted: number[] = []
  let after: unknown
  do {
    const page = after === undefined ? '' : `&after=${after}`
    const { json } = await compliance.call('GET', `/payments?${FILTER}&limit=200${page}`)
    wanted.push(...(json.rows as { payment_id: number }[]).map(({ payment_id }) => payment_id))
    after = json.after
  } while (after !== undefined)
  assert.equal(wanted.length, 2_279)
  const file = await auditor.file(`/exports/payments/csv?${FILTER}`)
  assert.equal(file.status, 200)
  assert.match(String(file.headers['content-type']), /^text\/csv; charset=utf-8$/)
  assert.match(
    String(file.headers['content-disposition']),
    /^attachment; filename="punte-plati-\d{4}-\d\d-\d\d-\d{4}\.csv"$/,
  )
  const lines = file.text.slice(1).trimEnd().split('\r\n')
  assert.deepEqual(
    lines.slice(1).map((line) => Number(line.split(',')[0])),
    wanted,
  )
  assert.ok(lines[1]?.includes(`"'@SUM(1,2)"`) || lines[1]?.includes(`"'=HYPERLINK(""http://evil"",""x"")"`), lines[1])
  assert.ok(lines.every((line) => !/(^|,)"?[=+@-]/.test(line)))
  assert.deepEqual((await acts('payments.export-end')).at(-1), {
    actor: auditor.name,
    outcome: 'done',
    after: { format: 'csv', filters: { status: 'RJCT', from: '2032-03-01', to: '2032-03-02' }, rows: wanted.length },
  })
  const { key } = (await support.call('POST', '/payments/keys', { field: 'email_key', value: REQUEST.psu_email })).json
  await auditor.file(`/exports/payments/xlsx?email_key=${key}`)
  assert.deepEqual((await acts('payments.export')).at(-1)?.after, { format: 'xlsx', filters: { email_key: true } })
  assert.equal((await auditor.call('GET', '/exports/payments/pdf')).status, 400)
  assert.equal((await auditor.call('GET', '/exports/payments/csv?status=x')).json.code, 'FIELD_INVALID')
})
