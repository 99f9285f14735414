/** The keys of the installation: which there are, and a new one in the place of the active, which takes two people. */
import { Button, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { get } from '../../../shared/api.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { DataTable } from '../../../shared/data-table.tsx'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { ProposeDialog, type Proposed, ProposedNotice } from './proposed.tsx'

const TEXTS = {
  ro: {
    title: 'Cheile instalației',
    about:
      'Cheile însele nu se văd aici. După aprobare lucrarea durează: cheia nouă trebuie aflată de toate procesele.',
    caption: 'Chei',
    kind: 'Fel',
    kinds: { sealing: 'sigilare', signing: 'semnare' },
    id: 'Numele cheii',
    state: 'Starea',
    states: { next: 'urmează', active: 'activă', readable: 'doar pentru citit' },
    since: 'Din',
    sealing: 'Cheie nouă de sigilare',
    signing: 'Cheie nouă de semnare',
    empty: 'Nicio cheie.',
  },
  en: {
    title: 'Installation keys',
    about:
      'The keys themselves are not shown here. After approval it takes a while: every process has to pick up the new key.',
    caption: 'Keys',
    kind: 'Kind',
    kinds: { sealing: 'sealing', signing: 'signing' },
    id: 'Key name',
    state: 'State',
    states: { next: 'next', active: 'active', readable: 'read only' },
    since: 'Since',
    sealing: 'New sealing key',
    signing: 'New signing key',
    empty: 'No keys.',
  },
}

type Kind = 'sealing' | 'signing'
type Key = {
  readonly kind: Kind
  readonly id: string
  readonly state: 'next' | 'active' | 'readable'
  readonly created_at: string
}

export function KeysPage() {
  const t = useTexts(TEXTS)
  const [kind, setKind] = useState<Kind>()
  const [proposed, setProposed] = useState<Proposed>()
  const found = useQuery({ queryKey: ['keys'], queryFn: () => get<{ readonly keys: readonly Key[] }>('/keys') })
  return (
    <Page
      title={t.title}
      actions={(['sealing', 'signing'] as const).map((one) => (
        <Button key={one} variant="default" onClick={() => setKind(one)}>
          {t[one]}
        </Button>
      ))}
    >
      <Text size="sm">{t.about}</Text>
      <Problem error={found.error} />
      <ProposedNotice proposed={proposed} />
      <DataTable
        caption={t.caption}
        rows={found.data?.keys ?? (found.error ? [] : undefined)}
        rowKey={({ id }) => id}
        empty={t.empty}
        columns={[
          { key: 'kind', title: t.kind, cell: (key) => t.kinds[key.kind] },
          { key: 'id', title: t.id, cell: ({ id }) => <CopyId id={id} /> },
          {
            key: 'state',
            title: t.state,
            cell: ({ state }) => (
              <StatusBadge tone={state === 'active' ? 'good' : 'quiet'}>{t.states[state]}</StatusBadge>
            ),
          },
          { key: 'since', title: t.since, cell: ({ created_at }) => <Moment at={created_at} /> },
        ]}
      />
      <ProposeDialog
        title={t[kind ?? 'sealing']}
        opened={kind !== undefined}
        path="/keys/rotation"
        body={{ kind }}
        onClose={() => setKind(undefined)}
        onProposed={setProposed}
      />
    </Page>
  )
}
