/** The queue's tasks of this folder, to be given to `startWorker`. */
import type { JobTask } from '../../infra/jobs/worker.ts'
import type { Context } from '../context.ts'
import { followItems, spreadList } from './list-follow.ts'
import { loadPayment, type PaymentKey } from './store.ts'

/** `follow_items`: an item has moved, and so may its list. `spread_list`: a list has moved, and so do its items. */
export function initiationTasks(context: Context): Record<'follow_items' | 'spread_list', JobTask> {
  return {
    follow_items: async (payload) => {
      const item = await loadPayment(context, readKey(payload))
      if (item?.list_payment_id == null) return
      await followItems(context, { partner_id: item.partner_id, payment_id: item.list_payment_id })
    },
    spread_list: (payload) => spreadList(context, readKey(payload)),
  }
}

function readKey(payload: unknown): PaymentKey {
  const { partner_id, payment_id } = Object(payload)
  if (!Number.isSafeInteger(partner_id) || !Number.isSafeInteger(payment_id))
    throw new TypeError('a job without the number of its payment')
  return { partner_id, payment_id }
}
