/** What each indicator is called, and how its numbers are read. */
import { moneyText } from '../../../shared/money.tsx'
import { useTexts } from '../../../shared/texts.tsx'

type Words = { readonly name: string; readonly about: string }

const TEXTS: { readonly ro: Readonly<Record<string, Words>>; readonly en: Readonly<Record<string, Words>> } = {
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
    daily_volume: { name: 'Payments a day', about: 'payments sent to a bank in a day' },
    mean_amount: { name: 'Mean amount', about: 'over 30 days, from 20 payments on' },
    max_amount: { name: 'Largest amount', about: 'the largest payment of the day' },
    daily_unfinished: { name: 'Unfinished a day', about: 'payments sent and not approved by the payer (yet)' },
    daily_per_payer: { name: 'By payer and day', about: 'payments of one payer in a day' },
    clients: { name: 'Clients', about: 'different clients, ever' },
    new_payers: { name: 'New payers', about: 'accounts that pay a beneficiary for the first time, in a day' },
    beneficiaries: { name: 'Beneficiaries of an account', about: 'beneficiaries paid from one account in a day' },
  },
}

export const useIndicatorWords = () => useTexts(TEXTS)

const IN_LEI: readonly string[] = ['mean_amount', 'max_amount']

export const isInLei = (indicator: string): boolean => IN_LEI.includes(indicator)

/** A level or a measure, in lei or as a number. */
export function levelText(indicator: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  return isInLei(indicator) ? moneyText(value, 'RON', 'ro') : new Intl.NumberFormat('ro-RO').format(value)
}
