/**
 * Somebody of a partner is invited, chooses a password, connects a telephone, and looks at what is the partner's: payments,
 * webhooks, calls, certificates. He has a webhook sent again and the secret changed; what is another partner's he does not see.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { DESKTOP, PHONE, picture, type Visitor, visitor } from '../browser/browser.ts'
import { assertAccessible } from '../browser/in-page.ts'
import { openStage, type Stage } from '../browser/stage.ts'
import { newEmail, type Parties } from '../world/parties.ts'
import { payerAt } from '../world/payer.ts'
import { punteIn } from '../world/punte.ts'
import { type TestWorld, until } from '../world/world.ts'
import { callsOf, codeOf, staffOf } from './staff.ts'

const PASSWORD = 'vq7#Rm2-kz9!Twx4Lb'
const NAME = 'Ana Popescu'

let world: TestWorld
let parties: Parties
let browser: Browser
let stage: Stage
let ana: Visitor
let email: string
before(async () => {
  stage = await openStage()
  ;({ world, browser, parties } = stage)
  ana = await visitor(browser)
  email = newEmail('ana')
})
after(() => stage?.close())

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor()

/** Opens a page by the navigation, looks at it in both widths and has axe look, too. */
async function seen(page: Page, name: string): Promise<void> {
  for (const [size, viewport] of [
    ['desktop', DESKTOP],
    ['phone', PHONE],
  ] as const) {
    await page.setViewportSize(viewport)
    await assertAccessible(page, `${name}, ${size}`)
    const wide = await page.evaluate('document.documentElement.scrollWidth')
    assert.ok((wide as number) <= viewport.width, `${name} is ${wide} wide on a ${size}`)
    await picture(page, `portal-${name}-${size}`)
  }
  await page.setViewportSize(DESKTOP)
}

const go = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click()

test('invited by the command line: the link in the mail, a password, an authenticator, the first page', async () => {
  const { client_id } = shop()
  const added = await punteIn(world, 'partner', 'user', 'add', client_id, 'ana', '--name', NAME, '--email', email)
  assert.equal(added.code, 0, added.stderr)
  const mail = await until('the mail', async () => (await parties.mails(email))[0])
  const link = /https?:\S+#\S+/.exec(mail.text)?.[0] ?? ''
  const { page } = ana
  await page.goto(link)
  await heading(page, 'Alege o parolă')
  await page.getByText(`ana@${client_id}`).waitFor()
  await seen(page, 'invitation')
  await page.getByLabel('Parola nouă').fill('parola12345678')
  await page.getByRole('button', { name: 'Continuă' }).click()
  await page.getByText('Parola nu îndeplinește regulile').waitFor()
  await page.getByLabel('Parola nouă').fill(PASSWORD)
  await page.getByRole('button', { name: 'Continuă' }).click()
  await heading(page, 'Leagă aplicația de autentificare')
  assert.ok(!page.url().includes('#'), 'the used link stays in the address')
  const secret = (await page.locator('code').first().textContent())?.replace(/\s/g, '') ?? ''
  await page.getByLabel('Codul din aplicație').fill(await codeOf(secret))
  await page.getByRole('button', { name: 'Continuă' }).click()
  await heading(page, 'Coduri de recuperare')
  await page.getByRole('button', { name: /Le-am păstrat/ }).click()
  await heading(page, shop().name)
  const again = await visitor(browser)
  await again.page.goto(link)
  await heading(again.page, 'Linkul nu mai este bun')
  await again.leave()
})

const shop = () => {
  const found = world.facts.partners.find(({ client_id }) => client_id === 'floraria-ana')
  assert.ok(found !== undefined)
  return found
}

test('its payments with what happened to them; a webhook is sent again, the secret changed, and the shop still believes it', async () => {
  const order = await parties.placeOrder({ amount: '41.50', email: newEmail('payer') })
  const { payment_id } = order
  await payerAt(order.redirect_url).abandon()
  await parties.untilStatus(payment_id, 'ABND')
  const told = () =>
    until('the webhook', async () => (await deliveries(payment_id)).find(({ state }) => state === 'delivered'))
  const first = await told()
  const { page } = ana
  await page.reload()
  await page.getByText('ABND · abandonată').waitFor()
  await seen(page, 'home')
  await go(page, 'Plăți')
  await heading(page, 'Plăți')
  await page.getByRole('link', { name: String(payment_id) }).waitFor()
  await seen(page, 'payments')
  await page.getByLabel('Suma de la (lei)').fill('41.51')
  await page.getByRole('button', { name: 'Caută' }).click()
  await page.getByText('Nicio plată nu se potrivește.').waitFor()
  assert.match(page.url(), /least=41\.51/)
  await page.getByRole('button', { name: 'Golește' }).click()
  await page.getByRole('link', { name: String(payment_id) }).click()
  await heading(page, `Plata ${payment_id}`)
  await page.getByText('41,50 RON').waitFor()
  const timeline = page.getByRole('table', { name: 'Ce s-a întâmplat cu plata' })
  await timeline.getByText('plata este inițiată').waitFor()
  await timeline.getByText('livrată').waitFor()
  await until('the call in the timeline', async () => {
    if ((await timeline.getByText(/^POST .*initPayment|^POST .*payment/).count()) > 0) return true
    await page.reload()
    await timeline.waitFor()
    return false
  })
  await seen(page, 'payment')

  await go(page, 'Notificări')
  await heading(page, 'Notificări (webhooks)')
  const line = page.getByRole('row').filter({ hasText: String(payment_id) })
  const resend = async () => {
    await line.getByRole('button', { name: /^Trimite din nou/ }).click()
    await until('a new delivery', async () => {
      const now = (await deliveries(payment_id)).find(({ event_no }) => event_no === first.event_no)
      return now?.state === 'delivered' && now.delivered_at.getTime() > last.getTime() ? now : undefined
    })
  }
  let last = first.delivered_at
  await resend()
  await page.getByRole('button', { name: 'Schimbă cheia' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Schimbă cheia' }).click()
  await page.getByText(/^whsec_/).waitFor()
  await picture(page, 'portal-secret')
  await page.getByRole('button', { name: 'Am păstrat-o' }).click()
  await page.getByText(/^whsec_/).waitFor({ state: 'detached' })
  // The shop still has the former secret, which signs for another day.
  last = (await deliveries(payment_id)).find(({ event_no }) => event_no === first.event_no)?.delivered_at ?? last
  await page.reload()
  await resend()
  await seen(page, 'webhooks')
})

const deliveries = (payment_id: number) =>
  parties.query<{ event_no: number; state: string; delivered_at: Date }>(
    'select event_no, state, delivered_at from webhook_deliveries where payment_id = $1 order by event_no',
    [payment_id],
  )

test('calls, certificates, profile and people; what is told reaches compliance', async () => {
  const { page } = ana
  await go(page, 'Jurnal API')
  await heading(page, 'Jurnal API')
  await page.getByRole('row').nth(1).waitFor()
  await seen(page, 'calls')
  await go(page, 'Certificate')
  await heading(page, 'Certificate')
  await page.getByRole('button', { name: 'Cere retragerea' }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cere retragerea' }).click()
  await page.getByText('Așteaptă aprobarea operatorului').waitFor()
  await seen(page, 'certificates')
  await go(page, 'Parole card')
  await heading(page, 'Parole pentru API-ul de card')
  await page.getByText(/^merchant\./).waitFor()
  await seen(page, 'merchant')
  await go(page, 'Profil')
  await heading(page, 'Profil')
  const moved = 'Ne-am mutat pe strada Ulmului 7, <b>Cluj</b>'
  await page.getByLabel('Ce anume').fill(moved)
  await page.getByRole('button', { name: 'Trimite' }).click()
  await page.getByRole('cell', { name: moved }).waitFor()
  await seen(page, 'profile')
  await go(page, 'Utilizatori')
  await heading(page, 'Utilizatori')
  await page.getByRole('button', { name: 'Invită pe cineva' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Nume').fill('Radu Ionescu')
  await dialog.getByLabel('E-mail').fill(newEmail('radu'))
  await dialog.getByLabel(/^Utilizator/).fill('radu')
  await picture(page, 'portal-invite')
  await dialog.getByRole('button', { name: 'Trimite invitația' }).click()
  await page.getByText(/Invitația pentru radu@.* a fost trimisă/).waitFor()
  await seen(page, 'users')

  const compliance = await callsOf(world, staffOf(world, 'compliance'))
  const { notices } = (await compliance('GET', '/partner-notices')).body as {
    notices: { partner_id: number; notice_no: number; text: string }[]
  }
  const notice = notices.find(({ text }) => text === moved)
  assert.ok(notice !== undefined)
  const path = `/partner-notices/${notice.partner_id}/${notice.notice_no}/close`
  assert.equal((await compliance('POST', path, {})).status, 204)
  const operations = await callsOf(world, staffOf(world, 'operations'))
  const waiting = JSON.stringify((await operations('GET', '/approvals')).body)
  assert.match(waiting, /partner\.certificate/)
  assert.match(waiting, /ana@floraria-ana/)
})

test('nothing of another partner; after signing out nothing at all', async () => {
  const { page, context } = ana
  const [other] = await parties.query<{ payment_id: string }>(
    `insert into payments (partner_id, certificate_thumbprint, refresh_hash)
      select partner_id, 'x', '\\x00' from partners where client_id <> $1 limit 1 returning payment_id`,
    [shop().client_id],
  )
  await page.goto(`${world.facts.portal.url}/payments/${other?.payment_id}`)
  await page.getByText('Plata nu este cunoscută.').waitFor()
  const [cookie] = await context.cookies()
  await page.getByRole('button', { name: 'Ieși' }).click()
  await heading(page, 'Intră în cont')
  const answer = await fetch(`${new URL(world.facts.portal.url).origin}/portal/api/profile`, {
    headers: { 'x-punte-call': '1', cookie: `${cookie?.name}=${cookie?.value}` },
  })
  assert.equal(answer.status, 401)
  // At the office nobody of a partner is known.
  await page.goto(world.facts.office.url)
  await page.getByLabel('Utilizator').fill(`ana@${shop().client_id}`)
  await page.getByLabel('Parolă').fill(PASSWORD)
  await page.getByRole('button', { name: 'Continuă' }).click()
  await page.getByText(/Utilizatorul sau parola sunt greșite/).waitFor()
  await ana.leave()
})
