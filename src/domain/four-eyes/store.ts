/** SQL of what follows from approved acts. */
import type { Queries } from '../audit/store.ts'

/** The worker rotates a key, once this is committed. */
export async function insertRotation(
  db: Queries,
  job: { readonly approval_id: number; readonly kind: string; readonly former: string | null },
  at: Date,
): Promise<void> {
  await db.query({
    text: `insert into outbox (task, payload, run_at) values ('rotate_key', $1, $2)`,
    values: [JSON.stringify(job), at],
  })
}
