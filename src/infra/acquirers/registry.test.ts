import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { createAuthority, type Issued, issueClientCertificate } from '../certificates/issue.ts'
import { createLog } from '../log.ts'
import { createOutbound } from '../outbound.ts'
import { AcquirerProfilesError, loadAcquirers } from './registry.ts'

const log = createLog('silent')
const outbound = createOutbound({ log, private_addresses_allowed: false, user_agent: 'punte-test' })
let authority: Issued
let ours: Issued
let other: Issued

before(async () => {
  authority = await createAuthority({ name: 'Test CA' })
  const issue = (common_name: string) => issueClientCertificate(authority, { subject: { common_name } })
  ours = await issue('ours')
  other = await issue('other')
})

const profile = (more: object = {}) => ({
  id: 'simulator',
  name: 'Test',
  kind: 'simulator',
  url: 'https://localhost:9009',
  ca_file: 'ca.pem',
  client_certificate_file: './client.pem',
  client_key_file: 'client.key',
  ...more,
})

function load(files: Record<string, object | string>) {
  const profiles_dir = mkdtempSync(join(tmpdir(), 'punte-acquirers-'))
  const pem = {
    'ca.pem': authority.certificate_pem,
    'client.pem': ours.certificate_pem,
    'client.key': ours.key_pem,
    'other.key': other.key_pem,
  }
  try {
    for (const [name, value] of Object.entries({ ...pem, ...files })) {
      writeFileSync(join(profiles_dir, name), typeof value === 'string' ? value : JSON.stringify(value))
    }
    return loadAcquirers({ profiles_dir, outbound, log })
  } finally {
    rmSync(profiles_dir, { recursive: true })
  }
}

test('acquirers are found by id; ten seconds unless told', () => {
  const acquirers = load({ 'a.json': profile(), 'b.json': profile({ id: 'second', timeout_ms: 4_000 }), 'x.md': 'no' })
  assert.equal(acquirers.get('simulator')?.timeout_ms, 10_000)
  assert.equal(acquirers.get('second')?.timeout_ms, 4_000)
  assert.equal(acquirers.get('third'), undefined)
  assert.equal(acquirers.all().length, 2)
})

test('no folder and no profile are no acquirers', () => {
  assert.deepEqual(load({}).all(), [])
  assert.deepEqual(loadAcquirers({ profiles_dir: join(tmpdir(), 'punte-nothing-here'), outbound, log }).all(), [])
})

test('all faults of all files come in one error, and no key in it', () => {
  const faulty = () =>
    load({
      'a.json': profile(),
      'b.json': profile(),
      'c.json': '{',
      'd.json': profile({ id: 'dd', kind: 'bank', timeout_ms: 1, surprise: true }),
      'e.json': profile({ id: 'ee', url: 'http://acquirer.example', ca_file: 'client.key' }),
      'f.json': profile({ id: 'ff', url: 'https://acquirer.example/', client_key_file: 'other.key' }),
      'g.json': profile({ id: 'gg', client_certificate_file: 'missing.pem' }),
      'h.json': profile({ id: 'hh', client_certificate_file: 'client.key' }),
      'i.json': profile({ id: 'ii', client_key_file: 'client.pem' }),
    })
  assert.throws(faulty, (error: unknown) => {
    assert.ok(error instanceof AcquirerProfilesError)
    const said = error.faults.join('\n')
    for (const expected of [
      /^b\.json: the id simulator is already that of a\.json$/m,
      /^c\.json: /m,
      /^d\.json \/kind: /m,
      /^d\.json \/timeout_ms: /m,
      /^d\.json \/: .*additional.* surprise$/m,
      /^e\.json \/url: must be https$/m,
      /^e\.json \/ca_file: holds no PEM certificate$/m,
      /^f\.json \/url: must be in plain form/m,
      /^f\.json \/client_key_file: is not the key of the certificate$/m,
      /^g\.json \/client_certificate_file: cannot be read \(ENOENT\)$/m,
      /^h\.json \/client_certificate_file: holds no PEM certificate$/m,
      /^i\.json \/client_key_file: holds no PEM private key$/m,
    ]) {
      assert.match(said, expected)
    }
    assert.doesNotMatch(said, /PRIVATE KEY--|MII/)
    return true
  })
})
