import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { describe, it } from 'node:test'
import messages from 'http-message-signatures'
import { createAuthority } from '../../sandbox/partner/testing/pki.ts'
import { PunteAnswerError } from './errors.ts'
import { contentDigest, createSigner, signatureBase, signRequest, verifyAnswer } from './signatures.ts'
import { type InnerList, parseDictionary, serializeInnerList } from './structured.ts'

const NOW = new Date('2026-03-01T10:00:00Z')
const URL_OF_CALL = 'https://api.punte.example/gateway/core/rest/api/status/100000001?x=1'

describe('signature base', () => {
  // RFC 9421 appendix B.2.6: the request of B.2 signed with the Ed25519 key of B.1.4.
  it('verifies the Ed25519 example of RFC 9421', () => {
    const headers = {
      date: 'Tue, 20 Apr 2021 02:07:55 GMT',
      'content-type': 'application/json',
      'content-length': '18',
      'signature-input':
        'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
      signature: 'sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:',
    }
    const list = parseDictionary(headers['signature-input']).get('sig-b26') as InnerList
    const base = signatureBase(list, {
      request: { method: 'POST', url: 'https://example.com/foo?param=Value&Pet=dog', headers },
    })
    const x = 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs'
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    const signature = Buffer.from(headers.signature.slice('sig-b26=:'.length, -1), 'base64')
    assert.equal(verify(null, Buffer.from(base), key, signature), true)
    assert.equal(verify(null, Buffer.from(base.replace('/foo', '/bar')), key, signature), false)
  })

  it('reads and writes structured fields as the RFC spells them', () => {
    const text =
      '("@status" "content-digest" "@method";req);created=1;keyid="a\\"b\\\\";alg="ed25519";flag;tok=a/b;n=-3'
    const list = parseDictionary(`sig1=${text},  other=:AQID:;p=?0`)
    assert.equal(serializeInnerList(list.get('sig1') as InnerList), text)
    assert.deepEqual((list.get('other') as { value: Buffer }).value, Buffer.from([1, 2, 3]))
    for (const bad of [
      'sig1=(',
      'sig1=("a""b")',
      'Sig=1',
      'a=1,',
      'a="\u00e9"',
      'a=:*:',
      'a=1 b=2',
      `a="${'x'.repeat(9000)}"`,
    ]) {
      assert.throws(() => parseDictionary(bad), SyntaxError, bad)
    }
  })
})

describe('signed requests', () => {
  for (const kind of ['rsa', 'ec', 'ed25519'] as const) {
    it(`of a certificate with an ${kind} key verify with an independent library`, async () => {
      const authority = await createAuthority('CA')
      const client = await authority.issue('Shop', kind, 'client')
      const signer = createSigner(client.certificate, client.private_key)
      const body = '{"amount":"10.00"}'
      const headers = { authorization: 'Bearer abc', 'content-type': 'application/json' }
      const added = signRequest({ method: 'POST', url: URL_OF_CALL, headers, body }, signer, NOW)
      assert.equal(added['content-digest'], contentDigest(body))
      assert.match(
        added['signature-input'] ?? '',
        /^sig1=\("@method" "@target-uri" "content-digest" "authorization" "content-type"\);created=1772359200;keyid="[\w-]{43}";alg="/,
      )
      const check = (changed: Record<string, string>, method = 'POST') =>
        messages.httpbis.verifyMessage(
          {
            keyLookup: async () => ({ verify: messages.createVerifier(client.certificate, signer.alg) as never }),
            notAfter: new Date(NOW.getTime() + 1000),
          },
          { method, url: URL_OF_CALL, headers: { ...headers, ...added, ...changed } },
        )
      assert.equal(await check({}), true)
      assert.equal(await check({}, 'PUT'), false)
      assert.equal(await check({ authorization: 'Bearer other' }), false)
      assert.equal(await check({ 'content-digest': contentDigest('{"amount":"9.00"}') }), false)
    })
  }

  it('without a body cover method, target and token', async () => {
    const client = await (await createAuthority('CA')).issue('Shop', 'ec', 'client')
    const added = signRequest(
      { method: 'GET', url: URL_OF_CALL, headers: { authorization: 'Bearer abc' } },
      createSigner(client.certificate, client.private_key),
      NOW,
    )
    assert.equal(added['content-digest'], undefined)
    assert.match(added['signature-input'] ?? '', /^sig1=\("@method" "@target-uri" "authorization"\);/)
  })

  it('need the key of the certificate', async () => {
    const authority = await createAuthority('CA')
    const one = await authority.issue('One', 'ec', 'client')
    const two = await authority.issue('Two', 'ec', 'client')
    assert.throws(() => createSigner(one.certificate, two.private_key), /does not belong/)
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp384r1' })
    assert.throws(() => createSigner(one.certificate, privateKey.export({ type: 'pkcs8', format: 'pem' })), TypeError)
  })
})

describe('signed answers', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const ALL = ['@status', 'content-digest', 'content-type', '@method;req', '@target-uri;req']
  const request = { method: 'GET', url: URL_OF_CALL, headers: {} }

  const signed = async (
    options: { fields?: string[]; body?: string; keyid?: string; created?: Date; expires?: Date } = {},
  ) => {
    const body = Buffer.from(options.body ?? '{"status":200}')
    const headers = { 'content-type': 'application/json', 'content-digest': contentDigest(body) }
    const answer = await messages.httpbis.signMessage(
      {
        name: 'sig1',
        key: { id: options.keyid ?? 'k1', alg: 'ed25519', sign: async (data: Buffer) => sign(null, data, privateKey) },
        fields: options.fields ?? ALL,
        params: ['created', 'keyid', 'alg', ...(options.expires ? ['expires'] : [])],
        paramValues: { created: options.created ?? NOW, ...(options.expires ? { expires: options.expires } : {}) },
      },
      { status: 200, headers },
      request,
    )
    const lower_case = Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), String(value)])
    return { status: 200, headers: Object.fromEntries(lower_case) as Record<string, string>, body }
  }
  const check = (answer: Awaited<ReturnType<typeof signed>>, of = request) =>
    verifyAnswer({
      request: of,
      answer,
      keyOf: async (kid) => (kid === 'k1' ? publicKey : undefined),
      now: NOW,
      tolerance_s: 300,
    })
  const refused = (promise: Promise<void>, fault: string) =>
    assert.rejects(promise, (error) => error instanceof PunteAnswerError && error.fault === fault, fault)

  it('by an independent library verify', async () => {
    await check(await signed())
    await check(await signed({ created: new Date(NOW.getTime() - 299_000) }))
    await check(await signed({ fields: [...ALL].reverse() }))
  })

  it('are refused when anything about them was changed', async () => {
    const answer = await signed()
    await refused(check({ ...answer, body: Buffer.from('{"status":201}') }), 'DIGEST_MISMATCH')
    await refused(check({ ...answer, status: 201 }), 'SIGNATURE_INVALID')
    const other_digest = contentDigest('{"status":201}')
    await refused(
      check({
        ...answer,
        body: Buffer.from('{"status":201}'),
        headers: { ...answer.headers, 'content-digest': other_digest },
      }),
      'SIGNATURE_INVALID',
    )
    await refused(
      check(answer, { ...request, url: URL_OF_CALL.replace('100000001', '100000002') }),
      'SIGNATURE_INVALID',
    )
    await refused(check(answer, { ...request, method: 'POST' }), 'SIGNATURE_INVALID')
  })

  it('are refused when they cover too little, are stale, or name another key', async () => {
    for (const left_out of ALL) {
      await refused(check(await signed({ fields: ALL.filter((each) => each !== left_out) })), 'SIGNATURE_INVALID')
    }
    await refused(check(await signed({ created: new Date(NOW.getTime() - 301_000) })), 'STALE')
    await refused(check(await signed({ created: new Date(NOW.getTime() + 301_000) })), 'STALE')
    await refused(check(await signed({ expires: new Date(NOW.getTime() - 1000) })), 'STALE')
    await refused(check(await signed({ keyid: 'k2' })), 'KEY_UNKNOWN')
  })

  it('are refused without a signature or with a broken one', async () => {
    const answer = await signed()
    const without = { ...answer, headers: { 'content-type': 'application/json' } as Record<string, string> }
    await refused(check(without), 'UNSIGNED')
    await refused(check({ ...answer, headers: { ...answer.headers, 'signature-input': 'sig1=((' } }), 'MALFORMED')
    await refused(check({ ...answer, headers: { ...answer.headers, signature: 'sig1="text"' } }), 'MALFORMED')
    await refused(
      check({ ...answer, headers: { ...answer.headers, signature: `sig1=:${'A'.repeat(86)}==:` } }),
      'SIGNATURE_INVALID',
    )
    await refused(
      check({ ...answer, headers: { ...answer.headers, 'content-digest': 'md5=:AAAA:' } }),
      'DIGEST_MISMATCH',
    )
  })
})
