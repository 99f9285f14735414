/** What two states of a case's data differ in, and putting such differences onto a third. */
import type { CaseData } from './model.ts'
import { type Json, valueAt, withValue } from './path.ts'

export type Change = { readonly field: string; readonly before: Json; readonly after: Json }

/** Field by field; a list counts as one value, for its rows have no names. */
export function changesBetween(before: CaseData, after: CaseData): readonly Change[] {
  const [old, now] = [before as Json, after as Json]
  const fields = [...new Set([...leaves(old), ...leaves(now)])]
  return fields
    .map((field) => ({ field, before: valueAt(old, field), after: valueAt(now, field) }))
    .filter((one) => !isSame(one.before, one.after))
}

export const withChanges = (data: CaseData, changes: readonly Change[]): CaseData =>
  changes.reduce<Json>((now, { field, after }) => withValue(now, field, after), data as Json) as CaseData

/** Of what I changed, what somebody else has changed as well, otherwise. */
export const contested = (mine: readonly Change[], theirs: readonly Change[]): readonly Change[] =>
  mine.filter((one) => theirs.some(({ field, after }) => field === one.field && !isSame(after, one.after)))

/** The same with the fields of each row by themselves: for reading, not for putting onto anything. */
export function detailsBetween(before: CaseData, after: CaseData): readonly Change[] {
  const [old, now] = [before as Json, after as Json]
  const fields = [...new Set([...leaves(old, '', true), ...leaves(now, '', true)])]
  return fields
    .map((field) => ({ field, before: valueAt(old, field), after: valueAt(now, field) }))
    .filter((one) => !isSame(one.before, one.after))
}

/** Absent, empty and an empty list say the same; the order of members says nothing. */
function isSame(one: Json, other: Json): boolean {
  return JSON.stringify(plain(one)) === JSON.stringify(plain(other))
}

function plain(value: Json): Json {
  if (value === null || value === '' || value === undefined) return undefined
  if (Array.isArray(value))
    return value.length === 0 ? undefined : (value as readonly Json[]).map((one) => plain(one) ?? {})
  if (typeof value !== 'object') return value
  const members = Object.entries(value as { readonly [name: string]: Json })
    .map(([name, inside]) => [name, plain(inside)] as const)
    .filter(([, inside]) => inside !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  return members.length === 0 ? undefined : Object.fromEntries(members)
}

function leaves(data: Json, at = '', into_lists = false): string[] {
  if (Array.isArray(data) && into_lists)
    return (data as readonly Json[]).flatMap((one, index) => leaves(one, `${at}[${index}]`, true))
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return at === '' ? [] : [at]
  return Object.entries(data as { readonly [name: string]: Json }).flatMap(([name, inside]) =>
    leaves(inside, at === '' ? name : `${at}.${name}`, into_lists),
  )
}
