import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { metrics } from '../metrics.ts'
import type { BankAnswer, BankConnector, BankProfile } from './connector.ts'
import { type Breaker, begin, CLOSED, createBankHealth, isBad, isInMaintenance, isOffered, observe } from './health.ts'

const MIDDLE = 0.5
const seen = (at_ms: number, bad: boolean, initiation = false) => ({ at_ms, bad, initiation })

/** The breaker after so many calls at one moment. */
function after(calls: readonly ReturnType<typeof seen>[], from: Breaker = CLOSED): Breaker {
  return calls.reduce((breaker, call) => observe(breaker, call, MIDDLE), from)
}
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

test('opens on five bad calls that are half of the last minute, not on fewer, and not on old ones', () => {
  assert.equal(after(times(4, seen(0, true))).state, 'closed')
  assert.equal(after(times(5, seen(0, true))).state, 'open')
  assert.equal(after([...times(6, seen(0, false)), ...times(5, seen(0, true))]).state, 'closed')
  assert.equal(after([...times(5, seen(0, false)), ...times(5, seen(0, true))]).state, 'open')
  assert.equal(after([...times(4, seen(0, true)), seen(60_000, true)]).state, 'closed')
  assert.equal(after([...times(4, seen(0, true)), seen(59_999, true)]).state, 'open')
})

test('opens when five initiations in a row get no answer, however well the bank answers questions', () => {
  const well = times(10, seen(0, false))
  const initiations = (count: number) => times(count, [...well, seen(0, true, true)]).flat()
  assert.equal(after(initiations(4)).state, 'closed')
  assert.equal(after(initiations(5)).state, 'open')
  assert.equal(after([...initiations(4), seen(0, false, true), ...initiations(4)]).state, 'closed')
})

test('rests, lets one initiation probe, and closes or rests twice as long by what comes of it', () => {
  const open = after(times(5, seen(0, true)))
  assert.ok(!isOffered(open, 14_999) && isOffered(open, 15_000))
  const probing = begin(open, 15_000, 10_000)
  assert.ok(!isOffered(probing, 15_001), 'one probe at a time')
  assert.ok(isOffered(probing, 25_000), 'a probe that was lost holds nobody back')
  assert.deepEqual(observe(probing, seen(16_000, false, true), MIDDLE), CLOSED)
  assert.equal(observe(probing, seen(16_000, false), MIDDLE), probing, 'an answered question proves nothing')
  const again = observe(probing, seen(16_000, true, true), MIDDLE)
  assert.ok(!isOffered(again, 45_999) && isOffered(again, 46_000))
  assert.deepEqual(observe(open, seen(1_000, false, true), MIDDLE), open, 'a straggler does not end the rest')
})

const anyCall = fc.record({
  after_ms: fc.integer({ min: 0, max: 120_000 }),
  bad: fc.boolean(),
  initiation: fc.boolean(),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
})

test('whatever comes: a bank that only answers is always offered, one that rests is offered again, memory is bounded', () => {
  fc.assert(
    fc.property(fc.array(anyCall, { maxLength: 120 }), (calls) => {
      let at_ms = 0
      let breaker: Breaker = CLOSED
      let good_only: Breaker = CLOSED
      for (const { after_ms, bad, initiation, random } of calls) {
        at_ms += after_ms
        if (initiation) breaker = begin(breaker, at_ms, 20_000)
        breaker = observe(breaker, { at_ms, bad, initiation }, random)
        good_only = observe(good_only, { at_ms, bad: false, initiation }, random)
        assert.ok(isOffered(good_only, at_ms))
        if (breaker.state === 'closed') assert.ok(breaker.slices.length <= 6)
        // Five minutes, and half of that for the jitter: the longest rest there is.
        assert.ok(isOffered(breaker, at_ms + 450_000))
        if (breaker.state === 'open')
          assert.ok(breaker.until_ms - at_ms <= 450_000 && breaker.until_ms >= at_ms - 450_000)
        if (!bad && initiation) assert.notEqual(breaker.state, 'half_open', 'a good probe closes')
      }
    }),
  )
})

test('the jitter spreads the rest by half to either side', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
      const open = times(5, seen(0, true)).reduce((now: Breaker, call) => observe(now, call, random), CLOSED)
      assert.ok(open.state === 'open' && open.until_ms >= 7_500 && open.until_ms <= 22_500)
    }),
  )
})

test('a refusal is an answer; what was not sent, is unknown or a fault of the bank is not', () => {
  const refused = (http_status: number) => isBad({ kind: 'refused', http_status, code: 'X', text: '' })
  assert.deepEqual([refused(400), refused(429), refused(503)], [false, false, true])
  assert.ok(isBad({ kind: 'not_sent', reason: 'refused' }) && isBad({ kind: 'unknown', reason: 'timeout' }))
  assert.equal(isBad({ kind: 'ok', value: 1 }), false)
})

const PROFILE = { id: 'carpati', timeout_ms: 1_000 } as BankProfile

test('maintenance holds from its first moment to the one before its last', () => {
  const profile = { ...PROFILE, maintenance: [{ from: '2030-01-15T23:00+02:00', to: '2030-01-16T05:00+02:00' }] }
  const at = (text: string) => isInMaintenance(profile, new Date(text))
  assert.deepEqual(
    ['2030-01-15T20:59:59Z', '2030-01-15T21:00:00Z', '2030-01-16T02:59:59Z', '2030-01-16T03:00:00Z'].map(at),
    [false, true, true, false],
  )
  assert.equal(isInMaintenance(PROFILE, new Date()), false)
})

test('every call of a watched connector counts, and the metric tells', async () => {
  let at_ms = 1_000_000
  let answer: BankAnswer<never> = { kind: 'not_sent', reason: 'ECONNREFUSED' }
  const call = async () => answer
  const bank: BankConnector = {
    profile: PROFILE,
    initiate: call,
    finishAuthorisation: call,
    status: call,
    transfers: call,
    cancel: call,
  }
  const health = createBankHealth({ clock: { now: () => new Date(at_ms) }, random: () => MIDDLE })
  const watched = health.watch(bank)
  const session = { bank_payment_id: '1' }
  const gauge = async () => /punte_bank_health\{bank="carpati"\} (\S+)/.exec(await metrics.metrics())?.[1]
  assert.deepEqual([health.obstacle(PROFILE), await gauge()], [undefined, '1'])
  await watched.initiate({} as never)
  await watched.finishAuthorisation(session, { state: '' }, { oauth_redirect_uri: '' })
  await watched.cancel(session)
  await watched.status(session)
  assert.equal(health.obstacle(PROFILE), undefined)
  assert.deepEqual(await watched.status(session), answer)
  assert.deepEqual([health.obstacle(PROFILE), await gauge()], ['NOT_RESPONDING', '0'])
  at_ms += 15_000
  assert.deepEqual([health.obstacle(PROFILE), await gauge()], [undefined, '0.5'])
  answer = { kind: 'refused', http_status: 400, code: 'FORMAT_ERROR', text: '' }
  await watched.initiate({} as never)
  assert.deepEqual([health.obstacle(PROFILE), await gauge()], [undefined, '1'])
})

test('a bank that is entered first is watched there too; one that is not has no such calls', async () => {
  const bad: BankAnswer<never> = { kind: 'unknown', reason: 'TIMEOUT' }
  const call = async () => bad
  const plain: BankConnector = {
    profile: PROFILE,
    initiate: call,
    finishAuthorisation: call,
    status: call,
    transfers: call,
    cancel: call,
  }
  const health = createBankHealth({ clock: { now: () => new Date(1_000_000) }, random: () => MIDDLE })
  assert.equal(health.watch(plain).beginAccess, undefined)
  const watched = health.watch({ ...plain, beginAccess: call, finishAccess: call })
  const back = { oauth_redirect_uri: 'x' }
  for (let n = 0; n < 5; n += 1) {
    assert.equal(health.obstacle(PROFILE), undefined)
    if (n % 2 === 0) await watched.beginAccess?.({ ...back, oauth_state: 's' })
    else await watched.finishAccess?.({}, { state: 's' }, back)
  }
  assert.equal(health.obstacle(PROFILE), 'NOT_RESPONDING')
})
