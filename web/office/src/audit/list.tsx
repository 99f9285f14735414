/** The record of acts: list.tsx (this page) all of them, row.tsx one, verify.tsx whether it is whole. */
import { Anchor, Button, Group, NativeSelect, TextInput } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { Link } from 'react-router'
import { get, queryOf } from '../../../shared/api.ts'
import { DataTable } from '../../../shared/data-table.tsx'
import { useFilters } from '../../../shared/filters.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { ActSelect, KindSelect } from './act-select.tsx'
import { actName, subjectName } from './act-words.ts'
import { endOfDay, startOfDay } from './days.ts'
import { ACTOR_KINDS, type AuditRow } from './model.ts'
import { Verification } from './verify.tsx'

const TEXTS = {
  ro: {
    title: 'Jurnal de audit',
    caption: 'Acte, cele mai noi întâi',
    none: 'Niciun act nu se potrivește.',
    number: 'Nr.',
    at: 'Când',
    actor: 'Cine',
    act: 'Act',
    subject_kind: 'Despre ce',
    subject_id: 'Care',
    outcome: 'Rezultat',
    all: 'toate',
    done: 'făcut',
    refused: 'refuzat',
    from: 'De la',
    to: 'Până la',
    find: 'Caută',
    clear: 'Golește',
    kinds: ACTOR_KINDS.ro,
    usual: 'Fără perioadă: ultimele 90 de zile.',
  },
  en: {
    title: 'Audit log',
    caption: 'Acts, newest first',
    none: 'No acts match.',
    number: 'No.',
    at: 'When',
    actor: 'Who',
    act: 'Act',
    subject_kind: 'Subject',
    subject_id: 'Subject ID',
    outcome: 'Outcome',
    all: 'all',
    done: 'done',
    refused: 'refused',
    from: 'From',
    to: 'To',
    find: 'Search',
    clear: 'Clear',
    kinds: ACTOR_KINDS.en,
    usual: 'If left empty: the last 90 days.',
  },
}

const FILTERS = ['actor', 'act', 'subject_kind', 'subject_id', 'outcome', 'from', 'to'] as const
type Answer = { readonly rows: readonly AuditRow[]; readonly has_more: boolean }

export function AuditPage() {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const [{ from, to, ...filters }] = useFilters(FILTERS)
  const asked = { ...filters, since: startOfDay(from), until: endOfDay(to) }
  const found = useInfiniteQuery({
    queryKey: ['audit', asked],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) => get<Answer>(`/audit${queryOf({ ...asked, before: pageParam })}`),
    getNextPageParam: ({ rows, has_more }) => (has_more ? rows.at(-1)?.number : undefined),
  })
  const columns = [
    {
      key: 'number',
      title: t.number,
      cell: (row: AuditRow) => (
        <Anchor component={Link} to={`/audit/${row.number}`}>
          {row.number}
        </Anchor>
      ),
    },
    { key: 'at', title: t.at, cell: (row: AuditRow) => <Moment at={row.at} /> },
    { key: 'actor', title: t.actor, cell: (row: AuditRow) => `${row.actor} (${t.kinds[row.actor_kind]})` },
    { key: 'act', title: t.act, cell: ({ act }: AuditRow) => <span title={act}>{actName(act, language)}</span> },
    {
      key: 'subject',
      title: t.subject_kind,
      cell: ({ subject_kind, subject_id }: AuditRow) => (
        <span title={`${subject_kind}:${subject_id}`} style={{ overflowWrap: 'anywhere' }}>
          {subjectName(subject_kind, language)} {subject_kind === 'audit' ? '' : subject_id}
        </span>
      ),
    },
    {
      key: 'outcome',
      title: t.outcome,
      cell: (row: AuditRow) => (
        <StatusBadge tone={row.outcome === 'done' ? 'quiet' : 'bad'}>{t[row.outcome]}</StatusBadge>
      ),
    },
  ]
  return (
    <Page title={t.title}>
      <Verification />
      <FilterForm />
      <Problem error={found.error} />
      {found.error === null && (
        <DataTable
          caption={t.caption}
          columns={columns}
          rows={found.data?.pages.flatMap(({ rows }) => rows)}
          rowKey={(row) => String(row.number)}
          empty={t.none}
          onMore={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
          is_loading_more={found.isFetchingNextPage}
        />
      )}
    </Page>
  )
}

function FilterForm() {
  const t = useTexts(TEXTS)
  const [filters, setFilters] = useFilters(FILTERS)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget)
    setFilters(Object.fromEntries(FILTERS.map((name) => [name, String(given.get(name) ?? '').trim()])))
  }
  const clear = () => setFilters(Object.fromEntries(FILTERS.map((name) => [name, undefined])))
  // Fields keep what is typed until it is asked for; another address shows its own.
  return (
    <form onSubmit={submit} key={JSON.stringify(filters)}>
      <Group align="end" gap="sm">
        <TextInput name="actor" label={t.actor} defaultValue={filters.actor} maxLength={100} />
        <ActSelect label={t.act} value={filters.act} />
        <KindSelect label={t.subject_kind} value={filters.subject_kind} />
        <TextInput name="subject_id" label={t.subject_id} defaultValue={filters.subject_id} maxLength={200} />
        <NativeSelect
          name="outcome"
          label={t.outcome}
          defaultValue={filters.outcome}
          data={[
            { value: '', label: t.all },
            { value: 'done', label: t.done },
            { value: 'refused', label: t.refused },
          ]}
        />
        <TextInput type="date" name="from" label={t.from} defaultValue={filters.from} title={t.usual} />
        <TextInput type="date" name="to" label={t.to} defaultValue={filters.to} />
        <Button type="submit">{t.find}</Button>
        <Button variant="default" onClick={clear}>
          {t.clear}
        </Button>
      </Group>
    </form>
  )
}
