/** Counts by payer and account serve a day; older ones are erased. What is kept of a day is one row a partner. */
import type { Context } from '../context.ts'
import { eraseCounts } from './store.ts'

type Erasing = Pick<Context, 'db' | 'clock' | 'partners' | 'log'>

const BATCH = 2_000

/** @returns how many were erased */
export async function eraseOldCounts(context: Erasing): Promise<number> {
  let erased = 0
  for (const { partner_id } of context.partners.all()) {
    for (;;) {
      const count = await eraseCounts(context, partner_id, context.clock.now(), BATCH)
      erased += count
      if (count < BATCH) break
    }
  }
  if (erased > 0) context.log.info({ erased }, 'counts of past days are erased')
  return erased
}

/** For the worker: the task and when it runs. */
export function limitTasks(context: Erasing): { tasks: Record<string, () => Promise<void>>; crontab: string } {
  return {
    tasks: {
      async erase_limit_counts() {
        await eraseOldCounts(context)
      },
    },
    crontab: '41 1-4 * * * erase_limit_counts ?max=1',
  }
}
