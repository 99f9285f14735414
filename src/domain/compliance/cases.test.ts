import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CaseFaultsError, type ErrorCode, PunteError } from '../errors.ts'
import { approveCase } from './approve.ts'
import type { CaseData } from './case.ts'
import { createCase } from './create.ts'
import { addDocument } from './documents/add.ts'
import { COMPANY, complianceWorld, NATURAL, PNG } from './fixture.ts'
import { addNote, askForMore, beginReview, endRelationship, refuseCase, submitCase, withdrawCase } from './move.ts'
import { saveApplication, saveCase } from './save.ts'
import { listCases, showApplication, showCase } from './show.ts'
import { findCase } from './store.ts'
import { compareVersions, listVersions } from './versions.ts'

const world = await complianceWorld()
const { context, filled, reviewed, approved, seen } = world
after(world.close)

const refuses = (code: ErrorCode) => (error: unknown) => error instanceof PunteError && error.code === code
const faultsOf = async (attempt: Promise<unknown>) => {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof CaseFaultsError, String(error))
  return error.faults.map(({ field, code }) => `${field} ${code}`)
}

test('an empty case is told everything that lacks, at once', async () => {
  const { case_id } = await createCase(context, { kind: 'legal' })
  const faults = await faultsOf(submitCase(context, { case_id, version: 1 }))
  for (const field of ['company.cui', 'representative.cnp', 'beneficial_owners', 'documents.identity', 'business.iban'])
    assert.ok(
      faults.some((one) => one.startsWith(`${field} `)) === (field !== 'representative.cnp'),
      `${field}: ${faults}`,
    )
  assert.ok(faults.length > 30)
})

test('fields that could never be right are refused where they are saved', async () => {
  const { case_id, version } = await createCase(context, { kind: 'legal' })
  const data = {
    company: { name: 'x'.repeat(201), unknown: 1, legal_form: 'GmbH' },
    beneficial_owners: [{ share_percent: 101 }],
    somebody: {},
  } as unknown as CaseData
  assert.deepEqual(await faultsOf(saveCase(context, { case_id, version, data })), [
    'company.name too_long',
    'company.unknown invalid',
    'company.legal_form invalid',
    'beneficial_owners[0].share_percent invalid',
    'somebody invalid',
  ])
  const proto = JSON.parse('{"__proto__": {"a": 1}, "constructor": {}}') as CaseData
  assert.equal((await faultsOf(saveCase(context, { case_id, version, data: proto }))).length, 2)
})

test('values are checked by their own rules', async () => {
  const case_id = await filled()
  const wrong: CaseData = {
    ...COMPANY,
    company: { ...COMPANY.company, cui: '99123453', euid: 'x', caen: '47' },
    representative: {
      ...COMPANY.representative,
      ...{ birth_date: '1980-01-02', document_expires_on: '2019-05-05', document_issued_on: '2019-02-30' },
    },
    beneficial_owners: [
      { ...COMPANY.beneficial_owners[0], cnp: '2810305400019' },
      { ...COMPANY.beneficial_owners[0], cnp: '2810305400014', share_percent: 0.5 },
    ],
    business: { ...COMPANY.business, iban: 'RO49AAAA1B31007593840001', platform_url: 'javascript:alert(1)' },
    contact: { ...COMPANY.contact, email: 'a@b@c', phone: 'x' },
    profile: { ...COMPANY.profile, redirect_url: 'http://florarie.example', colour: 'red' },
  }
  await saveCase(context, { ...(await seen(case_id)), data: wrong })
  const faults = await faultsOf(submitCase(context, await seen(case_id)))
  assert.deepEqual([...faults].sort(), [
    'beneficial_owners mismatch',
    'beneficial_owners[0].cnp invalid',
    'business.iban invalid',
    'business.platform_url invalid',
    'company.caen invalid',
    'company.cui invalid',
    'company.euid invalid',
    'contact.email invalid',
    'contact.phone invalid',
    'profile.colour invalid',
    'profile.redirect_url invalid',
    'representative.birth_date mismatch',
    'representative.document_expires_on expired',
    'representative.document_issued_on invalid',
  ])
})

test('somebody under 18 does not become a partner', async () => {
  const person = { ...NATURAL.person, birth_date: '2001-05-07', citizenship: 'FR', cnp: '' }
  const case_id = await filled({ ...NATURAL, person })
  assert.deepEqual(await faultsOf(submitCase(context, await seen(case_id))), ['person.birth_date too_young'])
  world.now = new Date('2019-05-07T09:00:00Z')
  await submitCase(context, await seen(case_id))
  world.now = new Date('2019-05-06T09:00:00Z')
})

test('from application over more information to a partner with its limits', async () => {
  const case_id = await filled()
  await submitCase(context, await seen(case_id))
  await assert.rejects(saveApplication(context, { ...(await seen(case_id)), data: COMPANY }), refuses('CASE_STATE'))
  await beginReview(context, await seen(case_id))
  await askForMore(context, { ...(await seen(case_id)), text: 'Trimite și un extras de cont.' })
  const asked = await showApplication(context, case_id)
  assert.equal(asked.question, 'Trimite și un extras de cont.')
  assert.equal(asked.may_edit, true)
  assert.equal('assessment' in asked, false)
  await addDocument(context, { case_id, kind: 'bank_statement', name: 'extras.png', bytes: PNG })
  await submitCase(context, await seen(case_id))
  await beginReview(context, await seen(case_id))
  const { approval_faults } = await showCase(context, case_id)
  assert.deepEqual(
    approval_faults.map(({ field }) => field),
    ['assessment.risk', 'assessment.risk_reason', 'assessment.is_pep', 'screening'],
  )
  const other = await approved()
  const { rows } = await context.db.query<{ type: string; name: string; colour: string }>({
    text: 'select type, name, colour from partners where partner_id = $1',
    values: [other.partner_id],
  })
  assert.deepEqual(rows, [{ type: 'Ecommerce', name: 'Florăria Ana SRL', colour: '#c2255c' }])
  const limits = await context.db.query<{ indicator: string; estimate: number; block_level: number | null }>({
    text: `select indicator, estimate, block_level from partner_limits where partner_id = $1 and indicator = 'max_amount'`,
    values: [other.partner_id],
  })
  assert.deepEqual(limits.rows, [{ indicator: 'max_amount', estimate: 200_000, block_level: 400_000 }])
  const shown = await showCase(context, other.case_id)
  assert.equal(shown.state, 'approved')
  assert.equal(shown.next_review_at?.toISOString(), '2020-05-06T09:00:00.000Z')
})

test('what is approved is the version that was proposed', async () => {
  const case_id = await reviewed()
  const { version } = await seen(case_id)
  const changed = { ...COMPANY, contact: { ...COMPANY.contact, phone: '+40 722 000 000' } }
  await saveCase(context, { case_id, version, data: changed })
  await assert.rejects(
    context.db.transaction((client) =>
      approveCase(context, client as unknown as typeof context.db, { subject_id: String(case_id), input: { version } }),
    ),
    refuses('CASE_CHANGED'),
  )
  assert.equal((await findCase(context.db, case_id))?.state, 'in_review')
})

test('screening of other names than the case has now does not count', async () => {
  const case_id = await reviewed()
  const data = { ...COMPANY, beneficial_owners: [{ ...COMPANY.beneficial_owners[0], first_name: 'Maria' }] }
  await saveCase(context, { ...(await seen(case_id)), data })
  const { approval_faults } = await showCase(context, case_id)
  assert.deepEqual(
    approval_faults.map(({ field, code }) => `${field} ${code}`),
    ['screening not_done'],
  )
})

test('a politically exposed person takes enhanced measures', async () => {
  const case_id = await reviewed()
  const assessment = { risk: 'standard', risk_reason: 'x', is_pep: true, pep_text: 'primar' } as const
  await saveCase(context, { ...(await seen(case_id)), assessment })
  assert.deepEqual(
    (await showCase(context, case_id)).approval_faults.map(({ field, code }) => `${field} ${code}`),
    ['assessment.risk mismatch'],
  )
})

test('of two who save the second is told; what changes nothing is no version', async () => {
  const case_id = await filled()
  const at = await seen(case_id)
  const save = (phone: string) =>
    saveCase(context, { ...at, data: { ...COMPANY, contact: { ...COMPANY.contact, phone } } })
  const both = await Promise.allSettled([save('+40 721 000 001'), save('+40 721 000 002')])
  assert.equal(both.filter(({ status }) => status === 'fulfilled').length, 1)
  const lost = both.find((one) => one.status === 'rejected')
  assert.ok(refuses('CASE_CHANGED')(lost?.reason))
  const { data } = await showCase(context, case_id)
  assert.deepEqual(
    await saveCase(context, { ...(await seen(case_id)), data }),
    await seen(case_id).then(({ version }) => ({ version })),
  )
})

test('versions are compared field by field', async () => {
  const case_id = await filled()
  const contact = { ...COMPANY.contact, phone: '+40 733 000 000' }
  const { beneficial_owners: _, ...rest } = COMPANY
  await saveCase(context, { ...(await seen(case_id)), data: { ...rest, contact } })
  const changes = await compareVersions(context, { case_id, from: 1, to: 2 })
  assert.deepEqual(
    changes.find(({ field }) => field === 'contact.phone'),
    {
      ...{ field: 'contact.phone', before: '+40 721 000 000', after: '+40 733 000 000' },
    },
  )
  assert.ok(changes.some(({ field, after: now }) => field === 'beneficial_owners[0].cnp' && now === undefined))
  const versions = await listVersions(context, case_id)
  assert.deepEqual(
    versions.map(({ version, by, cause }) => [version, by, cause]),
    [
      [2, 'maria', 'saved'],
      [1, 'maria', 'created'],
    ],
  )
})

test('a change that a partner notifies says how it came', async () => {
  const { case_id } = await approved()
  const data = { ...COMPANY, contact: { ...COMPANY.contact, phone: '+40 744 000 000' } }
  await assert.rejects(saveCase(context, { ...(await seen(case_id)), data }), refuses('FIELD_REQUIRED'))
  await saveCase(context, { ...(await seen(case_id)), data, notified: 'Scrisoarea nr. 5' })
  assert.equal((await listVersions(context, case_id))[0]?.cause, 'notified')
  assert.equal((await showCase(context, case_id)).events.at(-1)?.text, 'Scrisoarea nr. 5')
})

test('cases are found by number, name and mail address, and by nothing near them', async () => {
  const data = {
    ...NATURAL,
    person: { ...NATURAL.person, last_name: 'Știrbei', cnp: '1900101400012' },
    contact: { ...NATURAL.contact, email: 'Stirbei@Casa.example' },
  }
  const case_id = await filled(data)
  const found = async (search: string) => (await listCases(context, { search })).some((one) => one.case_id === case_id)
  for (const text of ['1900101400012', 'ion STIRBEI', 'stirbei@casa.example', 'RO49 AAAA 1B31 0075 9384 0000'])
    assert.ok(await found(text), text)
  for (const text of ['1900101400013', 'ion stirb', 'casa.example']) assert.equal(await found(text), false, text)
  const [newest] = await listCases(context, { limit: 1 })
  assert.equal(newest?.name, 'Știrbei Ion')
})

test('what does not follow is refused', async () => {
  const case_id = await filled()
  await assert.rejects(beginReview(context, await seen(case_id)), refuses('CASE_STATE'))
  await assert.rejects(endRelationship(context, { ...(await seen(case_id)), text: 'x' }), refuses('CASE_STATE'))
  await withdrawCase(context, await seen(case_id))
  await assert.rejects(submitCase(context, await seen(case_id)), refuses('CASE_STATE'))
  const other = await reviewed()
  await assert.rejects(refuseCase(context, { ...(await seen(other)), text: ' ' }), refuses('FIELD_REQUIRED'))
  await refuseCase(context, { ...(await seen(other)), text: 'Nu răspunde.' })
  await assert.rejects(saveCase(context, { ...(await seen(other)), data: {} }), refuses('CASE_STATE'))
  await addNote(context, { case_id: other, text: 'Arhivat.' })
  await assert.rejects(showCase(context, 999_999), refuses('CASE_UNKNOWN'))
})

test('nothing personal stands in the tables, nor in the audit log', async () => {
  const { rows } = await context.db.query<{ text: string }>({
    text: `select (select string_agg(c::text, ' ') from cases c) || (select string_agg(v::text, ' ') from case_versions v)
      || (select string_agg(e::text, ' ') from case_events e) || (select string_agg(d::text, ' ') from case_documents d)
      || (select string_agg(a::text, ' ') from audit_log a) as text`,
    values: [],
  })
  const text = rows[0]?.text ?? ''
  assert.ok(text.length > 1_000)
  for (const secret of [
    'Țărmure',
    '1800101400016',
    'florarie.example',
    'RO49AAAA',
    '99123452',
    'Scrisoarea',
    'Nu răspunde',
    'ci.png',
  ])
    assert.equal(text.includes(secret), false, secret)
})
