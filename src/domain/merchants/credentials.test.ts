import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Partner } from '../partners/directory.ts'
import { createPasswordChecker, hashPassword, LIMITS } from './credentials.ts'
import type { Merchant } from './merchant.ts'

const RIGHT = 'a6f1c0d2e3b4958677889900aabbccdd'
const OTHER = 'an older password that still works'
let right_hash = ''
let other_hash = ''
before(async () => {
  ;[right_hash, other_hash] = await Promise.all([hashPassword(RIGHT), hashPassword(OTHER)])
})

const merchant = (password_hashes: readonly string[], merchant_id = 'TESTMERCHANT'): Merchant => ({
  partner_id: 1,
  merchant_id,
  name: 'Florăria Ana',
  category_code: '5992',
  partner: {} as Partner,
  password_hashes,
  operations: ['PAY'],
  tokenization: false,
  token_repository_id: 'R',
  token_generation: 'RANDOM_WITH_LUHN',
  token_management: 'UNIQUE_ACCOUNT',
  scheme_tokens: false,
  links: [],
})

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; took_ms: number; processor_ms: number }> {
  const began = performance.now()
  // Of all threads, those that hash among them; what other processes take from this one does not count.
  const before = process.cpuUsage()
  const value = await work()
  const { user, system } = process.cpuUsage(before)
  return { value, took_ms: performance.now() - began, processor_ms: (user + system) / 1_000 }
}

test('either password is right, no other is; a merchant without passwords has none', async () => {
  const check = createPasswordChecker(LIMITS)
  const both = merchant([right_hash, other_hash])
  const ask = (password: string, of: Merchant | undefined, address: string) =>
    check({ merchant: of, password, address })
  assert.equal(await ask(RIGHT, both, '192.0.2.1'), true)
  assert.equal(await ask(OTHER, both, '192.0.2.1'), true)
  // Both are remembered, beside each other.
  assert.equal(await ask(RIGHT, both, '192.0.2.1'), true)
  const wrong = [`${RIGHT} `, RIGHT.slice(1), '', RIGHT.repeat(20), 'Ș'.repeat(300)]
  for (const [n, password] of wrong.entries()) assert.equal(await ask(password, both, `192.0.2.${n + 2}`), false)
  assert.equal(await ask(RIGHT, merchant([]), '192.0.2.10'), false)
  assert.equal(await ask(RIGHT, merchant(['damaged']), '192.0.2.11'), false)
  assert.equal(await ask(RIGHT, undefined, '192.0.2.12'), false)
  // Remembered for one merchant is not remembered for another.
  assert.equal(await ask(RIGHT, merchant([other_hash], 'SOMEBODY'), '192.0.2.13'), false)
})

test('what was right once costs microseconds, and is forgotten with its hash', async () => {
  const check = createPasswordChecker(LIMITS)
  const now = merchant([right_hash, other_hash])
  const input = { merchant: now, password: RIGHT, address: '192.0.2.1' }
  assert.equal(await check(input), true)
  const { processor_ms } = await timed(async () => {
    for (let n = 0; n < 1_000; n += 1) assert.equal(await check(input), true)
  })
  // Hashed anew they would take twenty seconds.
  assert.ok(processor_ms < 1_000, `1 000 checks took ${processor_ms} ms`)
  assert.equal(await check({ ...input, merchant: merchant([other_hash]) }), false)
})

test('requests that arrive together are checked once', async () => {
  const check = createPasswordChecker({ ...LIMITS, waiting_of_address: 1 })
  const input = { merchant: merchant([right_hash]), password: RIGHT, address: '192.0.2.1' }
  const answers = await Promise.all(Array.from({ length: 200 }, () => check(input)))
  assert.ok(answers.every(Boolean))
})

test('a wrong password and an unknown merchant are the same work', async () => {
  const check = createPasswordChecker(LIMITS)
  const took = { wrong: [] as number[], unknown: [] as number[], without: [] as number[] }
  const kinds = { wrong: merchant([right_hash]), unknown: undefined, without: merchant([]) }
  for (let n = 0; n < 7; n += 1) {
    for (const kind of ['wrong', 'unknown', 'without'] as const) {
      const input = { merchant: kinds[kind], password: 'not the right password', address: `198.51.100.${n}-${kind}` }
      took[kind].push((await timed(() => check(input))).processor_ms)
    }
  }
  for (const kind of ['unknown', 'without'] as const) {
    const ratio = Math.min(...took[kind]) / Math.min(...took.wrong)
    assert.ok(ratio > 0.6 && ratio < 1.6, `${kind}: ${ratio.toFixed(2)} of the work of a wrong password`)
  }
})

test('wrong passwords of one address are slowed down more and more, whichever merchant they are for', async () => {
  const check = createPasswordChecker(LIMITS)
  const took: number[] = []
  for (let n = 0; n < 7; n += 1) {
    const of = n % 2 === 0 ? merchant([right_hash]) : undefined
    const { value, took_ms } = await timed(() =>
      check({ merchant: of, password: `guess number ${n}`, address: '192.0.2.1' }),
    )
    assert.equal(value, false)
    took.push(took_ms)
  }
  for (const [n, delay_ms] of [50, 100, 200, 400].entries()) {
    const took_ms = took[n + LIMITS.free_failures] as number
    assert.ok(took_ms >= delay_ms - 2, `the ${n + 1}. after the free ones took ${took_ms} ms`)
  }
})

test('1 000 wrong passwords at once never stop the right one', async () => {
  const check = createPasswordChecker({ ...LIMITS, waiting_timeout_ms: 2_500 })
  const known = merchant([other_hash], 'KNOWN')
  const attacked = merchant([right_hash])
  const from = '203.0.113.9'
  assert.equal(await check({ merchant: known, password: OTHER, address: from }), true)
  const outcomes = Array.from({ length: 1_000 }, (_, n) =>
    check({ merchant: attacked, password: `wrong password ${n}`, address: from }).catch(
      (error: { code?: string }) => error.code,
    ),
  )
  let waiting = outcomes.length
  for (const outcome of outcomes) void outcome.then(() => (waiting -= 1))
  assert.equal(await check({ merchant: known, password: OTHER, address: from }), true)
  assert.ok(waiting > 100, `remembered, of the guessing address: ${waiting} guesses still wait`)
  assert.equal(await check({ merchant: attacked, password: RIGHT, address: '198.51.100.7' }), true)
  assert.ok(waiting > 100, `from elsewhere: ${waiting} guesses still wait`)
  const told = await Promise.all(outcomes)
  assert.ok(told.every((one) => one === false || one === 'RATE_LIMITED'))
  assert.ok(told.filter((one) => one === false).length < 100, 'most are not even looked at')
})

test('the right password gets its turn after a flood from its own address', async () => {
  const check = createPasswordChecker({ ...LIMITS, waiting_timeout_ms: 6_000 })
  const attacked = merchant([right_hash])
  const from = '203.0.113.9'
  const outcomes = Array.from({ length: 1_000 }, (_, n) =>
    check({ merchant: attacked, password: `wrong password ${n}`, address: from }).catch(() => undefined),
  )
  assert.equal(await check({ merchant: attacked, password: RIGHT, address: from }), true)
  await Promise.all(outcomes)
})
