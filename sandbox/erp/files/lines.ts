/**
 * Files of payments that people upload: spreadsheets saved as text (`table.ts`) and bank files pain.001 (`pain001.ts`). Every
 * line of a file ends either among the accepted or, with its number, its text and the reason, among the rejected.
 */
import { isRomanianIban } from '../../process/markup.ts'

/** One payment of a file. `line`: where it stands in the file, from 1. */
export type FileLine = {
  readonly line: number
  readonly name: string
  readonly iban: string
  readonly amount_minor: number
  readonly details: string
  /** The line before it that has the same IBAN, amount and details. */
  readonly duplicate_of?: number
}
export type RejectedLine = { readonly line: number; readonly text: string; readonly reason: string }

export type ReadFile = {
  readonly kind: 'csv' | 'pain.001'
  readonly accepted: readonly FileLine[]
  readonly rejected: readonly RejectedLine[]
  /** What a person should know before paying: columns that were not used, the encoding. */
  readonly notes: readonly string[]
  /** Where the file contradicts itself: its own count or total is another. */
  readonly contradictions: readonly string[]
  readonly debtor_iban?: string
  /** ISO date. */
  readonly execution_date?: string
}

/** A file of which nothing can be read; the message is shown. */
export class FileRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FileRefused'
  }
}

export const MAX_FILE_BYTES = 1_048_576
/** Ten lists. */
export const MAX_LINES = 5000
export const MAX_NAME = 70
export const MAX_DETAILS = 140
/** Of a rejected line, as much is shown. */
const MAX_TEXT = 1000
/** Nine digits of lei. */
export const MAX_AMOUNT_MINOR = 99_999_999_999

/** Text in one Unicode form, cedillas as commas below, without control characters and doubled spaces. */
export function tidy(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[şŞţŢ]/g, (letter) => ({ ş: 'ș', Ş: 'Ș', ţ: 'ț', Ţ: 'Ț' })[letter] ?? letter)
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
}

/** The text of a rejected line, as it stood, cut to what a page shows. */
export function shownText(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim()
  return flat.length > MAX_TEXT ? `${flat.slice(0, MAX_TEXT)}…` : flat
}

/** Why name, IBAN and details cannot be paid with; empty when they can. In words, each a whole phrase. */
export function faultsOf(line: { name: string; iban: string; details: string }): string[] {
  return [
    textFault('numele beneficiarului', line.name, MAX_NAME),
    ibanFault(line.iban),
    textFault('detaliile', line.details, MAX_DETAILS),
  ].filter((fault) => fault !== undefined)
}

function textFault(what: string, text: string, max: number): string | undefined {
  if (text === '') return `lipsesc ${what}`.replace('lipsesc numele', 'lipsește numele')
  if ([...text].length > max) return `${what}: cel mult ${max} de caractere, sunt ${[...text].length}`
  return /[\p{L}\p{N}]/u.test(text) ? undefined : `${what}: nicio literă sau cifră`
}

function ibanFault(iban: string): string | undefined {
  if (iban === '') return 'lipsește IBAN-ul'
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{1,30}$/.test(iban)) return 'IBAN-ul nu are forma unui IBAN'
  if (!iban.startsWith('RO')) return 'IBAN-ul nu este din România'
  if (iban.length !== 24) return `IBAN-ul are ${iban.length} caractere în loc de 24`
  return isRomanianIban(iban) ? undefined : 'IBAN-ul nu este corect: cifrele de control nu se potrivesc'
}

export function tidyIban(text: string): string {
  return text.replace(/[\s\u00a0-]+/gu, '').toUpperCase()
}

/** Marks every line that repeats an earlier one: same IBAN, amount and details. */
export function withDuplicates(lines: readonly FileLine[]): readonly FileLine[] {
  const first = new Map<string, number>()
  return lines.map((line) => {
    const key = JSON.stringify([line.iban, line.amount_minor, line.details.toLowerCase()])
    const before = first.get(key)
    if (before === undefined) first.set(key, line.line)
    return before === undefined ? line : { ...line, duplicate_of: before }
  })
}
