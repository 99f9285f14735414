import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Authority, createAuthority } from '../../infra/certificates/issue.ts'
import { BANK, PLAIN } from './testing/banks.ts'
import { CREDITOR_IBAN, createWorld, REDIRECT_URL, type TestWorld } from './testing/world.ts'

const FORM = 'application/x-www-form-urlencoded'
const TO_COME = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10)
const ORDER = {
  creditorName: 'Florăria Ana',
  creditorIban: CREDITOR_IBAN,
  amount: 12.5,
  details: 'Comanda 1',
  psuIntermediarId: 'client-7',
}

let world: TestWorld
let authority: Authority
let shop: Awaited<ReturnType<TestWorld['partner']>>
let trusted: typeof shop

before(async () => {
  world = await createWorld({}, [BANK, PLAIN])
  authority = await createAuthority({ name: 'Partner CA' })
  shop = await world.partner({ authority, common_name: 'Shop' })
  trusted = await world.partner({ authority, common_name: 'Trusted', may_headless: true, may_flexible_url: true })
})
after(() => world.close())

type Tokens = { access_token: string; refresh_token: string; paymentId: number }

function post(path: string, body: string | Buffer, headers: Record<string, string>, as = shop) {
  return world.call({ method: 'POST', path, as: as.issued, headers, body })
}

function askToken(fields: Record<string, string>, as = shop) {
  const body = new URLSearchParams({ client_id: as.client_id, ...fields }).toString()
  return post('/gateway/authenticate/rest/api/token', body, { 'content-type': FORM }, as)
}

async function tokensOf(fields: Record<string, string> = {}, as = shop): Promise<Tokens> {
  const answer = await askToken(fields, as)
  assert.equal(answer.status, 200, answer.text)
  return answer.json.result
}

function initiate(tokens: Tokens, body: unknown, as = shop, headers: Record<string, string> = {}) {
  return post(
    `/gateway/core/rest/api/initPayment/${tokens.paymentId}`,
    JSON.stringify(body),
    { 'content-type': 'application/json', authorization: `Bearer ${tokens.access_token}`, ...headers },
    as,
  )
}

function status(tokens: Tokens, as = shop) {
  return world.call({
    path: `/gateway/core/rest/api/status/${tokens.paymentId}`,
    as: as.issued,
    headers: { authorization: `Bearer ${tokens.access_token}` },
  })
}

test('flags of the token, in every encoding, and who may use them', async () => {
  const path = '/authenticate/rest/api/token'
  const json = { 'content-type': 'application/json' }
  const multipart = new FormData()
  multipart.append('client_id', trusted.client_id)
  multipart.append('isHeadless', 'true')
  const encoded = new Response(multipart)
  const id = trusted.client_id
  for (const [index, answer] of [
    await post(path, `client_id=${id}&isHeadless=true&flexibleURL=1`, { 'content-type': FORM }, trusted),
    await post(
      path,
      Buffer.from(await encoded.arrayBuffer()),
      { 'content-type': encoded.headers.get('content-type') as string },
      trusted,
    ),
    await post(`${path}?client_id=${id}&isLink2Pay=true`, '', {}, trusted),
    await post(path, JSON.stringify({ client_id: id, flexibleURL: true, isLink2Pay: null }), json, trusted),
    await post(path, JSON.stringify({ client_id: id, isHeadless: 1, isLink2Pay: 'false' }), json, trusted),
  ].entries())
    assert.equal(answer.status, 200, `${index}: ${answer.text}`)
  const { rows } = await world.database.db.query<{ flags: string }>({
    text: `select concat_ws(' ', case when is_link then 'link' end, case when is_headless then 'headless' end,
        case when flexible_url then 'flexible' end) as flags
      from payments where partner_id = $1 order by created_at`,
    values: [trusted.partner_id],
  })
  assert.deepEqual(
    rows.map(({ flags }) => flags),
    ['headless flexible', 'headless', 'link', 'flexible', 'headless'],
  )
  for (const [fields, as, http, code, field] of [
    [{ isHeadless: 'true' }, shop, 403, 'PARTNER_NOT_ALLOWED', 'isHeadless'],
    [{ flexibleURL: 'true' }, shop, 403, 'PARTNER_NOT_ALLOWED', 'flexibleURL'],
    [{ isHeadless: 'true', isLink2Pay: 'true' }, trusted, 400, 'FIELD_INVALID', 'isHeadless'],
    [{ isLink2Pay: 'maybe' }, shop, 400, 'FIELD_INVALID', 'isLink2Pay'],
    [{ paymentId: 'x' }, shop, 400, 'FIELD_INVALID', 'paymentId'],
    [{ paymentId: '100', isLink2Pay: 'true' }, shop, 400, 'FIELD_INVALID', 'paymentId'],
    [{ paymentId: '999999999999' }, shop, 404, 'PAYMENT_UNKNOWN', undefined],
  ] as const) {
    const answer = await askToken(fields, as)
    assert.deepEqual([answer.status, answer.json.code, answer.json.field], [http, code, field], answer.text)
  }
})

test('new tokens for a payment of before; the old refresh token works no more', async () => {
  const first = await tokensOf()
  assert.equal((await initiate(first, ORDER)).status, 200)
  const again = await post(
    '/authenticate/rest/api/token',
    JSON.stringify({ client_id: shop.client_id, paymentId: first.paymentId }),
    { 'content-type': 'application/json' },
  )
  assert.equal(again.json.result.paymentId, first.paymentId, again.text)
  assert.equal((await status(again.json.result)).json.result.paymentStatus, 'INIT')
  const renewed = await post(
    '/authenticate/rest/api/refreshToken',
    `client_id=${shop.client_id}&refresh_token=${first.refresh_token}`,
    { 'content-type': FORM },
  )
  assert.equal(renewed.status, 401, renewed.text)
  const foreign = await askToken({ paymentId: String(first.paymentId) }, trusted)
  assert.deepEqual([foreign.status, foreign.json.code], [404, 'PAYMENT_UNKNOWN'])
})

test('a list: numbered payments, one page, one status each; the same again is the same', async () => {
  const tokens = await tokensOf()
  const list = {
    payments: [ORDER, { ...ORDER, amount: '0.55', details: 'Comanda 2' }],
    redirectURL: `${REDIRECT_URL}/l`,
  }
  const answer = await initiate(tokens, list)
  assert.equal(answer.status, 200, answer.text)
  const { payments } = answer.json.result
  assert.deepEqual(
    payments.map(({ no }: { no: number }) => no),
    [1, 2],
  )
  assert.equal(new Set([tokens.paymentId, ...payments.map((one: Tokens) => one.paymentId)]).size, 3)
  assert.deepEqual(answer.json.payments, payments)
  assert.match(answer.json.redirectUri, new RegExp(`payment=${tokens.paymentId}&`))
  assert.equal((await initiate(tokens, list)).text, answer.text)
  const other = await initiate(tokens, { ...list, payments: [...list.payments, ORDER] })
  assert.deepEqual([other.status, other.json.code], [409, 'PAYMENT_CONFLICT'])
  const { result, messageStatus } = (await status(tokens)).json
  assert.deepEqual([messageStatus, result.kind, result.paymentStatus, result.amount], ['INIT', 'list', 'INIT', 13.05])
  assert.deepEqual(result.payments, [
    { no: 1, paymentId: payments[0].paymentId, paymentStatus: 'INIT', amount: 12.5 },
    { no: 2, paymentId: payments[1].paymentId, paymentStatus: 'INIT', amount: 0.55 },
  ])
})

test('500 payments fit, as the bare list too; only initPayment takes so large a body', async () => {
  const long = { ...ORDER, creditorName: 'Ț'.repeat(70), details: 'ș'.repeat(140) }
  const answer = await initiate(await tokensOf(), Array(500).fill(long))
  assert.equal(answer.status, 200, answer.text)
  assert.equal(answer.json.payments.length, 500)
  const tokens = await tokensOf()
  const large = await initiate(tokens, { payments: [ORDER], note: 'x'.repeat(600_000) })
  assert.deepEqual([large.status, large.json.code], [413, 'BODY_TOO_LARGE'])
  const cancel = await post(`/core/rest/api/cancelPayment/${tokens.paymentId}`, ' '.repeat(70_000), {
    'content-type': 'application/json',
    authorization: `Bearer ${tokens.access_token}`,
  })
  assert.equal(cancel.status, 413)
})

test('all faults of a list stand in the envelope, those of shape and those of meaning', async () => {
  const tokens = await tokensOf()
  for (const [payments, expected] of [
    [
      [{ ...ORDER, amount: 'x', creditorIban: 'RO1' }, ORDER, { ...ORDER, details: 7 }, 'text'],
      [
        ['payments[0].amount', 'AMOUNT_INVALID'],
        ['payments[2].details', 'FIELD_INVALID'],
        ['payments[3]', 'FIELD_INVALID'],
        ['payments[0].creditorIban', 'IBAN_INVALID'],
      ],
    ],
    [
      [{ ...ORDER, creditorIban: 'DE89370400440532013000' }, ORDER, { ...ORDER, details: null }],
      [
        ['payments[0].creditorIban', 'IBAN_NOT_ROMANIAN'],
        ['payments[2].details', 'FIELD_REQUIRED'],
      ],
    ],
  ] as const) {
    const { status: http, json, text } = await initiate(tokens, { payments })
    assert.deepEqual([http, json.messageStatus, json.field, json.code], [400, 'ERROR', ...(expected[0] ?? [])], text)
    assert.deepEqual(
      json.faults.map(({ field, code }: { field: string; code: string }) => [field, code]),
      expected,
    )
    assert.ok(json.faults.every(({ message }: { message: string }) => message.length > 0))
    assert.ok(!text.includes('DE8937'))
  }
  // Nothing of all this used the payment up.
  assert.equal((await initiate(tokens, { payments: [ORDER] })).status, 200)
})

test('a recurring payment has an agreement, a payment of a day to come its day', async () => {
  const recurring = await tokensOf()
  const series = { ...ORDER, startDate: TO_COME, Frequency: 'MONTHLY', dayOfExecution: 15, agreementId: 'gift-7' }
  const begun = await initiate(recurring, series)
  assert.equal(begun.status, 200, begun.text)
  const { result } = (await status(recurring)).json
  assert.deepEqual([result.kind, result.agreement], ['recurring', { agreementId: 'gift-7', status: 'PENDING' }])
  const dated = await tokensOf()
  assert.equal((await initiate(dated, { ...ORDER, requestedExecutionDate: TO_COME })).status, 200)
  assert.equal((await status(dated)).json.result.executionDate, TO_COME)
  for (const change of [
    { executionDate: '2020-01-31' },
    { ...series, startDate: '2020-01-15', agreementId: 'gift-8' },
  ]) {
    const late = await initiate(await tokensOf(), { ...ORDER, ...change })
    assert.equal(late.status, 400, late.text)
    assert.match(late.json.field, /Date$/)
  }
})

test('a link has a life, an address and a picture of it', async () => {
  const answer = await initiate(await tokensOf({ isLink2Pay: 'true' }), { ...ORDER, linkValidHours: 48 })
  assert.equal(answer.status, 200, answer.text)
  const lives_ms = Date.parse(answer.json.expiresAt) - Date.now()
  assert.ok(Math.abs(lives_ms - 48 * 3_600_000) < 60_000, answer.json.expiresAt)
  assert.match(answer.json.redirectUri, /^https:\/\/pay\.example\//)
  const [head, base64] = answer.json.qr.split(',')
  assert.equal(head, 'data:image/svg+xml;base64')
  assert.match(Buffer.from(base64, 'base64').toString(), /^<svg [^>]*viewBox/)
})

test('flexibleURL lets a trusted partner name any return address on its host', async () => {
  const elsewhere = { ...ORDER, redirectURL: 'https://shop.example/tenants/7' }
  const plain = await initiate(await tokensOf({}, trusted), elsewhere, trusted)
  assert.equal(plain.json.code, 'REDIRECT_URL_NOT_REGISTERED')
  const flexible = await initiate(await tokensOf({ flexibleURL: 'true' }, trusted), elsewhere, trusted)
  assert.equal(flexible.status, 200, flexible.text)
  const foreign = await initiate(
    await tokensOf({ flexibleURL: 'true' }, trusted),
    { ...ORDER, redirectURL: 'https://elsewhere.example/' },
    trusted,
  )
  assert.equal(foreign.json.code, 'REDIRECT_URL_NOT_REGISTERED')
})

test('a headless payment goes to the bank at once, or says what it lacks', async () => {
  const whole = {
    ...ORDER,
    debtorBank: 'TXB',
    debtorIban: 'RO34TXBK0000000010001111',
    psuEmail: 'a@b.ro',
    TCAccepted: true,
  }
  const psu = { 'psu-ip-address': '192.0.2.7', 'psu-user-agent': 'Firefox' }
  for (const [body, headers, field] of [
    [{ ...whole, debtorBank: undefined }, psu, 'debtorBank'],
    [{ ...whole, debtorIban: undefined }, psu, 'debtorIban'],
    [{ ...whole, psuEmail: undefined }, psu, 'psuEmail'],
    [{ ...whole, TCAccepted: false }, psu, 'TCAccepted'],
    [{ ...whole, TCAccepted: undefined }, psu, 'TCAccepted'],
    [{ ...whole, debtorBank: 'PLN', debtorIban: 'RO06PLNB0000000010001111' }, psu, 'psuId'],
    [whole, {}, 'PSU-IP-Address'],
    [whole, { 'psu-ip-address': 'localhost' }, 'PSU-IP-Address'],
    [whole, { 'psu-ip-address': 'fe80::1%eth0' }, 'PSU-IP-Address'],
  ] as const) {
    const answer = await initiate(await tokensOf({ isHeadless: 'true' }, trusted), body, trusted, headers)
    assert.equal(answer.status, 400, answer.text)
    assert.equal(answer.json.field, field, answer.text)
  }
  const tokens = await tokensOf({ isHeadless: 'true' }, trusted)
  const sent = await initiate(tokens, whole, trusted, psu)
  assert.deepEqual([sent.status, sent.json.redirectUri], [200, 'https://bank.example/sca'], sent.text)
  assert.equal((await initiate(tokens, whole, trusted, psu)).text, sent.text)
  const app = { ...whole, debtorBank: 'PLN', debtorIban: 'RO06PLNB0000000010001111', psuId: 'ana' }
  const decoupled = await initiate(await tokensOf({ isHeadless: 'true' }, trusted), app, trusted, psu)
  assert.deepEqual(decoupled.json.result.psuMessage, 'Deschide aplicația băncii.', decoupled.text)
  assert.equal('redirectUri' in decoupled.json, false)
  // Today's clients say TCAccepted of payments on our page, too.
  const hosted = await initiate(await tokensOf({}, trusted), { ...ORDER, TCAccepted: true }, trusted)
  assert.match(hosted.json.redirectUri, /^https:\/\/pay\.example\//, hosted.text)
})

test('a partner with a page of its own uses ours too, and is told that lists need it', async () => {
  const psu = { 'psu-ip-address': '192.0.2.7' }
  const tokens = await tokensOf({}, trusted)
  const hosted = await initiate(tokens, { ...ORDER, TCAccepted: true, psuId: 'ana' }, trusted, psu)
  assert.match(hosted.json.redirectUri, /^https:\/\/pay\.example\//, hosted.text)
  assert.equal((await initiate(tokens, ORDER, trusted)).text, hosted.text, 'what the other page needs changes nothing')
  const headless = await tokensOf({ isHeadless: 'true' }, trusted)
  const list = await initiate(headless, { payments: [ORDER], TCAccepted: true }, trusted, psu)
  assert.deepEqual([list.status, list.json.code, list.json.field], [400, 'FEATURE_UNSUPPORTED', 'payments'], list.text)
})

test('cancelPayment lets go of what is not at a bank yet', async () => {
  const tokens = await tokensOf()
  assert.equal((await initiate(tokens, ORDER)).status, 200)
  for (const path of ['/core/rest/api', '/gateway/core/rest/api/core']) {
    const answer = await world.call({
      method: 'POST',
      path: `${path}/cancelPayment/${tokens.paymentId}`,
      as: shop.issued,
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    assert.equal(answer.status, 200, answer.text)
    assert.match(answer.headers.signature ?? '', /^sig1=/)
    const { paymentId: externalPaymentID } = tokens
    assert.deepEqual(answer.json, {
      status: 200,
      messageStatus: 'OK',
      result: { paymentId: externalPaymentID, externalPaymentID, paymentStatus: 'CANC', cancelled: true },
    })
  }
  const other = await tokensOf()
  const foreign = await world.call({
    method: 'POST',
    path: `/core/rest/api/cancelPayment/${tokens.paymentId}`,
    as: shop.issued,
    headers: { authorization: `Bearer ${other.access_token}` },
  })
  assert.equal(foreign.json.code, 'TOKEN_FOR_OTHER_PAYMENT')
})

test('banks tell what they need and what they offer', async () => {
  const ask = (query: string, headers: Record<string, string> = {}, as: typeof shop | undefined = shop) =>
    world.call({ path: `/core/rest/api/banks${query}`, as: as?.issued, headers })
  const answer = await ask(`?clientId=${shop.client_id}`)
  assert.equal(answer.status, 200, answer.text)
  assert.deepEqual(answer.json.result, [
    {
      code: 'TXB',
      name: 'Banca Manualului',
      bic: 'TXBKROBU',
      active: true,
      sca: 'redirect',
      ibanCodes: ['TXBK'],
      requiredParameters: { requiresPSUId: false, requiresPSUIdType: false, requiresIban: true },
      services: { list: 'together', recurring: true, frequencies: ['Monthly'], futureDated: true },
    },
    {
      code: 'PLN',
      name: 'Banca Simplă',
      bic: 'TXBKROBU',
      active: true,
      sca: 'decoupled',
      ibanCodes: ['PLNB'],
      requiredParameters: { requiresPSUId: true, requiresPSUIdType: false, requiresIban: true },
      services: { list: 'one_by_one', recurring: false, frequencies: [], futureDated: false },
    },
  ])
  assert.equal((await ask('', { clientId: shop.client_id })).text, answer.text)
  assert.equal((await ask('')).json.field, 'client_id')
  assert.equal((await ask('?client_id=nobody-here')).json.code, 'CLIENT_UNKNOWN')
  assert.equal((await ask(`?client_id=${trusted.client_id}`)).json.code, 'CERTIFICATE_MISMATCH')
  const stranger = await world.call({ path: `/core/rest/api/banks?client_id=${shop.client_id}` })
  assert.equal(stranger.json.code, 'CERTIFICATE_REQUIRED')
})
