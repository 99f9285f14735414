/** Every wrong call gets its own code; the bank's own answers hold to the Berlin Group text. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Agent } from 'node:https'
import { after, test } from 'node:test'
import { type Issued, issue } from '../testing/pki.ts'
import {
  type CallAnswer,
  call,
  createPki,
  initiatePayment,
  ORGANIZATION,
  paymentBody,
  REDIRECT_URI,
  startWorld,
} from '../testing/world.ts'
import { validatorOf } from './schema.ts'

const pki = await createPki()
const world = await startWorld(pki, 'redirect')
after(() => world.close())
const { product } = world.config.services.payments
const own = { organization_id: ORGANIZATION, roles: [2] } as const

function assertRefused(answer: CallAnswer, http_status: number, code: string, path?: string): void {
  const [message] = answer.json?.tppMessages ?? []
  assert.deepEqual([answer.status, message?.code], [http_status, code], answer.text)
  if (path !== undefined) assert.equal(message.path, path)
  if ([400, 401, 403, 404, 405].includes(http_status)) {
    const cancelled = code === 'CANCELLATION_INVALID' ? '_CANC' : ''
    assertConforms(`Error${http_status}_NG_PIS${cancelled}`, answer.json)
  }
}

function assertConforms(definition: string, body: unknown): void {
  const validate = validatorOf(definition)
  assert.ok(validate(body), JSON.stringify(validate.errors))
}

test('client certificate: missing, foreign, expired, not yet valid, wrong role, no role, a seal, no organization', async () => {
  const initiate = (qwac: Issued | null) => initiatePayment(pki, world, 'ana', { qwac })
  const yesterday = new Date(Date.now() - 86_400_000)
  const hour_ago = new Date(Date.now() - 3_600_000)
  assertRefused(await initiate(null), 401, 'CERTIFICATE_MISSING')
  assertRefused(await initiate(await issue(pki.other, { kind: 'web', ...own })), 401, 'CERTIFICATE_INVALID')
  const expired = await issue(pki.eidas, { kind: 'web', ...own, valid_from: yesterday, valid_to: hour_ago })
  assertRefused(await initiate(expired), 401, 'CERTIFICATE_EXPIRED')
  const early = await issue(pki.eidas, { kind: 'web', ...own, valid_from: new Date(Date.now() + 3_600_000) })
  assertRefused(await initiate(early), 401, 'CERTIFICATE_INVALID')
  assertRefused(await initiate(await issue(pki.eidas, { kind: 'web', ...own, roles: [3] })), 401, 'ROLE_INVALID')
  const bare = await issue(pki.eidas, { kind: 'web', organization_id: ORGANIZATION })
  assertRefused(await initiate(bare), 401, 'ROLE_INVALID')
  assertRefused(await initiate(pki.qseal), 401, 'CERTIFICATE_INVALID')
  assertRefused(await initiate(await issue(pki.eidas, { kind: 'web', roles: [2] })), 401, 'CERTIFICATE_INVALID')
})

test('seal: missing, of another organization, of another authority, without role, a web certificate', async () => {
  const initiate = (qseal: Issued | null) => initiatePayment(pki, world, 'ana', { qseal })
  assertRefused(await initiate(null), 401, 'SIGNATURE_MISSING')
  const stranger = await issue(pki.eidas, { kind: 'seal', organization_id: 'PSDRO-SBX-999', roles: [2] })
  assertRefused(await initiate(stranger), 401, 'CERTIFICATE_INVALID')
  assertRefused(await initiate(await issue(pki.other, { kind: 'seal', ...own })), 401, 'CERTIFICATE_INVALID')
  assertRefused(await initiate(await issue(pki.eidas, { kind: 'seal', ...own, roles: [3] })), 401, 'ROLE_INVALID')
  const past = { valid_from: new Date(Date.now() - 7_200_000), valid_to: new Date(Date.now() - 3_600_000) }
  assertRefused(await initiate(await issue(pki.eidas, { kind: 'seal', ...own, ...past })), 401, 'CERTIFICATE_EXPIRED')
  assertRefused(await initiate(pki.qwac), 401, 'CERTIFICATE_INVALID')
})

test('signature: altered body, altered header, uncovered header, wrong keyId, old date, not well formed', async () => {
  const initiate = (input: Partial<Parameters<typeof call>[2]>) => initiatePayment(pki, world, 'ana', input)
  const other_digest = 'SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
  assertRefused(await initiate({ tamper: { digest: other_digest } }), 401, 'SIGNATURE_INVALID')
  assertRefused(await initiate({ tamper: { 'x-request-id': randomUUID() } }), 401, 'SIGNATURE_INVALID')
  assertRefused(await initiate({ tamper: { 'tpp-redirect-uri': 'http://evil.invalid/' } }), 401, 'SIGNATURE_INVALID')
  for (const signed of [
    ['digest', 'date', 'x-request-id'],
    ['digest', 'x-request-id', 'tpp-redirect-uri'],
    ['date', 'x-request-id', 'tpp-redirect-uri'],
  ]) {
    assertRefused(await initiate({ signed }), 401, 'SIGNATURE_INVALID')
  }
  assertRefused(await initiate({ key_id: 'SN=01,CA=CN=eIDAS%20CA' }), 401, 'SIGNATURE_INVALID')
  assertRefused(await initiate({ tamper: { signature: 'keyId="a"' } }), 401, 'SIGNATURE_INVALID')
  assertRefused(await initiate({ tamper: { 'tpp-signature-certificate': 'AAAA' } }), 401, 'CERTIFICATE_INVALID')
  const old = new Date(Date.now() - 600_000).toUTCString()
  assertRefused(await initiate({ headers: { date: old } }), 400, 'TIMESTAMP_INVALID')
  const signed = ['(request-target)', 'digest', 'date', 'x-request-id', 'tpp-redirect-uri']
  assert.equal((await initiate({ signed: signed.slice(1).reverse() })).status, 201)
})

test('an elliptic seal signs as well', async () => {
  const qseal = await issue(pki.eidas, { kind: 'seal', ...own, key: 'ec' })
  assert.equal((await initiatePayment(pki, world, 'ana', { qseal })).status, 201)
})

test('headers: what is missing or has the wrong form is named', async () => {
  const initiate = (headers: Record<string, string | undefined>) => initiatePayment(pki, world, 'ana', { headers })
  assertRefused(await initiate({ 'x-request-id': undefined }), 400, 'FORMAT_ERROR', 'x-request-id')
  assertRefused(await initiate({ 'x-request-id': '42' }), 400, 'FORMAT_ERROR', 'x-request-id')
  assertRefused(await initiate({ 'psu-ip-address': undefined }), 400, 'FORMAT_ERROR', 'psu-ip-address')
  assertRefused(await initiate({ 'psu-ip-address': '::1' }), 400, 'FORMAT_ERROR', 'psu-ip-address')
  assertRefused(await initiate({ 'tpp-redirect-uri': undefined }), 400, 'FORMAT_ERROR', 'TPP-Redirect-URI')
  assertRefused(await initiate({ 'tpp-redirect-uri': 'javascript:alert(1)' }), 400, 'FORMAT_ERROR', 'tpp-redirect-uri')
  assertRefused(await initiate({ 'tpp-redirect-preferred': 'yes' }), 400, 'FORMAT_ERROR', 'tpp-redirect-preferred')
  assertRefused(await initiate({ 'content-type': 'text/plain' }), 415, 'FORMAT_ERROR', 'Content-Type')
})

test('paths and methods', async () => {
  const body = paymentBody(world, 'ana')
  const headers = { 'psu-ip-address': '192.0.2.7', 'tpp-redirect-uri': REDIRECT_URI }
  const at = (path: string, method?: string) =>
    call(pki, world, { path, headers, ...(method === undefined ? { body } : { method }) })
  assertRefused(await at('/v1/payments/sepa-credit-transfers'), 404, 'PRODUCT_UNKNOWN')
  assertRefused(await at('/v1/bulk-payments/sepa-credit-transfers'), 404, 'PRODUCT_UNKNOWN')
  assertRefused(await at('/v2/payments'), 404, 'RESOURCE_UNKNOWN')
  assertRefused(await at(`/v1/payments/${product}`, 'GET'), 405, 'SERVICE_INVALID')
  assertRefused(await at(`/v1/payments/${product}/${randomUUID()}`, 'GET'), 404, 'RESOURCE_UNKNOWN')
  assertRefused(await at(`/v1/payments/${product}/${randomUUID()}/status`, 'PUT'), 405, 'SERVICE_INVALID')
})

test('bodies: each fault with its path', async () => {
  const faulty: readonly (readonly [object, string])[] = [
    [{ creditorName: undefined }, 'creditorName'],
    [{ creditorName: 'Librărie SRL' }, 'creditorName'],
    [{ creditorName: 'x'.repeat(71) }, 'creditorName'],
    [{ creditorNme: 'x' }, 'creditorNme'],
    [{ remittanceInformationUnstructured: 'x'.repeat(141) }, 'remittanceInformationUnstructured'],
    [{ remittanceInformationUnstructured: 'a\nb' }, 'remittanceInformationUnstructured'],
    [{ remittanceInformationUnstructured: '😀' }, 'remittanceInformationUnstructured'],
    [{ endToEndIdentification: 'x'.repeat(36) }, 'endToEndIdentification'],
    [{ instructedAmount: { currency: 'EUR', amount: '1' } }, 'instructedAmount.currency'],
    ...['0', '0.00', '-1', '1,50', '0.001', '01', '1e3', ' 1', '1.', '1000000000000'].map(
      (amount) => [{ instructedAmount: { currency: 'RON', amount } }, 'instructedAmount.amount'] as const,
    ),
    [{ instructedAmount: { currency: 'RON', amount: 12.5 } }, 'instructedAmount.amount'],
    [{ creditorAccount: { iban: 'RO49AAAA1B31007593840001' } }, 'creditorAccount.iban'],
    [{ creditorAccount: { iban: 'DE89370400440532013000' } }, 'creditorAccount.iban'],
    [{ creditorAccount: { iban: world.person('ana').iban } }, 'creditorAccount.iban'],
    [{ debtorAccount: {} }, 'debtorAccount.iban'],
  ]
  for (const [changes, path] of faulty) {
    const answer = await initiatePayment(pki, world, 'ana', { body: paymentBody(world, 'ana', changes) })
    assertRefused(answer, 400, 'FORMAT_ERROR', path)
  }
  assertRefused(await initiatePayment(pki, world, 'ana', { body: '{"half":' }), 400, 'FORMAT_ERROR')
  const foreign = paymentBody(world, 'ana', { debtorAccount: { iban: 'RO09PORL7789778256833565' } })
  assertRefused(
    await initiatePayment(pki, world, 'ana', { body: foreign }),
    400,
    'RESOURCE_UNKNOWN',
    'debtorAccount.iban',
  )
  assertRefused(await initiatePayment(pki, world, 'vlad'), 403, 'SERVICE_BLOCKED')
  assertRefused(await initiatePayment(pki, world, 'ana', { body: ' '.repeat(70_000) }), 413, 'FORMAT_ERROR')
})

test('an initiation is answered by the text, repeated with the same id, refused with another body', async () => {
  const request_id = randomUUID()
  const headers = { 'x-request-id': request_id }
  const first = await initiatePayment(pki, world, 'ana', { headers })
  assert.equal(first.status, 201)
  assertConforms('paymentInitiationRequestResponse-201', first.json)
  assert.equal(first.headers['x-request-id'], request_id)
  assert.equal(first.headers['aspsp-sca-approach'], 'REDIRECT')
  assert.ok(String(first.headers.location).endsWith(first.json.paymentId))
  assert.deepEqual((await initiatePayment(pki, world, 'ana', { headers })).json, first.json)
  const other = paymentBody(world, 'ana', { creditorName: 'Altcineva' })
  assertRefused(await initiatePayment(pki, world, 'ana', { headers, body: other }), 400, 'FORMAT_ERROR', 'X-Request-ID')
})

test("a third party reads its own payment by the text, never another's", async () => {
  const { json } = await initiatePayment(pki, world, 'ana')
  const path = new URL(json._links.self.href).pathname
  const information = await call(pki, world, { path })
  assert.equal(information.status, 200)
  assertConforms('paymentInitiationWithStatusResponse', information.json)
  assert.equal(information.json.instructedAmount.amount, '12.50')
  const status = await call(pki, world, { path: `${path}/status` })
  assertConforms('paymentInitiationStatusResponse-200_json', status.json)
  assert.equal(status.json.transactionStatus, 'RCVD')
  const authorisations = await call(pki, world, { path: `${path}/authorisations` })
  assertConforms('authorisations', authorisations.json)
  const [authorisation_id] = authorisations.json.authorisationIds
  const sca = await call(pki, world, { path: `${path}/authorisations/${authorisation_id}` })
  assertConforms('scaStatusResponse', sca.json)
  assert.equal(sca.json.scaStatus, 'received')
  const stranger = { organization_id: 'PSDRO-SBX-999', roles: [1, 2] }
  const qwac = await issue(pki.eidas, { kind: 'web', ...stranger })
  const qseal = await issue(pki.eidas, { kind: 'seal', ...stranger })
  assertRefused(await call(pki, world, { path, qwac, qseal }), 404, 'RESOURCE_UNKNOWN')
})

test('kept and resumed connections carry the client certificate too', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 10 })
  for (let turn = 0; turn < 3; turn++) {
    assert.equal((await initiatePayment(pki, world, 'ana', { agent })).status, 201)
    // A new connection with the ticket of the one before.
    if (turn === 1) for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy()
  }
  agent.destroy()
})

test('what is logged of refusals has no personal data', () => {
  const text = JSON.stringify(world.logged)
  assert.ok(text.includes('SIGNATURE_INVALID'))
  for (const secret of [world.person('ana').iban, 'Librarie', 'Comanda 1']) assert.ok(!text.includes(secret), secret)
})
