import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type ErrorCode, PunteError } from '../../errors.ts'
import { addDocument } from '../documents/add.ts'
import { pdf } from '../fixture.ts'
import { inviteApplicant } from '../invitations/invite.ts'
import { endRelationship, submitCase, withdrawCase } from '../move.ts'
import { eraseDue } from './erase.ts'
import { retentionWorld } from './fixture.ts'
import { extendRetention } from './keep.ts'

const { world, on, sql, countOf, lived, person } = await retentionWorld()
const { context, approved, filled, seen } = world
after(world.close)

const refuses = (code: ErrorCode) => (error: unknown) => error instanceof PunteError && error.code === code

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

test('years are kept to the end of the last day in Bucharest, where the day of the end is told as well', async () => {
  on('2019-05-06')
  const [late, leap] = [await approved(), await approved()]
  // Half an hour after midnight there.
  world.now = new Date('2019-12-31T22:30:00Z')
  const seen_late = await seen(late.case_id)
  await assert.rejects(
    endRelationship(context, { ...seen_late, text: 'x', ended_on: '2020-01-02' }),
    refuses('FIELD_INVALID'),
  )
  const { keep_until } = await endRelationship(context, { ...seen_late, text: 'x', ended_on: '2020-01-01' })
  assert.equal(keep_until.toISOString(), '2025-01-01T21:59:59.999Z')
  world.now = new Date('2025-01-01T21:00:00Z')
  assert.equal(await eraseDue(context), 0)
  world.now = new Date('2025-01-01T22:00:00Z')
  assert.equal(await eraseDue(context), 1)
  world.now = new Date('2020-02-29T09:00:00Z')
  const of_leap = await endRelationship(context, { ...(await seen(leap.case_id)), text: 'x' })
  assert.equal(of_leap.keep_until.toISOString(), '2025-03-01T21:59:59.999Z')
  // The day that is told as the latest is taken.
  const request = await asked(leap.case_id)
  await assert.rejects(extendRetention(context, { ...request, until: '2030-03-02' }), /2030-03-01/)
  await extendRetention(context, { ...request, until: '2030-03-01' })
})

test('the whole history is kept by the database, both rails and what was told of it', async () => {
  on('2019-05-06')
  const { partner_id } = await approved()
  const payment_id = await lived(partner_id)
  await sql(`insert into webhook_deliveries (partner_id, payment_id, event_no, state) values ($1, $2, 1, 'pending')`, [
    partner_id,
    payment_id,
  ])
  await assert.rejects(
    sql('delete from webhook_deliveries where partner_id = $1', [partner_id]),
    /until its time has come/,
  )
  const { case_id } = await inviteApplicant(context, { email: 'a@b.example', language: 'ro', kind: 'legal' })
  await assert.rejects(sql('delete from case_invitations where case_id = $1', [case_id]), /until its time has come/)
  const { rows } = await sql<{ name: string }>(
    `select tgrelid::regclass::text as name from pg_trigger
      where tgfoid = 'refuse_erasure_of_payments'::regproc and tgenabled = 'O' order by 1`,
  )
  const kept = ['agreements', 'card_events', 'card_orders', 'card_transactions', 'payment_attempts']
  const names = rows.map(({ name }) => name)
  assert.deepEqual(names.sort(), [...kept, 'payment_events', 'payments', 'webhook_deliveries'])
})
