/** For tests: they wait for facts and judge no machine by its speed. until.ts waits, cost.ts weighs work. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'

/** Ends a test whose fact does not come about; it is no measure of how fast anything is. */
const PATIENCE_MS = 120_000
const EVERY_MS = 10

/** Waits for a fact. @throws AssertionError naming it when it does not come about */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS
  while (!(await holds())) {
    assert.ok(performance.now() < end, `${what} did not come about`)
    await sleep(EVERY_MS)
  }
}
