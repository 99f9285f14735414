/** The table as a tree to walk bodies with: by operation and version for requests, whole for what is masked and kept. */
import { type Field, MAX_KEYS } from './fields/table.ts'
import { FIELDS } from './fields.ts'
import type { GatewayOperation } from './grammar.ts'

export type Leaf = { readonly kind: 'leaf'; readonly field: Field }
export type Branch = { readonly kind: 'group'; readonly members: ReadonlyMap<string, Tree> }
export type Elements = { readonly kind: 'list'; readonly of: Tree }
/** Names of the merchant's choice. */
export type Keyed = { readonly kind: 'keys'; readonly field: Field; readonly max: number }
export type Tree = Leaf | Branch | Elements | Keyed

/** While it is built. */
type Growing = { field?: Field; keyed?: Field; elements?: Growing; members: Map<string, Growing> }

export function treeOf(fields: readonly Field[]): Branch {
  const root: Growing = { members: new Map() }
  for (const field of fields) plant(root, field)
  const grown = grow(root)
  return grown.kind === 'group' ? grown : { kind: 'group', members: new Map() }
}

function plant(root: Growing, field: Field): void {
  let at = root
  for (const step of field.path.split('.')) {
    if (step === '*') {
      at.keyed = field
      return
    }
    const name = step.endsWith('[]') ? step.slice(0, -2) : step
    const next = at.members.get(name) ?? { members: new Map() }
    at.members.set(name, next)
    at = next
    if (step.endsWith('[]')) {
      at.elements ??= { members: new Map() }
      at = at.elements
    }
  }
  at.field = field
}

function grow(growing: Growing): Tree {
  if (growing.keyed !== undefined) return { kind: 'keys', field: growing.keyed, max: MAX_KEYS }
  if (growing.elements !== undefined) return { kind: 'list', of: grow(growing.elements) }
  if (growing.field !== undefined) return { kind: 'leaf', field: growing.field }
  return { kind: 'group', members: new Map([...growing.members].map(([name, member]) => [name, grow(member)])) }
}

const steps = [...new Set(FIELDS.map(({ since }) => since))].sort((a, b) => b - a)
const trees = new Map<string, Branch>()

/** What an operation takes, in a version; made once. Versions between two introductions of fields share a tree. */
export function requestTree(operation: GatewayOperation, version: number): Branch {
  const since = steps.find((step) => step <= version) ?? 0
  const name = `${operation} ${since}`
  const made = trees.get(name)
  if (made !== undefined) return made
  const tree = treeOf(FIELDS.filter((field) => field.use[operation] !== undefined && field.since <= since))
  trees.set(name, tree)
  return tree
}

/** Every field there is. */
export const EVERY_FIELD: Branch = treeOf(FIELDS)
