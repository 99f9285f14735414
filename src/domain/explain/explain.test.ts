/** Timelines of both rails from real rows. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { charge } from '../cards/charge.ts'
import { approves, type CardFixture, declines, openCardFixture, reconcile, silence } from '../cards/fixture.ts'
import { followOn } from '../cards/follow-on.ts'
import { recordDelivered, recordFailedTry, recordMail } from '../events/store.ts'
import { recordReturn } from '../initiation/attempt-store.ts'
import { ACCEPTED, type Fixture, openFixture, REQUEST, says } from '../initiation/fixture.ts'
import { abandonPayment } from '../initiation/payer/abandon.ts'
import { settle } from '../initiation/settling/settle.ts'
import { listEvents, type PaymentKey, recordEvent } from '../initiation/store.ts'
import { explainOrder } from './order.ts'
import { explainPayment } from './payment.ts'
import { type Explanation, type Moment, weave } from './timeline.ts'

const later = (f: { now: Date }, ms: number): Date => {
  f.now = new Date(f.now.getTime() + ms)
  return f.now
}
const changes = ({ moments }: Explanation) => moments.flatMap(({ to }) => (to === undefined ? [] : [to]))
const words = ({ moments }: Explanation) => moments.map(({ by, what }) => `${by}: ${what}`).join('\n')

test('histories are woven by time, each in its own order', () => {
  const at = (ms: number, what: string): Moment => ({ at: new Date(ms), by: 'worker', what })
  const woven = weave([at(1, 'a'), at(5, 'b'), at(3, 'c')], [at(5, 'd'), at(2, 'e'), at(6, 'f')])
  assert.deepEqual(
    woven.map(({ what }) => what),
    ['a', 'b', 'c', 'd', 'e', 'f'],
  )
})

describe('the account rail', { concurrency: false }, () => {
  let f: Fixture
  before(async () => {
    f = await openFixture()
  })
  after(() => f?.close())
  beforeEach(() => f.reset())

  const explained = async (key: PaymentKey): Promise<Explanation> => {
    const explanation = await explainPayment(f.context, key)
    assert.ok(explanation !== undefined)
    // The title names the partner, who has the beneficiary's name here.
    const all = JSON.stringify({ ...explanation, title: '' })
    const { creditor_iban, debtor_iban, creditor_name, psu_email, psu_intermediar_id } = REQUEST
    for (const person of [creditor_iban, debtor_iban, creditor_name, psu_email, psu_intermediar_id, 'Comanda'])
      assert.ok(!all.includes(person), `${person} in ${all}`)
    return explanation
  }

  test('a paid payment: every step, who was told, and nothing left open', async () => {
    const key = await f.initiated()
    later(f, 5_000)
    await f.submit(key)
    await recordReturn(f.context, key, 1, later(f, 1_000))
    f.bank.status = [says('ACSC')]
    later(f, 500)
    await settle(f.context, { ...key, cause: 'poll' })
    const { event_no } = (await listEvents(f.context, key)).at(-1) as { event_no: number }
    const event = { ...key, event_no }
    const failed = {
      at: later(f, 100),
      outcome: 'HTTP 503',
      seen_tries: 0,
      next_try_at: new Date(f.now.getTime() + 5_000),
    }
    await recordFailedTry(f.context, event, failed)
    assert.match(
      (await explained(key)).open.join('\n'),
      /webhook about ACSC: try 2 is due at .*\n.*mail .*none is recorded/,
    )
    await recordDelivered(f.context, event, later(f, 5_000), 'HTTP 200')
    await recordMail(f.context, event, 'sent', later(f, 1))

    const explanation = await explained(key)
    assert.match(explanation.title, /of shop-client \(Florăria Ana\): ACSC$/)
    assert.equal(explanation.facts[0], '123,45 RON from RO98…0001 to RO49…0000 (F. A.), mail to i…@example.ro')
    assert.match(
      explanation.facts[1] ?? '',
      /^attempt 1 at carpati, closed: X-Request-ID \S+, end-to-end P\d+-\d+-1, .* bank-1$/,
    )
    assert.deepEqual(changes(explanation).slice(-2), ['RCVD', 'ACSC'])
    assert.match(
      words(explanation),
      /initPayment.*attempt 1 goes to the bank carpati.*took attempt 1 after 0\.000 s and says RCVD.*payer's return: the browser is back.*worker's question: the bank says ACSC of attempt 1.*webhook about ACSC tried in vain.*webhook about ACSC delivered: HTTP 200, try 2, 5\.000 s after the first.*mail to the payer about ACSC sent/s,
    )
    assert.deepEqual(explanation.open, [])
  })

  test('refused, tried again, rejected at the bank: each with its reason', async () => {
    const key = await f.initiated()
    f.bank.initiate = [{ kind: 'refused', http_status: 400, code: 'PRODUCT_INVALID', text: 'Ana Pop' }, ACCEPTED]
    await f.submit(key)
    later(f, 2_000)
    await f.submit(key)
    f.bank.status = [says('RJCT', 'AM04')]
    later(f, 300)
    await settle(f.context, { ...key, cause: 'return' })
    const explanation = await explained(key)
    assert.match(explanation.title, /RJCT \(INSUFFICIENT_FUNDS\)$/)
    assert.match(
      words(explanation),
      /bank: refuses attempt 1 after 0\.000 s: PRODUCT_INVALID.*attempt 2 goes.*payer's return: the bank says RJCT of attempt 2, because INSUFFICIENT_FUNDS/s,
    )
    assert.ok(!words(explanation).includes('the browser is back'), 'told by the status that the return brought')
    assert.equal(explanation.open.length, 2)
  })

  test('what is unknown is told as open; what is abandoned, with whose word; strange events too, masked', async () => {
    const unknown = await f.initiated()
    f.bank.initiate = [{ kind: 'unknown', reason: 'TIMEOUT' }]
    await f.submit(unknown)
    assert.match((await explained(unknown)).open.join(), /^whether carpati has attempt 1 is unknown: found out from/)

    f.bank.initiate = [ACCEPTED]
    const given_up = await f.submitted()
    await abandonPayment(f.context, given_up)
    const detail = { note: `paid to ${REQUEST.creditor_name} ${REQUEST.debtor_iban}`, count: 3 }
    await recordEvent(f.context, given_up, { at: f.now, type: 'payment.new_kind', cause: 'staff', detail })
    const explanation = await explained(given_up)
    assert.match(
      words(explanation),
      /payer: gives the payment up, because ABANDONED_BY_PAYER\npayer: the bank was asked to drop it; it will, or says who must agree\nstaff: payment\.new_kind: (note paid to F\. A\. RO98…0001, count 3|count 3, note paid to F\. A\. RO98…0001)/,
    )
    later(f, 4_000)
    f.bank.status = [says('CANC')]
    await settle(f.context, { ...given_up, cause: 'poll' })
    assert.match(words(await explained(given_up)), /\nbank: has ended attempt 1: CANC$/)
    assert.match(explanation.open[0] ?? '', /^attempt 1 is open at carpati: asked next at \d\d\.\d\d\.\d{4} /)
  })

  test('there is nothing to explain of what does not exist', async () => {
    assert.equal(await explainPayment(f.context, { partner_id: f.partner.partner_id, payment_id: 1 }), undefined)
  })
})

describe('the card rail', { concurrency: false }, () => {
  let f: CardFixture
  before(async () => {
    f = await openCardFixture()
  })
  after(() => f?.close())

  const explained = async (order_id: string): Promise<Explanation> => {
    const explanation = await explainOrder(f.context, { merchant: f.merchant, order_id })
    assert.ok(explanation !== undefined)
    assert.ok(!JSON.stringify(explanation).includes('5123450000000008'))
    return explanation
  }

  test('authorised, captured, refused a refund', async () => {
    const request = f.request({ operation: 'AUTHORIZE', amount: '100.00' })
    await charge(f.context, request)
    later(f, 1_000)
    await followOn(f.context, f.follow('CAPTURE', request.order_id, { amount: '40.00' }))
    later(f, 1_000)
    f.acquirer.answers = [declines]
    await followOn(f.context, f.follow('REFUND', request.order_id, { amount: '10.00' }))
    const explanation = await explained(request.order_id)
    assert.match(explanation.title, /of TESTONE .*: PARTIALLY_CAPTURED$/)
    assert.deepEqual(changes(explanation), ['AUTHORIZED', 'PARTIALLY_CAPTURED'])
    assert.match(
      words(explanation),
      /asks for AUTHORIZATION \(INTERNET\), 100\.00 RON, \S+ 512345x+0008.*under the reference .*acquirer: transaction 1 is a SUCCESS after 0\.000 s: APPROVED, acquirer code 00.*asks for CAPTURE.*asks for REFUND.*is a FAILURE after 0\.000 s: DECLINED, acquirer code 05/s,
    )
    assert.deepEqual(explanation.open, [])
  })

  test('silence is open until the worker has settled it', async () => {
    f.acquirer.answers = [silence]
    const request = f.request()
    await charge(f.context, request)
    assert.match(
      (await explained(request.order_id)).open.join(),
      /transaction 1 is of unknown outcome, not asked about yet/,
    )
    later(f, 1_000)
    f.acquirer.words = [approves() as never]
    await reconcile(f.context)
    const explanation = await explained(request.order_id)
    assert.match(
      words(explanation),
      /acquirer: did not say what became of transaction 1 after 0\.000 s: TIMEOUT\nworker's question: transaction 1 is a SUCCESS after 1\.000 s/,
    )
    assert.deepEqual(changes(explanation), ['CAPTURED'])
    assert.deepEqual(explanation.open, [])
  })

  test("another merchant's order is none of this one's", async () => {
    const request = f.request()
    await charge(f.context, request)
    assert.equal(await explainOrder(f.context, { merchant: f.other, order_id: request.order_id }), undefined)
  })
})
