/** Partners: the list. partner.tsx is one of them, put together of the sections beside it. */
import { Anchor, Group, NativeSelect } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { PartnersPage as Answer, PartnerRow } from '../../../../src/http/office/partner-contract.ts'
import { get, queryOf } from '../../../shared/api.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { type Column, DataTable } from '../../../shared/data-table.tsx'
import { useFilters } from '../../../shared/filters.ts'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { DaysLeft } from './days-left.tsx'
import { partnerName } from './name.ts'
import { SearchInput } from './search-input.tsx'
import { PartnerStatus } from './status.tsx'

const TEXTS = {
  ro: {
    title: 'Parteneri',
    caption: 'Parteneri, în ordinea în care au venit',
    search: 'Nume sau clientID',
    type: 'Tip',
    status: 'Starea',
    review: 'Revizuirea anuală',
    any: 'oricare',
    statuses: { '': 'oricare', active: 'activi', suspended: 'suspendați' },
    reviews: { '': 'oricare', overdue: 'depășită' },
    name: 'Nume',
    client_id: 'clientID',
    certificate: 'Certificat',
    no_certificate: 'fără certificat',
    unknown: 'termen necunoscut',
    next_review: 'Revizuire',
    alerts: 'Alerte',
    empty: 'Niciun partener.',
  },
  en: {
    title: 'Partners',
    caption: 'Partners, oldest first',
    search: 'Name or clientID',
    type: 'Type',
    status: 'Status',
    review: 'Yearly review',
    any: 'any',
    statuses: { '': 'any', active: 'active', suspended: 'suspended' },
    reviews: { '': 'any', overdue: 'overdue' },
    name: 'Name',
    client_id: 'clientID',
    certificate: 'Certificate',
    no_certificate: 'no certificate',
    unknown: 'expiry not known',
    next_review: 'Review',
    alerts: 'Alerts',
    empty: 'No partners.',
  },
}

const optionsOf = (names: Readonly<Record<string, string>>) =>
  Object.entries(names).map(([value, label]) => ({ value, label }))

export function PartnersPage() {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const [filters, set] = useFilters(['search', 'type', 'status', 'review'])
  const found = useInfiniteQuery({
    queryKey: ['partners', 'list', filters],
    queryFn: ({ pageParam }) => get<Answer>(`/partners${queryOf({ ...filters, after: pageParam })}`),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => (last.has_more ? last.partners.at(-1)?.partner_id : undefined),
  })
  const columns: Column<PartnerRow>[] = [
    {
      key: 'name',
      title: t.name,
      cell: ({ client_id, name }) => (
        <Anchor component={Link} to={`/partners/${encodeURIComponent(client_id)}`} size="sm" underline="always">
          {partnerName(name, language)}
        </Anchor>
      ),
    },
    { key: 'client_id', title: t.client_id, cell: ({ client_id }) => <CopyId id={client_id} /> },
    { key: 'type', title: t.type, cell: ({ type, is_merchant }) => (is_merchant ? `${type}, card` : type) },
    { key: 'status', title: t.status, cell: ({ status }) => <PartnerStatus status={status} /> },
    {
      key: 'certificate',
      title: t.certificate,
      cell: ({ certificate_count: count, certificate_valid_to: end }) =>
        count === 0 ? t.no_certificate : end === null ? t.unknown : <DaysLeft at={end} />,
    },
    {
      key: 'review',
      title: t.next_review,
      cell: ({ next_review_at }) => (next_review_at === null ? '–' : <DaysLeft at={next_review_at} />),
    },
    {
      key: 'alerts',
      title: t.alerts,
      align: 'right',
      cell: ({ client_id, open_alerts }) =>
        open_alerts === 0 ? (
          '–'
        ) : (
          <Anchor component={Link} to={`/alerts?client_id=${client_id}`} size="sm" underline="always">
            {open_alerts}
          </Anchor>
        ),
    },
  ]
  return (
    <Page title={t.title}>
      <Group gap="sm" align="flex-end" role="search">
        <SearchInput label={t.search} maxLength={100} value={filters.search} onSearch={(search) => set({ search })} />
        <NativeSelect
          size="xs"
          label={t.type}
          data={[{ value: '', label: t.any }, 'Ecommerce', 'Finance']}
          value={filters.type}
          onChange={(event) => set({ type: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          label={t.status}
          data={optionsOf(t.statuses)}
          value={filters.status}
          onChange={(event) => set({ status: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          label={t.review}
          data={optionsOf(t.reviews)}
          value={filters.review}
          onChange={(event) => set({ review: event.currentTarget.value })}
        />
      </Group>
      <Problem error={found.error} />
      <DataTable
        caption={t.caption}
        columns={columns}
        rows={found.data?.pages.flatMap(({ partners }) => partners) ?? (found.error ? [] : undefined)}
        rowKey={({ client_id }) => client_id}
        empty={t.empty}
        onMore={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
        is_loading_more={found.isFetchingNextPage}
      />
    </Page>
  )
}
