/** A spreadsheet saved as text: its first line names the columns, in Romanian or English, each other one is a payment. */
import { readAmount } from './amount.ts'
import { type CsvRecord, readCsv, separatorOf } from './csv.ts'
import {
  type FileLine,
  FileRefused,
  faultsOf,
  MAX_LINES,
  type ReadFile,
  type RejectedLine,
  shownText,
  tidy,
  tidyIban,
  withDuplicates,
} from './lines.ts'

type Column = 'name' | 'iban' | 'amount' | 'details' | 'currency'

/** Names of columns without diacritics, capitals and signs. */
const NAMES: Record<Column, readonly string[]> = {
  name: [
    ...['nume beneficiar', 'beneficiar', 'nume', 'nume si prenume', 'nume angajat', 'angajat', 'salariat', 'furnizor'],
    ...['denumire beneficiar', 'denumire', 'creditor name', 'creditorname', 'creditor', 'beneficiary name'],
    ...['beneficiary', 'payee', 'employee', 'supplier', 'name'],
  ],
  iban: [
    ...['iban', 'iban beneficiar', 'cont iban', 'cont', 'cont beneficiar', 'cont iban beneficiar', 'creditor iban'],
    ...['creditoriban', 'beneficiary iban', 'beneficiary account', 'account', 'account number'],
  ],
  amount: [
    ...['suma', 'suma lei', 'suma ron', 'suma in lei', 'suma de plata', 'valoare', 'valoare lei', 'valoare ron'],
    ...['rest de plata', 'net de plata', 'salariu net', 'amount', 'amount ron', 'sum', 'value', 'net salary'],
  ],
  details: [
    ...['detalii', 'detalii plata', 'detalii de plata', 'explicatii', 'explicatie', 'explicatii plata', 'descriere'],
    ...['referinta', 'details', 'payment details', 'description', 'reference', 'remittance information', 'message'],
  ],
  currency: ['moneda', 'valuta', 'currency', 'ccy'],
}
const COLUMN_WORDS: Record<Column, string> = {
  name: 'Nume beneficiar',
  iban: 'IBAN',
  amount: 'Sumă',
  details: 'Detalii',
  currency: 'Monedă',
}
const NEEDED: readonly Column[] = ['name', 'iban', 'amount', 'details']

const RECORD_FAULTS = {
  QUOTE_OPEN: 'ghilimelele nu se închid',
  QUOTE_INSIDE: 'ghilimele în mijlocul unui câmp; câmpul întreg se scrie între ghilimele, iar cele din el se dublează',
  AFTER_QUOTE: 'text după ghilimelele care închid câmpul',
} as const

/** @throws FileRefused when there is no line that names the columns, or no other */
export function readTable(text: string): ReadFile {
  const { separator, text: rest, skipped } = separatorOf(text)
  const [header, ...records] = readCsv(rest, separator).map((record) => ({ ...record, line: record.line + skipped }))
  if (header === undefined || header.fault !== undefined) throw new FileRefused(headerWords())
  const { columns, unused } = readHeader(header.fields)
  if (records.length === 0) throw new FileRefused('Fișierul are numai antetul, nicio plată.')
  if (records.length > MAX_LINES)
    throw new FileRefused(`Fișierul are ${records.length} de linii; cel mult ${MAX_LINES}.`)
  const accepted: FileLine[] = []
  const rejected: RejectedLine[] = []
  for (const record of records) {
    const read = readLine(record, columns, header.fields.length)
    if (typeof read === 'string') rejected.push({ line: record.line, text: shownText(record.text), reason: read })
    else accepted.push(read)
  }
  const notes = unused.length === 0 ? [] : [`Coloane nefolosite: ${unused.join(', ')}.`]
  return { kind: 'csv', accepted: withDuplicates(accepted), rejected, notes, contradictions: [] }
}

function headerWords(missing: readonly Column[] = NEEDED): string {
  const words = missing.map((column) => COLUMN_WORDS[column]).join(', ')
  return `Prima linie trebuie să numească coloanele. ${missing.length === 1 ? 'Lipsește' : 'Lipsesc'}: ${words}.`
}

function readHeader(cells: readonly string[]): { columns: ReadonlyMap<Column, number>; unused: readonly string[] } {
  const columns = new Map<Column, number>()
  const unused: string[] = []
  for (const [index, cell] of cells.entries()) {
    const plain = tidy(cell)
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, ' ')
      .trim()
    const column = (Object.keys(NAMES) as Column[]).find((each) => NAMES[each].includes(plain))
    if (column === undefined) {
      if (plain !== '') unused.push(tidy(cell).slice(0, 40))
    } else if (columns.has(column)) {
      throw new FileRefused(`Coloana „${COLUMN_WORDS[column]}” apare de două ori în antet.`)
    } else columns.set(column, index)
  }
  const missing = NEEDED.filter((column) => !columns.has(column))
  if (missing.length > 0) throw new FileRefused(headerWords(missing))
  return { columns, unused }
}

/** The payment of a record, or why it is none. */
function readLine(record: CsvRecord, columns: ReadonlyMap<Column, number>, width: number): FileLine | string {
  if (record.fault !== undefined) return RECORD_FAULTS[record.fault]
  // A quotation mark left open swallows the lines up to the next one; they must not become the details of a payment.
  if (record.lines > 1) return `un câmp trece peste ${record.lines} rânduri; scrie fiecare plată pe un rând`
  if (record.fields.slice(width).some((field) => field.trim() !== ''))
    return 'are mai multe câmpuri decât antetul (o virgulă în sumă sau în detalii cere ghilimele)'
  const cell = (column: Column): string => record.fields[columns.get(column) ?? -1] ?? ''
  const line = { name: tidy(cell('name')), iban: tidyIban(cell('iban')), details: tidy(cell('details')) }
  const faults = faultsOf(line)
  const amount = readAmount(cell('amount'))
  if ('fault' in amount) faults.push(amount.fault)
  const currency = tidy(cell('currency')).toUpperCase()
  if (currency !== '' && currency !== 'RON' && currency !== 'LEI')
    faults.push(`moneda este ${currency.slice(0, 10)}, se plătește numai în RON`)
  if (faults.length > 0 || 'fault' in amount) return faults.join('; ')
  return { line: record.line, ...line, amount_minor: amount.amount_minor }
}
