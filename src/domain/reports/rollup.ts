/**
 * Keeps the counts of days: counts anew, from the payments, every day of a partner of which something has moved since the
 * last time. The same again changes nothing, and one that was broken off is done again.
 */
import type { Context } from '../context.ts'
import { begunDays, countedUntil, movedDays, type PartnerDay, recordCounted, recountDay } from './rollup-store.ts'

type Counting = Pick<Context, 'db' | 'clock' | 'log'>

/** Events bear the time of the process that wrote them, and are seen when they are committed: so much is looked at twice. */
const OVERLAP_MS = 3 * 60_000
/** What lies far back is gone through in pieces of this length; one that is done need not be done again. */
const PIECE_MS = 6 * 60 * 60_000
/** Who looks is not shown counts older than this, where counting anew is quick. */
const FRESH_MS = 45_000
/** Counting for readers takes at most one part in so many of a process's time. */
const REST = 20
/** A new installation need not wait for its worker. */
const FEW_DAYS = 30

/** @returns how many days of partners were counted */
export async function countMoved(context: Counting): Promise<number> {
  const since = await countedUntil(context)
  if (since === undefined) return countAll(context)
  const now = context.clock.now()
  let counted = 0
  for (let from = since.getTime() - OVERLAP_MS; from < now.getTime(); from += PIECE_MS) {
    const piece = { from: new Date(from), to: new Date(Math.min(from + PIECE_MS, now.getTime() + OVERLAP_MS)) }
    const days = await movedDays(context, piece)
    await recountDays(context, days)
    await recordCounted(context, new Date(Math.min(from + PIECE_MS, now.getTime())))
    counted += days.length
  }
  return counted
}

/** For the first time: each day once. What moves meanwhile is of the next run. */
async function countAll(context: Counting): Promise<number> {
  const begun_at = context.clock.now()
  const days = await begunDays(context)
  await recountDays(context, days)
  if (days.length > 0) await recordCounted(context, begun_at)
  return days.length
}

/** A day that cannot be counted does not keep the others from it; it is counted when something of it moves again. */
async function recountDays(context: Counting, days: readonly PartnerDay[]): Promise<void> {
  for (const day of days) {
    try {
      await recountDay(context, day)
    } catch (error) {
      context.log.error({ err: error, ...day }, 'a day could not be counted: its figures in reports are old')
    }
  }
}

/** Readers who come together wait for one counting; how long the last one took says how soon there may be the next. */
const readers = new WeakMap<Context['db'], { running: Promise<unknown> | undefined; took_ms: number }>()

/**
 * Counts what has moved before somebody reads, where the last time is a while ago.
 * @returns until when everything is counted; undefined: nothing was ever counted
 */
export async function freshCounts(context: Counting): Promise<Date | undefined> {
  const until = await countedUntil(context)
  const state = readers.get(context.db) ?? { running: undefined, took_ms: 0 }
  readers.set(context.db, state)
  if (!(await isDue(context, until, state.took_ms))) return until
  state.running ??= timed(context, state).finally(() => {
    state.running = undefined
  })
  await state.running
  return countedUntil(context)
}

/** What the worker has not counted for long, or never where there is much, would keep a reader waiting. */
async function isDue(context: Counting, until: Date | undefined, took_ms: number): Promise<boolean> {
  if (until === undefined) return (await begunDays(context)).length <= FEW_DAYS
  const age_ms = context.clock.now().getTime() - until.getTime()
  return age_ms > Math.max(FRESH_MS, took_ms * REST) && age_ms < PIECE_MS
}

async function timed(context: Counting, state: { took_ms: number }): Promise<void> {
  const began = performance.now()
  await countMoved(context)
  state.took_ms = performance.now() - began
}

/** For the worker: the task and when it runs. */
export function reportTasks(context: Counting): { tasks: Record<string, () => Promise<void>>; crontab: string } {
  return {
    tasks: {
      async count_days() {
        const counted = await countMoved(context)
        if (counted > 0) context.log.debug({ counted }, 'days are counted')
      },
    },
    crontab: '*/5 * * * * count_days ?max=1&jobKey=count_days',
  }
}
