import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { COMPANY, PNG, pdf } from '../../domain/compliance/fixture.ts'
import type { Role } from '../../domain/staff/roles.ts'
import { realOffice } from './testing/real.ts'

let world: Awaited<ReturnType<typeof realOffice>>
let case_id: number

before(async () => {
  world = await realOffice()
  Object.assign(world.context.settings, { PUNTE_INVITATION_DAYS: 14, PUNTE_RETENTION_YEARS: 5 })
  case_id = (await call('compliance', 'POST', '/cases', { kind: 'legal' })).json.case_id as number
})
after(() => world.close())

async function inject(
  role: Role,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  payload?: object | Buffer,
  headers: Readonly<Record<string, string>> = {},
) {
  return await world.server.inject({
    method,
    url: `/office/api${path}`,
    headers: { cookie: world.cookies[role], 'x-punte-call': '1', ...headers },
    ...(payload !== undefined && { payload }),
  })
}
async function call(...asked: Parameters<typeof inject>) {
  const answer = await inject(...asked)
  return { status: answer.statusCode, json: (answer.payload === '' ? {} : answer.json()) as Record<string, unknown> }
}
const upload = (bytes: Buffer, name: string) =>
  call('operations', 'POST', `/cases/${case_id}/documents?kind=identity`, bytes, {
    'content-type': 'application/octet-stream',
    'x-document-name': encodeURIComponent(name),
  })

test('what is saved names the version that was seen, and every fault of it is told at once', async () => {
  const path = `/cases/${case_id}/data`
  assert.equal((await call('compliance', 'PUT', path, { version: 1, data: COMPANY })).status, 200)
  assert.equal((await call('operations', 'PUT', path, { version: 1, data: {} })).json.code, 'CASE_CHANGED')
  const wrong = await call('compliance', 'PUT', path, { version: 2, data: { company: { name: 7, x: 1 }, y: 2 } })
  assert.equal(wrong.json.code, 'CASE_INCOMPLETE')
  assert.ok((wrong.json.faults as unknown[]).length >= 3)
  const deep = Buffer.from(`{"version":2,"data":{"company":${'['.repeat(30_000)}${']'.repeat(30_000)}}}`)
  const json_type = { 'content-type': 'application/json' }
  assert.deepEqual(
    await call('compliance', 'PUT', path, deep, json_type).then(({ status, json }) => [status, json.code]),
    [400, 'BODY_MALFORMED'],
  )
  const { json } = await call('auditor', 'GET', `/cases/${case_id}/changes?from=1&to=2`)
  assert.ok((json.changes as { field: string }[]).some(({ field }) => field === 'company.cui'))
  // Marks that turn text around come unseen with what is copied: they are gone before it is judged.
  const found = await call('auditor', 'POST', '/cases/search', { search: '\u200e99123452', state: 'draft\u202c' })
  assert.deepEqual(
    (found.json.cases as { case_id: number }[]).map((one) => one.case_id),
    [case_id],
  )
})

test('a document comes back as what it is, and nothing of it can run or be framed', async () => {
  const { json } = await upload(PNG, 'buletin "><img src=x onerror=alert(1)>\r\nSet-Cookie: a=b.html')
  const picture = await inject('auditor', 'GET', `/cases/${case_id}/documents/${json.document_id}`)
  assert.equal(picture.statusCode, 200)
  assert.deepEqual(picture.rawPayload, PNG)
  assert.equal(picture.headers['content-type'], 'image/png')
  assert.equal(picture.headers['x-content-type-options'], 'nosniff')
  assert.match(String(picture.headers['content-security-policy']), /default-src 'none'.*sandbox/)
  assert.match(
    String(picture.headers['content-disposition']),
    /^inline; filename="[\w.-]+"; filename\*=UTF-8''[\w.%-]+$/,
  )
  assert.equal(picture.headers['set-cookie'], undefined)
  const paper = await upload(pdf(), 'act.png')
  const path = `/cases/${case_id}/documents/${paper.json.document_id}`
  const shown = await inject('auditor', 'GET', path)
  assert.equal(shown.headers['content-type'], 'application/pdf')
  assert.match(String(shown.headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/)
  assert.doesNotMatch(String(shown.headers['content-security-policy']), /script/)
  assert.match(
    String((await inject('auditor', 'GET', `${path}?download=1`)).headers['content-disposition']),
    /^attachment; /,
  )
  assert.equal((await call('support', 'GET', path)).status, 403)
  assert.equal((await call('auditor', 'GET', `/cases/${case_id + 1}/documents/${paper.json.document_id}`)).status, 404)
})

test('files that lie, are too large or have no name are refused in words', async () => {
  assert.equal((await upload(Buffer.from('PK\x03\x04'), 'a.pdf')).json.code, 'DOCUMENT_REFUSED')
  assert.equal((await upload(Buffer.from('<svg/>'), 'a.svg')).json.code, 'DOCUMENT_REFUSED')
  const just_over = Buffer.concat([pdf(), Buffer.alloc(10 * 1024 * 1024)])
  assert.equal((await upload(just_over, 'a.pdf')).json.code, 'DOCUMENT_REFUSED')
  assert.equal((await upload(Buffer.alloc(12 * 1024 * 1024), 'a.pdf')).json.code, 'BODY_TOO_LARGE')
  const path = `/cases/${case_id}/documents?kind=identity`
  const nameless = { 'content-type': 'application/octet-stream' }
  assert.equal((await call('operations', 'POST', path, pdf(), nameless)).json.code, 'FIELD_REQUIRED')
})

test('approval is proposed with all that lacks told; what is kept is listed', async () => {
  const { json } = await call('compliance', 'GET', `/cases/${case_id}`)
  const early = await call('compliance', 'POST', `/cases/${case_id}/approval`, { version: json.version })
  assert.equal(early.json.code, 'CASE_STATE')
  const withdrawn = await call('operations', 'POST', `/cases/${case_id}/withdrawal`, { version: json.version })
  assert.equal(withdrawn.status, 204)
  const { json: told } = await call('auditor', 'GET', '/retention')
  assert.deepEqual(
    (told.kept as { case_id: number }[]).map((one) => one.case_id),
    [case_id],
  )
  const { json: person } = await call('compliance', 'POST', '/subject-exports', { cnp: '2810305400014' })
  assert.equal((person.cases as unknown[]).length, 1)
  assert.equal((await call('administrator', 'POST', '/subject-exports', { cnp: '2810305400014' })).status, 403)
})

test('what is kept and what was erased are listed whole, a page at a time', async () => {
  const { db } = world.context
  const at = new Date('2026-01-01T00:00:00Z')
  // Two of them end together: nothing is lost between pages, nothing is told twice.
  await db.query({
    text: `insert into cases (kind, state, way, created_at, updated_at, ended_at, keep_until)
      select 'legal', 'withdrawn', 'staff', $1, $1, $1, $1::timestamptz + (n / 2) * interval '1 day'
      from generate_series(1, 120) n`,
    values: [at],
  })
  const listed = new Map<number, string>()
  let sizes: number[] = []
  for (let after = ''; ; ) {
    const { json } = await call('auditor', 'GET', `/retention${after}`)
    const kept = json.kept as { case_id: number; keep_until: string }[]
    sizes = [...sizes, kept.length]
    for (const one of kept) listed.set(one.case_id, one.keep_until)
    if (json.has_more !== true) break
    after = `?after=${kept.at(-1)?.case_id}`
  }
  assert.deepEqual([sizes, listed.size], [[50, 50, 21], 121])
  assert.deepEqual([...listed.values()], [...listed.values()].sort())

  await db.query({
    text: `insert into erasures (case_id, ended_at, keep_until, started_at, last_version_hash, version_count, document_count)
      select case_id, $1, $1, $1, '\\x00', 1, 0 from cases where ended_at = $1 order by case_id limit 60`,
    values: [at],
  })
  const first = (await call('auditor', 'GET', '/retention/erasures')).json
  const ids = (first.erasures as { erasure_id: number }[]).map(({ erasure_id }) => erasure_id)
  assert.deepEqual([ids.length, first.has_more], [50, true])
  const second = (await call('auditor', 'GET', `/retention/erasures?before=${ids.at(-1)}`)).json
  const rest = (second.erasures as { erasure_id: number }[]).map(({ erasure_id }) => erasure_id)
  assert.deepEqual([rest.length, second.has_more, new Set([...ids, ...rest]).size], [10, false, 60])
})
