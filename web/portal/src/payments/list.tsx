/** Payments of the partner, by filters that stand in the address. */
import { Anchor, Button, Group, MultiSelect, NumberInput, Select, SimpleGrid, Stack, TextInput } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { Link } from 'react-router'
import { post } from '../../../shared/api.ts'
import { type Column, DataTable } from '../../../shared/data-table.tsx'
import { useFilters } from '../../../shared/filters.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Money } from '../../../shared/money.tsx'
import { Page } from '../../../shared/page.tsx'
import { PaymentReason, PaymentStatus } from '../../../shared/payment-status.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { PAYMENT_STATUSES } from '../../../shared/told/codes.ts'
import { Bank } from '../bank.tsx'
import type { Page as PageOf, PaymentStatusCode } from '../words.ts'

type Line = {
  readonly payment_id: number
  readonly kind: string
  readonly status: PaymentStatusCode
  readonly reason: string | null
  readonly amount_minor: number | null
  readonly bank_id: string | null
  readonly bank_name: string | null
  readonly created_at: string
}

const TEXTS = {
  ro: {
    title: 'Plăți',
    id: 'Număr',
    status: 'Stare',
    amount: 'Sumă',
    bank: 'Banca',
    created: 'Cerută',
    kind: 'Fel',
    from: 'De la',
    until: 'Până la',
    least: 'Suma de la (lei)',
    most: 'Suma până la (lei)',
    reference: 'Id-ul plătitorului',
    search: 'Caută',
    clear: 'Golește',
    any: 'oricare',
    empty: 'Nicio plată nu se potrivește.',
    kinds: { single: 'simplă', list: 'listă', item: 'din listă', recurring: 'recurentă' } as Record<string, string>,
  },
  en: {
    title: 'Payments',
    id: 'Number',
    status: 'Status',
    amount: 'Amount',
    bank: 'Bank',
    created: 'Requested',
    kind: 'Kind',
    from: 'From',
    until: 'Until',
    least: 'Amount from (lei)',
    most: 'Amount up to (lei)',
    reference: 'Your ID for the payer',
    search: 'Search',
    clear: 'Clear',
    any: 'any',
    empty: 'No payments match.',
    kinds: { single: 'single', list: 'list', item: 'of a list', recurring: 'recurring' } as Record<string, string>,
  },
}

const NAMES = ['id', 'status', 'kind', 'from', 'until', 'least', 'most'] as const
type Filters = Readonly<Record<(typeof NAMES)[number], string>>

const DAY = /^20\d\d-\d\d-\d\d$/
const bani = (lei: string): number => Math.round(Number(lei) * 100)

/** What is asked of the server; what cannot be read is left out. */
function wantedOf(filters: Filters, reference: string): Record<string, unknown> {
  const statuses = filters.status.split(',').filter((one) => Object.hasOwn(PAYMENT_STATUSES, one))
  return {
    ...(/^[1-9]\d{0,14}$/.test(filters.id) && { payment_id: Number(filters.id) }),
    ...(statuses.length > 0 && { statuses }),
    ...(filters.kind !== '' && { kind: filters.kind }),
    ...(DAY.test(filters.from) && { from: filters.from }),
    ...(DAY.test(filters.until) && { until: filters.until }),
    ...(filters.least !== '' && Number(filters.least) >= 0 && { min_minor: bani(filters.least) }),
    ...(filters.most !== '' && Number(filters.most) >= 0 && { max_minor: bani(filters.most) }),
    ...(reference.trim() !== '' && { reference: reference.trim() }),
  }
}

export function PaymentsPage() {
  const t = useTexts(TEXTS)
  const [filters, setFilters] = useFilters(NAMES)
  // Names a person: it does not go into addresses.
  const [reference, setReference] = useState('')
  const wanted = wantedOf(filters, reference)
  const found = useInfiniteQuery({
    queryKey: ['payments', wanted],
    queryFn: ({ pageParam }) =>
      post<PageOf<Line>>('/payments/search', { ...wanted, ...(pageParam !== '' && { after: pageParam }) }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
  })
  const columns: readonly Column<Line>[] = [
    {
      key: 'id',
      title: t.id,
      cell: ({ payment_id }) => (
        <Anchor component={Link} to={`/payments/${payment_id}`} size="sm">
          {payment_id}
        </Anchor>
      ),
    },
    { key: 'created', title: t.created, cell: ({ created_at }) => <Moment at={created_at} /> },
    { key: 'amount', title: t.amount, align: 'right', cell: ({ amount_minor }) => <Money minor={amount_minor} /> },
    {
      key: 'status',
      title: t.status,
      cell: ({ status, reason }) => (
        <Stack gap={2} align="flex-start">
          <PaymentStatus status={status} />
          <PaymentReason reason={reason} />
        </Stack>
      ),
    },
    { key: 'kind', title: t.kind, cell: ({ kind }) => t.kinds[kind] ?? kind },
    { key: 'bank', title: t.bank, cell: (line) => <Bank {...line} /> },
  ]
  return (
    <Page title={t.title}>
      <Filter
        filters={filters}
        reference={reference}
        onSearch={(next, of_payer) => {
          setFilters(next)
          setReference(of_payer)
        }}
      />
      <Problem error={found.error} />
      {found.error === null && (
        <DataTable
          caption={t.title}
          columns={columns}
          rows={found.data?.pages.flatMap(({ rows }) => rows)}
          rowKey={({ payment_id }) => String(payment_id)}
          empty={t.empty}
          onMore={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
          is_loading_more={found.isFetchingNextPage}
        />
      )}
    </Page>
  )
}

type FilterProps = {
  readonly filters: Filters
  readonly reference: string
  readonly onSearch: (filters: Filters, reference: string) => void
}

const NOTHING = Object.fromEntries(NAMES.map((name) => [name, ''])) as Filters

function Filter({ filters, reference, onSearch }: FilterProps) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const [typed, setTyped] = useState<Filters>(filters)
  const [payer, setPayer] = useState(reference)
  // Links and the way back change the address under an open form.
  const in_address = NAMES.map((name) => filters[name]).join('\n')
  useEffect(() => {
    const values = in_address.split('\n')
    setTyped(Object.fromEntries(NAMES.map((name, at) => [name, values[at] ?? ''])) as Filters)
  }, [in_address])
  const set = (name: keyof Filters) => (value: string | number | null) =>
    setTyped((before) => ({ ...before, [name]: value === null ? '' : String(value) }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSearch(typed, payer)
  }
  return (
    <form onSubmit={submit}>
      <SimpleGrid cols={{ base: 2, xs: 3, md: 4 }} spacing="sm" verticalSpacing="xs">
        <TextInput
          label={t.id}
          value={typed.id}
          onChange={(event) => set('id')(event.currentTarget.value.trim())}
          inputMode="numeric"
        />
        <MultiSelect
          label={t.status}
          value={typed.status === '' ? [] : typed.status.split(',')}
          onChange={(chosen) => set('status')(chosen.join(','))}
          data={Object.entries(PAYMENT_STATUSES).map(([code, word]) => ({
            value: code,
            label: `${code} · ${word[language]}`,
          }))}
          placeholder={typed.status === '' ? t.any : ''}
          clearable
        />
        <Select
          label={t.kind}
          value={typed.kind === '' ? null : typed.kind}
          onChange={set('kind')}
          data={Object.entries(t.kinds).map(([value, label]) => ({ value, label }))}
          placeholder={t.any}
          clearable
        />
        <TextInput
          type="date"
          label={t.from}
          value={typed.from}
          onChange={(event) => set('from')(event.currentTarget.value)}
        />
        <TextInput
          type="date"
          label={t.until}
          value={typed.until}
          onChange={(event) => set('until')(event.currentTarget.value)}
        />
        <NumberInput label={t.least} value={typed.least} onChange={set('least')} min={0} decimalScale={2} />
        <NumberInput label={t.most} value={typed.most} onChange={set('most')} min={0} decimalScale={2} />
        <TextInput
          label={t.reference}
          value={payer}
          onChange={(event) => setPayer(event.currentTarget.value)}
          maxLength={100}
          autoComplete="off"
        />
      </SimpleGrid>
      <Group gap="sm" mt="sm">
        <Button type="submit">{t.search}</Button>
        <Button
          variant="default"
          onClick={() => {
            setTyped(NOTHING)
            setPayer('')
            onSearch(NOTHING, '')
          }}
        >
          {t.clear}
        </Button>
      </Group>
    </form>
  )
}
