/** How today goes: volumes, and each bank with its health. */
import { Anchor, Group, SimpleGrid, Text, Title } from '@mantine/core'
import { Link } from 'react-router'
import { DataTable } from '../../../shared/data-table.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { shareOf, useNumbers } from '../reports/numbers.ts'
import type { Home } from './model.ts'

const TEXTS = {
  ro: {
    title: 'Azi',
    reports: 'Rapoarte',
    payments: 'Plăți inițiate',
    settled: 'Încasate',
    sum: 'Suma încasată',
    rate: 'Reușită',
    median: 'Timp median',
    caption: 'Băncile azi',
    bank: 'Banca',
    health: 'Starea',
    good: 'răspunde',
    obstacles: { NOT_RESPONDING: 'nu răspunde', MAINTENANCE: 'mentenanță' },
    tries: 'Încercări',
    success: 'Reușită',
  },
  en: {
    title: 'Today',
    reports: 'Reports',
    payments: 'Payments initiated',
    settled: 'Paid',
    sum: 'Amount paid',
    rate: 'Success rate',
    median: 'Median time',
    caption: 'Banks today',
    bank: 'Bank',
    health: 'State',
    good: 'responding',
    obstacles: { NOT_RESPONDING: 'not responding', MAINTENANCE: 'maintenance' },
    tries: 'Attempts',
    success: 'Success rate',
  },
}

export function Today({ today }: { readonly today: NonNullable<Home['today']> }) {
  const t = useTexts(TEXTS)
  const n = useNumbers()
  const { totals, day } = today
  const obstacles: Readonly<Record<string, string>> = t.obstacles
  const figures = [
    { name: t.payments, value: n.whole(totals.payment_count) },
    { name: t.settled, value: n.whole(totals.settled_count) },
    { name: t.sum, value: n.lei(totals.settled_minor) },
    { name: t.rate, value: n.percent(shareOf(totals.settled_count, totals.payment_count)) },
    { name: t.median, value: n.seconds(today.median_s) },
  ]
  return (
    <section>
      <Group justify="space-between" align="baseline" mb="xs">
        <Title order={2} size="h4">
          {t.title}
        </Title>
        <Anchor component={Link} size="sm" to={`/reports?from=${day}&to=${day}`}>
          {t.reports}
        </Anchor>
      </Group>
      <SimpleGrid component="dl" cols={{ base: 2, sm: 3, lg: 5 }} m={0} mb="md">
        {figures.map(({ name, value }) => (
          <div key={name}>
            <Text component="dt" size="sm" c="gray.7">
              {name}
            </Text>
            <Text component="dd" m={0} fw={650} className="punte-number">
              {value}
            </Text>
          </div>
        ))}
      </SimpleGrid>
      <DataTable
        caption={t.caption}
        rows={today.banks}
        rowKey={(row) => row.bank_id}
        empty=""
        columns={[
          {
            key: 'bank',
            title: t.bank,
            cell: (row) => (
              <Anchor component={Link} to={`/reports?from=${day}&to=${day}&bank_id=${row.bank_id}`}>
                {row.name}
              </Anchor>
            ),
          },
          {
            key: 'health',
            title: t.health,
            cell: ({ obstacle }) => (
              <StatusBadge tone={obstacle === null ? 'good' : obstacle === 'MAINTENANCE' ? 'warn' : 'bad'}>
                {obstacle === null ? t.good : (obstacles[obstacle] ?? obstacle)}
              </StatusBadge>
            ),
          },
          { key: 'tries', title: t.tries, align: 'right', cell: (row) => n.whole(row.try_count) },
          { key: 'settled', title: t.settled, align: 'right', cell: (row) => n.whole(row.try_settled_count) },
          { key: 'success', title: t.success, align: 'right', cell: (row) => n.percent(row.success) },
        ]}
      />
    </section>
  )
}
