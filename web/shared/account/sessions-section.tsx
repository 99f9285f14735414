import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { del } from '../api.ts'
import { type Column, DataTable } from '../data-table.tsx'
import { ME_KEY } from '../me.ts'
import { Moment } from '../moment.tsx'
import { Problem } from '../problem.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { useTexts } from '../texts.tsx'
import { ACCOUNT_KEY, type Account, type OwnSession } from './account.ts'
import { Section } from './section.tsx'

const TEXTS = {
  ro: {
    title: 'Sesiuni deschise',
    none: 'Nicio sesiune.',
    address: 'Adresă de rețea',
    since: 'De la',
    seen: 'Activă ultima oară',
    state: 'Stare',
    current: 'aceasta',
    open: 'deschisă',
    begun: 'autentificare neterminată',
    acts: 'Acțiuni',
    end: 'Încheie',
    end_one: (address: string) => `Încheie sesiunea de la ${address}`,
  },
  en: {
    title: 'Open sessions',
    none: 'No sessions.',
    address: 'Network address',
    since: 'Since',
    seen: 'Last active',
    state: 'State',
    current: 'this one',
    open: 'open',
    begun: 'sign-in not finished',
    acts: 'Actions',
    end: 'End',
    end_one: (address: string) => `End the session from ${address}`,
  },
}

export function SessionsSection({ account }: { readonly account: Account }) {
  const t = useTexts(TEXTS)
  const queries = useQueryClient()
  const end = useMutation({
    mutationFn: ({ session_id }: OwnSession) => del(`/me/sessions/${session_id}`),
    onSuccess: (_, { is_current }) => void queries.invalidateQueries({ queryKey: is_current ? ME_KEY : ACCOUNT_KEY }),
  })
  const columns: readonly Column<OwnSession>[] = [
    { key: 'address', title: t.address, cell: ({ address }) => address },
    { key: 'created_at', title: t.since, cell: ({ created_at }) => <Moment at={created_at} /> },
    { key: 'seen_at', title: t.seen, cell: ({ seen_at }) => <Moment at={seen_at} /> },
    {
      key: 'state',
      title: t.state,
      cell: ({ is_current, stage }) =>
        is_current ? (
          <StatusBadge tone="good">{t.current}</StatusBadge>
        ) : (
          <StatusBadge tone={stage === 'open' ? 'open' : 'quiet'}>{stage === 'open' ? t.open : t.begun}</StatusBadge>
        ),
    },
    {
      key: 'acts',
      title: t.acts,
      align: 'right',
      cell: (session) =>
        session.is_current ? null : (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={t.end_one(session.address)}
            onClick={() => end.mutate(session)}
          >
            {t.end}
          </Button>
        ),
    },
  ]
  return (
    <Section title={t.title}>
      <Problem error={end.error} />
      <DataTable
        caption={t.title}
        columns={columns}
        rows={account.sessions}
        rowKey={({ session_id }) => session_id}
        empty={t.none}
      />
    </Section>
  )
}
