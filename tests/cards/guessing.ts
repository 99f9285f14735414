/** A thousand wrong passwords: they become slow, and who has the right one never notices. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type Answer, assertSays, basic, gatewayAt } from './gateway.ts'
import { type Cards, newId } from './world.ts'

const GUESSES = 1_000
const AT_ONCE = 300
/** What the right password may cost while a thousand wrong ones are hashed, over a call that needs none. */
const UNNOTICED_MS = 2_000

async function timed(work: () => Promise<Answer>): Promise<{ readonly answer: Answer; readonly took_ms: number }> {
  const start = performance.now()
  const answer = await work()
  return { answer, took_ms: performance.now() - start }
}

export function guessingTests(cards: () => Cards): void {
  test('wrong passwords, a thousand times: slowed down, and the merchant is not locked out', async () => {
    const { world, shop, other } = cards()
    const guesser = gatewayAt(world.facts.card_api.url, readFileSync(world.facts.ca), AT_ONCE)
    const ask = (gateway: typeof guesser, password: string): Promise<Answer> =>
      gateway.raw({
        method: 'GET',
        path: `/api/rest/version/100/merchant/${shop.id}/order/${newId('C')}`,
        headers: { authorization: basic({ ...shop, password }) },
      })
    try {
      // Known before the flood, as any merchant at work is.
      assert.equal((await ask(cards().gateway, shop.password)).status, 400)
      let left = GUESSES
      const statuses = new Map<number, number>()
      const over: number[] = []
      const flood = Array.from({ length: AT_ONCE }, async () => {
        while (left > 0) {
          left -= 1
          const { status } = await ask(guesser, `gresit-${left}`)
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
        }
      })
      const watch = async () => {
        while (left > 0) {
          const [known, nobody] = await Promise.all([
            timed(() => ask(cards().gateway, shop.password)),
            timed(() => cards().gateway.raw({ method: 'GET', path: '/api/nothing' })),
          ])
          over.push(known.took_ms - nobody.took_ms)
          assert.equal(known.answer.status, 400, known.answer.text)
          assert.equal(nobody.answer.status, 404)
          await new Promise((resolve) => setTimeout(resolve, 250))
        }
      }
      const start = performance.now()
      await Promise.all([...flood, watch()])
      const seconds = (performance.now() - start) / 1_000
      // Refused for the password, or unseen for being too many; never let in, and no fault of ours.
      assert.deepEqual(
        [...statuses.keys()].filter((status) => ![401, 429, 503].includes(status)),
        [],
      )
      assert.ok((statuses.get(401) ?? 0) > 0)
      assert.ok((statuses.get(401) ?? 0) / seconds < 60, `${statuses.get(401)} guesses looked at in ${seconds} s`)
      // One of the two may meet a pause of a busy machine; a merchant in a queue would meet one each time.
      const median_ms = over.toSorted((a, b) => a - b)[over.length >> 1] ?? Number.NaN
      assert.ok(median_ms < UNNOTICED_MS, `the merchant waited ${median_ms} ms longer`)
      // One whom the process has not met yet comes in, too.
      const stranger = await guesser.raw({
        method: 'POST',
        path: `/api/rest/version/100/merchant/${other.id}/session`,
        headers: { authorization: basic(other) },
      })
      assertSays(stranger, { result: 'SUCCESS' })
    } finally {
      guesser.close()
    }
  })
}
