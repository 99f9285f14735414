/** What a proposal would change, beside what was so when it was made. */
import { List, Stack, Text } from '@mantine/core'
import type { ApprovalDetail } from '../../../../src/http/office/partner-contract.ts'
import { DataTable } from '../../../shared/data-table.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { levelText, useIndicatorWords } from '../limits/words.ts'
import { CertificateFactsView } from '../partners/certificate-facts.tsx'
import { Facts } from '../partners/facts.tsx'

const TEXTS = {
  ro: {
    before: 'Înainte',
    after: 'După',
    indicator: 'Indicatorul',
    level: 'Ce',
    caption: 'Limitele propuse',
    none: 'fără',
    estimate: 'estimare',
    warn_level: 'avertizează peste',
    block_level: 'blochează peste',
    withdraw: (id: unknown) => `Se retrage certificatul ${String(id)}: cererile făcute cu el sunt refuzate.`,
    add: 'Se înregistrează încă un certificat:',
    unreadable: 'Certificatul propus nu mai poate fi citit.',
    sealing: 'Cheia nouă sigilează datele; ce s-a sigilat cu cea veche se sigilează din nou, apoi cea veche e ștearsă.',
    signing: 'Cheia nouă semnează; cea veche rămâne publicată până e scoasă din folosință.',
    yes: 'da',
    no: 'nu',
    as_told: 'Ce spune felul propunerii, nimic altceva.',
    members: {
      version: 'Versiunea dosarului',
      merchant_id: 'Comerciantul',
      order_id: 'Comanda',
      amount_minor: 'Suma, în unități minore ale monedei',
      is_success: 'A reușit, după spusele acceptatorului',
    },
  },
  en: {
    before: 'Before',
    after: 'After',
    indicator: 'Indicator',
    level: 'What',
    caption: 'Proposed limits',
    none: 'none',
    estimate: 'estimate',
    warn_level: 'warns above',
    block_level: 'blocks above',
    withdraw: (id: unknown) => `Certificate ${String(id)} is withdrawn: calls made with it are refused.`,
    add: 'One more certificate is registered:',
    unreadable: 'The proposed certificate cannot be read any more.',
    sealing: 'The new key seals data; what the old one sealed is sealed again, then the old one is removed.',
    signing: 'The new key signs; the old one stays published until it is retired.',
    yes: 'yes',
    no: 'no',
    as_told: 'What the kind of the proposal says, nothing else.',
    members: {
      version: 'Version of the case',
      merchant_id: 'Merchant',
      order_id: 'Order',
      amount_minor: 'Amount, in minor units of its currency',
      is_success: 'It succeeded, by word of the acquirer',
    },
  },
}

type Content = { readonly approval: ApprovalDetail }

export function ProposedContent({ approval }: Content) {
  const t = useTexts(TEXTS)
  const { act, input, certificate } = approval
  if (act === 'partner.redirect-url') return <Addresses approval={approval} />
  if (act === 'limit.raise') return <Levels approval={approval} />
  if (act === 'key.rotate') return <Text size="sm">{input.kind === 'sealing' ? t.sealing : t.signing}</Text>
  if (act === 'partner.certificate' && input.kind === 'withdraw')
    return <Text size="sm">{t.withdraw(input.certificate_id)}</Text>
  if (act === 'partner.certificate')
    return (
      <Stack gap="sm">
        <Text size="sm">{t.add}</Text>
        {certificate === null ? <Text size="sm">{t.unreadable}</Text> : <CertificateFactsView read={certificate} />}
      </Stack>
    )
  return <Plain input={input} />
}

/** Members of what is proposed, by their names where they have one here. */
function Plain({ input }: { readonly input: ApprovalDetail['input'] }) {
  const t = useTexts(TEXTS)
  const textOf = (name: string, value: unknown): string => {
    if (typeof value === 'boolean') return value ? t.yes : t.no
    if (name === 'amount_minor' && typeof value === 'number') return new Intl.NumberFormat('ro-RO').format(value)
    return String(value)
  }
  const facts = Object.entries(input).map(([name, value]) => ({
    name: t.members[name as keyof typeof t.members] ?? name,
    value: textOf(name, value),
  }))
  return facts.length === 0 ? <Text size="sm">{t.as_told}</Text> : <Facts facts={facts} />
}

function Addresses({ approval }: Content) {
  const t = useTexts(TEXTS)
  const list = (name: string, of: unknown) => (
    <div>
      <Text size="xs" c="gray.7" fw={600}>
        {name}
      </Text>
      <List size="sm">
        {textsOf(of).map((url) => (
          <List.Item key={url} style={{ overflowWrap: 'anywhere' }}>
            {url}
          </List.Item>
        ))}
      </List>
    </div>
  )
  return (
    <Stack gap="sm">
      {list(t.before, approval.seen?.redirect_urls)}
      {list(t.after, approval.input.redirect_urls)}
    </Stack>
  )
}

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

const LEVELS = ['estimate', 'warn_level', 'block_level'] as const
type Change = { readonly indicator: string } & Partial<Record<(typeof LEVELS)[number], number | null>>

function Levels({ approval }: Content) {
  const t = useTexts(TEXTS)
  const words = useIndicatorWords()
  const { input, seen } = approval
  const changes = (Array.isArray(input.changes) ? input.changes : []) as readonly Change[]
  const rows = changes.flatMap((change) => {
    const { indicator } = change
    const former = (seen?.[indicator] ?? {}) as Partial<Record<(typeof LEVELS)[number], number | null>>
    return LEVELS.flatMap((level) => {
      const after = change[level]
      const before = former[level] ?? null
      return after === undefined || after === before ? [] : [{ indicator, level, before, after }]
    })
  })
  return (
    <DataTable
      caption={t.caption}
      rows={rows}
      rowKey={({ indicator, level }) => `${indicator} ${level}`}
      empty={t.none}
      columns={[
        { key: 'indicator', title: t.indicator, cell: ({ indicator }) => words[indicator]?.name ?? indicator },
        { key: 'level', title: t.level, cell: ({ level }) => t[level] },
        {
          key: 'before',
          title: t.before,
          align: 'right',
          cell: ({ indicator, before }) => (before === null ? t.none : levelText(indicator, before)),
        },
        {
          key: 'after',
          title: t.after,
          align: 'right',
          cell: ({ indicator, after }) => (after === null ? t.none : levelText(indicator, after)),
        },
      ]}
    />
  )
}
