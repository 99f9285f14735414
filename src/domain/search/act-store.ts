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

type RefundToCome = {
  readonly transaction_id: string
  readonly amount_minor: number
}

/**
 * What was agreed on to be paid back of an order, and of which no word is on record yet; some of it the worker may have come to.
 * Read before the order is: what has happened by then is in the order.
 */
export async function refundsUnsaid(db: Queries, subject_id: string): Promise<RefundToCome[]> {
  const { rows } = await db.query<RefundToCome>({
    text: `select 'office-' || a.approval_id as transaction_id, (a.input->>'amount_minor')::bigint as amount_minor from approvals a
      where a.act = 'order.refund' and a.subject_kind = 'order' and a.subject_id = $1 and a.state = 'executed'
        and not exists (select from audit_log l
          where l.subject_kind = 'order' and l.subject_id = $1 and l.act = 'order.refunded'
            and (l.after->>'approval_id')::integer = a.approval_id)`,
    values: [subject_id],
  })
  return rows
}
