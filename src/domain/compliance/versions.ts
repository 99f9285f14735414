/** What was saved when and by whom, and what it changed. */
import { isDeepStrictEqual } from 'node:util'
import { PunteError } from '../errors.ts'
import type { CaseContext, FieldChange, VersionLine } from './case.ts'
import { openContent } from './change.ts'
import { findCase, findVersion, selectVersions } from './store.ts'

const LISTED = 1_000

/** Newest first. @throws PunteError CASE_UNKNOWN */
export async function listVersions(context: CaseContext, case_id: number): Promise<VersionLine[]> {
  if ((await findCase(context.db, case_id)) === undefined) throw new PunteError('CASE_UNKNOWN')
  const rows = await selectVersions(context.db, case_id, LISTED)
  return rows.map(({ version, saved_at, by_kind, by_name, cause }) => ({
    version,
    saved_at,
    by_kind,
    by: by_name,
    cause,
  }))
}

/** By field, in their order. @throws PunteError CASE_UNKNOWN, also where there is no such version */
export async function compareVersions(
  context: CaseContext,
  input: { readonly case_id: number; readonly from: number; readonly to: number },
): Promise<FieldChange[]> {
  const [before, after] = await Promise.all(
    [input.from, input.to].map(async (version) => {
      const row = await findVersion(context.db, input.case_id, version)
      if (row === undefined) throw new PunteError('CASE_UNKNOWN')
      const { data, assessment } = openContent(context, row)
      return flattened({ ...data, assessment })
    }),
  )
  return differences(before ?? new Map(), after ?? new Map())
}

function differences(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): FieldChange[] {
  const fields = [...new Set([...before.keys(), ...after.keys()])]
  return fields
    .filter((field) => !isDeepStrictEqual(before.get(field), after.get(field)))
    .map((field) => ({
      field,
      ...(before.has(field) && { before: shown(field, before.get(field)) }),
      ...(after.has(field) && { after: shown(field, after.get(field)) }),
    }))
}

// A picture as text says nothing to anybody.
const shown = (field: string, value: unknown): unknown =>
  field === 'profile.logo' && typeof value === 'string' ? `${value.slice(0, 22)}… (${value.length})` : value

/** `company.cui` → its value, `beneficial_owners[0].cnp` → … */
function flattened(value: unknown, path = '', found = new Map<string, unknown>()): Map<string, unknown> {
  if (Array.isArray(value)) for (const [at, item] of value.entries()) flattened(item, `${path}[${at}]`, found)
  else if (typeof value === 'object' && value !== null)
    for (const [name, item] of Object.entries(value)) flattened(item, path === '' ? name : `${path}.${name}`, found)
  else found.set(path, value)
  return found
}
