/**
 * The registers: registers.tsx (this page) what is due and what there is, incident.tsx one incident, report.tsx one report to
 * the authority, as a form of texts (text-form.tsx) or of figures (fraud-form.tsx).
 */
import { Anchor, Button, Modal, Stack, TextInput, Title } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { get, post, queryOf } from '../../../shared/api.ts'
import { DataTable } from '../../../shared/data-table.tsx'
import { useMay } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { type Deadline, Deadlines } from './deadline.tsx'
import { fromLocal, halfYearText, toLocal } from './local-time.ts'
import type { Incident, Period } from './model.ts'

const TEXTS = {
  ro: {
    title: 'Registre',
    due: 'Termene',
    incidents: 'Incidente operaționale și de securitate',
    incidents_caption: 'Incidente, cele mai noi întâi',
    no_incidents: 'Niciun incident.',
    fraud: 'Date statistice privind frauda, pe semestre',
    number: 'Nr.',
    name: 'Titlu',
    aware: 'Aflat la',
    kind: 'Încadrare',
    unjudged: 'neîncadrat',
    major: 'major',
    minor: 'nu este major',
    state: 'Stare',
    open: 'deschis',
    closed: 'închis',
    close: 'Închide',
    period: 'Semestrul',
    until: 'Până la',
    running: 'în curs',
    submitted: 'transmis',
    draft: 'ciornă',
    missing: 'de întocmit',
    create: 'Incident nou',
    aware_label: 'Când am aflat (ora României)',
    title_label: 'Pe scurt, ce s-a întâmplat',
    save: 'Înregistrează',
  },
  en: {
    title: 'Registers',
    due: 'Deadlines',
    incidents: 'Operational and security incidents',
    incidents_caption: 'Incidents, newest first',
    no_incidents: 'No incidents.',
    fraud: 'Fraud figures by half-year',
    number: 'No.',
    name: 'Title',
    aware: 'Aware at',
    kind: 'Classification',
    unjudged: 'not classified',
    major: 'major',
    minor: 'not major',
    state: 'State',
    open: 'open',
    closed: 'closed',
    close: 'Close',
    period: 'Half-year',
    until: 'Due',
    running: 'in progress',
    submitted: 'submitted',
    draft: 'draft',
    missing: 'to be drawn up',
    create: 'New incident',
    aware_label: 'When we became aware (Romanian time)',
    title_label: 'What happened, in brief',
    save: 'Register',
  },
}

export function RegistersPage() {
  const t = useTexts(TEXTS)
  const may_change = useMay('register.change')
  const [is_open, setOpen] = useState(false)
  const due = useQuery({
    queryKey: ['deadlines'],
    queryFn: () => get<{ deadlines: readonly Deadline[]; now: string }>('/registers/deadlines'),
  })
  const periods = useQuery({
    queryKey: ['fraud-periods'],
    queryFn: () => get<{ periods: readonly Period[] }>('/registers/fraud'),
  })
  return (
    <Page title={t.title} actions={may_change && <Button onClick={() => setOpen(true)}>{t.create}</Button>}>
      <Problem error={due.error ?? periods.error} />
      <Stack gap="xl">
        <section>
          <Title order={2} size="h4" mb="xs">
            {t.due}
          </Title>
          <Deadlines deadlines={due.data?.deadlines} now={due.data?.now ?? ''} />
        </section>
        <Incidents />
        <section>
          <Title order={2} size="h4" mb="xs">
            {t.fraud}
          </Title>
          <Periods periods={periods.data?.periods} />
        </section>
      </Stack>
      <Modal
        opened={is_open}
        onClose={() => setOpen(false)}
        title={t.create}
        closeButtonProps={{ 'aria-label': t.close }}
      >
        <NewIncident />
      </Modal>
    </Page>
  )
}

function Incidents() {
  const t = useTexts(TEXTS)
  const found = useInfiniteQuery({
    queryKey: ['incidents'],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) =>
      get<{ incidents: readonly Incident[]; next?: number }>(`/registers/incidents${queryOf({ before: pageParam })}`),
    getNextPageParam: ({ next }) => next,
  })
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {t.incidents}
      </Title>
      <Problem error={found.error} />
      <DataTable
        caption={t.incidents_caption}
        rows={found.data?.pages.flatMap(({ incidents }) => incidents)}
        rowKey={(row) => String(row.incident_id)}
        empty={t.no_incidents}
        onMore={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
        columns={[
          { key: 'number', title: t.number, cell: (row) => row.incident_id },
          {
            key: 'name',
            title: t.name,
            cell: (row) => (
              <Anchor component={Link} to={`/registers/incidents/${row.incident_id}`}>
                {row.facts.title}
              </Anchor>
            ),
          },
          { key: 'aware', title: t.aware, cell: (row) => <Moment at={row.aware_at} /> },
          { key: 'kind', title: t.kind, cell: ({ is_major }) => <Kind is_major={is_major} /> },
          {
            key: 'state',
            title: t.state,
            cell: (row) => <StatusBadge tone={row.state === 'open' ? 'open' : 'quiet'}>{t[row.state]}</StatusBadge>,
          },
        ]}
      />
    </section>
  )
}

export function Kind({ is_major }: { readonly is_major: boolean | null }) {
  const t = useTexts(TEXTS)
  if (is_major === null) return <StatusBadge tone="warn">{t.unjudged}</StatusBadge>
  return <StatusBadge tone={is_major ? 'bad' : 'quiet'}>{is_major ? t.major : t.minor}</StatusBadge>
}

function Periods({ periods }: { readonly periods: readonly Period[] | undefined }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  return (
    <DataTable
      caption={t.fraud}
      rows={periods}
      rowKey={(row) => row.subject}
      empty="–"
      columns={[
        {
          key: 'period',
          title: t.period,
          cell: (row) => (
            <Anchor component={Link} to={`/registers/reports/fraud/${row.subject}/half-year`}>
              {halfYearText(row.subject, language)}
            </Anchor>
          ),
        },
        { key: 'until', title: t.until, cell: (row) => <Moment at={row.due_at} only="date" /> },
        { key: 'state', title: t.state, cell: (row) => <PeriodState period={row} /> },
      ]}
    />
  )
}

function PeriodState({ period }: { readonly period: Period }) {
  const t = useTexts(TEXTS)
  if (period.is_submitted) return <StatusBadge tone="good">{t.submitted}</StatusBadge>
  if (period.has_draft) return <StatusBadge tone="open">{t.draft}</StatusBadge>
  return (
    <StatusBadge tone={period.has_ended ? 'warn' : 'quiet'}>{period.has_ended ? t.missing : t.running}</StatusBadge>
  )
}

function NewIncident() {
  const t = useTexts(TEXTS)
  const navigate = useNavigate()
  const [now] = useState(() => toLocal(new Date().toISOString()))
  const create = useMutation({
    mutationFn: (body: object) => post<{ incident_id: number }>('/registers/incidents', body),
    onSuccess: ({ incident_id }) => navigate(`/registers/incidents/${incident_id}`),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget)
    create.mutate({
      aware_at: fromLocal(String(given.get('aware_at'))),
      facts: { title: String(given.get('title')).trim() },
    })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Problem error={create.error} />
        <TextInput name="title" label={t.title_label} required maxLength={150} />
        <TextInput name="aware_at" type="datetime-local" label={t.aware_label} required defaultValue={now} />

        <Button type="submit" loading={create.isPending}>
          {t.save}
        </Button>
      </Stack>
    </form>
  )
}
