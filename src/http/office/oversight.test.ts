/** Reports, registers, the audit log and the first page, called as the pages call them. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { recordAct } from '../../domain/audit/record.ts'
import type { Role } from '../../domain/staff/roles.ts'
import { OFFICE_URL, realOffice } from './testing/real.ts'

let world: Awaited<ReturnType<typeof realOffice>>
before(async () => {
  world = await realOffice()
})
after(() => world.close())

type Answer = { readonly status: number; readonly text: string; readonly headers: Readonly<Record<string, unknown>> }

async function call(role: Role, method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<Answer> {
  const {
    statusCode,
    body: text,
    headers,
  } = await world.server.inject({
    method,
    url: `/office/api${path}`,
    headers: { cookie: world.cookies[role], 'x-punte-call': '1', origin: OFFICE_URL },
    ...(body !== undefined && { payload: body }),
  })
  return { status: statusCode, text, headers }
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the call answers
const json = ({ text }: Answer): any => JSON.parse(text)
const sql = (text: string, values: unknown[] = []) => world.context.db.query({ text, values })

test('reports of a period, their files, and who asked for them', async () => {
  await sql(`insert into payments (partner_id, payment_id, certificate_thumbprint, refresh_hash, requested_at, request_hash, amount_minor,
      attempt_no, bank_id, status, settled_attempt_no, reason, created_at, status_at, finished_at)
    select 1, 800000000000 + n, 'x', '\\x00', now(), '\\x00', 1000, 1, '=1+1', case when n = 1 then 'RJCT' else 'ACSC' end,
      case when n > 1 then 1 end, case when n = 1 then '@SUM(A1)' end, now(), now(), now() from generate_series(1, 4) n`)
  await sql(`insert into payment_attempts (partner_id, payment_id, attempt_no, bank_id, state, request_id, order_enc, submitted_at)
    select 1, 800000000000 + n, 1, '=1+1', 'closed', gen_random_uuid(), '\\x00', now() from generate_series(1, 4) n`)
  const { countMoved } = await import('../../domain/reports/rollup.ts')
  await countMoved(world.context)
  const report = json(await call('support', 'GET', '/reports/payments'))
  assert.equal(report.days.length, 30)
  assert.deepEqual(
    [report.totals.payment_count, report.totals.settled_count, report.totals.settled_minor],
    [4, 3, 3_000],
  )
  assert.equal(report.banks[0].success, 0.75)
  const banks = await call('auditor', 'GET', '/reports/csv/banks')
  assert.match(String(banks.headers['content-type']), /text\/csv/)
  assert.match(String(banks.headers['content-disposition']), /attachment; filename="punte-banks-20/)
  // What a spreadsheet would compute is text.
  assert.match(banks.text, /^'=1\+1,4,3,1,0.75,30\r$/m)
  assert.match((await call('auditor', 'GET', '/reports/csv/reasons')).text, /RJCT,'@SUM\(A1\),1,10\r/)
  for (const table of ['days', 'steps', 'times', 'cards']) {
    const { status, text } = await call('support', 'GET', `/reports/csv/${table}`)
    assert.equal(status, 200)
    assert.ok(text.startsWith('\ufeff'))
  }
  for (const query of [
    'from=2030-02-31',
    'from=2031-01-01&to=2030-01-01',
    'from=2020-01-01&to=2030-01-01',
    'client_id=nobody',
    'from=x',
  ])
    assert.equal((await call('support', 'GET', `/reports/payments?${query}`)).status, 400, query)
  assert.equal((await call('support', 'GET', "/reports/payments?bank_id=' or 1=1 --")).status, 200)
  const rows = json(await call('auditor', 'GET', '/audit?act=report.export')).rows
  assert.deepEqual(
    rows.map((row: { subject_id: string }) => row.subject_id),
    ['cards', 'times', 'steps', 'days', 'reasons', 'banks'],
  )
})

test('the audit log a page at a time, by who, what and when; one row with before and after', async () => {
  for (let n = 1; n <= 120; n += 1)
    await recordAct(
      world.context.db,
      { kind: 'staff', name: 'maria', origin: '192.0.2.1' },
      {
        act: n % 2 === 0 ? 'alert.take' : 'alert.close',
        subject: { kind: 'alert', id: '<b>x</b>' },
        before: { number: n - 1 },
        after: { number: n },
      },
    )
  const numbers: number[] = []
  let before = ''
  for (;;) {
    const page = json(await call('compliance', 'GET', `/audit?actor=maria&act=alert.${before}`))
    numbers.push(...page.rows.map((row: { number: number }) => row.number))
    if (page.has_more === false) break
    before = `&before=${numbers.at(-1)}`
  }
  assert.equal(numbers.length, 120)
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((one, other) => other - one),
  )
  const even = json(await call('auditor', 'GET', '/audit?act=alert.take&subject_kind=alert')).rows
  assert.ok(even.length === 50 && even.every((row: { act: string }) => row.act === 'alert.take'))
  const row = json(await call('auditor', 'GET', `/audit/rows/${numbers[0]}`))
  assert.deepEqual(
    [row.before, row.after, row.origin, row.subject_id],
    [{ number: 119 }, { number: 120 }, '192.0.2.1', '<b>x</b>'],
  )
  assert.equal((await call('auditor', 'GET', '/audit/rows/99999999')).status, 404)
  const none = json(await call('auditor', 'GET', '/audit?until=2020-01-01T00:00:00.000Z'))
  assert.deepEqual(none, { rows: [], has_more: false })
  assert.equal((await call('auditor', 'GET', '/audit?since=2030-99-01T00:00:00Z')).status, 400)
})

test('the log is proved as it is asked for, against an anchor too, and what was found is on record', async () => {
  const anchor = (await call('auditor', 'GET', '/audit/anchor')).text
  const proof = await call('administrator', 'POST', '/audit/verification', { anchor })
  const lines = proof.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal(lines.at(-1).verdict.whole, true)
  assert.equal(lines[0].of, lines.at(-1).verdict.rows)
  const state = json(await call('compliance', 'GET', '/audit/state'))
  assert.deepEqual(
    [state.verified.after.rows, state.verified.actor, state.verified.outcome],
    [lines[0].of, 'one.of.administrator', 'done'],
  )
  assert.equal((await call('compliance', 'POST', '/audit/verification', {})).status, 403)
  assert.equal((await call('compliance', 'GET', '/audit/anchor')).status, 403)
  const forged = await call('auditor', 'POST', '/audit/verification', {
    anchor: anchor.replace(/"number":\d+/, '"number":1'),
  })
  assert.equal(forged.status, 400)
  await sql('alter table audit_log disable trigger audit_log_refuse')
  await sql(`update audit_log set actor = 'other' where number = 3`)
  const broken = await call('auditor', 'POST', '/audit/verification', {})
  assert.deepEqual(JSON.parse(broken.text.trim().split('\n').at(-1) ?? '').verdict.number, 3)
  assert.equal(json(await call('auditor', 'GET', '/audit/state')).verified.outcome, 'refused')
})

test('an incident through the calls: written down, judged, reported, exported, closed; each by who may', async () => {
  const now = world.context.clock.now()
  const facts = { title: '=HYPERLINK("x") <script>', critical_services: true, malicious_access: true }
  const aware_at = new Date(now.getTime() - 60_000).toISOString()
  assert.equal((await call('support', 'GET', '/registers/incidents')).status, 403)
  assert.equal((await call('auditor', 'POST', '/registers/incidents', { aware_at, facts })).status, 403)
  for (const bad of [
    { facts },
    { aware_at: 'x', facts },
    { aware_at, facts: { ...facts, nonsense: 1 } },
    { aware_at: '2099-01-01T00:00:00Z', facts },
  ])
    assert.equal((await call('operations', 'POST', '/registers/incidents', bad)).status, 400)
  const { incident_id } = json(await call('operations', 'POST', '/registers/incidents', { aware_at, facts }))
  const path = `/registers/incidents/${incident_id}`
  const judged = json(await call('operations', 'POST', `${path}/judgement`, { version_no: 1 }))
  assert.deepEqual([judged.is_major, judged.next.stage], [true, 'initial'])
  assert.equal((await call('compliance', 'PUT', path, { version_no: 1, aware_at, facts })).status, 409)
  const due = json(await call('auditor', 'GET', '/registers/deadlines')).deadlines
  assert.deepEqual([due[0].subject, due[0].stage], [String(incident_id), 'initial'])

  const report = `/registers/reports/incident/${incident_id}/initial`
  const { proposed, headings } = json(await call('compliance', 'GET', report))
  assert.ok(headings.some((one: { name: string }) => one.name === 'description'))
  const content = { ...proposed, contact: 'Ana' }
  assert.equal((await call('support', 'PUT', report, { content })).status, 403)
  const seen = json(await call('operations', 'PUT', report, { content }))
  assert.equal((await call('operations', 'PUT', report, { content })).status, 409)
  assert.equal((await call('operations', 'POST', `${report}/submission`, seen)).status, 403)
  assert.equal((await call('compliance', 'POST', `${report}/submission`, seen)).status, 204)
  const csv = await call('auditor', 'GET', `${report}/export?format=csv`)
  assert.match(csv.text, /description,"'=HYPERLINK\(""x""\) <script>"/)
  const exported = json(await call('auditor', 'GET', `${report}/export?format=json`))
  assert.deepEqual([exported.content.contact, exported.state], ['Ana', 'submitted'])
  assert.equal((await call('compliance', 'POST', `${path}/closing`, { version_no: 2 })).status, 409)
  for (const wrong of [
    '/registers/reports/fraud/2030-H9/half-year',
    '/registers/reports/fraud/1/initial',
    '/registers/reports/incident/777/initial',
  ])
    assert.equal((await call('compliance', 'GET', wrong)).status, 404, wrong)
  const fraud = json(await call('compliance', 'GET', '/registers/fraud')).periods
  assert.equal(fraud.length, 1)
})

test('the first page shows each role what is for it', async () => {
  await sql(`insert into payments (partner_id, payment_id, certificate_thumbprint, refresh_hash, requested_at, request_hash, amount_minor,
      attempt_no, bank_id) values (1, 800000000100, 'x', '\\x00', now(), '\\x00', 1000, 1, 'carpati')`)
  await sql(`insert into payment_attempts (partner_id, payment_id, attempt_no, bank_id, state, request_id, order_enc, submitted_at)
    values (1, 800000000100, 1, 'carpati', 'unknown', gen_random_uuid(), '\\x00', now() - interval '1 hour')`)
  const support = json(await call('support', 'GET', '/home'))
  assert.deepEqual([support.cases, support.deadlines], [null, null])
  assert.deepEqual(
    support.unsettled.payments.map((row: { payment_id: number }) => row.payment_id),
    [800000000100],
  )
  assert.equal(support.unsettled.payments[0].client_id, 'shop-client')
  assert.equal(support.unsettled.payments[0].partner_id, undefined)
  assert.equal(support.today.totals.settled_count, 3)
  assert.deepEqual(
    support.today.banks.map((bank: { bank_id: string; obstacle: null }) => [bank.bank_id, bank.obstacle]),
    [['carpati', null]],
  )
  const compliance = json(await call('compliance', 'GET', '/home'))
  assert.equal(compliance.deadlines.length, 1)
  assert.deepEqual(compliance.cases, { submitted: 0, in_review: 0, review_overdue: 0 })
  assert.deepEqual(compliance.approvals, { waiting: 0, own: 0 })
})
