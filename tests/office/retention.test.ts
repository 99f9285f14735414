/**
 * Retention as staff live it: a relationship ends, an authority has it kept longer, nothing is erased before its time, and
 * then all of it, with a certificate. Time passes by moving what is stored back: the database goes by its own clock.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { Settings } from '../../src/config.ts'
import { COMPANY, caseSteps } from '../../src/domain/compliance/fixture.ts'
import { livesOf } from '../../src/domain/compliance/retention/fixture.ts'
import { createDatabase } from '../../src/infra/database/database.ts'
import { loadKeys } from '../../src/infra/keys/keys.ts'
import { createLog } from '../../src/infra/log.ts'
import { DESKTOP, PHONE, picture, type Visitor, visitor } from '../browser/browser.ts'
import { assertAccessible } from '../browser/in-page.ts'
import { openStage, type Stage } from '../browser/stage.ts'
import type { Parties } from '../world/parties.ts'
import { type TestWorld, until } from '../world/world.ts'
import { pdf_file, upload } from './applicant.ts'
import { dialog, openSection } from './case.ts'
import { callsOf, type StaffCall, signInAt, staffOf } from './staff.ts'

const NAME = COMPANY.company.name
const { cnp } = COMPANY.representative
const AUTHORITY = 'Oficiul Național de Prevenire și Combatere a Spălării Banilor'
const KEPT = 'Dosare închise, după data ștergerii'
const DAY_MS = 86_400_000

let world: TestWorld
let parties: Parties
let browser: Browser
let stage: Stage
let staff: Visitor
let partner: { case_id: number; client_id: string; partner_id: number }

before(async () => {
  stage = await openStage()
  ;({ world, browser, parties } = stage)
  partner = await yearsAgo()
  staff = await visitor(browser)
  await signInAt(staff.page, world, staffOf(world, 'compliance'))
})
after(() => stage?.close())

/** A partner who was approved years ago, with a payment and somebody who signed in for it. */
async function yearsAgo(): Promise<typeof partner> {
  const log = createLog('silent')
  const db = createDatabase({ url: world.facts.database.url, pool_size: 2, log })
  const keys = loadKeys(join(world.dir, 'keys.json'))
  const clock = { now: () => new Date('2019-05-06T09:00:00Z') }
  const settings = { PUNTE_RETENTION_YEARS: 5 } as Settings
  try {
    const found = await caseSteps({ db, keys, clock, settings }).approved()
    const { lived, person } = livesOf({ db, keys })
    await lived(found.partner_id)
    await person(found.partner_id, found.client_id)
    return found
  } finally {
    await db.close()
  }
}

const address = (path: string) => `${world.facts.office.url}/${path}`
const day = (from_now: number) => new Date(Date.now() + from_now * DAY_MS).toISOString().slice(0, 10)
const countOf = async (table: string) =>
  (
    await parties.query<{ n: number }>(`select count(*)::integer as n from ${table} where partner_id = $1`, [
      partner.partner_id,
    ])
  )[0]?.n

/** What the table of kept cases says of this one. */
const keptRow = (page: Page) => page.getByRole('table', { name: KEPT }).getByRole('row', { name: new RegExp(NAME) })

/** As the worker does it each night. Waits until it is done. */
async function runErasure(): Promise<void> {
  await parties.query(`insert into outbox (task, payload, run_at) values ('erase_cases', '{}', now())`)
  await until('the end of the nightly erasure', async () => {
    const [left] = await parties.query<{ n: number }>(
      `select (select count(*) from outbox where task = 'erase_cases')::integer
        + (select count(*) from graphile_worker.jobs where task_identifier = 'erase_cases')::integer as n`,
    )
    return left?.n === 0
  })
}

/** The calendar goes on: what was so many days ago is so many days longer ago. */
async function pass(days: number): Promise<void> {
  await parties.query(`alter table cases disable trigger cases_retention;
    update cases set ended_at = ended_at - interval '${days} days', keep_until = keep_until - interval '${days} days'
      where case_id = ${partner.case_id};
    alter table cases enable trigger cases_retention`)
}

async function assertKept(): Promise<void> {
  await runErasure()
  assert.equal(await countOf('payments'), 1, 'the payments of the partner')
  const { partner_id, case_id } = partner
  for (const of of [
    `payments where partner_id = ${partner_id}`,
    `payment_events where partner_id = ${partner_id}`,
    `case_versions where case_id = ${case_id}`,
    `case_document_parts where case_id = ${case_id}`,
  ])
    await assert.rejects(parties.query(`delete from ${of}`), /until its time has come/, of)
  await assert.rejects(parties.query('delete from cases where case_id = $1', [partner.case_id]), /not erased this way/)
}

/** Looks a person up and reads what the page says, and the file. */
async function lookUp(by: 'cnp' | 'email', value: string): Promise<{ told: string; file: Record<string, unknown[]> }> {
  const { page } = staff
  await page.goto(address('subject-export'))
  await page.getByLabel('Caută după').selectOption(by)
  await page.getByLabel('Valoarea').fill(value)
  await page.getByRole('button', { name: 'Fă fișierul' }).click()
  const answer = page.getByRole('status').filter({ hasText: 'Descarcă fișierul' })
  const told = (await answer.locator('p').first().textContent()) ?? ''
  const waiting = page.waitForEvent('download')
  await answer.getByRole('button', { name: 'Descarcă fișierul' }).click()
  return { told, file: JSON.parse(readFileSync(await (await waiting).path(), 'utf8')) }
}

/** In both sizes: a picture, nothing that sticks out, no fault that axe finds. */
async function lookAt(page: Page, name: string): Promise<void> {
  for (const [size, viewport] of [
    ['phone', PHONE],
    ['desktop', { ...DESKTOP, width: 1280 }],
  ] as const) {
    await page.setViewportSize(viewport)
    await until('the end of what moves', () =>
      page.evaluate<boolean>('document.getAnimations().every((one) => one.playState !== "running")'),
    )
    await picture(page, `${name}-${size}`)
    await assertAccessible(page, `${name} (${size})`)
    assert.ok(
      (await page.evaluate<number>('document.documentElement.scrollWidth')) <= viewport.width,
      `${name} fits (${size})`,
    )
  }
}

test('while it is kept, a person is told what is held', async () => {
  const person = await lookUp('cnp', cnp)
  assert.match(person.told, /^Dosare: 1, plăți: 0, acorduri: 0, conturi: 0\.$/)
  assert.match(JSON.stringify(person.file.cases), new RegExp(cnp))
  await lookAt(staff.page, 'retention-person')
  const payer = await lookUp('email', 'ion@example.ro')
  assert.match(payer.told, /plăți: 1/)
  const signs_in = await lookUp('email', 'ana@florarie.example')
  assert.match(signs_in.told, /conturi: 1/)
})

test('the relationship ended almost five years ago; it is listed, kept, and nobody erases it', async () => {
  const { page } = staff
  await page.goto(address(`cases/${partner.case_id}`))
  await page.getByRole('button', { name: 'Încheie relația', exact: true }).click()
  await dialog(page).getByLabel('Motivul încheierii').fill('Partenerul și-a închis magazinul')
  // Years of 366 days may be among them: five years ago by the calendar, and thirty days later.
  const ended_on = new Date(Date.now() + 30 * DAY_MS)
  ended_on.setUTCFullYear(ended_on.getUTCFullYear() - 5)
  await dialog(page).getByLabel('Data încheierii (gol: azi)').fill(ended_on.toISOString().slice(0, 10))
  await lookAt(page, 'retention-end')
  await dialog(page).getByRole('button', { name: 'Încheie relația', exact: true }).click()
  await page.getByLabel('Pe scurt').getByText('Relație încheiată', { exact: true }).waitFor()
  await page.goto(address('retention'))
  await keptRow(page).waitFor()
  await lookAt(page, 'retention-kept')
  await assertKept()
})

test('an authority has it kept longer, with its request among the documents; only compliance may', async () => {
  const { page } = staff
  await page.goto(address('retention'))
  await keptRow(page).getByRole('button', { name: 'Prelungește' }).click()
  await dialog(page)
    .getByRole('link', { name: /Adaugă întâi cererea autorității/ })
    .click()
  await page.getByRole('heading', { level: 2, name: 'Documente', exact: true }).waitFor()
  await upload(page, 'authority_request', [pdf_file('cerere-onpcsb.pdf')])
  await page.getByRole('cell', { name: 'cerere-onpcsb.pdf', exact: true }).waitFor()

  await page.goto(address('retention'))
  await keptRow(page).getByRole('button', { name: 'Prelungește' }).click()
  await dialog(page).getByLabel('Autoritatea').fill(AUTHORITY)
  await dialog(page).getByLabel('Motivul').fill('Anchetă în curs, cererea 117')
  await dialog(page).getByLabel('Cererea autorității').selectOption({ label: 'cerere-onpcsb.pdf' })
  await dialog(page)
    .getByLabel('Se păstrează până la')
    .fill(day(6 * 366))
  await dialog(page).getByRole('button', { name: 'Prelungește' }).click()
  await dialog(page).getByRole('alert').waitFor()
  await lookAt(page, 'retention-extend-refused')
  await dialog(page).getByLabel('Se păstrează până la').fill(day(330))
  await dialog(page).getByRole('button', { name: 'Prelungește' }).click()
  await dialog(page).waitFor({ state: 'hidden' })
  const [row] = await parties.query<{ days: number }>(
    'select extract(day from keep_until - now())::integer as days from cases where case_id = $1',
    [partner.case_id],
  )
  assert.ok(row !== undefined && row.days > 320, 'it is kept longer')
  await page.goto(address(`cases/${partner.case_id}`))
  await openSection(page, 'Note')
  await page.getByText(AUTHORITY).first().waitFor()
  await lookAt(page, 'retention-notes')

  const more = { until: day(360), authority: AUTHORITY, text: 'Încă', document_id: 1 }
  for (const role of ['administrator', 'operations', 'auditor'] as const) {
    const call: StaffCall = await callsOf(world, staffOf(world, role))
    assert.equal((await call('POST', `/cases/${partner.case_id}/retention`, more)).status, 403, role)
  }
})

test('past the five years the authority’s time goes on: still nothing is erased', async () => {
  await pass(60)
  await assertKept()
  await staff.page.goto(address('retention'))
  await keptRow(staff.page).waitFor()
})

test('then all of it is erased; the certificate is opened, downloaded, and says nothing of what was held', async () => {
  await pass(300)
  await runErasure()
  assert.equal(await countOf('payments'), 0)
  const auditor = await visitor(browser)
  const { page } = auditor
  await signInAt(page, world, staffOf(world, 'auditor'))
  await page.goto(address('retention'))
  await page.getByRole('cell', { name: partner.client_id }).waitFor()
  assert.equal(await keptRow(page).count(), 0)
  await lookAt(page, 'retention-erased')
  await page
    .getByRole('row', { name: new RegExp(partner.client_id) })
    .getByRole('button', { name: 'Arată' })
    .click()
  await dialog(page).getByText('Amprenta ultimei versiuni').waitFor()
  await lookAt(page, 'retention-certificate')
  const waiting = page.waitForEvent('download')
  await dialog(page).getByRole('button', { name: 'Descarcă certificatul' }).click()
  const download = await waiting
  assert.match(download.suggestedFilename(), /^certificat-stergere-\d+\.json$/)
  const text = readFileSync(await download.path(), 'utf8')
  const certificate = JSON.parse(text)
  assert.deepEqual([certificate.case_id, certificate.client_id], [partner.case_id, partner.client_id])
  assert.equal(certificate.rows_erased.payments, 1)
  assert.equal(certificate.document_count, 3)
  assert.match(certificate.last_version_hash, /^[0-9a-f]{64}$/)
  for (const word of [NAME, cnp, 'Țărmure', 'ion@example.ro', AUTHORITY]) assert.ok(!text.includes(word), word)
  await auditor.leave()
})

test('of nobody in it anything is held any more, and the case has no name', async () => {
  const { page } = staff
  for (const [by, value] of [
    ['cnp', cnp],
    ['email', 'ion@example.ro'],
    ['email', 'ana@florarie.example'],
  ] as const) {
    const { told, file } = await lookUp(by, value)
    assert.equal(told, 'Despre această persoană nu se păstrează nimic.', by)
    assert.deepEqual([file.cases, file.payments, file.agreements, file.accounts], [[], [], [], []])
  }
  await lookAt(page, 'retention-nothing')
  await page.goto(address(`cases/${partner.case_id}`))
  await page.getByRole('heading', { level: 1, name: 'Dosar șters' }).waitFor()
  assert.ok(!(await page.locator('main').textContent())?.includes(NAME))
  await lookAt(page, 'retention-erased-case')
  await page.goto(address(`partners/${partner.client_id}`))
  await page.getByRole('heading', { level: 1, name: 'Partener șters' }).waitFor()
  await lookAt(page, 'retention-erased-partner')
  await staff.leave()
})
