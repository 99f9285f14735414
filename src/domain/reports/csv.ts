/** A small table as CSV, whole. */
import { csvLine } from '../../infra/sheets/csv.ts'

/** Spreadsheets read the letters right behind it. */
const BYTE_ORDER_MARK = '\ufeff'

/** @param rows the first one the headings; null is an empty cell */
export function csvOf(rows: readonly (readonly (string | number | null)[])[]): string {
  const lines = rows.map((row) =>
    csvLine(row.map((cell) => (typeof cell === 'number' ? { number: String(cell) } : cell))),
  )
  return BYTE_ORDER_MARK + lines.join('')
}
