import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ROLE_PAYMENT_INITIATION, readCertificate } from './certificate.ts'
import { parseSignature, type SignedRequest, signingString, verifyDigest, verifySignature } from './signature.ts'

/** A whole request signed by an independent client; its certificate has expired since, so time is not looked at. */
const vector = JSON.parse(
  readFileSync(new URL('../vectors/berlin-group-signed-request.json', import.meta.url), 'utf8'),
) as {
  readonly method: string
  readonly path: string
  readonly body: string
  readonly headers: Record<string, string>
  readonly signingString: string
}
const headers = Object.fromEntries(Object.entries(vector.headers).map(([name, value]) => [name.toLowerCase(), value]))
const request: SignedRequest = { method: vector.method, target: vector.path, headers }
const seal = readCertificate(Buffer.from(headers['tpp-signature-certificate'] ?? '', 'base64'))
const parsed = parseSignature(headers.signature ?? '')

test('the recorded request verifies, digest and signature', () => {
  assert.ok(parsed !== undefined)
  assert.equal(parsed.algorithm, 'sha-256')
  assert.equal(signingString(request, parsed.headers), vector.signingString)
  assert.ok(verifyDigest(headers.digest ?? '', Buffer.from(vector.body)))
  assert.ok(verifySignature(request, parsed, seal.public_key))
})

test('one changed letter in the body or in a signed header does not verify', () => {
  assert.ok(parsed !== undefined)
  assert.equal(verifyDigest(headers.digest ?? '', Buffer.from(vector.body.replace('123.50', '123.51'))), false)
  const changed = { ...request, headers: { ...headers, 'psu-id': 'PSU-1235' } }
  assert.equal(verifySignature(changed, parsed, seal.public_key), false)
  assert.equal(verifySignature(request, { ...parsed, headers: [...parsed.headers].reverse() }, seal.public_key), false)
  assert.equal(verifySignature(request, { ...parsed, algorithm: 'ecdsa-sha256' }, seal.public_key), false)
  assert.equal(verifySignature(request, { ...parsed, headers: [...parsed.headers, 'absent'] }, seal.public_key), false)
})

test('the recorded certificate reads as a seal with its organization and roles', () => {
  assert.equal(seal.organization_id, 'PSDNL-SBX-1234512345')
  assert.equal(seal.kind, 'seal')
  assert.equal(seal.serial, '546212fb')
  assert.ok(seal.roles.has(ROLE_PAYMENT_INITIATION))
  assert.equal(seal.roles.size, 3)
})

test('Signature headers that are not well formed are not read', () => {
  const good = 'keyId="SN=1,CA=CN=a",algorithm="rsa-sha256", headers="digest date",signature="AAAA"'
  assert.deepEqual(parseSignature(good)?.headers, ['digest', 'date'])
  const bad = [
    '',
    'keyId="a"',
    good.replace('headers="digest date"', 'headers="digest digest"'),
    good.replace('"AAAA"', '"!!"'),
    `${good},keyId="b"`,
    good.replaceAll('"', ''),
    `${good} trailing`,
  ]
  for (const value of bad) assert.equal(parseSignature(value), undefined, value)
})
