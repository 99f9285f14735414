/** The queue's tasks of this folder, to be given to `startWorker`. */
import type { JobTask } from '../../infra/jobs/worker.ts'
import type { Context } from '../context.ts'
import { followItems, spreadList } from './lists/follow.ts'
import { spreadLater } from './lists/store.ts'
import { loadPayment, type PaymentKey } from './store.ts'

const SPREAD_AGAIN_AFTER_MS = 6 * 3_600_000

/** `follow_items`: an item has moved, and so may its list. `spread_list`: a list has moved, and so do its items. */
export function initiationTasks(context: Context): Record<'follow_items' | 'spread_list', JobTask> {
  return {
    follow_items: async (payload) => {
      const item = await loadPayment(context, readKey(payload))
      if (item?.list_payment_id == null) return
      await followItems(context, { partner_id: item.partner_id, payment_id: item.list_payment_id })
    },
    spread_list: (payload, { last_attempt }) => spreadUntilTold(context, readKey(payload), last_attempt),
  }
}

// A bank may take its time to tell of single transfers: what the queue gives up is begun anew, and the log says so.
async function spreadUntilTold(context: Context, key: PaymentKey, last_attempt: boolean): Promise<void> {
  try {
    await spreadList(context, key)
  } catch (error) {
    if (!last_attempt) throw error
    const facts = { payment_id: key.payment_id, err: error }
    context.log.error(facts, 'the bank still does not tell how the transfers of a list stand; staff should ask it')
    await spreadLater(context, key, new Date(context.clock.now().getTime() + SPREAD_AGAIN_AFTER_MS))
  }
}

function readKey(payload: unknown): PaymentKey {
  const { partner_id, payment_id } = Object(payload)
  if (!Number.isSafeInteger(partner_id) || !Number.isSafeInteger(payment_id))
    throw new TypeError('a job without the number of its payment')
  return { partner_id, payment_id }
}
