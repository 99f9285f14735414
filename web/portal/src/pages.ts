/** Every page of the partners' own view; each subject has a folder of its own. Pages load when they are opened. */
import type { PageRow } from '../../shared/frame.tsx'

export const NAME = { ro: 'Punte · parteneri', en: 'Punte · partners' }

/** Headings of the navigation, in the order of the table. */
const WORK = { ro: 'Activitate', en: 'Activity' }
const CONNECTION = { ro: 'Conexiune', en: 'Connection' }
const COMPANY = { ro: 'Companie', en: 'Company' }

export const PAGES: readonly PageRow[] = [
  {
    path: '/',
    label: { ro: 'Acasă', en: 'Home' },
    group: WORK,
    act: 'own.read',
    load: () => import('./home/home.tsx').then(({ HomePage }) => HomePage),
  },
  {
    path: '/payments',
    label: { ro: 'Plăți', en: 'Payments' },
    group: WORK,
    act: 'own.read',
    load: () => import('./payments/list.tsx').then(({ PaymentsPage }) => PaymentsPage),
  },
  {
    path: '/payments/:payment_id',
    label: { ro: 'Plată', en: 'Payment' },
    act: 'own.read',
    load: () => import('./payments/payment.tsx').then(({ PaymentPage }) => PaymentPage),
  },
  {
    path: '/webhooks',
    label: { ro: 'Notificări', en: 'Webhooks' },
    group: CONNECTION,
    act: 'own.read',
    load: () => import('./webhooks/webhooks.tsx').then(({ WebhooksPage }) => WebhooksPage),
  },
  {
    path: '/calls',
    label: { ro: 'Jurnal API', en: 'API log' },
    group: CONNECTION,
    act: 'own.read',
    load: () => import('./calls/calls.tsx').then(({ CallsPage }) => CallsPage),
  },
  {
    path: '/certificates',
    label: { ro: 'Certificate', en: 'Certificates' },
    group: CONNECTION,
    act: 'own.read',
    load: () => import('./certificates/certificates.tsx').then(({ CertificatesPage }) => CertificatesPage),
  },
  {
    path: '/merchant',
    label: { ro: 'Parole card', en: 'Card API passwords' },
    group: CONNECTION,
    act: 'own.read',
    load: () => import('./merchant/merchant.tsx').then(({ MerchantPage }) => MerchantPage),
  },
  {
    path: '/profile',
    label: { ro: 'Profil', en: 'Profile' },
    group: COMPANY,
    act: 'own.read',
    load: () => import('./profile/profile.tsx').then(({ ProfilePage }) => ProfilePage),
  },
  {
    path: '/users',
    label: { ro: 'Utilizatori', en: 'People' },
    group: COMPANY,
    act: 'own.change',
    load: () => import('./users/users.tsx').then(({ UsersPage }) => UsersPage),
  },
]
