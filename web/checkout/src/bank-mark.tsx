/**
 * A bank's mark: its initials on a colour of its own, drawn from its name, so that no logo is fetched from anywhere.
 */
import type { BankChoice } from '../../../src/http/checkout/contract.ts'
import { bankInitials } from './bank-search.ts'

export function BankMark({ bank }: { readonly bank: BankChoice }) {
  return (
    <svg className="bank-mark" viewBox="0 0 36 36" aria-hidden="true" focusable="false">
      <rect width="36" height="36" rx="10" fill={`hsl(${hueOf(bank.id)} 45% 32%)`} />
      <text x="18" y="18" fill="#fff" fontSize="14" fontWeight="650" textAnchor="middle" dominantBaseline="central">
        {bankInitials(bank.name)}
      </text>
    </svg>
  )
}

/** FNV-1a of the bank's id: the same colour on every visit. */
function hueOf(id: string): number {
  let hash = 0x811c9dc5
  for (const sign of id) hash = Math.imul(hash ^ (sign.codePointAt(0) ?? 0), 0x01000193)
  return (hash >>> 0) % 360
}
