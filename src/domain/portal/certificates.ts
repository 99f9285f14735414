/** A partner's registered certificates as its people see them, with what waits for approval. */
import type { Context } from '../context.ts'
import { lastPresented } from '../partners/last-presented.ts'
import { authoritiesOf, type CertificateFacts } from '../partners/registrations.ts'
import { findPartner } from '../partners/store.ts'
import { listApprovals } from '../staff/approvals.ts'
import type { Owner } from './users.ts'

export type OwnCertificate = {
  readonly certificate_id: number
  readonly subject: string
  readonly issuer: string
  readonly serial_number: string | null
  /** Of the certificate that was shown when it was registered. */
  readonly valid_to: string | null
  readonly added_at: string
  readonly withdrawn_at: string | null
  readonly authorities: readonly CertificateFacts[]
}

export async function listOwnCertificates(
  context: Pick<Context, 'db' | 'keys' | 'clock' | 'settings'>,
  { partner_id, client_id }: Pick<Owner, 'partner_id' | 'client_id'>,
): Promise<{
  readonly certificates: readonly OwnCertificate[]
  /** In a process of this installation, since it was started. */
  readonly last_presented: { readonly subject: string; readonly expires_at: Date } | null
  readonly waiting: readonly { readonly approval_id: number; readonly kind: string; readonly expires_at: Date }[]
}> {
  const [partner, approvals] = await Promise.all([
    findPartner(context.db, client_id),
    listApprovals(context, { subject: { kind: 'partner', id: client_id } }),
  ])
  const waiting = approvals.filter(({ act }) => act === 'partner.certificate')
  return {
    certificates: (partner?.certificates ?? []).map((row) => ({
      certificate_id: row.certificate_id,
      subject: row.subject,
      issuer: row.issuer,
      serial_number: row.serial_number,
      valid_to: row.valid_to,
      added_at: row.added_at,
      withdrawn_at: row.withdrawn_at,
      authorities: authoritiesOf(row),
    })),
    last_presented: lastPresented(partner_id) ?? null,
    waiting: waiting.map(({ approval_id, input, expires_at }) => ({
      approval_id,
      kind: String(input.kind),
      expires_at,
    })),
  }
}
