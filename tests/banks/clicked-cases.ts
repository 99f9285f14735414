/** One journey in Chromium for each way in which banks give access: what the payer sees, in the order in which he sees it. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { fillAccount, launchBrowser, payButton, picture, screen, signIn, visitor } from '../browser/browser.ts'
import { newEmail, type Person } from '../world/parties.ts'
import type { Chapter } from './bank-cases.ts'
import { AMOUNT_MINOR } from './partner.ts'

const CASES = [
  ['UCB', 'luiza', 'by certificate, the authorisation begun by a call of its own'],
  ['LIB', 'teodora', 'by a code after the initiation'],
  ['BCR', 'bianca', 'by a code before the initiation'],
  ['ING', 'irina', 'by the own token of Punte'],
] as const

export function clickedTests(chapter: () => Chapter): void {
  describe('clicked through', { concurrency: 2 }, () => {
    let browser: Browser
    before(async () => {
      browser = await launchBrowser()
    })
    after(() => browser?.close())

    for (const [bank_id, login, words] of CASES) {
      test(`${bank_id}: access ${words}`, async () => {
        const { parties, partner } = chapter()
        const who = parties.person(bank_id, login)
        const started = await partner.start()
        const { page, leave } = await visitor(browser, { viewport: { width: 390, height: 800 } })
        await page.goto(started.page_url)
        await fillAccount(page, who, newEmail(login))
        await payButton(page).click()
        await page.waitForURL(`${who.bank_url}/**`)
        if (bank_id === 'BCR') await letIn(page, who)
        await signIn(page, who)
        await page.getByText('43,21 lei').first().waitFor()
        await picture(page, `bank-${bank_id}`)
        await page.getByRole('button', { name: 'Autorizează plata' }).click()
        await screen(page, 'Plata a fost făcută')
        await leave()
        await parties.assertDebitedOnce(who, started.payment_id, AMOUNT_MINOR)
      })
    }
  })
}

/** Before there is a payment: nothing here may look as if one were being authorised. */
async function letIn(page: Page, who: Person): Promise<void> {
  await signIn(page, who)
  await page.getByRole('heading', { name: 'Permite accesul' }).waitFor()
  assert.equal(await page.getByText('43,21').count(), 0)
  await picture(page, `bank-${who.bank_id}-entrance`)
  await page.getByRole('button', { name: 'Permite accesul' }).click()
  await page.waitForURL(`${who.bank_url}/sca/**`)
}
