/** Orders, agreements and tokens found and shown; money paid back by two people once, whatever breaks in between. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { charge } from '../cards/charge.ts'
import { CARD, type CardFixture, declines, openCardFixture, silence } from '../cards/fixture.ts'
import { followOn } from '../cards/follow-on.ts'
import { approveAct } from '../four-eyes/approve.ts'
import { type Proposer, proposeAct } from '../four-eyes/propose.ts'
import { createToken } from '../vault/tokens.ts'
import { doOrderAct, lookAtRefund, lookAtUnsaid, type OrderAct, orderSubject } from './order-acts.ts'
import { type OrderQuery, searchOrders, showOrder } from './orders.ts'
import { searchAgreements, searchTokens, showAgreement } from './series.ts'

let f: CardFixture
before(async () => {
  f = await openCardFixture()
  const partners = [f.merchant, f.other].map(({ partner_id, merchant_id }) => ({
    partner_id,
    client_id: `client-${merchant_id}`,
    name: merchant_id,
  }))
  Object.assign(f.context.partners, {
    all: () => partners,
    byId: (id: number) => partners.find(({ partner_id }) => partner_id === id),
  })
})
after(() => f.close())

const ids = async (query: OrderQuery) =>
  (await searchOrders(f.context, query)).rows.map(({ merchant_id, order_id }) => `${merchant_id} ${order_id}`)
const nameOf = (order_id: string) => ({ merchant_id: f.merchant.merchant_id, order_id })
const approvals = async () => {
  const { rows } = await f.context.db.query<{ act: string; outcome: string; after: Record<string, unknown> }>({
    text: `select act, outcome, after from audit_log where act like 'order.%' order by number`,
    values: [],
  })
  return rows
}

test('orders by each field, newest first, of one merchant or all', async () => {
  const at = (day: string) => {
    f.now = new Date(`${day}T22:30:00Z`)
  }
  at('2031-01-31')
  await charge(f.context, f.request({ order_id: 'a/1', amount: '12.00' }))
  at('2031-02-01')
  await charge(f.context, f.request({ order_id: 'a/1', merchant: f.other, amount: '30.00' }))
  f.acquirer.answers = [declines]
  await charge(f.context, f.request({ order_id: 'b', currency: 'JPY', amount: '12' }))
  at('2031-02-02')
  const { token } = (await createToken(f.context, { merchant: f.merchant, card: CARD, by: 'test' })).token
  await charge(f.context, f.request({ order_id: 'c', token, card: {} }))

  const all = await ids({ from: '2031-01-01' })
  assert.deepEqual(
    all,
    ['TESTONE c', 'TESTONE b', 'TESTTWO a/1', 'TESTONE a/1'].toSorted((x, y) => all.indexOf(x) - all.indexOf(y)),
  )
  assert.equal(all[0], 'TESTONE c')
  assert.equal(all.at(-1), 'TESTONE a/1')
  assert.deepEqual((await ids({ order_id: 'a/1' })).toSorted(), ['TESTONE a/1', 'TESTTWO a/1'])
  assert.deepEqual(await ids({ order_id: 'a/1', merchant: 'TESTTWO' }), ['TESTTWO a/1'])
  assert.deepEqual(await ids({ merchant: 'NOBODY' }), [])
  assert.deepEqual(await ids({ status: 'FAILED' }), ['TESTONE b'])
  assert.deepEqual(await ids({ currency: 'jpy', amount_from: '12' }), ['TESTONE b'])
  assert.deepEqual(await ids({ amount_to: '12.00' }), ['TESTONE a/1'])
  // Half past midnight in Bucharest: the day there, not in Greenwich.
  assert.deepEqual(await ids({ from: '2031-02-01', to: '2031-02-01' }), ['TESTONE a/1'])
  assert.deepEqual(await ids({ token_suffix: token.slice(-4) }), ['TESTONE c'])
  assert.deepEqual(await ids({ token_suffix: token.slice(-6) }), ['TESTONE c'])
  assert.deepEqual(await ids({ token_suffix: 'zzzz' }), [])
  for (const query of [
    { token_suffix: '12%' },
    { status: 'PAID' },
    { currency: 'XXZ' },
    { amount_from: '-1' },
    { from: 'x' },
  ])
    await assert.rejects(searchOrders(f.context, query), { code: 'FIELD_INVALID' })

  const seen: string[] = []
  let after: string | undefined
  do {
    const page = await searchOrders(f.context, { limit: '1', ...(after !== undefined && { after }) })
    seen.push(...page.rows.map(({ merchant_id, order_id }) => `${merchant_id} ${order_id}`))
    after = page.after
  } while (after !== undefined)
  assert.deepEqual(seen, all)
})

test('a card is its brand, and four digits for whom they are; a token is its end', async () => {
  const { rows } = await searchTokens(f.context, {}, true)
  assert.deepEqual([rows.length, rows[0]?.last_four, rows[0]?.token.length], [1, '0008', 5])
  const told = JSON.stringify([
    await searchTokens(f.context, {}, false),
    await showOrder(f.context, { ...nameOf('c'), shows_last_four: false }),
  ])
  assert.ok(!told.includes('0008') && !told.includes('512345'), told)
  const shown = JSON.stringify(await showOrder(f.context, { ...nameOf('c'), shows_last_four: true }))
  assert.ok(shown.includes('"last_four":"0008"') && !shown.includes('512345'))
  await assert.rejects(showOrder(f.context, { merchant_id: 'TESTTWO', order_id: 'c', shows_last_four: true }), {
    code: 'ORDER_UNKNOWN',
  })
})

test('an agreement with its series: who began each payment', async () => {
  const agreement = { id: 'abo-1', type: 'RECURRING', amount_variability: 'VARIABLE' } as const
  await charge(f.context, f.request({ order_id: 's1', agreement, stored_on_file: 'TO_BE_STORED' }))
  await charge(
    f.context,
    f.request({ order_id: 's2', agreement: { id: 'abo-1' }, stored_on_file: 'STORED', source: 'MERCHANT' }),
  )
  const { rows } = await searchAgreements(f.context, { agreement_id: 'abo-1', rail: 'card' }, false)
  assert.deepEqual([rows.length, rows[0]?.merchant_id, rows[0]?.last_four], [1, 'TESTONE', null])
  const client_id = rows[0]?.client_id as string
  const { transactions } = await showAgreement(f.context, { client_id, agreement_id: 'abo-1', shows_last_four: true })
  assert.deepEqual(transactions.map(({ order_id, source }) => `${order_id} ${source}`).toSorted(), [
    's1 INTERNET',
    's2 MERCHANT',
  ])
  assert.deepEqual((await ids({ agreement_id: 'abo-1' })).toSorted(), ['TESTONE s1', 'TESTONE s2'])
  await assert.rejects(
    showAgreement(f.context, { client_id: 'client-TESTTWO', agreement_id: 'abo-1', shows_last_four: true }),
    {
      code: 'AGREEMENT_UNKNOWN',
    },
  )
})

test('what two agreed to pay back is paid back once, however often the worker begins', async () => {
  await charge(f.context, f.request({ order_id: 'r', amount: '100.00' }))
  const asked = { ...nameOf('r'), amount_minor: 4_000 }
  const { db } = f.context
  assert.deepEqual(await lookAtRefund(f.context, db, asked), {
    captured_minor: 10_000,
    refunded_minor: 0,
    currency: 'RON',
  })
  for (const amount_minor of [10_001, 0, -1, 1.5])
    await assert.rejects(lookAtRefund(f.context, db, { ...asked, amount_minor }))
  const act: OrderAct = { ...asked, kind: 'refund', approval_id: 17 }
  const refunds = () => f.acquirer.sent.filter(({ kind }) => kind === 'refund').length
  const before = refunds()
  await Promise.all([doOrderAct(f.context, act), doOrderAct(f.context, act)])
  await doOrderAct(f.context, act)
  assert.equal(refunds(), before + 1)
  const { order } = await showOrder(f.context, { ...nameOf('r'), shows_last_four: false })
  assert.deepEqual([order.refunded_minor, order.status], [4_000, 'PARTIALLY_REFUNDED'])
  // Meanwhile the merchant paid the rest back: what was agreed on is too much, and that is on record.
  await followOn(f.context, f.follow('REFUND', 'r', { amount: '60.00' }))
  await doOrderAct(f.context, { ...act, approval_id: 18 })
  const last = (await approvals()).at(-1)
  assert.deepEqual([last?.act, last?.outcome, last?.after.code], ['order.refunded', 'refused', 'AMOUNT_EXCEEDED'])
})

test('what is agreed on and not paid back yet is left of nothing: two who know nothing of each other pay back once', async () => {
  await charge(f.context, f.request({ order_id: 'twice', amount: '100.00' }))
  const { db } = f.context
  const staff = await Promise.all(
    ['ana.refunds', 'ion.refunds', 'dan.approves'].map(async (user_name) => {
      const { rows } = await db.query<{ staff_id: number }>({
        text: `insert into staff (user_name, person_enc, role, password_hash, password_at, password_is_temporary, created_at)
          values ($1, '\\x', 'operations', '', now(), false, now()) returning staff_id`,
        values: [user_name],
      })
      const staff_id = rows[0]?.staff_id as number
      return { staff_id, role: 'operations', actor: { kind: 'staff', name: user_name } } as const
    }),
  )
  const [ana, ion, dan] = staff as [Proposer, Proposer, Proposer]
  const proposes = async (by: Proposer, amount_minor: number) => {
    const input = { ...nameOf('twice'), amount_minor }
    return (await proposeAct(f.context, by, { act: 'order.refund', subject: orderSubject(input), input })).approval_id
  }
  const [first, second, third] = [await proposes(ana, 5_000), await proposes(ion, 5_000), await proposes(ion, 5_000)]
  const approved = await Promise.allSettled([first, second, third].map((one) => approveAct(f.context, dan, one)))
  const refused = approved.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
  assert.deepEqual(refused, ['APPROVAL_STALE', 'APPROVAL_STALE'])
  // The worker has not come to it yet.
  await assert.rejects(proposes(ana, 5_001), { code: 'AMOUNT_EXCEEDED' })
  const { rows } = await db.query<{ payload: OrderAct }>({
    text: `delete from outbox where task = 'order_act' returning payload`,
    values: [],
  })
  for (const { payload } of rows) await doOrderAct(f.context, payload)
  const { order } = await showOrder(f.context, { ...nameOf('twice'), shows_last_four: false })
  assert.equal(order.refunded_minor, 5_000)
  assert.ok(await proposes(ana, 5_000), 'knowing of the first, he may')
  // What cannot be done is told at last, and keeps nothing back any more.
  await approveAct(f.context, dan, await proposes(ana, 1_000))
  const { rows: later } = await db.query<{ payload: OrderAct }>({
    text: `delete from outbox where task = 'order_act' returning payload`,
    values: [],
  })
  const act = later[0]?.payload as OrderAct
  const gone = { ...f.context, acquirers: { ...f.context.acquirers, get: () => undefined } }
  await assert.rejects(doOrderAct(gone, act), { code: 'INTERNAL' })
  await assert.rejects(proposes(ana, 5_000), { code: 'AMOUNT_EXCEEDED' })
  await assert.rejects(doOrderAct(gone, act, true), { code: 'INTERNAL' })
  const last = (await approvals()).at(-1)
  assert.deepEqual([last?.act, last?.outcome, last?.after.code], ['order.refunded', 'refused', 'INTERNAL'])
  assert.ok(await proposes(ana, 5_000))
})

test('a refund that the worker ends while another is looked at is missed by neither reading', async () => {
  const { db } = f.context
  const agreedOn = async (order_id: string): Promise<OrderAct> => {
    await charge(f.context, f.request({ order_id, amount: '100.00' }))
    const asked = { ...nameOf(order_id), amount_minor: 5_000 }
    const { rows } = await db.query<{ approval_id: number }>({
      text: `insert into approvals
          (act, subject_kind, subject_id, input, proposed_by, proposed_at, expires_at, state, decided_by, decided_at, executed_at)
        select 'order.refund', 'order', $1, $2, one.staff_id, now(), now() + interval '1 day', 'executed', other.staff_id, now(), now()
        from staff one, staff other where one.user_name = 'ana.refunds' and other.user_name = 'dan.approves' returning approval_id`,
      values: [orderSubject(asked).id, asked],
    })
    return { ...asked, kind: 'refund', approval_id: rows[0]?.approval_id as number }
  }
  // Before each statement of the look in turn, and after the last: half of it is gone, or is to go.
  for (const at of [0, 1, 2, 3]) {
    const act = await agreedOn(`between-${at}`)
    let asked_no = 0
    const query: typeof db.query = async (statement) => {
      if (asked_no === at) await doOrderAct(f.context, act)
      asked_no += 1
      return db.query(statement)
    }
    const { refunded_minor, agreed_minor = 0 } = await lookAtRefund(
      f.context,
      { query },
      { ...act, amount_minor: 5_000 },
    )
    assert.equal(refunded_minor + agreed_minor, 5_000, `before statement ${at}`)
  }
})

test('a transaction of unknown outcome ends by the word of the acquirer', async () => {
  f.acquirer.answers = [silence]
  await charge(f.context, f.request({ order_id: 'u' }))
  const name = nameOf('u')
  const { transaction_id } = await lookAtUnsaid(f.context, f.context.db, name)
  const act = { ...name, kind: 'close', approval_id: 19, transaction_id, is_success: false } as const
  await doOrderAct(f.context, act)
  assert.equal((await showOrder(f.context, { ...name, shows_last_four: false })).order.status, 'FAILED')
  await assert.rejects(lookAtUnsaid(f.context, f.context.db, name), { code: 'NOTHING_TO_CLOSE' })
  await doOrderAct(f.context, act)
  assert.deepEqual(
    (await approvals()).slice(-2).map(({ outcome }) => outcome),
    ['done', 'refused'],
  )
})
