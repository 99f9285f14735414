/** A sum as people read it: bani become lei. */
import { useLanguage } from './texts.tsx'

export function moneyText(minor: number, currency: string, language: 'ro' | 'en'): string {
  const digits = new Intl.NumberFormat(language === 'ro' ? 'ro-RO' : 'en-GB', {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  })
  return `${digits.format(minor / 100)} ${currency}`
}

export function Money({ minor, currency = 'RON' }: { readonly minor: number | null; readonly currency?: string }) {
  const { language } = useLanguage()
  return <span className="punte-number">{minor === null ? '–' : moneyText(minor, currency, language)}</span>
}
