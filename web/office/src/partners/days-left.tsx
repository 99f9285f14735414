/** A day to come, and how many are left: in red where it is over, in orange within a month. */
import { Text } from '@mantine/core'
import { manyOf } from '../../../shared/many.ts'
import { Moment } from '../../../shared/moment.tsx'
import { useTexts } from '../../../shared/texts.tsx'

const DAY_MS = 86_400_000
const SOON_DAYS = 30
const TEXTS = {
  ro: {
    left: (days: number) => (days === 0 ? 'e azi' : days === 1 ? 'mai e o zi' : `mai sunt ${manyOf(days, 'zile')}`),
    over: (days: number) => (days === 0 ? 'depășit azi' : `depășit de ${days === 1 ? 'o zi' : manyOf(days, 'zile')}`),
  },
  en: {
    left: (days: number) => (days === 0 ? 'ends today' : `${days} ${days === 1 ? 'day' : 'days'} left`),
    over: (days: number) => (days === 0 ? 'expired today' : `expired ${days} ${days === 1 ? 'day' : 'days'} ago`),
  },
}

export function DaysLeft({ at }: { readonly at: string }) {
  const t = useTexts(TEXTS)
  const left_ms = new Date(at).getTime() - Date.now()
  const days = Math.floor(Math.abs(left_ms) / DAY_MS)
  const colour = left_ms < 0 ? 'red.9' : days < SOON_DAYS ? 'orange.9' : 'gray.7'
  return (
    <span>
      <Moment at={at} only="date" />{' '}
      <Text component="span" size="xs" c={colour} fw={left_ms < 0 || days < SOON_DAYS ? 600 : 400}>
        {left_ms < 0 ? t.over(days) : t.left(days)}
      </Text>
    </span>
  )
}
