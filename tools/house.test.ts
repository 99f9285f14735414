import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultsOf } from './house.ts'

const faulty = (path: string, text: string): boolean => faultsOf({ path, text }).length > 0

test('the environment is read in config.ts only', () => {
  assert.ok(faulty('src/http/a.ts', 'const x = process.env.HOME'))
  assert.ok(!faulty('src/config.ts', 'const x = process.env.HOME'))
  assert.ok(!faulty('src/http/a.ts', '// process.env is read elsewhere'))
})

test('SQL stands in stores and infra only', () => {
  const statements = [
    "await db.query({ text: 'select status from payments', values: [] })",
    'const q = `\n  insert into payments values ($1)`',
    'const q = `update payments set status = $1`',
    'const q = `with taken as (delete from outbox returning *) select 1`',
    'const q = "delete from outbox"',
  ]
  for (const text of statements) {
    assert.ok(faulty('src/domain/initiation/create.ts', text), text)
    assert.ok(!faulty('src/domain/initiation/store.ts', text), text)
    assert.ok(!faulty('src/infra/jobs/worker.ts', text), text)
  }
  assert.ok(!faulty('src/domain/initiation/create.ts', "const words = 'Select a bank, update your details'"))
})

test('domain and surfaces take the time from the clock', () => {
  assert.ok(faulty('src/domain/a.ts', 'const now = new Date()'))
  assert.ok(faulty('src/http/partner/a.ts', 'const now = Date.now()'))
  assert.ok(!faulty('src/domain/a.ts', 'const at = new Date(row.at)'))
  assert.ok(!faulty('src/infra/clock.ts', 'const now = new Date()'))
})

test('files stay short', () => {
  assert.ok(faulty('sandbox/a.ts', '\n'.repeat(401)))
  assert.ok(!faulty('sandbox/a.ts', '\n'.repeat(300)))
})
