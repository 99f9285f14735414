/**
 * A strict reader of XML messages: elements, attributes and texts, the five predefined entities and nothing else that
 * XML can do. Document types, entities, processing instructions, comments and CDATA are refused, so that nothing can be
 * smuggled or blown up.
 */

export type XmlElement = {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** Character data without the white space between elements. */
  readonly text: string
}

/** What is not well formed, or not let in; says nothing of the content. */
export class XmlFault extends Error {}

const MAX_DEPTH = 20
const MAX_ELEMENTS = 40_000
const NAME = '[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?'
const DECLARATION = /^<\?xml version="1\.0"(?: encoding="(?:UTF|utf)-8")?(?: standalone="(?:yes|no)")?\s*\?>/
const TAG = new RegExp(`<(/?)(${NAME})((?:\\s+${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)>`, 'y')
const ATTRIBUTE = new RegExp(`(${NAME})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'g')
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

type Open = { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string }

/** @throws XmlFault */
export function parseXml(body: Buffer): XmlElement {
  const text = decode(body).replace(DECLARATION, '')
  const stack: Open[] = []
  let root: XmlElement | undefined
  let elements = 0
  let position = 0
  while (position < text.length) {
    const start = text.indexOf('<', position)
    const data = text.slice(position, start === -1 ? text.length : start)
    const open = stack.at(-1)
    if (open !== undefined) open.text += unescaped(data)
    else if (data.trim() !== '') throw new XmlFault('has text outside of its root element')
    if (start === -1) break
    TAG.lastIndex = start
    const tag = TAG.exec(text)
    if (tag === null) throw new XmlFault('has markup that is not well formed or not allowed')
    const [, closing, name = '', attributes = '', empty] = tag
    position = TAG.lastIndex
    if (closing === '/') {
      root = close(stack, name, attributes + empty) ?? root
      continue
    }
    elements += 1
    if (root !== undefined) throw new XmlFault('has a second root element')
    if (stack.length >= MAX_DEPTH || elements > MAX_ELEMENTS) throw new XmlFault('is too deep or too large')
    stack.push({ name, attributes: readAttributes(attributes), children: [], text: '' })
    if (empty === '/') root = close(stack, name, '') ?? root
  }
  if (root === undefined || stack.length > 0) throw new XmlFault('ends before its root element does')
  return root
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw new XmlFault('is not in UTF-8')
  }
}

/** Ends the open element; answers it when it is the root. */
function close(stack: Open[], name: string, rest: string): XmlElement | undefined {
  const element = stack.pop()
  if (element === undefined || element.name !== name || rest !== '') throw new XmlFault('has tags that do not match')
  const mixed = element.children.length > 0
  if (mixed && element.text.trim() !== '') throw new XmlFault('has text beside elements')
  const done: XmlElement = { ...element, text: mixed ? '' : element.text }
  const parent = stack.at(-1)
  if (parent === undefined) return done
  parent.children.push(done)
  return undefined
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const [, name = '', double, single] of text.matchAll(ATTRIBUTE)) {
    if (Object.hasOwn(attributes, name)) throw new XmlFault('has an attribute twice')
    attributes[name] = unescaped(double ?? single ?? '')
  }
  return attributes
}

function unescaped(text: string): string {
  if (text.includes('\0')) throw new XmlFault('has characters that XML forbids')
  return text.replace(/&([^;]{0,10};?)/g, (_whole, reference: string) => {
    const name = reference.slice(0, -1)
    const [, hexadecimal, decimal] = /^#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}))$/.exec(name) ?? []
    const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16)
    const character = ENTITIES.get(name) ?? (code >= 0x20 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined)
    if (character === undefined || !reference.endsWith(';')) throw new XmlFault('has a reference that is not allowed')
    return character
  })
}
