/** All SQL about invitations of partners' people: links with which they set a password. */
import type { Queries } from '../audit/store.ts'

/** One a person: a newer link takes the place of the one before. */
export async function putInvitation(
  db: Queries,
  invitation: {
    readonly staff_id: number
    readonly token_hash: Buffer
    readonly invited_at: Date
    readonly expires_at: Date
  },
): Promise<void> {
  await db.query({
    text: `insert into staff_invitations (staff_id, token_hash, invited_at, expires_at) values ($1, $2, $3, $4)
      on conflict (staff_id) do update set token_hash = excluded.token_hash, invited_at = excluded.invited_at,
        expires_at = excluded.expires_at`,
    values: [invitation.staff_id, invitation.token_hash, invitation.invited_at, invitation.expires_at],
  })
}

export type Invited = { readonly staff_id: number; readonly partner_id: number; readonly expires_at: Date }

/** Whom a link is for, while it is good. */
export async function findInvitation(db: Queries, token_hash: Buffer, at: Date): Promise<Invited | undefined> {
  const { rows } = await db.query<Invited>({
    text: `select i.staff_id, s.partner_id, i.expires_at from staff_invitations i join staff s using (staff_id)
      where i.token_hash = $1 and i.expires_at > $2 and s.status = 'active' and s.partner_id is not null`,
    values: [token_hash, at],
  })
  return rows[0]
}

/** Uses the link up. @returns false: another has */
export async function takeInvitation(db: Queries, token_hash: Buffer, at: Date): Promise<boolean> {
  const { rowCount } = await db.query({
    text: 'delete from staff_invitations where token_hash = $1 and expires_at > $2',
    values: [token_hash, at],
  })
  return rowCount === 1
}

/** When the open links of a partner's people end. */
export async function openInvitations(db: Queries, partner_id: number): Promise<ReadonlyMap<string, Date>> {
  const { rows } = await db.query<{ user_name: string; expires_at: Date }>({
    text: `select s.user_name, i.expires_at from staff_invitations i join staff s using (staff_id) where s.partner_id = $1`,
    values: [partner_id],
  })
  return new Map(rows.map(({ user_name, expires_at }) => [user_name, expires_at]))
}
