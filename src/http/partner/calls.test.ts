import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { connect } from 'node:tls'
import { type Authority, createAuthority } from '../../infra/certificates/issue.ts'
import { CREDITOR_IBAN, createWorld, REDIRECT_URL, type TestWorld } from './testing/world.ts'

let world: TestWorld
let authority: Authority
let shop: Awaited<ReturnType<TestWorld['partner']>>

before(async () => {
  world = await createWorld()
  authority = await createAuthority({ name: 'Partner CA' })
  shop = await world.partner({ authority, common_name: 'Shop' })
})
after(() => world.close())

const FORM = 'application/x-www-form-urlencoded'
const ORDER = {
  creditorName: 'Florăria Ana',
  creditorIban: CREDITOR_IBAN,
  amount: 12.5,
  details: 'Comanda 1 💐',
  psuIntermediarId: 'client-7',
}

function post(path: string, body?: string | Buffer, headers: Record<string, string> = {}) {
  return world.call({ method: 'POST', path, as: shop.issued, headers, ...(body !== undefined && { body }) })
}

function initiate(
  tokens: { access_token: string; paymentId: number },
  body: unknown,
  prefix = '/gateway/core/rest/api/initPayment',
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return post(`${prefix}/${tokens.paymentId}`, text, {
    'content-type': 'application/json',
    authorization: `Bearer ${tokens.access_token}`,
  })
}

function status(tokens: { access_token: string; paymentId: number }, prefix = '/gateway/core/rest/api/status') {
  return world.call({
    path: `${prefix}/${tokens.paymentId}`,
    as: shop.issued,
    headers: { authorization: `Bearer ${tokens.access_token}` },
  })
}

test('every spelling of every call answers alike', async () => {
  for (const gateway of ['/gateway', '']) {
    for (const [token, refresh, init, ask] of [
      [
        '/authenticate/rest/api/token',
        '/authenticate/rest/api/refreshToken',
        '/core/rest/api/initPayment',
        '/core/rest/api/status',
      ],
      [
        '/authenticate/rest/api/authenticate/token',
        '/authenticate/rest/api/authenticate/refreshToken',
        '/core/rest/api/core/initPayment',
        '/core/rest/api/core/status',
      ],
    ] as const) {
      const first = await post(`${gateway}${token}`, `client_id=${shop.client_id}`, { 'content-type': FORM })
      assert.equal(first.status, 200, first.text)
      assert.deepEqual([first.json.status, first.json.messageStatus], [200, 'OK'])
      const { result } = first.json
      assert.equal(result.accessToken, result.access_token)
      assert.equal(result.refreshToken, result.refresh_token)
      assert.equal(result.externalPaymentID, result.paymentId)
      assert.ok(Number.isSafeInteger(result.paymentId))
      const refreshed = await post(
        `${gateway}${refresh}`,
        `client_id=${shop.client_id}&refresh_token=${result.refresh_token}`,
        { 'content-type': FORM },
      )
      assert.equal(refreshed.status, 200, refreshed.text)
      assert.equal(refreshed.json.result.paymentId, result.paymentId)
      assert.notEqual(refreshed.json.result.refresh_token, result.refresh_token)
      const initiated = await initiate(refreshed.json.result, ORDER, `${gateway}${init}`)
      assert.equal(initiated.status, 200, initiated.text)
      assert.match(
        initiated.json.redirectUri,
        new RegExp(`^https://pay\\.example/payment-initiation\\?payment=${result.paymentId}&state=[\\w-]+$`),
      )
      assert.equal(initiated.json.result.redirectURL, initiated.json.redirectUri)
      assert.equal(initiated.json.redirectURL, initiated.json.redirectUri)
      const asked = await status(refreshed.json.result, `${gateway}${ask}`)
      assert.equal(asked.json.messageStatus, 'INIT')
      assert.deepEqual(
        [asked.json.result.paymentStatus, asked.json.result.amount, asked.json.result.currency],
        ['INIT', 12.5, 'RON'],
      )
    }
  }
})

test('initPayment: what is wrong is named', async () => {
  const tokens = await world.token(shop.client_id, shop.issued)
  for (const [change, code, field] of [
    [{ amount: 0 }, 'AMOUNT_INVALID', 'amount'],
    [{ amount: -1 }, 'AMOUNT_INVALID', 'amount'],
    [{ amount: 0.001 }, 'AMOUNT_INVALID', 'amount'],
    [{ amount: 1e12 }, 'AMOUNT_INVALID', 'amount'],
    [{ amount: 'text' }, 'AMOUNT_INVALID', 'amount'],
    [{ amount: '1,50' }, 'AMOUNT_INVALID', 'amount'],
    [{ amount: true }, 'AMOUNT_INVALID', 'amount'],
    [{ amount: undefined }, 'FIELD_REQUIRED', 'amount'],
    [{ amount: '' }, 'FIELD_REQUIRED', 'amount'],
    [{ currency: 'EUR' }, 'FIELD_INVALID', 'currency'],
    [{ details: 'x'.repeat(141) }, 'FIELD_INVALID', 'details'],
    [{ details: 'a\0b' }, 'FIELD_INVALID', 'details'],
    [{ details: null }, 'FIELD_REQUIRED', 'details'],
    [{ creditorName: 7 }, 'FIELD_INVALID', 'creditorName'],
    [{ creditorIban: 'RO49AAAA1B31007593840001' }, 'IBAN_INVALID', 'creditorIban'],
    [{ creditorIban: 'DE89370400440532013000' }, 'IBAN_NOT_ROMANIAN', 'creditorIban'],
    [{ redirectURL: 'https://evil.example/' }, 'REDIRECT_URL_NOT_REGISTERED', 'redirectURL'],
    [{ debtorBank: 'nobank' }, 'BANK_UNKNOWN', 'debtorBank'],
    [{ externalPaymentID: 1 }, 'FIELD_INVALID', 'externalPaymentID'],
    [{ startDate: '2030-01-01' }, 'FIELD_REQUIRED', 'Frequency'],
    [{ Frequency: 'Monthly', dayOfExecution: 15 }, 'FIELD_REQUIRED', 'startDate'],
    [{ isHeadless: true }, 'FIELD_INVALID', 'isHeadless'],
    [{ bulk: [ORDER] }, 'FEATURE_UNSUPPORTED', 'bulk'],
    [{ sendLink: true }, 'FIELD_REQUIRED', 'psuEmail'],
    [{ payments: [ORDER] }, 'FIELD_INVALID', 'creditorName'],
  ] as const) {
    const answer = await initiate(tokens, { ...ORDER, ...change })
    assert.equal(answer.status, 400, JSON.stringify(change))
    assert.deepEqual([answer.json.code, answer.json.field], [code, field], JSON.stringify(change))
    assert.ok(!answer.text.includes('Floraria') && !answer.text.includes(CREDITOR_IBAN))
  }
  assert.equal((await initiate(tokens, '['.repeat(200_000))).json.code, 'BODY_MALFORMED')
  assert.equal((await initiate(tokens, 'null')).json.code, 'BODY_MALFORMED')
  assert.equal((await initiate(tokens, '"text"')).json.code, 'BODY_MALFORMED')
  assert.equal((await initiate(tokens, '{')).json.code, 'BODY_MALFORMED')
  assert.equal((await initiate(tokens, '')).json.code, 'BODY_MALFORMED')
  const form = await post(`/core/rest/api/initPayment/${tokens.paymentId}`, 'amount=1', {
    'content-type': FORM,
    authorization: `Bearer ${tokens.access_token}`,
  })
  assert.deepEqual([form.status, form.json.code], [415, 'MEDIA_TYPE_UNSUPPORTED'])
  // Nothing of all this used the payment up.
  assert.equal((await initiate(tokens, ORDER)).status, 200)
})

test('initPayment: the seed’s names, ignored flags, empty optional fields; the same again is the same, another is a conflict', async () => {
  const tokens = await world.token(shop.client_id, shop.issued)
  const { psuIntermediarId, ...rest } = ORDER
  const body = {
    ...rest,
    ClientIDPSU: psuIntermediarId,
    externalPaymentID: tokens.paymentId,
    amount: '12.50',
    currency: 'RON',
    debtorIban: '',
    psuEmail: null,
    redirectURL: `${REDIRECT_URL}/7`,
    ibanOptimization: true,
    TCAccepted: true,
    isLink2Pay: false,
  }
  const first = await initiate(tokens, body)
  assert.equal(first.status, 200, first.text)
  assert.equal(
    (await initiate(tokens, { ...body, amount: 12.5, ClientIDPSU: undefined, psuIntermediarId })).text,
    first.text,
  )
  const conflict = await initiate(tokens, { ...body, amount: 12.51 })
  assert.deepEqual([conflict.status, conflict.json.code], [409, 'PAYMENT_CONFLICT'])
})

test('addresses and methods that do not exist, in the envelope', async () => {
  const tokens = await world.token(shop.client_id, shop.issued)
  for (const [method, path, http, code] of [
    ['GET', '/', 404, 'ROUTE_UNKNOWN'],
    ['GET', '/gateway/core/rest/api/statuses/1', 404, 'ROUTE_UNKNOWN'],
    ['GET', '/%zz', 404, 'ROUTE_UNKNOWN'],
    ['GET', `/core/rest/api/status/${'9'.repeat(300)}`, 404, 'ROUTE_UNKNOWN'],
    ['GET', '/authenticate/rest/api/token', 405, 'METHOD_NOT_ALLOWED'],
    ['DELETE', `/gateway/core/rest/api/core/status/${tokens.paymentId}`, 405, 'METHOD_NOT_ALLOWED'],
    ['OPTIONS', '/oauth2/token', 405, 'METHOD_NOT_ALLOWED'],
    ['PUT', '/.well-known/jwks.json', 405, 'METHOD_NOT_ALLOWED'],
    ['GET', '/core/rest/api/status/abc', 400, 'FIELD_INVALID'],
    ['GET', '/core/rest/api/status/0', 400, 'FIELD_INVALID'],
    ['GET', '/core/rest/api/status/9007199254740993', 400, 'FIELD_INVALID'],
    ['GET', '/core/rest/api/status/-1', 400, 'FIELD_INVALID'],
  ] as const) {
    const answer = await world.call({
      method,
      path,
      as: shop.issued,
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    assert.deepEqual(
      [answer.status, answer.json?.code, answer.json?.messageStatus],
      [http, code, 'ERROR'],
      `${method} ${path} ${answer.text}`,
    )
    assert.ok(answer.json.traceId)
    assert.equal(answer.headers.allow !== undefined, http === 405, path)
  }
})

test('bytes that are no request, and a header without end, get JSON too', async () => {
  const garbage = await raw('\x16\x03nonsense\r\n\r\n')
  assert.match(garbage, /^HTTP\/1\.1 400 /)
  const body = JSON.parse(garbage.slice(garbage.indexOf('\r\n\r\n') + 4))
  assert.deepEqual([body.status, body.messageStatus, body.code], [400, 'ERROR', 'BODY_MALFORMED'])
  assert.match(garbage, /\r\nsignature: sig1=/)
  assert.match(await raw(`GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /)
})

test('the log names route, status and partner, and holds no token, name, IBAN or query', async () => {
  const tokens = await world.token(shop.client_id, shop.issued)
  await initiate(tokens, ORDER)
  await post(`/authenticate/rest/api/refreshToken?client_id=${shop.client_id}&refresh_token=${tokens.refresh_token}`)
  await post('/authenticate/rest/api/token', '{"creditorName":"Ana Secret"', { 'content-type': 'application/json' })
  const log = world.log_lines.join('')
  assert.match(log, /"route":"\/gateway\/core\/rest\/api\/initPayment\/:paymentId","status":200/)
  assert.match(log, new RegExp(`"partner_id":${shop.partner_id}`))
  for (const secret of [
    tokens.access_token,
    tokens.refresh_token,
    'Florăria',
    'Ana Secret',
    CREDITOR_IBAN,
    'refresh_token=',
    'client-7',
  ]) {
    assert.ok(!log.includes(secret), secret.slice(0, 20))
  }
})

async function raw(text: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: world.port, servername: 'localhost', ca: world.ca })
  await once(socket, 'secureConnect')
  const parts: Buffer[] = []
  socket.on('data', (part: Buffer) => parts.push(part))
  socket.write(text)
  await once(socket, 'close')
  return Buffer.concat(parts).toString('utf8')
}
