/** A limit of the partner stops a payment: what the partner is told. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setLimits } from '../../domain/limits/manage.ts'
import { type Authority, createAuthority } from '../../infra/certificates/issue.ts'
import { BANK } from './testing/banks.ts'
import { CREDITOR_IBAN, createWorld, type TestWorld } from './testing/world.ts'

const ORDER = {
  creditorName: 'Florăria Ana',
  creditorIban: CREDITOR_IBAN,
  amount: 12.5,
  details: 'Comanda 1',
  psuIntermediarId: 'client-7',
}
type Tokens = { access_token: string; paymentId: number }

let world: TestWorld
let authority: Authority
let shop: Awaited<ReturnType<TestWorld['partner']>>

before(async () => {
  world = await createWorld({}, [BANK])
  authority = await createAuthority({ name: 'Partner CA' })
  const webhook_url = 'https://shop.example/hooks'
  shop = await world.partner({ authority, common_name: 'Shop', may_headless: true, webhook_url })
})
after(() => world.close())

async function tokensOf(fields: Record<string, string> = {}): Promise<Tokens> {
  const answer = await world.call({
    method: 'POST',
    path: '/gateway/authenticate/rest/api/token',
    as: shop.issued,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ client_id: shop.client_id, ...fields }).toString(),
  })
  assert.equal(answer.status, 200, answer.text)
  return answer.json.result
}
const headersOf = (tokens: Tokens) => ({
  'content-type': 'application/json',
  authorization: `Bearer ${tokens.access_token}`,
})
const initiate = (tokens: Tokens, body: unknown, more: Record<string, string> = {}) =>
  world.call({
    method: 'POST',
    path: `/gateway/core/rest/api/initPayment/${tokens.paymentId}`,
    as: shop.issued,
    headers: { ...headersOf(tokens), ...more },
    body: JSON.stringify(body),
  })
const status = async (tokens: Tokens) => {
  const path = `/gateway/core/rest/api/status/${tokens.paymentId}`
  return (await world.call({ path, as: shop.issued, headers: headersOf(tokens) })).json
}
async function limit(indicator: 'max_amount' | 'daily_volume', block_level: number | null) {
  await setLimits(world.context, shop.client_id, [{ indicator, block_level }])
  await world.context.partners.refresh()
}

test('a fixed amount above the level: initPayment answers, the status is BLOCKED with its reason, a webhook follows', async () => {
  await limit('max_amount', 1_249)
  const tokens = await tokensOf()
  const answer = await initiate(tokens, ORDER)
  assert.equal(answer.status, 200, answer.text)
  assert.match(answer.json.redirectUri, /^https:\/\/pay\.example\//)
  const told = await status(tokens)
  assert.equal(told.result.paymentStatus, 'BLOCKED')
  assert.equal(told.result.reason, 'LIMIT_MAX_AMOUNT')
  assert.notEqual(told.messageStatus, 'SUCCESS')
  const { rows } = await world.database.db.query<{ payload: { status: string; reason: string } }>({
    text: `select payload from outbox where task = 'deliver_webhook' and payload->>'payment_id' = $1::text`,
    values: [String(tokens.paymentId)],
  })
  assert.deepEqual(
    rows.map(({ payload }) => [payload.status, payload.reason]),
    [['BLOCKED', 'LIMIT_MAX_AMOUNT']],
  )
  await limit('max_amount', 1_250)
  const other = await tokensOf()
  await initiate(other, ORDER)
  assert.equal((await status(other)).result.paymentStatus, 'INIT')
  await limit('max_amount', null)
})

test("a partner's own page is refused with PAYMENT_BLOCKED, and again", async () => {
  await limit('daily_volume', 1)
  const psu = { 'psu-ip-address': '192.0.2.7', 'psu-user-agent': 'Firefox' }
  const whole = {
    ...ORDER,
    debtorBank: 'TXB',
    debtorIban: 'RO34TXBK0000000010001111',
    psuEmail: 'a@b.ro',
    TCAccepted: true,
  }
  const first = await tokensOf({ isHeadless: 'true' })
  assert.equal((await initiate(first, whole, psu)).status, 200)
  const second = await tokensOf({ isHeadless: 'true' })
  for (let time = 0; time < 2; time += 1) {
    const answer = await initiate(second, whole, psu)
    assert.deepEqual([answer.status, answer.json.code], [422, 'PAYMENT_BLOCKED'], answer.text)
    assert.doesNotMatch(answer.text, /LIMIT/)
  }
  const told = await status(second)
  assert.deepEqual([told.result.paymentStatus, told.result.reason], ['BLOCKED', 'LIMIT_DAILY_VOLUME'])
  // The one that went before answers as before.
  assert.equal((await initiate(first, whole, psu)).json.redirectUri, 'https://bank.example/sca')
})
