import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { createLog } from '../log.ts'
import { createDatabase, isSerializationFailure, isUniqueViolation } from './database.ts'
import { type TestDatabase, testDatabase } from './template.ts'

let world: TestDatabase
before(async () => {
  world = await testDatabase({ pool_size: 8 })
  await world.db.query({
    text: 'create table account (name text primary key, balance_minor bigint not null check (balance_minor >= 0))',
    values: [],
  })
})
after(() => world.drop())

const sql = (text: string, ...values: unknown[]) => ({ text, values })
const raised = (promise: Promise<unknown>) =>
  promise.then(
    () => assert.fail('no error'),
    (error: unknown) => error,
  )

test('int8 is a number, past 2^53 an error; numeric is text, jsonb an object, timestamptz a Date', async () => {
  const { rows } = await world.db.query<Record<string, unknown>>(
    sql(
      `select 9007199254740991::int8 as i, '{1,null}'::int8[] as a, 1.10::numeric as n, '{"a":1}'::jsonb as j, to_timestamp(0) as t, '\\x00ff'::bytea as b`,
    ),
  )
  assert.deepEqual(rows[0], {
    i: 9007199254740991,
    a: [1, null],
    n: '1.10',
    j: { a: 1 },
    t: new Date(0),
    b: Buffer.from([0, 255]),
  })
  await assert.rejects(world.db.query(sql('select 9007199254740992::int8')), RangeError)
  assert.equal((await world.db.query<{ one: number }>(sql('select 1 as one'))).rows[0]?.one, 1)
})

test('a conflict keeps the connection and its prepared statements, and quotes no value', async () => {
  const db = createDatabase({ url: world.url, pool_size: 1, log: createLog('silent') })
  const insert = (name: string) =>
    db.query({ name: 'insert_account', text: 'insert into account values ($1, 1)', values: [name] })
  const process_id = async () => (await db.query<{ id: number }>(sql('select pg_backend_pid() as id'))).rows[0]?.id
  await insert('RO49AAAA1B31007593840000')
  const before_conflict = await process_id()
  const error = await raised(insert('RO49AAAA1B31007593840000'))
  assert.ok(isUniqueViolation(error, 'account_pkey') && !isUniqueViolation(error, 'other'))
  assert.ok(!JSON.stringify(error, Object.getOwnPropertyNames(error)).includes('RO49'))
  const bad_data = await raised(db.query(sql('select $1::bigint', 'RO49AAAA1B31007593840000')))
  assert.ok(
    bad_data instanceof Error && /invalid input syntax/.test(bad_data.message) && !bad_data.stack?.includes('RO49'),
  )
  assert.equal(await process_id(), before_conflict)
  const prepared = await db.query<{ n: number }>(
    sql(`select count(*) as n from pg_prepared_statements where name = 'insert_account'`),
  )
  assert.equal(prepared.rows[0]?.n, 1)
  await db.close()
})

test('serializable transfers in parallel are retried, none is lost, none doubled', async () => {
  await world.db.query(sql(`insert into account values ('a', 1000), ('b', 1000)`))
  let attempts = 0
  let reads = 0
  const everybody_has_read = Promise.withResolvers<void>()
  const transfer = () =>
    world.db.transaction(async (client) => {
      attempts += 1
      await client.query('set transaction isolation level repeatable read')
      const { rows } = await client.query<{ balance_minor: number }>(
        `select balance_minor from account where name = 'a'`,
      )
      // The first tries have all read before any writes: that they meet is not left to chance.
      reads += 1
      if (reads === 3) everybody_has_read.resolve()
      await everybody_has_read.promise
      await client.query(`update account set balance_minor = $1 where name = 'a'`, [(rows[0]?.balance_minor ?? 0) - 1])
      await client.query(`update account set balance_minor = balance_minor + 1 where name = 'b'`)
    })
  const results = await Promise.allSettled([1, 2, 3].map(transfer))
  assert.deepEqual(
    results.map((result) => result.status),
    ['fulfilled', 'fulfilled', 'fulfilled'],
  )
  assert.ok(attempts >= 5, 'two of three were retried')
  const { rows } = await world.db.query<{ name: string; balance_minor: number }>(
    sql(`select * from account where name in ('a', 'b') order by name`),
  )
  assert.deepEqual(rows, [
    { name: 'a', balance_minor: 997 },
    { name: 'b', balance_minor: 1003 },
  ])
})

test('a serialization failure that stays is given up after five tries', async () => {
  let attempts = 0
  const error = await raised(
    world.db.transaction(async (client) => {
      attempts += 1
      await client.query(`do $$ begin raise exception using errcode = '40001'; end $$`)
    }),
  )
  assert.ok(isSerializationFailure(error))
  assert.equal(attempts, 5)
})

test('an error of the work rolls back; a failed statement that was swallowed does not pass for a commit', async () => {
  const name = 'rolled back'
  await assert.rejects(
    world.db.transaction(async (client) => {
      await client.query('insert into account values ($1, 1)', [name])
      throw new Error('mine')
    }),
    /mine/,
  )
  await assert.rejects(
    world.db.transaction(async (client) => {
      await client.query('insert into account values ($1, 1)', [name])
      await client.query('select 1/0').catch(() => {})
    }),
    /aborted/,
  )
  assert.equal((await world.db.query(sql('select from account where name = $1', name))).rowCount, 0)
})

test('a session ended by the server fails its query; the pool goes on with a new one', async () => {
  const db = createDatabase({ url: world.url, pool_size: 1, log: createLog('silent') })
  const error = await raised(db.query(sql('select pg_terminate_backend(pg_backend_pid())')))
  assert.ok(error instanceof pg.DatabaseError && error.code === '57P01')
  assert.equal((await db.query<{ one: number }>(sql('select 1 as one'))).rows[0]?.one, 1)
  await db.close()
})

test('a statement has its time: limits are set on every connection', async () => {
  const { rows } = await world.db.query<Record<string, string>>(
    sql(
      `select current_setting('statement_timeout') as statement, current_setting('idle_in_transaction_session_timeout') as idle, current_setting('application_name') as name`,
    ),
  )
  assert.deepEqual(rows[0], { statement: '15s', idle: '30s', name: 'punte' })
})

test('a named statement answers what the driver answers, every time, also when its shape changes', async () => {
  const text = `select n::int8 as id, 'x' || n as name, case when n > 1 then n end as maybe, now()::date = now()::date as yes,
    '\\x00ff'::bytea as bytes, '{"a":[1]}'::jsonb as json from generate_series($1::int, $2::int) as n`
  const plain = await world.db.query(sql(text, 1, 3))
  for (let time = 0; time < 3; time += 1) {
    const named = await world.db.query({ name: 'shape', text, values: [1, 3] })
    assert.deepEqual(named.rows, plain.rows)
    assert.equal(named.rowCount, 3)
  }
  const none = await world.db.query({ name: 'shape', text, values: [2, 1] })
  assert.deepEqual([none.rows, none.rowCount], [[], 0])
  const one = createDatabase({ url: world.url, pool_size: 1, log: createLog('silent') })
  const two = createDatabase({ url: world.url, pool_size: 1, log: createLog('silent') })
  assert.deepEqual((await one.query({ name: 'other_shape', text: 'select 1 as a', values: [] })).rows, [{ a: 1 }])
  assert.deepEqual((await two.query({ name: 'other_shape', text: `select 'b' as b, 2 as a`, values: [] })).rows, [
    { b: 'b', a: 2 },
  ])
  await assert.rejects(one.query({ name: 'faulty', text: 'select 1 / $1::int', values: [0] }), /division by zero/)
  assert.deepEqual((await one.query({ name: 'other_shape', text: 'select 1 as a', values: [] })).rows, [{ a: 1 }])
  await one.close()
  await two.close()
})
