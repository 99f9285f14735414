/** Why payments end without money, in machine codes. A bank's own words are not kept: they come to one of these. */
import type { LimitReason } from '../../limits/indicators.ts'

type BankReason = 'INSUFFICIENT_FUNDS' | 'ACCOUNT_INVALID' | 'REFUSED_BY_PAYER' | 'SCA_FAILED' | 'BANK_REFUSED'

/** What a payment may have ended for. People are told in words: `web/shared/told/` for staff and partners. */
export type Reason =
  | BankReason
  | LimitReason
  | 'CANCELLED_AT_BANK'
  | 'CANCELLED_BY_PARTNER'
  | 'ABANDONED_BY_PAYER'
  | 'EXPIRED'

const REASONS: readonly { readonly code: BankReason; readonly pattern: RegExp }[] = [
  { code: 'INSUFFICIENT_FUNDS', pattern: /\bAM04\b|FUNDS_NOT_AVAILABLE|insuficient|insufficient|no funds/i },
  { code: 'ACCOUNT_INVALID', pattern: /\bAC0[1-7]\b|\bAC1[34]\b|account (closed|blocked)|blocat|închis/i },
  {
    code: 'REFUSED_BY_PAYER',
    pattern: /\b(DS02|CUST)\b|refuzat. de pl|declined by|rejected by (the )?(user|psu|payer|customer)/i,
  },
  { code: 'SCA_FAILED', pattern: /\bAB10\b|time.?out|expir|\bSCA\b|autentific/i },
]

/** @param said ISO 20022 ExternalStatusReason1Code where the bank gives one, and its words */
export function reasonCode(said: string): BankReason {
  return REASONS.find(({ pattern }) => pattern.test(said))?.code ?? 'BANK_REFUSED'
}
