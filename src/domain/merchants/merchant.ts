/**
 * Merchants: partners on the card rail (the card API's URLs call them so). merchant.ts is what the rest of the domain reads;
 * directory.ts holds it in memory; manage.ts is the operators' door; credentials.ts checks API passwords, one
 * after the other (turns.ts).
 */
import type { Partner } from '../partners/directory.ts'

/** `transaction.source`; all but MERCHANT are begun by the payer. */
export const SOURCES = [
  'INTERNET',
  'MOTO',
  'MAIL_ORDER',
  'TELEPHONE_ORDER',
  'VOICE_RESPONSE',
  'CALL_CENTRE',
  'MERCHANT',
] as const
export type Source = (typeof SOURCES)[number]

export type AcquirerLinkProfile = {
  readonly link_no: number
  readonly acquirer_id: string
  readonly acquirer_merchant_id: string
  readonly terminal_id: string
  /** The first is taken where a request names none. */
  readonly sources: readonly Source[]
  /** ISO 4217 letters. */
  readonly currencies: readonly string[]
}

export type Merchant = {
  readonly partner_id: number
  readonly merchant_id: string
  readonly name: string
  /** Of the shop: four digits of ISO 18245. */
  readonly category_code: string
  /** For client certificates and suspension. */
  readonly partner: Partner
  /** Argon2id, PHC text; one or two. */
  readonly password_hashes: readonly string[]
  readonly operations: readonly ('PAY' | 'AUTHORIZE' | 'VERIFY')[]
  readonly tokenization: boolean
  readonly token_repository_id: string
  readonly token_generation: 'RANDOM_WITH_LUHN' | 'PRESERVE_6_4' | 'MERCHANT_PROVIDED'
  readonly token_management: 'UNIQUE_ACCOUNT' | 'UNIQUE_TOKEN'
  /** Whether scheme tokens are asked for behind gateway tokens. */
  readonly scheme_tokens: boolean
  /** By link_no. */
  readonly links: readonly AcquirerLinkProfile[]
}

export type MerchantDirectory = {
  byMerchantId(merchant_id: string): Merchant | undefined
  byPartnerId(partner_id: number): Merchant | undefined
  refresh(): Promise<void>
  close(): void
}
