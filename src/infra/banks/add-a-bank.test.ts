/** The examples of docs/add-a-bank.md are profiles, and its table names every field there is. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkProfile } from './profile.ts'
import { resolveProfile } from './profile-catalogue.ts'
import { BankProfileSchema } from './profile-schema.ts'

const text = readFileSync(new URL('../../../docs/add-a-bank.md', import.meta.url), 'utf8')
const blocks = [...text.matchAll(/^ *```json\n([\s\S]*?)```$/gm)].map(([, json]): unknown => JSON.parse(json ?? ''))

test('every example loads, but the first, whose faults are those that the page shows', () => {
  const dir = mkdtempSync(join(tmpdir(), 'punte-examples-'))
  try {
    writeFileSync(join(dir, 'lib.secret'), 'secret', { mode: 0o600 })
    const [bare, ...examples] = blocks
    assert.equal(examples.length, 2)
    const wanting = resolveProfile(bare)
    assert.ok(!wanting.ok)
    for (const fault of wanting.faults) assert.ok(text.includes(`lib.json ${fault}`), fault)
    for (const example of examples) {
      const resolved = resolveProfile(example)
      const checked = resolved.ok ? checkProfile(resolved.value, dir) : resolved
      assert.ok(checked.ok, JSON.stringify(checked))
    }
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('the table tells of every field', () => {
  const table = text.slice(text.indexOf('## Fields'))
  const told = [...table.matchAll(/`([a-z_]+)(?=[`.…])/g)].map(([, name]) => name)
  for (const name of Object.keys(BankProfileSchema.properties)) assert.ok(told.includes(name), name)
})
