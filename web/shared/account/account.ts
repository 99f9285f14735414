/** `GET /me/account`. */
export type Account = {
  readonly password_at: string
  readonly password_days: number
  readonly passwords_kept: number
  readonly recovery_codes_left: number
  readonly sessions: readonly OwnSession[]
  readonly passkeys: readonly Passkey[]
  readonly passkeys_possible: boolean
}

export type OwnSession = {
  readonly session_id: string
  readonly stage: 'second_factor' | 'password' | 'enrolment' | 'open'
  readonly address: string
  readonly created_at: string
  readonly seen_at: string
  readonly is_current: boolean
}

export type Passkey = {
  readonly passkey_id: string
  readonly name: string
  readonly is_backed_up: boolean
  readonly created_at: string
  readonly used_at: string | null
}

export const ACCOUNT_KEY = ['account'] as const
