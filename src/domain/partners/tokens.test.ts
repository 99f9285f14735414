import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { createKeyFile } from '../../infra/keys/key-file.ts'
import { type Keys, loadKeys } from '../../infra/keys/keys.ts'
import { signAccessToken, verifyAccessToken } from './access-token.ts'
import { newRefreshSecret, readRefreshToken, refreshHash, writeRefreshToken } from './refresh-token.ts'

const dir = mkdtempSync(join(tmpdir(), 'punte-tokens-'))
after(() => rmSync(dir, { recursive: true }))
const keys = newKeys('a')
const other_keys = newKeys('b')

function newKeys(name: string): Keys {
  createKeyFile(join(dir, name))
  return loadKeys(join(dir, name))
}

const ISSUER = 'https://partner.example'
const claims = { partner_id: 7, payment_id: 2 ** 52, client_id: 'shop-1234', certificate_thumbprint: 'abc' }
const code = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    return (error as { code: string }).code
  }
  return 'none'
}

test('an access token gives back its claims until it expires, and only to its issuer and keys', () => {
  const now = 1_800_000_000_500
  const token = signAccessToken(keys, ISSUER, claims, now, 300)
  assert.deepEqual(verifyAccessToken(keys, ISSUER, token, now + 299_000), { ...claims, expires_at: 1_800_000_300 })
  assert.equal(
    code(() => verifyAccessToken(other_keys, ISSUER, token, now)),
    'TOKEN_INVALID',
  )
  assert.equal(
    code(() => verifyAccessToken(keys, ISSUER, token, now + 300_000)),
    'TOKEN_EXPIRED',
  )
  assert.equal(
    code(() => verifyAccessToken(keys, 'https://other.example', token, now)),
    'TOKEN_INVALID',
  )
})

test('no access token with any character exchanged is accepted', () => {
  const token = signAccessToken(keys, ISSUER, claims, Date.now(), 300)
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(...'ABCXYZabcxyz019-_.='), (at, character) => {
      if (token[at] === character) return
      const altered = token.slice(0, at) + character + token.slice(at + 1)
      assert.equal(
        code(() => verifyAccessToken(keys, ISSUER, altered, Date.now())),
        'TOKEN_INVALID',
      )
    }),
  )
})

test('a refresh token gives back what was written, and nothing else is accepted', () => {
  const secret = newRefreshSecret()
  const written = {
    partner_id: 2 ** 32 - 1,
    payment_id: Number.MAX_SAFE_INTEGER,
    generation: 9,
    issued_at: 1_800_000_000,
    secret,
  }
  const token = writeRefreshToken(keys, written)
  assert.deepEqual(readRefreshToken(keys, token), written)
  assert.ok(refreshHash(secret).equals(refreshHash(readRefreshToken(keys, token).secret)))
  assert.equal(
    code(() => readRefreshToken(other_keys, token)),
    'TOKEN_INVALID',
  )
  const [payload = '', mac = ''] = token.split('.')
  // A shortened mac must not pass where macs may be short.
  const short = Buffer.from(mac, 'base64url').subarray(0, 16).toString('base64url')
  for (const forged of [
    '',
    '.',
    payload,
    `${payload}.`,
    `${payload}.${short}`,
    `${token}.x`,
    `${payload.slice(0, -1)}.${mac}`,
    'x'.repeat(5000),
  ]) {
    assert.equal(
      code(() => readRefreshToken(keys, forged)),
      'TOKEN_INVALID',
      forged.slice(0, 80),
    )
  }
})
