import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestDatabase, testDatabase } from '../../infra/database/template.ts'
import type { Context } from '../context.ts'
import { resealAll } from './reseal.ts'

let database: TestDatabase
before(async () => {
  database = await testDatabase()
})
after(() => database.drop())

/** Sealed under keys that are sealed themselves: of the merchant, or of the document. */
const UNDER_OTHER_KEYS = [
  'card_sessions.fields_enc',
  'card_tokens.name_enc',
  'card_tokens.number_enc',
  'card_tokens.scheme_token_enc',
  'card_transactions.details_enc',
  'case_document_parts.content_enc',
  'data_keys.key_enc',
]

test('every sealed column there is is sealed anew when the key changes', async () => {
  const asked: string[] = []
  const db = {
    query: async ({ text }: { text: string }) => {
      const [, column, table] = /, (\w+) as sealed from (\w+)/.exec(text) ?? []
      asked.push(`${table}.${column}`)
      return { rows: [] }
    },
  } as unknown as Context['db']
  await resealAll({ db, keys: {} as Context['keys'] })
  const { rows } = await database.db.query<{ name: string }>({
    text: `select table_name || '.' || column_name as name from information_schema.columns
      where table_schema = 'public' and column_name like '%\\_enc'`,
    values: [],
  })
  assert.deepEqual([...asked, ...UNDER_OTHER_KEYS].sort(), rows.map(({ name }) => name).sort())
})
