/** How long from the payer's press to the money. */
import { BarChart } from '@mantine/charts'
import { DataTable } from '../../../shared/data-table.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { Figure, PICTURE } from './figure.tsx'
import type { Report } from './model.ts'
import { useNumbers } from './numbers.ts'

const TEXTS = {
  ro: {
    title: 'Timpul până la încasare',
    summary: (median: string, p95: string) =>
      `Jumătate dintre plăți sunt încasate (ACSC) în cel mult ${median} de la trimitere, 95% în cel mult ${p95}. Plățile cu dată viitoare și cele recurente nu intră aici.`,
    within: 'Timp',
    above: (s: string) => `peste ${s}`,
    up_to: (s: string) => `până la ${s}`,
    count: 'Plăți',
    bank: 'Banca',
    all: 'Toate băncile',
    median: 'Mediana',
    p95: '95%',
    caption: 'Timpul până la încasare, pe bănci',
  },
  en: {
    title: 'Time until paid',
    summary: (median: string, p95: string) =>
      `Half of the payments are settled (ACSC) within ${median} of being submitted, 95% within ${p95}. Payments of a day to come and recurring ones are not among them.`,
    within: 'Time',
    above: (s: string) => `above ${s}`,
    up_to: (s: string) => `up to ${s}`,
    count: 'Payments',
    bank: 'Bank',
    all: 'All banks',
    median: 'Median',
    p95: '95%',
    caption: 'Time until paid, by bank',
  },
}

type Props = { readonly report: Report; readonly csv: string; readonly bankName: (bank_id: string) => string }

export function Times({ report, csv, bankName }: Props) {
  const t = useTexts(TEXTS)
  const n = useNumbers()
  const { times } = report
  const last = times.distribution.at(-2)?.up_to_s ?? null
  const data = times.distribution.map(({ up_to_s, settled_count }) => ({
    within: up_to_s === null ? t.above(n.seconds(last)) : `≤ ${n.seconds(up_to_s)}`,
    [t.count]: settled_count,
  }))
  const rows = [{ ...times, name: t.all }, ...times.by_bank.map((row) => ({ ...row, name: bankName(row.bank_id) }))]
  return (
    <Figure
      title={t.title}
      summary={t.summary(n.seconds(times.median_s), n.seconds(times.p95_s))}
      csv={csv}
      is_empty={times.settled_count === 0}
      table={
        <>
          <DataTable
            caption={t.caption}
            rows={rows}
            rowKey={(row) => row.name}
            empty=""
            columns={[
              { key: 'bank', title: t.bank, cell: (row) => row.name },
              { key: 'count', title: t.count, align: 'right', cell: (row) => n.whole(row.settled_count) },
              { key: 'median', title: t.median, align: 'right', cell: (row) => n.seconds(row.median_s) },
              { key: 'p95', title: t.p95, align: 'right', cell: (row) => n.seconds(row.p95_s) },
            ]}
          />
          <DataTable
            caption={t.title}
            rows={data}
            rowKey={(row) => String(row.within)}
            empty=""
            columns={[
              { key: 'within', title: t.within, cell: (row) => row.within },
              { key: 'count', title: t.count, align: 'right', cell: (row) => n.whole(Number(row[t.count])) },
            ]}
          />
        </>
      }
    >
      <BarChart
        h={220}
        data={data}
        dataKey="within"
        valueFormatter={n.whole}
        yAxisProps={{ tickFormatter: n.short, width: 44, allowDecimals: false }}
        barChartProps={PICTURE}
        series={[{ name: t.count, color: 'blue.8' }]}
      />
    </Figure>
  )
}
