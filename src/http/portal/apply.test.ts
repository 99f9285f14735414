import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { COMPANY, PNG, pdf } from '../../domain/compliance/fixture.ts'
import { inviteApplicant } from '../../domain/compliance/invitations/invite.ts'
import { beginReview } from '../../domain/compliance/move.ts'
import { showCase } from '../../domain/compliance/show.ts'
import { until } from '../../infra/testing/until.ts'
import { buildPortal } from './server.ts'
import { portalWorld } from './testing/world.ts'

type View = { version: number; state: string; may_edit: boolean; faults: { field: string }[] } & Record<string, unknown>

let world: Awaited<ReturnType<typeof portalWorld>>
let server: Awaited<ReturnType<typeof buildPortal>>
let token: string
let case_id: number

before(async () => {
  world = await portalWorld()
  Object.assign(world.context.settings, { PUNTE_INVITATION_DAYS: 14, PUNTE_RETENTION_YEARS: 5 })
  server = await buildPortal(world.context)
  const invited = await inviteApplicant(world.context, { email: 'ana@florarie.example', language: 'ro', kind: 'legal' })
  case_id = invited.case_id
  token = /portal\/apply#(\S+)/.exec(world.mails.at(-1)?.text ?? '')?.[1] as string
})
after(async () => {
  await server.close()
  await world.close()
})

const HEADERS = { 'x-punte-call': '1', origin: 'https://portal.example' }

async function call(
  method: 'GET' | 'PUT' | 'POST',
  path: string,
  payload?: object | Buffer,
  headers: Readonly<Record<string, string>> = {},
) {
  const answer = await server.inject({
    method,
    url: `/portal/api/application${path}`,
    headers: { ...HEADERS, 'x-invitation': token, ...headers },
    ...(payload !== undefined && { payload }),
  })
  return { status: answer.statusCode, body: answer.payload === '' ? undefined : (answer.json() as View) }
}
const viewOf = async (): Promise<View> => (await call('GET', '')).body as View
const upload = (kind: string, bytes: Buffer, name = 'act.pdf', headers: Readonly<Record<string, string>> = {}) =>
  call('POST', `/documents?kind=${kind}`, bytes, {
    'content-type': 'application/octet-stream',
    'x-document-name': encodeURIComponent(name),
    ...headers,
  })

test('the link opens one case, and of it what the applicant may know', async () => {
  const view = await viewOf()
  assert.deepEqual([view.state, view.may_edit], ['draft', true])
  for (const hidden of ['assessment', 'screenings', 'events', 'invitations', 'reviewed_by', 'risk'])
    assert.equal(view[hidden], undefined, hidden)
  assert.equal((await call('GET', '', undefined, { 'x-invitation': '' })).status, 401)
})

test('a draft is saved with whatever lacks; what somebody has saved since is not written over', async () => {
  const { version } = await viewOf()
  const saved = await call('PUT', '', { version, data: { company: COMPANY.company } })
  assert.equal(saved.status, 200)
  assert.ok(saved.body?.faults.some(({ field }) => field === 'beneficial_owners'))
  const late = await call('PUT', '', { version, data: {} })
  assert.deepEqual([late.status, late.body?.code], [409, 'CASE_CHANGED'])
  const strange = await call('PUT', '', { version: saved.body?.version, data: { company: { owner: 1 }, risk: 'low' } })
  assert.equal(strange.status, 422)
  assert.ok((strange.body?.faults.length ?? 0) >= 2, 'all that is wrong is told at once')
})

test('uploads are judged by what they are, and never sent back', async () => {
  const taken = await upload('identity', PNG, 'buletin "><img src=x>.exe')
  assert.equal(taken.status, 200, JSON.stringify(taken.body))
  assert.deepEqual(
    ((taken.body as View).documents as { media_type: string; added_by?: string }[]).map((one) => [
      one.media_type,
      one.added_by,
    ]),
    [['image/png', undefined]],
  )
  for (const bytes of [Buffer.from('PK\x03\x04'), Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')])
    assert.deepEqual((await upload('identity', bytes)).body?.code, 'DOCUMENT_REFUSED')
  const refused = (await upload('identity', pdf('<< /Encrypt 9 0 R >>'))).body as unknown as {
    readonly field: string
    readonly faults: readonly { readonly field: string; readonly code: string }[]
  }
  assert.deepEqual(
    [refused.field, refused.faults.map(({ field, code }) => [field, code])],
    ['file', [['file', 'encrypted']]],
  )
  assert.equal((await upload('identity', Buffer.concat([pdf(), Buffer.alloc(11 * 1024 * 1024)]))).status, 413)
  assert.equal((await upload('authority_request', pdf())).status, 400, 'that kind is for staff')
  assert.equal((await upload('identity', pdf(), 'x', { 'x-document-name': '%E0%A4%A' })).status, 400)
  assert.equal((await upload('identity', pdf(), 'x', { 'x-invitation': 'x'.repeat(43) })).status, 401)
  assert.equal((await call('GET', '/documents/1')).status, 404, 'there is no way to read one')
})

test('it is handed in whole, and after that nothing of it can be changed by the link', async () => {
  const early = await call('POST', '/submission', { version: (await viewOf()).version })
  assert.equal(early.status, 422)
  const { sources: _sources, ...data } = COMPANY
  const { version } = await viewOf()
  assert.equal((await call('PUT', '', { version, data })).status, 200)
  await upload('constitutive_act', pdf())
  const done = await call('POST', '/submission', { version: (await viewOf()).version })
  assert.deepEqual(
    [done.status, done.body?.state, done.body?.may_edit],
    [200, 'submitted', false],
    JSON.stringify(done),
  )
  const seen = done.body as View
  assert.equal((await call('PUT', '', { version: seen.version, data })).body?.code, 'CASE_STATE')
  assert.equal((await upload('other', pdf())).body?.code, 'CASE_STATE')
  const now = await showCase(world.context, case_id)
  await beginReview({ ...world.context, actor: { kind: 'staff', name: 'maria' } }, { case_id, version: now.version })
  assert.equal((await viewOf()).state, 'in_review')
})

test('files that come all at once do not fill the memory; who leaves makes room', async () => {
  const address = await server.listen({ port: 0, host: '127.0.0.1' })
  const begin = () => {
    const request = httpRequest(`${address}/portal/api/application/documents?kind=other`, {
      method: 'POST',
      headers: {
        ...HEADERS,
        ...{ 'x-invitation': token, 'x-document-name': 'a.pdf', 'content-type': 'application/octet-stream' },
        'content-length': 1_000_000,
      },
    })
    // Destroyed below, on purpose.
    request.on('error', () => {})
    const status = new Promise<number | undefined>((resolve) => {
      request.once('response', (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
      request.once('close', () => resolve(undefined))
    })
    request.write(Buffer.alloc(1_000))
    return { request, status }
  }
  const open = Array.from({ length: 30 }, begin)
  const told: (number | undefined)[] = []
  for (const { status } of open) void status.then((one) => told.push(one))
  await until('the answers', () => told.length >= 18)
  await sleep(100)
  assert.deepEqual(told, Array(18).fill(503))
  for (const { request } of open) request.destroy()
  await until('room', async () => (await upload('other', pdf())).status !== 503)
})

test('calls of other sites are refused; who tries links is stopped, also with a good one', async () => {
  const foreign = await call('POST', '/withdrawal', { version: 1 }, { origin: 'https://evil.example' })
  assert.equal(foreign.body?.code, 'ORIGIN_NOT_ALLOWED')
  let last = 0
  for (let tries = 0; tries < 25 && last !== 429; tries += 1)
    last = (await call('GET', '', undefined, { 'x-invitation': 'y'.repeat(43) })).status
  assert.equal(last, 429)
  assert.equal((await call('GET', '')).status, 429)
})
