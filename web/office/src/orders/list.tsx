/** Orders of the card rail, as staff look for them: list.tsx all that fit, order.tsx one, acts.tsx what is done by hand. */
import { Anchor } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { Found, OrderLine } from '../../../../src/http/office/search-contract.ts'
import { get, queryOf } from '../../../shared/api.ts'
import { DataTable } from '../../../shared/data-table.tsx'
import { useFilters } from '../../../shared/filters.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { ExportMenu } from '../payments/export-menu.tsx'
import { usePaymentChoices } from '../payments/filters.tsx'
import { Amount } from './amount.tsx'
import { CodeBadge } from './badge.tsx'
import { choicesOf, FilterForm } from './filter-form.tsx'
import { ORDER_STATUSES } from './words.ts'

const FILTERS = [
  'merchant',
  'order_id',
  'status',
  'from',
  'to',
  'amount_from',
  'amount_to',
  'currency',
  'agreement_id',
  'token_suffix',
] as const

const TEXTS = {
  ro: {
    title: 'Comenzi cu cardul',
    legend: 'Caută comenzi',
    caption: 'Comenzile găsite, cele mai noi întâi',
    none: 'Nicio comandă nu se potrivește.',
    merchant: 'Comerciantul',
    order_id: 'Comanda',
    status: 'Starea',
    from: 'Din ziua',
    to: 'Până în ziua',
    amount_from: 'Suma de la',
    amount_to: 'Suma până la',
    currency: 'Moneda',
    agreement_id: 'Acordul',
    token_suffix: 'Sfârșitul tokenului',
    created: 'Creată',
    amount: 'Suma',
    captured: 'Încasat',
    refunded: 'Rambursat',
  },
  en: {
    title: 'Card orders',
    legend: 'Search orders',
    caption: 'Orders found, newest first',
    none: 'No orders match.',
    merchant: 'Merchant',
    order_id: 'Order',
    status: 'Status',
    from: 'From',
    to: 'To',
    amount_from: 'Amount from',
    amount_to: 'Amount to',
    currency: 'Currency',
    agreement_id: 'Agreement',
    token_suffix: 'Token ending',
    created: 'Created',
    amount: 'Amount',
    captured: 'Captured',
    refunded: 'Refunded',
  },
}

export const orderPath = ({ merchant_id, order_id }: Pick<OrderLine, 'merchant_id' | 'order_id'>): string =>
  `/orders/${encodeURIComponent(merchant_id)}/${encodeURIComponent(order_id)}`

export function OrdersPage() {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const { merchants } = usePaymentChoices()
  const [filters, setFilters] = useFilters(FILTERS)
  const found = useInfiniteQuery({
    queryKey: ['orders', filters],
    initialPageParam: '',
    queryFn: ({ pageParam }) => get<Found<OrderLine>>(`/orders${queryOf({ ...filters, after: pageParam })}`),
    getNextPageParam: ({ after }) => after,
  })
  const types = {
    merchant: {
      type: 'one',
      choices: merchants.map(({ merchant_id, name }) => ({ value: merchant_id, label: `${name} (${merchant_id})` })),
    },
    status: { type: 'several', choices: choicesOf(ORDER_STATUSES, language) },
    from: { type: 'date' },
    to: { type: 'date' },
  } as const
  const fields = FILTERS.map((name) => ({ name, label: t[name], ...(types as Record<string, object>)[name] }))
  return (
    <Page title={t.title} actions={<ExportMenu list="orders" filters={filters} />}>
      <FilterForm
        key={JSON.stringify(filters)}
        legend={t.legend}
        fields={fields}
        filters={filters}
        onFind={setFilters}
      />
      <Problem error={found.error} />
      {found.error === null && (
        <DataTable
          caption={t.caption}
          rows={found.data?.pages.flatMap(({ rows }) => rows)}
          rowKey={orderPath}
          empty={t.none}
          onMore={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
          is_loading_more={found.isFetchingNextPage}
          columns={[
            {
              key: 'order',
              title: t.order_id,
              cell: (order) => (
                <Anchor component={Link} size="sm" to={orderPath(order)} style={{ overflowWrap: 'anywhere' }}>
                  {order.order_id}
                </Anchor>
              ),
            },
            { key: 'created', title: t.created, cell: ({ created_at }) => <Moment at={created_at} /> },
            {
              key: 'merchant',
              title: t.merchant,
              cell: ({ merchant_id, merchant_name }) => <span title={merchant_id}>{merchant_name}</span>,
            },
            {
              key: 'status',
              title: t.status,
              cell: ({ status }) => <CodeBadge code={status} words={ORDER_STATUSES} />,
            },
            {
              key: 'amount',
              title: t.amount,
              align: 'right',
              cell: ({ amount_minor, currency }) => <Amount minor={amount_minor} currency={currency} />,
            },
            {
              key: 'captured',
              title: t.captured,
              align: 'right',
              cell: ({ captured_minor, currency }) => <Amount minor={captured_minor} currency={currency} />,
            },
            {
              key: 'refunded',
              title: t.refunded,
              align: 'right',
              cell: ({ refunded_minor, currency }) => <Amount minor={refunded_minor} currency={currency} />,
            },
          ]}
        />
      )}
    </Page>
  )
}
