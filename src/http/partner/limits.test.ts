import assert from 'node:assert/strict'
import { Agent } from 'node:https'
import { after, before, test } from 'node:test'
import { type Authority, createAuthority } from '../../infra/certificates/issue.ts'
import { createWorld, type TestWorld } from './testing/world.ts'

let world: TestWorld
let authority: Authority
const agent = new Agent({ keepAlive: true, maxSockets: 4 })

before(async () => {
  world = await createWorld({ PUNTE_PARTNER_RATE_PER_MINUTE: '20' })
  authority = await createAuthority({ name: 'Partner CA' })
})
after(async () => {
  agent.destroy()
  await world.close()
})

test('a partner that asks too much is told when to come back; others are served on', async () => {
  const busy = await world.partner({ authority, common_name: 'Busy' })
  const allowed = await world.partner({ authority, common_name: 'Allowed', requests_per_minute: 40 })
  const ask = (partner: typeof busy) =>
    world.call({
      method: 'POST',
      path: `/gateway/authenticate/rest/api/token?client_id=${partner.client_id}`,
      as: partner.issued,
      agent,
    })
  const count = async (partner: typeof busy, times: number) => {
    let served = 0
    for (let index = 0; index < times; index += 1) if ((await ask(partner)).status === 200) served += 1
    return served
  }
  assert.equal(await count(busy, 24), 20)
  const refused = await ask(busy)
  assert.deepEqual([refused.status, refused.json.code], [429, 'RATE_LIMITED'])
  const seconds = Number(refused.headers['retry-after'])
  assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60, refused.headers['retry-after'])
  // The profile's own number counts where there is one.
  assert.equal(await count(allowed, 30), 30)
  // A stranger who names the busy partner's client id uses up nothing of a partner.
  const bystander = await world.partner({ authority, common_name: 'Bystander' })
  for (let index = 0; index < 25; index += 1) {
    const stranger = await world.call({
      method: 'POST',
      path: `/gateway/authenticate/rest/api/token?client_id=${bystander.client_id}`,
      as: busy.issued,
      agent,
    })
    assert.equal(stranger.json.code, 'CERTIFICATE_MISMATCH')
  }
  assert.equal((await ask(bystander)).status, 200)
})

test('an address with too many refused authentications is refused unseen', async () => {
  let last = 401
  for (let index = 0; index < 310 && last === 401; index += 1)
    last = (await world.call({ path: '/core/rest/api/status/1', agent })).status
  assert.equal(last, 429)
  assert.equal((await world.call({ path: '/.well-known/jwks.json', agent })).status, 429)
})

test('an address is limited too', async () => {
  const own = await createWorld({ PUNTE_ADDRESS_RATE_PER_MINUTE: '5' })
  try {
    const statuses: number[] = []
    for (let index = 0; index < 7; index += 1)
      statuses.push((await own.call({ path: '/.well-known/jwks.json' })).status)
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429, 429])
  } finally {
    await own.close()
  }
})
