/** What real payments leave behind is what is counted: from the token to the money, and where they stop. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ACCEPTED, type Fixture, openFixture, says } from '../initiation/fixture.ts'
import { abandonPayment } from '../initiation/payer/abandon.ts'
import { settleLoaded } from '../initiation/settling/settle.ts'
import { loadPayment, type PaymentKey, type PaymentRow } from '../initiation/store.ts'
import { readReport } from './report.ts'
import { countMoved } from './rollup.ts'

let f: Fixture
before(async () => {
  f = await openFixture()
})
after(() => f.close())

const load = async (key: PaymentKey) => (await loadPayment(f.context, key)) as PaymentRow
const DAY = '2030-05-06'

async function told(key: PaymentKey, ...words: readonly string[]): Promise<void> {
  for (const word of words) {
    f.bank.status = [says(word)]
    await settleLoaded(f.context, await load(key), 'poll')
  }
}

test('each payment is counted at the step it has come to, and tries at their bank', async () => {
  f.reset()
  f.now = new Date(`${DAY}T08:00:00Z`)
  await f.reserved()
  await f.initiated()
  // Refused at once, then given up.
  f.bank.initiate = [{ kind: 'refused', http_status: 400, code: 'PRODUCT_INVALID', text: '' }]
  const refused = await f.initiated()
  await f.submit(refused)
  await abandonPayment(f.context, await load(refused))
  f.bank.initiate = [ACCEPTED]
  const waiting = await f.submitted()
  const rejected = await f.submitted()
  await told(rejected, 'ACTC', 'RJCT')
  const late = await f.submitted()
  await told(late, 'ACSP', 'RJCT')
  const paid = await f.submitted()
  f.now = new Date(`${DAY}T08:00:42.500Z`)
  await told(paid, 'ACCP', 'ACSC')
  // Who reads first has it counted, without a worker.
  const { totals, steps, banks, times, reasons } = await readReport(f.context, { from: DAY, to: DAY })
  assert.deepEqual(
    steps.map(({ pages }) => pages),
    // Token, request, opened (who submits has opened it), submitted, at the bank, authorised, paid.
    [7, 6, 5, 5, 4, 2, 1],
  )
  assert.deepEqual([totals.payment_count, totals.settled_count], [6, 1])
  assert.deepEqual(
    banks.map(({ bank_id, try_count, try_settled_count, try_failed_count }) => [
      bank_id,
      try_count,
      try_settled_count,
      try_failed_count,
    ]),
    [['carpati', 5, 1, 3]],
  )
  assert.deepEqual([times.settled_count, times.median_s], [1, 43])
  assert.deepEqual(reasons.map(({ outcome, failed_count }) => [outcome, failed_count]).sort(), [
    ['ABND', 1],
    ['RJCT', 2],
    ['TRY', 1],
  ])
  await told(waiting, 'ACSC')
  await countMoved(f.context)
  assert.equal((await readReport(f.context, { from: DAY, to: DAY })).totals.settled_count, 2)
})
