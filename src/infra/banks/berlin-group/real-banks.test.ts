/** The connector against the sandbox's banks that behave like real ones, by the profiles of the catalogue: each in its own way, to the end. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { BankSession, BulkOrder, InitiateInput } from '../connector.ts'
import { createBerlinGroupConnector } from './connector.ts'
import { checkBank, registerClient } from './enrol.ts'
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

const IDS = ['BT', 'BCR', 'BRD', 'ING', 'RZB', 'UCB', 'CEC', 'LIB']
/** Short enough to see one end, long enough for a call in between on a busy machine. */
const TOKEN_LIFE_S = 6
let sandbox: SandboxBanks
before(async () => {
  sandbox = await openSandboxBanks(IDS, { access_token_ttl_s: TOKEN_LIFE_S })
})
after(() => sandbox.close())

/** Enters first where the bank wants it, and initiates. */
async function initiated(id: string, who: Person, more: Partial<InitiateInput> = {}) {
  const bank = sandbox.connector(id)
  const input = sandbox.inputFor(id, who, more)
  const redirect = { oauth_redirect_uri: input.oauth_redirect_uri }
  if (bank.beginAccess === undefined || bank.finishAccess === undefined)
    return { bank, input, ...expectOk(await bank.initiate(input)) }
  const begun = expectOk(await bank.beginAccess({ ...redirect, oauth_state: input.oauth_state }))
  const back = await sandbox.browse(id, begun.url, [loginForm(who), decide('approve')])
  const let_in = expectOk(await bank.finishAccess(begun.access, callbackOf(back, input.oauth_state), redirect))
  return { bank, input, ...expectOk(await bank.initiate({ ...input, access: let_in.access })) }
}

/** The payer's part, whichever it is. @returns the session to ask with from then on */
async function authorised(id: string, who: Person, given: Awaited<ReturnType<typeof initiated>>): Promise<BankSession> {
  const { bank, input, session, next } = given
  if (next.kind === 'decoupled') {
    await sandbox.browse(id, `${sandbox.place(id).pages_url}/phone`, [
      { ...loginForm(who), path: '/phone/login' },
      { path: '/phone/decision', payment_id: session.bank_payment_id, decision: 'approve' },
    ])
    return session
  }
  assert.ok(next.kind === 'redirect')
  const back = await sandbox.browse(id, next.url, [loginForm(who), decide('approve')])
  assert.equal(back.hostname, 'localhost')
  if (bank.profile.sca !== 'oauth') return session
  const redirect = { oauth_redirect_uri: input.oauth_redirect_uri }
  return expectOk(await bank.finishAuthorisation(session, callbackOf(back, input.oauth_state), redirect)).session
}

for (const id of IDS) {
  test(`${id}: from the order to the money gone, by the catalogue's profile`, async () => {
    const who = sandbox.person(id)
    const given = await initiated(id, who)
    await statusUntil(given.bank, await authorised(id, who, given), 'ACSC')
  })
}

const bulkOf = (who: Person): BulkOrder => ({
  service: 'bulk-payments',
  currency: 'RON',
  debtor_iban: who.iban,
  debtor_name: 'Ana Pop',
  end_to_end_id: randomUUID().replaceAll('-', ''),
  amount_minor: 300,
  batch_booking: false,
  transfers: [100, 200].map((amount_minor, n) => ({
    amount_minor,
    creditor_iban: 'RO09PORL7789778256833565',
    creditor_name: `Ana ${n}`,
    remittance: 'x',
    end_to_end_id: `t-${n}`,
  })),
})

for (const id of ['BCR', 'BRD', 'ING']) {
  test(`${id}: a list under one authorisation, each transfer told`, async () => {
    const who = sandbox.person(id)
    const given = await initiated(id, who, { order: bulkOf(who) })
    const session = await authorised(id, who, given)
    await statusUntil(given.bank, session, 'ACSC')
    const { transfers } = expectOk(await given.bank.transfers(session))
    assert.deepEqual(
      transfers.map(({ end_to_end_id, status }) => `${end_to_end_id} ${status}`),
      ['t-0 ACSC', 't-1 ACSC'],
    )
  })
}

test('ING: a standing order in its own words runs, and is ended by us', async () => {
  const who = sandbox.person('ING')
  const single = sandbox.inputFor('ING', who).order
  assert.ok(single.service === 'payments')
  const schedule = { start_date: '2031-01-05', frequency: 'Monthly', day_of_execution: 5 } as const
  const given = await initiated('ING', who, { order: { ...single, service: 'periodic-payments', schedule } })
  const session = await authorised('ING', who, given)
  await statusUntil(given.bank, session, 'ACSP')
  assert.equal(expectOk(await given.bank.cancel(session)).cancelled, true)
  await statusUntil(given.bank, session, 'CANC')
})

test('UniCredit: the payer confirms the cancellation of what he has authorised at the bank', async () => {
  const who = sandbox.person('UCB', 'slow')
  const given = await initiated('UCB', who)
  assert.equal(given.status, 'ACTC')
  const session = await authorised('UCB', who, given)
  const { return_uri, return_nok_uri, psu } = given.input
  const answer = expectOk(await given.bank.cancel(session, { return_uri, return_nok_uri, psu }))
  assert.equal(answer.cancelled, false)
  assert.ok(answer.authorise_url !== undefined, JSON.stringify(answer))
  const back = await sandbox.browse('UCB', answer.authorise_url, [loginForm(who), decide('approve')])
  assert.equal(back.href, return_uri)
  await statusUntil(given.bank, session, 'CANC')
})

test('BCR: a token that ends under way is renewed, by its own 403', async () => {
  const who = sandbox.person('BCR')
  const { bank, session } = await initiated('BCR', who)
  await new Promise((resolve) => setTimeout(resolve, TOKEN_LIFE_S * 1_000 + 100))
  const { session: renewed } = expectOk(await bank.status(session))
  assert.ok(renewed !== undefined && renewed.access_token !== session.access_token)
  assert.equal(expectOk(await bank.status(renewed)).session, undefined)
  assert.equal(renewed.service, 'payments')
})

test('a check finds every one of them in order', async () => {
  for (const id of IDS) {
    const findings = await checkBank(sandbox.parts(id))
    assert.deepEqual(
      findings.filter(({ outcome }) => outcome === 'fails'),
      [],
      id,
    )
    const token = findings.find(({ step }) => step === 'token')
    assert.equal(token?.outcome, id === 'ING' ? 'works' : 'not needed', id)
  }
})

test('BT: this installation registers itself, and pays by what it got', async () => {
  const parts = sandbox.parts('BT')
  const { access } = parts.profile
  assert.ok(access.kind === 'authorization_code')
  const who = sandbox.person('BT')
  const input = sandbox.inputFor('BT', who)
  const registration = await registerClient(parts, {
    access,
    registration_url: `${new URL(parts.profile.base_url).origin}/register`,
    redirect_uri: input.oauth_redirect_uri,
    certificate_pem: sandbox.qwac_pem,
  })
  assert.ok('client_id' in registration, JSON.stringify(registration))
  const { client_id } = registration
  const bank = createBerlinGroupConnector({ ...parts, profile: { ...parts.profile, access: { ...access, client_id } } })
  const { session, next } = expectOk(await bank.initiate(input))
  assert.ok(next.kind === 'redirect')
  assert.equal(new URL(next.url).searchParams.get('client_id'), client_id)
  const back = await sandbox.browse('BT', next.url, [loginForm(who), decide('approve')])
  const redirect = { oauth_redirect_uri: input.oauth_redirect_uri }
  const finished = await bank.finishAuthorisation(session, callbackOf(back, input.oauth_state), redirect)
  await statusUntil(bank, expectOk(finished).session, 'ACSC')
})
