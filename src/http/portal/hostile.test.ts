/** What is sent to the calls of the portal by who means harm: values that no column takes, members that no call asks for. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { approveAct } from '../../domain/four-eyes/approve.ts'
import { inviteAgain } from '../../domain/portal/users.ts'
import { addStaff } from '../../domain/staff/manage.ts'
import { DELAYS } from '../../domain/staff/sign-in.ts'
import { findStaff, type StaffRow } from '../../domain/staff/store.ts'
import { createAuthority, issueClientCertificate } from '../../infra/certificates/issue.ts'
import { sessionCookie } from '../session-cookie.ts'
import { signInRoutes } from '../sign-in.ts'
import { invitationRoutes } from './invitation.ts'
import { portalRoutes } from './routes.ts'
import { portalWorld, type Signed } from './testing/world.ts'

const URL_OF_PORTAL = 'https://portal.example'
const cookie = sessionCookie('punte_portal', URL_OF_PORTAL)
const routes = [...signInRoutes(cookie, URL_OF_PORTAL), ...invitationRoutes(cookie), ...portalRoutes]

/** It proves by itself who calls, or tells nothing. Whoever adds one says so here. */
const PUBLIC = [
  'GET /application',
  'GET /sign-in',
  'POST /application/documents',
  'POST /application/submission',
  'POST /application/withdrawal',
  'POST /invitation',
  'POST /invitation/password',
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
  'PUT /application',
]

let world: Awaited<ReturnType<typeof portalWorld>>
let ana: Signed
let other: Signed
let their_payment: number
before(async () => {
  world = await portalWorld()
  Object.assign(DELAYS, { refused_ms: 1, first_ms: 0, last_ms: 0 })
  ana = await world.signedUp('alfa-client', 'ana', 'partner_admin')
  other = await world.signedUp('beta-client', 'bob', 'partner_admin')
  their_payment = await world.payment('beta-client')
})
after(() => world.close())

const TEXTS = ['', '\0', 'a\0@alfa-client', '9999999999', '999999999999999', '2099-02-30', '-1', 'x'.repeat(150)]
const VALUES = [...TEXTS, '\ud800', -1, 1e308, 2_147_483_648, null, [], ['a'], {}, { $ne: null }]
const PLACES = ['9999999999999999_999999999', '2026-13-41T00:00:00.000000Z_1', '0_0', '\0', '9'.repeat(80)]

test('a member that names another partner is nobody’s', async () => {
  const { partner_id } = world.partner('beta-client')
  const found = await ana.call('POST', '/payments/search', { partner_id, payment_id: their_payment, payer_hash: null })
  assert.deepEqual([found.status, found.body.rows], [200, []])
  const told = await ana.call('POST', '/notices', { kind: 'other', text: 'Ne-am mutat', partner_id, told_by: 1 })
  assert.equal(told.status, 200)
  assert.deepEqual((await other.call('GET', '/notices')).body.notices, [])
  const invited = await ana.call('POST', '/users', {
    ...{ user_name: 'eva', name: 'Eva Pop', email: 'eva@shop.example', role: 'partner_reader' },
    ...{ partner_id, client_id: 'beta-client', status: 'active', password_hash: 'x' },
  })
  assert.equal(invited.body.user_name, 'eva@alfa-client')
})

test('the token of a call comes in its cookie, whatever the body says', async () => {
  const body = { token: /=(.*)$/.exec(other.cookie)?.[1], code: '000000', password: 'x' }
  for (const path of ['/sign-in/second-factor', '/sign-in/enrolment/confirm', '/sign-in/password'])
    assert.equal((await world.post(path, body)).body.code, 'SESSION_ENDED', path)
})

test('whoever of the staff has sent somebody the way in does not approve what he then asks for', async () => {
  const { context } = world
  const olga = await somebody('olga.one')
  const ion = await somebody('ion.two')
  await inviteAgain({ ...context, actor: olga.actor }, world.partner('alfa-client'), ana.user_name)
  const authority = await createAuthority({ name: 'Test CA' })
  const { certificate_pem } = await issueClientCertificate(authority, { subject: { common_name: 'alfa.example' } })
  const files = { certificate_pem, authority_pem: authority.certificate_pem }
  const asked = await ana.call('POST', '/certificates/changes', { kind: 'add', ...files })
  const approval_id = Number(asked.body.approval_id)
  await assert.rejects(approveAct(context, olga, approval_id), (error: { code?: string }) => {
    return error.code === 'APPROVAL_TIED'
  })
  await approveAct(context, ion, approval_id)
})

async function somebody(user_name: string) {
  const { context } = world
  await addStaff(context, { user_name, name: 'Ion Pop', email: `${user_name}@office.example`, role: 'operations' })
  const { staff_id } = (await findStaff(context.db, user_name)) as StaffRow
  return { staff_id, role: 'operations', actor: { kind: 'staff', name: user_name } } as const
}

test('what anybody may call is what is listed here', () => {
  const found = routes.filter(({ act }) => act === 'public').map(({ method, path }) => `${method} ${path}`)
  assert.deepEqual(found.sort(), PUBLIC)
})

test('values that no column takes are wrong, and no fault of ours', async () => {
  const faults: string[] = []
  const note = (what: string, { status, text }: { status: number; text: string }) => {
    if (status >= 500) faults.push(`${what} ${status} ${text}`)
  }
  for (const { method, path, query, body } of routes) {
    // Once in vain is enough: what is sent to it is bytes.
    if (path === '/application/documents' || path === '/sign-out' || method === 'PATCH') continue
    const payload = method === 'GET' || method === 'DELETE' ? {} : { payload: {} }
    const ask = (url: string, sent: object) =>
      world.inject({ method, url: `/portal/api${url}`, ...sent, headers: { 'x-invitation': 'none' } }, ana.cookie)
    for (const name of path.match(/:[a-z_]+/g) ?? [])
      for (const value of TEXTS) {
        const url = path.replace(name, encodeURIComponent(value)).replaceAll(/:[a-z_]+/g, '1')
        note(`${method} ${url}`, await ask(url, payload))
      }
    const plain = path.replaceAll(/:[a-z_]+/g, '1')
    for (const field of fieldsOf(query))
      for (const value of [...TEXTS, ...PLACES]) {
        const url = `${plain}?${field}=${encodeURIComponent(value)}`
        note(`${method} ${url}`, await ask(url, payload))
      }
    for (const field of fieldsOf(body))
      for (const value of [...VALUES, ...PLACES]) {
        const given = { ...(exampleOf(body as Schema) as object), [field]: value }
        note(`${method} ${path} ${JSON.stringify(given).slice(0, 200)}`, await ask(plain, { payload: given }))
      }
  }
  assert.deepEqual(faults, [])
})

type Schema = {
  readonly type?: string
  readonly properties?: Record<string, Schema>
  readonly required?: readonly string[]
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
}

const fieldsOf = (schema: unknown): string[] => Object.keys((schema as Schema | undefined)?.properties ?? {})

/** The least that fits. */
function exampleOf({ type, properties = {}, required = [], anyOf, enum: choices, const: only }: Schema): unknown {
  if (only !== undefined) return only
  if (choices !== undefined) return choices[0]
  if (anyOf?.[0] !== undefined) return exampleOf(anyOf[0])
  if (type === 'object') return Object.fromEntries(required.map((name) => [name, exampleOf(properties[name] ?? {})]))
  return { integer: 1, boolean: false, array: [] as unknown[] }[type ?? ''] ?? 'text'
}
