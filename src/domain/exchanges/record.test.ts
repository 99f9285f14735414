/** Payments at banks of every kind of access, over real TLS and into a real database: what is on record, and what is not. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import {
  openScriptedBank,
  profileAt,
  type Reply,
  type ScriptedBank,
} from '../../infra/banks/berlin-group/testing/bank.ts'
import type { AccessProfile, BankConnector, BankProfile } from '../../infra/banks/connector.ts'
import type { Context } from '../context.ts'
import { explainPayment } from '../explain/payment.ts'
import type { Explanation } from '../explain/timeline.ts'
import { type Fixture, openFixture, REQUEST, TERMS } from '../initiation/fixture.ts'
import { initiateList } from '../initiation/lists/initiate.ts'
import { submitList } from '../initiation/lists/list.ts'
import { returnState } from '../initiation/payer/capability.ts'
import { takeReturn } from '../initiation/payer/return.ts'
import { submitPayment } from '../initiation/payer/submit.ts'
import { settle } from '../initiation/settling/settle.ts'
import { loadPayment, type PaymentKey, type PaymentRow } from '../initiation/store.ts'
import { resealAll } from '../resealing/reseal.ts'
import { eraseOldExchanges } from './erase.ts'
import { exchangesWritten, openMessages } from './record.ts'
import { listExchanges } from './store.ts'

const exchangesOf = (explanation: Explanation | undefined) =>
  explanation?.moments.flatMap(({ code, facts }) => (code === 'exchange' ? [facts] : [])) ?? []

let f: Fixture
let bank: ScriptedBank
before(async () => {
  ;[f, bank] = await Promise.all([openFixture('Ecommerce', { PUNTE_EXCHANGE_DAYS: 90 }), openScriptedBank()])
})
after(async () => {
  await bank?.close()
  await f?.close()
})
beforeEach(() => f.reset())

const TOKEN = 'access-token-0123456789abcdef'
const REFRESH = 'refresh-token-0123456789abcdef'
const CODE = 'authorisation-code-0123456789'
const CLIENT_SECRET = 'client-secret-0123456789'
const API_KEY = 'web-api-key-0123456789'
const COOKIE = 'session-cookie-0123456789'
const SECRET_FILES = { secret_headers: { 'web-api-key': API_KEY }, client_secret: CLIENT_SECRET }

const access = (more: Partial<Exclude<AccessProfile, { kind: 'certificate' }>>): AccessProfile => ({
  kind: 'authorization_code',
  authorization_endpoint: 'https://login.bank.example/auth',
  token_endpoint: `${bank.origin}/token`,
  client_id: 'punte',
  client_authentication: 'client_secret_basic',
  scope: 'PIS:{paymentId}',
  pkce: true,
  token_header: 'authorization',
  ...more,
})

/** A bank that says back what it was told, as fault pages do. */
function answers(status: () => Reply): void {
  bank.reply = ({ url, method, headers, body }) => {
    const cookie = { 'set-cookie': `sid=${COOKIE}`, 'x-request-id': String(headers['x-request-id'] ?? '') }
    if (url === '/token')
      return {
        body: { access_token: TOKEN, refresh_token: REFRESH, token_type: 'Bearer', expires_in: 300, heard: body },
      }
    if (method === 'POST') {
      const _links = {
        scaRedirect: { href: `https://login.bank.example/x?ticket=${COOKIE}` },
        back: { href: String(headers['tpp-redirect-uri']) },
      }
      const heard = { authorization: headers.authorization, signature: headers.signature, note: `key ${API_KEY}` }
      return {
        status: 201,
        headers: cookie,
        body: {
          transactionStatus: 'RCVD',
          // Of each payment its own, as banks number them.
          paymentId: `p-${headers['x-request-id']}`,
          _links,
          heard,
          tppMessages: [{ category: 'WARNING', code: 'X' }],
        },
      }
    }
    return { headers: cookie, ...status() }
  }
}

const contextOf = (connector: BankConnector): Context => ({
  ...f.context,
  banks: { ...f.context.banks, get: () => connector },
})
const row = async (key: PaymentKey): Promise<PaymentRow> => (await loadPayment(f.context, key)) as PaymentRow

/** A payment from the payer's press to the first question, with his return between. */
async function pay(more: Partial<BankProfile>): Promise<{ key: PaymentKey; context: Context; state: string }> {
  const connector = bank.connect({ id: 'carpati', header_files: { 'web-api-key': 'key.txt' }, ...more }, SECRET_FILES)
  const context = contextOf(connector)
  const key = await f.initiated()
  const psu = { ip_address: '10.1.2.3', psu_id: 'ana.pop' }
  const sent = await submitPayment(context, {
    payment: await row(key),
    bank: connector,
    terms: TERMS,
    amount_minor: 12_345,
    psu,
  })
  const state = returnState(context.keys, { ...key, attempt_no: sent.attempt_no })
  const code = (more.access ?? { kind: 'certificate' }).kind.startsWith('authorization_code')
  await takeReturn(context, { state, ...(code && { oauth: { code: CODE } }) }).asked
  // Who has only let us in so far goes on to the bank, and nobody has asked it yet.
  if (more.access?.kind === 'authorization_code_first') await settle(context, { ...key, cause: 'poll' })
  await exchangesWritten(context.db)
  return { key, context, state }
}

/** What is in the table, as bytes, and what the keys make of it. */
async function onRecord(key: PaymentKey) {
  const rows = await listExchanges(f.context, key)
  const { rows: raw } = await f.context.db.query<{ bytes: Buffer }>({
    text: `select convert_to(bank_exchanges::text, 'UTF8') || messages_enc as bytes from bank_exchanges
      where partner_id = $1 and payment_id = $2`,
    values: [key.partner_id, key.payment_id],
  })
  return {
    rows,
    raw: Buffer.concat(raw.map(({ bytes }) => bytes)).toString('latin1'),
    opened: rows.map((one) => JSON.stringify(openMessages(f.context, one))).join('\n'),
  }
}

const KINDS: Readonly<Record<string, () => Partial<BankProfile>>> = {
  certificate: () => ({}),
  authorization_code: () => ({ sca: 'oauth', access: access({}) }),
  'authorization_code, secret in the body, own header': () => ({
    sca: 'oauth',
    access: access({ client_authentication: 'client_secret_post', token_header: 'oauth-1' }),
  }),
  authorization_code_first: () => ({ access: access({ kind: 'authorization_code_first', scope: 'PISP' }) }),
  client_credentials: () => ({
    access: access({
      kind: 'client_credentials',
      client_authentication: 'client_secret_basic',
      scope: 'pay',
      pkce: false,
    }),
  }),
  'client_credentials, signed': () => ({
    access: access({ kind: 'client_credentials', client_authentication: 'signature', scope: 'pay', pkce: false }),
  }),
}
for (const [name, profile] of Object.entries(KINDS)) {
  test(`${name}: every message is on record, no secret is, not even sealed`, async () => {
    answers(() => ({ body: { transactionStatus: 'ACTC' } }))
    const { key, context, state } = await pay(profile())
    assert.equal(await f.statusOf(key), 'ACTC', 'the payment went on')
    const { rows, raw, opened } = await onRecord(key)
    const calls = rows.map(({ method, path, host }) => `${method} ${host}${path}`)
    assert.deepEqual(
      calls,
      bank.seen.map(({ method, url }) => `${method} ${new URL(bank.origin).host}${url}`),
    )
    assert.ok(rows.every(({ http_status, attempt_no }) => http_status !== null && attempt_no === 1))
    const purposes = new Set(rows.map(({ purpose }) => purpose))
    assert.deepEqual(
      [purposes.has('initiate'), purposes.has('status'), purposes.has('token')],
      [true, true, name !== 'certificate'],
    )

    const signatures = bank.seen.flatMap(({ headers }) => [
      /signature="([^"]+)"/.exec(String(headers.signature ?? ''))?.[1] ?? [],
      headers['tpp-signature-certificate'] ?? [],
      headers.authorization ?? [],
    ])
    const verifiers = bank.seen.flatMap(({ body }) => new URLSearchParams(body).get('code_verifier') ?? [])
    if (name.startsWith('authorization_code')) assert.equal(verifiers.length, 1)
    const basic = Buffer.from(`punte:${CLIENT_SECRET}`).toString('base64')
    const secrets = [
      TOKEN,
      REFRESH,
      CODE,
      CLIENT_SECRET,
      API_KEY,
      COOKIE,
      basic,
      state,
      ...signatures.flat(),
      ...verifiers,
    ]
    for (const secret of secrets) {
      assert.ok(!raw.includes(secret), `${secret} in the table`)
      assert.ok(!opened.includes(secret), `${secret} under the seal: ${opened}`)
    }
    // Who people are is there, under the seal alone.
    const people = [TERMS.creditor_iban, TERMS.debtor_iban, 'Floraria Ana', 'ana.pop']
    for (const person of people) assert.ok(!raw.includes(person), `${person} in the table`)
    for (const person of people) assert.ok(opened.includes(person), `${person} is to be found in ${opened}`)

    const explanation = await explainPayment(context, key, { messages: true })
    const shown = JSON.stringify({ ...explanation, about: '' })
    for (const person of [...people, ...secrets, REQUEST.psu_email, 'Comanda', '10.1.2.3'])
      assert.ok(!shown.includes(person), `${person} in ${shown}`)
    const told = exchangesOf(explanation)
    assert.equal(told.length, rows.length)
    const { attempt_no, method, address, http_status } = told.find(({ purpose }) => purpose === 'initiate') ?? {}
    assert.deepEqual([attempt_no, method, http_status], [1, 'POST', 201])
    assert.match(address ?? '', /^localhost:\d+\/api\/v1\/payments\/ron-payment$/)
    // What staff need to find it at the bank stands as it is.
    assert.ok(
      shown.includes('RO98…0001') &&
        shown.includes('RO49…0000') &&
        shown.includes(`P${key.partner_id}-${key.payment_id}-1`),
    )
    assert.ok(shown.includes(String(bank.seen.find(({ url }) => url.includes('ron-payment'))?.headers['x-request-id'])))
  })
}

test('a list that the bank refuses in words: whom it names is masked, and the whole order is on record', async () => {
  const refusal = 'Furnizor Mare 2, RO74RNCB0000999900000001, is closed'
  bank.reply = () => ({
    status: 400,
    body: { tppMessages: [{ category: 'ERROR', code: 'FORMAT_ERROR', text: refusal }] },
  })
  const { services } = profileAt(bank.origin)
  const bulk = { product: 'ron-payment', format: 'json', max_transfers: 500 } as const
  const connector = bank.connect({ id: 'carpati', services: { ...services, 'bulk-payments': bulk } })
  const context = contextOf(connector)
  const key = await f.reserved()
  const ibans = ['RO09PORL7789778256833565', 'RO74RNCB0000999900000001']
  const items = ibans.map((creditor_iban, n) => {
    return { creditor_name: `Furnizor Mare ${n + 1}`, creditor_iban, amount_minor: 100, details: `Factura ${n + 1}` }
  })
  const { debtor_iban, psu_email: email } = REQUEST
  const request = { debtor_iban, psu_email: email, items }
  await initiateList(context, { partner: f.partner, payment_id: key.payment_id, request })
  const psu = { ip_address: '10.1.2.3' }
  await submitList(context, { payment: await row(key), bank: connector, debtor: { debtor_iban, email }, psu })
  await exchangesWritten(context.db)
  assert.match((await onRecord(key)).opened, /Furnizor Mare 1.*Furnizor Mare 2, RO74RNCB0000999900000001, is closed/s)
  const shown = JSON.stringify((await explainPayment(context, key, { messages: true }))?.moments)
  for (const person of [...ibans, 'Furnizor', 'Factura', debtor_iban])
    assert.ok(!shown.includes(person), `${person} in ${shown}`)
  assert.match(shown, /F\. M\. 2\., RO74…0001, is closed/)
})

test('of the same answers in a row the first and the last are kept, with how many there were', async () => {
  const said = ['RCVD', 'RCVD', 'RCVD', 'RCVD', 'ACTC', 'RCVD']
  answers(() => ({ body: { transactionStatus: said.shift() } }))
  const { key, context } = await pay({})
  for (let n = 0; n < 5; n += 1) {
    f.now = new Date(f.now.getTime() + 60_000)
    await settle(context, { ...key, cause: 'poll' })
    await exchangesWritten(context.db)
  }
  const asked = (await onRecord(key)).rows.filter(({ purpose }) => purpose === 'status')
  assert.deepEqual(
    asked.map(({ same_no }) => same_no),
    [1, 4, 1, 1],
  )
  const told = exchangesOf(await explainPayment(context, key))
  assert.equal(told.find(({ same_no }) => same_no !== undefined)?.same_no, 4)
  assert.ok(told.every(({ messages }) => messages === undefined))
})

test('what never left and what was not answered is told apart; a lost record fails no payment', async () => {
  answers(() => ({ status: 500, body: 'x'.repeat(40_000) }))
  const { key, context } = await pay({})
  const [, failed] = (await onRecord(key)).rows
  assert.equal(failed?.http_status, 500)
  const { answer } = openMessages(f.context, failed as NonNullable<typeof failed>)
  assert.deepEqual([answer?.cut, answer?.bytes], [true, 40_000])
  assert.ok((answer?.body?.length ?? 0) <= 16_384)

  const gone = bank.connect({ id: 'carpati', base_url: 'https://localhost:1/api/v1' }, SECRET_FILES)
  await settle(contextOf(gone), { ...key, cause: 'poll' })
  await exchangesWritten(context.db)
  const { rows } = await onRecord(key)
  assert.deepEqual([rows.at(-1)?.fault, rows.at(-1)?.fault_reason], ['not_sent', 'ECONNREFUSED'])
  const { purpose, address, fault } = exchangesOf(await explainPayment(context, key)).at(-1) ?? {}
  assert.deepEqual([purpose, fault], ['status', { kind: 'not_sent', reason: 'ECONNREFUSED' }])
  assert.match(address ?? '', /^localhost:1\//)

  await f.context.db.query({ text: 'alter table bank_exchanges rename to elsewhere', values: [] })
  try {
    answers(() => ({ body: { transactionStatus: 'ACSC' } }))
    await settle(context, { ...key, cause: 'poll' })
    await exchangesWritten(context.db)
  } finally {
    await f.context.db.query({ text: 'alter table elsewhere rename to bank_exchanges', values: [] })
  }
  assert.equal(await f.statusOf(key), 'ACSC')
  assert.equal((await onRecord(key)).rows.length, rows.length)
})

test('old messages are erased, and those that stay are sealed anew with the other values', async () => {
  answers(() => ({ body: { transactionStatus: 'RCVD' } }))
  const old = await pay({})
  f.now = new Date(f.now.getTime() + 91 * 86_400_000)
  const young = await pay({})
  assert.ok((await eraseOldExchanges(f.context)) >= 2)
  assert.deepEqual([(await onRecord(old.key)).rows.length, (await onRecord(young.key)).rows.length], [0, 2])
  const keys = { ...f.context.keys, needsReseal: () => true }
  const before = (await onRecord(young.key)).rows[0]
  assert.ok((await resealAll({ db: f.context.db, keys })) >= 2)
  const afterwards = (await onRecord(young.key)).rows[0]
  assert.notDeepEqual(afterwards?.messages_enc, before?.messages_enc)
  assert.deepEqual(
    openMessages(f.context, afterwards as NonNullable<typeof before>),
    openMessages(f.context, before as NonNullable<typeof before>),
  )
})

test('the textbook profile of this test signs, so that there is a signature to be found', () => {
  assert.equal(profileAt('').signing.required, true)
})
