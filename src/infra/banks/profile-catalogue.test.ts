import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { BankProfile } from './connector.ts'
import { checkProfile } from './profile.ts'
import { CATALOGUE_DIR, catalogueIds, mergePatch, resolveProfile } from './profile-catalogue.ts'

let dir = ''
before(() => {
  dir = mkdtempSync(join(tmpdir(), 'punte-catalogue-'))
  writeFileSync(join(dir, 'secret'), 'not-to-be-told\n', { mode: 0o600 })
})
after(() => rmSync(dir, { recursive: true }))

type Catalogue = {
  readonly environments: Readonly<Record<string, { readonly installation?: Readonly<Record<string, string>> }>>
  readonly installation: Readonly<Record<string, string>>
}
const catalogue = (id: string): Catalogue => JSON.parse(readFileSync(join(CATALOGUE_DIR, `${id}.json`), 'utf8'))

/** What an enrolled installation would write for each thing that it has to give. */
const GIVEN: Readonly<Record<string, object>> = {
  '/base_url': { base_url: 'https://api.bank.example/v1' },
  '/redirect_origins': { redirect_origins: ['https://login.bank.example'] },
  '/access/client_id': { access: { client_id: 'punte' } },
  '/access/client_secret_file': { access: { client_secret_file: 'secret' } },
  '/access/authorization_endpoint': {
    redirect_origins: ['https://login.bank.example'],
    access: { authorization_endpoint: 'https://login.bank.example/authorize' },
  },
  '/access/token_endpoint': { access: { token_endpoint: 'https://api.bank.example/token' } },
  '/headers/web-api-key': { header_files: { 'web-api-key': 'secret' } },
  '/headers/x-ibm-client-id': { headers: { 'x-ibm-client-id': 'portal-id' } },
  '/headers/client_id': { headers: { client_id: 'punte' } },
}

/** The addresses that our own sandbox would give. */
const SIMULATED = (id: string): object => {
  const access = resolveAccessKind(id)
  return {
    ...GIVEN['/base_url'],
    redirect_origins: ['http://localhost:9000'],
    ...(access === 'certificate' ? {} : { access: { discovery_url: 'https://localhost:9001/meta' } }),
  }
}
const resolveAccessKind = (id: string): string => (catalogue(id) as unknown as { access: { kind: string } }).access.kind

function enrolled(id: string, environment: string): unknown {
  const { installation, environments } = catalogue(id)
  const wanted = Object.keys({ ...installation, ...environments[environment]?.installation })
  const start: unknown = {
    extends: id,
    environment,
    ...(environment === 'simulated' ? SIMULATED(id) : {}),
  }
  return wanted.reduce((file, pointer) => {
    const given = GIVEN[pointer] ?? assert.fail(`${id}: nothing is known to give for ${pointer}`)
    return environment === 'simulated' && /redirect_origins|_endpoint|base_url/.test(pointer)
      ? file
      : mergePatch(file, given)
  }, start)
}

function loaded(value: unknown): BankProfile {
  const resolved = resolveProfile(value)
  const checked = resolved.ok ? checkProfile(resolved.value, dir) : resolved
  assert.ok(checked.ok, JSON.stringify(checked))
  return checked.profile
}

test('every bank of the catalogue loads in every one of its worlds, once the installation gives what is its own', () => {
  assert.deepEqual(catalogueIds(), ['BCR', 'BRD', 'BT', 'CEC', 'ING', 'LIB', 'RZB', 'TXB', 'UCB'])
  for (const id of catalogueIds()) {
    const worlds = Object.keys(catalogue(id).environments)
    assert.deepEqual(worlds, id === 'TXB' ? ['simulated'] : ['sandbox', 'production', 'simulated'])
    for (const environment of worlds) {
      const profile = loaded(enrolled(id, environment))
      assert.deepEqual([profile.id, profile.environment], [id, environment])
      assert.ok(!('installation' in profile) && !('environments' in profile))
      assert.equal(profile.idempotent_initiation, environment === 'simulated')
    }
  }
})

test('what is the installation’s own is asked for by name, with where it gets it', () => {
  const resolved = resolveProfile({ extends: 'BCR', environment: 'sandbox' })
  assert.ok(!resolved.ok)
  assert.deepEqual(
    resolved.faults.map((fault) => fault.split(':')[0]),
    [
      '/access/client_id',
      '/headers/web-api-key',
      '/access/authorization_endpoint',
      '/access/token_endpoint',
      '/redirect_origins',
    ],
  )
  assert.match(resolved.faults[1] ?? '', /developer portal/)
})

test('an installation that states a fact has verified it; its own list replaces the catalogue’s', () => {
  const fields = (more: object) => loaded(mergePatch(enrolled('LIB', 'sandbox'), more)).unverified?.map((u) => u.field)
  assert.ok(fields({})?.includes('/services/payments/product'))
  assert.ok(fields({})?.includes('/base_url'), 'those of the world are added')
  assert.ok(!fields({ services: { payments: { product: 'lei' } } })?.includes('/services/payments/product'))
  const one_of_them = fields({ services: { payments: { future_dated: true } } })
  assert.ok(one_of_them?.includes('/services'), 'who states one member has not looked at all of them')
  const payments = { product: 'lei', format: 'json', future_dated: true, instant: false }
  assert.ok(!fields({ services: { payments } })?.includes('/services'))
  assert.deepEqual(fields({ unverified: [{ field: '/bic', note: 'to be asked' }] }), ['/bic'])
  assert.deepEqual(fields({ unverified: [] }), [])
})

test('an unknown bank or world is refused with what there is', () => {
  const faultsOf = (value: unknown) => {
    const resolved = resolveProfile(value)
    return resolved.ok ? [] : resolved.faults
  }
  assert.match(faultsOf({ extends: 'XXX', environment: 'sandbox' })[0] ?? '', /^\/extends: .*BCR, BRD, BT/)
  assert.match(faultsOf({ extends: '../profile', environment: 'sandbox' })[0] ?? '', /^\/extends/)
  assert.match(faultsOf({ extends: 'BT' })[0] ?? '', /^\/environment/)
  assert.match(faultsOf({ extends: 'TXB', environment: 'production' })[0] ?? '', /only simulated is known/)
  assert.deepEqual(resolveProfile({ id: 'whole' }), { ok: true, value: { id: 'whole' } })
})

test('a merge patch (RFC 7396, examples of its appendix A)', () => {
  const examples: [unknown, unknown, unknown][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ]
  for (const [target, patch, result] of examples) assert.deepEqual(mergePatch(target, patch), result)
  mergePatch({}, JSON.parse('{"__proto__": {"polluted": 1}}'))
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
})
