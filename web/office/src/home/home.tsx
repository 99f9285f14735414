/** The first page: what waits for whoever has signed in, and how today goes. */
import { Anchor, Card, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { get } from '../../../shared/api.ts'
import { useMe } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { Deadlines } from '../registers/deadline.tsx'
import { useNumbers } from '../reports/numbers.ts'
import type { Home } from './model.ts'
import { Today } from './today.tsx'
import { Unsettled } from './unsettled.tsx'

const TEXTS = {
  ro: {
    title: 'Acasă',
    hello: (name: string) => `Bine ai venit, ${name}.`,
    waiting: 'Ce așteaptă',
    alerts: 'Alerte deschise',
    alerts_more: (taken: string, mine: string) => `preluate: ${taken}, de tine: ${mine}`,
    approvals: 'Aprobări pentru tine',
    approvals_more: (own: string) => `propuse de tine: ${own}`,
    cases: 'Dosare de verificat',
    cases_more: (in_review: string) => `în analiză: ${in_review}`,
    reviews: 'Revizuiri anuale depășite',
    deadlines: 'Termene către autoritate',
    unsettled: 'Fără răspuns de la bancă',
    unsettled_more: 'plăți al căror rezultat nu se știe încă',
    as_of: 'La',
  },
  en: {
    title: 'Home',
    hello: (name: string) => `Welcome, ${name}.`,
    waiting: 'To do',
    alerts: 'Open alerts',
    alerts_more: (taken: string, mine: string) => `${taken} taken, ${mine} by you`,
    approvals: 'Approvals for you',
    approvals_more: (own: string) => `${own} proposed by you`,
    cases: 'Cases to review',
    cases_more: (in_review: string) => `${in_review} in review`,
    reviews: 'Yearly reviews overdue',
    deadlines: 'Deadlines with the authority',
    unsettled: 'No answer from the bank',
    unsettled_more: 'payments whose outcome is not known yet',
    as_of: 'As of',
  },
}

const REFRESH_MS = 60_000

export function HomePage() {
  const t = useTexts(TEXTS)
  const me = useMe()
  const home = useQuery({
    queryKey: ['home'],
    queryFn: () => get<Home>('/home', { background: true }),
    refetchInterval: REFRESH_MS,
  })
  return (
    <Page title={t.title}>
      <Text>
        {t.hello(me.name)}{' '}
        {home.data !== undefined && (
          <Text component="span" c="gray.7" size="sm">
            {t.as_of} <Moment at={home.data.now} />
          </Text>
        )}
      </Text>
      <Problem error={home.error} />
      {home.isPending && <Skeleton h={300} />}
      {home.data !== undefined && <Content home={home.data} />}
    </Page>
  )
}

function Content({ home }: { readonly home: Home }) {
  const t = useTexts(TEXTS)
  const { deadlines, unsettled, today } = home
  const is_unsettled = unsettled !== null && unsettled.payments.length + unsettled.transactions.length > 0
  return (
    <Stack gap="lg">
      <Waiting home={home} />
      {deadlines !== null && deadlines.length > 0 && (
        <Section title={t.deadlines}>
          <Deadlines deadlines={deadlines} now={home.now} />
        </Section>
      )}
      {is_unsettled && <Unsettled {...unsettled} />}
      {today !== null && <Today today={today} />}
    </Stack>
  )
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {title}
      </Title>
      {children}
    </section>
  )
}

function Waiting({ home }: { readonly home: Home }) {
  const t = useTexts(TEXTS)
  const n = useNumbers()
  const { alerts, approvals, cases, deadlines, unsettled } = home
  const overdue = deadlines?.filter(({ due_at }) => due_at <= home.now).length ?? 0
  return (
    <Section title={t.waiting}>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 4 }} spacing="sm">
        {alerts !== null && (
          <Waits
            to="/alerts?state=open"
            name={t.alerts}
            count={alerts.open}
            more={t.alerts_more(n.whole(alerts.taken), n.whole(alerts.mine))}
            is_bad={alerts.open > 0}
          />
        )}
        <Waits
          to="/approvals"
          name={t.approvals}
          count={approvals.waiting}
          more={t.approvals_more(n.whole(approvals.own))}
        />
        {cases !== null && (
          <>
            <Waits
              to="/cases?state=submitted"
              name={t.cases}
              count={cases.submitted}
              more={t.cases_more(n.whole(cases.in_review))}
            />
            <Waits
              to="/cases?review=overdue"
              name={t.reviews}
              count={cases.review_overdue}
              is_bad={cases.review_overdue > 0}
            />
          </>
        )}
        {deadlines !== null && (
          <Waits to="/registers" name={t.deadlines} count={deadlines.length} is_bad={overdue > 0} />
        )}
        {unsettled !== null && (
          <Waits
            to={unsettled.payments.length + unsettled.transactions.length > 0 ? '#unsettled' : '/payments'}
            name={t.unsettled}
            count={unsettled.payments.length + unsettled.transactions.length}
            more={t.unsettled_more}
            is_bad={unsettled.payments.length + unsettled.transactions.length > 0}
          />
        )}
      </SimpleGrid>
    </Section>
  )
}

type WaitsProps = {
  readonly to: string
  readonly name: string
  readonly count: number
  readonly more?: string
  readonly is_bad?: boolean
}

function Waits({ to, name, count, more, is_bad }: WaitsProps) {
  const n = useNumbers()
  return (
    <Card withBorder padding="sm">
      <Text fw={650} size="xl" c={is_bad === true ? 'red.9' : 'inherit'} className="punte-number">
        {n.whole(count)}
      </Text>
      {/* Within the page the browser itself goes there. */}
      {to.startsWith('#') ? (
        <Anchor href={to}>{name}</Anchor>
      ) : (
        <Anchor component={Link} to={to}>
          {name}
        </Anchor>
      )}
      {more !== undefined && (
        <Text size="sm" c="gray.7">
          {more}
        </Text>
      )}
    </Card>
  )
}
