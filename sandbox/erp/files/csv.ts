/**
 * Comma separated values by RFC 4180, strictly, with the separators of Romanian spreadsheets. A record that breaks the rules is
 * told with its first line, and reading goes on at the next: no line disappears into an open quotation mark.
 */

export type Separator = ';' | ',' | '\t'
/** `line`: of the file, from 1; `lines`: how many the record takes. */
export type CsvRecord = { readonly line: number; readonly lines: number; readonly text: string } & (
  | { readonly fields: readonly string[]; readonly fault?: undefined }
  | { readonly fault: Fault; readonly fields?: undefined }
)

const SEPARATORS: readonly Separator[] = [';', '\t', ',']

/** Reads every record; empty lines are left out. */
export function readCsv(text: string, separator: Separator): CsvRecord[] {
  const records: CsvRecord[] = []
  let at = 0
  let line = 1
  while (at < text.length) {
    const read = readRecord(text, at, separator)
    const end = 'fault' in read ? endOfLine(text, at) : read.end
    const raw = text.slice(at, end)
    const lines = raw.split(/\r\n|\r|\n/).length
    if ('fault' in read) records.push({ line, lines, text: raw, fault: read.fault })
    else if (read.fields.some((field) => field.trim() !== ''))
      records.push({ line, lines, text: raw, fields: read.fields })
    line += lines
    at = afterBreak(text, end)
  }
  return records
}

type Fault = 'QUOTE_OPEN' | 'QUOTE_INSIDE' | 'AFTER_QUOTE'

function readRecord(
  text: string,
  from: number,
  separator: Separator,
): { fields: string[]; end: number } | { fault: Fault } {
  const fields: string[] = []
  let at = from
  for (;;) {
    if (text[at] === '"') {
      const quoted = readQuoted(text, at)
      if (quoted === undefined) return { fault: 'QUOTE_OPEN' }
      fields.push(quoted.value)
      at = quoted.end
      if (at < text.length && text[at] !== separator && !isBreak(text[at])) return { fault: 'AFTER_QUOTE' }
    } else {
      let end = at
      while (end < text.length && text[end] !== separator && !isBreak(text[end])) end += 1
      const value = text.slice(at, end)
      if (value.includes('"')) return { fault: 'QUOTE_INSIDE' }
      fields.push(value)
      at = end
    }
    if (at >= text.length || isBreak(text[at])) return { fields, end: at }
    at += 1
  }
}

/** A field in quotation marks, doubled ones standing for one; undefined when it has no end. */
function readQuoted(text: string, from: number): { value: string; end: number } | undefined {
  let at = from + 1
  for (;;) {
    const mark = text.indexOf('"', at)
    if (mark < 0) return undefined
    if (text[mark + 1] !== '"') return { value: text.slice(from + 1, mark).replaceAll('""', '"'), end: mark + 1 }
    at = mark + 2
  }
}

const isBreak = (character: string | undefined): boolean => character === '\n' || character === '\r'

function endOfLine(text: string, from: number): number {
  let at = from
  while (at < text.length && !isBreak(text[at])) at += 1
  return at
}

function afterBreak(text: string, at: number): number {
  return text[at] === '\r' && text[at + 1] === '\n' ? at + 2 : at + 1
}

/**
 * The separator of a file by its first line, and what is left to read: spreadsheets may say it themselves (`sep=;`).
 * `skipped`: lines taken from the beginning.
 */
export function separatorOf(text: string): { separator: Separator; text: string; skipped: number } {
  const said = /^sep=([;,\t])(?:\r\n|\r|\n)/i.exec(text)
  if (said !== null) return { separator: said[1] as Separator, text: text.slice(said[0].length), skipped: 1 }
  const first = text.split(/\r\n|\r|\n/).find((line) => line.trim() !== '') ?? ''
  const bare = first.replace(/"[^"]*"/g, '')
  const counted = SEPARATORS.map((separator) => ({ separator, count: bare.split(separator).length }))
  const most = counted.reduce((best, each) => (each.count > best.count ? each : best))
  return { separator: most.separator, text, skipped: 0 }
}

/** Records as a file: lines end with CR LF, fields are quoted where they must be. */
export function writeCsv(records: readonly (readonly string[])[], separator: Separator): string {
  const field = (value: string): string =>
    /["\r\n]/.test(value) || value.includes(separator) ? `"${value.replaceAll('"', '""')}"` : value
  return records.map((record) => `${record.map(field).join(separator)}\r\n`).join('')
}
