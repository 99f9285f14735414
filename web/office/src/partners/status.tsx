/** Whether a partner may work, in a word. */
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'

const TEXTS = { ro: { active: 'activ', suspended: 'suspendat' }, en: { active: 'active', suspended: 'suspended' } }

export function PartnerStatus({ status }: { readonly status: 'active' | 'suspended' }) {
  const t = useTexts(TEXTS)
  return <StatusBadge tone={status === 'active' ? 'good' : 'bad'}>{t[status]}</StatusBadge>
}
