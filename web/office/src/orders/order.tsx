/** One order: how it stands, its transactions, its timeline. */
import { SimpleGrid, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import type { ShownOrder } from '../../../../src/http/office/search-contract.ts'
import { get } from '../../../shared/api.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { DataTable } from '../../../shared/data-table.tsx'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { GATEWAY_CODES, SOURCES, STORED_ON_FILE, TRANSACTION_TYPES } from '../../../shared/told/card-codes.ts'
import { withCode, wordOf } from '../../../shared/told/codes.ts'
import { Facts, Section } from '../payments/section.tsx'
import { Timeline } from '../payments/timeline.tsx'
import { OrderActs } from './acts.tsx'
import { Amount } from './amount.tsx'
import { CodeBadge } from './badge.tsx'
import { ORDER_STATUSES, RESULTS } from './words.ts'

const TEXTS = {
  ro: {
    title: (id: string) => `Comanda ${id}`,
    facts: 'Pe scurt',
    order: 'Comanda',
    merchant: 'Comerciantul',
    status: 'Starea',
    amount: 'Suma',
    authorized: 'Autorizat',
    captured: 'Încasat',
    refunded: 'Rambursat',
    agreement: 'Acordul',
    created: 'Creată',
    updated: 'Schimbată',
    transactions: 'Tranzacții',
    timeline: 'Ce s-a întâmplat',
    none: 'Nimic.',
    id: 'Tranzacția',
    type: 'Felul',
    result: 'Rezultatul',
    card: 'Cardul',
    acquirer: 'Acceptator',
    at: 'Când',
  },
  en: {
    title: (id: string) => `Order ${id}`,
    facts: 'Overview',
    order: 'Order',
    merchant: 'Merchant',
    status: 'Status',
    amount: 'Amount',
    authorized: 'Authorized',
    captured: 'Captured',
    refunded: 'Refunded',
    agreement: 'Agreement',
    created: 'Created',
    updated: 'Last changed',
    transactions: 'Transactions',
    timeline: 'What happened',
    none: 'None.',
    id: 'Transaction',
    type: 'Type',
    result: 'Result',
    card: 'Card',
    acquirer: 'Acquirer',
    at: 'When',
  },
}

export function OrderPage() {
  const t = useTexts(TEXTS)
  const { merchant_id = '', order_id = '' } = useParams()
  const path = `/orders/${encodeURIComponent(merchant_id)}/${encodeURIComponent(order_id)}`
  const shown = useQuery({ queryKey: ['order', merchant_id, order_id], queryFn: () => get<ShownOrder>(path) })
  const data = shown.data
  return (
    <Page title={t.title(order_id)} {...(data !== undefined && { actions: <OrderActs shown={data} path={path} /> })}>
      <Problem error={shown.error} />
      {shown.isPending && <Skeleton h={200} />}
      {data !== undefined && (
        <Stack gap="lg">
          <OrderFacts order={data.order} />
          <Transactions transactions={data.transactions} />
          <Section title={t.timeline}>
            <Timeline path={`${path}/timeline`} />
          </Section>
        </Stack>
      )}
    </Page>
  )
}

function OrderFacts({ order: o }: Pick<ShownOrder, 'order'>) {
  const t = useTexts(TEXTS)
  const money = (minor: number) => <Amount minor={minor} currency={o.currency} />
  return (
    <Section title={t.facts}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <Facts
          rows={[
            [t.order, <CopyId key="id" id={o.order_id} />],
            [t.merchant, `${o.merchant_name} (${o.merchant_id})`],
            [t.status, <CodeBadge key="status" code={o.status} words={ORDER_STATUSES} />],
            [t.agreement, o.agreement_id],
            [t.created, <Moment key="created" at={o.created_at} />],
            [t.updated, <Moment key="updated" at={o.updated_at} />],
          ]}
        />
        <Facts
          rows={[
            [t.amount, money(o.amount_minor)],
            [t.authorized, money(o.authorized_minor)],
            [t.captured, money(o.captured_minor)],
            [t.refunded, money(o.refunded_minor)],
          ]}
        />
      </SimpleGrid>
    </Section>
  )
}

function Transactions({ transactions }: Pick<ShownOrder, 'transactions'>) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  return (
    <Section title={t.transactions}>
      <DataTable
        caption={t.transactions}
        rows={transactions}
        rowKey={({ transaction_id }) => transaction_id}
        empty={t.none}
        columns={[
          { key: 'id', title: t.id, cell: ({ transaction_id }) => <CopyId id={transaction_id} /> },
          {
            key: 'type',
            title: t.type,
            cell: ({ type, source }) => (
              <Stack gap={0}>
                <span>{withCode(wordOf(TRANSACTION_TYPES, type, language), type)}</span>
                <Text size="xs" c="gray.7">
                  {withCode(wordOf(SOURCES, source, language), source)}
                </Text>
              </Stack>
            ),
          },
          {
            key: 'amount',
            title: t.amount,
            align: 'right',
            cell: ({ amount_minor, currency }) => <Amount minor={amount_minor} currency={currency} />,
          },
          {
            key: 'result',
            title: t.result,
            cell: ({ result, gateway_code }) => (
              <Stack gap={2} align="flex-start">
                <CodeBadge code={result} words={RESULTS} />
                <Text size="xs" c="gray.7">
                  {withCode(wordOf(GATEWAY_CODES, gateway_code, language), gateway_code)}
                </Text>
              </Stack>
            ),
          },
          {
            key: 'card',
            title: t.card,
            cell: ({ brand, last_four, token, stored_on_file }) =>
              brand === null ? (
                '–'
              ) : (
                <Stack gap={0}>
                  <span>{`${brand}${last_four === null ? '' : ` …${last_four}`}`}</span>
                  <Text size="xs" c="gray.7">
                    {[
                      token === null ? null : `token ${token}`,
                      stored_on_file === null
                        ? null
                        : withCode(wordOf(STORED_ON_FILE, stored_on_file, language), stored_on_file),
                    ]
                      .filter((one) => one !== null)
                      .join(', ')}
                  </Text>
                </Stack>
              ),
          },
          {
            key: 'acquirer',
            title: t.acquirer,
            cell: ({ acquirer_id, acquirer_code, acquirer_message, authorization_code, reference }) => (
              <Stack gap={0}>
                <span>
                  {[acquirer_id, acquirer_code, acquirer_message, authorization_code]
                    .filter((one) => one !== null)
                    .join(' · ')}
                </span>
                <CopyId id={reference} />
              </Stack>
            ),
          },
          { key: 'at', title: t.at, cell: ({ submitted_at }) => <Moment at={submitted_at} /> },
        ]}
      />
    </Section>
  )
}
