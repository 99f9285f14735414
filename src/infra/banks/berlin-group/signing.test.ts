import assert from 'node:assert/strict'
import { createHash, verify, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createAuthority, issueClientCertificate, issueQseal } from '../../certificates/issue.ts'
import { createSigner, digestOf, type Headers, keyId, type SigningRules, signingString } from './signing.ts'

/** A whole request signed by an independent client with a public sandbox seal (its certificate expired in January 2026). */
type Vector = { readonly body: string; readonly headers: Headers; readonly signingString: string }
const vector: Vector = JSON.parse(readFileSync(new URL('./vectors/signed-request.json', import.meta.url), 'utf8'))
const recorded: Headers = Object.fromEntries(
  Object.entries(vector.headers).map(([name, value]) => [name.toLowerCase(), value]),
)

const TEXTBOOK: SigningRules = {
  digest: 'SHA-256',
  digest_label: 'upper',
  algorithm: 'rsa-sha256',
  headers: ['digest', 'date', 'x-request-id'],
  key_id: 'sn_ca',
  certificate: 'der',
}
const parametersOf = (signature: string) =>
  Object.fromEntries([...signature.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]))

test('the recorded request: same digest, same signing string, and the signature verifies over it', () => {
  assert.equal(digestOf(vector.body, 'SHA-256'), recorded.digest)
  const { headers = '', signature = '', keyId: key_id = '' } = parametersOf(recorded.signature ?? '')
  const text = signingString(headers.split(' '), recorded)
  assert.equal(text, vector.signingString)
  const certificate = new X509Certificate(Buffer.from(recorded['tpp-signature-certificate'] ?? '', 'base64'))
  assert.ok(verify('sha256', Buffer.from(text), certificate.publicKey, Buffer.from(signature, 'base64')))
  assert.ok(
    !verify(
      'sha256',
      Buffer.from(text.replace('PSU-1234', 'PSU-1235')),
      certificate.publicKey,
      Buffer.from(signature, 'base64'),
    ),
  )
  assert.equal(keyId(certificate).split(',')[0], key_id.split(',')[0])
  // The same parts; that client wrote the name from its first part on.
  assert.deepEqual(new Set(keyId(certificate).split(/,(?:CA=)?/)), new Set(key_id.split(/,(?:CA=)?/)))
})

test('what we sign verifies with the certificate we send, and covers what the message has of the list', async () => {
  const authority = await createAuthority({ name: 'Autoritate "de test"', organisation: 'Ștampile' })
  const seal = await issueQseal(authority, { organisation: 'Punte Test SRL', organisation_identifier: 'PSDRO-SBX-1' })
  const sign = createSigner(seal)
  const rules = {
    ...TEXTBOOK,
    digest: 'SHA-512' as const,
    headers: ['digest', 'date', 'x-request-id', 'psu-id', 'tpp-redirect-uri'],
  }
  const body = '{"text":"ăîâșț"}'
  const signed = await sign(
    { date: 'Sat, 21 Nov 2026 20:00:00 GMT', 'x-request-id': 'a', 'psu-id': 'ion' },
    body,
    rules,
  )
  assert.equal(signed.digest, `SHA-512=${createHash('sha512').update(Buffer.from(body)).digest('base64')}`)
  const { headers, algorithm, signature, keyId: key_id } = parametersOf(signed.signature ?? '')
  assert.deepEqual([headers, algorithm], ['digest date x-request-id psu-id', 'rsa-sha256'])
  const certificate = new X509Certificate(Buffer.from(signed['tpp-signature-certificate'] ?? '', 'base64'))
  assert.equal(certificate.serialNumber, new X509Certificate(seal.certificate_pem).serialNumber)
  const text = `digest: ${signed.digest}\ndate: Sat, 21 Nov 2026 20:00:00 GMT\nx-request-id: a\npsu-id: ion`
  assert.ok(verify('sha256', Buffer.from(text), certificate.publicKey, Buffer.from(signature ?? '', 'base64')))
  assert.match(key_id ?? '', /^SN=[0-9A-F]+,CA=CN=Autoritate%20\\%22de%20test\\%22,/)
  assert.match(signed.signature ?? '', /^[ -~]+$/)
  // No body: the digest of nothing, signed all the same.
  assert.equal(
    (await sign({}, '', { ...TEXTBOOK, headers: ['digest'] })).digest,
    'SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  )
})

test('each bank’s own way: algorithm, label, request target, key id, certificate', async () => {
  const authority = await createAuthority({ name: 'CA' })
  const seal = await issueQseal(authority, { organisation: 'Punte Test SRL', organisation_identifier: 'PSDRO-SBX-1' })
  const certificate = new X509Certificate(seal.certificate_pem)
  const sign = createSigner(seal)
  const message = { date: 'Sat, 21 Nov 2026 20:00:00 GMT', 'x-request-id': 'a', 'psu-ip-address': '10.1.2.3' }
  const target = { method: 'POST', path: '/v1/payments/x?y=1' }
  const said = async (rules: Partial<SigningRules>, at?: typeof target) => {
    const headers = await sign(message, '{}', { ...TEXTBOOK, ...rules }, at)
    return { ...parametersOf(headers.signature ?? ''), sent: headers }
  }
  const cec = await said({
    algorithm: 'rsa-sha512',
    digest: 'SHA-512',
    digest_label: 'lower',
    headers: ['digest', 'psu-ip-address', 'x-request-id'],
    key_id: 'serial',
    certificate: 'pem',
  })
  assert.match(cec.sent.digest ?? '', /^sha-512=/)
  assert.equal(cec.keyId, BigInt(`0x${certificate.serialNumber}`).toString())
  const pem = cec.sent['tpp-signature-certificate'] ?? ''
  assert.match(pem, /^-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=]+-----END CERTIFICATE-----$/)
  const text = `digest: ${cec.sent.digest}\npsu-ip-address: 10.1.2.3\nx-request-id: a`
  assert.equal(cec.algorithm, 'rsa-sha512')
  assert.ok(verify('sha512', Buffer.from(text), certificate.publicKey, Buffer.from(cec.signature ?? '', 'base64')))

  const ing = {
    headers: ['(request-target)', 'date', 'digest', 'x-request-id'],
    client_id: 'abc',
    certificate: 'none',
  } as const
  const call = await said({ ...ing, key_id: 'client_id' }, target)
  assert.deepEqual([call.keyId, call.sent['tpp-signature-certificate']], ['abc', undefined])
  const with_target = `(request-target): post /v1/payments/x?y=1\ndate: ${message.date}\ndigest: ${call.sent.digest}\nx-request-id: a`
  assert.ok(
    verify('sha256', Buffer.from(with_target), certificate.publicKey, Buffer.from(call.signature ?? '', 'base64')),
  )
  assert.equal((await said({ ...ing, key_id: 'sn' }, target)).keyId, `SN=${certificate.serialNumber}`)
})

test('a seal that cannot sign is refused at once', async () => {
  const authority = await createAuthority({ name: 'CA' })
  const [one, two, elliptic] = await Promise.all([
    issueQseal(authority, { organisation: 'A', organisation_identifier: 'PSDRO-SBX-1' }),
    issueQseal(authority, { organisation: 'B', organisation_identifier: 'PSDRO-SBX-2' }),
    issueClientCertificate(authority, { subject: { common_name: 'c' } }),
  ])
  assert.throws(() => createSigner({ certificate_pem: one.certificate_pem, key_pem: two.key_pem }), /does not belong/)
  assert.throws(() => createSigner(elliptic), /not an RSA key/)
})
