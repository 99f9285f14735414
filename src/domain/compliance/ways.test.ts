import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type ErrorCode, PunteError } from '../errors.ts'
import { addApplicantDocument, addDocument } from './documents/add.ts'
import { COMPANY, complianceWorld, PNG } from './fixture.ts'
import { activateClient } from './invitations/activate.ts'
import { inviteApplicant, openInvitation, revokeInvitations } from './invitations/invite.ts'
import { submitCase, withdrawCase } from './move.ts'
import { completeReview, remindOfReviews, reviewsDue } from './review/review.ts'
import { withdrawStale } from './review/stale.ts'
import { saveApplication, saveCase } from './save.ts'
import { decideHit, recordManualScreening, screenCase } from './screening/screen.ts'
import { showApplication, showCase } from './show.ts'

const world = await complianceWorld({
  PUNTE_SCREENING_URL: 'http://127.0.0.1:1/lists',
  PUNTE_COMPLIANCE_MAIL: 'kyc@punte.example',
})
const { context, mails, filled, approved, reviewed, seen } = world
after(world.close)

const refuses = (code: ErrorCode) => (error: unknown) => error instanceof PunteError && error.code === code
const address = '192.0.2.9'
const on = (date: string) => {
  world.now = new Date(`${date}T09:00:00Z`)
}
const tokenOf = (mail: { text: string } | undefined) => /\/apply#([\w-]{43})\s/.exec(mail?.text ?? '')?.[1] ?? ''

test('an invitation opens its case until it expires, is revoked or another takes its place', async () => {
  const invite = { email: 'ana@florarie.example', language: 'ro', kind: 'legal' } as const
  const { case_id, is_mailed } = await inviteApplicant(context, invite)
  assert.equal(is_mailed, true)
  const first = tokenOf(mails.at(-1))
  assert.equal(mails.at(-1)?.to, invite.email)
  const { rows } = await context.db.query<{ text: string }>({
    text: `select (select string_agg(i::text, ' ') from case_invitations i) || (select string_agg(a::text, ' ') from audit_log a) as text`,
    values: [],
  })
  assert.equal(rows[0]?.text.includes(first) || rows[0]?.text.includes('florarie'), false)
  const opened = await openInvitation(context, { token: first, address })
  assert.equal(opened.case_id, case_id)
  assert.equal(opened.actor.name, `applicant:${case_id}:1`)
  const acting = { ...context, actor: opened.actor }
  const { declarations: _, ...undeclared } = COMPANY
  await saveApplication(acting, { ...(await seen(case_id)), data: undeclared })
  const lacks = (await showCase(context, case_id)).faults.map(({ field }) => field)
  assert.ok(lacks.includes('declarations.accepts_terms'))

  await inviteApplicant(context, { email: invite.email, language: 'en', case_id })
  const second = tokenOf(mails.at(-1))
  await assert.rejects(openInvitation(context, { token: first, address }), refuses('INVITATION_INVALID'))
  await openInvitation(context, { token: second, address })
  on('2019-05-21')
  await assert.rejects(openInvitation(context, { token: second, address }), refuses('INVITATION_INVALID'))
  on('2019-05-19')
  await openInvitation(context, { token: second, address })
  await revokeInvitations(context, case_id)
  await assert.rejects(openInvitation(context, { token: second, address }), refuses('INVITATION_INVALID'))
  for (const token of ['', 'x'.repeat(43), `${second}x`])
    await assert.rejects(openInvitation(context, { token, address }), refuses('INVITATION_INVALID'))
})

test('an applicant neither sees nor changes what staff have put in', async () => {
  const { case_id } = await inviteApplicant(context, { email: 'ana@florarie.example', language: 'ro', kind: 'legal' })
  const { actor } = await openInvitation(context, { token: tokenOf(mails.at(-1)), address })
  const applicant = { ...context, actor }
  const theirs = await addDocument(context, { case_id, kind: 'other', name: 'presa.png', bytes: PNG })
  await saveCase(context, { ...(await seen(case_id)), data: { sources: COMPANY.sources } })
  const forged = [{ ...COMPANY.sources[0], name: 'Eu' }]
  await saveApplication(applicant, { ...(await seen(case_id)), data: { ...COMPANY, sources: forged } })
  const his = await addApplicantDocument(applicant, { case_id, kind: 'identity', name: 'ci.png', bytes: PNG })
  const replacing = { case_id, kind: 'other', name: 'x.png', bytes: PNG } as const
  await assert.rejects(
    addApplicantDocument(applicant, { ...replacing, supersedes: theirs.document_id }),
    refuses('DOCUMENT_UNKNOWN'),
  )
  await addApplicantDocument(applicant, { ...replacing, supersedes: his.document_id })
  const view = await showApplication(applicant, case_id)
  assert.equal(view.data.sources, undefined)
  assert.deepEqual(
    view.documents.map(({ name }) => name),
    ['x.png', 'ci.png'],
  )
  assert.deepEqual((await showCase(context, case_id)).data.sources, COMPANY.sources)
})

test('an invitation to what is over opens nothing', async () => {
  const { case_id } = await inviteApplicant(context, { email: 'a@b.example', language: 'ro', kind: 'natural' })
  await withdrawCase(context, await seen(case_id))
  await assert.rejects(
    openInvitation(context, { token: tokenOf(mails.at(-1)), address }),
    refuses('INVITATION_INVALID'),
  )
  await assert.rejects(
    inviteApplicant(context, { email: 'a@b.example', language: 'ro', case_id }),
    refuses('CASE_STATE'),
  )
  for (const email of ['a@b', 'a@b.ro, c@d.ro', 'a@b.ro\nBcc: x@y.ro', '<a@b.ro>'])
    await assert.rejects(
      inviteApplicant(context, { email, language: 'ro', kind: 'legal' }),
      refuses('FIELD_INVALID'),
      email,
    )
})

test('a partner tells of a merchant once, however often it calls', async () => {
  const { partner_id, client_id } = await approved()
  const partner = { partner_id, client_id }
  const fields = {
    ...{
      name: 'Brutăria Dor',
      cifCnp: 'RO 41251980',
      officeAddress: 'Str. Pâinii 2',
      iban: 'RO49 AAAA 1B31 0075 9384 0000',
    },
    ...{
      contactPerson: 'Pop Dan',
      contactEmail: 'dan@dor.example',
      role: 'administrator',
      dataAcceptTCSF: '2019-05-06T10:00:00',
    },
  }
  const both = await Promise.all([1, 2, 3].map(() => activateClient(context, { partner, fields })))
  assert.equal(new Set(both.map(({ case_id }) => case_id)).size, 1)
  assert.equal(both.filter(({ is_new }) => is_new).length, 1)
  const case_id = both[0]?.case_id ?? 0
  await activateClient(context, { partner, fields: { ...fields, name: 'Altul' } })
  const shown = await showCase(context, case_id)
  assert.equal(shown.data.company?.name, 'Brutăria Dor')
  assert.equal(shown.data.business?.iban, 'RO49AAAA1B31007593840000')
  assert.equal(shown.data.representative?.last_name, 'Pop')
  assert.equal(shown.introduced_by, client_id)
  assert.ok(shown.events.some(({ text }) => text?.includes('2019-05-06T10:00:00')))
  await assert.rejects(
    activateClient(context, { partner, fields: { ...fields, cifCnp: '41251981' } }),
    refuses('FIELD_INVALID'),
  )
  const person = await activateClient(context, { partner, fields: { name: 'Pop Dan', cifCnp: '1800101400016' } })
  assert.equal((await showCase(context, person.case_id)).kind, 'natural')
})

const answer = (hits: unknown, status = 200) => {
  world.service.answer = { kind: 'answered', status, headers: {}, body: Buffer.from(JSON.stringify({ hits })) }
}
const HIT = { subject: 'beneficial_owners[0]', listed_name: 'TARMURE Ana', list: 'EU', kind: 'sanctions', score: 91 }

test('screening asks for everybody; a resemblance waits for somebody to decide', async () => {
  const case_id = await reviewed()
  answer([HIT])
  const screening = await screenCase(context, case_id)
  const asked = world.asked.at(-1)
  assert.equal(asked?.url, 'http://127.0.0.1:1/lists/screen')
  const { subjects } = JSON.parse(String(asked?.body)) as { subjects: { subject: string }[] }
  assert.deepEqual(
    subjects.map(({ subject }) => subject),
    ['company', 'representative', 'beneficial_owners[0]'],
  )
  assert.equal(screening.outcome, 'hits')
  const lacks = async () =>
    (await showCase(context, case_id)).approval_faults.map(({ field, code }) => `${field} ${code}`)
  assert.deepEqual(await lacks(), ['screening not_done'])
  const decision = { case_id, screening_id: screening.screening_id, hit_no: 1, reason: 'Altă dată de naștere.' }
  await assert.rejects(decideHit(context, { ...decision, hit_no: 2, decision: 'cleared' }), refuses('CASE_UNKNOWN'))
  await assert.rejects(decideHit(context, { ...decision, reason: '', decision: 'cleared' }), refuses('FIELD_REQUIRED'))
  await decideHit(context, { ...decision, decision: 'cleared' })
  await assert.rejects(decideHit(context, { ...decision, decision: 'confirmed' }), refuses('CASE_STATE'))
  assert.deepEqual(await lacks(), [])

  answer([HIT])
  const again = await screenCase(context, case_id)
  await decideHit(context, { ...decision, screening_id: again.screening_id, decision: 'confirmed' })
  assert.deepEqual(await lacks(), ['screening invalid'])
  answer([{ ...HIT, kind: 'pep' }])
  const third = await screenCase(context, case_id)
  await decideHit(context, { ...decision, screening_id: third.screening_id, decision: 'confirmed' })
  assert.deepEqual(await lacks(), ['assessment.is_pep mismatch'])
})

test('a screening service that says nothing sensible clears nobody', async () => {
  const case_id = await reviewed()
  for (const [hits, status] of [
    [undefined, 200],
    [[{ ...HIT, subject: 'else' }], 200],
    [[], 500],
  ] as const) {
    answer(hits, status)
    assert.equal((await screenCase(context, case_id)).outcome, 'failed')
  }
  world.service.answer = { kind: 'unknown', reason: 'TIMEOUT' }
  assert.equal((await screenCase(context, case_id)).outcome, 'failed')
  assert.equal((await showCase(context, case_id)).approval_faults[0]?.code, 'not_done')
  await recordManualScreening(context, { case_id, note: 'Căutat de mână.' })
  assert.deepEqual((await showCase(context, case_id)).approval_faults, [])
  const { PUNTE_SCREENING_URL: _, ...settings } = context.settings
  await assert.rejects(
    screenCase({ ...context, settings: { ...settings, PUNTE_SCREENING_URL: undefined } }, case_id),
    refuses('SCREENING_NOT_CONFIGURED'),
  )
})

test('a yearly review is reminded of at 60, 30 and 7 days and when it is overdue, once each', async () => {
  on('2020-01-10')
  const { case_id, client_id } = await approved()
  mails.length = 0
  const subjects = async (date: string) => {
    on(date)
    mails.length = 0
    await remindOfReviews(context)
    return mails.filter(({ to }) => to === COMPANY.contact.email).map(({ subject }) => subject)
  }
  // Those of the tests before are reminded as well: their partners are others, their contact is the same.
  await subjects('2020-11-10')
  assert.deepEqual(await subjects('2020-11-11'), ['Verificarea anuală a datelor: mai sunt 60 de zile'])
  assert.ok(mails.some(({ to, text }) => to === 'kyc@punte.example' && text.includes(client_id)))
  assert.deepEqual(await subjects('2020-11-12'), [])
  assert.deepEqual(await subjects('2020-12-12'), ['Verificarea anuală a datelor: mai sunt 30 de zile'])
  assert.deepEqual(await subjects('2021-01-04'), ['Verificarea anuală a datelor: mai sunt 7 de zile'])
  assert.ok((await reviewsDue(context)).some((one) => one.case_id === case_id && !one.is_review_overdue))
  assert.deepEqual(await subjects('2021-01-10'), ['Verificarea anuală a depășit termenul'])
  assert.deepEqual(await subjects('2021-02-10'), [])
  assert.ok((await reviewsDue(context)).some((one) => one.case_id === case_id && one.is_review_overdue))
  const partner = await context.db.query<{ status: string }>({
    text: 'select status from partners where client_id = $1',
    values: [client_id],
  })
  assert.equal(partner.rows[0]?.status, 'active')

  const { next_review_at } = await completeReview(context, { ...(await seen(case_id)), text: 'Nimic schimbat.' })
  assert.equal(next_review_at.toISOString(), '2022-02-10T09:00:00.000Z')
  assert.equal(
    (await reviewsDue(context)).some((one) => one.case_id === case_id),
    false,
  )
  const shown = await showCase(context, case_id)
  assert.equal(shown.events.at(-1)?.type, 'review-done')
})

test('an overdue partner is suspended where the settings say so; an expired document stops a review', async () => {
  on('2022-01-10')
  const { case_id, client_id } = await approved()
  const suspending = { ...context, settings: { ...context.settings, PUNTE_REVIEW_SUSPENDS: true } }
  on('2023-01-10')
  await Promise.all([remindOfReviews(suspending), remindOfReviews(suspending)])
  const { rows } = await context.db.query<{ status: string }>({
    text: 'select status from partners where client_id = $1',
    values: [client_id],
  })
  assert.equal(rows[0]?.status, 'suspended')
  const acts = await context.db.query<{ n: number }>({
    text: `select count(*)::integer as n from audit_log where act = 'case.remind' and subject_id = $1`,
    values: [String(case_id)],
  })
  assert.equal(acts.rows[0]?.n, 1)
  on('2046-01-10')
  const review = completeReview(context, { ...(await seen(case_id)), text: 'x' })
  await assert.rejects(review, (error: { faults?: { field: string }[] }) =>
    (error.faults ?? []).some(({ field }) => field === 'representative.document_expires_on'),
  )
  on('2023-01-10')
  const assessment = { risk: 'enhanced', risk_reason: 'Volum crescut', is_pep: false } as const
  await saveCase(context, { ...(await seen(case_id)), assessment })
  await completeReview(context, { ...(await seen(case_id)), text: 'În regulă.' })
})

test('a draft that nobody goes on with is taken back after half a year', async () => {
  on('2019-05-06')
  const case_id = await filled()
  on('2019-11-01')
  await withdrawStale(context)
  assert.equal((await showCase(context, case_id)).state, 'draft')
  on('2019-11-03')
  assert.ok((await withdrawStale(context)) > 0)
  const shown = await showCase(context, case_id)
  assert.equal(shown.state, 'withdrawn')
  assert.equal(shown.keep_until?.toISOString(), '2020-02-01T09:00:00.000Z')
})

test('what is submitted by its applicant is under his name', async () => {
  on('2019-05-06')
  const case_id = await filled()
  const actor = { kind: 'partner', name: `applicant:${case_id}:1`, origin: address } as const
  await submitCase({ ...context, actor }, await seen(case_id))
  const { rows } = await context.db.query<{ actor: string; origin: string }>({
    text: `select actor, origin from audit_log where act = 'case.submit' and subject_id = $1`,
    values: [String(case_id)],
  })
  assert.deepEqual(rows, [{ actor: actor.name, origin: address }])
})

test('many who have been told and wait for their next mail do not keep the overdue from theirs', async () => {
  world.now = new Date('2021-05-10T09:00:00Z')
  const { case_id } = await approved()
  const query = (text: string, values: readonly unknown[] = []) => context.db.query({ text, values })
  await query(
    `with made as (
      insert into partners (client_id, name, type, redirect_urls)
        select 'waiting-' || n, 'W', 'Ecommerce', '{https://a.example/}' from generate_series(1, 250) n returning partner_id)
      insert into cases (kind, state, way, partner_id, created_at, updated_at, approved_at, next_review_at, reminded_days)
        select 'legal', 'approved', 'staff', partner_id, $1, $1, $1, $1::timestamptz + interval '45 days', 60 from made`,
    [world.now],
  )
  await query('update cases set next_review_at = $2, reminded_days = 7 where case_id = $1', [
    case_id,
    new Date('2021-05-09T09:00:00Z'),
  ])
  assert.equal(await remindOfReviews(context), 1)
  assert.equal((await showCase(context, case_id)).is_review_overdue, true)
  await query(`update cases set next_review_at = next_review_at + interval '1 year' where state = 'approved'`)
})
