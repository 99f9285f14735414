/** Where payers give up: how many pages reach each step. */
import { BarChart } from '@mantine/charts'
import { DataTable } from '../../../shared/data-table.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { Figure, PICTURE } from './figure.tsx'
import type { Report, Step } from './model.ts'
import { shareOf, useNumbers } from './numbers.ts'

type Words = {
  readonly title: string
  readonly summary: (step: string, lost: string, share: string) => string
  readonly none: string
  readonly pages: string
  readonly step: string
  readonly of_all: string
  readonly lost: string
  readonly caption: string
  readonly steps: Readonly<Record<Step, string>>
}

const TEXTS: { readonly ro: Words; readonly en: Words } = {
  ro: {
    title: 'Unde renunță plătitorii',
    summary: (step, lost, share) =>
      `Cei mai mulți se pierd înainte de „${step}”: ${lost} (${share} dintre cei ajunși acolo).`,
    none: 'Nu s-a pierdut nimeni pe drum.',
    pages: 'Pagini de plată',
    step: 'Pasul',
    of_all: 'Din total',
    lost: 'Pierdute înainte',
    caption: 'Pagini de plată pe pași',
    steps: {
      pages_reserved: 'Token cerut',
      pages_requested: 'Plată inițiată',
      pages_opened: 'Pagină deschisă',
      pages_submitted: 'Trimisă de plătitor',
      pages_at_bank: 'La bancă',
      pages_authorised: 'Autorizată',
      pages_settled: 'Încasată',
    },
  },
  en: {
    title: 'Where payers give up',
    summary: (step, lost, share) => `Most are lost before “${step}”: ${lost} (${share} of those who got that far).`,
    none: 'No one gave up along the way.',
    pages: 'Payment pages',
    step: 'Step',
    of_all: 'Of all',
    lost: 'Lost before it',
    caption: 'Payment pages by step',
    steps: {
      pages_reserved: 'Token requested',
      pages_requested: 'Payment initiated',
      pages_opened: 'Page opened',
      pages_submitted: 'Submitted by payer',
      pages_at_bank: 'At the bank',
      pages_authorised: 'Authorised',
      pages_settled: 'Paid',
    },
  },
}

export function Steps({ report, csv }: { readonly report: Report; readonly csv: string }) {
  const t = useTexts(TEXTS)
  const n = useNumbers()
  const first = report.steps[0]?.pages ?? 0
  const rows = report.steps.map(({ step, pages }, at) => {
    const before = report.steps[at - 1]?.pages ?? pages
    return { step, name: t.steps[step], pages, before, lost: before - pages }
  })
  const worst = rows.toSorted((one, other) => other.lost - one.lost)[0]
  const summary =
    worst === undefined || worst.lost === 0
      ? t.none
      : t.summary(worst.name, n.whole(worst.lost), n.percent(shareOf(worst.lost, worst.before)))
  return (
    <Figure
      title={t.title}
      summary={summary}
      csv={csv}
      is_empty={first === 0}
      table={
        <DataTable
          caption={t.caption}
          rows={rows}
          rowKey={(row) => row.step}
          empty=""
          columns={[
            { key: 'step', title: t.step, cell: (row) => row.name },
            { key: 'pages', title: t.pages, align: 'right', cell: (row) => n.whole(row.pages) },
            { key: 'of_all', title: t.of_all, align: 'right', cell: (row) => n.percent(shareOf(row.pages, first)) },
            {
              key: 'lost',
              title: t.lost,
              align: 'right',
              cell: (row) => `${n.whole(row.lost)} (${n.percent(shareOf(row.lost, row.before))})`,
            },
          ]}
        />
      }
    >
      <BarChart
        h={280}
        data={rows.map((row) => ({ step: row.name, [t.pages]: row.pages }))}
        dataKey="step"
        orientation="vertical"
        valueFormatter={n.whole}
        yAxisProps={{ width: 140 }}
        xAxisProps={{ allowDecimals: false }}
        barChartProps={PICTURE}
        series={[{ name: t.pages, color: 'blue.8' }]}
      />
    </Figure>
  )
}
