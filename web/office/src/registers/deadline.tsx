/** What is due to the authority, and how much time is left. */
import { Anchor, Text } from '@mantine/core'
import { Link } from 'react-router'
import { DataTable } from '../../../shared/data-table.tsx'
import { manyOf } from '../../../shared/many.ts'
import { Moment } from '../../../shared/moment.tsx'
import { StatusBadge, type Tone } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { halfYearText } from './local-time.ts'

export type Deadline = {
  readonly register: 'incident' | 'fraud'
  readonly subject: string
  readonly stage: 'classification' | Stage | 'half-year'
  readonly due_at: string
}
export type Stage = 'initial' | 'intermediate' | 'final'

const TEXTS = {
  ro: {
    caption: 'Termene către autoritate, cel mai apropiat întâi',
    none: 'Niciun termen.',
    what: 'Ce',
    due: 'Până la',
    left: 'Rămas',
    overdue: 'depășit',
    days: (n: number) => (n === 1 ? 'o zi' : manyOf(n, 'zile')),
    hours: (h: number, m: number) => `${h} h ${m} min`,
    stages: {
      classification: (subject: string) => `Incidentul ${subject}: de încadrat`,
      initial: (subject: string) => `Incidentul ${subject}: notificarea inițială`,
      intermediate: (subject: string) => `Incidentul ${subject}: raportul intermediar`,
      final: (subject: string) => `Incidentul ${subject}: raportul final`,
      'half-year': (subject: string) => `Raportarea fraudelor, ${halfYearText(subject, 'ro')}`,
    },
  },
  en: {
    caption: 'Deadlines with the authority, soonest first',
    none: 'Nothing is due.',
    what: 'What',
    due: 'Due',
    left: 'Time left',
    overdue: 'overdue',
    days: (n: number) => `${n} days`,
    hours: (h: number, m: number) => `${h} h ${m} min`,
    stages: {
      classification: (subject: string) => `Incident ${subject}: to be classified`,
      initial: (subject: string) => `Incident ${subject}: initial notification`,
      intermediate: (subject: string) => `Incident ${subject}: intermediate report`,
      final: (subject: string) => `Incident ${subject}: final report`,
      'half-year': (subject: string) => `Fraud figures, ${halfYearText(subject, 'en')}`,
    },
  },
}

export function addressOfDeadline({ register, subject, stage }: Deadline): string {
  if (register === 'fraud') return `/registers/reports/fraud/${subject}/half-year`
  return stage === 'classification'
    ? `/registers/incidents/${subject}`
    : `/registers/reports/incident/${subject}/${stage}`
}

const HOUR_MS = 3_600_000

/** @param now the server's */
export function TimeLeft({ due_at, now }: { readonly due_at: string; readonly now: string }) {
  const t = useTexts(TEXTS)
  const left_ms = Date.parse(due_at) - Date.parse(now)
  const hours = Math.floor(left_ms / HOUR_MS)
  const text =
    left_ms <= 0
      ? t.overdue
      : hours >= 72
        ? t.days(Math.floor(hours / 24))
        : t.hours(hours, Math.floor((left_ms % HOUR_MS) / 60_000))
  const tone: Tone = left_ms <= 0 ? 'bad' : hours < 24 ? 'warn' : 'quiet'
  return <StatusBadge tone={tone}>{text}</StatusBadge>
}

export function Deadlines({
  deadlines,
  now,
}: {
  readonly deadlines: readonly Deadline[] | undefined
  readonly now: string
}) {
  const t = useTexts(TEXTS)
  if (deadlines?.length === 0) return <Text c="gray.7">{t.none}</Text>
  return (
    <DataTable
      caption={t.caption}
      rows={deadlines}
      rowKey={(row) => `${row.register} ${row.subject} ${row.stage}`}
      empty={t.none}
      columns={[
        {
          key: 'what',
          title: t.what,
          cell: (row) => (
            <Anchor component={Link} to={addressOfDeadline(row)}>
              {t.stages[row.stage](row.subject)}
            </Anchor>
          ),
        },
        { key: 'due', title: t.due, cell: (row) => <Moment at={row.due_at} /> },
        { key: 'left', title: t.left, cell: (row) => <TimeLeft due_at={row.due_at} now={now} /> },
      ]}
    />
  )
}
