/** What has happened to a payment, as far as it is the partner's business: calls, states, webhooks. */
import { Code, Group, Text } from '@mantine/core'
import { CopyId } from '../../../shared/copy-id.tsx'
import { type Column, DataTable } from '../../../shared/data-table.tsx'
import { manyOf } from '../../../shared/many.ts'
import { Moment } from '../../../shared/moment.tsx'
import { PaymentReason, PaymentStatus } from '../../../shared/payment-status.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { Redeliver } from '../webhooks/redeliver.tsx'
import { DELIVERY_TONES, DELIVERY_WORDS, type DeliveryState, type PaymentStatusCode } from '../words.ts'

type StateEntry = {
  readonly kind: 'state'
  readonly at: string
  readonly event: string
  readonly status: PaymentStatusCode
  readonly cause: string
  readonly reason: string | null
}
type WebhookEntry = {
  readonly kind: 'webhook'
  readonly at: string
  readonly event_no: number
  readonly status: PaymentStatusCode | null
  readonly state: DeliveryState
  readonly tries: number
  readonly last_outcome: string | null
}
type CallEntry = {
  readonly kind: 'call'
  readonly at: string
  readonly method: string
  readonly route: string
  readonly status: number
  readonly error_code: string | null
  readonly trace_id: string
}
export type Entry = StateEntry | WebhookEntry | CallEntry

const TEXTS = {
  ro: {
    caption: 'Ce s-a întâmplat cu plata',
    at: 'Când',
    who: 'Cine',
    what: 'Ce',
    empty: 'Încă nimic.',
    you: 'tu',
    punte: 'Punte',
    causes: {
      partner: 'tu',
      payer: 'plătitorul',
      return: 'plătitorul, întors de la bancă',
      poll: 'banca, întrebată',
      push: 'banca',
      worker: 'Punte',
      staff: 'operatorul',
      list: 'lista',
    } as Record<string, string>,
    events: {
      'payment.reserved': 'numărul plății este rezervat',
      'payment.initiated': 'plata este inițiată',
      'payment.bank_chosen': 'banca este aleasă',
      'payment.submitted': 'plata este trimisă băncii',
      'payment.cancel_asked': 'băncii i s-a cerut să renunțe la ea',
      'payment.attempt_closed': 'încercarea este închisă',
      'tokens.revoked': 'tokenurile plății sunt revocate',
    } as Record<string, string>,
    webhook: 'notificare',
    tries: (n: number) => (n === 1 ? 'o încercare' : manyOf(n, 'încercări')),
  },
  en: {
    caption: 'What has happened to the payment',
    at: 'When',
    who: 'Who',
    what: 'What',
    empty: 'Nothing yet.',
    you: 'you',
    punte: 'Punte',
    causes: {
      partner: 'you',
      payer: 'the payer',
      return: 'the payer, back from the bank',
      poll: 'the bank, asked',
      push: 'the bank',
      worker: 'Punte',
      staff: 'the operator',
      list: 'the list',
    } as Record<string, string>,
    events: {
      'payment.reserved': "the payment's number is reserved",
      'payment.initiated': 'the payment is initiated',
      'payment.bank_chosen': 'the bank is chosen',
      'payment.submitted': 'the payment is sent to the bank',
      'payment.cancel_asked': 'the bank was asked to drop it',
      'payment.attempt_closed': 'the attempt is closed',
      'tokens.revoked': "the payment's tokens are revoked",
    } as Record<string, string>,
    webhook: 'webhook',
    tries: (n: number) => (n === 1 ? 'one try' : `${n} tries`),
  },
}

type Props = { readonly payment_id: number; readonly entries: readonly Entry[] }

export function Timeline({ payment_id, entries }: Props) {
  const t = useTexts(TEXTS)
  const who = (entry: Entry): string => {
    if (entry.kind === 'call') return t.you
    return entry.kind === 'webhook' ? t.punte : (t.causes[entry.cause] ?? entry.cause)
  }
  const columns: readonly Column<Entry>[] = [
    { key: 'at', title: t.at, cell: ({ at }) => <Moment at={at} /> },
    { key: 'who', title: t.who, cell: who },
    { key: 'what', title: t.what, cell: (entry) => <What entry={entry} payment_id={payment_id} /> },
  ]
  return (
    <DataTable
      caption={t.caption}
      columns={columns}
      rows={entries}
      rowKey={(entry) => `${entry.kind} ${entry.at} ${keyOf(entry)}`}
      empty={t.empty}
    />
  )
}

function keyOf(entry: Entry): string {
  if (entry.kind === 'call') return entry.trace_id
  return entry.kind === 'webhook' ? String(entry.event_no) : `${entry.event} ${entry.status}`
}

function What({ entry, payment_id }: { readonly entry: Entry; readonly payment_id: number }) {
  const t = useTexts(TEXTS)
  const delivery = useTexts(DELIVERY_WORDS)
  if (entry.kind === 'call')
    return (
      <Group gap="xs">
        <Code style={{ overflowWrap: 'anywhere' }}>
          {entry.method} {entry.route}
        </Code>
        <StatusBadge tone={entry.status < 400 ? 'good' : 'bad'}>
          {`${entry.status}${entry.error_code === null ? '' : ` ${entry.error_code}`}`}
        </StatusBadge>
        {entry.status >= 400 && <CopyId id={entry.trace_id} />}
      </Group>
    )
  if (entry.kind === 'webhook')
    return (
      <Group gap="xs">
        <Text size="sm">{t.webhook}</Text>
        {entry.status !== null && <PaymentStatus status={entry.status} />}
        <StatusBadge tone={DELIVERY_TONES[entry.state]}>{delivery[entry.state]}</StatusBadge>
        <Text size="sm" c="gray.7">
          {t.tries(entry.tries)}
          {entry.last_outcome === null ? '' : `, ${entry.last_outcome}`}
        </Text>
        <Redeliver payment_id={payment_id} event_no={entry.event_no} />
      </Group>
    )
  return (
    <Group gap="xs">
      {t.events[entry.event] !== undefined && <Text size="sm">{t.events[entry.event]}</Text>}
      {(entry.event === 'payment.status' || t.events[entry.event] === undefined) && (
        <PaymentStatus status={entry.status} />
      )}
      <PaymentReason reason={entry.reason} />
    </Group>
  )
}
