/** SQL of what waits for a person, for the first page of the back office. Each by an index of what is still open. */
import type { Context } from '../context.ts'

type Databased = Pick<Context, 'db'>

export type UnknownSubmission = {
  readonly partner_id: number
  readonly payment_id: number
  readonly bank_id: string
  readonly submitted_at: Date
}

/** Submissions that nobody knows the fate of, sent before `until`, the oldest first. */
export async function unknownSubmissions(context: Databased, until: Date, limit: number): Promise<UnknownSubmission[]> {
  const { rows } = await context.db.query<UnknownSubmission>({
    text: `select partner_id, payment_id, bank_id, submitted_at from payment_attempts
      where state in ('sending', 'unknown') and submitted_at < $1 order by submitted_at limit $2`,
    values: [until, limit],
  })
  return rows
}

export type UnknownTransaction = {
  readonly partner_id: number
  readonly order_id: string
  readonly transaction_id: string
  readonly submitted_at: Date
}

/** Card transactions of which the acquirer has said nothing, the oldest first. */
export async function unknownTransactions(
  context: Databased,
  until: Date,
  limit: number,
): Promise<UnknownTransaction[]> {
  const { rows } = await context.db.query<UnknownTransaction>({
    text: `select partner_id, order_id, transaction_id, submitted_at from card_transactions
      where state in ('submitted', 'unknown') and submitted_at < $1 order by submitted_at limit $2`,
    values: [until, limit],
  })
  return rows
}

export type CaseCounts = { readonly submitted: number; readonly in_review: number; readonly review_overdue: number }

export async function countCases(context: Databased, now: Date): Promise<CaseCounts> {
  const { rows } = await context.db.query<CaseCounts>({
    text: `select count(*) filter (where state = 'submitted') as submitted, count(*) filter (where state = 'in_review') as in_review,
        count(*) filter (where state = 'approved' and next_review_at < $1) as review_overdue
      from cases where state in ('submitted', 'in_review', 'approved')`,
    values: [now],
  })
  return rows[0] ?? { submitted: 0, in_review: 0, review_overdue: 0 }
}
