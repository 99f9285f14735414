/** How many payments and how much money, day by day. */
import { AreaChart, BarChart } from '@mantine/charts'
import { SimpleGrid } from '@mantine/core'
import { DataTable } from '../../../shared/data-table.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { Figure, PICTURE } from './figure.tsx'
import type { Report } from './model.ts'
import { shareOf, useNumbers } from './numbers.ts'

const TEXTS = {
  ro: {
    title: 'Volume pe zile',
    summary: (n: string, sum: string, settled: string, settled_sum: string) =>
      `${n} plăți inițiate, în valoare de ${sum}; dintre ele ${settled} încasate, ${settled_sum}.`,
    begun: 'Inițiate',
    settled: 'Încasate',
    day: 'Ziua',
    begun_sum: 'Suma inițiată',
    settled_sum: 'Suma încasată',
    mean: 'Medie încasată',
    rate: 'Reușită',
    caption: 'Plăți pe zile, după ziua în care au început',
  },
  en: {
    title: 'Volumes by day',
    summary: (n: string, sum: string, settled: string, settled_sum: string) =>
      `${n} payments initiated, worth ${sum}; of them ${settled} paid, ${settled_sum}.`,
    begun: 'Initiated',
    settled: 'Paid',
    day: 'Day',
    begun_sum: 'Amount initiated',
    settled_sum: 'Amount paid',
    mean: 'Mean paid',
    rate: 'Success rate',
    caption: 'Payments by the day they were initiated',
  },
}

export function Volumes({ report, csv }: { readonly report: Report; readonly csv: string }) {
  const t = useTexts(TEXTS)
  const n = useNumbers()
  const { totals, days } = report
  const summary = t.summary(
    n.whole(totals.payment_count),
    n.lei(totals.payment_minor),
    n.whole(totals.settled_count),
    n.lei(totals.settled_minor),
  )
  const counts = days.map((row) => ({
    day: n.day(row.day),
    [t.begun]: row.payment_count,
    [t.settled]: row.settled_count,
  }))
  const sums = days.map((row) => ({
    day: n.day(row.day),
    [t.begun_sum]: row.payment_minor / 100,
    [t.settled_sum]: row.settled_minor / 100,
  }))
  const shown = days.filter((row) => row.payment_count > 0).toReversed()
  return (
    <Figure
      title={t.title}
      summary={summary}
      csv={csv}
      is_empty={totals.payment_count === 0}
      table={
        <DataTable
          caption={t.caption}
          rows={shown}
          rowKey={(row) => row.day}
          empty=""
          columns={[
            { key: 'day', title: t.day, cell: (row) => row.day },
            { key: 'count', title: t.begun, align: 'right', cell: (row) => n.whole(row.payment_count) },
            { key: 'sum', title: t.begun_sum, align: 'right', cell: (row) => n.lei(row.payment_minor) },
            { key: 'settled', title: t.settled, align: 'right', cell: (row) => n.whole(row.settled_count) },
            { key: 'settled_sum', title: t.settled_sum, align: 'right', cell: (row) => n.lei(row.settled_minor) },
            {
              key: 'mean',
              title: t.mean,
              align: 'right',
              cell: (row) => (row.settled_count === 0 ? '–' : n.lei(Math.round(row.settled_minor / row.settled_count))),
            },
            {
              key: 'rate',
              title: t.rate,
              align: 'right',
              cell: (row) => n.percent(shareOf(row.settled_count, row.payment_count)),
            },
          ]}
        />
      }
    >
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <BarChart
          h={220}
          data={counts}
          dataKey="day"
          withLegend
          valueFormatter={n.whole}
          yAxisProps={{ tickFormatter: n.short, width: 44, allowDecimals: false }}
          barChartProps={PICTURE}
          series={[
            { name: t.begun, color: 'gray.5' },
            { name: t.settled, color: 'green.8' },
          ]}
        />
        <AreaChart
          h={220}
          data={sums}
          dataKey="day"
          withLegend
          curveType="linear"
          withDots={false}
          valueFormatter={(lei) => n.lei(lei * 100)}
          yAxisProps={{ tickFormatter: n.short, width: 52 }}
          areaChartProps={PICTURE}
          series={[
            { name: t.begun_sum, color: 'gray.6' },
            { name: t.settled_sum, color: 'green.8' },
          ]}
        />
      </SimpleGrid>
    </Figure>
  )
}
