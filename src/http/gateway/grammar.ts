/**
 * The words of the card API and the form of its values: what a text, an amount, a date may look like, and what is said when
 * one does not. Form only: what a value means (zero, decimals of a currency, a date in the past) is the domain's to say.
 */
import { PunteError } from '../../domain/errors.ts'

/** Operations, as NVP's `apiOperation` names them; REST tells most of them by method and path. */
export const OPERATIONS = [
  'PAY',
  'AUTHORIZE',
  'VERIFY',
  'CAPTURE',
  'REFUND',
  'VOID',
  'UPDATE_AUTHORIZATION',
  'RETRIEVE_ORDER',
  'RETRIEVE_TRANSACTION',
  'CREATE_SESSION',
  'UPDATE_SESSION',
  'RETRIEVE_SESSION',
  'TOKENIZE',
  'RETRIEVE_TOKEN',
  'DELETE_TOKEN',
  'RETRIEVE_AGREEMENT',
  'PAYMENT_OPTIONS_INQUIRY',
  'INFORMATION',
] as const
export type GatewayOperation = (typeof OPERATIONS)[number]

/** A request or an answer in the wire's own nesting. */
export type Nested = { readonly [name: string]: NestedValue }
export type NestedValue = string | number | boolean | null | Nested | readonly NestedValue[]

export type Scalar = string | number | boolean
/** What is wrong with a value; `unsupported`: nothing, but Punte does not offer it. */
export type Fault = { readonly fault: string; readonly unsupported?: boolean }

/** The form of one value. */
export type Rule = {
  readonly is: 'rule'
  readonly type: string
  /** Length or range, for the reference page; empty where the type says all. */
  readonly says: string
  readonly values?: readonly string[]
  /** @returns the value in its normal form, or what is wrong with it */
  readonly read: (value: Scalar) => Scalar | Fault
}

const MAX_QUOTED = 100

export function isNested(value: NestedValue | undefined): value is Nested {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isList(value: NestedValue | undefined): value is readonly NestedValue[] {
  return Array.isArray(value)
}

/** Fit for an explanation: at most 100 characters, and what could be a card number is not shown. */
export function quoted(text: string): string {
  const masked = text.replace(/(?<!\d)\d(?:[ -]?\d){8,18}(?!\d)/g, (digits) =>
    passesLuhn(digits.replace(/\D/g, '')) ? digits.replace(/\d/g, 'x') : digits,
  )
  return masked.length > MAX_QUOTED ? `${masked.slice(0, MAX_QUOTED).toWellFormed()}…` : masked
}

function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 1 : 2)
    sum += digit > 9 ? digit - 9 : digit
  }
  return sum % 10 === 0
}

/** @param secret the value is not shown */
export function invalidField(field: string, value: NestedValue, secret: boolean, fault: Fault): PunteError {
  const shown = secret || typeof value === 'object' ? 'Value' : `Value '${quoted(String(value))}'`
  if (fault.unsupported === true)
    return new PunteError('FIELD_UNSUPPORTED', { field, text: `${shown} is unsupported. ${fault.fault}`.trimEnd() })
  return new PunteError('FIELD_INVALID', { field, text: `${shown} is invalid. ${fault.fault}` })
}

/** A parameter that the operation does not know: the explanation names it, and `field` stays empty (it is no field). */
export function unexpectedField(name: string): PunteError {
  return new PunteError('FIELD_UNEXPECTED', { text: `Unexpected parameter '${quoted(name)}'` })
}

export function missingField(field: string): PunteError {
  return new PunteError('FIELD_REQUIRED', { field, text: 'Missing parameter' })
}

/** Control characters but tab and line ends, C1 included. */
const CONTROL = /[^\P{Cc}\t\n\r]/u
/** Control characters, all of them. */
const ANY_CONTROL = /\p{Cc}/u

/** @returns whether a text holds a control character other than tab and line ends */
export const hasControl = (text: string): boolean => CONTROL.test(text)

const TEXT_EXPECTED: Fault = { fault: 'A text is expected.' }

/** Characters as people count them: a pair of surrogates is one. */
function lengthOf(text: string): number {
  let length = 0
  for (const _ of text) length++
  return length
}

function lengthFault(text: string, min: number, max: number): Fault | undefined {
  if (text.length < min) return { fault: `Length is ${text.length} characters, but must be more than ${min - 1}` }
  if (text.length <= max) return undefined
  const length = lengthOf(text)
  return length <= max ? undefined : { fault: `Length is ${length} characters, but must be less than ${max + 1}` }
}

const range = (min: number, max: number, unit: string): string =>
  min === max ? `${max} ${unit}` : `${min}–${max} ${unit}`

/** @param numbers whether a JSON number is taken for its digits */
function patterned(
  type: string,
  [min, max]: readonly [number, number],
  pattern: RegExp | undefined,
  fault: string,
  numbers = false,
): Rule {
  return {
    is: 'rule',
    type,
    says: range(min, max, 'characters'),
    read: (value) => {
      const text = numbers && typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
      if (typeof text !== 'string') return TEXT_EXPECTED
      const wrong = lengthFault(text, min, max)
      if (wrong !== undefined) return wrong
      return pattern === undefined || pattern.test(text) ? text : { fault }
    },
  }
}

/** Any characters; tabs and line ends among them. */
export const text = (max: number, min = 1): Rule => ({
  ...patterned('text', [min, max], /^[\P{Cc}\t\n\r]*$/u, 'It must not hold control characters.'),
})

/** Any characters of one line: names that are looked up and shown in lists. */
export const identifier = (max: number, min = 1): Rule => ({
  ...patterned('text', [min, max], undefined, ''),
  read: (value) => {
    if (typeof value !== 'string') return TEXT_EXPECTED
    return lengthFault(value, min, max) ?? (ANY_CONTROL.test(value) ? { fault: 'It must be one line of text.' } : value)
  },
})

export const ascii = (max: number, min = 1): Rule =>
  patterned('ASCII', [min, max], /^[\x20-\x7e]*$/, 'It may consist of printable ASCII characters.')

/** Digits as text; a JSON number is taken for its digits. */
export const digits = (max: number, min = 1): Rule =>
  patterned('digits', [min, max], /^\d*$/, 'It may consist of the characters 0-9', true)

export const letters = (length: number): Rule =>
  patterned('upper case letters', [length, length], /^[A-Z]*$/, 'It must consist of the characters A-Z')

/** @param more characters allowed beside 0-9, a-z, A-Z */
export const alphanumeric = (max: number, min = 1, more = ''): Rule => {
  const escaped = more.replace(/[\\\]^-]/g, '\\$&')
  const listed = [...more].map((one) => `, '${one}'`).join('')
  return patterned(
    'alphanumeric',
    [min, max],
    new RegExp(`^[0-9a-zA-Z${escaped}]*$`),
    `It may consist of the characters 0-9, a-z, A-Z${listed}`,
  )
}

export const matching = (type: string, max: number, pattern: RegExp, fault: string): Rule =>
  patterned(type, [1, max], pattern, fault)

export const email = (): Rule => matching('e-mail', 254, /^[^\s@]+@[^\s@]+$/, 'It must be an e-mail address.')

export const phone = (): Rule =>
  matching(
    'telephone',
    30,
    /^(?=(?:\D*\d){2,15}$)\+\d{1,3} \d(?: ?\d)*$/,
    "It must be '+', the country code, a space and the national number.",
  )

export const url = (): Rule => ({
  ...matching('URL', 2048, /^/, ''),
  read: (value) => {
    if (typeof value !== 'string') return TEXT_EXPECTED
    const wrong = lengthFault(value, 1, 2048)
    if (wrong !== undefined) return wrong
    const read = /^https?:\/\//i.test(value) && !/[\s\p{Cc}]/u.test(value) && URL.canParse(value)
    return read ? value : { fault: 'It must be an absolute http or https address.' }
  },
})

const DECIMAL = /^(?:\d+\.?\d*|\.\d+)$/
const NUMBER_EXPECTED: Fault = { fault: "It must be a decimal number of the characters 0-9 and '.'" }

/** A decimal number as text or JSON number, without sign and exponent; normalised to text. */
export const decimal = (max: number, type = 'decimal', pattern = DECIMAL): Rule => ({
  is: 'rule',
  type,
  says: range(1, max, 'characters'),
  read: (value) => {
    if (typeof value === 'boolean') return NUMBER_EXPECTED
    const written = String(value)
    return lengthFault(written, 1, max) ?? (pattern.test(written) ? written : NUMBER_EXPECTED)
  },
})

/** An amount of money. */
export const amount = (): Rule => decimal(14, 'amount')
/** An amount that may be negative: discounts and the like in line items. */
export const signedAmount = (): Rule => decimal(14, 'amount, may be negative', /^-?(?:\d+\.?\d*|\.\d+)$/)

/** Whether a rule is of money: answers tell it as a number. */
export const isAmount = ({ type }: Rule): boolean => type.startsWith('amount')

/** A whole number as JSON number or digits; normalised to a number. */
export const integer = (min: number, max: number): Rule => ({
  is: 'rule',
  type: 'integer',
  says: `${min}–${max}`,
  read: (value) => {
    const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) return { fault: 'A whole number is expected.' }
    return number >= min && number <= max ? number : { fault: `It must be from ${min} to ${max}.` }
  },
})

/** Digits of a number in a range, without leading zeros in the normal form (`"05"` → `"5"`). */
export const month = (): Rule => ({
  is: 'rule',
  type: 'digits',
  says: '1–12',
  read: (value) => {
    if (typeof value === 'boolean' || !/^\d{1,2}$/.test(String(value))) return { fault: 'A month is from 1 to 12.' }
    const number = Number(value)
    return number >= 1 && number <= 12 ? String(number) : { fault: 'A month is from 1 to 12.' }
  },
})

export const boolean = (): Rule => ({
  is: 'rule',
  type: 'boolean',
  says: '',
  values: ['true', 'false'],
  read: (value) => {
    if (value === true || value === 'true' || value === 'TRUE') return true
    if (value === false || value === 'false' || value === 'FALSE') return false
    return { fault: 'It must be true or false.' }
  },
})

/** A switch that is not offered: it may be said to be off. */
export const onlyFalse = (): Rule => {
  const rule = boolean()
  return {
    ...rule,
    values: ['false'],
    read: (value) => (rule.read(value) === true ? { fault: 'Offered: false', unsupported: true } : rule.read(value)),
  }
}

/** `yyyy-mm-dd`, a day that exists. */
export const date = (): Rule => ({
  is: 'rule',
  type: 'date',
  says: 'yyyy-mm-dd',
  read: (value) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && dayExists(value)
      ? value
      : { fault: 'It must be a date, yyyy-mm-dd.' },
})

export const dateTime = (): Rule => ({
  is: 'rule',
  type: 'date and time',
  says: 'YYYY-MM-DDThh:mm:ss.SSSZ',
  read: (value) =>
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/.test(value) &&
    dayExists(value.slice(0, 10))
      ? value
      : { fault: 'It must be a date and time, YYYY-MM-DDThh:mm:ss.SSSZ.' },
})

export const time = (): Rule =>
  matching('time', 20, /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?(Z|[+-]\d\d(:?\d\d)?)$/, 'It must be a time, hh:mm[:ss]Z.')

function dayExists(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day)
}

/**
 * One of a list; case matters.
 *
 * @param more.aliases other spellings, and what they stand for
 * @param more.unsupported values of the interface that Punte does not offer
 */
export const oneOf = (
  values: readonly string[],
  more: { readonly aliases?: Readonly<Record<string, string>>; readonly unsupported?: readonly string[] } = {},
): Rule => {
  const known = new Map<string, string | Fault>()
  const offered = `Offered: ${values.join(', ')}`
  for (const value of more.unsupported ?? []) known.set(value, { fault: offered, unsupported: true })
  for (const [alias, value] of Object.entries(more.aliases ?? {})) known.set(alias, value)
  for (const value of values) known.set(value, value)
  const fault: Fault = { fault: `It must be one of: ${values.join(', ')}` }
  return {
    is: 'rule',
    type: 'enumeration',
    says: '',
    values,
    read: (value) => (typeof value === 'string' ? (known.get(value) ?? fault) : fault),
  }
}

/** Several of a list, separated by commas. */
export const someOf = (values: readonly string[]): Rule => ({
  is: 'rule',
  type: 'list separated by commas',
  says: '',
  values,
  read: (value) =>
    typeof value === 'string' && value.length <= 1000 && value.split(',').every((one) => values.includes(one.trim()))
      ? value
      : { fault: `It must be one or more of: ${values.join(', ')}` },
})
