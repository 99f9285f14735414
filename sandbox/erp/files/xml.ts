/**
 * XML for files of payments, strictly: elements, attributes, text, comments and the five named entities. No document type, so
 * no entities of one's own and nothing fetched; no processing instructions; depth and count are limited.
 */
import { FileRefused } from './lines.ts'

export type XmlElement = {
  /** Without its prefix. */
  readonly name: string
  readonly prefix: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** Own text, trimmed. */
  readonly text: string
  /** Of its start tag, from 1. */
  readonly line: number
  /** As it stood in the file. */
  readonly source: string
}

const MAX_DEPTH = 24
const MAX_ELEMENTS = 200_000
const MAX_ATTRIBUTES = 16

const NAME = '[A-Za-z_][A-Za-z0-9_.-]*'
const START = new RegExp(
  `<(?:(${NAME}):)?(${NAME})((?:\\s+[A-Za-z_][\\w:.-]*\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)>`,
  'y',
)
const END = new RegExp(`</((?:${NAME}:)?${NAME})\\s*>`, 'y')
const ATTRIBUTE = /([A-Za-z_][\w:.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g
const DECLARATION =
  /^<\?xml\s+version=(["'])1\.0\1(?:\s+encoding=(["'])([A-Za-z0-9._-]+)\2)?(?:\s+standalone=(["'])(?:yes|no)\4)?\s*\?>/

type Open = {
  name: string
  prefix: string
  attributes: Map<string, string>
  children: XmlElement[]
  text: string
  line: number
  from: number
}

/** The root element. @throws FileRefused telling the line */
export function readXml(source: string): { root: XmlElement; encoding: string | undefined } {
  const declaration = DECLARATION.exec(source.trimStart())
  const lead = source.length - source.trimStart().length
  const line = lineCounter(source)
  const refuse = (at: number, says: string): FileRefused => new FileRefused(`XML greșit la linia ${line(at)}: ${says}.`)
  const open: Open[] = []
  let root: XmlElement | undefined
  let count = 0
  let at = lead + (declaration?.[0].length ?? 0)
  const finish = (element: Open, end: number): void => {
    const { from, ...rest } = element
    const done: XmlElement = { ...rest, text: element.text.trim(), source: source.slice(from, end) }
    const parent = open.at(-1)
    if (parent !== undefined) parent.children.push(done)
    else root = done
  }
  while (at < source.length) {
    const next = source.indexOf('<', at)
    const text = source.slice(at, next < 0 ? source.length : next)
    const within = open.at(-1)
    if (within !== undefined) within.text += withoutEntities(text, () => refuse(at, 'o entitate necunoscută'))
    else if (text.trim() !== '') throw refuse(at, 'text în afara documentului')
    if (next < 0) break
    at = next
    if (source.startsWith('<!--', at)) {
      const end = source.indexOf('-->', at + 4)
      if (end < 0) throw refuse(at, 'un comentariu nu se închide')
      at = end + 3
    } else if (source.startsWith('</', at)) {
      END.lastIndex = at
      const tag = END.exec(source)
      const element = open.pop()
      if (tag === null || element === undefined) throw refuse(at, 'o închidere fără început')
      if (tag[1] !== qualified(element)) throw refuse(at, `<${qualified(element)}> nu se închide`)
      at += tag[0].length
      finish(element, at)
    } else {
      if (/^<[!?]/.test(source.slice(at, at + 2))) throw refuse(at, 'DTD, CDATA și instrucțiuni nu se primesc')
      START.lastIndex = at
      const tag = START.exec(source)
      if (tag === null) throw refuse(at, 'o etichetă nu este bine scrisă')
      if (root !== undefined) throw refuse(at, 'mai mult de un document')
      count += 1
      if (open.length >= MAX_DEPTH || count > MAX_ELEMENTS) throw refuse(at, 'prea adânc sau prea multe elemente')
      const attributes = readAttributes(tag[3] ?? '', (says) => refuse(at, says))
      const element: Open = {
        name: tag[2] ?? '',
        prefix: tag[1] ?? '',
        attributes,
        children: [],
        text: '',
        line: line(at),
        from: at,
      }
      at += tag[0].length
      if (tag[4] === '/') finish(element, at)
      else open.push(element)
    }
  }
  if (open.length > 0 || root === undefined) throw refuse(source.length, 'documentul nu este întreg')
  return { root, encoding: declaration?.[3] }
}

const qualified = ({ prefix, name }: { prefix: string; name: string }): string =>
  prefix === '' ? name : `${prefix}:${name}`

function readAttributes(text: string, refuse: (says: string) => FileRefused): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const [, name = '', double, single] of text.matchAll(ATTRIBUTE)) {
    if (attributes.has(name)) throw refuse('un atribut apare de două ori')
    if (attributes.size >= MAX_ATTRIBUTES) throw refuse('prea multe atribute')
    attributes.set(
      name,
      withoutEntities(double ?? single ?? '', () => refuse('o entitate necunoscută')),
    )
  }
  return attributes
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function withoutEntities(text: string, refusal: () => FileRefused): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([A-Za-z]+))?;?/g, (whole, decimal, hex, name) => {
    if (!whole.endsWith(';')) throw refusal()
    if (name !== undefined) {
      const character = ENTITIES[name]
      if (character === undefined) throw refusal()
      return character
    }
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
    const valid =
      code === 9 || code === 10 || code === 13 || (code >= 32 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff))
    if (!valid) throw refusal()
    return String.fromCodePoint(code)
  })
}

/** Numbers lines of ever later places, in one pass over the file. */
function lineCounter(source: string): (at: number) => number {
  let counted_to = 0
  let line = 1
  return (at) => {
    for (; counted_to < at; counted_to += 1) if (source.charCodeAt(counted_to) === 10) line += 1
    return line
  }
}

/** Text as the content of an element or an attribute. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
