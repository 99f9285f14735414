/** Signatures both ways, made and verified here by the texts of RFC 9421 and Standard Webhooks, with node:crypto alone. */
import assert from 'node:assert/strict'
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { newEmail } from '../world/parties.ts'
import { comeBack, decideAtBank, payerAt } from '../world/payer.ts'
import { punteIn } from '../world/punte.ts'
import { until } from '../world/world.ts'
import { type Answer, assertRefused, type Call, type Pair } from './curl.ts'
import { INIT, payment, STATUS, TOKEN, type Tokens, tokenCall, type Wire } from './wire.ts'

const SIGNER = 'libraria-semnata'
const digestOf = (body: string): string => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`

/** The published key of this id, fetched as anybody would. */
async function publishedKey(wire: Wire, kid: string): Promise<KeyObject> {
  const { keys } = (await wire.curl('/.well-known/jwks.json')).json
  const jwk = keys.find((one: { kid: string }) => one.kid === kid)
  assert.ok(jwk !== undefined, `key ${kid} is published`)
  return createPublicKey({ key: jwk, format: 'jwk' })
}

/** RFC 9421 §3.2: the base from the answer and from what was asked, never from what the answer says about it. */
async function answerVerifies(wire: Wire, asked: { method: string; path: string }, answer: Answer): Promise<boolean> {
  const input = answer.headers['signature-input'] ?? ''
  const [, params = '', covered = ''] = /^sig1=(\(([^)]*)\);.*)$/.exec(input) ?? []
  const values: Readonly<Record<string, string>> = {
    '"@status"': String(answer.status),
    '"content-digest"': digestOf(answer.text),
    '"content-type"': answer.headers['content-type'] ?? '',
    '"@method";req': asked.method,
    '"@target-uri";req': wire.world.facts.partner_api.url + asked.path,
  }
  const parts = covered.split(' ')
  assert.deepEqual(parts.toSorted(), Object.keys(values).toSorted(), 'what the signature covers')
  const lines = [...parts.map((part) => `${part}: ${values[part]}`), `"@signature-params": ${params}`]
  const created = Number(/;created=(\d+)/.exec(params)?.[1])
  assert.ok(Math.abs(Date.now() / 1000 - created) < 60)
  const signature = Buffer.from(/^sig1=:(.+):$/.exec(answer.headers.signature ?? '')?.[1] ?? '', 'base64')
  const key = await publishedKey(wire, /;keyid="([^"]+)"/.exec(params)?.[1] ?? '')
  return verify(null, Buffer.from(lines.join('\n')), key, signature)
}

type Signed = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly pair: Pair
  readonly token?: string
  readonly body?: string
  readonly created?: number
  /** Signed with this key instead of the certificate's. */
  readonly key?: string
}

/** curl's arguments of a signed request. */
function signedCall(wire: Wire, { method, path, pair, token, body, created, key }: Signed): Call {
  const target = wire.world.facts.partner_api.url + path
  const private_key = createPrivateKey(readFileSync(key ?? pair.private_key))
  const keyid = createHash('sha256')
    .update(new X509Certificate(readFileSync(pair.certificate)).raw)
    .digest('base64url')
  const fields: [string, string][] = [
    ['@method', method],
    ['@target-uri', target],
    ...(body === undefined ? [] : ([['content-digest', digestOf(body)]] satisfies [string, string][])),
    ...(token === undefined ? [] : ([['authorization', `Bearer ${token}`]] satisfies [string, string][])),
  ]
  const when = created ?? Math.floor(Date.now() / 1000)
  const params = `(${fields.map(([name]) => `"${name}"`).join(' ')});created=${when};keyid="${keyid}"`
  const base = [...fields.map(([name, value]) => `"${name}": ${value}`), `"@signature-params": ${params}`].join('\n')
  const rsa = private_key.asymmetricKeyType === 'rsa'
  const signature = sign(
    private_key.asymmetricKeyType === 'ed25519' ? null : 'sha256',
    Buffer.from(base),
    rsa ? private_key : { key: private_key, dsaEncoding: 'ieee-p1363' },
  )
  const headers = [
    `Signature-Input: sig1=${params}`,
    `Signature: sig1=:${signature.toString('base64')}:`,
    ...(body === undefined ? [] : [`Content-Digest: ${digestOf(body)}`, 'Content-Type: application/json']),
  ]
  return {
    as: pair,
    method,
    headers,
    ...(token !== undefined && { token }),
    ...(body !== undefined && { args: ['--data-binary', body] }),
  }
}

export function signatureTests(wire: () => Wire): void {
  describe('signatures', () => {
    test('every answer is signed, refusals too, and verifies with the published key; an altered one does not', async () => {
      const { curl, certificates, newTokens } = wire()
      const as = certificates.good
      const { access_token, paymentId } = await newTokens()
      const asked: readonly { method: string; path: string; call: Call }[] = [
        { method: 'POST', path: TOKEN, call: { as, args: ['--data', 'client_id=sarma-openssl'] } },
        { method: 'GET', path: `${STATUS}${paymentId}?x=%20y`, call: { as, token: access_token } },
        { method: 'GET', path: `${STATUS}${paymentId}`, call: { as } },
        { method: 'POST', path: INIT + paymentId, call: { as, token: access_token, json: payment({ amount: 0 }) } },
        { method: 'GET', path: '/nothing', call: {} },
        { method: 'DELETE', path: TOKEN, call: { method: 'DELETE' } },
        { method: 'GET', path: '/.well-known/jwks.json', call: {} },
      ]
      for (const { method, path, call } of asked) {
        const answer = await curl(path, call)
        assert.ok(await answerVerifies(wire(), { method, path }, answer), `${method} ${path}: ${answer.status}`)
        for (const altered of [
          { ...answer, text: `${answer.text} ` },
          { ...answer, status: 201 },
        ])
          assert.equal(await answerVerifies(wire(), { method, path }, altered), false)
        assert.equal(await answerVerifies(wire(), { method, path: `${path}2` }, answer), false)
      }
    })

    test('a partner that must sign: signed requests pass; unsigned, altered, old and foreign ones do not', async () => {
      const { curl, partner, certificates } = wire()
      const pair = partner(SIGNER)
      const body = JSON.stringify({ client_id: SIGNER })
      const good = { method: 'POST', path: TOKEN, pair, body } as const
      assertRefused(await tokenCall(curl, { as: pair }, SIGNER), 401, 'SIGNATURE_REQUIRED')
      const given = await curl(TOKEN, signedCall(wire(), good))
      assert.equal(given.status, 200, given.text)
      const { access_token: token, paymentId } = given.json.result as Tokens
      const status = { method: 'GET', path: STATUS + paymentId, pair, token } as const
      assert.equal((await curl(status.path, signedCall(wire(), status))).status, 200)
      assertRefused(await curl(status.path, { as: pair, token }), 401, 'SIGNATURE_REQUIRED')

      const altered = signedCall(wire(), good)
      const wrong: readonly [string, Call, string][] = [
        ['another body', { ...altered, args: ['--data-binary', `${body} `] }, TOKEN],
        ['another path', altered, TOKEN.replace('/gateway', '')],
        ['another query', altered, `${TOKEN}?x=1`],
        ['an old signature', signedCall(wire(), { ...good, created: Math.floor(Date.now() / 1000) - 400 }), TOKEN],
        ['another key', signedCall(wire(), { ...good, key: certificates.good.private_key }), TOKEN],
        [
          'half of it',
          { ...altered, headers: (altered.headers ?? []).filter((one) => !one.startsWith('Signature:')) },
          TOKEN,
        ],
      ]
      for (const [what, call, path] of wrong) {
        const answer = await curl(path, call)
        assert.equal(answer.json?.code, 'SIGNATURE_INVALID', what)
        assertRefused(answer, 401, 'SIGNATURE_INVALID')
      }
    })

    test('webhooks carry both signatures, and verify by the secret and by the published key', async () => {
      const { newTokens, init, parties, world, webhooks, client_id } = wire()
      const renewed = await punteIn(world, 'partner', 'webhook-secret', client_id, '--renew')
      const secret = /whsec_\S+/.exec(renewed.stdout)?.[0] ?? ''
      assert.ok(secret !== '', renewed.stderr)
      const mihai = parties.person('carpati', 'mihai')
      const told = async () => {
        const tokens = await newTokens()
        const payer = payerAt((await init(tokens, payment())).json.redirectUri)
        await comeBack(await decideAtBank(await payer.toBank(mihai, newEmail('webhook')), mihai, 'approve'))
        const event = await until('the webhook', () =>
          webhooks.received.find(({ body }) => {
            const { data } = JSON.parse(body)
            return data.paymentId === tokens.paymentId && data.status === 'ACSC'
          }),
        )
        return { tokens, ...event }
      }
      // Running servers see the new secret after a while; from then on there is a signature by each secret, and by the key.
      const { tokens, headers, body } = await until('a webhook signed with the new secret', async () => {
        const event = await told()
        return String(event.headers['webhook-signature']).split(' ').length === 3 ? event : undefined
      })
      const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
      // By the former secret it is signed, too, for a day: whoever checks takes any that fits.
      const signatures = String(headers['webhook-signature']).split(' ')
      const mac = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
        .update(signed)
        .digest('base64')
      assert.ok(signatures.includes(`v1,${mac}`))
      const key = await publishedKey(wire(), String(headers['punte-signing-key']))
      const [, by_key = ''] = /^v1a,(.+)$/.exec(signatures.at(-1) ?? '') ?? []
      assert.ok(verify(null, signed, key, Buffer.from(by_key, 'base64')))
      const { type, data } = JSON.parse(body)
      assert.deepEqual([type, data.paid, data.externalPaymentID], ['payment.status', true, tokens.paymentId])
    })
  })
}
