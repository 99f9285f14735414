/** What time does, at the pace of the real loop. */
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { type Fixture, openFixture } from './fixture.ts'
import { startSweeps } from './sweeps.ts'

let f: Fixture
before(async () => {
  f = await openFixture()
})
after(() => f?.close())

test('more unpaid payments than one look takes are abandoned at the next, not five seconds later', async () => {
  await f.context.db.query({
    text: `insert into payments (partner_id, certificate_thumbprint, refresh_hash, created_at, expires_at)
      select $1, 'thumb', '\\x00', $2::timestamptz, $2::timestamptz + interval '30 minutes' from generate_series(1, 250)`,
    values: [f.partner.partner_id, new Date(f.now.getTime() - 31 * 60_000)],
  })
  const left = async () => {
    const { rows } = await f.context.db.query<{ left: number }>({
      text: `select count(*)::integer as left from payments where status = 'INIT'`,
      values: [],
    })
    return rows[0]?.left
  }
  const sweeps = startSweeps(f.context)
  try {
    const until = performance.now() + 4_500
    while ((await left()) !== 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 100))
    assert.equal(await left(), 0)
  } finally {
    await sweeps.stop()
  }
})
