/** A sum in any currency: its minor units are as many as the currency has. */
import { useLanguage } from '../../../shared/texts.tsx'

/** Decimals as the platform knows them (ISO 4217). */
export function exponentOf(currency: string): number {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  } catch {
    return 2
  }
}

export function Amount({ minor, currency }: { readonly minor: number; readonly currency: string }) {
  const { language } = useLanguage()
  const digits = exponentOf(currency)
  const format = new Intl.NumberFormat(language === 'ro' ? 'ro-RO' : 'en-GB', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return <span className="punte-number">{`${format.format(minor / 10 ** digits)} ${currency}`}</span>
}
