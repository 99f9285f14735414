/** What runs inside the tab. Texts, since the browser's types are not those of this side. */
import assert from 'node:assert/strict'
import axe from 'axe-core'
import type { Page } from 'playwright-core'

// Half-faded text has half its contrast: what moves and will stop is awaited. What closes begins to some frames after its cause.
const STAND_STILL = `(async () => {
  for (let frame = 0; frame < 8; frame += 1) {
    await new Promise((drawn) => requestAnimationFrame(drawn))
    await Promise.all(document.getAnimations()
      .filter((one) => one.playState === 'running' && one.effect.getComputedTiming().endTime !== Infinity)
      .map((one) => one.finished.catch(() => {})))
  }
})()`

const RUN_AXE = `axe.run(document).then(({ violations }) =>
  violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.target.join(' ') + ' ' + node.failureSummary).join(', ')))`

/** @throws AssertionError naming every violation axe finds */
export async function assertAccessible(page: Page, where: string): Promise<void> {
  // While the code of a page is on its way there is none.
  await page.locator('h1').first().waitFor({ state: 'attached' })
  await page.evaluate(STAND_STILL)
  await page.evaluate(axe.source)
  assert.deepEqual(await page.evaluate(RUN_AXE), [], `axe on ${where}`)
}

const MEASURE = `({
  wide: document.documentElement.scrollWidth,
  low: [...document.querySelectorAll('button, input')]
    .filter((one) => !one.matches('.link') && one.getClientRects().length > 0)
    .map((one) => ({ name: one.textContent || one.id, height: one.getBoundingClientRect().height }))
    .filter(({ height }) => height < 44),
})`

/** How wide the document is, and which controls are too low for a finger. */
export async function measure(page: Page): Promise<{ wide: number; low: { name: string; height: number }[] }> {
  return (await page.evaluate(MEASURE)) as { wide: number; low: { name: string; height: number }[] }
}
