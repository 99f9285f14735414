/**
 * After a new sealing key is active: seals again what was sealed with an older one, while the service runs. Each row is
 * replaced only if it is still what was read, so that no newer value is overwritten.
 */
import { casePlace, type SealedOfCase } from '../compliance/sealed.ts'
import type { Context } from '../context.ts'
import { webhookSecretContext } from '../partners/directory.ts'
import { standingPlace } from '../partners/standing.ts'
import { noticePlace } from '../portal/notices.ts'
import { reasonPlace } from '../staff/approvals.ts'
import { passkeyNamePlace, personPlace, totpPlace } from '../staff/person.ts'
import { replaceSealed, type SealedColumn, sealedBatch } from './reseal-store.ts'

const BATCH = 500

/** Sealed columns, and the context under which each row's value was sealed. */
const COLUMNS: readonly { readonly column: SealedColumn; readonly place: (key: readonly string[]) => string }[] = [
  { column: 'payments.terms_enc', place: ([partner, payment]) => `payments.terms:${partner}:${payment}` },
  {
    column: 'payment_attempts.order_enc',
    place: ([partner, payment, attempt]) => `payment_attempts.order:${partner}:${payment}:${attempt}`,
  },
  {
    column: 'payment_attempts.session_enc',
    place: ([partner, payment, attempt]) => `payment_attempts.session:${partner}:${payment}:${attempt}`,
  },
  {
    column: 'bank_exchanges.messages_enc',
    place: ([partner, payment, exchange]) => `bank_exchanges.messages:${partner}:${payment}:${exchange}`,
  },
  { column: 'alert_comments.text_enc', place: ([partner, alert]) => `alert_comments.text:${partner}:${alert}` },
  { column: 'partners.webhook_secret_enc', place: ([, client_id]) => webhookSecretContext(client_id as string) },
  { column: 'partner_standings.reason_enc', place: ([partner]) => standingPlace(partner as string) },
  {
    column: 'approvals.reason_enc',
    place: ([, act, subject]) => reasonPlace(act as string, subject as string),
  },
  { column: 'partner_former_secrets.secret_enc', place: ([, client_id]) => webhookSecretContext(client_id as string) },
  { column: 'staff.person_enc', place: ([, user_name]) => personPlace(user_name as string) },
  { column: 'staff.totp_enc', place: ([, user_name]) => totpPlace(user_name as string) },
  {
    column: 'partner_notices.text_enc',
    place: ([partner, notice]) => noticePlace(partner as string, notice as string),
  },
  { column: 'incidents.facts_enc', place: ([incident_id]) => `incidents.facts:${incident_id}` },
  { column: 'register_reports.content_enc', place: (key) => `register_reports.content:${key.join(':')}` },
  {
    column: 'staff_passkeys.name_enc',
    place: ([staff_id, passkey_id]) => passkeyNamePlace(staff_id as string, passkey_id as string),
  },
  ...(
    [
      'cases.summary_enc',
      'case_versions.content_enc',
      'case_events.text_enc',
      'case_documents.facts_enc',
      'case_invitations.email_enc',
      'case_screenings.result_enc',
    ] as const satisfies readonly SealedOfCase[]
  ).map((column) => ({ column, place: (key: readonly string[]) => casePlace(column, ...key) })),
]

/** @returns how many values were sealed again; run until it answers 0 for the rows that changed meanwhile */
export async function resealAll(context: Pick<Context, 'db' | 'keys'>): Promise<number> {
  let resealed = 0
  for (const { column, place } of COLUMNS) {
    let after: readonly string[] | undefined
    for (;;) {
      const rows = await sealedBatch(context.db, column, after, BATCH)
      for (const { key, sealed } of rows) {
        if (!context.keys.needsReseal(sealed)) continue
        const plaintext = context.keys.open(sealed, place(key))
        if (await replaceSealed(context.db, column, key, sealed, context.keys.seal(plaintext, place(key))))
          resealed += 1
      }
      if (rows.length < BATCH) break
      after = rows.at(-1)?.key
    }
  }
  return resealed
}
