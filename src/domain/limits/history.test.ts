/** What limits remember: 30 days of each indicator, and what is forgotten when. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type Fixture, openFixture, says, TERMS } from '../initiation/fixture.ts'
import { submitPayment } from '../initiation/payer/submit.ts'
import { settleLoaded } from '../initiation/settling/settle.ts'
import { loadPayment, type PaymentKey } from '../initiation/store.ts'
import { eraseOldCounts, eraseOldPairs } from './erase.ts'
import type { Indicator } from './indicators.ts'
import { showLimits } from './manage.ts'
import { loadDays } from './store.ts'

let f: Fixture
before(async () => {
  f = await openFixture()
})
after(() => f.close())
beforeEach(async () => {
  f.reset()
  f.now = new Date('2030-03-10T10:00:00Z')
  const tables = 'limit_totals, limit_days, limit_approvals, limit_entries, limit_counts, limit_pairs, limit_clients'
  await f.context.db.query({ text: `truncate ${tables}`, values: [] })
})

const DEBTORS = ['RO98BTRL0000999900000001', 'RO49AAAA1B31007593840000'] as const
async function row(key: PaymentKey) {
  const payment = await loadPayment(f.context, key)
  assert.ok(payment !== undefined)
  return payment
}
async function send(key: PaymentKey, wish: { amount_minor?: number; debtor?: 0 | 1; client?: string }) {
  const bank = f.context.banks.get('carpati')
  assert.ok(bank !== undefined)
  const { amount_minor = 12_345, debtor = 0, client = 'client' } = wish
  const terms = { ...TERMS, debtor_iban: DEBTORS[debtor], psu_intermediar_id: client }
  await submitPayment(f.context, {
    payment: await row(key),
    bank,
    terms,
    amount_minor,
    psu: { ip_address: '127.0.0.1' },
  })
}
const pay = async (wish: Parameters<typeof send>[1]) => send(await f.initiated(), wish)

test('that a payment was counted is forgotten after 35 days, that an account paid another after 400; days and clients stay', async () => {
  await pay({ debtor: 0, client: 'a' })
  f.now = new Date('2030-04-20T10:00:00Z')
  const late = await f.initiated()
  await send(late, { debtor: 1, client: 'b' })
  const kept = async (table: string) => {
    const { rows } = await f.context.db.query<{ count: number }>({
      text: `select count(*) as count from ${table}`,
      values: [],
    })
    return rows[0]?.count
  }
  await eraseOldCounts(f.context)
  assert.deepEqual([await kept('limit_entries'), await kept('limit_pairs')], [1, 2])
  // What is left of the younger one still counts as approved on its day.
  f.bank.status = [says('ACSC')]
  await settleLoaded(f.context, await row(late), 'payer')
  assert.equal((await loadDays(f.context, f.partner.partner_id, f.now))[0]?.approved_count, 1)
  f.now = new Date('2031-05-01T10:00:00Z')
  await eraseOldPairs(f.context)
  assert.equal(await kept('limit_pairs'), 1)
  f.now = new Date('2031-06-01T10:00:00Z')
  assert.equal(await eraseOldPairs(f.context), 1)
  assert.deepEqual([await kept('limit_pairs'), await kept('limit_days'), await kept('limit_clients')], [0, 2, 2])
})

test('of each indicator 30 days are told, the mean as it stood on each', async () => {
  f.now = new Date('2030-03-01T10:00:00Z')
  await pay({ amount_minor: 10_000 })
  f.now = new Date('2030-03-10T10:00:00Z')
  await pay({ amount_minor: 30_000, client: 'b' })
  const shown = await showLimits(f.context, f.partner.partner_id)
  const days = (indicator: Indicator) => shown.find((one) => one.indicator === indicator)?.days ?? []
  const at = (indicator: Indicator, day: string) => days(indicator).find((one) => one.day === day)?.value
  assert.equal(days('daily_volume').length, 30)
  assert.deepEqual([days('daily_volume')[0]?.day, days('daily_volume').at(-1)?.day], ['2030-02-09', '2030-03-10'])
  assert.deepEqual(
    [at('daily_volume', '2030-03-01'), at('daily_volume', '2030-03-02'), at('daily_volume', '2030-03-10')],
    [1, 0, 1],
  )
  assert.deepEqual(
    [at('mean_amount', '2030-02-28'), at('mean_amount', '2030-03-05'), at('mean_amount', '2030-03-10')],
    [null, 10_000, 20_000],
  )
  assert.deepEqual([at('clients', '2030-02-28'), at('clients', '2030-03-05')], [null, 1])
})
