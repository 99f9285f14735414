/** Sealed JSON that one call looks at several times is opened once. */
import type { Keys } from './keys.ts'

/**
 * Opens sealed JSON values, each once for as long as the row it came with is held by somebody; what is opened must not be
 * changed. The same bytes under another context are opened anew, and refused as `open` refuses them.
 */
export function openOnce<T>(): (keys: Pick<Keys, 'open'>, sealed: Buffer, context: string) => T {
  const opened = new WeakMap<Buffer, { readonly context: string; readonly value: T }>()
  return (keys, sealed, context) => {
    const known = opened.get(sealed)
    if (known?.context === context) return known.value
    const value = JSON.parse(keys.open(sealed, context)) as T
    opened.set(sealed, { context, value })
    return value
  }
}
