/** How tries at each bank end. */
import { BarChart } from '@mantine/charts'
import { DataTable } from '../../../shared/data-table.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { Figure, PICTURE } from './figure.tsx'
import type { Report } from './model.ts'
import { useNumbers } from './numbers.ts'

const TEXTS = {
  ro: {
    title: 'Reușita pe bănci',
    summary: (best: string, worst: string) =>
      `Dintre încercările încheiate, cel mai bine stă ${best}, cel mai slab ${worst}.`,
    only: (bank: string) => `Singura bancă din perioadă: ${bank}.`,
    none: 'Nicio încercare nu s-a încheiat încă.',
    bank: 'Banca',
    tries: 'Încercări',
    settled: 'Încasate',
    failed: 'Eșuate',
    open: 'În curs',
    success: 'Reușită',
    sum: 'Suma încasată',
    caption: 'Încercări de plată pe bănci',
  },
  en: {
    title: 'Success by bank',
    summary: (best: string, worst: string) => `Of the attempts that have ended, ${best} does best and ${worst} worst.`,
    only: (bank: string) => `The only bank in this period: ${bank}.`,
    none: 'No attempt has ended yet.',
    bank: 'Bank',
    tries: 'Attempts',
    settled: 'Paid',
    failed: 'Failed',
    open: 'In progress',
    success: 'Success rate',
    sum: 'Amount paid',
    caption: 'Attempts at banks',
  },
}

type Props = { readonly report: Report; readonly csv: string; readonly bankName: (bank_id: string) => string }

export function Banks({ report, csv, bankName }: Props) {
  const t = useTexts(TEXTS)
  const n = useNumbers()
  const { banks } = report
  const ranked = banks
    .filter(({ success }) => success !== null)
    .toSorted((one, other) => (other.success ?? 0) - (one.success ?? 0))
  const [best] = ranked
  const worst = ranked.at(-1)
  const told = (row: (typeof ranked)[number]) => `${bankName(row.bank_id)} (${n.percent(row.success)})`
  const summary =
    best === undefined || worst === undefined
      ? t.none
      : best === worst
        ? t.only(told(best))
        : t.summary(told(best), told(worst))
  const data = banks.map((row) => ({
    bank: bankName(row.bank_id),
    [t.settled]: row.try_settled_count,
    [t.failed]: row.try_failed_count,
    [t.open]: row.try_count - row.try_settled_count - row.try_failed_count,
  }))
  return (
    <Figure
      title={t.title}
      summary={summary}
      csv={csv}
      is_empty={banks.length === 0}
      table={
        <DataTable
          caption={t.caption}
          rows={banks}
          rowKey={(row) => row.bank_id}
          empty=""
          columns={[
            { key: 'bank', title: t.bank, cell: (row) => bankName(row.bank_id) },
            { key: 'tries', title: t.tries, align: 'right', cell: (row) => n.whole(row.try_count) },
            { key: 'settled', title: t.settled, align: 'right', cell: (row) => n.whole(row.try_settled_count) },
            { key: 'failed', title: t.failed, align: 'right', cell: (row) => n.whole(row.try_failed_count) },
            { key: 'success', title: t.success, align: 'right', cell: (row) => n.percent(row.success) },
            { key: 'sum', title: t.sum, align: 'right', cell: (row) => n.lei(row.settled_minor) },
          ]}
        />
      }
    >
      <BarChart
        h={60 + banks.length * 34}
        data={data}
        dataKey="bank"
        type="stacked"
        orientation="vertical"
        withLegend
        valueFormatter={n.whole}
        yAxisProps={{ width: 130 }}
        xAxisProps={{ allowDecimals: false }}
        barChartProps={PICTURE}
        series={[
          { name: t.settled, color: 'green.8' },
          { name: t.failed, color: 'red.8' },
          { name: t.open, color: 'gray.5' },
        ]}
      />
    </Figure>
  )
}
