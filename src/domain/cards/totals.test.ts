/** No sequence of operations, answers and silences breaks an order's totals, and they always equal the acquirer's own book. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import type { AcquirerAnswer } from '../../infra/acquirers/connector.ts'
import { PunteError } from '../errors.ts'
import { charge } from './charge.ts'
import { approves, type CardFixture, declines, openCardFixture, reconcile, silence } from './fixture.ts'
import { followOn } from './follow-on.ts'
import type { Order, Transaction } from './model.ts'
import { retrieveOrder } from './retrieve.ts'

/** approved and answered, declined, silent but booked, silent and never arrived. */
type Fate = 'approved' | 'declined' | 'booked in silence' | 'lost'
type Step = {
  readonly operation: 'PAY' | 'AUTHORIZE' | 'VERIFY' | 'CAPTURE' | 'REFUND' | 'VOID' | 'UPDATE_AUTHORIZATION'
  readonly amount_minor: number
  readonly target: number
  readonly fate: Fate
}

const steps = fc.array(
  fc.record<Step>({
    operation: fc.constantFrom(
      'PAY',
      'AUTHORIZE',
      'AUTHORIZE',
      'VERIFY',
      'CAPTURE',
      'CAPTURE',
      'REFUND',
      'REFUND',
      'VOID',
      'VOID',
      'UPDATE_AUTHORIZATION',
    ),
    amount_minor: fc.integer({ min: 1, max: 200 }),
    target: fc.integer({ min: 0, max: 6 }),
    fate: fc.constantFrom('approved', 'approved', 'approved', 'declined', 'booked in silence', 'lost'),
  }),
  { minLength: 1, maxLength: 14 },
)

describe('totals of an order', () => {
  let f: CardFixture
  before(async () => {
    f = await openCardFixture()
  })
  after(() => f.close())

  it('hold through any sequence, alone and two at once', async () => {
    let order_no = 0
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (sequence, in_pairs) => {
        order_no += 1
        const order_id = `sequence-${order_no}`
        for (let at = 0; at < sequence.length; at += in_pairs ? 2 : 1) {
          const together = sequence.slice(at, at + (in_pairs ? 2 : 1))
          await Promise.all(together.map((step, n) => run(order_id, at + n === 0 ? begins(step) : step, `${at + n}`)))
          await settle()
          await check(order_id)
        }
      }),
      { numRuns: 60 },
    )
  })

  const book = new Map<string, boolean>()

  /** An order that never begins shows little. */
  const begins = (step: Step): Step =>
    step.operation === 'PAY' ? step : { ...step, operation: 'AUTHORIZE', amount_minor: 200 }

  async function run(order_id: string, step: Step, transaction_id: string): Promise<void> {
    f.acquirer.answers.push(answerOf(step.fate))
    const sent = f.acquirer.sent.length
    const amount = (step.amount_minor / 100).toFixed(2)
    try {
      if (step.operation === 'PAY' || step.operation === 'AUTHORIZE' || step.operation === 'VERIFY')
        await charge(f.context, f.request({ operation: step.operation, order_id, transaction_id, amount }))
      else
        await followOn(
          f.context,
          f.follow(step.operation, order_id, {
            transaction_id,
            ...(step.operation === 'VOID' ? { target_transaction_id: `${step.target}` } : { amount }),
          }),
        )
    } catch (error) {
      assert.ok(
        (error instanceof PunteError && error.status < 500) || (error as PunteError).code === 'SERVER_BUSY',
        String(error),
      )
    }
    for (const { message } of f.acquirer.sent.slice(sent)) book.set(message.reference, step.fate !== 'lost')
    f.acquirer.answers.length = 0
  }

  function answerOf(fate: Fate): AcquirerAnswer {
    if (fate === 'approved') return approves()
    return fate === 'declined' ? declines : silence
  }

  /** Silences are settled before the next step, each as the acquirer's book has it. */
  async function settle(): Promise<void> {
    for (let turn = 0; turn < 6; turn += 1) {
      const { rows } = await f.context.db.query<{ reference: string }>({
        text: `select reference from card_transactions where state <> 'done' order by next_ask_at`,
        values: [],
      })
      if (rows.length === 0) return
      f.acquirer.words = rows.map(({ reference }) =>
        book.get(reference) === true ? approves() : { kind: 'not_found' },
      )
      f.now = new Date(f.now.getTime() + 600_000)
      await reconcile(f.context)
    }
    assert.fail('a transaction stayed unsettled')
  }

  async function check(order_id: string): Promise<void> {
    const view = await retrieveOrder(f.context, { merchant: f.merchant, order_id }).catch(() => undefined)
    if (view === undefined) return
    const { order } = view
    const expected = recount(view.transactions.map(({ transaction }) => transaction))
    assert.deepEqual(
      { authorized: order.authorized_minor, captured: order.captured_minor, refunded: order.refunded_minor },
      expected,
      JSON.stringify(view.transactions.map(({ transaction: t }) => [t.type, t.amount_minor, t.result])),
    )
    assert.ok(0 <= order.refunded_minor && order.refunded_minor <= order.captured_minor)
    assert.ok(order.captured_minor <= order.authorized_minor)
    assert.equal(order.live_transaction_id, null)
    checkStatus(order)
  }

  /** The totals told by the list of transactions alone, written down apart from the program's own way. */
  function recount(transactions: readonly Transaction[]): { authorized: number; captured: number; refunded: number } {
    const standing = transactions.filter(({ result, voided_by }) => result === 'SUCCESS' && voided_by === null)
    const sum = (...types: string[]) =>
      standing.filter(({ type }) => types.includes(type)).reduce((total, { amount_minor }) => total + amount_minor, 0)
    const updates = standing.filter(({ type }) => type === 'AUTHORIZATION_UPDATE')
    const began = standing.some(({ type }) => type === 'AUTHORIZATION')
    const authorized = (began ? (updates.at(-1)?.amount_minor ?? sum('AUTHORIZATION')) : 0) + sum('PAYMENT')
    return { authorized, captured: sum('PAYMENT', 'CAPTURE'), refunded: sum('REFUND') }
  }

  function checkStatus(order: Order): void {
    const { authorized_minor: authorized, captured_minor: captured, refunded_minor: refunded, status } = order
    if (status === 'REFUNDED') assert.ok(refunded > 0 && refunded === captured)
    if (status === 'PARTIALLY_REFUNDED') assert.ok(refunded > 0 && refunded < captured)
    if (status === 'CAPTURED') assert.ok(captured === authorized && captured > 0 && refunded === 0)
    if (status === 'PARTIALLY_CAPTURED') assert.ok(0 < captured && captured < authorized && refunded === 0)
    if (status === 'AUTHORIZED') assert.ok(captured === 0 && authorized > 0)
    if (['FAILED', 'CANCELLED', 'VERIFIED'].includes(status))
      assert.deepEqual([authorized, captured, refunded], [0, 0, 0])
  }
})
