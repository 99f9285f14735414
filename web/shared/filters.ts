/** Filters that live in the address: a link, a reload and "back" show the same list. */
import { useSearchParams } from 'react-router'

/** @returns the values by name (absent: empty text), and a setter that leaves the others as they are */
export function useFilters<Name extends string>(
  names: readonly Name[],
): readonly [Readonly<Record<Name, string>>, (changes: Partial<Record<Name, string | undefined>>) => void] {
  const [params, setParams] = useSearchParams()
  const values = Object.fromEntries(names.map((name) => [name, params.get(name) ?? ''])) as Record<Name, string>
  const set = (changes: Partial<Record<Name, string | undefined>>) => {
    setParams(
      (now) => {
        const next = new URLSearchParams(now)
        for (const [name, value] of Object.entries(changes) as [string, string | undefined][]) {
          if (value === undefined || value === '') next.delete(name)
          else next.set(name, value)
        }
        return next
      },
      { replace: true },
    )
  }
  return [values, set]
}
