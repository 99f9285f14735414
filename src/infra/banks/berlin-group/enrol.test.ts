import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { AccessProfile, BankProfile } from '../connector.ts'
import { readProfiles } from '../profile-folder.ts'
import { readRegistrable, writeRegistration } from '../profile-registration.ts'
import { checkBank, registerClient } from './enrol.ts'
import { openScriptedBank, type ScriptedBank } from './testing/bank.ts'

let bank: ScriptedBank
let dir = ''
before(async () => {
  bank = await openScriptedBank()
  dir = mkdtempSync(join(tmpdir(), 'punte-enrol-'))
})
after(async () => {
  await bank.close()
  rmSync(dir, { recursive: true })
})

type TokenAccess = Exclude<AccessProfile, { kind: 'certificate' }>
const access = (more: Partial<TokenAccess> = {}): TokenAccess => ({
  kind: 'client_credentials',
  token_endpoint: `${bank.origin}/token`,
  client_id: 'punte',
  client_authentication: 'tls_client_auth',
  scope: '',
  pkce: false,
  token_header: 'authorization',
  ...more,
})
const outcomes = async (more: Partial<BankProfile>) =>
  (await checkBank(bank.parts(more))).map(({ step, outcome }) => `${step} ${outcome}`)

test('a check tells what works, step by step, and pays nothing', async () => {
  bank.reply = () => ({ status: 404 })
  assert.deepEqual(await outcomes({}), ['connection works', 'token not needed'])
  assert.ok(bank.seen.every(({ method }) => method === 'GET'))
  assert.deepEqual(await outcomes({ base_url: 'https://localhost:1/v1' }), ['connection fails', 'token not needed'])

  bank.reply = ({ url }) =>
    url === '/token' ? { body: { access_token: 't', token_type: 'Bearer' } } : { status: 200, body: {} }
  assert.deepEqual(await outcomes({ access: access() }), ['connection works', 'metadata not needed', 'token works'])
  const { token_endpoint: _none, ...rest } = access({ kind: 'authorization_code', scope: 'PIS:{paymentId}' })
  const by_metadata = { ...rest, discovery_url: `${bank.origin}/meta` }
  assert.deepEqual(await outcomes({ sca: 'oauth', access: by_metadata }), [
    'connection works',
    'metadata fails',
    'token not needed',
  ])
})

test('a certificate of an authority that is not known here is told with what to do about it', async () => {
  const parts = bank.parts({})
  const { ca: _ca, ...tls } = parts.tls
  const [connection] = await checkBank({ ...parts, tls })
  assert.deepEqual(
    [connection?.outcome, /^[A-Z_]+: .*ca_file/.test(connection?.words ?? '')],
    ['fails', true],
    connection?.words,
  )
})

test('a registration is written beside the profile, for its owner only, and the bank then loads', async () => {
  const folder = join(dir, 'profiles')
  mkdirSync(folder)
  const path = join(folder, 'bt.json')
  const own = {
    extends: 'BT',
    environment: 'sandbox',
    base_url: `${bank.origin}/v2`,
    access: { registration_url: `${bank.origin}/register` },
  }
  writeFileSync(path, JSON.stringify(own))
  const registrable = readRegistrable(folder, 'BT')
  assert.ok('profile' in registrable, JSON.stringify(registrable))
  assert.equal(registrable.is_registered, false)

  bank.reply = () => ({ status: 201, body: { client_id: 'c-7', client_secret: 's-7', registration_access_token: 'r' } })
  bank.seen.length = 0
  const given = {
    access: registrable.access,
    registration_url: registrable.registration_url,
    redirect_uri: 'https://plati.example/payment-return',
    certificate_pem: bank.seal_pem,
  }
  const registration = await registerClient(bank.parts(), given)
  assert.ok('client_id' in registration, JSON.stringify(registration))
  assert.deepEqual(JSON.parse(bank.seen[0]?.body ?? ''), {
    client_name: 'Punte Test SRL',
    redirect_uris: ['https://plati.example/payment-return'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_post',
  })
  for (const file of writeRegistration(path, registration))
    assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600)
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), {
    ...own,
    access: { ...own.access, client_id: 'c-7', client_secret_file: 'bt.client-secret' },
  })
  const faults: string[] = []
  const [found] = readProfiles(folder, faults)
  assert.deepEqual(faults, [])
  assert.equal(found?.files.client_secret, 's-7')
  const again = readRegistrable(folder, 'BT')
  assert.ok('profile' in again && again.is_registered)
})

test('a registration that died half way does not stand in the way of the next', () => {
  const folder = join(dir, 'again')
  mkdirSync(folder)
  const path = join(folder, 'bt.json')
  writeFileSync(path, JSON.stringify({ extends: 'BT', environment: 'sandbox' }))
  for (const name of ['bt.registration', 'bt.client-secret', 'bt.json'])
    writeFileSync(join(folder, `${name}.${process.pid}.new`), 'half')
  for (const client_id of ['c-1', 'c-2']) {
    writeRegistration(path, { client_id, client_secret: `secret of ${client_id}`, document: '{}' })
    const faults: string[] = []
    const [found] = readProfiles(folder, faults)
    assert.deepEqual(faults, [])
    assert.equal(found?.files.client_secret, `secret of ${client_id}`)
  }
})

test('a file that is no JSON is named, and not quoted: it may be a secret with the wrong ending', () => {
  const folder = join(dir, 'broken')
  mkdirSync(folder)
  writeFileSync(join(folder, 'bt-secret.json'), 's3cr3t-of-ours\n', { mode: 0o600 })
  writeFileSync(join(folder, 'bt.json'), '{"extends": "BT",\n"access": {"client_id": "geheim-id"')
  const faults: string[] = []
  assert.deepEqual(readProfiles(folder, faults), [])
  const registrable = readRegistrable(folder, 'BT')
  assert.ok('faults' in registrable)
  for (const told of [faults, registrable.faults]) {
    assert.match(told.join('\n'), /bt-secret\.json: is no JSON/)
    assert.match(told.join('\n'), /bt\.json: is no JSON/)
    assert.doesNotMatch(told.join('\n'), /s3cr|geheim/)
  }
  assert.ok('faults' in readRegistrable(join(dir, 'nowhere'), 'BT'))
})

test('without a usable answer nothing is written', async () => {
  const given = {
    access: access({ client_authentication: 'client_secret_post' }),
    registration_url: `${bank.origin}/register`,
    redirect_uri: 'https://plati.example/payment-return',
    certificate_pem: bank.seal_pem,
  }
  const failed = async () => {
    const answer = await registerClient(bank.parts(), given)
    return 'failed' in answer ? answer.failed : ''
  }
  bank.reply = () => ({ status: 400, body: { error: 'invalid_redirect_uri', error_description: 'https only' } })
  assert.equal(await failed(), 'invalid_redirect_uri (HTTP 400): https only')
  bank.reply = () => ({ status: 201, body: { client_id: 'c' } })
  assert.match(await failed(), /no client_secret/)
  bank.reply = () => ({ status: 201, body: 'no json' })
  assert.match(await failed(), /no usable client_id/)
  const missing = readRegistrable(dir, 'BT')
  assert.ok('faults' in missing && /no file in/.test(missing.faults[0] ?? ''))
})
