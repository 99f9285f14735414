/**
 * The search for what must not be readable: after a journey, every secret that was used is looked for in all tables as
 * text, in PostgreSQL's own files (data and write-ahead log), and in every log of the world. The simulated parties' own
 * books (banks' ledgers, orders, mails) and the files that hold secrets on purpose (keys, settings) are not searched.
 *
 * Every search first plants a word in each of these places and must find it there: it proves that it can fail.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clusterOf } from '../../bench/chaos/victims.ts'
import type { Parties } from './parties.ts'
import { run } from './punte.ts'
import type { TestWorld } from './world.ts'

/** What the search calls a secret, by the secret itself: a report must not print what it found. */
type Secrets = Map<string, string>

const PLANTED = 'the planted word'
/** Shorter ones would be found by chance. */
const SHORTEST = 6

/** @throws AssertionError naming each kind of secret and the place where it stands */
export async function assertNoSecretsReadable(
  world: TestWorld,
  parties: Parties,
  used: Readonly<Record<string, readonly string[]>> = {},
): Promise<void> {
  const secrets = secretsOf(world)
  for (const [label, values] of Object.entries(used)) for (const value of values) secrets.set(value, label)
  const planted = `planted-${randomBytes(12).toString('hex')}`
  secrets.set(planted, PLANTED)
  const temporary = mkdtempSync(join(tmpdir(), 'punte-search-'))
  const places = {
    tables: join(temporary, 'tables.txt'),
    'PostgreSQL files': clusterOf(world.dir),
    'PostgreSQL log': join(world.dir, 'postgres', 'server.log'),
    logs: world.facts.logs_dir,
    data: join(world.dir, 'data'),
  }
  try {
    await plant(world, parties, planted)
    writeFileSync(places.tables, await dump(parties), { mode: 0o600 })
    const found = new Map<string, Set<string>>()
    for (const [place, path] of Object.entries(places)) {
      if (!existsSync(path)) continue
      for (const label of await search(path, secrets, temporary))
        found.set(label, (found.get(label) ?? new Set()).add(place))
    }
    assert.deepEqual(
      [...(found.get(PLANTED) ?? [])],
      ['tables', 'PostgreSQL files', 'logs'],
      'the search finds nothing',
    )
    found.delete(PLANTED)
    const readable = [...found].map(([label, where]) => `${label} in ${[...where].join(', ')}`)
    assert.deepEqual(readable, [], 'secrets that can be read')
  } finally {
    await parties.query('drop table if exists planted')
    rmSync(join(world.facts.logs_dir, 'planted.log'), { force: true })
    rmSync(temporary, { recursive: true, force: true })
  }
}

async function plant(world: TestWorld, parties: Parties, word: string): Promise<void> {
  await parties.query('create table planted (word text)')
  await parties.query('insert into planted values ($1)', [word])
  appendFileSync(join(world.facts.logs_dir, 'planted.log'), `${JSON.stringify({ word })}\n`)
  // What is still in memory only is not in the files yet.
  await parties.query('checkpoint')
}

async function dump(parties: Parties): Promise<string> {
  const tables = await parties.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  )
  const texts: string[] = []
  for (const { name } of tables) {
    const rows = await parties.query<{ row: string }>(`select t::text as row from ${name} t`)
    texts.push(name, ...rows.map(({ row }) => row))
  }
  assert.ok(texts.some((line) => line.startsWith('public.payments')))
  return texts.join('\n')
}

/** The labels of what stands in a file or anywhere below a folder, in clear, in base64, or in hexadecimal. */
async function search(path: string, secrets: Secrets, temporary: string): Promise<Set<string>> {
  const labels = new Map<string, string>()
  for (const [value, label] of secrets) for (const form of formsOf(value)) labels.set(form, label)
  const patterns = join(temporary, 'patterns.txt')
  writeFileSync(patterns, [...labels.keys()].join('\n'), { mode: 0o600 })
  // C locale: bytes as they are, in files that are no text.
  const { code, stdout, stderr } = await run('grep', ['-rahoF', '-f', patterns, '--', path], {
    PATH: process.env.PATH,
    LC_ALL: 'C',
  })
  assert.ok(code === 0 || code === 1, `grep: ${stderr.slice(0, 500)}`)
  return new Set(stdout.split('\n').flatMap((line) => labels.get(line) ?? []))
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value)
  const escaped = JSON.stringify(value)
    .slice(1, -1)
    .replace(/[\u007f-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
  // Without the last group: what follows the secret changes it.
  const base64 = bytes.toString('base64').slice(0, Math.floor(bytes.length / 3) * 4)
  return [value, escaped, base64, bytes.toString('hex')].filter((form) => form.length >= SHORTEST)
}

/** Everything the parties of the world know that the server's files and logs may not show. */
function secretsOf(world: TestWorld): Secrets {
  const { facts, dir } = world
  const secrets: Secrets = new Map()
  const add = (label: string, value: unknown) => {
    if (typeof value === 'string' && value.length >= SHORTEST) secrets.set(value, label)
  }
  for (const { people } of facts.banks) {
    for (const person of people) {
      add("a payer's IBAN", person.iban)
      add("a payer's bank password", person.password)
      if (person.character !== 'normal' || person.login !== 'load') add("a payer's name", person.name)
    }
  }
  for (const { webhook_secret_or_key } of facts.partners) add('a webhook secret', webhook_secret_or_key)
  add("the database's password", decodeURIComponent(new URL(facts.database.url).password))
  for (const name of readdirSync(join(dir, 'pki')).filter((file) => file.endsWith('.key'))) {
    const lines = readFileSync(join(dir, 'pki', name), 'utf8').split('\n')
    for (const line of lines) if (line.length === 64) add('a private key', line)
  }
  for (const [, key] of readFileSync(join(dir, 'keys.json'), 'utf8').matchAll(/"(?:\w*key|d)":\s*"([^"]+)"/g))
    add("a key of the installation's", key)
  addBooks(dir, add)
  return secrets
}

const BOOKS = ['shop/payments.jsonl', 'erp/payments.jsonl', 'shop/orders.jsonl', 'erp/invoices.jsonl'] as const
const LABELS: Readonly<Record<string, string>> = {
  accessToken: 'an access token',
  refreshToken: 'a refresh token',
  email: 'a mail address',
  iban: 'an IBAN',
}

/** What shop and ERP wrote down: tokens, page addresses, customers. */
function addBooks(dir: string, add: (label: string, value: unknown) => void): void {
  const walk = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return
    for (const [name, inner] of Object.entries(value)) {
      const label = LABELS[name]
      if (label !== undefined) add(label, inner)
      else if (name === 'redirect_url' && typeof inner === 'string')
        add("the secret of a page's address", new URL(inner).searchParams.get('state'))
      else if (name === 'order_id') add('payment details', `Comanda ${inner}`)
      else if (name === 'number') add('payment details', `Factura ${inner}`)
      else walk(inner)
    }
  }
  for (const book of BOOKS) {
    const path = join(dir, book)
    if (!existsSync(path)) continue
    for (const line of readFileSync(path, 'utf8').split('\n')) if (line !== '') walk(JSON.parse(line))
  }
}
