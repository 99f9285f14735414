import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type TestDatabase, testDatabase } from '../../infra/database/template.ts'
import { activateKey, addKey, createKeyFile } from '../../infra/keys/key-file.ts'
import { type Keys, loadKeys } from '../../infra/keys/keys.ts'
import { createLog } from '../../infra/log.ts'
import type { Mail } from '../../infra/mail/mailer.ts'
import { selectRows } from '../audit/store.ts'
import { resealAll } from '../resealing/reseal.ts'
import { addStaff } from '../staff/manage.ts'
import { type IncidentFacts, judge } from './classification.ts'
import { CHANNELS, type FraudContent } from './contents.ts'
import { endedHalfYears, halfYear, initialDue, monthAfter, nextOfIncident, reminderStep } from './deadlines.ts'
import { closeIncident, judgeIncident, listIncidents, openIncident, saveIncident, showIncident } from './incident.ts'
import { listDeadlines, remind } from './reminders.ts'
import { fraudPeriods, saveReport, showReport, submitReport } from './report.ts'

const dir = mkdtempSync(join(tmpdir(), 'punte-registers-'))
let database: TestDatabase
let keys: Keys
let now = new Date('2030-03-10T08:00:00Z')
let mails: Mail[] = []
let is_mail_down = false
const HOUR = 3_600_000
const actor = { kind: 'staff', name: 'ana.pop', origin: '192.0.2.1' } as const
const by = 'ana.pop'

before(async () => {
  createKeyFile(join(dir, 'keys.json'))
  keys = loadKeys(join(dir, 'keys.json'))
  database = await testDatabase()
})
after(async () => {
  await database.drop()
  rmSync(dir, { recursive: true, force: true })
})

const context = () => ({
  db: database.db,
  keys,
  clock: { now: () => now },
  log: createLog('silent'),
  actor,
  settings: { PUNTE_FRAUD_REPORT_DAYS: 60, PUNTE_OFFICE_URL: 'https://office.example' },
  mail: {
    send: async (mail: Mail) => {
      if (is_mail_down) throw new Error('down')
      mails.push(mail)
    },
    close: async () => {},
  },
})
const at = (text: string) => new Date(text)
const code = (expected: string) => (error: unknown) => (error as { code?: string }).code === expected

test('deadlines of incidents', () => {
  const aware = at('2030-03-10T08:00:00Z')
  const due = (classified: string) => initialDue(aware, at(classified)).toISOString()
  assert.equal(due('2030-03-10T09:00:00Z'), '2030-03-10T13:00:00.000Z')
  // Never later than a day after one knew, unless it was judged only after that.
  assert.equal(due('2030-03-11T07:00:00Z'), '2030-03-11T08:00:00.000Z')
  assert.equal(due('2030-03-12T07:00:00Z'), '2030-03-12T11:00:00.000Z')
  assert.equal(monthAfter(at('2030-01-31T10:00:00Z')).toISOString(), '2030-02-28T10:00:00.000Z')
  assert.equal(monthAfter(at('2030-12-15T10:00:00Z')).toISOString(), '2031-01-15T10:00:00.000Z')
  const incident = { incident_id: 7, aware_at: aware, classified_at: null, is_major: null }
  assert.equal(nextOfIncident(incident, [])?.stage, 'classification')
  const judged = { ...incident, classified_at: at('2030-03-10T09:00:00Z') }
  assert.equal(nextOfIncident({ ...judged, is_major: false }, []), undefined)
  const major = { ...judged, is_major: true }
  const stood = (stage: 'initial' | 'intermediate' | 'final', first: string, last = first) => ({
    stage,
    first_at: at(first),
    last_at: at(last),
  })
  const initial = stood('initial', '2030-03-10T12:00:00Z', '2030-03-12T12:00:00Z')
  assert.deepEqual(nextOfIncident(major, [initial]), {
    register: 'incident',
    subject: '7',
    stage: 'intermediate',
    due_at: at('2030-03-13T12:00:00Z'),
  })
  const intermediate = stood('intermediate', '2030-03-12T12:00:00Z', '2030-03-20T12:00:00Z')
  assert.deepEqual(nextOfIncident(major, [initial, intermediate])?.due_at, at('2030-04-20T12:00:00Z'))
  assert.equal(nextOfIncident(major, [initial, intermediate, stood('final', '2030-04-01T12:00:00Z')]), undefined)
})

test('half-years and reminders', () => {
  assert.deepEqual(
    endedHalfYears('2029-03-01', '2030-07-01', 8).map(({ subject }) => subject),
    ['2029-H1', '2029-H2', '2030-H1'],
  )
  assert.deepEqual(
    endedHalfYears('2029-03-01', '2030-06-30', 1).map(({ subject }) => subject),
    ['2029-H2'],
  )
  assert.deepEqual(halfYear('2030-H2'), { subject: '2030-H2', from: '2030-07-01', to: '2030-12-31' })
  for (const none of ['2030-H3', '1999-H1', "2030-H1'", '']) assert.equal(halfYear(none), undefined)
  const deadline = {
    register: 'fraud',
    subject: '2030-H1',
    stage: 'half-year',
    due_at: at('2030-08-29T21:00:00Z'),
  } as const
  const step = (text: string) => reminderStep(deadline, at(text))
  assert.deepEqual(
    [
      step('2030-07-01T00:00:00Z'),
      step('2030-08-01T00:00:00Z'),
      step('2030-08-25T00:00:00Z'),
      step('2030-08-29T20:00:00Z'),
      step('2030-08-29T21:00:00Z'),
    ],
    [undefined, '720h', '168h', '24h', 'overdue'],
  )
})

test('what makes an incident a major one', () => {
  const facts = (more: Partial<IncidentFacts>): IncidentFacts => ({ title: 'x', critical_services: true, ...more })
  const is_major = (more: Partial<IncidentFacts>) => judge(facts(more)).is_major
  assert.equal(is_major({}), false)
  assert.equal(is_major({ malicious_access: true }), true)
  assert.equal(is_major({ malicious_access: true, critical_services: false }), false)
  assert.equal(is_major({ downtime_h: 2.5 }), false)
  assert.equal(is_major({ downtime_h: 2.5, in_media: true }), true)
  assert.equal(is_major({ downtime_h: 2, in_media: true }), false)
  assert.equal(is_major({ duration_h: 25, member_states: 2 }), true)
  assert.equal(is_major({ duration_h: 24, member_states: 2 }), false)
  assert.equal(is_major({ cost_eur: 100_001, data_lost: true }), true)
  assert.equal(is_major({ cost_eur: 100_000, data_lost: true }), false)
  const clients = (more: Partial<IncidentFacts>) => judge(facts(more)).met.includes('clients')
  assert.equal(clients({ clients_affected: 11, clients_total: 100 }), true)
  assert.equal(clients({ clients_affected: 10, clients_total: 100 }), false)
  assert.equal(clients({ clients_affected: 100_001 }), true)
  assert.equal(clients({ counterparts_affected: 31, counterparts_total: 100 }), true)
  assert.equal(clients({ transactions_affected: 11, transactions_daily_mean: 100 }), true)
  assert.equal(clients({ affected_minor: 10, daily_mean_minor: 100 }), false)
  assert.equal(clients({ relevant_client: true }), true)
})

const MAJOR: IncidentFacts = { title: 'Pană la <b>centru</b>', critical_services: true, downtime_h: 5, in_media: true }

const INITIAL = { reference: 'R1', detected: 'azi', description: 'd', criteria: 'c', contact: 'Ana' }
const INTERMEDIATE = { reference: 'R1', occurred: 'ieri', criteria: 'c', type: 't', areas: 'a', measures: 'm' }
const FINAL = { reference: 'R1', cause: 'c', resolution: 'r', resolved: 'azi', cost: '0' }

test('an incident goes its whole way, with its deadlines, and all of it is on record', async () => {
  const { incident_id } = await openIncident(context(), { aware_at: now, facts: MAJOR, by })
  const show = () => showIncident(context(), incident_id)
  const key = (stage: 'initial' | 'intermediate' | 'final') =>
    ({ register: 'incident', subject: String(incident_id), stage }) as const
  const submit = async (stage: 'initial' | 'intermediate' | 'final', content: object) => {
    const begun = (await showReport(context(), key(stage))).versions.find(({ state }) => state === 'draft')
    const draft = await saveReport(context(), key(stage), { content, seen: begun, by })
    await submitReport(context(), key(stage), { ...draft, by })
  }
  assert.equal((await show()).next?.stage, 'classification')
  const proposed = (await showReport(context(), key('initial'))).proposed as Record<string, string>
  assert.match(proposed.description as string, /Pană/)
  assert.match(proposed.criteria as string, /^impact asupra reputației .*; durata/)
  assert.equal(proposed.detected, '10 martie 2030 la 10:00 (ora României)')
  await assert.rejects(submit('initial', INITIAL), code('REPORT_STATE'))
  await judgeIncident(context(), { incident_id, version_no: 1 })
  assert.deepEqual((await show()).next?.due_at, at('2030-03-10T12:00:00Z'))
  // Somebody who looked before is told, and nothing of his is written.
  await assert.rejects(
    saveIncident(context(), { incident_id, version_no: 1, aware_at: now, facts: { title: 'x' } }),
    code('REPORT_CHANGED'),
  )
  await assert.rejects(closeIncident(context(), { incident_id, version_no: 2 }), code('INCIDENT_STATE'))
  await assert.rejects(submit('final', FINAL), code('REPORT_STATE'))

  now = at('2030-03-10T11:00:00Z')
  const [draft] = (await showReport(context(), key('initial'))).versions
  // The one that could not be submitted above is there still.
  assert.equal(draft?.state, 'draft')
  const seen = { version_no: draft?.version_no as number, save_no: draft?.save_no as number }
  const saved = await saveReport(context(), key('initial'), { content: { ...INITIAL, contact: ' ' }, seen, by })
  await assert.rejects(saveReport(context(), key('initial'), { content: INITIAL, seen, by }), code('REPORT_CHANGED'))
  await assert.rejects(submitReport(context(), key('initial'), { ...saved, by }), code('FIELD_REQUIRED'))
  const again = await saveReport(context(), key('initial'), { content: INITIAL, seen: saved, by })
  await submitReport(context(), key('initial'), { ...again, by })
  await assert.rejects(submitReport(context(), key('initial'), { ...again, by }), code('REPORT_CHANGED'))
  assert.deepEqual((await show()).next, { ...key('intermediate'), due_at: at('2030-03-13T11:00:00Z') })

  now = at('2030-03-12T11:00:00Z')
  await submit('intermediate', INTERMEDIATE)
  now = at('2030-03-14T11:00:00Z')
  await submit('intermediate', { ...INTERMEDIATE, recovered: 'azi' })
  const versions = (await showReport(context(), key('intermediate'))).versions
  assert.deepEqual(
    versions.map(({ version_no, state }) => [version_no, state]),
    [
      [2, 'submitted'],
      [1, 'corrected'],
    ],
  )
  assert.deepEqual((await show()).next?.due_at, at('2030-04-14T11:00:00Z'))
  // What stood is never changed, not even by who writes SQL for us.
  for (const text of [
    'update register_reports set submitted_at = now() where submitted_at is not null',
    'delete from register_reports',
  ])
    await assert.rejects(database.db.query({ text, values: [] }), /stays as it is/)
  await submit('final', FINAL)
  assert.equal((await show()).next, undefined)
  await closeIncident(context(), { incident_id, version_no: 2 })
  assert.deepEqual(
    (await listIncidents(context(), { state: 'closed' })).incidents.map((one) => one.incident_id),
    [incident_id],
  )
  const rows = await selectRows(database.db, { actor: by }, 100)
  assert.deepEqual(
    [...new Set(rows.map(({ act }) => act))],
    ['incident.open', 'register.save', 'incident.judge', 'register.submit', 'register.correct', 'incident.close'],
  )
  assert.ok(!JSON.stringify(rows).includes('Pană'))
})

test('two who begin a draft at once make one; what is written is sealed and opens under a new key', async () => {
  const { incident_id } = await openIncident(context(), { aware_at: now, facts: { title: 'Secret' }, by })
  const key = { register: 'incident', subject: String(incident_id), stage: 'initial' } as const
  const results = await Promise.allSettled(
    [1, 2, 3].map(() => saveReport(context(), key, { content: { description: 'Ion a sunat' }, by })),
  )
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  const { rows } = await database.db.query<{ text: string }>({
    text: `select encode(content_enc, 'escape') as text from register_reports union all select encode(facts_enc, 'escape') from incidents`,
    values: [],
  })
  assert.ok(rows.length > 3 && !/Ion|Secret/.test(JSON.stringify(rows)))
  activateKey(join(dir, 'keys.json'), 'sealing', addKey(join(dir, 'keys.json'), 'sealing'))
  keys = loadKeys(join(dir, 'keys.json'))
  assert.ok((await resealAll(context())) >= 3)
  const { versions } = await showReport(context(), key)
  assert.deepEqual(versions[0]?.content, { description: 'Ion a sunat' })
  assert.equal((await showIncident(context(), incident_id)).facts.title, 'Secret')
  for (const bad of [{ nonsense: 'x' }, { description: 7 }, { description: 'x'.repeat(8_001) }])
    await assert.rejects(saveReport(context(), key, { content: bad, by }), code('FIELD_INVALID'))
  for (const subject of ['0', '999999', 'x', '2030-H1'])
    await assert.rejects(showReport(context(), { ...key, subject }), code('REPORT_UNKNOWN'))
})

test('the half-yearly figures of fraud begin with what the books hold, and must add up', async () => {
  await database.db.query({
    text: `insert into partners (partner_id, client_id, name, type, redirect_urls) overriding system value
      values (1, 'client-001', 'P', 'Ecommerce', '{https://a.example/}')`,
    values: [],
  })
  await database.db.query({
    text: `insert into report_days select 1, '2029-08-01', '', ${Array(14).fill('1').join(', ')}`,
    values: [],
  })
  await database.db.query({
    text: `insert into report_settlements values (1, '2029-12-31', '2029-12-31', 3, 700), (1, '2029-12-31', '2030-01-01', 5, 900)`,
    values: [],
  })
  const key = { register: 'fraud', subject: '2029-H2', stage: 'half-year' } as const
  const content = (await showReport(context(), key)).proposed as FraudContent
  assert.deepEqual(content.areas.domestic.remote_sca, {
    payment_count: 3,
    payment_minor: 700,
    fraud_count: 0,
    fraud_minor: 0,
  })
  const rest = CHANNELS.slice(1).map((channel) => content.areas.domestic[channel].payment_count)
  assert.deepEqual(rest, [0, 0, 0])
  const changed = structuredClone(content)
  changed.areas.domestic.remote_sca.fraud_count = 1
  changed.areas.domestic.remote_sca.fraud_minor = 100
  let draft = await saveReport(context(), key, { content: changed, by })
  await assert.rejects(submitReport(context(), key, { ...draft, by }), code('FIELD_INVALID'))
  changed.types.manipulated = { fraud_count: 1, fraud_minor: 100 }
  draft = await saveReport(context(), key, { content: changed, seen: draft, by })
  const [half] = (await fraudPeriods(context())).filter(({ subject }) => subject === '2029-H2')
  assert.deepEqual(
    [half?.has_draft, half?.is_submitted, half?.due_at.toISOString()],
    [true, false, '2030-03-01T20:59:59.000Z'],
  )
  await submitReport(context(), key, { ...draft, by })
  assert.deepEqual(
    (await fraudPeriods(context())).map(({ subject, is_submitted }) => [subject, is_submitted]),
    [
      ['2030-H1', false],
      ['2029-H2', true],
    ],
  )
  const running = { ...key, subject: '2030-H1' }
  const early = await saveReport(context(), running, { content, by })
  await assert.rejects(submitReport(context(), running, { ...early, by }), code('REPORT_STATE'))
  for (const bad of [
    {},
    { ...content, note: 7 },
    { ...content, types: { ...content.types, unauthorised: { fraud_count: -1, fraud_minor: 0 } } },
  ])
    await assert.rejects(saveReport(context(), running, { content: bad, seen: early, by }), code('FIELD_INVALID'))
})

test('compliance is reminded before each deadline, once, and again when a mail was not taken', async () => {
  for (const [user_name, role] of [
    ['maria.c', 'compliance'],
    ['dan.s', 'support'],
  ] as const)
    await addStaff(context(), { user_name, name: 'M', email: `${user_name}@office.example`, role })
  const { incident_id } = await openIncident(context(), { aware_at: now, facts: MAJOR, by })
  await judgeIncident(context(), { incident_id, version_no: 1 })
  const key = { register: 'incident', subject: String(incident_id), stage: 'initial' } as const
  const ours = () => mails.filter(({ text }) => text.endsWith(`reports/incident/${incident_id}/initial`))
  is_mail_down = true
  await remind(context())
  is_mail_down = false
  mails = []
  await remind(context())
  await remind(context())
  assert.deepEqual(
    ours().map(({ to }) => to),
    ['maria.c@office.example'],
  )
  assert.match(ours()[0]?.subject ?? '', /notificarea inițială/)
  assert.ok(!JSON.stringify(mails).includes('Pană'))
  now = new Date(now.getTime() + 3 * HOUR)
  await remind(context())
  assert.equal(ours().length, 2)
  now = new Date(now.getTime() + 2 * HOUR)
  await remind(context())
  await remind(context())
  assert.equal(ours().length, 3)
  assert.match(ours()[2]?.subject ?? '', /depășit/)
  assert.equal(
    (await listDeadlines(context())).some((one) => one.subject === key.subject && one.stage === 'initial'),
    true,
  )
})
