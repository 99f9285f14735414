import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { webhookBody, webhookHeaders, webhookId } from './webhook-message.ts'

const EVENT = {
  partner_id: 7,
  payment_id: 100_000_001,
  event_no: 4,
  status: 'ACSC',
  reason: null,
  at: new Date('2026-03-01T10:00:00.123Z'),
}
const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`

test('the body says what happened and nothing of people', () => {
  assert.deepEqual(JSON.parse(webhookBody(EVENT)), {
    type: 'payment.status',
    timestamp: '2026-03-01T10:00:00.123Z',
    data: {
      paymentId: 100_000_001,
      externalPaymentID: 100_000_001,
      status: 'ACSC',
      paid: true,
      statusAt: '2026-03-01T10:00:00.123Z',
      sequence: 4,
    },
  })
  const rejected = JSON.parse(webhookBody({ ...EVENT, status: 'RJCT', reason: 'INSUFFICIENT_FUNDS' }))
  assert.equal(rejected.data.paid, false)
  assert.equal(rejected.data.reason, 'INSUFFICIENT_FUNDS')
})

test('both signatures hold, as openssl computes them', () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const keys = {
    signing: {
      kid: 'key-1',
      sign: (data: Uint8Array) => sign(null, data, privateKey),
      jwks: () => ({ keys: [] }),
      publicKey: () => undefined,
    },
  }
  const id = webhookId(EVENT)
  const body = webhookBody(EVENT)
  const headers = webhookHeaders(keys, { id, body, secret: SECRET, sent_at: new Date('2026-03-01T10:00:05.999Z') })
  assert.equal(headers['webhook-id'], 'evt_7_100000001_4')
  assert.equal(headers['webhook-timestamp'], '1772359205')
  assert.equal(headers['punte-signing-key'], 'key-1')
  const [v1 = '', v1a = '', ...more] = headers['webhook-signature']?.split(' ') ?? []
  assert.equal(more.length, 0)

  const folder = mkdtempSync(join(tmpdir(), 'punte-webhook-'))
  try {
    const path = (name: string) => join(folder, name)
    writeFileSync(path('signed'), `evt_7_100000001_4.1772359205.${body}`)
    writeFileSync(path('public.pem'), createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }))
    writeFileSync(path('signature'), Buffer.from(v1a.replace('v1a,', ''), 'base64'))
    const key = Buffer.from('0123456789abcdef0123456789abcdef').toString('hex')
    const mac = execFileSync('openssl', [
      'dgst',
      '-sha256',
      '-mac',
      'HMAC',
      '-macopt',
      `hexkey:${key}`,
      '-binary',
      path('signed'),
    ])
    assert.equal(v1, `v1,${mac.toString('base64')}`)
    const verified = [
      'pkeyutl',
      '-verify',
      '-rawin',
      '-pubin',
      '-inkey',
      path('public.pem'),
      '-sigfile',
      path('signature'),
      '-in',
      path('signed'),
    ]
    assert.match(execFileSync('openssl', verified).toString(), /Verified Successfully/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a partner without a secret still gets the installation’s signature', () => {
  const keys = {
    signing: { kid: 'k', sign: () => Buffer.alloc(64), jwks: () => ({ keys: [] }), publicKey: () => undefined },
  }
  const headers = webhookHeaders(keys, { id: 'evt_1_1_1', body: '{}', secret: undefined, sent_at: new Date(0) })
  assert.match(headers['webhook-signature'] ?? '', /^v1a,[A-Za-z0-9+/=]+$/)
})

test('while a secret is renewed both sign, each as it did alone', () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const keys = {
    signing: {
      kid: 'key-1',
      sign: (data: Uint8Array) => sign(null, data, privateKey),
      jwks: () => ({ keys: [] }),
      publicKey: () => undefined,
    },
  }
  const message = { id: webhookId(EVENT), body: webhookBody(EVENT), sent_at: new Date('2026-03-01T10:00:05.999Z') }
  const former_secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  const signaturesOf = (secrets: { secret: string; former_secret?: string }) =>
    webhookHeaders(keys, { ...message, ...secrets })['webhook-signature']?.split(' ')
  const [present] = signaturesOf({ secret: SECRET }) ?? []
  const [former, installation] = signaturesOf({ secret: former_secret }) ?? []
  assert.deepEqual(signaturesOf({ secret: SECRET, former_secret }), [present, former, installation])
})
