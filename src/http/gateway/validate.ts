/**
 * Checks a body against the table: names, types, lengths, values. In three steps, since what a session holds is merged
 * between the first and the last: checkFields (what was sent), fieldsIn (what of a session concerns the operation),
 * requireFields (whether all is there). A body of 15 fields is checked in about 2 µs.
 */
import { PunteError } from '../../domain/errors.ts'
import { FIELDS } from './fields.ts'
import {
  type GatewayOperation,
  invalidField,
  isList,
  isNested,
  missingField,
  type Nested,
  type NestedValue,
  quoted,
  unexpectedField,
} from './grammar.ts'
import { type Branch, type Elements, type Keyed, type Leaf, requestTree, type Tree } from './tree.ts'

/** Elements of one list. */
const MAX_ELEMENTS = 200
const KEY = /^[A-Za-z0-9]{1,100}$/

/**
 * What was sent, in its normal form: without null, {} and [], numbers and amounts as the grammar has them.
 *
 * @param version of the interface
 * @throws PunteError FIELD_UNEXPECTED (the name stands in the text, not in `field`), FIELD_INVALID, FIELD_UNSUPPORTED
 */
export function checkFields(operation: GatewayOperation, version: number, fields: Nested): Nested {
  return readGroup(requestTree(operation, version), fields, '') ?? {}
}

type Writable = Record<string, NestedValue>

function readGroup(branch: Branch, given: Nested, prefix: string): Nested | undefined {
  let read: Writable | undefined
  for (const name of Object.keys(given)) {
    const value = given[name]
    if (value === null || value === undefined) continue
    const member = branch.members.get(name)
    if (member === undefined) {
      if (isEmpty(value)) continue
      throw unexpectedField(prefix + firstLeaf(name, value))
    }
    const taken = readValue(member, value, prefix + name)
    if (taken === undefined) continue
    read ??= {}
    read[name] = taken
  }
  return read
}

function readValue(tree: Tree, value: NestedValue, path: string): NestedValue | undefined {
  if (tree.kind === 'leaf') return readLeaf(tree, value, path)
  if (tree.kind === 'list') return readList(tree, value, path)
  if (isNested(value)) return tree.kind === 'keys' ? readKeys(tree, value, path) : readGroup(tree, value, `${path}.`)
  // Clients whose language has one kind of empty container write [] for {}.
  if (isEmpty(value)) return undefined
  throw invalidField(path, value, true, { fault: 'A group of fields is expected.' })
}

function readLeaf({ field }: Leaf, value: NestedValue, path: string): NestedValue | undefined {
  if (typeof value === 'object') {
    if (isEmpty(value)) return undefined
    if (field.rule !== undefined) throw invalidField(path, value, true, { fault: 'One value is expected.' })
  }
  if (field.rule === undefined)
    throw new PunteError('FIELD_UNSUPPORTED', { field: path, text: `Parameter '${path}' is not offered.` })
  const read = field.rule.read(value as string | number | boolean)
  if (typeof read === 'object') throw invalidField(path, value, field.secret !== undefined, read)
  return read
}

function readList(tree: Elements, value: NestedValue, path: string): NestedValue | undefined {
  if (!isList(value)) {
    if (isEmpty(value)) return undefined
    throw invalidField(path, value, true, { fault: 'A list is expected.' })
  }
  if (value.length > MAX_ELEMENTS)
    throw invalidField(path, value, true, { fault: `It has more than ${MAX_ELEMENTS} elements.` })
  const read: NestedValue[] = []
  for (let i = 0; i < value.length; i++) {
    const element = value[i]
    if (element === undefined || element === null) continue
    const taken = readValue(tree.of, element, `${path}[${i}]`)
    if (taken !== undefined) read.push(taken)
  }
  return read.length === 0 ? undefined : read
}

function readKeys({ field, max }: Keyed, given: Nested, path: string): Nested | undefined {
  const names = Object.keys(given).filter((name) => given[name] !== null)
  if (names.length > max) throw invalidField(path, given, true, { fault: `It has more than ${max} fields.` })
  const read: Writable = {}
  for (const name of names) {
    if (!KEY.test(name)) throw unexpectedField(`${path}.${name}`)
    const taken = readLeaf({ kind: 'leaf', field }, given[name] as NestedValue, `${path}.${name}`)
    if (taken !== undefined) read[name] = taken
  }
  return Object.keys(read).length === 0 ? undefined : read
}

/** Nothing is said by it: null, {}, [], and these inside one another. */
function isEmpty(value: NestedValue): boolean {
  if (value === null) return true
  if (typeof value !== 'object') return false
  return Object.values(value).every(isEmpty)
}

/** Where an unknown group first says something: the answer names a field, not a group. */
function firstLeaf(name: string, value: NestedValue): string {
  if (isList(value)) {
    const index = value.findIndex((element) => !isEmpty(element))
    return firstLeaf(`${name}[${index}]`, value[index] as NestedValue)
  }
  if (!isNested(value)) return name
  const member = Object.keys(value).find((one) => !isEmpty(value[one] as NestedValue)) ?? ''
  return firstLeaf(`${name}.${member}`, value[member] as NestedValue)
}

/**
 * What of a session's fields concerns the operation; nothing is checked again. Ids that the address tells stay out.
 *
 * @param version newest by default
 */
export function fieldsIn(operation: GatewayOperation, fields: Nested, version = 100): Nested {
  return pick(operation, requestTree(operation, version), fields)
}

function pick(operation: GatewayOperation, branch: Branch, given: Nested): Nested {
  const read: Writable = {}
  for (const name of Object.keys(given)) {
    const member = branch.members.get(name)
    const value = given[name]
    if (member === undefined || value === undefined || value === null) continue
    if (member.kind === 'leaf' && member.field.use[operation] === 'address') continue
    const taken = member.kind === 'group' ? (isNested(value) ? pick(operation, member, value) : {}) : value
    if (!isEmpty(taken)) read[name] = taken
  }
  return read
}

/** Alternatives: one of them is needed. The first is named when none is there. */
type Demand = readonly (readonly string[])[]

const paths = (...alternatives: readonly string[]): Demand => alternatives.map((path) => path.split('.'))

/** What "required" in the table cannot say. */
const DEMANDS: Partial<Record<GatewayOperation, readonly Demand[]>> = {
  PAY: [paths('order.amount', 'order.netAmount'), ...fundsDemanded()],
  AUTHORIZE: [paths('order.amount', 'order.netAmount'), ...fundsDemanded()],
  VERIFY: fundsDemanded(),
  UPDATE_AUTHORIZATION: [paths('transaction.amount', 'order.amount'), paths('transaction.currency', 'order.currency')],
  TOKENIZE: [paths('sourceOfFunds')],
}

function fundsDemanded(): readonly Demand[] {
  return [
    paths('sourceOfFunds'),
    paths('sourceOfFunds.provided.card.number', 'sourceOfFunds.token'),
    // With a token the expiry is the vault's.
    paths('sourceOfFunds.provided.card.expiry.month', 'sourceOfFunds.token'),
    paths('sourceOfFunds.provided.card.expiry.year', 'sourceOfFunds.token'),
  ]
}

const demanded = new Map<GatewayOperation, readonly Demand[]>()

function demandsOf(operation: GatewayOperation): readonly Demand[] {
  const made = demanded.get(operation)
  if (made !== undefined) return made
  const required = FIELDS.filter(({ use }) => use[operation] === 'required').map(({ path }) => paths(path))
  const demands = [...required, ...(DEMANDS[operation] ?? [])]
  demanded.set(operation, demands)
  return demands
}

/** Fields that must stand wherever their group stands: group and names. */
const needed = FIELDS.filter((field) => field.needed).map(({ path }) => {
  const steps = path.split('.')
  return { group: steps.slice(0, -1), name: steps.at(-1) ?? '' }
})

/**
 * Whether everything that the operation needs is there, after a session was merged in. The ids that REST has in its address
 * are left to the surface, which needs them before.
 *
 * @throws PunteError FIELD_REQUIRED with the field
 */
export function requireFields(operation: GatewayOperation, fields: Nested): void {
  for (const demand of demandsOf(operation)) require(demand, fields)
  for (const { group, name } of needed) requireWithin(fields, group, 0, name, '')
}

function require(demand: Demand, fields: Nested): void {
  if (!demand.some((path) => isThere(fields, path))) throw missingField((demand[0] ?? []).join('.'))
}

function isThere(fields: Nested, path: readonly string[]): boolean {
  let at: NestedValue | undefined = fields
  for (const step of path) {
    if (!isNested(at) || !Object.hasOwn(at, step)) return false
    at = at[step]
  }
  return at !== undefined && at !== null
}

function requireWithin(
  at: NestedValue | undefined,
  group: readonly string[],
  depth: number,
  name: string,
  prefix: string,
): void {
  if (!isNested(at)) return
  const step = group[depth]
  if (step === undefined) {
    if (!Object.hasOwn(at, name)) throw missingField(quoted(prefix + name))
    return
  }
  if (!step.endsWith('[]')) {
    requireWithin(at[step], group, depth + 1, name, `${prefix}${step}.`)
    return
  }
  const listed = at[step.slice(0, -2)]
  if (!isList(listed)) return
  for (const [i, element] of listed.entries())
    requireWithin(element, group, depth + 1, name, `${prefix}${step.slice(0, -2)}[${i}].`)
}
