/** The connector against the three textbook banks of the sandbox: mutual TLS, seals, pages, phone, faults. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { BankConnector, InitiateInput } from '../connector.ts'
import {
  callbackOf,
  decide,
  expectOk,
  loginForm,
  openSandboxBanks,
  type Person,
  type SandboxBanks,
  statusUntil,
} from './testing/sandbox.ts'

/** By the way in which the payer authorises. */
const IDS = { redirect: 'carpati', oauth: 'delta', decoupled: 'cetate' } as const
type Sca = keyof typeof IDS
/** Short enough to see one end, long enough for a payment's calls on a busy machine. */
const TOKEN_LIFE_S = 6
let sandbox: SandboxBanks

before(async () => {
  sandbox = await openSandboxBanks(Object.values(IDS), { access_token_ttl_s: TOKEN_LIFE_S })
})
after(() => sandbox.close())

const place = (sca: Sca) => sandbox.place(IDS[sca])
const connector = (sca: Sca): BankConnector => sandbox.connector(IDS[sca])
const person = (sca: Sca, character?: string): Person => sandbox.person(IDS[sca], character)
const inputFor = (sca: Sca, who: Person, more?: Partial<InitiateInput>) => sandbox.inputFor(IDS[sca], who, more)
const faults = (sca: Sca, match: string, action: string) => sandbox.faults(IDS[sca], match, action)
const browse = (sca: Sca, start: string, forms: readonly Record<string, string>[]) =>
  sandbox.browse(IDS[sca], start, forms)

test('redirect: initiated, authorised on the pages, settled', async () => {
  const bank = connector('redirect')
  const who = person('redirect')
  const initiated = expectOk(await bank.initiate(inputFor('redirect', who)))
  assert.equal(initiated.status, 'RCVD')
  assert.ok(initiated.next.kind === 'redirect')
  assert.equal(expectOk(await bank.status(initiated.session)).status, 'RCVD')
  const back = await browse('redirect', initiated.next.url, [loginForm(who), decide('approve')])
  assert.equal(back.href, 'http://localhost:1/checkout/return?a=1')
  await statusUntil(bank, initiated.session, 'ACSC')
})

test('redirect: refused by the payer, and without funds, ends RJCT with the reason', async () => {
  const bank = connector('redirect')
  const who = person('redirect')
  const refused = expectOk(await bank.initiate(inputFor('redirect', who)))
  assert.ok(refused.next.kind === 'redirect')
  const back = await browse('redirect', refused.next.url, [loginForm(who), decide('refuse')])
  assert.equal(back.href, 'http://localhost:1/checkout/nok')
  assert.match((await statusUntil(bank, refused.session, 'RJCT')).reason ?? '', /refuzat/)

  const broke = person('redirect', 'broke')
  const poor = expectOk(await bank.initiate(inputFor('redirect', broke)))
  assert.ok(poor.next.kind === 'redirect')
  await browse('redirect', poor.next.url, [loginForm(broke), decide('approve')])
  const report = await statusUntil(bank, poor.session, 'RJCT')
  assert.equal(report.reason_code, 'FUNDS_NOT_AVAILABLE')
  assert.match(report.reason ?? '', /AM04/)
})

test('repeating an initiation with its request id yields the same payment', async () => {
  const bank = connector('redirect')
  const input = inputFor('redirect', person('redirect'))
  await faults('redirect', 'initiate', 'drop_after')
  assert.equal((await bank.initiate(input)).kind, 'unknown')
  const [first, second] = [expectOk(await bank.initiate(input)), expectOk(await bank.initiate(input))]
  assert.equal(first.session.bank_payment_id, second.session.bank_payment_id)
  const ledger = (await (await fetch(`${place('redirect').pages_url}/sandbox/ledger`)).json()) as {
    payments: { end_to_end_id: string }[]
  }
  const same = ledger.payments.filter((payment) => payment.end_to_end_id === input.order.end_to_end_id)
  assert.equal(same.length, 1)
  const other = await bank.initiate({
    ...input,
    order: { ...input.order, amount_minor: 1 } as InitiateInput['order'],
  })
  assert.equal(other.kind, 'refused')
})

test('cancel: the bank says CANC', async () => {
  const bank = connector('redirect')
  const { session } = expectOk(await bank.initiate(inputFor('redirect', person('redirect'))))
  assert.deepEqual(expectOk(await bank.cancel(session)), { cancelled: true })
  assert.equal(expectOk(await bank.status(session)).status, 'CANC')
})

test('oauth: code with PKCE, status by token, token renewed when it expires', async () => {
  const bank = connector('oauth')
  const who = person('oauth')
  const input = inputFor('oauth', who)
  const { session, next } = expectOk(await bank.initiate(input))
  assert.ok(next.kind === 'redirect')
  const url = new URL(next.url)
  assert.equal(url.origin, place('oauth').pages_url)
  assert.equal(url.searchParams.get('scope'), `PIS:${session.bank_payment_id}`)
  assert.equal(url.searchParams.get('code_challenge_method'), 'S256')
  assert.deepEqual(await bank.status(session), { kind: 'ok', value: { status: 'RCVD' } })

  const back = await browse('oauth', next.url, [loginForm(who), decide('approve')])
  assert.equal(`${back.origin}${back.pathname}`, input.oauth_redirect_uri)
  assert.equal(back.searchParams.get('iss'), place('oauth').api_url)
  const callback = callbackOf(back, input.oauth_state)
  // A payer who agrees and never comes back: the bank tells at least that.
  assert.deepEqual(await bank.status(session), { kind: 'ok', value: { status: 'ACTC' } })
  const redirect = { oauth_redirect_uri: input.oauth_redirect_uri }

  // Nothing is sent for a forged answer, so the genuine one still counts.
  for (const forged of [
    { ...callback, state: randomUUID() },
    { ...callback, iss: 'https://evil.example' },
    { state: callback.state },
  ]) {
    const answer = await bank.finishAuthorisation(session, forged, redirect)
    assert.ok(answer.kind === 'refused' && answer.http_status === 0, JSON.stringify(answer))
  }
  const finished = expectOk(await bank.finishAuthorisation(session, callback, redirect)).session
  assert.equal(finished.bank_payment_id, session.bank_payment_id)
  assert.equal(finished.code_verifier, undefined)
  assert.equal((await statusUntil(bank, finished, 'ACSC')).session, undefined)

  await new Promise((resolve) => setTimeout(resolve, TOKEN_LIFE_S * 1_000 + 100))
  const renewed = expectOk(await bank.status(finished)).session
  assert.ok(renewed !== undefined && renewed.access_token !== finished.access_token)
  assert.equal(expectOk(await bank.status(renewed)).session, undefined)
  const replayed = await bank.finishAuthorisation(session, callback, redirect)
  assert.ok(replayed.kind === 'refused' && replayed.code === 'invalid_grant', JSON.stringify(replayed))
})

test('oauth: the payer refuses', async () => {
  const bank = connector('oauth')
  const who = person('oauth')
  const input = inputFor('oauth', who)
  const { session, next } = expectOk(await bank.initiate(input))
  assert.ok(next.kind === 'redirect')
  const back = await browse('oauth', next.url, [loginForm(who), decide('refuse')])
  const answer = await bank.finishAuthorisation(session, callbackOf(back, input.oauth_state), {
    oauth_redirect_uri: input.oauth_redirect_uri,
  })
  assert.ok(answer.kind === 'refused')
  assert.deepEqual([answer.http_status, answer.code], [0, 'access_denied'])
})

test('oauth: an exchange that is cut off is unknown', async () => {
  const bank = connector('oauth')
  const who = person('oauth')
  const input = inputFor('oauth', who)
  const { session, next } = expectOk(await bank.initiate(input))
  assert.ok(next.kind === 'redirect')
  const back = await browse('oauth', next.url, [loginForm(who), decide('approve')])
  const finish = () =>
    bank.finishAuthorisation(session, callbackOf(back, input.oauth_state), {
      oauth_redirect_uri: input.oauth_redirect_uri,
    })
  await faults('oauth', 'token', 'status:503')
  const unavailable = await finish()
  assert.ok(unavailable.kind === 'unknown' && unavailable.http_status === 503, JSON.stringify(unavailable))
  await faults('oauth', 'token', 'drop_before')
  assert.equal((await finish()).kind, 'unknown')
  assert.equal(expectOk(await finish()).session.bank_payment_id, session.bank_payment_id)
})

test('decoupled: instruction, approval on the phone, settled; an unknown user is refused', async () => {
  const bank = connector('decoupled')
  const who = person('decoupled')
  const { session, next } = expectOk(await bank.initiate(inputFor('decoupled', who)))
  assert.ok(next.kind === 'decoupled')
  assert.notEqual(next.psu_message, '')
  await browse('decoupled', `${place('decoupled').pages_url}/phone`, [
    { ...loginForm(who), path: '/phone/login' },
    { path: '/phone/decision', payment_id: session.bank_payment_id, decision: 'approve' },
  ])
  await statusUntil(bank, session, 'ACSC')

  const stranger = await bank.initiate(inputFor('decoupled', { ...who, login: 'nimeni' }))
  assert.ok(stranger.kind === 'refused' && stranger.code === 'PSU_CREDENTIALS_INVALID', JSON.stringify(stranger))
})

test('what a misbehaving bank answers is never taken for a result', async () => {
  const bank = connector('redirect')
  const who = person('redirect')
  const initiations: [string, string, string | undefined][] = [
    ['status:500', 'unknown', undefined],
    ['status:503', 'unknown', undefined],
    ['malformed_json', 'unknown', undefined],
    ['wrong_payment_id', 'unknown', undefined],
    ['foreign_link', 'unknown', undefined],
    ['drop_before', 'unknown', undefined],
    ['status:400:FORMAT_ERROR', 'refused', 'FORMAT_ERROR'],
    ['problem_json', 'refused', 'FORMAT_ERROR'],
    ['status:401:CERTIFICATE_BLOCKED', 'refused', 'CERTIFICATE_BLOCKED'],
  ]
  for (const [action, kind, code] of initiations) {
    await faults('redirect', 'initiate', action)
    const answer = await bank.initiate(inputFor('redirect', who))
    assert.equal(answer.kind, kind, `${action}: ${JSON.stringify(answer)}`)
    if (answer.kind === 'refused') assert.equal(answer.code, code, action)
  }
  const { session } = expectOk(await bank.initiate(inputFor('redirect', who)))
  for (const action of ['status:500', 'malformed_json', 'wrong_payment_id', 'drop_before', 'drop_after']) {
    await faults('redirect', 'status', action)
    const answer = await bank.status(session)
    assert.equal(answer.kind, 'unknown', `${action}: ${JSON.stringify(answer)}`)
  }
  assert.equal(expectOk(await bank.status(session)).status, 'RCVD')
  const missing = await bank.status({ bank_payment_id: randomUUID() })
  assert.ok(missing.kind === 'refused' && missing.code === 'RESOURCE_UNKNOWN', JSON.stringify(missing))
})
