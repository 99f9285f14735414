import { Button, Stack, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { post } from '../../../shared/api.ts'
import { type Column, DataTable } from '../../../shared/data-table.tsx'
import { useMay, useMe } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { STAFF_KEY, type StaffSession, type StaffView } from './staff.ts'

const TEXTS = {
  ro: {
    title: 'Ultimele sesiuni',
    none: 'Nicio sesiune.',
    address: 'Adresă de rețea',
    since: 'De la',
    seen: 'Activă ultima oară',
    state: 'Stare',
    open: 'deschisă',
    begun: 'autentificare neterminată',
    ended: 'încheiată',
    acts: 'Acțiuni',
    end: 'Încheie',
    end_one: (address: string) => `Încheie sesiunea de la ${address}`,
  },
  en: {
    title: 'Recent sessions',
    none: 'No sessions.',
    address: 'Network address',
    since: 'Since',
    seen: 'Last active',
    state: 'State',
    open: 'open',
    begun: 'sign-in not finished',
    ended: 'ended',
    acts: 'Actions',
    end: 'End',
    end_one: (address: string) => `End the session from ${address}`,
  },
}

export function StaffSessions({ staff }: { readonly staff: StaffView }) {
  const t = useTexts(TEXTS)
  const may_change = useMay('staff.change')
  const { idle_seconds } = useMe()
  const queries = useQueryClient()
  const end = useMutation({
    mutationFn: (session_id: string) => post(`/staff/${staff.user_name}/sign-out`, { session_id }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: STAFF_KEY }),
  })
  const lives = ({ ended_at, ends_at, seen_at }: StaffSession) =>
    ended_at === null &&
    Date.parse(ends_at) > Date.parse(staff.now) &&
    Date.parse(seen_at) + idle_seconds * 1000 > Date.parse(staff.now)
  const columns: readonly Column<StaffSession>[] = [
    { key: 'address', title: t.address, cell: ({ address }) => address },
    { key: 'created_at', title: t.since, cell: ({ created_at }) => <Moment at={created_at} /> },
    { key: 'seen_at', title: t.seen, cell: ({ seen_at }) => <Moment at={seen_at} /> },
    {
      key: 'state',
      title: t.state,
      cell: (session) => {
        if (!lives(session)) return <StatusBadge tone="quiet">{t.ended}</StatusBadge>
        return session.stage === 'open' ? (
          <StatusBadge tone="good">{t.open}</StatusBadge>
        ) : (
          <StatusBadge tone="warn">{t.begun}</StatusBadge>
        )
      },
    },
    {
      key: 'acts',
      title: t.acts,
      align: 'right',
      cell: (session) =>
        may_change && lives(session) ? (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={t.end_one(session.address)}
            onClick={() => end.mutate(session.session_id)}
          >
            {t.end}
          </Button>
        ) : null,
    },
  ]
  return (
    <Stack gap="sm" component="section" aria-label={t.title}>
      <Title order={2} size="h4">
        {t.title}
      </Title>
      <Problem error={end.error} />
      <DataTable
        caption={t.title}
        columns={columns}
        rows={staff.sessions}
        rowKey={({ session_id }) => session_id}
        empty={t.none}
      />
    </Stack>
  )
}
