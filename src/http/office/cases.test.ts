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
  const { json } = await call('auditor', 'GET', `/cases/${case_id}/changes?from=1&to=2`)
  assert.ok((json.changes as { field: string }[]).some(({ field }) => field === 'company.cui'))
  const found = await call('auditor', 'POST', '/cases/search', { search: '99123452', state: 'draft' })
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
