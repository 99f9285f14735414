/** The back office comes to a database that has lived: nothing of it is lost or turned away. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { migrate, readMigrations } from './migrate.ts'
import { type TestDatabase, testDatabase } from './template.ts'

/** Limits, staff and the audit log were there, without an office. */
const BEFORE = 7
let world: TestDatabase
const sql = async <R extends object>(text: string): Promise<R[]> => (await world.db.query<R>({ text, values: [] })).rows

before(async () => {
  world = await testDatabase()
  await world.db.query({ text: 'drop schema public cascade; create schema public', values: [] })
  await migrate(world.url, readMigrations().slice(0, BEFORE))
})
after(() => world.drop())

test('rows of the version before are carried over', async () => {
  await sql(`insert into partners (partner_id, client_id, name, type, redirect_urls) overriding system value
    select n, 'client-00' || n, 'P' || n, 'Ecommerce', '{https://a.example/}' from generate_series(1, 2) n`)
  await sql(`insert into payments (partner_id, payment_id, certificate_thumbprint, refresh_hash, status, amount_minor, bank_id, attempt_no,
      settled_attempt_no, finished_at, requested_at, request_hash, debtor_iban_hash, creditor_iban_hash, email_hash, payer_hash)
    select 1 + n % 2, 1000 + n, 'thumb', '\\x00', case when n % 3 = 0 then 'ACSC' else 'ACSP' end, 100, 'carpati', 1,
      case when n % 3 = 0 then 1 end, case when n % 3 = 0 then now() end, now(), '\\x00', '\\x01', '\\x02', '\\x03', '\\x04'
    from generate_series(1, 30) n`)
  await sql(`insert into limit_days (partner_id, day, sent_count, sent_minor, approved_count)
    values (1, '2030-01-31', 5, 100, 3), (1, '2030-02-01', 5, 100, 1), (2, '2030-01-31', 2, 100, 0)`)
  await sql(`insert into staff (user_name, person_enc, role, password_hash, password_at, password_is_temporary, created_at, tries)
    select role, '\\x00', role, 'hash', now(), false, now(), 9
    from unnest('{administrator,compliance,operations,support,auditor}'::text[]) as role`)
  await sql(`insert into approvals (act, subject_kind, subject_id, input, proposed_by, proposed_at, expires_at)
    select 'limit.raise', 'partner', 'client-001', '{}', staff_id, now(), now() from staff limit 1`)

  await migrate(world.url)
  assert.deepEqual(await sql(`select partner_id, day::text, slot, approved_count from limit_approvals order by day`), [
    { partner_id: 1, day: '2030-01-31', slot: 0, approved_count: 3 },
    { partner_id: 1, day: '2030-02-01', slot: 0, approved_count: 1 },
  ])
  assert.deepEqual(
    await sql(`select standing, count(*)::integer as n, count(found_debtor_hash)::integer as found,
        count(distinct (found_creditor_hash, found_email_hash, found_payer_hash))::integer as hashes
      from payments group by 1 order by 1`),
    [
      { standing: 'ACSC', n: 10, found: 10, hashes: 1 },
      { standing: 'OPEN', n: 20, found: 0, hashes: 1 },
    ],
  )
  // Wrong passwords are no wrong codes any more.
  const staff = 'select count(*)::integer as n, sum(tries)::integer as tries from staff where partner_id is null'
  assert.deepEqual(await sql(staff), [{ n: 5, tries: 0 }])
  // A partner that was there before there were cases is nobody's case: it works, and nothing of it may be erased.
  await sql(`update partners set status = 'suspended' where partner_id = 1`)
  await sql(`update partners set status = 'active' where partner_id = 1`)
  await assert.rejects(sql('delete from payments where partner_id = 1'), /until its time has come/)
})

test('one number of a bank on two payments of the version before: the first has it, and the operator is told of the others', async () => {
  const other = await testDatabase()
  try {
    const run = async <R extends object>(text: string): Promise<R[]> =>
      (await other.db.query<R>({ text, values: [] })).rows
    await run('drop schema public cascade; create schema public')
    await migrate(other.url, readMigrations().slice(0, 16))
    await run(`insert into partners (partner_id, client_id, name, type, redirect_urls) overriding system value
      select n, 'client-00' || n, 'P' || n, 'Ecommerce', '{https://a.example/}' from generate_series(1, 2) n`)
    await run(`insert into payments (partner_id, payment_id, certificate_thumbprint, refresh_hash, status, amount_minor, bank_id, attempt_no,
        settled_attempt_no, finished_at)
      select partner_id, payment_id, 'thumb', '\\x00', 'ACSC', 100, 'carpati', 1, 1, now()
      from (values (1, 1001), (1, 1002), (1, 1003), (2, 1004)) as p(partner_id, payment_id)`)
    // Of the first partner two are one transfer; what another partner has under that number is another.
    await run(`insert into payment_attempts (partner_id, payment_id, attempt_no, bank_id, state, request_id, order_enc, submitted_at, bank_payment_hash)
      select partner_id, payment_id, 1, 'carpati', 'closed', gen_random_uuid(), '\\x00',
        '2030-01-01'::timestamptz - payment_id * interval '1 second',
        case when payment_id = 1003 then '\\x02'::bytea else '\\x01' end from payments`)

    const { told } = await migrate(other.url)
    assert.deepEqual(told, [
      'payment 1001 has the number of payment 1002 at bank carpati: ask the bank whether it made one transfer or two',
    ])
    assert.deepEqual(
      await run('select payment_id, bank_payment_hash is not null as has_it from payment_attempts order by payment_id'),
      [
        { payment_id: 1001, has_it: false },
        { payment_id: 1002, has_it: true },
        { payment_id: 1003, has_it: true },
        { payment_id: 1004, has_it: true },
      ],
    )
    assert.deepEqual((await migrate(other.url)).told, [])
  } finally {
    await other.drop()
  }
})
