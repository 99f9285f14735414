import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { activateKey, addKey, listKeys, retireKey } from '../../infra/keys/key-file.ts'
import { loadKeys } from '../../infra/keys/keys.ts'
import { resealAll } from '../resealing/reseal.ts'
import { addDocument } from './documents/add.ts'
import { readDocument } from './documents/read.ts'
import { COMPANY, complianceWorld, NATURAL, pdf } from './fixture.ts'
import { activateClient } from './invitations/activate.ts'
import { inviteApplicant, openInvitation } from './invitations/invite.ts'
import { addNote, askForMore, beginReview, endRelationship, refuseCase, submitCase } from './move.ts'
import { extendRetention } from './retention/keep.ts'
import { exportSubject } from './retention/subject-export.ts'
import { completeReview, remindOfReviews } from './review/review.ts'
import { saveApplication, saveCase } from './save.ts'
import { screenCase } from './screening/screen.ts'
import { showCase } from './show.ts'
import { findCase } from './store.ts'

const world = await complianceWorld({ PUNTE_REVIEW_SUSPENDS: true })
const { context, approved, filled, seen } = world
after(world.close)

/** People, their numbers and what is said of them. Of a company its name and addresses are of the partner, and public. */
const PERSONAL = [
  ...['Țărmure', 'RX', '123456', '1800101400016', '2810305400014', 'Str. Florilor', 'ion@florarie.example', '721 000'],
  ...['RO49AAAA1B31007593840000', 'dan@poftit.example', 'SPCLEP', 'pașaport-dan', 'Vorbit cu soția', 'Dosar 77/2024'],
]

async function stored(): Promise<string[]> {
  const { rows: tables } = await context.db.query<{ name: string }>({
    text: `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema')`,
    values: [],
  })
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await context.db.query<{ text: string }>({
      text: `select convert_from(coalesce(string_agg(convert_to(t::text, 'UTF8'), '\\x0a'), ''), 'UTF8') as text from ${name} t`,
      values: [],
    })
    // A bytea reads as hex.
    for (const word of PERSONAL)
      for (const written of [word, Buffer.from(word).toString('hex')])
        if (rows[0]?.text.includes(written) && written.length > 4) found.push(`${name}: ${word}`)
  }
  return found
}

test('after a whole life of cases nothing of people stands in any table as it was written', async () => {
  const { case_id, partner_id, client_id } = await approved(NATURAL)
  await addNote(context, { case_id, text: 'Vorbit cu soția' })
  await addDocument(context, { case_id, kind: 'identity', name: 'pașaport-dan.pdf', bytes: pdf() })
  const moved = { ...NATURAL, person: { ...NATURAL.person, street: 'Str. Florilor 2' } }
  await saveCase(context, { ...(await seen(case_id)), data: moved, notified: 'Ion Țărmure s-a mutat' })
  await completeReview(context, { ...(await seen(case_id)), text: 'Ion Țărmure confirmă' })
  world.now = new Date('2020-05-20T09:00:00Z')
  await remindOfReviews(context)
  const invited = await inviteApplicant(context, { email: 'dan@poftit.example', language: 'ro', kind: 'legal' })
  const token = /#([\w-]{43})/.exec(world.mails.at(-1)?.text ?? '')?.[1] ?? ''
  const { actor } = await openInvitation(context, { token, address: '192.0.2.9' })
  const applicant = { ...context, actor }
  const draft = await findCase(context.db, invited.case_id)
  await saveApplication(applicant, { case_id: invited.case_id, version: draft?.version ?? 0, data: COMPANY })
  await activateClient(context, {
    partner: { partner_id, client_id },
    fields: {
      ...{ name: 'Țărmure Ion', cifCnp: '1800101400016', iban: 'RO49AAAA1B31007593840000' },
      ...{ contactEmail: 'ion@florarie.example', contactPhone: '0721 000 000', persAcceptTCSF: 'Ion Țărmure' },
    },
  })
  const asked = await filled()
  await submitCase(context, await seen(asked))
  await beginReview(context, await seen(asked))
  await screenCase(context, asked).catch(() => {})
  await askForMore(context, { ...(await seen(asked)), text: 'Actul lui Ion Țărmure' })
  await refuseCase(context, { ...(await seen(asked)), text: 'Ion Țărmure' })
  await endRelationship(context, { ...(await seen(case_id)), text: 'Ion Țărmure pleacă' })
  const paper = { case_id, kind: 'authority_request', name: 'Dosar 77/2024.pdf', bytes: pdf() } as const
  const { document_id } = await addDocument(context, paper)
  const until = '2026-01-01'
  await extendRetention(context, { case_id, until, authority: 'ONPCSB', text: 'Dosar 77/2024', document_id })
  await exportSubject(context, { email: 'ion@florarie.example' })
  const found = await stored()
  // The name under which payers see a partner is public, also where the partner is a person.
  assert.deepEqual(
    found.filter((one) => one !== 'public.partners: Țărmure'),
    [],
  )
})

test('with a new key, and the old one gone, all of it opens: papers as well, and what is found by its hash', async () => {
  const { key_file } = world
  const [former] = listKeys(key_file, 'sealing')
  activateKey(key_file, 'sealing', addKey(key_file, 'sealing'))
  assert.ok((await resealAll({ db: context.db, keys: loadKeys(key_file) })) > 20)
  assert.equal(await resealAll({ db: context.db, keys: loadKeys(key_file) }), 0)
  retireKey(key_file, 'sealing', former?.id ?? '')
  const keys = loadKeys(key_file)
  // Opens every value there is.
  await resealAll({ db: context.db, keys: { ...keys, needsReseal: () => true } })
  const after_it = { ...context, keys }
  const { rows } = await context.db.query<{ case_id: number; document_id: number; size_bytes: number }>({
    text: 'select case_id, document_id, size_bytes from case_documents',
    values: [],
  })
  assert.ok(rows.length > 3)
  for (const row of rows) {
    const { content } = await readDocument(after_it, row)
    assert.equal((await buffer(content)).length, row.size_bytes)
    assert.equal((await showCase(after_it, row.case_id)).case_id, row.case_id)
  }
  const { cases } = await exportSubject(after_it, { cnp: '1800101400016' })
  assert.ok(cases.some(({ parts }) => parts.length > 0))
})
