/** Tokens of cards: their last characters, the brand and, to whom it is shown, four digits. Never a number. */
import { Anchor } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { Found, TokenLine } from '../../../../src/http/office/search-contract.ts'
import { get, queryOf } from '../../../shared/api.ts'
import { DataTable } from '../../../shared/data-table.tsx'
import { useFilters } from '../../../shared/filters.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { FilterForm } from '../orders/filter-form.tsx'
import { usePaymentChoices } from '../payments/filters.tsx'

const FILTERS = ['merchant', 'token_suffix', 'status'] as const

const TEXTS = {
  ro: {
    title: 'Tokenuri',
    legend: 'Caută tokenuri',
    caption: 'Tokenurile găsite, cele mai noi întâi',
    none: 'Niciun token nu se potrivește.',
    merchant: 'Comerciantul',
    token_suffix: 'Sfârșitul tokenului',
    status: 'Starea',
    token: 'Tokenul',
    card: 'Cardul',
    expiry: 'Expiră',
    scheme: 'Tokenul schemei',
    created: 'Creat',
    used: 'Folosit ultima dată',
    orders: 'Comenzi',
    valid: 'valabil',
    invalid: 'nevalabil',
  },
  en: {
    title: 'Tokens',
    legend: 'Search tokens',
    caption: 'Tokens found, newest first',
    none: 'No tokens match.',
    merchant: 'Merchant',
    token_suffix: 'Token ending',
    status: 'Status',
    token: 'Token',
    card: 'Card',
    expiry: 'Expires',
    scheme: 'Scheme token',
    created: 'Created',
    used: 'Last used',
    orders: 'Orders',
    valid: 'valid',
    invalid: 'invalid',
  },
}

export function TokensPage() {
  const t = useTexts(TEXTS)
  const { merchants } = usePaymentChoices()
  const [filters, setFilters] = useFilters(FILTERS)
  const found = useInfiniteQuery({
    queryKey: ['tokens', filters],
    initialPageParam: '',
    queryFn: ({ pageParam }) => get<Found<TokenLine>>(`/tokens${queryOf({ ...filters, after: pageParam })}`),
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
            name: 'merchant',
            label: t.merchant,
            type: 'one',
            choices: merchants.map(({ merchant_id, name }) => ({
              value: merchant_id,
              label: `${name} (${merchant_id})`,
            })),
          },
          { name: 'token_suffix', label: t.token_suffix },
          {
            name: 'status',
            label: t.status,
            type: 'one',
            choices: [
              { value: 'VALID', label: t.valid },
              { value: 'INVALID', label: t.invalid },
            ],
          },
        ]}
      />
      <Problem error={found.error} />
      {found.error === null && (
        <DataTable
          caption={t.caption}
          rows={found.data?.pages.flatMap(({ rows }) => rows)}
          rowKey={({ merchant_id, token, created_at }) => `${merchant_id} ${token} ${created_at}`}
          empty={t.none}
          onMore={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
          is_loading_more={found.isFetchingNextPage}
          columns={[
            { key: 'token', title: t.token, cell: ({ token }) => <span className="punte-number">{token}</span> },
            {
              key: 'merchant',
              title: t.merchant,
              cell: ({ merchant_name, merchant_id }) => <span title={merchant_id}>{merchant_name}</span>,
            },
            {
              key: 'card',
              title: t.card,
              cell: ({ brand, last_four }) => `${brand}${last_four === null ? '' : ` …${last_four}`}`,
            },
            {
              key: 'expiry',
              title: t.expiry,
              cell: ({ expiry_month, expiry_year }) =>
                expiry_month === null || expiry_year === null
                  ? '–'
                  : `${String(expiry_month).padStart(2, '0')}/${String(expiry_year).padStart(2, '0')}`,
            },
            {
              key: 'status',
              title: t.status,
              cell: ({ status }) => (
                <StatusBadge tone={status === 'VALID' ? 'good' : 'bad'}>
                  {status === 'VALID' ? t.valid : t.invalid}
                </StatusBadge>
              ),
            },
            { key: 'scheme', title: t.scheme, cell: ({ scheme_token_state }) => scheme_token_state },
            { key: 'created', title: t.created, cell: ({ created_at }) => <Moment at={created_at} /> },
            { key: 'used', title: t.used, cell: ({ last_used_at }) => <Moment at={last_used_at} /> },
            {
              key: 'orders',
              title: t.orders,
              cell: ({ merchant_id, token }) => (
                <Anchor
                  component={Link}
                  size="sm"
                  to={`/orders${queryOf({ merchant: merchant_id, token_suffix: token.replace('…', '') })}`}
                >
                  {t.orders}
                </Anchor>
              ),
            },
          ]}
        />
      )}
    </Page>
  )
}
