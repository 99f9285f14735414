/**
 * What limits remember, and for how long. Counts by payer and account serve a day. That a payment was counted serves as long
 * as it moves, and the 30 days of the indicators. That an account pays another serves until it has not for so long that it
 * counts as new again. Rows of days, one a partner, stay: they name nobody. So do the keyed hashes of clients, which are
 * counted for as long as the partner is one: they are erased with the partner's other data.
 */
import type { Context } from '../context.ts'
import { eraseCounts, eraseEntries, erasePairs } from './store.ts'

type Erasing = Pick<Context, 'db' | 'clock' | 'partners' | 'log'>

const BATCH = 2_000
const ENTRY_DAYS = 35
const PAIR_DAYS = 400

/** @returns how many were erased */
export async function eraseOldCounts(context: Erasing): Promise<number> {
  const erased = await ofEach(context, async (partner_id) => {
    let sum = 0
    for (;;) {
      const count = await eraseCounts(context, partner_id, context.clock.now(), BATCH)
      sum += count
      if (count < BATCH) return sum + (await eraseOldEntries(context, partner_id))
    }
  })
  if (erased > 0) context.log.info({ erased }, 'counts of past days are erased')
  return erased
}

/** Payments are numbered in the order they come: where a whole batch has nothing old, neither has what follows. */
async function eraseOldEntries(context: Erasing, partner_id: number): Promise<number> {
  const at = context.clock.now()
  let sum = 0
  for (let after: number | undefined = 0; after !== undefined; ) {
    const { next, erased } = await eraseEntries(context, partner_id, { after, at, days: ENTRY_DAYS, limit: BATCH })
    sum += erased
    after = erased === 0 ? undefined : next
  }
  return sum
}

/** Goes through all of them: there is no order of days. @returns how many were erased */
export async function eraseOldPairs(context: Erasing): Promise<number> {
  const at = context.clock.now()
  const erased = await ofEach(context, async (partner_id) => {
    let sum = 0
    let after: readonly [Buffer, Buffer] | undefined = [Buffer.alloc(0), Buffer.alloc(0)]
    while (after !== undefined) {
      const step = await erasePairs(context, partner_id, { after, at, days: PAIR_DAYS, limit: BATCH })
      sum += step.erased
      after = step.next
    }
    return sum
  })
  if (erased > 0) context.log.info({ erased }, 'pairs of accounts that have long not paid are forgotten')
  return erased
}

async function ofEach(context: Erasing, work: (partner_id: number) => Promise<number>): Promise<number> {
  let sum = 0
  for (const { partner_id } of context.partners.all()) sum += await work(partner_id)
  return sum
}

/** For the worker: the tasks and when they run. */
export function limitTasks(context: Erasing): { tasks: Record<string, () => Promise<void>>; crontab: string } {
  return {
    tasks: {
      async erase_limit_counts() {
        await eraseOldCounts(context)
      },
      async erase_limit_pairs() {
        await eraseOldPairs(context)
      },
    },
    crontab: '41 1-4 * * * erase_limit_counts ?max=1\n23 2 * * 0 erase_limit_pairs ?max=1',
  }
}
