/** Answers that a bank should not give, or gives to somebody else: none may cost a payer or tell a lie about money. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { AccessProfile, BankAnswer, BankProfile, BulkOrder } from '../connector.ts'
import { createBankHealth } from '../health.ts'
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

const BACK = { oauth_redirect_uri: 'https://plati.example/oauth' }
const session = { bank_payment_id: 'p-1', service: 'payments' }
const oauth = (more: Partial<Exclude<AccessProfile, { kind: 'certificate' }>> = {}): Partial<BankProfile> => ({
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
    ...more,
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
  bank.reply = ({ headers: asked }) => ({ status: 400, headers: { 'x-request-id': String(asked['x-request-id']) } })
  assert.equal((await bank.connect().initiate(initiation())).kind, 'refused')
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

test('two that find the token expired renew it once: a refresh token seen twice may revoke everything', async () => {
  let refresh = 'r-1'
  let revoked = false
  bank.reply = ({ url, body, headers }) => {
    if (url === '/token') {
      revoked ||= new URLSearchParams(body).get('refresh_token') !== refresh
      refresh = 'r-2'
      return revoked
        ? { status: 400, body: { error: 'invalid_grant' } }
        : { body: { access_token: 'new', refresh_token: refresh, token_type: 'Bearer' } }
    }
    return headers.authorization === 'Bearer new' && !revoked
      ? { body: { transactionStatus: 'ACSC' } }
      : { status: 401, body: { tppMessages: [{ category: 'ERROR', code: 'TOKEN_EXPIRED' }] } }
  }
  const connector = bank.connect(oauth())
  const held = { ...session, access_token: 'old', refresh_token: 'r-1' }
  const both = await Promise.all([connector.status(held), connector.status(held)])
  // And one whose call was on its way meanwhile.
  for (const answer of [...both, await connector.status(held)]) {
    const { status, session: renewed } = ok(answer)
    assert.deepEqual([status, renewed?.access_token, renewed?.refresh_token], ['ACSC', 'new', 'r-2'])
  }
  assert.equal(bank.seen.filter(({ url }) => url === '/token').length, 1)
})

test('a renewal that failed is tried again by the next who asks', async () => {
  let down = true
  bank.reply = ({ url, headers }) => {
    if (url === '/token')
      return down ? { status: 503 } : { body: { access_token: 'new', refresh_token: 'r-2', token_type: 'Bearer' } }
    return headers.authorization === 'Bearer new'
      ? { body: { transactionStatus: 'ACSC' } }
      : { status: 401, body: { tppMessages: [{ category: 'ERROR', code: 'TOKEN_EXPIRED' }] } }
  }
  const connector = bank.connect(oauth())
  const held = { ...session, access_token: 'old', refresh_token: 'r-1' }
  assert.equal((await connector.status(held)).kind, 'refused')
  down = false
  assert.equal(ok(await connector.status(held)).status, 'ACSC')
})

test('what stands beside the tokens does not cost the code, which works once', async () => {
  const connector = bank.connect(oauth())
  const begun = { ...session, oauth_state: 's', code_verifier: 'v'.repeat(43) }
  const given = { access_token: 't', token_type: 'Bearer' }
  const answers: Reply[] = [
    { body: { ...given, id_token: 'e30.e30.', refresh_token: null, expires_in: null, scope: 7 } },
    { body: given, headers: { 'content-type': 'text/plain' } },
    { body: `\ufeff${JSON.stringify({ access_token: 't' })}` },
  ]
  for (const answer of answers) {
    bank.reply = () => answer
    const finished = ok(await connector.finishAuthorisation(begun, { code: 'c', state: 's' }, BACK)).session
    assert.deepEqual([finished.access_token, finished.refresh_token], ['t', undefined])
  }
  for (const access_token of ['t\r\nX-Evil: 1', 't u', '', 7, 't'.repeat(9_000)]) {
    bank.reply = () => ({ body: { ...given, access_token } })
    const answer = await connector.finishAuthorisation(begun, { code: 'c', state: 's' }, BACK)
    assert.equal(answer.kind, 'unknown', JSON.stringify(access_token))
  }
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
