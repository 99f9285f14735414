/** One payment: facts, parties, what may be done, its timeline, attempts, who was told, what the limits said. */
import { Alert, Anchor, SimpleGrid, Skeleton, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import type { ShownPayment } from '../../../../src/http/office/search-contract.ts'
import { get } from '../../../shared/api.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { Moment } from '../../../shared/moment.tsx'
import { Money } from '../../../shared/money.tsx'
import { Page } from '../../../shared/page.tsx'
import { PaymentReason, PaymentStatus } from '../../../shared/payment-status.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { partnerName } from '../partners/name.ts'
import { PaymentActs } from './acts.tsx'
import { useBankName } from './filters.tsx'
import { Attempts, Items, Limits, Mails } from './parts.tsx'
import { People } from './people.tsx'
import { Facts, Section } from './section.tsx'
import { Timeline } from './timeline.tsx'
import { Webhooks } from './webhooks.tsx'
import { KINDS } from './words.ts'

const TEXTS = {
  ro: {
    title: (id: string) => `Plata ${id}`,
    facts: 'Pe scurt',
    payment: 'Plata',
    partner: 'Partenerul',
    status: 'Starea',
    reason: 'Motivul',
    amount: 'Suma',
    bank: 'Banca',
    kind: 'Felul',
    created: 'Creată',
    changed: 'Starea, din',
    finished: 'Încheiată',
    expires: 'Expiră',
    execution: 'Data execuției',
    way: 'Calea',
    link: 'link de plată',
    headless: 'pagina partenerului',
    page: 'pagina găzduită',
    list: 'Lista',
    agreement: 'Acordul',
    redirect: 'Întoarcerea la partener',
    timeline: 'Ce s-a întâmplat',
    unknown:
      'Nu se știe ce s-a întâmplat cu trimiterea la bancă. Întreabă banca; dacă banca spune că nu are plata, propune închiderea.',
  },
  en: {
    title: (id: string) => `Payment ${id}`,
    facts: 'In short',
    payment: 'Payment',
    partner: 'Partner',
    status: 'Status',
    reason: 'Reason',
    amount: 'Amount',
    bank: 'Bank',
    kind: 'Kind',
    created: 'Created',
    changed: 'Status since',
    finished: 'Finished',
    expires: 'Expires',
    execution: 'Day of execution',
    way: 'Way',
    link: 'payment link',
    headless: "partner's own page",
    page: 'hosted page',
    list: 'List',
    agreement: 'Agreement',
    redirect: 'Back to the partner',
    timeline: 'What happened',
    unknown:
      'What became of the submission is not known. Ask the bank; if the bank says it does not have the payment, propose to close it.',
  },
}

export function PaymentPage() {
  const t = useTexts(TEXTS)
  const { payment_id = '' } = useParams()
  const shown = useQuery({
    queryKey: ['payment', payment_id],
    queryFn: () => get<ShownPayment>(`/payments/${encodeURIComponent(payment_id)}`),
  })
  const data = shown.data
  return (
    <Page title={t.title(payment_id)} {...(data !== undefined && { actions: <PaymentActs shown={data} /> })}>
      <Problem error={shown.error} />
      {shown.isPending && <Skeleton h={200} />}
      {data !== undefined && (
        <Stack gap="lg">
          {data.payment.attempt_state === 'unknown' && (
            <Alert color="orange" variant="light">
              {t.unknown}
            </Alert>
          )}
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
            <PaymentFacts shown={data} />
            <People shown={data} />
          </SimpleGrid>
          <Items items={data.items} />
          <Section title={t.timeline}>
            <Timeline path={`/payments/${payment_id}/timeline`} has_messages />
          </Section>
          <Attempts attempts={data.attempts} />
          <Webhooks shown={data} />
          <Mails mails={data.mails} />
          <Limits limits={data.limits} />
        </Stack>
      )}
    </Page>
  )
}

function PaymentFacts({ shown: { payment: p } }: { readonly shown: ShownPayment }) {
  const bankName = useBankName()
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  return (
    <Section title={t.facts}>
      <Facts
        rows={[
          [t.payment, <CopyId key="id" id={p.payment_id} />],
          [t.status, <PaymentStatus key="status" status={p.status} />],
          [t.reason, p.reason === null ? null : <PaymentReason key="reason" reason={p.reason} size="sm" />],
          [t.amount, <Money key="amount" minor={p.amount_minor} />],
          [
            t.partner,
            <Anchor component={Link} size="sm" key="partner" to={`/partners/${encodeURIComponent(p.client_id)}`}>
              {`${partnerName(p.partner_name, language)} (${p.client_id})`}
            </Anchor>,
          ],
          [t.bank, p.bank_id === null ? null : bankName(p.bank_id)],
          [t.kind, KINDS[p.kind]?.[language] ?? p.kind],
          [t.way, p.is_headless ? t.headless : p.is_link ? t.link : t.page],
          [
            t.list,
            p.list_payment_id === null ? null : (
              <Anchor
                component={Link}
                size="sm"
                key="list"
                to={`/payments/${p.list_payment_id}`}
              >{`${p.list_payment_id} · ${p.item_no}`}</Anchor>
            ),
          ],
          [
            t.agreement,
            p.agreement_id === null ? null : (
              <Anchor
                component={Link}
                size="sm"
                key="agreement"
                to={`/agreements/${encodeURIComponent(p.client_id)}/${encodeURIComponent(p.agreement_id)}`}
              >
                {p.agreement_id}
              </Anchor>
            ),
          ],
          [t.execution, p.execution_date],
          [t.created, <Moment key="created" at={p.created_at} />],
          [t.changed, <Moment key="changed" at={p.status_at} />],
          [t.finished, p.finished_at === null ? null : <Moment key="finished" at={p.finished_at} />],
          [
            t.expires,
            p.finished_at !== null || p.expires_at === null ? null : <Moment key="expires" at={p.expires_at} />,
          ],
          [t.redirect, p.redirect_url],
        ]}
      />
    </Section>
  )
}
