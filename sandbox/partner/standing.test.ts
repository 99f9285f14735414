import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PaymentStatus } from '@punte/sdk'
import { laterStanding, type Standing } from './standing.ts'

const at = (status: PaymentStatus, sequence: number, second: number): Standing => ({
  status,
  sequence,
  status_at: new Date(1_772_000_000_000 + second * 1000).toISOString(),
})

describe('laterStanding', () => {
  it('ends the same whatever the order and however often events come', () => {
    const events = [at('RCVD', 2, 1), at('ACTC', 3, 2), at('ACSP', 4, 3), at('ACSC', 5, 4)]
    for (const order of permutations([...events, ...events.slice(1, 3)])) {
      const end = order.reduce(laterStanding, at('INIT', 0, 0))
      assert.deepEqual([end.status, end.sequence], ['ACSC', 5])
    }
  })

  it('keeps a final status whatever comes after', () => {
    for (const final of ['ACSC', 'RJCT', 'CANC', 'BLOCKED'] as const) {
      const known = at(final, 3, 3)
      assert.equal(laterStanding(known, at('RCVD', 9, 9)), known)
      assert.equal(laterStanding(known, at('ACSC', 9, 9)), known)
    }
  })

  it('lets the bank overtake an abandoned payment, and nothing else', () => {
    const known = at('ABND', 3, 3)
    for (const old of ['RCVD', 'ACTC', 'RJCT', 'ABND'] as const)
      assert.equal(laterStanding(known, at(old, 9, 9)), known)
    for (const order of permutations([at('RCVD', 2, 1), known, at('ACSP', 4, 4), at('ACSC', 5, 5)])) {
      assert.equal(order.reduce(laterStanding, at('INIT', 0, 0)).status, 'ACSC')
    }
  })

  it('lets a status call, which has no number, overtake by time alone', () => {
    assert.equal(laterStanding(at('RCVD', 2, 1), at('ACSP', 0, 3)).status, 'ACSP')
    assert.equal(laterStanding(at('ACSP', 2, 3), at('RCVD', 0, 1)).status, 'ACSP')
    // The webhook of what the call told already adds its number and nothing else.
    assert.deepEqual(laterStanding(at('ACSP', 0, 3), at('ACSP', 4, 3)), at('ACSP', 4, 3))
    assert.equal(laterStanding(at('ACSP', 0, 3), at('ACTC', 3, 2)).status, 'ACSP')
  })

  it('does not let our clock, when it is ahead, hide the first news', () => {
    assert.equal(laterStanding(at('INIT', 0, 100), at('RCVD', 2, 1)).status, 'RCVD')
  })
})

function permutations<T>(list: readonly T[]): T[][] {
  if (list.length < 2) return [[...list]]
  return list.flatMap((head, index) => permutations(list.toSpliced(index, 1)).map((tail) => [head, ...tail]))
}
