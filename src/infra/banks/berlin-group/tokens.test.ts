/** Tokens that two ask for at once, and token answers that say more or other than they should. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BankAnswer, BankProfile } from '../connector.ts'
import { openScriptedBank, type Reply, type ScriptedBank } from './testing/bank.ts'

let bank: ScriptedBank
before(async () => {
  bank = await openScriptedBank()
})
after(() => bank.close())

const BACK = { oauth_redirect_uri: 'https://plati.example/oauth' }
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

function ok<T>(answer: BankAnswer<T>): T {
  assert.equal(answer.kind, 'ok', JSON.stringify(answer))
  return answer.kind === 'ok' ? answer.value : assert.fail()
}

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
