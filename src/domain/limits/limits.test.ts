/** Limits on a real database: what blocks, what warns, what is counted, and that no crowd gets past a level. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { selectRows } from '../audit/store.ts'
import { ACCEPTED, type Fixture, openFixture, REQUEST, says, TERMS } from '../initiation/fixture.ts'
import { followItems, spreadList } from '../initiation/lists/follow.ts'
import { initiateList } from '../initiation/lists/initiate.ts'
import { submitList } from '../initiation/lists/list.ts'
import { initiatePayment } from '../initiation/partner-calls/initiate.ts'
import { readStatus } from '../initiation/partner-calls/status.ts'
import { submitPayment } from '../initiation/payer/submit.ts'
import { settleLoaded } from '../initiation/settling/settle.ts'
import { listEvents, loadPayment, type PaymentKey } from '../initiation/store.ts'
import { resealAll } from '../resealing/reseal.ts'
import { countOpenAlerts, listAlerts } from './alert-store.ts'
import { closeAlert, commentAlert, showAlert, takeAlert } from './alerts.ts'
import { eraseOldCounts } from './erase.ts'
import { INDICATORS, type Indicator } from './indicators.ts'
import { type LevelChange, setLimits, showLimits } from './manage.ts'
import { loadDays } from './store.ts'

let f: Fixture
before(async () => {
  f = await openFixture()
})
after(() => f.close())
beforeEach(async () => {
  f.reset()
  f.now = new Date('2030-03-10T10:00:00Z')
  const tables =
    'partner_limits, limit_totals, limit_days, limit_approvals, limit_entries, limit_counts, limit_pairs, limit_clients, alerts'
  await f.context.db.query({ text: `truncate ${tables}, alert_comments`, values: [] })
})

const row = async (key: PaymentKey) => {
  const payment = await loadPayment(f.context, key)
  assert.ok(payment !== undefined)
  return payment
}
const bank = () => {
  const connector = f.context.banks.get('carpati')
  assert.ok(connector !== undefined)
  return connector
}
const PSU = { ip_address: '127.0.0.1' }
/** Romanian accounts with right check digits, as many as a test wants. */
const ibanOf = (bank_code: string, n: number) => {
  const bban = `${bank_code}${String(n).padStart(16, '0')}`
  const digits = [...`${bban}RO00`].map((c) => Number.parseInt(c, 36)).join('')
  return `RO${String(98n - (BigInt(digits) % 97n)).padStart(2, '0')}${bban}`
}

type Wish = { amount_minor?: number; creditor?: number; debtor?: number; client?: string }
async function send(key: PaymentKey, wish: Wish = {}) {
  return submitPayment(f.context, {
    payment: await row(key),
    bank: bank(),
    terms: {
      ...TERMS,
      ...(wish.creditor !== undefined && { creditor_iban: ibanOf('AAAA', wish.creditor) }),
      ...(wish.debtor !== undefined && { debtor_iban: ibanOf('BTRL', wish.debtor) }),
      ...(wish.client !== undefined && { psu_intermediar_id: wish.client }),
    },
    amount_minor: wish.amount_minor ?? 12_345,
    psu: PSU,
  })
}
const pay = async (wish: Wish = {}) => send(await f.initiated(), wish)
const set = (indicator: Indicator, levels: Omit<LevelChange, 'indicator'>) =>
  setLimits(f.context, f.partner.client_id, [{ indicator, ...levels }])
const alerts = async () =>
  (await listAlerts(f.context, ['open', 'taken', 'closed'], undefined, 100)).map(
    ({ indicator, outcome, measured, level, times }) => ({ indicator, outcome, measured, level, times }),
  )
const measured = async (indicator: Indicator) => {
  const one = (await showLimits(f.context, f.partner.partner_id)).find((m) => m.indicator === indicator)
  return { today: one?.today, of_30_days: one?.of_30_days }
}

test('without levels nothing is blocked, and everything is measured', async () => {
  for (let n = 0; n < 3; n += 1) assert.equal((await pay({ amount_minor: 100 * (n + 1) })).status, 'RCVD')
  assert.deepEqual(await alerts(), [])
  assert.equal((await measured('daily_volume')).today, 3)
  assert.equal((await measured('mean_amount')).today, 200)
  assert.equal((await measured('max_amount')).today, 300)
  assert.equal((await measured('daily_unfinished')).today, 3)
  assert.equal((await measured('daily_per_payer')).today, 3)
  assert.equal((await measured('clients')).today, 1)
  assert.equal((await measured('new_payers')).today, 1)
  assert.equal((await measured('beneficiaries')).today, 1)
})

test('a level of warning raises one alert a day and lets payments pass', async () => {
  await set('daily_volume', { warn_level: 1 })
  for (let n = 0; n < 4; n += 1) assert.equal((await pay()).status, 'RCVD')
  assert.deepEqual(await alerts(), [{ indicator: 'daily_volume', outcome: 'warn', measured: 2, level: 1, times: 1 }])
  f.now = new Date('2030-03-11T10:00:00Z')
  await pay()
  await pay()
  assert.equal((await alerts()).length, 2)
})

test('a level of blocking stops what is above it: BLOCKED for good, the bank not asked, the partner told, an alert raised', async () => {
  await set('daily_volume', { block_level: 2 })
  await pay()
  await pay()
  const asked = f.bank.asked.initiate.length
  const key = await f.initiated()
  const blocked = await send(key)
  assert.equal(blocked.status, 'BLOCKED')
  assert.equal(blocked.reason, 'LIMIT_DAILY_VOLUME')
  assert.equal(f.bank.asked.initiate.length, asked)
  const { status, reason } = await readStatus(f.context, key)
  assert.deepEqual({ status, reason }, { status: 'BLOCKED', reason: 'LIMIT_DAILY_VOLUME' })
  assert.deepEqual(await f.tasksOf(key), ['deliver_webhook'])
  await assert.rejects(send(key), { code: 'PAYMENT_IN_PROGRESS' })
  await pay()
  assert.deepEqual(await alerts(), [{ indicator: 'daily_volume', outcome: 'block', measured: 3, level: 2, times: 2 }])
  assert.equal((await measured('daily_volume')).today, 2)
})

test('the day is the Romanian one', async () => {
  await set('daily_volume', { block_level: 1 })
  f.now = new Date('2030-03-10T21:59:00Z')
  assert.equal((await pay()).status, 'RCVD')
  assert.equal((await pay()).status, 'BLOCKED')
  f.now = new Date('2030-03-10T22:01:00Z') // one past midnight in Bucharest
  assert.equal((await pay()).status, 'RCVD')
})

test('a payment sent again counts once a day, with the amount it has then', async () => {
  await set('daily_volume', { block_level: 1 })
  await set('max_amount', { block_level: 50_000 })
  f.bank.initiate = [
    { kind: 'refused', http_status: 403, code: 'X', text: '' },
    { kind: 'refused', http_status: 403, code: 'X', text: '' },
    ACCEPTED,
  ]
  const key = await f.initiated()
  assert.equal((await send(key, { amount_minor: 100 })).attempt_state, 'closed')
  assert.equal((await send(key, { amount_minor: 300 })).attempt_state, 'closed')
  assert.deepEqual(await measured('daily_volume'), { today: 1, of_30_days: 1 })
  assert.equal((await measured('mean_amount')).today, 300)
  // What was small when it was counted and is large now is looked at anew.
  assert.equal((await send(key, { amount_minor: 50_001 })).reason, 'LIMIT_MAX_AMOUNT')
})

test('an amount that the partner has fixed is blocked at initPayment', async () => {
  const partner = { ...f.partner, max_amount_minor: 12_344 }
  const key = await f.reserved()
  const answer = await initiatePayment(f.context, { partner, payment_id: key.payment_id, request: REQUEST })
  assert.match(answer.redirect_url ?? '', /payment-initiation/)
  assert.equal((await row(key)).status, 'BLOCKED')
  assert.equal((await row(key)).reason, 'LIMIT_MAX_AMOUNT')
  assert.deepEqual(await alerts(), [
    { indicator: 'max_amount', outcome: 'block', measured: 12_345, level: 12_344, times: 1 },
  ])
  // The same call again answers the same and raises nothing.
  await initiatePayment(f.context, { partner, payment_id: key.payment_id, request: REQUEST })
  assert.equal((await alerts())[0]?.times, 1)
})

test('the mean is of 30 days and at least 20 payments, and never stops what brings it down', async () => {
  await set('mean_amount', { block_level: 1_000 })
  assert.equal((await pay({ amount_minor: 900_000 })).status, 'RCVD')
  for (let n = 0; n < 18; n += 1) await pay({ amount_minor: 100 })
  assert.equal((await pay({ amount_minor: 100 })).status, 'RCVD')
  assert.equal((await pay({ amount_minor: 1_001 })).reason, 'LIMIT_MEAN_AMOUNT')
  assert.equal((await pay({ amount_minor: 1_000 })).status, 'RCVD')
  f.now = new Date('2030-04-08T10:00:00Z') // 29 days on
  assert.equal((await pay({ amount_minor: 1_001 })).reason, 'LIMIT_MEAN_AMOUNT')
  f.now = new Date('2030-04-09T10:00:00Z')
  assert.equal((await pay({ amount_minor: 1_001 })).status, 'RCVD')
})

test('what the payer has approved is no longer unfinished, until a bank refuses it after all', async () => {
  await set('daily_unfinished', { block_level: 1 })
  const key = await f.initiated()
  await send(key)
  assert.equal((await pay()).reason, 'LIMIT_DAILY_UNFINISHED')
  f.bank.status = [says('ACSP')]
  await settleLoaded(f.context, await row(key), 'poll')
  assert.equal((await measured('daily_unfinished')).today, 0)
  f.bank.status = [says('ACSC')]
  await settleLoaded(f.context, await row(key), 'poll')
  assert.equal((await measured('daily_unfinished')).today, 0)
  const second = await f.initiated()
  assert.equal((await send(second)).status, 'RCVD')
  f.bank.status = [says('ACSP')]
  await settleLoaded(f.context, await row(second), 'poll')
  assert.equal((await measured('daily_unfinished')).today, 0)
  f.bank.status = [says('RJCT', 'AM04')]
  await settleLoaded(f.context, await row(second), 'poll')
  assert.equal((await measured('daily_unfinished')).today, 1)
})

test('a payer is known by the partner’s id, else by the account', async () => {
  await set('daily_per_payer', { block_level: 1 })
  assert.equal((await pay({ client: 'a', debtor: 1 })).status, 'RCVD')
  assert.equal((await pay({ client: 'a', debtor: 2 })).reason, 'LIMIT_DAILY_PER_PAYER')
  assert.equal((await pay({ client: 'b', debtor: 1 })).status, 'RCVD')
})

test('clients are counted ever: at the level the known ones still pay', async () => {
  await set('clients', { block_level: 2 })
  for (const client of ['a', 'b', 'a']) assert.equal((await pay({ client })).status, 'RCVD')
  assert.equal((await pay({ client: 'c' })).reason, 'LIMIT_CLIENTS')
  f.now = new Date('2030-05-10T10:00:00Z')
  assert.equal((await pay({ client: 'c' })).reason, 'LIMIT_CLIENTS')
  assert.equal((await pay({ client: 'b' })).status, 'RCVD')
})

test('new payers of a beneficiary, in a day; those known from before do not count', async () => {
  await set('new_payers', { block_level: 2 })
  for (const debtor of [1, 2, 2]) assert.equal((await pay({ debtor, client: `c${debtor}` })).status, 'RCVD')
  assert.equal((await pay({ debtor: 3 })).reason, 'LIMIT_NEW_PAYERS')
  assert.equal((await pay({ debtor: 3, creditor: 7 })).status, 'RCVD')
  f.now = new Date('2030-03-11T10:00:00Z')
  for (const debtor of [1, 2, 3, 4]) assert.equal((await pay({ debtor })).status, 'RCVD')
  assert.equal((await pay({ debtor: 5 })).reason, 'LIMIT_NEW_PAYERS')
})

test('beneficiaries of one account, in a day, known or not', async () => {
  await set('beneficiaries', { block_level: 2 })
  for (const creditor of [1, 2, 1]) assert.equal((await pay({ creditor, debtor: 1 })).status, 'RCVD')
  assert.equal((await pay({ creditor: 3, debtor: 1 })).reason, 'LIMIT_BENEFICIARIES')
  f.now = new Date('2030-03-11T10:00:00Z')
  for (const creditor of [3, 1]) assert.equal((await pay({ creditor, debtor: 1 })).status, 'RCVD')
  assert.equal((await pay({ creditor: 2, debtor: 1 })).reason, 'LIMIT_BENEFICIARIES')
})

const item = (n: number, amount_minor = 1_000) => ({
  creditor_name: 'Furnizor',
  creditor_iban: ibanOf('AAAA', n),
  amount_minor,
  details: `factura ${n}`,
})
async function listed(items: ReturnType<typeof item>[], partner = f.partner) {
  const key = await f.reserved()
  await initiateList(f.context, { partner, payment_id: key.payment_id, request: { items } })
  return key
}
const DEBTOR = { debtor_iban: REQUEST.debtor_iban, email: REQUEST.psu_email }
const sendList = async (key: PaymentKey, connector = bank()) =>
  submitList(f.context, { payment: await row(key), bank: connector, debtor: DEBTOR, psu: PSU })

test('a list passes as a whole or not at all, and counts its payments', async () => {
  await set('daily_volume', { block_level: 5 })
  assert.equal((await sendList(await listed([item(1), item(2), item(3)]))).status, 'RCVD')
  assert.equal((await measured('daily_volume')).today, 3)
  const key = await listed([item(4), item(5), item(6)])
  const list = await sendList(key)
  assert.deepEqual([list.status, list.reason], ['BLOCKED', 'LIMIT_DAILY_VOLUME'])
  assert.equal((await measured('daily_volume')).today, 3)
  const told = await readStatus(f.context, key)
  assert.deepEqual(
    told.items?.map(({ status }) => status),
    ['BLOCKED', 'BLOCKED', 'BLOCKED'],
  )
  assert.deepEqual(await f.tasksOf(key), ['deliver_webhook', 'spread_list'])
  await spreadList(f.context, key)
  const after_it = await readStatus(f.context, key)
  const first = { ...key, payment_id: after_it.items?.[0]?.payment_id as number }
  const last = (await listEvents(f.context, first)).at(-1)
  // No bank is quoted that was not asked.
  assert.deepEqual([last?.status, last?.cause, last?.detail], ['BLOCKED', 'list', null])
  assert.deepEqual(
    after_it.items?.map(({ reason }) => reason),
    Array(3).fill('LIMIT_DAILY_VOLUME'),
  )
  assert.equal((await sendList(await listed([item(7), item(8)]))).status, 'RCVD')
})

test('what is left of a list that went one by one is blocked, and what is paid stays paid', async () => {
  const one_by_one = { ...f.bank.profile, services: { payments: f.bank.profile.services.payments } }
  const connector = { ...bank(), profile: one_by_one } as ReturnType<typeof bank>
  const key = await listed([item(1), item(2), item(3)])
  const list = await sendList(key, connector)
  assert.equal(list.list_way, 'one_by_one')
  const { items } = await readStatus(f.context, key)
  const first = { partner_id: key.partner_id, payment_id: items?.[0]?.payment_id as number }
  f.bank.status = [says('ACSC')]
  await settleLoaded(f.context, await row(first), 'poll')
  await followItems(f.context, key)
  await set('max_amount', { block_level: 999 })
  const rest = await sendList(key, connector)
  assert.equal(rest.status, 'PART')
  assert.deepEqual(
    (await readStatus(f.context, key)).items?.map(({ status }) => status),
    ['ACSC', 'BLOCKED', 'BLOCKED'],
  )
})

test('a list with an amount above the level is blocked when it is asked for', async () => {
  const key = await listed([item(1), item(2, 5_001)], { ...f.partner, max_amount_minor: 5_000 })
  assert.deepEqual([(await row(key)).status, (await row(key)).reason], ['BLOCKED', 'LIMIT_MAX_AMOUNT'])
})

const CROWD = 40
for (const { indicator, block_level, wish } of [
  { indicator: 'daily_volume', block_level: 7, wish: (n: number) => ({ debtor: n, creditor: n, client: `c${n}` }) },
  { indicator: 'daily_unfinished', block_level: 7, wish: (n: number) => ({ debtor: n, client: `c${n}` }) },
  { indicator: 'daily_per_payer', block_level: 7, wish: (n: number) => ({ debtor: n, client: 'one' }) },
  { indicator: 'clients', block_level: 7, wish: (n: number) => ({ client: `c${n}` }) },
  { indicator: 'new_payers', block_level: 7, wish: (n: number) => ({ debtor: n, client: `c${n}` }) },
  { indicator: 'beneficiaries', block_level: 7, wish: (n: number) => ({ creditor: n, client: `c${n}` }) },
] as const) {
  test(`${CROWD} payments at once: exactly ${block_level} pass ${indicator}`, async () => {
    await set(indicator, { block_level })
    const keys = await Promise.all(Array.from({ length: CROWD }, () => f.initiated()))
    const sent = await Promise.all(keys.map((key, n) => send(key, wish(n))))
    assert.equal(sent.filter(({ status }) => status === 'RCVD').length, block_level)
    assert.equal(sent.filter(({ status }) => status === 'BLOCKED').length, CROWD - block_level)
    const [alert] = await alerts()
    assert.deepEqual(alert, { indicator, outcome: 'block', measured: 8, level: 7, times: CROWD - block_level })
  })
}

test('one payment pressed in many tabs at once is counted once, and settled by the bank while others are admitted', async () => {
  const key = await f.initiated()
  const pressed = await Promise.allSettled(Array.from({ length: 10 }, () => send(key)))
  assert.equal(pressed.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal((await measured('daily_volume')).today, 1)
  f.bank.status = [says('ACSC')]
  const others = await Promise.all(Array.from({ length: 20 }, () => f.initiated()))
  await Promise.all([settleLoaded(f.context, await row(key), 'poll'), ...others.map((other) => send(other))])
  assert.equal((await measured('daily_unfinished')).today, 20)
})

test('levels are changed one by one, and a warning above the block is refused', async () => {
  await set('max_amount', { estimate: 100, warn_level: 300, block_level: 500 })
  await assert.rejects(set('max_amount', { warn_level: 501 }), { code: 'FIELD_INVALID' })
  await assert.rejects(set('max_amount', { block_level: 299 }), { code: 'FIELD_INVALID' })
  await set('max_amount', { block_level: null })
  const shown = (await showLimits(f.context, f.partner.partner_id)).find((m) => m.indicator === 'max_amount')
  const [last] = await selectRows(f.context.db, { act: 'partner.limits' }, 1)
  const told = { max_amount: { estimate: 100, warn_level: 300, block_level: 500 } }
  assert.deepEqual(JSON.parse(last?.before ?? ''), told)
  assert.deepEqual(JSON.parse(last?.after ?? ''), { max_amount: { ...told.max_amount, block_level: null } })
  assert.deepEqual([shown?.estimate, shown?.warn_level, shown?.block_level], [100, 300, null])
  assert.equal((await pay({ amount_minor: 99_999 })).status, 'RCVD')
})

test('an alert is taken by one, commented, closed with a word', async () => {
  await set('max_amount', { warn_level: 1 })
  await pay()
  const [alert] = await listAlerts(f.context, ['open'], undefined, 10)
  assert.ok(alert !== undefined)
  assert.deepEqual(await countOpenAlerts(f.context), [{ indicator: 'max_amount', count: 1 }])
  await takeAlert(f.context, alert.alert_id, 'ana')
  await assert.rejects(takeAlert(f.context, alert.alert_id, 'bogdan'), { code: 'ALERT_TAKEN', message: /ana/ })
  await commentAlert(f.context, alert.alert_id, 'ana', 'am sunat partenerul')
  await assert.rejects(closeAlert(f.context, alert.alert_id, 'ana', '  '), { code: 'FIELD_INVALID' })
  await closeAlert({ ...f.context, actor: { kind: 'staff', name: 'bogdan' } }, alert.alert_id, 'bogdan', 'în regulă')
  await assert.rejects(closeAlert(f.context, alert.alert_id, 'ana', 'iar'), { code: 'ALERT_CLOSED' })
  await assert.rejects(takeAlert(f.context, alert.alert_id, 'ana'), { code: 'ALERT_CLOSED' })
  const { alert: closed, comments } = await showAlert(f.context, alert.alert_id)
  assert.equal(closed.state, 'closed')
  assert.deepEqual(
    comments.map(({ by, text }) => `${by}: ${text}`),
    ['ana: am sunat partenerul', 'bogdan: în regulă'],
  )
  assert.deepEqual(await countOpenAlerts(f.context), [])
  assert.equal(await resealAll(f.context), 0)
  const [act] = await selectRows(f.context.db, { act: 'alert.close' }, 1)
  assert.deepEqual([act?.actor, act?.subject_id], ['bogdan', String(alert.alert_id)])
  await assert.rejects(showAlert(f.context, 999_999), { code: 'ALERT_UNKNOWN' })
})

test('counts by payer and account are erased after a day, the days stay', async () => {
  await pay()
  f.now = new Date('2030-03-12T10:00:00Z')
  assert.equal(await eraseOldCounts(f.context), 3)
  assert.equal((await loadDays(f.context, f.partner.partner_id, f.now)).length, 1)
})

test('the database knows every indicator, and no other', async () => {
  for (const { indicator } of INDICATORS) await set(indicator, { estimate: 1 })
  const unknown = { indicator: randomBytes(4).toString('hex') as Indicator, estimate: 1 }
  await assert.rejects(setLimits(f.context, f.partner.client_id, [unknown]), { code: '23514' })
})
