/** The connector against the three simulated banks, as processes: mutual TLS, seals, pages, phone, faults. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { writeSandboxPki } from '../../certificates/sandbox-pki.ts'
import { createLog } from '../../log.ts'
import { createOutbound } from '../../outbound.ts'
import type { BankAnswer, BankConnector, BankSession, InitiateInput, StatusReport } from '../connector.ts'
import { type BankRegistry, loadBanks } from '../registry.ts'

type Person = { login: string; password: string; iban: string; character: string }
type Bank = { id: string; sca: string; product: string; name: string; bic: string; iban_code: string; people: Person[] }
type Running = { bank: Bank; child: ChildProcess; api_url: string; pages_url: string }

const SANDBOX = fileURLToPath(new URL('../../../../sandbox/', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'punte-banks-'))
const pki = (name: string) => join(dir, 'pki', name)
const log = createLog('silent')
const outbound = createOutbound({ log, private_addresses_allowed: true, user_agent: 'punte-test' })
const running = new Map<string, Running>()
let banks: BankRegistry

before(async () => {
  await writeSandboxPki(join(dir, 'pki'))
  mkdirSync(join(dir, 'profiles'))
  const known: Bank[] = JSON.parse(readFileSync(join(SANDBOX, 'people.json'), 'utf8'))
  const template: Record<string, unknown> = JSON.parse(
    readFileSync(join(SANDBOX, 'bank/profile-template.json'), 'utf8'),
  )
  for (const started of await Promise.all(known.map(startBank))) {
    const { bank, api_url, pages_url } = started
    running.set(bank.sca, started)
    const facts: Record<string, string> = {
      ...Object.fromEntries(Object.entries(bank).filter(([, value]) => typeof value === 'string')),
      api_url,
      pages_url,
      ca_file: pki('ca.pem'),
      oauth_client_id: 'punte',
    }
    const profile = JSON.stringify(template[bank.sca]).replace(
      /\{\{(\w+)\}\}/g,
      (_all, name: string) => facts[name] ?? `missing ${name}`,
    )
    writeFileSync(join(dir, 'profiles', `${bank.id}.json`), profile)
  }
  const pair = (name: string) => ({
    certificate_pem: readFileSync(pki(`${name}.pem`), 'utf8'),
    key_pem: readFileSync(pki(`${name}.key`), 'utf8'),
  })
  banks = loadBanks({ profiles_dir: join(dir, 'profiles'), outbound, qwac: pair('qwac'), qseal: pair('qseal'), log })
})

after(async () => {
  await outbound.close()
  for (const { child } of running.values()) {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  }
  rmSync(dir, { recursive: true, force: true })
})

async function startBank(bank: Bank): Promise<Running> {
  const config = join(dir, `${bank.id}.json`)
  const api = {
    port: 0,
    certificate_file: pki('bank.pem'),
    key_file: pki('bank.key'),
    client_ca_file: pki('eidas-ca.pem'),
  }
  const timing = { settle_ms: 60, access_token_ttl_s: 2 }
  const oauth = bank.sca === 'oauth' ? { oauth: { client_id: 'punte' } } : {}
  writeFileSync(
    config,
    JSON.stringify({ ...bank, ...oauth, api, pages: { port: 0 }, data_dir: join(dir, bank.id), timing }),
  )
  const child = spawn(process.execPath, [join(SANDBOX, 'bank/main.ts'), '--config', config], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return { bank, child, ...JSON.parse(String(line)) }
}

const place = (sca: string): Running => running.get(sca) ?? assert.fail(`no bank of kind ${sca}`)
const connector = (sca: string): BankConnector => banks.get(place(sca).bank.id) ?? assert.fail()
const person = (sca: string, character = 'normal'): Person =>
  place(sca).bank.people.find((someone) => someone.character === character) ?? assert.fail()

function inputFor(sca: string, who: Person, more: Partial<InitiateInput> = {}): InitiateInput {
  return {
    request_id: randomUUID(),
    order: {
      amount_minor: 12345,
      currency: 'RON',
      debtor_iban: who.iban,
      creditor_iban: 'RO09PORL7789778256833565',
      creditor_name: 'Floraria Ana',
      remittance: 'Comanda 7',
      end_to_end_id: randomUUID().replaceAll('-', ''),
    },
    psu: {
      ip_address: '::ffff:127.0.0.1',
      user_agent: 'Mozilla/5.0 (șmecher)\r\nX: y',
      language: 'ro',
      ...(sca === 'decoupled' ? { psu_id: who.login } : {}),
    },
    return_uri: 'http://localhost:1/checkout/return?a=1',
    return_nok_uri: 'http://localhost:1/checkout/nok',
    notification_uri: 'http://127.0.0.1:9/notification',
    oauth_redirect_uri: 'http://localhost:1/checkout/oauth',
    oauth_state: randomUUID(),
    ...more,
  }
}

function expectOk<T>(answer: BankAnswer<T>): T {
  assert.equal(answer.kind, 'ok', JSON.stringify(answer))
  return answer.kind === 'ok' ? answer.value : assert.fail()
}

const faults = (sca: string, match: string, action: string) =>
  fetch(`${place(sca).pages_url}/sandbox/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ next: [{ match, times: 1, action }] }),
  }).then((response) => assert.ok(response.ok))

/** A browser without JavaScript: cookies by path kept, redirects followed until they leave the bank. */
async function browse(sca: string, start: string, forms: readonly Record<string, string>[]): Promise<URL> {
  const cookies = new Map<string, string>()
  const go = async (url: URL, form?: Record<string, string>): Promise<{ url: URL; outside: boolean }> => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    })
    await response.arrayBuffer()
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split(/=(.*)/s)
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location === null) return { url, outside: false }
    const next = new URL(location, url)
    return next.origin === new URL(place(sca).pages_url).origin ? go(next) : { url: next, outside: true }
  }
  let at = await go(new URL(start))
  for (const { path = '', ...form } of forms) {
    if (at.outside) break
    at = await go(
      new URL(path.startsWith('/') ? path : `${at.url.pathname.replace(/\/(login|decision)$/, '')}/${path}`, at.url),
      form,
    )
  }
  return at.url
}

const loginForm = ({ login, password }: Person) => ({ path: 'login', login, password })
const decide = (decision: string) => ({ path: 'decision', decision })

async function statusUntil(bank: BankConnector, session: BankSession, wanted: string): Promise<StatusReport> {
  for (let i = 0; i < 40; i += 1) {
    const report = expectOk(await bank.status(session))
    if (report.status === wanted) return report
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return assert.fail(`never ${wanted}`)
}

const callbackOf = (url: URL, state: string) => ({
  state: url.searchParams.get('state') ?? state,
  ...Object.fromEntries([...url.searchParams].filter(([name]) => ['code', 'error', 'iss'].includes(name))),
})

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
  const other = await bank.initiate({ ...input, order: { ...input.order, amount_minor: 1 } })
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

  await new Promise((resolve) => setTimeout(resolve, 2_100))
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
