/**
 * Staff at the door of the back office, in a browser: the first sign-in, a password that has come of age, a session that idles
 * out while something is being typed, passkeys (of Chromium's virtual authenticator), and all of it with the keyboard alone.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { fromBase32, stepAt, totpCode } from '../../src/domain/staff/totp.ts'
import { PHONE, picture, visitor } from '../browser/browser.ts'
import { assertAccessible, measure } from '../browser/in-page.ts'
import { openStage, type Stage } from '../browser/stage.ts'
import { type TestWorld, until } from '../world/world.ts'
import { codeOf, signInAt, staffOf } from './staff.ts'

const OWN_PASSWORD = 'garduri-verzi 41 sub ploaie'
const NEXT_PASSWORD = 'Lb!9zk-2mR#7qv Xw4T'

let world: TestWorld
let browser: Browser
let stage: Stage
let database: pg.Client
before(async () => {
  stage = await openStage({})
  ;({ world, browser } = stage)
  database = new pg.Client({ connectionString: world.facts.database.url })
  await database.connect()
})
after(async () => {
  await database?.end()
  await stage?.close()
})

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
const next = (page: Page) => page.getByRole('button', { name: 'Continuă' }).click()

async function look(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await assertAccessible(page, name)
  const desktop = page.viewportSize()
  await picture(page, `office-${name}`)
  await page.setViewportSize(PHONE)
  // The navigation moves out of the way first.
  const fits = async () => ((await measure(page)).wide <= PHONE.width ? true : undefined)
  await until(`${name} to be as narrow as a telephone`, fits)
  await picture(page, `office-${name}-phone`)
  if (desktop !== null) await page.setViewportSize(desktop)
}

async function typePassword(page: Page, user_name: string, password: string): Promise<void> {
  await page.getByLabel('Utilizator').fill(user_name)
  await page.getByLabel('Parolă').fill(password)
  await next(page)
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Ieși' }).first().click()
  await heading(page, 'Intră în cont')
}

/** The secret that an enrolment shows, as an authenticator app would read it. */
async function secretOn(page: Page): Promise<string> {
  const text = await page.locator('code').first().textContent()
  return (text ?? '').replaceAll(' ', '')
}

test('somebody new: added by an administrator, first password changed, second factor enrolled, recovery codes kept', async () => {
  const admin = await visitor(browser)
  await signInAt(admin.page, world, staffOf(world, 'administrator'))
  await admin.page.getByRole('link', { name: 'Personal' }).click()
  await heading(admin.page, 'Personal')
  await look(admin.page, 'staff')
  await admin.page.getByRole('button', { name: 'Adaugă o persoană' }).click()
  await admin.page.getByLabel('Utilizator').fill('X')
  await admin.page.getByLabel('Nume și prenume').fill('<b>Nou</b> Venit')
  await admin.page.getByLabel('E-mail').fill('nou@punte.example')
  await admin.page.getByLabel('Rol').selectOption('support')
  await admin.page.getByRole('button', { name: 'Adaugă', exact: true }).click()
  await admin.page.getByText('Utilizatorul este luat, sau nu are forma cerută.').waitFor()
  await admin.page.getByLabel('Utilizator').fill('nou.venit')
  await look(admin.page, 'staff-add')
  await admin.page.getByRole('button', { name: 'Adaugă', exact: true }).click()
  const one_time = await admin.page.getByTestId('one-time-password').textContent()
  await look(admin.page, 'staff-one-time')
  await admin.page.getByRole('button', { name: 'Am transmis-o' }).click()
  await admin.page.getByRole('link', { name: 'nou.venit' }).click()
  await heading(admin.page, 'nou.venit')
  await admin.page.getByText('<b>Nou</b> Venit').waitFor()
  await look(admin.page, 'staff-member')
  await admin.leave()

  const { page, leave } = await visitor(browser)
  await page.goto(world.facts.office.url)
  await heading(page, 'Intră în cont')
  await look(page, 'sign-in')
  await typePassword(page, 'nou.venit', 'not this one at all')
  await page.getByRole('alert').getByText('Utilizatorul sau parola sunt greșite').waitFor()
  await typePassword(page, 'nou.venit', one_time ?? '')
  await heading(page, 'Alege o parolă nouă')
  await page.getByLabel('Parola nouă').fill('nou.venit2026!!')
  await page.getByText('fără utilizatorul, numele sau adresa ta de e-mail (neîndeplinit)').waitFor()
  await next(page)
  await page.getByText('Parola nu îndeplinește regulile de mai jos.').waitFor()
  await look(page, 'new-password')
  await page.getByLabel('Parola nouă').fill(OWN_PASSWORD)
  await page.getByText('Tărie: bună').waitFor()
  await next(page)
  await heading(page, 'Leagă aplicația de autentificare')
  await look(page, 'enrolment')
  const secret = await secretOn(page)
  await page.getByLabel('Codul din aplicație').fill('000000')
  await next(page)
  await page.getByText('Codul este greșit sau a fost deja folosit.').waitFor()
  await page.getByLabel('Codul din aplicație').fill(totpCode(fromBase32(secret), stepAt(new Date())))
  await next(page)
  await heading(page, 'Coduri de recuperare')
  const codes = await page.getByRole('list', { name: 'Coduri de recuperare' }).locator('code').allInnerTexts()
  assert.equal(new Set(codes).size, 10)
  await look(page, 'recovery-codes')
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Descarcă' }).click(),
  ])
  assert.match(saved.suggestedFilename(), /\.txt$/)
  await page.getByRole('button', { name: 'Le-am păstrat' }).click()
  await page.getByRole('navigation').waitFor()
  assert.equal(await page.getByRole('link', { name: 'Personal' }).count(), 0, 'support sees no staff')
  await signOut(page)
  // A recovery code stands in for the telephone.
  await typePassword(page, 'nou.venit', OWN_PASSWORD)
  await page.getByLabel(/Cod din aplicația/).fill(codes[0] as string)
  await next(page)
  await page.getByRole('navigation').waitFor()
  await leave()
})

test('a password is warned of from day 50, and at day 60 must be changed before anything else', async () => {
  const user = staffOf(world, 'support')
  const { page, leave } = await visitor(browser)
  const age = (days: number) =>
    database.query(`update staff set password_at = now() - make_interval(days => $2) where user_name = $1`, [
      user.user,
      days,
    ])
  await age(55)
  await signInAt(page, world, user)
  await page.getByText('Parola trebuie schimbată în cel mult 5 zile.').waitFor()
  await look(page, 'days-left')
  await signOut(page)
  await age(61)
  await typePassword(page, user.user, user.password)
  await page.getByLabel(/Cod din aplicația/).fill(await codeOf(user.totp_secret))
  await next(page)
  await heading(page, 'Alege o parolă nouă')
  // Nothing is open before that.
  const before = await page.evaluate(`fetch('/office/api/me').then((answer) => answer.status)`)
  assert.equal(before, 401)
  await page.getByLabel('Parola nouă').fill(user.password)
  await next(page)
  await page.getByText('Este una dintre ultimele 10 parole ale tale.').waitFor()
  await page.getByLabel('Parola nouă').fill(NEXT_PASSWORD)
  await next(page)
  await page.getByRole('navigation').waitFor()
  assert.equal(await page.getByText('Parola trebuie schimbată').count(), 0)
  await leave()
})

test('a session that idles is warned of, kept by one press, and when it ends what was typed waits', async () => {
  const user = staffOf(world, 'administrator', 1)
  const { page, leave } = await visitor(browser)
  // One comes back to where one wanted to go.
  await page.goto(`${world.facts.office.url}/staff?x=1`)
  await typePassword(page, user.user, user.password)
  await page.getByLabel(/Cod din aplicația/).fill(await codeOf(user.totp_secret))
  await next(page)
  await heading(page, 'Personal')
  assert.ok(page.url().endsWith('/office/staff?x=1'))
  await page.getByRole('button', { name: 'Adaugă o persoană' }).click()
  await page.getByLabel('Nume și prenume').fill('Scris pe jumătate')

  const idleFor = async (seconds: number) => {
    await database.query(
      `update staff_sessions set seen_at = now() - make_interval(secs => $2)
        where ended_at is null and staff_id = (select staff_id from staff where user_name = $1)`,
      [user.user, seconds],
    )
    await page.evaluate(`window.dispatchEvent(new Event('focus'))`)
  }
  const idle_seconds = 15 * 60
  await idleFor(idle_seconds - 50)
  await page.getByRole('heading', { name: 'Mai ești aici?' }).waitFor()
  await look(page, 'idle')
  // Polls have not kept it alive.
  const { rows } = await database.query<{ idle: number }>(
    `select extract(epoch from now() - max(seen_at))::float8 as idle from staff_sessions where ended_at is null
      and staff_id = (select staff_id from staff where user_name = $1)`,
    [user.user],
  )
  assert.ok((rows[0]?.idle ?? 0) > idle_seconds - 51)
  await page.getByRole('button', { name: 'Rămân' }).click()
  await page.getByRole('heading', { name: 'Mai ești aici?' }).waitFor({ state: 'detached' })

  // Left alone, the page itself sees the end come.
  await idleFor(idle_seconds - 4)
  await page.getByRole('heading', { name: 'Mai ești aici?' }).waitFor()
  await heading(page, 'Intră în cont')
  await page.getByText(`Sesiunea lui ${user.user} s-a încheiat`).waitFor()
  assert.equal(await page.getByText('Personal').filter({ visible: true }).count(), 0, 'what was shown is covered')
  assert.equal(await page.getByLabel('Nume și prenume').filter({ visible: true }).count(), 0)
  await look(page, 'ended')
  // Who it was stands there already; the password is asked for.
  await page.keyboard.type(user.password)
  await page.keyboard.press('Enter')
  await page.getByLabel(/Cod din aplicația/).fill(await codeOf(user.totp_secret))
  await next(page)
  await page.getByLabel('Nume și prenume').waitFor()
  assert.equal(await page.title(), 'Personal – Punte')
  assert.equal(await page.getByLabel('Nume și prenume').inputValue(), 'Scris pe jumătate')
  await leave()
})

test('a passkey signs in alone and as the second factor, until it is removed', async () => {
  const user = staffOf(world, 'auditor')
  const { page, context, leave } = await visitor(browser)
  const device = await authenticator(await context.newCDPSession(page))
  await signInAt(page, world, user)
  await page.goto(`${world.facts.office.url}/account`)
  await heading(page, 'Contul meu')
  await page.getByRole('button', { name: 'Adaugă o cheie de acces' }).click()
  await page.getByLabel('Cum o numești').fill('Laptopul de la birou')
  await page.getByLabel('Parola actuală').fill('wrong')
  await page.getByRole('button', { name: 'Adaugă', exact: true }).click()
  await page.getByText('Parola actuală este greșită.').waitFor()
  await page.getByLabel('Parola actuală').fill(user.password)
  await look(page, 'passkey-add')
  await page.getByRole('button', { name: 'Adaugă', exact: true }).click()
  await page.getByRole('cell', { name: 'Laptopul de la birou', exact: true }).waitFor()
  await look(page, 'account')

  await signOut(page)
  await page.getByRole('button', { name: 'Intră cu o cheie de acces' }).click()
  await page.getByRole('navigation').waitFor()
  await signOut(page)

  await typePassword(page, user.user, user.password)
  await look(page, 'second-factor')
  await page.getByRole('button', { name: 'Folosește o cheie de acces' }).click()
  await page.getByRole('navigation').waitFor()

  // Who holds the device and is not its owner gets nowhere.
  await signOut(page)
  await device.verifies(false)
  await page.getByRole('button', { name: 'Intră cu o cheie de acces' }).click()
  await page.getByRole('alert').waitFor()
  await device.verifies(true)

  // With the password due, a passkey alone opens nothing.
  await database.query(`update staff set password_at = now() - interval '61 days' where user_name = $1`, [user.user])
  await page.getByRole('button', { name: 'Intră cu o cheie de acces' }).click()
  await heading(page, 'Alege o parolă nouă')
  await page.getByLabel('Parola nouă').fill(NEXT_PASSWORD)
  await next(page)
  await page.getByRole('navigation').waitFor()

  await page.goto(`${world.facts.office.url}/account`)
  await page.getByRole('button', { name: 'Șterge cheia de acces Laptopul de la birou' }).click()
  await page.getByText('Nu ai nicio cheie de acces.').waitFor()
  await signOut(page)
  await page.getByRole('button', { name: 'Intră cu o cheie de acces' }).click()
  await page.getByText('Cheia de acces nu este cunoscută aici sau a fost refuzată.').waitFor()
  await leave()
})

test('somebody at work is suspended, resumed, given a new password and another role by an administrator', async () => {
  const user = staffOf(world, 'operations', 1)
  const worker = await visitor(browser)
  await signInAt(worker.page, world, user)
  const { page, leave } = await visitor(browser)
  await signInAt(page, world, staffOf(world, 'administrator'))
  await page.goto(`${world.facts.office.url}/staff/${user.user}`)
  const act = async (name: string) => {
    await page.getByRole('button', { name, exact: true }).click()
    const dialog = page.getByRole('dialog')
    await look(page, `staff-${name.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`)
    await dialog.getByRole('button', { name, exact: true }).click()
    await dialog.waitFor({ state: 'detached' })
  }
  await act('Suspendă')
  await page.getByText('suspendat', { exact: true }).waitFor()
  // The next thing they do tells them.
  await worker.page.getByRole('link', { name: 'Plăți', exact: true }).click()
  await heading(worker.page, 'Intră în cont')
  await worker.page.getByLabel('Parolă').fill(user.password)
  await next(worker.page)
  await worker.page.getByRole('alert').getByText('Utilizatorul sau parola sunt greșite').waitFor()
  await page.getByRole('button', { name: 'Reactivează' }).click()
  await page.getByText('activ', { exact: true }).waitFor()
  await page.getByLabel('Rol').selectOption('auditor')
  await page.getByRole('button', { name: 'Schimbă rolul' }).click()
  await page.getByRole('cell', { name: 'auditor', exact: true }).waitFor()
  await act('Resetează parola')
  const one_time = await page.getByTestId('one-time-password').textContent()
  await typePassword(worker.page, user.user, one_time ?? '')
  await heading(worker.page, 'Al doilea factor')
  // One's own account offers none of it.
  await page.goto(`${world.facts.office.url}/staff/${staffOf(world, 'administrator').user}`)
  await page.getByText('Este contul tău.').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Suspendă' }).count(), 0)
  await worker.leave()
  await leave()
})

test('with the keyboard alone: sign in, change the password in one’s account, sign out', async () => {
  const user = staffOf(world, 'compliance')
  const { page, leave } = await visitor(browser)
  await page.goto(`${world.facts.office.url}/account`)
  await heading(page, 'Intră în cont')
  // The first field has the focus already.
  await page.keyboard.type(user.user)
  await page.keyboard.press('Tab')
  await page.keyboard.type(user.password)
  await page.keyboard.press('Enter')
  await heading(page, 'Al doilea factor')
  await page.keyboard.type(await codeOf(user.totp_secret))
  await page.keyboard.press('Enter')
  await heading(page, 'Contul meu')
  await tabTo(page, 'Schimbă parola')
  await page.keyboard.press('Enter')
  await page.getByLabel('Parola actuală').waitFor()
  await page.keyboard.type(user.password)
  await page.keyboard.press('Tab')
  await page.keyboard.type(OWN_PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByText('Parola este schimbată.').waitFor()
  await tabTo(page, 'Ieși')
  await page.keyboard.press('Enter')
  await heading(page, 'Intră în cont')
  await leave()
})

/** Presses Tab until what has this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press('Tab')
    if ((await page.evaluate(`document.activeElement?.textContent`)) === name) return
  }
  assert.fail(`${name} cannot be reached by Tab`)
}

/** A device with a resident key and a finger that fits, or does not. */
async function authenticator(session: CDPSession) {
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    verifies: (isUserVerified: boolean) =>
      session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  }
}
