/** Parts of a payment that are tables: items of a list, attempts at banks, mails, what the limits said. */
import { Anchor, Stack, Text } from '@mantine/core'
import { Link } from 'react-router'
import type { ShownPayment } from '../../../../src/http/office/search-contract.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { DataTable } from '../../../shared/data-table.tsx'
import { Moment } from '../../../shared/moment.tsx'
import { Money } from '../../../shared/money.tsx'
import { PaymentReason, PaymentStatus } from '../../../shared/payment-status.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { refusalText } from '../../../shared/told/codes.ts'
import { useIndicatorWords, useLevelText } from '../limits/use-words.ts'
import { useBankName } from './filters.tsx'
import { Section } from './section.tsx'
import { ATTEMPT_STATES, DELIVERY_STATES } from './words.ts'

const TEXTS = {
  ro: {
    items: (n: number) => `Plățile listei (${n})`,
    attempts: 'Încercări la bănci',
    mails: 'E-mailuri către plătitor',
    limits: 'Limitele',
    none: 'Nimic.',
    no: 'Nr.',
    payment: 'Plata',
    status: 'Starea',
    amount: 'Suma',
    beneficiary: 'Beneficiar',
    bank: 'Banca',
    ids: 'Nume la bancă',
    bank_status: 'Banca spune',
    sent: 'Trimisă',
    returned: 'Întors',
    closed: 'Încheiată',
    event: 'Evenimentul',
    at: 'Când',
    counted: (day: string) => `Numărată la limite în ziua ${day.split('-').reverse().join('.')}.`,
    not_counted: 'Nu a fost numărată la limite.',
    alert: (id: number) => `Alerta ${id}`,
    warn: 'avertizare',
    block: 'blocare',
    measured: (value: string, level: string) => `măsurat ${value}, nivel ${level}`,
  },
  en: {
    items: (n: number) => `Payments of the list (${n})`,
    attempts: 'Attempts at banks',
    mails: 'Mails to the payer',
    limits: 'Limits',
    none: 'None.',
    no: 'No.',
    payment: 'Payment',
    status: 'Status',
    amount: 'Amount',
    beneficiary: 'Beneficiary',
    bank: 'Bank',
    ids: 'Names at the bank',
    bank_status: 'The bank says',
    sent: 'Sent',
    returned: 'Came back',
    closed: 'Over',
    event: 'Event',
    at: 'When',
    counted: (day: string) => `Counted against the limits on ${day.split('-').reverse().join('/')}.`,
    not_counted: 'Not counted against the limits.',
    alert: (id: number) => `Alert ${id}`,
    warn: 'warning',
    block: 'blocked',
    measured: (value: string, level: string) => `measured ${value}, level ${level}`,
  },
}

export function Items({ items }: Pick<ShownPayment, 'items'>) {
  const t = useTexts(TEXTS)
  if (items.length === 0) return null
  return (
    <Section title={t.items(items.length)}>
      <DataTable
        caption={t.items(items.length)}
        rows={items}
        rowKey={({ payment_id }) => String(payment_id)}
        empty={t.none}
        columns={[
          { key: 'no', title: t.no, cell: ({ item_no }) => item_no },
          {
            key: 'payment',
            title: t.payment,
            cell: ({ payment_id }) => (
              <Anchor component={Link} size="sm" to={`/payments/${payment_id}`}>
                {payment_id}
              </Anchor>
            ),
          },
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
          {
            key: 'amount',
            title: t.amount,
            align: 'right',
            cell: ({ amount_minor }) => <Money minor={amount_minor} />,
          },
          {
            key: 'beneficiary',
            title: t.beneficiary,
            cell: ({ creditor_iban, creditor_name }) => `${creditor_iban ?? '–'} ${creditor_name ?? ''}`,
          },
        ]}
      />
    </Section>
  )
}

export function Attempts({ attempts }: Pick<ShownPayment, 'attempts'>) {
  const bankName = useBankName()
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  return (
    <Section title={t.attempts}>
      <DataTable
        caption={t.attempts}
        rows={attempts}
        rowKey={({ attempt_no }) => String(attempt_no)}
        empty={t.none}
        columns={[
          { key: 'no', title: t.no, cell: ({ attempt_no }) => attempt_no },
          { key: 'bank', title: t.bank, cell: ({ bank_id }) => bankName(bank_id) },
          {
            key: 'state',
            title: t.status,
            cell: ({ state }) => (
              <StatusBadge tone={ATTEMPT_STATES[state]?.tone ?? 'quiet'}>
                {ATTEMPT_STATES[state]?.[language] ?? state}
              </StatusBadge>
            ),
          },
          {
            key: 'ids',
            title: t.ids,
            cell: ({ end_to_end_id, bank_payment_id, request_id }) => (
              <Stack gap={0} miw={{ base: 0, md: 190 }}>
                {[end_to_end_id, bank_payment_id, request_id].map((id) =>
                  id === null ? null : <CopyId key={id} id={id} />,
                )}
              </Stack>
            ),
          },
          {
            key: 'bank_status',
            title: t.bank_status,
            cell: ({ bank_status, refusal }) =>
              [bank_status, refusal === null ? null : refusalText(refusal, language)]
                .filter((one) => one !== null)
                .join(' · ') || '–',
          },
          { key: 'sent', title: t.sent, cell: ({ submitted_at }) => <Moment at={submitted_at} /> },
          { key: 'returned', title: t.returned, cell: ({ returned_at }) => <Moment at={returned_at} /> },
          { key: 'closed', title: t.closed, cell: ({ closed_at }) => <Moment at={closed_at} /> },
        ]}
      />
    </Section>
  )
}

export function Mails({ mails }: Pick<ShownPayment, 'mails'>) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  return (
    <Section title={t.mails}>
      <DataTable
        caption={t.mails}
        rows={mails}
        rowKey={({ event_no }) => String(event_no)}
        empty={t.none}
        columns={[
          { key: 'event', title: t.event, cell: ({ event_no }) => event_no },
          {
            key: 'state',
            title: t.status,
            cell: ({ state }) => (
              <StatusBadge tone={DELIVERY_STATES[state]?.tone ?? 'quiet'}>
                {DELIVERY_STATES[state]?.[language] ?? state}
              </StatusBadge>
            ),
          },
          { key: 'at', title: t.at, cell: ({ recorded_at }) => <Moment at={recorded_at} /> },
        ]}
      />
    </Section>
  )
}

export function Limits({ limits: { counted_on, alerts } }: Pick<ShownPayment, 'limits'>) {
  const t = useTexts(TEXTS)
  const indicators = useIndicatorWords()
  const levelText = useLevelText()
  return (
    <Section title={t.limits}>
      <Text size="sm">{counted_on === null ? t.not_counted : t.counted(counted_on)}</Text>
      {alerts.map(({ alert_id, outcome, indicator, measured, level }) => (
        <Text key={alert_id} size="sm">
          <Anchor component={Link} size="sm" underline="always" to={`/alerts/${alert_id}`}>
            {t.alert(alert_id)}
          </Anchor>{' '}
          {`${t[outcome]}: ${indicators[indicator]?.about ?? indicator}, ${t.measured(levelText(indicator, measured), levelText(indicator, level))}`}
        </Text>
      ))}
    </Section>
  )
}
