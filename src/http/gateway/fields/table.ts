/**
 * The table of fields, one file a top-level group; fields.ts puts them together. A group is written as it nests on the wire:
 *
 *   group('customer', { optional: TRANSACTIONS, answer: ANSWERS }, { email: email(), lastName: text(50), … })
 *
 * Traits of a group hold for every field in it; `field(rule, traits)` says otherwise for one. This file has those words.
 */
import { type GatewayOperation, OPERATIONS, type Rule } from '../grammar.ts'

export const CHARGES = ['PAY', 'AUTHORIZE', 'VERIFY'] as const
export const FOLLOW_ONS = ['CAPTURE', 'REFUND', 'VOID', 'UPDATE_AUTHORIZATION'] as const
export const TRANSACTIONS = [...CHARGES, ...FOLLOW_ONS] as const
/** Operations that answer with a transaction (RETRIEVE_ORDER: with a list of them). */
export const ANSWERS = [...TRANSACTIONS, 'RETRIEVE_TRANSACTION', 'RETRIEVE_ORDER'] as const
export const SESSION_ANSWERS = ['CREATE_SESSION', 'UPDATE_SESSION', 'RETRIEVE_SESSION'] as const
/** Operations that answer with what a session holds. */
const SESSION_ECHOES = ['UPDATE_SESSION', 'RETRIEVE_SESSION'] as const
export const TOKEN_ANSWERS = ['TOKENIZE', 'RETRIEVE_TOKEN'] as const
export const ALL = OPERATIONS.filter((operation) => operation !== 'INFORMATION')

/** Names of the merchant's choice, at most. */
export const MAX_KEYS = 50

type Operations = readonly GatewayOperation[]

/**
 * Why a value is never quoted in an explanation, and how it is echoed: `number` as 6.4, `code` as `xxx`, `credential` not
 * at all, `personal` as it came.
 */
export type Secret = 'number' | 'code' | 'credential' | 'personal'

/** `required`, `optional`, `address` replace those of the group when one of them is given. */
export type Traits = {
  readonly required?: Operations
  readonly optional?: Operations
  /** Required in NVP; REST has it in the address. */
  readonly address?: Operations
  readonly answer?: Operations
  /** First version of the interface that knows it; 54 is the oldest that is served. */
  readonly since?: number
  readonly secret?: Secret
  /** false: has its own place or none at all; it is not among what is only kept to be echoed. */
  readonly kept?: boolean
  /** Required wherever its group is given. */
  readonly needed?: boolean
}

export type Need = 'required' | 'optional' | 'address'

/** One line of the table. */
export type Field = {
  /** `order.item[].name`: of each element; `order.custom.*`: names of the merchant's choice. */
  readonly path: string
  /** undefined: a part of the interface that is not offered, whatever it holds. */
  readonly rule: Rule | undefined
  readonly use: Readonly<Partial<Record<GatewayOperation, Need>>>
  readonly answer: Operations
  readonly since: number
  readonly secret: Secret | undefined
  readonly kept: boolean
  readonly needed: boolean
}

type Leaf = { readonly is: 'field'; readonly rule: Rule | undefined; readonly traits: Traits }
type List = { readonly is: 'list'; readonly of: Group | Rule }
type Keys = { readonly is: 'keys'; readonly rule: Rule }
type Group = { readonly [name: string]: Rule | Leaf | List | Keys | Group }

/** A field whose traits differ from its group's. */
export const field = (rule: Rule, traits: Traits): Leaf => ({ is: 'field', rule, traits })
/** Only in answers. */
export const answered = (rule: Rule, since = 54): Leaf => field(rule, { optional: [], since })
/** Known, but not offered: refused with that reason whatever it holds. */
export const unsupported = (): Leaf => ({ is: 'field', rule: undefined, traits: { answer: [], kept: false } })
/** Elements numbered from 0. */
export const list = (of: Group | Rule): List => ({ is: 'list', of })
/** Names chosen by the merchant: 1–100 of A-Z, a-z, 0-9, at most 50 of them. */
export const keys = (rule: Rule): Keys => ({ is: 'keys', rule })

/** @param name empty for fields that stand at the top */
export function group(name: string, traits: Traits, members: Group): Field[] {
  return Object.entries(members).flatMap(([member, value]) =>
    lines(name === '' ? member : `${name}.${member}`, traits, value),
  )
}

function lines(path: string, traits: Traits, value: Group[string]): Field[] {
  if (isGroup(value)) return group(path, traits, value)
  if (value.is === 'list')
    return isGroup(value.of) ? group(`${path}[]`, traits, value.of) : [line(`${path}[]`, traits, value.of)]
  if (value.is === 'keys') return [line(`${path}.*`, traits, value.rule)]
  if (value.is === 'field') return [line(path, own(traits, value.traits), value.rule)]
  return [line(path, traits, value)]
}

const isGroup = (value: Group[string]): value is Group => typeof value.is !== 'string'

function own(traits: Traits, given: Traits): Traits {
  const replaces = given.required !== undefined || given.optional !== undefined || given.address !== undefined
  const { required: _r, optional: _o, address: _a, ...others } = traits
  return { ...(replaces ? others : traits), ...given }
}

function line(path: string, traits: Traits, rule: Rule | undefined): Field {
  const use: Partial<Record<GatewayOperation, Need>> = {}
  for (const need of ['optional', 'required', 'address'] as const)
    for (const operation of traits[need] ?? []) use[operation] = need
  // A session holds whatever a charge may later be given from it, and shows it.
  if (CHARGES.some((operation) => use[operation] !== undefined)) use.UPDATE_SESSION ??= 'optional'
  // What every call may have is of the call, not of the session.
  const in_session =
    use.UPDATE_SESSION === 'optional' && traits.optional !== ALL && rule !== undefined && traits.secret !== 'credential'
  return {
    path,
    rule,
    use,
    answer: [...new Set([...(traits.answer ?? []), ...(in_session ? SESSION_ECHOES : [])])],
    since: traits.since ?? 54,
    secret: traits.secret,
    kept: traits.kept ?? true,
    needed: traits.needed ?? false,
  }
}
