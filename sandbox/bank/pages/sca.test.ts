/** The payer's way at each kind of bank, by plain form posts, to the status that the third party reads. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import {
  authoriseByRedirect,
  call,
  cookiesOf,
  createPki,
  initiatePayment,
  ledger,
  NOK_URI,
  paymentBody,
  postForm,
  REDIRECT_URI,
  startWorld,
  type TestWorld,
} from '../testing/world.ts'

const pki = await createPki()
const world = await startWorld(pki, 'redirect', { timing: { settle_ms: 150, slow_ms: 600 } })
/** Whose slow payers are slower than any test. */
const patient_world = await startWorld(pki, 'redirect', { timing: { settle_ms: 150, slow_ms: 3_600_000 } })
const phone_world = await startWorld(pki, 'decoupled')
after(async () => {
  await world.close()
  await patient_world.close()
  await phone_world.close()
})

async function start(at: TestWorld, login: string, changes: object = {}) {
  const { json, status, text } = await initiatePayment(pki, at, login, { body: paymentBody(at, login, changes) })
  assert.equal(status, 201, text)
  return {
    payment_id: json.paymentId as string,
    sca: json._links.scaRedirect?.href as string,
    status: json._links.status.href as string,
  }
}

async function statusOf(at: TestWorld, href: string) {
  return (await call(pki, at, { path: new URL(href, at.bank.api_url).pathname })).json
}

async function untilFinal(at: TestWorld, href: string): Promise<string[]> {
  const seen: string[] = []
  for (let turn = 0; turn < 200; turn++) {
    const { transactionStatus } = await statusOf(at, href)
    if (seen.at(-1) !== transactionStatus) seen.push(transactionStatus)
    if (['ACSC', 'RJCT', 'CANC'].includes(transactionStatus)) return seen
    await delay(10)
  }
  throw new Error(`not final: ${seen}`)
}

test('redirect: the page shows what is agreed to; approval leads back and debits once', async () => {
  const payment = await start(world, 'ana')
  const page = await (await fetch(payment.sca)).text()
  assert.match(page, /bancă de test/)
  assert.match(page, /12,50 lei/)
  const { login, password } = { login: 'ana', password: world.person('ana').password }
  const entered = await postForm(`${payment.sca}/login`, { login, password })
  const cookie = cookiesOf(entered)
  const confirm = await (await fetch(payment.sca, { headers: { cookie } })).text()
  for (const words of ['Librarie SRL', 'RO49 AAAA 1B31 0075 9384 0000', 'Comanda 1', 'Autorizează plata', 'Refuză']) {
    assert.ok(confirm.includes(words), words)
  }
  const decided = await postForm(`${payment.sca}/decision`, { decision: 'approve' }, { cookie })
  assert.equal(decided.status, 303)
  assert.equal(decided.headers.get('location'), REDIRECT_URI)
  // A second click changes nothing and leads to the same place.
  const again = await postForm(`${payment.sca}/decision`, { decision: 'approve' }, { cookie })
  assert.equal(again.headers.get('location'), REDIRECT_URI)
  const seen = await untilFinal(world, payment.status)
  assert.equal(seen.at(-1), 'ACSC')
  const order = ['ACTC', 'ACCP', 'ACSP', 'ACSC']
  assert.deepEqual(
    seen,
    order.filter((status) => seen.includes(status)),
  )
  const { debits, accounts } = await ledger(world)
  assert.equal(debits.filter((debit: { payment_id: string }) => debit.payment_id === payment.payment_id).length, 1)
  const account = accounts.find((one: { login: string }) => one.login === 'ana')
  assert.equal(account.balance_minor, account.opening_balance_minor - 1250)
})

test('redirect: refusal leads to the Nok address and rejects', async () => {
  const payment = await start(world, 'mihai')
  assert.equal(await authoriseByRedirect(world, payment.sca, 'mihai', 'refuse'), NOK_URI)
  const status = await statusOf(world, payment.status)
  assert.equal(status.transactionStatus, 'RJCT')
  assert.match(status.psuMessage, /refuzată/)
})

test('redirect: wrong passwords, another person, an expired password, a decision without login', async () => {
  const payment = await start(world, 'mihai')
  const enter = (login: string, password: string) => postForm(`${payment.sca}/login`, { login, password })
  assert.equal((await enter('mihai', 'nu')).status, 401)
  assert.equal((await enter('nimeni', '')).status, 401)
  const other = await enter('ana', world.person('ana').password)
  assert.equal(other.status, 403)
  assert.match(await other.text(), /nu este al tău/)
  const expired = await enter('petru', world.person('petru').password)
  assert.equal(expired.status, 403)
  assert.match(await expired.text(), /expirat/)
  assert.equal((await postForm(`${payment.sca}/decision`, { decision: 'approve' })).status, 403)
  const forged = await postForm(`${payment.sca}/decision`, { decision: 'refuse' }, { origin: 'http://evil.invalid' })
  assert.equal(forged.status, 403)
  assert.equal((await statusOf(world, payment.status)).transactionStatus, 'RCVD')
  await enter('mihai', 'nu')
  await enter('mihai', 'nu')
  assert.equal((await enter('mihai', 'nu')).headers.get('location'), NOK_URI)
  assert.equal((await statusOf(world, payment.status)).transactionStatus, 'RJCT')
  assert.equal((await fetch(`${world.bank.pages_url}/sca/unknown`)).status, 404)
})

test('the broke: authorised, then rejected for want of funds, with the reason', async () => {
  const payment = await start(world, 'sorin')
  assert.equal(await authoriseByRedirect(world, payment.sca, 'sorin'), REDIRECT_URI)
  assert.equal((await untilFinal(world, payment.status)).at(-1), 'RJCT')
  const status = await statusOf(world, payment.status)
  assert.match(status.psuMessage, /Fonduri insuficiente/)
  assert.equal(status.tppMessage[0].code, 'FUNDS_NOT_AVAILABLE')
  assert.match(status.tppMessage[0].text, /AM04/)
})

test('the slow: settlement takes its own time', async () => {
  const waits = await start(patient_world, 'leana')
  await authoriseByRedirect(patient_world, waits.sca, 'leana')
  // The others' time is over.
  await delay(350)
  assert.equal((await statusOf(patient_world, waits.status)).transactionStatus, 'ACCP')
  const payment = await start(world, 'leana')
  await authoriseByRedirect(world, payment.sca, 'leana')
  assert.equal((await untilFinal(world, payment.status)).at(-1), 'ACSC')
})

test('DELETE cancels before settlement, again and again, and never after', async () => {
  const payment = await start(world, 'ana')
  const path = new URL(payment.status).pathname.replace(/\/status$/, '')
  const cancel = () => call(pki, world, { path, method: 'DELETE' })
  assert.equal((await cancel()).status, 204)
  assert.equal((await cancel()).status, 204)
  assert.equal((await statusOf(world, payment.status)).transactionStatus, 'CANC')
  assert.equal(await authoriseByRedirect(world, payment.sca, 'ana'), NOK_URI)
  assert.equal((await statusOf(world, payment.status)).transactionStatus, 'CANC')
  const paid = await start(world, 'ana')
  await authoriseByRedirect(world, paid.sca, 'ana')
  await untilFinal(world, paid.status)
  const late = await call(pki, world, {
    path: new URL(paid.status).pathname.replace(/\/status$/, ''),
    method: 'DELETE',
  })
  assert.deepEqual([late.status, late.json.tppMessages[0].code], [405, 'CANCELLATION_INVALID'])
})

test('decoupled: PSU-ID decides whose phone shows the payment; approval there moves it', async () => {
  const without = await initiatePayment(pki, phone_world, 'andrei', { headers: { 'psu-id': undefined } })
  assert.deepEqual([without.status, without.json.tppMessages[0].path], [400, 'PSU-ID'])
  const unknown = await initiatePayment(pki, phone_world, 'andrei', { headers: { 'psu-id': 'nimeni' } })
  assert.deepEqual([unknown.status, unknown.json.tppMessages[0].code], [401, 'PSU_CREDENTIALS_INVALID'])
  const other = await initiatePayment(pki, phone_world, 'andrei', { headers: { 'psu-id': 'cristina' } })
  assert.deepEqual([other.status, other.json.tppMessages[0].code], [400, 'RESOURCE_UNKNOWN'])

  const initiated = await initiatePayment(pki, phone_world, 'andrei')
  assert.equal(initiated.headers['aspsp-sca-approach'], 'DECOUPLED')
  assert.match(initiated.json.psuMessage, /telefon/)
  assert.ok(!('scaRedirect' in initiated.json._links))
  const payment_id = initiated.json.paymentId
  const pages = phone_world.bank.pages_url
  const enter = async (login: string) =>
    cookiesOf(await postForm(`${pages}/phone/login`, { login, password: phone_world.person(login).password }))
  const cookie = await enter('andrei')
  assert.match(await (await fetch(`${pages}/phone`, { headers: { cookie } })).text(), /Librarie SRL/)
  const pending_answer = await fetch(`${pages}/phone/pending`, { headers: { cookie } })
  const pending = (await pending_answer.json()) as { payment_id: string }[]
  assert.deepEqual(
    pending.map((one) => one.payment_id),
    [payment_id],
  )
  const decision = { payment_id, decision: 'approve' }
  assert.equal((await postForm(`${pages}/phone/decision`, decision)).status, 403)
  assert.equal((await postForm(`${pages}/phone/decision`, decision, { cookie: await enter('cristina') })).status, 404)
  assert.equal((await statusOf(phone_world, initiated.json._links.status.href)).transactionStatus, 'RCVD')
  const approved = await postForm(`${pages}/phone/decision`, decision, { cookie })
  assert.equal(approved.headers.get('location'), '/phone?said=authorised')
  assert.equal((await statusOf(phone_world, initiated.json._links.status.href)).transactionStatus, 'ACSC')
  const again = await postForm(`${pages}/phone/decision`, decision, { cookie })
  assert.equal(again.headers.get('location'), '/phone?said=closed')
})
