/** Messages with banks are erased when they are old. */
import type { Context } from '../context.ts'
import { eraseExchanges } from './store.ts'

type Erasing = Pick<Context, 'db' | 'clock' | 'partners' | 'settings' | 'log'>

const BATCH = 2_000
const DAY_MS = 86_400_000

/** @returns how many were erased */
export async function eraseOldExchanges(context: Erasing): Promise<number> {
  const before = new Date(context.clock.now().getTime() - context.settings.PUNTE_EXCHANGE_DAYS * DAY_MS)
  let erased = 0
  for (const { partner_id } of context.partners.all()) {
    for (;;) {
      const count = await eraseExchanges(context, partner_id, before, BATCH)
      erased += count
      if (count < BATCH) break
    }
  }
  if (erased > 0) context.log.info({ erased }, 'old messages with banks are erased')
  return erased
}

/** For the worker: the task and when it runs. */
export function exchangeTasks(context: Erasing): {
  tasks: Record<string, () => Promise<void>>
  crontab: string
} {
  return {
    tasks: {
      async erase_bank_exchanges() {
        await eraseOldExchanges(context)
      },
    },
    // At night, every hour of it: what one run did not finish the next one does.
    crontab: '23 0-4 * * * erase_bank_exchanges ?max=1',
  }
}
