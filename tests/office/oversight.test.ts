/**
 * What the office sees of the business: a payment in today's figures and in the reports, an incident from the first word to
 * its notification, the record of acts proved by an auditor.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { actName, subjectName } from '../../web/office/src/audit/act-words.ts'
import { fieldName } from '../../web/office/src/audit/field-words.ts'
import { PHONE, type Visitor, visitor } from '../browser/browser.ts'
import { assertAccessible, measure } from '../browser/in-page.ts'
import { openStage, type Stage } from '../browser/stage.ts'
import { newEmail, type Parties } from '../world/parties.ts'
import { comeBack, decideAtBank, payerAt } from '../world/payer.ts'
import { type TestWorld, until } from '../world/world.ts'
import { callsOf, signInAt, staffOf } from './staff.ts'

let world: TestWorld
let parties: Parties
let browser: Browser
let stage: Stage
before(async () => {
  stage = await openStage()
  ;({ world, browser, parties } = stage)
})
after(() => stage?.close())

async function open(page: Page, path: string, heading: string | RegExp): Promise<void> {
  await page.goto(world.facts.office.url + path)
  await page.getByRole('heading', { level: 1, name: heading }).waitFor()
}

async function desk(role: Parameters<typeof staffOf>[1]): Promise<Visitor> {
  const one = await visitor(browser, { viewport: { width: 1280, height: 900 } })
  await signInAt(one.page, world, staffOf(world, role))
  return one
}

/** Reads well on a desk and on a phone. */
async function looksWell(page: Page, where: string): Promise<void> {
  await assertAccessible(page, where)
  await page.setViewportSize(PHONE)
  // The navigation slides away first.
  await until(`${where} to fit a phone`, async () => (await measure(page)).wide <= PHONE.width)
  await page.setViewportSize({ width: 1280, height: 900 })
}

test('a payment is in the figures of today and in every table of the reports', async () => {
  const who = parties.person('carpati', 'ana')
  const email = newEmail('ana')
  const { redirect_url } = await parties.placeOrder({ amount: '123.45', email, name: 'Ana' })
  const payer = payerAt(redirect_url)
  const { status, body } = await payer.submit(who, email)
  assert.equal(status, 200, JSON.stringify(body))
  await comeBack(await decideAtBank(body.redirectUrl as string, who, 'approve'))

  const { page, leave } = await desk('support')
  await open(page, '', 'Acasă')
  await page.getByRole('heading', { name: 'Azi' }).waitFor()
  await looksWell(page, 'home')
  await page.getByRole('link', { name: 'Rapoarte' }).last().click()
  await page.getByRole('heading', { level: 1, name: 'Rapoarte' }).waitFor()
  await page.getByRole('heading', { name: 'Unde renunță plătitorii' }).waitFor()
  await page.getByText('1 plăți inițiate').waitFor()
  for (const table of await page.getByText('Aceleași cifre, ca tabel').all()) await table.click()
  await page.getByRole('row', { name: /Banca Carpați 1 1 0 100/ }).waitFor()
  await looksWell(page, 'reports')
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: /Descarcă CSV: Reușita pe bănci/ }).click(),
  ])
  assert.match(readFileSync(await file.path(), 'utf8'), /carpati,1,1,0,1,123\.45\r\n/)
  // Not for support.
  await page.goto(`${world.facts.office.url}/registers`)
  await page.getByRole('heading', { level: 1, name: 'Pagina nu există' }).waitFor()
  await leave()
})

test('an incident is written down, judged major by its facts, and its notification recorded', async () => {
  const { page, leave } = await desk('compliance')
  await open(page, '/registers', 'Registre')
  await page.getByRole('button', { name: 'Incident nou' }).click()
  await page.getByLabel('Pe scurt, ce s-a întâmplat').fill('Pană <img src=x onerror=alert(1)>')
  await page.getByRole('button', { name: 'Înregistrează' }).click()
  await page.getByRole('heading', { level: 1, name: /Incidentul \d+/ }).waitFor()
  await page.getByText('neîncadrat').waitFor()
  await page.getByLabel(/Au fost afectate servicii critice/).check()
  await page.getByLabel('Indisponibilitate (ore)').fill('3')
  await page.getByLabel('A apărut în presă').check()
  await page.getByRole('button', { name: 'Salvează' }).click()
  await page.getByText('este major', { exact: true }).waitFor()
  await looksWell(page, 'incident')
  await page.getByRole('button', { name: 'Încadrează incidentul' }).click()
  await page.getByRole('link', { name: /notificarea inițială/ }).click()
  await page.getByRole('heading', { level: 1, name: /Notificarea inițială/ }).waitFor()
  assert.match(await page.getByLabel(/Descrierea incidentului/).inputValue(), /<img src=x/)
  await page.getByRole('button', { name: 'Salvează ciorna' }).click()
  await page.getByRole('button', { name: 'Înregistrează transmiterea' }).click()
  await page.getByRole('button', { name: 'Da, a fost transmis' }).click()
  // Nobody to talk to was named: told at the field.
  await page.getByRole('alert').waitFor()
  await page.getByLabel(/Persoana de contact/).fill('Elena Dobre')
  await page.getByRole('button', { name: 'Salvează ciorna' }).click()
  await page.getByRole('button', { name: 'Înregistrează transmiterea' }).click()
  await page.getByRole('button', { name: 'Da, a fost transmis' }).click()
  await page.getByRole('cell', { name: 'transmis', exact: true }).waitFor()
  await looksWell(page, 'report')
  await open(page, '/registers', 'Registre')
  await page.getByRole('link', { name: /raportul intermediar/ }).waitFor()
  await looksWell(page, 'registers')
  await leave()
})

test('an auditor finds who did it, proves the log against an anchor, and changes nothing', async () => {
  const { page, leave } = await desk('auditor')
  await open(page, '/audit?act=register.submit', 'Jurnal de audit')
  await page.getByRole('row', { name: /elena\.dobre.*Raport transmis/ }).waitFor()
  await looksWell(page, 'audit log')
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Descarcă ancora' }).click(),
  ])
  await page.locator('input[type=file]').setInputFiles(await file.path())
  await page.getByRole('button', { name: 'Verifică acum' }).click()
  await page.getByText(/Întreg: \d+ (de )?acte/).waitFor()
  await page
    .getByRole('row', { name: /Raport transmis/ })
    .getByRole('link')
    .click()
  await page.getByRole('heading', { name: 'Ce s-a schimbat' }).waitFor()
  // The code stays beside the words.
  await page.getByText('register.submit', { exact: true }).waitFor()
  await looksWell(page, 'act')
  await open(page, '/registers', 'Registre')
  assert.equal(await page.getByRole('button', { name: 'Incident nou' }).count(), 0)
  await leave()
})

test('everything that is on record by now is told in words, in both languages', async () => {
  const call = await callsOf(world, staffOf(world, 'auditor'))
  type Told = Readonly<Record<string, unknown>> | null
  type Row = { number: number; act: string; subject_kind: string; before: Told; after: Told }
  let seen = 0
  for (let before = ''; ; ) {
    const { body } = await call('GET', `/audit${before}`)
    const { rows, has_more } = body as { rows: readonly Row[]; has_more: boolean }
    for (const { act, subject_kind, ...row } of rows)
      for (const language of ['ro', 'en'] as const) {
        assert.notEqual(actName(act, language), act)
        assert.notEqual(subjectName(subject_kind, language), subject_kind)
        for (const field of Object.keys({ ...row.before, ...row.after }))
          assert.notEqual(fieldName(field, language), field, `${act}: ${field}`)
      }
    seen += rows.length
    if (!has_more) break
    before = `?before=${rows.at(-1)?.number}`
  }
  assert.ok(seen > 50, 'the world has begun with many acts')
})
