/** A shop and an ERP are paid from bank accounts, clicked through in Chromium at each kind of bank; the money is counted. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { type BankId, type Mail, newEmail, type Parties, type Person } from '../world/parties.ts'
import { assertNoSecretsReadable } from '../world/secrets.ts'
import { type TestWorld, until } from '../world/world.ts'
import { fillAccount, lei, payButton, picture, screen, signIn, tapOnPhone, visitor } from './browser.ts'
import { openStage, type Stage } from './stage.ts'

const CREDITOR_IBAN = 'RO49AAAA1B31007593840000'

let world: TestWorld
let parties: Parties
let browser: Browser
let stage: Stage
before(async () => {
  stage = await openStage()
  ;({ world, browser, parties } = stage)
})
after(() => stage?.close())

type AtShop = {
  readonly order_url: string
  readonly order_id: string
  readonly payment_id: number
  readonly amount_minor: number
}

/** From the shop's front page to the hosted page, as a customer. */
async function buy(page: Page, name: string, email: string): Promise<AtShop> {
  await page.goto(world.facts.shop.url)
  await picture(page, 'shop-front')
  await page
    .getByRole('button', { name: /^Adaugă în coș/ })
    .first()
    .click()
  await page.getByRole('link', { name: 'Vezi coșul' }).click()
  await page.getByRole('link', { name: 'Spre plată' }).click()
  await page.getByLabel('Nume').fill(name)
  await page.getByLabel('Email').fill(email)
  await page.getByRole('button', { name: /^Plătește cu Punte/ }).click()
  await payButton(page).waitFor()
  const payment_id = Number(new URL(page.url()).searchParams.get('payment'))
  const details = await page.getByLabel('Detalii de plată').inputValue()
  const order_id = details.replace('Comanda ', '')
  const amount_minor = Number((await page.getByLabel('Suma de plată').inputValue()).replace(/\D/g, ''))
  return { order_url: `${world.facts.shop.url}/orders/${order_id}`, order_id, payment_id, amount_minor }
}

/** What the payer sees and does once the form is sent, at each kind of bank. */
async function authorise(page: Page, who: Person, amount_minor: number, agree: boolean): Promise<void> {
  if (who.bank_id === 'cetate') {
    await screen(page, 'Confirmă plata în aplicația băncii tale')
    assert.match((await page.locator('.bank-says').textContent()) ?? '', /Mesaj de la Banca Cetate\s*\S/)
    await picture(page, `waiting-${agree ? 'paid' : 'refused'}`)
    const phone = await visitor(browser, { viewport: { width: 390, height: 800 } })
    await tapOnPhone(phone.page, who, `${lei(amount_minor)} lei`, agree ? 'Autorizează plata' : 'Refuză')
    await phone.leave()
    return
  }
  await page.waitForURL(`${who.bank_url}/**`)
  await signIn(page, who)
  await page
    .getByText(`${lei(amount_minor)} lei`)
    .first()
    .waitFor()
  await page.getByRole('button', { name: agree ? 'Autorizează plata' : 'Refuză' }).click()
}

async function mailsWith(email: string, subject: RegExp): Promise<readonly Mail[]> {
  return until('the mail', async () => {
    const found = (await parties.mails(email)).filter((mail) => subject.test(mail.subject))
    return found.length > 0 ? found : undefined
  })
}

type Case = {
  readonly bank_id: BankId
  readonly payer: string
  readonly other: string
  readonly broke: string
  readonly refused: { readonly status: string; readonly heading: string; readonly subject: RegExp }
}
const REFUSED = { status: 'RJCT', heading: 'Plata nu a fost făcută', subject: /a fost respinsă/ }
const CASES: readonly Case[] = [
  { bank_id: 'carpati', payer: 'ana', other: 'mihai', broke: 'sorin', refused: REFUSED },
  {
    bank_id: 'delta',
    payer: 'ioana',
    other: 'radu',
    broke: 'dan',
    // Without a token this bank tells no status: that the payer refused is only what the payer's browser brought.
    refused: { status: 'ABND', heading: 'Ai renunțat la plată', subject: /nu a fost finalizată/ },
  },
  { bank_id: 'cetate', payer: 'andrei', other: 'cristina', broke: 'gigi', refused: REFUSED },
]

// Two at once: most of a journey is waiting, and the machine has few cores.
describe('a shop is paid from a bank account', { concurrency: 2 }, () => {
  for (const { bank_id, payer, other, refused } of CASES) {
    test(`at ${bank_id}: basket, page, bank, outcome, thanks; one debit, webhook and mail`, async () => {
      const who = parties.person(bank_id, payer)
      const email = newEmail(payer)
      const { page, leave } = await visitor(browser)
      const { order_id, payment_id, amount_minor } = await buy(page, who.name, email)
      await fillAccount(page, who, email)
      await page.evaluate('document.activeElement.blur(), scrollTo(0, 0)')
      await picture(page, `page-filled-${bank_id}`)
      await payButton(page).click()
      await authorise(page, who, amount_minor, true)
      await screen(page, 'Plata a fost făcută')
      await picture(page, `outcome-paid-${bank_id}`)
      await page.getByRole('button', { name: 'Mulțumesc!' }).click()
      await page.waitForURL(`${world.facts.shop.url}/orders/${order_id}`)
      await page.getByRole('heading', { name: 'Plată reușită' }).waitFor()
      await picture(page, `shop-paid-${bank_id}`)
      await leave()

      await parties.assertDebitedOnce(who, payment_id, amount_minor, CREDITOR_IBAN)
      const order = await until('the webhook of ACSC', async () => {
        const now = await parties.order(order_id)
        return now.attempts[0]?.webhooks.some(({ status }) => status === 'ACSC') ? now : undefined
      })
      assert.equal(order.paid, true)
      const [mail, ...more] = await mailsWith(email, /a fost efectuată/)
      assert.equal(more.length, 0, 'one mail tells of the payment')
      for (const words of [lei(amount_minor), 'Florăria Ana SRL', String(payment_id), `Comanda ${order_id}`]) {
        assert.ok(mail?.text.includes(words), `the mail's text has ${words}`)
        assert.ok(mail?.html.includes(words), `the mail's HTML has ${words}`)
      }
    })

    test(`at ${bank_id}: the payer refuses; nothing is debited and the shop offers another try`, async () => {
      const who = parties.person(bank_id, other)
      const email = newEmail(other)
      const { page, leave } = await visitor(browser)
      const { order_id, payment_id, amount_minor } = await buy(page, who.name, email)
      await fillAccount(page, who, email)
      await payButton(page).click()
      await authorise(page, who, amount_minor, false)
      await screen(page, refused.heading)
      await page.getByText('Ai refuzat plata la bancă').waitFor()
      await page.getByRole('button', { name: 'Mulțumesc!' }).click()
      await page.waitForURL(`${world.facts.shop.url}/orders/${order_id}`)
      await page.getByRole('button', { name: 'Încearcă din nou' }).waitFor()
      await leave()
      await parties.untilStatus(payment_id, refused.status)
      assert.equal((await parties.payment(payment_id)).reason, 'REFUSED_BY_PAYER')
      await parties.assertNothingDebited(payment_id)
      await mailsWith(email, refused.subject)
    })
  }

  for (const { bank_id, broke } of CASES) {
    test(`at ${bank_id}: without money in the account the payer is told so`, async () => {
      const who = parties.person(bank_id, broke)
      const email = newEmail(broke)
      const { page, leave } = await visitor(browser)
      const { payment_id, amount_minor } = await buy(page, who.name, email)
      await fillAccount(page, who, email)
      await payButton(page).click()
      await authorise(page, who, amount_minor, true)
      await screen(page, 'Plata nu a fost făcută')
      await page.getByText('Nu sunt destui bani în cont').waitFor()
      await picture(page, `outcome-rejected-${bank_id}`)
      await leave()
      await parties.untilStatus(payment_id, 'RJCT')
      assert.equal((await parties.payment(payment_id)).reason, 'INSUFFICIENT_FUNDS')
      await parties.assertNothingDebited(payment_id)
      const [mail] = await mailsWith(email, /a fost respinsă/)
      assert.match(mail?.text ?? '', /Nu au fost destui bani în cont/)
    })
  }

  test('Renunță, before and after the submit: abandoned, nothing debited, back at the shop', async () => {
    const who = parties.person('cetate', 'ileana')
    const email = newEmail('ileana')
    const { page, leave } = await visitor(browser)
    const first = await buy(page, who.name, email)
    await page.getByRole('button', { name: 'Renunță' }).click()
    await page.getByRole('button', { name: 'Înapoi la plată' }).click()
    await page.getByRole('button', { name: 'Renunță' }).click()
    await page.getByRole('button', { name: 'Da, renunț' }).click()
    await page.waitForURL(first.order_url)
    await page.getByRole('heading', { name: 'Plata nu a fost făcută' }).waitFor()
    assert.equal((await parties.payment(first.payment_id)).status, 'ABND')

    // The shop's other try is another payment; this one is given up while the phone is being asked.
    await page.getByRole('button', { name: 'Încearcă din nou' }).click()
    await payButton(page).waitFor()
    const second = Number(new URL(page.url()).searchParams.get('payment'))
    assert.notEqual(second, first.payment_id)
    await fillAccount(page, who, email)
    await payButton(page).click()
    await screen(page, 'Confirmă plata în aplicația băncii tale')
    await page.getByRole('button', { name: 'Renunță' }).click()
    await page.getByRole('button', { name: 'Da, renunț' }).click()
    await page.waitForURL(first.order_url)
    await leave()
    await parties.untilStatus(second, 'ABND', 'CANC')
    const { payments } = await parties.atBank('cetate', second)
    assert.deepEqual(
      payments.map(({ status }) => status),
      ['CANC'],
      'the bank was told to drop it',
    )
    await parties.assertNothingDebited(second)
  })

  test('an ERP (Finance): amount, beneficiary and details are changed on the page and debited as changed', async () => {
    const who = parties.person('carpati', 'mihai')
    const email = newEmail('mihai')
    const other_iban = 'RO09PORL7789778256833565'
    const { page, leave } = await visitor(browser)
    await page.goto(world.facts.erp.url)
    await page
      .getByRole('button', { name: /^Plătește: factura/ })
      .first()
      .click()
    await payButton(page).waitFor()
    const payment_id = Number(new URL(page.url()).searchParams.get('payment'))
    assert.equal(await page.getByLabel('Nume partener').getAttribute('readonly'), '')
    await page.getByLabel('Suma de plată').fill('1.234,56')
    await page.getByLabel('Nume beneficiar').fill('Țesătoria Ștefănescu SRL')
    await page.getByLabel('IBAN beneficiar').fill(other_iban)
    await page.getByLabel('Detalii de plată').fill('Avans căldură 🌞 «iarnă»')
    await fillAccount(page, who, email)
    await picture(page, 'page-finance')
    await payButton(page).click()
    await page.waitForURL(`${who.bank_url}/**`)
    await signIn(page, who)
    await page.getByText('1.234,56 lei').first().waitFor()
    // The bank gets characters that every bank takes.
    await page.getByText('Tesatoria Stefanescu SRL').first().waitFor()
    await page.getByRole('button', { name: 'Autorizează plata' }).click()
    await screen(page, 'Plata a fost făcută')
    await page.getByRole('button', { name: 'Mulțumesc!' }).click()
    await page.waitForURL(`${world.facts.erp.url}/**`)
    await page.getByText('suma a fost schimbată pe pagina de plată').waitFor()
    await picture(page, 'erp-paid')
    await leave()
    await parties.assertDebitedOnce(who, payment_id, 123_456, other_iban)
    assert.match(parties.ordersInLedger('carpati'), /Avans caldura/)
    // People keep their own letters.
    const [mail] = await mailsWith(email, /a fost efectuată/)
    assert.match(`${mail?.subject} ${mail?.text}`, /Țesătoria Ștefănescu SRL[\s\S]*Avans căldură 🌞/)
  })
})

test('nothing of it can be read in the database, its files or the logs', async () => {
  await assertNoSecretsReadable(world, parties, {
    'an edited beneficiary': [
      'Țesătoria Ștefănescu',
      'Tesatoria Stefanescu',
      'RO09PORL7789778256833565',
      CREDITOR_IBAN,
    ],
    'edited details': ['Avans căldură', 'Avans caldura'],
    'mail addresses': ['@exemplu-platitor.ro'],
  })
})
