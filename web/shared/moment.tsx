/** A moment as people in Romania read it; the same in UTC when the mouse rests on it. */
import { useLanguage } from './texts.tsx'

type Props = { readonly at: string | null | undefined; readonly only?: 'date' }

const LOCALES = { ro: 'ro-RO', en: 'en-GB' } as const

export function Moment({ at, only }: Props) {
  const { language } = useLanguage()
  if (at === null || at === undefined) return <span>–</span>
  const date = new Date(at)
  const format = new Intl.DateTimeFormat(LOCALES[language], {
    timeZone: 'Europe/Bucharest',
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    ...(only !== 'date' && { hour: '2-digit', minute: '2-digit', second: '2-digit' }),
  })
  return (
    <time dateTime={date.toISOString()} title={`${date.toISOString().replace('T', ' ').slice(0, 19)} UTC`}>
      {format.format(date)}
    </time>
  )
}
