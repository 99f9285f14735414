/** What a certificate says of itself, and the chain of authorities above it. */
import { List, Stack, Text } from '@mantine/core'
import type { CertificateChain, CertificateRead } from '../../../../src/http/office/partner-contract.ts'
import { Moment } from '../../../shared/moment.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { DaysLeft } from './days-left.tsx'
import { Facts } from './facts.tsx'

const TEXTS = {
  ro: {
    subject: 'Subiect',
    issuer: 'Emitent',
    serial: 'Serie',
    from: 'Valabil din',
    to: 'Valabil până la',
    key: 'Cheie',
    chain: 'Lanțul autorităților',
    list: 'Listă de revocare',
    yes: 'înregistrată',
    no: 'fără',
  },
  en: {
    subject: 'Subject',
    issuer: 'Issuer',
    serial: 'Serial number',
    from: 'Valid from',
    to: 'Valid to',
    key: 'Key',
    chain: 'Chain of authorities',
    list: 'Revocation list',
    yes: 'registered',
    no: 'none',
  },
}

export function CertificateFactsView({ read }: { readonly read: CertificateRead }) {
  const t = useTexts(TEXTS)
  return (
    <Stack gap="sm">
      <Facts
        columns={2}
        facts={[
          { name: t.subject, value: read.subject },
          { name: t.issuer, value: read.issuer },
          { name: t.from, value: <Moment at={read.valid_from} only="date" /> },
          { name: t.to, value: <DaysLeft at={read.valid_to} /> },
          { name: t.serial, value: read.serial_number },
          { name: t.key, value: read.key },
          { name: t.list, value: read.has_revocation_list ? t.yes : t.no },
        ]}
      />
      <Chain chain={read.chain} />
    </Stack>
  )
}

export function Chain({ chain }: { readonly chain: CertificateChain }) {
  const t = useTexts(TEXTS)
  return (
    <div>
      <Text size="xs" c="gray.7" fw={600}>
        {t.chain}
      </Text>
      <List type="ordered" size="sm">
        {chain.map(({ subject, serial_number, valid_to }) => (
          <List.Item key={`${subject} ${serial_number}`}>
            <span style={{ overflowWrap: 'anywhere' }}>{subject}</span>, {t.to.toLowerCase()} <DaysLeft at={valid_to} />
          </List.Item>
        ))}
      </List>
    </div>
  )
}
