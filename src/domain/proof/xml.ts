/**
 * As much of XML as bank files use: elements, attributes, text, the five named and the numeric character references, CDATA,
 * comments. A document type is refused (no entities, nothing is fetched). Namespace prefixes are dropped: the files are told
 * apart by their elements.
 */
import { BookError } from './book.ts'

export type Element = {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: Element[]
  text: string
}

const MAX_DEPTH = 64
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const ATTRIBUTE = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/** @returns the root element. @throws BookError naming the file and nothing of what is in it */
export function readXml(xml: string, name: string): Element {
  const fault = () => new BookError(`${name} is not well-formed XML`)
  const top: Element = { name: '', attributes: new Map(), children: [], text: '' }
  const open: Element[] = [top]
  let position = xml.startsWith('\ufeff') ? 1 : 0
  while (position < xml.length) {
    const next = xml.indexOf('<', position)
    const end = next < 0 ? xml.length : next
    const at = open.at(-1) as Element
    if (end > position) at.text += decoded(xml.slice(position, end), fault)
    if (next < 0) break
    TOKEN.lastIndex = next
    const token = TOKEN.exec(xml)
    if (token === null) throw fault()
    position = TOKEN.lastIndex
    const [, cdata, closes, tag, attributes = '', empty] = token
    if (cdata !== undefined) at.text += cdata
    if (tag === undefined) continue
    const local = tag.slice(tag.indexOf(':') + 1)
    if (closes === '/') {
      if (open.length === 1 || at.name !== local) throw fault()
      open.pop()
      continue
    }
    const element: Element = { name: local, attributes: readAttributes(attributes, fault), children: [], text: '' }
    at.children.push(element)
    if (empty !== '/' && open.push(element) > MAX_DEPTH) throw fault()
  }
  const [root] = top.children
  if (open.length !== 1 || root === undefined || top.children.length > 1 || top.text.trim() !== '') throw fault()
  return root
}

function readAttributes(text: string, fault: () => BookError): Map<string, string> {
  const read = new Map<string, string>()
  for (const [, name = '', double, single] of text.matchAll(ATTRIBUTE))
    read.set(name, decoded(double ?? single ?? '', fault))
  return read
}

function decoded(text: string, fault: () => BookError): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(\w+));|&/g, (_, decimal, hexadecimal, name) => {
    if (name !== undefined && Object.hasOwn(ENTITIES, name)) return ENTITIES[name] as string
    const point = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal)
    if (!(point <= 0x10ffff)) throw fault()
    return String.fromCodePoint(point)
  })
}
