/**
 * Partners' cases, as staff work on them: list.tsx all of them, case.tsx one, its sections a file each; reviews.tsx and
 * retention.tsx what time asks of them; subject-export.tsx what is held of one person.
 */
import { Anchor, Badge, Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { post } from '../../../shared/api.ts'
import type { CaseLine } from '../../../shared/case/model.ts'
import { KINDS, RISKS, STATES, WAYS } from '../../../shared/case/words.ts'
import { DataTable } from '../../../shared/data-table.tsx'
import { useFilters } from '../../../shared/filters.ts'
import { useMay } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { NewCaseDialog } from './new-case-dialog.tsx'

const TEXTS = {
  ro: {
    title: 'Dosare',
    caption: 'Dosarele partenerilor, cele mai noi întâi',
    none: 'Niciun dosar nu se potrivește.',
    state: 'Starea',
    kind: 'Felul',
    risk: 'Riscul',
    review: 'Revizuirea anuală',
    all: 'toate',
    due: 'scadentă în 60 de zile',
    overdue: 'depășită',
    search: 'Caută',
    search_hint: 'nume întreg, CUI, CNP, IBAN sau e-mail',
    find: 'Caută',
    name: 'Numele',
    unnamed: 'fără nume încă',
    erased: 'date șterse',
    case: 'Dosarul',
    way: 'Cum a venit',
    updated: 'Schimbat',
    next: 'Revizuire',
    is_overdue: 'depășită',
    invite: 'Invită un solicitant',
    create: 'Dosar nou',
  },
  en: {
    title: 'Cases',
    caption: 'Partner cases, newest first',
    none: 'No cases match.',
    state: 'State',
    kind: 'Kind',
    risk: 'Risk',
    review: 'Yearly review',
    all: 'all',
    due: 'due within 60 days',
    overdue: 'overdue',
    search: 'Search',
    search_hint: 'whole name, CUI, CNP, IBAN or e-mail',
    find: 'Search',
    name: 'Name',
    unnamed: 'no name yet',
    erased: 'data erased',
    case: 'Case',
    way: 'Source',
    updated: 'Last changed',
    next: 'Review',
    is_overdue: 'overdue',
    invite: 'Invite an applicant',
    create: 'New case',
  },
}

const FILTERS = ['state', 'kind', 'risk', 'review'] as const
type Answer = { readonly cases: readonly CaseLine[]; readonly has_more: boolean }

export function CasesPage() {
  const t = useTexts(TEXTS)
  const may_edit = useMay('case.edit')
  const navigate = useNavigate()
  const [filters] = useFilters(FILTERS)
  // Not in the address: it may be somebody's name.
  const [search, setSearch] = useState('')
  const [opened, setOpened] = useState<'invite' | 'create'>()
  const asked = Object.fromEntries(FILTERS.map((name) => [name, filters[name]]).filter(([, value]) => value !== ''))
  const found = useInfiniteQuery({
    queryKey: ['cases', asked, search],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) =>
      post<Answer>('/cases/search', {
        ...asked,
        ...(search !== '' && { search }),
        ...(pageParam !== undefined && { before_case_id: pageParam }),
      }),
    getNextPageParam: ({ cases, has_more }) => (has_more ? cases.at(-1)?.case_id : undefined),
  })
  const close = () => setOpened(undefined)
  const actions = may_edit && (
    <>
      <Button variant="default" onClick={() => setOpened('create')}>
        {t.create}
      </Button>
      <Button onClick={() => setOpened('invite')}>{t.invite}</Button>
    </>
  )
  return (
    <Page title={t.title} actions={actions}>
      <Filters onSearch={setSearch} />
      <Problem error={found.error} />
      {found.error === null && (
        <CaseTable
          rows={found.data?.pages.flatMap(({ cases }) => cases)}
          onMore={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
          is_loading_more={found.isFetchingNextPage}
        />
      )}
      <InviteDialog is_open={opened === 'invite'} onClose={close} />
      <NewCaseDialog
        is_open={opened === 'create'}
        onClose={close}
        onCreated={(case_id) => navigate(`/cases/${case_id}`)}
      />
    </Page>
  )
}

function Filters({ onSearch }: { onSearch(text: string): void }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const [filters, setFilters] = useFilters(FILTERS)
  const [text, setText] = useState('')
  const choose = (name: (typeof FILTERS)[number], label: string, data: readonly { value: string; label: string }[]) => (
    <NativeSelect
      label={label}
      value={filters[name]}
      onChange={(event) => setFilters({ [name]: event.currentTarget.value })}
      data={[{ value: '', label: t.all }, ...data]}
    />
  )
  const of = (words: Readonly<Record<string, { readonly ro: string; readonly en: string }>>) =>
    Object.entries(words).map(([value, word]) => ({ value, label: word[language] }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSearch(text.trim())
  }
  return (
    <Group align="flex-end" gap="sm">
      {choose('state', t.state, of(STATES))}
      {choose('kind', t.kind, of(KINDS))}
      {choose('risk', t.risk, of(RISKS))}
      {choose('review', t.review, [
        { value: 'due', label: t.due },
        { value: 'overdue', label: t.overdue },
      ])}
      <form onSubmit={submit} style={{ flex: '1 1 16rem', maxWidth: '26rem' }}>
        <Group align="flex-end" gap="xs" wrap="nowrap">
          <TextInput
            label={t.search}
            placeholder={t.search_hint}
            style={{ flex: 1, minWidth: 0 }}
            maxLength={200}
            autoComplete="off"
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Button type="submit" variant="default">
            {t.find}
          </Button>
        </Group>
      </form>
    </Group>
  )
}

type TableProps = {
  readonly rows: readonly CaseLine[] | undefined
  readonly onMore?: (() => void) | undefined
  readonly is_loading_more?: boolean
}

/** Lines of cases, each leading to its own. */
export function CaseTable({ rows, onMore, is_loading_more = false }: TableProps) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  return (
    <DataTable
      caption={t.caption}
      rows={rows}
      rowKey={({ case_id }) => String(case_id)}
      empty={t.none}
      onMore={onMore}
      is_loading_more={is_loading_more}
      columns={[
        { key: 'case', title: t.case, cell: ({ case_id }) => <span className="punte-number">{case_id}</span> },
        {
          key: 'name',
          title: t.name,
          cell: ({ case_id, name, state }) => (
            <Anchor component={Link} size="sm" to={`/cases/${case_id}`} style={{ overflowWrap: 'anywhere' }}>
              {name !== '' ? name : state === 'erased' ? t.erased : t.unnamed}
            </Anchor>
          ),
        },
        { key: 'kind', title: t.kind, cell: ({ kind }) => KINDS[kind][language] },
        {
          key: 'state',
          title: t.state,
          cell: ({ state }) => <StatusBadge tone={STATES[state].tone}>{STATES[state][language]}</StatusBadge>,
        },
        {
          key: 'risk',
          title: t.risk,
          cell: ({ risk }) =>
            risk === null ? '–' : <StatusBadge tone={RISKS[risk].tone}>{RISKS[risk][language]}</StatusBadge>,
        },
        { key: 'way', title: t.way, cell: ({ way }) => WAYS[way][language] },
        {
          key: 'next',
          title: t.next,
          cell: ({ state, next_review_at, is_review_overdue }) => (
            <Stack gap={2} align="flex-start">
              <Moment at={state === 'approved' ? next_review_at : null} only="date" />
              {is_review_overdue && (
                <Badge color="red.9" variant="filled" radius="sm" tt="none">
                  {t.is_overdue}
                </Badge>
              )}
            </Stack>
          ),
        },
        { key: 'updated', title: t.updated, cell: ({ updated_at }) => <Moment at={updated_at} /> },
      ]}
    />
  )
}
