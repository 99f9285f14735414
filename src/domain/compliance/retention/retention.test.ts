import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { verifyChain } from '../../audit/verify.ts'
import { type ErrorCode, PunteError } from '../../errors.ts'
import { resealAll } from '../../resealing/reseal.ts'
import { createCase } from '../create.ts'
import { addDocument } from '../documents/add.ts'
import { COMPANY, NATURAL, pdf } from '../fixture.ts'
import { inviteApplicant } from '../invitations/invite.ts'
import { endRelationship, withdrawCase } from '../move.ts'
import { showCase } from '../show.ts'
import { eraseDue, listErasures } from './erase.ts'
import { retentionWorld } from './fixture.ts'
import { extendRetention } from './keep.ts'
import { exportSubject } from './subject-export.ts'
import { ERASED_OF_CASE, ERASED_OF_PARTNER, ERASED_OF_STAFF, KEPT_OF_PARTNER } from './tables.ts'

const { world, on, TERMS, sql, countOf, lived, person } = await retentionWorld()
const { context, approved, filled, seen } = world
after(world.close)

const refuses = (code: ErrorCode) => (error: unknown) => error instanceof PunteError && error.code === code

test('every table that names a partner, one of its people or a case has its rule', async () => {
  const naming = async (column: string) => {
    const { rows } = await sql<{ table_name: string }>(
      `select table_name from information_schema.columns where column_name = $1 and table_schema = 'public' order by 1`,
      [column],
    )
    return rows.map(({ table_name }) => table_name)
  }
  assert.deepEqual([...ERASED_OF_PARTNER, ...Object.keys(KEPT_OF_PARTNER)].sort(), await naming('partner_id'))
  assert.deepEqual([...ERASED_OF_STAFF, 'staff'].sort(), await naming('staff_id'))
  assert.deepEqual([...ERASED_OF_CASE, 'cases', 'erasures'].sort(), await naming('case_id'))
})

test('what refers to other rows is erased before them', async () => {
  const { rows } = await sql<{ child: string; parent: string }>(
    `select conrelid::regclass::text as child, confrelid::regclass::text as parent from pg_constraint where contype = 'f'`,
  )
  const order: readonly string[] = [...ERASED_OF_PARTNER, ...ERASED_OF_STAFF, ...ERASED_OF_CASE]
  for (const { child, parent } of rows)
    if (child !== parent && order.includes(parent) && order.includes(child))
      assert.ok(order.indexOf(child) < order.indexOf(parent), `${child} before ${parent}`)
    else assert.ok(!order.includes(parent) || child === parent, `${child} refers to ${parent} and stays`)
})

test('five years after the end all of it is erased, and a certificate says so', async () => {
  on('2019-05-06')
  const { case_id, client_id, partner_id } = await approved()
  const payment_id = await lived(partner_id)
  const staff_id = await person(partner_id, client_id)
  on('2019-08-01')
  const { keep_until } = await endRelationship(context, {
    ...(await seen(case_id)),
    text: 'Închidere',
    ended_on: '2019-07-01',
  })
  assert.equal(keep_until.toISOString(), '2024-07-01T20:59:59.999Z')
  assert.equal(await countOf('partners', `status = 'suspended' and partner_id = $1`, partner_id), 1)
  await assert.rejects(sql(`update partners set status = 'active' where partner_id = $1`, [partner_id]), /has ended/)

  on('2024-07-01')
  assert.equal(await eraseDue(context), 0)
  assert.equal(await countOf('payments', 'partner_id = $1', partner_id), 1)
  on('2024-07-02')
  assert.equal(await eraseDue(context), 1)
  for (const table of ERASED_OF_PARTNER) assert.equal(await countOf(table, 'partner_id = $1', partner_id), 0, table)
  for (const table of ERASED_OF_CASE)
    assert.equal(await countOf(table, 'case_id = $1', case_id), table === 'case_events' ? 1 : 0, table)
  assert.equal(await countOf('payments', 'payment_id = $1', payment_id), 0)
  assert.equal(await countOf('staff_passwords', 'staff_id = $1', staff_id), 0)

  const shown = await showCase(context, case_id)
  assert.deepEqual([shown.state, shown.name, shown.data, shown.moves], ['erased', '', {}, []])
  const certificate = (await listErasures(context)).erasures.find((one) => one.case_id === case_id)
  assert.ok(certificate)
  assert.deepEqual([certificate.client_id, certificate.document_count, certificate.version_count], [client_id, 2, 2])
  assert.equal(certificate.rows_erased.payments, 1)
  assert.equal(certificate.rows_erased.case_versions, 2)
  assert.equal(certificate.finished_at?.toISOString(), '2024-07-02T09:00:00.000Z')
  assert.match(certificate.last_version_hash, /^[0-9a-f]{64}$/)
  const { rows } = await sql<{ text: string }>(
    `select (select p::text from partners p where partner_id = $1) || (select s::text from staff s where staff_id = $2)
      || (select e::text from erasures e where case_id = $3) as text`,
    [partner_id, staff_id, case_id],
  )
  for (const word of ['Florăria', 'florarie.example', 'ana@']) assert.equal(rows[0]?.text.includes(word), false, word)
  assert.equal((await verifyChain(context.db)).whole, true)
  await assert.rejects(sql('delete from erasures where case_id = $1', [case_id]), /not erased this way/)
  assert.equal(await eraseDue(context), 0)
})

test('before its time the database itself refuses, whatever the clock of the program says', async () => {
  on('2019-05-06')
  const { case_id, partner_id } = await approved()
  const payment_id = await lived(partner_id)
  await assert.rejects(sql('delete from payment_events where partner_id = $1', [partner_id]), /until its time has come/)
  await assert.rejects(sql('delete from payments where payment_id = $1', [payment_id]), /until its time has come/)
  await assert.rejects(sql('delete from case_versions where case_id = $1', [case_id]), /until its time has come/)
  await assert.rejects(sql('delete from case_document_parts where case_id = $1', [case_id]), /until its time has come/)
  for (const table of ['payments', 'case_versions'])
    await assert.rejects(sql(`truncate ${table} cascade`), /not erased this way/)
  await assert.rejects(sql('delete from cases where case_id = $1', [case_id]), /not erased this way/)
  on(new Date().toISOString().slice(0, 10))
  await endRelationship(context, { ...(await seen(case_id)), text: 'Închidere' })
  for (const change of [`keep_until = now()`, `ended_at = '2001-01-01'`, `state = 'approved'`, `state = 'erased'`])
    await assert.rejects(sql(`update cases set ${change} where case_id = $1`, [case_id]), `${change}`)
  world.now = new Date(Date.now() + 6 * 366 * 86_400_000)
  assert.equal(await eraseDue(context), 0)
  assert.equal(await countOf('payments', 'partner_id = $1', partner_id), 1)
  assert.equal(await countOf('case_versions', 'case_id = $1', case_id), 2)
})

test('an authority has it kept longer, by five years at most, with its request', async () => {
  on('2019-05-06')
  const { case_id } = await approved()
  await endRelationship(context, { ...(await seen(case_id)), text: 'Închidere' })
  const { document_id } = await addDocument(context, {
    case_id,
    kind: 'authority_request',
    name: 'adresa.pdf',
    bytes: pdf(),
  })
  const other = await addDocument(context, { case_id, kind: 'other', name: 'x.pdf', bytes: pdf() })
  const ask = { case_id, until: '2025-06-01', authority: 'ONPCSB', text: 'Dosar 1/2024', document_id }
  await assert.rejects(extendRetention(context, { ...ask, until: '2024-05-05' }), refuses('FIELD_INVALID'))
  await assert.rejects(extendRetention(context, { ...ask, until: '2029-05-08' }), refuses('FIELD_INVALID'))
  await assert.rejects(extendRetention(context, { ...ask, document_id: other.document_id }), refuses('FIELD_INVALID'))
  await assert.rejects(extendRetention(context, { ...ask, text: '' }), refuses('FIELD_REQUIRED'))
  await extendRetention(context, ask)
  on('2025-05-31')
  assert.equal(await eraseDue(context), 0)
  on('2025-06-02')
  assert.equal(await eraseDue(context), 1)
})

test('what was never given in is kept for 90 days; the partner it was of is left alone', async () => {
  on('2019-05-06')
  const { partner_id } = await approved()
  await lived(partner_id)
  await sql(
    `insert into partners (client_id, name, type, redirect_urls) values ('fara-dosar', 'X', 'Finance', '{https://x.example/}')`,
  )
  const { case_id, version } = await createCase(context, { kind: 'legal', data: COMPANY, client_id: 'fara-dosar' })
  await assert.rejects(createCase(context, { kind: 'legal', client_id: 'fara-dosar' }), refuses('CASE_EXISTS'))
  await withdrawCase(context, { case_id, version })
  await createCase(context, { kind: 'legal', client_id: 'fara-dosar' })
  on('2019-08-03')
  assert.equal(await eraseDue(context), 0)
  on('2019-08-05')
  assert.equal(await eraseDue(context), 1)
  assert.equal(await countOf('partners', `name = 'X' and client_id = $1`, 'fara-dosar'), 1)
  assert.equal(await countOf('payments', 'partner_id = $1', partner_id), 1)
})

test('who asks is told what is held of him, and nothing of others', async () => {
  on('2019-05-06')
  const natural = await approved({ ...NATURAL, contact: { ...NATURAL.contact, email: 'ion@example.ro' } })
  await lived(natural.partner_id)
  const company = await filled()
  const by_cnp = await exportSubject(context, { cnp: NATURAL.person.cnp })
  const parts = (case_id: number) =>
    by_cnp.cases.find((one) => one.case_id === case_id)?.parts.map(({ field }) => field)
  assert.deepEqual(parts(natural.case_id), ['person', 'contact', 'business'])
  assert.deepEqual(parts(company), ['representative'])
  assert.equal(JSON.stringify(by_cnp).includes('2810305400014'), false)
  assert.equal(JSON.stringify(by_cnp).includes('risk'), false)
  const by_iban = await exportSubject(context, { iban: TERMS.debtor_iban })
  assert.ok(by_iban.payments.some(({ terms }) => (terms as { email?: string }).email === TERMS.email))
  const as_payee = await exportSubject(context, { iban: TERMS.creditor_iban })
  assert.equal(JSON.stringify(as_payee.payments).includes(TERMS.debtor_iban), false)
  const by_email = await exportSubject(context, { email: 'ION@example.ro' })
  assert.ok(by_email.payments.length > 0 && by_email.cases.length > 0)
  const invited = await inviteApplicant(context, { email: 'Dan@Poftit.example', language: 'ro', kind: 'natural' })
  await person(natural.partner_id, natural.client_id)
  const by_mail = await exportSubject(context, { email: 'dan@poftit.example' })
  assert.deepEqual(
    by_mail.cases.map(({ case_id }) => case_id),
    [invited.case_id],
  )
  assert.ok(by_mail.cases[0]?.parts.some(({ field }) => field === 'invitation'))
  const account = await exportSubject(context, { email: 'ana@florarie.example' })
  assert.deepEqual(
    account.accounts.map(({ name }) => name),
    ['Ana'],
  )
  await assert.rejects(exportSubject(context, {}), refuses('FIELD_REQUIRED'))
  await assert.rejects(exportSubject(context, { cnp: '1800101400010' }), refuses('FIELD_INVALID'))
  const { rows } = await sql<{ text: string }>(
    `select string_agg(a::text, ' ') as text from audit_log a where act = 'subject.export'`,
  )
  assert.equal(/1800101400016|example\.ro|RO98/.test(rows[0]?.text ?? ''), false)
})

test('what is sealed of cases is found when keys are rotated', async () => {
  const all = { ...context.keys, needsReseal: () => true }
  const resealed = await resealAll({ db: context.db, keys: all })
  const { rows } = await sql<{ n: number }>(
    `select (select count(*) from cases where summary_enc is not null) + (select count(*) from case_versions)
      + (select count(*) from case_events where text_enc is not null) + (select count(*) from case_documents)
      + (select count(*) from case_screenings) as n`,
  )
  assert.ok(resealed >= (rows[0]?.n ?? 0), `${resealed} of ${rows[0]?.n}`)
})

test('two workers erase a case as one does', async () => {
  on('2019-05-06')
  const { case_id, partner_id } = await approved()
  await sql(
    `insert into payments (partner_id, certificate_thumbprint, refresh_hash)
      select $1, 't', sha256(n::text::bytea) from generate_series(1, 7000) n`,
    [partner_id],
  )
  await endRelationship(context, { ...(await seen(case_id)), text: 'Închidere' })
  on('2024-06-01')
  await Promise.all([eraseDue(context), eraseDue(context)])
  await eraseDue(context)
  assert.equal(await countOf('payments', 'partner_id = $1', partner_id), 0)
  const certificate = (await listErasures(context)).erasures.find((one) => one.case_id === case_id)
  assert.equal(certificate?.rows_erased.payments, 7000)
  const { rows } = await sql<{ n: number }>(
    `select count(*)::integer as n from audit_log where act = 'case.erase' and subject_id = $1`,
    [String(case_id)],
  )
  assert.equal(rows[0]?.n, 1)
})
