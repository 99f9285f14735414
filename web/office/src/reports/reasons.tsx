/** Why payments end without money. */
import { BarChart } from '@mantine/charts'
import { DataTable } from '../../../shared/data-table.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { REASONS, refusalText, wordOf } from '../../../shared/told/codes.ts'
import { Figure, PICTURE } from './figure.tsx'
import type { ReasonRow, Report } from './model.ts'
import { useNumbers } from './numbers.ts'

const TEXTS = {
  ro: {
    title: 'De ce nu se încasează',
    summary: (why: string, n: string) => `Cel mai des: ${why} (${n}).`,
    count: 'Plăți',
    bank: 'Banca',
    no_bank: 'nicio bancă aleasă',
    outcome: 'Sfârșitul',
    reason: 'Motivul',
    sum: 'Suma',
    caption: 'Plăți neîncasate, după motiv',
    outcomes: {
      TRY: 'Încercare nereușită',
      RJCT: 'Refuzată de bancă',
      CANC: 'Anulată',
      ABND: 'Abandonată',
      BLOCKED: 'Oprită de o limită',
    },
  },
  en: {
    title: 'Why payments fail',
    summary: (why: string, n: string) => `Most often: ${why} (${n}).`,
    count: 'Payments',
    bank: 'Bank',
    no_bank: 'no bank chosen',
    outcome: 'Outcome',
    reason: 'Reason',
    sum: 'Amount',
    caption: 'Payments that failed, by reason',
    outcomes: {
      TRY: 'Try that failed',
      RJCT: 'Refused by the bank',
      CANC: 'Cancelled',
      ABND: 'Abandoned',
      BLOCKED: 'Stopped by a limit',
    },
  },
}

/** Of a picture; the table has all. */
const SHOWN = 10

type Props = { readonly report: Report; readonly csv: string; readonly bankName: (bank_id: string) => string }

export function Reasons({ report, csv, bankName }: Props) {
  const t = useTexts(TEXTS)
  const n = useNumbers()
  const outcomes: Readonly<Record<string, string>> = t.outcomes
  const { language } = useLanguage()
  const why = (reason: string) => wordOf(REASONS, reason, language) ?? refusalText(reason, language)
  // In the picture what is no word of ours may break where its parts meet.
  const named = ({ outcome, reason }: ReasonRow) =>
    `${outcomes[outcome] ?? outcome}${reason === '' ? '' : `: ${why(reason).replaceAll('_', ' ')}`}`
  const grouped = [...Map.groupBy(report.reasons, named)]
    .map(([name, rows]) => ({ name, [t.count]: rows.reduce((sum, row) => sum + row.failed_count, 0) }))
    .sort((one, other) => Number(other[t.count]) - Number(one[t.count]))
    .slice(0, SHOWN)
  const [most] = grouped
  return (
    <Figure
      title={t.title}
      summary={most === undefined ? '' : t.summary(String(most.name), n.whole(Number(most[t.count])))}
      csv={csv}
      is_empty={most === undefined}
      table={
        <DataTable
          caption={t.caption}
          rows={report.reasons}
          rowKey={(row) => `${row.bank_id} ${row.outcome} ${row.reason}`}
          empty=""
          columns={[
            { key: 'outcome', title: t.outcome, cell: (row) => outcomes[row.outcome] ?? row.outcome },
            {
              key: 'reason',
              title: t.reason,
              cell: (row) => (
                <span style={{ overflowWrap: 'anywhere' }}>{row.reason === '' ? '–' : why(row.reason)}</span>
              ),
            },
            { key: 'bank', title: t.bank, cell: (row) => (row.bank_id === '' ? t.no_bank : bankName(row.bank_id)) },
            { key: 'count', title: t.count, align: 'right', cell: (row) => n.whole(row.failed_count) },
            { key: 'sum', title: t.sum, align: 'right', cell: (row) => n.lei(row.failed_minor) },
          ]}
        />
      }
    >
      <BarChart
        h={50 + grouped.length * 38}
        data={grouped}
        dataKey="name"
        orientation="vertical"
        valueFormatter={n.whole}
        yAxisProps={{ width: 170 }}
        xAxisProps={{ allowDecimals: false }}
        barChartProps={PICTURE}
        series={[{ name: t.count, color: 'red.8' }]}
      />
    </Figure>
  )
}
