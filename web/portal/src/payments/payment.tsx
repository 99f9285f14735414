/** One payment: what was asked for, how it stands, and what has happened. */
import { Anchor, Stack, Table, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useParams } from 'react-router'
import { get } from '../../../shared/api.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { DataTable } from '../../../shared/data-table.tsx'
import { Moment } from '../../../shared/moment.tsx'
import { Money } from '../../../shared/money.tsx'
import { Page } from '../../../shared/page.tsx'
import { PaymentReason, PaymentStatus } from '../../../shared/payment-status.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { Bank } from '../bank.tsx'
import type { PaymentStatusCode } from '../words.ts'
import { type Entry, Timeline } from './timeline.tsx'

type Item = {
  readonly payment_id: number
  readonly item_no: number | null
  readonly status: PaymentStatusCode
  readonly amount_minor: number | null
}

type Payment = {
  readonly payment_id: number
  readonly kind: string
  readonly status: PaymentStatusCode
  readonly reason: string | null
  readonly amount_minor: number | null
  readonly created_at: string
  readonly status_at: string
  readonly expires_at: string | null
  readonly finished_at: string | null
  readonly bank_id: string | null
  readonly bank_name: string | null
  readonly agreement_id: string | null
  readonly execution_date: string | null
  readonly list_payment_id: number | null
  readonly creditor_name: string | null
  readonly creditor_iban: string | null
  readonly debtor_iban: string | null
  readonly email: string | null
  readonly details: string | null
  readonly reference: string | null
  readonly items: readonly Item[]
  readonly timeline: readonly Entry[]
}

const TEXTS = {
  ro: {
    title: 'Plata',
    status: 'Stare',
    reason: 'Motiv',
    amount: 'Sumă',
    created: 'Cerută',
    status_at: 'Starea de la',
    expires: 'Expiră',
    bank: 'Banca',
    creditor: 'Beneficiar',
    creditor_iban: 'IBAN beneficiar',
    debtor_iban: 'IBAN plătitor',
    email: 'E-mail plătitor',
    details: 'Detalii',
    reference: 'Id-ul plătitorului la tine',
    agreement: 'Acord',
    execution: 'Se execută pe',
    list: 'Din lista',
    items: 'Plățile listei',
    number: 'Nr.',
    id: 'Plata',
    what: 'Ce s-a întâmplat',
    none: 'Nimic.',
  },
  en: {
    title: 'Payment',
    status: 'Status',
    reason: 'Reason',
    amount: 'Amount',
    created: 'Requested',
    status_at: 'Status since',
    expires: 'Expires',
    bank: 'Bank',
    creditor: 'Beneficiary',
    creditor_iban: 'Beneficiary’s IBAN',
    debtor_iban: 'Payer’s IBAN',
    email: 'Payer’s e-mail',
    details: 'Details',
    reference: 'Your ID for the payer',
    agreement: 'Agreement',
    execution: 'To be executed on',
    list: 'Of the list',
    items: 'Payments of the list',
    number: 'No.',
    id: 'Payment',
    what: 'What has happened',
    none: 'Nothing.',
  },
}

export function PaymentPage() {
  const t = useTexts(TEXTS)
  const { payment_id = '' } = useParams()
  const found = useQuery({
    queryKey: ['payment', payment_id],
    queryFn: () => get<Payment>(`/payments/${encodeURIComponent(payment_id)}`),
  })
  const payment = found.data
  return (
    <Page title={`${t.title} ${payment_id}`}>
      <Problem error={found.error} />
      {payment !== undefined && (
        <>
          <Facts payment={payment} />
          {payment.kind === 'list' && <Items items={payment.items} />}
          <Stack gap="xs">
            <Title order={2} size="h4">
              {t.what}
            </Title>
            <Timeline payment_id={payment.payment_id} entries={payment.timeline} />
          </Stack>
        </>
      )}
    </Page>
  )
}

function Facts({ payment }: { readonly payment: Payment }) {
  const t = useTexts(TEXTS)
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t.id, <CopyId key="id" id={payment.payment_id} />],
    [t.status, <PaymentStatus key="status" status={payment.status} />],
    [t.reason, payment.reason !== null && <PaymentReason key="reason" reason={payment.reason} size="sm" />],
    [t.amount, <Money key="amount" minor={payment.amount_minor} />],
    [t.created, <Moment key="created" at={payment.created_at} />],
    [t.status_at, <Moment key="since" at={payment.status_at} />],
    [t.expires, payment.finished_at === null && payment.expires_at !== null && <Moment at={payment.expires_at} />],
    [t.bank, payment.bank_id !== null && <Bank key="bank" {...payment} />],
    [t.creditor, payment.creditor_name],
    [t.creditor_iban, payment.creditor_iban],
    [t.debtor_iban, payment.debtor_iban],
    [t.email, payment.email],
    [t.details, payment.details],
    [t.reference, payment.reference],
    [t.agreement, payment.agreement_id],
    [
      t.execution,
      payment.execution_date !== null && <Moment key="execution" at={payment.execution_date} only="date" />,
    ],
    [
      t.list,
      payment.list_payment_id !== null && (
        <Anchor key="list" component={Link} to={`/payments/${payment.list_payment_id}`} size="sm">
          {payment.list_payment_id}
        </Anchor>
      ),
    ],
  ]
  return (
    <Table variant="vertical" layout="fixed" withTableBorder maw={720}>
      <Table.Tbody>
        {facts
          .filter(([, value]) => value !== null && value !== false)
          .map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w="38%">
                {name}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
      </Table.Tbody>
    </Table>
  )
}

function Items({ items }: { readonly items: readonly Item[] }) {
  const t = useTexts(TEXTS)
  return (
    <Stack gap="xs">
      <Title order={2} size="h4">
        {t.items}
      </Title>
      <DataTable
        caption={t.items}
        rows={items}
        rowKey={({ payment_id }) => String(payment_id)}
        empty={t.none}
        columns={[
          { key: 'no', title: t.number, cell: ({ item_no }) => item_no },
          {
            key: 'id',
            title: t.id,
            cell: ({ payment_id }) => (
              <Anchor component={Link} to={`/payments/${payment_id}`} size="sm">
                {payment_id}
              </Anchor>
            ),
          },
          {
            key: 'amount',
            title: t.amount,
            align: 'right',
            cell: ({ amount_minor }) => <Money minor={amount_minor} />,
          },
          { key: 'status', title: t.status, cell: ({ status }) => <PaymentStatus status={status} /> },
        ]}
      />
    </Stack>
  )
}
