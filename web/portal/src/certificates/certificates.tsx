/** Registered certificates, when they end, and asking for another. */
import { Alert, Button, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { get, post } from '../../../shared/api.ts'
import { type Column, DataTable } from '../../../shared/data-table.tsx'
import { manyOf } from '../../../shared/many.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { useMayChange } from '../company/company.ts'
import { Confirm } from '../confirm.tsx'
import { type Certificate, type Certificates, daysTo } from './model.ts'
import { NewCertificate } from './new-certificate.tsx'

const TEXTS = {
  ro: {
    title: 'Certificate',
    text: 'Serverul tău se prezintă cu un certificat al cărui subiect și emitent sunt înregistrate aici.',
    subject: 'Subiect',
    issuer: 'Emitent',
    ends: 'Expiră',
    authority_ends: 'Autoritatea expiră',
    state: 'Stare',
    active: 'activ',
    withdrawn: 'retras',
    days: (n: number) => (n < 0 ? 'expirat' : n === 1 ? 'încă o zi' : `încă ${manyOf(n, 'zile')}`),
    action: 'Acțiune',
    withdraw: 'Cere retragerea',
    withdraw_text:
      'Operatorul trebuie să aprobe. După aceea apelurile cu acest certificat sunt refuzate; fii sigur că altul este în folosință.',
    empty: 'Niciun certificat înregistrat.',
    last: 'Prezentat ultima dată',
    waiting: 'Așteaptă aprobarea operatorului',
    add: 'certificat nou',
    remove: 'retragerea unui certificat',
    until: 'cererea este valabilă până la',
  },
  en: {
    title: 'Certificates',
    text: 'Your server shows a certificate whose subject and issuer are registered here.',
    subject: 'Subject',
    issuer: 'Issuer',
    ends: 'Expires',
    authority_ends: 'Authority expires',
    state: 'State',
    active: 'active',
    withdrawn: 'withdrawn',
    days: (n: number) => (n < 0 ? 'has ended' : n === 1 ? 'one day left' : `${n} days left`),
    action: 'Action',
    withdraw: 'Ask to withdraw it',
    withdraw_text:
      'The operator must approve. From then on calls with this certificate are refused; be sure that another is in use.',
    empty: 'No certificate is registered.',
    last: 'Shown last',
    waiting: 'Waiting for the operator to approve',
    add: 'a new certificate',
    remove: 'the withdrawal of a certificate',
    until: 'the request is good until',
  },
}

const SOON_DAYS = 30

export function CertificatesPage() {
  const t = useTexts(TEXTS)
  const may = useMayChange()
  const found = useQuery({ queryKey: ['certificates'], queryFn: () => get<Certificates>('/certificates') })
  const { data } = found
  const [withdrawn, setWithdrawn] = useState<number>()
  const columns: readonly Column<Certificate>[] = [
    { key: 'subject', title: t.subject, cell: ({ subject }) => <Name text={subject} /> },
    { key: 'issuer', title: t.issuer, cell: ({ issuer }) => <Name text={issuer} /> },
    {
      key: 'ends',
      title: t.ends,
      cell: ({ valid_to, withdrawn_at }) => <End at={withdrawn_at === null ? valid_to : null} />,
    },
    {
      key: 'authority',
      title: t.authority_ends,
      cell: ({ authorities, withdrawn_at }) => (
        <End at={withdrawn_at === null ? (authorities.map((one) => one.valid_to).sort()[0] ?? null) : null} />
      ),
    },
    {
      key: 'state',
      title: t.state,
      cell: ({ withdrawn_at }) => (
        <StatusBadge tone={withdrawn_at === null ? 'good' : 'quiet'}>
          {withdrawn_at === null ? t.active : t.withdrawn}
        </StatusBadge>
      ),
    },
    ...(may
      ? [
          {
            key: 'action',
            title: t.action,
            cell: ({ certificate_id, withdrawn_at }: Certificate) =>
              withdrawn_at === null ? (
                <Button variant="default" size="compact-sm" onClick={() => setWithdrawn(certificate_id)}>
                  {t.withdraw}
                </Button>
              ) : (
                '–'
              ),
          },
        ]
      : []),
  ]
  return (
    <Page title={t.title}>
      <Text size="sm">{t.text}</Text>
      <Problem error={found.error} />
      {data !== undefined && data.waiting.length > 0 && (
        <Alert color="blue" variant="light" title={t.waiting}>
          <Stack gap={4}>
            {data.waiting.map(({ approval_id, kind, expires_at }) => (
              <Text key={approval_id} size="sm">
                {kind === 'add' ? t.add : t.remove}, {t.until} <Moment at={expires_at} />
              </Text>
            ))}
          </Stack>
        </Alert>
      )}
      {found.error === null && (
        <DataTable
          caption={t.title}
          columns={columns}
          rows={data?.certificates}
          rowKey={({ certificate_id }) => String(certificate_id)}
          empty={t.empty}
        />
      )}
      {data?.last_presented != null && (
        <Stack gap={4}>
          <Title order={2} size="h4">
            {t.last}
          </Title>
          <Name text={data.last_presented.subject} />
          <End at={data.last_presented.expires_at} />
        </Stack>
      )}
      {may && <NewCertificate />}
      <Withdraw certificate_id={withdrawn} onClose={() => setWithdrawn(undefined)} />
    </Page>
  )
}

const Name = ({ text }: { readonly text: string }) => (
  <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
    {text}
  </Text>
)

function End({ at }: { readonly at: string | null }) {
  const t = useTexts(TEXTS)
  if (at === null) return '–'
  const days = daysTo(at)
  return (
    <Stack gap={2} align="flex-start">
      <Moment at={at} only="date" />
      <StatusBadge tone={days < 0 ? 'bad' : days <= SOON_DAYS ? 'warn' : 'quiet'}>{t.days(days)}</StatusBadge>
    </Stack>
  )
}

type WithdrawProps = { readonly certificate_id: number | undefined; readonly onClose: () => void }

function Withdraw({ certificate_id, onClose }: WithdrawProps) {
  const t = useTexts(TEXTS)
  const queries = useQueryClient()
  const ask = useMutation({
    mutationFn: () => post('/certificates/changes', { kind: 'withdraw', certificate_id }),
    onSuccess: async () => {
      onClose()
      await queries.invalidateQueries({ queryKey: ['certificates'] })
    },
  })
  return (
    <Confirm
      opened={certificate_id !== undefined}
      title={t.withdraw}
      text={t.withdraw_text}
      yes={t.withdraw}
      is_pending={ask.isPending}
      error={ask.error}
      onYes={() => ask.mutate()}
      onClose={() => {
        ask.reset()
        onClose()
      }}
    />
  )
}
