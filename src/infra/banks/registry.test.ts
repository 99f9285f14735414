import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createAuthority, type Issued, issueQseal, issueQwac } from '../certificates/issue.ts'
import { createLog } from '../log.ts'
import { createOutbound } from '../outbound.ts'
import { checkProfile } from './profile.ts'
import { BankProfilesError, loadBanks } from './registry.ts'

const folder = join(tmpdir(), 'punte-profiles-')
const log = createLog('silent')
const outbound = createOutbound({ log, private_addresses_allowed: true, user_agent: 'test' })
let authority: Issued
let qwac: Issued
let qseal: Issued

before(async () => {
  authority = await createAuthority({ name: 'CA' })
  const who = { organisation: 'Punte Test SRL', organisation_identifier: 'PSDRO-SBX-1' }
  ;[qwac, qseal] = await Promise.all([
    issueQwac(authority, { ...who, hosts: ['localhost'] }),
    issueQseal(authority, who),
  ])
})
after(() => outbound.close())

const profile = (id: string, more: object = {}) => ({
  id: `Bank-${id}`,
  name: `Banca ${id}`,
  bic: 'SBXAROBU',
  iban_codes: ['SBXA'],
  sca: 'redirect',
  needs_psu_id: false,
  idempotent_initiation: true,
  base_url: 'https://localhost:9001/v1',
  payment_product: 'domestic-credit-transfers-ro',
  redirect_origins: ['https://login.bank.example', 'http://localhost:9002'],
  signing: { required: true, digest: 'SHA-256', headers: ['digest', 'date', 'x-request-id'] },
  timeout_ms: 10_000,
  ...more,
})
const oauth = { discovery_url: 'https://localhost:9001/meta', client_id: 'c', scope: 'PIS:{paymentId}' }

function load(files: Record<string, unknown>, identities: { qwac: Issued; qseal: Issued } = { qwac, qseal }) {
  const dir = mkdtempSync(folder)
  try {
    for (const [name, value] of Object.entries(files)) {
      writeFileSync(join(dir, name), typeof value === 'string' ? value : JSON.stringify(value))
    }
    return loadBanks({ profiles_dir: dir, outbound, log, ...identities })
  } finally {
    rmSync(dir, { recursive: true })
  }
}

test('banks are found by id, by IBAN code, and listed by name', () => {
  const banks = load({
    'z.json': profile('Z', { name: 'Banca Țării', iban_codes: ['SBXZ', 'SBXY'] }),
    'a.json': profile('A', { name: 'Banca Șoimul', sca: 'oauth', oauth, ca_file: './ca.pem' }),
    'ca.pem': authority.certificate_pem,
    'README.md': 'not a profile',
  })
  assert.deepEqual(
    banks.all().map(({ id }) => id),
    ['Bank-A', 'Bank-Z'],
  )
  assert.equal(banks.get('Bank-A')?.profile.name, 'Banca Șoimul')
  assert.equal(banks.get('bank-a'), undefined)
  assert.equal(banks.byIbanCode('SBXY')?.id, 'Bank-Z')
  assert.equal(banks.byIbanCode('XXXX'), undefined)
  assert.deepEqual(load({}).all(), [])
})

test('all faults of all files come in one error', () => {
  const faulty = () =>
    load(
      {
        'a.json': profile('A'),
        'b.json': profile('A', { iban_codes: ['SBXB', 'SBXA'] }),
        'c.json': '{',
        'd.json': profile('D', { bic: 'x', timeout_ms: 1, surprise: true, iban_codes: ['SBXD'] }),
        'e.json': profile('E', { iban_codes: ['SBXE'], ca_file: 'missing.pem' }),
      },
      { qwac: { ...qwac, key_pem: qseal.key_pem }, qseal: { ...qseal, key_pem: qwac.key_pem } },
    )
  assert.throws(faulty, (error: unknown) => {
    assert.ok(error instanceof BankProfilesError)
    const said = error.faults.join('\n')
    for (const expected of [
      /QSEAL/,
      /QWAC/,
      /c\.json/,
      /d\.json \/bic/,
      /d\.json \/timeout_ms/,
      /d\.json \/: .*additional.* surprise/,
      /e\.json \/ca_file/,
    ]) {
      assert.match(said, expected)
    }
    assert.match(said, /b\.json: the id Bank-A is already that of a\.json/)
    assert.match(said, /b\.json: the IBAN code SBXA is already that of a\.json/)
    assert.doesNotMatch(said, /PRIVATE KEY/)
    return true
  })
})

test('what a schema cannot say is refused too', () => {
  const faultsOf = (more: object) => {
    const checked = checkProfile(profile('A', more), tmpdir())
    return checked.ok ? [] : checked.faults.map((fault) => fault.split(':')[0])
  }
  assert.deepEqual(faultsOf({}), [])
  assert.deepEqual(faultsOf({ base_url: 'http://bank.example/v1' }), ['/base_url'])
  for (const base_url of [
    'https://bank.example/v1/',
    'https://u:p@bank.example/v1',
    'https://bank.example/v1?x=1',
    'https://BANK.example/v1',
    'rubbish',
  ]) {
    assert.deepEqual(new Set(faultsOf({ base_url })), new Set(['/base_url']), base_url)
  }
  for (const origin of [
    'http://login.bank.example',
    'https://login.bank.example/',
    'https://login.bank.example/path',
    'javascript:alert(1)',
    'x',
  ]) {
    assert.deepEqual(faultsOf({ redirect_origins: [origin] }), ['/redirect_origins/0'], origin)
  }
  assert.deepEqual(faultsOf({ redirect_origins: [] }), ['/redirect_origins'])
  assert.deepEqual(faultsOf({ redirect_origins: [], sca: 'decoupled' }), [])
  assert.deepEqual(faultsOf({ sca: 'oauth' }), ['/oauth'])
  assert.deepEqual(faultsOf({ oauth }), ['/oauth'])
  assert.deepEqual(faultsOf({ sca: 'oauth', oauth: { ...oauth, discovery_url: 'http://localhost:9001/meta' } }), [
    '/oauth/discovery_url',
  ])
  assert.deepEqual(faultsOf({ signing: { required: true, digest: 'SHA-256', headers: ['date'] } }), [
    '/signing/headers',
    '/signing/headers',
  ])
  assert.deepEqual(faultsOf({ signing: { required: false, digest: 'SHA-256', headers: [] } }), [])
})

test('announced maintenance needs moments with their offset, in their order', () => {
  const check = (from: string, to: string) => {
    const checked = checkProfile(profile('M', { maintenance: [{ from, to }] }), '/')
    return checked.ok ? [] : checked.faults
  }
  assert.deepEqual(check('2030-01-15T23:00+02:00', '2030-01-16T05:00:00Z'), [])
  assert.deepEqual(check('2030-01-15T23:00Z', '2030-01-15T23:00Z'), ['/maintenance/0: to must be after from'])
  assert.deepEqual(check('2030-13-15T23:00Z', '2030-01-15T23:00Z'), ['/maintenance/0: is no moment of the calendar'])
  assert.match(check('2030-01-15T23:00', '2030-01-16T05:00Z')[0] ?? '', /^\/maintenance\/0\/from: /)
})

test('a bank in maintenance is not to be offered', () => {
  const maintenance = [{ from: '2020-01-01T00:00Z', to: '2999-01-01T00:00Z' }]
  const banks = load({
    'a.json': profile('A', { maintenance }),
    'b.json': profile('B', { iban_codes: ['SBXB'] }),
  })
  assert.deepEqual(banks.all().map(banks.obstacle), ['MAINTENANCE', undefined])
})
