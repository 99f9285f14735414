/** What staff do with a case, by what they see on its page. */
import type { Page } from 'playwright-core'

export const dialog = (page: Page) => page.getByRole('dialog')

export const caseId = (page: Page): string => /\/cases\/(\d+)/.exec(page.url())?.[1] ?? ''

export async function openSection(page: Page, name: string): Promise<void> {
  const sections = page.getByRole('navigation', { name: 'Secțiuni' })
  await sections.getByRole('button', { name: new RegExp(`^${name}`) }).click()
  await page.getByRole('heading', { level: 2, name, exact: true }).waitFor()
}

/** Presses a button of the case, says yes, and waits until the case stands where it leads. */
export async function move(page: Page, button: string, state: string, text?: readonly [string, string]): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click()
  if (text !== undefined) await dialog(page).getByLabel(text[0]).fill(text[1])
  await dialog(page).getByRole('button', { name: button, exact: true }).click()
  await page.getByLabel('Pe scurt').getByText(state, { exact: true }).waitFor()
}

/** The second person's part: opens the proposal that waits and approves it. */
export async function approveNewest(page: Page, office_url: string): Promise<void> {
  await page.goto(`${office_url}/approvals`)
  await page.locator('main a[href*="/approvals/"]').last().click()
  const approve = page.getByRole('button', { name: 'Aprobă și execută' })
  await approve.click()
  await approve.waitFor({ state: 'detached' })
}
