/** SQL of who suspended a partner or let it work again. */
import type { Queries } from '../audit/store.ts'

export type StandingRow = {
  status: 'active' | 'suspended'
  by: string
  at: Date
  reason_enc: Buffer | null
}

/** Under the lock of its partner. */
export async function insertStanding(db: Queries, row: StandingRow & { partner_id: number }): Promise<void> {
  await db.query({
    text: `insert into partner_standings (partner_id, standing_no, status, by, at, reason_enc)
      select $1, coalesce(max(standing_no), 0) + 1, $2, $3, $4, $5 from partner_standings where partner_id = $1`,
    values: [row.partner_id, row.status, row.by, row.at, row.reason_enc],
  })
}

/** The newest first. */
export async function loadStandings(db: Queries, partner_id: number): Promise<StandingRow[]> {
  const { rows } = await db.query<StandingRow>({
    text: `select status, by, at, reason_enc from partner_standings where partner_id = $1
      order by standing_no desc limit 50`,
    values: [partner_id],
  })
  return rows
}
