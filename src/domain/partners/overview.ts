/** One partner as staff see it: what lies in several tables, together. Without secrets. */
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import type { PartnerType } from './directory.ts'
import { type LastPresented, lastPresented } from './last-presented.ts'
import { authoritiesOf, type CertificateFacts } from './registrations.ts'
import { caseOf } from './search-store.ts'
import { listStandings, type Standing } from './standing.ts'
import { findPartner } from './store.ts'

export type RegisteredCertificate = Pick<CertificateFacts, 'subject' | 'issuer'> & {
  readonly certificate_id: number
  /** Of the certificate that was shown for it; null: not known. */
  readonly valid_from: string | null
  readonly valid_to: string | null
  readonly serial_number: string | null
  readonly chain: readonly CertificateFacts[]
  readonly has_revocation_list: boolean
  readonly revocation_list_url: string | null
  readonly added_at: string
  readonly withdrawn_at: string | null
}

export type PartnerOverview = {
  readonly partner_id: number
  readonly client_id: string
  readonly name: string
  readonly type: PartnerType
  readonly status: 'active' | 'suspended'
  readonly redirect_urls: readonly string[]
  /** data: URI */
  readonly logo: string | null
  readonly colour: string
  readonly require_signed_requests: boolean
  readonly may_headless: boolean
  readonly may_flexible_url: boolean
  readonly webhook_url: string | null
  readonly has_webhook_secret: boolean
  readonly requests_per_minute: number | null
  readonly created_at: Date
  readonly certificates: readonly RegisteredCertificate[]
  /** What it showed this process last. */
  readonly presented: LastPresented | null
  readonly standings: readonly Standing[]
  /** What it is on the card rail. */
  readonly merchant: MerchantLine | null
  readonly case: NonNullable<Awaited<ReturnType<typeof caseOf>>> | null
  /** Whether requests (PKCS #10) can be signed here. */
  readonly can_sign_requests: boolean
}

type MerchantLine = {
  readonly merchant_id: string
  readonly name: string
  readonly category_code: string
  readonly operations: readonly string[]
  readonly tokenization: boolean
  readonly passwords: number
  readonly links: readonly {
    readonly link_no: number
    readonly acquirer_id: string
    readonly acquirer_merchant_id: string
    readonly sources: readonly string[]
    readonly currencies: readonly string[]
  }[]
}

/** @throws PunteError PARTNER_UNKNOWN */
export async function overviewOf(context: Context, client_id: string): Promise<PartnerOverview> {
  const row = await findPartner(context.db, client_id)
  if (row === undefined) throw new PunteError('PARTNER_UNKNOWN')
  const { webhook_secret_enc, max_amount_minor: _level, certificates, ...shown } = row
  const { settings } = context
  return {
    ...shown,
    has_webhook_secret: webhook_secret_enc !== null,
    certificates: certificates.map(({ authority_pem, revocation_list, ...one }) => ({
      ...one,
      chain: authoritiesOf({ authority_pem }),
      has_revocation_list: revocation_list !== null,
    })),
    presented: lastPresented(row.partner_id) ?? null,
    standings: await listStandings(context, row.partner_id),
    merchant: merchantOf(context, row.partner_id),
    case: (await caseOf(context.db, row.partner_id)) ?? null,
    can_sign_requests: settings.PUNTE_PARTNER_CA_CERTIFICATE_FILE !== undefined,
  }
}

function merchantOf(context: Context, partner_id: number): MerchantLine | null {
  const merchant = context.merchants.byPartnerId(partner_id)
  if (merchant === undefined) return null
  const { merchant_id, name, category_code, operations, tokenization, password_hashes } = merchant
  const links = merchant.links.map(({ terminal_id: _terminal, ...link }) => link)
  return { merchant_id, name, category_code, operations, tokenization, passwords: password_hashes.length, links }
}
