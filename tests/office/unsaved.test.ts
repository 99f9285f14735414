/** What somebody typed is not lost by a slip: "back", a link, signing out and a reload ask first, in plain words and by keyboard. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { PHONE, type Visitor, visitor } from '../browser/browser.ts'
import { assertAccessible, measure } from '../browser/in-page.ts'
import { openStage, type Stage } from '../browser/stage.ts'
import type { TestWorld } from '../world/world.ts'
import { signInAt, staffOf } from './staff.ts'

let world: TestWorld
let browser: Browser
let stage: Stage
before(async () => {
  stage = await openStage()
  ;({ world, browser } = stage)
})
after(() => stage?.close())

const NAME = 'Florăria Ana și fiicele'
const question = (page: Page, title = 'Ai schimbări nesalvate') => page.getByRole('dialog', { name: title })
const name = (page: Page, label = 'Nume') => page.getByRole('textbox', { name: label, exact: true })

/** At the page of a partner, reached from the list, with its name typed anew and not saved. */
async function typing(viewport = { width: 1280, height: 900 }): Promise<Visitor> {
  const one = await visitor(browser, { viewport })
  const { page } = one
  await signInAt(page, world, staffOf(world, 'operations'))
  await page.goto(`${world.facts.office.url}/partners`)
  await page.getByRole('link', { name: 'Florăria Ana' }).click()
  await page.getByRole('heading', { level: 1, name: 'Florăria Ana' }).waitFor()
  assert.equal(await question(page).count(), 0)
  await name(page).fill(NAME)
  return one
}

const isStill = async (page: Page): Promise<void> => {
  await question(page).waitFor({ state: 'detached' })
  assert.match(page.url(), /\/partners\/floraria-ana$/)
  assert.equal(await name(page).inputValue(), NAME)
}

test('"back" and links ask; staying keeps what was typed, leaving goes where one wanted to', async () => {
  const { page, leave } = await typing()
  await page.goBack()
  await question(page).getByText('Dacă pleci de pe pagină, ce ai scris se pierde.').waitFor()
  await assertAccessible(page, 'the question')
  // By keyboard alone: staying is the button that has the focus, Escape says the same.
  await page.keyboard.press('Enter')
  await isStill(page)
  await page.getByRole('link', { name: 'Dosare', exact: true }).click()
  await question(page).waitFor()
  await page.keyboard.press('Escape')
  await isStill(page)
  await page.getByRole('link', { name: 'Dosare', exact: true }).click()
  await question(page).getByRole('button', { name: 'Plec fără să salvez' }).click()
  await page.getByRole('heading', { level: 1, name: 'Dosare' }).waitFor()
  assert.equal(await question(page).count(), 0)
  // Nothing was saved, nothing is unsaved: the way back is free.
  await page.goBack()
  await page.getByRole('heading', { level: 1, name: 'Florăria Ana' }).waitFor()
  assert.equal(await name(page).inputValue(), 'Florăria Ana')
  await leave()
})

test('signing out asks, too; in English and on a phone', async () => {
  const { page, leave } = await typing(PHONE)
  await page.getByRole('button', { name: 'Meniu' }).click()
  await page.getByText('EN', { exact: true }).last().click()
  await page.getByRole('button', { name: 'Menu' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  const asked = question(page, 'You have unsaved changes')
  await asked.waitFor()
  assert.ok((await measure(page)).wide <= PHONE.width, 'no wider than the phone')
  await asked.getByRole('button', { name: 'Stay on the page' }).click()
  await asked.waitFor({ state: 'detached' })
  assert.equal(await name(page, 'Name').inputValue(), NAME)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await asked.getByRole('button', { name: 'Leave without saving' }).click()
  await page.getByLabel('User name').waitFor()
  await leave()
})

test('a reload asks by the browser itself; what is saved asks nothing any more', async () => {
  const { page, leave } = await typing()
  const kinds: string[] = []
  page.on('dialog', (dialog) => {
    kinds.push(dialog.type())
    void dialog.dismiss()
  })
  await page.evaluate('setTimeout(() => location.reload())')
  await page.waitForEvent('dialog')
  assert.deepEqual(kinds, ['beforeunload'])
  await isStill(page)
  await page.getByRole('button', { name: 'Salvează' }).click()
  await page.getByRole('heading', { level: 1, name: NAME }).waitFor()
  await page.getByRole('link', { name: 'Dosare', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'Dosare' }).waitFor()
  assert.equal(await question(page).count(), 0)
  await leave()
})
