/** What each indicator is called, and how its numbers are read. */

import type { Indicator } from '../../../../src/http/office/partner-contract.ts'
import { moneyText } from '../../../shared/money-text.ts'
import type { Language, Texts } from '../../../shared/texts.tsx'

export type IndicatorWords = { readonly name: string; readonly about: string }

export const INDICATORS: Texts<Readonly<Record<Indicator, IndicatorWords>>> = {
  ro: {
    daily_volume: { name: 'Plăți pe zi', about: 'plăți trimise unei bănci într-o zi' },
    mean_amount: { name: 'Suma medie', about: 'media pe 30 de zile, de la 20 de plăți în sus' },
    max_amount: { name: 'Suma maximă', about: 'cea mai mare plată a zilei' },
    daily_unfinished: { name: 'Nefinalizate pe zi', about: 'plăți trimise și (încă) neaprobate de plătitor' },
    daily_per_payer: { name: 'Pe plătitor și zi', about: 'plăți ale aceluiași plătitor într-o zi' },
    clients: { name: 'Clienți', about: 'clienți diferiți de la început' },
    new_payers: { name: 'Plătitori noi', about: 'conturi care plătesc prima dată un beneficiar, într-o zi' },
    beneficiaries: { name: 'Beneficiari pe cont', about: 'beneficiari plătiți din același cont într-o zi' },
  },
  en: {
    daily_volume: { name: 'Payments per day', about: 'payments sent to a bank in a day' },
    mean_amount: { name: 'Mean amount', about: 'over 30 days, once there are 20 payments' },
    max_amount: { name: 'Largest amount', about: 'the largest payment of the day' },
    daily_unfinished: { name: 'Unfinished per day', about: 'payments sent but not (yet) approved by the payer' },
    daily_per_payer: { name: 'Per payer per day', about: 'payments by the same payer in a day' },
    clients: { name: 'Clients', about: 'distinct clients since the start' },
    new_payers: { name: 'New payers', about: 'accounts paying a beneficiary for the first time, in a day' },
    beneficiaries: { name: 'Beneficiaries per account', about: 'beneficiaries paid from one account in a day' },
  },
}

const IN_LEI: readonly string[] = ['mean_amount', 'max_amount']

export const isInLei = (indicator: string): boolean => IN_LEI.includes(indicator)

/** A level or a measure, in lei or as a number. */
export function levelText(indicator: string, value: number | null | undefined, language: Language): string {
  if (value === null || value === undefined) return '–'
  if (isInLei(indicator)) return moneyText(value, 'RON', language)
  return new Intl.NumberFormat(language === 'ro' ? 'ro-RO' : 'en-GB').format(value)
}
