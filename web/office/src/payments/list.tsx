/**
 * Payments of the account rail, as staff look for them: list.tsx all that fit, payment.tsx one, its sections a file each;
 * filters.tsx what is looked for, acts.tsx what is done by hand.
 */
import { Anchor, Stack, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { Found, PaymentLine } from '../../../../src/http/office/search-contract.ts'
import { get, queryOf } from '../../../shared/api.ts'
import { DataTable } from '../../../shared/data-table.tsx'
import { useFilters } from '../../../shared/filters.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Money } from '../../../shared/money.tsx'
import { Page } from '../../../shared/page.tsx'
import { PaymentReason, PaymentStatus } from '../../../shared/payment-status.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { partnerName } from '../partners/name.ts'
import { ExportMenu } from './export-menu.tsx'
import { PAYMENT_FILTERS, PaymentFilterForm, useBankName } from './filters.tsx'
import { KINDS } from './words.ts'

const TEXTS = {
  ro: {
    title: 'Plăți',
    caption: 'Plățile găsite, cele mai noi întâi',
    none: 'Nicio plată nu se potrivește.',
    payment: 'Plata',
    created: 'Creată',
    partner: 'Partenerul',
    status: 'Starea',
    amount: 'Suma',
    bank: 'Banca',
    payer: 'Plătitor',
    beneficiary: 'Beneficiar',
  },
  en: {
    title: 'Payments',
    caption: 'Payments found, the newest first',
    none: 'No payment fits.',
    payment: 'Payment',
    created: 'Created',
    partner: 'Partner',
    status: 'Status',
    amount: 'Amount',
    bank: 'Bank',
    payer: 'Payer',
    beneficiary: 'Beneficiary',
  },
}

export function PaymentsPage() {
  const t = useTexts(TEXTS)
  const [filters] = useFilters(PAYMENT_FILTERS)
  const found = useInfiniteQuery({
    queryKey: ['payments', filters],
    initialPageParam: '',
    queryFn: ({ pageParam }) => get<Found<PaymentLine>>(`/payments${queryOf({ ...filters, after: pageParam })}`),
    getNextPageParam: ({ after }) => after,
  })
  return (
    <Page title={t.title} actions={<ExportMenu list="payments" filters={filters} />}>
      <PaymentFilterForm />
      <Problem error={found.error} />
      {found.error === null && (
        <PaymentTable
          rows={found.data?.pages.flatMap(({ rows }) => rows)}
          onMore={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
          is_loading_more={found.isFetchingNextPage}
        />
      )}
    </Page>
  )
}

type TableProps = {
  readonly rows: readonly PaymentLine[] | undefined
  readonly onMore?: (() => void) | undefined
  readonly is_loading_more?: boolean
}

/** Lines of payments, each leading to its own. */
export function PaymentTable({ rows, onMore, is_loading_more = false }: TableProps) {
  const t = useTexts(TEXTS)
  const bankName = useBankName()
  const { language } = useLanguage()
  return (
    <DataTable
      caption={t.caption}
      rows={rows}
      rowKey={({ payment_id }) => String(payment_id)}
      empty={t.none}
      onMore={onMore}
      is_loading_more={is_loading_more}
      columns={[
        {
          key: 'payment_id',
          title: t.payment,
          cell: ({ payment_id, kind }) => (
            <Stack gap={0}>
              <Anchor component={Link} size="sm" to={`/payments/${payment_id}`} className="punte-number">
                {payment_id}
              </Anchor>
              {kind !== 'single' && (
                <Text size="xs" c="gray.7">
                  {KINDS[kind]?.[language] ?? kind}
                </Text>
              )}
            </Stack>
          ),
        },
        { key: 'created_at', title: t.created, cell: ({ created_at }) => <Moment at={created_at} /> },
        {
          key: 'partner',
          title: t.partner,
          cell: ({ partner_name, client_id }) => <span title={client_id}>{partnerName(partner_name, language)}</span>,
        },
        {
          key: 'status',
          title: t.status,
          cell: ({ status, reason }) => (
            <Stack gap={2} align="flex-start">
              <PaymentStatus status={status} />
              <PaymentReason reason={reason} />
            </Stack>
          ),
        },
        {
          key: 'amount',
          title: t.amount,
          align: 'right',
          cell: ({ amount_minor, currency }) => <Money minor={amount_minor} currency={currency} />,
        },
        { key: 'bank', title: t.bank, cell: ({ bank_id }) => bankName(bank_id) },
        {
          key: 'payer',
          title: t.payer,
          cell: ({ debtor_iban }) => <span className="punte-number">{debtor_iban ?? '–'}</span>,
        },
        {
          key: 'beneficiary',
          title: t.beneficiary,
          cell: ({ creditor_iban, creditor_name }) => (
            <span className="punte-number">
              {creditor_iban ?? '–'} {creditor_name}
            </span>
          ),
        },
      ]}
    />
  )
}
