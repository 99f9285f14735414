/** Figures as people read them. */
import { useLanguage } from '../../../shared/texts.tsx'

const LOCALES = { ro: 'ro-RO', en: 'en-GB' } as const

/** Writers of figures in the language that is chosen. */
export function useNumbers() {
  const { language } = useLanguage()
  const locale = LOCALES[language]
  const whole = new Intl.NumberFormat(locale)
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  const lei = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const some = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })
  const short = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 })
  const day = new Intl.DateTimeFormat(locale, { day: '2-digit', month: '2-digit', timeZone: 'UTC' })
  return {
    whole: (value: number) => whole.format(value),
    /** Of an axis. Romanian shortens a thousand to a K that nobody there writes, so that little is shortened. */
    short: (value: number) => (Math.abs(value) < 100_000 ? some.format(value) : short.format(value)),
    percent: (share: number | null) => (share === null ? '–' : percent.format(share)),
    lei: (minor: number) => `${lei.format(minor / 100)} RON`,
    /** `yyyy-mm-dd` */
    day: (text: string) => day.format(new Date(`${text}T00:00:00Z`)),
    seconds: (s: number | null) => secondsText(s),
  }
}

function secondsText(s: number | null): string {
  if (s === null) return '–'
  if (s < 120) return `${s} s`
  if (s < 7200) return `${Math.round(s / 6) / 10} min`
  return `${Math.round(s / 360) / 10} h`
}

export const shareOf = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)
