import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { composeDatabase } from './compose.ts'
import { readSettings } from './config.ts'
import { type TestDatabase, testDatabase } from './infra/database/template.ts'
import { createLog } from './infra/log.ts'

describe('the database at start', () => {
  let test_database: TestDatabase
  before(async () => {
    test_database = await testDatabase()
  })
  after(() => test_database.drop())

  const open = async (schema: 'require' | 'migrate') => {
    const settings = readSettings([], { DATABASE_URL: test_database.url })
    const composed = await composeDatabase(settings, createLog('silent'), { schema })
    await composed.close()
  }
  const run = (text: string, values: unknown[] = []) => test_database.db.query({ text, values })

  test('one with this version of the schema is taken', () => open('require'))

  test('one of a newer version is refused', async () => {
    await run('insert into schema_migrations (number, name, sha256) values (9999, $1, $2)', ['9999-later.sql', 'x'])
    await assert.rejects(open('require'), /newer/)
    await assert.rejects(open('migrate'), /newer/)
    await run('delete from schema_migrations where number = 9999')
  })

  test('one of an older version is refused, and the refusal names the command', async () => {
    const { rows } = await run('delete from schema_migrations where number = 1 returning number, name, sha256')
    await assert.rejects(open('require'), /0001-account-rail\.sql.*punte migrate/)
    const row = rows[0] as { number: number; name: string; sha256: string }
    await run('insert into schema_migrations (number, name, sha256) values ($1, $2, $3)', [
      row.number,
      row.name,
      row.sha256,
    ])
    await open('require')
  })

  test('one that is away is told as such, not as empty', async () => {
    const url = new URL(test_database.url)
    url.port = '1'
    const settings = readSettings([], { DATABASE_URL: url.href })
    await assert.rejects(composeDatabase(settings, createLog('silent'), { schema: 'require' }), (error: Error) => {
      assert.doesNotMatch(error.message, /punte migrate/)
      return true
    })
  })
})
