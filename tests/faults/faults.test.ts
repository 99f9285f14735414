/** Banks that fail in every way they can, a server that is killed, endpoints that are dead: the books agree all the same. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type BankId, fetchJson, type Parties, partiesOf } from '../world/parties.ts'
import { assertNoSecretsReadable } from '../world/secrets.ts'
import { bootWorld, type TestWorld, until } from '../world/world.ts'
import { decoupledFaultTests, initiationFaultTests, ONE_BY_ONE, oauthFaultTests, statusFaultTests } from './banks.ts'
import { killTests } from './kills.ts'
import { assertProved } from './proved.ts'

let world: TestWorld
let parties: Parties
before(async () => {
  world = await bootWorld({ settle_ms: 0 })
  parties = partiesOf(world)
})
after(async () => {
  await parties?.close()
  await world?.finish()
})

// Faults wait at a bank for the next call, whoever's it is: one after the other at each bank, the banks side by side.
describe('banks that misbehave', { concurrency: 3 }, () => {
  describe('redirect', ONE_BY_ONE, () => {
    initiationFaultTests(() => parties)
    statusFaultTests(() => parties)
  })
  oauthFaultTests(() => parties)
  decoupledFaultTests(() => parties)
})

killTests(() => ({ world, parties }))

test("at the end the banks' books and the server's agree, payment by payment", async () => {
  const paid = await parties.query<{ payment_id: number; amount_minor: number; bank_id: BankId }>(
    `select payment_id::float8 as payment_id, amount_minor::float8 as amount_minor, bank_id from payments where status = 'ACSC'`,
  )
  assert.ok(paid.length > 20)
  for (const { id, url } of world.facts.banks) {
    const { debits } = await fetchJson<{ debits: { end_to_end_id: string; amount_minor: number }[] }>(
      `${url}/sandbox/ledger`,
    )
    const theirs = debits.map((one) => `${one.end_to_end_id.split('-')[1]} ${one.amount_minor}`).toSorted()
    const ours = paid.filter(({ bank_id }) => bank_id === id).map((one) => `${one.payment_id} ${one.amount_minor}`)
    assert.deepEqual(theirs, ours.toSorted(), id)
  }
  await until('an empty outbox', async () => (await parties.query('select from outbox')).length === 0)
  await assertProved(world)
})

test('nothing of it can be read in the database, its files or the logs', async () => {
  await assertNoSecretsReadable(world, parties, { 'mail addresses': ['@exemplu-platitor.ro'] })
})
