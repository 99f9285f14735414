/**
 * As much of XML as banks' messages and files use: elements, attributes, text, the five named and the numeric character
 * references, CDATA, comments. A document type is refused (no entities, nothing is fetched). Namespace prefixes are
 * dropped: messages are told apart by their elements.
 */

export type Element = {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: Element[]
  text: string
}

export type XmlLimits = {
  /** Characters of the whole. */
  readonly max_length?: number
  /** Elements in elements. */
  readonly max_depth?: number
}

const DEFAULT_MAX_DEPTH = 64
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const ATTRIBUTE = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

class NotWellFormed extends Error {}

/** @returns the root element; undefined where the text is not well-formed, holds what is refused, or is beyond a limit */
export function readXml(xml: string, limits: XmlLimits = {}): Element | undefined {
  if (xml.length > (limits.max_length ?? Number.POSITIVE_INFINITY)) return undefined
  try {
    return readDocument(xml, limits.max_depth ?? DEFAULT_MAX_DEPTH)
  } catch (error) {
    if (error instanceof NotWellFormed) return undefined
    throw error
  }
}

/** The element at the end of a path of names, the first of each. */
export function childOf(element: Element | undefined, ...path: readonly string[]): Element | undefined {
  return path.reduce<Element | undefined>((at, name) => at?.children.find((one) => one.name === name), element)
}

/** All children of that name. */
export function childrenOf(element: Element | undefined, name: string): readonly Element[] {
  return element?.children.filter((one) => one.name === name) ?? []
}

/** The text there, without the space around it; empty where there is none. */
export function textOf(element: Element | undefined, ...path: readonly string[]): string {
  return childOf(element, ...path)?.text.trim() ?? ''
}

function readDocument(xml: string, max_depth: number): Element {
  const top: Element = { name: '', attributes: new Map(), children: [], text: '' }
  const open: Element[] = [top]
  let position = xml.startsWith('\ufeff') ? 1 : 0
  while (position < xml.length) {
    const next = xml.indexOf('<', position)
    const end = next < 0 ? xml.length : next
    const at = open.at(-1) as Element
    if (end > position) at.text += decoded(xml.slice(position, end))
    if (next < 0) break
    TOKEN.lastIndex = next
    const token = TOKEN.exec(xml)
    if (token === null) throw new NotWellFormed()
    position = TOKEN.lastIndex
    const [, cdata, closes, tag, attributes = '', empty] = token
    if (cdata !== undefined) at.text += cdata
    if (tag === undefined) continue
    const local = tag.slice(tag.indexOf(':') + 1)
    if (closes === '/') {
      if (open.length === 1 || at.name !== local || attributes !== '' || empty === '/') throw new NotWellFormed()
      open.pop()
      continue
    }
    const element: Element = { name: local, attributes: readAttributes(attributes), children: [], text: '' }
    at.children.push(element)
    if (empty !== '/' && open.push(element) - 1 > max_depth) throw new NotWellFormed()
  }
  const [root] = top.children
  if (open.length !== 1 || root === undefined || top.children.length > 1 || top.text.trim() !== '')
    throw new NotWellFormed()
  return root
}

const NONE: ReadonlyMap<string, string> = new Map()

function readAttributes(text: string): ReadonlyMap<string, string> {
  if (text === '') return NONE
  const read = new Map<string, string>()
  for (const [, name = '', double, single] of text.matchAll(ATTRIBUTE)) read.set(name, decoded(double ?? single ?? ''))
  return read
}

function decoded(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(\w+));|&/g, (_, decimal, hexadecimal, name) => {
    if (name !== undefined && Object.hasOwn(ENTITIES, name)) return ENTITIES[name] as string
    const point = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal)
    if (!(point <= 0x10ffff)) throw new NotWellFormed()
    return String.fromCodePoint(point)
  })
}
