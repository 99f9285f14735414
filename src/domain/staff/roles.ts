/**
 * The people who operate the installation: who may do what (this file), how they sign in (sign-in.ts, second-factor.ts,
 * password-rules.ts), their sessions, and acts that take two of them (approvals.ts). Use-cases are told who acts and ask
 * `requireAct` first; what is not in the table below nobody may do.
 */
import { PunteError } from '../errors.ts'

export const ROLES = ['administrator', 'compliance', 'operations', 'support', 'auditor'] as const
export type Role = (typeof ROLES)[number]

type Row = {
  readonly may: readonly Role[]
  /** One proposes, another of these roles approves. */
  readonly four_eyes?: true
}

/** Act × role. The auditor reads everything and changes nothing. */
export const ACTS = {
  'staff.read': { may: ['administrator', 'auditor'] },
  'staff.change': { may: ['administrator'] },
  'partner.read': { may: ['administrator', 'compliance', 'operations', 'support', 'auditor'] },
  'partner.profile': { may: ['compliance', 'operations'] },
  'partner.suspend': { may: ['administrator', 'compliance', 'operations'] },
  'partner.approve': { may: ['administrator', 'compliance'], four_eyes: true },
  'partner.certificate': { may: ['administrator', 'operations'], four_eyes: true },
  'partner.redirect-url': { may: ['administrator', 'operations'], four_eyes: true },
  'limit.lower': { may: ['compliance', 'operations'] },
  'limit.raise': { may: ['administrator', 'compliance'], four_eyes: true },
  'alert.handle': { may: ['compliance', 'operations', 'support'] },
  'payment.read': { may: ['administrator', 'compliance', 'operations', 'support', 'auditor'] },
  'payment.ask': { may: ['operations', 'support'] },
  'payment.close': { may: ['operations'] },
  'webhook.redeliver': { may: ['operations', 'support'] },
  'key.rotate': { may: ['administrator'], four_eyes: true },
  'audit.read': { may: ['administrator', 'compliance', 'auditor'] },
} as const satisfies Readonly<Record<string, Row>>

export type StaffAct = keyof typeof ACTS

const rowOf = (act: StaffAct): Row => ACTS[act]

export const mayDo = (role: Role, act: StaffAct): boolean => rowOf(act).may.includes(role)
export const takesTwo = (act: StaffAct): boolean => rowOf(act).four_eyes === true

/** @throws PunteError ROLE_NOT_ALLOWED */
export function requireAct(staff: { readonly role: Role }, act: StaffAct): void {
  if (!mayDo(staff.role, act)) throw new PunteError('ROLE_NOT_ALLOWED', { detail: `${staff.role} may not ${act}` })
}
