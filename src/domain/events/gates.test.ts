import assert from 'node:assert/strict'
import test from 'node:test'
import { type Admission, createGates, FAILURES_TO_CLOSE, MOST_IN_FLIGHT, MOST_IN_FLIGHT_FAST } from './gates.ts'

type Pass = Extract<Admission, { kind: 'pass' }>
const passes = (admissions: Admission[]) => admissions.filter((a): a is Pass => a.kind === 'pass')
const enter = (gates: ReturnType<typeof createGates>, n: number, now_ms: number, endpoint = 'a') =>
  Promise.all(Array.from({ length: n }, () => gates.enter(endpoint, now_ms)))

async function fails(gates: ReturnType<typeof createGates>, times: number, now_ms: number) {
  for (let i = 0; i < times; i += 1) passes([await gates.enter('a', now_ms)])[0]?.done('failed', now_ms, 5)
}

test('an unknown endpoint gets few places, whoever comes after is told when to come again, another endpoint is free', async () => {
  const gates = createGates()
  const admissions = await enter(gates, 20, 0)
  assert.equal(passes(admissions).length, MOST_IN_FLIGHT)
  const times = admissions.flatMap((a) => (a.kind === 'later' ? [a.after_ms] : []))
  assert.ok(
    times.every((ms, i) => ms >= 500 && (i === 0 || ms > (times[i - 1] ?? 0))),
    'one after another',
  )
  assert.equal(passes(await enter(gates, 1, 0, 'b')).length, 1)
})

test('a place is given back once', async () => {
  const gates = createGates()
  const [first] = passes(await enter(gates, MOST_IN_FLIGHT, 0))
  first?.done('unused', 1)
  first?.done('unused', 1)
  assert.equal(passes(await enter(gates, 3, 1)).length, 1)
})

test('a fast endpoint gets more places, and others wait for their turn', async () => {
  const gates = createGates()
  passes([await gates.enter('a', 0)])[0]?.done('delivered', 5, 5)
  const all = Array.from({ length: 20 }, () => gates.enter('a', 10))
  const first = passes(await Promise.all(all.slice(0, MOST_IN_FLIGHT_FAST)))
  assert.equal(first.length, MOST_IN_FLIGHT_FAST)
  let in_flight = first.length
  let most = 0
  const rest = all.slice(MOST_IN_FLIGHT_FAST).map(async (coming) => {
    const [pass] = passes([await coming])
    assert.ok(pass)
    in_flight += 1
    most = Math.max(most, in_flight)
    await new Promise((resolve) => setTimeout(resolve, 5))
    in_flight -= 1
    pass.done('delivered', 20, 5)
  })
  for (const pass of first) {
    in_flight -= 1
    pass.done('delivered', 15, 5)
  }
  await Promise.all(rest)
  assert.ok(most <= MOST_IN_FLIGHT_FAST, `${most} at once`)
})

test('when a fast endpoint stalls, who waits is sent away soon', async () => {
  const gates = createGates()
  passes([await gates.enter('a', 0)])[0]?.done('delivered', 5, 5)
  const admissions = await enter(gates, 60, 10)
  assert.equal(passes(admissions).length, MOST_IN_FLIGHT_FAST)
})

test('failures in a row close the gate; one trial after a while; each failed trial doubles it, to ten minutes', async () => {
  const gates = createGates()
  await fails(gates, FAILURES_TO_CLOSE, 0)
  let now_ms = 0
  for (const closed_ms of [30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000]) {
    const before = await gates.enter('a', now_ms + closed_ms - 1)
    assert.ok(before.kind === 'later', `closed for ${closed_ms}`)
    now_ms += closed_ms
    const trials = passes(await enter(gates, 10, now_ms))
    assert.equal(trials.length, 1, 'a single trial')
    trials[0]?.done('failed', now_ms, 5)
  }
  now_ms += 600_000
  passes([await gates.enter('a', now_ms)])[0]?.done('delivered', now_ms, 5)
  assert.equal(passes(await enter(gates, 10, now_ms)).length, MOST_IN_FLIGHT_FAST)
})

test('who is sent away from a closed gate comes after it opens; who is asked for by a person passes', async () => {
  const gates = createGates()
  await fails(gates, FAILURES_TO_CLOSE, 1_000)
  const away = await gates.enter('a', 2_000)
  assert.ok(away.kind === 'later' && away.after_ms >= 29_000)
  assert.equal((await gates.enter('a', 2_000, true)).kind, 'pass')
})

test('a success between failures keeps it open', async () => {
  const gates = createGates()
  for (let i = 0; i < 5; i += 1) {
    await fails(gates, FAILURES_TO_CLOSE - 1, i)
    const [pass] = passes([await gates.enter('a', i)])
    assert.ok(pass)
    pass.done('delivered', i, 5)
  }
})
