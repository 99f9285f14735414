/** SQL of opened pages. */
import type { Context } from '../context.ts'

/** Of one partner; the first time counts. */
export async function insertPageOpens(
  context: Pick<Context, 'db'>,
  partner_id: number,
  payment_ids: readonly number[],
  opened_at: Date,
): Promise<void> {
  await context.db.query({
    name: 'page_opens',
    text: `insert into page_opens (partner_id, payment_id, opened_at)
      select $1, payment_id, $3 from unnest($2::bigint[]) as payment_id on conflict do nothing`,
    values: [partner_id, payment_ids, opened_at],
  })
}
