/** The log of the partner's calls: time, call, answer, trace id. */
import { Anchor, Button, Checkbox, Code, Group, SimpleGrid, Text, TextInput } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Link } from 'react-router'
import { get, queryOf } from '../../../shared/api.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { type Column, DataTable } from '../../../shared/data-table.tsx'
import { useFilters } from '../../../shared/filters.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import type { Page as PageOf } from '../words.ts'

type Line = {
  readonly call_id: number
  readonly at: string
  readonly method: string
  readonly route: string
  readonly status: number
  readonly error_code: string | null
  readonly took_ms: number
  readonly trace_id: string
  readonly payment_id: number | null
}

const TEXTS = {
  ro: {
    title: 'Jurnal API',
    kept: 'Apelurile companiei tale din ultimele 14 zile; cele noi apar după o secundă. Fără conținutul lor.',
    at: 'Când',
    call: 'Apel',
    status: 'Răspuns',
    took: 'Durată',
    payment: 'Plata',
    trace: 'Cod pentru suport',
    failed: 'numai cele refuzate',
    route: 'Adresa conține',
    code: 'Codul erorii',
    search: 'Caută',
    empty: 'Niciun apel.',
  },
  en: {
    title: 'API log',
    kept: 'Calls of your company in the last 14 days; new ones appear after a second. Their contents are not kept.',
    at: 'When',
    call: 'Call',
    status: 'Answer',
    took: 'Time',
    payment: 'Payment',
    trace: 'Code for support',
    failed: 'only refused ones',
    route: 'Address contains',
    code: 'Error code',
    search: 'Search',
    empty: 'No calls.',
  },
}

export function CallsPage() {
  const t = useTexts(TEXTS)
  const [filters, setFilters] = useFilters(['outcome', 'route', 'error_code', 'trace_id'])
  const found = useInfiniteQuery({
    queryKey: ['calls', filters],
    queryFn: ({ pageParam }) => get<PageOf<Line>>(`/calls${queryOf({ ...filters, after: pageParam })}`),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
  })
  const columns: readonly Column<Line>[] = [
    { key: 'at', title: t.at, cell: ({ at }) => <Moment at={at} /> },
    {
      key: 'call',
      title: t.call,
      cell: ({ method, route }) => (
        <Code style={{ overflowWrap: 'anywhere' }}>
          {method} {route}
        </Code>
      ),
    },
    {
      key: 'status',
      title: t.status,
      cell: ({ status, error_code }) => (
        <StatusBadge tone={status < 400 ? 'good' : 'bad'}>
          {`${status}${error_code === null ? '' : ` ${error_code}`}`}
        </StatusBadge>
      ),
    },
    {
      key: 'took',
      title: t.took,
      align: 'right',
      cell: ({ took_ms }) => <span className="punte-number">{took_ms} ms</span>,
    },
    {
      key: 'payment',
      title: t.payment,
      cell: ({ payment_id }) =>
        payment_id === null ? (
          '–'
        ) : (
          <Anchor component={Link} to={`/payments/${payment_id}`} size="sm">
            {payment_id}
          </Anchor>
        ),
    },
    { key: 'trace', title: t.trace, cell: ({ trace_id }) => <CopyId id={trace_id} /> },
  ]
  return (
    <Page title={t.title}>
      <Text size="sm">{t.kept}</Text>
      <Filter filters={filters} onSearch={setFilters} />
      <Problem error={found.error} />
      {found.error === null && (
        <DataTable
          caption={t.title}
          columns={columns}
          rows={found.data?.pages.flatMap(({ rows }) => rows)}
          rowKey={({ call_id }) => String(call_id)}
          empty={t.empty}
          onMore={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
          is_loading_more={found.isFetchingNextPage}
        />
      )}
    </Page>
  )
}

type Filters = Readonly<Record<'outcome' | 'route' | 'error_code' | 'trace_id', string>>
type FilterProps = { readonly filters: Filters; readonly onSearch: (filters: Filters) => void }

function Filter({ filters, onSearch }: FilterProps) {
  const t = useTexts(TEXTS)
  const [typed, setTyped] = useState({ ...filters })
  const set = (name: keyof Filters, value: string) => setTyped((before) => ({ ...before, [name]: value }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSearch(typed)
  }
  return (
    <form onSubmit={submit}>
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm" verticalSpacing="xs" mb="sm">
        <TextInput
          label={t.route}
          value={typed.route}
          onChange={(event) => set('route', event.currentTarget.value.trim())}
          maxLength={100}
        />
        <TextInput
          label={t.code}
          value={typed.error_code}
          onChange={(event) => set('error_code', event.currentTarget.value.trim().toUpperCase())}
          maxLength={60}
        />
        <TextInput
          label={t.trace}
          value={typed.trace_id}
          onChange={(event) => set('trace_id', event.currentTarget.value.trim())}
          maxLength={36}
        />
      </SimpleGrid>
      <Group gap="md">
        <Checkbox
          label={t.failed}
          checked={typed.outcome === 'failed'}
          onChange={(event) => set('outcome', event.currentTarget.checked ? 'failed' : '')}
        />
        <Button type="submit">{t.search}</Button>
      </Group>
    </form>
  )
}
