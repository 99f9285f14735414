/**
 * Name-value pairs: the same fields as JSON, flattened to `order.amount`, `order.item[0].name`, in a form
 * (application/x-www-form-urlencoded). readForm nests a request, writeForm flattens an answer.
 */
import { isUtf8 } from 'node:buffer'
import { PunteError } from '../../domain/errors.ts'
import { FIELDS } from './fields.ts'
import {
  hasControl,
  invalidField,
  isList,
  isNested,
  type Nested,
  type NestedValue,
  quoted,
  unexpectedField,
} from './grammar.ts'
import { isRawNumber } from './json.ts'

const MAX_NAMES = 1_000
const MAX_DEPTH = 32
const MAX_NAME_LENGTH = 500

type Pair = readonly [name: string, value: string]

/** What names build up: groups and lists alike, elements by their number. */
type Growing = { readonly members: Map<string, Growing | string>; is_list: boolean }

/**
 * @param bytes as received; escapes are UTF-8, or ISO-8859-1 where the charset says so or the bytes are no UTF-8
 * @param charset of the content type
 * @returns every value as text
 * @throws PunteError BODY_MALFORMED (escapes, characters, too many names), FIELD_INVALID (a name twice, as value and group,
 *   gaps between elements), FIELD_UNEXPECTED (no name of a field)
 */
export function readForm(bytes: Buffer, charset?: string): Nested {
  const root: Growing = { members: new Map(), is_list: false }
  const text = bytes.toString('latin1')
  // Most forms are ASCII all through, escapes included.
  const is_ascii = !/[\u0080-\u00ff]|%[89A-Fa-f]/.test(text)
  const pairs = is_ascii ? split(text) : decoded(split(text), charset)
  for (const [name, value] of pairs) {
    if (/\p{Cc}/u.test(name)) throw malformed('A name holds a control character.')
    if (hasControl(value)) throw malformed(`The value of '${quoted(name)}' holds a control character.`)
    place(root, name, value)
  }
  return nested(root, '') as Nested
}

/** Pairs with each character one byte. */
function split(text: string): Pair[] {
  const parts = text.split('&', MAX_NAMES + 1)
  if (parts.length > MAX_NAMES) throw malformed(`It has more than ${MAX_NAMES} names.`)
  const pairs: Pair[] = []
  for (const part of parts) {
    if (part === '') continue
    const equals = part.indexOf('=')
    pairs.push(
      equals < 0 ? [unescaped(part), ''] : [unescaped(part.slice(0, equals)), unescaped(part.slice(equals + 1))],
    )
  }
  return pairs
}

/** Values of hexadecimal digits by their character; others are -1. */
const HEX = Int8Array.from({ length: 256 }, (_, code) => '0123456789abcdef'.indexOf(String.fromCharCode(code | 0x20)))
HEX.fill(-1, 0, 0x30)

// Byte by byte: a stranger may send 1 MB of escapes, which a regular expression takes half a second to replace.
function unescaped(text: string): string {
  if (!text.includes('%')) return text.includes('+') ? text.replaceAll('+', ' ') : text
  const bytes = Buffer.from(text, 'latin1')
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte === 0x25) {
      const high = HEX[bytes[++at] ?? 0] as number
      const low = HEX[bytes[++at] ?? 0] as number
      if (high < 0 || low < 0) throw malformed('A percent sign is not followed by two hexadecimal digits.')
      bytes[length++] = high * 16 + low
    } else bytes[length++] = byte === 0x2b ? 0x20 : byte
  }
  return bytes.toString('latin1', 0, length)
}

const LATIN = new Set(['iso-8859-1', 'latin1', 'windows-1252'])
const UNICODE = new Set(['utf-8', 'utf8', 'us-ascii'])

// One charset for the whole form: it was written by one program.
function decoded(pairs: readonly Pair[], charset: string | undefined): readonly Pair[] {
  const named = charset?.toLowerCase()
  if (named !== undefined && !LATIN.has(named) && !UNICODE.has(named)) throw malformed('Its charset is not supported.')
  const beyond = pairs.filter(([name, value]) => !isAscii(name) || !isAscii(value))
  if (beyond.length === 0) return pairs
  const unicode = beyond.every((pair) => pair.every((text) => isUtf8(Buffer.from(text, 'latin1'))))
  if (!unicode && named !== undefined && UNICODE.has(named)) throw malformed('It is not UTF-8.')
  const latin = !unicode || (named !== undefined && LATIN.has(named))
  const decode = latin
    ? fromLatin
    : (text: string): string => (isAscii(text) ? text : Buffer.from(text, 'latin1').toString('utf8'))
  return pairs.map(([name, value]) => [decode(name), decode(value)])
}

const isAscii = (text: string): boolean => /^\p{ASCII}*$/u.test(text)

/** Of Windows' variant, 0x80 to 0x9F: programs that say ISO-8859-1 mean it, and browsers read it so. */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

function fromLatin(text: string): string {
  return text.replace(/[\u0080-\u009f]/g, (one) => WINDOWS[one.charCodeAt(0) - 0x80] ?? one)
}

const STEP = /^([^.[\]]+)((?:\[(?:0|[1-9]\d{0,2})\])*)$/

/** Names of the table that are no list's, taken apart once; the others are where they come. */
const known = new Map(FIELDS.filter(({ path }) => !/[[*]/.test(path)).map(({ path }) => [path, path.split('.')]))

/** `order.item[0].name` → order, item, 0, name; the steps that are numbers of elements are told apart by `[`. */
function stepsOf(name: string): readonly string[] {
  const taken_apart = known.get(name)
  if (taken_apart !== undefined) return taken_apart
  if (name.length > MAX_NAME_LENGTH) throw unexpectedField(name)
  const steps: string[] = []
  for (const part of name.split('.')) {
    const read = STEP.exec(part)
    if (read === null) throw unexpectedField(name)
    steps.push(read[1] as string)
    for (const [, index] of (read[2] as string).matchAll(/\[(\d+)\]/g)) steps.push(`[${index}`)
  }
  if (steps.length > MAX_DEPTH) throw unexpectedField(name)
  return steps
}

function place(root: Growing, name: string, value: string): void {
  const steps = stepsOf(name)
  const last = steps.length - 1
  let at = root
  for (const [i, step] of steps.entries()) {
    const is_element = step.startsWith('[')
    if (at.members.size > 0 && at.is_list !== is_element) throw twofold(name)
    at.is_list = is_element
    const key = is_element ? step.slice(1) : step
    const there = at.members.get(key)
    if (i === last) {
      if (typeof there === 'string')
        throw invalidField(quoted(name), value, true, { fault: 'It is given more than once.' })
      if (there !== undefined) throw twofold(name)
      at.members.set(key, value)
      return
    }
    if (typeof there === 'string') throw twofold(name)
    const next = there ?? { members: new Map(), is_list: false }
    if (there === undefined) at.members.set(key, next)
    at = next
  }
}

const twofold = (name: string): PunteError =>
  invalidField(quoted(name), '', true, { fault: 'It is given both as a value and as a group.' })

function nested({ members, is_list }: Growing, path: string): NestedValue {
  if (is_list) {
    return Array.from({ length: members.size }, (_, i) => {
      const element = members.get(String(i))
      if (element === undefined)
        throw invalidField(quoted(`${path}[${i}]`), '', true, { fault: 'Elements are numbered from 0, without gaps.' })
      return typeof element === 'string' ? element : nested(element, `${path}[${i}]`)
    })
  }
  const read: Record<string, NestedValue> = {}
  for (const [name, member] of members) {
    const value = typeof member === 'string' ? member : nested(member, path === '' ? name : `${path}.${name}`)
    // By that name an assignment would set the prototype.
    if (name === '__proto__') Object.defineProperty(read, name, { value, enumerable: true })
    else read[name] = value
  }
  return read
}

const malformed = (what: string): PunteError =>
  new PunteError('BODY_MALFORMED', { text: `Form encoded payload error: ${what}` })

/**
 * An answer as a form, in UTF-8: dotted leaves, elements from 0, numbers and booleans as their text. What is null or empty is
 * left out.
 */
export function writeForm(answer: Nested): string {
  const pairs: string[] = []
  flatten(answer, '', pairs)
  return pairs.join('&')
}

function flatten(value: NestedValue | undefined, path: string, pairs: string[]): void {
  if (value === null || value === undefined) return
  if (isRawNumber(value)) pairs.push(`${escapedName(path)}=${value.rawJSON}`)
  else if (isList(value)) for (const [i, element] of value.entries()) flatten(element, `${path}[${i}]`, pairs)
  else if (isNested(value))
    for (const name of Object.keys(value)) flatten(value[name], path === '' ? name : `${path}.${name}`, pairs)
  else pairs.push(`${escapedName(path)}=${escaped(String(value))}`)
}

/** Brackets stand as they are: some clients look for `transaction[0].result` without undoing escapes in names. */
const escapedName = (path: string): string => escaped(path).replaceAll('%5B', '[').replaceAll('%5D', ']')

function escaped(text: string): string {
  if (/^[A-Za-z0-9*._-]*$/.test(text)) return text
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()~]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}
