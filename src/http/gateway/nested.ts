/** Reading and merging the wire's nested fields. Checked fields only (validate.ts): names and types are known to be right. */
import { isNested, type Nested, type NestedValue } from './grammar.ts'

export function groupAt(fields: Nested | undefined, name: string): Nested | undefined {
  const value = fields?.[name]
  return isNested(value) ? value : undefined
}

export function textAt(fields: Nested | undefined, name: string): string | undefined {
  const value = fields?.[name]
  if (typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : undefined
}

export function integerAt(fields: Nested | undefined, name: string): number | undefined {
  const value = fields?.[name]
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : undefined
}

/** `over` wins, leaf by leaf; lists are taken whole. */
export function mergeFields(under: Nested, over: Nested): Nested {
  const merged: Record<string, NestedValue> = { ...under }
  for (const name of Object.keys(over)) {
    const [below, above] = [merged[name], over[name] as NestedValue]
    merged[name] = isNested(below) && isNested(above) ? mergeFields(below, above) : above
  }
  return merged
}

// Built anew: an object that something was deleted from is a slow one from then on.
export function without(fields: Nested, names: readonly string[]): Nested {
  const kept: Record<string, NestedValue> = {}
  for (const name of Object.keys(fields)) {
    if (names.includes(name)) continue
    const value = fields[name] as NestedValue
    // Not yet checked: by that name an assignment would set the prototype, and the field would not be seen any more.
    if (name === '__proto__') Object.defineProperty(kept, name, { value, enumerable: true })
    else kept[name] = value
  }
  return kept
}

/** An object without the properties that are undefined: what is absent is not said. */
export function present<T extends object>(properties: { readonly [K in keyof T]: T[K] | undefined }): T {
  const kept: Record<string, unknown> = {}
  for (const name in properties) {
    const value = properties[name]
    if (value !== undefined) kept[name] = value
  }
  return kept as T
}
