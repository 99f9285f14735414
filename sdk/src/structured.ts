/**
 * Structured Field Values for HTTP (RFC 9651, formerly 8941), as much of them as message signatures need: reading and
 * writing dictionaries of inner lists and byte sequences. Anything malformed throws `SyntaxError`.
 */

export type Token = { readonly token: string }
export type BareItem = string | number | boolean | Buffer | Token
export type Parameters = ReadonlyMap<string, BareItem>
export type Item = { readonly value: BareItem; readonly parameters: Parameters }
export type InnerList = { readonly items: readonly Item[]; readonly parameters: Parameters }
export type Member = Item | InnerList

/** Longest field that is read; a signature of Punte's needs about 600 characters. */
const MAX_FIELD_LENGTH = 8192

type Cursor = { readonly text: string; at: number }

/** Reads a dictionary field (`sig1=(…);created=…`, `sha-256=:…:`). The last of two equal keys wins, as the RFC says. */
export function parseDictionary(text: string): Map<string, Member> {
  if (text.length > MAX_FIELD_LENGTH) throw new SyntaxError('field too long')
  const cursor: Cursor = { text: text.trim(), at: 0 }
  const members = new Map<string, Member>()
  while (cursor.at < cursor.text.length) {
    const key = readKey(cursor)
    if (take(cursor, '=')) members.set(key, readMember(cursor))
    else members.set(key, { value: true, parameters: readParameters(cursor) })
    skip(cursor, /[ \t]*/y)
    if (cursor.at === cursor.text.length) break
    if (!take(cursor, ',')) throw new SyntaxError('comma expected')
    skip(cursor, /[ \t]*/y)
    if (cursor.at === cursor.text.length) throw new SyntaxError('trailing comma')
  }
  return members
}

/** Writes an inner list with its parameters in their one canonical spelling (RFC 9651 §4.1). */
export function serializeInnerList(list: InnerList): string {
  return `(${list.items.map(serializeItem).join(' ')})${serializeParameters(list.parameters)}`
}

export function serializeItem(item: Item): string {
  return serializeBare(item.value) + serializeParameters(item.parameters)
}

function serializeParameters(parameters: Parameters): string {
  return [...parameters]
    .map(([key, value]) => (value === true ? `;${key}` : `;${key}=${serializeBare(value)}`))
    .join('')
}

function serializeBare(value: BareItem): string {
  if (typeof value === 'string') {
    if (!/^[\x20-\x7e]*$/.test(value)) throw new SyntaxError('string is not printable ASCII')
    return `"${value.replace(/[\\"]/g, '\\$&')}"`
  }
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? '?1' : '?0'
  if (Buffer.isBuffer(value)) return `:${value.toString('base64')}:`
  return value.token
}

function take(cursor: Cursor, character: string): boolean {
  if (cursor.text[cursor.at] !== character) return false
  cursor.at += 1
  return true
}

function match(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at
  const found = pattern.exec(cursor.text)
  if (found === null) return undefined
  cursor.at = pattern.lastIndex
  return found[0]
}

function skip(cursor: Cursor, pattern: RegExp): void {
  match(cursor, pattern)
}

function readKey(cursor: Cursor): string {
  const key = match(cursor, /[a-z*][a-z0-9_\-.*]*/y)
  if (key === undefined) throw new SyntaxError('key expected')
  return key
}

function readMember(cursor: Cursor): Member {
  if (!take(cursor, '(')) return readItem(cursor)
  const items: Item[] = []
  for (;;) {
    skip(cursor, / */y)
    if (take(cursor, ')')) return { items, parameters: readParameters(cursor) }
    items.push(readItem(cursor))
    const next = cursor.text[cursor.at]
    if (next !== ' ' && next !== ')') throw new SyntaxError('inner list is not closed')
  }
}

function readItem(cursor: Cursor): Item {
  return { value: readBare(cursor), parameters: readParameters(cursor) }
}

function readParameters(cursor: Cursor): Parameters {
  const parameters = new Map<string, BareItem>()
  while (take(cursor, ';')) {
    skip(cursor, / */y)
    const key = readKey(cursor)
    parameters.set(key, take(cursor, '=') ? readBare(cursor) : true)
  }
  return parameters
}

function readBare(cursor: Cursor): BareItem {
  const text = match(cursor, /"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/y)
  if (text !== undefined) return text.slice(1, -1).replace(/\\(["\\])/g, '$1')
  const bytes = match(cursor, /:[A-Za-z0-9+/]*={0,2}:/y)
  if (bytes !== undefined) return Buffer.from(bytes.slice(1, -1), 'base64')
  const number = match(cursor, /-?\d{1,15}(?![\d.])/y)
  if (number !== undefined) return Number(number)
  const flag = match(cursor, /\?[01]/y)
  if (flag !== undefined) return flag === '?1'
  const token = match(cursor, /[A-Za-z*][A-Za-z0-9:/!#$%&'*+\-.^_`|~]*/y)
  if (token !== undefined) return { token }
  throw new SyntaxError('value expected')
}
