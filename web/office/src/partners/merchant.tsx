/** What a partner is on the card rail, and its contracts with acquirers. */
import { Text } from '@mantine/core'
import type { PartnerView } from '../../../../src/http/office/partner-contract.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { DataTable } from '../../../shared/data-table.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { SOURCES } from '../../../shared/told/card-codes.ts'
import { type Word, type Words, withCode, wordOf } from '../../../shared/told/codes.ts'
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
    links: 'Acquirer links',
    acquirer: 'Acquirer',
    at: 'Merchant at the acquirer',
    sources: 'Sources',
    currencies: 'Currencies',
    none: 'No acquirer links.',
  },
}

type Merchant = NonNullable<PartnerView['merchant']>

const OPERATIONS: Words<Merchant['operations'][number]> = {
  PAY: { ro: 'plată', en: 'payment' },
  AUTHORIZE: { ro: 'autorizare', en: 'authorisation' },
  VERIFY: { ro: 'verificarea cardului', en: 'card verification' },
}

/** Passwords of the card API are shown to the partner's own people alone: whoever had one could pay back by himself. */
export function MerchantSection({ merchant }: { readonly merchant: Merchant }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const named = (words: Readonly<Record<string, Word>>, codes: readonly string[]) =>
    codes.map((code) => withCode(wordOf(words, code, language), code)).join(', ')
  return (
    <Section title={t.title}>
      <Facts
        facts={[
          { name: t.merchant_id, value: <CopyId id={merchant.merchant_id} /> },
          { name: t.name, value: merchant.name },
          { name: t.category, value: merchant.category_code },
          { name: t.operations, value: named(OPERATIONS, merchant.operations) },
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
          { key: 'sources', title: t.sources, cell: ({ sources }) => named(SOURCES, sources) },
          { key: 'currencies', title: t.currencies, cell: ({ currencies }) => currencies.join(', ') },
        ]}
      />
    </Section>
  )
}
