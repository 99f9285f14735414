/** The page's calls over real HTTP: what the page may do, and what a forged one may not. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before, beforeEach } from 'node:test'
import { type Fixture, openFixture, REQUEST, says } from '../../domain/initiation/fixture.ts'
import { initiatePayment } from '../../domain/initiation/partner-calls/initiate.ts'
import { pageState, pageToken, returnState } from '../../domain/initiation/payer/capability.ts'
import { loadPayment, type PaymentKey } from '../../domain/initiation/store.ts'
import { openTerms } from '../../domain/initiation/terms.ts'
import { until } from '../../infra/testing/until.ts'
import type { PaymentView, Refusal } from './contract.ts'
import { type CheckoutServer, startCheckout } from './server.ts'

const SETTINGS = {
  PUNTE_CHECKOUT_HOST: '127.0.0.1',
  PUNTE_CHECKOUT_PORT: 0,
  PUNTE_TRUSTED_PROXIES: [],
  PUNTE_ADDRESS_RATE_PER_MINUTE: 100_000,
  PUNTE_PAGE_RETURN_SECONDS: 10,
  PUNTE_OPERATOR_NAME: 'Punte Test SRL',
  PUNTE_OPERATOR_REGISTER: 'IP-RO-0000',
  PUNTE_OPERATOR_CONTACT: 'București',
  PUNTE_OPERATOR_COMPLAINTS: 'reclamatii@example.ro',
}

let shop: Fixture
let erp: Fixture
let folder: string
let servers: { shop: CheckoutServer; erp: CheckoutServer }

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'punte-pages-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Plată</title>')
  await writeFile(join(folder, 'assets', 'page-1a2b.js'), 'export {}')
  shop = await openFixture('Ecommerce', SETTINGS)
  erp = await openFixture('Finance', SETTINGS)
  servers = { shop: await startCheckout(shop.context, folder), erp: await startCheckout(erp.context, folder) }
})
after(async () => {
  await servers?.shop.close()
  await servers?.erp.close()
  await shop?.close()
  await erp?.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => {
  shop.reset()
  erp.reset()
})

type Answer<T> = { status: number; body: T; headers: Headers }
async function call<T>(
  f: Fixture,
  key: PaymentKey,
  path: string,
  more: { state?: string; body?: unknown; method?: string } = {},
): Promise<Answer<T>> {
  const { url } = f === shop ? servers.shop : servers.erp
  const answer = await fetch(`${url}/checkout/api/payments/${key.payment_id}${path}`, {
    method: more.method ?? (more.body === undefined ? 'GET' : 'POST'),
    headers: {
      'payment-state': more.state ?? pageState(f.context.keys, key),
      ...(more.body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(more.body !== undefined && { body: JSON.stringify(more.body) }),
  })
  return { status: answer.status, body: (await answer.json()) as T, headers: answer.headers }
}
const view = (f: Fixture, key: PaymentKey) => call<PaymentView>(f, key, '')
async function submit<T = Refusal>(
  f: Fixture,
  key: PaymentKey,
  change: Record<string, unknown> = {},
): Promise<Answer<T>> {
  const { pageToken } = (await view(f, key)).body
  const body = {
    pageToken,
    bankId: 'carpati',
    debtorIban: REQUEST.debtor_iban,
    email: 'ion@example.ro',
    termsAccepted: true,
    language: 'ro',
    ...change,
  }
  return call<T>(f, key, '/submit', { body })
}

test('the page is served with a strict policy, and its files for good', async () => {
  const page = await fetch(`${servers.shop.url}/payment-initiation?payment=1&state=x`)
  assert.equal(page.status, 200)
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'; script-src 'self'/)
  assert.equal(page.headers.get('referrer-policy'), 'no-referrer')
  assert.equal(page.headers.get('cache-control'), 'no-store')
  const file = await fetch(`${servers.shop.url}/checkout/assets/page-1a2b.js`)
  assert.match(file.headers.get('cache-control') ?? '', /immutable/)
  for (const path of ['/checkout/assets/../index.html', '/checkout/assets/%2e%2e%2findex.html', '/etc/passwd']) {
    assert.equal((await fetch(`${servers.shop.url}${path}`)).status, 404)
  }
})

test('a payment is shown to who has its link, and to nobody else', async () => {
  const key = await shop.initiated()
  const other = await shop.initiated()
  const shown = await view(shop, key)
  assert.equal(shown.status, 200)
  assert.equal(shown.body.step, 'form')
  assert.deepEqual(shown.body.editable, ['debtorIban', 'email', 'bankId'])
  assert.equal(shown.body.values.amountMinor, 12_345)
  assert.equal(shown.body.returnUrl, `https://shop.example/back?paymentId=${key.payment_id}`)
  const good = pageState(shop.context.keys, key)
  for (const state of [
    '',
    'x',
    good.slice(0, -1),
    `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`,
    pageState(shop.context.keys, other),
    `${good}=`,
    good.repeat(9),
  ]) {
    const refused = await call<Refusal>(shop, key, '', { state })
    assert.equal(refused.status, 403, state)
    assert.equal(refused.body.code, 'STATE_INVALID')
  }
})

test('a payment that was only reserved has no page', async () => {
  const key = await shop.reserved()
  assert.equal((await call<Refusal>(shop, key, '')).body.code, 'PAYMENT_UNKNOWN')
})

test('submit leads to the bank; again, or from a second tab, it starts nothing new', async () => {
  const key = await shop.initiated()
  const first = await submit<PaymentView>(shop, key)
  assert.equal(first.status, 200)
  assert.equal(first.body.step, 'authorise')
  assert.equal(first.body.redirectUrl, 'https://bank.example/sca')
  const again = await submit<PaymentView>(shop, key)
  assert.equal(again.body.step, 'authorise')
  assert.equal(shop.bank.asked.initiate.length, 1)
})

test('two submits at once show the same payment and reach the bank once', async () => {
  const key = await shop.initiated()
  const both = await Promise.all([
    submit<PaymentView>(shop, key),
    submit<PaymentView>(shop, key),
    submit<PaymentView>(shop, key),
  ])
  for (const { status, body } of both) {
    assert.equal(status, 200)
    assert.ok(body.step === 'authorise' || body.step === 'sending')
  }
  assert.equal(shop.bank.asked.initiate.length, 1)
})

test("a shop's payer cannot change what the shop fixed, however the form is forged", async () => {
  const key = await shop.initiated()
  const forgeries = [
    [{ amountMinor: 1 }, 'amount'],
    [{ creditorIban: 'RO09PORL7789778256833565' }, 'creditorIban'],
    [{ creditorName: 'Altcineva' }, 'creditorName'],
    [{ details: 'altceva' }, 'details'],
  ] as const
  for (const [change, field] of forgeries) {
    const refused = await submit(shop, key, change)
    assert.equal(refused.status, 422)
    assert.equal(refused.body.code, 'FIELD_NOT_EDITABLE')
    assert.equal(refused.body.fields?.[field], 'not_editable')
  }
  assert.equal((await submit(shop, key, { partnerName: 'x' })).status, 400)
  assert.equal(shop.bank.asked.initiate.length, 0)
  assert.equal((await view(shop, key)).body.step, 'form')
  // Repeating what is fixed, as it is, is no change.
  assert.equal(
    (await submit(shop, key, { amountMinor: 12_345, creditorIban: 'RO49 AAAA 1B31 0075 9384 0000' })).status,
    200,
  )
})

test("an ERP's payer may change what the table says, and the bank gets the changed payment", async () => {
  const key = await erp.initiated()
  const changed = await submit<PaymentView>(erp, key, {
    amountMinor: 5_001,
    creditorName: 'Ștefan cel Nou',
    creditorIban: 'RO09PORL7789778256833565',
    details: 'Factura 9',
  })
  assert.equal(changed.status, 200)
  const payment = await loadPayment(erp.context, key)
  assert.ok(payment)
  assert.equal(payment.amount_minor, 5_001)
  assert.equal(openTerms(erp.context, payment).creditor_name, 'Ștefan cel Nou')
})

test('an ERP may leave fields to the payer, who must fill them', async () => {
  const key = await erp.reserved()
  await initiatePayment(erp.context, {
    partner: erp.partner,
    payment_id: key.payment_id,
    request: { psu_intermediar_id: 'x' },
  })
  const refused = await submit(erp, key)
  assert.equal(refused.status, 422)
  assert.deepEqual(refused.body.fields, {
    creditorName: 'required',
    creditorIban: 'required',
    details: 'required',
    amount: 'required',
  })
})

test('fields are checked again on the server, each fault by its name', async () => {
  const key = await shop.initiated()
  const faults = async (change: Record<string, unknown>) => (await submit(shop, key, change)).body.fields
  assert.deepEqual(await faults({ debtorIban: 'RO98BTRL0000999900000002' }), { debtorIban: 'invalid' })
  assert.deepEqual(await faults({ debtorIban: 'DE89370400440532013000' }), { debtorIban: 'not_romanian' })
  assert.deepEqual(await faults({ debtorIban: REQUEST.creditor_iban }), { debtorIban: 'same_account' })
  assert.deepEqual(await faults({ debtorIban: 'RO74RNCB0000999900000001' }), { debtorIban: 'wrong_bank' })
  assert.deepEqual(await faults({ debtorIban: '', email: '' }), { debtorIban: 'required', email: 'required' })
  assert.deepEqual(await faults({ email: 'a@b' }), { email: 'invalid' })
  assert.deepEqual(await faults({ email: 'a@b.ro\r\nBcc: x@y.ro' }), { email: 'invalid' })
  assert.deepEqual(await faults({ bankId: 'nobody' }), { bankId: 'invalid' })
  assert.equal((await submit(shop, key, { termsAccepted: false })).status, 400)
  assert.equal((await submit(shop, key, { email: 7 })).status, 400)
})

test('a decoupled bank needs the user code', async () => {
  shop.bank.profile = { ...shop.bank.profile, sca: 'decoupled', needs_psu_id: true }
  const key = await shop.initiated()
  assert.deepEqual((await submit(shop, key)).body.fields, { userCode: 'required' })
  assert.deepEqual((await submit(shop, key, { userCode: 'cod\r\nX-Evil: 1' })).body.fields, { userCode: 'invalid' })
  assert.equal((await submit(shop, key, { userCode: 'ion.pop' })).status, 200)
})

test("a page that was idle too long cannot submit; neither can one with another payment's token", async () => {
  const key = await shop.initiated()
  const other = await shop.initiated()
  const old = pageToken(shop.context.keys, key, new Date(shop.now.getTime() - 11 * 60_000))
  assert.equal((await submit(shop, key, { pageToken: old })).body.code, 'PAGE_EXPIRED')
  assert.equal(
    (await submit(shop, key, { pageToken: pageToken(shop.context.keys, other, shop.now) })).body.code,
    'PAGE_EXPIRED',
  )
  assert.equal((await submit(shop, key)).status, 200)
})

test('nothing is sent to a bank once the time is over, though nothing has ended the payment yet', async () => {
  const key = await shop.initiated()
  await shop.context.db.query({
    text: 'update payments set expires_at = $2 where payment_id = $1',
    values: [key.payment_id, shop.now],
  })
  const { status, body } = await submit(shop, key)
  assert.deepEqual([status, body.code], [409, 'PAYMENT_CLOSED'])
  assert.equal((await loadPayment(shop.context, key))?.attempt_no, 0)
})

test('Renunță ends the payment once, and a finished one stays as it is', async () => {
  const key = await shop.initiated()
  const gone = await call<PaymentView>(shop, key, '/abandon', { body: {} })
  assert.deepEqual(gone.body.outcome, { kind: 'abandoned', reason: 'ABANDONED_BY_PAYER' })
  assert.equal((await submit<PaymentView>(shop, key)).body.step, 'outcome')
  assert.equal(shop.bank.asked.initiate.length, 0)
})

test("the bank sends the payer back; the page then shows the bank's word", async () => {
  const key = await shop.initiated()
  await submit(shop, key)
  shop.bank.status = [says('ACSC')]
  const state = returnState(shop.context.keys, { ...key, attempt_no: 1 })
  const back = await fetch(`${servers.shop.url}/payment-return/${state}/ok?status=ok&evil=1`, { redirect: 'manual' })
  assert.equal(back.status, 303)
  assert.equal(
    back.headers.get('location'),
    `http://localhost:1/payment-initiation?payment=${key.payment_id}&state=${pageState(shop.context.keys, key)}`,
  )
  assert.deepEqual((await view(shop, key)).body.outcome, { kind: 'paid' })
  const forged = await fetch(`${servers.shop.url}/payment-return/${state.slice(0, -1)}/ok`, { redirect: 'manual' })
  assert.equal(forged.headers.get('location'), '/payment-initiation')
  const doubled = await fetch(`${servers.shop.url}/payment-return?state=a&state=b&code=${'c'.repeat(3000)}`, {
    redirect: 'manual',
  })
  assert.equal(doubled.headers.get('location'), '/payment-initiation')
  const empty = await fetch(`${servers.shop.url}/payment-return`, { redirect: 'manual' })
  assert.equal(empty.headers.get('location'), '/payment-initiation')
})

test('what cannot be read is refused in JSON', async () => {
  const key = await shop.initiated()
  const url = `${servers.shop.url}/checkout/api/payments/${key.payment_id}/submit`
  const headers = { 'payment-state': pageState(shop.context.keys, key), 'content-type': 'application/json' }
  for (const [body, status] of [
    ['{', 400],
    ['[]', 400],
    [`{"pageToken":"${'x'.repeat(20_000)}"}`, 413],
  ] as const) {
    const refused = await fetch(url, { method: 'POST', headers, body })
    assert.equal(refused.status, status)
    assert.match(refused.headers.get('content-type') ?? '', /json/)
    assert.ok(((await refused.json()) as Refusal).traceId)
  }
  assert.equal((await fetch(`${servers.shop.url}/checkout/api/payments/9007199254740993`, { headers })).status, 403)
})

test("a bank's notification makes us ask the bank, and is not believed itself", async () => {
  const key = await shop.initiated()
  await submit(shop, key)
  const tell = (state: string) =>
    fetch(`${servers.shop.url}/bank-notification/${state}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"transactionStatus":"ACSC"}',
    })
  const state = returnState(shop.context.keys, { ...key, attempt_no: 1 })
  assert.equal((await tell(`${state.slice(0, -1)}${state.endsWith('A') ? 'B' : 'A'}`)).status, 403)
  assert.equal(shop.bank.asked.status, 0)
  assert.equal((await tell(state)).status, 204)
  await until('the question', () => shop.bank.asked.status === 1)
  assert.equal((await view(shop, key)).body.step, 'authorise')
  shop.bank.status = [says('ACSC')]
  assert.equal((await tell(state)).status, 204)
  await until('the outcome', async () => (await view(shop, key)).body.step === 'outcome')
  assert.deepEqual((await view(shop, key)).body.outcome, { kind: 'paid' })
})

test('that its payer has a page open is noted, once; a forged state notes nothing', async () => {
  const key = await shop.initiated()
  const noted = async () => {
    const text = 'select payment_id from page_opens where partner_id = $1 and payment_id = $2'
    return (await shop.context.db.query({ text, values: [key.partner_id, key.payment_id] })).rows.length
  }
  assert.equal((await call(shop, key, '', { state: 'forged' })).status, 403)
  await new Promise((done) => setTimeout(done, 1_200))
  assert.equal(await noted(), 0)
  for (let n = 0; n < 3; n += 1) assert.equal((await call(shop, key, '')).status, 200)
  await until('the note', async () => (await noted()) > 0)
  assert.equal(await noted(), 1)
})
