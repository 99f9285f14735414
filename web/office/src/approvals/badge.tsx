/** How many proposals wait for whoever is signed in. */
import { Badge } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { get } from '../../../shared/api.ts'
import { useTexts } from '../../../shared/texts.tsx'

const EVERY_MS = 30_000
const TEXTS = { ro: { waiting: 'așteaptă aprobarea ta' }, en: { waiting: 'waiting for your approval' } }

export function ApprovalsBadge() {
  const t = useTexts(TEXTS)
  const { data } = useQuery({
    queryKey: ['approvals', 'waiting'],
    queryFn: () => get<{ waiting: number; own: number }>('/approvals/waiting', { background: true }),
    refetchInterval: EVERY_MS,
  })
  if (data === undefined || data.waiting === 0) return null
  return (
    <Badge size="sm" circle color="red.9" aria-label={`${data.waiting} ${t.waiting}`}>
      {data.waiting}
    </Badge>
  )
}
