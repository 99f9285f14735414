/**
 * A limit at work, from a partner's level to the payment that passes again: set by one person, a payment blocked, its alert
 * taken, commented and closed, the limit raised by two people.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { PHONE, picture, type Visitor, visitor } from '../browser/browser.ts'
import { assertAccessible, measure } from '../browser/in-page.ts'
import { openStage, type Stage } from '../browser/stage.ts'
import { newEmail, type Parties, type Person } from '../world/parties.ts'
import { comeBack, decideAtBank, payerAt } from '../world/payer.ts'
import { type TestWorld, until } from '../world/world.ts'
import { signInAt, staffOf } from './staff.ts'

let world: TestWorld
let parties: Parties
let browser: Browser
let stage: Stage
before(async () => {
  stage = await openStage()
  ;({ world, browser, parties } = stage)
})
after(() => stage?.close())

const PARTNER = 'floraria-ana'
const office = () => world.facts.office.url

async function open(page: Page, path: string, heading: string | RegExp): Promise<void> {
  await page.goto(office() + path)
  await page.getByRole('heading', { level: 1, name: heading }).waitFor()
}

async function desk(role: Parameters<typeof staffOf>[1], nth = 0): Promise<Visitor> {
  const one = await visitor(browser, { viewport: { width: 1280, height: 900 } })
  await signInAt(one.page, world, staffOf(world, role, nth))
  return one
}

/** Presses pay on the hosted page. @returns the payment's number and where it stands */
async function pay(
  who: Person,
): Promise<{ readonly payment_id: number; readonly sca_url?: string; readonly step: string }> {
  const email = newEmail('ion')
  const { redirect_url, payment_id } = await parties.placeOrder({ amount: '123.45', email, name: 'Ion Pop' })
  const { status, body } = await payerAt(redirect_url).submit(who, email)
  assert.equal(status, 200, JSON.stringify(body))
  return { payment_id, step: body.step, ...(body.redirectUrl !== undefined && { sca_url: body.redirectUrl }) }
}

test('blocked, alerted, looked into, raised by two, paid', async () => {
  const who = parties.person('carpati', 'ana')
  const operations = await desk('operations')

  // One person sets a limit where there was none: it allows less than before.
  await open(operations.page, `/partners/${PARTNER}/limits`, 'Limite: Florăria Ana')
  await assertAccessible(operations.page, 'limits')
  await operations.page.getByRole('button', { name: 'Schimbă limitele' }).click()
  const volume = operations.page.getByRole('group', { name: 'Plăți pe zi' })
  await volume.getByLabel('Avertizează peste').fill('2')
  await volume.getByLabel('Blochează peste').fill('1')
  await operations.page.getByText('Avertizarea nu poate fi peste blocare.').waitFor()
  await volume.getByLabel('Avertizează peste').fill('')
  await operations.page.getByText('Nicio limită nu se ridică').waitFor()
  await assertAccessible(operations.page, 'changing limits')
  await operations.page.getByRole('button', { name: 'Salvează' }).click()
  await operations.page.getByText('Limitele s-au schimbat.').waitFor()

  // The first payment of the day passes, the second is blocked; the payer is not told which limit it was.
  const first = await pay(who)
  assert.ok(first.sca_url !== undefined)
  await comeBack(await decideAtBank(first.sca_url, who, 'approve'))
  await parties.untilStatus(first.payment_id, 'ACSC')
  const blocked = await pay(who)
  assert.equal(blocked.sca_url, undefined)
  const { status, reason } = await parties.payment(blocked.payment_id)
  assert.deepEqual([status, reason], ['BLOCKED', 'LIMIT_DAILY_VOLUME'])

  // Support sees it beside the navigation, takes it, says something, closes it.
  const support = await desk('support')
  await support.page.getByLabel('o alertă neluată').waitFor()
  await open(support.page, '/alerts', 'Alerte')
  await assertAccessible(support.page, 'alerts')
  await support.page.getByRole('link', { name: /Plăți pe zi/ }).click()
  await support.page.getByRole('heading', { level: 1, name: /^Alerta \d+$/ }).waitFor()
  await assertAccessible(support.page, 'an alert')
  const alert_url = support.page.url()
  await support.page.getByRole('button', { name: 'Ia alerta' }).click()
  await support.page.getByRole('button', { name: 'Ia alerta' }).waitFor({ state: 'detached' })
  await support.page.getByLabel('Comentariu').fill('<b>am sunat</b> =1+1')
  await support.page.getByRole('button', { name: 'Adaugă comentariul' }).click()
  await support.page.getByText('Niciun comentariu.').waitFor({ state: 'detached' })
  await support.page.getByRole('region', { name: 'Comentarii' }).getByText('<b>am sunat</b> =1+1').waitFor()
  await picture(support.page, 'office-alert')
  // The reason stands at the payment, for staff.
  await support.page.getByRole('link', { name: String(blocked.payment_id) }).click()
  await support.page
    .getByText(/LIMIT_DAILY_VOLUME/)
    .first()
    .waitFor()
  await support.page.goto(alert_url)
  await support.page.getByRole('button', { name: 'Închide cu acest comentariu' }).click()
  await support.page.getByText('Scrie ce ai constatat.').waitFor()
  await support.page.getByLabel('Comentariu').fill('Vânzări reale: se cere limită mai mare.')
  await support.page.getByRole('button', { name: 'Închide cu acest comentariu' }).click()
  await support.page.getByText('închisă', { exact: true }).waitFor()

  // Operations may not raise it: told before anything is sent.
  await operations.page.reload()
  await operations.page.getByRole('button', { name: 'Schimbă limitele' }).click()
  await operations.page.getByRole('group', { name: 'Plăți pe zi' }).getByLabel('Blochează peste').fill('50')
  await operations.page.getByText('Rolul tău nu propune ridicarea limitelor.').waitFor()

  // Compliance proposes, and cannot approve it himself.
  const compliance = await desk('compliance')
  await open(compliance.page, `/partners/${PARTNER}/limits`, 'Limite: Florăria Ana')
  await compliance.page.getByRole('button', { name: 'Schimbă limitele' }).click()
  await compliance.page.getByRole('group', { name: 'Plăți pe zi' }).getByLabel('Blochează peste').fill('50')
  await compliance.page.getByRole('button', { name: 'Propune ridicarea' }).click()
  const dialog = compliance.page.getByRole('dialog')
  await dialog.getByLabel('Motivul').fill('Vânzări reale de sărbători')
  await assertAccessible(compliance.page, 'proposing')
  await dialog.getByRole('button', { name: 'Propune' }).click()
  await compliance.page.getByRole('link', { name: /Vezi propunerea/ }).click()
  await compliance.page.getByText('E propunerea ta: o aprobă altcineva.').waitFor()
  assert.equal(await compliance.page.getByRole('button', { name: 'Aprobă și execută' }).count(), 0)
  const proposal = new URL(compliance.page.url()).pathname.split('/').pop()
  const own = `fetch('/office/api/approvals/${proposal}/approval', { method: 'POST', headers: { 'x-punte-call': '1' } })`
  assert.equal(await compliance.page.evaluate(`${own}.then(({ status }) => status)`), 403)
  assert.equal((await pay(who)).sca_url, undefined)

  // The administrator does, on a phone.
  const administrator = await visitor(browser, { viewport: PHONE })
  await signInAt(administrator.page, world, staffOf(world, 'administrator'))
  await open(administrator.page, `/approvals/${proposal}`, `Propunerea ${proposal}`)
  await administrator.page.getByText('Vânzări reale de sărbători').waitFor()
  await assertAccessible(administrator.page, 'a proposal')
  assert.ok((await measure(administrator.page)).wide <= PHONE.width, 'no wider than the phone')
  await picture(administrator.page, 'office-proposal-phone')
  await administrator.page.getByRole('button', { name: 'Aprobă și execută' }).click()
  await administrator.page.getByText('aprobată și făcută').waitFor()

  const passed = await until('the higher limit is known', async () => {
    const one = await pay(who)
    return one.sca_url === undefined ? undefined : one
  })
  await comeBack(await decideAtBank(passed.sca_url ?? '', who, 'approve'))
  await parties.untilStatus(passed.payment_id, 'ACSC')

  for (const one of [operations, support, compliance, administrator]) await one.leave()
})

test('pages of partners, limits, alerts and proposals: nothing that axe finds, and no wider than a phone', async () => {
  const one = await visitor(browser, { viewport: PHONE })
  await signInAt(one.page, world, staffOf(world, 'administrator', 1))
  const pages: readonly (readonly [string, string | RegExp])[] = [
    ['/partners', 'Parteneri'],
    [`/partners/${PARTNER}`, 'Florăria Ana'],
    [`/partners/${PARTNER}/limits`, /^Limite/],
    ['/alerts?state=all', 'Alerte'],
    ['/approvals?state=past', 'Aprobări'],
    ['/keys', 'Cheile instalației'],
  ]
  for (const [path, heading] of pages) {
    await open(one.page, path, heading)
    await one.page.waitForLoadState('networkidle')
    await assertAccessible(one.page, path)
    assert.ok((await measure(one.page)).wide <= PHONE.width, `${path} is wider than the phone`)
    await picture(one.page, `office${path.replace(/\W+/g, '-')}-phone`)
  }
  await one.leave()
})
