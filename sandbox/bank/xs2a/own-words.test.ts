/** Where a bank departs from the textbook: links, statuses, XML reports, explicit starts, cancellations that ask the payer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bulkBody, dayFromToday, initiateOrder, moveCalendar, pain001, periodicBody } from '../testing/orders.ts'
import {
  authoriseByRedirect,
  call,
  cookiesOf,
  createPki,
  initiatePayment,
  NOK_URI,
  postForm,
  REDIRECT_URI,
  startWorld,
  type TestWorld,
} from '../testing/world.ts'
import { parseXml, type XmlElement } from './order/xml.ts'
import { validatorOf } from './schema.ts'

const pki = await createPki()

async function bank(t: { after(work: () => unknown): void }, quirks: object, changes: object = {}, which = 'carpati') {
  const world = await startWorld(pki, which, { changes: { quirks: { signing: 'none', ...quirks }, ...changes } })
  t.after(() => world.close())
  return world
}

const statusOf = async (world: TestWorld, href: string) =>
  (await call(pki, world, { path: new URL(href, world.bank.api_url).pathname })).json.transactionStatus

function assertConforms(definition: string, body: unknown): void {
  const validate = validatorOf(definition)
  assert.ok(validate(body), JSON.stringify(validate.errors))
}

test('links as plain texts, account chosen after login, own words for running and ended', async (t) => {
  const frequencies = { Monthly: 'MNTH' }
  const services = {
    payments: { product: 'ron' },
    'periodic-payments': { product: 'ron', frequencies, day_digits: 2 },
  }
  const quirks = { links: 'strings', account_chosen_status: 'ACTC', running_status: 'ACTV', ended_status: 'EXPI' }
  const world = await bank(t, quirks, { services })
  const wrong = periodicBody(world, 'ana', '2030-01-05', { dayOfExecution: '5', frequency: 'MNTH' })
  assert.equal((await initiateOrder(pki, world, 'periodic-payments', 'ana', { body: wrong })).status, 400)
  const body = { ...wrong, dayOfExecution: '05', endDate: '2030-02-05' }
  const { json } = await initiateOrder(pki, world, 'periodic-payments', 'ana', { body })
  assert.deepEqual(
    Object.values(json._links).map((link) => typeof link),
    ['string', 'string', 'string', 'string'],
  )
  assert.equal(json.transactionStatus, 'RCVD')
  const { login, password } = world.person('ana')
  const cookie = cookiesOf(await postForm(`${json._links.scaRedirect}/login`, { login, password }))
  assert.equal(await statusOf(world, json._links.status), 'ACTC')
  const restarted = await world.restart()
  t.after(() => restarted.close())
  assert.equal(await statusOf(restarted, json._links.status), 'ACTC')
  assert.notEqual(cookie, '')
  await authoriseByRedirect(restarted, json._links.scaRedirect, 'ana')
  assert.equal(await statusOf(restarted, json._links.status), 'ACTV')
  const information = await call(pki, restarted, { path: new URL(json._links.self).pathname })
  assert.deepEqual([information.json.frequency, information.json.dayOfExecution], ['MNTH', '05'])
  await moveCalendar(restarted, '2030-02-06')
  assert.equal(await statusOf(restarted, json._links.status), 'EXPI')
})

test('explicit authorisation: no way to the payer before it is started; it starts at ACTC', async (t) => {
  const world = await bank(t, { explicit_authorisation: true, first_status: 'ACTC' })
  const initiated = await initiatePayment(pki, world, 'ana', {
    headers: { 'tpp-redirect-uri': undefined, 'tpp-nok-redirect-uri': undefined },
  })
  assert.equal(initiated.status, 201, initiated.text)
  const { json } = initiated
  assertConforms('paymentInitiationRequestResponse-201', json)
  assert.equal(json.transactionStatus, 'ACTC')
  assert.deepEqual(Object.keys(json._links), ['startAuthorisation', 'self', 'status'])
  const path = new URL(json._links.startAuthorisation.href).pathname
  assert.deepEqual((await call(pki, world, { path })).json, { authorisationIds: [] })
  const headers = { 'tpp-redirect-uri': REDIRECT_URI, 'tpp-nok-redirect-uri': NOK_URI }
  const start = () => call(pki, world, { path, method: 'POST', body: '{}', headers })
  const started = await start()
  assert.equal(started.status, 201, started.text)
  assertConforms('startScaprocessResponse', started.json)
  assert.deepEqual((await start()).json, started.json)
  const { authorisationId } = started.json
  assert.deepEqual((await call(pki, world, { path })).json, { authorisationIds: [authorisationId] })
  assert.equal((await call(pki, world, { path: `${path}/${authorisationId}` })).json.scaStatus, 'received')
  assert.equal(await authoriseByRedirect(world, started.json._links.scaRedirect.href, 'ana'), REDIRECT_URI)
  assert.equal(await statusOf(world, json._links.status.href), 'ACSC')
  const late = await start()
  assert.deepEqual([late.status, late.json.tppMessages[0].code], [409, 'STATUS_INVALID'])
  const plain = await bank(t, {})
  const other = await initiatePayment(pki, plain, 'ana')
  const wrong = await call(pki, plain, {
    path: `${new URL(other.json._links.self.href).pathname}/authorisations`,
    method: 'POST',
    body: '{}',
    headers,
  })
  assert.equal(wrong.json.tppMessages[0].code, 'SERVICE_INVALID')
})

const textsOf = (root: XmlElement, name: string): string[] =>
  root.name === name ? [root.text] : root.children.flatMap((child) => textsOf(child, name))

test('status as pain.002, without the product in its path, the message for the payer among the links', async (t) => {
  const service = () => ({ product: 'pain.001-sepa-credit-transfers', format: 'pain.001' })
  const world = await bank(
    t,
    { status_format: 'pain.002', status_path_has_product: false, psu_message: 'links' },
    { services: { payments: service(), 'bulk-payments': service() } },
    'cetate',
  )
  const headers = { 'content-type': 'application/xml' }
  const body = pain001(world, 'gigi', [100, 90, 50])
  const initiated = await initiateOrder(pki, world, 'bulk-payments', 'gigi', { body, headers })
  assert.equal(initiated.status, 201, initiated.text)
  const { paymentId, _links, psuMessage } = initiated.json
  assert.equal(psuMessage, undefined)
  assert.match(_links.psuMessage, /lista: 3 plăți/)
  assert.equal(_links.status.href, `/v1/bulk-payments/${paymentId}/status`)
  const report = async () => {
    const answer = await call(pki, world, { path: _links.status.href })
    assert.match(String(answer.headers['content-type']), /^application\/xml/)
    return parseXml(Buffer.from(answer.text))
  }
  assert.deepEqual(textsOf(await report(), 'TxSts'), ['RCVD', 'RCVD', 'RCVD'])
  const { login, password } = world.person('gigi')
  const pages = world.bank.pages_url
  const cookie = cookiesOf(await postForm(`${pages}/phone/login`, { login, password }))
  const pending = (await (await fetch(`${pages}/phone/pending`, { headers: { cookie } })).json()) as object[]
  assert.deepEqual(
    pending.map((one) => ({ ...one, created_at: '' })),
    [
      {
        payment_id: paymentId,
        end_to_end_id: 'MESSAGE-1',
        end_to_end_ids: ['E2E-0', 'E2E-1', 'E2E-2'],
        service: 'bulk-payments',
        cancellation: false,
        amount: '2.40',
        creditor_name: 'Furnizor 0',
        created_at: '',
      },
    ],
  )
  await postForm(`${pages}/phone/decision`, { payment_id: paymentId, decision: 'approve' }, { cookie })
  const final = await report()
  assert.deepEqual(textsOf(final, 'GrpSts'), ['PART'])
  assert.deepEqual(textsOf(final, 'TxSts'), ['ACSC', 'RJCT', 'ACSC'])
  assert.deepEqual(textsOf(final, 'OrgnlEndToEndId'), ['E2E-0', 'E2E-1', 'E2E-2'])
  assert.deepEqual([textsOf(final, 'OrgnlMsgId'), textsOf(final, 'OrgnlPmtInfId')], [['MESSAGE-1'], ['INFORMATION-1']])
  assert.deepEqual(textsOf(final, 'Cd'), ['AM04', 'AM04'])
})

test('cancellation that the payer confirms: a page at once, or after an explicit start', async (t) => {
  for (const explicit_authorisation of [false, true]) {
    const world = await bank(t, { cancellation_needs_payer: true, explicit_authorisation })
    const back = { 'tpp-redirect-uri': REDIRECT_URI, 'tpp-nok-redirect-uri': NOK_URI }
    const { json } = await initiateOrder(pki, world, 'periodic-payments', 'ana', {
      body: periodicBody(world, 'ana', dayFromToday(1)),
    })
    const self = new URL(json._links.self.href).pathname
    const post = (path: string) => call(pki, world, { path, method: 'POST', body: '{}', headers: back })
    const sca = explicit_authorisation ? (await post(`${self}/authorisations`)).json : json
    await authoriseByRedirect(world, sca._links.scaRedirect.href, 'ana')
    const asked = await call(pki, world, { path: self, method: 'DELETE', headers: back })
    assert.equal(asked.status, 202, asked.text)
    assertConforms('paymentInitiationCancelResponse-202', asked.json)
    assert.equal('startAuthorisation' in asked.json._links, explicit_authorisation)
    const start = await post(`${self}/cancellation-authorisations`)
    assertConforms('startScaprocessResponse', start.json)
    const page = start.json._links.scaRedirect.href as string
    if (!explicit_authorisation) assert.equal(asked.json._links.scaRedirect.href, page)
    const list = (await call(pki, world, { path: `${self}/cancellation-authorisations` })).json
    assertConforms('authorisations', list)
    assert.deepEqual(list.authorisationIds, [start.json.authorisationId])
    assert.equal(await statusOf(world, json._links.status.href), 'ACSP')
    assert.equal(await authoriseByRedirect(world, page, 'mihai'), null)
    assert.equal(await authoriseByRedirect(world, page, 'ana', 'refuse'), NOK_URI)
    assert.equal(await statusOf(world, json._links.status.href), 'ACSP')
    // A refused one is asked anew; the old page is closed.
    const anew = (await post(`${self}/cancellation-authorisations`)).json._links.scaRedirect.href as string
    assert.notEqual(anew, page)
    assert.equal((await fetch(page)).status, 404)
    assert.equal(await authoriseByRedirect(world, anew, 'ana'), REDIRECT_URI)
    assert.equal(await statusOf(world, json._links.status.href), 'CANC')
    assert.equal((await call(pki, world, { path: self, method: 'DELETE', headers: back })).status, 204)
    await moveCalendar(world, dayFromToday(40))
    assert.equal(await statusOf(world, json._links.status.href), 'CANC')
  }
})

test('a payment that nobody authorised is cancelled without asking', async (t) => {
  const world = await bank(t, { cancellation_needs_payer: true })
  const { json } = await initiatePayment(pki, world, 'ana')
  const path = new URL(json._links.self.href).pathname
  assert.equal((await call(pki, world, { path, method: 'DELETE' })).status, 204)
})

test("the bank writes its own state behind the third party's address", async (t) => {
  const world = await bank(t, { return_adds_state: true })
  const first = await initiatePayment(pki, world, 'ana')
  const agreed = await authoriseByRedirect(world, first.json._links.scaRedirect.href, 'ana')
  assert.match(agreed ?? '', /^http:\/\/localhost:9999\/return\?x=1&state=[\w-]+$/)
  const second = await initiatePayment(pki, world, 'ana')
  const refused = await authoriseByRedirect(world, second.json._links.scaRedirect.href, 'ana', 'refuse')
  assert.match(refused ?? '', /^http:\/\/localhost:9999\/nok\?state=[\w-]+&error=true$/)
})

test('the phone asks about cancellations too', async (t) => {
  const services = { payments: { product: 'ron', future_dated: true }, 'bulk-payments': { product: 'ron' } }
  const world = await bank(t, { cancellation_needs_payer: true }, { services }, 'cetate')
  const body = bulkBody(world, 'andrei', [5, 7], { requestedExecutionDate: dayFromToday(2) })
  const { json } = await initiateOrder(pki, world, 'bulk-payments', 'andrei', { body })
  const { login, password } = world.person('andrei')
  const pages = world.bank.pages_url
  const cookie = cookiesOf(await postForm(`${pages}/phone/login`, { login, password }))
  const decide = (fields: Record<string, string>) =>
    postForm(`${pages}/phone/decision`, { payment_id: json.paymentId, ...fields }, { cookie })
  await decide({ decision: 'approve' })
  const asked = await call(pki, world, { path: json._links.self.href, method: 'DELETE' })
  assert.equal(asked.status, 202)
  assert.match(asked.json.psuMessage, /confirmă anularea/)
  assert.match(await (await fetch(`${pages}/phone`, { headers: { cookie } })).text(), /Confirmă anularea/)
  const said = await decide({ decision: 'approve', cancellation: 'true' })
  assert.equal(said.headers.get('location'), '/phone?said=cancelled')
  assert.equal(await statusOf(world, json._links.status.href), 'CANC')
})
