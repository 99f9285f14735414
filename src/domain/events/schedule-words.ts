/** A schedule as people read it, in both languages. Pure. */
import type { Frequency, Schedule } from '../../infra/banks/connector.ts'

type Language = 'ro' | 'en'

const EVERY: Readonly<Record<Language, Readonly<Record<Frequency, string>>>> = {
  ro: {
    Daily: 'în fiecare zi',
    Weekly: 'în fiecare săptămână',
    EveryTwoWeeks: 'o dată la două săptămâni',
    Monthly: 'în fiecare lună',
    EveryTwoMonths: 'o dată la două luni',
    Quarterly: 'o dată la trei luni',
    SemiAnnual: 'o dată la șase luni',
    Annual: 'o dată pe an',
  },
  en: {
    Daily: 'every day',
    Weekly: 'every week',
    EveryTwoWeeks: 'every two weeks',
    Monthly: 'every month',
    EveryTwoMonths: 'every two months',
    Quarterly: 'every three months',
    SemiAnnual: 'every six months',
    Annual: 'once a year',
  },
}

/** `15 ianuarie 2027` */
export function dayWords(day: string, language: Language): string {
  const locale = language === 'ro' ? 'ro-RO' : 'en-GB'
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`))
}

/** `în fiecare lună, pe data de 15, începând cu 15 ianuarie 2027, până când o oprești` */
export function scheduleWords(schedule: Schedule, language: Language): string {
  const { frequency, day_of_execution, start_date, end_date } = schedule
  const parts = [EVERY[language][frequency]]
  if (day_of_execution !== undefined && frequency !== 'Daily') parts.push(dayOfMonth(day_of_execution, language))
  const [from, until] = language === 'ro' ? ['începând cu', 'până pe'] : ['from', 'until']
  parts.push(`${from} ${dayWords(start_date, language)}`)
  const for_ever = language === 'ro' ? 'până când o oprești' : 'until you stop it'
  parts.push(end_date === undefined ? for_ever : `${until} ${dayWords(end_date, language)}`)
  return parts.join(', ')
}

function dayOfMonth(day: number, language: Language): string {
  if (day === 31) return language === 'ro' ? 'în ultima zi a lunii' : 'on the last day of the month'
  return language === 'ro' ? `pe data de ${day}` : `on day ${day} of the month`
}
