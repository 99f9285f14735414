/** OAuth as a third party uses it: metadata, authorization code with PKCE, tokens bound to the certificate, status. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type Issued, issue } from '../testing/pki.ts'
import {
  type CallAnswer,
  call,
  cookiesOf,
  createPki,
  initiatePayment,
  NOK_URI,
  ORGANIZATION,
  postForm,
  REDIRECT_URI,
  setFaults,
  startWorld,
} from '../testing/world.ts'

const pki = await createPki()
/** Short enough to see one end, long enough for what a test does with it on a busy machine. */
const TOKEN_LIFE_S = 6
let world = await startWorld(pki, 'oauth', { timing: { access_token_ttl_s: TOKEN_LIFE_S } })
after(() => world.close())

const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')

/** A plain mutual-TLS request of the authorization server (no seal). */
function plain(path: string, form?: Record<string, string>, qwac: Issued | null = pki.qwac): Promise<CallAnswer> {
  const body = form === undefined ? '' : new URLSearchParams(form).toString()
  const headers =
    form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length }
  const identity = qwac === null ? {} : { cert: qwac.pem, key: qwac.key_pem }
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(path, world.bank.api_url),
      { method: form === undefined ? 'GET' : 'POST', headers, ca: pki.server_ca.pem, agent: false, ...identity },
      async (response) => {
        const text = (await response.toArray()).join('')
        let json: unknown
        try {
          json = JSON.parse(text)
        } catch {
          json = undefined
        }
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

const authorizationUrl = (payment_id: string, changes: Record<string, string | undefined> = {}) => {
  const parameters: Record<string, string | undefined> = {
    response_type: 'code',
    client_id: 'punte-sandbox',
    redirect_uri: REDIRECT_URI,
    scope: `PIS:${payment_id}`,
    state: 's-1',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  }
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return `${world.bank.pages_url}/auth?${new URLSearchParams(given)}`
}

/** The browser: authorization request, login, decision, and on to the third party's address. */
async function browse(url: string, login: string, decision: string): Promise<URL> {
  const asked = await fetch(url, { redirect: 'manual' })
  assert.equal(asked.status, 303, await asked.text())
  const cookies = cookiesOf(asked)
  const page = new URL(asked.headers.get('location') ?? '', world.bank.pages_url).href
  assert.match(await (await fetch(page, { headers: { cookie: cookies } })).text(), /bancă de test/)
  const entered = await postForm(
    `${page}/login`,
    { login, password: world.person(login).password },
    { cookie: cookies },
  )
  assert.equal(entered.status, 303, await entered.text())
  const all = `${cookies}; ${cookiesOf(entered)}`
  const decided = await postForm(`${page}/decision`, { decision }, { cookie: all })
  assert.equal(decided.status, 303, await decided.text())
  const resumed = await fetch(decided.headers.get('location') ?? '', { redirect: 'manual', headers: { cookie: all } })
  return new URL(resumed.headers.get('location') ?? '')
}

const exchange = (code: string | null, changes: Record<string, string> = {}, qwac?: Issued | null) =>
  plain(
    '/token',
    {
      grant_type: 'authorization_code',
      client_id: 'punte-sandbox',
      code: code ?? '',
      redirect_uri: REDIRECT_URI,
      code_verifier: verifier,
      ...changes,
    },
    qwac,
  )

const statusWith = (path: string, token?: string, qwac?: Issued) =>
  call(pki, world, {
    path,
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    ...(qwac === undefined ? {} : { qwac }),
  })

async function initiated(login = 'ioana') {
  const { json, text } = await initiatePayment(pki, world, login)
  assert.ok(json.paymentId, text)
  return { payment_id: json.paymentId as string, path: new URL(json._links.status.href).pathname, links: json._links }
}

const codeOf = (answer: CallAnswer) => answer.json?.tppMessages?.[0]?.code

test('metadata: issuer and endpoints on the interface, the browser endpoint on the pages', async () => {
  const { links } = await initiated()
  const metadata = (await plain(new URL(links.scaOAuth.href).pathname)).json
  const { api_url, pages_url } = world.bank
  assert.equal(metadata.issuer, api_url)
  assert.equal(metadata.authorization_endpoint, `${pages_url}/auth`)
  assert.equal(metadata.token_endpoint, `${api_url}/token`)
  assert.deepEqual(metadata.code_challenge_methods_supported, ['S256'])
  assert.deepEqual(metadata.token_endpoint_auth_methods_supported, ['tls_client_auth'])
  assert.equal(metadata.tls_client_certificate_bound_access_tokens, true)
  assert.equal(metadata.authorization_response_iss_parameter_supported, true)
  assert.deepEqual((await plain('/.well-known/oauth-authorization-server')).json, metadata)
  assert.equal((await plain('/jwks')).json.keys[0].d, undefined)
})

test('the whole way: code with iss, tokens, status; the payment moves at the decision', async () => {
  const { payment_id, path } = await initiated()
  assert.equal(codeOf(await statusWith(path)), 'TOKEN_UNKNOWN')
  const back = await browse(authorizationUrl(payment_id), 'ioana', 'approve')
  assert.equal(back.origin + back.pathname, 'http://localhost:9999/return')
  assert.deepEqual([back.searchParams.get('iss'), back.searchParams.get('state')], [world.bank.api_url, 's-1'])
  const tokens = await exchange(back.searchParams.get('code'))
  assert.equal(tokens.status, 200, tokens.text)
  assert.equal(tokens.json.scope, `PIS:${payment_id}`)
  assert.equal((await statusWith(path, tokens.json.access_token)).json.transactionStatus, 'ACSC')
  // The code is worth nothing a second time, and takes the tokens with it.
  assert.equal((await exchange(back.searchParams.get('code'))).json.error, 'invalid_grant')
  assert.equal(codeOf(await statusWith(path, tokens.json.access_token)), 'TOKEN_UNKNOWN')
})

test('tokens: of another payment, on another certificate, expired, refreshed, after a restart', async () => {
  const one = await initiated()
  const two = await initiated('radu')
  const back = await browse(authorizationUrl(one.payment_id), 'ioana', 'approve')
  const renewed_qwac = await issue(pki.eidas, { kind: 'web', organization_id: ORGANIZATION, roles: [2] })
  const { access_token, refresh_token } = (await exchange(back.searchParams.get('code'))).json
  assert.equal(codeOf(await statusWith(two.path, access_token)), 'TOKEN_INVALID')
  assert.equal(codeOf(await statusWith(one.path, access_token, renewed_qwac)), 'TOKEN_INVALID')
  assert.equal(codeOf(await statusWith(one.path, 'made-up')), 'TOKEN_UNKNOWN')
  await new Promise((resolve) => setTimeout(resolve, TOKEN_LIFE_S * 1_000 + 100))
  assert.equal(codeOf(await statusWith(one.path, access_token)), 'TOKEN_EXPIRED')
  const kept = readFileSync(join(world.config.data_dir, 'oauth.jsonl'), 'utf8')
  assert.ok(!kept.includes(access_token) && !kept.includes(refresh_token))
  world = await world.restart()
  const refreshed = await plain('/token', { grant_type: 'refresh_token', client_id: 'punte-sandbox', refresh_token })
  assert.equal(refreshed.status, 200, refreshed.text)
  assert.equal((await statusWith(one.path, refreshed.json.access_token)).json.transactionStatus, 'ACSC')
  const reused = await plain('/token', { grant_type: 'refresh_token', client_id: 'punte-sandbox', refresh_token })
  assert.equal(reused.json.error, 'invalid_grant')
})

test('the token endpoint refuses: no certificate, another third party, wrong verifier, wrong redirect_uri', async () => {
  const { payment_id } = await initiated()
  const back = await browse(authorizationUrl(payment_id), 'ioana', 'approve')
  const code = back.searchParams.get('code')
  assert.equal((await exchange(code, {}, null)).json.error, 'invalid_client')
  assert.equal(
    (await exchange(code, {}, await issue(pki.other, { kind: 'web', organization_id: ORGANIZATION, roles: [2] }))).json
      .error,
    'invalid_client',
  )
  assert.equal(
    (await exchange(code, { code_verifier: randomBytes(32).toString('base64url') })).json.error,
    'invalid_grant',
  )
  assert.equal((await exchange(code, { redirect_uri: NOK_URI })).json.error, 'invalid_grant')
  const stranger = await issue(pki.eidas, { kind: 'web', organization_id: 'PSDRO-SBX-999', roles: [2] })
  assert.equal((await exchange(code, {}, stranger)).json.error, 'invalid_grant')
})

test('the authorization endpoint refuses: no PKCE, plain, no scope, unknown payment, foreign redirect_uri', async () => {
  const { payment_id } = await initiated()
  const errorOf = async (changes: Record<string, string | undefined>) => {
    const answer = await fetch(authorizationUrl(payment_id, changes), { redirect: 'manual' })
    const location = answer.headers.get('location')
    return location === null ? `${answer.status}` : new URL(location, world.bank.pages_url).searchParams.get('error')
  }
  assert.equal(await errorOf({ code_challenge: undefined, code_challenge_method: undefined }), 'invalid_request')
  assert.equal(await errorOf({ code_challenge_method: 'plain' }), 'invalid_request')
  assert.equal(await errorOf({ redirect_uri: 'http://evil.invalid/' }), '400')
  assert.equal(await errorOf({ client_id: 'other' }), '400')
  // Without a payment there is no origin that the browser could be sent back to.
  assert.equal(await errorOf({ scope: undefined }), '400')
  assert.equal(await errorOf({ scope: 'PIS:unknown' }), '400')
})

test('refusal: access_denied, and the payment is rejected', async () => {
  const { payment_id, links } = await initiated()
  const back = await browse(authorizationUrl(payment_id), 'ioana', 'refuse')
  assert.deepEqual([back.searchParams.get('error'), back.searchParams.get('state')], ['access_denied', 's-1'])
  assert.equal(back.searchParams.get('iss'), world.bank.api_url)
  const sca = await call(pki, world, { path: new URL(links.scaStatus.href).pathname })
  assert.equal(sca.json.scaStatus, 'failed')
})

test('whoever lost the code comes back, logs in and gets another, without a second debit', async () => {
  const { payment_id, path } = await initiated()
  await browse(authorizationUrl(payment_id), 'ioana', 'approve')
  const back = await browse(
    authorizationUrl(payment_id, { scope: `openid PIS:${payment_id}`, nonce: 'n' }),
    'ioana',
    'return',
  )
  const tokens = await exchange(back.searchParams.get('code'))
  assert.equal(tokens.status, 200, tokens.text)
  assert.ok(tokens.json.id_token)
  assert.equal((await statusWith(path, tokens.json.access_token)).json.transactionStatus, 'ACSC')
})

test('faults of the token endpoint', async () => {
  await setFaults(
    world,
    ['drop_after', 'status:500', 'malformed_json'].map((action) => ({ match: 'token', action })),
  )
  const { payment_id } = await initiated()
  const code = (await browse(authorizationUrl(payment_id), 'ioana', 'approve')).searchParams.get('code')
  await assert.rejects(exchange(code))
  assert.equal((await exchange(code)).status, 500)
  const malformed = await exchange(code)
  assert.equal(malformed.json, undefined)
})
