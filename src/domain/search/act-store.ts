/** SQL that leaves what two people agreed on to the worker, in the transaction of their agreement. */
import type { Queries } from '../audit/store.ts'

export async function queueOrderAct(db: Queries, act: Readonly<Record<string, unknown>>, at: Date): Promise<void> {
  await db.query({
    text: `insert into outbox (task, payload, run_at) values ('order_act', $1::jsonb, $2)`,
    values: [JSON.stringify(act), at],
  })
}

/** Those who decide about one subject at a time, until their transaction ends; outside of one it holds nothing. */
export async function inLine(db: Queries, subject_id: string): Promise<void> {
  await db.query({ text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))', values: [`order act ${subject_id}`] })
}

/**
 * What was agreed on to be paid back of an order, and the worker has not come to: of it there is neither a transaction nor
 * a word that it was refused.
 * @param done the order's transactions
 */
export async function refundsToCome(db: Queries, subject_id: string, done: readonly string[]): Promise<number> {
  const { rows } = await db.query<{ agreed_minor: number }>({
    text: `select coalesce(sum((a.input->>'amount_minor')::bigint), 0)::bigint as agreed_minor from approvals a
      where a.act = 'order.refund' and a.subject_kind = 'order' and a.subject_id = $1 and a.state = 'executed'
        and 'office-' || a.approval_id <> all($2::text[])
        and not exists (select from audit_log l
          where l.subject_kind = 'order' and l.subject_id = $1 and l.act = 'order.refunded'
            and (l.after->>'approval_id')::integer = a.approval_id)`,
    values: [subject_id, done],
  })
  return rows[0]?.agreed_minor ?? 0
}
