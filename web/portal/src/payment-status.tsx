import { StatusBadge } from '../../shared/status-badge.tsx'
import { useTexts } from '../../shared/texts.tsx'
import { type PaymentStatus, STATUS_TONES, STATUS_WORDS } from './words.ts'

/** The code that the interface speaks, and what it means. */
export function PaymentStatusBadge({ status }: { readonly status: PaymentStatus }) {
  const words = useTexts(STATUS_WORDS)
  return <StatusBadge tone={STATUS_TONES[status]}>{`${status} · ${words[status]}`}</StatusBadge>
}
