/** A list of payments under one page: at once at a bank that takes lists, from one to the next elsewhere, and stopped. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { PunteClient } from '../../sdk/src/index.ts'
import { newEmail, type Parties, type Person } from '../world/parties.ts'
import { type TestWorld, until } from '../world/world.ts'
import {
  decideAtRedirectBank,
  fillAccount,
  PHONE,
  payButton,
  picture,
  screen,
  signIn,
  tapOnPhone,
  visitor,
} from './browser.ts'
import { assertAccessible, measure } from './in-page.ts'
import { clientOf, payments } from './partner.ts'
import { openStage, type Stage } from './stage.ts'

let world: TestWorld
let parties: Parties
let browser: Browser
let stage: Stage
let partner: PunteClient
before(async () => {
  const env = { PUNTE_PAGE_RETURN_SECONDS: '60' }
  stage = await openStage({ settle_ms: 0, env })
  ;({ world, browser, parties } = stage)
  partner = clientOf(world, 'Finance')
})
after(async () => {
  partner?.close()
  await stage?.close()
})

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name })
const rows = (page: Page) => page.locator('.payment')

async function authorise(page: Page, who: Person, press: 'Autorizează plata' | 'Autorizează plățile'): Promise<void> {
  await page.waitForURL(`${who.bank_url}/**`)
  await decideAtRedirectBank(page, who, press)
}

/** At a bank where the payer is signed in already the login does not come again. */
async function decideNext(page: Page, who: Person, press: 'Autorizează plata' | 'Refuză'): Promise<void> {
  await page.waitForURL(`${who.bank_url}/**`)
  await button(page, press).or(page.getByLabel('Utilizator')).first().waitFor()
  if (!(await button(page, press).isVisible())) await signIn(page, who)
  await button(page, press).click()
}

async function assertFine(page: Page, where: string): Promise<void> {
  await assertAccessible(page, where)
  const { wide, low } = await measure(page)
  assert.ok(wide <= PHONE.width, `${where}: ${wide} wide`)
  assert.deepEqual(low, [], where)
}

test('twelve payments at a bank that takes lists: shown whole on a press, authorised once, all of them paid', async () => {
  const who = parties.person('carpati', 'ana')
  const email = newEmail('lista')
  const { redirectUrl, paymentId, tokens } = await partner.startList({ payments: payments(12) })
  const { page, leave } = await visitor(browser, { viewport: PHONE, isMobile: true, hasTouch: true })
  await page.goto(redirectUrl)
  await page.getByText('12 plăți').first().waitFor()
  assert.match((await page.locator('.amount').first().textContent()) ?? '', /^120,78 RON$/)
  assert.equal(await rows(page).count(), 5)
  await button(page, 'Arată toate (12)').click()
  assert.equal(await rows(page).count(), 12)
  assert.match((await page.locator(':focus').textContent()) ?? '', /Furnizor 6 SRL/)
  await button(page, 'Arată mai puține').click()
  await fillAccount(page, who, email)
  await page.getByText('Banca le autorizează împreună, o singură dată.').waitFor()
  await picture(page, 'list-form-phone')
  await assertFine(page, 'the form of a list')
  await payButton(page).click()
  await authorise(page, who, 'Autorizează plățile')
  await screen(page, 'Toate plățile au fost făcute')
  await picture(page, 'list-paid-phone')
  await assertFine(page, 'a list that is paid')
  await leave()
  const report = await until('every payment is paid', async () => {
    const now = await partner.status({ paymentId, tokens })
    return now.payments?.every(({ paid }) => paid) === true && now
  })
  assert.deepEqual([report.status, report.paid, report.payments?.length], ['ACSC', true, 12])
})

test('one by one: nothing goes on without a press, one is refused, and the payer stops with the rest unpaid', async () => {
  const who = parties.person('delta', 'ioana')
  const { redirectUrl, paymentId, tokens } = await partner.startList({ payments: payments(6) })
  const { page, leave } = await visitor(browser, { viewport: PHONE, isMobile: true, hasTouch: true })
  await page.goto(redirectUrl)
  await fillAccount(page, who, newEmail('pe.rand'))
  await page.getByText('Banca cere autorizarea fiecărei plăți, pe rând.').waitFor()
  await payButton(page).click()
  await authorise(page, who, 'Autorizează plata')
  await screen(page, '1 din 6 plătite')
  assert.equal(await page.locator(':focus').textContent(), '1 din 6 plătite', 'the heading has the focus')
  await picture(page, 'list-next-phone')
  await assertFine(page, 'the step from one to the next')
  await button(page, 'Autorizează plata 2').click()
  await decideNext(page, who, 'Refuză')
  await page.getByText('O plată nu a fost făcută; vezi mai jos de ce.').waitFor()
  await rows(page)
    .getByText(/ai refuzat-o la bancă/)
    .waitFor()
  await button(page, 'Autorizează plata 3').click()
  await decideNext(page, who, 'Autorizează plata')
  await screen(page, '2 din 6 plătite')
  // Coming back by a reload stays where it is: the next is the payer's to press.
  await page.reload()
  await screen(page, '2 din 6 plătite')
  await button(page, 'Oprește aici').click()
  const question = page.getByRole('alertdialog')
  await question.getByText('Rămân neplătite 4 plăți, în total 40,17 RON:').waitFor()
  await picture(page, 'list-stop-phone')
  await assertFine(page, 'the question whether to stop')
  await button(page, 'Înapoi la plăți').click()
  await question.waitFor({ state: 'hidden' })
  await button(page, 'Oprește aici').click()
  await button(page, 'Da, mă opresc').click()
  await screen(page, 'S-au plătit 2 din 6 plăți')
  await page.getByText('Din contul tău: 20,04 RON. Neplătit: 40,17 RON.').waitFor()
  await page.getByRole('heading', { name: 'Neplătite: 4' }).waitFor()
  await picture(page, 'list-partly-phone')
  await assertFine(page, 'a list that is paid in part')
  await button(page, 'English').click()
  await screen(page, '2 of 6 payments are paid')
  await leave()
  const report = await until('the list is at its end', async () => {
    const now = await partner.status({ paymentId, tokens })
    return now.final && now
  })
  assert.deepEqual(
    [report.status, report.paid, report.payments?.map(({ paid }) => paid)],
    ['PART', false, [true, false, true, false, false, false]],
  )
})

test('one by one on the phone of a bank: the page goes along, and asks before the next', async () => {
  const who = parties.person('cetate', 'andrei')
  const { redirectUrl } = await partner.startList({ payments: payments(2) })
  const { page, context, leave } = await visitor(browser)
  const phone = await context.newPage()
  await page.goto(redirectUrl)
  await fillAccount(page, who, newEmail('telefon'))
  await payButton(page).click()
  await screen(page, 'Confirmă plata în aplicația băncii tale')
  await page.getByText('Plata 1 din 2').waitFor()
  await tapOnPhone(phone, who, '10,01', 'Autorizează plata')
  await page.bringToFront()
  await screen(page, '1 din 2 plătite')
  assert.equal(await page.locator(':focus').textContent(), '1 din 2 plătite')
  await button(page, 'Autorizează plata 2').click()
  await screen(page, 'Confirmă plata în aplicația băncii tale')
  await page.getByText('Plata 2 din 2').waitFor()
  await phone.goto(`${who.bank_url}/phone`)
  await phone.locator('section.card', { hasText: '10,02' }).getByRole('button', { name: 'Autorizează plata' }).click()
  await page.bringToFront()
  await screen(page, 'Toate plățile au fost făcute')
  await leave()
})
