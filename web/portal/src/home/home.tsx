/** What happened in the last day, and what needs somebody. */
import { Anchor, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { get } from '../../../shared/api.ts'
import { DataTable } from '../../../shared/data-table.tsx'
import { Moment } from '../../../shared/moment.tsx'
import { Money } from '../../../shared/money.tsx'
import { Page } from '../../../shared/page.tsx'
import { PaymentStatus } from '../../../shared/payment-status.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import type { Certificates } from '../certificates/model.ts'
import { endOf } from '../certificates/model.ts'
import type { PaymentStatusCode } from '../words.ts'

type Standing = {
  readonly client_id: string
  readonly name: string
  readonly has_webhook_url: boolean
  readonly payments: readonly {
    readonly status: PaymentStatusCode
    readonly count: number
    readonly amount_minor: number
  }[]
  readonly webhooks_failed: number
  readonly webhooks_pending: number
}

const TEXTS = {
  ro: {
    title: 'Acasă',
    last: 'Plăți în ultimele 24 de ore',
    none: 'Nicio plată în ultimele 24 de ore.',
    status: 'Stare',
    count: 'Număr',
    sum: 'Sumă',
    failed: 'Notificări nelivrate',
    pending: 'Notificări care se mai încearcă',
    no_url: 'Nicio adresă pentru notificări',
    expiry: 'Primul certificat expiră',
    unknown: 'necunoscut',
    soon: 'în curând',
  },
  en: {
    title: 'Home',
    last: 'Payments of the last 24 hours',
    none: 'No payment in the last 24 hours.',
    status: 'Status',
    count: 'Number',
    sum: 'Sum',
    failed: 'Webhooks not delivered',
    pending: 'Webhooks still being tried',
    no_url: 'No address for webhooks',
    expiry: 'First certificate expires',
    unknown: 'unknown',
    soon: 'soon',
  },
}

export function HomePage() {
  const t = useTexts(TEXTS)
  const standing = useQuery({ queryKey: ['standing'], queryFn: () => get<Standing>('/standing') })
  const certificates = useQuery({ queryKey: ['certificates'], queryFn: () => get<Certificates>('/certificates') })
  const { data } = standing
  const end = certificates.data === undefined ? undefined : endOf(certificates.data)
  return (
    <Page title={data?.name ?? t.title}>
      <Problem error={standing.error} />
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <Fact
          to="/webhooks?state=failed"
          label={t.failed}
          value={data?.webhooks_failed}
          is_bad={(data?.webhooks_failed ?? 0) > 0}
        />
        <Fact
          to="/webhooks?state=pending"
          label={data?.has_webhook_url === false ? t.no_url : t.pending}
          value={data?.webhooks_pending}
        />
        <Card withBorder padding="sm">
          <Text size="sm">{t.expiry}</Text>
          <Group gap="xs">
            <Anchor component={Link} to="/certificates" fw={700} size="lg">
              {end === undefined ? t.unknown : <Moment at={end.at} only="date" />}
            </Anchor>
            {end?.is_soon === true && <StatusBadge tone="warn">{t.soon}</StatusBadge>}
          </Group>
        </Card>
      </SimpleGrid>
      <Stack gap="xs">
        <Title order={2} size="h4">
          {t.last}
        </Title>
        <DataTable
          caption={t.last}
          empty={t.none}
          rows={data?.payments}
          rowKey={({ status }) => status}
          columns={[
            { key: 'status', title: t.status, cell: ({ status }) => <StatusLink status={status} /> },
            { key: 'count', title: t.count, align: 'right', cell: ({ count }) => count },
            { key: 'sum', title: t.sum, align: 'right', cell: ({ amount_minor }) => <Money minor={amount_minor} /> },
          ]}
        />
      </Stack>
    </Page>
  )
}

const StatusLink = ({ status }: { readonly status: PaymentStatusCode }) => (
  <Anchor component={Link} to={`/payments?status=${status}`}>
    <PaymentStatus status={status} />
  </Anchor>
)

type FactProps = {
  readonly to: string
  readonly label: string
  readonly value: number | undefined
  readonly is_bad?: boolean
}

function Fact({ to, label, value, is_bad }: FactProps) {
  return (
    <Card withBorder padding="sm">
      <Text size="sm">{label}</Text>
      <Anchor component={Link} to={to} fw={700} size="lg" {...(is_bad === true && { c: 'red.9' })}>
        {value ?? '…'}
      </Anchor>
    </Card>
  )
}
