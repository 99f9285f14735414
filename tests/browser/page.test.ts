/** The hosted page as people and browsers treat it: reloads, second tabs, keyboards, phones, screen readers, patience. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { newEmail, type Parties, type Person } from '../world/parties.ts'
import { assertNoSecretsReadable } from '../world/secrets.ts'
import { type TestWorld, until } from '../world/world.ts'
import {
  catchReturn,
  decideAtRedirectBank,
  fillAccount,
  PHONE,
  payButton,
  picture,
  screen,
  tapOnPhone,
  visitor,
} from './browser.ts'
import { assertAccessible, measure } from './in-page.ts'
import { openStage, type Stage } from './stage.ts'

const MAX_PAGE_BYTES = 90 * 1024
const RETURN_SECONDS = 60

let world: TestWorld
let parties: Parties
let browser: Browser
let stage: Stage
before(async () => {
  // Outcome screens stay while they are looked at.
  const env = { PUNTE_PAGE_RETURN_SECONDS: String(RETURN_SECONDS) }
  stage = await openStage({ settle_ms: 0, env })
  ;({ world, browser, parties } = stage)
})
after(() => stage?.close())

const AMOUNT_MINOR = 12_345

async function newPayment(email: string, amount = '123.45') {
  return parties.placeOrder({ amount, email, name: 'Ana Pop' })
}

/** Bytes on the wire of everything a fresh browser loads until the form stands. */
async function bytesOf(context: BrowserContext, page: Page, open: () => Promise<void>): Promise<number> {
  const session = await context.newCDPSession(page)
  let bytes = 0
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
  })
  await session.send('Network.enable')
  await open()
  await page.waitForLoadState('networkidle')
  return bytes
}

async function payAt(page: Page, who: Person): Promise<void> {
  await page.waitForURL(`${who.bank_url}/**`)
  await decideAtRedirectBank(page, who, 'Autorizează plata')
  await screen(page, 'Plata a fost făcută')
}

describe('the form', { concurrency: 2 }, () => {
  test('is light, strict and complete: 90 kB, a policy, the labels of the interface, who operates it', async () => {
    const { page, context, leave } = await visitor(browser)
    const { redirect_url } = await newPayment(newEmail('forma'))
    const policies: string[] = []
    page.on('response', (response) => policies.push(response.headers()['content-security-policy'] ?? 'none'))
    const bytes = await bytesOf(context, page, async () => {
      await page.goto(redirect_url)
      await payButton(page).waitFor()
    })
    assert.ok(bytes > 20_000 && bytes <= MAX_PAGE_BYTES, `${bytes} bytes`)
    for (const policy of policies) assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/)
    const values = {
      'Nume partener': 'Florăria Ana',
      'Nume beneficiar': 'Florăria Ana SRL',
      'IBAN beneficiar': 'RO49 AAAA 1B31 0075 9384 0000',
      'Suma de plată': '123,45 RON',
    }
    for (const [label, value] of Object.entries(values)) {
      assert.equal(await page.getByLabel(label).inputValue(), value, label)
      assert.equal(await page.getByLabel(label).isEditable(), false, label)
    }
    for (const label of ['Selectează banca plătitor', 'IBAN plătitor', 'Email plătitor'])
      assert.ok(await page.getByLabel(label).isEditable(), label)
    for (const words of ['Punte Demo SRL', 'Registru', 'Contact', 'reclamatii@punte.example'])
      await page.getByText(words).first().waitFor()
    await picture(page, 'page-desktop')
    await assertAccessible(page, 'the form')
    await page.getByRole('button', { name: 'Termenii și condițiile' }).click()
    await page.getByRole('dialog').waitFor()
    await assertAccessible(page, 'the terms')
    await page.getByRole('button', { name: 'Închide' }).last().click()
    await page.getByRole('button', { name: 'Continuă pe telefon' }).click()
    await page.getByRole('img', { name: 'Cod QR cu adresa acestei pagini de plată' }).waitFor()
    await page.keyboard.press('Escape')
    await leave()
  })

  test('tells what is missing on leaving a field, and lets nobody pay before all is well', async () => {
    const { page, leave } = await visitor(browser)
    // Without an address of the payer the shop's customer fills it in.
    const who = parties.person('carpati', 'ana')
    await page.goto((await newPayment(newEmail('lipsa'))).redirect_url)
    await payButton(page).waitFor()
    assert.ok(await payButton(page).isDisabled())
    for (const label of ['Selectează banca plătitor', 'IBAN plătitor', 'Email plătitor']) {
      await page.getByLabel(label).fill('')
      await page.getByLabel(label).focus()
      await page.getByLabel(label).blur()
    }
    await until('three faults', async () => (await page.getByText('Câmp obligatoriu').count()) === 3)
    const iban = page.getByLabel('IBAN plătitor')
    for (const [typed, says] of [
      ['RO49AAAA1B31007593840001', 'IBAN-ul nu este corect'],
      ['DE89370400440532013000', 'Trebuie să fie un cont din România'],
    ] as const) {
      await iban.fill(typed)
      await iban.blur()
      await page.getByText(says).waitFor()
      assert.equal(await iban.getAttribute('aria-invalid'), 'true')
      assert.ok(await payButton(page).isDisabled())
    }
    await iban.fill(who.iban)
    await page.getByText('Bancă recunoscută din IBAN: Banca Carpați').waitFor()
    assert.equal(await page.getByLabel('Selectează banca plătitor').inputValue(), 'Banca Carpați')
    await page.getByLabel('Email plătitor').fill('fara-arond')
    await page.getByLabel('Email plătitor').blur()
    await page.getByText('Adresa nu este corectă').waitFor()
    assert.ok(await payButton(page).isDisabled())
    await assertAccessible(page, 'the form with faults')
    await page.getByLabel('Email plătitor').fill(newEmail('corect'))
    await until('the button', () => payButton(page).isEnabled())
    await leave()
  })

  test('speaks English when asked, and remembers it', async () => {
    const { page, leave } = await visitor(browser)
    await page.goto((await newPayment(newEmail('engleza'))).redirect_url)
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('button', { name: 'Pay', exact: true }).waitFor()
    assert.equal(await page.locator('html').getAttribute('lang'), 'en')
    await page.reload()
    await page.getByLabel('Payer IBAN').waitFor()
    await assertAccessible(page, 'the English form')
    await leave()
  })

  test('fits a phone of 360 points, also in the dark', async () => {
    const options = {
      viewport: PHONE,
      isMobile: true,
      hasTouch: true,
      deviceScaleFactor: 2,
      colorScheme: 'dark' as const,
    }
    const { page, leave } = await visitor(browser, options)
    await page.goto((await newPayment(newEmail('telefon'))).redirect_url)
    await payButton(page).waitFor()
    await picture(page, 'page-phone-dark')
    const { wide, low } = await measure(page)
    assert.equal(wide, PHONE.width, 'nothing sticks out')
    assert.deepEqual(low, [], 'targets of at least 44 points')
    const button = await payButton(page).boundingBox()
    assert.ok(button !== null && button.y + button.height <= PHONE.height, 'the button is within reach')
    await assertAccessible(page, 'the form on a dark phone')
    await page.emulateMedia({ colorScheme: 'light' })
    await picture(page, 'page-phone')
    await assertAccessible(page, 'the form on a phone')
    await leave()
  })

  test('can be used by keyboard alone, from the first key to the bank', async () => {
    const { page, leave } = await visitor(browser)
    const who = parties.person('carpati', 'mihai')
    const { payment_id, redirect_url } = await newPayment(newEmail('tastatura'))
    await page.goto(redirect_url)
    await payButton(page).waitFor()
    const focused = () => page.evaluate('document.activeElement.id || document.activeElement.textContent')
    const tabTo = async (wanted: string) => {
      for (let presses = 0; presses < 30; presses += 1) {
        await page.keyboard.press('Tab')
        if ((await focused()) === wanted) return
      }
      assert.fail(`Tab never came to ${wanted}`)
    }
    await tabTo('field-bankId')
    await page.keyboard.type('carp')
    await page.keyboard.press('Enter')
    await tabTo('field-debtorIban')
    await page.keyboard.type(who.iban)
    await tabTo('field-email')
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type(newEmail('tastatura'))
    await tabTo('Plătește')
    await page.keyboard.press('Enter')
    await payAt(page, who)
    await assertAccessible(page, 'the outcome')
    await leave()
    await parties.assertDebitedOnce(who, payment_id, AMOUNT_MINOR)
  })

  test('disconnects when nobody is there, and comes back without loss', async () => {
    const { page, leave } = await visitor(browser)
    await page.clock.install()
    await page.goto((await newPayment(newEmail('plecat'))).redirect_url)
    await page.getByLabel('IBAN plătitor').fill('RO49')
    await page.clock.fastForward('09:30')
    await page.getByText('Mai ești aici?').waitFor()
    await page.clock.fastForward('01:00')
    await screen(page, 'Pagina s-a deconectat')
    assert.equal(await page.getByLabel('IBAN plătitor').count(), 0, 'nothing of the payment stays on the screen')
    await page.getByRole('button', { name: 'Reconectează pagina' }).click()
    await payButton(page).waitFor()
    await leave()
  })

  test('a link that is missing, cut or forged shows a friendly screen, and a forged return from a bank too', async () => {
    const { page, leave } = await visitor(browser)
    const { redirect_url, payment_id } = await newPayment(newEmail('fals'))
    const { origin } = new URL(redirect_url)
    const state = new URL(redirect_url).searchParams.get('state') ?? ''
    const other = await newPayment(newEmail('altul'))
    for (const address of [
      '/payment-initiation',
      `/payment-initiation?payment=${payment_id}`,
      `/payment-initiation?payment=${payment_id}&state=${state.slice(0, -2)}`,
      `/payment-initiation?payment=${other.payment_id}&state=${state}`,
      `/payment-initiation?payment=${payment_id}&state=%3Cscript%3E`,
      '/payment-return/forged/ok',
      `/payment-return?state=${state}&code=forged`,
      '/payment-return',
    ]) {
      await page.goto(origin + address)
      await screen(page, 'Linkul de plată nu este valid')
    }
    await assertAccessible(page, 'the screen of a link that is not valid')
    await leave()
    assert.equal((await parties.payment(payment_id)).status, 'INIT')
  })
})

describe('a payment is neither lost nor doubled', { concurrency: 2 }, () => {
  test('by a reload, the back button from the bank, and another reload', async () => {
    const { page, leave } = await visitor(browser)
    const who = parties.person('carpati', 'ana')
    const email = newEmail('inapoi')
    const { payment_id, redirect_url } = await newPayment(email)
    await page.goto(redirect_url)
    await fillAccount(page, who, email)
    await page.reload()
    await fillAccount(page, who, email)
    await payButton(page).click()
    await page.waitForURL(`${who.bank_url}/**`)
    await page.goBack()
    await screen(page, 'Plata așteaptă autorizarea în banca ta')
    await page.reload()
    await screen(page, 'Plata așteaptă autorizarea în banca ta')
    await picture(page, 'waiting-authorise')
    await assertAccessible(page, 'the screen that waits for the bank')
    await page.getByRole('button', { name: 'Continuă la bancă' }).click()
    await payAt(page, who)
    await page.reload()
    await screen(page, 'Plata a fost făcută')
    await leave()
    assert.equal((await parties.atBank('carpati', payment_id)).payments.length, 1)
    await parties.assertDebitedOnce(who, payment_id, AMOUNT_MINOR)
  })

  test('by a double click, and by two tabs that submit at once', async () => {
    const { page, context, leave } = await visitor(browser)
    const who = parties.person('delta', 'radu')
    const email = newEmail('dublu')
    const { payment_id, redirect_url } = await newPayment(email)
    const second = await context.newPage()
    for (const tab of [page, second]) {
      await tab.goto(redirect_url)
      await fillAccount(tab, who, email)
    }
    await Promise.all([payButton(page).dblclick(), payButton(second).dblclick()])
    await Promise.all([page, second].map((tab) => tab.waitForURL(`${who.bank_url}/**`)))
    assert.equal((await parties.atBank('delta', payment_id)).payments.length, 1)
    await payAt(page, who)
    // The other tab stands at the bank still: going back it learns how it went.
    await second.goBack()
    await screen(second, 'Plata a fost făcută')
    await leave()
    await parties.assertDebitedOnce(who, payment_id, AMOUNT_MINOR)
  })

  for (const [bank_id, login] of [
    ['carpati', 'mihai'],
    ['delta', 'ioana'],
  ] as const) {
    test(`by a return in another browser, and by its replay (${bank_id})`, async () => {
      const here = await visitor(browser)
      const there = await visitor(browser)
      const who = parties.person(bank_id, login)
      const email = newEmail('alt.browser')
      const { payment_id, redirect_url } = await newPayment(email)
      // The bank's app opens the return in another browser than the one that began.
      const caught = catchReturn(here.context)
      await here.page.goto(redirect_url)
      await fillAccount(here.page, who, email)
      await payButton(here.page).click()
      await here.page.waitForURL(`${who.bank_url}/**`)
      await decideAtRedirectBank(here.page, who, 'Autorizează plata')
      const return_url = await caught
      for (const replay of [1, 2]) {
        await there.page.goto(return_url)
        await screen(there.page, 'Plata a fost făcută').catch((error) => assert.fail(`return ${replay}: ${error}`))
      }
      await here.page.goto(redirect_url)
      await screen(here.page, 'Plata a fost făcută')
      await Promise.all([here.leave(), there.leave()])
      await parties.assertDebitedOnce(who, payment_id, AMOUNT_MINOR)
    })
  }

  test('by the wait for a phone, and the countdown that leads back to the shop', async () => {
    const { page, leave } = await visitor(browser, { viewport: PHONE })
    const phone = await visitor(browser, { viewport: PHONE })
    const who = parties.person('cetate', 'cristina')
    const email = newEmail('numaratoare')
    const { order_id, payment_id, redirect_url } = await newPayment(email, '77.10')
    await page.goto(redirect_url)
    await fillAccount(page, who, email)
    await payButton(page).click()
    await screen(page, 'Confirmă plata în aplicația băncii tale')
    await picture(page, 'waiting-phone')
    await assertAccessible(page, 'the wait for the phone')
    await tapOnPhone(phone.page, who, '77,10 lei', 'Autorizează plata')
    await screen(page, 'Plata a fost făcută')
    await picture(page, 'outcome-phone')
    // Faster than a minute: the page's own clock is moved once the outcome stands.
    await page.clock.install()
    await page.reload()
    await screen(page, 'Plata a fost făcută')
    await page.clock.fastForward((RETURN_SECONDS + 1) * 1000)
    await page.waitForURL(`${world.facts.shop.url}/orders/${order_id}`)
    await page.getByRole('heading', { name: 'Plată reușită' }).waitFor()
    await Promise.all([leave(), phone.leave()])
    await parties.assertDebitedOnce(who, payment_id, 7_710)
  })
})

test('nothing of it can be read in the database, its files or the logs', async () => {
  await assertNoSecretsReadable(world, parties, { 'mail addresses': ['@exemplu-platitor.ro'] })
})
