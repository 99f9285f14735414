/** What the partner was told of a payment, and telling it again. */
import { Button, Group, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ShownPayment } from '../../../../src/http/office/search-contract.ts'
import { post } from '../../../shared/api.ts'
import { DataTable } from '../../../shared/data-table.tsx'
import { useMay } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { Section } from './section.tsx'
import { DELIVERY_STATES } from './words.ts'

const TEXTS = {
  ro: {
    title: 'Webhook-uri',
    none: 'Partenerului nu i s-a spus nimic încă.',
    event: 'Evenimentul',
    state: 'Starea',
    tries: 'Încercări',
    outcome: 'Răspuns',
    delivered: 'Livrat',
    next: 'Următoarea încercare',
    again: 'Retrimite',
    again_label: (n: number) => `Retrimite evenimentul ${n}`,
    all: 'Retrimite webhook-urile',
    queued: (events: string) => `Puse din nou la coadă: ${events}.`,
  },
  en: {
    title: 'Webhooks',
    none: 'The partner has not been told anything yet.',
    event: 'Event',
    state: 'State',
    tries: 'Tries',
    outcome: 'Answer',
    delivered: 'Delivered',
    next: 'Next try',
    again: 'Resend',
    again_label: (n: number) => `Resend event ${n}`,
    all: 'Resend the webhooks',
    queued: (events: string) => `Queued again: ${events}.`,
  },
}

export function Webhooks({ shown }: { readonly shown: ShownPayment }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const may_resend = useMay('webhook.redeliver')
  const queries = useQueryClient()
  const { payment_id } = shown.payment
  const resend = useMutation({
    mutationFn: (event_no: number | undefined) =>
      post<{ readonly events: readonly number[] }>(`/payments/${payment_id}/webhooks`, {
        ...(event_no !== undefined && { event_no }),
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['payment', String(payment_id)] }),
  })
  return (
    <Section title={t.title}>
      <DataTable
        caption={t.title}
        rows={shown.deliveries}
        rowKey={({ event_no }) => String(event_no)}
        empty={t.none}
        columns={[
          { key: 'event', title: t.event, cell: ({ event_no }) => event_no },
          {
            key: 'state',
            title: t.state,
            cell: ({ state }) => (
              <StatusBadge tone={DELIVERY_STATES[state]?.tone ?? 'quiet'}>
                {DELIVERY_STATES[state]?.[language] ?? state}
              </StatusBadge>
            ),
          },
          { key: 'tries', title: t.tries, cell: ({ tries }) => tries },
          { key: 'outcome', title: t.outcome, cell: ({ last_outcome }) => last_outcome ?? '–' },
          { key: 'delivered', title: t.delivered, cell: ({ delivered_at }) => <Moment at={delivered_at} /> },
          { key: 'next', title: t.next, cell: ({ next_try_at }) => <Moment at={next_try_at} /> },
          ...(may_resend
            ? [
                {
                  key: 'again',
                  title: t.again,
                  cell: ({ event_no }: { readonly event_no: number }) => (
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={t.again_label(event_no)}
                      loading={resend.isPending && resend.variables === event_no}
                      onClick={() => resend.mutate(event_no)}
                    >
                      {t.again}
                    </Button>
                  ),
                },
              ]
            : []),
        ]}
      />
      <Problem error={resend.error} />
      <Group>
        {may_resend && (
          <Button
            size="compact-sm"
            variant="default"
            loading={resend.isPending && resend.variables === undefined}
            onClick={() => resend.mutate(undefined)}
          >
            {t.all}
          </Button>
        )}
        {resend.data !== undefined && (
          <Text size="sm" role="status">
            {t.queued(resend.data.events.join(', '))}
          </Text>
        )}
      </Group>
    </Section>
  )
}
