/** Registered certificates of a partner; a further one is read and shown before it is proposed. */
import { Button, Code, Group, Paper, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { PartnerView } from '../../../../src/http/office/partner-contract.ts'
import { useMay } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { ProposeDialog, type Proposed, ProposedNotice } from '../approvals/proposed.tsx'
import { Chain } from './certificate-facts.tsx'
import { CertificateForm } from './certificate-form.tsx'
import { DaysLeft } from './days-left.tsx'
import { Facts } from './facts.tsx'
import { Section } from './section.tsx'

const TEXTS = {
  ro: {
    title: 'Certificate',
    none: 'Niciun certificat înregistrat: partenerul nu poate apela.',
    add: 'Înregistrează altul',
    withdraw: 'Propune retragerea',
    withdraw_title: (id: number) => `Retragerea certificatului ${id}`,
    withdraw_about:
      'După aprobare cererile făcute cu el sunt refuzate. Dacă trebuie oprit chiar acum, suspendă partenerul.',
    active: 'în vigoare',
    withdrawn: 'retras',
    subject: 'Subiect',
    issuer: 'Emitent',
    ends: 'Se termină',
    unknown: 'nu se știe (înregistrare veche)',
    added: 'Înregistrat',
    serial: 'Serie',
    list: 'Listă de revocare',
    registered: 'înregistrată',
    no_list: 'fără',
    presented: 'Arătat ultima dată acestui server',
  },
  en: {
    title: 'Certificates',
    none: 'No certificate is registered: the partner cannot make calls.',
    add: 'Register another',
    withdraw: 'Propose withdrawal',
    withdraw_title: (id: number) => `Withdrawal of certificate ${id}`,
    withdraw_about: 'Once approved, calls made with it are refused. If it must stop right away, suspend the partner.',
    active: 'in force',
    withdrawn: 'withdrawn',
    subject: 'Subject',
    issuer: 'Issuer',
    ends: 'Expires',
    unknown: 'not known (old registration)',
    added: 'Registered',
    serial: 'Serial number',
    list: 'Revocation list',
    registered: 'registered',
    no_list: 'none',
    presented: 'Last presented to this server',
  },
}

type Certificate = PartnerView['certificates'][number]

export function CertificatesSection({ partner }: { readonly partner: PartnerView }) {
  const t = useTexts(TEXTS)
  const may_change = useMay('partner.certificate')
  const [is_adding, setIsAdding] = useState(false)
  const [withdrawing, setWithdrawing] = useState<number>()
  const [proposed, setProposed] = useState<Proposed>()
  const path = `/partners/${encodeURIComponent(partner.client_id)}/certificates`
  const { presented } = partner
  return (
    <Section
      title={t.title}
      actions={
        may_change &&
        !is_adding && (
          <Button variant="default" size="xs" onClick={() => setIsAdding(true)}>
            {t.add}
          </Button>
        )
      }
    >
      <ProposedNotice proposed={proposed} />
      {is_adding && (
        <CertificateForm
          client_id={partner.client_id}
          can_sign_requests={partner.can_sign_requests}
          onDone={(done) => {
            setIsAdding(false)
            if (done !== undefined) setProposed(done)
          }}
        />
      )}
      {partner.certificates.length === 0 && <Text size="sm">{t.none}</Text>}
      {presented !== null && (
        <Text size="sm">
          {t.presented}: {presented.subject}, <DaysLeft at={presented.expires_at} />
        </Text>
      )}
      {partner.certificates.map((certificate) => (
        <CertificateCard
          key={certificate.certificate_id}
          certificate={certificate}
          {...(may_change && { onWithdraw: () => setWithdrawing(certificate.certificate_id) })}
        />
      ))}
      <ProposeDialog
        title={t.withdraw_title(withdrawing ?? 0)}
        opened={withdrawing !== undefined}
        path={`${path}/${withdrawing ?? 0}/withdrawal`}
        body={{}}
        onClose={() => setWithdrawing(undefined)}
        onProposed={setProposed}
      >
        <Text size="sm">{t.withdraw_about}</Text>
      </ProposeDialog>
    </Section>
  )
}

type CardProps = { readonly certificate: Certificate; onWithdraw?: () => void }

function CertificateCard({ certificate, onWithdraw }: CardProps) {
  const t = useTexts(TEXTS)
  const { certificate_id, withdrawn_at, valid_to, revocation_list_url } = certificate
  const is_withdrawn = withdrawn_at !== null
  return (
    <Paper withBorder p="sm" bg={is_withdrawn ? 'gray.0' : 'white'}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Group gap="xs">
            <Text size="sm" fw={600}>
              {certificate_id}
            </Text>
            <StatusBadge tone={is_withdrawn ? 'quiet' : 'good'}>{is_withdrawn ? t.withdrawn : t.active}</StatusBadge>
            {is_withdrawn && <Moment at={withdrawn_at} />}
          </Group>
          {!is_withdrawn && onWithdraw !== undefined && (
            <Button variant="subtle" size="compact-sm" onClick={onWithdraw}>
              {t.withdraw}
            </Button>
          )}
        </Group>
        <Facts
          columns={2}
          facts={[
            { name: t.subject, value: certificate.subject },
            { name: t.issuer, value: certificate.issuer },
            { name: t.ends, value: valid_to === null ? t.unknown : <DaysLeft at={valid_to} /> },
            { name: t.serial, value: certificate.serial_number ?? '–' },
            { name: t.added, value: <Moment at={certificate.added_at} /> },
            {
              name: t.list,
              value: (
                <>
                  {certificate.has_revocation_list ? t.registered : t.no_list}
                  {revocation_list_url !== null && (
                    <>
                      {' '}
                      <Code>{revocation_list_url}</Code>
                    </>
                  )}
                </>
              ),
            },
          ]}
        />
        {!is_withdrawn && <Chain chain={certificate.chain} />}
      </Stack>
    </Paper>
  )
}
