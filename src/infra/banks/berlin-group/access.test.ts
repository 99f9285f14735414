/** Tokens beside the certificates, kind by kind, against a bank that answers what the test says. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { AccessProfile, BankAnswer, BankProfile } from '../connector.ts'
import { createAccess } from './access.ts'
import {
  created,
  initiation,
  openScriptedBank,
  profileAt,
  type Reply,
  type ScriptedBank,
  type Seen,
} from './testing/bank.ts'

let bank: ScriptedBank
before(async () => {
  bank = await openScriptedBank()
})
after(() => bank.close())

type TokenAccess = Exclude<AccessProfile, { kind: 'certificate' }>
const access = (more: Partial<TokenAccess> = {}): TokenAccess => ({
  kind: 'authorization_code',
  authorization_endpoint: 'https://login.bank.example/auth',
  token_endpoint: `${bank.origin}/token`,
  client_id: 'punte',
  client_authentication: 'tls_client_auth',
  scope: 'PIS:{paymentId}',
  pkce: true,
  token_header: 'authorization',
  ...more,
})
const tokens = (access_token: string, more: object = {}): Reply => ({
  body: { access_token, token_type: 'Bearer', ...more },
})
const UNSIGNED = { ...profileAt('').signing, required: false }
const BACK = { oauth_redirect_uri: 'https://plati.example/oauth' }

function ok<T>(answer: BankAnswer<T>): T {
  assert.equal(answer.kind, 'ok', JSON.stringify(answer))
  return answer.kind === 'ok' ? answer.value : assert.fail()
}
const form = (seen: Seen | undefined) => Object.fromEntries(new URLSearchParams(seen?.body))
const calls = () => bank.seen.map(({ method, url }) => `${method} ${url}`)

test('code first: the payer lets us in, and every call after carries the token', async () => {
  const profile: Partial<BankProfile> = {
    signing: UNSIGNED,
    access: access({ kind: 'authorization_code_first', scope: 'PISP' }),
  }
  const connector = bank.connect(profile, { secret_headers: { 'web-api-key': 'key-1' } })
  assert.deepEqual(await connector.initiate(initiation()), { kind: 'not_sent', reason: 'ACCESS_MISSING' })
  assert.ok(connector.beginAccess !== undefined && connector.finishAccess !== undefined)
  const begun = ok(await connector.beginAccess({ ...BACK, oauth_state: 's-1' }))
  const url = new URL(begun.url)
  assert.equal(`${url.origin}${url.pathname}`, 'https://login.bank.example/auth')
  assert.deepEqual(
    ['scope', 'state', 'client_id', 'redirect_uri', 'code_challenge_method'].map((name) => url.searchParams.get(name)),
    ['PISP', 's-1', 'punte', BACK.oauth_redirect_uri, 'S256'],
  )
  assert.equal(bank.seen.length, 0, 'nothing is at the bank yet')

  bank.reply = ({ url: path, method }) => {
    if (path === '/token') return tokens('t-1', { refresh_token: 'r-1' })
    return method === 'POST' ? created() : { body: { transactionStatus: 'RCVD' } }
  }
  const forged = await connector.finishAccess(begun.access, { code: 'c', state: 'other' }, BACK)
  assert.ok(forged.kind === 'refused' && forged.http_status === 0)
  const let_in = ok(await connector.finishAccess(begun.access, { code: 'c', state: 's-1' }, BACK)).access
  assert.deepEqual(let_in, { access_token: 't-1', refresh_token: 'r-1' })
  assert.equal(form(bank.seen[0]).code_verifier, begun.access.code_verifier)

  const { session, next } = ok(await connector.initiate(initiation({ access: let_in })))
  assert.deepEqual(next, { kind: 'redirect', url: 'https://login.bank.example/x' })
  assert.deepEqual(session, { bank_payment_id: 'p-1', service: 'payments', ...let_in })
  ok(await connector.status(session))
  for (const seen of bank.seen.slice(1)) {
    assert.equal(seen.headers.authorization, 'Bearer t-1')
    assert.equal(seen.headers['web-api-key'], 'key-1')
    assert.equal(seen.headers['tpp-redirect-uri'], seen.method === 'POST' ? 'https://plati.example/back' : undefined)
  }
})

test('code first: a token that has ended is renewed once, also where the bank says so by its own 403', async () => {
  const profile: Partial<BankProfile> = {
    signing: UNSIGNED,
    access: access({ kind: 'authorization_code_first', scope: 'PISP' }),
  }
  const old = { access_token: 'old', refresh_token: 'r-1' }
  const expired: Reply[] = [
    { status: 403, body: { status: 403, errors: [{ error: 'TOKEN_EXPIRED', message: 'Access token expired' }] } },
    { status: 403, body: { status: 403, errors: [] } },
    { status: 401, body: { tppMessages: [{ category: 'ERROR', code: 'TOKEN_EXPIRED' }] } },
  ]
  for (const refusal of expired) {
    const connector = bank.connect(profile)
    bank.reply = ({ url, headers, method }) => {
      if (url === '/token') return tokens('new', { refresh_token: 'r-2' })
      if (headers.authorization !== 'Bearer new') return refusal
      return method === 'DELETE' ? { status: 204 } : created()
    }
    const request = initiation({ access: old })
    const { session } = ok(await connector.initiate(request))
    assert.equal(session.access_token, 'new', 'what was renewed is kept with the payment')
    assert.deepEqual(
      bank.seen.filter(({ url }) => url !== '/token').map(({ headers }) => headers['x-request-id']),
      [request.request_id, request.request_id],
    )
    const cancelled = ok(await connector.cancel({ bank_payment_id: 'p-1', ...old }))
    assert.deepEqual(cancelled, {
      cancelled: true,
      session: { bank_payment_id: 'p-1', access_token: 'new', refresh_token: 'r-2' },
    })
    const asked = await connector.transfers({ bank_payment_id: 'p-1', ...old })
    assert.ok(asked.kind === 'ok' && asked.value.session?.access_token === 'new', JSON.stringify(asked))
  }
  // A refusal for another reason is one, whatever the token.
  const connector = bank.connect(profile)
  bank.reply = () => ({ status: 403, body: { tppMessages: [{ category: 'ERROR', code: 'SERVICE_BLOCKED' }] } })
  const answer = await connector.initiate(initiation({ access: old }))
  assert.ok(answer.kind === 'refused' && answer.code === 'SERVICE_BLOCKED')
  assert.equal(bank.seen.length, 1)
})

test('client credentials: one signed request for a token, whoever asks; kept, and asked anew when refused', async () => {
  const profile: Partial<BankProfile> = {
    access: access({ kind: 'client_credentials', client_authentication: 'signature', scope: 'pay', pkce: false }),
    signing: {
      ...profileAt('').signing,
      headers: ['(request-target)', 'date', 'digest', 'x-request-id'],
      key_id: 'client_id',
      certificate: 'none',
    },
  }
  let issued = 0
  let valid = 't-1'
  bank.reply = ({ url, headers }) => {
    if (url === '/token') {
      issued += 1
      return tokens(`t-${issued}`, { expires_in: 900 })
    }
    if (headers.authorization !== `Bearer ${valid}`)
      return { status: 401, body: { tppMessages: [{ category: 'ERROR', code: 'TOKEN_INVALID' }] } }
    return created({ _links: { scaRedirect: 'https://login.bank.example/plain' } })
  }
  const connector = bank.connect(profile)
  const answers = await Promise.all([1, 2, 3].map(() => connector.initiate(initiation())))
  for (const { next, session } of answers.map(ok)) {
    assert.deepEqual(next, { kind: 'redirect', url: 'https://login.bank.example/plain' })
    assert.deepEqual(session, { bank_payment_id: 'p-1', service: 'payments' }, 'it is ours: no session holds it')
  }
  assert.equal(issued, 1)
  const token_call = bank.seen.find(({ url }) => url === '/token')
  assert.deepEqual(form(token_call), { grant_type: 'client_credentials', scope: 'pay', client_id: 'punte' })
  const signature = String(token_call?.headers.signature)
  assert.match(
    signature,
    /^keyId="SN=[0-9A-F]+",algorithm="rsa-sha256",headers="\(request-target\) date digest x-request-id"/,
  )
  assert.ok(token_call?.headers['tpp-signature-certificate'])
  const call = bank.seen.find(({ url }) => url !== '/token')
  assert.match(String(call?.headers.signature), /^keyId="punte"/)
  assert.equal(call?.headers['tpp-signature-certificate'], undefined)

  valid = 't-2'
  ok(await connector.initiate(initiation()))
  assert.equal(issued, 2)
  valid = 'never'
  const refused = await connector.initiate(initiation())
  assert.ok(refused.kind === 'refused' && refused.code === 'TOKEN_INVALID')
  assert.equal(issued, 3, 'asked anew once, not again and again')
  bank.reply = () => ({ status: 500 })
  assert.deepEqual(await bank.connect(profile).initiate(initiation()), {
    kind: 'not_sent',
    reason: 'OAUTH_ANSWER_UNUSABLE',
  })
  assert.deepEqual(calls(), ['POST /token'])
})

test('client credentials: a token is not used beyond its end', async () => {
  let now_ms = Date.now()
  let issued = 0
  bank.reply = () => {
    issued += 1
    return tokens(`t-${issued}`, { expires_in: 100 })
  }
  const profile: Partial<BankProfile> = {
    access: access({ kind: 'client_credentials', client_authentication: 'client_secret_post', scope: '' }),
  }
  const own = createAccess({
    ...bank.parts(profile, { client_secret: 'geheim' }),
    clock: { now: () => new Date(now_ms) },
  }).own
  bank.seen.length = 0
  assert.equal(ok(await own()).access_token, 't-1')
  now_ms += 69_000
  assert.equal(ok(await own()).access_token, 't-1')
  now_ms += 2_000
  assert.equal(ok(await own()).access_token, 't-2')
  assert.deepEqual(form(bank.seen[0]), {
    grant_type: 'client_credentials',
    client_id: 'punte',
    client_secret: 'geheim',
  })
})

test('code after the initiation: given endpoints, secret of the client, no PKCE, the bank’s own header', async () => {
  const profile: Partial<BankProfile> = {
    sca: 'oauth',
    client_certificate: false,
    access: access({ client_authentication: 'client_secret_basic', pkce: false, token_header: 'oauth-1' }),
  }
  bank.reply = ({ url, method }) => {
    if (url === '/token') return tokens('t-1')
    return method === 'POST' ? created({ _links: {} }) : { body: { transactionStatus: 'ACSC' } }
  }
  const connector = bank.connect(profile, { client_secret: 'geheim' })
  assert.equal(connector.beginAccess, undefined)
  const { session, next } = ok(await connector.initiate(initiation()))
  assert.ok(next.kind === 'redirect')
  const url = new URL(next.url)
  assert.deepEqual(
    ['scope', 'state', 'code_challenge'].map((name) => url.searchParams.get(name)),
    ['PIS:p-1', 'state-1', null],
  )
  assert.equal(bank.seen[0]?.headers['oauth-1'], undefined, 'no token yet')
  assert.deepEqual(session, { bank_payment_id: 'p-1', service: 'payments', oauth_state: 'state-1' })

  for (const error of ['access_denied', 'true']) {
    const refused = await connector.finishAuthorisation(session, { state: 'state-1', error }, BACK)
    assert.ok(refused.kind === 'refused' && refused.code === 'access_denied', JSON.stringify(refused))
  }
  const back = { state: 'state-1', code: 'c', iss: 'whoever' }
  const finished = ok(await connector.finishAuthorisation(session, back, BACK)).session
  assert.equal(ok(await connector.status(finished)).status, 'ACSC')
  const [, token_call, status_call] = bank.seen
  assert.equal(token_call?.headers.authorization, `Basic ${Buffer.from('punte:geheim').toString('base64')}`)
  assert.deepEqual(form(token_call), {
    grant_type: 'authorization_code',
    code: 'c',
    redirect_uri: BACK.oauth_redirect_uri,
  })
  assert.deepEqual([status_call?.headers['oauth-1'], status_call?.headers.authorization], ['t-1', undefined])
  assert.ok(
    bank.seen.every(({ certificate }) => !certificate),
    'no client certificate is shown',
  )
})
