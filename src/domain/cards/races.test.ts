/** Card payments between a call that comes back late, sweeps that overlap and links that change: one truth, the acquirer's. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { AcquirerConnector, AcquirerWord, ReversalAnswer } from '../../infra/acquirers/connector.ts'
import type { Context } from '../context.ts'
import { charge } from './charge.ts'
import { approves, type CardFixture, openCardFixture, reconcile, silence } from './fixture.ts'
import { retrieveTransaction } from './retrieve.ts'

const unknown = { kind: 'unknown', reason: 'TIMEOUT' } as const

describe('sweeps and calls that overlap', { concurrency: false }, () => {
  let f: CardFixture
  before(async () => {
    f = await openCardFixture()
  })
  after(() => f.close())

  const later = (ms: number) => {
    f.now = new Date(f.now.getTime() + ms)
  }
  const view = (order_id: string) =>
    retrieveTransaction(f.context, { merchant: f.merchant, order_id, transaction_id: '1' })

  /** A second process: the same database, its own way to the acquirer. */
  function processWith(more: Partial<Pick<AcquirerConnector, 'ask' | 'reverse'>>): Context {
    const connector = { ...(f.context.acquirers.get('simulator') as AcquirerConnector), ...more }
    return { ...f.context, acquirers: { get: () => connector, all: () => [connector] } }
  }

  it('a late answer does not outdo a reversal that has left', async () => {
    const held = Promise.withResolvers<void>()
    f.acquirer.before = () => held.promise
    const request = f.request()
    const paid = charge(f.context, request)
    // The call's process stands still, or waits for the database with the approval in its hands.
    while (f.acquirer.sent.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    f.acquirer.before = undefined
    f.acquirer.words = [unknown, unknown, unknown]
    // The acquirer takes it back; only its answer is lost.
    f.acquirer.reversals = [unknown]
    for (let turn = 0; turn < 3; turn += 1) {
      later(60_000)
      await reconcile(f.context)
    }
    assert.equal(f.acquirer.reversed.length, 1)
    held.resolve()
    const { transaction } = await paid
    assert.notEqual(transaction.result, 'SUCCESS', 'it is taken back at the acquirer')
  })

  it('after a reversal without an answer nothing but a reversal settles it', async () => {
    f.acquirer.answers = [silence]
    const request = f.request()
    await charge(f.context, request)
    f.acquirer.words = [unknown, unknown, unknown, approves()]
    f.acquirer.reversals = [unknown]
    f.acquirer.reversed.length = 0
    for (let turn = 0; turn < 4; turn += 1) {
      later(60_000)
      await reconcile(f.context)
    }
    assert.equal(f.acquirer.reversed[0] !== undefined, true)
    // The first reversal may still arrive: an inquiry between says nothing of it.
    assert.notEqual((await view(request.order_id)).transaction.result, 'SUCCESS')
  })

  it('a sweep whose lease ran out reverses nothing that another has settled', async () => {
    f.acquirer.answers = [silence]
    const request = f.request()
    await charge(f.context, request)
    f.acquirer.words = [unknown, unknown]
    for (let turn = 0; turn < 2; turn += 1) {
      later(60_000)
      await reconcile(f.context)
    }
    // The third question is on its way when its process stands still.
    const asked = Promise.withResolvers<AcquirerWord>()
    const begun = Promise.withResolvers<void>()
    const reversed: string[] = []
    const slow = processWith({
      ask: () => {
        begun.resolve()
        return asked.promise
      },
      reverse: async ({ reference }): Promise<ReversalAnswer> => {
        reversed.push(reference)
        return { kind: 'reversed' }
      },
    })
    later(60_000)
    const standing = reconcile(slow)
    await begun.promise
    later(121_000)
    f.acquirer.words = [approves()]
    await reconcile(f.context)
    assert.equal((await view(request.order_id)).transaction.result, 'SUCCESS')
    asked.resolve(unknown)
    await standing
    assert.deepEqual(reversed, [], 'the merchant was told SUCCESS')
  })

  it('the call that ends unknown leaves the lease of a sweep alone', async () => {
    const held = Promise.withResolvers<void>()
    f.acquirer.before = () => held.promise
    f.acquirer.answers = [silence]
    const sent = f.acquirer.sent.length
    const paid = charge(f.context, f.request())
    while (f.acquirer.sent.length === sent) await new Promise((resolve) => setTimeout(resolve, 10))
    f.acquirer.before = undefined
    const asked = Promise.withResolvers<AcquirerWord>()
    const begun = Promise.withResolvers<void>()
    later(60_000)
    const standing = reconcile(
      processWith({
        ask: () => {
          begun.resolve()
          return asked.promise
        },
      }),
    )
    await begun.promise
    held.resolve()
    await paid
    later(1_000)
    let twice = 0
    await reconcile(
      processWith({
        ask: async () => {
          twice += 1
          return unknown
        },
      }),
    )
    asked.resolve(unknown)
    await standing
    assert.equal(twice, 0, 'asked about by two at once')
  })
})
