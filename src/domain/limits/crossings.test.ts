/** What crosses a limit at the same moment: tabs of one list, a crowd of one partner, others who move what is measured. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import type { Statement } from '../../infra/database/database.ts'
import type { Context } from '../context.ts'
import { ACCEPTED, type Fixture, openFixture, REQUEST, says, TERMS } from '../initiation/fixture.ts'
import { initiateList } from '../initiation/lists/initiate.ts'
import { submitList } from '../initiation/lists/list.ts'
import { readStatus } from '../initiation/partner-calls/status.ts'
import { submitPayment } from '../initiation/payer/submit.ts'
import { settleLoaded } from '../initiation/settling/settle.ts'
import { loadPayment, type PaymentKey } from '../initiation/store.ts'
import { admit } from './admit.ts'
import { listAlerts } from './alert-store.ts'
import type { Indicator } from './indicators.ts'
import { type LevelChange, setLimits } from './manage.ts'
import { loadDays } from './store.ts'

let f: Fixture
before(async () => {
  f = await openFixture()
})
after(() => f.close())
beforeEach(async () => {
  f.reset()
  const tables =
    'partner_limits, limit_totals, limit_days, limit_approvals, limit_entries, limit_counts, limit_pairs, limit_clients, alerts'
  await f.context.db.query({ text: `truncate ${tables}, alert_comments`, values: [] })
})

const PSU = { ip_address: '127.0.0.1' }
const DEBTOR = { debtor_iban: REQUEST.debtor_iban, email: REQUEST.psu_email }
const ibanOf = (bank_code: string, n: number) => {
  const bban = `${bank_code}${String(n).padStart(16, '0')}`
  const digits = [...`${bban}RO00`].map((c) => Number.parseInt(c, 36)).join('')
  return `RO${String(98n - (BigInt(digits) % 97n)).padStart(2, '0')}${bban}`
}
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
async function send(key: PaymentKey, change: { amount_minor?: number; creditor?: number; debtor?: number } = {}) {
  const { amount_minor = 12_345, creditor, debtor } = change
  const terms = {
    ...TERMS,
    ...(creditor !== undefined && { creditor_iban: ibanOf('AAAA', creditor) }),
    ...(debtor !== undefined && { debtor_iban: ibanOf('BTRL', debtor) }),
  }
  return submitPayment(f.context, { payment: await row(key), bank: bank(), terms, amount_minor, psu: PSU })
}
const pay = async (change: Parameters<typeof send>[1] = {}) => send(await f.initiated(), change)
const set = (indicator: Indicator, levels: Omit<LevelChange, 'indicator'>) =>
  setLimits(f.context, f.partner.client_id, [{ indicator, ...levels }])

/** The same context, where `work` is done before the first statement of that name. */
function interrupted(name: string, work: () => Promise<unknown>): Context {
  let is_over = false
  const query = async <R extends object>(statement: Statement) => {
    if (statement.name === name && !is_over) {
      is_over = true
      await work()
    }
    return f.context.db.query<R>(statement)
  }
  return { ...f.context, db: { ...f.context.db, query } }
}
const press = async (context: Context, key: PaymentKey, debtor = DEBTOR, connector = bank()) =>
  submitList(context, { payment: await row(key), bank: connector, debtor, psu: PSU })

/** A list that goes one by one and of which nothing is at a bank yet; from account 8 a limit stops it, from DEBTOR's none. */
async function begunList(): Promise<PaymentKey> {
  f.bank.initiate = [{ kind: 'refused', http_status: 403, code: 'X', text: '' }, ACCEPTED]
  const key = await f.reserved()
  const items = [1, 2, 3].map((n) => ({
    creditor_name: 'Furnizor',
    creditor_iban: ibanOf('AAAA', n),
    amount_minor: 1_000,
    details: `factura ${n}`,
  }))
  await initiateList(f.context, { partner: f.partner, payment_id: key.payment_id, request: { items } })
  const one_by_one = { ...f.bank.profile, services: { payments: f.bank.profile.services.payments } }
  const list = await press(f.context, key, DEBTOR, { ...bank(), profile: one_by_one } as ReturnType<typeof bank>)
  assert.deepEqual([list.list_way, list.status], ['one_by_one', 'INIT'])
  for (const creditor of [7, 8, 9]) assert.equal((await pay({ creditor, debtor: 8 })).status, 'RCVD')
  await set('beneficiaries', { block_level: 3 })
  return key
}
const STOPPED = { ...DEBTOR, debtor_iban: ibanOf('BTRL', 8) }
/** Nothing is BLOCKED that a bank was told of. */
async function assertEither(key: PaymentKey, sent: number): Promise<void> {
  const states = (await readStatus(f.context, key)).items?.map(({ status }) => status) ?? []
  const expected = sent === 0 ? states.every((one) => one === 'BLOCKED') : !states.includes('BLOCKED')
  assert.ok(states.length === 3 && expected, `sent ${sent}: ${states}`)
}

for (const name of ['list_items', 'list_choose', 'list_number_items', 'payment_claim_list']) {
  test(`a list sent as one in one tab and blocked in another before ${name}`, async () => {
    const key = await begunList()
    const before_it = f.bank.asked.initiate.length
    let crossed = 0
    const context = interrupted(name, async () => {
      crossed += 1
      await Promise.allSettled([press(f.context, key, STOPPED)])
    })
    await Promise.allSettled([press(context, key)])
    assert.equal(crossed, 1)
    await assertEither(key, f.bank.asked.initiate.length - before_it)
  })
}

for (const name of ['list_items', 'limits_admit', 'list_block_items']) {
  test(`a list blocked in one tab and sent as one in another before ${name}`, async () => {
    const key = await begunList()
    const before_it = f.bank.asked.initiate.length
    let crossed = 0
    const context = interrupted(name, async () => {
      crossed += 1
      await Promise.allSettled([press(f.context, key)])
    })
    await Promise.allSettled([press(context, key, STOPPED)])
    assert.equal(crossed, 1)
    assert.equal(f.bank.asked.initiate.length - before_it, 1)
    await assertEither(key, 1)
  })
}

test('what is counted already is not stopped by a mean that others have raised', async () => {
  f.bank.initiate = [{ kind: 'refused', http_status: 403, code: 'X', text: '' }, ACCEPTED]
  const key = await f.initiated()
  await send(key, { amount_minor: 2_000 })
  for (let n = 0; n < 19; n += 1) await pay({ amount_minor: 5_000 })
  await set('mean_amount', { block_level: 1_000 })
  assert.equal((await pay({ amount_minor: 2_000 })).reason, 'LIMIT_MEAN_AMOUNT')
  assert.equal((await send(key, { amount_minor: 2_000 })).status, 'RCVD')
})

test('a crowd of one partner waits outside the database, and takes no connections from others', async () => {
  let [running, most] = [0, 0]
  const query = async <R extends object>(statement: Statement) => {
    running += 1
    most = Math.max(most, running)
    try {
      return await f.context.db.query<R>(statement)
    } finally {
      running -= 1
    }
  }
  const context = { ...f.context, db: { ...f.context.db, query } }
  const one = { amount_minor: 1, payer_hash: randomBytes(32), client_hash: null, creditor_iban_hash: randomBytes(32) }
  const debtor = { partner_id: f.partner.partner_id, debtor_iban_hash: randomBytes(32) }
  const crowd = Array.from({ length: 30 }, (_, n) =>
    admit(context, { ...debtor, payments: [{ ...one, payment_id: 900_000 + n }] }),
  )
  assert.deepEqual(new Set(await Promise.all(crowd)), new Set([undefined]))
  assert.equal(most, 1)
})

test('many approvals at once beside many admissions are all counted', async () => {
  const keys = await Promise.all(Array.from({ length: 30 }, () => f.initiated()))
  for (const key of keys) await send(key)
  f.bank.status = [says('ACSP')]
  const more = await Promise.all(Array.from({ length: 30 }, () => f.initiated()))
  await Promise.all([
    ...keys.map(async (key) => settleLoaded(f.context, await row(key), 'poll')),
    ...more.map((key) => send(key)),
  ])
  const [day] = await loadDays(f.context, f.partner.partner_id, f.now)
  assert.deepEqual([day?.sent_count, day?.approved_count], [60, 30])
})

test('payments that warn use up no numbers of alerts', async () => {
  await set('max_amount', { warn_level: 1 })
  for (let n = 0; n < 5; n += 1) await pay()
  await set('daily_volume', { warn_level: 1 })
  await pay()
  const [last, first] = await listAlerts(f.context, ['open'], undefined, 10)
  assert.equal((last?.alert_id as number) - (first?.alert_id as number), 1)
})
