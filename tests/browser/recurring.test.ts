/** A recurring payment and one of a day to come: said in words, offered where the bank has them, authorised once. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import type { PunteClient } from '../../sdk/src/index.ts'
import { newEmail, type Parties } from '../world/parties.ts'
import type { TestWorld } from '../world/world.ts'
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

const MONTHS =
  'ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie'.split(' ')
/** A day some days ahead: as the wire has it, and in words. */
function dayAhead(days: number): { day: string; words: string } {
  const at = new Date(Date.now() + days * 86_400_000)
  const words = `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`
  return { day: at.toISOString().slice(0, 10), words }
}
const once = () => ({ ...payments(1)[0], psuIntermediarId: 'client-1' }) as Parameters<PunteClient['startPayment']>[0]

test('a series is told in words, not offered where the bank has none, and authorised once', async () => {
  const who = parties.person('carpati', 'ana')
  const start = dayAhead(40)
  const { redirectUrl, paymentId, tokens } = await partner.startPayment({
    ...once(),
    startDate: start.day,
    Frequency: 'Monthly',
    dayOfExecution: 15,
  })
  const { page, leave } = await visitor(browser)
  await page.goto(redirectUrl)
  const schedule = `în fiecare lună, pe data de 15, începând cu ${start.words}, până când o oprești.`
  await page.getByText(`Se plătește ${schedule}`).waitFor()
  await page.getByText('O oprești oricând din aplicația băncii').waitFor()
  await page.getByLabel('Selectează banca plătitor').click()
  const cetate = parties.person('cetate', 'andrei').bank_name
  const away = page.getByRole('option', { name: cetate, disabled: true })
  assert.match((await away.textContent()) ?? '', /nu oferă acest fel de plată/)
  await page.keyboard.press('Escape')
  await fillAccount(page, who, newEmail('lunar'))
  await picture(page, 'recurring-form')
  await assertAccessible(page, 'the form of a series')
  await payButton(page).click()
  await page.waitForURL(`${who.bank_url}/**`)
  await decideAtRedirectBank(page, who, 'Autorizează plata')
  await screen(page, 'Plata recurentă este autorizată')
  await page.getByText(`Se plătește ${schedule}`).waitFor()
  await picture(page, 'recurring-authorised')
  await assertAccessible(page, 'a series that is authorised')
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByText('every month, on day 15 of the month').waitFor()
  await leave()
  assert.equal((await partner.status({ paymentId, tokens })).agreement?.status, 'ACTIVE')
})

test('a payment of a day to come names the day, before and after', async () => {
  const who = parties.person('carpati', 'mihai')
  const { day, words } = dayAhead(9)
  const { redirectUrl, paymentId } = await partner.startPayment({ ...once(), executionDate: day })
  const { page, leave } = await visitor(browser)
  await page.goto(redirectUrl)
  await page.getByText(`Se plătește pe ${words}.`).waitFor()
  await fillAccount(page, who, newEmail('mai.tarziu'))
  await payButton(page).click()
  await page.waitForURL(`${who.bank_url}/**`)
  await decideAtRedirectBank(page, who, 'Autorizează plata')
  await screen(page, 'Plata este programată')
  await page.getByText(`Se plătește pe ${words}.`).waitFor()
  await picture(page, 'later-authorised')
  await assertAccessible(page, 'a payment of a day to come')
  await leave()
  await parties.assertNothingDebited(paymentId)
})
