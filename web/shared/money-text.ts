/** A sum as text. */
export function moneyText(minor: number, currency: string, language: 'ro' | 'en'): string {
  const digits = new Intl.NumberFormat(language === 'ro' ? 'ro-RO' : 'en-GB', {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  })
  return `${digits.format(minor / 100)} ${currency}`
}
