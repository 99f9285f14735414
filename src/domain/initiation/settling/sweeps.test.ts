/** What time does, at the pace of the real loop. */
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import type { BankConnector } from '../../../infra/banks/connector.ts'
import { until } from '../../../infra/testing/until.ts'
import { type Fixture, openFixture, REQUEST, says } from '../fixture.ts'
import { initiateList } from '../lists/initiate.ts'
import { submitList } from '../lists/list.ts'
import { loadPayment, type PaymentRow } from '../store.ts'
import { type BusyBanks, startSweeps, sweepOnce } from './sweeps.ts'

let f: Fixture
before(async () => {
  f = await openFixture()
})
after(() => f?.close())

test('more unpaid payments than one look takes are abandoned at the next, not five seconds later', async () => {
  await f.context.db.query({
    text: `insert into payments (partner_id, certificate_thumbprint, refresh_hash, created_at, expires_at)
      select $1, 'thumb', '\\x00', $2::timestamptz, $2::timestamptz + interval '30 minutes' from generate_series(1, 250)`,
    values: [f.partner.partner_id, new Date(f.now.getTime() - 31 * 60_000)],
  })
  const left = async () => {
    const { rows } = await f.context.db.query<{ left: number }>({
      text: `select count(*)::integer as left from payments where status = 'INIT'`,
      values: [],
    })
    return rows[0]?.left
  }
  const sweeps = startSweeps(f.context)
  try {
    // The clock of the context stands still: what waits for five seconds to pass waits for ever.
    await until('the end of all', async () => (await left()) === 0)
  } finally {
    await sweeps.stop()
  }
})

test('a bank that is slow to drop what a list held there delays no other payment’s question', async () => {
  f.reset()
  const { 'bulk-payments': _bulk, ...services } = f.bank.profile.services
  f.bank.profile = { ...f.bank.profile, services }
  const { context, partner } = f
  const list = await f.reserved()
  const item = {
    creditor_name: 'Furnizor',
    creditor_iban: REQUEST.creditor_iban,
    amount_minor: 100,
    details: 'Factura',
  }
  await initiateList(context, { partner, payment_id: list.payment_id, request: { items: [item, item] } })
  const bank = context.banks.get('carpati') as BankConnector
  const debtor = { debtor_iban: REQUEST.debtor_iban, email: REQUEST.psu_email }
  const psu = { ip_address: '192.0.2.7' }
  await submitList(context, { payment: (await loadPayment(context, list)) as PaymentRow, bank, debtor, psu })
  let dropped: () => void = () => {}
  const held = new Promise<void>((resolve) => {
    dropped = resolve
  })
  let is_dropping = false
  const cancel: BankConnector['cancel'] = async () => {
    is_dropping = true
    await held
    return { kind: 'ok', value: { cancelled: true } }
  }
  const slow = { ...context, banks: { ...context.banks, get: () => ({ ...bank, cancel }) } }
  f.now = new Date(f.now.getTime() + 31 * 60_000)
  // Its end alone drops it here: a question about it would wait in this bank's lanes, which is another matter.
  await context.db.query({
    text: `update payment_attempts set next_ask_at = $1::timestamptz + interval '10 days' where state = 'open'`,
    values: [f.now],
  })
  const sweeps = startSweeps(slow)
  try {
    await until('the call that drops it', () => is_dropping)
    const other = await f.submitted()
    f.bank.status = [says('ACSC')]
    await until('the other payment’s outcome', async () => {
      // A question on its way while the answer changed is asked again in its time.
      f.now = new Date(f.now.getTime() + 2_000)
      return (await f.statusOf(other)) === 'ACSC'
    })
    assert.deepEqual([is_dropping, await f.statusOf(other)], [true, 'ACSC'])
  } finally {
    dropped()
    await sweeps.stop()
  }
})

test('whoever asks a bank has as long as its calls may take, before another process asks with the same tokens', async () => {
  f.reset()
  // Asked with a token that has ended: that call, the bank's metadata, a new token, and the call again.
  f.bank.profile = { ...f.bank.profile, timeout_ms: 20_000 }
  await f.submitted()
  f.now = new Date(f.now.getTime() + 10_000)
  const bank = f.context.banks.get('carpati') as BankConnector
  const answer = Promise.withResolvers<void>()
  let asked = 0
  const status: BankConnector['status'] = async () => {
    asked += 1
    await answer.promise
    return says('RCVD')
  }
  const slow = { ...f.context, banks: { ...f.context.banks, get: () => ({ ...bank, status }) } }
  const [one, other]: [BusyBanks, BusyBanks] = [new Map(), new Map()]
  await sweepOnce(slow, one)
  await until('the bank is asked', () => asked === 1)
  f.now = new Date(f.now.getTime() + 79_000)
  await sweepOnce(slow, other)
  await Promise.all(other.values())
  assert.equal(asked, 1)
  f.now = new Date(f.now.getTime() + 20_000)
  await sweepOnce(slow, other)
  await until('the bank is asked again', () => asked === 2)
  answer.resolve()
  await Promise.all([...one.values(), ...other.values()])
})
