/**
 * A payment looked for, as support and compliance do: by the payer's account, its timeline read, its webhook sent again, the list
 * exported and held against what the page shows; and
 * money of a card order paid back by two people.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { PHONE, picture, type Visitor, visitor } from '../browser/browser.ts'
import { assertAccessible } from '../browser/in-page.ts'
import { openStage, type Stage } from '../browser/stage.ts'
import { gatewayAt } from '../cards/gateway.ts'
import { newEmail, type Parties } from '../world/parties.ts'
import { comeBack, decideAtBank, payerAt } from '../world/payer.ts'
import { type TestWorld, until } from '../world/world.ts'
import { callsOf, signInAt, staffOf } from './staff.ts'

let world: TestWorld
let parties: Parties
let browser: Browser
let stage: Stage
before(async () => {
  stage = await openStage()
  ;({ world, browser, parties } = stage)
})
after(() => stage?.close())

async function open(page: Page, path: string, heading: string | RegExp): Promise<void> {
  await page.goto(world.facts.office.url + path)
  await page.getByRole('heading', { level: 1, name: heading }).waitFor()
}

async function desk(role: Parameters<typeof staffOf>[1], nth = 0): Promise<Visitor> {
  const one = await visitor(browser, { viewport: { width: 1280, height: 900 } })
  await signInAt(one.page, world, staffOf(world, role, nth))
  return one
}

/** @param name of the payer's purchase; paid unless he refuses */
async function pay(decision: 'approve' | 'refuse', name = 'Ion Pop'): Promise<number> {
  const who = parties.person('carpati', 'ana')
  const email = newEmail('ion')
  const { redirect_url, payment_id } = await parties.placeOrder({ amount: '123.45', email, name })
  const sca_url = await payerAt(redirect_url).toBank(who, email)
  await comeBack(await decideAtBank(sca_url, who, decision))
  await parties.untilStatus(payment_id, decision === 'approve' ? 'ACSC' : 'RJCT')
  return payment_id
}

const rowsOf = (page: Page) => page.getByRole('table').first().getByRole('row')

async function exported(page: Page, format: 'CSV' | 'Excel (XLSX)'): Promise<Buffer> {
  await page.getByRole('button', { name: 'Exportă' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: format }).click(),
  ])
  assert.match(download.suggestedFilename(), /^punte-plati-\d{4}-\d\d-\d\d-\d{4}\.(csv|xlsx)$/)
  return readFile(await download.path())
}

test('found by the account, told in order, told again, exported', async () => {
  const iban = parties.person('carpati', 'ana').iban
  const paid = await pay('approve')
  const refused = await pay('refuse')
  const support = await desk('support')
  const { page } = support

  // By the whole account: what stands in the address afterwards names nobody.
  await open(page, '/payments', 'Plăți')
  await assertAccessible(page, 'payments')
  await page.getByLabel('Valoarea exactă').fill(iban.replace(/(.{4})/g, '$1 '))
  await page.getByRole('button', { name: 'Caută' }).click()
  await page.getByText('IBAN plătitor: valoare exactă').waitFor()
  await page.getByRole('link', { name: String(paid) }).waitFor()
  assert.equal(await rowsOf(page).count(), 3)
  assert.match(page.url(), /debtor_iban_key=[\w-]{43}/)
  assert.ok(!page.url().includes(iban))
  assert.ok(!(await page.content()).includes(iban))
  await assertAccessible(page, 'payments found')

  // Filters stay in the address: a reload shows the same.
  await page.getByRole('combobox', { name: 'Starea' }).click()
  await page.getByRole('option', { name: /^RJCT/ }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Caută' }).click()
  await page.getByRole('link', { name: String(paid) }).waitFor({ state: 'detached' })
  await page.reload()
  await page.getByRole('link', { name: String(refused) }).waitFor()
  assert.equal(await rowsOf(page).count(), 2)
  assert.equal(await page.getByRole('button', { name: 'Exportă' }).count(), 0)

  // One payment: what happened, what was said with the bank; people masked.
  await open(page, `/payments/${paid}`, `Plata ${paid}`)
  await page
    .getByText('ACTC → ACSC')
    .or(page.getByText(/→ ACSC/))
    .first()
    .waitFor()
  await page.getByLabel(/mesajele cu banca/).check()
  await page.getByText('Banca a răspuns').first().waitFor()
  const told = await page.content()
  assert.ok(!told.includes(iban) && told.includes(`${iban.slice(0, 4)}…${iban.slice(-4)}`))
  await assertAccessible(page, 'a payment')
  assert.equal(await page.getByRole('button', { name: 'Arată datele întregi' }).count(), 0)

  // Its webhook again.
  const delivered = async () => {
    const rows = await parties.query<{ at: Date | null }>(
      `select max(delivered_at) as at from webhook_deliveries where payment_id = $1 and state = 'delivered'`,
      [paid],
    )
    return rows[0]?.at?.getTime() ?? 0
  }
  const before_again = await until('the first webhook', async () => (await delivered()) || undefined)
  await page.getByRole('button', { name: 'Retrimite webhook-urile' }).click()
  await page.getByText(/Puse din nou la coadă/).waitFor()
  await until('the webhook again', async () => ((await delivered()) > before_again ? true : undefined))
  await page.setViewportSize(PHONE)
  await page.reload()
  await page.getByRole('heading', { level: 1 }).waitFor()
  await picture(page, 'office-payment-phone')
  await support.leave()

  // Compliance sees people in clear, on record, and takes the list home as a file.
  const compliance = await desk('compliance')
  await open(compliance.page, `/payments/${paid}`, `Plata ${paid}`)
  await compliance.page.getByRole('button', { name: 'Arată datele întregi' }).click()
  await compliance.page.getByText(iban).waitFor()
  await picture(compliance.page, 'office-payment')
  await open(compliance.page, '/payments?status=RJCT,ACSC', 'Plăți')
  await compliance.page.getByRole('link', { name: String(paid) }).waitFor()
  const shown = await rowsOf(compliance.page).getByRole('link').allTextContents()
  const csv = (await exported(compliance.page, 'CSV')).toString('utf8')
  const lines = csv.trimEnd().split('\r\n').slice(1)
  assert.deepEqual(lines.map((line) => line.split(',')[0]).toSorted(), shown.toSorted())
  assert.ok(!csv.includes(iban))
  const xlsx = await exported(compliance.page, 'Excel (XLSX)')
  assert.equal(xlsx.subarray(0, 2).toString(), 'PK')
  await compliance.leave()
  const call = await callsOf(world, staffOf(world, 'auditor'))
  const { body } = await call('GET', '/audit?act=payments.export-end')
  assert.match(JSON.stringify(body), /"rows":2/)
})

test('money of a card order is paid back when a second person agrees', async () => {
  const { card_api, ca } = world.facts
  const merchant = card_api.merchants[0]
  assert.ok(merchant !== undefined)
  const gateway = gatewayAt(card_api.url, readFileSync(ca))
  const card = 'sourceOfFunds.provided.card'
  const asked = {
    'order.id': 'cmd-1',
    'transaction.id': '1',
    'order.amount': '100.00',
    'order.currency': 'RON',
    'sourceOfFunds.type': 'CARD',
    [`${card}.number`]: '5123450000000008',
    [`${card}.expiry.month`]: '01',
    [`${card}.expiry.year`]: '39',
    'agreement.id': 'abo-1',
    'agreement.type': 'RECURRING',
    'agreement.amountVariability': 'VARIABLE',
    [`${card}.storedOnFile`]: 'TO_BE_STORED',
  }
  const charged = await gateway.ask('REST', merchant, 'PAY', asked)
  gateway.close()
  assert.equal(charged.status, 201, charged.text)

  const first = await desk('operations')
  const path = `/orders/${merchant.id}/cmd-1`
  await open(first.page, '/orders?status=CAPTURED', 'Comenzi cu cardul')
  await assertAccessible(first.page, 'orders')
  await first.page.getByRole('link', { name: 'cmd-1' }).click()
  await first.page.getByRole('button', { name: 'Propune o rambursare' }).click()
  const dialog = first.page.getByRole('dialog')
  await dialog.getByLabel(/^Suma/).fill('100.01')
  await dialog.getByText('Suma nu este bună.').waitFor()
  await dialog.getByLabel(/^Suma/).fill('40.00')
  await dialog.getByLabel('Motivul').fill('Marfa a fost returnată.')
  await assertAccessible(first.page, 'a refund')
  await dialog.getByRole('button', { name: 'Propune' }).click()
  await first.page.getByText('Propunerea așteaptă aprobarea altcuiva').waitFor()
  await assertAccessible(first.page, 'an order')

  const second = await callsOf(world, staffOf(world, 'operations', 1))
  const { body } = await second('GET', '/approvals')
  const approval_id = /"approval_id":(\d+)/.exec(JSON.stringify(body))?.[1]
  const approved = await second('POST', `/approvals/${approval_id}/approval`)
  assert.ok(approved.status < 300, JSON.stringify(approved.body))
  await until('the refund', async () => {
    const order = await second('GET', path)
    return /"refunded_minor":4000/.test(JSON.stringify(order.body)) || undefined
  })
  await open(first.page, path, 'Comanda cmd-1')
  await first.page.getByText('rambursată în parte', { exact: true }).waitFor()
  for (const [page, heading] of [
    ['/agreements', 'Acorduri'],
    ['/agreements/floraria-ana/abo-1', 'Acordul abo-1'],
    ['/tokens', 'Tokenuri'],
  ] as const) {
    await open(first.page, page, heading)
    await first.page.getByRole('table').first().or(first.page.getByText('Niciun token')).first().waitFor()
    await assertAccessible(first.page, page)
  }
  await first.leave()
})

test('text that partners send is text: in the list, on the page, in the file', async () => {
  const nasty = '=HYPERLINK("http://x","<script>alert(1)</script>")'
  const payment_id = await pay('approve', nasty)
  const compliance = await desk('compliance')
  await open(compliance.page, `/payments/${payment_id}`, `Plata ${payment_id}`)
  await compliance.page.getByRole('button', { name: 'Arată datele întregi' }).click()
  await compliance.page.getByText('Ascunde').waitFor()
  assert.equal(await compliance.page.locator('main script').count(), 0)
  await compliance.leave()
})
