/** Reads a bank's ledger: the JSON of the simulated banks, `{debits: [{end_to_end_id, amount_minor, currency?, at}]}`. */
import { type Book, BookError, type Entry, readEndToEndId } from './book.ts'

type Fields = Readonly<Record<string, unknown>>
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}

/** @throws BookError */
export function readJsonObject(text: string, what: string): Fields {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    throw new BookError(`${what} is not JSON`)
  }
  return fieldsOf(read)
}

/**
 * @returns the debits that carry one of our ids, and how many do not
 * @throws BookError
 */
export function readLedger(
  text: string,
  bank_id: string,
): { readonly book: Book; readonly entries: Entry[]; readonly strangers: number } {
  const what = `the ledger of ${bank_id}`
  const { debits, summary } = readJsonObject(text, what)
  if (!Array.isArray(debits)) throw new BookError(`${what} has no list "debits"`)
  const { bank } = fieldsOf(summary)
  if (typeof bank === 'string' && bank !== bank_id) throw new BookError(`${what} says that it is another bank's`)
  const book: Book = { kind: 'ledger', name: `bank ${bank_id}`, bank_id }
  const entries: Entry[] = []
  for (const [index, debit] of debits.entries()) {
    const { end_to_end_id, amount_minor, currency = 'RON', at } = fieldsOf(debit)
    const at_ms = typeof at === 'string' ? Date.parse(at) : Number.NaN
    const sound = typeof end_to_end_id === 'string' && typeof currency === 'string' && Number.isFinite(at_ms)
    if (!sound || typeof amount_minor !== 'number' || !Number.isSafeInteger(amount_minor))
      throw new BookError(`${what}: debit ${index + 1} lacks end_to_end_id, amount_minor or at`)
    const ours = readEndToEndId(end_to_end_id)
    if (ours === undefined) continue
    entries.push({ book, direction: 'debit', ...ours, amount_minor, currency, at_ms, is_reversal: false })
  }
  return { book, entries, strangers: debits.length - entries.length }
}
