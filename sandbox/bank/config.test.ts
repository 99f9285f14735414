/** A bank's configuration: the textbook where nothing is said, and nothing that is not understood. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseConfig } from './config.ts'

const places = {
  api: { port: 0, certificate_file: 'a.pem', key_file: 'a.key', client_ca_file: 'ca.pem' },
  pages: { port: 0 },
  data_dir: 'data',
}
const known = JSON.parse(readFileSync(new URL('../people.json', import.meta.url), 'utf8')) as { id: string }[]
const named = (id: string) => ({ ...known.find((bank) => bank.id === id), ...places })
const parse = (id: string, changes: object = {}) => parseConfig({ ...named(id), ...changes }, '/tmp')

test('every bank of the demo is well formed, with people of each character that tests need', () => {
  assert.equal(known.length, 11)
  for (const { id } of known) {
    const characters = new Set(parse(id).people.map(({ character }) => character))
    for (const needed of ['normal', 'broke', 'slow'] as const) assert.ok(characters.has(needed), `${id} ${needed}`)
    assert.ok(parse(id).people.some(({ login }) => login === 'load'))
  }
})

test('what is not said is the textbook', () => {
  const { quirks, base_path } = parse('carpati')
  assert.equal(base_path, '/v1')
  assert.deepEqual(quirks, {
    links: 'objects',
    psu_message: 'body',
    first_status: 'RCVD',
    explicit_authorisation: false,
    status_path_has_product: true,
    status_format: 'json',
    running_status: 'ACSP',
    ended_status: 'ACSC',
    cancellation_needs_payer: false,
    debtor_name_required: false,
    required_headers: {},
    client_certificate: true,
    signing: {
      algorithm: 'any',
      digest: 'any',
      digest_label: 'any',
      headers: ['digest', 'date', 'x-request-id', 'psu-id', 'psu-corporate-id', 'tpp-redirect-uri'],
      key_id: 'sn_ca',
      certificate: 'der',
    },
    access: {
      kind: 'certificate',
      token_header: 'authorization',
      pkce_required: true,
      initiation_needs_token: false,
      client_authentication: 'tls_client_auth',
      expired_token: 'standard',
    },
    return_adds_state: false,
  })
  assert.equal(parse('delta').quirks.access.kind, 'authorization_code')
  assert.equal(parse('RZB').quirks.access.initiation_needs_token, true)
})

test('what is not understood, or does not go together, is refused by name', () => {
  const cases: readonly (readonly [string, object, RegExp])[] = [
    ['carpati', { quirks: { linkz: 'strings' } }, /\/quirks must NOT have additional properties/],
    ['carpati', { quirks: { signing: { key_id: 'name' } } }, /\/quirks\/signing\/key_id/],
    ['carpati', { quirks: { signing: 'some' } }, /\/quirks\/signing/],
    ['carpati', { services: {} }, /\/services must have required property 'payments'/],
    ['carpati', { quirks: { access: { kind: 'authorization_code' } } }, /oauth is required/],
    ['LIB', { quirks: { client_certificate: false, signing: 'none' } }, /messages must be signed/],
    ['LIB', { oauth: { client_id: 'punte' } }, /client_secret is required/],
    ['BT', { quirks: { access: { kind: 'client_credentials' } } }, /goes with access.kind authorization_code/],
    ['BRD', { base_path: 'v1' }, /\/base_path/],
  ]
  for (const [id, changes, fault] of cases) assert.throws(() => parse(id, changes), fault)
})
