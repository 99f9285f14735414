/** A payment link: until when it lives stands on its page, and a page that outlived it says so plainly. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import type { PunteClient } from '../../sdk/src/index.ts'
import { newEmail, type Parties } from '../world/parties.ts'
import { type TestWorld, until } from '../world/world.ts'
import { decideAtRedirectBank, fillAccount, payButton, picture, screen, visitor } from './browser.ts'
import { assertAccessible } from './in-page.ts'
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
  partner = clientOf(world, 'Ecommerce')
})
after(async () => {
  partner?.close()
  await stage?.close()
})

const newLink = () => {
  const [one] = payments(1)
  assert.ok(one !== undefined)
  return partner.createLink({ ...one, psuIntermediarId: 'client-1', linkValidHours: 72 })
}

test('a link says until when it lives, and is paid like any payment', async () => {
  const who = parties.person('carpati', 'ana')
  const { redirectUrl, paymentId } = await newLink()
  const { page, leave } = await visitor(browser)
  await page.goto(redirectUrl)
  await page
    .getByText(/^Linkul acesta de plată este valabil până la \d{1,2} [a-z]+ \d{4}, ora \d{2}:\d{2}\.$/)
    .waitFor()
  await fillAccount(page, who, newEmail('link'))
  await page.getByText(/^Poți plăti până la \d{1,2} [a-z]+ \d{4}, ora/).waitFor()
  await picture(page, 'link-form')
  await assertAccessible(page, 'the form of a link')
  await payButton(page).click()
  await page.waitForURL(`${who.bank_url}/**`)
  await decideAtRedirectBank(page, who, 'Autorizează plata')
  await screen(page, 'Plata a fost făcută')
  await leave()
  await parties.assertDebitedOnce(who, paymentId, 1_001)
})

test('a link that ran out says so, and whom to ask for a new one', async () => {
  const { redirectUrl, paymentId } = await newLink()
  const { page, leave } = await visitor(browser)
  await page.goto(redirectUrl)
  await payButton(page).waitFor()
  await parties.query("update payments set expires_at = now() - interval '1 minute' where payment_id = $1", [paymentId])
  await until('the link has run out', async () => (await parties.payment(paymentId)).status === 'ABND')
  await page.reload()
  await screen(page, 'Linkul de plată a expirat')
  await page.getByText(/Nu s-a plătit nimic\. Cere un link nou de la/).waitFor()
  await picture(page, 'link-expired')
  await assertAccessible(page, 'a link that ran out')
  assert.equal(await page.getByRole('timer').count(), 0, 'nobody is sent away while reading')
  await leave()
})
