import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createAuthority, type Issued, issueQseal, issueQwac } from '../certificates/issue.ts'
import { createLog } from '../log.ts'
import { metrics } from '../metrics.ts'
import { createOutbound } from '../outbound.ts'
import { checkProfile } from './profile.ts'
import { CATALOGUE_DIR } from './profile-catalogue.ts'
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

const SIGNING = {
  required: true,
  digest: 'SHA-256',
  digest_label: 'upper',
  algorithm: 'rsa-sha256',
  headers: ['digest', 'date', 'x-request-id'],
  key_id: 'sn_ca',
  certificate: 'der',
}
const profile = (id: string, more: object = {}) => ({
  id: `Bank-${id}`,
  name: `Banca ${id}`,
  bic: 'SBXAROBU',
  iban_codes: ['SBXA'],
  environment: 'simulated',
  sca: 'redirect',
  needs_psu_id: false,
  idempotent_initiation: true,
  base_url: 'https://localhost:9001/v1',
  client_certificate: true,
  services: { payments: { product: 'domestic-credit-transfers-ro', format: 'json', future_dated: false } },
  status: { path_has_product: true, format: 'json' },
  redirect_origins: ['https://login.bank.example', 'http://localhost:9002'],
  access: { kind: 'certificate' },
  signing: SIGNING,
  timeout_ms: 10_000,
  ...more,
})
const CODE = {
  kind: 'authorization_code',
  discovery_url: 'https://localhost:9001/meta',
  client_id: 'c',
  client_authentication: 'tls_client_auth',
  scope: 'PIS:{paymentId}',
  pkce: true,
  token_header: 'authorization',
}
const oauth = { sca: 'oauth', access: CODE }

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
    'a.json': profile('A', { name: 'Banca Șoimul', ...oauth, ca_file: './ca.pem' }),
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
  assert.deepEqual(faultsOf({ signing: { ...SIGNING, headers: ['date'] } }), ['/signing/headers', '/signing/headers'])
  assert.deepEqual(faultsOf({ signing: { ...SIGNING, required: false, headers: [] } }), [])
  assert.deepEqual(faultsOf({ signing: { ...SIGNING, key_id: 'client_id' } }), ['/signing/key_id'])
  for (const name of ['authorization', 'psu-id', 'expect'])
    assert.deepEqual(faultsOf({ headers: { [name]: 'x', 'x-portal': '1' } }), [`/headers/${name}`])
  assert.deepEqual(faultsOf({ statuses: { meaning: { ACTV: 'ACSP', EXPI: 'DONE' } } }), ['/statuses/meaning/EXPI'])
  const unverified = (field: string) => faultsOf({ unverified: [{ field, note: 'n' }] })
  assert.deepEqual(unverified('/services/payments/product'), [])
  assert.deepEqual(unverified('/services/bulk-payments'), ['/unverified/0/field'])
})

test('an access that cannot work is refused', () => {
  const faultsOf = (more: object, access: object = {}) => {
    const checked = checkProfile(profile('A', { ...more, access: { ...CODE, ...access } }), tmpdir())
    return checked.ok ? [] : checked.faults.map((fault) => fault.split(':')[0])
  }
  const first = { kind: 'authorization_code_first', scope: 'PIS' }
  const given = (access: object) => {
    const { discovery_url: _none, ...own } = { ...CODE, ...first }
    const checked = checkProfile(profile('A', { access: { ...own, ...access } }), tmpdir())
    return checked.ok ? [] : checked.faults.map((fault) => fault.split(':')[0])
  }
  const endpoints = {
    authorization_endpoint: 'https://login.bank.example/a',
    token_endpoint: 'https://api.bank.example/t',
  }
  assert.deepEqual(given(endpoints), [])
  assert.deepEqual(given({ kind: 'client_credentials', token_endpoint: endpoints.token_endpoint }), [])
  assert.deepEqual(given({}), ['/access/token_endpoint', '/access/authorization_endpoint'])
  assert.deepEqual(given({ ...endpoints, authorization_endpoint: 'https://other.example/a' }), [
    '/access/authorization_endpoint',
  ])
  assert.deepEqual(faultsOf({ sca: 'oauth' }), [])
  assert.deepEqual(faultsOf({}), ['/access/kind'])
  assert.deepEqual(faultsOf({ sca: 'oauth' }, first), ['/access/kind'])
  assert.deepEqual(faultsOf({}, first), [])
  assert.deepEqual(faultsOf({}, { ...first, scope: 'PIS:{paymentId}' }), ['/access/scope'])
  assert.deepEqual(faultsOf({ sca: 'decoupled', redirect_origins: [] }, first), ['/redirect_origins'])
  assert.deepEqual(faultsOf({ sca: 'oauth' }, { discovery_url: 'http://localhost:9001/meta' }), [
    '/access/discovery_url',
  ])
  assert.deepEqual(faultsOf({ sca: 'oauth' }, { client_id: 'two words' }), ['/access/client_id'])
  assert.deepEqual(faultsOf({ sca: 'oauth', client_certificate: false }), ['/access/client_authentication'])
  assert.deepEqual(faultsOf({ sca: 'oauth' }, { client_authentication: 'client_secret_basic' }), [
    '/access/client_secret_file',
  ])
  assert.deepEqual(faultsOf({ sca: 'oauth' }, { client_secret_file: 'x' }), ['/access/client_secret_file'])
  assert.deepEqual(
    faultsOf({ sca: 'oauth', signing: { ...SIGNING, required: false } }, { client_authentication: 'signature' }),
    ['/access/client_authentication'],
  )
  assert.deepEqual(faultsOf({ sca: 'oauth' }, { token_header: 'digest' }), ['/access/token_header'])
  assert.deepEqual(faultsOf({ sca: 'oauth' }, { token_endpoint: endpoints.token_endpoint }), ['/access/discovery_url'])
  assert.deepEqual(
    checkProfile(profile('A', { access: { kind: 'certificate', client_id: 'c' } }), '/').ok,
    false,
    'nothing beside the kind',
  )
})

test('secrets are in files of their own, which only their owner reads', () => {
  const dir = mkdtempSync(folder)
  const check = (mode: number, text: string) => {
    const path = join(dir, `secret-${mode}-${text.length}`)
    writeFileSync(path, text)
    chmodSync(path, mode)
    return checkProfile(profile('A', { header_files: { 'web-api-key': path } }), '/')
  }
  try {
    const good = check(0o600, 'the-key\n')
    assert.ok(good.ok)
    assert.deepEqual(good.files.secret_headers, { 'web-api-key': 'the-key' })
    for (const mode of [0o640, 0o604, 0o644]) {
      const open = check(mode, 'the-key')
      assert.ok(!open.ok)
      assert.match(open.faults[0] ?? '', /^\/header_files\/web-api-key: may be read by others/)
    }
    const strange = check(0o600, 'two\nlines')
    assert.ok(!strange.ok)
    assert.match(strange.faults[0] ?? '', /must hold one line/)
    assert.doesNotMatch(strange.faults[0] ?? '', /two/)
    const missing = checkProfile(
      profile('A', {
        ...oauth,
        access: { ...CODE, client_authentication: 'client_secret_post', client_secret_file: join(dir, 'none') },
      }),
      '/',
    )
    assert.ok(!missing.ok)
    assert.match(missing.faults[0] ?? '', /^\/access\/client_secret_file: cannot be read \(ENOENT\)/)
    const twice = checkProfile(profile('A', { headers: { 'x-a': '1' }, header_files: { 'x-a': 'f' } }), '/')
    assert.ok(!twice.ok)
    assert.match(twice.faults[0] ?? '', /already in headers/)
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('an installation’s file extends the catalogue, and what is not established is told once', async () => {
  const lines: Record<string, unknown>[] = []
  const told = createLog('warn', { write: (line: string) => void lines.push(JSON.parse(line)) })
  const dir = mkdtempSync(folder)
  const file = {
    extends: 'UCB',
    environment: 'sandbox',
    base_url: 'https://api.bank.example/v1',
    name: 'UniCredit, de probă',
  }
  writeFileSync(join(dir, 'ucb.json'), JSON.stringify(file))
  const banks = loadBanks({ profiles_dir: dir, outbound, log: told, qwac, qseal })
  rmSync(dir, { recursive: true })
  const bank = banks.get('UCB')?.profile
  assert.deepEqual([bank?.name, bank?.bic, bank?.environment], ['UniCredit, de probă', 'BACXROBU', 'sandbox'])
  assert.equal(banks.byIbanCode('BUCU')?.id, 'UCB')
  assert.equal(lines.length, 1)
  assert.equal(lines[0]?.bank, 'UCB')
  assert.deepEqual(
    lines[0]?.fields,
    bank?.unverified?.map(({ field }) => field),
  )
  assert.match(await metrics.getSingleMetricAsString('punte_bank_unverified'), /\{bank="UCB"\} \d+/)
  assert.deepEqual(loadBanks({ profiles_dir: CATALOGUE_DIR, outbound, log, qwac, qseal }).all(), [])
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
