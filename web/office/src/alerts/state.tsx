/** State and outcome of an alert, in a word each. */
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'

const TEXTS = {
  ro: { open: 'deschisă', taken: 'luată', closed: 'închisă', warn: 'avertizare', block: 'blocare' },
  en: { open: 'open', taken: 'taken', closed: 'closed', warn: 'warning', block: 'blocking' },
}
const STATE_TONES = { open: 'bad', taken: 'open', closed: 'quiet' } as const
const OUTCOME_TONES = { warn: 'warn', block: 'bad' } as const

export function AlertState({ state }: { readonly state: 'open' | 'taken' | 'closed' }) {
  const t = useTexts(TEXTS)
  return <StatusBadge tone={STATE_TONES[state]}>{t[state]}</StatusBadge>
}

export function AlertOutcome({ outcome }: { readonly outcome: 'warn' | 'block' }) {
  const t = useTexts(TEXTS)
  return <StatusBadge tone={OUTCOME_TONES[outcome]}>{t[outcome]}</StatusBadge>
}
