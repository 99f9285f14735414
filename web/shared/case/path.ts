/** Reading and writing a value inside a case's data by its path: `representative.address.city`, `owners[2].share`. */

export type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [name: string]: Json }

const steps = (path: string): readonly string[] => path.split(/[.[\]]+/).filter((step) => step !== '')

export function valueAt(data: Json, path: string): Json {
  let here = data
  for (const step of steps(path)) {
    if (typeof here !== 'object' || here === null) return undefined
    here = Array.isArray(here)
      ? (here as readonly Json[])[Number(step)]
      : (here as { readonly [name: string]: Json })[step]
  }
  return here
}

/** A copy with one value changed; undefined takes it away. What lies on the way is made where it is not there. */
export function withValue(data: Json, path: string, value: Json): Json {
  return change(data, steps(path), value)
}

function change(here: Json, [step, ...rest]: readonly string[], value: Json): Json {
  if (step === undefined) return value
  if (/^\d+$/.test(step)) {
    const list = Array.isArray(here) ? [...(here as readonly Json[])] : []
    list[Number(step)] = change(list[Number(step)], rest, value)
    return list
  }
  const known = typeof here === 'object' && here !== null && !Array.isArray(here) ? here : {}
  const { [step]: former, ...others } = known as { readonly [name: string]: Json }
  const next = change(former, rest, value)
  return next === undefined ? others : { ...others, [step]: next }
}

/** Ids of controls by path: what a summary of faults leads to. */
export const controlId = (path: string): string => `case-${path.replace(/[.[\]]+/g, '-').replace(/-$/, '')}`
