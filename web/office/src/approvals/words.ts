/** What acts that take two people are called. */
import type { Language } from '../../../shared/texts.tsx'

const ACTS: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  ro: {
    'partner.approve': 'Aprobarea unui partener',
    'partner.certificate': 'Certificat de partener',
    'partner.redirect-url': 'Adrese de întoarcere',
    'limit.raise': 'Limite ridicate',
    'payment.close': 'Plată închisă manual',
    'order.refund': 'Rambursare',
    'order.close': 'Comandă închisă manual',
    'key.rotate': 'Cheie nouă',
  },
  en: {
    'partner.approve': 'Approval of a partner',
    'partner.certificate': 'Certificate of a partner',
    'partner.redirect-url': 'Return addresses',
    'limit.raise': 'Limits raised',
    'payment.close': 'Payment closed by hand',
    'order.refund': 'Refund',
    'order.close': 'Order closed by hand',
    'key.rotate': 'New key',
  },
}

export const actName = (act: string, language: Language): string => ACTS[language][act] ?? act

const SUBJECTS: Readonly<Record<string, string>> = {
  partner: '/partners/',
  case: '/cases/',
  payment: '/payments/',
  order: '/orders/',
}

/** The page of what a proposal is about, where there is one. */
export function subjectPath({ kind, id }: { readonly kind: string; readonly id: string }): string | undefined {
  const before = SUBJECTS[kind]
  if (kind === 'key') return '/keys'
  return before === undefined ? undefined : before + id.split('/').map(encodeURIComponent).join('/')
}
