/** Every call of the back office against every role, and against those who are nobody here: the table of roles is what happens. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ACTS, mayDo, PARTNER_ROLES, ROLES, type StaffAct } from '../../domain/staff/roles.ts'
import type { TableRoute } from '../route-table.ts'
import { sessionCookie } from '../session-cookie.ts'
import { signInRoutes } from '../sign-in.ts'
import { officeRoutes } from './routes.ts'
import { OFFICE_URL, realOffice } from './testing/real.ts'

const routes = [...signInRoutes(sessionCookie('punte_office', OFFICE_URL), OFFICE_URL), ...officeRoutes]
/** What anybody may call: it proves by itself who calls, or tells nothing. Whoever adds one says so here. */
const PUBLIC = [
  'GET /sign-in',
  'POST /sign-in',
  'POST /sign-in/enrolment',
  'POST /sign-in/enrolment/confirm',
  'POST /sign-in/passkey',
  'POST /sign-in/passkey/options',
  'POST /sign-in/password',
  'POST /sign-in/password/check',
  'POST /sign-in/second-factor',
  'POST /sign-in/second-factor/passkey',
  'POST /sign-in/second-factor/passkey/options',
  'POST /sign-out',
]
/** An answer that has not come by then is one that streams: nobody was refused. */
const STREAMS_AFTER_MS = 3_000

let world: Awaited<ReturnType<typeof realOffice>>
before(async () => {
  world = await realOffice()
})
after(() => world.close())

const addressOf = (path: string): string =>
  path
    .replaceAll(/:(session_id|passkey_id|[a-z_]*uuid)\b/g, '00000000-0000-4000-8000-000000000000')
    .replaceAll(/:(user_name|client_id|merchant_id|act|name|bank_id)\b/g, 'nobody-here')
    .replaceAll(/:[a-z_]+/g, '999999')

test('what anybody may call is what is listed here', () => {
  const found = routes.filter(({ act }) => act === 'public').map(({ method, path }) => `${method} ${path}`)
  assert.deepEqual(found.sort(), PUBLIC)
})

test('no call is there twice, and each act is one of the table', () => {
  const names = routes.map(({ method, path }) => `${method} ${path}`)
  assert.equal(new Set(names).size, names.length)
  for (const { act, path } of routes) assert.ok(act === 'public' || act === 'session' || act in ACTS, `${path} ${act}`)
})

test('no call of the office is for people of partners', () => {
  for (const { act, path } of officeRoutes) {
    const asked = act as StaffAct
    for (const role of PARTNER_ROLES) assert.ok(!(asked in ACTS) || !mayDo(role, asked), `${role} ${path}`)
  }
})

test('each role is let through or refused as the table says, at every call', async () => {
  for (const row of routes.filter(({ act }) => act !== 'public')) {
    for (const role of ROLES) {
      const may = row.act === 'session' || mayDo(role, row.act as StaffAct)
      const name = `${role} ${row.method} ${row.path}`
      const calling = call(row, world.cookies[role])
      if (!may) {
        const answer = await calling
        assert.equal(answer.status, 403, name)
        assert.match(answer.text, /"ROLE_NOT_ALLOWED"/, name)
        continue
      }
      const answer = await within(calling)
      if (answer === undefined) continue
      assert.doesNotMatch(answer.text, /"(ROLE_NOT_ALLOWED|SESSION_ENDED)"/, name)
      // Ids of nobody and an empty body are wrong, not a fault of ours.
      assert.notEqual(answer.status, 500, `${name} ${answer.text}`)
    }
  }
})

test('nobody who is not signed in gets anywhere, whatever the call', async () => {
  for (const row of routes.filter(({ act }) => act !== 'public')) {
    const { status, text } = await call(row, '')
    assert.equal(status, 401, `${row.method} ${row.path}`)
    assert.match(text, /"SESSION_ENDED"/)
  }
})

test('no call that changes something is taken from another site, by a form, or without the header of our pages', async () => {
  for (const row of routes.filter(({ method }) => method !== 'GET')) {
    const cookie = world.cookies.administrator
    const forged = [
      { 'x-punte-call': '1', origin: 'https://evil.example' },
      { 'x-punte-call': '1', 'sec-fetch-site': 'cross-site' },
      { 'x-punte-call': '1', 'sec-fetch-site': 'same-site' },
      { 'x-punte-call': '1', origin: 'null' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      {},
    ]
    for (const headers of forged) {
      const answer = await world.server.inject({
        method: row.method,
        url: `/office/api${addressOf(row.path)}`,
        headers: { cookie, ...headers },
        ...(headers['content-type'] !== undefined && { payload: 'user_name=a' }),
      })
      assert.equal(answer.statusCode, 403, `${row.method} ${row.path} ${JSON.stringify(headers)}`)
      assert.equal(answer.json().code, 'ORIGIN_NOT_ALLOWED')
    }
  }
})

async function call(row: TableRoute, cookie: string): Promise<{ readonly status: number; readonly text: string }> {
  const has_body = row.method !== 'GET' && row.method !== 'DELETE'
  const { statusCode, payload } = await world.server.inject({
    method: row.method,
    url: `/office/api${addressOf(row.path)}`,
    headers: { cookie, 'x-punte-call': '1' },
    ...(has_body && { payload: {} }),
  })
  return { status: statusCode, text: payload.slice(0, 2_000) }
}

async function within<T>(answer: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, STREAMS_AFTER_MS, undefined)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
