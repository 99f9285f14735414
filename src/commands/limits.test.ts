/** `punte limits` and `punte alerts` as an operator calls them. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { raiseBlock } from '../domain/limits/store.ts'
import { type TestDatabase, testDatabase } from '../infra/database/template.ts'
import { createKeyFile } from '../infra/keys/key-file.ts'
import { ROOT } from './command.ts'

let database: TestDatabase
let dir = ''
before(async () => {
  database = await testDatabase()
  dir = mkdtempSync(join(tmpdir(), 'punte-limits-command-'))
  createKeyFile(join(dir, 'keys.json'))
  await database.db.query({
    text: `insert into partners (client_id, name, type, redirect_urls) values ('my-shop-1', 'Shop', 'Ecommerce', '{https://shop.example/}')`,
    values: [],
  })
})
after(async () => {
  await database.drop()
  rmSync(dir, { recursive: true })
})

function punte(...args: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const env = { PATH: process.env.PATH, DATABASE_URL: database.url, PUNTE_KEY_FILE: join(dir, 'keys.json') }
  return new Promise((resolve) => {
    execFile(process.execPath, [`${ROOT}src/main.ts`, ...args], { env, cwd: dir }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    )
  })
}

test('levels are set in lei and in numbers, shown, taken away', async () => {
  const set = [
    'limits',
    'set',
    'my-shop-1',
    '--max-amount',
    '5000',
    '--max-amount-warn',
    '3000.50',
    '--daily-volume-estimate',
    '40',
  ]
  const { code, out, err } = await punte(...set)
  assert.equal(code, 0, err)
  assert.match(out, /^max-amount +– +3\.000,50 +5\.000,00 +– +– /m)
  assert.match(out, /^daily-volume +40 +– +– +0 +0 /m)
  const again = await punte('limits', 'set', 'my-shop-1', '--max-amount', 'none')
  assert.match(again.out, /^max-amount +– +3\.000,50 +– /m)
  assert.equal((await punte('limits', 'show', 'my-shop-1')).out, again.out)
})

test('what makes no sense is refused, and nothing is changed', async () => {
  const before_it = (await punte('limits', 'show', 'my-shop-1')).out
  for (const [args, code, words] of [
    [['set', 'my-shop-1'], 2, /at least one of --daily-volume/],
    [['set', 'my-shop-1', '--max-amount', '50,00'], 2, /--max-amount must be an amount in lei/],
    [['set', 'my-shop-1', '--clients', '1.5'], 2, /--clients must be a whole number/],
    [['set', 'my-shop-1', '--clients', '5', '--clients-warn', '6'], 1, /clients: the level of warning is above/],
    [['set', 'nobody-at-all', '--clients', '5'], 1, /There is no such partner/],
    [['show', 'nobody-at-all'], 1, /There is no such partner/],
    [['raise'], 2, /limits show\|set/],
  ] as const) {
    const said = await punte('limits', ...args)
    assert.equal(said.code, code, said.err)
    assert.match(said.err, words)
  }
  assert.equal((await punte('limits', 'show', 'my-shop-1')).out, before_it)
})

test('alerts are listed, taken, commented, closed', async () => {
  assert.match((await punte('alerts', 'list')).out, /no open alerts/)
  const at = new Date()
  await raiseBlock(database, {
    partner_id: 1,
    payment_id: 100000001,
    at,
    indicator: 'max_amount',
    measured: 600_000,
    level: 500_000,
  })
  const listed = (await punte('alerts', 'list', '--partner', 'my-shop-1')).out
  const id = /^ *(\d+) open /.exec(listed)?.[1] as string
  assert.match(listed, /my-shop-1 max-amount BLOCKED: 6\.000,00 lei above 5\.000,00 lei/)
  assert.match((await punte('alerts', 'take', id, '--by', 'Ana Pop')).out, /taken by Ana Pop/)
  assert.match((await punte('alerts', 'take', id)).err, /taken by Ana Pop/)
  assert.match((await punte('alerts', 'comment', id, 'am sunat', '--by', 'Ana Pop')).out, /Ana Pop: am sunat/)
  assert.equal((await punte('alerts', 'close', id)).code, 2)
  assert.match((await punte('alerts', 'close', id, 'în regulă')).out, /closed by [\s\S]*în regulă/)
  assert.match((await punte('alerts', 'list')).out, /no open alerts/)
  assert.match((await punte('alerts', 'list', '--all')).out, / closed /)
  assert.match((await punte('alerts', 'show', '99')).err, /no such alert/)
})
