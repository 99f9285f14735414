/** What time does, at the pace of the real loop. */
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import type { BankConnector } from '../../../infra/banks/connector.ts'
import { type Fixture, openFixture, REQUEST, says } from '../fixture.ts'
import { initiateList } from '../lists/initiate.ts'
import { submitList } from '../lists/list.ts'
import { loadPayment, type PaymentRow } from '../store.ts'
import { startSweeps } from './sweeps.ts'

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
    const until = performance.now() + 4_500
    while ((await left()) !== 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 100))
    assert.equal(await left(), 0)
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
  const sweeps = startSweeps(slow)
  try {
    const waitFor = async (done: () => boolean | Promise<boolean>) => {
      const until = performance.now() + 30_000
      while (!(await done()) && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await waitFor(() => is_dropping)
    const other = await f.submitted()
    f.bank.status = [says('ACSC')]
    await waitFor(async () => {
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
