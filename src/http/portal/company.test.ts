/** What people of a partner may still do at the portal once it is suspended, and after the relationship has ended. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { suspendPartner } from '../../domain/partners/standing.ts'
import { portalRoutes } from './routes.ts'
import { portalWorld, type Signed } from './testing/world.ts'

/** Whoever adds a call that changes something says here whether it stays open. All others are refused. */
const STAYS_WHILE_SUSPENDED = ['POST /notices']
const STAYS_AFTER_THE_END = [
  'DELETE /merchant/passwords/:slot',
  'GET /users',
  'POST /users/:user_name/sign-out',
  'POST /users/:user_name/suspend',
  'POST /webhooks/:payment_id/:event_no/redeliver',
  'POST /webhooks/redeliver-failed',
]
const MONTH_MINUTES = 30.5 * 24 * 60

let world: Awaited<ReturnType<typeof portalWorld>>
let ana: Signed
before(async () => {
  world = await portalWorld()
  ana = await world.signedUp('alfa-client', 'ana', 'partner_admin')
})
after(() => world.close())

const rows = portalRoutes.filter(({ act }) => act !== 'public' && act !== 'session')
const nameOf = ({ method, path }: (typeof rows)[number]) => `${method} ${path}`
const reading = rows.filter(({ act }) => act === 'own.read').map(nameOf)

/** The codes with which the guard answers each call, sent with nothing that fits: what is open says something else. */
async function refusals(code: string): Promise<string[]> {
  const found: string[] = []
  for (const row of rows) {
    const url = `/portal/api${row.path.replaceAll(/:[a-z_]+/g, '1')}`
    const sent = row.method === 'GET' || row.method === 'DELETE' ? {} : { payload: {} }
    const { body } = await world.inject({ method: row.method, url, ...sent }, ana.cookie)
    if (body.code === code) found.push(nameOf(row))
  }
  return found.sort()
}

const allBut = (open: readonly string[]) =>
  rows
    .map(nameOf)
    .filter((name) => !open.includes(name))
    .sort()

test('while the partner works everything is open', async () => {
  assert.deepEqual(await refusals('PARTNER_SUSPENDED'), [])
  const { body } = await ana.call('GET', '/company')
  assert.deepEqual([body.name, body.access, body.why], ['Alfa', 'open', null])
})

test('suspended: they read, take away and tell; nothing is given out, changed or invited', async () => {
  const { context } = world
  await suspendPartner(context, 'alfa-client', 'Bănuim o spălare de bani.')
  await context.partners.refresh()
  const open = [...reading, ...STAYS_WHILE_SUSPENDED, ...STAYS_AFTER_THE_END]
  assert.deepEqual(await refusals('PARTNER_SUSPENDED'), allBut(open))
  const { body, text } = await ana.call('GET', '/company')
  assert.deepEqual([body.access, body.why, body.until], ['suspended', 'operator', null])
  assert.deepEqual(body.operator, { name: 'Punte Plăți', contact: 'București' })
  assert.ok(!text.includes('Bănuim'), 'what staff wrote is for staff')
  const invited = await ana.call('POST', '/users', {
    ...{ user_name: 'eva', name: 'Eva Pop', email: 'eva@shop.example', role: 'partner_reader' },
  })
  assert.deepEqual([invited.status, invited.body.code], [403, 'PARTNER_SUSPENDED'])
  assert.equal((await ana.call('POST', '/webhooks/secret')).body.code, 'PARTNER_SUSPENDED')
  assert.equal((await ana.call('POST', '/notices', { kind: 'address', text: 'Ne-am mutat' })).status, 200)
  assert.equal((await ana.call('POST', '/webhooks/redeliver-failed')).status, 200)
})

test('suspended since its yearly review is overdue: that is told', async () => {
  await caseOf('approved')
  const { body } = await ana.call('GET', '/company')
  assert.deepEqual([body.access, body.why], ['suspended', 'review'])
})

test('after the end they read for thirteen months, then nothing', async () => {
  await caseOf('relationship_ended')
  assert.deepEqual(await refusals('PARTNER_ENDED'), allBut([...reading, ...STAYS_AFTER_THE_END]))
  const { body } = await ana.call('GET', '/company')
  assert.deepEqual([body.access, body.why], ['ended', 'ended'])
  world.pass(12.9 * MONTH_MINUTES)
  ana = await world.signedUp('alfa-client', 'ana.two', 'partner_admin')
  assert.equal((await ana.call('GET', '/profile')).status, 200)
  world.pass(0.2 * MONTH_MINUTES)
  ana = await world.signedUp('alfa-client', 'ana.three', 'partner_admin')
  assert.deepEqual(await refusals('PARTNER_ENDED'), allBut([]))
  assert.equal((await ana.call('GET', '/company')).body.access, 'closed')
})

test('another partner’s people notice nothing of it', async () => {
  const bob = await world.signedUp('beta-client', 'bob', 'partner_admin')
  assert.equal((await bob.call('GET', '/company')).body.access, 'open')
  assert.equal((await bob.call('POST', '/webhooks/secret')).status, 200)
})

async function caseOf(state: 'approved' | 'relationship_ended'): Promise<void> {
  const { context, partner } = world
  await context.db.query({
    text: `insert into cases (kind, state, way, partner_id, created_at, updated_at, approved_at, next_review_at)
      select 'legal', 'approved', 'staff', $1, at, at, at, at + interval '1 year'
      from (select $2::timestamptz - interval '3 years' as at)
      where not exists (select from cases where partner_id = $1)`,
    values: [partner('alfa-client').partner_id, context.clock.now()],
  })
  if (state === 'approved') return
  await context.db.query({
    text: `update cases set state = $2, ended_at = $3, keep_until = $3::timestamptz + interval '6 years' where partner_id = $1`,
    values: [partner('alfa-client').partner_id, state, context.clock.now()],
  })
}
