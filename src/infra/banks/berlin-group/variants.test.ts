/** What banks do differently on the wire, one by one: services, formats, paths, links, cancelling. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BankAnswer, BankProfile, BulkOrder, RecurringOrder } from '../connector.ts'
import { created, initiation, openScriptedBank, profileAt, type ScriptedBank, SINGLE } from './testing/bank.ts'

let bank: ScriptedBank
before(async () => {
  bank = await openScriptedBank()
})
after(() => bank.close())

const product = 'ron-payment'
const services: BankProfile['services'] = {
  payments: { product, format: 'json', future_dated: true },
  'bulk-payments': { product, format: 'json', max_transfers: 2 },
  'periodic-payments': { product, format: 'json', frequencies: { Monthly: 'MNTH' }, day_digits: 2 },
}
const transfer = (end_to_end_id: string) => ({
  amount_minor: 100,
  creditor_iban: SINGLE.creditor_iban,
  creditor_name: 'Ana',
  remittance: 'x',
  end_to_end_id,
})
const bulk = (...ids: string[]): BulkOrder => ({
  service: 'bulk-payments',
  currency: 'RON',
  debtor_iban: SINGLE.debtor_iban,
  end_to_end_id: 'list',
  amount_minor: 100 * ids.length,
  batch_booking: true,
  transfers: ids.map(transfer),
})
const recurring: RecurringOrder = {
  ...SINGLE,
  service: 'periodic-payments',
  schedule: { start_date: '2030-01-05', frequency: 'Monthly', day_of_execution: 5 },
}
const back = {
  return_uri: 'https://plati.example/back',
  return_nok_uri: 'https://plati.example/nok',
  psu: { ip_address: '10.1.2.3' },
}
const session = { bank_payment_id: 'p-1', service: 'payments' }
const calls = () => bank.seen.map(({ method, url }) => `${method} ${url}`)

function ok<T>(answer: BankAnswer<T>): T {
  assert.equal(answer.kind, 'ok', JSON.stringify(answer))
  return answer.kind === 'ok' ? answer.value : assert.fail()
}

test('each service has its path, and the session remembers which it was', async () => {
  bank.reply = ({ method }) =>
    method === 'POST' ? created() : method === 'DELETE' ? { status: 204 } : { body: { transactionStatus: 'RCVD' } }
  const connector = bank.connect({ services })
  for (const order of [SINGLE, bulk('a', 'b'), recurring]) {
    const { session: of_it } = ok(await connector.initiate(initiation({ order })))
    assert.equal(of_it.service, order.service)
    ok(await connector.status(of_it))
    ok(await connector.cancel(of_it))
    const path = `/api/v1/${order.service}/${product}`
    assert.deepEqual(calls().slice(-3), [`POST ${path}`, `GET ${path}/p-1/status`, `DELETE ${path}/p-1`])
  }
  assert.deepEqual(JSON.parse(bank.seen[6]?.body ?? '').frequency, 'MNTH')
  ok(await connector.status({ bank_payment_id: 'old' }))
  assert.equal(calls().at(-1), `GET /api/v1/payments/${product}/old/status`, 'a session of before is a single payment')
})

test('what the bank does not take is told before anything is sent', async () => {
  const connector = bank.connect({ services })
  const reasonOf = async (order: Parameters<typeof initiation>[0], of = connector) => {
    const answer = await of.initiate(initiation(order))
    return answer.kind === 'not_sent' ? answer.reason : answer.kind
  }
  assert.equal(await reasonOf({ order: bulk('a', 'b', 'c') }), 'TOO_MANY_TRANSFERS')
  const daily = { ...recurring, schedule: { ...recurring.schedule, frequency: 'Daily' as const } }
  assert.equal(await reasonOf({ order: daily }), 'FREQUENCY_NOT_OFFERED')
  const plain = bank.connect()
  assert.equal(await reasonOf({ order: bulk('a') }, plain), 'SERVICE_NOT_OFFERED')
  const future = { ...SINGLE, requested_execution_date: '2030-01-05' }
  assert.equal(await reasonOf({ order: future }, plain), 'FUTURE_DATED_NOT_OFFERED')
  assert.deepEqual(await plain.status({ bank_payment_id: 'p', service: 'bulk-payments' }), {
    kind: 'not_sent',
    reason: 'SERVICE_NOT_OFFERED',
  })
  assert.equal(bank.seen.length, 0)
})

test('BRD’s way: pain.001, psuMessage inside the links, status without product and in pain.002', async () => {
  const pain001 = { product: 'pain.001-sepa-credit-transfers', format: 'pain.001' } as const
  const connector = bank.connect({
    sca: 'decoupled',
    needs_psu_id: true,
    redirect_origins: [],
    services: { payments: { ...pain001, future_dated: false }, 'bulk-payments': { ...pain001, max_transfers: 500 } },
    status: { path_has_product: false, format: 'pain.002' },
    headers: { 'x-ibm-client-id': 'portal' },
    signing: { ...profileAt('').signing, required: false },
  })
  bank.reply = ({ method }) =>
    method === 'POST'
      ? created({ _links: { psuMessage: 'Scrieți numărul plății în aplicație', scaStatus: '/authorisations/a-1' } })
      : { headers: { 'content-type': 'application/xml' }, body: PAIN_002 }
  const request = initiation({ order: bulk('a', 'b'), at: new Date('2030-01-05T10:00:00Z') })
  const { session: of_it, next } = ok(await connector.initiate(request))
  assert.deepEqual(next, { kind: 'decoupled', psu_message: 'Scrieți numărul plății în aplicație' })
  const [sent] = bank.seen
  assert.equal(sent?.url, '/api/v1/bulk-payments/pain.001-sepa-credit-transfers')
  assert.equal(sent?.headers['content-type'], 'application/xml')
  assert.equal(sent?.headers['x-ibm-client-id'], 'portal')
  assert.match(sent?.body ?? '', /<CreDtTm>2030-01-05T10:00:00Z<.*<EndToEndId>b</s)
  await connector.initiate(request)
  assert.equal(bank.seen[1]?.body, sent?.body, 'a repetition is the same bytes')

  const report = ok(await connector.status(of_it))
  assert.equal(report.status, 'PART')
  assert.deepEqual(
    report.transfers?.map(({ end_to_end_id, status }) => [end_to_end_id, status]),
    [
      ['a', 'ACSC'],
      ['b', 'RJCT'],
    ],
  )
  assert.equal(calls().at(-1), 'GET /api/v1/bulk-payments/p-1/status')
  assert.match(String(bank.seen.at(-1)?.headers.accept), /^application\/xml/)
  assert.deepEqual(ok(await connector.transfers(of_it)).transfers, report.transfers)
})

const PAIN_002 = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>
<GrpHdr><MsgId>m</MsgId><CreDtTm>2030-01-05T10:00:00Z</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>list</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>list</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts>
<TxInfAndSts><OrgnlEndToEndId>a</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>b</OrgnlEndToEndId><TxSts>RJCT</TxSts>
<StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>`

test('transfers of a bulk payment are told by its own resource', async () => {
  bank.reply = () => ({
    body: {
      payments: [
        { endToEndIdentification: 'a', transactionStatus: 'ACSC' },
        { endToEndIdentification: 'b', transactionStatus: 'RJCT' },
      ],
    },
  })
  const { transfers } = ok(await bank.connect({ services }).transfers({ ...session, service: 'bulk-payments' }))
  assert.deepEqual(transfers, [
    { end_to_end_id: 'a', status: 'ACSC' },
    { end_to_end_id: 'b', status: 'RJCT' },
  ])
  assert.deepEqual(calls(), [`GET /api/v1/bulk-payments/${product}/p-1`])
})

test('the bank’s own words for statuses are the standard’s to the caller', async () => {
  const connector = bank.connect({ services, statuses: { meaning: { ACTV: 'ACSP', EXPI: 'ACSC' } } })
  for (const [word, meaning] of [
    ['ACTV', 'ACSP'],
    ['EXPI', 'ACSC'],
    ['RJCT', 'RJCT'],
  ]) {
    bank.reply = () => ({ body: { transactionStatus: word } })
    assert.equal(ok(await connector.status({ ...session, service: 'periodic-payments' })).status, meaning)
  }
})

test('UniCredit’s way: the authorisation is begun by us, at the path of the profile and nowhere else', async () => {
  const psu_id_type = 'ALL'
  const start = { startAuthorisation: { href: 'https://evil.example/authorisations' } }
  const started = {
    status: 201,
    body: {
      scaStatus: 'received',
      authorisationId: 'a-1',
      _links: { scaRedirect: { href: 'https://login.bank.example/sca' } },
    },
  }
  bank.reply = ({ url }) =>
    url.endsWith('/authorisations') ? started : created({ transactionStatus: 'ACTC', _links: start })
  const connector = bank.connect({ psu_id_type, statuses: { unauthorised: ['ACTC'] } })
  const { session: of_it, next, status } = ok(await connector.initiate(initiation()))
  assert.deepEqual([status, next], ['ACTC', { kind: 'redirect', url: 'https://login.bank.example/sca' }])
  assert.equal(of_it.authorisation_id, 'a-1')
  assert.deepEqual(calls(), [`POST /api/v1/payments/${product}`, `POST /api/v1/payments/${product}/p-1/authorisations`])
  const [, second] = bank.seen
  assert.equal(second?.body, '{}')
  assert.equal(second?.headers['tpp-redirect-uri'], 'https://plati.example/back')
  assert.equal(second?.headers['tpp-nok-redirect-uri'], 'https://plati.example/nok')
  assert.ok(bank.seen.every(({ headers }) => headers['psu-id-type'] === 'ALL'))
  assert.notEqual(bank.seen[0]?.headers['x-request-id'], second?.headers['x-request-id'])

  for (const failure of [{ status: 500 }, { status: 403 }, { status: 201, body: { scaStatus: 'received' } }]) {
    bank.reply = ({ url }) => (url.endsWith('/authorisations') ? failure : created({ _links: start }))
    const answer = await bank.connect().initiate(initiation())
    assert.equal(answer.kind, 'unknown', 'the payment is at the bank')
  }
})

test('cancelling that the payer must authorise: by the answer’s link, or by one that we ask for', async () => {
  const href = 'https://login.bank.example/cancel'
  bank.reply = () => ({ status: 202, body: { transactionStatus: 'RCVD', _links: { scaRedirect: { href } } } })
  assert.deepEqual(ok(await bank.connect().cancel(session, back)), { cancelled: false, authorise_url: href })
  assert.equal(bank.seen[0]?.headers['tpp-redirect-uri'], back.return_uri)
  assert.equal(bank.seen[0]?.headers['psu-ip-address'], '10.1.2.3')

  const start = { startAuthorisation: '/cancellation-authorisations' }
  bank.reply = ({ method }) =>
    method === 'DELETE'
      ? { status: 202, body: { transactionStatus: 'RCVD', _links: start } }
      : { status: 201, body: { scaStatus: 'received', authorisationId: 'c-1', _links: { scaRedirect: href } } }
  assert.deepEqual(ok(await bank.connect().cancel(session, back)), { cancelled: false, authorise_url: href })
  const path = `/api/v1/payments/${product}/p-1`
  assert.deepEqual(calls(), [`DELETE ${path}`, `POST ${path}/cancellation-authorisations`])
  // Nobody is there to be led anywhere.
  assert.deepEqual(ok(await bank.connect().cancel(session)), { cancelled: false })
  assert.equal(bank.seen.length, 1)

  bank.reply = () => ({ status: 202, body: { _links: { scaRedirect: { href: 'https://evil.example/' } } } })
  assert.deepEqual(ok(await bank.connect().cancel(session, back)), { cancelled: false })
  bank.reply = () => ({ status: 202, body: { transactionStatus: 'CANC' } })
  assert.deepEqual(ok(await bank.connect().cancel(session, back)), { cancelled: true })
})

test('a client certificate is shown where the bank wants it, and only there', async () => {
  bank.reply = () => created()
  for (const client_certificate of [true, false]) {
    ok(await bank.connect({ client_certificate }).initiate(initiation()))
    assert.equal(bank.seen[0]?.certificate, client_certificate)
  }
})

test('a header that the signature covers is on every message, the payer’s address too', async () => {
  const headers = ['digest', 'psu-ip-address', 'x-request-id']
  bank.reply = () => ({ body: { transactionStatus: 'RCVD' } })
  const connector = bank.connect({ signing: { ...profileAt('').signing, headers } })
  ok(await connector.status(session))
  ok(await connector.status(session, { ip_address: '10.9.8.7' }))
  assert.deepEqual(
    bank.seen.map(({ headers: sent }) => sent['psu-ip-address']),
    ['192.0.0.8', '10.9.8.7'],
  )
  for (const { headers: sent } of bank.seen)
    assert.match(String(sent.signature), /headers="digest psu-ip-address x-request-id"/)
})
