/** Submissions that nobody knows the fate of: a person asks the bank. */
import { Anchor, Title } from '@mantine/core'
import { Link } from 'react-router'
import { DataTable } from '../../../shared/data-table.tsx'
import { Moment } from '../../../shared/moment.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import type { Home } from './model.ts'

const TEXTS = {
  ro: {
    title: 'Trimise fără răspuns',
    caption: 'Plăți și tranzacții de card a căror soartă nu se știe, cele mai vechi întâi',
    what: 'Plata',
    payment: (id: number) => `Plata ${id}`,
    order: (id: string) => `Comanda ${id}`,
    partner: 'Partener',
    at: 'Unde',
    cards: 'carduri',
    since: 'Trimisă',
  },
  en: {
    title: 'Sent without an answer',
    caption: 'Payments and card transactions whose outcome is unknown, oldest first',
    what: 'Payment',
    payment: (id: number) => `Payment ${id}`,
    order: (id: string) => `Order ${id}`,
    partner: 'Partner',
    at: 'Where',
    cards: 'cards',
    since: 'Sent',
  },
}

export function Unsettled({ payments, transactions }: NonNullable<Home['unsettled']>) {
  const t = useTexts(TEXTS)
  const rows = [
    ...payments.map((row) => ({
      ...row,
      to: `/payments/${row.payment_id}`,
      name: t.payment(row.payment_id),
      at: row.bank_id,
    })),
    ...transactions.map((row) => ({
      ...row,
      to: `/orders?order_id=${encodeURIComponent(row.order_id)}`,
      name: t.order(row.order_id),
      at: t.cards,
    })),
  ]
  return (
    <section id="unsettled">
      <Title order={2} size="h4" mb="xs">
        {t.title}
      </Title>
      <DataTable
        caption={t.caption}
        rows={rows}
        rowKey={(row) => `${row.client_id} ${row.to}`}
        empty=""
        columns={[
          {
            key: 'what',
            title: t.what,
            cell: (row) => (
              <Anchor component={Link} to={row.to}>
                {row.name}
              </Anchor>
            ),
          },
          { key: 'partner', title: t.partner, cell: (row) => row.client_id },
          { key: 'at', title: t.at, cell: (row) => row.at },
          { key: 'since', title: t.since, cell: (row) => <Moment at={row.submitted_at} /> },
        ]}
      />
    </section>
  )
}
