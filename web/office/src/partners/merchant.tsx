/** What a partner is on the card rail, and its contracts with acquirers. */
import { Text } from '@mantine/core'
import type { PartnerView } from '../../../../src/http/office/partner-contract.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { DataTable } from '../../../shared/data-table.tsx'
import { useMay } from '../../../shared/me.ts'
import { useTexts } from '../../../shared/texts.tsx'
import { Facts } from './facts.tsx'
import { SecretButton } from './secret.tsx'
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
    password: 'Parolă de API nouă',
    password_about: 'Parola de acum rămâne bună până la următoarea parolă nouă; cea dinaintea ei se termină.',
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
    password: 'New API password',
    password_about: 'The present password stays good until the next new one; the one before it ends.',
  },
}

type Merchant = NonNullable<PartnerView['merchant']>
type Props = { readonly partner: PartnerView; readonly merchant: Merchant }

export function MerchantSection({ partner, merchant }: Props) {
  const t = useTexts(TEXTS)
  const may_renew = useMay('partner.secret')
  const path = `/partners/${encodeURIComponent(partner.client_id)}/api-password`
  return (
    <Section
      title={t.title}
      actions={may_renew && <SecretButton label={t.password} about={t.password_about} path={path} />}
    >
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
