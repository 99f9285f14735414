/** How a payment stands and why, in words beside the codes that the interface speaks. */
import { Text } from '@mantine/core'
import { StatusBadge, type Tone } from './status-badge.tsx'
import { useLanguage } from './texts.tsx'
import { PAYMENT_STATUSES, REASONS, withCode, wordOf } from './told/codes.ts'

const TONES: Readonly<Record<keyof typeof PAYMENT_STATUSES, Tone>> = {
  INIT: 'open',
  RCVD: 'open',
  ACTC: 'open',
  PDNG: 'open',
  ACCP: 'open',
  ACSP: 'open',
  ACSC: 'good',
  RJCT: 'bad',
  CANC: 'quiet',
  ABND: 'quiet',
  BLOCKED: 'bad',
  PART: 'warn',
}

export function PaymentStatus({ status }: { readonly status: keyof typeof PAYMENT_STATUSES }) {
  const { language } = useLanguage()
  const word = wordOf(PAYMENT_STATUSES, status, language)
  return (
    <StatusBadge tone={TONES[status] ?? 'quiet'}>{word === undefined ? status : `${status} · ${word}`}</StatusBadge>
  )
}

type ReasonProps = { readonly reason: string | null; readonly size?: 'xs' | 'sm' }

/** Why it ended without money. Nothing where there is no reason. */
export function PaymentReason({ reason, size = 'xs' }: ReasonProps) {
  const { language } = useLanguage()
  if (reason === null) return null
  return (
    <Text size={size} {...(size === 'xs' && { c: 'gray.7' })} style={{ overflowWrap: 'anywhere' }}>
      {withCode(wordOf(REASONS, reason, language), reason)}
    </Text>
  )
}
