/** One partner: what it is, how it calls, what it may, and the ways to all else of it. */
import { Anchor, Group, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import type { PartnerView } from '../../../../src/http/office/partner-contract.ts'
import { get } from '../../../shared/api.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { useMay } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { CertificatesSection } from './certificates.tsx'
import { DaysLeft } from './days-left.tsx'
import { Facts } from './facts.tsx'
import { MerchantSection } from './merchant.tsx'
import { ProfileSection } from './profile.tsx'
import { RedirectUrlsSection } from './redirect-urls.tsx'
import { Section } from './section.tsx'
import { StandingSection } from './standing.tsx'
import { PartnerStatus } from './status.tsx'

const TEXTS = {
  ro: {
    title: 'Partener',
    erased: 'Partener șters',
    erased_about:
      'Ce se știa despre partener și plățile lui au fost șterse după termenul de păstrare; rămâne numai clientID, pe care îl numește jurnalul.',
    client_id: 'clientID',
    type: 'Tip',
    status: 'Starea',
    since: 'Din',
    case: 'Dosar',
    no_case: 'fără dosar',
    review: 'Revizuirea anuală',
    links: 'Mai departe',
    limits: 'Limite și indicatori',
    alerts: 'Alerte',
    payments: 'Plăți',
    users: 'Utilizatorii lui',
    orders: 'Comenzi cu cardul',
    about: 'Pe scurt',
  },
  en: {
    title: 'Partner',
    erased: 'Erased partner',
    erased_about:
      'What was known of the partner and its payments were erased once they need not be kept any more; only the clientID stays, which the audit log names.',
    client_id: 'clientID',
    type: 'Type',
    status: 'Status',
    since: 'Since',
    case: 'Case',
    no_case: 'no case',
    review: 'Yearly review',
    links: 'See also',
    limits: 'Limits and indicators',
    alerts: 'Alerts',
    payments: 'Payments',
    users: 'Users',
    orders: 'Card orders',
    about: 'Overview',
  },
}

export function PartnerPage() {
  const t = useTexts(TEXTS)
  const { client_id = '' } = useParams()
  const found = useQuery({
    queryKey: ['partners', client_id],
    queryFn: () => get<PartnerView>(`/partners/${encodeURIComponent(client_id)}`),
  })
  if (found.data?.case?.state === 'erased')
    return (
      <Page title={t.erased}>
        <Stack gap="md">
          <Text size="sm">{t.erased_about}</Text>
          <Summary partner={found.data} />
        </Stack>
      </Page>
    )
  return (
    <Page title={found.data?.name ?? t.title}>
      <Problem error={found.error} />
      {found.isPending && <Skeleton h={240} />}
      {found.data !== undefined && (
        <Stack gap="md">
          <Summary partner={found.data} />
          <ProfileSection key={found.dataUpdatedAt} partner={found.data} />
          <RedirectUrlsSection partner={found.data} />
          <CertificatesSection partner={found.data} />
          {found.data.merchant !== null && <MerchantSection merchant={found.data.merchant} />}
          <StandingSection partner={found.data} />
        </Stack>
      )}
    </Page>
  )
}

function Summary({ partner }: { readonly partner: PartnerView }) {
  const t = useTexts(TEXTS)
  const may_read_cases = useMay('case.read')
  const id = encodeURIComponent(partner.client_id)
  const links = [
    { to: `/partners/${id}/limits`, label: t.limits },
    { to: `/alerts?state=all&client_id=${id}`, label: t.alerts },
    { to: `/payments?partner=${id}`, label: t.payments },
    { to: `/partners/${id}/users`, label: t.users },
    ...(partner.merchant === null
      ? []
      : [{ to: `/orders?merchant=${encodeURIComponent(partner.merchant.merchant_id)}`, label: t.orders }]),
  ]
  return (
    <Section title={t.about}>
      <Facts
        facts={[
          { name: t.client_id, value: <CopyId id={partner.client_id} /> },
          { name: t.type, value: partner.type },
          { name: t.status, value: <PartnerStatus status={partner.status} /> },
          { name: t.since, value: <Moment at={partner.created_at} only="date" /> },
          {
            name: t.case,
            value:
              partner.case === null ? (
                t.no_case
              ) : may_read_cases ? (
                <Anchor component={Link} to={`/cases/${partner.case.case_id}`} size="sm" underline="always">
                  {partner.case.case_id}
                </Anchor>
              ) : (
                partner.case.case_id
              ),
          },
          {
            name: t.review,
            value:
              partner.case?.state === 'approved' && partner.case.next_review_at !== null ? (
                <DaysLeft at={partner.case.next_review_at} />
              ) : (
                '–'
              ),
          },
        ]}
      />
      <Group component="nav" gap="md" aria-label={t.links}>
        {links.map(({ to, label }) => (
          <Anchor key={to} component={Link} to={to} size="sm" underline="always">
            {label}
          </Anchor>
        ))}
      </Group>
    </Section>
  )
}
