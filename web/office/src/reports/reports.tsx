/** Reports of a period: pictures first, tables behind, each as a file. What is shown stands in the address. */
import { SimpleGrid, Skeleton, Stack, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { get, queryOf } from '../../../shared/api.ts'
import { useFilters } from '../../../shared/filters.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { Banks } from './banks.tsx'
import { Cards } from './cards.tsx'
import { FilterBar, REPORT_FILTERS } from './filter-bar.tsx'
import type { CardReport, Choices, Report } from './model.ts'
import { shareOf, useNumbers } from './numbers.ts'
import { Reasons } from './reasons.tsx'
import { Steps } from './steps.tsx'
import { Times } from './times.tsx'
import { Volumes } from './volumes.tsx'

const TEXTS = {
  ro: {
    title: 'Rapoarte',
    counted: 'Numărat până la',
    uncounted: 'Încă nu s-a numărat nimic; cifrele apar în câteva minute.',
    day_is: 'O plată ține de ziua în care a început, orice s-ar întâmpla cu ea mai târziu.',
    payments: 'Plăți inițiate',
    settled: 'Încasat',
    mean: 'Suma medie încasată',
    rate: 'Reușită (din inițiate)',
    median: 'Timp median până la încasare',
  },
  en: {
    title: 'Reports',
    counted: 'Counted up to',
    uncounted: 'Nothing has been counted yet; figures appear within minutes.',
    day_is: 'A payment counts for the day it was initiated, whatever happens to it later.',
    payments: 'Payments initiated',
    settled: 'Paid',
    mean: 'Mean amount paid',
    rate: 'Success rate (of initiated)',
    median: 'Median time until paid',
  },
}

export function ReportsPage() {
  const t = useTexts(TEXTS)
  const [filters] = useFilters(REPORT_FILTERS)
  const query = queryOf(filters)
  const choices = useQuery({
    queryKey: ['report-choices'],
    queryFn: () => get<Choices>('/reports/filters'),
    staleTime: 60_000,
  })
  const report = useQuery({
    queryKey: ['report', query],
    queryFn: () => get<Report>(`/reports/payments${query}`),
    placeholderData: keepPreviousData,
  })
  const cards = useQuery({
    queryKey: ['card-report', query],
    queryFn: () => get<CardReport>(`/reports/cards${query}`),
    placeholderData: keepPreviousData,
  })
  const bankName = (bank_id: string) => choices.data?.banks.find((bank) => bank.bank_id === bank_id)?.name ?? bank_id
  const csvOf = (table: string) => `/reports/csv/${table}${query}`
  return (
    <Page title={t.title}>
      <FilterBar choices={choices.data} period={report.data} />
      <Problem error={report.error ?? cards.error} />
      {report.isPending && <Skeleton h={400} />}
      {report.data !== undefined && (
        <Stack gap="xl" aria-busy={report.isFetching}>
          <Totals report={report.data} />
          <Text size="sm" c="gray.7">
            {t.day_is}{' '}
            {report.data.counted_until === undefined ? (
              t.uncounted
            ) : (
              <>
                {t.counted} <Moment at={report.data.counted_until} />.
              </>
            )}
          </Text>
          <Volumes report={report.data} csv={csvOf('days')} />
          <SimpleGrid cols={{ base: 1, xl: 2 }} spacing="xl" verticalSpacing="xl">
            <Banks report={report.data} csv={csvOf('banks')} bankName={bankName} />
            <Steps report={report.data} csv={csvOf('steps')} />
            <Times report={report.data} csv={csvOf('times')} bankName={bankName} />
            <Reasons report={report.data} csv={csvOf('reasons')} bankName={bankName} />
            {cards.data !== undefined && <Cards report={cards.data} csv={csvOf('cards')} />}
          </SimpleGrid>
        </Stack>
      )}
    </Page>
  )
}

function Totals({ report }: { readonly report: Report }) {
  const t = useTexts(TEXTS)
  const n = useNumbers()
  const { totals, times } = report
  const mean = totals.settled_count === 0 ? '–' : n.lei(Math.round(totals.settled_minor / totals.settled_count))
  const figures = [
    { name: t.payments, value: n.whole(totals.payment_count) },
    { name: t.settled, value: n.lei(totals.settled_minor) },
    { name: t.mean, value: mean },
    { name: t.rate, value: n.percent(shareOf(totals.settled_count, totals.payment_count)) },
    { name: t.median, value: n.seconds(times.median_s) },
  ]
  return (
    <SimpleGrid component="dl" cols={{ base: 2, sm: 3, lg: 5 }} m={0}>
      {figures.map(({ name, value }) => (
        <div key={name}>
          <Text component="dt" size="sm" c="gray.7">
            {name}
          </Text>
          <Text component="dd" m={0} fw={650} size="lg" className="punte-number">
            {value}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  )
}
