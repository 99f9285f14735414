/** The ledger over restarts, kill -9 and a torn last line: nothing answered is lost, nothing is debited twice. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import {
  authoriseByRedirect,
  call,
  createPki,
  initiatePayment,
  ledger,
  setFaults,
  startWorld,
  type TestWorld,
} from '../testing/world.ts'
import { openBook } from './book.ts'
import { startLifecycle } from './lifecycle.ts'

const pki = await createPki()

test('a payment authorised before a restart is settled after it, once; a torn line is cut off', async () => {
  const first = await startWorld(pki, 'redirect', { timing: { settle_ms: 300 } })
  const { json } = await initiatePayment(pki, first, 'ana', {
    headers: { 'x-request-id': '0b2f3c1e-0000-4000-8000-000000000001' },
  })
  await authoriseByRedirect(first, json._links.scaRedirect.href, 'ana')
  await first.bank.close()
  appendFileSync(join(first.config.data_dir, 'ledger.jsonl'), '{"kind":"debited","at":1,"payment_id":"')
  const second = await startWorld(pki, 'redirect', { timing: { settle_ms: 300 }, dir: first.dir })
  after(() => second.close())
  await delay(400)
  const { debits, accounts } = await ledger(second)
  assert.deepEqual(
    debits.map((debit: { payment_id: string }) => debit.payment_id),
    [json.paymentId],
  )
  assert.equal(accounts[0].balance_minor, accounts[0].opening_balance_minor - 1250)
  // The same call after the restart is still the same payment.
  const again = await initiatePayment(pki, second, 'ana', {
    headers: { 'x-request-id': '0b2f3c1e-0000-4000-8000-000000000001' },
  })
  assert.equal(again.json.paymentId, json.paymentId)
  const lines = readFileSync(join(second.config.data_dir, 'ledger.jsonl'), 'utf8').trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).kind),
    ['created', 'authorised', 'debited'],
  )
})

test('the process: ready line, kill -9 loses nothing that was answered, SIGTERM ends with 0', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'bank-process-'))
  after(() => rmSync(dir, { recursive: true, force: true }))
  const template = await startWorld(pki, 'redirect', { dir })
  await template.bank.close()
  const config_file = join(dir, 'bank.json')
  writeFileSync(config_file, JSON.stringify(template.config))
  const start = async () => {
    const child = spawn(process.execPath, [new URL('../main.ts', import.meta.url).pathname, '--config', config_file])
    const line = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))))
    const { ready, api_url, pages_url } = JSON.parse(line)
    assert.equal(ready, true)
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
    const world: TestWorld = { ...template, bank: { api_url, pages_url, close: async () => undefined } }
    return { child, world, ended }
  }
  const first = await start()
  const answered = await initiatePayment(pki, first.world, 'ana')
  first.child.kill('SIGKILL')
  await first.ended
  const second = await start()
  const path = new URL(answered.json._links.status.href).pathname
  assert.equal((await call(pki, second.world, { path })).json.transactionStatus, 'RCVD')
  second.child.kill('SIGTERM')
  assert.equal(await second.ended, 0)
})

test('a configuration with faults is refused, all of them named', async () => {
  const child = spawn(process.execPath, [
    new URL('../main.ts', import.meta.url).pathname,
    '--config',
    '/nonexistent.json',
  ])
  assert.equal(await new Promise((resolve) => child.once('exit', resolve)), 1)
  const { parseConfig } = await import('../config.ts')
  assert.throws(() => parseConfig({ id: 'x', sca: 'magic' }, '/'), /required property 'name'[\s\S]*\/sca/)
})

test('an unattended payment is rejected when its time is over; the book forgets only final payments', async () => {
  const data_dir = mkdtempSync(join(tmpdir(), 'bank-book-'))
  after(() => rmSync(data_dir, { recursive: true, force: true }))
  const person = {
    login: 'a',
    password: 'b',
    name: 'A',
    iban: 'RO88SBXA0000000010001111',
    balance_minor: 1000,
    character: 'normal' as const,
  }
  const book = openBook({ people: [person], data_dir, limits: { payments: 2 } })
  const lifecycle = startLifecycle(book, { settle_ms: 0, slow_ms: 0, sca_timeout_ms: 100, access_token_ttl_s: 1 })
  const create = (n: number) => {
    const order = {
      amount_minor: 600,
      debtor_iban: person.iban,
      creditor_iban: 'RO49AAAA1B31007593840000',
      creditor_name: 'B',
    }
    const ids = { payment_id: `p${n}`, request_id: `r${n}`, authorisation_id: `a${n}`, sca_key: `s${n}` }
    book.record({ kind: 'created', at: Date.now(), payment: { ...ids, organization_id: 'o', body_hash: '', order } })
    const payment = book.payment(`p${n}`)
    assert.ok(payment !== undefined)
    return payment
  }
  const first = create(1)
  assert.ok(lifecycle.authorise(first, 'a'))
  assert.equal(lifecycle.authorise(first, 'a'), false)
  assert.equal(lifecycle.status(first), 'ACSC')
  const second = create(2)
  assert.ok(book.hasRoom())
  assert.equal(book.payment('p1'), undefined)
  assert.deepEqual(
    book.waitingFor('a').map((payment) => payment.payment_id),
    ['p2'],
  )
  const third = create(3)
  assert.equal(book.hasRoom(), false)
  // 400 bani are left: the second payment of 600 cannot be paid.
  assert.ok(lifecycle.authorise(second, 'a'))
  assert.equal(second.outcome?.code, 'AM04')
  assert.equal(book.accountByLogin('a')?.balance_minor, 400)
  await delay(1200)
  assert.equal(lifecycle.status(third), 'RJCT')
  assert.equal(third.sca_status, 'failed')
  lifecycle.close()
  book.close()
})

test('faults on demand', async () => {
  const world = await startWorld(pki, 'redirect')
  after(() => world.close())
  const faults = (match: string, ...actions: string[]) =>
    setFaults(
      world,
      actions.map((action) => ({ match, action })),
    )
  assert.equal((await faults('initiate', 'explode')).status, 400)
  await faults(
    'initiate',
    'drop_before',
    'drop_after',
    'malformed_json',
    'wrong_payment_id',
    'foreign_link',
    'problem_json',
    'status:500',
    'delay_ms:150',
  )
  await assert.rejects(initiatePayment(pki, world, 'ana'))
  await assert.rejects(initiatePayment(pki, world, 'ana'))
  assert.equal((await ledger(world)).payments.length, 1)
  const malformed = await initiatePayment(pki, world, 'ana')
  assert.deepEqual([malformed.status, malformed.json], [201, undefined])
  const wrong = await initiatePayment(pki, world, 'ana')
  assert.ok(!wrong.json._links.self.href.endsWith(wrong.json.paymentId))
  assert.match((await initiatePayment(pki, world, 'ana')).json._links.scaRedirect.href, /phishing\.invalid/)
  const problem = await initiatePayment(pki, world, 'ana')
  assert.deepEqual([problem.headers['content-type'], problem.json.code], ['application/problem+json', 'FORMAT_ERROR'])
  assert.equal((await initiatePayment(pki, world, 'ana')).status, 500)
  const started = Date.now()
  const late = await initiatePayment(pki, world, 'ana')
  assert.ok(Date.now() - started >= 150)
  await authoriseByRedirect(world, late.json._links.scaRedirect.href, 'ana')
  await faults('status', 'repeat_old_status', 'status:400:FORMAT_ERROR')
  const path = new URL(late.json._links.status.href).pathname
  assert.equal((await call(pki, world, { path })).json.transactionStatus, 'RCVD')
  assert.equal((await call(pki, world, { path })).json.tppMessages[0].code, 'FORMAT_ERROR')
  assert.equal((await call(pki, world, { path })).json.transactionStatus, 'ACSC')
})
