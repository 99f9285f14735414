/** The connector against a server that answers whatever a test says: what the simulated banks never do. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { createAuthority, issueQseal, issueServerCertificate } from '../../certificates/issue.ts'
import { systemClock } from '../../clock.ts'
import { createLog } from '../../log.ts'
import { createOutbound } from '../../outbound.ts'
import type { BankConnector, BankProfile, InitiateInput } from '../connector.ts'
import { createBerlinGroupConnector } from './connector.ts'
import { createSigner, type Signer } from './signing.ts'

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string }
type Reply = { status?: number; headers?: Record<string, string>; body?: unknown }

const outbound = createOutbound({ log: createLog('silent'), private_addresses_allowed: true, user_agent: 'test' })
let server: Server
let origin = ''
let ca = ''
let sign: Signer
let seen: Seen[] = []
let reply: (request: Seen) => Reply = () => ({})

before(async () => {
  const authority = await createAuthority({ name: 'CA' })
  const [pair, seal] = await Promise.all([
    issueServerCertificate(authority, { hosts: ['localhost'] }),
    issueQseal(authority, { organisation: 'Punte Test SRL', organisation_identifier: 'PSDRO-SBX-1' }),
  ])
  ca = authority.certificate_pem
  sign = createSigner(seal)
  server = createServer(
    { cert: pair.certificate_pem, key: pair.key_pem },
    (request, response) => void handle(request, response),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `https://localhost:${(server.address() as AddressInfo).port}`
})
after(async () => {
  await outbound.close()
  server.close()
})

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = ''
  for await (const chunk of request) body += chunk
  const one: Seen = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body }
  seen.push(one)
  const { status = 200, headers = {}, body: answer = {} } = reply(one)
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(status === 204 ? undefined : text)
}

function bank(more: Partial<BankProfile> = {}): BankConnector {
  seen = []
  const profile: BankProfile = {
    id: 'T',
    name: 'T',
    bic: 'SBXAROBU',
    iban_codes: ['SBXA'],
    sca: 'redirect',
    needs_psu_id: false,
    idempotent_initiation: true,
    base_url: `${origin}/api/v1`,
    payment_product: 'ron-payment',
    redirect_origins: ['https://login.bank.example', 'http://localhost:4000'],
    signing: {
      required: true,
      digest: 'SHA-256',
      headers: ['digest', 'date', 'x-request-id', 'psu-id', 'tpp-redirect-uri'],
    },
    timeout_ms: 1_000,
    ...more,
  }
  return createBerlinGroupConnector({ profile, outbound, tls: { ca }, sign, clock: systemClock })
}

const oauthProfile = (): Partial<BankProfile> => ({
  sca: 'oauth',
  oauth: { discovery_url: `${origin}/meta`, client_id: 'punte', scope: 'PIS:{paymentId}' },
})
const metadata = (more: object = {}) => ({
  issuer: origin,
  authorization_endpoint: 'https://login.bank.example/auth',
  token_endpoint: `${origin}/token`,
  ...more,
})

const input = (more: Partial<InitiateInput> = {}): InitiateInput => ({
  request_id: randomUUID(),
  order: {
    amount_minor: 100,
    currency: 'RON',
    debtor_iban: 'RO49AAAA1B31007593840000',
    creditor_iban: 'RO09PORL7789778256833565',
    creditor_name: 'Ana',
    remittance: 'x',
    end_to_end_id: 'e',
  },
  psu: { ip_address: '10.1.2.3' },
  return_uri: 'https://plati.example/back',
  return_nok_uri: 'https://plati.example/nok',
  notification_uri: 'http://127.0.0.1:9/notification',
  oauth_redirect_uri: 'https://plati.example/oauth',
  oauth_state: 'state-1',
  ...more,
})
const created = (more: object = {}) => ({
  status: 201,
  body: {
    transactionStatus: 'RCVD',
    paymentId: 'p-1',
    _links: { scaRedirect: { href: 'https://login.bank.example/x' } },
    ...more,
  },
})

test('the headers of an initiation', async () => {
  reply = () => created()
  const asked = input({
    psu: { ip_address: '2a02::1', user_agent: 'A\r\nB: c ș', language: 'ro-RO,ro;q=0.9', psu_id: 'ion\npop' },
  })
  await bank({ headers: { 'x-portal-id': '7' } }).initiate(asked)
  const headers = seen[0]?.headers ?? {}
  assert.equal(seen[0]?.url, '/api/v1/payments/ron-payment')
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
  await bank({ sca: 'decoupled', signing: { required: false, digest: 'SHA-256', headers: [] } }).initiate(asked)
  const decoupled = seen[0]?.headers ?? {}
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
    reply = () => created({ _links: { scaRedirect: href } })
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
  reply = () => created({ _links: {} })
  assert.deepEqual(await bank().initiate(input()), { kind: 'unknown', reason: 'LINK_MISSING' })
})

test('an initiation that needs no authorisation, or is rejected at once, leads nowhere', async () => {
  for (const status of ['RJCT', 'ACSC', 'ACCP']) {
    reply = () => created({ transactionStatus: status, _links: {} })
    assert.deepEqual(await bank().initiate(input()), {
      kind: 'ok',
      value: { session: { bank_payment_id: 'p-1' }, status, next: { kind: 'none' } },
    })
  }
})

test('answers after which the bank may have acted are unknown', async () => {
  const cases: [Reply, string][] = [
    [{ status: 302, headers: { location: `${origin}/api/v1/elsewhere` } }, 'HTTP_302'],
    [{ status: 408 }, 'HTTP_408'],
    [{ status: 502, body: '<html>' }, 'HTTP_502'],
    [{ ...created(), headers: { 'x-request-id': randomUUID() } }, 'ANSWER_TO_ANOTHER_REQUEST'],
    [{ status: 201, body: `{"transactionStatus":"RCVD","x":"${'x'.repeat(70_000)}"}` }, 'ANSWER_TOO_LARGE'],
    [{ status: 204 }, 'ANSWER_MALFORMED'],
  ]
  for (const [given, reason] of cases) {
    reply = () => given
    const answer = await bank().initiate(input())
    assert.ok(answer.kind === 'unknown' && answer.reason === reason, JSON.stringify(answer))
    assert.equal(seen.length, 1, 'nothing is repeated or followed')
  }
  const unreachable = bank({ base_url: 'https://localhost:1/v1' })
  assert.deepEqual(await unreachable.initiate(input()), { kind: 'not_sent', reason: 'ECONNREFUSED' })
})

test('cancelling: 204 is done, 202 would need the payer, 405 is a refusal', async () => {
  const session = { bank_payment_id: 'a?b%2F#c' }
  reply = () => ({ status: 204 })
  assert.deepEqual(await bank().cancel(session), { kind: 'ok', value: { cancelled: true } })
  assert.equal(`${seen[0]?.method} ${seen[0]?.url}`, 'DELETE /api/v1/payments/ron-payment/a%3Fb%252F%23c')
  reply = () => ({ status: 202, body: { transactionStatus: 'RCVD', _links: {} } })
  assert.deepEqual(await bank().cancel(session), { kind: 'ok', value: { cancelled: false } })
  reply = () => ({ status: 405, body: { tppMessages: [{ category: 'ERROR', code: 'CANCELLATION_INVALID' }] } })
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
    reply = () => given
    assert.deepEqual(
      await bank(oauthProfile()).initiate(input()),
      { kind: 'not_sent', reason: 'OAUTH_METADATA_UNUSABLE' },
      JSON.stringify(given),
    )
    assert.deepEqual(
      seen.map(({ url }) => url),
      ['/meta'],
    )
  }
  reply = ({ url }) => (url === '/meta' ? { body: metadata() } : created())
  const good = bank(oauthProfile())
  for (let i = 0; i < 2; i += 1) assert.equal((await good.initiate(input())).kind, 'ok')
  assert.equal(seen.filter(({ url }) => url === '/meta').length, 1, 'the metadata is kept')
})

test('oauth: tokens that were renewed are handed back even when the call itself then fails', async () => {
  const session = { bank_payment_id: 'p-1', access_token: 'old', refresh_token: 'r-1', oauth_state: 's' }
  const expired = { status: 401, body: { tppMessages: [{ category: 'ERROR', code: 'TOKEN_EXPIRED' }] } }
  reply = ({ url, headers }) => {
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
  const token_call = seen.find(({ url }) => url === '/token')
  assert.deepEqual(Object.fromEntries(new URLSearchParams(token_call?.body)), {
    grant_type: 'refresh_token',
    refresh_token: 'r-1',
    client_id: 'punte',
  })

  // A refresh that fails leaves the session as it was, and is tried once only.
  reply = ({ url }) =>
    url === '/meta'
      ? { body: metadata() }
      : url === '/token'
        ? { status: 400, body: { error: 'invalid_grant' } }
        : expired
  const answer = await bank(oauthProfile()).status(session)
  assert.deepEqual(answer, { kind: 'refused', http_status: 401, code: 'TOKEN_EXPIRED', text: '' })
  assert.deepEqual(
    seen.map(({ url }) => url),
    ['/api/v1/payments/ron-payment/p-1/status', '/meta', '/token'],
  )
})
