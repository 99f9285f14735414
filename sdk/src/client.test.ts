import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { type FakePunte, startFakePunte } from '../../sandbox/partner/testing/fake-punte.ts'
import { type Authority, createAuthority, type Identity } from '../../sandbox/partner/testing/pki.ts'
import { createPunteClient, type PunteClientOptions } from './client.ts'
import { PunteAnswerError, PunteApiError, PunteConnectionError } from './errors.ts'
import type { PaymentTokens } from './types.ts'

const SECRET = 'whsec_cHVudGUtd2ViaG9vay10ZXN0LXNlY3JldC0zMmJ5dGU='
const REQUEST = {
  creditorName: 'Florăria Ana',
  creditorIban: 'RO49AAAA1B31007593840000',
  amount: '149.00',
  details: 'Comanda 1',
  psuIntermediarId: 'client-1',
}

describe('client', () => {
  let server_ca: Authority
  let partner_ca: Authority
  let shop: Identity
  let punte: FakePunte
  const closing: (() => void)[] = []

  const client = (options: Partial<PunteClientOptions> = {}) => {
    const made = createPunteClient({
      base_url: punte.url,
      client_id: 'shop-0001',
      ca: server_ca.certificate,
      timeout_ms: 60_000,
      ...shop,
      ...options,
    })
    closing.push(made.close)
    return made
  }

  before(async () => {
    server_ca = await createAuthority('Server CA')
    partner_ca = await createAuthority('Partner CA')
    shop = await partner_ca.issue('Shop', 'ec', 'client')
    punte = await startFakePunte({
      server: await server_ca.issue('localhost', 'ec', 'server'),
      client_ca: partner_ca.certificate,
      require_signatures: true,
    })
  })
  after(async () => {
    for (const close of closing) close()
    await punte.close()
  })

  for (const kind of ['rsa', 'ec', 'ed25519'] as const) {
    it(`starts and follows a payment with signed requests, ${kind} certificate`, async () => {
      const partner = await partner_ca.issue('Shop', kind, 'client')
      const api = client({ ...partner, sign_requests: true })
      const started = await api.startPayment(REQUEST)
      assert.match(started.redirectUrl, /payment-initiation\?payment=\d+&state=/)
      assert.equal(started.tokens.paymentId, started.paymentId)
      assert.deepEqual(punte.payments.get(started.paymentId)?.request, REQUEST)
      const first = await api.status(started)
      assert.deepEqual([first.status, first.paid, first.final, first.amount], ['INIT', false, false, '149.00'])
      Object.assign(punte.payments.get(started.paymentId) ?? {}, { status: 'ACSC' })
      const second = await api.status({ paymentId: started.paymentId, tokens: first.tokens })
      assert.deepEqual([second.status, second.paid, second.final], ['ACSC', true, true])
    })
  }

  it('is refused unsigned where signatures are demanded, with the whole refusal', async () => {
    await assert.rejects(client().token(), (error) => {
      assert.ok(error instanceof PunteApiError)
      assert.deepEqual(
        [error.status, error.code, error.traceId, error.message],
        [401, 'SIGNATURE_REQUIRED', 'trace-1', 'Refused: SIGNATURE_REQUIRED.'],
      )
      return true
    })
  })

  it('keeps its connection, and resumes the TLS session on the next', async () => {
    const api = client({ sign_requests: true })
    const from = punte.seen.length
    for (let n = 0; n < 3; n += 1) await api.token()
    punte.interrupt.push(() => undefined)
    await api.token()
    const connections = new Map(punte.seen.slice(from).map((seen) => [seen.client_port, seen.resumed]))
    assert.deepEqual([...connections.values()], [false, true])
  })

  it('refreshes expired tokens once, however many callers there are, and hands them out', async () => {
    const handed: PaymentTokens[] = []
    const api = client({ sign_requests: true, onTokens: (tokens) => void handed.push(tokens) })
    const started = await api.startPayment(REQUEST)
    expire(punte, started.paymentId)
    const from = punte.seen.length
    const reports = await Promise.all([1, 2, 3].map(() => api.status(started)))
    const refreshes = punte.seen.slice(from).filter((seen) => seen.line.includes('refreshToken'))
    assert.equal(refreshes.length, 1)
    const renewed = reports[0]?.tokens
    assert.notEqual(renewed?.accessToken, started.tokens.accessToken)
    assert.deepEqual(handed, [started.tokens, renewed])
    // A late caller with the old pair gets the new one instead of burning it.
    assert.deepEqual((await api.status(started)).tokens, renewed)
  })

  it('tells a used refresh token', async () => {
    const started = await client({ sign_requests: true }).startPayment(REQUEST)
    await client({ sign_requests: true }).refresh(started.tokens)
    await assert.rejects(client({ sign_requests: true }).refresh(started.tokens), { code: 'REFRESH_TOKEN_REUSED' })
  })

  it('names the field at fault', async () => {
    await assert.rejects(client({ sign_requests: true }).startPayment({ ...REQUEST, amount: '1,50' }), {
      code: 'AMOUNT_INVALID',
      field: 'amount',
      status: 400,
    })
  })

  it('repeats after 429, 503 and cut connections', async () => {
    const api = client({ sign_requests: true })
    const busy = (status: number) => () => ({ status, body: { code: 'OVERLOADED' }, headers: { 'retry-after': '0' } })
    punte.interrupt.push(busy(429), busy(503), () => undefined)
    await api.token()
    const tokens = await api.token()
    punte.interrupt.push(() => undefined)
    const first = await api.initPayment({ tokens, request: REQUEST })
    assert.deepEqual(await api.initPayment({ tokens, request: REQUEST }), first)
    await assert.rejects(api.initPayment({ tokens, request: { ...REQUEST, amount: 1 } }), { code: 'PAYMENT_CONFLICT' })
    assert.equal(punte.interrupt.length, 0)
  })

  it('does not repeat a refresh that may have been carried out', async () => {
    const api = client({ sign_requests: true })
    const { tokens } = await api.startPayment(REQUEST)
    const from = punte.seen.length
    punte.interrupt.push(() => undefined)
    await assert.rejects(api.refresh(tokens), (error) => error instanceof PunteConnectionError && error.sent)
    assert.equal(punte.seen.length - from, 1)
    assert.equal(typeof (await api.refresh(tokens)).accessToken, 'string')
  })

  it('gives up when told to wait too long, and says how long', async () => {
    punte.interrupt.push(() => ({ status: 429, body: { code: 'RATE_LIMITED' }, headers: { 'retry-after': '60' } }))
    await assert.rejects(client({ sign_requests: true }).token(), { code: 'RATE_LIMITED', retry_after_s: 60 })
  })

  it('accepts only answers that the installation signed, now, for this request', async () => {
    const fault = (expected: string) => (error: unknown) =>
      error instanceof PunteAnswerError && error.fault === expected
    const api = client({ sign_requests: true })
    const started = await api.startPayment(REQUEST)
    const refused = async (expected: string, tamper: FakePunte['tamper']) => {
      punte.tamper = tamper
      await assert.rejects(api.status(started), fault(expected)).finally(() => (punte.tamper = undefined))
    }
    await refused('DIGEST_MISMATCH', (answer) => (answer.body = answer.body.replace('INIT', 'ACSC')))
    await refused('UNSIGNED', (answer) => {
      delete answer.headers.Signature
      delete answer.headers['Signature-Input']
    })
    await refused('SIGNATURE_INVALID', (answer) => (answer.status = 203))
    punte.clock_skew_s = -400
    await assert.rejects(api.status(started), fault('STALE')).finally(() => (punte.clock_skew_s = 0))
    assert.equal((await api.status(started)).status, 'INIT')
  })

  it('takes up a new published key, and refuses one that is not published', async () => {
    let now_ms = Date.now()
    const api = client({ sign_requests: true, now: () => new Date(now_ms) })
    await api.token()
    punte.rotateKey({ publish: true })
    now_ms += 31_000
    await api.token()
    punte.rotateKey({ publish: false })
    const from = punte.seen.length
    for (let n = 0; n < 3; n += 1)
      await assert.rejects(api.token(), (error) => error instanceof PunteAnswerError && error.fault === 'KEY_UNKNOWN')
    assert.equal(
      punte.seen.slice(from).filter((seen) => seen.line.endsWith('jwks.json')).length,
      0,
      'asked for keys too often',
    )
    punte.rotateKey({ publish: true })
    now_ms += 4_000
    await Promise.all([api.token(), api.token(), api.token()])
  })

  it('verifies webhooks by the secret and by the published keys', async () => {
    const api = client({ sign_requests: true })
    const started = await api.startPayment(REQUEST)
    const delivery = punte.webhook(started.paymentId, SECRET)
    assert.equal((await api.verifyWebhook({ ...delivery, secret: SECRET })).data.paymentId, started.paymentId)
    assert.equal((await api.verifyWebhook(delivery)).data.status, 'INIT')
    await assert.rejects(api.verifyWebhook({ ...delivery, body: delivery.body.replace('INIT', 'ACSC') }), {
      fault: 'SIGNATURE_INVALID',
    })
  })

  it('refuses a server of another authority, an address without TLS, a key of another certificate', async () => {
    await assert.rejects(
      client({ ca: partner_ca.certificate }).token(),
      (error) => error instanceof PunteConnectionError && !error.sent,
    )
    assert.throws(() => client({ base_url: 'http://localhost:1' }), TypeError)
    assert.throws(() => client({ private_key: server_ca.private_key }), TypeError)
  })

  it('does not wait for ever', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await new Promise((resolve) => silent.once('listening', resolve))
    const { port } = silent.address() as { port: number }
    const api = client({ base_url: `https://localhost:${port}`, timeout_ms: 100, max_tries: 1 })
    await assert.rejects(
      api.token(),
      (error) => error instanceof PunteConnectionError && error.code === 'TIMEOUT' && !error.sent,
    )
    silent.close()
    api.close()
  })
})

function expire(punte: FakePunte, payment_id: number): void {
  const payment = punte.payments.get(payment_id)
  assert.ok(payment)
  payment.old_tokens.add(payment.access_token)
}
