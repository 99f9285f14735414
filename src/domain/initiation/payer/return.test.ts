/** Returns that come several at a time; the bank is scripted and behaves as OAuth servers do with a code used twice. */
import assert from 'node:assert/strict'
import test, { after, before, beforeEach } from 'node:test'
import type { BankConnector } from '../../../infra/banks/connector.ts'
import type { Context } from '../../context.ts'
import { saveSession } from '../attempt-store.ts'
import { type Fixture, openFixture, says } from '../fixture.ts'
import { openSession, sealSession } from '../session.ts'
import { takeNotification } from '../settling/notification.ts'
import { loadPayment, type PaymentKey } from '../store.ts'
import { returnState } from './capability.ts'
import { takeReturn } from './return.ts'

let f: Fixture
before(async () => {
  f = await openFixture()
})
after(() => f?.close())
beforeEach(() => f.reset())

const TICK_MS = 20
const tick = () => new Promise((resolve) => setTimeout(resolve, TICK_MS))
const stateOf = (key: PaymentKey) => returnState(f.context.keys, { ...key, attempt_no: 1 })

/** A context whose bank has these answers instead. */
function withBank(changes: Partial<BankConnector>): Context {
  const get = (id: string) => {
    const bank = f.context.banks.get(id)
    return bank && { ...bank, ...changes }
  }
  return { ...f.context, banks: { ...f.context.banks, get } }
}

test('of returns at once one exchanges the code: a bank that sees it twice would revoke the token', async () => {
  const key = await f.submitted()
  let exchanges = 0
  const context = withBank({
    finishAuthorisation: async (session, { code }) => {
      exchanges += 1
      await tick()
      return exchanges > 1
        ? { kind: 'refused', http_status: 400, code: 'invalid_grant', text: '' }
        : { kind: 'ok', value: { session: { ...session, access_token: `token for ${code}` } } }
    },
  })
  f.bank.status = [says('ACTC')]
  const returns = ['right', 'right', 'other', 'right'].map((code) => {
    // Another code has a turn of its own, as another process would.
    return takeReturn(context, { state: stateOf(key), oauth: { code } }).asked
  })
  await Promise.all(returns)
  assert.equal(exchanges, 1)
  const payment = await loadPayment(f.context, key)
  assert.equal(openSession(f.context, payment as never)?.bank?.access_token, 'token for right')
  await takeReturn(context, { state: stateOf(key), oauth: { code: 'right' } }).asked
  assert.equal(exchanges, 1, 'a replay spends nothing either')
})

test('a code that is refused leaves the way open for the right one; a token is kept though the keys rotate meanwhile', async () => {
  const key = await f.submitted()
  const context = withBank({
    finishAuthorisation: async (session, { code }) => {
      if (code !== 'right') return { kind: 'refused', http_status: 400, code: 'invalid_grant', text: '' }
      const seen = await loadPayment(f.context, key)
      assert.ok(seen?.session_enc)
      const again = sealSession(f.context, seen, openSession(f.context, seen) as never)
      assert.ok(await saveSession(f.context, key, 1, seen.session_enc, again))
      return { kind: 'ok', value: { session: { ...session, access_token: 'token' } } }
    },
  })
  await takeReturn(context, { state: stateOf(key), oauth: { code: 'forged' } }).asked
  await takeReturn(context, { state: stateOf(key), oauth: { code: 'right' } }).asked
  const payment = await loadPayment(f.context, key)
  assert.equal(openSession(f.context, payment as never)?.bank?.access_token, 'token')
})

test('an exchange that died with its process is made anew after a while', async () => {
  const key = await f.submitted()
  let exchanges = 0
  const context = withBank({
    finishAuthorisation: async (session) => {
      exchanges += 1
      if (exchanges === 1) throw new Error('the process died here')
      return { kind: 'ok', value: { session } }
    },
  })
  const come = () => takeReturn(context, { state: stateOf(key), oauth: { code: 'c' } }).asked
  await assert.rejects(come())
  await come()
  assert.equal(exchanges, 1, 'it may still be under way')
  f.now = new Date(f.now.getTime() + 151_000)
  await come()
  assert.equal(exchanges, 2)
})

test('a flood of returns and notifications asks the bank one question at a time', async () => {
  const key = await f.submitted()
  let asked = 0
  const context = withBank({
    status: async () => {
      asked += 1
      await tick()
      return says('RCVD')
    },
  })
  const flood = Array.from({ length: 50 }, () => takeReturn(context, { state: stateOf(key) }).asked)
  await Promise.all(flood)
  assert.equal(asked, 2, 'the first, and one after the last had come')
  await Promise.all(Array.from({ length: 50 }, () => takeNotification(context, stateOf(key)).asked))
  assert.equal(asked, 4)
  await takeReturn(context, { state: stateOf(key) }).asked
  assert.equal(asked, 5)
})

test('an exchange that fails late does not write over the tokens of the one that took over', async () => {
  const key = await f.submitted()
  let letFail = () => {}
  const failing = new Promise<void>((resolve) => {
    letFail = resolve
  })
  const begun = Promise.withResolvers<void>()
  const context = withBank({
    finishAuthorisation: async (session, { code }) => {
      if (code === 'new') return { kind: 'ok', value: { session: { ...session, access_token: 'token' } } }
      begun.resolve()
      await failing
      return { kind: 'unknown', reason: 'TIMEOUT' }
    },
  })
  const held_up = takeReturn(context, { state: stateOf(key), oauth: { code: 'old' } }).asked
  await begun.promise
  f.now = new Date(f.now.getTime() + 60_000)
  await takeReturn(context, { state: stateOf(key), oauth: { code: 'new' } }).asked
  letFail()
  await held_up
  const payment = await loadPayment(f.context, key)
  assert.equal(openSession(f.context, payment as never)?.bank?.access_token, 'token')
})

test('who has agreed and is refused a second time has not refused the payment', async () => {
  const key = await f.submitted()
  const context = withBank({
    finishAuthorisation: async () => ({ kind: 'refused', http_status: 0, code: 'access_denied', text: '' }),
  })
  f.bank.status = [says('ACTC')]
  await takeReturn(context, { state: stateOf(key), oauth: { error: 'access_denied' } }).asked
  const payment = await loadPayment(f.context, key)
  assert.deepEqual([payment?.status, payment?.attempt_state, f.bank.asked.cancel], ['ACTC', 'open', 0])
})
