/** A status of a payment: its code, as partners know it, and what it means. */
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useLanguage } from '../../../shared/texts.tsx'
import { STATUSES } from './words.ts'

export function PaymentStatus({ status }: { readonly status: string }) {
  const { language } = useLanguage()
  const word = STATUSES[status]
  return (
    <StatusBadge tone={word?.tone ?? 'quiet'}>
      {word === undefined ? status : `${status} · ${word[language]}`}
    </StatusBadge>
  )
}
