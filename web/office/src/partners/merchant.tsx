/** What a partner is on the card rail, and its contracts with acquirers. */
import { Text } from '@mantine/core'
import type { PartnerView } from '../../../../src/http/office/partner-contract.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { DataTable } from '../../../shared/data-table.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { Facts } from './facts.tsx'
import { Section } from './section.tsx'

const TEXTS = {
  ro: {
    title: 'Comerciant pe carduri',
    merchant_id: 'merchantId',
    name: 'Nume',
    category: 'Categorie (MCC)',
    operations: 'Operațiuni',
    tokenization: 'Tokenizare',
    yes: 'da',
    no: 'nu',
    passwords: 'Parole de API',
    links: 'Legături cu acceptatori',
    acquirer: 'Acceptator',
    at: 'Comerciant la acceptator',
    sources: 'Surse',
    currencies: 'Monede',
    none: 'Nicio legătură cu un acceptator.',
  },
  en: {
    title: 'Merchant on the card rail',
    merchant_id: 'merchantId',
    name: 'Name',
    category: 'Category (MCC)',
    operations: 'Operations',
    tokenization: 'Tokenization',
    yes: 'yes',
    no: 'no',
    passwords: 'API passwords',
    links: 'Links with acquirers',
    acquirer: 'Acquirer',
    at: 'Merchant at the acquirer',
    sources: 'Sources',
    currencies: 'Currencies',
    none: 'No link with an acquirer.',
  },
}

type Merchant = NonNullable<PartnerView['merchant']>
/** Passwords of the card API are shown to the partner's own people alone: whoever had one could pay back by himself. */
export function MerchantSection({ merchant }: { readonly merchant: Merchant }) {
  const t = useTexts(TEXTS)
  return (
    <Section title={t.title}>
      <Facts
        facts={[
          { name: t.merchant_id, value: <CopyId id={merchant.merchant_id} /> },
          { name: t.name, value: merchant.name },
          { name: t.category, value: merchant.category_code },
          { name: t.operations, value: merchant.operations.join(', ') },
          { name: t.tokenization, value: merchant.tokenization ? t.yes : t.no },
          { name: t.passwords, value: merchant.passwords },
        ]}
      />
      <Text size="sm" fw={600}>
        {t.links}
      </Text>
      <DataTable
        caption={t.links}
        rows={merchant.links}
        rowKey={({ link_no }) => String(link_no)}
        empty={t.none}
        columns={[
          { key: 'acquirer', title: t.acquirer, cell: ({ link_no, acquirer_id }) => `${link_no}. ${acquirer_id}` },
          { key: 'at', title: t.at, cell: ({ acquirer_merchant_id }) => <CopyId id={acquirer_merchant_id} /> },
          { key: 'sources', title: t.sources, cell: ({ sources }) => sources.join(', ') },
          { key: 'currencies', title: t.currencies, cell: ({ currencies }) => currencies.join(', ') },
        ]}
      />
    </Section>
  )
}
