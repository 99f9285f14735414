/** SQL of re-sealing: sealed values in the order of their primary keys, and their guarded replacement. */
import type { Database } from '../../infra/database/database.ts'

const SEALED = {
  'payments.terms_enc': {
    table: 'payments',
    column: 'terms_enc',
    key: ['partner_id', 'payment_id'],
    types: ['integer', 'bigint'],
  },
  'payment_attempts.order_enc': {
    table: 'payment_attempts',
    column: 'order_enc',
    key: ['partner_id', 'payment_id', 'attempt_no'],
    types: ['integer', 'bigint', 'integer'],
  },
  'payment_attempts.session_enc': {
    table: 'payment_attempts',
    column: 'session_enc',
    key: ['partner_id', 'payment_id', 'attempt_no'],
    types: ['integer', 'bigint', 'integer'],
  },
  'bank_exchanges.messages_enc': {
    table: 'bank_exchanges',
    column: 'messages_enc',
    key: ['partner_id', 'payment_id', 'exchange_id'],
    types: ['integer', 'bigint', 'uuid'],
  },
  'alert_comments.text_enc': {
    table: 'alert_comments',
    column: 'text_enc',
    key: ['partner_id', 'alert_id', 'comment_no'],
    types: ['integer', 'bigint', 'integer'],
  },
  'partners.webhook_secret_enc': {
    table: 'partners',
    column: 'webhook_secret_enc',
    key: ['partner_id', 'client_id'],
    types: ['integer', 'text'],
  },
  'partner_standings.reason_enc': {
    table: 'partner_standings',
    column: 'reason_enc',
    key: ['partner_id', 'standing_no'],
    types: ['integer', 'integer'],
  },
  'approvals.reason_enc': {
    table: 'approvals',
    column: 'reason_enc',
    key: ['approval_id', 'act', 'subject_id'],
    types: ['integer', 'text', 'text'],
  },
  'staff.person_enc': {
    table: 'staff',
    column: 'person_enc',
    key: ['staff_id', 'user_name'],
    types: ['integer', 'text'],
  },
  'staff.totp_enc': {
    table: 'staff',
    column: 'totp_enc',
    key: ['staff_id', 'user_name'],
    types: ['integer', 'text'],
  },
  'partner_former_secrets.secret_enc': {
    table: 'partner_former_secrets',
    column: 'secret_enc',
    key: ['partner_id', 'client_id'],
    types: ['integer', 'text'],
  },
  'partner_notices.text_enc': {
    table: 'partner_notices',
    column: 'text_enc',
    key: ['partner_id', 'notice_no'],
    types: ['integer', 'integer'],
  },
  'staff_passkeys.name_enc': {
    table: 'staff_passkeys',
    column: 'name_enc',
    key: ['staff_id', 'passkey_id'],
    types: ['integer', 'uuid'],
  },
  'cases.summary_enc': { table: 'cases', column: 'summary_enc', key: ['case_id'], types: ['integer'] },
  'case_versions.content_enc': {
    table: 'case_versions',
    column: 'content_enc',
    key: ['case_id', 'version'],
    types: ['integer', 'integer'],
  },
  'case_events.text_enc': {
    table: 'case_events',
    column: 'text_enc',
    key: ['case_id', 'event_no'],
    types: ['integer', 'integer'],
  },
  'case_documents.facts_enc': {
    table: 'case_documents',
    column: 'facts_enc',
    key: ['case_id', 'document_id'],
    types: ['integer', 'integer'],
  },
  'case_invitations.email_enc': {
    table: 'case_invitations',
    column: 'email_enc',
    key: ['case_id', 'invitation_no'],
    types: ['integer', 'integer'],
  },
  'case_screenings.result_enc': {
    table: 'case_screenings',
    column: 'result_enc',
    key: ['case_id', 'screening_id'],
    types: ['integer', 'integer'],
  },
  'incidents.facts_enc': { table: 'incidents', column: 'facts_enc', key: ['incident_id'], types: ['integer'] },
  'register_reports.content_enc': {
    table: 'register_reports',
    column: 'content_enc',
    key: ['register', 'subject', 'stage', 'version_no'],
    types: ['text', 'text', 'text', 'integer'],
  },
} as const
export type SealedColumn = keyof typeof SEALED

export type SealedValue = { readonly key: readonly string[]; readonly sealed: Buffer }

/** @param after the last key of the batch before */
export async function sealedBatch(
  db: Database,
  name: SealedColumn,
  after: readonly string[] | undefined,
  limit: number,
): Promise<SealedValue[]> {
  const { table, column, key, types } = SEALED[name]
  const columns = key.join(', ')
  const bound = key.map((_, at) => `$${at + 2}::text::${types[at]}`).join(', ')
  const { rows } = await db.query<SealedValue>({
    text: `select array[${key.map((one) => `${one}::text`).join(', ')}] as key, ${column} as sealed from ${table}
      where ${column} is not null ${after === undefined ? '' : `and (${columns}) > (${bound})`} order by ${columns} limit $1`,
    values: [limit, ...(after ?? [])],
  })
  return rows
}

export async function replaceSealed(
  db: Database,
  name: SealedColumn,
  at: readonly string[],
  seen: Buffer,
  sealed: Buffer,
): Promise<boolean> {
  const { table, column, key, types } = SEALED[name]
  const where = key.map((one, index) => `${one} = $${index + 3}::text::${types[index]}`).join(' and ')
  const { rowCount } = await db.query({
    text: `update ${table} set ${column} = $1 where ${column} = $2 and ${where}`,
    values: [sealed, seen, ...at],
  })
  return rowCount === 1
}
