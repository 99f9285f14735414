/** The connector against a server that answers whatever a test says: what the simulated banks never do. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { BankProfile } from '../connector.ts'
import {
  created,
  initiation as input,
  openScriptedBank,
  profileAt,
  type Reply,
  type ScriptedBank,
} from './testing/bank.ts'

let scripted: ScriptedBank

before(async () => {
  scripted = await openScriptedBank()
})
after(() => scripted.close())

const bank = (more: Partial<BankProfile> = {}) => scripted.connect(more)
const oauthProfile = (): Partial<BankProfile> => ({
  sca: 'oauth',
  access: {
    kind: 'authorization_code',
    discovery_url: `${scripted.origin}/meta`,
    client_id: 'punte',
    client_authentication: 'tls_client_auth',
    scope: 'PIS:{paymentId}',
    pkce: true,
    token_header: 'authorization',
  },
})
const metadata = (more: object = {}) => ({
  issuer: scripted.origin,
  authorization_endpoint: 'https://login.bank.example/auth',
  token_endpoint: `${scripted.origin}/token`,
  ...more,
})

test('the headers of an initiation', async () => {
  scripted.reply = () => created()
  const asked = input({
    psu: { ip_address: '2a02::1', user_agent: 'A\r\nB: c ș', language: 'ro-RO,ro;q=0.9', psu_id: 'ion\npop' },
  })
  await bank({ headers: { 'x-portal-id': '7' } }).initiate(asked)
  const headers = scripted.seen[0]?.headers ?? {}
  assert.equal(scripted.seen[0]?.url, '/api/v1/payments/ron-payment')
  assert.deepEqual(
    [
      headers['x-request-id'],
      headers['psu-ip-address'],
      headers['psu-user-agent'],
      headers['psu-id'],
      headers['x-portal-id'],
    ],
    [asked.request_id, '192.0.0.8', 'AB: c', 'ionpop', '7'],
  )
  assert.deepEqual(
    [
      headers['tpp-redirect-uri'],
      headers['tpp-nok-redirect-uri'],
      headers['tpp-redirect-preferred'],
      headers['accept-language'],
    ],
    ['https://plati.example/back', 'https://plati.example/nok', 'true', 'ro-RO,ro;q=0.9'],
  )
  assert.match(String(headers.signature), /headers="digest date x-request-id psu-id tpp-redirect-uri"/)
  await bank({ sca: 'decoupled', signing: { ...profileAt('').signing, required: false } }).initiate(asked)
  const decoupled = scripted.seen[0]?.headers ?? {}
  assert.deepEqual(
    [
      decoupled['tpp-redirect-uri'],
      decoupled['tpp-decoupled-preferred'],
      decoupled['tpp-redirect-preferred'],
      decoupled.signature,
    ],
    [undefined, 'true', 'false', undefined],
  )
})

test('the browser is sent to the listed origins only', async () => {
  const next = async (href: string) => {
    scripted.reply = () => created({ _links: { scaRedirect: href } })
    return bank().initiate(input())
  }
  for (const href of ['https://login.bank.example/sca?x=1', 'http://localhost:4000/sca']) {
    const answer = await next(href)
    assert.ok(answer.kind === 'ok' && answer.value.next.kind === 'redirect' && answer.value.next.url === href, href)
  }
  const foreign = [
    'https://evil.example/',
    'http://login.bank.example/',
    'https://login.bank.example.evil.example/',
    'https://login.bank.example:444/',
    'https://u:p@login.bank.example/',
    'https://login.bank.example@evil.example/',
    'javascript:alert(1)',
    '//evil.example',
    '/relative',
  ]
  for (const href of foreign) assert.deepEqual(await next(href), { kind: 'unknown', reason: 'LINK_FOREIGN' }, href)
  scripted.reply = () => created({ _links: {} })
  assert.deepEqual(await bank().initiate(input()), { kind: 'unknown', reason: 'LINK_MISSING' })
})

test('an initiation that needs no authorisation, or is rejected at once, leads nowhere', async () => {
  for (const status of ['RJCT', 'ACSC', 'ACCP']) {
    scripted.reply = () => created({ transactionStatus: status, _links: {} })
    assert.deepEqual(await bank().initiate(input()), {
      kind: 'ok',
      value: { session: { bank_payment_id: 'p-1', service: 'payments' }, status, next: { kind: 'none' } },
    })
  }
})

test('answers after which the bank may have acted are unknown', async () => {
  const cases: [Reply, string][] = [
    [{ status: 302, headers: { location: `${scripted.origin}/api/v1/elsewhere` } }, 'HTTP_302'],
    [{ status: 408 }, 'HTTP_408'],
    [{ status: 502, body: '<html>' }, 'HTTP_502'],
    [{ ...created(), headers: { 'x-request-id': randomUUID() } }, 'ANSWER_TO_ANOTHER_REQUEST'],
    [{ status: 201, body: `{"transactionStatus":"RCVD","x":"${'x'.repeat(1_100_000)}"}` }, 'ANSWER_TOO_LARGE'],
    [{ status: 204 }, 'ANSWER_MALFORMED'],
  ]
  for (const [given, reason] of cases) {
    scripted.reply = () => given
    const answer = await bank().initiate(input())
    assert.ok(answer.kind === 'unknown' && answer.reason === reason, JSON.stringify(answer))
    assert.equal(scripted.seen.length, 1, 'nothing is repeated or followed')
  }
  const unreachable = bank({ base_url: 'https://localhost:1/v1' })
  assert.deepEqual(await unreachable.initiate(input()), { kind: 'not_sent', reason: 'ECONNREFUSED' })
})

test('cancelling: 204 is done, 202 would need the payer, 405 is a refusal', async () => {
  const session = { bank_payment_id: 'a?b%2F#c' }
  scripted.reply = () => ({ status: 204 })
  assert.deepEqual(await bank().cancel(session), { kind: 'ok', value: { cancelled: true } })
  assert.equal(
    `${scripted.seen[0]?.method} ${scripted.seen[0]?.url}`,
    'DELETE /api/v1/payments/ron-payment/a%3Fb%252F%23c',
  )
  scripted.reply = () => ({ status: 202, body: { transactionStatus: 'RCVD', _links: {} } })
  assert.deepEqual(await bank().cancel(session), { kind: 'ok', value: { cancelled: false } })
  scripted.reply = () => ({ status: 405, body: { tppMessages: [{ category: 'ERROR', code: 'CANCELLATION_INVALID' }] } })
  assert.deepEqual(await bank().cancel(session), {
    kind: 'refused',
    http_status: 405,
    code: 'CANCELLATION_INVALID',
    text: '',
  })
})

test('oauth: nothing is initiated while the metadata is unusable', async () => {
  const bad: Reply[] = [
    { status: 500 },
    { body: 'no json' },
    { body: metadata({ issuer: 'https://evil.example' }) },
    { body: metadata({ authorization_endpoint: 'https://evil.example/auth' }) },
    { body: metadata({ authorization_endpoint: undefined }) },
    { body: metadata({ token_endpoint: 'https://evil.example/token' }) },
    { body: metadata({ mtls_endpoint_aliases: { token_endpoint: 'https://evil.example/token' } }) },
    { body: metadata({ code_challenge_methods_supported: ['plain'] }) },
  ]
  for (const given of bad) {
    scripted.reply = () => given
    assert.deepEqual(
      await bank(oauthProfile()).initiate(input()),
      { kind: 'not_sent', reason: 'OAUTH_METADATA_UNUSABLE' },
      JSON.stringify(given),
    )
    assert.deepEqual(
      scripted.seen.map(({ url }) => url),
      ['/meta'],
    )
  }
  scripted.reply = ({ url }) => (url === '/meta' ? { body: metadata() } : created())
  const good = bank(oauthProfile())
  for (let i = 0; i < 2; i += 1) assert.equal((await good.initiate(input())).kind, 'ok')
  assert.equal(scripted.seen.filter(({ url }) => url === '/meta').length, 1, 'the metadata is kept')
})

test('oauth: tokens that were renewed are handed back even when the call itself then fails', async () => {
  const session = { bank_payment_id: 'p-1', access_token: 'old', refresh_token: 'r-1', oauth_state: 's' }
  const expired = { status: 401, body: { tppMessages: [{ category: 'ERROR', code: 'TOKEN_EXPIRED' }] } }
  scripted.reply = ({ url, headers }) => {
    if (url === '/meta') return { body: metadata() }
    if (url === '/token')
      return { body: { access_token: 'new', refresh_token: 'r-2', token_type: 'Bearer', expires_in: 60 } }
    return headers.authorization === 'Bearer new' ? { status: 500 } : expired
  }
  const renewed = { ...session, access_token: 'new', refresh_token: 'r-2' }
  assert.deepEqual(await bank(oauthProfile()).status(session), {
    kind: 'unknown',
    reason: 'HTTP_500',
    http_status: 500,
    session: renewed,
  })
  const token_call = scripted.seen.find(({ url }) => url === '/token')
  assert.deepEqual(Object.fromEntries(new URLSearchParams(token_call?.body)), {
    grant_type: 'refresh_token',
    refresh_token: 'r-1',
    client_id: 'punte',
  })

  // A refresh that fails leaves the session as it was, and is tried once only.
  scripted.reply = ({ url }) =>
    url === '/meta'
      ? { body: metadata() }
      : url === '/token'
        ? { status: 400, body: { error: 'invalid_grant' } }
        : expired
  const answer = await bank(oauthProfile()).status(session)
  assert.deepEqual(answer, { kind: 'refused', http_status: 401, code: 'TOKEN_EXPIRED', text: '' })
  assert.deepEqual(
    scripted.seen.map(({ url }) => url),
    ['/api/v1/payments/ron-payment/p-1/status', '/meta', '/token'],
  )
})
