/**
 * Reads statements of account (ISO 20022 camt.053.001.02, and later versions where what is read has kept its place): of each
 * booked entry that carries one of our end-to-end ids the direction, amount, currency and booking date.
 */
import { childOf, childrenOf, type Element, readXml, textOf } from '../../infra/xml.ts'
import { parseCurrencyAmount } from '../currency.ts'
import { type Book, BookError, type Entry, readEndToEndId } from './book.ts'

const DAY_MS = 86_400_000

/**
 * @param hashIban of an IBAN without spaces, in hex
 * @returns a book for each statement of the file, its entries, and how many entries carry no id of ours
 * @throws BookError
 */
export function readStatements(
  xml: string,
  name: string,
  hashIban: (iban: string) => string,
): { readonly books: Book[]; readonly entries: Entry[]; readonly strangers: number } {
  const document = readXml(xml)
  if (document === undefined) throw new BookError(`${name} is not well-formed XML`)
  const statements = childrenOf(childOf(document, 'BkToCstmrStmt'), 'Stmt')
  if (statements.length === 0) throw new BookError(`${name} holds no camt.053 statement`)
  const books: Book[] = []
  const entries: Entry[] = []
  let strangers = 0
  for (const [index, statement] of statements.entries()) {
    const book_name = statements.length === 1 ? `statement ${name}` : `statement ${name} no. ${index + 1}`
    const book = readHead(statement, book_name, hashIban)
    books.push(book)
    for (const entry of childrenOf(statement, 'Ntry')) {
      const read = readEntry(entry, book)
      entries.push(...read.entries)
      strangers += read.strangers
    }
  }
  return { books, entries, strangers }
}

/** Account and time (§ Statement: Acct, FrToDt); without a time, the days of its booked entries. */
function readHead(statement: Element, name: string, hashIban: (iban: string) => string): Book {
  const iban = textOf(statement, 'Acct', 'Id', 'IBAN').replaceAll(' ', '')
  if (iban === '') throw new BookError(`${name} names no account by IBAN`)
  const from = textOf(statement, 'FrToDt', 'FrDtTm')
  const to = textOf(statement, 'FrToDt', 'ToDtTm')
  const days = childrenOf(statement, 'Ntry').map((entry) => bookedAt(entry, name))
  const from_ms = from === '' ? Math.min(...days, Number.POSITIVE_INFINITY) : timeOf(from, name)
  const to_ms = to === '' ? Math.max(...days, Number.NEGATIVE_INFINITY) + DAY_MS : timeOf(to, name)
  return { kind: 'statement', name, iban_hash: hashIban(iban), from_ms, to_ms }
}

function readEntry(entry: Element, book: Book): { entries: Entry[]; strangers: number } {
  // BOOK since 001.02; later versions say <Sts><Cd>BOOK</Cd></Sts>.
  const status = textOf(entry, 'Sts', 'Cd') || textOf(entry, 'Sts')
  if (status !== 'BOOK') return { entries: [], strangers: 0 }
  const details = childrenOf(entry, 'NtryDtls').flatMap((one) => childrenOf(one, 'TxDtls'))
  const found: Entry[] = []
  let strangers = details.length === 0 ? 1 : 0
  for (const one of details) {
    const ours = readEndToEndId(textOf(one, 'Refs', 'EndToEndId'))
    if (ours === undefined) {
      strangers += 1
      continue
    }
    const own_amount = childOf(one, 'AmtDtls', 'TxAmt', 'Amt') ?? childOf(one, 'Amt')
    // Of several payments booked as one only the payment's own amount will do.
    const amount = own_amount ?? (details.length === 1 ? childOf(entry, 'Amt') : undefined)
    const currency = amount?.attributes.get('Ccy') ?? ''
    const read = parseCurrencyAmount(amount?.text.trim() ?? '', currency)
    const side = textOf(one, 'CdtDbtInd') || textOf(entry, 'CdtDbtInd')
    if (!read.ok || (side !== 'DBIT' && side !== 'CRDT'))
      throw new BookError(`${book.name}: the entry of P${ours.partner_id}-${ours.payment_id} lacks amount or direction`)
    found.push({
      book,
      direction: side === 'DBIT' ? 'debit' : 'credit',
      ...ours,
      amount_minor: read.amount_minor,
      currency,
      at_ms: bookedAt(entry, book.name),
      is_reversal: ['true', '1'].includes(textOf(entry, 'RvslInd')),
    })
  }
  return { entries: found, strangers }
}

const bookedAt = (entry: Element, name: string): number =>
  timeOf(textOf(entry, 'BookgDt', 'DtTm') || textOf(entry, 'BookgDt', 'Dt') || textOf(entry, 'ValDt', 'Dt'), name)

/** A date, or a time without zone, is meant in Romania. */
function timeOf(value: string, name: string): number {
  const is_zoned = /T.*(Z|[+-]\d\d:\d\d)$/.test(value)
  const as_utc_ms = Date.parse(is_zoned || !value.includes('T') ? value : `${value}Z`)
  if (!Number.isFinite(as_utc_ms)) throw new BookError(`${name} has a date that cannot be read`)
  return is_zoned ? as_utc_ms : as_utc_ms - offsetInRomania(as_utc_ms)
}

const ROMANIA = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Bucharest', timeZoneName: 'longOffset' })

function offsetInRomania(at_ms: number): number {
  const zone = ROMANIA.formatToParts(at_ms).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  return Number(/GMT\+(\d\d)/.exec(zone)?.[1] ?? 2) * 3_600_000
}
