/** Amounts as people and programs write them in files. What could mean two sums is refused, not guessed. */
import { MAX_AMOUNT_MINOR } from './lines.ts'

export type ReadAmount = { readonly amount_minor: number } | { readonly fault: string }

/**
 * Lei with a decimal comma or point, thousands apart by the other one or by a space, `lei` or `RON` before or after:
 * `1.234,50`, `1,234.50`, `1 234,5`, `1234.50 lei`. `1.234` may be one thousand or one and a bit: refused.
 */
export function readAmount(written: string): ReadAmount {
  const text = written
    .replace(/[\u00a0\u202f]/g, ' ')
    .trim()
    .replace(/^(lei|ron)\s*|\s*(lei|ron)$/gi, '')
    .trim()
  if (text === '') return { fault: 'lipsește suma' }
  if (/^[-−(]/.test(text) || text.endsWith('-')) return { fault: `suma „${cut(written)}” este negativă` }
  const parts = partsOf(text)
  if (parts === undefined) return { fault: `suma „${cut(written)}” nu este un număr` }
  if (parts === 'ambiguous')
    return { fault: `suma „${cut(written)}” se poate citi în două feluri; scrie-o cu două zecimale` }
  if (parts.fraction.length > 2) return { fault: `suma „${cut(written)}” are mai mult de două zecimale` }
  const whole = parts.whole.replace(/^0+(?=\d)/, '')
  const amount_minor =
    whole.length > 12 ? Number.POSITIVE_INFINITY : Number(whole) * 100 + Number(parts.fraction.padEnd(2, '0'))
  if (amount_minor > MAX_AMOUNT_MINOR) return { fault: `suma „${cut(written)}” este prea mare` }
  return amount_minor === 0 ? { fault: 'suma este zero' } : { amount_minor }
}

function partsOf(text: string): { whole: string; fraction: string } | 'ambiguous' | undefined {
  // Spaces part thousands only where they stand between groups of three.
  if (/ /.test(text) && !/^\d{1,3}( \d{3})+([.,]\d+)?$/.test(text)) return undefined
  const spaced = / /.test(text)
  const bare = text.replaceAll(' ', '')
  if (/^\d+$/.test(bare)) return { whole: bare, fraction: '' }
  const both = /^(\d{1,3}(?:\.\d{3})+),(\d+)$/.exec(bare) ?? /^(\d{1,3}(?:,\d{3})+)\.(\d+)$/.exec(bare)
  if (both !== null && !spaced) return { whole: (both[1] ?? '').replace(/[.,]/g, ''), fraction: both[2] ?? '' }
  if (/^\d{1,3}(\.\d{3}){2,}$|^\d{1,3}(,\d{3}){2,}$/.test(bare) && !spaced)
    return { whole: bare.replace(/[.,]/g, ''), fraction: '' }
  const single = /^(\d+)[.,](\d+)$/.exec(bare)
  if (single === null) return undefined
  const [, whole = '', fraction = ''] = single
  return fraction.length === 3 && whole.length <= 3 && whole !== '0' && !spaced ? 'ambiguous' : { whole, fraction }
}

const cut = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text)
