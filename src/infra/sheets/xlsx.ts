/**
 * A workbook (Office Open XML, ECMA-376 part 1) as a stream: sheets whose rows are written as they come, in a ZIP. Text stands
 * in the cells themselves (`inlineStr`) in a style that is text, so that nothing of it is ever a formula or a date.
 */
import { PassThrough, pipeline, Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import type { Cell, Row } from './csv.ts'

/** Rows of a sheet (Excel's limit) without its header. */
const MOST_ROWS = 1_048_575
/** Excel's limit for a cell. */
const MOST_LETTERS = 32_767
/** Beyond the third level deflate takes twice as long for a tenth less. */
const LEVEL = 3
/** Styles of styles.xml: text, header, number. */
const TEXT = 1
const HEADER = 2
const NUMBER = 3

/**
 * @param batches taken one after the other, as fast as the reader reads; ended early when he leaves
 * @param rows_per_sheet for tests
 */
export function xlsxStream(
  header: readonly string[],
  batches: AsyncIterable<readonly Row[]>,
  rows_per_sheet: number = MOST_ROWS,
): Readable {
  const zip = new ZipFile()
  const out = new PassThrough()
  const rows = createSupply(batches[Symbol.asyncIterator]())
  let current: Readable | undefined
  const stop = (error: Error | null | undefined) => {
    // The reader has left, or a sheet broke off: what is being read ends as well.
    if (!error) return
    current?.destroy()
    void rows.end()
    out.destroy(error)
  }
  pipeline(zip.outputStream as Readable, out, stop)
  zip.on('error', (error: Error) => stop(error))

  const addSheet = (number: number): void => {
    zip.addReadStreamLazy(`xl/worksheets/sheet${number}.xml`, { compressionLevel: LEVEL }, (done) => {
      const parts = sheetParts(header, rows, rows_per_sheet)
      current = Readable.from(parts, { objectMode: false, highWaterMark: 1 })
      current.once('end', () => {
        if (rows.isEmpty()) finish(zip, number)
        else addSheet(number + 1)
      })
      current.once('error', (error) => stop(error))
      done(null, current)
    })
  }
  addSheet(1)
  return out
}

/** Rows on their way: what is left of a batch when a sheet is full begins the next one. */
type Supply = {
  next(most: number): Promise<readonly Row[]>
  /** Known once `next` has given fewer than asked for, or looked one batch ahead. */
  isEmpty(): boolean
  end(): Promise<void>
}

function createSupply(batches: AsyncIterator<readonly Row[]>): Supply {
  let left: readonly Row[] = []
  let is_done = false
  const fill = async () => {
    while (left.length === 0 && !is_done) {
      const { done, value } = await batches.next()
      if (done === true) is_done = true
      else left = value
    }
  }
  return {
    async next(most) {
      await fill()
      const taken = left.slice(0, most)
      left = left.slice(taken.length)
      // Whether another sheet is needed must be known when this one ends.
      if (taken.length === most) await fill()
      return taken
    },
    isEmpty: () => is_done && left.length === 0,
    async end() {
      is_done = true
      left = []
      await batches.return?.()
    },
  }
}

async function* sheetParts(header: readonly string[], rows: Supply, most: number): AsyncGenerator<Buffer> {
  const columns = header.map((_, n) => columnName(n))
  const first = header.map((title, n) => textCell(`${columns[n]}1`, title, HEADER)).join('')
  yield Buffer.from(`${SHEET_BEGIN}<row r="1">${first}</row>`)
  let count = 0
  while (count < most) {
    const batch = await rows.next(most - count)
    if (batch.length === 0) break
    const before = count + 2
    yield Buffer.from(batch.map((row, n) => rowXml(columns, row, before + n)).join(''))
    count += batch.length
  }
  yield Buffer.from('</sheetData></worksheet>')
}

function rowXml(columns: readonly string[], row: Row, number: number): string {
  return `<row r="${number}">${row.map((cell, n) => cellXml(`${columns[n]}${number}`, cell)).join('')}</row>`
}

function cellXml(at: string, cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'string') return textCell(at, cell, TEXT)
  return `<c r="${at}" s="${NUMBER}"><v>${xmlText(cell.number)}</v></c>`
}

const textCell = (at: string, text: string, style: number): string =>
  `<c r="${at}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${xmlText(text.slice(0, MOST_LETTERS))}</t></is></c>`

const XML_NAMES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
// XML 1.0 knows no other control characters, and no U+FFFE and U+FFFF.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

const xmlText = (text: string): string =>
  text
    .toWellFormed()
    .replace(UNWRITABLE, '\ufffd')
    .replace(/[&<>]/g, (sign) => XML_NAMES[sign] as string)

/** 0 → A, 26 → AA. */
function columnName(n: number): string {
  return (n >= 26 ? columnName(Math.floor(n / 26) - 1) : '') + String.fromCharCode(65 + (n % 26))
}

/** What says how the sheets belong together; when their number is known. */
function finish(zip: ZipFile, sheets: number): void {
  const numbers = Array.from({ length: sheets }, (_, n) => n + 1)
  const add = (path: string, text: string) => zip.addBuffer(Buffer.from(XML + text), path)
  const overrides = numbers.map(
    (n) =>
      `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`,
  )
  add(
    '[Content_Types].xml',
    `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>${overrides.join('')}</Types>`,
  )
  add(
    '_rels/.rels',
    `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  )
  const named = numbers.map((n) => `<sheet name="Date ${n}" sheetId="${n}" r:id="rId${n}"/>`)
  add(
    'xl/workbook.xml',
    `<workbook xmlns="${MAIN}" xmlns:r="${DOCUMENT}"><sheets>${named.join('')}</sheets></workbook>`,
  )
  const parts = numbers.map(
    (n) => `<Relationship Id="rId${n}" Type="${DOCUMENT}/worksheet" Target="worksheets/sheet${n}.xml"/>`,
  )
  const styles = `<Relationship Id="rId${sheets + 1}" Type="${DOCUMENT}/styles" Target="styles.xml"/>`
  add(
    'xl/_rels/workbook.xml.rels',
    `<Relationships xmlns="${PACKAGE}/relationships">${parts.join('')}${styles}</Relationships>`,
  )
  add('xl/styles.xml', STYLES)
  zip.end()
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const DOCUMENT = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
// The header stays in view.
const SHEET_BEGIN = `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15" baseColWidth="18"/><sheetData>`
// 49 is text; 0 general.
const STYLES = `<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/><xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/><xf numFmtId="0"/></cellXfs></styleSheet>`
