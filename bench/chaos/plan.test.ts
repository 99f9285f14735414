import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawPlan, isCore, type PlanInput, stepText } from './plan.ts'

const BANKS = [
  { id: 'carpati', sca: 'redirect' },
  { id: 'delta', sca: 'oauth' },
  { id: 'cetate', sca: 'decoupled' },
]
const INPUT: PlanInput = { seed: 1, minutes: 10, banks: BANKS, card: true }

test('a seed repeats its plan; another has another', () => {
  assert.deepEqual(drawPlan(INPUT), drawPlan(INPUT))
  assert.notDeepEqual(drawPlan(INPUT), drawPlan({ ...INPUT, seed: 2 }))
})

test('every plan keeps its promises', () => {
  const killed = new Map<string, number>()
  for (let seed = 1; seed <= 200; seed += 1) {
    const plan = drawPlan({ ...INPUT, seed })
    assert.ok(plan.length >= 12 * INPUT.minutes, `${plan.length} faults by seed ${seed}`)
    assert.ok(plan.every(({ at_ms }, n) => at_ms < 600_000 && (n === 0 || at_ms > (plan[n - 1]?.at_ms ?? 0))))
    const killsOf = (wanted: string) =>
      plan.filter(({ fault }) => fault.kind === 'kill' && fault.target === wanted).map(({ at_ms }) => at_ms)
    const postgres = killsOf('postgres')
    // The supervisor of the embedded database gives up at five a minute.
    assert.ok(postgres.every((at_ms) => postgres.filter((one) => one >= at_ms && one - at_ms < 60_000).length < 4))
    const blows = plan.filter(({ fault }) => 'target' in fault && isCore(fault.target))
    for (const [n, { at_ms, fault }] of blows.entries()) {
      const next_ms = blows[n + 1]?.at_ms ?? Number.POSITIVE_INFINITY
      assert.ok(next_ms - at_ms >= 7_000 + (fault.kind === 'pause' ? fault.for_ms : 0), `seed ${seed}, ${at_ms}`)
    }
    for (const target of ['server', 'postgres', 'backend', 'bank-delta', 'mailbox'])
      killed.set(target, (killed.get(target) ?? 0) + killsOf(target).length)
  }
  // One a ten minutes of each at the least, over many seeds.
  for (const [target, kills] of killed) assert.ok(kills > 200, `${kills} kills of ${target}`)
})

test('without the card rail the acquirer is left alone', () => {
  const plan = drawPlan({ ...INPUT, card: false })
  assert.ok(plan.every(({ fault }) => !('target' in fault) || fault.target !== 'acquirer'))
})

test('a line says what happens', () => {
  assert.equal(
    stepText({ index: 7, at_ms: 12_300, fault: { kind: 'kill', target: 'server', pick: 0 } }),
    '   7    12.3 s  kill -9 server',
  )
})
