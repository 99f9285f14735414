/** Proves that no money is lost: holds Punte's books against those of banks, acquirers, partners and payers. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { compose } from '../compose.ts'
import { readSettings } from '../config.ts'
import type { Context } from '../domain/context.ts'
import { currencyAmountText } from '../domain/currency.ts'
import { type AcquirerBook, readAcquirerBook } from '../domain/proof/acquirer-book.ts'
import { type Book, BookError, type Disagreement, type Entry, type Period } from '../domain/proof/book.ts'
import { readLedger } from '../domain/proof/ledger.ts'
import { type Proof, prove } from '../domain/proof/prove.ts'
import { readStatements } from '../domain/proof/statement.ts'
import { systemClock } from '../infra/clock.ts'
import { createLog } from '../infra/log.ts'
import { CommandError, parseOptions, UsageError } from './command.ts'
import { ACQUIRER_ID } from './demo/people.ts'

/** What has ended in the last minute may still be on its way to partners and payers. */
const SETTLING_MS = 60_000
const TIMEOUT_MS = 60_000
/** About a million debits. */
const MAX_BOOK_BYTES = 480 * 1024 * 1024

/** A book and where it is: a file or an http address. */
type Place = { readonly id: string; readonly at: string }

/**
 * `prove [--from ISO] [--to ISO] [--bank ID=FILE|URL …] [--camt FILE …] [--acquirer ID=FILE|URL …] [--ready-file FILE]`:
 * one line a disagreement, then a summary. Exit 0: all agree; 1: something does not, or a book cannot be read.
 */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseOptions(args, {
    from: { type: 'string' },
    to: { type: 'string' },
    bank: { type: 'string', multiple: true },
    camt: { type: 'string', multiple: true },
    acquirer: { type: 'string', multiple: true },
    'ready-file': { type: 'string' },
  })
  const now_ms = systemClock.now().getTime()
  const period = periodOf(values.from, values.to, now_ms)
  const world = values['ready-file'] === undefined ? undefined : readReadyFile(values['ready-file'])
  const banks = distinct('--bank', [
    ...(values.bank ?? []).map((text) => placeOf('--bank', text)),
    ...(world?.banks ?? []),
  ])
  const acquirers = distinct('--acquirer', [
    ...(values.acquirer ?? []).map((text) => placeOf('--acquirer', text)),
    ...(world?.acquirers ?? []),
  ])
  const log = createLog('error', { write: (line) => void process.stderr.write(line) })
  const { context, close } = await compose(readSettings(), log, { schema: 'require' })
  try {
    const account = await accountBooks(context, banks, values.camt ?? [])
    const acquirer_books: AcquirerBook[] = []
    const read_at_ms = systemClock.now().getTime()
    for (const { id, at } of acquirers)
      acquirer_books.push(readAcquirerBook(await fetched(context, 'acquirer', at, '/admin/totals?chains=1'), id))
    const { strangers, ...books } = account
    const proof = await prove(context, { period, ...books, acquirer_books, read_at_ms, tell })
    process.stdout.write(summary(proof, period, strangers))
    return proof.disagreements === 0 ? 0 : 1
  } catch (error) {
    if (error instanceof BookError) throw new CommandError(error.message)
    throw error
  } finally {
    await close()
  }
}

function tell({ kind, about, says }: Disagreement): void {
  const sides = Object.entries(says).map(([side, words]) => `${side}: ${words}`)
  process.stdout.write(`${kind}  ${about}  ${sides.join(' | ')}\n`)
}

/** Ledgers first, statements after; all of it is in memory before our rows are read. */
async function accountBooks(
  context: Context,
  banks: readonly Place[],
  files: readonly string[],
): Promise<{ books: Book[]; entries: Entry[]; strangers: number }> {
  const books: Book[] = []
  const entries: Entry[][] = []
  let strangers = 0
  for (const { id, at } of banks) {
    const ledger = readLedger(await fetched(context, 'bank', at, '/sandbox/ledger'), id)
    books.push(ledger.book)
    entries.push(ledger.entries)
    strangers += ledger.strangers
  }
  for (const file of files) {
    const hashIban = (iban: string) => context.keys.hash('iban', iban).toString('hex')
    const read = readStatements(readBookFile(file), basename(file), hashIban)
    books.push(...read.books)
    entries.push(read.entries)
    strangers += read.strangers
  }
  return { books, entries: entries.flat(), strangers }
}

const isAddress = (at: string): boolean => /^https?:\/\//.test(at)

async function fetched(context: Context, purpose: 'bank' | 'acquirer', at: string, path: string): Promise<string> {
  if (!isAddress(at)) return readBookFile(at)
  const address = new URL(at)
  // The simulated one's own pages: where its book is, is known.
  const url = address.pathname === '/' && address.search === '' ? new URL(path, address) : address
  const answer = await context.outbound.request({
    purpose,
    method: 'GET',
    url: url.href,
    headers: { accept: 'application/json' },
    timeout_ms: TIMEOUT_MS,
    max_bytes: MAX_BOOK_BYTES,
  })
  if (answer.kind === 'answered' && answer.status === 200) return answer.body.toString('utf8')
  const outcome = answer.kind === 'answered' ? `HTTP ${answer.status}` : answer.reason
  throw new CommandError(`the book at ${url.origin}${url.pathname} cannot be read: ${outcome}`)
}

function readBookFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Addresses of a demo's banks and acquirer. */
function readReadyFile(file: string): { banks: Place[]; acquirers: Place[] } {
  type Facts = { banks?: { id: string; url: string }[]; acquirer?: { url: string } }
  let facts: Facts
  try {
    facts = JSON.parse(readBookFile(file)) as Facts
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(`${file} is not JSON`)
  }
  if (!Array.isArray(facts.banks) || typeof facts.acquirer?.url !== 'string')
    throw new CommandError(`${file} is not a ready file of the demo`)
  return {
    banks: facts.banks.map(({ id, url }) => ({ id, at: url })),
    acquirers: [{ id: ACQUIRER_ID, at: facts.acquirer.url }],
  }
}

function placeOf(option: string, text: string): Place {
  const [, id, at] = /^([A-Za-z0-9_-]{1,40})=(.+)$/.exec(text) ?? []
  if (id === undefined || at === undefined) throw new UsageError(`${option} must be ID=FILE or ID=URL`)
  if (isAddress(at) && !URL.canParse(at)) throw new UsageError(`${option} ${id}: not an address`)
  return { id, at }
}

function distinct(option: string, places: readonly Place[]): readonly Place[] {
  const ids = new Set<string>()
  for (const { id } of places) {
    if (ids.has(id)) throw new UsageError(`${option} ${id} is given twice`)
    ids.add(id)
  }
  return places
}

function periodOf(from: string | undefined, to: string | undefined, now_ms: number): Period {
  const to_ms = to === undefined ? now_ms - SETTLING_MS : timeOf('--to', to)
  if (from === undefined) return { to_ms }
  const from_ms = timeOf('--from', from)
  if (from_ms >= to_ms) throw new UsageError('--from must be earlier than --to')
  return { from_ms, to_ms }
}

function timeOf(option: string, text: string): number {
  const is_time = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
  const at_ms = is_time ? Date.parse(text) : Number.NaN
  if (!Number.isFinite(at_ms))
    throw new UsageError(`${option} must be a date (UTC) or a time with zone, e.g. 2026-05-01T00:00Z`)
  return at_ms
}

const isWhole = (proof: Proof): boolean =>
  proof.paid_without_book + proof.orders_without_book + proof.orders_moving + proof.agreements_moving === 0

function summary(proof: Proof, { from_ms, to_ms }: Period, strangers: number): string {
  const from = from_ms === undefined ? 'the beginning' : new Date(from_ms).toISOString()
  const { payments, paid, orders, agreements } = proof
  const lines = [
    `from ${from} to ${new Date(to_ms).toISOString()}: ${payments} payments ended, ${paid} paid; ${orders} orders; ${agreements} agreements`,
    ...proof.sums.map(({ rail, currency, ours_minor, theirs_minor }) => {
      const [side, what] = rail === 'account' ? ['banks', 'paid'] : ['acquirers', 'captured less refunded']
      return `${rail} rail, ${what}: ${signed(ours_minor, currency)} ${currency}; by the ${side}' books ${signed(theirs_minor, currency)} ${currency}`
    }),
  ]
  if (proof.paid_without_book > 0) lines.push(`not compared, no book given: ${proof.paid_without_book} paid payments`)
  if (proof.orders_without_book > 0) lines.push(`not compared, no book given: ${proof.orders_without_book} orders`)
  if (proof.orders_moving > 0)
    lines.push(`not compared, under way or changed just now: ${proof.orders_moving} orders, and totals`)
  if (proof.agreements_moving > 0) lines.push(`not compared, changed just now: ${proof.agreements_moving} agreements`)
  if (strangers > 0) lines.push(`entries of the books that carry no number of ours: ${strangers}`)
  const { disagreements } = proof
  if (disagreements > 0) lines.push(`${disagreements} disagreement${disagreements === 1 ? '' : 's'}`)
  else lines.push(isWhole(proof) ? 'all books agree' : 'what was compared agrees')
  return `${lines.join('\n')}\n`
}

const signed = (minor: number, currency: string): string =>
  minor < 0 ? `-${currencyAmountText(-minor, currency)}` : currencyAmountText(minor, currency)
