/** Drafts that nobody goes on with are taken back, so that what was told in them is not kept for ever. */
import type { Context } from '../../context.ts'
import { PunteError } from '../../errors.ts'
import type { CaseContext } from '../case.ts'
import { withdrawCase } from '../move.ts'
import { staleDrafts } from './store.ts'

const UNTOUCHED_DAYS = 180
const DAY_MS = 24 * 60 * 60_000
const BATCH = 100

/** @returns how many were withdrawn; they are erased 90 days later */
export async function withdrawStale(context: CaseContext & Pick<Context, 'log'>): Promise<number> {
  const before = new Date(context.clock.now().getTime() - UNTOUCHED_DAYS * DAY_MS)
  let withdrawn = 0
  for (const seen of await staleDrafts(context.db, before, BATCH)) {
    try {
      await withdrawCase(context, seen)
      withdrawn += 1
    } catch (error) {
      // Somebody has gone on with it at this moment.
      if (!(error instanceof PunteError)) throw error
    }
  }
  if (withdrawn > 0) context.log.info({ withdrawn }, 'drafts that nobody went on with are withdrawn')
  return withdrawn
}
