/**
 * JSON as the card API reads it: stricter than the language's own parser, which takes the last of two members of one name,
 * and says where a body is wrong. About 4 µs for a body of 15 fields, twice the language's parser. Also the numbers of answers, which keep their zeros.
 */
import { isUtf8 } from 'node:buffer'
import { currencyAmountText } from '../../domain/currency.ts'
import { PunteError } from '../../domain/errors.ts'
import { hasControl, isList, isNested, type Nested, type NestedValue, quoted } from './grammar.ts'

const MAX_DEPTH = 32
/** Members of all objects and elements of all lists together. */
const MAX_VALUES = 2_000
const MAX_NUMBER_LENGTH = 40

/** A JSON number written as it is to be sent. */
export type RawNumber = { readonly rawJSON: string }

// Node has it; the compiler's library of our target does not know it yet.
const raw = JSON as unknown as { rawJSON(text: string): RawNumber; isRawJSON(value: unknown): value is RawNumber }

/** An amount for answers: `1050` RON is the number 10.50, with its zeros, in JSON and on NVP. */
export function amountNumber(amount_minor: number, currency: string): RawNumber {
  return raw.rawJSON(currencyAmountText(amount_minor, currency))
}

/** A decimal number of the grammar (`1.`, `.5`, `007` among them) as a number of an answer, its decimals kept. */
export function decimalNumber(text: string): RawNumber {
  const [, sign = '', whole = '', decimals = ''] = /^(-?)0*(\d*)\.?(\d*)$/.exec(text) ?? []
  return raw.rawJSON(`${sign}${whole === '' ? '0' : whole}${decimals === '' ? '' : `.${decimals}`}`)
}

export const isRawNumber = (value: unknown): value is RawNumber => raw.isRawJSON(value)

type Reading = { readonly text: string; at: number; values: number }

/**
 * @param bytes as received; empty or blank: `{}`
 * @throws PunteError BODY_MALFORMED, in the words of the interface: `Json encoded payload error: …`
 */
export function readJson(bytes: Buffer): Nested {
  if (!isUtf8(bytes)) throw malformed('The text is not UTF-8')
  const text = bytes.toString('utf8')
  const reading: Reading = { text, at: text.charCodeAt(0) === 0xfeff ? 1 : 0, values: 0 }
  skipBlank(reading)
  if (reading.at === text.length) return {}
  const value = readValue(reading, 0)
  skipBlank(reading)
  if (reading.at < text.length) throw unexpected(reading)
  // An empty list stands for an empty object, as elsewhere.
  if (isList(value) && value.length === 0) return {}
  if (!isNested(value)) throw malformed('An object is expected')
  return value
}

function readValue(reading: Reading, depth: number): NestedValue {
  const { text } = reading
  switch (text.charCodeAt(reading.at)) {
    case 0x7b:
      return readObject(reading, depth + 1)
    case 0x5b:
      return readArray(reading, depth + 1)
    case 0x22:
      return readString(reading)
    case 0x74:
      return readWord(reading, 'true', true)
    case 0x66:
      return readWord(reading, 'false', false)
    case 0x6e:
      return readWord(reading, 'null', null)
    default:
      return readNumber(reading)
  }
}

function readObject(reading: Reading, depth: number): Nested {
  enter(reading, depth)
  const read: Record<string, NestedValue> = {}
  if (closes(reading, 0x7d)) return read
  for (;;) {
    const from = reading.at
    if (reading.text.charCodeAt(from) !== 0x22) throw unexpected(reading)
    const name = readString(reading)
    if (Object.hasOwn(read, name)) throw malformedAt(reading, from, `Duplicate name '${quoted(name)}'`)
    skipBlank(reading)
    if (reading.text.charCodeAt(reading.at) !== 0x3a) throw unexpected(reading)
    reading.at++
    skipBlank(reading)
    const value = readValue(reading, depth)
    count(reading)
    // By that name an assignment would set the prototype.
    if (name === '__proto__') Object.defineProperty(read, name, { value, enumerable: true })
    else read[name] = value
    if (ends(reading, 0x7d)) return read
  }
}

function readArray(reading: Reading, depth: number): NestedValue[] {
  enter(reading, depth)
  const read: NestedValue[] = []
  if (closes(reading, 0x5d)) return read
  for (;;) {
    read.push(readValue(reading, depth))
    count(reading)
    if (ends(reading, 0x5d)) return read
  }
}

function enter(reading: Reading, depth: number): void {
  if (depth > MAX_DEPTH) throw malformedAt(reading, reading.at, `Nested deeper than ${MAX_DEPTH}`)
  reading.at++
  skipBlank(reading)
}

function closes(reading: Reading, bracket: number): boolean {
  if (reading.text.charCodeAt(reading.at) !== bracket) return false
  reading.at++
  return true
}

/** After a member: a comma and what follows it, or the end. */
function ends(reading: Reading, bracket: number): boolean {
  skipBlank(reading)
  if (closes(reading, bracket)) return true
  if (reading.text.charCodeAt(reading.at) !== 0x2c) throw unexpected(reading)
  reading.at++
  skipBlank(reading)
  return false
}

function count(reading: Reading): void {
  if (++reading.values > MAX_VALUES) throw malformedAt(reading, reading.at, `More than ${MAX_VALUES} values`)
}

function readString(reading: Reading): string {
  const { text, at: from } = reading
  let end = text.indexOf('"', from + 1)
  const plain = text.slice(from + 1, end < 0 ? text.length : end)
  if (end >= 0 && !plain.includes('\\')) {
    reading.at = end + 1
    // Line ends and tabs are allowed in a text, but not without an escape.
    if (/\p{Cc}/u.test(plain)) throw malformedAt(reading, from, 'Control character in a text')
    return plain
  }
  while (end >= 0 && backslashesBefore(text, end, from) % 2 === 1) end = text.indexOf('"', end + 1)
  if (end < 0) throw malformedAt(reading, text.length, 'Unexpected end')
  reading.at = end + 1
  return unescaped(reading, from, end + 1)
}

function backslashesBefore(text: string, at: number, from: number): number {
  let count = 0
  while (at - 1 - count > from && text.charCodeAt(at - 1 - count) === 0x5c) count++
  return count
}

function unescaped(reading: Reading, from: number, end: number): string {
  let read: string
  try {
    read = JSON.parse(reading.text.slice(from, end)) as string
  } catch {
    // The parser's error would quote the text: it is not kept.
    throw malformedAt(reading, from, 'Wrong escape or control character in a text')
  }
  if (!read.isWellFormed()) throw malformedAt(reading, from, 'Half of a surrogate pair in a text')
  if (hasControl(read)) throw malformedAt(reading, from, 'Control character in a text')
  return read
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

function readNumber(reading: Reading): number {
  NUMBER.lastIndex = reading.at
  const written = NUMBER.exec(reading.text)?.[0]
  if (written === undefined) throw unexpected(reading)
  const value = Number(written)
  if (written.length > MAX_NUMBER_LENGTH || !Number.isFinite(value))
    throw malformedAt(reading, reading.at, 'A number is too long')
  reading.at += written.length
  return value
}

function readWord<T>(reading: Reading, word: string, value: T): T {
  if (!reading.text.startsWith(word, reading.at)) throw unexpected(reading)
  reading.at += word.length
  return value
}

function skipBlank(reading: Reading): void {
  const { text } = reading
  for (;;) {
    const code = text.charCodeAt(reading.at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
    reading.at++
  }
}

function unexpected(reading: Reading): PunteError {
  const code = reading.text.codePointAt(reading.at)
  if (code === undefined) return malformedAt(reading, reading.at, 'Unexpected end')
  // A digit could be one of a card number's.
  const shown = String.fromCodePoint(code).replace(/[\d\p{Cc}]/u, '?')
  return malformedAt(reading, reading.at, `Unexpected character '${shown}'`)
}

function malformedAt(reading: Reading, at: number, what: string): PunteError {
  const before = reading.text.slice(0, at)
  const line = before.split('\n').length
  return malformed(`${what} at [character ${at - before.lastIndexOf('\n')} line ${line}]`)
}

const malformed = (what: string): PunteError =>
  new PunteError('BODY_MALFORMED', { text: `Json encoded payload error: ${what}` })
