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
/** Who, code and facts, a line each. */
const told = ({ moments }: Explanation) =>
  moments.map(({ by, code, facts }) => `${by}: ${code} ${JSON.stringify(facts)}`).join('\n')
const opened = ({ open }: Explanation) => open.map(({ code, facts }) => `${code} ${JSON.stringify(facts)}`).join('\n')

test('histories are woven by time, each in its own order', () => {
  const at = (ms: number, attempt_no: number): Moment => ({
    at: new Date(ms),
    by: 'worker',
    code: 'browser_back',
    facts: { attempt_no },
  })
  const woven = weave([at(1, 1), at(5, 2), at(3, 3)], [at(5, 4), at(2, 5), at(6, 6)])
  assert.deepEqual(
    woven.map(({ facts }) => facts),
    [1, 2, 3, 4, 5, 6].map((attempt_no) => ({ attempt_no })),
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
    // Of what it is about, the partner's name is the beneficiary's here.
    const all = JSON.stringify({ ...explanation, about: '' })
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
      opened(await explained(key)),
      /^webhook_due \{"event_no":\d+,"status":"ACSC","try_no":2,"try_at":"\S+Z"\}\nmail_not_recorded /,
    )
    await recordDelivered(f.context, event, later(f, 5_000), 'HTTP 200')
    await recordMail(f.context, event, 'sent', later(f, 1))

    const explanation = await explained(key)
    const { partner_id, payment_id } = key
    assert.deepEqual(explanation.about, {
      ...{ kind: 'payment', payment_id, partner_id, status: 'ACSC' },
      ...{ client_id: 'shop-client', partner_name: 'Florăria Ana' },
    })
    const [parties, attempt] = explanation.background
    assert.deepEqual(parties, {
      code: 'parties',
      facts: {
        amount_minor: 12_345,
        debtor_iban: 'RO98…0001',
        creditor_iban: 'RO49…0000',
        creditor_initials: 'F. A.',
        email: 'i…@example.ro',
      },
    })
    assert.match(
      JSON.stringify(attempt),
      /"attempt_no":1,"bank_id":"carpati","state":"closed","request_id":"\S+","end_to_end_id":"P\d+-\d+-1","bank_payment_id":"bank-1-P/,
    )
    assert.deepEqual(changes(explanation).slice(-2), ['RCVD', 'ACSC'])
    assert.match(
      told(explanation),
      /initiated.*submitted \{"attempt_no":1,"bank_id":"carpati"\}.*bank_took \{"attempt_no":1,"bank_status":"RCVD","after_ms":0\}.*return: browser_back.*poll: bank_said \{"attempt_no":1,"bank_status":"ACSC"\}.*webhook_failed_at_first.*webhook_delivered \{"event_no":\d+,"status":"ACSC","tries":2,"outcome":"HTTP 200","since_first_ms":5000\}.*mail_sent/s,
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
    const { about } = explanation
    assert.deepEqual([about.status, about.kind === 'payment' && about.reason], ['RJCT', 'INSUFFICIENT_FUNDS'])
    assert.match(
      told(explanation),
      /bank: attempt_refused \{"attempt_no":1,"after_ms":0,"bank_code":"PRODUCT_INVALID"\}.*submitted \{"attempt_no":2.*return: bank_said \{"attempt_no":2,"bank_status":"RJCT","reason":"INSUFFICIENT_FUNDS"\}/s,
    )
    assert.ok(!told(explanation).includes('browser_back'), 'told by the status that the return brought')
    assert.equal(explanation.open.length, 2)
  })

  test('what is unknown is told as open; what is abandoned, with whose word; strange events too, masked', async () => {
    const unknown = await f.initiated()
    f.bank.initiate = [{ kind: 'unknown', reason: 'TIMEOUT' }]
    await f.submit(unknown)
    assert.match(opened(await explained(unknown)), /^attempt_unknown \{"attempt_no":1,.*"bank_id":"carpati","ask_at"/)

    f.bank.initiate = [ACCEPTED]
    const given_up = await f.submitted()
    await abandonPayment(f.context, given_up)
    const detail = { note: `paid to ${REQUEST.creditor_name} ${REQUEST.debtor_iban}`, count: 3 }
    await recordEvent(f.context, given_up, { at: f.now, type: 'payment.new_kind', cause: 'staff', detail })
    const explanation = await explained(given_up)
    assert.match(
      told(explanation),
      /payer: given_up \{"reason":"ABANDONED_BY_PAYER"\}\npayer: cancel_asked \{"answer":"ok"\}\nstaff: other \{"type":"payment\.new_kind",/,
    )
    const strange = explanation.moments.find(({ code }) => code === 'other')
    assert.deepEqual(
      strange?.code === 'other' && strange.facts.details.toSorted((a, b) => a.name.localeCompare(b.name)),
      [
        { name: 'count', value: '3' },
        { name: 'note', value: 'paid to F. A. RO98…0001' },
      ],
    )
    later(f, 4_000)
    f.bank.status = [says('CANC')]
    await settle(f.context, { ...given_up, cause: 'poll' })
    assert.match(told(await explained(given_up)), /\nbank: attempt_ended \{"attempt_no":1,"bank_status":"CANC"\}$/)
    assert.match(opened(explanation), /^attempt_open \{"attempt_no":1,.*"bank_id":"carpati","ask_at":"\S+Z"\}/)
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
    assert.deepEqual(
      [explanation.about.kind === 'order' && explanation.about.merchant_id, explanation.about.status],
      ['TESTONE', 'PARTIALLY_CAPTURED'],
    )
    assert.deepEqual(changes(explanation), ['AUTHORIZED', 'PARTIALLY_CAPTURED'])
    assert.match(
      told(explanation),
      /card_asked .*"type":"AUTHORIZATION","source":"INTERNET",.*"amount_minor":10000,"currency":"RON",.*512345x+0008.*acquirer: card_succeeded \{"transaction_id":"1","after_ms":0,"gateway_code":"APPROVED","acquirer_code":"00".*"type":"CAPTURE".*"type":"REFUND".*card_failed .*"gateway_code":"DECLINED","acquirer_code":"05"/s,
    )
    assert.deepEqual(explanation.open, [])
  })

  test('silence is open until the worker has settled it', async () => {
    f.acquirer.answers = [silence]
    const request = f.request()
    await charge(f.context, request)
    assert.match(
      opened(await explained(request.order_id)),
      /^transaction_open \{"transaction_id":"1",.*"is_unknown":true,"asked_no":0\}$/,
    )
    later(f, 1_000)
    f.acquirer.words = [approves() as never]
    await reconcile(f.context)
    const explanation = await explained(request.order_id)
    assert.match(
      told(explanation),
      /acquirer: card_unknown \{"transaction_id":"1","after_ms":0,"fault":"TIMEOUT"\}\nsweep: card_succeeded \{"transaction_id":"1","after_ms":1000,/,
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
