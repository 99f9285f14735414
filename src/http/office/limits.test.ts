/** Limits and alerts at the calls themselves. Who may is tried with all others of their kind in partners.test.ts. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { raiseBlock } from '../../domain/limits/store.ts'
import { alertRoutes } from './alerts.ts'
import { approvalRoutes } from './approvals.ts'
import { limitRoutes } from './limits.ts'
import { type OfficeWorld, openOffice, type Person } from './testing/world.ts'

let world: OfficeWorld
before(async () => {
  world = await openOffice([...limitRoutes, ...alertRoutes, ...approvalRoutes])
})
after(() => world.close())

const CLIENT = 'shop-client'
const reason = 'cerut de partener, tichet 17'
async function ok(answer: ReturnType<Person['call']>, status = 200) {
  const { status: was, json } = await answer
  assert.equal(was, status, JSON.stringify(json))
  return json
}
async function refused(answer: ReturnType<Person['call']>, code: string) {
  const { json } = await answer
  assert.equal(json.code, code, JSON.stringify(json))
}

test('limits: one person may lower, two raise or take away; the second who saw the same is told', async () => {
  const { administrator, compliance, operations } = world.of
  const path = `/partners/${CLIENT}/limits`
  const none = { estimate: null, warn_level: null, block_level: null }
  const of = (levels: object) => ({ daily_volume: { ...none, ...levels } })
  const set = (levels: object) => [{ indicator: 'daily_volume', ...levels }]
  await ok(operations.call('PUT', path, { changes: set({ block_level: 100, warn_level: 80 }), seen: of({}) }), 204)
  await refused(operations.call('PUT', path, { changes: set({ block_level: 50 }), seen: of({}) }), 'LIMITS_CHANGED')
  const seen = of({ block_level: 100, warn_level: 80 })
  await refused(operations.call('PUT', path, { changes: set({ block_level: 101 }), seen }), 'LIMIT_RAISES')
  await refused(operations.call('PUT', path, { changes: set({ block_level: null }), seen }), 'LIMIT_RAISES')
  await refused(operations.call('PUT', path, { changes: set({ warn_level: 81 }), seen }), 'LIMIT_RAISES')
  await refused(operations.call('PUT', path, { changes: set({ warn_level: 200 }), seen }), 'FIELD_INVALID')
  await ok(operations.call('PUT', path, { changes: set({ estimate: 500 }), seen }), 204)
  await refused(
    operations.call('POST', `${path}/raise`, { changes: set({ block_level: 101 }), reason }),
    'ROLE_NOT_ALLOWED',
  )
  const { approval_id } = await ok(
    compliance.call('POST', `${path}/raise`, { changes: set({ block_level: 101 }), reason }),
    202,
  )
  await refused(compliance.call('POST', `/approvals/${approval_id}/approval`), 'APPROVAL_OWN')
  // Lowered meanwhile by one person: the proposal is about another limit now.
  await ok(
    operations.call('PUT', path, {
      changes: set({ block_level: 90 }),
      seen: of({ block_level: 100, warn_level: 80, estimate: 500 }),
    }),
    204,
  )
  await refused(administrator.call('POST', `/approvals/${approval_id}/approval`), 'APPROVAL_STALE')
  const again = await ok(compliance.call('POST', `${path}/raise`, { changes: set({ block_level: null }), reason }), 202)
  await ok(administrator.call('POST', `/approvals/${again.approval_id}/approval`), 204)
  const { limits } = await ok(world.of.support.call('GET', path))
  const volume = (limits as { indicator: string; block_level: number | null; days: unknown[] }[]).find(
    (one) => one.indicator === 'daily_volume',
  )
  assert.deepEqual([volume?.block_level, volume?.days.length], [null, 30])
})

test('alerts: found, taken by one, commented, closed with a word', async () => {
  const { context, fixture } = world
  const { support, operations, auditor } = world.of
  const at = context.clock.now()
  const { partner_id } = fixture.partner
  await raiseBlock(context, {
    partner_id,
    payment_id: 77,
    at,
    indicator: 'max_amount',
    measured: 900_000,
    level: 500_000,
  })
  assert.deepEqual(await ok(auditor.call('GET', '/alerts/open')), { open: 1, taken: 0, mine: 0 })
  const list = async (query: string) =>
    (await ok(auditor.call('GET', `/alerts${query}`))).alerts as { alert_id: number }[]
  const [alert] = await list(`?client_id=${CLIENT}&outcome=block&indicator=max_amount`)
  assert.ok(alert !== undefined)
  assert.deepEqual(await list('?outcome=warn'), [])
  assert.deepEqual(await list(`?before=${alert.alert_id}`), [])
  const path = `/alerts/${alert.alert_id}`
  await ok(support.call('POST', `${path}/taking`), 204)
  await refused(operations.call('POST', `${path}/taking`), 'ALERT_TAKEN')
  assert.deepEqual(await ok(support.call('GET', '/alerts/open')), { open: 0, taken: 1, mine: 1 })
  await ok(support.call('POST', `${path}/comments`, { text: '<img src=x onerror=alert(1)> =HYPERLINK("x")' }), 204)
  await refused(support.call('POST', `${path}/closing`, { text: '  ' }), 'FIELD_INVALID')
  await ok(support.call('POST', `${path}/closing`, { text: 'am sunat partenerul' }), 204)
  await refused(support.call('POST', `${path}/closing`, { text: 'iar' }), 'ALERT_CLOSED')
  const { comments } = await ok(auditor.call('GET', path))
  assert.deepEqual(
    (comments as { text: string }[]).map(({ text }) => text),
    ['<img src=x onerror=alert(1)> =HYPERLINK("x")', 'am sunat partenerul'],
  )
  await refused(auditor.call('GET', '/alerts/123456'), 'ALERT_UNKNOWN')
})
