/**
 * Chromium for journeys, and what a person does in it: fill the hosted page, sign in at a bank, tap on the phone. Every
 * tab is watched: a breach of the Content-Security-Policy, an uncaught error or a call to another machine fails the journey.
 */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
  type Route,
} from 'playwright-core'
import { CHROMIUM_ARGS, ensureChromium } from '../../tools/chromium.ts'
import type { Person } from '../world/parties.ts'

/** Ends a journey that waits for what does not come; a slow machine may take its time. */
const STEP_TIMEOUT_MS = 120_000
export const DESKTOP = { width: 1200, height: 900 }
export const PHONE = { width: 360, height: 740 }

/** Folder in which journeys leave pictures for people to look at; without it they take none. */
const PICTURES = process.env.PUNTE_PICTURES

export type Visitor = {
  readonly page: Page
  readonly context: BrowserContext
  /** Faults seen since the beginning, in words. */
  readonly faults: readonly string[]
  /** @throws AssertionError where the browser complained of anything */
  leave(): Promise<void>
}

export function launchBrowser(): Promise<Browser> {
  const executablePath = ensureChromium((words) => void process.stderr.write(`${words}\n`))
  return chromium.launch({ executablePath, args: [...CHROMIUM_ARGS] })
}

/** A person with a browser of their own: no cookie is shared with anybody. */
export async function visitor(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({ viewport: DESKTOP, locale: 'ro-RO', ...options })
  context.setDefaultTimeout(STEP_TIMEOUT_MS)
  const faults: string[] = []
  context.on('page', (page) => watch(page, faults))
  const page = await context.newPage()
  return {
    page,
    context,
    faults,
    async leave() {
      await context.close()
      assert.deepEqual(faults, [], 'the browser complained')
    },
  }
}

function watch(page: Page, faults: string[]): void {
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`))
  page.on('console', (message) => {
    const text = message.text()
    if (/Content.Security.Policy|violates/i.test(text)) faults.push(`policy: ${text}`)
  })
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url())
    if (/^https?:$/.test(protocol) && hostname !== 'localhost' && hostname !== '127.0.0.1')
      faults.push(`called ${hostname}`)
  })
}

/** The payer's part of the form, by the labels the payer sees; the bank by typing a piece of its name. */
export async function fillAccount(page: Page, from: Person, email: string): Promise<void> {
  await page.getByLabel('Selectează banca plătitor').click()
  await page.getByRole('option', { name: from.bank_name }).click()
  await page.getByLabel('IBAN plătitor').fill(from.iban)
  if (from.bank_id === 'cetate') await page.getByLabel('Cod utilizator').fill(from.login)
  await page.getByLabel('Email plătitor').fill(email)
}

export const payButton = (page: Page) => page.getByRole('button', { name: 'Plătește', exact: true })

/** Signs in at a redirect bank (plain or OAuth). */
export async function signIn(page: Page, who: Person): Promise<void> {
  await page.getByLabel('Utilizator').fill(who.login)
  await page.getByLabel('Parolă').fill(who.password)
  await page.getByRole('button', { name: 'Continuă' }).click()
}

/** Signs in at a redirect bank and presses a button there. */
export async function decideAtRedirectBank(
  page: Page,
  who: Person,
  button: 'Autorizează plata' | 'Autorizează plățile' | 'Refuză',
) {
  await signIn(page, who)
  await page.getByRole('button', { name: button }).click()
}

/**
 * From now on the bank's last step leads this browser nowhere.
 * @returns the address of the return, once the payer has decided: for another browser
 */
export function catchReturn(context: BrowserContext): Promise<string> {
  const caught = Promise.withResolvers<string>()
  const follow = async (route: Route): Promise<void> => {
    let answer = await route.fetch({ maxRedirects: 0 })
    for (let hops = 0; hops < 5; hops += 1) {
      const location = new URL(answer.headers().location ?? '', answer.url()).href
      if (location.includes('/payment-return')) {
        caught.resolve(location)
        break
      }
      answer = await context.request.get(location, { maxRedirects: 0 })
    }
    await route.abort()
  }
  void context.route('**/decision', (route) => follow(route).catch(caught.reject))
  return caught.promise
}

/** Signs in on the phone of the decoupled bank and taps on the payment of this sum. */
export async function tapOnPhone(phone: Page, who: Person, amount: string, button: 'Autorizează plata' | 'Refuză') {
  await phone.goto(`${who.bank_url}/phone`)
  await signIn(phone, who)
  const card = phone.locator('section.card', { hasText: amount })
  await card.getByRole('button', { name: button }).click()
  await phone.getByRole('status').waitFor()
}

/** Waits for a screen of the hosted page by its heading. */
export async function screen(page: Page, heading: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor()
  assert.match(page.url(), /\/payment-initiation(\?|$)/)
}

/** A picture of the tab as it is, where pictures are wanted. */
export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined || PICTURES === '') return
  mkdirSync(PICTURES, { recursive: true })
  await page.screenshot({ path: join(PICTURES, `${name}.png`) })
}

export const lei = (amount_minor: number): string =>
  `${String(Math.trunc(amount_minor / 100)).replace(/\B(?=(\d{3})+$)/g, '.')},${String(amount_minor % 100).padStart(2, '0')}`
