/** Consents to series, of both rails: list.tsx all that fit, agreement.tsx one with what was paid under it. */
import { Anchor } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { AgreementLine, Found } from '../../../../src/http/office/search-contract.ts'
import { get, queryOf } from '../../../shared/api.ts'
import { DataTable } from '../../../shared/data-table.tsx'
import { useFilters } from '../../../shared/filters.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { withCode, wordOf } from '../../../shared/told/codes.ts'
import { CodeBadge } from '../orders/badge.tsx'
import { choicesOf, FilterForm } from '../orders/filter-form.tsx'
import { AGREEMENT_STATUSES, AGREEMENT_TYPES, RAILS } from '../orders/words.ts'
import { partnerName } from '../partners/name.ts'
import { usePaymentChoices } from '../payments/filters.tsx'

const FILTERS = ['partner', 'agreement_id', 'rail', 'status'] as const

const TEXTS = {
  ro: {
    title: 'Acorduri',
    legend: 'Caută acorduri',
    caption: 'Acordurile găsite, cele mai noi întâi',
    none: 'Niciun acord nu se potrivește.',
    partner: 'Partenerul',
    agreement_id: 'Acordul',
    rail: 'Șina',
    status: 'Starea',
    type: 'Felul',
    taken: 'Plăți făcute',
    created: 'Creat',
    card: 'Cardul',
  },
  en: {
    title: 'Agreements',
    legend: 'Search agreements',
    caption: 'Agreements found, newest first',
    none: 'No agreements match.',
    partner: 'Partner',
    agreement_id: 'Agreement',
    rail: 'Rail',
    status: 'Status',
    type: 'Type',
    taken: 'Payments taken',
    created: 'Created',
    card: 'Card',
  },
}

export function AgreementsPage() {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const { partners } = usePaymentChoices()
  const [filters, setFilters] = useFilters(FILTERS)
  const found = useInfiniteQuery({
    queryKey: ['agreements', filters],
    initialPageParam: '',
    queryFn: ({ pageParam }) => get<Found<AgreementLine>>(`/agreements${queryOf({ ...filters, after: pageParam })}`),
    getNextPageParam: ({ after }) => after,
  })
  return (
    <Page title={t.title}>
      <FilterForm
        key={JSON.stringify(filters)}
        legend={t.legend}
        filters={filters}
        onFind={setFilters}
        fields={[
          {
            name: 'partner',
            label: t.partner,
            type: 'one',
            choices: partners.map(({ client_id, name }) => ({ value: client_id, label: name })),
          },
          { name: 'agreement_id', label: t.agreement_id },
          { name: 'rail', label: t.rail, type: 'one', choices: choicesOf(RAILS, language) },
          { name: 'status', label: t.status, type: 'several', choices: choicesOf(AGREEMENT_STATUSES, language) },
        ]}
      />
      <Problem error={found.error} />
      {found.error === null && (
        <DataTable
          caption={t.caption}
          rows={found.data?.pages.flatMap(({ rows }) => rows)}
          rowKey={({ client_id, agreement_id }) => `${client_id} ${agreement_id}`}
          empty={t.none}
          onMore={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
          is_loading_more={found.isFetchingNextPage}
          columns={[
            {
              key: 'agreement',
              title: t.agreement_id,
              cell: ({ client_id, agreement_id }) => (
                <Anchor
                  component={Link}
                  size="sm"
                  to={`/agreements/${encodeURIComponent(client_id)}/${encodeURIComponent(agreement_id)}`}
                  style={{ overflowWrap: 'anywhere' }}
                >
                  {agreement_id}
                </Anchor>
              ),
            },
            { key: 'created', title: t.created, cell: ({ created_at }) => <Moment at={created_at} /> },
            { key: 'partner', title: t.partner, cell: ({ partner_name }) => partnerName(partner_name, language) },
            { key: 'rail', title: t.rail, cell: ({ rail }) => RAILS[rail]?.[language] ?? rail },
            { key: 'type', title: t.type, cell: ({ type }) => withCode(wordOf(AGREEMENT_TYPES, type, language), type) },
            {
              key: 'status',
              title: t.status,
              cell: ({ status }) => (status === null ? '–' : <CodeBadge code={status} words={AGREEMENT_STATUSES} />),
            },
            { key: 'taken', title: t.taken, align: 'right', cell: ({ payments_taken }) => payments_taken },
            {
              key: 'card',
              title: t.card,
              cell: ({ last_four, token }) =>
                [last_four === null ? null : `…${last_four}`, token === null ? null : `token ${token}`]
                  .filter((one) => one !== null)
                  .join(', ') || '–',
            },
          ]}
        />
      )}
    </Page>
  )
}
