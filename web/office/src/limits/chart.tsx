/** 30 days of one indicator, with its estimate and levels as lines; the same numbers as a table behind it. */
import { BarChart, LineChart } from '@mantine/charts'
import { Table, Text } from '@mantine/core'
import type { MeasuredLimit } from '../../../../src/http/office/partner-contract.ts'
import { type Language, useLanguage, useTexts } from '../../../shared/texts.tsx'
import { useNumbers } from '../reports/numbers.ts'
import { useLevelText } from './use-words.ts'
import { isInLei } from './words.ts'

const HEIGHT = 170
/** No stop for the keyboard in the picture: its numbers stand in the table. */
const SILENT = { accessibilityLayer: false } as const
/** Colours of the lines. */
export const LINES = { estimate: 'blue.9', warn_level: 'orange.7', block_level: 'red.8' } as const
const TEXTS = {
  ro: {
    measured: 'măsurat',
    empty: 'Nicio plată în 30 de zile.',
    day: 'Ziua',
    numbers: 'Cifrele',
    summary: (name: string, highest: string, last: string) =>
      `${name}, ultimele 30 de zile: cel mai mult ${highest}, azi ${last}.`,
  },
  en: {
    measured: 'measured',
    empty: 'No payments in the last 30 days.',
    day: 'Day',
    numbers: 'Figures',
    summary: (name: string, highest: string, last: string) =>
      `${name}, last 30 days: at most ${highest}, today ${last}.`,
  },
}

export function IndicatorChart({ limit, name }: { readonly limit: MeasuredLimit; readonly name: string }) {
  const t = useTexts(TEXTS)
  const levelText = useLevelText()
  const { language } = useLanguage()
  const { short } = useNumbers()
  const { indicator, days, estimate, warn_level, block_level } = limit
  const in_lei = isInLei(indicator)
  const shown = (value: number | null) => (value === null ? null : in_lei ? value / 100 : value)
  const data = days.map(({ day, value }) => ({ day: dayText(day, language), value: shown(value) }))
  const highest = Math.max(0, ...days.map(({ value }) => value ?? 0))
  if (highest === 0)
    return (
      <Text size="xs" c="gray.7">
        {t.empty}
      </Text>
    )
  const lines = [
    { level: estimate, color: LINES.estimate, strokeDasharray: '4 4' },
    { level: warn_level, color: LINES.warn_level },
    { level: block_level, color: LINES.block_level },
  ].flatMap(({ level, ...line }) => {
    const y = shown(level)
    return y === null ? [] : [{ y, ...line, strokeWidth: 2, ifOverflow: 'extendDomain' as const }]
  })
  const common = {
    h: HEIGHT,
    data,
    dataKey: 'day',
    series: [{ name: 'value', label: t.measured, color: 'blue.7' }],
    referenceLines: lines,
    valueFormatter: (value: number) => levelText(indicator, Math.round(in_lei ? value * 100 : value)),
    tickLine: 'none' as const,
    xAxisProps: { interval: 6 },
    yAxisProps: { width: 48, allowDecimals: in_lei, tickFormatter: short },
  }
  // Standing values as a line, what begins anew each day as bars.
  const is_standing = indicator === 'clients' || indicator === 'mean_amount'
  return (
    <div>
      <div role="img" aria-label={t.summary(name, levelText(indicator, highest), levelText(indicator, limit.today))}>
        <div aria-hidden>
          {is_standing ? (
            <LineChart {...common} lineChartProps={SILENT} curveType="linear" withDots={false} connectNulls />
          ) : (
            <BarChart {...common} barChartProps={SILENT} />
          )}
        </div>
      </div>
      <details>
        <Text component="summary" size="xs" c="gray.7" style={{ cursor: 'pointer' }}>
          {t.numbers}
        </Text>
        <Table verticalSpacing={2} w="auto">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t.day}</Table.Th>
              <Table.Th scope="col" ta="right">
                {t.measured}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {days.toReversed().map(({ day, value }) => (
              <Table.Tr key={day}>
                <Table.Td>{dayText(day, language)}</Table.Td>
                <Table.Td ta="right">{levelText(indicator, value)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </details>
    </div>
  )
}

/** `2030-03-07` as `07.03` */
const dayText = (day: string, language: Language): string =>
  [day.slice(8), day.slice(5, 7)].join(language === 'ro' ? '.' : '/')
