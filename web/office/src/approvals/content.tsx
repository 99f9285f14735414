/** What a proposal would change, beside what was so when it was made. */
import { List, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ApprovalDetail } from '../../../../src/http/office/partner-contract.ts'
import type { ShownOrder } from '../../../../src/http/office/search-contract.ts'
import { get } from '../../../shared/api.ts'
import { DataTable } from '../../../shared/data-table.tsx'
import { useMay } from '../../../shared/me.ts'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { fieldName } from '../audit/field-words.ts'
import { useIndicatorWords, useLevelText } from '../limits/use-words.ts'
import { amountText } from '../orders/amount.tsx'
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
    flexible:
      'Partenerul va putea trimite plătitorii la orice adresă cu același început (protocol, gazdă, port) ca una dintre:',
    withdraw: (id: unknown) => `Se retrage certificatul ${String(id)}: cererile făcute cu el sunt refuzate.`,
    add: 'Se înregistrează încă un certificat:',
    unreadable: 'Certificatul propus nu mai poate fi citit.',
    sealing: 'Cheia nouă sigilează datele; ce s-a sigilat cu cea veche se sigilează din nou, apoi cea veche e ștearsă.',
    signing: 'Cheia nouă semnează; cea veche rămâne publicată până e scoasă din folosință.',
    yes: 'da',
    no: 'nu',
    amount: 'Suma',
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
    flexible: 'The partner may send payers to any address that begins (scheme, host, port) as one of these does:',
    withdraw: (id: unknown) => `Certificate ${String(id)} is withdrawn: calls made with it will be refused.`,
    add: 'A further certificate is registered:',
    unreadable: 'The proposed certificate can no longer be read.',
    sealing:
      'The new key seals data; everything sealed with the old key is sealed again, and then the old key is removed.',
    signing: 'The new key signs; the old key stays published until it is retired.',
    yes: 'yes',
    no: 'no',
    amount: 'Amount',
    as_told: 'Just what the name of the proposal says, nothing else.',
    members: {
      version: 'Version of the case',
      merchant_id: 'Merchant',
      order_id: 'Order',
      amount_minor: 'Amount, in minor units of its currency',
      is_success: 'Succeeded, according to the acquirer',
    },
  },
}

type Content = { readonly approval: ApprovalDetail }

export function ProposedContent({ approval }: Content) {
  const t = useTexts(TEXTS)
  const { act, input, certificate } = approval
  if (act === 'partner.redirect-url') return <Addresses approval={approval} />
  if (act === 'partner.flexible-url') return <AddressList name={t.flexible} of={approval.seen?.redirect_urls} />
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
  if (typeof input.amount_minor === 'number') return <Sum input={input} amount_minor={input.amount_minor} />
  return <Plain input={input} />
}

/** A sum of an order, in the order's currency where it can be read. */
function Sum({ input, amount_minor }: { readonly input: ApprovalDetail['input']; readonly amount_minor: number }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const may_read = useMay('order.read')
  const { merchant_id, order_id } = input
  const path = `/orders/${encodeURIComponent(String(merchant_id))}/${encodeURIComponent(String(order_id))}`
  const found = useQuery({
    queryKey: ['order', merchant_id, order_id],
    queryFn: () => get<ShownOrder>(path),
    enabled: may_read && merchant_id !== undefined && order_id !== undefined,
  })
  const currency = found.data?.order.currency
  if (currency === undefined) return <Plain input={input} />
  const { amount_minor: _, ...rest } = input
  return <Plain input={rest} more={[{ name: t.amount, value: amountText(amount_minor, currency, language) }]} />
}

/** Members of what is proposed, by their names where they have one here. */
type PlainProps = {
  readonly input: ApprovalDetail['input']
  readonly more?: readonly { readonly name: string; readonly value: string }[]
}

function Plain({ input, more = [] }: PlainProps) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const textOf = (name: string, value: unknown): string => {
    if (typeof value === 'boolean') return value ? t.yes : t.no
    if (name === 'amount_minor' && typeof value === 'number')
      return new Intl.NumberFormat(language === 'ro' ? 'ro-RO' : 'en-GB').format(value)
    return String(value)
  }
  const facts = Object.entries(input).map(([name, value]) => ({
    name: t.members[name as keyof typeof t.members] ?? fieldName(name, language),
    value: textOf(name, value),
  }))
  const all = [...facts, ...more]
  return all.length === 0 ? <Text size="sm">{t.as_told}</Text> : <Facts facts={all} />
}

function Addresses({ approval }: Content) {
  const t = useTexts(TEXTS)
  return (
    <Stack gap="sm">
      <AddressList name={t.before} of={approval.seen?.redirect_urls} />
      <AddressList name={t.after} of={approval.input.redirect_urls} />
    </Stack>
  )
}

function AddressList({ name, of }: { readonly name: string; readonly of: unknown }) {
  return (
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
}

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

const LEVELS = ['estimate', 'warn_level', 'block_level'] as const
type Change = { readonly indicator: string } & Partial<Record<(typeof LEVELS)[number], number | null>>

function Levels({ approval }: Content) {
  const t = useTexts(TEXTS)
  const levelText = useLevelText()
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
