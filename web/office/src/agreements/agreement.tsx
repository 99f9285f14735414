/** One agreement: its terms, and what was paid under it. */
import { Anchor, SimpleGrid, Skeleton, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import type { ShownAgreement } from '../../../../src/http/office/search-contract.ts'
import { get } from '../../../shared/api.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { DataTable } from '../../../shared/data-table.tsx'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { TRANSACTION_TYPES } from '../../../shared/told/card-codes.ts'
import { withCode, wordOf } from '../../../shared/told/codes.ts'
import { Amount } from '../orders/amount.tsx'
import { CodeBadge } from '../orders/badge.tsx'
import { orderPath } from '../orders/list.tsx'
import { AGREEMENT_STATUSES, AGREEMENT_TYPES, RAILS, RESULTS } from '../orders/words.ts'
import { PaymentTable } from '../payments/list.tsx'
import { Facts, Section } from '../payments/section.tsx'

const TEXTS = {
  ro: {
    title: (id: string) => `Acordul ${id}`,
    facts: 'Pe scurt',
    agreement: 'Acordul',
    partner: 'Partenerul',
    rail: 'Șina',
    type: 'Felul',
    status: 'Starea',
    amount: 'Suma fixă',
    minimum: 'Cel puțin',
    maximum: 'Cel mult',
    frequency: 'Ritmul',
    start: 'Începe',
    end: 'Se încheie',
    taken: 'Plăți făcute',
    days: 'Zile între plăți',
    created: 'Creat',
    established: 'Stabilit de comanda',
    card: 'Cardul',
    series: 'Plăți sub acord',
    payments: 'Plata care a cerut ordinul la bancă',
    none: 'Nimic.',
    order: 'Comanda',
    who: 'Cine a inițiat',
    merchant: 'comerciantul (MIT)',
    payer: 'plătitorul (CIT)',
    result: 'Rezultatul',
    money: 'Suma',
    at: 'Când',
  },
  en: {
    title: (id: string) => `Agreement ${id}`,
    facts: 'Overview',
    agreement: 'Agreement',
    partner: 'Partner',
    rail: 'Rail',
    type: 'Type',
    status: 'Status',
    amount: 'Fixed amount',
    minimum: 'At least',
    maximum: 'At most',
    frequency: 'Frequency',
    start: 'Begins',
    end: 'Ends',
    taken: 'Payments taken',
    days: 'Days between payments',
    created: 'Created',
    established: 'Established by order',
    card: 'Card',
    series: 'Payments under it',
    payments: "The payment that asked for the bank's order",
    none: 'None.',
    order: 'Order',
    who: 'Initiated by',
    merchant: 'merchant (MIT)',
    payer: 'payer (CIT)',
    result: 'Result',
    money: 'Amount',
    at: 'When',
  },
}

export function AgreementPage() {
  const t = useTexts(TEXTS)
  const { client_id = '', agreement_id = '' } = useParams()
  const shown = useQuery({
    queryKey: ['agreement', client_id, agreement_id],
    queryFn: () =>
      get<ShownAgreement>(`/agreements/${encodeURIComponent(client_id)}/${encodeURIComponent(agreement_id)}`),
  })
  const data = shown.data
  return (
    <Page title={t.title(agreement_id)}>
      <Problem error={shown.error} />
      {shown.isPending && <Skeleton h={200} />}
      {data !== undefined && (
        <Stack gap="lg">
          <AgreementFacts agreement={data.agreement} />
          {data.agreement.rail === 'card' ? (
            <Series shown={data} />
          ) : (
            <Section title={t.payments}>
              <PaymentTable rows={data.payments} />
            </Section>
          )}
        </Stack>
      )}
    </Page>
  )
}

function AgreementFacts({ agreement: a }: Pick<ShownAgreement, 'agreement'>) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const money = (minor: number | null) => (minor === null ? null : <Amount minor={minor} currency={a.currency} />)
  const card = [a.last_four === null ? null : `…${a.last_four}`, a.token === null ? null : `token ${a.token}`].filter(
    (one) => one !== null,
  )
  return (
    <Section title={t.facts}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <Facts
          rows={[
            [t.agreement, <CopyId key="id" id={a.agreement_id} />],
            [t.partner, `${a.partner_name} (${a.client_id})`],
            [t.rail, RAILS[a.rail]?.[language] ?? a.rail],
            [t.type, withCode(wordOf(AGREEMENT_TYPES, a.type, language), a.type)],
            [t.status, a.status === null ? null : <CodeBadge key="s" code={a.status} words={AGREEMENT_STATUSES} />],
            [t.card, card.length === 0 ? null : card.join(', ')],
            [t.created, <Moment key="created" at={a.created_at} />],
          ]}
        />
        <Facts
          rows={[
            [t.amount, money(a.fixed_amount_minor)],
            [t.minimum, money(a.minimum_amount_minor)],
            [t.maximum, money(a.maximum_amount_minor)],
            [t.frequency, a.payment_frequency],
            [t.start, a.start_date],
            [t.end, a.expiry_date],
            [t.days, a.minimum_days_between_payments],
            [t.taken, `${a.payments_taken}${a.number_of_payments === null ? '' : ` / ${a.number_of_payments}`}`],
            [
              t.established,
              a.established_order_id === null || a.merchant_id === null ? null : (
                <Anchor
                  component={Link}
                  size="sm"
                  key="o"
                  to={orderPath({ merchant_id: a.merchant_id, order_id: a.established_order_id })}
                >
                  {a.established_order_id}
                </Anchor>
              ),
            ],
          ]}
        />
      </SimpleGrid>
    </Section>
  )
}

function Series({ shown: { agreement, transactions } }: { readonly shown: ShownAgreement }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  return (
    <Section title={t.series}>
      <DataTable
        caption={t.series}
        rows={transactions}
        rowKey={({ order_id, transaction_id }) => `${order_id} ${transaction_id}`}
        empty={t.none}
        columns={[
          {
            key: 'order',
            title: t.order,
            cell: ({ order_id }) =>
              agreement.merchant_id === null ? (
                order_id
              ) : (
                <Anchor component={Link} size="sm" to={orderPath({ merchant_id: agreement.merchant_id, order_id })}>
                  {order_id}
                </Anchor>
              ),
          },
          { key: 'type', title: t.type, cell: ({ type }) => withCode(wordOf(TRANSACTION_TYPES, type, language), type) },
          { key: 'who', title: t.who, cell: ({ source }) => (source === 'MERCHANT' ? t.merchant : t.payer) },
          {
            key: 'amount',
            title: t.money,
            align: 'right',
            cell: ({ amount_minor, currency }) => <Amount minor={amount_minor} currency={currency} />,
          },
          { key: 'result', title: t.result, cell: ({ result }) => <CodeBadge code={result} words={RESULTS} /> },
          { key: 'at', title: t.at, cell: ({ submitted_at }) => <Moment at={submitted_at} /> },
        ]}
      />
    </Section>
  )
}
