import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { verifyChain } from '../../audit/verify.ts'
import { type ErrorCode, PunteError } from '../../errors.ts'
import { resealAll } from '../../initiation/reseal.ts'
import { hashesOf } from '../../initiation/terms.ts'
import { createCase } from '../create.ts'
import { addDocument } from '../documents/add.ts'
import { COMPANY, complianceWorld, NATURAL, pdf } from '../fixture.ts'
import { inviteApplicant } from '../invite.ts'
import { endRelationship, submitCase, withdrawCase } from '../move.ts'
import { showCase } from '../show.ts'
import { eraseDue, listErasures } from './erase.ts'
import { extendRetention } from './keep.ts'
import { exportSubject } from './subject-export.ts'
import { ERASED_OF_CASE, ERASED_OF_PARTNER, ERASED_OF_STAFF, KEPT_OF_PARTNER } from './tables.ts'

const world = await complianceWorld()
const { context, approved, filled, seen } = world
after(world.close)

const refuses = (code: ErrorCode) => (error: unknown) => error instanceof PunteError && error.code === code
const on = (date: string) => {
  world.now = new Date(`${date}T09:00:00Z`)
}
const TERMS = {
  ...{ creditor_name: 'Florăria Ana', creditor_iban: 'RO49AAAA1B31007593840000', details: 'Buchet' },
  ...{ debtor_iban: 'RO98BTRL0000999900000001', email: 'ion@example.ro' },
}
const sql = <R extends object>(text: string, values: readonly unknown[] = []) => context.db.query<R>({ text, values })
const countOf = async (table: string, where: string, value: unknown) =>
  (await sql<{ n: number }>(`select count(*)::integer as n from ${table} where ${where}`, [value])).rows[0]?.n

/** A payment with an event and an attempt, and one person of the partner. */
async function lived(partner_id: number): Promise<number> {
  const { rows } = await sql<{ payment_id: number }>(
    `insert into payments (partner_id, certificate_thumbprint, refresh_hash) values ($1, 'thumb', $2) returning payment_id`,
    [partner_id, randomBytes(32)],
  )
  const payment_id = rows[0]?.payment_id ?? 0
  const hashes = hashesOf(context.keys, TERMS)
  const terms = context.keys.seal(JSON.stringify(TERMS), `payments.terms:${partner_id}:${payment_id}`)
  await sql(
    `update payments set terms_enc = $3, debtor_iban_hash = $4, creditor_iban_hash = $5, email_hash = $6, amount_minor = 1000
      where partner_id = $1 and payment_id = $2`,
    [partner_id, payment_id, terms, hashes.debtor_iban_hash, hashes.creditor_iban_hash, hashes.email_hash],
  )
  await sql(
    `insert into payment_events (partner_id, payment_id, event_no, type, status, cause, at)
      values ($1, $2, 1, 'payment.reserved', 'INIT', 'partner', now())`,
    [partner_id, payment_id],
  )
  return payment_id
}

async function person(partner_id: number, client_id: string): Promise<number> {
  const user_name = `ana@${client_id}`
  const { rows } = await sql<{ staff_id: number }>(
    `insert into staff (user_name, person_enc, role, password_hash, password_at, password_is_temporary, created_at, partner_id)
      values ($1, $2, 'partner_admin', 'hash', now(), false, now(), $3) returning staff_id`,
    [
      user_name,
      context.keys.seal('{"name":"Ana","email":"ana@florarie.example"}', `staff.person:${user_name}`),
      partner_id,
    ],
  )
  const staff_id = rows[0]?.staff_id ?? 0
  await sql(
    `insert into staff_passwords (staff_id, password_no, password_hash, set_at) values ($1, 1, 'hash', now())`,
    [staff_id],
  )
  return staff_id
}

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
  assert.equal(keep_until.toISOString(), '2024-07-01T12:00:00.000Z')
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
  const certificate = (await listErasures(context)).find((one) => one.case_id === case_id)
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
  const certificate = (await listErasures(context)).find((one) => one.case_id === case_id)
  assert.equal(certificate?.rows_erased.payments, 7000)
  const { rows } = await sql<{ n: number }>(
    `select count(*)::integer as n from audit_log where act = 'case.erase' and subject_id = $1`,
    [String(case_id)],
  )
  assert.equal(rows[0]?.n, 1)
})

/** Beside a payment, what goes before the payments when a partner is erased. */
async function mailed(partner_id: number, payment_id: number): Promise<void> {
  await sql(`insert into page_opens (partner_id, payment_id, opened_at) values ($1, $2, now())`, [
    partner_id,
    payment_id,
  ])
}

async function asked(
  case_id: number,
): Promise<{ case_id: number; authority: string; text: string; document_id: number }> {
  const file = { case_id, kind: 'authority_request', name: 'adresa.pdf', bytes: pdf() } as const
  const { document_id } = await addDocument(context, file)
  return { case_id, authority: 'ONPCSB', text: 'Dosar 1/2024', document_id }
}

test('a clock that runs ahead takes nothing at all, also of what no trigger guards', async () => {
  on('2019-05-06')
  const { case_id, partner_id } = await approved()
  await mailed(partner_id, await lived(partner_id))
  on(new Date().toISOString().slice(0, 10))
  await endRelationship(context, { ...(await seen(case_id)), text: 'Închidere' })
  world.now = new Date(Date.now() + 6 * 366 * 86_400_000)
  assert.equal(await eraseDue(context), 0)
  assert.equal(await countOf('page_opens', 'partner_id = $1', partner_id), 1)
  assert.equal(await countOf('erasures', 'case_id = $1', case_id), 0)
})

test('an authority that asks while the job begins has all of it kept; once it has begun, it is told so', async () => {
  on('2019-05-06')
  const { case_id, partner_id } = await approved()
  await mailed(partner_id, await lived(partner_id))
  await endRelationship(context, { ...(await seen(case_id)), text: 'Închidere' })
  const request = await asked(case_id)
  on('2024-06-01')
  const late = { is_asked: false }
  const db = new Proxy(context.db, {
    get(target, name, receiver) {
      if (name !== 'query') return Reflect.get(target, name, receiver)
      return async (statement: Parameters<typeof target.query>[0]) => {
        // After the job has found what is due, and before it touches anything.
        if (!late.is_asked && !statement.text.includes('left join partners')) {
          late.is_asked = true
          await extendRetention(context, { ...request, until: '2028-06-01' })
        }
        return target.query(statement)
      }
    },
  })
  assert.equal(await eraseDue({ ...context, db }), 0)
  assert.equal(late.is_asked, true)
  assert.equal(await countOf('page_opens', 'partner_id = $1', partner_id), 1)
  assert.equal(await countOf('erasures', 'case_id = $1', case_id), 0)

  const other = await approved()
  await endRelationship(context, { ...(await seen(other.case_id)), text: 'Închidere', ended_on: '2024-06-01' })
  const asks = await asked(other.case_id)
  await sql(
    `insert into erasures (case_id, ended_at, keep_until, started_at, last_version_hash, version_count, document_count)
      values ($1, '2024-06-01', '2024-06-01', now(), '', 1, 1)`,
    [other.case_id],
  )
  await assert.rejects(extendRetention(context, { ...asks, until: '2031-01-01' }), refuses('CASE_STATE'))
})

test('a paper that comes while a case is erased does not outlive it', async () => {
  on('2019-05-06')
  const { case_id } = await approved()
  await endRelationship(context, { ...(await seen(case_id)), text: 'Închidere' })
  on('2024-06-01')
  const late = { is_added: false }
  const db = new Proxy(context.db, {
    get(target, name, receiver) {
      if (name !== 'query') return Reflect.get(target, name, receiver)
      return async (statement: Parameters<typeof target.query>[0]) => {
        if (!late.is_added && statement.text.includes('from case_versions where case_id = $1 limit')) {
          late.is_added = true
          await addDocument(context, { case_id, kind: 'other', name: 'x.pdf', bytes: pdf() })
        }
        return target.query(statement)
      }
    },
  })
  assert.equal(await eraseDue({ ...context, db }), 1)
  assert.equal(late.is_added, true)
  for (const table of ['case_documents', 'case_document_parts'])
    assert.equal(await countOf(table, 'case_id = $1', case_id), 0, table)
})

test('what was proposed about payments and orders of an erased partner says nothing any more; of another, what it said', async () => {
  on('2019-05-06')
  const { case_id, partner_id } = await approved()
  const { partner_id: another } = await approved()
  const [mine, theirs] = [await lived(partner_id), await lived(another)]
  const staff_id = await person(another, 'alt-partener')
  for (const [kind, id] of [
    ['payment', mine],
    ['payment', theirs],
    ['order', `FLORI${partner_id}/1`],
    ['order', `FLORI${another}/1`],
  ])
    await sql(
      `insert into approvals (act, subject_kind, subject_id, input, reason_enc, proposed_by, proposed_at, expires_at)
        values ('x', $1, $2, '{"a": 1}', '\\x01', $3, now(), now() + interval '1 day')`,
      [kind, String(id), staff_id],
    )
  for (const id of [partner_id, another])
    await sql(
      `insert into merchants (partner_id, merchant_id, name, token_repository_id) values ($1, $2, 'Flori', $2)`,
      [id, `FLORI${id}`],
    )
  await endRelationship(context, { ...(await seen(case_id)), text: 'Închidere' })
  on('2024-06-01')
  assert.equal(await eraseDue(context), 1)
  const { rows } = await sql<{ subject_id: string }>(
    `select subject_id from approvals where reason_enc is not null and act = 'x' order by 1`,
  )
  assert.deepEqual(rows.map(({ subject_id }) => subject_id).sort(), [String(theirs), `FLORI${another}/1`].sort())
})

test('what was withdrawn after it had been given in is kept longer, too, where an authority asks', async () => {
  on('2019-05-06')
  const case_id = await filled()
  await submitCase(context, await seen(case_id))
  await withdrawCase(context, await seen(case_id))
  const request = await asked(case_id)
  await extendRetention(context, { ...request, until: '2026-01-01' })
  on('2025-12-31')
  assert.equal(await eraseDue(context), 0)
})
