/** Proposals: those that wait for a second person, and those that are over. */
import { Anchor, Group, SegmentedControl, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { ApprovalsPage as Answer, ApprovalRow } from '../../../../src/http/office/partner-contract.ts'
import { get, queryOf } from '../../../shared/api.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { type Column, DataTable } from '../../../shared/data-table.tsx'
import { useFilters } from '../../../shared/filters.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { actName, subjectName } from '../audit/act-words.ts'
import { valueName } from '../audit/value-words.ts'
import { ApprovalState } from './state.tsx'

const TEXTS = {
  ro: {
    title: 'Aprobări',
    caption: 'Propuneri',
    waiting: 'În așteptare',
    past: 'Încheiate',
    which: 'Ce propuneri',
    number: 'Nr.',
    act: 'Ce se propune',
    subject: 'Despre',
    by: 'Propus de',
    at: 'Când',
    until: 'Expiră',
    decided: 'Hotărât de',
    state: 'Starea',
    none_waiting: 'Nu așteaptă nicio propunere.',
    none_past: 'Nicio propunere încheiată încă.',
    own: 'a ta',
    yours: 'te așteaptă',
  },
  en: {
    title: 'Approvals',
    caption: 'Proposals',
    waiting: 'Waiting',
    past: 'Past',
    which: 'Which proposals',
    number: 'No.',
    act: 'Proposal',
    subject: 'About',
    by: 'Proposed by',
    at: 'When',
    until: 'Expires',
    decided: 'Decided by',
    state: 'State',
    none_waiting: 'No proposals are waiting.',
    none_past: 'No past proposals yet.',
    own: 'yours',
    yours: 'waiting for you',
  },
}

export function ApprovalsPage() {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const [{ state }, set] = useFilters(['state'])
  const is_past = state === 'past'
  const found = useInfiniteQuery({
    queryKey: ['approvals', is_past ? 'past' : 'list'],
    queryFn: ({ pageParam }) =>
      get<Answer>(
        `/approvals${queryOf(is_past ? { state: 'past', before: pageParam } : { state: 'waiting', after: pageParam })}`,
      ),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => (last.has_more ? last.approvals.at(-1)?.approval_id : undefined),
  })
  const columns: Column<ApprovalRow>[] = [
    {
      key: 'act',
      title: t.act,
      cell: ({ approval_id, act }) => (
        <Anchor component={Link} to={`/approvals/${approval_id}`} size="sm" underline="always">
          <span title={act}>{`${approval_id} · ${actName(act, language)}`}</span>
        </Anchor>
      ),
    },
    {
      key: 'subject',
      title: t.subject,
      cell: ({ subject: { kind, id } }) => (
        <span>
          {kind === 'key' ? (
            valueName('kind', id, language)
          ) : (
            <>
              {subjectName(kind, language)} <CopyId id={id} />
            </>
          )}
        </span>
      ),
    },
    {
      key: 'by',
      title: t.by,
      cell: ({ proposed_by, is_own, may_decide }) => (
        <Group gap={6} component="span" display="inline-flex">
          {proposed_by}
          {(is_own || may_decide) && (
            <Text component="span" size="xs" c={may_decide ? 'blue.9' : 'dimmed'} fw={may_decide ? 600 : 400}>
              {is_own ? t.own : t.yours}
            </Text>
          )}
        </Group>
      ),
    },
    { key: 'at', title: t.at, cell: ({ proposed_at }) => <Moment at={proposed_at} /> },
    is_past
      ? { key: 'decided', title: t.decided, cell: ({ decided_by }) => decided_by ?? '–' }
      : { key: 'until', title: t.until, cell: ({ expires_at }) => <Moment at={expires_at} /> },
    { key: 'state', title: t.state, cell: (row) => <ApprovalState state={row.state} /> },
  ]
  return (
    <Page title={t.title}>
      <SegmentedControl
        aria-label={t.which}
        value={is_past ? 'past' : 'waiting'}
        onChange={(value) => set({ state: value === 'past' ? 'past' : undefined })}
        data={[
          { value: 'waiting', label: t.waiting },
          { value: 'past', label: t.past },
        ]}
        w="fit-content"
      />
      <Problem error={found.error} />
      <DataTable
        caption={t.caption}
        columns={columns}
        rows={found.data?.pages.flatMap(({ approvals }) => approvals) ?? (found.error ? [] : undefined)}
        rowKey={({ approval_id }) => String(approval_id)}
        empty={is_past ? t.none_past : t.none_waiting}
        onMore={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
        is_loading_more={found.isFetchingNextPage}
      />
    </Page>
  )
}
