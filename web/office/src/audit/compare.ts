/** What an act changed, field by field. */
type Values = Readonly<Record<string, unknown>> | null

export type Difference = {
  readonly field: string
  /** undefined: was not there. */
  readonly before: string | undefined
  readonly after: string | undefined
  readonly is_changed: boolean
}

/** Nested fields by their path: `limits.daily_volume`. */
export function differences(before: Values, after: Values): Difference[] {
  const old_values = flat(before)
  const new_values = flat(after)
  const fields = [...new Set([...old_values.keys(), ...new_values.keys()])]
  return fields.map((field) => {
    const pair = { before: old_values.get(field), after: new_values.get(field) }
    // An act that tells only what it made has nothing to compare with.
    return { field, ...pair, is_changed: before !== null && pair.before !== pair.after }
  })
}

function flat(values: Values, path = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [name, value] of Object.entries(values ?? {})) {
    const field = path === '' ? name : `${path}.${name}`
    const is_inner = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!is_inner) found.set(field, typeof value === 'string' ? value : JSON.stringify(value))
    else for (const [inner, text] of flat(value as Values, field)) found.set(inner, text)
  }
  return found
}
