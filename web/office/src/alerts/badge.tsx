/** How many alerts nobody has taken yet. */
import { Badge } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { get } from '../../../shared/api.ts'
import { manyOf } from '../../../shared/many.ts'
import { useTexts } from '../../../shared/texts.tsx'

const EVERY_MS = 30_000
const TEXTS = {
  ro: { open: (count: number) => (count === 1 ? 'o alertă neluată' : `${manyOf(count, 'alerte')} neluate`) },
  en: { open: (count: number) => (count === 1 ? 'one alert not taken' : `${count} alerts not taken`) },
}

export function AlertsBadge() {
  const t = useTexts(TEXTS)
  const { data } = useQuery({
    queryKey: ['alerts', 'open'],
    queryFn: () => get<{ open: number; taken: number; mine: number }>('/alerts/open', { background: true }),
    refetchInterval: EVERY_MS,
  })
  if (data === undefined || data.open === 0) return null
  return (
    <Badge size="sm" circle color="red.9" aria-label={t.open(data.open)}>
      {data.open}
    </Badge>
  )
}
