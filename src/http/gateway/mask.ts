/** What of a request may be shown again, and what may be kept: by the table's `secret` and `kept`. Unknown names are left out. */
import { maskNumber } from '../../domain/vault/card-number.ts'
import type { Secret } from './fields/table.ts'
import { isAmount, isList, isNested, type Nested, type NestedValue } from './grammar.ts'
import { decimalNumber } from './json.ts'
import { EVERY_FIELD, type Leaf, type Tree } from './tree.ts'

/** For echoes: card number 6.4, security code `xxx`, credentials left out, everything else as it is. */
export function maskFields(fields: Nested): Nested {
  return walk(EVERY_FIELD, fields, ({ field }, value) => masked(field.secret, value)) as Nested
}

/**
 * What is kept of a request only to be echoed: no card (but the name on it), no code, no credential, nothing that has a
 * place of its own (amounts, ids, sources) or lives as long as the call.
 */
export function detailsOf(fields: Nested): Nested {
  return walk(EVERY_FIELD, fields, ({ field }, value) =>
    field.kept && (field.secret === undefined || field.secret === 'personal') ? value : undefined,
  ) as Nested
}

/** What was kept, as answers tell it: amounts are numbers there, with the decimals they were written with. */
export function echoed(details: Nested): Nested {
  return walk(EVERY_FIELD, details, ({ field }, value) =>
    typeof value === 'string' && field.rule !== undefined && isAmount(field.rule) ? decimalNumber(value) : value,
  ) as Nested
}

function masked(secret: Secret | undefined, value: NestedValue): NestedValue | undefined {
  if (secret === undefined || secret === 'personal') return value
  if (secret === 'credential') return undefined
  return secret === 'code' ? 'xxx' : maskNumber(String(value))
}

type Visit = (leaf: Leaf, value: NestedValue) => NestedValue | undefined

function walk(tree: Tree, value: NestedValue, visit: Visit): NestedValue | undefined {
  if (tree.kind === 'leaf') return typeof value === 'object' ? undefined : visit(tree, value)
  if (tree.kind === 'list') {
    if (!isList(value)) return undefined
    return value.map((element) => walk(tree.of, element, visit)).filter((element) => element !== undefined)
  }
  if (!isNested(value)) return undefined
  const seen: Record<string, NestedValue> = {}
  for (const name of Object.keys(value)) {
    const member: Tree | undefined = tree.kind === 'keys' ? { kind: 'leaf', field: tree.field } : tree.members.get(name)
    const shown = member === undefined ? undefined : walk(member, value[name] as NestedValue, visit)
    if (shown !== undefined && !isHollow(shown)) seen[name] = shown
  }
  return seen
}

const isHollow = (value: NestedValue): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0
