/** What people of partners have told of their partner, until compliance has taken it over. */
import { Anchor, Button, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router'
import { get, post } from '../../../shared/api.ts'
import { type Column, DataTable } from '../../../shared/data-table.tsx'
import { useMay } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'

type Notice = {
  readonly partner_id: number
  readonly notice_no: number
  readonly client_id: string | null
  readonly partner_name: string | null
  readonly kind: string
  readonly text: string
  readonly told_by: string
  readonly told_at: string
}

const TEXTS = {
  ro: {
    title: 'Schimbări anunțate de parteneri',
    text: 'Treci schimbarea în dosarul partenerului, ca schimbare anunțată, apoi închide anunțul.',
    partner: 'Partener',
    at: 'Când',
    by: 'Cine',
    kind: 'S-a schimbat',
    kinds: {
      address: 'sediul sau adresa',
      representative: 'reprezentantul',
      owners: 'beneficiarii reali',
      contacts: 'datele de contact',
      activity: 'activitatea sau indicatorii',
      other: 'altceva',
    } as Record<string, string>,
    what: 'Ce a spus',
    action: 'Acțiune',
    close: 'Preluat',
    close_of: (partner: string) => `Preluat: anunțul partenerului ${partner}`,
    empty: 'Nimic de preluat.',
  },
  en: {
    title: 'Changes notified by partners',
    text: "Enter the change in the partner's case as a notified change, then close the notice.",
    partner: 'Partner',
    at: 'When',
    by: 'By',
    kind: 'What changed',
    kinds: {
      address: 'registered office or address',
      representative: 'representative',
      owners: 'beneficial owners',
      contacts: 'contact details',
      activity: 'activity or indicators',
      other: 'something else',
    } as Record<string, string>,
    what: 'Message',
    action: 'Action',
    close: 'Mark as handled',
    close_of: (partner: string) => `Mark as handled: notice from ${partner}`,
    empty: 'Nothing to handle.',
  },
}

export function PartnerNoticesPage() {
  const t = useTexts(TEXTS)
  const may = useMay('partner-notice.close')
  const queries = useQueryClient()
  const found = useQuery({
    queryKey: ['partner-notices'],
    queryFn: () => get<{ notices: readonly Notice[] }>('/partner-notices'),
  })
  const close = useMutation({
    mutationFn: ({ partner_id, notice_no }: Notice) => post(`/partner-notices/${partner_id}/${notice_no}/close`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['partner-notices'] }),
  })
  const columns: readonly Column<Notice>[] = [
    { key: 'at', title: t.at, cell: ({ told_at }) => <Moment at={told_at} /> },
    {
      key: 'partner',
      title: t.partner,
      cell: ({ client_id, partner_name, partner_id }) =>
        client_id === null ? (
          partner_id
        ) : (
          <Anchor component={Link} to={`/partners/${encodeURIComponent(client_id)}`} size="sm">
            {partner_name}
          </Anchor>
        ),
    },
    { key: 'by', title: t.by, cell: ({ told_by }) => told_by },
    { key: 'kind', title: t.kind, cell: ({ kind }) => t.kinds[kind] ?? kind },
    {
      key: 'what',
      title: t.what,
      cell: ({ text }) => (
        <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {text}
        </Text>
      ),
    },
    ...(may
      ? [
          {
            key: 'action',
            title: t.action,
            cell: (notice: Notice) => (
              <Button
                variant="default"
                size="compact-sm"
                onClick={() => close.mutate(notice)}
                aria-label={t.close_of(notice.partner_name ?? String(notice.partner_id))}
              >
                {t.close}
              </Button>
            ),
          },
        ]
      : []),
  ]
  return (
    <Page title={t.title}>
      <Text size="sm">{t.text}</Text>
      <Problem error={found.error ?? close.error} />
      {found.error === null && (
        <DataTable
          caption={t.title}
          columns={columns}
          rows={found.data?.notices}
          rowKey={({ partner_id, notice_no }) => `${partner_id} ${notice_no}`}
          empty={t.empty}
        />
      )}
    </Page>
  )
}
