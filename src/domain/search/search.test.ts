/** Search among a hundred thousand payments, on a real database: what is found, in which order, and by which index. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Fixture, openFixture, REQUEST, says } from '../initiation/fixture.ts'
import type { Partner } from '../partners/directory.ts'
import { inTime } from './bounded-store.ts'
import { type PaymentQuery, readPaymentFilter } from './filter.ts'
import { searchKey } from './keys.ts'
import { revealPayment, showPayment } from './payment.ts'
import { searchStatement } from './payment-store.ts'
import { searchPayments } from './payments.ts'

const MANY = 100_000
const IBAN = 'RO49AAAA1B31007593840000'
let f: Fixture
let other: Partner

before(async () => {
  f = await openFixture()
  const { rows } = await f.context.db.query<{ partner_id: number }>({
    text: `insert into partners (client_id, name, type, redirect_urls) values ('other-client', 'Altul', 'Ecommerce', '{https://a.example/}')
      returning partner_id`,
    values: [],
  })
  other = { ...f.partner, partner_id: rows[0]?.partner_id as number, client_id: 'other-client', name: 'Altul' }
  const all = [f.partner, other]
  Object.assign(f.context.partners, {
    all: () => all,
    byId: (id: number) => all.find(({ partner_id }) => partner_id === id),
  })
  await fill()
})
after(() => f.close())

// One a second back from noon of a day; by their number: statuses, banks, kinds and people in turns, some of them rare.
async function fill(): Promise<void> {
  const { keys, db } = f.context
  const hashes = (kind: string, name: string, count: number) =>
    Array.from({ length: count }, (_, n) => keys.hash(kind, `${name}-${n}`))
  const people = [
    hashes('iban', 'DEBTOR', 1000),
    [keys.hash('iban', IBAN), ...hashes('iban', 'CREDITOR', 299)],
    hashes('email', 'mail', 1000),
    hashes('payer', 'payer', 500),
  ]
  // A statement has 15 seconds, on a busy machine as well.
  for (let from = 1; from <= MANY; from += BATCH)
    await db.query({
      text: INSERT,
      values: [other.partner_id, f.partner.partner_id, ...people, from, from + BATCH - 1],
    })
  await db.query({ text: 'analyze payments', values: [] })
}

const BATCH = 10_000
const INSERT = `insert into payments (partner_id, payment_id, certificate_thumbprint, refresh_hash, status, reason, amount_minor, bank_id,
    attempt_no, settled_attempt_no, finished_at, created_at, status_at, requested_at, request_hash, debtor_iban_hash, creditor_iban_hash,
    email_hash, payer_hash)
  select case when n % 10 = 0 then $1::integer else $2::integer end, 1000000 + n, 'thumb', '\\x00', status,
    case when status = 'RJCT' then 'INSUFFICIENT_FUNDS' end, 100 + n % 5000, case when n % 1000 = 7 then 'rare' else 'carpati' end,
    1, case when status = 'ACSC' then 1 end, case when status not in ('ACSP', 'PDNG') then at end, at, at, at, '\\x00',
    ($3::bytea[])[1 + n % 1000], ($4::bytea[])[1 + n % 300], ($5::bytea[])[1 + n % 1000], ($6::bytea[])[1 + n % 500]
  from (select n, timestamptz '2030-05-10 12:00:00+03' - n * interval '1 second' as at,
      case when n % 5000 = 3 then 'PDNG' when n % 500 = 1 then 'BLOCKED' when n % 50 = 2 then 'RJCT' when n % 40 = 4 then 'ABND'
        when n % 2000 = 5 then 'ACSP' else 'ACSC' end as status
    from generate_series($7::integer, $8::integer) n) made`

const find = (query: PaymentQuery & { limit?: string; after?: string }) => searchPayments(f.context, query)
const naive = async (where: string): Promise<number[]> => {
  const { rows } = await f.context.db.query<{ payment_id: number }>({
    text: `select payment_id from payments p where ${where} order by created_at desc, payment_id desc limit 50`,
    values: [],
  })
  return rows.map(({ payment_id }) => payment_id)
}
const numbers = async (query: PaymentQuery) => (await find(query)).rows.map(({ payment_id }) => payment_id)
const keyOf = (field: Parameters<typeof searchKey>[1], value: string) => ({
  [field]: searchKey(f.context, field, value),
})

type Plan = { readonly [name: string]: unknown; readonly Plans?: readonly Plan[] }

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]
}

/** How a search reads the table: its indexes, and rows it read for each it found. */
async function planOf(query: PaymentQuery) {
  const filter = readPaymentFilter(f.context, query)
  assert.ok(filter !== 'nothing')
  const { text, values } = searchStatement({ filter, limit: 51 })
  const { rows } = await inTime(f.context, 10_000, (db) =>
    db.query<{ 'QUERY PLAN': readonly { readonly Plan: Plan }[] }>({
      text: `explain (analyze, buffers, format json) ${text}`,
      values,
    }),
  )
  const told = rows[0]?.['QUERY PLAN'][0]
  assert.ok(told !== undefined)
  const nodes = nodesOf(told.Plan)
  const indexes = [
    ...new Set(nodes.flatMap((node) => (typeof node['Index Name'] === 'string' ? [node['Index Name']] : []))),
  ]
  const pages = Number(told.Plan['Shared Hit Blocks']) + Number(told.Plan['Shared Read Blocks'])
  return { indexes, pages, types: nodes.map((node) => node['Node Type']) }
}

/** Each field: what is asked, what is true of it naively, which index it comes from, pages of the database it may read. */
const CASES: readonly {
  readonly name: string
  readonly query: () => PaymentQuery
  readonly where: string
  readonly index: string
  readonly pages: number
}[] = [
  { name: 'nothing', query: () => ({}), where: 'true', index: 'payments_created', pages: 80 },
  {
    name: 'number',
    query: () => ({ payment_id: '1000777' }),
    where: 'payment_id = 1000777',
    index: 'payments_pkey',
    pages: 20,
  },
  {
    name: 'end-to-end reference',
    query: () => ({ end_to_end_id: `p${f.partner.partner_id}-1000777-2` }),
    where: 'payment_id = 1000777',
    index: 'payments_pkey',
    pages: 20,
  },
  {
    name: 'partner',
    query: () => ({ partner: 'other-client' }),
    where: `partner_id = (select partner_id from partners where client_id = 'other-client')`,
    index: 'payments_standing',
    pages: 1500,
  },
  {
    name: 'status',
    query: () => ({ status: 'RJCT' }),
    where: `status = 'RJCT'`,
    index: 'payments_standing',
    pages: 600,
  },
  {
    name: 'a rare status',
    query: () => ({ status: 'ACSP' }),
    where: `status = 'ACSP'`,
    index: 'payments_standing',
    pages: 600,
  },
  {
    name: 'statuses',
    query: () => ({ status: 'BLOCKED,PDNG,ABND' }),
    where: `status in ('BLOCKED', 'PDNG', 'ABND')`,
    index: 'payments_standing',
    pages: 1500,
  },
  {
    name: "payer's account",
    query: () => keyOf('debtor_iban_key', 'DEBTOR-17'),
    where: '(payment_id - 1000000) % 1000 = 17',
    index: 'payments_debtor',
    pages: 300,
  },
  {
    name: "beneficiary's account",
    query: () => keyOf('creditor_iban_key', IBAN.toLowerCase()),
    where: '(payment_id - 1000000) % 300 = 0',
    index: 'payments_creditor',
    pages: 300,
  },
  {
    name: 'mail address',
    query: () => keyOf('email_key', ' MAIL-17'),
    where: '(payment_id - 1000000) % 1000 = 17',
    index: 'payments_email',
    pages: 300,
  },
  {
    name: "partner's id of the payer",
    query: () => keyOf('payer_key', 'payer-17'),
    where: '(payment_id - 1000000) % 500 = 17',
    index: 'payments_payer',
    pages: 300,
  },
  {
    name: 'day',
    query: () => ({ from: '2030-05-09', to: '2030-05-09' }),
    where: `created_at >= '2030-05-09 00:00+03' and created_at < '2030-05-10 00:00+03'`,
    index: 'payments_created',
    pages: 80,
  },
  {
    name: 'amount',
    query: () => ({ amount_from: '30.00', amount_to: '30.00' }),
    where: 'amount_minor = 3000',
    index: 'payments_created',
    pages: 20_000,
  },
  {
    name: 'a rare bank',
    query: () => ({ bank: 'rare' }),
    where: `bank_id = 'rare'`,
    index: 'payments_created',
    pages: 30_000,
  },
  {
    name: 'reason',
    query: () => ({ reason: 'INSUFFICIENT_FUNDS', kind: 'single' }),
    where: `reason = 'INSUFFICIENT_FUNDS'`,
    index: 'payments_created',
    pages: 6000,
  },
]

for (const { name, query, where, index, pages } of CASES) {
  test(`by ${name}: what is so, newest first, from an index`, async () => {
    const found = await numbers(query())
    assert.deepEqual(found, await naive(where))
    assert.ok(found.length > 0)
    const plan = await planOf(query())
    assert.ok(plan.indexes.includes(index), JSON.stringify(plan))
    assert.ok(!plan.types.some((type) => /Seq|Bitmap|Gather/.test(String(type))), JSON.stringify(plan))
    assert.ok(plan.pages <= pages, `${plan.pages} pages`)
  })
}

test('pages follow each other without a gap, whatever the filter', async () => {
  for (const query of [
    { status: 'RJCT,BLOCKED' },
    { partner: 'other-client', to: '2030-05-10', from: '2030-05-09', bank: 'rare' },
  ]) {
    const seen: number[] = []
    let after: string | undefined
    do {
      const page = await find({ ...query, limit: '200', ...(after !== undefined && { after }) })
      seen.push(...page.rows.map(({ payment_id }) => payment_id))
      after = page.after
    } while (after !== undefined)
    assert.deepEqual(seen, [...new Set(seen)])
    assert.deepEqual(
      seen,
      [...seen].sort((a, b) => a - b),
    )
    if ('status' in query) assert.equal(seen.length, MANY / 50 + MANY / 500)
  }
})

test('payments made in one moment are not lost between two pages', async () => {
  const { partner_id } = other
  await f.context.db.query({
    text: `insert into payments (partner_id, payment_id, certificate_thumbprint, refresh_hash, created_at)
      select $1, 5000000 + n, 'thumb', '\\x00', '2031-01-01 00:00:00.123456Z' from generate_series(1, 5) n`,
    values: [partner_id],
  })
  const first = await find({ from: '2031-01-01', limit: '2' })
  const second = await find({ from: '2031-01-01', limit: '2', after: first.after ?? '' })
  const third = await find({ from: '2031-01-01', limit: '2', after: second.after ?? '' })
  const seen = [first, second, third].flatMap(({ rows }) => rows.map(({ payment_id }) => payment_id))
  assert.deepEqual(seen, [5000005, 5000004, 5000003, 5000002, 5000001])
  assert.equal(third.after, undefined)
})

test('a partner finds what is its own, whatever it asks for', async () => {
  const own = async (query: PaymentQuery) => (await searchPayments(f.context, query, other.partner_id)).rows
  assert.ok((await own({})).every(({ client_id }) => client_id === 'other-client'))
  assert.deepEqual(await own({ payment_id: '1000777' }), [])
  assert.deepEqual(await own({ partner: f.partner.client_id }), [])
  assert.deepEqual(await own({ end_to_end_id: `P${f.partner.partner_id}-1000777-1` }), [])
  assert.equal((await own({ payment_id: '1000770' })).length, 1)
})

test('what is not understood is refused by its field', async () => {
  const faults: readonly [PaymentQuery & { after?: string; limit?: string }, string][] = [
    [{ status: 'PAID' }, 'status'],
    [{ kind: 'single,none' }, 'kind'],
    [{ payment_id: '1 or 1=1' }, 'payment_id'],
    [{ end_to_end_id: 'P1' }, 'end_to_end_id'],
    [{ amount_from: '1,50' }, 'amount_from'],
    [{ from: '2030-02-30' }, 'from'],
    [{ to: 'tomorrow' }, 'to'],
    [{ debtor_iban_key: IBAN }, 'debtor_iban_key'],
    [{ after: 'x' }, 'after'],
    [{ after: Buffer.from(`2030-01-01T00:00:00.000000Z a\0`).toString('base64url') }, 'after'],
    [{ limit: '100000' }, 'limit'],
    [{ reason: 'x'.repeat(100) }, 'reason'],
  ]
  for (const [query, field] of faults) await assert.rejects(find(query), { code: 'FIELD_INVALID', field })
})

test('a list masks people; one payment does, until it is asked in clear, which is on record first', async () => {
  f.now = new Date('2031-06-01T10:00:00Z')
  const key = await f.submitted()
  f.bank.status = [says('ACSC')]
  const line = (await find({ ...keyOf('debtor_iban_key', 'ro98 btrl 0000 9999 0000 0001') })).rows[0]
  assert.equal(line?.payment_id, key.payment_id)
  assert.deepEqual([line?.debtor_iban, line?.creditor_iban, line?.creditor_name], ['RO98…0001', 'RO49…0000', 'F. A.'])
  const shown = await showPayment(f.context, key.payment_id)
  const told = JSON.stringify({ line, shown })
  for (const person of [REQUEST.debtor_iban, REQUEST.creditor_iban, REQUEST.psu_email, 'Comanda 17', 'client-17'])
    assert.ok(!told.includes(person), person)
  assert.equal(shown.attempts[0]?.end_to_end_id, `P${key.partner_id}-${key.payment_id}-1`)
  const actor = { kind: 'staff', name: 'ana.comp' } as const
  const clear = await revealPayment({ ...f.context, actor }, key.payment_id)
  assert.equal(clear.debtor_iban, REQUEST.debtor_iban)
  const { rows } = await f.context.db.query<{ actor: string; subject_id: string }>({
    text: `select actor, subject_id from audit_log where act = 'payment.reveal'`,
    values: [],
  })
  assert.deepEqual(rows, [{ actor: 'ana.comp', subject_id: String(key.payment_id) }])
  await assert.rejects(showPayment(f.context, 17), { code: 'PAYMENT_UNKNOWN' })
})
