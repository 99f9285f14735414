/** Every page of the back office; each subject has a folder of its own. Pages load when they are opened. */
import type { PageRow } from '../../shared/frame.tsx'
import { AlertsBadge } from './alerts/badge.tsx'
import { ApprovalsBadge } from './approvals/badge.tsx'

export const NAME = { ro: 'Punte · administrare', en: 'Punte · back office' }

/** Headings of the navigation, in the order of the table. */
const WORK = { ro: 'De lucru', en: 'To do' }
const PAYMENTS = { ro: 'Plăți', en: 'Payments' }
const PARTNERS = { ro: 'Parteneri', en: 'Partners' }
const SUPERVISION = { ro: 'Control', en: 'Oversight' }
const INSTALLATION = { ro: 'Instalația', en: 'Installation' }

export const PAGES: readonly PageRow[] = [
  {
    path: '/',
    label: { ro: 'Acasă', en: 'Home' },
    group: WORK,
    load: () => import('./home/home.tsx').then(({ HomePage }) => HomePage),
  },
  {
    path: '/alerts',
    label: { ro: 'Alerte', en: 'Alerts' },
    act: 'alert.read',
    group: WORK,
    Badge: AlertsBadge,
    load: () => import('./alerts/list.tsx').then(({ AlertsPage }) => AlertsPage),
  },
  {
    path: '/alerts/:alert_id',
    label: { ro: 'Alertă', en: 'Alert' },
    act: 'alert.read',
    load: () => import('./alerts/alert.tsx').then(({ AlertPage }) => AlertPage),
  },
  {
    path: '/approvals',
    label: { ro: 'Aprobări', en: 'Approvals' },
    act: 'approval.read',
    group: WORK,
    Badge: ApprovalsBadge,
    load: () => import('./approvals/list.tsx').then(({ ApprovalsPage }) => ApprovalsPage),
  },
  {
    path: '/approvals/:approval_id',
    label: { ro: 'Propunere', en: 'Proposal' },
    act: 'approval.read',
    load: () => import('./approvals/approval.tsx').then(({ ApprovalPage }) => ApprovalPage),
  },
  {
    path: '/payments',
    label: { ro: 'Plăți', en: 'Payments' },
    act: 'payment.read',
    group: PAYMENTS,
    load: () => import('./payments/list.tsx').then(({ PaymentsPage }) => PaymentsPage),
  },
  {
    path: '/payments/:payment_id',
    label: { ro: 'Plată', en: 'Payment' },
    act: 'payment.read',
    load: () => import('./payments/payment.tsx').then(({ PaymentPage }) => PaymentPage),
  },
  {
    path: '/orders',
    label: { ro: 'Comenzi cu cardul', en: 'Card orders' },
    act: 'order.read',
    group: PAYMENTS,
    load: () => import('./orders/list.tsx').then(({ OrdersPage }) => OrdersPage),
  },
  {
    path: '/orders/:merchant_id/:order_id',
    label: { ro: 'Comandă', en: 'Order' },
    act: 'order.read',
    load: () => import('./orders/order.tsx').then(({ OrderPage }) => OrderPage),
  },
  {
    path: '/agreements',
    label: { ro: 'Acorduri', en: 'Agreements' },
    act: 'order.read',
    group: PAYMENTS,
    load: () => import('./agreements/list.tsx').then(({ AgreementsPage }) => AgreementsPage),
  },
  {
    path: '/agreements/:client_id/:agreement_id',
    label: { ro: 'Acord', en: 'Agreement' },
    act: 'order.read',
    load: () => import('./agreements/agreement.tsx').then(({ AgreementPage }) => AgreementPage),
  },
  {
    path: '/tokens',
    label: { ro: 'Tokenuri', en: 'Tokens' },
    act: 'order.read',
    group: PAYMENTS,
    load: () => import('./tokens/list.tsx').then(({ TokensPage }) => TokensPage),
  },
  {
    path: '/partners',
    label: { ro: 'Parteneri', en: 'Partners' },
    act: 'partner.read',
    group: PARTNERS,
    load: () => import('./partners/list.tsx').then(({ PartnersPage }) => PartnersPage),
  },
  {
    path: '/partners/:client_id',
    label: { ro: 'Partener', en: 'Partner' },
    act: 'partner.read',
    load: () => import('./partners/partner.tsx').then(({ PartnerPage }) => PartnerPage),
  },
  {
    path: '/partners/:client_id/limits',
    label: { ro: 'Limite', en: 'Limits' },
    act: 'partner.read',
    load: () => import('./limits/limits.tsx').then(({ LimitsPage }) => LimitsPage),
  },
  {
    path: '/partners/:client_id/users',
    label: { ro: 'Utilizatorii partenerului', en: 'Partner’s users' },
    act: 'partner.read',
    load: () => import('./partner-users/users.tsx').then(({ PartnerUsersPage }) => PartnerUsersPage),
  },
  {
    path: '/partner-notices',
    label: { ro: 'Schimbări anunțate', en: 'Notified changes' },
    act: 'partner-notice.read',
    group: PARTNERS,
    load: () => import('./partner-users/notices.tsx').then(({ PartnerNoticesPage }) => PartnerNoticesPage),
  },
  {
    path: '/cases',
    label: { ro: 'Dosare', en: 'Cases' },
    act: 'case.read',
    group: PARTNERS,
    load: () => import('./cases/list.tsx').then(({ CasesPage }) => CasesPage),
  },
  {
    path: '/cases/:case_id',
    label: { ro: 'Dosar', en: 'Case' },
    act: 'case.read',
    load: () => import('./cases/case.tsx').then(({ CasePage }) => CasePage),
  },
  {
    path: '/case-reviews',
    label: { ro: 'Revizuiri anuale', en: 'Yearly reviews' },
    act: 'case.read',
    group: PARTNERS,
    load: () => import('./cases/reviews.tsx').then(({ ReviewsPage }) => ReviewsPage),
  },
  {
    path: '/retention',
    label: { ro: 'Păstrare și ștergere', en: 'Retention and erasure' },
    act: 'case.read',
    group: PARTNERS,
    load: () => import('./cases/retention.tsx').then(({ RetentionPage }) => RetentionPage),
  },
  {
    path: '/subject-export',
    label: { ro: 'Datele unei persoane', en: 'A person’s data' },
    act: 'subject.export',
    group: PARTNERS,
    load: () => import('./cases/subject-export.tsx').then(({ SubjectExportPage }) => SubjectExportPage),
  },
  {
    path: '/reports',
    label: { ro: 'Rapoarte', en: 'Reports' },
    act: 'report.read',
    group: SUPERVISION,
    load: () => import('./reports/reports.tsx').then(({ ReportsPage }) => ReportsPage),
  },
  {
    path: '/registers',
    label: { ro: 'Registre', en: 'Registers' },
    act: 'register.read',
    group: SUPERVISION,
    load: () => import('./registers/registers.tsx').then(({ RegistersPage }) => RegistersPage),
  },
  {
    path: '/registers/incidents/:incident_id',
    label: { ro: 'Incident', en: 'Incident' },
    act: 'register.read',
    load: () => import('./registers/incident.tsx').then(({ IncidentPage }) => IncidentPage),
  },
  {
    path: '/registers/reports/:register/:subject/:stage',
    label: { ro: 'Raport către autoritate', en: 'Report to the authority' },
    act: 'register.read',
    load: () => import('./registers/report.tsx').then(({ ReportPage }) => ReportPage),
  },
  {
    path: '/audit',
    label: { ro: 'Jurnal de audit', en: 'Audit log' },
    act: 'audit.read',
    group: SUPERVISION,
    load: () => import('./audit/list.tsx').then(({ AuditPage }) => AuditPage),
  },
  {
    path: '/audit/:number',
    label: { ro: 'Act', en: 'Act' },
    act: 'audit.read',
    load: () => import('./audit/row.tsx').then(({ AuditRowPage }) => AuditRowPage),
  },
  {
    path: '/staff',
    label: { ro: 'Personal', en: 'Staff' },
    act: 'staff.read',
    group: INSTALLATION,
    load: () => import('./staff/list.tsx').then(({ StaffPage }) => StaffPage),
  },
  {
    path: '/staff/:user_name',
    label: { ro: 'Persoană', en: 'Staff member' },
    act: 'staff.read',
    load: () => import('./staff/one.tsx').then(({ StaffMemberPage }) => StaffMemberPage),
  },
  {
    path: '/keys',
    label: { ro: 'Chei', en: 'Keys' },
    act: 'key.rotate',
    group: INSTALLATION,
    load: () => import('./approvals/keys.tsx').then(({ KeysPage }) => KeysPage),
  },
]
