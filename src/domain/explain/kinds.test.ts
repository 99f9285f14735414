/** Lists, their items and recurring payments, explained from real rows. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { BankConnector } from '../../infra/banks/connector.ts'
import { type Fixture, openFixture, REQUEST, says, TERMS } from '../initiation/fixture.ts'
import { followItems, spreadList } from '../initiation/lists/follow.ts'
import { initiateList } from '../initiation/lists/initiate.ts'
import { submitList, submitNext } from '../initiation/lists/list.ts'
import { cancelPayment } from '../initiation/partner-calls/cancel.ts'
import { initiatePayment } from '../initiation/partner-calls/initiate.ts'
import { submitPayment } from '../initiation/payer/submit.ts'
import { settle } from '../initiation/settling/settle.ts'
import { loadPayment, type PaymentKey, type PaymentRow } from '../initiation/store.ts'
import { openTerms } from '../initiation/terms.ts'
import { explainPayment } from './payment.ts'
import type { Explanation } from './timeline.ts'

let f: Fixture
before(async () => {
  f = await openFixture('Finance')
})
after(() => f?.close())
beforeEach(() => f.reset())

const IBANS = ['RO09PORL7789778256833565', 'RO74RNCB0000999900000001']
const PSU = { ip_address: '127.0.0.1' }
const row = async (key: PaymentKey): Promise<PaymentRow> => (await loadPayment(f.context, key)) as PaymentRow
/** Who, code and facts, a line each. */
const told = ({ moments }: Explanation) =>
  moments.map(({ by, code, facts }) => `${by}: ${code} ${JSON.stringify(facts)}`).join('\n')
async function explained(key: PaymentKey): Promise<Explanation> {
  const explanation = await explainPayment(f.context, key)
  assert.ok(explanation !== undefined)
  const all = JSON.stringify({ ...explanation, about: '' })
  for (const person of [...IBANS, 'Furnizor', 'Factura', REQUEST.debtor_iban, REQUEST.psu_email])
    assert.ok(!all.includes(person), `${person} in ${all}`)
  return explanation
}

async function submittedList(): Promise<{ key: PaymentKey; items: PaymentKey[] }> {
  const key = await f.reserved()
  const { items } = await initiateList(f.context, {
    partner: f.partner,
    payment_id: key.payment_id,
    request: {
      debtor_iban: REQUEST.debtor_iban,
      psu_email: REQUEST.psu_email,
      items: IBANS.map((creditor_iban, n) => ({
        creditor_name: `Furnizor Mare ${n + 1}`,
        creditor_iban,
        amount_minor: 100 * (n + 1),
        details: `Factura ${n + 1}`,
      })),
    },
  })
  const bank = f.context.banks.get('carpati') as BankConnector
  const debtor = { debtor_iban: REQUEST.debtor_iban, email: REQUEST.psu_email }
  await submitList(f.context, { payment: await row(key), bank, debtor, psu: PSU })
  return { key, items: items.map(({ payment_id }) => ({ ...key, payment_id })) }
}

test('a list that the bank took as one: its payments with how they stand, and each of them names it', async () => {
  const { key, items } = await submittedList()
  f.bank.status = [says('RJCT', 'AM04')]
  await settle(f.context, { ...key, cause: 'poll' })
  await spreadList(f.context, key)
  const list = await explained(key)
  const why = { status: 'RJCT', reason: 'INSUFFICIENT_FUNDS' }
  const parties = [
    { amount_minor: 100, creditor_iban: 'RO09…3565', creditor_initials: 'F. M. 1.' },
    { amount_minor: 200, creditor_iban: 'RO74…0001', creditor_initials: 'F. M. 2.' },
  ]
  assert.deepEqual(list.background.slice(1, 4), [
    { code: 'list', facts: { item_count: 2, way: 'together' } },
    { code: 'item', facts: { item_no: 1, payment_id: items[0]?.payment_id, ...why, ...parties[0] } },
    { code: 'item', facts: { item_no: 2, payment_id: items[1]?.payment_id, ...why, ...parties[1] } },
  ])
  assert.match(
    told(list),
    /partner: initiated \{"item_count":2\}\npayer: .*submitted \{"attempt_no":1,"bank_id":"carpati"\}.*poll: bank_said \{"attempt_no":1,"bank_status":"RJCT","reason":"INSUFFICIENT_FUNDS"\}/s,
  )
  const item = await explained(items[1] as PaymentKey)
  const list_payment_id = key.payment_id
  assert.deepEqual(item.background[1], {
    code: 'item_of',
    facts: { item_no: 2, list_payment_id, list_status: 'RJCT', is_sent_together: true },
  })
  assert.match(told(item), /list: list_stands \{"reason":"INSUFFICIENT_FUNDS","bank_status":"RJCT"\}/)
})

test('a list whose payments go one by one: the choice, and what follows from its payments', async () => {
  const { 'bulk-payments': _bulk, ...services } = f.bank.profile.services
  f.bank.profile = { ...f.bank.profile, services }
  const { key, items } = await submittedList()
  f.bank.status = [says('ACSC')]
  await settle(f.context, { ...(items[0] as PaymentKey), cause: 'return' })
  await followItems(f.context, key)
  await submitNext(f.context, { payment: await row(key), psu: PSU })
  await cancelPayment(f.context, { partner: f.partner, payment_id: key.payment_id })
  await followItems(f.context, key)
  const list = await explained(key)
  assert.deepEqual(list.background[1], { code: 'list', facts: { item_count: 2, way: 'one_by_one' } })
  assert.match(told(list), /payer: bank_chosen \{"bank_id":"carpati","way":"one_by_one"\}/)
  assert.match(told(list), /list: items_stand/)
  const first = await explained(items[0] as PaymentKey)
  const { status: list_status } = await row(key)
  assert.deepEqual(first.background[1], {
    code: 'item_of',
    facts: { item_no: 1, list_payment_id: key.payment_id, list_status, is_sent_together: false },
  })
})

test('a recurring payment names its agreement and its days; a cancellation is told with whose it was', async () => {
  const key = await f.reserved()
  const day = (n: number) => new Date(f.now.getTime() + n * 86_400_000).toISOString().slice(0, 10)
  const schedule = { start_date: day(3), frequency: 'Monthly', day_of_execution: 15 } as const
  const request = { ...REQUEST, schedule, agreement_id: 'abonament-1' }
  await initiatePayment(f.context, { partner: f.partner, payment_id: key.payment_id, request })
  const payment = await row(key)
  await submitPayment(f.context, {
    payment,
    bank: f.context.banks.get('carpati') as BankConnector,
    terms: { ...TERMS, ...openTerms(f.context, payment) },
    amount_minor: 12_345,
    psu: PSU,
  })
  f.bank.status = [says('ACSP')]
  await settle(f.context, { ...key, cause: 'return' })
  f.bank.status = [says('CANC')]
  await cancelPayment(f.context, { partner: f.partner, payment_id: key.payment_id })
  const series = await explained(key)
  assert.deepEqual(series.background[1], {
    code: 'agreement',
    facts: { agreement_id: 'abonament-1', status: 'CANCELLED', ...schedule },
  })
  assert.match(
    told(series),
    /partner: cancel_asked \{"answer":"ok"\}\npartner: bank_said \{"attempt_no":1,"bank_status":"CANC"/,
  )

  const unsent = await f.initiated()
  await cancelPayment(f.context, { partner: f.partner, payment_id: unsent.payment_id })
  assert.match(told(await explained(unsent)), /partner: cancelled_unsent \{"reason":"CANCELLED_BY_PARTNER"\}/)
})
