/**
 * Fields of a JSON body as tables: the names partners use, what a field may hold, what becomes of it. The contract in the
 * OpenAPI text and the reader are made of the same table. Shapes only; what the values mean is checked in `domain/initiation`.
 */
import { type TSchema, Type } from 'typebox'
import type { ErrorCode, ListFault } from '../../domain/errors.ts'
import { parseAmount } from '../../domain/money.ts'
import { FREQUENCIES, type Frequency } from '../../infra/banks/connector.ts'

/** What a field holds once it is read, by kind. */
type Values = {
  text: string
  /** Text, or a whole number as text. */
  id: string
  /** Minor units. */
  amount: number
  ron: 'RON'
  flag: boolean
  /** `yyyy-mm-dd`. */
  day: string
  integer: number
  frequency: Frequency
}

export type Field = {
  readonly kind: keyof Values
  readonly description: string
  /** Of texts: code points. */
  readonly max_length?: number
  /** Of integers. */
  readonly range?: readonly [number, number]
  /** Other names of the same. */
  readonly aliases?: readonly string[]
  readonly examples?: readonly unknown[]
}
export type Table = Readonly<Record<string, Field>>
export type Read<T extends Table> = { readonly [K in keyof T]?: Values[T[K]['kind']] }

/** Longest text that stands for a number, a day or a frequency. */
const MAX_WORD = 32

/** Partners leave a field out in three ways. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

/** A flag as partners write it: JSON, or text in a form. @returns undefined for what is neither yes nor no */
export function asFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).toLowerCase() : ''
  if (/^(true|1|yes|on)$/.test(text)) return true
  return /^(false|0|no|off)$/.test(text) ? false : undefined
}

/** The contract of a table. `null` and an empty text mean absent. */
export function propertiesOf(table: Table): Record<string, TSchema> {
  const properties: Record<string, TSchema> = {}
  for (const [name, field] of Object.entries(table)) {
    properties[name] = Type.Optional(schemaOf(field, field.description))
    for (const alias of field.aliases ?? []) properties[alias] = Type.Optional(schemaOf(field, `The same as ${name}.`))
  }
  return properties
}

function schemaOf(field: Field, description: string): TSchema {
  const about = { description, ...(field.examples !== undefined && { examples: [...field.examples] }) }
  return Type.Union([...typesOf(field), Type.Null()], about)
}

function typesOf(field: Field): TSchema[] {
  const text = Type.String({ maxLength: field.max_length ?? MAX_WORD })
  switch (field.kind) {
    case 'text':
      return [text]
    case 'id':
      return [text, Type.Integer()]
    case 'amount':
      return [Type.Number(), text]
    case 'ron':
      return [Type.Literal('RON')]
    case 'flag':
      return [Type.Boolean()]
    case 'day':
      return [Type.String({ format: 'date' })]
    case 'integer':
      return [Type.Integer({ minimum: field.range?.[0] ?? 0, maximum: field.range?.[1] ?? MAX_INTEGER }), text]
    case 'frequency':
      return [Type.String({ enum: [...FREQUENCIES] })]
  }
}
const MAX_INTEGER = Number.MAX_SAFE_INTEGER

/**
 * Reads the fields of a table out of a body; others are left alone. What cannot be read is added to `faults`, by its name
 * behind `path`, and missing in what is returned.
 */
export function readFields<T extends Table>(
  table: T,
  body: Readonly<Record<string, unknown>>,
  faults: ListFault[],
  path = '',
): Read<T> {
  const read: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(table)) {
    for (const spelling of [name, ...(field.aliases ?? [])]) {
      const given = Object.hasOwn(body, spelling) ? body[spelling] : undefined
      if (isAbsent(given)) continue
      const value = readValue(field, given)
      if (value.fault !== undefined) faults.push({ field: `${path}${spelling}`, ...value.fault })
      else if (read[name] !== undefined && read[name] !== value.is)
        faults.push(invalid(`${path}${spelling}`, `${spelling} and ${name} are given with different values.`))
      else read[name] = value.is
    }
  }
  return read as Read<T>
}

export function invalid(field: string, message: string): ListFault {
  return { field, code: 'FIELD_INVALID', message }
}

export function required(field: string): ListFault {
  return { field, code: 'FIELD_REQUIRED', message: 'A required field is missing.' }
}

type Value =
  | { readonly is: unknown; readonly fault?: undefined }
  | { readonly fault: { readonly code: ErrorCode; readonly message: string } }

const wrong = (message: string, code: ErrorCode = 'FIELD_INVALID'): Value => ({ fault: { code, message } })

function readValue(field: Field, given: unknown): Value {
  switch (field.kind) {
    case 'text':
      return typeof given === 'string' ? textOf(given, field.max_length ?? MAX_WORD) : wrong('The field must be text.')
    case 'id':
      return typeof given === 'string' || Number.isSafeInteger(given)
        ? textOf(String(given), field.max_length ?? MAX_WORD)
        : wrong('The field must be text or a whole number.')
    case 'amount':
      return amountOf(given)
    case 'ron':
      return given === 'RON' ? { is: given } : wrong('Payments are in RON.')
    case 'flag': {
      const flag = asFlag(given)
      return flag === undefined ? wrong('The field must be true or false.') : { is: flag }
    }
    case 'day':
      return isDay(given) ? { is: given } : wrong('The field must be a day of the calendar, like 2030-01-31.')
    case 'integer':
      return integerOf(given, field.range ?? [0, MAX_INTEGER])
    case 'frequency':
      return frequencyOf(given)
  }
}

// NUL and lone surrogates cannot be stored as text; other characters are the domain's business.
function textOf(given: string, max_length: number): Value {
  if (given.length > max_length && [...given].length > max_length)
    return wrong(`The field is longer than ${max_length} characters.`)
  return given.includes('\0') || !given.isWellFormed()
    ? wrong('The field has characters that no text has.')
    : { is: given }
}

const AMOUNT_TEXT = 'The amount must be a positive number of lei with at most two decimals and a decimal point.'

function amountOf(given: unknown): Value {
  const amount = parseAmount(given)
  return amount.ok ? { is: amount.amount_minor } : wrong(AMOUNT_TEXT, 'AMOUNT_INVALID')
}

function isDay(given: unknown): given is string {
  if (typeof given !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(given)) return false
  const at = new Date(`${given}T00:00:00Z`)
  // 30 February rolls over into March, and then reads differently.
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(given)
}

function integerOf(given: unknown, [least, most]: readonly [number, number]): Value {
  const number = typeof given === 'string' && /^\d{1,9}$/.test(given) ? Number(given) : given
  return typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most
    ? { is: number }
    : wrong(`The field must be a whole number from ${least} to ${most}.`)
}

const BY_SPELLING = new Map(FREQUENCIES.map((name) => [name.toLowerCase(), name]))

// Clients write Monthly, MONTHLY, monthly, every_two_weeks.
function frequencyOf(given: unknown): Value {
  const word =
    typeof given === 'string'
      ? given
          .slice(0, MAX_WORD + 1)
          .replace(/[\s_-]/g, '')
          .toLowerCase()
      : ''
  const frequency = BY_SPELLING.get(word)
  return frequency === undefined ? wrong(`The field must be one of ${FREQUENCIES.join(', ')}.`) : { is: frequency }
}
