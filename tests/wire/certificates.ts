/** Who may call: the certificate, the token, and that the two belong together. */
import assert from 'node:assert/strict'
import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto'
import { describe, test } from 'node:test'
import { until } from '../world/world.ts'
import { type Answer, assertRefused } from './curl.ts'
import { payment, RATED_CLIENT_ID, REFRESH, STATUS, TOKEN, TOKEN_SECONDS, tokenCall, type Wire } from './wire.ts'

const prefixed = (path: string) => [`/gateway${path}`, path]
const TOKEN_PATHS = ['/authenticate/rest/api/token', '/authenticate/rest/api/authenticate/token'].flatMap(prefixed)
const REFRESH_PATHS = TOKEN_PATHS.map((path) => path.replace(/token$/, 'refreshToken'))
const NAMES = ['client_id', 'clientId', 'clientID']

export function certificateTests(wire: () => Wire): void {
  describe('certificates', () => {
    const cases: readonly [keyof Wire['certificates'], string][] = [
      ['expired', 'CERTIFICATE_EXPIRED'],
      ['future', 'CERTIFICATE_EXPIRED'],
      ['revoked', 'CERTIFICATE_REVOKED'],
      ['stranger', 'CERTIFICATE_MISMATCH'],
      ['forged', 'CERTIFICATE_UNTRUSTED'],
    ]
    for (const [name, code] of cases) {
      test(`${name}: ${code}`, async () => {
        const { curl, certificates } = wire()
        assertRefused(await tokenCall(curl, { as: certificates[name] }), 401, code)
      })
    }

    test('none, and that of another partner: refused on every call', async () => {
      const { curl, newTokens, status, partner } = wire()
      for (const path of TOKEN_PATHS)
        assertRefused(await curl(path, { args: ['--data', 'client_id=sarma-openssl'] }), 401, 'CERTIFICATE_REQUIRED')
      const tokens = await newTokens()
      assertRefused(await status(tokens, { as: undefined }), 401, 'CERTIFICATE_REQUIRED')
      const foreign = await tokenCall(curl, { as: partner('floraria-ana') })
      assert.match(foreign.json.code, /^CERTIFICATE_(MISMATCH|UNTRUSTED)$/)
      assert.equal(foreign.status, 401)
      assertRefused(await status(tokens, { as: partner('floraria-ana') }), 401, 'TOKEN_CERTIFICATE_MISMATCH')
    })

    test('another one of the same subject is the same partner, and not the same token', async () => {
      const { certificates, newTokens, status } = wire()
      const tokens = await newTokens()
      assertRefused(await status(tokens, { as: certificates.twin }), 401, 'TOKEN_CERTIFICATE_MISMATCH')
      assert.equal((await status(await newTokens(certificates.twin), { as: certificates.twin })).status, 200)
    })
  })
}

export function tokenTests(wire: () => Wire): void {
  describe('tokens', () => {
    test('in every spelling of the path and every encoding of the request', async () => {
      const { curl, certificates, client_id } = wire()
      const encodings: readonly ((name: string) => { args?: string[]; json?: unknown; query?: string })[] = [
        (name) => ({ args: ['--data-urlencode', `${name}=${client_id}`] }),
        (name) => ({ args: ['--form', `${name}=${client_id}`] }),
        (name) => ({ query: `?${name}=${client_id}`, args: ['--request', 'POST'] }),
        (name) => ({ json: { [name]: client_id } }),
        // As one of today's clients sends it: a form that does not say so.
        (name) => ({ args: ['--header', 'Content-Type:', '--data', `${name}=${client_id}`] }),
      ]
      const seen = new Set<number>()
      for (const [p, path] of TOKEN_PATHS.entries()) {
        for (const [e, encoding] of encodings.entries()) {
          const { query = '', ...call } = encoding(NAMES[(p + e) % NAMES.length] as string)
          const answer = await curl(path + query, { as: certificates.good, ...call })
          assert.equal(answer.status, 200, `${path} ${e}: ${answer.text}`)
          const { result } = answer.json
          assert.equal(result.access_token, result.accessToken)
          assert.equal(result.refresh_token, result.refreshToken)
          assert.equal(result.paymentId, result.externalPaymentID)
          assert.ok(Number.isSafeInteger(result.paymentId) && !seen.has(result.paymentId), 'a new payment each time')
          seen.add(result.paymentId)
        }
      }
    })

    test('without, with an unknown, and with two client ids', async () => {
      const { curl, certificates } = wire()
      const as = certificates.good
      assertRefused(await curl(TOKEN, { as, method: 'POST' }), 400, 'FIELD_REQUIRED', 'client_id')
      assertRefused(await tokenCall(curl, { as }, 'nimeni-nu-stie'), 401, 'CLIENT_UNKNOWN')
      const twice = ['--data', 'client_id=sarma-openssl&clientID=floraria-ana']
      assertRefused(await curl(TOKEN, { as, args: twice }), 400, 'FIELD_INVALID', 'client_id')
    })

    test('are signed by a published key and bound to certificate and payment', async () => {
      const { curl, ssl, certificates, newTokens, client_id, world } = wire()
      const { access_token, paymentId } = await newTokens()
      const [head = '', body = '', signature = ''] = access_token.split('.')
      const header = JSON.parse(Buffer.from(head, 'base64url').toString())
      const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
      const { keys } = (await curl('/.well-known/jwks.json')).json
      const key = createPublicKey({ key: keys.find((one: { kid: string }) => one.kid === header.kid), format: 'jwk' })
      assert.ok(verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')))
      const der = new X509Certificate(ssl.read(certificates.good.certificate)).raw
      const thumbprint = createHash('sha256').update(der).digest('base64url')
      assert.deepEqual(
        { iss: claims.iss, client_id: claims.client_id, payment_id: claims.payment_id, cnf: claims.cnf },
        { iss: world.facts.partner_api.url, client_id, payment_id: paymentId, cnf: { 'x5t#S256': thumbprint } },
      )
      assert.equal(claims.exp - claims.iat, TOKEN_SECONDS)
    })

    test('missing, forged, of another payment, of another partner: refused', async () => {
      const { curl, certificates, newTokens, status, partner } = wire()
      const as = certificates.good
      const tokens = await newTokens()
      const other = await newTokens()
      const missing = await curl(STATUS + tokens.paymentId, { as })
      assertRefused(missing, 401, 'TOKEN_MISSING')
      assert.equal(missing.headers['www-authenticate'], 'Bearer')
      assertRefused(await status({ ...tokens, access_token: other.access_token }), 401, 'TOKEN_FOR_OTHER_PAYMENT')
      assertRefused(await status(other, { headers: ['Authorization: Basic YTpi'], token: '' }), 401, 'TOKEN_INVALID')
      const [head = '', body = '', signature = ''] = tokens.access_token.split('.')
      const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
      const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
      const richer = Buffer.from(JSON.stringify({ ...claims, payment_id: other.paymentId })).toString('base64url')
      for (const forged of ['x', `${none}.${body}.`, `${head}.${richer}.${signature}`, `${head}.${body}.${signature}A`])
        assertRefused(await status({ ...other, access_token: forged }), 401, 'TOKEN_INVALID')
      const shop = await newTokens(partner('floraria-ana'), 'floraria-ana')
      assertRefused(await status(shop), 401, 'TOKEN_CERTIFICATE_MISMATCH')
      assertRefused(await curl(`${STATUS}abc`, { as, token: tokens.access_token }), 400, 'FIELD_INVALID', 'paymentId')
    })

    test('refresh rotates in every spelling; a reused one revokes the payment', async () => {
      const { curl, certificates, newTokens, status, client_id } = wire()
      let tokens = await newTokens()
      const first = tokens
      const refresh = (path: string, refresh_token: string): Promise<Answer> =>
        curl(path, {
          as: certificates.good,
          args: ['--form', `client_id=${client_id}`, '--form', `refresh_token=${refresh_token}`],
        })
      for (const path of REFRESH_PATHS) {
        const answer = await refresh(path, tokens.refresh_token)
        assert.equal(answer.status, 200, answer.text)
        assert.equal(answer.json.result.paymentId, first.paymentId)
        assert.notEqual(answer.json.result.refresh_token, tokens.refresh_token)
        tokens = answer.json.result
      }
      assert.equal((await status(tokens)).status, 200)
      assertRefused(await refresh(REFRESH, first.refresh_token), 401, 'REFRESH_TOKEN_REUSED')
      assertRefused(await status(tokens), 401, 'TOKEN_REVOKED')
      assertRefused(await refresh(REFRESH, tokens.refresh_token), 401, 'TOKEN_REVOKED')
      assertRefused(await refresh(REFRESH, 'never-given'), 401, 'TOKEN_INVALID')
    })

    test('expire; the refresh token brings a new pair', async () => {
      const { curl, certificates, newTokens, status, client_id } = wire()
      const tokens = await newTokens()
      assert.equal((await status(tokens)).status, 200)
      await until('the expiry', async () => (await status(tokens)).status === 401)
      const late = await status(tokens)
      assertRefused(late, 401, 'TOKEN_EXPIRED')
      assert.match(late.headers['www-authenticate'] ?? '', /invalid_token/)
      const json = { clientID: client_id, refreshToken: tokens.refresh_token }
      const renewed = await curl(REFRESH, { as: certificates.good, json })
      assert.equal((await status(renewed.json.result)).status, 200)
    })

    test('by the standard grants, with metadata that says so', async () => {
      const { curl, certificates, init, client_id, world } = wire()
      const metadata = (await curl('/.well-known/openid-configuration')).json
      assert.equal(metadata.issuer, world.facts.partner_api.url)
      assert.deepEqual(metadata.token_endpoint_auth_methods_supported, ['tls_client_auth'])
      const path = new URL(metadata.token_endpoint).pathname
      const grant = (fields: string) => curl(path, { as: certificates.good, args: ['--data', fields] })
      const given = (await grant(`grant_type=client_credentials&client_id=${client_id}`)).json
      assert.equal(given.token_type, 'Bearer')
      assert.equal(given.expires_in, TOKEN_SECONDS)
      const renewed = (
        await grant(`grant_type=refresh_token&client_id=${client_id}&refresh_token=${given.refresh_token}`)
      ).json
      assert.equal(renewed.payment_id, given.payment_id)
      assert.equal((await init({ ...renewed, paymentId: renewed.payment_id }, payment())).status, 200)
      const errors: readonly (readonly [string, Answer])[] = [
        ['unsupported_grant_type', await grant(`grant_type=password&client_id=${client_id}`)],
        ['invalid_request', await grant(`client_id=${client_id}`)],
        ['invalid_grant', await grant(`grant_type=refresh_token&client_id=${client_id}&refresh_token=x`)],
        [
          'invalid_client',
          await curl(path, { args: ['--data', `grant_type=client_credentials&client_id=${client_id}`] }),
        ],
      ]
      for (const [error, answer] of errors) assert.equal(answer.json.error, error, answer.text)
    })

    test('a partner that asks too often is told when to come back; others are not hindered', async () => {
      const { curl, certificates } = wire()
      const as = certificates.good
      let last = await tokenCall(curl, { as }, RATED_CLIENT_ID)
      for (let calls = 1; calls < 6 && last.status === 200; calls += 1)
        last = await tokenCall(curl, { as }, RATED_CLIENT_ID)
      assertRefused(last, 429, 'RATE_LIMITED')
      const seconds = Number(last.headers['retry-after'])
      assert.ok(seconds >= 1 && seconds <= 60, `Retry-After: ${last.headers['retry-after']}`)
      assert.equal((await tokenCall(curl, { as })).status, 200)
    })
  })
}
