/**
 * The people who operate the installation: who may do what (this file), how they sign in (sign-in.ts, second-factor.ts,
 * password-rules.ts), their sessions, and acts that take two of them (approvals.ts). Use-cases are told who acts and ask
 * `requireAct` first; what is not in the table below nobody may do.
 */
import { PunteError } from '../errors.ts'

export const ROLES = ['administrator', 'compliance', 'operations', 'support', 'auditor'] as const
export type Role = (typeof ROLES)[number]

/** People of a partner, who sign in at the portal and reach what is their partner's, nothing else. */
export const PARTNER_ROLES = ['partner_admin', 'partner_reader'] as const
export type PartnerRole = (typeof PARTNER_ROLES)[number]
export type AnyRole = Role | PartnerRole

type Row = {
  readonly may: readonly AnyRole[]
  /** One proposes, another of these roles approves. */
  readonly four_eyes?: true
  /** Beside those, who may propose it of his own partner, and never approve. */
  readonly proposed_by?: readonly PartnerRole[]
}

/** Act × role. The auditor reads everything and changes nothing. */
export const ACTS = {
  'staff.read': { may: ['administrator', 'auditor'] },
  'staff.change': { may: ['administrator'] },
  'partner.read': { may: ['administrator', 'compliance', 'operations', 'support', 'auditor'] },
  'partner.profile': { may: ['compliance', 'operations'] },
  // Of its webhooks. Passwords of the card API are shown to the partner's own people alone: with one, one person could pay back.
  'partner.secret': { may: ['administrator', 'operations'] },
  'partner.suspend': { may: ['administrator', 'compliance', 'operations'] },
  // Whoever must stop it fast may; that it works again is for those who answer for it.
  'partner.resume': { may: ['administrator', 'compliance'] },
  'partner.approve': { may: ['administrator', 'compliance'], four_eyes: true },
  'partner.certificate': { may: ['administrator', 'operations'], four_eyes: true, proposed_by: ['partner_admin'] },
  'partner.redirect-url': { may: ['administrator', 'operations'], four_eyes: true },
  // That it may name return addresses of its own; taking it back is a matter of the profile.
  'partner.flexible-url': { may: ['administrator', 'operations'], four_eyes: true },
  'limit.lower': { may: ['compliance', 'operations'] },
  'limit.raise': { may: ['administrator', 'compliance'], four_eyes: true },
  'alert.read': { may: ['administrator', 'compliance', 'operations', 'support', 'auditor'] },
  'alert.handle': { may: ['compliance', 'operations', 'support'] },
  'payment.read': { may: ['administrator', 'compliance', 'operations', 'support', 'auditor'] },
  'payment.ask': { may: ['operations', 'support'] },
  'payment.close': { may: ['operations'], four_eyes: true },
  // People of a payment in clear, one payment a time.
  'payment.reveal': { may: ['compliance', 'operations'] },
  'payment.export': { may: ['compliance', 'operations', 'auditor'] },
  'order.read': { may: ['administrator', 'compliance', 'operations', 'support', 'auditor'] },
  'order.ask': { may: ['operations', 'support'] },
  'order.close': { may: ['operations'], four_eyes: true },
  'order.refund': { may: ['operations'], four_eyes: true },
  // The last four digits of a card.
  'card.last-four': { may: ['compliance', 'operations', 'support'] },
  'webhook.redeliver': { may: ['operations', 'support'] },
  'key.rotate': { may: ['administrator'], four_eyes: true },
  'approval.read': { may: ['administrator', 'compliance', 'operations', 'auditor'] },
  // Which proposals each may approve is said by the act that is proposed.
  'approval.decide': { may: ['administrator', 'compliance', 'operations'] },
  'audit.read': { may: ['administrator', 'compliance', 'auditor'] },
  'audit.verify': { may: ['administrator', 'auditor'] },
  'report.read': { may: ['administrator', 'compliance', 'operations', 'support', 'auditor'] },
  'register.read': { may: ['administrator', 'compliance', 'operations', 'auditor'] },
  // Incidents as they are found, and drafts of reports.
  'register.change': { may: ['compliance', 'operations'] },
  'register.submit': { may: ['compliance'] },
  'case.read': { may: ['administrator', 'compliance', 'operations', 'auditor'] },
  'case.edit': { may: ['compliance', 'operations'] },
  // Reviewing, asking, refusing, assessing, screening, yearly reviews.
  'case.review': { may: ['compliance'] },
  'case.end': { may: ['administrator', 'compliance'] },
  'retention.extend': { may: ['compliance'] },
  'subject.export': { may: ['compliance'] },
  'partner-user.manage': { may: ['administrator', 'compliance', 'operations'] },
  // Of a partner's people, each on what is their partner's.
  'own.read': { may: ['partner_admin', 'partner_reader'] },
  'own.change': { may: ['partner_admin'] },
  'partner-notice.read': { may: ['administrator', 'compliance', 'operations', 'auditor'] },
  'partner-notice.close': { may: ['compliance'] },
} as const satisfies Readonly<Record<string, Row>>

export type StaffAct = keyof typeof ACTS
/** Those that take two people. */
export type TwoPersonAct = {
  [Name in StaffAct]: (typeof ACTS)[Name] extends { readonly four_eyes: true } ? Name : never
}[StaffAct]

const rowOf = (act: StaffAct): Row => ACTS[act]

export const mayDo = (role: AnyRole, act: StaffAct): boolean => rowOf(act).may.includes(role)
export const takesTwo = (act: StaffAct): act is TwoPersonAct => rowOf(act).four_eyes === true

export const mayPropose = ({ role }: { readonly role: AnyRole }, act: StaffAct): boolean =>
  mayDo(role, act) || rowOf(act).proposed_by?.some((one) => one === role) === true

/** @throws PunteError ROLE_NOT_ALLOWED */
export function requireProposal(by: { readonly role: AnyRole }, act: StaffAct): void {
  if (!mayPropose(by, act)) requireAct(by, act)
}

/** @throws PunteError ROLE_NOT_ALLOWED */
export function requireAct(staff: { readonly role: AnyRole }, act: StaffAct): void {
  if (!mayDo(staff.role, act)) throw new PunteError('ROLE_NOT_ALLOWED', { detail: `${staff.role} may not ${act}` })
}
