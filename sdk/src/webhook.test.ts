import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PunteWebhookError } from './errors.ts'
import { verifyWebhook, type WebhookRequest } from './webhook.ts'

// Made with `openssl dgst -sha256 -hmac` and `openssl pkeyutl -sign` over "msg_1.1772359200." + BODY.
const BODY =
  '{"type":"payment.status","timestamp":"2026-03-01T10:00:00.000Z","data":{"paymentId":100000001,"status":"ACSC","paid":true,"statusAt":"2026-03-01T10:00:00.000Z","sequence":4}}'
const SECRET = 'whsec_cHVudGUtd2ViaG9vay10ZXN0LXNlY3JldC0zMmJ5dGU='
const OTHER_SECRET = 'whsec_b3RoZXItd2ViaG9vay10ZXN0LXNlY3JldC0zMmJ5dGU='
const V1 = 'v1,wx9M8GntbwPwJTP0uJNy6dsZeNxU4CTHeElW0R7Icd8='
const V1A = 'v1a,OAfuGMEOIFhz+zu2x1Hl0aZHvP4oCiF0jk560VHPs8wAH88LLqrnZl63401SNjUBICF8HvMq3vXI+/tLMR6CBw=='
const JWKS = { keys: [{ kty: 'OKP', crv: 'Ed25519', kid: 'k', x: 'z4gmiQAjDGc8nHGDt91y-ErWq0GNZIoaOfZo7Nau68E' }] }
const NOW = new Date('2026-03-01T10:02:00Z')

function delivery(changes: Partial<WebhookRequest> & { signature?: string } = {}): WebhookRequest {
  const { signature = `${V1} ${V1A}`, ...rest } = changes
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': '1772359200', 'webhook-signature': signature }
  return { headers, body: BODY, ...rest }
}

function refused(request: WebhookRequest, fault: string, now = NOW) {
  assert.throws(
    () => verifyWebhook(request, { now }),
    (error) => error instanceof PunteWebhookError && error.fault === fault,
    fault,
  )
}

describe('verifyWebhook', () => {
  it('accepts the secret, the published key, either header form, and bytes', () => {
    const event = verifyWebhook(delivery({ secret: SECRET }), { now: NOW })
    assert.deepEqual(event.data, {
      paymentId: 100000001,
      status: 'ACSC',
      paid: true,
      statusAt: '2026-03-01T10:00:00.000Z',
      sequence: 4,
    })
    assert.equal(event.webhookId, 'msg_1')
    verifyWebhook(delivery({ jwks: JWKS, signature: V1A }), { now: NOW })
    verifyWebhook(delivery({ secret: [OTHER_SECRET, SECRET], signature: V1 }), { now: NOW })
    verifyWebhook(delivery({ secret: SECRET, headers: new Headers(delivery().headers as Record<string, string>) }), {
      now: NOW,
    })
    verifyWebhook(delivery({ secret: SECRET, body: Buffer.from(BODY) }), { now: NOW })
    verifyWebhook(delivery({ secret: SECRET, signature: `v1,AAAA v9,x ${V1}` }), { now: NOW })
  })

  it('computes the HMAC of the specification’s own example', () => {
    // Signature right, body not an event of Punte's: only the body is at fault.
    const request = {
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      body: '{"test": 2432232314}',
      headers: {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      },
    }
    refused(request, 'BODY_MALFORMED', new Date(1614265330_000))
  })

  it('refuses other secrets, other keys, changed bodies, ids and times', () => {
    refused(delivery({ secret: OTHER_SECRET }), 'SIGNATURE_INVALID')
    refused(
      delivery({ jwks: { keys: [{ ...JWKS.keys[0], x: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs' }] } }),
      'SIGNATURE_INVALID',
    )
    refused(delivery({ secret: SECRET, body: BODY.replace('ACSC', 'ACSP') }), 'SIGNATURE_INVALID')
    refused(delivery({ secret: SECRET, signature: V1A }), 'SIGNATURE_INVALID')
    refused(delivery({ jwks: JWKS, signature: V1 }), 'SIGNATURE_INVALID')
    refused(delivery({ secret: SECRET, signature: '' }), 'SIGNATURE_INVALID')
    const headers = delivery().headers as Record<string, string>
    refused({ ...delivery({ secret: SECRET }), headers: { ...headers, 'webhook-id': 'msg_2' } }, 'SIGNATURE_INVALID')
    refused(
      { ...delivery({ secret: SECRET }), headers: { ...headers, 'webhook-timestamp': '1772359201' } },
      'SIGNATURE_INVALID',
    )
    refused({ ...delivery({ secret: SECRET }), headers: { 'webhook-id': 'msg_1' } }, 'HEADERS_MISSING')
    refused({ ...delivery({ secret: SECRET }), headers: { ...headers, 'webhook-timestamp': '1e9' } }, 'HEADERS_MISSING')
  })

  it('refuses what is too old or from the future', () => {
    verifyWebhook(delivery({ secret: SECRET }), { now: new Date('2026-03-01T10:05:00Z') })
    refused(delivery({ secret: SECRET }), 'TIMESTAMP_OUT_OF_TOLERANCE', new Date('2026-03-01T10:05:01Z'))
    refused(delivery({ secret: SECRET }), 'TIMESTAMP_OUT_OF_TOLERANCE', new Date('2026-03-01T09:54:59Z'))
    assert.throws(() => verifyWebhook(delivery({ secret: SECRET }), { now: NOW, tolerance_s: 60 }), PunteWebhookError)
  })

  it('is not fooled into verifying with nothing', () => {
    assert.throws(() => verifyWebhook(delivery(), { now: NOW }), TypeError)
    assert.throws(() => verifyWebhook(delivery({ secret: '' }), { now: NOW }), TypeError)
    assert.throws(() => verifyWebhook(delivery({ jwks: { keys: [] } }), { now: NOW }), TypeError)
  })
})
