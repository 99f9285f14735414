/** The protocol and the book as a process shows them: strictness, one effect a reference, kill -9, faults, nothing secret kept. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { cardMessage, followOn, MASTERCARD, startWorld, VISA, type World } from '../testing/world.ts'

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world.close())
beforeEach(() => fetch(`${world.pages_url}/admin/faults`, { method: 'DELETE' }))

const code = async (kind: string, message: object): Promise<string> => {
  const { status, json } = await world.send(kind, message)
  assert.equal(status, 200, JSON.stringify(json))
  return json.responseCode
}
const queue = (...next: object[]) => world.admin('/admin/faults', { next })
const totals = async (merchant_id: string) => (await world.admin(`/admin/totals?merchant_id=${merchant_id}`)).totals[0]

test('a client without a certificate of the right authority is not let in', async () => {
  const message = cardMessage()
  const refused = await world.send('purchase', message, null)
  assert.deepEqual([refused.status, refused.json.responseCode], [403, '58'])
  const { reference, merchantId, terminalId } = message
  assert.equal((await world.send('inquiry', { reference, merchantId, terminalId })).json.found, false)
})

test('whatever is not a message is refused with its place, and not with its content', async () => {
  const message = cardMessage()
  const { reference: _left_out, ...nameless } = message
  const refused: readonly [object | string, string][] = [
    ['{', '/'],
    ['[]', '/'],
    [nameless, '/'],
    [{ ...message, surprise: 1 }, '/'],
    [{ ...message, amount: '12.50' }, '/amount'],
    [{ ...message, amount: 12.5 }, '/amount'],
    [{ ...message, amount: -1 }, '/amount'],
    [{ ...message, amount: 1e15 }, '/amount'],
    [{ ...message, currency: 'LEI' }, '/currency'],
    [{ ...message, card: { ...message.card, number: '51234500000000ab' } }, '/card/number'],
    [{ ...message, card: { ...message.card, expiry: '3913' } }, '/card/expiry'],
    [{ ...message, card: { ...message.card, securityCode: '12' } }, '/card/securityCode'],
    [{ ...message, initiation: { ...message.initiation, initiatedBy: 'me' } }, '/initiation/initiatedBy'],
    [{ ...message, merchantId: '' }, '/merchantId'],
  ]
  for (const [sent, field] of refused) {
    const { status, json, text } = await world.send('purchase', sent)
    assert.deepEqual([status, json.responseCode, json.field], [400, '30', field], JSON.stringify(sent))
    assert.doesNotMatch(text, /512345|3901/)
  }
  assert.equal((await world.send('nothing', message)).status, 404)
  assert.equal((await world.send('purchase', { ...message, name: 'x'.repeat(20_000) })).status, 413)
})

test('one reference has one effect: 50 at once, again later, and never with other content', async () => {
  const message = cardMessage({ merchantId: 'PARALLEL' })
  const answers = await Promise.all(Array.from({ length: 50 }, () => world.send('purchase', message)))
  assert.equal(new Set(answers.map(({ text }) => text)).size, 1)
  assert.equal(answers[0]?.json.responseCode, '00')
  assert.equal((await totals('PARALLEL')).captured_minor, 1250)
  assert.equal((await world.send('purchase', { ...message, amount: 1251 })).status, 409)
  assert.equal((await world.send('authorization', message)).status, 409)
  // The security code is not part of it: it may be gone when the message is repeated.
  const { card } = message
  assert.equal((await world.send('purchase', { ...message, card: { ...card, securityCode: '100' } })).status, 200)
})

test('a killed process knows what it answered, what was reversed, and which cards were reissued', async () => {
  const paid = cardMessage({ merchantId: 'KILLED' })
  const authorized = cardMessage({ merchantId: 'KILLED', amount: 9_000 })
  const unborn = cardMessage({ merchantId: 'KILLED' })
  const first = await world.send('purchase', paid)
  await world.send('authorization', authorized)
  const captured = followOn(authorized, 4_000, { merchantId: 'KILLED' })
  assert.equal(await code('capture', captured), '00')
  const { reference, merchantId, terminalId, amount, currency } = unborn
  assert.equal(await code('reversal', { reference, merchantId, terminalId, amount, currency }), '00')
  const token_message = { reference: randomUUID(), merchantId, terminalId, number: VISA, expiry: '3901' }
  const token = (await world.send('scheme-token', token_message)).json.token
  const reissued = await world.admin('/admin/cards', { action: 'reissue', number: VISA })

  await world.killAndRestart()
  assert.deepEqual(await world.send('purchase', paid), first)
  assert.equal(await code('purchase', unborn), 'RV')
  assert.deepEqual((await world.send('scheme-token', token_message)).json.token, token)
  const told = (
    await world.send('purchase', cardMessage({ merchantId }, { kind: 'schemeToken', number: token.number }))
  ).json
  assert.deepEqual(told.account, { number: reissued.card.masked_number, expiry: reissued.expiry })
  assert.equal(await code('purchase', cardMessage({ merchantId }, { number: VISA })), '46')
  assert.equal(await code('capture', followOn(authorized, 5_001, { merchantId })), '13')
  assert.equal((await totals('KILLED')).captured_minor, 1250 + 4_000 + 1250)
})

test('money never goes over: captures, refunds, voids, adjustments, reversals', async () => {
  const merchantId = 'MONEY'
  const own = { merchantId }
  const authorized = cardMessage({ ...own, amount: 10_000 })
  const again = (original: object, amount: number) => followOn(original as { reference: string }, amount, own)
  const reversalOf = ({ reference, amount }: { reference: string; amount: number }) => ({
    reference,
    merchantId,
    terminalId: 'T1',
    amount,
    currency: 'RON',
  })
  assert.equal(await code('authorization', authorized), '00')
  assert.equal(await code('capture', again(authorized, 10_001)), '13')
  assert.equal(await code('refund', again(authorized, 1)), '13')
  const capture = again(authorized, 6_000)
  assert.equal(await code('capture', capture), '00')
  assert.equal(await code('capture', again(authorized, 4_001)), '13')
  assert.equal(await code('adjustment', again(authorized, 5_999)), '13')
  const adjustment = again(authorized, 12_000)
  assert.equal(await code('adjustment', adjustment), '00')
  const second = again(authorized, 6_000)
  assert.equal(await code('capture', second), '00')
  assert.equal(await code('reversal', reversalOf(adjustment)), '21')
  const refund = again(authorized, 7_000)
  assert.equal(await code('refund', refund), '00')
  assert.equal(await code('refund', again(authorized, 5_001)), '13')
  assert.equal(await code('void', again(capture, 6_000)), '12')
  assert.equal(await code('void', again(authorized, 12_000)), '12')
  const voided = again(refund, 7_000)
  assert.equal(await code('void', voided), '00')
  assert.equal(await code('void', again(refund, 7_000)), '12')
  assert.equal(await code('void', again(capture, 5_999)), '13')
  assert.equal(await code('void', again(capture, 6_000)), '00')
  assert.equal(await code('reversal', reversalOf(voided)), '21')
  assert.equal(await code('reversal', reversalOf({ ...second, amount: 1 })), '13')
  assert.equal(await code('reversal', reversalOf(second)), '00')
  assert.equal(await code('reversal', reversalOf(second)), '00')
  assert.equal(await code('void', again(authorized, 12_000)), '00')
  assert.equal(await code('capture', again(authorized, 1)), '12')
  assert.equal(await code('capture', again({ reference: randomUUID() }, 1)), '25')
  assert.equal(await code('capture', followOn(authorized, 1, { merchantId: 'OTHER' })), '25')
  assert.deepEqual(await totals(merchantId), {
    merchant_id: merchantId,
    currency: 'RON',
    authorized_minor: 0,
    captured_minor: 0,
    refunded_minor: 0,
    net_minor: 0,
  })
})

test('a merchant-initiated payment cites a payer-initiated one of the same card', async () => {
  const opened = (await world.send('verification', cardMessage({ amount: 0 }))).json
  const initiation = { source: 'MERCHANT', initiatedBy: 'merchant', storedOnFile: 'STORED' }
  const cited = { initiation: { ...initiation, traceId: opened.traceId } }
  assert.equal(await code('purchase', cardMessage(cited)), '00')
  assert.equal(await code('purchase', cardMessage(cited, { number: VISA })), '46')
  assert.equal(await code('purchase', cardMessage(cited, { number: '4012000033330026' })), '57')
  assert.equal(await code('purchase', cardMessage({ initiation })), '57')
  const unknown = { initiation: { ...initiation, traceId: '000000000000000' } }
  assert.equal(await code('purchase', cardMessage(unknown)), '57')
})

test('a reissued card pays on under its scheme token, of its own merchant only', async () => {
  const number = '5555555555554444'
  const parties = { merchantId: 'TOKENS', terminalId: 'T1' }
  const ask = async (merchantId: string, card = number) => {
    const message = { ...parties, merchantId, reference: randomUUID(), number: card, expiry: '3901' }
    return (await world.send('scheme-token', message)).json
  }
  const { token } = await ask('TOKENS')
  assert.match(token.number, /^52008282\d{8}$/)
  assert.deepEqual((await ask('TOKENS')).token, token)
  assert.notEqual((await ask('OTHER')).token.number, token.number)
  assert.equal((await ask('TOKENS', '371449635398431')).responseCode, '57')
  const visa = (await ask('TOKENS', '4012000033330026')).token
  assert.match(visa.number, /^489537\d{10}$/)

  const opened = (await world.send('purchase', cardMessage(parties, { number }))).json
  const reissued = await world.admin('/admin/cards', { action: 'reissue', number, expiry: '3005' })
  assert.notEqual(reissued.number, number)
  assert.equal(reissued.number.slice(0, 6), '555555')
  const initiation = {
    source: 'MERCHANT',
    initiatedBy: 'merchant',
    storedOnFile: 'STORED',
    traceId: opened.traceId,
  }
  const by_token = { kind: 'schemeToken', number: token.number, expiry: token.expiry }
  const paid = (await world.send('purchase', cardMessage({ ...parties, initiation }, by_token))).json
  assert.equal(paid.responseCode, '00')
  assert.deepEqual(paid.account, { number: reissued.card.masked_number, expiry: '3005' })
  const old = (await world.send('purchase', cardMessage(parties, { number }))).json
  assert.deepEqual([old.responseCode, old.accountClosed], ['46', true])
  assert.equal(await code('purchase', cardMessage({ ...parties, initiation }, { number: reissued.number })), '00')
  assert.equal(await code('purchase', cardMessage({ merchantId: 'ELSE' }, by_token)), '57')
  const made_up = { kind: 'schemeToken', number: '5200828282828210' }
  assert.equal(await code('purchase', cardMessage({}, made_up)), '14')
  // Nothing was paid under OTHER: a token is no money.
  assert.deepEqual((await world.admin('/admin/totals?merchant_id=OTHER')).totals, [])
  await world.admin('/admin/cards', { action: 'close', account_id: reissued.card.account_id })
  assert.equal(await code('purchase', cardMessage(parties, by_token)), '46')
  await world.admin('/admin/cards', { action: 'reopen', number })
  assert.equal(await code('purchase', cardMessage(parties, { number })), '00')
})

test('faults on demand: as many times as asked, booked or not as each says', async () => {
  const found = async ({ reference }: { reference: string }) => {
    const message = { reference, merchantId: 'M1', terminalId: 'T1' }
    return (await world.send('inquiry', message)).json.found
  }
  const fates: readonly [string, 'silence' | 'cut' | number, boolean][] = [
    ['silent', 'silence', true],
    ['lost', 'silence', false],
    ['drop_before', 'cut', false],
    ['drop_after_booking', 'cut', true],
    ['garbage', 200, true],
    ['status:503', 503, false],
    ['slow:200', 200, true],
  ]
  await Promise.all(
    fates.map(async ([action]) => assert.equal((await queue({ match: 'purchase', action })).error, undefined)),
  )
  for (const [action, fate, is_booked] of fates) {
    await queue({ match: 'purchase', action, times: 1 })
    const message = cardMessage()
    if (fate === 'silence') assert.ok(await world.isSilentTo('purchase', message), action)
    else if (fate === 'cut') await assert.rejects(world.send('purchase', message))
    else {
      const { status, json } = await world.send('purchase', message)
      assert.equal(status, fate, action)
      if (action === 'garbage') assert.equal(json, undefined)
    }
    assert.equal(await found(message), is_booked, action)
    assert.equal(await code('purchase', message), '00', action)
  }
  await queue({ match: 'refund', action: 'status:500' }, { action: 'status:503', times: 2 })
  const statuses = []
  for (let turn = 0; turn < 3; turn += 1) statuses.push((await world.send('purchase', cardMessage())).status)
  assert.deepEqual(statuses, [503, 503, 200])
  assert.match((await queue({ action: 'nonsense' })).error, /action/)
  assert.match((await queue({ match: 'nonsense', action: 'silent' })).error, /match/)
  await queue({ action: 'unreachable' })
  await assert.rejects(world.send('purchase', cardMessage()), /ECONNREFUSED/)
  await queue()
  assert.equal(await code('purchase', cardMessage()), '00')
})

test('amounts choose the outcome in currencies of every exponent', async () => {
  const amounts: readonly [number, string, string][] = [
    [1_005_100, 'RON', '51'],
    [1_005_199, 'EUR', '51'],
    [10_051, 'JPY', '51'],
    [10_051_000, 'BHD', '51'],
    [1_000_500, 'RON', '05'],
    [1_008_200, 'RON', 'N7'],
    [1_009_600, 'RON', '96'],
    [1_004_600, 'RON', '46'],
    [1_009_000, 'RON', '91'],
    [1_000_000, 'RON', '00'],
    [1_009_800, 'RON', '00'],
    [1_010_000, 'RON', '00'],
    [0, 'RON', '13'],
  ]
  for (const [amount, currency, expected] of amounts) {
    assert.equal(await code('purchase', cardMessage({ amount, currency })), expected, `${amount} ${currency}`)
  }
  const big = cardMessage({ amount: 3_000_000 })
  await code('authorization', big)
  assert.equal(await code('capture', followOn(big, 1_005_100)), '51')
})

test('amounts that are late, lost or cut off', async () => {
  const late = cardMessage({ amount: 1_006_800 })
  const begun_ms = performance.now()
  assert.equal(await code('purchase', late), '00')
  assert.ok(performance.now() - begun_ms >= 390)
  const cut = cardMessage({ amount: 1_009_900 })
  await assert.rejects(world.send('purchase', cut))
  assert.equal(await code('purchase', cut), '00')
  const lost = cardMessage({ amount: 1_009_100 })
  assert.ok(await world.isSilentTo('purchase', lost))
  const { reference } = lost
  assert.deepEqual((await world.send('inquiry', { reference, merchantId: 'M1', terminalId: 'T1' })).json, {
    found: false,
  })
})

test('a number that fails its check digit, or an expiry that is past, declines', async () => {
  assert.equal(await code('purchase', cardMessage({}, { number: '5123450000000009' })), '14')
  assert.equal(await code('purchase', cardMessage({}, { expiry: '2401' })), '54')
})

test('pages show messages and cards; their buttons work from here only', async () => {
  const message = cardMessage({ merchantId: 'PAGES' }, { number: '2223000000000007' })
  await world.send('purchase', message)
  const page = await (await fetch(`${world.pages_url}/?merchant_id=PAGES`)).text()
  assert.match(page, new RegExp(message.reference))
  assert.match(page, /12,50 RON/)
  const [, link = ''] = /href="(\/cards\/[^"]+)"/.exec(page) ?? []
  const card_url = `${world.pages_url}${link.replaceAll('&#38;', '&')}`
  assert.match(await (await fetch(card_url)).text(), /222300xxxxxx0007: activ/)
  const closing = (headers: Record<string, string>) =>
    fetch(card_url.replace(/\?.*/, '/close'), {
      method: 'POST',
      headers,
      body: new URLSearchParams({ masked: '222300xxxxxx0007' }),
    })
  assert.equal((await closing({ 'sec-fetch-site': 'cross-site' })).status, 403)
  assert.match(await (await closing({})).text(), /222300xxxxxx0007: închis/)
  assert.equal(await code('purchase', cardMessage({}, { number: '2223000000000007' })), '46')
  assert.match(await (await fetch(`${world.pages_url}/cards`)).text(), /222300xxxxxx0007/)
})

test('no card number and no security code is in any file of the acquirer', async () => {
  const number = '6011003179988686'
  const card = { number, securityCode: '739', name: 'Ana Ștefănescu' }
  await world.send('purchase', cardMessage({ address: { street: 'Alpha St', postcode: '010101' } }, card))
  const data = join(world.dir, 'data')
  const kept = readdirSync(data)
    .map((name) => readFileSync(join(data, name), 'utf8'))
    .join('\n')
  assert.match(kept, /601100xxxxxx8686/)
  assert.doesNotMatch(kept, new RegExp(`${number}|${MASTERCARD}|${VISA}|"739"|Ana|52008282\\d{8}`))
})
