/** The state of a proposal, in a word. */
import { StatusBadge, type Tone } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'

const TEXTS = {
  ro: {
    proposed: 'așteaptă',
    executed: 'aprobată și făcută',
    refused: 'refuzată',
    withdrawn: 'retrasă',
    expired: 'expirată',
  },
  en: {
    proposed: 'waiting',
    executed: 'approved and carried out',
    refused: 'refused',
    withdrawn: 'withdrawn',
    expired: 'expired',
  },
}
const TONES: Readonly<Record<keyof (typeof TEXTS)['ro'], Tone>> = {
  proposed: 'open',
  executed: 'good',
  refused: 'bad',
  withdrawn: 'quiet',
  expired: 'quiet',
}

export function ApprovalState({ state }: { readonly state: keyof (typeof TEXTS)['ro'] }) {
  const t = useTexts(TEXTS)
  return <StatusBadge tone={TONES[state]}>{t[state]}</StatusBadge>
}
