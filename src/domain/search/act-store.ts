/** SQL that leaves what two people agreed on to the worker, in the transaction of their agreement. */
import type { Queries } from '../audit/store.ts'

export async function queueOrderAct(db: Queries, act: Readonly<Record<string, unknown>>, at: Date): Promise<void> {
  await db.query({
    text: `insert into outbox (task, payload, run_at) values ('order_act', $1::jsonb, $2)`,
    values: [JSON.stringify(act), at],
  })
}
