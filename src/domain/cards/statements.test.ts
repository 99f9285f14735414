/** The statements of card payments when rows change between their look and their write, and what the tables refuse by themselves. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { until } from '../../infra/testing/until.ts'
import type { Context } from '../context.ts'
import { createToken, saveToken } from '../vault/tokens.ts'
import { charge } from './charge.ts'
import { approves, CARD, type CardFixture, declines, OTHER_CARD, openCardFixture, silence } from './fixture.ts'
import type { ChargeRequest } from './model.ts'
import { recordUnknown } from './record-store.ts'
import { retrieveOrder, retrieveTransaction } from './retrieve.ts'
import { closeByWord, settleNow } from './settle.ts'

describe('statements that wait for others', { concurrency: false }, () => {
  let f: CardFixture
  before(async () => {
    f = await openCardFixture()
  })
  after(() => f.close())

  const series = (id: string, more: Partial<ChargeRequest> = {}) =>
    f.request({ agreement: { id, type: 'RECURRING' }, stored_on_file: 'TO_BE_STORED', ...more })
  const next = (id: string, more: Partial<ChargeRequest> = {}) =>
    f.request({ source: 'MERCHANT', agreement: { id }, ...more })
  const keyOf = ({ order_id, transaction_id }: ChargeRequest) => ({
    partner_id: f.merchant.partner_id,
    order_id,
    transaction_id,
  })
  const agreementOf = async (id: string) => {
    const { rows } = await f.context.db.query<{ payments_taken: number; type: string; established_order_id: string }>({
      text: 'select payments_taken, type, established_order_id from agreements where partner_id = $1 and agreement_id = $2',
      values: [f.merchant.partner_id, id],
    })
    return rows[0]
  }

  /** Resolves when as many statements of this database wait for a lock. */
  async function waiting(wanted = 1): Promise<void> {
    await until('who waits for a lock', async () => {
      const { rows } = await f.context.db.query<{ n: number }>({
        text: `select count(*)::integer as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        values: [],
      })
      return (rows[0]?.n ?? 0) >= wanted
    })
  }

  /** Writes in a transaction, lets `work` run into its locks, then commits, or rolls back, and gives what `work` came to. */
  async function against<T>(
    write: (client: pg.PoolClient) => Promise<unknown>,
    work: () => Promise<T>,
    { meanwhile = async () => {}, end = 'commit' }: { meanwhile?: () => Promise<unknown>; end?: string } = {},
  ): Promise<T> {
    const client = await f.context.db.pool.connect()
    try {
      await client.query('begin')
      await write(client)
      const working = work()
      working.catch(() => {})
      await waiting()
      await meanwhile()
      await client.query(end)
      return await working
    } finally {
      client.release()
    }
  }

  /** A charge whose answer waits at the acquirer until `answer` is called. */
  async function inFlight(request: ChargeRequest) {
    const held = Promise.withResolvers<void>()
    f.acquirer.before = () => held.promise
    const sent = f.acquirer.sent.length
    const paid = charge(f.context, request)
    while (f.acquirer.sent.length === sent) await sleep(5)
    f.acquirer.before = undefined
    return { paid, answer: held.resolve }
  }

  it('an outcome is written onto an order and a transaction that were written meanwhile', async () => {
    const request = f.request()
    const { paid, answer } = await inFlight(request)
    const view = await against(
      async (client) => {
        const values = [request.order_id]
        await client.query(`update card_transactions set asked_no = asked_no + 1 where order_id = $1`, values)
        await client.query(`update card_orders set version_no = version_no + 1 where order_id = $1`, values)
      },
      () => {
        answer()
        return paid
      },
    )
    assert.equal(view.transaction.result, 'SUCCESS')
  })

  it('a silence is written onto an order and a transaction that were written meanwhile', async () => {
    const request = f.request()
    const { paid, answer } = await inFlight(request)
    const at = f.now
    const written = await against(
      async (client) => {
        const values = [request.order_id]
        await client.query(`update card_transactions set asked_no = asked_no + 1 where order_id = $1`, values)
        await client.query(`update card_orders set version_no = version_no + 1 where order_id = $1`, values)
      },
      () => recordUnknown(f.context, keyOf(request), { at, ask_at: at, reason: 'TEST' }),
    )
    assert.equal(written, true)
    answer()
    await paid
  })

  it('a payment that failed is given back to a series that others count in meanwhile', async () => {
    await charge(f.context, series('w1', { agreement: { id: 'w1', type: 'INSTALLMENT', number_of_payments: 5 } }))
    f.acquirer.answers = [declines]
    const { paid, answer } = await inFlight(next('w1'))
    await against(
      (client) =>
        client.query(
          `update agreements set payments_taken = payments_taken + 1, version_no = version_no + 1 where agreement_id = 'w1'`,
        ),
      () => {
        answer()
        return paid
      },
    )
    assert.equal((await agreementOf('w1'))?.payments_taken, 1)
  })

  it('the last payment of a series is taken once by two who wait for each other', async () => {
    await charge(f.context, series('w2', { agreement: { id: 'w2', type: 'INSTALLMENT', number_of_payments: 1 } }))
    const sent = f.acquirer.sent.length
    await assert.rejects(
      against(
        (client) =>
          client.query(
            `update agreements set payments_taken = 1, version_no = version_no + 1 where agreement_id = 'w2'`,
          ),
        () => charge(f.context, next('w2')),
      ),
      { code: 'AGREEMENT_TERMS' },
    )
    assert.equal(f.acquirer.sent.length, sent)
  })

  it('an order that is written meanwhile is looked at again before it is charged again, and its series counts once', async () => {
    await charge(f.context, series('w3'))
    f.acquirer.answers = [declines]
    const request = next('w3')
    await charge(f.context, request)
    const again = await against(
      (client) =>
        client.query(`update card_orders set version_no = version_no + 1 where order_id = $1`, [request.order_id]),
      () => charge(f.context, next('w3', { order_id: request.order_id, transaction_id: '2' })),
    )
    assert.equal(again.transaction.result, 'SUCCESS')
    assert.equal((await agreementOf('w3'))?.payments_taken, 1)
  })

  it('no second opening of a series is decided from what the first has changed since', async () => {
    const second = series('w4', { agreement: { id: 'w4', type: 'UNSCHEDULED' } })
    const { paid, answer } = await inFlight(series('w4'))
    const sent = f.acquirer.sent.length
    await assert.rejects(
      against(
        // The second one's claim stands still inside its statement while the first opens the series.
        (client) =>
          client.query(
            `insert into card_orders (partner_id, order_id, status, currency, amount_minor, initial_transaction_id, created_at, updated_at)
              values ($1, $2, 'INITIATED', 'RON', 1, '1', now(), now())`,
            [f.merchant.partner_id, second.order_id],
          ),
        () => charge(f.context, second),
        {
          meanwhile: () => {
            answer()
            return paid
          },
          end: 'rollback',
        },
      ),
      { code: 'FIELD_INVALID', field: 'agreement.type' },
    )
    assert.equal(f.acquirer.sent.length, sent, 'nothing is charged on terms that do not hold')
    await assert.rejects(retrieveOrder(f.context, { merchant: f.merchant, order_id: second.order_id }))
  })

  it('the identical request is answered with its twin’s result, also when the twin charged a failed order again', async () => {
    f.acquirer.answers = [declines]
    const { order_id } = f.request()
    await charge(f.context, f.request({ order_id }))
    const request = f.request({ order_id, transaction_id: '2' })
    const twin = Promise.withResolvers<unknown>()
    let looks = 0
    // The order is read a moment after the rest: just then the twin is charged.
    const query: Context['db']['query'] = async (statement) => {
      if (statement.name === 'card_order' && looks++ === 0) twin.resolve(await charge(f.context, request))
      return f.context.db.query(statement)
    }
    const context = { ...f.context, db: { ...f.context.db, query } }
    const sent = f.acquirer.sent.length
    const { transaction } = await charge(context, request)
    assert.equal(transaction.result, 'SUCCESS')
    await twin.promise
    assert.equal(f.acquirer.sent.length, sent + 1)
  })

  it('what is learnt of a card is not written onto another that its token stands for meanwhile', async () => {
    const { token } = await createToken(f.context, { merchant: f.merchant, card: { ...OTHER_CARD }, by: 'test' })
    f.acquirer.answers = [{ ...declines, account_closed: true } as never]
    const { paid, answer } = await inFlight(f.request({ card: {}, token: token.token }))
    await saveToken(f.context, { merchant: f.merchant, token: token.token, card: { ...CARD }, by: 'test' })
    answer()
    await paid
    const again = await charge(f.context, f.request({ card: {}, token: token.token }))
    assert.equal(again.transaction.masked_number, '512345xxxxxx0008')
  })

  it('writes every outcome, whatever characters the acquirer tells it in', async () => {
    const broken = `${'x'.repeat(99)}😀`
    for (const said of [
      { acquirer_message: 'Approved\0' },
      { acquirer_message: broken },
      { authorization_code: '\ud83d', receipt: '\0', trace_id: 'a\0b' },
    ]) {
      f.acquirer.answers = [approves(said)]
      const { transaction } = await charge(f.context, f.request())
      const stored = await retrieveTransaction(f.context, { merchant: f.merchant, ...transaction })
      assert.deepEqual([transaction.result, stored.transaction.result], ['SUCCESS', 'SUCCESS'])
      assert.equal(stored.transaction.acquirer_message, transaction.acquirer_message)
    }
  })

  it('people neither ask about nor close what its call is still about', async () => {
    const request = f.request()
    const { paid, answer } = await inFlight(request)
    f.acquirer.reversed.length = 0
    const word = { approved: false, reason: 'test' }
    assert.equal(await settleNow(f.context, keyOf(request)), false)
    assert.equal(await closeByWord(f.context, keyOf(request), word), false)
    answer()
    assert.equal((await paid).transaction.result, 'SUCCESS')
    assert.deepEqual(f.acquirer.reversed, [])
  })

  it('a card change takes the trace of its own card, never the one before', async () => {
    await charge(f.context, series('w5'))
    f.acquirer.answers = [approves()]
    await charge(f.context, series('w5', { operation: 'VERIFY', amount: '0', card: OTHER_CARD }))
    await charge(f.context, next('w5', { card: OTHER_CARD }))
    const { message } = f.acquirer.sent.at(-1) as { message: { initiation: { trace_id?: string } } }
    assert.equal(message.initiation.trace_id, undefined)
  })

  it('the tables refuse by themselves what no statement may write', async () => {
    const { order } = await charge(f.context, f.request())
    f.acquirer.answers = [silence]
    const { transaction } = await charge(f.context, f.request())
    const refusedWhere = async (table: string, order_id: string, ...faults: readonly string[]) => {
      for (const fault of faults)
        await assert.rejects(
          f.context.db.query({
            text: `update ${table} set ${fault} where partner_id = $1 and order_id = $2`,
            values: [f.merchant.partner_id, order_id],
          }),
          { code: '23514' },
          fault,
        )
    }
    await refusedWhere(
      'card_orders',
      order.order_id,
      'captured_minor = captured_minor + 1',
      'refunded_minor = -1',
      'refunded_minor = captured_minor + 1',
      'refunded_minor = 1',
      'captured_minor = captured_minor - 1',
      `status = 'FAILED'`,
      `status = 'AUTHORIZED'`,
      `status = 'REFUNDED'`,
      `status = 'CANCELLED', captured_minor = 0`,
    )
    await refusedWhere(
      'card_transactions',
      order.order_id,
      `state = 'unknown', result = 'UNKNOWN', recorded_at = null`,
      `result = 'PENDING'`,
      'recorded_at = null',
      'order_status = null',
      'next_ask_at = now()',
      `agreement_opening = '{}'`,
    )
    await refusedWhere(
      'card_transactions',
      transaction.order_id,
      'next_ask_at = null',
      `result = 'PENDING'`,
      `state = 'done', result = 'SUCCESS'`,
    )
    await assert.rejects(
      f.context.db.query({
        text: `update agreements set number_of_payments = payments_taken + 1, payments_taken = payments_taken + 2 where agreement_id = 'w1'`,
        values: [],
      }),
      { code: '23514' },
    )
    await assert.rejects(
      f.context.db.query({
        text: `update agreements set fixed_amount_minor = 1 where agreement_id = 'w1'`,
        values: [],
      }),
      { code: '23514' },
    )
  })
})
