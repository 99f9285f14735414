import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Migration, MigrationError, migrate, pendingMigrations, readMigrations } from './migrate.ts'
import { schemaText } from './schema-dump.ts'
import { type TestDatabase, testDatabase } from './template.ts'

let world: TestDatabase
before(async () => {
  world = await testDatabase()
  await world.db.query({ text: 'drop schema public cascade; create schema public', values: [] })
})
after(() => world.drop())

const migration = (number: number, text: string): Migration => ({
  number,
  name: `${String(number).padStart(4, '0')}-test.sql`,
  text,
  sha256: createHash('sha256').update(text).digest('hex'),
})
const first = migration(
  1,
  'create table one (id bigint generated always as identity primary key, note text default $$x$$)',
)
const second = migration(
  2,
  'create index one_note on one (note) where note is not null; create table two (id integer references one (id))',
)

test('several at once: each migration is applied once, in order; again applies nothing', async () => {
  const results = await Promise.all([1, 2, 3].map(() => migrate(world.url, [first, second])))
  assert.deepEqual(
    results.flatMap((result) => result.applied),
    ['0001-test.sql', '0002-test.sql'],
  )
  assert.deepEqual((await migrate(world.url, [first, second])).applied, [])
})

test('the dump shows columns, keys and indexes, and is the same each time', async () => {
  const text = await schemaText(world.db)
  assert.match(
    text,
    /create table one \(\n {2}id bigint not null generated always as identity,\n {2}note text default 'x'::text,\n {2}constraint one_pkey PRIMARY KEY \(id\)\n\);\nCREATE INDEX one_note/,
  )
  assert.match(text, /FOREIGN KEY \(id\) REFERENCES one\(id\)/)
  assert.ok(!text.includes('schema_migrations'))
  assert.equal(await schemaText(world.db), text)
})

test('one that fails leaves nothing behind, and the database stands at the one before', async () => {
  await assert.rejects(
    migrate(world.url, [first, second, migration(3, 'create table three (id integer); select 1/0')]),
    /0003-test\.sql failed: division by zero/,
  )
  const { rows } = await world.db.query({
    text: `select to_regclass('three') as three, (select max(number) from schema_migrations) as last`,
    values: [],
  })
  assert.deepEqual(rows, [{ three: null, last: 2 }])
})

test('a changed migration and a newer database are refused', async () => {
  await assert.rejects(
    migrate(world.url, [migration(1, 'select 1'), second]),
    (error) => error instanceof MigrationError && /changed/.test(error.message),
  )
  await assert.rejects(
    migrate(world.url, [first]),
    (error) => error instanceof MigrationError && /newer/.test(error.message),
  )
})

test('pending ones are named, those of the program itself', async () => {
  const pending = await pendingMigrations((text) => world.db.query({ text, values: [] }))
  assert.deepEqual(
    pending,
    readMigrations().map(({ name }) => name),
  )
})

test('numbers follow each other; other files are not migrations', () => {
  const dir = mkdtempSync(join(tmpdir(), 'punte-migrations-'))
  writeFileSync(join(dir, '0001-one.sql'), 'select 1;\r\n')
  writeFileSync(join(dir, 'schema.sql'), '')
  assert.deepEqual(
    readMigrations(dir).map(({ name, text }) => [name, text]),
    [['0001-one.sql', 'select 1;\n']],
  )
  writeFileSync(join(dir, '0003-three.sql'), '')
  assert.throws(() => readMigrations(dir), /is not number 2/)
  rmSync(dir, { recursive: true })
})
