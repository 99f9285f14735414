import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose'
import { type Authority, createAuthority } from '../../infra/certificates/issue.ts'
import { CREDITOR_IBAN, createWorld, PUBLIC_URL, type TestWorld } from './testing/world.ts'

let world: TestWorld
let authority: Authority
let shop: Awaited<ReturnType<TestWorld['partner']>>

before(async () => {
  world = await createWorld()
  authority = await createAuthority({ name: 'Partner CA' })
  shop = await world.partner({ authority, common_name: 'Shop' })
})
after(() => world.close())

const FORM = 'application/x-www-form-urlencoded'
const ORDER = {
  creditorName: 'Florăria Ana',
  creditorIban: CREDITOR_IBAN,
  amount: 12.5,
  details: 'Comanda 1 💐',
  psuIntermediarId: 'client-7',
}

function post(path: string, body?: string | Buffer, headers: Record<string, string> = {}) {
  return world.call({ method: 'POST', path, as: shop.issued, headers, ...(body !== undefined && { body }) })
}

function initiate(
  tokens: { access_token: string; paymentId: number },
  body: unknown,
  prefix = '/gateway/core/rest/api/initPayment',
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return post(`${prefix}/${tokens.paymentId}`, text, {
    'content-type': 'application/json',
    authorization: `Bearer ${tokens.access_token}`,
  })
}

function status(tokens: { access_token: string; paymentId: number }, prefix = '/gateway/core/rest/api/status') {
  return world.call({
    path: `${prefix}/${tokens.paymentId}`,
    as: shop.issued,
    headers: { authorization: `Bearer ${tokens.access_token}` },
  })
}

test('a token request may be a form, multipart, query, JSON, or say nothing of what it is', async () => {
  const path = '/authenticate/rest/api/token'
  const form = new FormData()
  form.append('client_id', shop.client_id)
  const multipart = new Response(form)
  const answers = await Promise.all([
    post(path, `client_id=${shop.client_id}`, { 'content-type': FORM }),
    post(path, `clientId=${shop.client_id}&isLink2Pay=false`, { 'content-type': `${FORM}; charset=UTF-8` }),
    post(path, Buffer.from(await multipart.arrayBuffer()), {
      'content-type': multipart.headers.get('content-type') as string,
    }),
    post(`${path}?client_id=${shop.client_id}`),
    post(`${path}?clientID=${shop.client_id}`, '', { 'content-type': FORM }),
    post(path, JSON.stringify({ clientID: shop.client_id, isHeadless: null }), { 'content-type': 'application/json' }),
    post(path, `client_id=${shop.client_id}`),
    post(path, ` {"client_id":"${shop.client_id}"}`),
  ])
  for (const [index, answer] of answers.entries()) assert.equal(answer.status, 200, `${index}: ${answer.text}`)
  assert.equal(new Set(answers.map((answer) => answer.json.result.paymentId)).size, answers.length)
})

test('token requests that cannot be read or mean something else are refused', async () => {
  const path = '/gateway/authenticate/rest/api/token'
  const json = { 'content-type': 'application/json' }
  for (const [answer, http, code, field] of [
    [await post(path), 400, 'FIELD_REQUIRED', 'client_id'],
    [await post(path, '{"client_id":', json), 400, 'BODY_MALFORMED'],
    [await post(path, '{"client_id":7}', json), 400, 'FIELD_INVALID', 'client_id'],
    [await post(path, Buffer.from([0x63, 0x3d, 0xff, 0xfe]), { 'content-type': FORM }), 400, 'BODY_MALFORMED'],
    [await post(path, 'x', { 'content-type': 'multipart/form-data' }), 400, 'BODY_MALFORMED'],
    [await post(path, '<a/>', { 'content-type': 'application/xml' }), 415, 'MEDIA_TYPE_UNSUPPORTED'],
    [await post(path, 'a', { 'content-type': FORM, 'content-encoding': 'gzip' }), 415, 'MEDIA_TYPE_UNSUPPORTED'],
    [await post(path, `client_id=${'a'.repeat(70_000)}`, { 'content-type': FORM }), 413, 'BODY_TOO_LARGE'],
    [
      await post(`${path}?client_id=other`, `client_id=${shop.client_id}`, { 'content-type': FORM }),
      400,
      'FIELD_INVALID',
      'client_id',
    ],
    [
      await post(path, `client_id=${shop.client_id}&isHeadless=true`, { 'content-type': FORM }),
      403,
      'PARTNER_NOT_ALLOWED',
      'isHeadless',
    ],
  ] as const) {
    assert.equal(answer.status, http, answer.text)
    assert.equal(answer.json.code, code, answer.text)
    assert.equal(answer.json.field, field)
  }
})

test('the access token is a JWT that jose verifies against the published keys', async () => {
  const tokens = await world.token(shop.client_id, shop.issued)
  const jwks = createRemoteJWKSet(new URL(`${PUBLIC_URL}/.well-known/jwks.json`), {
    [customFetch]: async (url: string) => {
      const answer = await world.call({ path: new URL(url).pathname })
      return new Response(answer.text, { status: answer.status })
    },
  })
  const { payload } = await jwtVerify(tokens.access_token, jwks, {
    issuer: PUBLIC_URL,
    audience: PUBLIC_URL,
    typ: 'at+jwt',
    algorithms: ['EdDSA'],
  })
  assert.equal(payload.sub, shop.client_id)
  assert.equal(payload.payment_id, tokens.paymentId)
  assert.deepEqual(payload.cnf, { 'x5t#S256': shop.thumbprint })
  assert.equal((payload.exp as number) - (payload.iat as number), 300)
})

test('forged, altered, expired and missing access tokens are refused', async () => {
  const tokens = await world.token(shop.client_id, shop.issued)
  const [header, payload, signature] = tokens.access_token.split('.') as [string, string, string]
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const kid = JSON.parse(Buffer.from(header, 'base64url').toString()).kid
  for (const token of [
    `${header}.${encode({ ...claims, exp: claims.exp + 9_999 })}.${signature}`,
    `${encode({ alg: 'none', typ: 'at+jwt', kid })}.${payload}.`,
    `${encode({ alg: 'HS256', typ: 'at+jwt', kid })}.${payload}.${signature}`,
    `${encode({ alg: 'EdDSA', typ: 'JWT', kid })}.${payload}.${signature}`,
    `${encode({ alg: 'EdDSA', typ: 'at+jwt', kid: 'other' })}.${payload}.${signature}`,
    `${tokens.access_token}=`,
    tokens.refresh_token,
    'x'.repeat(5_000),
  ]) {
    const answer = await status({ access_token: token, paymentId: tokens.paymentId })
    assert.deepEqual([answer.status, answer.json.code], [401, 'TOKEN_INVALID'], token.slice(0, 60))
    assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer/)
  }
  const missing = await world.call({ path: `/core/rest/api/status/${tokens.paymentId}`, as: shop.issued })
  assert.equal(missing.json.code, 'TOKEN_MISSING')
  world.pass(301_000)
  try {
    assert.equal((await status(tokens)).json.code, 'TOKEN_EXPIRED')
    // The refresh token outlives it.
    const refreshed = await post(
      '/authenticate/rest/api/refreshToken',
      `client_id=${shop.client_id}&refreshToken=${tokens.refresh_token}`,
      { 'content-type': FORM, authorization: `Bearer ${tokens.access_token}` },
    )
    assert.equal(refreshed.status, 200)
    assert.equal((await status(refreshed.json.result)).status, 200)
  } finally {
    world.pass(-301_000)
  }
})

test('a reused refresh token revokes its pair, and nobody else’s', async () => {
  const refresh = (token: string, as = shop) =>
    world.call({
      method: 'POST',
      path: `/authenticate/rest/api/refreshToken?client_id=${as.client_id}&refresh_token=${token}`,
      as: as.issued,
    })
  const stolen = await world.token(shop.client_id, shop.issued)
  const bystander = await world.token(shop.client_id, shop.issued)
  const other = await world.partner({ authority, common_name: 'Other' })
  assert.equal((await refresh(stolen.refresh_token, other)).json.code, 'TOKEN_INVALID')
  const altered = `${stolen.refresh_token.slice(0, 10)}${stolen.refresh_token[10] === 'A' ? 'B' : 'A'}${stolen.refresh_token.slice(11)}`
  assert.equal((await refresh(altered)).json.code, 'TOKEN_INVALID')
  const second = (await refresh(stolen.refresh_token)).json.result
  assert.equal((await status(second)).status, 200)
  assert.equal((await refresh(stolen.refresh_token)).json.code, 'REFRESH_TOKEN_REUSED')
  // The thief's and the owner's newer tokens are dead alike: access too, though it has not expired.
  assert.equal((await refresh(second.refresh_token)).json.code, 'TOKEN_REVOKED')
  assert.equal((await status(second)).json.code, 'TOKEN_REVOKED')
  assert.equal((await initiate(second, ORDER)).json.code, 'TOKEN_REVOKED')
  assert.equal((await status(bystander)).status, 200)
  const { rows } = await world.database.db.query<{ type: string; event_no: number }>({
    text: 'select type, event_no from payment_events where payment_id = $1 order by event_no',
    values: [stolen.paymentId],
  })
  assert.deepEqual(rows, [
    { type: 'payment.reserved', event_no: 1 },
    { type: 'tokens.revoked', event_no: 2 },
  ])
})

test('of two refreshes at once with one token at most one wins', async () => {
  const { refresh_token } = await world.token(shop.client_id, shop.issued)
  const path = `/authenticate/rest/api/refreshToken?client_id=${shop.client_id}&refresh_token=${refresh_token}`
  const answers = await Promise.all([post(path), post(path), post(path)])
  assert.equal(answers.filter((answer) => answer.status === 200).length, 1)
})

test('a refresh token expires', async () => {
  const { refresh_token } = await world.token(shop.client_id, shop.issued)
  world.pass(25 * 3_600_000)
  try {
    const answer = await post(
      `/authenticate/rest/api/refreshToken?client_id=${shop.client_id}&refresh_token=${refresh_token}`,
    )
    assert.deepEqual([answer.status, answer.json.code], [401, 'TOKEN_INVALID'])
  } finally {
    world.pass(-25 * 3_600_000)
  }
})

test('standard OAuth: metadata, both grants, errors of RFC 6749', async () => {
  for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
    const metadata = await world.call({ path })
    assert.equal(metadata.status, 200)
    assert.equal(metadata.json.issuer, PUBLIC_URL)
    assert.equal(metadata.json.token_endpoint, `${PUBLIC_URL}/oauth2/token`)
    assert.equal(metadata.json.tls_client_certificate_bound_access_tokens, true)
    assert.deepEqual(metadata.json.token_endpoint_auth_methods_supported, ['tls_client_auth'])
  }
  const ask = (body: string, as = shop.issued) =>
    world.call({ method: 'POST', path: '/oauth2/token', as, body, headers: { 'content-type': FORM } })
  const granted = await ask(`grant_type=client_credentials&client_id=${shop.client_id}`)
  assert.equal(granted.status, 200, granted.text)
  assert.equal(granted.headers['cache-control'], 'no-store')
  assert.equal(granted.json.token_type, 'Bearer')
  assert.equal(
    (await status({ access_token: granted.json.access_token, paymentId: granted.json.payment_id })).status,
    200,
  )
  const refreshed = await ask(
    `grant_type=refresh_token&client_id=${shop.client_id}&refresh_token=${granted.json.refresh_token}`,
  )
  assert.equal(refreshed.json.payment_id, granted.json.payment_id)
  const foreign = await world.partner({ authority: await createAuthority({ name: 'F' }), common_name: 'F' })
  for (const [answer, http, error] of [
    [
      await ask(`grant_type=refresh_token&client_id=${shop.client_id}&refresh_token=${granted.json.refresh_token}`),
      400,
      'invalid_grant',
    ],
    [await ask(`grant_type=refresh_token&client_id=${shop.client_id}`), 400, 'invalid_request'],
    [await ask(`grant_type=password&client_id=${shop.client_id}`), 400, 'unsupported_grant_type'],
    [await ask(`client_id=${shop.client_id}`), 400, 'invalid_request'],
    [await ask('grant_type=client_credentials&client_id=nobody-here'), 401, 'invalid_client'],
    [await ask(`grant_type=client_credentials&client_id=${shop.client_id}`, foreign.issued), 401, 'invalid_client'],
    [
      await world.call({
        method: 'POST',
        path: '/oauth2/token',
        body: `grant_type=client_credentials&client_id=${shop.client_id}`,
      }),
      401,
      'invalid_client',
    ],
  ] as const) {
    assert.deepEqual([answer.status, answer.json.error], [http, error], answer.text)
    assert.equal(typeof answer.json.error_description, 'string')
  }
})
