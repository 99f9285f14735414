/** Staff as the server tells of them, and what their roles and states are called. */
import type { Role } from '../../../../src/http/office/code-contract.ts'
import type { Tone } from '../../../shared/status-badge.tsx'
import type { Texts } from '../../../shared/texts.tsx'

export type StaffLine = {
  readonly user_name: string
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly status: 'active' | 'suspended'
  readonly password_at: string
  readonly password_is_temporary: boolean
  readonly locked_at: string | null
  readonly created_at: string
  readonly has_second_factor: boolean
}

export type StaffSession = {
  readonly session_id: string
  readonly stage: string
  readonly address: string
  readonly created_at: string
  readonly seen_at: string
  readonly ends_at: string
  readonly ended_at: string | null
  readonly end_reason: string | null
}

export type StaffView = StaffLine & {
  readonly recovery_codes_left: number
  readonly sessions: readonly StaffSession[]
  readonly passkeys: readonly { readonly passkey_id: string; readonly used_at: string | null }[]
  readonly now: string
}

export type { Role } from '../../../../src/http/office/code-contract.ts'

export const ROLES = [
  'administrator',
  'compliance',
  'operations',
  'support',
  'auditor',
] as const satisfies readonly Role[]

export const ROLE_NAMES: Texts<Readonly<Record<Role, string>>> = {
  ro: {
    administrator: 'administrator',
    compliance: 'conformitate',
    operations: 'operațiuni',
    support: 'suport',
    auditor: 'auditor',
  },
  en: {
    administrator: 'administrator',
    compliance: 'compliance',
    operations: 'operations',
    support: 'support',
    auditor: 'auditor',
  },
}

export const STANDINGS: Texts<Readonly<Record<Standing, string>>> = {
  ro: { suspended: 'suspendat', locked: 'blocat', invited: 'încă nu a intrat', active: 'activ' },
  en: { suspended: 'suspended', locked: 'locked', invited: 'has not signed in yet', active: 'active' },
}

type Standing = 'suspended' | 'locked' | 'invited' | 'active'

export function standingOf(line: StaffLine): Standing {
  if (line.status === 'suspended') return 'suspended'
  if (line.locked_at !== null) return 'locked'
  return line.password_is_temporary ? 'invited' : 'active'
}

export const TONES: Readonly<Record<Standing, Tone>> = {
  suspended: 'bad',
  locked: 'warn',
  invited: 'open',
  active: 'good',
}

export const STAFF_KEY = ['staff'] as const
