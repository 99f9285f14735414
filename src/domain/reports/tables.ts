/** Every figure of a report as a table, as it is exported. Pure. Sums in lei, shares from 0 to 1, times in seconds. */
import { COUNTS } from './counts.ts'
import { csvOf } from './csv.ts'
import type { CardReport, Report } from './report.ts'

export const TABLES = ['days', 'steps', 'banks', 'times', 'reasons', 'cards'] as const
export type Table = (typeof TABLES)[number]

type Cells = (string | number | null)[]

const lei = (minor: number): number => minor / 100
const isMinor = (name: string): boolean => name.endsWith('_minor')
const named = (name: string): string => (isMinor(name) ? name.replace(/_minor$/, '_ron') : name)

export function reportCsv(table: Exclude<Table, 'cards'>, report: Report): string {
  return csvOf(ROWS[table](report))
}

const ROWS: Readonly<Record<Exclude<Table, 'cards'>, (report: Report) => Cells[]>> = {
  days: ({ days }) => [
    ['day', ...COUNTS.map(named)],
    ...days.map((row) => [row.day, ...COUNTS.map((count) => (isMinor(count) ? lei(row[count]) : row[count]))]),
  ],
  steps: ({ steps }) => [['step', 'pages'], ...steps.map(({ step, pages }) => [step, pages])],
  banks: ({ banks }) => [
    ['bank_id', 'try_count', 'try_settled_count', 'try_failed_count', 'success', 'settled_ron'],
    ...banks.map((row) => [
      row.bank_id,
      row.try_count,
      row.try_settled_count,
      row.try_failed_count,
      row.success,
      lei(row.settled_minor),
    ]),
  ],
  times: ({ times }) => [
    ['bank_id', 'settled_count', 'median_s', 'p95_s'],
    ['', times.settled_count, times.median_s, times.p95_s],
    ...times.by_bank.map((row) => [row.bank_id, row.settled_count, row.median_s, row.p95_s]),
  ],
  reasons: ({ reasons }) => [
    ['bank_id', 'outcome', 'reason', 'failed_count', 'failed_ron'],
    ...reasons.map((row) => [row.bank_id, row.outcome, row.reason, row.failed_count, lei(row.failed_minor)]),
  ],
}

/** Sums in minor units of their currency: currencies differ in how many there are. */
export function cardCsv({ rows }: CardReport): string {
  const columns = [
    'currency',
    'source',
    'scheme',
    'result',
    'gateway_code',
    'transaction_count',
    'transaction_minor',
  ] as const
  return csvOf([[...columns], ...rows.map((row) => columns.map((column) => row[column]))])
}
