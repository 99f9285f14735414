/**
 * What time does to payments. What is due is read off the payments themselves, so that nothing has to be queued while a
 * payment goes its usual way, and nothing is lost when a process dies; each due row is claimed by a guarded update, so
 * that several processes share the work.
 */
import { startLoop } from '../../../infra/jobs/loop.ts'
import type { Context } from '../../context.ts'
import { claimDueAttempt, type DueAttempt, dueAttempts } from '../attempt-store.ts'
import { abandonExpired } from '../payer/abandon.ts'
import { loadPayment } from '../store.ts'
import { recoverSubmission } from './recover.ts'
import { settleLoaded } from './settle.ts'

const EVERY_MS = 1_000
const EXPIRE_EVERY_MS = 5_000
const BATCH = 200
/** Questions to one bank at once; each bank has its own lanes, so that a silent one never delays another. */
const LANES = 8
/** A claimed attempt whose process died is taken up again after this long, or after the bank's calls could all have ended. */
const LEASE_MS = 60_000
const LEASE_MARGIN_MS = 15_000
/** A call with a token that has ended, the bank's metadata, a new token, the call again: two must not renew one token. */
const CALLS_MOST = 4

/** Banks with questions under way, and the work of each. */
export type BusyBanks = Map<string, Promise<void>>

/**
 * Asks the banks about what is due, without waiting for them.
 * @param stopping once aborted nothing more is begun: what was not begun stays due, for this process's next life or another's
 * @returns how many attempts were found
 */
export async function sweepOnce(context: Context, busy: BusyBanks, stopping?: AbortSignal): Promise<number> {
  const due = await dueAttempts(context, context.clock.now(), [...busy.keys()], BATCH)
  for (const [bank_id, ofBank] of Map.groupBy(due, ({ bank_id }) => bank_id)) {
    const lane = async () => {
      for (let next = ofBank.shift(); next !== undefined; next = ofBank.shift()) {
        if (stopping?.aborted === true) return
        await takeDue(context, next)
      }
    }
    const work = Promise.all(Array.from({ length: Math.min(LANES, ofBank.length) }, lane))
    busy.set(
      bank_id,
      work.then(() => void busy.delete(bank_id)),
    )
  }
  return due.length
}

async function takeDue(context: Context, due: DueAttempt): Promise<void> {
  try {
    const timeout_ms = context.banks.get(due.bank_id)?.profile.timeout_ms ?? 0
    const lease_ms = Math.max(LEASE_MS, CALLS_MOST * timeout_ms + LEASE_MARGIN_MS)
    const until = new Date(context.clock.now().getTime() + lease_ms)
    if (!(await claimDueAttempt(context, due, until))) return
    const payment = await loadPayment(context, due)
    if (payment === undefined || payment.attempt_no !== due.attempt_no) return
    if (payment.attempt_state === 'open') await settleLoaded(context, payment, 'poll')
    else await recoverSubmission(context, due)
  } catch (error) {
    // One payment's trouble must not stop the others; its lease brings it back.
    context.log.error({ payment_id: due.payment_id, err: error }, 'a due payment could not be taken')
  }
}

/** Runs the sweeps in this process until stopped. */
export function startSweeps(context: Context): { stop(): Promise<void> } {
  const busy: BusyBanks = new Map()
  let expire_at = 0
  const loop = startLoop({
    every_ms: EVERY_MS,
    what: 'a sweep of payments',
    log: context.log,
    work: async (stopping) => {
      const taken = await sweepOnce(context, busy, stopping)
      return taken === BATCH && busy.size === 0
    },
  })
  // Beside it: what a list holds at a bank is dropped there as it ends, and no other payment's question waits for that.
  const ends = startLoop({
    every_ms: EVERY_MS,
    what: 'a sweep of expired payments',
    log: context.log,
    work: async (stopping) => {
      const now = context.clock.now().getTime()
      if (now < expire_at) return false
      const expired = await abandonExpired(context, BATCH, stopping)
      // A full batch means more of them: a partner that starts many and finishes few must not hold up the others' end.
      expire_at = expired === BATCH ? now : now + EXPIRE_EVERY_MS
      return false
    },
  })
  return {
    stop: async () => {
      await Promise.all([loop.stop(), ends.stop()])
      await Promise.all(busy.values())
    },
  }
}
