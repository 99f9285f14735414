/** Partners, limits, alerts and proposals at the calls themselves: who may, what is refused, what two people do together. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { selectRows } from '../../domain/audit/store.ts'
import { EXECUTORS } from '../../domain/four-eyes/executors.ts'
import { listProposals, showProposal } from '../../domain/four-eyes/waiting.ts'
import { listStandings } from '../../domain/partners/standing.ts'
import { findPartner } from '../../domain/partners/store.ts'
import { resealAll } from '../../domain/resealing/reseal.ts'
import { ACTS, mayDo, ROLES, type StaffAct, takesTwo } from '../../domain/staff/roles.ts'
import { type Authority, createAuthority, issueClientCertificate } from '../../infra/certificates/issue.ts'
import { activateKey, addKey, listKeys, retireKey } from '../../infra/keys/key-file.ts'
import { loadKeys } from '../../infra/keys/keys.ts'
import type { TableRoute } from '../route-table.ts'
import { alertRoutes } from './alerts.ts'
import { approvalRoutes } from './approvals.ts'
import { limitRoutes } from './limits.ts'
import { partnerRoutes } from './partners.ts'
import { type OfficeWorld, openOffice, type Person } from './testing/world.ts'

const OWN: readonly TableRoute[] = [...partnerRoutes, ...limitRoutes, ...alertRoutes, ...approvalRoutes]

let world: OfficeWorld
let authority: Authority
let dir: string
before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'punte-office-ca-'))
  authority = await createAuthority({ name: 'Own authority' })
  writeFileSync(join(dir, 'ca.pem'), authority.certificate_pem)
  writeFileSync(join(dir, 'ca.key'), authority.key_pem)
  world = await openOffice(OWN, {
    PUNTE_PARTNER_CA_CERTIFICATE_FILE: join(dir, 'ca.pem'),
    PUNTE_PARTNER_CA_KEY_FILE: join(dir, 'ca.key'),
  })
})
after(async () => {
  await world.close()
  rmSync(dir, { recursive: true })
})

const CLIENT = 'shop-client'
const reason = 'cerut de partener, tichet 17'
const partner = async () => {
  const row = await findPartner(world.context.db, CLIENT)
  assert.ok(row !== undefined)
  return row
}
async function ok(answer: ReturnType<Person['call']>, status = 200) {
  const { status: was, json } = await answer
  assert.equal(was, status, JSON.stringify(json))
  return json
}
async function refused(answer: ReturnType<Person['call']>, code: string) {
  const { json } = await answer
  assert.equal(json.code, code, JSON.stringify(json))
}
const lastActs = async (count: number) =>
  (await selectRows(world.context.db, {}, count)).map(({ actor, act, subject_id }) => `${actor} ${act} ${subject_id}`)

test('role by role: who may not is told so before anything else is looked at', async () => {
  let refusals = 0
  for (const route of OWN) {
    const path = route.path.replace(':client_id', CLIENT).replace(/:\w+_id/, '999999')
    for (const role of ROLES) {
      const is_allowed = route.act === 'session' || (route.act !== 'public' && mayDo(role, route.act))
      if (is_allowed) continue
      const { status, json } = await world.of[role].call(route.method, path, route.method === 'GET' ? undefined : {})
      assert.deepEqual([status, json.code], [403, 'ROLE_NOT_ALLOWED'], `${role} ${route.method} ${route.path}`)
      refusals += 1
    }
  }
  assert.ok(refusals > 40)
  for (const route of OWN)
    if (route.method !== 'GET') assert.ok(route.act !== 'public' && route.act !== 'session', route.path)
})

test('every act that takes two says how it is done, and no other', () => {
  const two = (Object.keys(ACTS) as StaffAct[]).filter(takesTwo)
  assert.deepEqual(Object.keys(EXECUTORS).sort(), two.sort())
})

test('return addresses: proposed by one, nothing is done; not by himself; approved by another, done; once', async () => {
  const redirect_urls = ['https://shop.example/back', 'https://shop.example/nou']
  const { administrator, operations, compliance } = world.of
  await refused(
    operations.call('POST', `/partners/${CLIENT}/redirect-urls`, { redirect_urls: ['ftp://a'], reason }),
    'FIELD_INVALID',
  )
  await refused(operations.call('POST', '/partners/nobody/redirect-urls', { redirect_urls, reason }), 'PARTNER_UNKNOWN')
  const proposed = await ok(
    operations.call('POST', `/partners/${CLIENT}/redirect-urls`, { redirect_urls, reason }),
    202,
  )
  const { approval_id } = proposed
  assert.deepEqual((await partner()).redirect_urls, ['https://shop.example/back'])
  assert.deepEqual(await ok(operations.call('GET', '/approvals/waiting')), { waiting: 0, own: 1 })
  assert.deepEqual(await ok(administrator.call('GET', '/approvals/waiting')), { waiting: 1, own: 0 })
  assert.deepEqual(await ok(compliance.call('GET', '/approvals/waiting')), { waiting: 0, own: 0 })
  const seen = await ok(administrator.call('GET', `/approvals/${approval_id}`))
  assert.deepEqual(
    [seen.reason, seen.proposed_by, seen.may_decide, seen.obstacle],
    [reason, operations.name, true, null],
  )
  assert.deepEqual(seen.seen, { redirect_urls: ['https://shop.example/back'] })
  await refused(operations.call('POST', `/approvals/${approval_id}/approval`), 'APPROVAL_OWN')
  await refused(operations.call('POST', `/approvals/${approval_id}/refusal`), 'APPROVAL_OWN')
  await refused(compliance.call('POST', `/approvals/${approval_id}/approval`), 'ROLE_NOT_ALLOWED')
  await ok(administrator.call('POST', `/approvals/${approval_id}/approval`), 204)
  assert.deepEqual((await partner()).redirect_urls, redirect_urls)
  await refused(administrator.call('POST', `/approvals/${approval_id}/approval`), 'APPROVAL_CLOSED')
  assert.deepEqual(await lastActs(2), [
    `${administrator.name} approval.approved ${CLIENT}`,
    `${administrator.name} partner.redirect-url ${CLIENT}`,
  ])
  const stored = await world.context.db.query<{ text: string }>({
    text: 'select a::text as text from approvals a',
    values: [],
  })
  assert.ok(
    stored.rows.every(({ text }) => !text.includes('tichet')),
    'reasons are sealed',
  )
})

test('what has changed since it was proposed is not done, and is told so', async () => {
  const { administrator, operations } = world.of
  const propose = async (redirect_urls: string[]) =>
    (await ok(operations.call('POST', `/partners/${CLIENT}/redirect-urls`, { redirect_urls, reason }), 202)).approval_id
  const first = await propose(['https://shop.example/unu'])
  const second = await propose(['https://shop.example/doi'])
  await ok(administrator.call('POST', `/approvals/${first}/approval`), 204)
  await refused(administrator.call('POST', `/approvals/${second}/approval`), 'APPROVAL_STALE')
  assert.deepEqual((await partner()).redirect_urls, ['https://shop.example/unu'])
  const { obstacle, state } = await ok(administrator.call('GET', `/approvals/${second}`))
  assert.deepEqual([(obstacle as { code: string }).code, state], ['APPROVAL_STALE', 'proposed'])
  await refused(administrator.call('POST', `/approvals/${second}/withdrawal`), 'ROLE_NOT_ALLOWED')
  await ok(operations.call('POST', `/approvals/${second}/withdrawal`), 204)
  const { approvals } = await ok(administrator.call('GET', '/approvals?state=past'))
  const states = (approvals as { approval_id: number; state: string }[]).map((one) => [one.approval_id, one.state])
  assert.deepEqual(states.slice(0, 2), [
    [second, 'withdrawn'],
    [first, 'executed'],
  ])
})

test('of many who approve at once one does', async () => {
  const { operations } = world.of
  const others = await Promise.all([1, 2, 3, 4].map(() => world.person('administrator')))
  const asked = { redirect_urls: ['https://shop.example/trei'], reason }
  const { approval_id } = await ok(operations.call('POST', `/partners/${CLIENT}/redirect-urls`, asked), 202)
  const answers = await Promise.all(others.map((one) => one.call('POST', `/approvals/${approval_id}/approval`)))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 409, 409, 409])
  const done = await selectRows(world.context.db, { act: 'partner.redirect-url' }, 100)
  assert.equal(
    done.filter(
      (row) =>
        row.after?.includes(`"approval_id":${approval_id},`) || row.after?.includes(`"approval_id":${approval_id}}`),
    ).length,
    1,
  )
})

test('certificates: read before they are proposed, registered by two, withdrawn by two; a request is signed under the names of the partner', async () => {
  const { administrator, operations } = world.of
  const issued = await issueClientCertificate(authority, {
    subject: { common_name: 'shop.example', organisation: 'Florăria Ana' },
  })
  const files = { certificate_pem: issued.certificate_pem, authority_pem: authority.certificate_pem }
  const read = await ok(operations.call('POST', `/partners/${CLIENT}/certificates/reading`, files))
  assert.equal(read.subject, 'C=RO, O=Florăria Ana, CN=shop.example')
  assert.equal((read.chain as unknown[]).length, 1)
  assert.ok(Date.parse(read.valid_to as string) > Date.now())
  const other = await createAuthority({ name: 'Another' })
  const foreign = { ...files, authority_pem: other.certificate_pem }
  await refused(operations.call('POST', `/partners/${CLIENT}/certificates/reading`, foreign), 'FIELD_INVALID')
  await refused(operations.call('POST', `/partners/${CLIENT}/certificates`, { ...foreign, reason }), 'FIELD_INVALID')
  const { approval_id } = await ok(
    operations.call('POST', `/partners/${CLIENT}/certificates`, { ...files, reason }),
    202,
  )
  const seen = await ok(administrator.call('GET', `/approvals/${approval_id}`))
  assert.equal((seen.certificate as { subject: string }).subject, 'C=RO, O=Florăria Ana, CN=shop.example')
  assert.equal((await partner()).certificates.length, 0)
  await ok(administrator.call('POST', `/approvals/${approval_id}/approval`), 204)
  const [registered] = (await partner()).certificates
  assert.equal(registered?.subject, 'C=RO, O=Florăria Ana, CN=shop.example')
  assert.ok(registered?.valid_to !== null && registered?.serial_number !== null)

  const withdrawal = `/partners/${CLIENT}/certificates/${registered?.certificate_id}/withdrawal`
  const taken = await ok(operations.call('POST', withdrawal, { reason }), 202)
  await ok(administrator.call('POST', `/approvals/${taken.approval_id}/approval`), 204)
  assert.notEqual((await partner()).certificates[0]?.withdrawn_at, null)
  await refused(operations.call('POST', withdrawal, { reason }), 'FIELD_INVALID')

  const request_pem = await requestOf('somebody-else')
  const signed = await ok(operations.call('POST', `/partners/${CLIENT}/certificates/signing`, { request_pem }))
  const own = await ok(operations.call('POST', `/partners/${CLIENT}/certificates/reading`, signed))
  assert.equal(own.subject, `C=RO, O=Florăria Ana, CN=${CLIENT}`)
  await refused(
    operations.call('POST', `/partners/${CLIENT}/certificates/signing`, { request_pem: 'x' }),
    'FIELD_INVALID',
  )
})

async function requestOf(common_name: string): Promise<string> {
  const x509 = await import('@peculiar/x509')
  const { subtle } = globalThis.crypto
  const keys = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: `CN=${common_name}`,
    keys,
    signingAlgorithm,
  })
  return request.toString('pem')
}

test('a profile is changed field by field; the second of two who saw the same is told', async () => {
  const { operations, compliance } = world.of
  const path = `/partners/${CLIENT}`
  await ok(
    operations.call('PATCH', path, {
      changes: { colour: '#112233', may_headless: true },
      seen: { colour: '#0b5cad', may_headless: false },
    }),
    204,
  )
  await refused(
    compliance.call('PATCH', path, { changes: { colour: '#445566' }, seen: { colour: '#0b5cad' } }),
    'PARTNER_CHANGED',
  )
  await ok(
    compliance.call('PATCH', path, { changes: { name: '<script>alert(1)</script>' }, seen: { name: 'Florăria Ana' } }),
    204,
  )
  await refused(operations.call('PATCH', path, { changes: { status: 'suspended' }, seen: {} }), 'FIELD_INVALID')
  await refused(operations.call('PATCH', path, { changes: { colour: 'red' }, seen: {} }), 'FIELD_INVALID')
  await ok(
    operations.call('PATCH', path, { changes: { name: 'Florăria Ana', requests_per_minute: 100 }, seen: {} }),
    204,
  )
  await ok(
    operations.call('PATCH', path, { changes: { requests_per_minute: null }, seen: { requests_per_minute: 100 } }),
    204,
  )
  const { colour, may_headless, requests_per_minute } = await partner()
  assert.deepEqual([colour, may_headless, requests_per_minute], ['#112233', true, null])
})

test('that a partner chooses its return addresses is allowed by two, and taken back by one', async () => {
  const { administrator, operations, compliance, support } = world.of
  const path = `/partners/${CLIENT}`
  const alone = { changes: { may_flexible_url: true }, seen: { may_flexible_url: false } }
  for (const one of [operations, compliance]) await refused(one.call('PATCH', path, alone), 'FIELD_INVALID')
  for (const one of [compliance, support])
    await refused(one.call('POST', `${path}/flexible-url`, { reason }), 'ROLE_NOT_ALLOWED')
  const { approval_id } = await ok(operations.call('POST', `${path}/flexible-url`, { reason }), 202)
  const allowed = async () => (await partner()).may_flexible_url
  assert.equal(await allowed(), false)
  await refused(operations.call('POST', `/approvals/${approval_id}/approval`), 'APPROVAL_OWN')
  await ok(administrator.call('POST', `/approvals/${approval_id}/approval`), 204)
  assert.equal(await allowed(), true)
  const [row] = (await selectRows(world.context.db, { act: 'partner.flexible-url' }, 10)).slice(-1)
  assert.deepEqual([row?.actor, row?.subject_id], [administrator.name, CLIENT])
  await refused(operations.call('POST', `${path}/flexible-url`, { reason }), 'FIELD_INVALID')
  await ok(compliance.call('PATCH', path, { changes: { may_flexible_url: false }, seen: {} }), 204)
  assert.equal(await allowed(), false)

  // Other addresses meanwhile are other origins: what was proposed is not what would be allowed.
  const stale = await ok(operations.call('POST', `${path}/flexible-url`, { reason }), 202)
  const redirect_urls = ['https://elsewhere.example/back']
  const other = await ok(operations.call('POST', `${path}/redirect-urls`, { redirect_urls, reason }), 202)
  await ok(administrator.call('POST', `/approvals/${other.approval_id}/approval`), 204)
  await refused(administrator.call('POST', `/approvals/${stale.approval_id}/approval`), 'APPROVAL_STALE')
  assert.equal(await allowed(), false)
})

test('suspended with a reason that staff can read and the log does not hold; a secret is shown once', async () => {
  const { operations, compliance, support } = world.of
  await refused(operations.call('POST', `/partners/${CLIENT}/suspension`, { reason: '   ' }), 'FIELD_INVALID')
  await ok(operations.call('POST', `/partners/${CLIENT}/suspension`, { reason: 'plângeri de la Ion Pop' }), 204)
  await refused(operations.call('POST', `/partners/${CLIENT}/resumption`, { reason: 'lămurit' }), 'ROLE_NOT_ALLOWED')
  await ok(compliance.call('POST', `/partners/${CLIENT}/resumption`, { reason: 'lămurit' }), 204)
  const { standings, status } = await ok(support.call('GET', `/partners/${CLIENT}`))
  const told = (standings as { status: string; reason: string }[]).map((one) => [one.status, one.reason])
  assert.deepEqual(
    [status, told],
    [
      'active',
      [
        ['active', 'lămurit'],
        ['suspended', 'plângeri de la Ion Pop'],
      ],
    ],
  )
  const rows = await selectRows(world.context.db, {}, 1000)
  assert.ok(!JSON.stringify(rows).includes('Ion Pop'))
  const { secret } = await ok(operations.call('POST', `/partners/${CLIENT}/webhook-secret`))
  assert.match(secret as string, /^whsec_/)
  const whole = JSON.stringify(await ok(support.call('GET', `/partners/${CLIENT}`)))
  assert.ok(!whole.includes(secret as string) && !whole.includes('secret_enc'))
})

test('partners are found by name and id; a wildcard is only a letter', async () => {
  const found = async (query: string) =>
    ((await ok(world.of.auditor.call('GET', `/partners${query}`))).partners as { client_id: string }[]).map(
      (one) => one.client_id,
    )
  assert.deepEqual(await found('?search=flor%C4%83ria'), [CLIENT])
  assert.deepEqual(await found('?search=shop-'), [CLIENT])
  assert.deepEqual(await found('?search=%25'), [])
  assert.deepEqual(await found('?status=suspended'), [])
  assert.deepEqual(await found('?review=overdue'), [])
  const { partner_id } = world.fixture.partner
  const at = world.context.clock.now()
  await world.context.db.query({
    text: `insert into cases (kind, state, way, partner_id, approved_at, next_review_at, created_at, updated_at)
      values ('legal', 'approved', 'staff', $1, $2, $2::timestamptz - interval '1 day', $2, $2)`,
    values: [partner_id, at],
  })
  assert.deepEqual(await found('?review=overdue'), [CLIENT])
  assert.equal(
    (((await ok(world.of.support.call('GET', `/partners/${CLIENT}`))).case ?? {}) as { state?: string }).state,
    'approved',
  )
  assert.deepEqual(await found('?type=Ecommerce&status=active'), [CLIENT])
  await world.context.db.query({
    text: `update cases set state = 'relationship_ended', ended_at = $2, keep_until = $2::timestamptz + interval '5 years' where partner_id = $1`,
    values: [partner_id, at],
  })
  assert.deepEqual(await found('?review=overdue'), [])
})

test('a key: proposed by one administrator, approved by another, queued for the worker; stale once another key is active', async () => {
  const second = await world.person('administrator')
  const { administrator } = world.of
  const { keys } = await ok(administrator.call('GET', '/keys'))
  assert.deepEqual(
    (keys as { kind: string; state: string }[]).map(({ kind, state }) => [kind, state]),
    [
      ['sealing', 'active'],
      ['signing', 'active'],
    ],
  )
  assert.ok(!JSON.stringify(keys).includes('"key"'))
  const { approval_id } = await ok(administrator.call('POST', '/keys/rotation', { kind: 'sealing', reason }), 202)
  await refused(administrator.call('POST', `/approvals/${approval_id}/approval`), 'APPROVAL_OWN')
  await ok(second.call('POST', `/approvals/${approval_id}/approval`), 204)
  const { rows } = await world.context.db.query<{ payload: object }>({
    text: `select payload from outbox where task = 'rotate_key'`,
    values: [],
  })
  assert.deepEqual(
    rows.map(({ payload }) => payload),
    [{ approval_id, kind: 'sealing', former: (keys as { id: string }[])[0]?.id }],
  )
})

test('reasons are sealed anew with a new key, and can be read after the old one is gone', async () => {
  const { context, key_file } = world
  const id = addKey(key_file, 'sealing')
  const former = listKeys(key_file, 'sealing').find(({ state }) => state === 'active')
  activateKey(key_file, 'sealing', id)
  await resealAll({ db: context.db, keys: loadKeys(key_file) })
  retireKey(key_file, 'sealing', former?.id ?? '')
  const renewed = { ...context, keys: loadKeys(key_file) }
  const [standing] = await listStandings(renewed, (await partner()).partner_id)
  assert.equal(standing?.reason, 'lămurit')
  const { approvals } = await listProposals(renewed, asked, { state: 'past' })
  for (const { approval_id } of approvals)
    assert.equal((await showProposal(renewed, asked, approval_id)).reason, reason)
  assert.ok(approvals.length > 3)
})
const asked = { staff_id: 0, role: 'auditor', actor: { kind: 'staff', name: 'auditor' } } as const
