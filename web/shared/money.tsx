/** A sum as people read it: bani become lei. */
import { moneyText } from './money-text.ts'
import { useLanguage } from './texts.tsx'

export function Money({ minor, currency = 'RON' }: { readonly minor: number | null; readonly currency?: string }) {
  const { language } = useLanguage()
  return <span className="punte-number">{minor === null ? '–' : moneyText(minor, currency, language)}</span>
}
