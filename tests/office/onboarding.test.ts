/** From an invitation to a partner's first call: applicant, two people of compliance, two of operations, and the partner. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { createPunteClient } from '../../sdk/src/index.ts'
import { createAuthority, issueClientCertificate } from '../../src/infra/certificates/issue.ts'
import {
  decideAtRedirectBank,
  fillAccount,
  PHONE,
  payButton,
  picture,
  screen,
  type Visitor,
  visitor,
} from '../browser/browser.ts'
import { assertAccessible } from '../browser/in-page.ts'
import { openStage, type Stage } from '../browser/stage.ts'
import { newEmail, type Parties } from '../world/parties.ts'
import { type TestWorld, until } from '../world/world.ts'
import {
  COMPANY,
  fill,
  HOSTILE,
  invitationLink,
  OWNER,
  openStep,
  pdf,
  pdf_file,
  picture_file,
  upload,
} from './applicant.ts'
import { approveNewest, caseId, dialog, move, openSection } from './case.ts'
import { callsOf, type StaffCall, signInAt, staffOf } from './staff.ts'

const NAME = `Țesături ${HOSTILE.script} SRL`

let world: TestWorld
let parties: Parties
let browser: Browser
let stage: Stage
let staff: Visitor
let applicant: Visitor
/** The second person of compliance, without a browser. */
let second: StaffCall
const email = newEmail('solicitant')

before(async () => {
  stage = await openStage()
  ;({ world, browser, parties } = stage)
  staff = await visitor(browser)
  await signInAt(staff.page, world, staffOf(world, 'compliance'))
  second = await callsOf(world, staffOf(world, 'compliance', 1))
})
after(() => stage?.close())

test('staff invite; the applicant fills in, is told all that lacks, uploads and hands in', async () => {
  const { page } = staff
  await page.goto(`${world.facts.office.url}/cases`)
  await page.getByRole('button', { name: 'Invită un solicitant' }).click()
  await dialog(page).getByLabel('E-mailul solicitantului').fill(email)
  await assertAccessible(page, 'the invitation')
  await dialog(page).getByRole('button', { name: 'Trimite invitația' }).click()
  await dialog(page)
    .getByText(/^Invitația a plecat/)
    .waitFor()

  applicant = await visitor(browser, { viewport: PHONE })
  const form = applicant.page
  await form.goto(await invitationLink(parties, email))
  await form.getByRole('heading', { level: 1, name: 'Cerere de parteneriat' }).waitFor()
  assert.equal(new URL(form.url()).hash, '', 'the token does not stay in the address')
  await picture(form, 'apply-phone')
  await assertAccessible(form, 'the first step on a phone')
  assert.equal(await form.evaluate('document.documentElement.scrollWidth'), PHONE.width, 'nothing sticks out')
  await form.setViewportSize({ width: 1200, height: 900 })

  await form.getByRole('button', { name: 'Salvează și continuă' }).click()
  const summary = form.getByRole('alert')
  await summary.getByText('Firma: CUI – Lipsește.').waitFor()
  assert.ok(
    await summary.evaluate('document.activeElement?.getAttribute("role") === "alert"'),
    'the summary has the focus',
  )
  await assertAccessible(form, 'a step with faults')
  await fill(form, { CUI: 'RO14399841' })
  await form.getByRole('button', { name: 'Salvează și continuă' }).click()
  await form.getByText('CUI-ul nu este corect: cifra de control nu se potrivește.', { exact: true }).waitFor()

  for (const [step, values] of Object.entries(COMPANY)) {
    await openStep(form, step)
    await fill(form, values)
  }
  await picture(form, 'apply-declarations')
  await openStep(form, 'Beneficiari reali')
  await form.getByRole('button', { name: 'Adaugă un beneficiar real' }).click()
  await fill(form, OWNER)
  await openStep(form, 'Documente')
  await form.reload()
  await openStep(form, 'Firma')
  assert.equal(await form.getByLabel('Denumirea').inputValue(), NAME, 'a reload finds what was typed')
})

test('files that lie about what they are, are too large or run are refused in words; others are taken', async () => {
  const form = applicant.page
  await openStep(form, 'Documente')
  const refused = [
    { name: 'arhiva.pdf', mimeType: 'application/pdf', buffer: Buffer.from('PK\x03\x04 an archive') },
    {
      name: 'sigla.svg',
      mimeType: 'image/svg+xml',
      buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
    },
    { name: 'pagina.png', mimeType: 'image/png', buffer: Buffer.from('<html><script>alert(1)</script></html>') },
    {
      name: 'script.pdf',
      mimeType: 'application/pdf',
      buffer: pdf('<< /Type /Catalog /OpenAction << /S /JavaScript /JS (x) >> >>'),
    },
    { name: 'mare.pdf', mimeType: 'application/pdf', buffer: Buffer.concat([pdf(), Buffer.alloc(10 * 1024 * 1024)]) },
  ]
  await upload(form, 'identity', refused)
  const told = form.getByRole('alert').filter({ hasText: 'nu au fost primite' })
  await told.waitFor()
  assert.deepEqual(
    (await told.getByRole('listitem').allTextContents()).map((line) => line.split(':')[0]),
    refused.map(({ name }) => name),
  )
  await told.getByText(/mare\.pdf: Are peste 10 MB/).waitFor()
  await told.getByText(/pagina\.png: Numele spune PDF, JPEG sau PNG, dar conținutul este altceva/).waitFor()
  await told.getByText(/script\.pdf: PDF-ul conține un script/).waitFor()
  await picture(form, 'apply-refused-files')
  await upload(form, 'identity', [picture_file])
  await form.getByText('Un document a fost primit.').waitFor()
  await upload(form, 'registration_certificate', [pdf_file(`certificat ${HOSTILE.image}.pdf`)])
  await form.getByRole('cell', { name: /^certificat/ }).waitFor()
  await assertAccessible(form, 'the documents')

  await openStep(form, 'Depunere')
  await form.getByText('Cererea este completă și poate fi depusă.').waitFor()
  await form.getByRole('button', { name: 'Depune cererea' }).click()
  await form.getByRole('heading', { level: 1, name: 'Cererea a fost depusă' }).waitFor()
  await assertAccessible(form, 'an application that is handed in')
})

test('staff review it and ask for more; the applicant answers by the link he has', async () => {
  const { page } = staff
  await page.goto(`${world.facts.office.url}/cases?state=submitted`)
  await page.getByRole('link', { name: NAME }).waitFor()
  await assertAccessible(page, 'the list of cases')
  await page.getByRole('link', { name: NAME }).click()
  await page.getByRole('heading', { level: 1, name: NAME }).waitFor()
  assert.equal(await page.title(), `${NAME} – Punte`, 'markup in a name is text')
  await assertAccessible(page, 'a case')
  await picture(page, 'case')
  await openSection(page, 'Documente')
  await page.getByRole('button', { name: /^Arată: buletin/ }).click()
  await dialog(page).getByRole('img', { name: 'buletin.png' }).waitFor()
  await until('the picture', () =>
    page.evaluate<boolean>('document.querySelector("[role=dialog] img").naturalWidth > 0'),
  )
  await page.keyboard.press('Escape')
  await assertAccessible(page, 'the documents of a case')

  await move(page, 'Ia în analiză', 'În analiză')
  await move(page, 'Cere completări', 'Se cer completări', [
    'Ce trebuie completat',
    `Extras de cont, vă rugăm ${HOSTILE.image}`,
  ])

  const form = applicant.page
  await form.reload()
  await form.getByText(`Extras de cont, vă rugăm ${HOSTILE.image}`).waitFor()
  await picture(form, 'apply-question')
  await openStep(form, 'Documente')
  await upload(form, 'bank_statement', [pdf_file('extras.pdf')])
  await form.getByRole('cell', { name: 'extras.pdf' }).waitFor()
  await openStep(form, 'Depunere')
  await form.getByRole('button', { name: 'Depune cererea' }).click()
  await form.getByRole('heading', { level: 1, name: 'Cererea a fost depusă' }).waitFor()
  await applicant.leave()
})

test('two who change one case: the second is told, sees what changed, and loses nothing', async () => {
  const { page } = staff
  await page.reload()
  await move(page, 'Ia în analiză', 'În analiză')
  await openSection(page, 'Activitate și contact')
  await page.getByLabel('Banca', { exact: true }).fill('Banca Exemplu')
  const case_id = caseId(page)
  const { body } = await second('GET', `/cases/${case_id}`)
  const view = body as { version: number; data: { contact: object } }
  const data = { ...view.data, contact: { ...view.data.contact, phone: '+40 722 111 111' } }
  assert.equal((await second('PUT', `/cases/${case_id}/data`, { version: view.version, data })).status, 200)
  await page.getByRole('button', { name: 'Salvează', exact: true }).click()
  await dialog(page).getByText('Altcineva a schimbat dosarul între timp').waitFor()
  await dialog(page).getByRole('cell', { name: '+40 722 111 111' }).waitFor()
  await dialog(page)
    .getByText(new RegExp(`^${staffOf(world, 'compliance', 1).user} a salvat`))
    .waitFor()
  await assertAccessible(page, 'a conflict')
  await picture(page, 'case-conflict')
  await dialog(page).getByRole('button', { name: 'Păstrează ce am scris, peste ce s-a salvat' }).click()
  assert.equal(await page.getByLabel('Telefon').inputValue(), '+40 722 111 111')
  await page.getByRole('button', { name: 'Salvează', exact: true }).click()
  await page.getByText('O schimbare nesalvată').waitFor({ state: 'hidden' })
  await openSection(page, 'Istoric și versiuni')
  await page.getByRole('cell', { name: 'Banca Exemplu' }).waitFor()
  await assertAccessible(page, 'the versions')
  await picture(page, 'case-versions')
})

test('approval says all that lacks; rated and screened it is proposed, and another person approves', async () => {
  const { page } = staff
  await page.getByRole('button', { name: 'Propune aprobarea' }).click()
  await dialog(page).getByRole('button', { name: 'Propune aprobarea' }).click()
  await page.getByRole('alert').getByText('Riscul – Lipsește.').click()
  await page.getByLabel('Încadrarea riscului').selectOption('standard')
  await page.getByLabel('Motivul încadrării').fill(`Magazin obișnuit ${HOSTILE.formula}`)
  await page.getByLabel(/persoană expusă public/).selectOption('false')
  await page.getByRole('button', { name: 'Salvează evaluarea' }).click()
  await page.getByText('Evaluarea a fost salvată.').waitFor()

  await openSection(page, 'Surse')
  await page.getByRole('button', { name: 'Adaugă o sursă' }).click()
  const source = { Despre: 'company', Sursa: 'ONRC', 'Felul sursei': 'public_register', 'Consultată la': '2024-05-01' }
  await fill(page, { ...source, 'Independentă de solicitant': 'true' })
  await page.getByRole('button', { name: 'Salvează', exact: true }).click()
  await page.getByText('O schimbare nesalvată').waitFor({ state: 'hidden' })

  await openSection(page, 'Verificare în liste')
  await page.getByRole('button', { name: 'Notează o verificare manuală' }).click()
  await dialog(page)
    .getByLabel(/^Ce s-a căutat/)
    .fill('Lista consolidată a UE, 22 noiembrie: nimic')
  await dialog(page).getByRole('button', { name: 'Salvează' }).click()
  await page.getByText('Lista consolidată a UE, 22 noiembrie: nimic').waitFor()
  await dialog(page).waitFor({ state: 'hidden' })
  await assertAccessible(page, 'the screening')

  await page.getByRole('button', { name: 'Propune aprobarea' }).click()
  await dialog(page).getByRole('button', { name: 'Propune aprobarea' }).click()
  await dialog(page)
    .getByText(/^Aprobarea a fost propusă/)
    .waitFor()
  await picture(page, 'case-proposed')
  await dialog(page).getByRole('button', { name: 'Închide' }).last().click()
  await page.getByText(/^O propunere de aprobare așteaptă deja/).waitFor()

  const other = await visitor(browser)
  await signInAt(other.page, world, staffOf(world, 'compliance', 1))
  await approveNewest(other.page, world.facts.office.url)
  await other.leave()
  await page.reload()
  await page.getByLabel('Pe scurt').getByText('Aprobat', { exact: true }).waitFor()
})

test('the technical step: a certificate is shown, proposed and approved; the first token call works', async () => {
  const authority = await createAuthority({ name: 'Autoritatea Țesături' })
  const subject = { common_name: 'tesaturi.example', organisation: 'Țesături Ion' }
  const own = await issueClientCertificate(authority, { subject })
  const operations = await visitor(browser)
  const { page } = operations
  await signInAt(page, world, staffOf(world, 'operations'))
  await page.goto(`${world.facts.office.url}/cases/${caseId(staff.page)}?section=technical`)
  await page.getByText('Așa vede plătitorul pagina').waitFor()
  await page.getByRole('button', { name: 'Înregistrează altul' }).click()
  await page.getByLabel('Certificatul partenerului (PEM)', { exact: true }).fill(own.certificate_pem)
  await page
    .getByLabel('Autoritatea emitentă și cele de deasupra ei (PEM)', { exact: true })
    .fill(authority.certificate_pem)
  await page.getByRole('button', { name: 'Citește' }).click()
  await page.getByText('Autoritatea Țesături').first().waitFor()
  await assertAccessible(page, 'the technical step')
  await picture(page, 'case-technical')
  await page.getByRole('button', { name: 'Propune înregistrarea' }).click()
  await dialog(page).getByLabel('Motivul').fill('Pasul tehnic după aprobare')
  await dialog(page).getByRole('button', { name: 'Propune', exact: true }).click()
  await page.getByText(/așteaptă aprobarea altcuiva/).waitFor()
  await operations.leave()

  const other = await visitor(browser)
  await signInAt(other.page, world, staffOf(world, 'operations', 1))
  await approveNewest(other.page, world.facts.office.url)
  await other.leave()

  const { body } = await second('GET', `/cases/${caseId(staff.page)}`)
  const { client_id } = body as { client_id: string }
  const partner = createPunteClient({
    base_url: world.facts.partner_api.url,
    client_id,
    certificate: Buffer.from(own.certificate_pem),
    private_key: Buffer.from(own.key_pem),
    ca: readFileSync(world.facts.ca),
  })
  try {
    const { redirectUrl, paymentId } = await until('the first call', () => firstCall(partner))
    const who = parties.person('carpati', 'ana')
    const payer = await visitor(browser)
    await payer.page.goto(redirectUrl)
    await payer.page.getByText('Țesături Ion').first().waitFor()
    await fillAccount(payer.page, who, newEmail('plata'))
    await payButton(payer.page).click()
    await payer.page.waitForURL(`${who.bank_url}/**`)
    await decideAtRedirectBank(payer.page, who, 'Autorizează plata')
    await screen(payer.page, 'Plata a fost făcută')
    await payer.leave()
    await parties.assertDebitedOnce(who, paymentId, 1_001)
  } finally {
    partner.close()
  }
})

/** A partner's authority is learnt without a restart, within seconds. */
async function firstCall(partner: ReturnType<typeof createPunteClient>) {
  try {
    return await partner.createLink({
      creditorName: 'Țesături Ion',
      creditorIban: 'RO49AAAA1B31007593840000',
      amount: '10.01',
      details: 'Prima plată',
      psuIntermediarId: 'client-1',
      linkValidHours: 72,
    })
  } catch {
    return undefined
  }
}

test('a year later the review is overdue; it is confirmed, and the next one is a year ahead', async () => {
  const { page } = staff
  const case_id = caseId(page)
  await parties.query("update cases set next_review_at = now() - interval '1 day' where case_id = $1", [case_id])
  await page.goto(`${world.facts.office.url}/cases?review=overdue`)
  await page.getByRole('link', { name: NAME }).waitFor()
  await page.goto(`${world.facts.office.url}/case-reviews`)
  await page
    .getByRole('row', { name: /Țesături/ })
    .getByText('depășită')
    .waitFor()
  await assertAccessible(page, 'the reviews')
  await picture(page, 'case-reviews')
  await page.getByRole('button', { name: 'Revizuirea este făcută' }).click()
  await dialog(page).getByLabel('Ce s-a verificat și cum').fill('Registrul comerțului, aceleași date')
  await dialog(page).getByRole('button', { name: 'Confirmă revizuirea' }).click()
  await page.getByText('Nicio revizuire nu este scadentă.').waitFor()
  await page.goto(`${world.facts.office.url}/cases/${case_id}?section=history`)
  await page.getByRole('cell', { name: 'Revizuire anuală' }).waitFor()
})

test('what is held of a person becomes a file; a relationship that ends is kept, and listed until it is erased', async () => {
  const { page } = staff
  const case_id = caseId(page)
  await page.goto(`${world.facts.office.url}/subject-export`)
  await page.getByLabel('Valoarea').fill('1800101400016')
  await page.getByRole('button', { name: 'Fă fișierul' }).click()
  await page.getByText(/^Dosare: 1,/).waitFor()
  await assertAccessible(page, 'the export')
  const waiting = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Descarcă fișierul' }).click()
  assert.equal((await waiting).suggestedFilename(), 'date-persoana.json')

  await page.goto(`${world.facts.office.url}/cases/${case_id}`)
  await move(page, 'Încheie relația', 'Relație încheiată', ['Motivul încheierii', 'La cererea partenerului'])
  await page.goto(`${world.facts.office.url}/retention`)
  await page.getByRole('link', { name: NAME }).waitFor()
  await assertAccessible(page, 'what is kept')
  await picture(page, 'retention')
  await page.setViewportSize(PHONE)
  for (const path of ['cases', `cases/${case_id}`, 'case-reviews', 'retention', 'subject-export']) {
    await page.goto(`${world.facts.office.url}/${path}`)
    await page.waitForLoadState('networkidle')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await picture(page, `phone-${path.replace('/', '-')}`)
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), PHONE.width, `${path} on a phone`)
  }
  await staff.leave()
})
