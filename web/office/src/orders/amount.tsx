/** A sum in any currency: its minor units are as many as the currency has. */
import { type Language, useLanguage } from '../../../shared/texts.tsx'
import { exponentOf } from './exponent.ts'

export function amountText(minor: number, currency: string, language: Language): string {
  const digits = exponentOf(currency)
  const format = new Intl.NumberFormat(language === 'ro' ? 'ro-RO' : 'en-GB', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return `${format.format(minor / 10 ** digits)} ${currency}`
}

export function Amount({ minor, currency }: { readonly minor: number; readonly currency: string }) {
  const { language } = useLanguage()
  return <span className="punte-number">{amountText(minor, currency, language)}</span>
}
