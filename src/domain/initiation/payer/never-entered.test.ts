/** A process dies while it asks a bank where the payer is to let us in: nobody was sent anywhere, and the payer may go on. */
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import type { BankConnector } from '../../../infra/banks/connector.ts'
import { until } from '../../../infra/testing/until.ts'
import { type Fixture, openFixture, TERMS } from '../fixture.ts'
import { loadPayment, type PaymentKey, type PaymentRow } from '../store.ts'
import { abandonExpired } from './abandon.ts'
import { submitPayment } from './submit.ts'

let f: Fixture
before(async () => {
  f = await openFixture()
})
after(() => f?.close())

const attemptOf = async (key: PaymentKey) => {
  const { status, attempt_no, attempt_state, refusal } = (await loadPayment(f.context, key)) ?? assert.fail()
  return [status, attempt_no, attempt_state, refusal]
}

async function submit(key: PaymentKey, beginAccess: BankConnector['beginAccess']): Promise<PaymentRow> {
  const payment = (await loadPayment(f.context, key)) ?? assert.fail()
  const bank = { ...(f.context.banks.get('carpati') as BankConnector), ...(beginAccess && { beginAccess }) }
  return submitPayment(f.context, {
    payment,
    bank,
    terms: TERMS,
    amount_minor: 12_345,
    psu: { ip_address: '192.0.2.7' },
  })
}

test('an attempt that never came to a bank’s door ends after a while; one whose payer stands before it does not', async () => {
  const died = await f.initiated()
  void submit(died, () => new Promise(() => {}))
  await until('the attempt', async () => (await attemptOf(died))[2] === 'entering')
  const sent = await f.initiated()
  await submit(sent, async () => ({ kind: 'ok', value: { url: 'https://bank.example/login', access: {} } }))
  await abandonExpired(f.context, 10)
  assert.deepEqual(await attemptOf(died), ['INIT', 1, 'entering', null], 'it may still be under way')
  f.now = new Date(f.now.getTime() + 3 * 60_000)
  await abandonExpired(f.context, 10)
  assert.deepEqual(await attemptOf(died), ['INIT', 1, 'closed', 'UNREACHED'])
  assert.deepEqual(await attemptOf(sent), ['INIT', 1, 'entering', null])
  await submit(died, undefined)
  assert.deepEqual(await attemptOf(died), ['RCVD', 2, 'open', null])
})

test('who has chosen anew meanwhile is not sent to the door of the bank that was left', async () => {
  const key = await f.initiated()
  const left = await submit(key, async () => {
    await submit(key, undefined)
    return { kind: 'ok', value: { url: 'https://bank.example/login', access: {} } }
  })
  assert.deepEqual(await attemptOf(key), ['RCVD', 2, 'open', null])
  assert.deepEqual([left.attempt_no, left.attempt_state], [2, 'open'])
})
