/** The connector against the simulated acquirer as a process: every published row, every kind of answer, asking and reversing. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { writeSandboxPki } from '../../certificates/sandbox-pki.ts'
import { createLog } from '../../log.ts'
import { createOutbound } from '../../outbound.ts'
import type { AcquirerAnswer, AcquirerCard, AcquirerConnector, CardMessage, FollowOnMessage } from '../connector.ts'
import { loadAcquirers } from '../registry.ts'

const MAIN = fileURLToPath(new URL('../../../../sandbox/acquirer/main.ts', import.meta.url))
/** Of the profile that is asked where an answer is waited for in vain; it is late by far then. */
const HASTY_MS = 1_000
const LATE_MS = 4_000
const dir = mkdtempSync(join(tmpdir(), 'punte-acquirer-'))
const pki = (name: string) => join(dir, 'pki', name)
const log = createLog('silent')
const outbound = createOutbound({ log, private_addresses_allowed: false, user_agent: 'punte-test' })
let child: ChildProcess
let pages_url: string
let acquirer: AcquirerConnector
/** The same, by one who does not wait long. */
let hasty: AcquirerConnector

before(async () => {
  await writeSandboxPki(join(dir, 'pki'))
  const config = join(dir, 'acquirer.json')
  const api = {
    port: 0,
    certificate_file: pki('acquirer.pem'),
    key_file: pki('acquirer.key'),
    client_ca_file: pki('acquirer-ca.pem'),
  }
  writeFileSync(
    config,
    JSON.stringify({ api, pages: { port: 0 }, data_dir: join(dir, 'data'), timing: { late_ms: LATE_MS } }),
  )
  // Its channel ends it with the test, however that ends.
  child = spawn(process.execPath, [MAIN, '--config', config], { stdio: ['ignore', 'pipe', 'ignore', 'ipc'] })
  if (child.stdout === null) throw new Error('no output')
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`it ended with ${code}`)))
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended])
  const ready = JSON.parse(String(line))
  pages_url = ready.pages_url
  mkdirSync(join(dir, 'profiles'))
  const profile = {
    name: 'Test',
    kind: 'simulator',
    url: ready.api_url,
    timeout_ms: 60_000,
    ca_file: '../pki/ca.pem',
    client_certificate_file: '../pki/acquirer-client.pem',
    client_key_file: '../pki/acquirer-client.key',
  }
  const write = (id: string, more: object = {}) =>
    writeFileSync(join(dir, 'profiles', `${id}.json`), JSON.stringify({ id, ...profile, ...more }))
  write('simulator')
  write('hasty', { timeout_ms: HASTY_MS })
  write('stranger', { client_certificate_file: '../pki/qwac.pem', client_key_file: '../pki/qwac.key' })
  acquirer = get('simulator')
  hasty = get('hasty')
})

after(async () => {
  await outbound.close()
  child.kill('SIGTERM')
  if (child.exitCode === null) await once(child, 'exit')
  rmSync(dir, { recursive: true, force: true })
})

beforeEach(() => fetch(`${pages_url}/admin/faults`, { method: 'DELETE' }))

const get = (id: string): AcquirerConnector =>
  loadAcquirers({ profiles_dir: join(dir, 'profiles'), outbound, log }).get(id) ?? assert.fail(id)

const link = { acquirer_merchant_id: '000000010000001', terminal_id: 'POS00001' }
const parties = () => ({ reference: randomUUID(), link, currency: 'RON' })
const MASTERCARD: AcquirerCard = { kind: 'card', number: '5123450000000008', expiry_month: 1, expiry_year: 39 }

function message(card: Partial<AcquirerCard> = {}, more: Partial<CardMessage> = {}): CardMessage {
  return {
    ...parties(),
    amount_minor: 1_250,
    card: { ...MASTERCARD, ...card },
    initiation: { source: 'INTERNET', initiated_by: 'cardholder', stored_on_file: 'TO_BE_STORED' },
    ...more,
  }
}

const followOn = (original: { reference: string }, amount_minor: number): FollowOnMessage => ({
  ...parties(),
  amount_minor,
  original: { reference: original.reference },
})

function answered(answer: AcquirerAnswer) {
  assert.equal(answer.kind, 'answered', JSON.stringify(answer))
  return answer.kind === 'answered' ? answer : assert.fail()
}

async function gatewayCode(call: Promise<AcquirerAnswer>): Promise<string> {
  return answered(await call).gateway_code
}

const faults = (match: string, action: string) =>
  fetch(`${pages_url}/admin/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ next: [{ match, action }] }),
  }).then((response) => assert.ok(response.ok))

test('an approval tells everything that the card API passes on', async () => {
  const told = answered(await acquirer.pay(message({ security_code: '100', name_on_card: 'Ana Pop' })))
  assert.match(told.authorization_code ?? '', /^\d{6}$/)
  assert.match(told.stan ?? '', /^\d{6}$/)
  assert.match(told.receipt ?? '', /^\d{12}$/)
  assert.match(told.acquirer_transaction_id ?? '', /^\d{12}$/)
  assert.match(told.trace_id ?? '', /^\d{15}$/)
  assert.deepEqual([told.approved, told.acquirer_code, told.acquirer_message], [true, '00', 'Approved'])
  assert.equal(told.csc_result, 'MATCH')
  assert.ok(!('avs_result' in told) && !('account' in told) && !('account_closed' in told))
})

test('expiry chooses the outcome, as published', async () => {
  const rows: readonly [number, number, string, boolean][] = [
    [1, 39, 'APPROVED', true],
    [5, 39, 'DECLINED', false],
    [4, 27, 'EXPIRED_CARD', false],
    [1, 37, 'ACQUIRER_SYSTEM_ERROR', false],
    [2, 37, 'UNSPECIFIED_FAILURE', false],
    [11, 38, 'APPROVED', true],
    [3, 24, 'EXPIRED_CARD', false],
  ]
  for (const operation of ['pay', 'authorize', 'verify'] as const) {
    for (const [expiry_month, expiry_year, gateway_code, approved] of rows) {
      const told = answered(await acquirer[operation](message({ expiry_month, expiry_year })))
      assert.deepEqual([told.gateway_code, told.approved], [gateway_code, approved], `${expiry_month}/${expiry_year}`)
    }
  }
  const nobody_knows = message({ expiry_month: 5, expiry_year: 37 })
  assert.equal((await acquirer.pay(nobody_knows)).kind, 'unknown')
  assert.equal((await acquirer.ask(nobody_knows)).kind, 'unknown')
  const { expiry_month: _month, expiry_year: _year, ...without } = MASTERCARD
  assert.equal(await gatewayCode(acquirer.pay({ ...message(), card: without })), 'APPROVED')
})

test('08/28 never answers, and was booked: asking tells', async () => {
  for (const operation of ['pay', 'authorize', 'verify'] as const) {
    const silent = message({ expiry_month: 8, expiry_year: 28 })
    assert.deepEqual(await hasty[operation](silent), { kind: 'unknown', reason: 'TIMEOUT' })
    const word = await acquirer.ask(silent)
    assert.ok(word.kind === 'answered' && word.approved && word.trace_id !== undefined)
    assert.equal(await gatewayCode(acquirer[operation](silent)), 'APPROVED')
  }
})

test('security codes and streets, as published', async () => {
  const amex = { number: '371449635398431' }
  const codes: readonly [Partial<AcquirerCard>, string][] = [
    [{ security_code: '100' }, 'MATCH'],
    [{ security_code: '101' }, 'NOT_PROCESSED'],
    [{ security_code: '102' }, 'NO_MATCH'],
    [{}, 'NOT_PRESENT'],
    [{ ...amex, security_code: '1000' }, 'MATCH'],
    [{ ...amex, security_code: '1010' }, 'NOT_PROCESSED'],
    [{ ...amex, security_code: '1020' }, 'NO_MATCH'],
    [{ ...amex, security_code: '100' }, 'NO_MATCH'],
  ]
  for (const [card, result] of codes) {
    const told = answered(await acquirer.pay(message(card)))
    assert.deepEqual([told.csc_result, told.approved], [result, true], JSON.stringify(card))
  }
  const streets: Readonly<Record<string, string>> = {
    'Alpha St': 'ADDRESS_MATCH',
    'Gamma St': 'NOT_VERIFIED',
    'November St': 'NO_MATCH',
    'Romeo St': 'SERVICE_NOT_AVAILABLE_RETRY',
    'Sierra St': 'SERVICE_NOT_SUPPORTED',
    'Uniform St': 'NOT_AVAILABLE',
    'Whiskey St': 'ZIP_MATCH',
    'X-ray St': 'ADDRESS_ZIP_MATCH',
    'Kilo St': 'NAME_MATCH',
    'Oscar St': 'NAME_ADDRESS_MATCH',
    'Lima St': 'NAME_ZIP_MATCH',
    'Zero St': 'NOT_REQUESTED',
    'Strada Șelari 7': 'NOT_AVAILABLE',
  }
  for (const [street, result] of Object.entries(streets)) {
    const told = answered(await acquirer.pay(message({}, { address: { street, postcode_zip: '030068' } })))
    assert.equal(told.avs_result, result, street)
  }
})

test('amounts choose codes, silence, lateness', async () => {
  const pay = (amount_minor: number) => acquirer.pay(message({}, { amount_minor }))
  assert.equal(await gatewayCode(pay(1_005_100)), 'INSUFFICIENT_FUNDS')
  assert.equal(await gatewayCode(pay(1_008_200)), 'DECLINED_CSC')
  assert.equal(await gatewayCode(pay(1_009_600)), 'ACQUIRER_SYSTEM_ERROR')
  const closed = answered(await pay(1_004_600))
  assert.deepEqual([closed.gateway_code, closed.account_closed], ['DECLINED', true])
  const late = message({}, { amount_minor: 1_006_800 })
  assert.deepEqual(await hasty.pay(late), { kind: 'unknown', reason: 'TIMEOUT' })
  assert.equal(await gatewayCode(acquirer.pay(late)), 'APPROVED')
  const lost = message({}, { amount_minor: 1_009_100 })
  assert.deepEqual(await hasty.pay(lost), { kind: 'unknown', reason: 'TIMEOUT' })
  assert.deepEqual(await acquirer.ask(lost), { kind: 'not_found' })
  assert.deepEqual(await acquirer.reverse(lost), { kind: 'reversed' })
  const cut = message({}, { amount_minor: 1_009_900 })
  assert.equal((await acquirer.pay(cut)).kind, 'unknown')
  const word = await acquirer.ask(cut)
  assert.ok(word.kind === 'answered' && word.approved)
})

test('a chain of messages, and its reversal', async () => {
  const authorized = message({}, { amount_minor: 10_000 })
  const { acquirer_transaction_id = '' } = answered(await acquirer.authorize(authorized))
  assert.equal(await gatewayCode(acquirer.updateAuthorization(followOn(authorized, 12_000))), 'APPROVED')
  const named = {
    ...followOn(authorized, 12_000),
    original: { reference: authorized.reference, acquirer_transaction_id },
  }
  assert.equal(await gatewayCode(acquirer.capture(named)), 'APPROVED')
  const wrong = { ...followOn(authorized, 1), original: { ...named.original, acquirer_transaction_id: '0' } }
  assert.equal(answered(await acquirer.capture(wrong)).acquirer_code, '25')
  assert.equal(answered(await acquirer.capture(followOn(authorized, 1))).acquirer_code, '13')
  assert.deepEqual(await acquirer.reverse(authorized), { kind: 'refused', acquirer_code: '21' })
  const refund = followOn(authorized, 2_000)
  assert.equal(await gatewayCode(acquirer.refund(refund)), 'APPROVED')
  assert.equal(await gatewayCode(acquirer.void(followOn(refund, 2_000))), 'APPROVED')
  assert.deepEqual(await acquirer.reverse(named), { kind: 'reversed' })
  const word = await acquirer.ask(named)
  assert.ok(word.kind === 'answered' && !word.approved && word.gateway_code === 'TIMED_OUT')
  const early = message()
  assert.deepEqual(await acquirer.reverse(early), { kind: 'reversed' })
  assert.equal(answered(await acquirer.pay(early)).approved, false)
})

test('merchant-initiated: approved only with the trace id of the series', async () => {
  const { trace_id = '' } = answered(await acquirer.verify(message({}, { amount_minor: 0 })))
  const initiation = {
    source: 'MERCHANT',
    initiated_by: 'merchant',
    stored_on_file: 'STORED',
    agreement_type: 'RECURRING',
  } as const
  assert.equal(await gatewayCode(acquirer.pay(message({}, { initiation: { ...initiation, trace_id } }))), 'APPROVED')
  assert.equal(answered(await acquirer.pay(message({}, { initiation }))).acquirer_code, '57')
})

test('a scheme token pays, tells its account, and may be refused', async () => {
  const issue = acquirer.issueSchemeToken ?? assert.fail()
  const asked = { reference: randomUUID(), link, number: '4508750015741019', expiry_month: 1, expiry_year: 39 }
  const token = await issue(asked)
  assert.ok(token.kind === 'issued')
  assert.deepEqual(await issue({ ...asked, reference: randomUUID() }), token)
  const { kind: _issued, ...by_token } = token
  const told = answered(await acquirer.pay(message({ kind: 'scheme_token', ...by_token })))
  assert.deepEqual(told.account, { masked_number: '450875xxxxxx1019', expiry_month: 1, expiry_year: 39 })
  const amex = { ...asked, reference: randomUUID(), number: '371449635398431' }
  assert.deepEqual(await issue(amex), { kind: 'refused', acquirer_code: '57' })
  assert.deepEqual(await issue({ ...asked, number: amex.number }), { kind: 'refused', acquirer_code: '94' })
})

test('each fault is the right kind of answer', async () => {
  const pay = async (action: string, by = acquirer): Promise<[AcquirerAnswer, boolean]> => {
    await faults('purchase', action)
    const sent = message()
    const answer = await by.pay(sent)
    return [answer, (await acquirer.ask(sent)).kind === 'answered']
  }
  assert.deepEqual(await pay('silent', hasty), [{ kind: 'unknown', reason: 'TIMEOUT' }, true])
  assert.deepEqual(await pay('lost', hasty), [{ kind: 'unknown', reason: 'TIMEOUT' }, false])
  assert.deepEqual(await pay(`slow:${LATE_MS}`, hasty), [{ kind: 'unknown', reason: 'TIMEOUT' }, true])
  assert.deepEqual(await pay('garbage'), [{ kind: 'unknown', reason: 'ANSWER_UNREADABLE' }, true])
  assert.deepEqual(await pay('status:503'), [{ kind: 'unknown', reason: 'HTTP_503' }, false])
  // Of who stands between, who saw no end of the request, or no answer to it: the acquirer may have acted.
  assert.deepEqual(await pay('status:408'), [{ kind: 'unknown', reason: 'HTTP_408' }, false])
  const [refused] = await pay('status:422')
  assert.equal(answered(refused).gateway_code, 'SYSTEM_ERROR')
  assert.equal((await pay('drop_after_booking'))[0].kind, 'unknown')
  assert.equal((await pay('drop_before'))[0].kind, 'unknown')
  for (const match of ['inquiry', 'reversal']) {
    for (const action of ['status:400', 'status:500', 'garbage', 'drop_before']) {
      await faults(match, action)
      const answer = await (match === 'inquiry' ? acquirer.ask(message()) : acquirer.reverse(message()))
      assert.equal(answer.kind, 'unknown', `${match} ${action}`)
    }
  }
  await faults('any', 'unreachable')
  assert.deepEqual(await acquirer.pay(message()), { kind: 'not_sent', reason: 'ECONNREFUSED' })
  assert.equal((await acquirer.ask(message())).kind, 'not_sent')
})

test('our own faults: a foreign certificate is refused, a message that is none is refused, a reference reused is asked about', async () => {
  const foreign = answered(await get('stranger').pay(message()))
  assert.deepEqual([foreign.approved, foreign.gateway_code], [false, 'SYSTEM_ERROR'])
  assert.deepEqual(await get('stranger').ask(message()), { kind: 'unknown', reason: 'HTTP_403' })
  const told = answered(await acquirer.pay(message({ number: 'x' })))
  assert.deepEqual([told.approved, told.gateway_code, told.acquirer_code], [false, 'SYSTEM_ERROR', '30'])
  const sent = message()
  await acquirer.pay(sent)
  assert.deepEqual(await acquirer.pay({ ...sent, amount_minor: 1 }), { kind: 'unknown', reason: 'HTTP_409' })
})
