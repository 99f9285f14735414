/** SQL of invitations. */
import type { Queries } from '../../audit/store.ts'
import type { CaseState } from '../state.ts'

export type InvitationRow = {
  case_id: number
  invitation_no: number
  email_enc: Buffer
  created_at: Date
  by_name: string
  expires_at: Date
  opened_at: Date | null
  revoked_at: Date | null
}

const LISTED = 50

export async function nextInvitationNo(db: Queries, case_id: number): Promise<number> {
  const { rows } = await db.query<{ next: number }>({
    text: 'select coalesce(max(invitation_no), 0) + 1 as next from case_invitations where case_id = $1',
    values: [case_id],
  })
  return (rows[0] as { next: number }).next
}

export async function insertInvitation(
  db: Queries,
  row: Omit<InvitationRow, 'opened_at' | 'revoked_at'> & { readonly token_hash: Buffer },
): Promise<void> {
  await db.query({
    text: `insert into case_invitations (case_id, invitation_no, token_hash, email_enc, created_at, by_name, expires_at)
      values ($1, $2, $3, $4, $5, $6, $7)`,
    values: [
      ...[row.case_id, row.invitation_no, row.token_hash, row.email_enc],
      ...[row.created_at, row.by_name, row.expires_at],
    ],
  })
}

/** @returns how many were good until now */
export async function revokeOpen(db: Queries, case_id: number, at: Date): Promise<number> {
  const { rowCount } = await db.query({
    text: `update case_invitations set revoked_at = $2 where case_id = $1 and revoked_at is null and expires_at > $2`,
    values: [case_id, at],
  })
  return rowCount ?? 0
}

/** Newest first. */
export async function invitationsOf(db: Queries, case_id: number): Promise<InvitationRow[]> {
  const { rows } = await db.query<InvitationRow>({
    text: `select case_id, invitation_no, email_enc, created_at, by_name, expires_at, opened_at, revoked_at
      from case_invitations where case_id = $1 order by invitation_no desc limit $2`,
    values: [case_id, LISTED],
  })
  return rows
}

/** Of a link that is good now; the first time it is opened is written down. */
export async function findOpen(
  db: Queries,
  token_hash: Buffer,
  at: Date,
): Promise<{ case_id: number; invitation_no: number; state: CaseState } | undefined> {
  const { rows } = await db.query<{ case_id: number; invitation_no: number; state: CaseState }>({
    text: `with found as (
        select i.case_id, i.invitation_no, i.opened_at, c.state from case_invitations i join cases c using (case_id)
        where i.token_hash = $1 and i.revoked_at is null and i.expires_at > $2),
      marked as (
        update case_invitations i set opened_at = $2 from found f
        where i.case_id = f.case_id and i.invitation_no = f.invitation_no and i.opened_at is null)
      select case_id, invitation_no, state from found`,
    values: [token_hash, at],
  })
  return rows[0]
}
