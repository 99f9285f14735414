/** The banks that behave as real ones do: each understands its own dialect, and refuses every other with words that help. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Signing } from '../config.ts'
import { validatorOf } from '../xs2a/schema.ts'
import type { CallAnswer } from './call.ts'
import { askPayer, exchange, tokenCall } from './oauth.ts'
import {
  authoriseByRedirect,
  call,
  createPki,
  initiatePayment,
  paymentBody,
  startWorld,
  type TestWorld,
} from './world.ts'

const pki = await createPki()
/** Short enough to see one end, long enough for a call with it on a busy machine. */
const TOKEN_LIFE_S = 6
const worlds = new Map<string, TestWorld>()
for (const id of ['BT', 'BCR', 'BRD', 'ING', 'RZB', 'UCB', 'CEC', 'LIB'])
  worlds.set(id, await startWorld(pki, id, id === 'BCR' ? { timing: { access_token_ttl_s: TOKEN_LIFE_S } } : {}))
after(() => Promise.all([...worlds.values()].map((world) => world.close())))

function at(id: string): TestWorld {
  const world = worlds.get(id)
  if (world === undefined) throw new Error(`no bank ${id}`)
  return world
}
const payerOf = (world: TestWorld): string => world.config.people[0]?.login ?? ''

const refusal = ({ status, json }: CallAnswer) => [status, json?.tppMessages?.[0]?.code]
const words = ({ json }: CallAnswer): string => String(json?.tppMessages?.[0]?.text)
const pathTo = (world: TestWorld, payment_id: string, tail = '') =>
  `${world.config.base_path}/payments/${world.config.services.payments.product}/${payment_id}${tail}`

/** A token that the bank wants before it is told of any payment. */
async function entered(world: TestWorld): Promise<string> {
  const back = await askPayer(world, { scope: world.config.oauth?.scope ?? '', login: payerOf(world) })
  const answer = await exchange(pki, world, back)
  assert.equal(answer.status, 200, answer.text)
  return answer.json.access_token as string
}

const own_token = { grant_type: 'client_credentials', client_id: 'punte-sandbox', scope: 'payment-initiation' }
const ingToken = async () =>
  (await tokenCall(pki, at('ING'), own_token, {}, { rule: { key_id: 'sn' } })).json.access_token

test('every wrong way to sign is refused, and the words say what is wanted', async () => {
  const cases: readonly (readonly [string, Partial<Signing>, RegExp])[] = [
    ['CEC', { algorithm: 'rsa-sha256' }, /use rsa-sha512/],
    ['CEC', { digest: 'SHA-256' }, /must be SHA-512/],
    ['CEC', { digest_label: 'upper' }, /lower case, such as sha-512=/],
    ['CEC', { certificate: 'der' }, /PEM with its BEGIN and END/],
    ['CEC', { key_id: 'sn_ca' }, /decimal serial/],
    ['CEC', { headers: ['digest', 'x-request-id'] }, /does not cover psu-ip-address/],
    ['LIB', { headers: ['digest'] }, /does not cover x-request-id/],
    ['LIB', { key_id: 'sn' }, /decimal serial/],
    ['LIB', { digest_label: 'lower' }, /upper case, such as SHA-256=/],
    ['UCB', { key_id: 'serial' }, /SN=<hex>,CA=<issuer>/],
    ['UCB', { headers: ['digest', 'x-request-id'] }, /does not cover tpp-redirect-uri/],
  ]
  for (const [id, rule, said] of cases) {
    const answer = await initiatePayment(pki, at(id), payerOf(at(id)), { rule })
    assert.deepEqual(refusal(answer), [401, 'SIGNATURE_INVALID'], `${id} ${JSON.stringify(rule)}: ${answer.text}`)
    assert.match(words(answer), said)
  }
  for (const id of ['CEC', 'LIB', 'UCB'])
    assert.equal((await initiatePayment(pki, at(id), payerOf(at(id)))).status, 201, id)
})

test('ING: a token by a signed request, then calls that the client id signs', async () => {
  const ing = at('ING')
  const person = payerOf(ing)
  const by_client = await tokenCall(pki, ing, own_token)
  assert.deepEqual([by_client.status, by_client.json.error], [401, 'invalid_client'])
  assert.match(by_client.json.error_description, /SN=<hex>/)
  const token = await ingToken()
  assert.ok(token)
  assert.deepEqual(refusal(await initiatePayment(pki, ing, person)), [401, 'TOKEN_UNKNOWN'])
  const wrong: Partial<Signing> = { headers: ['date', 'digest', 'x-request-id'] }
  const uncovered = await initiatePayment(pki, ing, person, { token, rule: wrong })
  assert.match(words(uncovered), /does not cover \(request-target\)/)
  const answer = await initiatePayment(pki, ing, person, { token })
  assert.equal(answer.status, 201, answer.text)
  assert.equal(typeof answer.json._links.scaRedirect, 'string')
  const status = pathTo(ing, answer.json.paymentId, '/status')
  assert.deepEqual(refusal(await call(pki, ing, { path: status })), [401, 'TOKEN_UNKNOWN'])
  assert.equal((await call(pki, ing, { path: status, token })).json.transactionStatus, 'RCVD')
  await authoriseByRedirect(ing, answer.json._links.scaRedirect, person)
  assert.equal((await call(pki, ing, { path: status, token })).json.transactionStatus, 'ACSC')
})

test('BCR and Raiffeisen are entered first; an expired leave is told in BCR’s own form', async () => {
  for (const id of ['BCR', 'RZB']) {
    const world = at(id)
    const body = paymentBody(world, payerOf(world), id === 'BCR' ? { debtorName: 'Bianca Neagu' } : {})
    assert.deepEqual(refusal(await initiatePayment(pki, world, payerOf(world), { body })), [401, 'TOKEN_UNKNOWN'])
    const token = await entered(world)
    const answer = await initiatePayment(pki, world, payerOf(world), { token, body })
    assert.equal(answer.status, 201, answer.text)
    await authoriseByRedirect(world, answer.json._links.scaRedirect.href, payerOf(world))
    const path = pathTo(world, answer.json.paymentId, '/status')
    if (id === 'RZB') assert.equal((await call(pki, world, { path, token })).json.transactionStatus, 'ACSC')
    if (id !== 'BCR') continue
    await new Promise((resolve) => setTimeout(resolve, TOKEN_LIFE_S * 1_000 + 100))
    const expired = await call(pki, world, { path, token })
    assert.deepEqual([expired.status, expired.json.status, expired.json.errors[0].error], [403, 403, 'TOKEN_EXPIRED'])
  }
  const rzb = at('RZB')
  const token = await entered(rzb)
  const another = rzb.config.people.find(({ login }) => login === 'load')?.login ?? ''
  assert.deepEqual(refusal(await initiatePayment(pki, rzb, another, { token })), [400, 'RESOURCE_UNKNOWN'])
  const denied = await askPayer(rzb, { scope: 'PIS', login: payerOf(rzb), decision: 'refuse' })
  assert.equal(denied.searchParams.get('error'), 'access_denied')
})

test('BCR wants its key and the debtor’s name', async () => {
  const bcr = at('BCR')
  const headers = (key: string | undefined) => ({ 'web-api-key': key })
  for (const key of [undefined, 'wrong']) {
    const answer = await initiatePayment(pki, bcr, payerOf(bcr), { headers: headers(key) })
    assert.deepEqual([...refusal(answer), answer.json.tppMessages[0].path], [400, 'FORMAT_ERROR', 'web-api-key'])
  }
  const token = await entered(bcr)
  const nameless = await initiatePayment(pki, bcr, payerOf(bcr), { token })
  assert.deepEqual(refusal(nameless), [400, 'FORMAT_ERROR'])
})

test('Libra has no client certificate: the seal says who calls, a secret who exchanges', async () => {
  const lib = at('LIB')
  const login = payerOf(lib)
  const { json } = await initiatePayment(pki, lib, login)
  const back = await askPayer(lib, { scope: `PIS:${json.paymentId}`, login })
  assert.equal((await exchange(pki, lib, back)).status, 401)
  const secret = Buffer.from(`punte-sandbox:${lib.config.oauth?.client_secret}`).toString('base64')
  const again = await askPayer(lib, { scope: `PIS:${json.paymentId}`, login, decision: 'return' })
  const tokens = await exchange(pki, lib, again, {}, { authorization: `Basic ${secret}` })
  assert.equal(tokens.status, 200, tokens.text)
  const path = pathTo(lib, json.paymentId, '/status')
  assert.deepEqual(refusal(await call(pki, lib, { path })), [401, 'TOKEN_UNKNOWN'])
  assert.equal((await call(pki, lib, { path, token: tokens.json.access_token })).json.transactionStatus, 'ACSC')
})

test('CEC: the token bare in its own header; who refuses comes back to the Nok address with a state of the bank', async () => {
  const cec = at('CEC')
  const login = payerOf(cec)
  const { json } = await initiatePayment(pki, cec, login)
  const tokens = await exchange(pki, cec, await askPayer(cec, { scope: `PIS:${json.paymentId}`, login }))
  assert.equal(tokens.status, 200, tokens.text)
  const path = pathTo(cec, json.paymentId, '/status')
  const token = tokens.json.access_token as string
  const bearer = { authorization: `Bearer ${token}` }
  assert.deepEqual(refusal(await call(pki, cec, { path, headers: bearer })), [401, 'TOKEN_UNKNOWN'])
  assert.deepEqual(refusal(await call(pki, cec, { path, token: `Bearer ${token}` })), [401, 'TOKEN_INVALID'])
  assert.equal((await call(pki, cec, { path, token })).json.transactionStatus, 'ACSC')
  const refused = await initiatePayment(pki, cec, login)
  const back = await askPayer(cec, { scope: `PIS:${refused.json.paymentId}`, login, decision: 'refuse' })
  assert.deepEqual([back.pathname, back.searchParams.get('error')], ['/nok', 'true'])
  assert.match(back.searchParams.get('state') ?? '', /^[0-9a-f]{16}$/)
})

test('UniCredit: PSU-ID-Type, ACTC from the start, the authorisation begun by a call of its own', async () => {
  const ucb = at('UCB')
  const login = payerOf(ucb)
  const typeless = await initiatePayment(pki, ucb, login, { headers: { 'psu-id-type': undefined } })
  assert.deepEqual([...refusal(typeless), typeless.json.tppMessages[0].path], [400, 'FORMAT_ERROR', 'PSU-ID-Type'])
  const { json, text } = await initiatePayment(pki, ucb, login)
  assert.equal(json.transactionStatus, 'ACTC', text)
  const begun = await call(pki, ucb, {
    path: new URL(json._links.startAuthorisation.href).pathname,
    body: {},
    headers: {
      'tpp-redirect-uri': 'http://localhost:9999/return',
      'tpp-nok-redirect-uri': 'http://localhost:9999/nok',
    },
  })
  assert.equal(begun.status, 201, begun.text)
  assert.equal(
    await authoriseByRedirect(ucb, begun.json._links.scaRedirect.href, login),
    'http://localhost:9999/return',
  )
  const status = await call(pki, ucb, { path: pathTo(ucb, json.paymentId, '/status') })
  assert.equal(status.json.transactionStatus, 'ACSC')
})

test('BRD: XML, the PSU-ID, the message inside the links, the status without the product and in XML', async () => {
  const brd = at('BRD')
  const login = payerOf(brd)
  const send = (changes: object = {}) =>
    initiatePayment(pki, brd, login, {
      body: pain001(brd.person(login).iban),
      headers: { 'content-type': 'application/xml', ...changes },
    })
  assert.equal((await initiatePayment(pki, brd, login)).status, 415)
  assert.deepEqual(refusal(await send({ 'psu-id': undefined })), [400, 'FORMAT_ERROR'])
  assert.deepEqual(refusal(await send({ 'x-ibm-client-id': undefined })), [400, 'FORMAT_ERROR'])
  const { json, text, status } = await send()
  assert.equal(status, 201, text)
  assert.equal(json.psuMessage, undefined)
  assert.ok(json._links.psuMessage)
  const with_product = await call(pki, brd, { path: pathTo(brd, json.paymentId, '/status') })
  assert.deepEqual(refusal(with_product), [404, 'RESOURCE_UNKNOWN'])
  const answer = await call(pki, brd, { path: `${brd.config.base_path}/payments/${json.paymentId}/status` })
  assert.match(String(answer.headers['content-type']), /xml/)
  assert.match(answer.text, /pain\.002\.001\.03/)
})

test('BT: no seal, a client that registers itself, tokens with its own id', async () => {
  const bt = at('BT')
  const register = (body: object) => call(pki, bt, { path: '/register', body })
  const wrong = await register({ redirect_uris: ['https://a.example/back'], token_endpoint_auth_method: 'none' })
  assert.deepEqual([wrong.status, wrong.json.error], [400, 'invalid_client_metadata'])
  const client = await register({
    client_name: 'Punte',
    redirect_uris: ['http://localhost:9999/return?x=1'],
    tls_client_auth_subject_dn: 'PSDRO-SBX-12345678',
  })
  assert.equal(client.status, 201, client.text)
  const { client_id } = client.json
  const login = payerOf(bt)
  const { json, text } = await initiatePayment(pki, bt, login)
  assert.ok(json._links?.scaOAuth, text)
  const validate = validatorOf('paymentInitiationRequestResponse-201')
  const conforms: boolean = validate(json)
  assert.ok(conforms, JSON.stringify(validate.errors))
  const scope = `PIS:${json.paymentId}`
  const tokens = await exchange(pki, bt, await askPayer(bt, { scope, login, client_id }), { client_id })
  assert.equal(tokens.status, 200, tokens.text)
  const path = pathTo(bt, json.paymentId, '/status')
  assert.equal((await call(pki, bt, { path, token: tokens.json.access_token })).json.transactionStatus, 'ACSC')
  // An address that was not registered is not led to.
  const elsewhere = await fetch(
    `${bt.bank.pages_url}/auth?${new URLSearchParams({ response_type: 'code', client_id, scope, redirect_uri: 'http://localhost:1/x' })}`,
    { redirect: 'manual' },
  )
  assert.equal(elsewhere.status, 400)
})

test('another base path, another version, a service that is not offered', async () => {
  const ucb = at('UCB')
  const get = (path: string) => call(pki, ucb, { path })
  assert.deepEqual(refusal(await get('/v1/payments/domestic-credit-transfers/1')), [404, 'RESOURCE_UNKNOWN'])
  assert.deepEqual(refusal(await get('/psd2/v1/bulk-payments/domestic-credit-transfers/1')), [405, 'SERVICE_INVALID'])
  assert.deepEqual(refusal(await get('/psd2/v1/payments/other/1')), [404, 'PRODUCT_UNKNOWN'])
})

function pain001(debtor_iban: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>M-1</MsgId><CreDtTm>2026-11-22T10:00:00Z</CreDtTm><NbOfTxs>1</NbOfTxs><CtrlSum>12.50</CtrlSum><InitgPty><Nm>Punte</Nm></InitgPty></GrpHdr>
<PmtInf><PmtInfId>P-1</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>1</NbOfTxs><CtrlSum>12.50</CtrlSum><ReqdExctnDt>${new Date().toISOString().slice(0, 10)}</ReqdExctnDt>
<Dbtr><Nm>Cosmin Vasile</Nm></Dbtr><DbtrAcct><Id><IBAN>${debtor_iban}</IBAN></Id></DbtrAcct><DbtrAgt><FinInstnId><BIC>BRDEROBU</BIC></FinInstnId></DbtrAgt>
<CdtTrfTxInf><PmtId><EndToEndId>E2E-1</EndToEndId></PmtId><Amt><InstdAmt Ccy="RON">12.50</InstdAmt></Amt><Cdtr><Nm>Librarie SRL</Nm></Cdtr><CdtrAcct><Id><IBAN>RO49AAAA1B31007593840000</IBAN></Id></CdtrAcct><RmtInf><Ustrd>Comanda 1</Ustrd></RmtInf></CdtTrfTxInf>
</PmtInf></CstmrCdtTrfInitn></Document>`
}
