/**
 * Takes up what an acquirer left unsaid, and what a process that died left unrecorded; settle.ts says how each is settled.
 * What is due is read off the transactions themselves. What cannot be settled yet is tried again, less and less often, and
 * its order stays taken until then.
 */
import { startLoop } from '../../infra/jobs/loop.ts'
import type { Context } from '../context.ts'
import { forgetExpiredSessions } from '../sessions/sessions.ts'
import { askLater, type DueTransaction, dueTransactions } from './record-store.ts'
import { settleDue } from './settle.ts'

const EVERY_MS = 500
const BATCH = 200
/** Questions under one merchant's link at once, so that a backlog does not become a flood; each link has its own lanes. */
const LANES = 8
const SESSIONS_EVERY_MS = 60_000
/** Until a transaction whose merchant, link or acquirer is gone from the configuration is looked at again. */
const TROUBLE_MS = 60_000

/** Links with questions under way, and the work of each. */
type BusyLinks = Map<
  string,
  { readonly link: Pick<DueTransaction, 'partner_id' | 'link_no'>; readonly work: Promise<void> }
>

/**
 * Begins to settle what is due, without waiting for it.
 * @returns how many were found, and when they are through
 */
export async function reconcileOnce(
  context: Context,
  busy: BusyLinks,
  stopping?: AbortSignal,
): Promise<{ readonly found: number; readonly work: Promise<unknown> }> {
  const links = [...busy.values()].map(({ link }) => link)
  const due = await dueTransactions(context, context.clock.now(), links, BATCH)
  for (const [name, of_link] of Map.groupBy(due, ({ partner_id, link_no }) => `${partner_id}/${link_no}`)) {
    const [link] = of_link
    if (link === undefined) continue
    const lane = async () => {
      for (let next = of_link.shift(); next !== undefined; next = of_link.shift()) {
        if (stopping?.aborted === true) return
        await takeUp(context, next)
      }
    }
    const lanes = Promise.all(Array.from({ length: Math.min(LANES, of_link.length) }, lane))
    busy.set(name, { link, work: lanes.then(() => void busy.delete(name)) })
  }
  return { found: due.length, work: Promise.all([...busy.values()].map(({ work }) => work)) }
}

async function takeUp(context: Context, due: DueTransaction): Promise<void> {
  try {
    await settleDue(context, due)
  } catch (error) {
    // One transaction's trouble must not stop the others, nor fill the log; once its turn is taken, its lease brings it back.
    context.log.error({ partner_id: due.partner_id, err: error }, 'a card transaction could not be settled')
    await askLater(context, due, new Date(context.clock.now().getTime() + TROUBLE_MS)).catch(() => undefined)
  }
}

/** Settles in this process until stopped; also forgets sessions whose time is over. */
export function startCardSweeps(context: Context): { stop(): Promise<void> } {
  const busy: BusyLinks = new Map()
  let sessions_at = 0
  const loop = startLoop({
    every_ms: EVERY_MS,
    what: 'a sweep of card transactions',
    log: context.log,
    work: async (stopping) => {
      const { found } = await reconcileOnce(context, busy, stopping)
      const now = context.clock.now().getTime()
      if (now >= sessions_at) {
        // As many as one call forgets at most: there may be more.
        const forgotten = await forgetExpiredSessions(context)
        sessions_at = forgotten > 0 ? now : now + SESSIONS_EVERY_MS
      }
      // The links of these are busy now and passed over: others may have as much waiting.
      return found === BATCH
    },
  })
  return {
    stop: async () => {
      await loop.stop()
      await Promise.all([...busy.values()].map(({ work }) => work))
    },
  }
}
