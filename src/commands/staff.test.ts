import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type TestDatabase, testDatabase } from '../infra/database/template.ts'
import { createKeyFile } from '../infra/keys/key-file.ts'
import { ROOT } from './command.ts'

const dir = mkdtempSync(join(tmpdir(), 'punte-staff-command-'))
let database: TestDatabase

before(async () => {
  createKeyFile(join(dir, 'keys.json'))
  database = await testDatabase()
})
after(async () => {
  await database.drop()
  rmSync(dir, { recursive: true, force: true })
})

function punte(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, DATABASE_URL: database.url, PUNTE_KEY_FILE: join(dir, 'keys.json') }
  return new Promise((resolve) => {
    execFile(process.execPath, [`${ROOT}src/main.ts`, ...args], { env, timeout: 300_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    )
  })
}

test('the first administrator is added by command, and the record proves what was done to him', async () => {
  const named = ['--name', 'Ana Pop', '--email', 'ana@office.example']
  const added = await punte('staff', 'add', 'ana.pop', ...named, '--role', 'administrator')
  assert.equal(added.code, 0, added.stderr)
  assert.match(added.stdout, /one-time password +(\w{5}-){4}\w{5}\n/)
  assert.equal((await punte('staff', 'add', 'ana.pop', ...named, '--role', 'support')).code, 1)
  assert.equal((await punte('staff', 'add', 'ion', ...named, '--role', 'king')).code, 1)
  assert.equal((await punte('staff', 'role', 'ana.pop', 'auditor')).code, 0)
  assert.match((await punte('staff', 'list')).stdout, /^ana\.pop +auditor +active +Ana Pop\n$/)

  const listed = await punte('audit', 'list', '--subject', 'staff:ana.pop', '--json')
  const rows = listed.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    rows.map(({ act, actor_kind, before, after }) => [act, actor_kind, before, after]),
    [
      ['staff.add', 'command', null, { role: 'administrator' }],
      ['staff.role', 'command', { role: 'administrator' }, { role: 'auditor' }],
    ],
  )
  const anchor = await punte('audit', 'anchor')
  writeFileSync(join(dir, 'anchor.json'), anchor.stdout)
  const whole = await punte('audit', 'verify', '--from-anchor', join(dir, 'anchor.json'))
  assert.equal(whole.code, 0, whole.stdout)

  await database.db.query({ text: 'alter table audit_log disable trigger all', values: [] })
  await database.db.query({ text: `update audit_log set actor = 'x' where number = 2`, values: [] })
  const broken = await punte('audit', 'verify')
  assert.equal(broken.code, 1)
  assert.match(broken.stdout, /BROKEN at row 2: it was changed/)
  await database.db.query({ text: 'delete from audit_log where number = 2', values: [] })
  assert.equal((await punte('audit', 'verify')).code, 0)
  const cut = await punte('audit', 'verify', '--from-anchor', join(dir, 'anchor.json'))
  assert.equal(cut.code, 1)
  assert.match(cut.stdout, /the chain was cut/)
})
