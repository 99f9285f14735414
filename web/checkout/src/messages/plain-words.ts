/**
 * Words that are made from data: counts, days, the schedule of a recurring payment. Pure, by language; the rest of the
 * words is in ro.ts and en.ts.
 */
import type { ScheduleView } from '../../../../src/http/checkout/contract.ts'
import type { Language } from './messages.ts'

/** Romanian counting: `o plată`, `2 plăți`, `20 de plăți`, `101 plăți`. */
export function countRo(count: number, one: string, many: string): string {
  if (count === 1) return one
  return `${count} ${count % 100 >= 20 || (count % 100 === 0 && count > 0) ? 'de ' : ''}${many}`
}

const MONTHS: Readonly<Record<Language, readonly string[]>> = {
  ro: 'ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie'.split(' '),
  en: 'January February March April May June July August September October November December'.split(' '),
}
/** As adverbs: on that day of each week. From Sunday. */
const WEEKDAYS: Readonly<Record<Language, readonly string[]>> = {
  ro: 'duminica lunea marțea miercurea joia vinerea sâmbăta'.split(' '),
  en: 'on Sundays,on Mondays,on Tuesdays,on Wednesdays,on Thursdays,on Fridays,on Saturdays'.split(','),
}

/** `2026-12-03` → `3 decembrie 2026`, `3 December 2026`. A day is a day: no time zone moves it. */
export function dayInWords(language: Language, day: string): string {
  const { year, month, date } = partsOf(day)
  return `${date} ${MONTHS[language][month - 1]} ${year}`
}

function partsOf(day: string): { year: number; month: number; date: number } {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return { year, month, date }
}

/** `în fiecare lună, pe data de 15, începând cu 15 ianuarie 2027, până când o oprești`. */
export function scheduleInWords(language: Language, schedule: ScheduleView): string {
  const how_often = OFTEN[language][schedule.frequency]
  const on = onWhichDay(language, schedule)
  const from = dayInWords(language, schedule.startDate)
  const end = schedule.endDate === undefined ? undefined : dayInWords(language, schedule.endDate)
  const parts =
    language === 'ro'
      ? [how_often, on, `începând cu ${from}`, end === undefined ? 'până când o oprești' : `până la ${end}`]
      : [how_often, on, `starting on ${from}`, end === undefined ? 'until you stop it' : `until ${end}`]
  return parts.filter((part) => part !== undefined).join(', ')
}

const OFTEN: Readonly<Record<Language, Readonly<Record<ScheduleView['frequency'], string>>>> = {
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

/** The days of a month that some months do not have. */
const LAST_OF_EVERY_MONTH = 28

function onWhichDay(language: Language, schedule: ScheduleView): string | undefined {
  const { frequency, startDate, dayOfExecution } = schedule
  const { year, month, date } = partsOf(startDate)
  if (frequency === 'Daily') return undefined
  if (frequency === 'Weekly' || frequency === 'EveryTwoWeeks') {
    const weekday = new Date(Date.UTC(year, month - 1, date)).getUTCDay()
    return dayOfExecution === undefined ? WEEKDAYS[language][weekday] : undefined
  }
  const day = dayOfExecution ?? date
  const ro = language === 'ro'
  if (frequency === 'Annual') {
    const name = MONTHS[language][month - 1]
    if (dayOfExecution === 31) return ro ? `în ultima zi din ${name}` : `on the last day of ${name}`
    return ro ? `pe ${day} ${name}` : `on ${day} ${name}`
  }
  if (day === 31) return ro ? 'în ultima zi a lunii' : 'on the last day of the month'
  const said = ro ? `pe data de ${day}` : `on day ${day} of the month`
  if (day <= LAST_OF_EVERY_MONTH) return said
  return ro ? `${said} (sau în ultima zi a lunii, dacă e mai scurtă)` : `${said} (or the last day of a shorter month)`
}
