/**
 * Tables as files, written as they are read: csv.ts (RFC 4180), xlsx.ts (a workbook). Neither holds more than the rows that
 * are on their way: a batch is asked for when the one before has been taken. What is text stays text in whatever opens it.
 */
import { Readable } from 'node:stream'

/** `number`: decimal digits, as they are to be written. */
export type Cell = string | null | { readonly number: string }
export type Row = readonly Cell[]

/** Excel reads UTF-8 as such only behind this mark. */
const BYTE_ORDER_MARK = '\ufeff'
/** What a spreadsheet takes for a formula, full-width forms included. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/
const QUOTED = /[",\r\n]/

/** One row of RFC 4180; text that a spreadsheet would compute stands behind an apostrophe. */
export function csvLine(row: Row): string {
  return `${row.map(csvCell).join(',')}\r\n`
}

function csvCell(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell !== 'string') return cell.number
  const safe = FORMULA.test(cell) ? `'${cell}` : cell
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** @param batches taken one after the other, as fast as the reader reads; ended early when he leaves */
export function csvStream(header: readonly string[], batches: AsyncIterable<readonly Row[]>): Readable {
  return Readable.from(csvParts(header, batches), { objectMode: false })
}

async function* csvParts(header: readonly string[], batches: AsyncIterable<readonly Row[]>): AsyncGenerator<Buffer> {
  yield Buffer.from(BYTE_ORDER_MARK + csvLine(header))
  for await (const rows of batches) yield Buffer.from(rows.map(csvLine).join(''))
}
