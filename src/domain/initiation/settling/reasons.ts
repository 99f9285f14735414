/** A machine code for why a payment ended badly, from the bank's code or words; the words themselves are not kept. */

const REASONS: readonly { readonly code: string; readonly pattern: RegExp }[] = [
  { code: 'INSUFFICIENT_FUNDS', pattern: /\bAM04\b|FUNDS_NOT_AVAILABLE|insuficient|insufficient|no funds/i },
  { code: 'ACCOUNT_INVALID', pattern: /\bAC0[1-7]\b|\bAC1[34]\b|account (closed|blocked)|blocat|închis/i },
  {
    code: 'REFUSED_BY_PAYER',
    pattern: /\b(DS02|CUST)\b|refuzat. de pl|declined by|rejected by (the )?(user|psu|payer|customer)/i,
  },
  { code: 'SCA_FAILED', pattern: /\bAB10\b|time.?out|expir|\bSCA\b|autentific/i },
]

/** @param said ISO 20022 ExternalStatusReason1Code where the bank gives one, and its words */
export function reasonCode(said: string): string {
  return REASONS.find(({ pattern }) => pattern.test(said))?.code ?? 'BANK_REFUSED'
}
