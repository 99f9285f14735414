import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { PunteError } from '../errors.ts'
import { createToken } from '../vault/tokens.ts'
import { charge } from './charge.ts'
import { approves, type CardFixture, declines, OTHER_CARD, openCardFixture, reconcile, silence } from './fixture.ts'
import { followOn } from './follow-on.ts'
import type { ChargeRequest, TransactionView } from './model.ts'
import { retrieveOrder, retrieveTransaction } from './retrieve.ts'

const refused = (code: string, field?: string) => (error: unknown) =>
  error instanceof PunteError && error.code === code && (field === undefined || error.field === field)

/** What the domain alone reads is left out, and the version, which counts what was answered before. */
const shown = ({ order, transaction, initial }: TransactionView) => ({
  order: { ...order, version_no: 0 },
  transactions: [transaction, initial.transaction].map((one) => ({
    ...one,
    number_hash: 0,
    agreement_opening: 0,
    reversal_sent_at: 0,
  })),
})

describe('card payments', { concurrency: false }, () => {
  let f: CardFixture
  before(async () => {
    f = await openCardFixture()
  })
  after(() => f.close())

  const series = (id: string, more: Partial<ChargeRequest> = {}) =>
    f.request({ agreement: { id, type: 'RECURRING' }, stored_on_file: 'TO_BE_STORED', ...more })
  const next = (id: string, more: Partial<ChargeRequest> = {}) =>
    f.request({ source: 'MERCHANT', agreement: { id }, ...more })

  it('pays, and tells order and transaction', async () => {
    const paid = await charge(f.context, f.request({ amount: '12.5' }))
    const { order, transaction } = paid
    assert.equal(transaction.result, 'SUCCESS')
    assert.equal(transaction.order_status, 'CAPTURED')
    assert.deepEqual([order.amount_minor, order.captured_minor, order.authorized_minor], [1250, 1250, 1250])
    const stored = await retrieveTransaction(f.context, { merchant: f.merchant, ...transaction })
    assert.deepEqual(shown(stored), shown(paid))
  })

  it('answers the identical request from the book and refuses another under its ids', async () => {
    const request = f.request()
    const first = await charge(f.context, request)
    const sent = f.acquirer.sent.length
    const again = await charge(f.context, request)
    assert.equal(again.transaction.reference, first.transaction.reference)
    assert.equal(f.acquirer.sent.length, sent)
    const other = f.request({ order_id: request.order_id, amount: '99.00' })
    await assert.rejects(charge(f.context, other), refused('TRANSACTION_CONFLICT'))
  })

  it('runs one of twenty identical requests at once', async () => {
    const request = f.request()
    const sent = f.acquirer.sent.length
    const views = await Promise.all(Array.from({ length: 20 }, () => charge(f.context, request)))
    assert.equal(f.acquirer.sent.length, sent + 1)
    assert.deepEqual(new Set(views.map(({ transaction }) => transaction.result)), new Set(['SUCCESS']))
  })

  it('lets an order whose first transaction failed be charged again, and only such a one', async () => {
    f.acquirer.answers = [declines]
    const request = f.request()
    const failed = await charge(f.context, request)
    assert.deepEqual([failed.transaction.result, failed.order.status], ['FAILURE', 'FAILED'])
    const again = await charge(f.context, f.request({ order_id: request.order_id, transaction_id: '2', amount: '90' }))
    assert.deepEqual([again.order.status, again.order.captured_minor], ['CAPTURED', 9000])
    await assert.rejects(
      charge(f.context, f.request({ order_id: request.order_id, transaction_id: '3' })),
      refused('ORDER_NOT_NEW'),
    )
  })

  it('keeps a silent acquirer’s payment unknown, then settles it by asking', async () => {
    f.acquirer.answers = [silence]
    f.acquirer.words = [approves({ authorization_code: 'A1' }) as never]
    const view = await charge(f.context, f.request())
    assert.deepEqual([view.transaction.result, view.transaction.gateway_code], ['UNKNOWN', 'TIMED_OUT'])
    f.now = new Date(f.now.getTime() + 60_000)
    await reconcile(f.context)
    const settled = await retrieveTransaction(f.context, { merchant: f.merchant, ...view.transaction })
    assert.deepEqual(
      [settled.transaction.result, settled.transaction.authorization_code, settled.order.status],
      ['SUCCESS', 'A1', 'CAPTURED'],
    )
    assert.deepEqual(f.acquirer.reversed, [])
  })

  it('reverses what the acquirer never saw, once, and what it does not tell, after asking in vain', async () => {
    for (const words of [[{ kind: 'not_found' }], [silence, silence, silence]] as const) {
      f.acquirer.answers = [silence]
      f.acquirer.words = [...words]
      f.acquirer.reversed.length = 0
      const { transaction } = await charge(f.context, f.request())
      for (let turn = 0; turn < 5; turn += 1) {
        f.now = new Date(f.now.getTime() + 600_000)
        await reconcile(f.context)
      }
      const settled = await retrieveTransaction(f.context, { merchant: f.merchant, ...transaction })
      assert.deepEqual(
        [settled.transaction.result, settled.order.status, settled.order.captured_minor],
        ['FAILURE', 'FAILED', 0],
      )
      assert.deepEqual(f.acquirer.reversed, [transaction.reference])
    }
  })

  it('captures in parts, refuses the excess, refunds in parts, voids, and keeps the order’s story', async () => {
    const { order } = await charge(f.context, f.request({ operation: 'AUTHORIZE' }))
    const act = (operation: 'CAPTURE' | 'REFUND' | 'VOID' | 'UPDATE_AUTHORIZATION', more: object) =>
      followOn(f.context, f.follow(operation, order.order_id, more))
    const part = await act('CAPTURE', { amount: '30' })
    const stored = await retrieveTransaction(f.context, { merchant: f.merchant, ...part.transaction })
    assert.deepEqual(shown(stored), shown(part))
    assert.equal(part.order.status, 'PARTIALLY_CAPTURED')
    await assert.rejects(act('CAPTURE', { amount: '70.01' }), refused('AMOUNT_EXCEEDED', 'transaction.amount'))
    await assert.rejects(act('VOID', { target_transaction_id: '1' }), refused('NOTHING_TO_ACT_ON'))
    await act('UPDATE_AUTHORIZATION', { amount: '120' })
    const rest = await act('CAPTURE', { amount: '90' })
    assert.deepEqual([rest.order.status, rest.order.captured_minor], ['CAPTURED', 12000])
    const refund = await act('REFUND', { amount: '20' })
    assert.equal(refund.order.status, 'PARTIALLY_REFUNDED')
    await assert.rejects(act('REFUND', { amount: '100.01' }), refused('AMOUNT_EXCEEDED'))
    const undone = await act('VOID', { target_transaction_id: refund.transaction.transaction_id })
    assert.deepEqual([undone.order.status, undone.order.refunded_minor], ['CAPTURED', 0])
    await assert.rejects(
      act('VOID', { target_transaction_id: refund.transaction.transaction_id }),
      refused('FIELD_INVALID'),
    )
    await act('VOID', { target_transaction_id: part.transaction.transaction_id })
    const { transactions, order: last } = await retrieveOrder(f.context, {
      merchant: f.merchant,
      order_id: order.order_id,
    })
    assert.deepEqual([last.status, last.captured_minor], ['PARTIALLY_CAPTURED', 9000])
    assert.deepEqual(
      transactions.map(({ transaction }) => transaction.type),
      ['AUTHORIZATION', 'CAPTURE', 'AUTHORIZATION_UPDATE', 'CAPTURE', 'REFUND', 'VOID_REFUND', 'VOID_CAPTURE'],
    )
    await assert.rejects(
      followOn(f.context, { ...f.follow('REFUND', order.order_id), merchant: f.other }),
      refused('ORDER_UNKNOWN'),
    )
  })

  it('voids what was submitted last, whatever the clocks say', async () => {
    const { order } = await charge(f.context, f.request({ operation: 'AUTHORIZE' }))
    const capture = (transaction_id: string, amount: string) =>
      followOn(f.context, f.follow('CAPTURE', order.order_id, { transaction_id, amount }))
    await capture('9', '30')
    f.now = new Date(f.now.getTime() - 50)
    await capture('10', '40')
    const { transaction } = await followOn(f.context, f.follow('VOID', order.order_id))
    assert.deepEqual([transaction.target_transaction_id, transaction.captured_minor], ['10', 3000])
  })

  it('captures no more than authorised when ten ask at once', async () => {
    const { order } = await charge(f.context, f.request({ operation: 'AUTHORIZE' }))
    const captures = await Promise.allSettled(
      Array.from({ length: 10 }, () => followOn(f.context, f.follow('CAPTURE', order.order_id, { amount: '30' }))),
    )
    assert.equal(captures.filter(({ status }) => status === 'fulfilled').length, 3)
    const view = await retrieveOrder(f.context, { merchant: f.merchant, order_id: order.order_id })
    assert.equal(view.order.captured_minor, 9000)
  })

  it('continues a series with the card of its last payer-initiated transaction only', async () => {
    await assert.rejects(charge(f.context, next('s1')), refused('AGREEMENT_UNKNOWN'))
    await charge(f.context, series('s1'))
    const paid = await charge(f.context, next('s1'))
    assert.equal(paid.transaction.stored_on_file, 'STORED')
    assert.equal(paid.agreement_type, 'RECURRING')
    const { message } = f.acquirer.sent.at(-1) as { message: { initiation: { trace_id?: string } } }
    assert.match(message.initiation.trace_id ?? '', /^trace-/)
    await assert.rejects(charge(f.context, next('s1', { card: OTHER_CARD })), refused('AGREEMENT_CARD_MISMATCH'))
    await assert.rejects(charge(f.context, series('s1')), refused('AGREEMENT_IN_USE'))
    await charge(f.context, series('s1', { operation: 'VERIFY', amount: '0', card: OTHER_CARD }))
    assert.equal((await charge(f.context, next('s1', { card: OTHER_CARD }))).transaction.result, 'SUCCESS')
    await assert.rejects(charge(f.context, next('s1')), refused('AGREEMENT_CARD_MISMATCH'))
    await assert.rejects(charge(f.context, { ...next('s1'), merchant: f.other }), refused('AGREEMENT_UNKNOWN'))
  })

  it('opens no series by a payment that failed', async () => {
    f.acquirer.answers = [declines]
    await charge(f.context, series('s2'))
    await assert.rejects(charge(f.context, next('s2')), refused('AGREEMENT_UNKNOWN'))
  })

  it('ends a series after its number of payments, however many ask at once, and gives failed ones back', async () => {
    await charge(f.context, series('s3', { agreement: { id: 's3', type: 'INSTALLMENT', number_of_payments: 3 } }))
    f.acquirer.answers = [declines]
    assert.equal((await charge(f.context, next('s3'))).transaction.result, 'FAILURE')
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => charge(f.context, next('s3'))))
    assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 3)
    for (const one of tries)
      if (one.status === 'rejected') assert.ok(refused('AGREEMENT_TERMS')(one.reason), String(one.reason))
  })

  it('holds a FIXED series to its amount, set by the first payment where a VERIFY opened it', async () => {
    const agreement = { id: 's4', type: 'RECURRING', amount_variability: 'FIXED' } as const
    await charge(f.context, series('s4', { operation: 'VERIFY', amount: '0', agreement }))
    f.acquirer.answers = [declines]
    await charge(f.context, next('s4', { amount: '70' }))
    await charge(f.context, next('s4', { amount: '50' }))
    await assert.rejects(charge(f.context, next('s4', { amount: '51' })), refused('AGREEMENT_TERMS'))
  })

  it('pays with a token, and takes the token of a closed account out of use', async () => {
    const { token } = await createToken(f.context, { merchant: f.merchant, card: { ...OTHER_CARD }, by: 'test' })
    const pay = () => charge(f.context, f.request({ card: {}, token: token.token }))
    const paid = await pay()
    assert.deepEqual([paid.transaction.stored_on_file, paid.transaction.masked_number], ['STORED', '450875xxxxxx1019'])
    f.acquirer.answers = [{ ...declines, account_closed: true } as never]
    await pay()
    await assert.rejects(pay(), refused('CARD_TOKEN_INVALID'))
    await assert.rejects(
      charge(f.context, f.request({ card: {}, token: '9999999999999999' })),
      refused('CARD_TOKEN_UNKNOWN'),
    )
  })

  it('refunds no more of a capture than it took, and voids none that a refund stands on', async () => {
    const { order } = await charge(f.context, f.request({ operation: 'AUTHORIZE' }))
    const act = (operation: 'CAPTURE' | 'REFUND' | 'VOID', more: object) =>
      followOn(f.context, f.follow(operation, order.order_id, more))
    const { transaction: first } = await act('CAPTURE', { amount: '5' })
    await act('CAPTURE', { amount: '15' })
    const target_transaction_id = first.transaction_id
    await act('REFUND', { amount: '5', target_transaction_id })
    await assert.rejects(act('REFUND', { amount: '0.01', target_transaction_id }), refused('AMOUNT_EXCEEDED'))
    await assert.rejects(act('VOID', { target_transaction_id }), refused('NOTHING_TO_ACT_ON'))
    await act('REFUND', { amount: '15' })
  })

  it('holds an authorisation of a series to its terms when it is updated', async () => {
    const agreement = { id: 's5', type: 'RECURRING', maximum_amount: '50' } as const
    await charge(f.context, series('s5', { agreement, amount: '5' }))
    const { order } = await charge(f.context, next('s5', { operation: 'AUTHORIZE', amount: '5' }))
    const update = (amount: string) => followOn(f.context, f.follow('UPDATE_AUTHORIZATION', order.order_id, { amount }))
    await assert.rejects(update('50.01'), refused('AGREEMENT_TERMS', 'transaction.amount'))
    assert.equal((await update('50')).order.authorized_minor, 5000)
  })

  it('opens a series once when two payers’ transactions open it at the same moment', async () => {
    const open = (type: 'RECURRING' | 'UNSCHEDULED') =>
      charge(f.context, series('s6', { agreement: { id: 's6', type } }))
    const both = await Promise.allSettled([open('RECURRING'), open('UNSCHEDULED')])
    const [failed] = both.filter((one) => one.status === 'rejected')
    assert.equal(both.filter(({ status }) => status === 'fulfilled').length, 1)
    assert.ok(failed?.reason instanceof PunteError)
  })

  it('leaves room on an order for what follows its payment, however often it was tried', async () => {
    const { order_id } = f.request()
    await charge(f.context, f.request({ order_id }))
    await f.context.db.query({
      text: `update card_orders set version_no = 200, status = 'FAILED', authorized_minor = 0, captured_minor = 0 where partner_id = $1 and order_id = $2`,
      values: [f.merchant.partner_id, order_id],
    })
    await assert.rejects(charge(f.context, f.request({ order_id, transaction_id: '2' })), refused('ORDER_NOT_NEW'))
  })

  it('charges what an order left over to the card of that order only', async () => {
    const { order } = await charge(f.context, f.request())
    const left = (more: Partial<ChargeRequest>) =>
      charge(
        f.context,
        f.request({
          source: 'MERCHANT',
          industry_practice: 'DELAYED_CHARGE',
          reference_order_id: order.order_id,
          ...more,
        }),
      )
    assert.equal((await left({})).transaction.result, 'SUCCESS')
    await assert.rejects(left({ card: OTHER_CARD }), refused('FIELD_INVALID', 'referenceOrderId'))
    await assert.rejects(left({ reference_order_id: 'none' }), refused('FIELD_INVALID', 'referenceOrderId'))
  })

  it('keeps no card number that an acquirer repeats in its words', async () => {
    f.acquirer.answers = [approves({ acquirer_message: 'Approved 5123 4500 0000 0008' })]
    const { transaction } = await charge(f.context, f.request())
    assert.equal(transaction.acquirer_message, `Approved ${'x'.repeat(19)}`)
  })

  it('keeps amounts in the minor units of their currency', async () => {
    const yen = await charge(f.context, f.request({ currency: 'JPY', amount: '1500' }))
    assert.equal(yen.order.amount_minor, 1500)
    await assert.rejects(
      charge(f.context, f.request({ currency: 'JPY', amount: '1500.5' })),
      refused('FIELD_INVALID', 'order.amount'),
    )
    const dinar = await charge(f.context, f.request({ currency: 'BHD', amount: '1.005' }))
    assert.equal(dinar.order.amount_minor, 1005)
    await assert.rejects(charge(f.context, f.request({ amount: '1.005' })), refused('FIELD_INVALID', 'order.amount'))
    const links = f.merchant.links.map((link) => ({ ...link, currencies: ['CLF'] }))
    const units = (amount: string) =>
      charge(f.context, f.request({ merchant: { ...f.merchant, links }, currency: 'CLF', amount }))
    await assert.rejects(units('100000000000'), refused('FIELD_INVALID', 'order.amount'))
    assert.equal((await units('99999999999.9999')).order.captured_minor, 999_999_999_999_999)
    await assert.rejects(
      charge(f.context, f.request({ currency: 'USD' })),
      refused('CURRENCY_NOT_ACCEPTED', 'order.currency'),
    )
  })
})
