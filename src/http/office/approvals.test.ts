/** The list of what waits for a second person, at the call itself. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { approvalRoutes } from './approvals.ts'
import { type OfficeWorld, openOffice } from './testing/world.ts'

let world: OfficeWorld
before(async () => {
  world = await openOffice(approvalRoutes)
})
after(() => world?.close())

async function read(path: string) {
  const { status, json } = await world.of.auditor.call('GET', path)
  assert.equal(status, 200, JSON.stringify(json))
  return json
}

test('what waits is listed whole, the oldest first, a page at a time; of one case by itself', async () => {
  const { db, clock } = world.context
  const at = clock.now()
  await db.query({
    text: `insert into approvals (act, subject_kind, subject_id, input, proposed_by, proposed_at, expires_at)
      select 'partner.approve', 'case', n::text, '{}', (select min(staff_id) from staff), $1, $1::timestamptz + interval '1 day'
      from generate_series(1001, 1120) n`,
    values: [at],
  })
  type Line = { approval_id: number; subject: { kind: string; id: string } }
  const listed: Line[] = []
  for (let after = ''; ; ) {
    const page = await read(`/approvals?state=waiting${after}`)
    const lines = page.approvals as Line[]
    assert.ok(lines.length <= 50)
    listed.push(...lines)
    if (page.has_more !== true) break
    after = `&after=${lines.at(-1)?.approval_id}`
  }
  const ids = listed.map(({ approval_id }) => approval_id)
  assert.deepEqual(
    ids,
    [...new Set(ids)].sort((one, other) => one - other),
  )
  assert.equal(listed.filter(({ subject: { kind, id } }) => kind === 'case' && Number(id) > 1000).length, 120)
  const { approvals } = await read('/approvals?state=waiting&case_id=1117')
  assert.deepEqual(
    (approvals as Line[]).map(({ subject: { id } }) => id),
    ['1117'],
  )
})
