/** SQL of what time brings: yearly reviews, drafts that nobody goes on with. */
import type { Queries } from '../../audit/store.ts'

export type Reminder = {
  case_id: number
  version: number
  next_review_at: Date
  reminded_days: number | null
  client_id: string
  partner_name: string
}

/**
 * Approved cases of which more is to be told at this moment, the most urgent first. Those that wait for their next step are
 * left out: there may be more of them than a batch holds.
 * @param steps days before the review, falling; the last mail told of one of them
 */
export async function dueReminders(
  db: Queries,
  { at, steps, limit }: { readonly at: Date; readonly steps: readonly number[]; readonly limit: number },
): Promise<Reminder[]> {
  const { rows } = await db.query<Reminder>({
    text: `select c.case_id, c.version, c.next_review_at, c.reminded_days, p.client_id, p.name as partner_name
      from cases c join partners p on p.partner_id = c.partner_id
      where c.state = 'approved' and c.next_review_at <= $1::timestamptz + $3::integer * interval '24 hours' and c.next_review_at <=
        $1::timestamptz + (select max(step) from unnest($2::integer[]) as step
          where c.reminded_days is null or step < c.reminded_days) * interval '24 hours'
      order by c.next_review_at, c.case_id limit $4`,
    values: [at, steps, steps[0], limit],
  })
  return rows
}

/** @returns whether it worked until now */
export async function suspendedForReview(db: Queries, client_id: string): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `update partners set status = 'suspended', updated_at = now() where client_id = $1 and status = 'active'`,
    values: [client_id],
  })
  return rowCount === 1
}

/** Drafts, and cases whose applicant was asked and does not answer, that nothing has changed since. */
export async function staleDrafts(
  db: Queries,
  before: Date,
  limit: number,
): Promise<{ case_id: number; version: number }[]> {
  const { rows } = await db.query<{ case_id: number; version: number }>({
    text: `select case_id, version from cases where state in ('draft', 'more_information') and updated_at < $1
      order by updated_at limit $2`,
    values: [before, limit],
  })
  return rows
}
