/**
 * What an installation writes about a bank, put together with what the catalogue (`profiles/<id>.json`) knows of it.
 *
 * A catalogue file is a profile without what is each installation's own; `environments` holds what differs between the
 * bank's worlds, and `installation` (of the bank, and of each world) says by JSON pointer what an installation has to
 * give, and where it gets it.
 * An installation's file `{ "extends": "BT", "environment": "sandbox", … }` is laid over both by RFC 7396 (merge patch):
 * its objects are merged, its other values replace, null takes away.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BankProfile } from './connector.ts'
import { valueAt } from './profile.ts'

export const CATALOGUE_DIR = fileURLToPath(new URL('./profiles/', import.meta.url))

const ID = /^[A-Za-z0-9-]{2,32}$/
const ENVIRONMENTS: readonly unknown[] = ['production', 'sandbox', 'simulated'] satisfies BankProfile['environment'][]

type Json = Readonly<Record<string, unknown>>
export type Resolved =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly faults: readonly string[] }

/** Ids of the banks that a file may extend. */
export function catalogueIds(): readonly string[] {
  return readdirSync(CATALOGUE_DIR)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .toSorted()
}

/** For people: which banks are known, and in which of their worlds. */
export function catalogueEntries(): readonly {
  readonly id: string
  readonly name: string
  readonly environments: readonly string[]
}[] {
  return catalogueIds().map((id) => {
    const { name, environments } = readCatalogue(id)
    return { id, name: String(name), environments: isObject(environments) ? Object.keys(environments) : [] }
  })
}

/** @returns the whole profile that a file means, not checked yet; a file without `extends` is one already */
export function resolveProfile(value: unknown): Resolved {
  if (!isObject(value) || !Object.hasOwn(value, 'extends')) return { ok: true, value }
  const { extends: id, ...own } = value
  const known = catalogueIds()
  if (typeof id !== 'string' || !ID.test(id) || !known.includes(id))
    return { ok: false, faults: [`/extends: the catalogue has ${known.join(', ')}`] }
  if (!ENVIRONMENTS.includes(own.environment))
    return { ok: false, faults: [`/environment: must be one of ${ENVIRONMENTS.join(', ')}`] }
  const { environments = {}, installation = {}, ...bank } = readCatalogue(id)
  const world = objectAt(environments, String(own.environment))
  if (world === undefined && own.environment !== 'simulated') {
    const told = isObject(environments) ? Object.keys(environments).join(', ') : ''
    return { ok: false, faults: [`/environment: of ${id} only ${told} is known; write a whole profile`] }
  }
  const { installation: of_world = {}, ...world_facts } = world ?? {}
  const merged = mergePatch(mergePatch(bank, world_facts), own)
  const faults = [installation, of_world]
    .flatMap((wanted) => Object.entries(isObject(wanted) ? wanted : {}))
    .filter(([pointer]) => isWanting(merged, pointer))
    .map(([pointer, where]) => `${pointer}: is this installation's own: ${String(where)}`)
  if (faults.length > 0) return { ok: false, faults }
  return { ok: true, value: withUnverified(merged as Json, unverifiedOf(bank, world), own) }
}

/** A file of the catalogue is part of the program: one that cannot be read is a fault of it. */
function readCatalogue(id: string): Json {
  const value: unknown = JSON.parse(readFileSync(join(CATALOGUE_DIR, `${id}.json`), 'utf8'))
  return isObject(value) ? value : {}
}

/** What metadata tells, and what only tokens need where there are none, is not wanted. */
function isWanting(merged: unknown, pointer: string): boolean {
  // A bank's own header may be given either in the profile or in a file.
  const other = pointer.startsWith('/headers/') ? pointer.replace('/headers/', '/header_files/') : pointer
  if (valueAt(merged, pointer) !== undefined || valueAt(merged, other) !== undefined) return false
  const access = objectAt(merged, 'access')
  if (pointer.endsWith('_endpoint') && access?.discovery_url !== undefined) return false
  return !pointer.startsWith('/access/') || access?.kind !== 'certificate'
}

const unverifiedOf = (bank: Json, world: Json | undefined): readonly unknown[] =>
  [bank.unverified, world?.unverified].flatMap((value) => (Array.isArray(value) ? value : []))

/** What the installation states itself is its own knowledge; what it took away needs no proof. */
function withUnverified(merged: Json, catalogue: readonly unknown[], own: Json): Json {
  const kept = catalogue.filter((one) => {
    const field = isObject(one) && typeof one.field === 'string' ? one.field : ''
    return !isStated(own, merged, field) && valueAt(merged, field) !== undefined
  })
  const added = own.unverified
  if (Object.hasOwn(own, 'unverified')) return added === null ? { ...merged } : { ...merged, unverified: added }
  return { ...merged, unverified: kept }
}

/** Of a member that holds others, only whoever states all of them has looked at it. */
function isStated(own: unknown, merged: unknown, pointer: string): boolean {
  const [stated, whole] = [valueAt(own, pointer), valueAt(merged, pointer)]
  if (!isObject(stated) || !isObject(whole)) return stated !== undefined
  return Object.keys(whole).every((name) =>
    isStated(stated, whole, `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  )
}

/** RFC 7396 §2. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (name === '__proto__') continue
    if (value === null) delete merged[name]
    else merged[name] = mergePatch(merged[name], value)
  }
  return merged
}

function objectAt(value: unknown, name: string): Json | undefined {
  const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return isObject(found) ? found : undefined
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
