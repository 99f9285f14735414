/** What the calls of the audit log answer, as JSON. Names of acts, subjects and fields may be of a former version. */
export type AuditRow = {
  readonly number: number
  readonly at: string
  readonly actor_kind: 'staff' | 'partner' | 'system' | 'command'
  readonly actor: string
  readonly origin: string | null
  readonly act: string
  readonly subject_kind: string
  readonly subject_id: string
  readonly outcome: 'done' | 'refused'
  readonly before: Readonly<Record<string, unknown>> | null
  readonly after: Readonly<Record<string, unknown>> | null
}

export type AuditState = {
  readonly last: { readonly number: number; readonly at: string; readonly hash: string } | null
  readonly verified: AuditRow | null
}

type Kinds = Readonly<Record<AuditRow['actor_kind'], string>>

export const ACTOR_KINDS: { readonly ro: Kinds; readonly en: Kinds } = {
  ro: { staff: 'personal', partner: 'partener', system: 'sistem', command: 'comandă' },
  en: { staff: 'staff', partner: 'partner', system: 'system', command: 'command' },
}

/** What the record says in place of a secret or of personal data. */
export const WITHHELD = 'not shown'
