/** Where a journey in a browser takes place: a world, a Chromium, and the others of that world. */
import type { Browser } from 'playwright-core'
import { type Parties, partiesOf } from '../world/parties.ts'
import { bootWorld, type TestWorld, type WorldOptions } from '../world/world.ts'
import { launchBrowser } from './browser.ts'

export type Stage = {
  readonly world: TestWorld
  readonly browser: Browser
  readonly parties: Parties
  close(): Promise<void>
}

/** Both come up at once. Where one does not, the other is ended: a browser left open would keep the test's process. */
export async function openStage(options: WorldOptions = { settle_ms: 0 }): Promise<Stage> {
  const [booted, launched] = await Promise.allSettled([bootWorld(options), launchBrowser()])
  if (booted.status === 'rejected' || launched.status === 'rejected') {
    if (launched.status === 'fulfilled') await launched.value.close()
    if (booted.status === 'fulfilled') await booted.value.remove()
    throw booted.status === 'rejected' ? booted.reason : (launched as PromiseRejectedResult).reason
  }
  const world = booted.value
  const browser = launched.value
  const parties = partiesOf(world)
  return {
    world,
    browser,
    parties,
    async close() {
      await browser.close()
      await parties.close()
      await world.finish()
    },
  }
}
