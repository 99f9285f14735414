/** Alerts of limits: what has happened and who looks into it. badge.tsx is their number beside the navigation, alert.tsx one. */
import { Anchor, Group, NativeSelect } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { AlertLine, AlertsPage as Answer } from '../../../../src/http/office/partner-contract.ts'
import { get, queryOf } from '../../../shared/api.ts'
import { type Column, DataTable } from '../../../shared/data-table.tsx'
import { useFilters } from '../../../shared/filters.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { useIndicatorWords, useLevelText } from '../limits/use-words.ts'
import { SearchInput } from '../partners/search-input.tsx'
import { AlertOutcome, AlertState } from './state.tsx'

const TEXTS = {
  ro: {
    title: 'Alerte',
    caption: 'Alerte ale limitelor, cele mai noi întâi',
    state: 'Starea',
    states: {
      '': 'neînchise',
      open: 'deschise',
      taken: 'luate',
      closed: 'închise',
      all: 'toate',
    },
    outcome: 'Fel',
    outcomes: { '': 'oricare', warn: 'avertizare', block: 'blocare' },
    indicator: 'Indicatorul',
    any: 'oricare',
    partner: 'Partenerul (clientID)',
    whose: 'A cui',
    whoses: { '': 'oricui', yes: 'luate de mine' },
    what: 'Ce',
    measured: 'Măsurat / limită',
    times: 'De ori',
    at: 'Prima dată',
    by: 'Luată de',
    empty: 'Nicio alertă.',
  },
  en: {
    title: 'Alerts',
    caption: 'Limit alerts, newest first',
    state: 'State',
    states: { '': 'not closed', open: 'open', taken: 'taken', closed: 'closed', all: 'all' },
    outcome: 'Kind',
    outcomes: { '': 'any', warn: 'warning', block: 'blocking' },
    indicator: 'Indicator',
    any: 'any',
    partner: 'Partner (clientID)',
    whose: 'Handled by',
    whoses: { '': 'anyone', yes: 'me' },
    what: 'What',
    measured: 'Measured / level',
    times: 'Times',
    at: 'First',
    by: 'Taken by',
    empty: 'No alerts.',
  },
}

const optionsOf = (names: Readonly<Record<string, string>>) =>
  Object.entries(names).map(([value, label]) => ({ value, label }))

export function AlertsPage() {
  const t = useTexts(TEXTS)
  const levelText = useLevelText()
  const words = useIndicatorWords()
  const [filters, set] = useFilters(['state', 'outcome', 'indicator', 'client_id', 'mine'])
  const found = useInfiniteQuery({
    queryKey: ['alerts', 'list', filters],
    queryFn: ({ pageParam }) => get<Answer>(`/alerts${queryOf({ ...filters, before: pageParam })}`),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => (last.has_more ? last.alerts.at(-1)?.alert_id : undefined),
  })
  const columns: Column<AlertLine>[] = [
    {
      key: 'what',
      title: t.what,
      cell: ({ alert_id, indicator }) => (
        <Anchor component={Link} to={`/alerts/${alert_id}`} size="sm" underline="always">
          {alert_id} · {words[indicator]?.name ?? indicator}
        </Anchor>
      ),
    },
    { key: 'outcome', title: t.outcome, cell: ({ outcome }) => <AlertOutcome outcome={outcome} /> },
    {
      key: 'partner',
      title: t.partner,
      cell: ({ client_id }) => (
        <Anchor component={Link} to={`/partners/${encodeURIComponent(client_id)}`} size="sm" underline="always">
          {client_id}
        </Anchor>
      ),
    },
    {
      key: 'measured',
      title: t.measured,
      align: 'right',
      cell: ({ indicator, measured, level }) => (
        <span>
          <span className="punte-number">{levelText(indicator, measured)}</span> /{' '}
          <span className="punte-number">{levelText(indicator, level)}</span>
        </span>
      ),
    },
    { key: 'times', title: t.times, align: 'right', cell: ({ times }) => times },
    { key: 'at', title: t.at, cell: ({ raised_at }) => <Moment at={raised_at} /> },
    { key: 'state', title: t.state, cell: ({ state }) => <AlertState state={state} /> },
    { key: 'by', title: t.by, cell: ({ taken_by }) => taken_by ?? '–' },
  ]
  return (
    <Page title={t.title}>
      <Group gap="sm" align="flex-end" role="search">
        <NativeSelect
          size="xs"
          label={t.state}
          data={optionsOf(t.states)}
          value={filters.state}
          onChange={(event) => set({ state: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          label={t.outcome}
          data={optionsOf(t.outcomes)}
          value={filters.outcome}
          onChange={(event) => set({ outcome: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          label={t.indicator}
          data={[
            { value: '', label: t.any },
            ...Object.entries(words).map(([value, { name }]) => ({ value, label: name })),
          ]}
          value={filters.indicator}
          onChange={(event) => set({ indicator: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          label={t.whose}
          data={optionsOf(t.whoses)}
          value={filters.mine}
          onChange={(event) => set({ mine: event.currentTarget.value })}
        />
        <SearchInput
          label={t.partner}
          maxLength={64}
          value={filters.client_id}
          onSearch={(client_id) => set({ client_id })}
        />
      </Group>
      <Problem error={found.error} />
      <DataTable
        caption={t.caption}
        columns={columns}
        rows={found.data?.pages.flatMap(({ alerts }) => alerts) ?? (found.error ? [] : undefined)}
        rowKey={({ alert_id }) => String(alert_id)}
        empty={t.empty}
        onMore={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
        is_loading_more={found.isFetchingNextPage}
      />
    </Page>
  )
}
