/** SQL of the list of partners. */
import type { Queries } from '../audit/store.ts'

export type PartnerFilters = {
  /** Of the name or the client id, wherever it stands in them. */
  readonly search?: string
  readonly type?: 'Ecommerce' | 'Finance'
  readonly status?: 'active' | 'suspended'
  /** Whose yearly review should have been done. */
  readonly overdue?: boolean
  /** The number of the last that was shown. */
  readonly after?: number
}

export type PartnerLine = {
  readonly partner_id: number
  readonly client_id: string
  readonly name: string
  readonly type: 'Ecommerce' | 'Finance'
  readonly status: 'active' | 'suspended'
  readonly created_at: Date
  readonly case_id: number | null
  readonly next_review_at: Date | null
  readonly is_merchant: boolean
  /** The registered certificate that is valid longest; null: none, or not known. */
  readonly certificate_valid_to: Date | null
  readonly certificate_count: number
  readonly open_alerts: number
}

/** In the order in which they came. */
export async function searchPartners(
  db: Queries,
  wanted: PartnerFilters,
  at: Date,
  limit: number,
): Promise<PartnerLine[]> {
  const { rows } = await db.query<PartnerLine>({
    text: `select p.partner_id, p.client_id, p.name, p.type, p.status, p.created_at, c.case_id, c.next_review_at,
        exists (select from merchants m where m.partner_id = p.partner_id) as is_merchant,
        r.valid_to as certificate_valid_to, r.count as certificate_count,
        (select count(*) from alerts a where a.partner_id = p.partner_id and a.state <> 'closed') as open_alerts
      from partners p
      -- Of a relationship that has ended nothing is due any more.
      left join lateral (select case_id, case when state = 'approved' then next_review_at end as next_review_at from cases
        where partner_id = p.partner_id order by approved_at desc nulls last limit 1) c on true
      cross join lateral (select max(valid_to) as valid_to, count(*) as count from partner_certificates
        where partner_id = p.partner_id and withdrawn_at is null) r
      where p.partner_id > $1 and ($2::text is null or p.name ilike $2 or p.client_id ilike $2)
        and ($3::text is null or p.type = $3) and ($4::text is null or p.status = $4)
        and ($5::boolean is not true or c.next_review_at < $6)
      order by p.partner_id limit $7`,
    values: [
      wanted.after ?? 0,
      wanted.search === undefined ? null : `%${wanted.search.replace(/[\\%_]/g, '\\$&')}%`,
      wanted.type ?? null,
      wanted.status ?? null,
      wanted.overdue ?? null,
      at,
      limit,
    ],
  })
  return rows
}

/** The onboarding case of a partner, where it has one. */
export async function caseOf(
  db: Queries,
  partner_id: number,
): Promise<{ readonly case_id: number; readonly state: string; readonly next_review_at: Date | null } | undefined> {
  const { rows } = await db.query<{ case_id: number; state: string; next_review_at: Date | null }>({
    text: `select case_id, state, next_review_at from cases where partner_id = $1
      order by approved_at desc nulls last limit 1`,
    values: [partner_id],
  })
  return rows[0]
}
