/** A report as CSV. Pure. */
import { csvOf } from '../reports/csv.ts'
import { AREAS, CHANNELS, type Content, type FraudContent, HEADINGS, type IncidentContent } from './contents.ts'
import type { Stage } from './deadlines.ts'
import type { ReportKey } from './store.ts'

export function reportTable({ register, stage }: Pick<ReportKey, 'register' | 'stage'>, content: Content): string {
  if (register === 'fraud') return csvOf(fraudRows(content as FraudContent))
  const texts = content as IncidentContent
  return csvOf([['field', 'text'], ...HEADINGS[stage as Stage].map(({ name }) => [name, texts[name] ?? ''])])
}

const lei = (minor: number): number => minor / 100

function fraudRows({ areas, types, note }: FraudContent): (string | number | null)[][] {
  const cells = AREAS.flatMap((area) => CHANNELS.map((channel) => ({ area, channel, ...areas[area][channel] })))
  return [
    ['area', 'channel', 'payment_count', 'payment_ron', 'fraud_count', 'fraud_ron'],
    ...cells.map((cell) => [
      cell.area,
      cell.channel,
      cell.payment_count,
      lei(cell.payment_minor),
      cell.fraud_count,
      lei(cell.fraud_minor),
    ]),
    ...(['unauthorised', 'manipulated'] as const).map((type) => [
      'all',
      type,
      null,
      null,
      types[type].fraud_count,
      lei(types[type].fraud_minor),
    ]),
    ...(note === undefined || note === '' ? [] : [['note', note, null, null, null, null]]),
  ]
}
