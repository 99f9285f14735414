/** Card payments: approvals by source and scheme, declines by the gateway's code. */
import { BarChart } from '@mantine/charts'
import { DataTable } from '../../../shared/data-table.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { GATEWAY_CODES, SOURCES } from '../../../shared/told/card-codes.ts'
import { withCode, wordOf } from '../../../shared/told/codes.ts'
import { Amount } from '../orders/amount.tsx'
import { Figure, PICTURE } from './figure.tsx'
import type { CardReport, CardRow } from './model.ts'
import { shareOf, useNumbers } from './numbers.ts'

const TEXTS = {
  ro: {
    title: 'Carduri: aprobări pe sursă și schemă',
    declines: 'Carduri: refuzuri pe cod',
    summary: (rate: string, n: string) => `${rate} aprobate din ${n} tranzacții inițiale încheiate.`,
    most: (code: string, n: string) => `Cel mai des: ${code} (${n}).`,
    no_declines: 'Niciun refuz.',
    approved: 'Aprobate',
    declined: 'Refuzate',
    rate: 'Reușită',
    source: 'Sursa',
    scheme: 'Schema',
    result: 'Rezultat',
    code: 'Cod',
    count: 'Tranzacții',
    sum: 'Suma',
  },
  en: {
    title: 'Cards: approvals by source and scheme',
    declines: 'Cards: declines by code',
    summary: (rate: string, n: string) => `${rate} of ${n} completed initial transactions approved.`,
    most: (code: string, n: string) => `Most often: ${code} (${n}).`,
    no_declines: 'No declines.',
    approved: 'Approved',
    declined: 'Declined',
    rate: 'Success rate',
    source: 'Source',
    scheme: 'Scheme',
    result: 'Result',
    code: 'Code',
    count: 'Transactions',
    sum: 'Amount',
  },
}

const countOf = (rows: readonly CardRow[]) => rows.reduce((sum, row) => sum + row.transaction_count, 0)
const isGood = ({ result }: CardRow) => result === 'SUCCESS'

export function Cards({ report, csv }: { readonly report: CardReport; readonly csv: string }) {
  const t = useTexts(TEXTS)
  const n = useNumbers()
  const { rows } = report
  const groups = [...Map.groupBy(rows, ({ source, scheme }) => `${source} · ${scheme || '–'}`)].map(
    ([name, of_group]) => {
      const good = countOf(of_group.filter(isGood))
      return { name, good, bad: countOf(of_group) - good }
    },
  )
  const total = countOf(rows)
  const bad = rows.filter((row) => !isGood(row))
  const { language } = useLanguage()
  const why = (code: string) => withCode(wordOf(GATEWAY_CODES, code, language), code)
  const codes = [
    ...Map.groupBy(bad, ({ gateway_code }) => wordOf(GATEWAY_CODES, gateway_code, language) ?? gateway_code),
  ]
    .map(([code, of_code]) => ({ code, [t.declined]: countOf(of_code) }))
    .sort((one, other) => Number(other[t.declined]) - Number(one[t.declined]))
  const [most] = codes
  return (
    <>
      <Figure
        title={t.title}
        summary={t.summary(n.percent(shareOf(countOf(rows.filter(isGood)), total)), n.whole(total))}
        csv={csv}
        is_empty={rows.length === 0}
        table={
          <DataTable
            caption={t.title}
            rows={groups}
            rowKey={(row) => row.name}
            empty=""
            columns={[
              { key: 'name', title: `${t.source} · ${t.scheme}`, cell: (row) => row.name },
              { key: 'good', title: t.approved, align: 'right', cell: (row) => n.whole(row.good) },
              { key: 'bad', title: t.declined, align: 'right', cell: (row) => n.whole(row.bad) },
              {
                key: 'rate',
                title: t.rate,
                align: 'right',
                cell: (row) => n.percent(shareOf(row.good, row.good + row.bad)),
              },
            ]}
          />
        }
      >
        <BarChart
          h={60 + groups.length * 36}
          data={groups.map(({ name, good, bad }) => ({ name, [t.approved]: good, [t.declined]: bad }))}
          dataKey="name"
          type="stacked"
          orientation="vertical"
          withLegend
          valueFormatter={n.whole}
          yAxisProps={{ width: 150 }}
          xAxisProps={{ allowDecimals: false }}
          barChartProps={PICTURE}
          series={[
            { name: t.approved, color: 'green.8' },
            { name: t.declined, color: 'red.8' },
          ]}
        />
      </Figure>
      <Figure
        title={t.declines}
        summary={most === undefined ? t.no_declines : t.most(String(most.code), n.whole(Number(most[t.declined])))}
        csv={csv}
        is_empty={most === undefined}
        table={
          <DataTable
            caption={t.declines}
            rows={bad}
            rowKey={(row) => `${row.currency} ${row.source} ${row.scheme} ${row.gateway_code}`}
            empty=""
            columns={[
              { key: 'code', title: t.code, cell: (row) => why(row.gateway_code) },
              {
                key: 'source',
                title: t.source,
                cell: (row) => withCode(wordOf(SOURCES, row.source, language), row.source),
              },
              { key: 'scheme', title: t.scheme, cell: (row) => row.scheme || '–' },
              { key: 'count', title: t.count, align: 'right', cell: (row) => n.whole(row.transaction_count) },
              {
                key: 'sum',
                title: t.sum,
                align: 'right',
                cell: (row) => <Amount minor={row.transaction_minor} currency={row.currency} />,
              },
            ]}
          />
        }
      >
        <BarChart
          h={50 + codes.length * 34}
          data={codes}
          dataKey="code"
          orientation="vertical"
          valueFormatter={n.whole}
          yAxisProps={{ width: 170 }}
          xAxisProps={{ allowDecimals: false }}
          barChartProps={PICTURE}
          series={[{ name: t.declined, color: 'red.8' }]}
        />
      </Figure>
    </>
  )
}
