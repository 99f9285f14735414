/** The form while time passes: a bank that is entered first and left for another; a bank that goes out of order and comes back. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import type { PaymentView } from '../../src/http/checkout/contract.ts'
import { type BankId, newEmail, type Parties } from '../world/parties.ts'
import { decideAtRedirectBank, fillAccount, PHONE, payButton, picture, screen, signIn, visitor } from './browser.ts'
import { assertAccessible, measure } from './in-page.ts'
import { openStage, type Stage } from './stage.ts'

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

test('a bank that must be entered first says so, and may be left for another: the payment is made there once', async () => {
  const first = parties.person('RZB' as BankId, 'robert')
  const other = parties.person('carpati', 'ana')
  const email = newEmail('intrare')
  const { payment_id, redirect_url } = await newPayment(email)
  const { page, leave } = await visitor(browser, { viewport: PHONE, isMobile: true, hasTouch: true })
  await page.goto(redirect_url)
  await fillAccount(page, first, email)
  await payButton(page).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/payment-initiation'))
  await page.goto(redirect_url)
  await screen(page, 'Banca îți cere întâi acordul')
  await picture(page, 'entering-phone')
  await assertAccessible(page, 'a bank that is entered')
  assert.deepEqual((await measure(page)).low, [])
  await page.getByRole('button', { name: 'Alege altă bancă' }).click()
  assert.equal(await page.getByLabel('IBAN plătitor').inputValue(), '')
  await fillAccount(page, other, email)
  await payButton(page).click()
  await page.waitForURL(`${other.bank_url}/**`)
  await decideAtRedirectBank(page, other, 'Autorizează plata')
  await screen(page, 'Plata a fost făcută')
  await leave()
  await parties.assertDebitedOnce(other, payment_id, 4_321)
  assert.deepEqual((await parties.atBank(first.bank_id, payment_id)).payments, [])
})

test('a bank that is entered first leads on to the payment, and that back to the page', async () => {
  const who = parties.person('RZB' as BankId, 'robert')
  const email = newEmail('intrare.buna')
  const { payment_id, redirect_url } = await newPayment(email)
  const { page, leave } = await visitor(browser)
  await page.goto(redirect_url)
  await fillAccount(page, who, email)
  await payButton(page).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/payment-initiation'))
  await signIn(page, who)
  const pay = page.getByRole('button', { name: 'Autorizează plata' })
  const permit = page.getByRole('button', { name: /^Permite|^Accept|^Sunt de acord|^Continuă|^Autorizează/ })
  const login = page.getByLabel('Utilizator')
  for (let steps = 0; steps < 3 && !(await pay.isVisible()); steps += 1) {
    await permit.or(login).first().waitFor()
    if (await login.isVisible()) await signIn(page, who)
    else if (!(await pay.isVisible())) await permit.click()
    await page.waitForLoadState('networkidle')
  }
  await pay.click()
  await screen(page, 'Plata a fost făcută')
  await leave()
  await parties.assertDebitedOnce(who, payment_id, 4_321)
})

test('an open form hears within half a minute that its bank is out of order, and that it is back; what was typed stays', async () => {
  const who = parties.person('carpati', 'ana')
  const { redirect_url } = await newPayment(newEmail('deschis'))
  const { page, leave } = await visitor(browser)
  let away = false
  // What the server says of its banks, as it would be.
  await page.route('**/checkout/api/payments/*', async (route) => {
    const answer = await route.fetch()
    const view = (await answer.json()) as PaymentView
    const banks = view.banks.map((bank) =>
      bank.id === who.bank_id && away ? { ...bank, available: false, unavailable: 'NOT_RESPONDING' } : bank,
    )
    await route.fulfill({ response: answer, json: { ...view, banks } })
  })
  await page.clock.install()
  await page.goto(redirect_url)
  await fillAccount(page, who, newEmail('deschis'))
  assert.ok(await payButton(page).isEnabled())
  away = true
  await page.clock.fastForward(31_000)
  await page.getByRole('status').getByText(`${who.bank_name} este momentan indisponibilă`).waitFor()
  assert.ok(await payButton(page).isDisabled())
  assert.equal((await page.getByLabel('IBAN plătitor').inputValue()).replaceAll(' ', ''), who.iban)
  await picture(page, 'open-form-bank-away')
  await assertAccessible(page, 'a form whose bank went out of order')
  away = false
  await page.clock.fastForward(31_000)
  await page.getByRole('status').getByText(`${who.bank_name} este din nou disponibilă`).waitFor()
  assert.ok(await payButton(page).isEnabled())
  await leave()
})
