/** SQL of why a partner may not work: since when, by whom, and how its case stands. */
import type { Queries } from '../audit/store.ts'

type StoppedRow = {
  /** Of the newest suspension; null where it was suspended before such things were written down. */
  readonly suspended_at: Date | null
  readonly suspended_by: string | null
  readonly next_review_at: Date | null
  /** Of the relationship; null: it goes on. */
  readonly ended_at: Date | null
}

export async function selectStopped(db: Queries, partner_id: number): Promise<StoppedRow> {
  const { rows } = await db.query<StoppedRow>({
    text: `select s.at as suspended_at, s.by as suspended_by, c.next_review_at,
        case when c.state in ('relationship_ended', 'erased') then c.ended_at end as ended_at
      from (select $1::integer as partner_id) p
      left join lateral (select at, by from partner_standings
        where partner_id = p.partner_id and status = 'suspended' order by standing_no desc limit 1) s on true
      left join cases c on c.partner_id = p.partner_id and c.approved_at is not null`,
    values: [partner_id],
  })
  return rows[0] ?? { suspended_at: null, suspended_by: null, next_review_at: null, ended_at: null }
}
