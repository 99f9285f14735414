import 'reflect-metadata'
import assert from 'node:assert/strict'
import { constants, createHash, createPrivateKey, sign, webcrypto } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as x509 from '@peculiar/x509'
import { createPunteClient } from '@punte/sdk'
import { createVerifier, httpbis } from 'http-message-signatures'
import { type Authority, createAuthority, type Issued, signCertificateRequest } from '../../infra/certificates/issue.ts'
import {
  type Answer,
  CREDITOR_IBAN,
  createWorld,
  freePort,
  PUBLIC_URL,
  type TestWorld,
  thumbprintOf,
} from './testing/world.ts'

let world: TestWorld
let authority: Authority
let shop: Awaited<ReturnType<TestWorld['partner']>>
let signing: Awaited<ReturnType<TestWorld['partner']>>

before(async () => {
  world = await createWorld()
  authority = await createAuthority({ name: 'Partner CA' })
  shop = await world.partner({ authority, common_name: 'Shop' })
  signing = await world.partner({ authority, common_name: 'Signing', require_signed_requests: true })
})
after(() => world.close())

// An own signer by the letter of RFC 9421, sharing nothing with the code under test.
type Signing = {
  as: Issued
  method?: string
  path: string
  body?: string
  headers?: Record<string, string>
  alg?: string
  created?: number
  keyid?: string
  components?: string[]
  target?: string
  signed_body?: string
}

function signed(input: Signing): Record<string, string> {
  const { as, method = 'POST', path, body, alg = 'ecdsa-p256-sha256' } = input
  const headers: Record<string, string> = { ...input.headers }
  if (body !== undefined)
    headers['content-digest'] = `sha-256=:${createHash('sha256')
      .update(input.signed_body ?? body)
      .digest('base64')}:`
  const components = input.components ?? [
    '@method',
    '@target-uri',
    ...Object.keys(headers).filter((name) => ['content-digest', 'authorization', 'content-type'].includes(name)),
  ]
  const values = (name: string) =>
    name === '@method'
      ? method
      : name === '@target-uri'
        ? (input.target ?? `${PUBLIC_URL}${path}`)
        : (headers[name] ?? '')
  const params = `(${components.map((name) => `"${name}"`).join(' ')});created=${input.created ?? Math.floor(Date.now() / 1000)};keyid="${input.keyid ?? thumbprintOf(as)}";alg="${alg}"`
  const base = [...components.map((name) => `"${name}": ${values(name)}`), `"@signature-params": ${params}`].join('\n')
  return {
    ...headers,
    'signature-input': `sig1=${params}`,
    signature: `sig1=:${signBytes(Buffer.from(base), as, alg).toString('base64')}:`,
  }
}

function signBytes(data: Buffer, as: Issued, alg: string): Buffer {
  const key = createPrivateKey(as.key_pem)
  if (alg === 'rsa-pss-sha512')
    return sign('sha512', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 })
  if (alg === 'rsa-v1_5-sha256') return sign('sha256', data, key)
  if (alg === 'ecdsa-p256-sha256') return sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' })
  return sign(null, data, key)
}

const TOKEN_PATH = '/gateway/authenticate/rest/api/token'
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

function askToken(as: typeof shop, change: Partial<Signing> = {}, sent_body?: string) {
  const body = `client_id=${as.client_id}`
  const headers = signed({ as: as.issued, path: TOKEN_PATH, headers: FORM, body, ...change })
  return world.call({ method: 'POST', path: TOKEN_PATH, as: as.issued, body: sent_body ?? body, headers })
}

async function verifies(
  answer: Answer,
  request: { method: string; path: string },
  body = answer.text,
): Promise<boolean> {
  const { publicKey, kid } = {
    publicKey: world.context.keys.signing.publicKey(world.context.keys.signing.kid),
    kid: world.context.keys.signing.kid,
  }
  assert.ok(publicKey)
  const digest = createHash('sha256').update(body).digest('base64')
  if (answer.headers['content-digest'] !== `sha-256=:${digest}:`) return false
  const outcome = await httpbis.verifyMessage(
    {
      keyLookup: async (parameters) =>
        parameters.keyid === kid ? { id: kid, algs: ['ed25519'], verify: createVerifier(publicKey, 'ed25519') } : null,
      requiredParams: ['created', 'keyid', 'alg'],
      requiredFields: ['@status', 'content-digest', 'content-type', '@method', '@target-uri'],
      tolerance: 5,
    },
    { status: answer.status, headers: answer.headers },
    { method: request.method, url: `${PUBLIC_URL}${request.path}`, headers: {} },
  )
  return outcome === true
}

test('every answer is signed: successes, refusals, unknown addresses, keys, OAuth errors', async () => {
  const form = { ...FORM }
  for (const request of [
    { method: 'POST', path: `${TOKEN_PATH}?client_id=${shop.client_id}` },
    { method: 'POST', path: TOKEN_PATH, body: '{', headers: { 'content-type': 'application/json' } },
    { method: 'POST', path: TOKEN_PATH, body: 'x'.repeat(70_000), headers: form },
    { method: 'GET', path: '/core/rest/api/status/5?a=%20b' },
    { method: 'GET', path: '/nowhere?x=1' },
    { method: 'GET', path: '/%zz' },
    { method: 'PUT', path: TOKEN_PATH },
    { method: 'GET', path: '/.well-known/jwks.json' },
    { method: 'POST', path: '/oauth2/token', body: 'grant_type=x', headers: form },
  ]) {
    const answer = await world.call({ ...request, as: shop.issued })
    assert.ok(await verifies(answer, request), `${request.method} ${request.path} ${answer.text}`)
    assert.equal(await verifies(answer, { ...request, path: '/other' }), false)
    assert.equal(await verifies(answer, { ...request, method: 'PATCH' }), false)
    assert.equal(await verifies({ ...answer, status: answer.status + 1 }, request), false)
    assert.equal(await verifies(answer, request, `${answer.text} `), false)
  }
})

test('who must sign and does not is refused; who signs is let in', async () => {
  const body = `client_id=${signing.client_id}`
  const unsigned = await world.call({ method: 'POST', path: TOKEN_PATH, as: signing.issued, body, headers: FORM })
  assert.deepEqual([unsigned.status, unsigned.json.code], [401, 'SIGNATURE_REQUIRED'])
  const answer = await askToken(signing)
  assert.equal(answer.status, 200, answer.text)
  const { access_token, paymentId } = answer.json.result
  const path = `/core/rest/api/core/status/${paymentId}`
  const authorization = `Bearer ${access_token}`
  const ask = (headers: Record<string, string>) => world.call({ path, as: signing.issued, headers })
  assert.equal((await ask({ authorization })).json.code, 'SIGNATURE_REQUIRED')
  assert.equal((await ask(signed({ as: signing.issued, method: 'GET', path, headers: { authorization } }))).status, 200)
  // The token must be covered, or it could be exchanged.
  const uncovered = signed({
    as: signing.issued,
    method: 'GET',
    path,
    headers: { authorization },
    components: ['@method', '@target-uri'],
  })
  assert.equal((await ask(uncovered)).json.code, 'SIGNATURE_INVALID')
  const init_path = `/core/rest/api/initPayment/${paymentId}`
  const order = JSON.stringify({ creditorName: 'A', creditorIban: CREDITOR_IBAN, amount: 1, details: 'd' })
  const headers = signed({
    as: signing.issued,
    path: init_path,
    body: order,
    headers: { authorization, 'content-type': 'application/json' },
  })
  const altered = await world.call({
    method: 'POST',
    path: init_path,
    as: signing.issued,
    headers,
    body: order.replace('"amount":1', '"amount":2'),
  })
  assert.deepEqual([altered.status, altered.json.code], [401, 'SIGNATURE_INVALID'])
  assert.equal(
    (await world.call({ method: 'POST', path: init_path, as: signing.issued, headers, body: order })).status,
    200,
  )
})

test('a bad signature is refused, also of a partner that need not sign', async () => {
  const now = Math.floor(Date.now() / 1000)
  for (const partner of [signing, shop]) {
    for (const [name, change] of Object.entries<Partial<Signing>>({
      'digest of another body': { signed_body: 'client_id=other' },
      'no digest covered': { components: ['@method', '@target-uri', 'content-type'] },
      'method not covered': { components: ['@target-uri', 'content-digest'] },
      'target not covered': { components: ['@method', 'content-digest'] },
      'covered twice': { components: ['@method', '@method', '@target-uri', 'content-digest'] },
      'a field that is not there': { components: ['@method', '@target-uri', 'content-digest', 'x-absent'] },
      'another address': { target: `https://other.example${TOKEN_PATH}` },
      'another path': { target: `${PUBLIC_URL}/gateway/authenticate/rest/api/refreshToken` },
      'signed as another method': { method: 'GET' },
      'too old': { created: now - 302 },
      'from the future': { created: now + 420 },
      'another key id': { keyid: thumbprintOf(partner === shop ? signing.issued : shop.issued) },
      'another algorithm than the key': { alg: 'ed25519' },
    })) {
      if (name === 'another algorithm than the key') {
        const headers = signed({
          as: partner.issued,
          path: TOKEN_PATH,
          headers: FORM,
          body: `client_id=${partner.client_id}`,
        })
        headers['signature-input'] = (headers['signature-input'] as string).replace('ecdsa-p256-sha256', 'ed25519')
        const answer = await world.call({
          method: 'POST',
          path: TOKEN_PATH,
          as: partner.issued,
          body: `client_id=${partner.client_id}`,
          headers,
        })
        assert.equal(answer.json.code, 'SIGNATURE_INVALID', name)
        continue
      }
      const answer = await askToken(partner, change)
      assert.deepEqual([answer.status, answer.json.code], [401, 'SIGNATURE_INVALID'], `${name}: ${answer.text}`)
    }
    const good = signed({ as: partner.issued, path: TOKEN_PATH, headers: FORM, body: `client_id=${partner.client_id}` })
    const send = (headers: Record<string, string>) =>
      world.call({
        method: 'POST',
        path: TOKEN_PATH,
        as: partner.issued,
        body: `client_id=${partner.client_id}`,
        headers,
      })
    const { signature, 'signature-input': input, ...rest } = good as Record<'signature' | 'signature-input', string>
    assert.equal((await send({ ...rest, signature })).json.code, 'SIGNATURE_INVALID')
    assert.equal((await send({ ...rest, 'signature-input': input })).json.code, 'SIGNATURE_INVALID')
    assert.equal(
      (await send({ ...rest, signature: 'sig1=:????:', 'signature-input': input })).json.code,
      'SIGNATURE_INVALID',
    )
    assert.equal(
      (await send({ ...good, 'content-digest': `sha-256=:${'A'.repeat(43)}=:` })).json.code,
      'SIGNATURE_INVALID',
    )
    assert.equal((await send(good)).status, 200)
  }
})

test('keys of every kind sign: RSA (both schemes), P-256, Ed25519', async () => {
  for (const [name, algorithm, algs] of [
    [
      'rsa',
      { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
      ['rsa-v1_5-sha256', 'rsa-pss-sha512'],
    ],
    ['ec', { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }, ['ecdsa-p256-sha256']],
    ['ed', { name: 'Ed25519' }, ['ed25519']],
  ] as const) {
    const given = await certificateWith(algorithm, `Key ${name}`)
    const partner = await world.partner({ authority, common_name: `Key ${name}`, given, require_signed_requests: true })
    for (const alg of algs) {
      const answer = await askToken(partner, { alg })
      assert.equal(answer.status, 200, `${alg}: ${answer.text}`)
      assert.equal((await askToken(partner, { alg, created: 1 })).json.code, 'SIGNATURE_INVALID')
    }
  }
})

test('the sdk works against this API: signing requests, verifying answers, refreshing, telling errors', async () => {
  const port = await freePort()
  const base_url = `https://localhost:${port}`
  const own = await createWorld({ PUNTE_PARTNER_PORT: String(port), PUNTE_PARTNER_URL: base_url })
  try {
    const partner = await own.partner({ authority, common_name: 'Sdk', require_signed_requests: true })
    let passed_ms = 0
    const client = createPunteClient({
      base_url,
      client_id: partner.client_id,
      certificate: partner.issued.certificate_pem,
      private_key: partner.issued.key_pem,
      ca: own.ca,
      sign_requests: true,
      verify_answers: true,
      max_tries: 1,
      now: () => new Date(Date.now() + passed_ms),
    })
    const order = {
      creditorName: 'Florăria Ana',
      creditorIban: CREDITOR_IBAN,
      amount: '12.50',
      details: 'Comanda 1',
      psuIntermediarId: 'u1',
    }
    const started = await client.startPayment(order)
    assert.match(started.redirectUrl, /^https:\/\/pay\.example\/payment-initiation\?payment=/)
    const report = await client.status(started)
    assert.deepEqual([report.status, report.paid, report.final, report.amount], ['INIT', false, false, '12.50'])
    passed_ms = 310_000
    own.pass(passed_ms)
    const later = await client.status(started)
    assert.equal(later.status, 'INIT')
    assert.notEqual(later.tokens.refreshToken, started.tokens.refreshToken)
    const other = await client.token()
    await assert.rejects(
      client.initPayment({ tokens: other, request: { ...order, amount: '0' } }),
      (error: { code?: string; field?: string }) => error.code === 'AMOUNT_INVALID' && error.field === 'amount',
    )
    client.close()
  } finally {
    await own.close()
  }
})

type KeyAlgorithm = {
  readonly name: string
  readonly hash?: string
  readonly namedCurve?: string
  readonly modulusLength?: number
  readonly publicExponent?: Uint8Array
}

async function certificateWith(algorithm: KeyAlgorithm, common_name: string): Promise<Issued> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: `CN=${common_name}`,
    keys,
    signingAlgorithm: { hash: 'SHA-256', ...algorithm },
  })
  const certificate_pem = await signCertificateRequest(authority, { request_pem: request.toString('pem') })
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  return {
    certificate_pem,
    key_pem: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({
      format: 'pem',
      type: 'pkcs8',
    }) as string,
  }
}
