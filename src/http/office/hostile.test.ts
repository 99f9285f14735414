/** What is sent to the calls of the back office by who means harm: members that no call asks for, values that no column takes. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { TSchema } from 'typebox'
import { ACTS, ROLES, type Role } from '../../domain/staff/roles.ts'
import { findStaff } from '../../domain/staff/store.ts'
import { officeRoutes } from './routes.ts'
import { realOffice } from './testing/real.ts'

let world: Awaited<ReturnType<typeof realOffice>>
before(async () => {
  world = await realOffice()
})
after(() => world.close())

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

async function call(role: Role, method: Method, path: string, body?: object) {
  const { statusCode: status, payload } = await world.server.inject({
    method,
    url: `/office/api${path}`,
    headers: { cookie: world.cookies[role], 'x-punte-call': '1' },
    ...(body !== undefined && { payload: body }),
  })
  return {
    status,
    text: payload,
    json: (payload.startsWith('{') ? JSON.parse(payload) : {}) as Record<string, unknown>,
  }
}

test('nobody takes another role by naming himself in the body of a call about somebody else', async () => {
  const body = { role: 'operations', user_name: 'one.of.administrator' }
  await call('administrator', 'POST', '/staff/one.of.support/role', body)
  assert.equal((await findStaff(world.context.db, 'one.of.administrator'))?.role, 'administrator')
  await call('administrator', 'POST', '/staff/one.of.support/role', { role: 'support' })
})

test('who may edit a case does not rate its risk by the way', async () => {
  const made = await call('operations', 'POST', '/cases', { kind: 'legal' })
  assert.equal(made.status, 200, made.text)
  const { case_id, version } = made.json
  const path = `/cases/${case_id}`
  await call('operations', 'PUT', `${path}/data`, { version, data: {}, assessment: { risk: 'low' } })
  const { json } = await call('compliance', 'GET', path)
  assert.deepEqual(json.assessment, {})
})

const IN_ADDRESS = ['%00', '9999999999', '999999999999999', '-1', 'x'.repeat(150)]
const TEXTS = ['', '\0', '1e400', '9999999999', '2026-02-30']
const VALUES = [...TEXTS, '\ud800', -1, 1e308, 2_147_483_648, null, ['a'], { $ne: null }]

/** Texts that fit a schema, so that the handler sees them. */
const fieldsOf = (schema: TSchema | undefined): string[] =>
  Object.keys((schema as { properties?: Record<string, unknown> } | undefined)?.properties ?? {})

test('values that no column takes are wrong in an address, and no fault of ours', async () => {
  const faults: string[] = []
  for (const { method, path, query, act } of officeRoutes) {
    if (act === 'public' || path.startsWith('/exports') || path === '/keys/rotation') continue
    const role = roleFor(act)
    const names = path.match(/:[a-z_]+/g) ?? []
    for (const name of names)
      for (const value of IN_ADDRESS) {
        const url = path.replace(name, value).replaceAll(/:[a-z_]+/g, '1')
        const { status, text } = await call(role, method, url, method === 'GET' || method === 'DELETE' ? undefined : {})
        if (status >= 500) faults.push(`${method} ${url} ${text}`)
      }
    if (method !== 'GET') continue
    for (const field of fieldsOf(query))
      for (const value of TEXTS) {
        const url = `${path.replaceAll(/:[a-z_]+/g, '1')}?${field}=${encodeURIComponent(value.toWellFormed())}`
        const { status, text } = await call(role, method, url)
        if (status >= 500) faults.push(`${method} ${url} ${text}`)
      }
  }
  assert.deepEqual(faults, [])
})

test('values that no column takes are wrong in a body, and no fault of ours', async () => {
  const faults: string[] = []
  for (const { method, path, body, act } of officeRoutes) {
    if (act === 'public' || body === undefined) continue
    const good = exampleOf(body) as Record<string, unknown>
    for (const field of fieldsOf(body))
      for (const value of VALUES) {
        const url = path.replaceAll(/:user_name/g, 'nobody').replaceAll(/:[a-z_]+/g, '1')
        const { status, text } = await call(roleFor(act), method, url, { ...good, [field]: value })
        if (status >= 500) faults.push(`${method} ${url} ${field}=${JSON.stringify(value)} ${text}`)
      }
  }
  assert.deepEqual(faults, [])
})

function roleFor(act: string): Role {
  const acts: Record<string, { readonly may: readonly string[] }> = ACTS
  return ROLES.find((role) => act === 'session' || acts[act]?.may.includes(role)) ?? 'administrator'
}

type Schema = {
  readonly type?: string
  readonly properties?: Record<string, Schema>
  readonly required?: readonly string[]
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minimum?: number
  readonly pattern?: string
}

/** The least that fits. */
function exampleOf(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.anyOf !== undefined) return exampleOf(schema.anyOf[0] as Schema)
  if (schema.type === 'object')
    return Object.fromEntries(
      (schema.required ?? []).map((name) => [name, exampleOf(schema.properties?.[name] as Schema)]),
    )
  if (schema.type === 'array') return []
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1
  if (schema.type === 'boolean') return false
  if (schema.pattern?.includes('T[0-9') === true) return '2026-01-01T00:00:00Z'
  if (schema.pattern?.startsWith('^\\d{4}') === true) return '2026-01-01'
  return 'text'
}
