/** Cards at the shop, clicked through in Chromium: paid, kept, refused, a series opened, charged and moved to another card. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { type Account, gatewayAt } from '../cards/gateway.ts'
import { newNumber } from '../cards/world.ts'
import { newEmail, type Parties } from '../world/parties.ts'
import { assertNoSecretsReadable } from '../world/secrets.ts'
import type { TestWorld } from '../world/world.ts'
import { DESKTOP, PHONE, picture, type Visitor, visitor } from './browser.ts'
import { assertAccessible, measure } from './in-page.ts'
import { openStage, type Stage } from './stage.ts'

/** Expiries to which the simulated acquirer gives these answers. */
const APPROVED = '01/39'
const DECLINED = '05/39'
const SILENT = '05/37'
const CARDHOLDER = 'Posesoarea de Probă'

let world: TestWorld
let parties: Parties
let browser: Browser
let stage: Stage
let gateway: ReturnType<typeof gatewayAt>
let merchant: Account
const numbers: string[] = []
before(async () => {
  stage = await openStage()
  ;({ world, browser, parties } = stage)
  gateway = gatewayAt(world.facts.card_api.url, readFileSync(world.facts.ca))
  const found = world.facts.card_api.merchants.find(({ id }) => id === 'TESTMERCHANT')
  assert.ok(found !== undefined)
  merchant = found
})
after(async () => {
  gateway?.close()
  await stage?.close()
})

/** A card nobody else has. */
function newCard(prefix?: string): string {
  const number = newNumber(prefix)
  numbers.push(number)
  return number
}

/** An order of the shop's first flowers, up to the card form. @returns its number */
async function toCardForm(page: Page): Promise<string> {
  await page.goto(world.facts.shop.url)
  await page
    .getByRole('button', { name: /^Adaugă în coș/ })
    .first()
    .click()
  await page.getByRole('link', { name: 'Vezi coșul' }).click()
  await page.getByRole('link', { name: 'Spre plată' }).click()
  await page.getByLabel('Nume').fill('Ana Pop')
  await page.getByLabel('Email').fill(newEmail('card'))
  await page.getByRole('button', { name: /^Plătește cu cardul/ }).click()
  await heading(page, 'Plătește cu cardul')
  return /FA-\w{10}/.exec(page.url())?.[0] ?? ''
}

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
const lastFour = (number: string): string => `•••• ${number.slice(-4)}`

async function typeCard(page: Page, number: string, expiry: string): Promise<void> {
  await page.getByLabel('Numărul cardului').pressSequentially(number)
  await page.getByLabel('Numele de pe card').fill(CARDHOLDER)
  await page.getByLabel('Expiră (LL/AA)').pressSequentially(expiry.replace('/', ''))
  await page.getByLabel('Cod CVC / CVV').fill('100')
}

const pay = (page: Page) => page.locator('.card-form').getByRole('button').click()

/** What the card API itself says of an order. */
async function orderOf(order_id: string): Promise<{ status: string; captured: string; transactions: string[] }> {
  const answer = await gateway.ask('REST', merchant, 'RETRIEVE_ORDER', { 'order.id': order_id })
  const transactions: string[] = []
  for (let n = 0; answer.at(`transaction[${n}].result`) !== undefined; n += 1)
    transactions.push(`${answer.at(`transaction[${n}].transaction.source`)} ${answer.at(`transaction[${n}].result`)}`)
  return { status: answer.at('status') ?? '', captured: answer.at('totalCapturedAmount') ?? '', transactions }
}

/** Sound for people who do not see it, and for fingers. */
async function assertFit(page: Page, where: string): Promise<void> {
  await assertAccessible(page, where)
  const { wide, low } = await measure(page)
  assert.ok(wide <= (page.viewportSize()?.width ?? 0), `${where} is ${wide} px wide`)
  assert.deepEqual(low, [], `${where} has controls too low for a finger`)
}

describe('cards at the shop', { concurrency: 2 }, () => {
  test('pays by card, keeps it, pays with the kept one in one tap, deletes it', async () => {
    const { page, leave }: Visitor = await visitor(browser, { viewport: PHONE })
    const number = newCard()
    const first = await toCardForm(page)
    await assertFit(page, 'the card form')
    await picture(page, 'card-form-phone')
    await typeCard(page, number, APPROVED)
    assert.equal(await page.getByLabel('Numărul cardului').inputValue(), number.replace(/(\d{4})(?=\d)/g, '$1 '))
    await page.getByLabel('Salvează cardul pentru plățile viitoare').check()
    await pay(page)
    await heading(page, 'Plată reușită')
    await page.getByText('Cardul a fost salvat').waitFor()
    await picture(page, 'card-paid-phone')
    const paid = await orderOf(first)
    assert.deepEqual([paid.status, paid.transactions], ['CAPTURED', ['INTERNET SUCCESS']])

    const second = await toCardForm(page)
    await assertFit(page, 'the card form with a kept card')
    await page.getByRole('button', { name: new RegExp(`${lastFour(number)}.*Plătește`, 's') }).click()
    await heading(page, 'Plată reușită')
    assert.equal((await orderOf(second)).status, 'CAPTURED')

    await page.getByRole('link', { name: 'Carduri' }).click()
    await assertFit(page, 'the kept cards')
    await page.getByRole('button', { name: new RegExp(`Șterge cardul .* ${number.slice(-4)}`) }).click()
    await page.getByText('Cardul a fost șters.').waitFor()
    assert.equal(await page.getByText(lastFour(number)).count(), 0)
    await leave()
  })

  test('a declined card says so in words and leaves the order open for another', async () => {
    const { page, leave } = await visitor(browser)
    const order_id = await toCardForm(page)
    await page.getByLabel('Numărul cardului').fill('5123450000000007')
    await pay(page)
    await page.getByText('Numărul cardului nu este corect; verifică cifrele').waitFor()
    assert.equal(await page.evaluate('document.activeElement.id'), 'card-number')
    await assertFit(page, 'the card form with faults')
    await page.getByLabel('Numărul cardului').fill('')
    await typeCard(page, newCard(), DECLINED)
    await pay(page)
    await heading(page, 'Plata nu a reușit')
    await page.getByText('Banca ta a refuzat plata').waitFor()
    await assertFit(page, 'a declined payment')
    await picture(page, 'card-declined')
    await page.getByRole('link', { name: 'Încearcă din nou cu cardul' }).click()
    await typeCard(page, newCard('450875'), APPROVED)
    await pay(page)
    await heading(page, 'Plată reușită')
    const { status, transactions } = await orderOf(order_id)
    assert.deepEqual([status, transactions], ['CAPTURED', ['INTERNET FAILURE', 'INTERNET SUCCESS']])
    await leave()
  })

  test('an outcome that nobody knows yet is waited for, and the page tells it when it comes', async () => {
    const { page, leave } = await visitor(browser)
    const order_id = await toCardForm(page)
    await typeCard(page, newCard(), SILENT)
    await pay(page)
    await heading(page, 'Verificăm plata')
    await assertFit(page, 'a payment being checked')
    await picture(page, 'card-checking')
    await page.goto(`${world.facts.shop.url}/orders/${order_id}/card`)
    await heading(page, 'Verificăm plata')
    await page.getByRole('heading', { level: 1, name: 'Plata nu a reușit' }).waitFor()
    assert.deepEqual((await orderOf(order_id)).transactions, ['INTERNET FAILURE'])
    await leave()
  })

  test('opens a subscription, is charged without being there, changes the card, ends it', async () => {
    const { page, leave } = await visitor(browser, { viewport: DESKTOP })
    const [first_card, second_card] = [newCard(), newCard('450875')]
    await page.goto(`${world.facts.shop.url}/abonamente`)
    await assertFit(page, 'the subscriptions')
    await page.getByRole('link', { name: 'Alege: Buchetul săptămânal' }).click()
    await typeCard(page, first_card, APPROVED)
    await pay(page)
    await page.getByText('Bifează ca să fii de acord').waitFor()
    await page.getByLabel(/Sunt de acord ca Florăria Ana/).check()
    await pay(page)
    await page.getByText('Totul este în ordine.').waitFor()
    await page.getByText('1 din 12').waitFor()
    const series_id = /AB-\w{10}/.exec(page.url())?.[0] ?? ''
    await assertFit(page, 'a subscription')

    await page.getByRole('button', { name: 'Încasează acum' }).click()
    await page.getByText('Plata a fost încasată.').waitFor()
    await page.getByText('2 din 12').waitFor()
    assert.deepEqual((await orderOf(`${series_id}-2`)).transactions, ['MERCHANT SUCCESS'])
    await picture(page, 'subscription')

    await page.getByRole('link', { name: 'Schimbă cardul' }).click()
    await typeCard(page, second_card, APPROVED)
    await page.getByLabel(/Sunt de acord ca plățile următoare/).check()
    await pay(page)
    await page.getByText('Cardul a fost schimbat.').waitFor()
    await page.getByText(lastFour(second_card)).waitFor()
    assert.equal((await orderOf(`${series_id}-C1`)).status, 'VERIFIED')
    await page.getByRole('button', { name: 'Încasează acum' }).click()
    await page.getByText('3 din 12').waitFor()

    const agreement = await gateway.ask('REST', merchant, 'RETRIEVE_AGREEMENT', { 'agreement.id': series_id })
    assert.equal(agreement.at('agreement.type'), 'RECURRING', agreement.text)
    await page.getByRole('link', { name: 'English' }).click()
    await heading(page, 'The weekly bouquet')
    await page.getByRole('button', { name: 'End the subscription' }).click()
    await page.getByText('We charge nothing more to your card.').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Charge now' }).count(), 0)
    await leave()
  })

  test('six rates are six', async () => {
    const { page, leave } = await visitor(browser)
    await page.goto(`${world.facts.shop.url}/abonamente`)
    await page.getByRole('link', { name: /^Alege: Grădina/ }).click()
    await typeCard(page, newCard(), APPROVED)
    await page.getByLabel(/Sunt de acord ca Florăria Ana/).check()
    await pay(page)
    for (const taken of [1, 2, 3, 4, 5]) {
      await page.getByText(`${taken} din 6`).waitFor()
      await page.getByRole('button', { name: 'Încasează acum' }).click()
    }
    await page.getByText('Toate plățile au fost făcute').waitFor()
    await leave()
  })
})

test('neither card numbers nor names can be read in the database, its files or the logs', async () => {
  assert.ok(numbers.length >= 7)
  await assertNoSecretsReadable(world, parties, { 'a card number': numbers, "a cardholder's name": [CARDHOLDER] })
})
