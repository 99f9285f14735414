/** Webhooks: what was told, what the endpoint did not take, and the secret that signs them. */
import { Alert, Anchor, Button, Group, Select, Stack, Text, Title } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { get, post, queryOf } from '../../../shared/api.ts'
import { type Column, DataTable } from '../../../shared/data-table.tsx'
import { useFilters } from '../../../shared/filters.ts'
import { manyOf } from '../../../shared/many.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { PaymentStatus } from '../../../shared/payment-status.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { useMayChange } from '../company/company.ts'
import { Confirm } from '../confirm.tsx'
import { ShownOnce } from '../shown-once.tsx'
import {
  DELIVERY_TONES,
  DELIVERY_WORDS,
  type DeliveryState,
  type Page as PageOf,
  type PaymentStatusCode,
} from '../words.ts'
import { Redeliver } from './redeliver.tsx'

type Line = {
  readonly payment_id: number
  readonly event_no: number
  readonly status: PaymentStatusCode
  readonly at: string
  readonly state: DeliveryState
  readonly tries: number
  readonly next_try_at: string | null
  readonly delivered_at: string | null
  readonly last_outcome: string | null
}
type Answer = PageOf<Line> & { readonly webhook_url: string | null; readonly has_secret: boolean }

const TEXTS = {
  ro: {
    title: 'Notificări (webhooks)',
    address: 'Se trimit la',
    no_address: 'Compania ta nu are o adresă pentru notificări. Cere operatorului să o înregistreze.',
    payment: 'Plata',
    status: 'Starea',
    at: 'Din',
    state: 'Livrare',
    tries: (n: number) => (n === 1 ? 'o încercare' : manyOf(n, 'încercări')),
    outcome: 'Ultimul răspuns',
    next: 'următoarea încercare',
    again: 'Acțiune',
    all: 'toate',
    filter: 'Arată',
    empty: 'Nicio notificare.',
    resend_all: 'Retrimite tot ce nu a fost livrat',
    resend_all_text: 'Se trimit din nou, cele mai vechi întâi, cel mult o mie odată. Serverul tău le primește imediat.',
    resent: (n: number, left: number) =>
      `${n === 1 ? 'O notificare se trimite din nou.' : `${n} notificări se trimit din nou.`}${left > 0 ? ` Au mai rămas ${left}.` : ''}`,
    secret: 'Cheia notificărilor',
    secret_text: 'Cu ea verifici semnătura v1 a fiecărei notificări. Se arată o singură dată, când este schimbată.',
    rotate: 'Schimbă cheia',
    rotate_sure: 'Schimbi cheia notificărilor?',
    rotate_text:
      'Timp de 24 de ore notificările sunt semnate cu amândouă cheile. Pune cheia nouă pe serverul tău până atunci.',
    rotate_note: 'Cheia dinainte mai este bună 24 de ore.',
    new_secret: 'Cheia nouă',
  },
  en: {
    title: 'Webhooks',
    address: 'They are sent to',
    no_address: 'Your company has no address for webhooks. Ask the operator to register one.',
    payment: 'Payment',
    status: 'Status',
    at: 'Since',
    state: 'Delivery',
    tries: (n: number) => (n === 1 ? 'one try' : `${n} tries`),
    outcome: 'Last answer',
    next: 'next try',
    again: 'Action',
    all: 'all',
    filter: 'Show',
    empty: 'No webhooks.',
    resend_all: 'Resend undelivered webhooks',
    resend_all_text:
      'They are sent again, the oldest first, a thousand at a time at the most. Your server gets them at once.',
    resent: (n: number, left: number) =>
      `${n === 1 ? 'One webhook is sent again.' : `${n} webhooks are sent again.`}${left > 0 ? ` ${left} are left.` : ''}`,
    secret: 'Secret of the webhooks',
    secret_text: 'With it you check the v1 signature of each webhook. It is shown once, when it is changed.',
    rotate: 'Change the secret',
    rotate_sure: 'Change the secret of the webhooks?',
    rotate_text: 'For 24 hours webhooks are signed with both secrets. Put the new one on your server until then.',
    rotate_note: 'The former one stays valid for another 24 hours.',
    new_secret: 'The new secret',
  },
}

export function WebhooksPage() {
  const t = useTexts(TEXTS)
  const words = useTexts(DELIVERY_WORDS)
  const may_send = useMayChange('ended')
  const may_renew = useMayChange()
  const [filters, setFilters] = useFilters(['state', 'payment_id'])
  const state = filters.state in DELIVERY_TONES ? filters.state : ''
  const found = useInfiniteQuery({
    queryKey: ['webhooks', state, filters.payment_id],
    queryFn: ({ pageParam }) =>
      get<Answer>(`/webhooks${queryOf({ state, payment_id: filters.payment_id, after: pageParam })}`),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
  })
  const first = found.data?.pages[0]
  const columns: readonly Column<Line>[] = [
    {
      key: 'payment',
      title: t.payment,
      cell: ({ payment_id }) => (
        <Anchor component={Link} to={`/payments/${payment_id}`} size="sm">
          {payment_id}
        </Anchor>
      ),
    },
    { key: 'status', title: t.status, cell: ({ status }) => <PaymentStatus status={status} /> },
    { key: 'at', title: t.at, cell: ({ at }) => <Moment at={at} /> },
    {
      key: 'state',
      title: t.state,
      cell: ({ state: is, next_try_at }) => (
        <Stack gap={2} align="flex-start">
          <StatusBadge tone={DELIVERY_TONES[is]}>{words[is]}</StatusBadge>
          {is === 'pending' && next_try_at !== null && (
            <Text size="xs" c="gray.7">
              {t.next} <Moment at={next_try_at} />
            </Text>
          )}
        </Stack>
      ),
    },
    {
      key: 'outcome',
      title: t.outcome,
      cell: ({ tries, last_outcome }) => (tries === 0 ? '–' : `${last_outcome ?? '–'}, ${t.tries(tries)}`),
    },
    ...(may_send
      ? [
          {
            key: 'again',
            title: t.again,
            cell: (line: Line) => <Redeliver payment_id={line.payment_id} event_no={line.event_no} />,
          },
        ]
      : []),
  ]
  return (
    <Page title={t.title} actions={may_send && <ResendAll />}>
      {first?.webhook_url === null ? (
        <Alert color="orange" variant="light">
          {t.no_address}
        </Alert>
      ) : (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {t.address} {first?.webhook_url ?? '…'}
        </Text>
      )}
      <Select
        label={t.filter}
        value={state}
        onChange={(value) => setFilters({ state: value ?? '' })}
        data={[
          { value: '', label: t.all },
          { value: 'failed', label: words.failed },
          { value: 'pending', label: words.pending },
          { value: 'delivered', label: words.delivered },
        ]}
        allowDeselect={false}
        w={220}
      />
      <Problem error={found.error} />
      {found.error === null && (
        <DataTable
          caption={t.title}
          columns={columns}
          rows={found.data?.pages.flatMap(({ rows }) => rows)}
          rowKey={({ payment_id, event_no }) => `${payment_id} ${event_no}`}
          empty={t.empty}
          onMore={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
          is_loading_more={found.isFetchingNextPage}
        />
      )}
      {may_renew && <Secret />}
    </Page>
  )
}

function ResendAll() {
  const t = useTexts(TEXTS)
  const queries = useQueryClient()
  const [is_asking, setAsking] = useState(false)
  const send = useMutation({
    mutationFn: () => post<{ restarted: number; left: number }>('/webhooks/redeliver-failed'),
    onSuccess: async () => {
      setAsking(false)
      await Promise.all([['webhooks'], ['standing']].map((queryKey) => queries.invalidateQueries({ queryKey })))
    },
  })
  return (
    <Group gap="xs">
      {send.data !== undefined && (
        <Text size="sm" role="status">
          {t.resent(send.data.restarted, send.data.left)}
        </Text>
      )}
      <Button variant="default" onClick={() => setAsking(true)}>
        {t.resend_all}
      </Button>
      <Confirm
        opened={is_asking}
        title={t.resend_all}
        text={t.resend_all_text}
        yes={t.resend_all}
        is_pending={send.isPending}
        error={send.error}
        onYes={() => send.mutate()}
        onClose={() => setAsking(false)}
      />
    </Group>
  )
}

function Secret() {
  const t = useTexts(TEXTS)
  const [is_asking, setAsking] = useState(false)
  const [secret, setSecret] = useState<string>()
  const renew = useMutation({
    mutationFn: () => post<{ secret: string }>('/webhooks/secret'),
    onSuccess(answer) {
      setAsking(false)
      setSecret(answer.secret)
    },
  })
  return (
    <Stack gap="xs" align="flex-start">
      <Title order={2} size="h4">
        {t.secret}
      </Title>
      <Text size="sm">{t.secret_text}</Text>
      <Button variant="default" onClick={() => setAsking(true)}>
        {t.rotate}
      </Button>
      <Confirm
        opened={is_asking}
        title={t.rotate_sure}
        text={t.rotate_text}
        yes={t.rotate}
        is_pending={renew.isPending}
        error={renew.error}
        onYes={() => renew.mutate()}
        onClose={() => setAsking(false)}
      />
      <ShownOnce title={t.new_secret} secret={secret} note={t.rotate_note} onClose={() => setSecret(undefined)} />
    </Stack>
  )
}
