/** Texts of one who means harm, and the fields of calls that take them, by the schemas of the tables of routes. */
import type { TableRoute } from '../../src/http/route-table.ts'

const SCRIPT = '"><script>window.ran=1</script>'
const IMAGE = '<img src=x onerror=window.ran=1>'
const FORMULA = '=HYPERLINK("http://127.0.0.1:9","x")'
/** Turns what follows around, so that a name reads as another. */
const TURNED = '\u202Ecod.exe\u2066'

/** By how much room there is; each begins as a formula and breaks out of an attribute. */
const TEXTS = [
  `${FORMULA}${SCRIPT}${IMAGE}{{7*7}} javascript:window.ran=1 ${TURNED}`,
  `=1+1"><img src=x onerror=window.ran=1>${TURNED}{{7*7}}`,
  '=1"><img src=x onerror=ran=1>',
  '=1+1',
] as const

/** What a field that takes only texts of a form must refuse, each by itself. */
export const SINGLE = [SCRIPT, IMAGE, FORMULA, 'javascript:window.ran=1', '{{7*7}}'] as const

export const isTurned = (text: string): boolean => /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/.test(text)

/** @param shorter how many that would fit are passed over @returns undefined: none is as short */
export function hostile(max: number, shorter: number): string | undefined {
  return TEXTS.filter((text) => text.length + MARK_LENGTH <= max)[shorter]
}

/** Room for a mark, by which a text is known again: `§123`. */
const MARK_LENGTH = 4

type Schema = {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly pattern?: string
  readonly patternProperties?: object
  readonly maxLength?: number
}

export const bodyOf = (row: TableRoute): Schema => (row.raw_body === true ? {} : ((row.body ?? {}) as Schema))

const isText = ({ type, enum: choices, const: only, pattern }: Schema): boolean =>
  type === 'string' && choices === undefined && only === undefined && pattern === undefined

/** Where a body takes free text: `facts.title`, `changes[].name`; `data.*` where what is inside is not said by the schema. */
export function textFields(schema: Schema, at = ''): string[] {
  if (isText(schema)) return [at]
  const any_member = Object.values(schema.patternProperties ?? {}).find(
    (one) => Object.keys(one as object).length === 0,
  )
  if (any_member !== undefined) return [`${at}.*`]
  const inner = (name: string) => (at === '' ? name : `${at}.${name}`)
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, one]) => textFields(one, inner(name))),
    ...(schema.anyOf ?? []).flatMap((one) => textFields(one, at)),
    ...(schema.items === undefined ? [] : textFields(schema.items, `${at}[]`)),
  ].filter((path, place, all) => all.indexOf(path) === place)
}

/**
 * A body whose every text is hostile: those the schema names, also ones that were added since this was written.
 * @param given what stands as it is: values and lists; of an object what it has
 * @param textOf the text for a field, by its path and room
 */
export function filled(
  schema: Schema,
  given: unknown,
  textOf: (path: string, max: number) => string,
  at = '',
): unknown {
  // What was seen before a change stands as it was seen.
  if (given !== undefined && (schema.type !== 'object' || given === null || at === 'seen')) return given
  if (schema.patternProperties !== undefined) return given ?? {}
  if (isText(schema)) return textOf(at, schema.maxLength ?? 1_000)
  if (schema.type !== 'object') return schema.anyOf?.some(isText) === true ? textOf(at, 1_000) : leastOf(schema)
  const members = (given ?? {}) as Readonly<Record<string, unknown>>
  const entries = Object.entries(schema.properties ?? {}).flatMap(([name, one]) => {
    const path = at === '' ? name : `${at}.${name}`
    const is_sent = Object.hasOwn(members, name) || schema.required?.includes(name) === true || takesText(one)
    return is_sent ? [[name, filled(one, members[name], textOf, path)] as const] : []
  })
  return Object.fromEntries(entries)
}

const takesText = (schema: Schema): boolean => textFields(schema).length > 0

/** The same with one value changed, by its path. */
export function withValue(whole: unknown, path: string, value: unknown): unknown {
  const [name = '', ...rest] = path.split('.')
  const members = (whole ?? {}) as Readonly<Record<string, unknown>>
  return { ...members, [name]: rest.length === 0 ? value : withValue(members[name], rest.join('.'), value) }
}

/** Of what is no text, the least that fits. */
function leastOf({ type, anyOf, enum: choices, const: only }: Schema): unknown {
  if (only !== undefined) return only
  if (choices !== undefined) return choices[0]
  if (anyOf?.[0] !== undefined) return leastOf(anyOf[0])
  return { integer: 1, number: 1, boolean: false, array: [] as unknown[], object: {} }[type ?? ''] ?? null
}

/** Cells of a CSV. */
export function cellsOf(csv: string): string[] {
  const cells: string[] = []
  for (const [, quoted, plain] of csv.matchAll(/"((?:[^"]|"")*)"|([^",\r\n]+)/g))
    cells.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
  return cells
}

/** A cell that a spreadsheet would reckon with; a plain number it may. */
export const isFormula = (cell: string): boolean => /^[=+\-@\t\r]/.test(cell) && !/^[+-]?\d+(\.\d+)?$/.test(cell)

/** What of the page is there that nobody of ours has put there, and all that it shows. */
export type Seen = { readonly ran: unknown; readonly planted: readonly string[]; readonly text: string }

/** Runs inside the tab. */
export const DANGER = `({
  ran: window.ran,
  planted: [
    ...[...document.querySelectorAll('img[src="x"], [onerror], a[href^="javascript:" i], iframe')].map((one) => one.outerHTML),
    ...[...document.scripts].filter((one) => one.textContent.includes('window.ran')).map((one) => one.outerHTML),
  ],
  text: [
    document.body.innerText,
    ...[...document.querySelectorAll('input, textarea')].map((one) => one.value),
    ...[...document.querySelectorAll('[title]')].map((one) => one.title),
  ].join(' '),
})`
