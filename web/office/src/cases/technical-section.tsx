/** After approval: what the partner still needs to make its first call, and how the payer's page looks. */
import { Alert, Anchor, List, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { PartnerView } from '../../../../src/http/office/partner-contract.ts'
import { get } from '../../../shared/api.ts'
import { PARTNER_TYPES } from '../../../shared/case/field-lists.ts'
import { HostedPreview } from '../../../shared/case/hosted-preview.tsx'
import type { CaseView } from '../../../shared/case/model.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { CertificatesSection } from '../partners/certificates.tsx'

const TEXTS = {
  ro: {
    client: 'clientID',
    type: 'Tipul',
    addresses: 'redirectURL înregistrate',
    ready: 'Partenerul poate face primul apel.',
    suspended: 'Partenerul este suspendat.',
    page: 'Pagina partenerului: adrese, permisiuni, siglă și culoare, utilizatori',
    look: 'Cum arată pagina de plată',
  },
  en: {
    client: 'clientID',
    type: 'Type',
    addresses: 'Registered redirectURLs',
    ready: 'The partner can make its first call.',
    suspended: 'The partner is suspended.',
    page: 'Partner page: addresses, permissions, logo and colour, users',
    look: 'Preview of the hosted page',
  },
}

export function TechnicalSection({ view }: { readonly view: CaseView }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const { client_id } = view
  const found = useQuery({
    queryKey: ['partners', client_id],
    queryFn: () => get<PartnerView>(`/partners/${client_id}`),
    enabled: client_id !== null,
  })
  if (found.data === undefined) return found.error === null ? <Skeleton h={160} /> : <Problem error={found.error} />
  const { status, redirect_urls, type, logo, colour, name } = found.data
  const has_certificate = found.data.certificates.some(({ withdrawn_at }) => withdrawn_at === null)
  return (
    <Stack gap="md">
      {status === 'suspended' && <StatusBadge tone="bad">{t.suspended}</StatusBadge>}
      {status === 'active' && has_certificate && (
        <Alert color="green" variant="light" p="xs">
          {t.ready}
        </Alert>
      )}
      <Text size="sm" component="div">
        {t.client}: <CopyId id={found.data.client_id} /> · {t.type}:{' '}
        {PARTNER_TYPES.find(({ value }) => value === type)?.[language] ?? type}
      </Text>
      <div>
        <Title order={3} size="h6">
          {t.addresses}
        </Title>
        <List size="sm">
          {redirect_urls.map((url) => (
            <List.Item key={url} style={{ overflowWrap: 'anywhere' }}>
              {url}
            </List.Item>
          ))}
        </List>
      </div>
      <CertificatesSection partner={found.data} />
      <div>
        <Title order={3} size="h6" mb={4}>
          {t.look}
        </Title>
        <HostedPreview name={name} colour={colour} logo={logo ?? undefined} />
      </div>
      <Anchor component={Link} to={`/partners/${client_id}`} size="sm">
        {t.page}
      </Anchor>
    </Stack>
  )
}
