/** Answers that a bank should not give, or gives to somebody else: none may cost a payer or tell a lie about money. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { AccessProfile, BankAnswer, BankProfile, BulkOrder } from '../connector.ts'
import { createBankHealth } from '../health.ts'
import { createBerlinGroupConnector } from './connector.ts'
import {
  created,
  initiation,
  openScriptedBank,
  profileAt,
  type Reply,
  type ScriptedBank,
  SINGLE,
} from './testing/bank.ts'

let bank: ScriptedBank
before(async () => {
  bank = await openScriptedBank()
})
after(() => bank.close())

const session = { bank_payment_id: 'p-1', service: 'payments' }
const oauth = (): Partial<BankProfile> => ({
  sca: 'oauth',
  access: {
    kind: 'authorization_code',
    authorization_endpoint: 'https://login.bank.example/auth',
    token_endpoint: `${bank.origin}/token`,
    client_id: 'punte',
    client_authentication: 'tls_client_auth',
    scope: 'PIS:{paymentId}',
    pkce: true,
    token_header: 'authorization',
  },
})
const bulk: BulkOrder = {
  service: 'bulk-payments',
  currency: 'RON',
  debtor_iban: SINGLE.debtor_iban,
  end_to_end_id: 'list',
  amount_minor: 200,
  batch_booking: true,
  transfers: ['a', 'b'].map((end_to_end_id) => ({
    amount_minor: 100,
    creditor_iban: SINGLE.creditor_iban,
    creditor_name: 'Ana',
    remittance: 'x',
    end_to_end_id,
  })),
}
const services: BankProfile['services'] = {
  payments: { product: 'ron-payment', format: 'json', future_dated: false },
  'bulk-payments': { product: 'ron-payment', format: 'json', max_transfers: 9 },
}

function ok<T>(answer: BankAnswer<T>): T {
  assert.equal(answer.kind, 'ok', JSON.stringify(answer))
  return answer.kind === 'ok' ? answer.value : assert.fail()
}

test('the answer to another request is nobody’s, be it a refusal or a success', async () => {
  const headers = { 'x-request-id': '99391c7e-ad88-49ec-a2ad-99ddcb1f7721' }
  const answers: Reply[] = [
    { ...created(), headers },
    { status: 400, headers, body: { tppMessages: [{ category: 'ERROR', code: 'FORMAT_ERROR' }] } },
    { status: 401, headers, body: { tppMessages: [{ category: 'ERROR', code: 'TOKEN_EXPIRED' }] } },
  ]
  for (const answer of answers) {
    bank.reply = () => answer
    const { kind, ...rest } = await bank.connect().initiate(initiation())
    assert.deepEqual([kind, 'reason' in rest && rest.reason], ['unknown', 'ANSWER_TO_ANOTHER_REQUEST'])
  }
  for (const gateway of ['', ', 99391c7e-ad88-49ec-a2ad-99ddcb1f7721']) {
    bank.reply = ({ headers: asked }) => ({
      status: 400,
      headers: { 'x-request-id': `${String(asked['x-request-id']).toUpperCase()}${gateway}` },
    })
    assert.equal((await bank.connect().initiate(initiation())).kind, 'refused')
  }
})

test('an address that only names one of the bank’s origins is foreign', async () => {
  const href = 'blob:https://login.bank.example/0a1b'
  bank.reply = () => created({ _links: { scaRedirect: { href } } })
  assert.deepEqual(await bank.connect().initiate(initiation()), { kind: 'unknown', reason: 'LINK_FOREIGN' })
  bank.reply = () => ({
    body: { issuer: bank.origin, authorization_endpoint: href, token_endpoint: `${bank.origin}/token` },
  })
  const { access } = oauth()
  const { authorization_endpoint: _a, token_endpoint: _t, ...rest } = access as { [name: string]: string }
  const profile = { ...oauth(), access: { ...rest, discovery_url: `${bank.origin}/meta` } as unknown as AccessProfile }
  assert.deepEqual(await bank.connect(profile).initiate(initiation()), {
    kind: 'not_sent',
    reason: 'OAUTH_METADATA_UNUSABLE',
  })
})

const report = (own: { message?: string; end_to_end?: string; payment?: string; single?: string }): Reply => ({
  headers: { 'content-type': 'application/xml' },
  body: `<Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>${own.message ?? ''}</OrgnlMsgId></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>${own.message ?? ''}</OrgnlPmtInfId><PmtInfSts>${own.payment ?? 'ACSC'}</PmtInfSts>
<TxInfAndSts><OrgnlEndToEndId>${own.end_to_end ?? ''}</OrgnlEndToEndId><TxSts>${own.single ?? 'ACSC'}</TxSts></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>`,
})
const xml: Partial<BankProfile> = {
  services: {
    payments: { product: 'pain.001-x', format: 'pain.001', future_dated: false },
    'bulk-payments': { product: 'pain.001-x', format: 'pain.001', max_transfers: 9 },
  },
  status: { path_has_product: false, format: 'pain.002' },
}

test('a report on another payment is believed of none', async () => {
  const connector = bank.connect(xml)
  bank.reply = () => created()
  const single = ok(await connector.initiate(initiation({ order: { ...SINGLE, end_to_end_id: 'P1-2-1' } }))).session
  const list = ok(await connector.initiate(initiation({ order: bulk }))).session
  const statusOf = async (of: typeof single, reply: Reply) => {
    bank.reply = () => reply
    const answer = await connector.status(of)
    return answer.kind === 'ok' ? answer.value.status : answer.kind
  }
  assert.equal(await statusOf(single, report({ message: 'P1-9-1', end_to_end: 'P1-9-1' })), 'unknown')
  assert.equal(await statusOf(single, report({ message: 'P1-2-1', end_to_end: 'P1-2-1' })), 'ACSC')
  assert.equal(await statusOf(single, report({ message: 'M7', end_to_end: 'P1-2-1' })), 'ACSC', 'the bank’s own names')
  assert.equal(await statusOf(single, report({ message: 'p1', end_to_end: 'NOTPROVIDED' })), 'ACSC', 'its own id')
  assert.equal(await statusOf(single, report({})), 'ACSC', 'no names at all')
  assert.equal(await statusOf(session as typeof single, report({ message: 'P1-9-1' })), 'ACSC', 'a session of before')

  assert.equal(await statusOf(list, report({ message: 'other', end_to_end: 'a' })), 'unknown')
  bank.reply = () => report({ message: 'other', end_to_end: 'a' })
  assert.equal((await connector.transfers(list)).kind, 'unknown')
  bank.reply = () => report({ message: 'list', end_to_end: 'a' })
  assert.equal(ok(await connector.transfers(list)).transfers.length, 1)

  const by_json = bank.connect({ services })
  bank.reply = () => ({
    body: { paymentId: 'p-2', payments: [{ endToEndIdentification: 'a', transactionStatus: 'ACSC' }] },
  })
  assert.equal((await by_json.transfers({ ...list, end_to_end_id: undefined })).kind, 'unknown')
})

test('of a single payment the transfer speaks, also where the report does not count it', async () => {
  bank.reply = () => report({ end_to_end: 'e', payment: 'ACSP', single: 'RJCT' })
  assert.equal(ok(await bank.connect(xml).status(session)).status, 'RJCT')
})

test('one transfer is not paid in part; a list is, where its answer says so of its transfers', async () => {
  bank.reply = () => ({ body: { transactionStatus: 'PART' } })
  const connector = bank.connect({ services })
  assert.equal((await connector.status(session)).kind, 'unknown')
  const list = { ...session, service: 'bulk-payments' }
  assert.equal(ok(await connector.status(list)).status, 'PART')
  bank.reply = () => created({ transactionStatus: 'PART' })
  assert.equal((await connector.initiate(initiation())).kind, 'unknown')

  const payments = ['ACSC', 'RJCT'].map((transactionStatus, no) => ({
    endToEndIdentification: String(no),
    transactionStatus,
  }))
  for (const transactionStatus of ['ACSC', 'RJCT', 'ACCC']) {
    bank.reply = () => ({ body: { transactionStatus, payments } })
    assert.equal(ok(await connector.status(list)).status, 'PART', transactionStatus)
  }
  const unnamed = payments.map((one) => ({ ...one, endToEndIdentification: 'NOTPROVIDED' }))
  bank.reply = () => ({ body: { transactionStatus: 'ACSC', payments: unnamed } })
  assert.equal(ok(await connector.status(list)).status, 'PART', 'nobody knows which, but not all are paid')
  const { headers, body } = report({ end_to_end: 'a' })
  const refused =
    '<TxInfAndSts><OrgnlEndToEndId>b</OrgnlEndToEndId><TxSts>RJCT</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>'
  bank.reply = () => ({ ...(headers && { headers }), body: String(body).replace('</OrgnlPmtInfAndSts>', refused) })
  assert.equal(ok(await connector.status(list)).status, 'PART', 'in XML too')
  bank.reply = () => ({ body: { transactionStatus: 'ACSP', payments } })
  assert.equal(ok(await connector.status(list)).status, 'ACSP')
})

test('200 to a cancellation that says the payment goes on is none', async () => {
  for (const [body, cancelled] of [
    [{ transactionStatus: 'ACSC' }, false],
    [{ transactionStatus: 'RCVD' }, false],
    [{ transactionStatus: 'CANC' }, true],
    [{}, true],
  ] as const) {
    bank.reply = () => ({ status: 200, body })
    assert.deepEqual(ok(await bank.connect().cancel(session)), { cancelled }, JSON.stringify(body))
  }
})

test('a bank that asks the payer in its own way, or not at all, has the payment: it is not lost', async () => {
  const nextOf = async (more: object, profile: Partial<BankProfile> = {}) => {
    bank.reply = () => created({ _links: {}, ...more })
    const answer = await bank.connect(profile).initiate(initiation())
    return answer.kind === 'ok' ? answer.value.next : answer.kind
  }
  const phone = { kind: 'decoupled', psu_message: 'Confirmați în aplicație' }
  assert.deepEqual(await nextOf({ psuMessage: 'Confirmați în aplicație' }), phone)
  for (const transactionStatus of ['PDNG', 'ACTC', 'ACFC', 'PATC'])
    assert.deepEqual(await nextOf({ transactionStatus }), { kind: 'none' }, transactionStatus)
  assert.deepEqual(await nextOf({ scaStatus: 'exempted' }), { kind: 'none' })
  assert.equal(await nextOf({ transactionStatus: 'ACTC' }, { statuses: { unauthorised: ['ACTC'] } }), 'unknown')
  assert.equal(await nextOf({}), 'unknown')

  // Words beside the link that has to be followed do not replace it.
  bank.reply = ({ url }) =>
    url.endsWith('/authorisations')
      ? { status: 201, body: { scaStatus: 'received', _links: { scaRedirect: 'https://login.bank.example/s' } } }
      : created({ psuMessage: 'Vă rugăm confirmați', _links: { startAuthorisation: { href: '/a' } } })
  const { next } = ok(await bank.connect().initiate(initiation()))
  assert.deepEqual(next, { kind: 'redirect', url: 'https://login.bank.example/s' })
})

test('a byte order mark is no fault, and an account number no code', async () => {
  bank.reply = () => ({ body: `\ufeff${JSON.stringify({ transactionStatus: 'ACSC' })}` })
  assert.equal(ok(await bank.connect().status(session)).status, 'ACSC')
  const codes = [`X_${SINGLE.debtor_iban}`, SINGLE.debtor_iban, 'AM04InsufficientFunds']
  for (const code of codes) {
    bank.reply = () => ({ status: 400, body: { tppMessages: [{ category: 'ERROR', code }] } })
    const answer = await bank.connect().status(session)
    assert.ok(answer.kind === 'refused')
    assert.equal(answer.code, code.startsWith('AM04') ? code : 'HTTP_400')
  }
})

test('what a bank was not asked says nothing of its health', async () => {
  const health = createBankHealth({ clock: { now: () => new Date() } })
  const connector = health.watch(bank.connect(oauth()))
  for (let i = 0; i < 10; i += 1)
    assert.deepEqual(await connector.status(session), { kind: 'not_sent', reason: 'NOT_AUTHORISED_YET' })
  for (let i = 0; i < 10; i += 1)
    assert.deepEqual(await connector.initiate(initiation({ order: bulk })), {
      kind: 'not_sent',
      reason: 'SERVICE_NOT_OFFERED',
    })
  assert.equal(health.obstacle(profileAt(bank.origin)), undefined)
})

test('whatever an initiation is answered with that is no clear word leaves its fate open', async () => {
  const answers: Reply[] = [
    { status: 302, headers: { location: `${bank.origin}/elsewhere` } },
    { status: 303, headers: { location: 'http://127.0.0.1:1/' } },
    { status: 408 },
    { status: 502, body: '<html>' },
    { status: 201, body: '' },
    { status: 204 },
    { status: 201, body: '[]' },
    { status: 201, body: { transactionStatus: 'RCVD', paymentId: '../../p-2', _links: {} } },
    { status: 201, body: { transactionStatus: 'RCVD', paymentId: 7, _links: {} } },
    { status: 201, body: { transactionStatus: 'received', paymentId: 'p-1' } },
    created({ _links: { self: '/api/v1/payments/ron-payment/p-2', scaRedirect: 'https://login.bank.example/x' } }),
    { status: 201, body: `"${'x'.repeat(2_000_000)}"` },
    { status: 201, body: '{"a":'.repeat(100_000) },
  ]
  for (const answer of answers) {
    bank.reply = () => answer
    const { kind } = await bank.connect().initiate(initiation())
    assert.equal(kind, 'unknown', JSON.stringify(answer).slice(0, 100))
    assert.equal(bank.seen.length, 1, 'no redirect is followed, nothing is repeated')
  }
})

test('a repetition by another process, later, is the same message under the same id', async () => {
  const product = 'pain.001-x'
  const multipart: Partial<BankProfile> = {
    services: {
      payments: { product, format: 'pain.001', future_dated: false },
      'periodic-payments': { product, format: 'pain.001', frequencies: { Monthly: 'Monthly' }, day_digits: 1 },
    },
  }
  const recurring = {
    ...SINGLE,
    service: 'periodic-payments',
    schedule: { start_date: '2030-01-05', frequency: 'Monthly' },
  } as const
  bank.reply = () => created()
  for (const [profile, order] of [
    [{}, SINGLE],
    [multipart, SINGLE],
    [multipart, recurring],
  ] as const) {
    const input = initiation({ order, at: new Date('2030-01-01T21:59:59Z') })
    const parts = bank.parts(profile)
    bank.seen.length = 0
    for (const now of ['2030-01-01T22:00:00Z', '2030-01-02T22:00:01Z'])
      ok(
        await createBerlinGroupConnector({ ...parts, clock: { now: () => new Date(now) } }).initiate(
          structuredClone(input),
        ),
      )
    // A message has the time of its sending, and a signature that covers it; what is asked for has neither.
    const [first, second] = bank.seen.map(
      ({ headers: { date: _date, signature: _signature, ...headers }, ...rest }) => ({
        ...rest,
        headers,
      }),
    )
    assert.deepEqual(second, first)
    assert.equal(first?.headers['x-request-id'], input.request_id)
  }
})
