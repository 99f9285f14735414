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
const words = ({ moments }: Explanation) => moments.map(({ by, what }) => `${by}: ${what}`).join('\n')
async function explained(key: PaymentKey): Promise<Explanation> {
  const explanation = await explainPayment(f.context, key)
  assert.ok(explanation !== undefined)
  const all = JSON.stringify({ ...explanation, title: '' })
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
  const { facts, ...list } = await explained(key)
  assert.equal(facts[1], 'a list of 2 payments, authorised together, as one')
  assert.deepEqual(facts.slice(2, 4), [
    `  1. payment ${items[0]?.payment_id}: RJCT (INSUFFICIENT_FUNDS), 1,00 RON to RO09…3565 (F. M. 1.)`,
    `  2. payment ${items[1]?.payment_id}: RJCT (INSUFFICIENT_FUNDS), 2,00 RON to RO74…0001 (F. M. 2.)`,
  ])
  assert.match(
    words({ ...list, facts }),
    /partner: initPayment: the terms of a list of 2 payments are recorded\npayer: .*attempt 1 goes to the bank carpati.*worker's question: the bank says RJCT of attempt 1, because INSUFFICIENT_FUNDS/s,
  )
  const item = await explained(items[1] as PaymentKey)
  assert.equal(
    item.facts[1],
    `payment 2 of the list ${key.payment_id} (RJCT), sent to the bank with it: what was said with the bank is there`,
  )
  assert.match(words(item), /its list: goes with its list, of which the bank says RJCT, because INSUFFICIENT_FUNDS/)
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
  assert.equal(list.facts[1], 'a list of 2 payments, authorised one by one')
  assert.match(words(list), /payer: chooses the bank carpati, which takes the list's payments one by one/)
  assert.match(words(list), /its list: follows from how its payments stand/)
  const first = await explained(items[0] as PaymentKey)
  assert.equal(first.facts[1], `payment 1 of the list ${key.payment_id} (${(await row(key)).status})`)
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
  assert.equal(
    series.facts[1],
    `recurring under the agreement abonament-1: CANCELLED, Monthly on day 15, from ${schedule.start_date}`,
  )
  assert.match(
    words(series),
    /partner: the bank was asked to drop it; it will, or says who must agree\npartner: the bank says CANC of attempt 1/,
  )

  const unsent = await f.initiated()
  await cancelPayment(f.context, { partner: f.partner, payment_id: unsent.payment_id })
  assert.match(
    words(await explained(unsent)),
    /partner: cancelled before anybody has authorised it, because CANCELLED_BY_PARTNER/,
  )
})
