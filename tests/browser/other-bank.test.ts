/** A bank refuses, then is out of order: the page says so, greys it out, and the same payment is made at another bank, once. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { newEmail, type Parties, type Person } from '../world/parties.ts'
import { payerAt } from '../world/payer.ts'
import { until } from '../world/world.ts'
import { decideAtRedirectBank, fillAccount, PHONE, payButton, picture, screen, visitor } from './browser.ts'
import { assertAccessible, measure } from './in-page.ts'
import { openStage, type Stage } from './stage.ts'

const AMOUNT_MINOR = 4_321

let parties: Parties
let browser: Browser
let stage: Stage
before(async () => {
  const env = { PUNTE_PAGE_RETURN_SECONDS: '60' }
  stage = await openStage({ settle_ms: 0, env })
  ;({ browser, parties } = stage)
})
after(() => stage?.close())

const newPayment = (email: string) => parties.placeOrder({ amount: '43.21', email, name: 'Ana Pop' })

/**
 * From now on the bank answers initiations with an error page, and other payers run into it all the time, so that it is
 * found out of order whenever its rest is over.
 */
async function breakDown(who: Person): Promise<{ mended(): Promise<void> }> {
  await parties.fault('carpati', { match: 'initiate', times: 1_000_000, action: 'status:503' })
  let over = false
  const others = async () => {
    let payer = payerAt((await newPayment(newEmail('altcineva'))).redirect_url)
    while (!over) {
      const { status } = await payer.submit(who, newEmail('altcineva'))
      if (status === 200) payer = payerAt((await newPayment(newEmail('altcineva'))).redirect_url)
      else await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const done = others()
  const watcher = payerAt((await newPayment(newEmail('privitor'))).redirect_url)
  await until('the bank is greyed out', async () => {
    const { banks } = await watcher.view()
    return banks.some(({ id, available, unavailable }) => {
      return id === 'carpati' && !available && unavailable === 'NOT_RESPONDING'
    })
  })
  return {
    async mended() {
      over = true
      await done
      await parties.fault('carpati')
    },
  }
}

const greyed = (page: Page, who: Person) => page.getByRole('option', { name: who.bank_name, disabled: true })
const bankField = (page: Page) => page.getByLabel('Selectează banca plătitor')

test('refused, then greyed out: another bank is chosen from the error, and the payment is made there once', async () => {
  const broken = parties.person('carpati', 'ana')
  const other = parties.person('delta', 'ioana')
  const email = newEmail('alta.banca')
  const { payment_id, redirect_url } = await newPayment(email)
  const { page, leave } = await visitor(browser, { viewport: PHONE, isMobile: true, hasTouch: true })
  const desktop = await visitor(browser)
  const otherBank = page.getByRole('button', { name: 'Alege altă bancă' })
  await page.goto(redirect_url)
  await fillAccount(page, broken, email)
  await parties.fault('carpati', { match: 'initiate', times: 1, action: 'status:403:SERVICE_BLOCKED' })
  await payButton(page).click()
  await page.getByText('Banca nu a acceptat plata').waitFor()
  await picture(page, 'other-bank-refused-phone')
  await assertAccessible(page, 'the form after a refusal')
  await otherBank.click()
  assert.equal(await page.getByLabel('IBAN plătitor').inputValue(), '', 'the account goes with its bank')
  assert.equal(await page.getByLabel('Email plătitor').inputValue(), email)
  await page.getByRole('option', { name: other.bank_name }).waitFor()

  const breakdown = await breakDown(broken)
  // This page has not heard yet: the bank is chosen once more, and the server refuses.
  await page.getByRole('option', { name: broken.bank_name }).click()
  await page.getByLabel('IBAN plătitor').fill(broken.iban)
  await payButton(page).click()
  await page.getByText('Banca nu primește plăți acum. Nu s-a plătit nimic.').waitFor()
  await page.getByText('Banca este momentan indisponibilă. Alege altă bancă').waitFor()
  assert.ok(await payButton(page).isDisabled())
  await picture(page, 'other-bank-unavailable-phone')
  await otherBank.click()
  await greyed(page, broken).waitFor()
  await picture(page, 'other-bank-greyed-phone')
  await assertAccessible(page, 'the list with a greyed bank on a phone')
  assert.equal((await measure(page)).wide, PHONE.width, 'nothing sticks out')
  await greyed(page, broken).click({ force: true })
  assert.equal(await bankField(page).inputValue(), '', 'a greyed bank is not chosen')
  await greyedOnDesktop(desktop.page, broken)

  await page.getByRole('option', { name: other.bank_name }).click()
  await page.getByLabel('IBAN plătitor').fill(other.iban)
  await payButton(page).click()
  await page.waitForURL(`${other.bank_url}/**`)
  await decideAtRedirectBank(page, other, 'Autorizează plata')
  await screen(page, 'Plata a fost făcută')
  await breakdown.mended()
  await Promise.all([leave(), desktop.leave()])
  await parties.assertDebitedOnce(other, payment_id, AMOUNT_MINOR)
  assert.deepEqual((await parties.atBank('carpati', payment_id)).payments, [])
  assert.equal((await parties.payment(payment_id)).attempt_no, 2, 'what was refused by us is no attempt')
  const successes = (await parties.events(payment_id)).filter(({ status }) => status === 'ACSC')
  assert.equal(successes.length, 1)
})

/** By mouse and keys, on a page that is opened while the bank is down; in both languages. */
async function greyedOnDesktop(page: Page, broken: Person): Promise<void> {
  await page.goto((await newPayment(newEmail('birou'))).redirect_url)
  await bankField(page).click()
  await greyed(page, broken).waitFor()
  assert.match((await greyed(page, broken).textContent()) ?? '', /momentan indisponibilă: nu răspunde/)
  await picture(page, 'other-bank-greyed-desktop')
  await assertAccessible(page, 'the list with a greyed bank')
  await bankField(page).fill(broken.bank_name)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  assert.equal(await bankField(page).inputValue(), '', 'nor by keys')
  // The account names its bank, and the page says why that does not help now.
  await page.getByLabel('IBAN plătitor').fill(broken.iban)
  await page.getByText('Banca este momentan indisponibilă').waitFor()
  await picture(page, 'other-bank-account-desktop')
  await assertAccessible(page, 'the form with a bank that is not available')
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByText('The bank is not available at the moment').waitFor()
}
