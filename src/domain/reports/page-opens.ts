/**
 * Notes that a payer has the page of a payment open, for the funnel of reports. It must cost the page nothing: nobody waits for
 * it, a page that asks again is remembered, and what comes within a second is written together. A crash loses that second.
 */
import { type Batch, createBatch } from '../../infra/database/batch.ts'
import type { Context } from '../context.ts'
import type { PaymentKey } from '../initiation/store.ts'
import { insertPageOpens } from './page-opens-store.ts'

type Noting = Pick<Context, 'db' | 'clock' | 'log'>

const WINDOW_MS = 1_000
const MOST_AT_ONCE = 500
/** Pages that this process has noted lately. */
const REMEMBERED = 20_000

type Notes = { readonly seen: Set<number>; readonly batches: Map<number, Batch<number>> }
const of_databases = new WeakMap<Context['db'], Notes>()

/** Returns at once; never throws. */
export function notePageOpened(context: Noting, { partner_id, payment_id }: PaymentKey): void {
  const { seen, batches } = notesOf(context)
  if (seen.has(payment_id)) return
  if (seen.size >= REMEMBERED) seen.clear()
  seen.add(payment_id)
  let batch = batches.get(partner_id)
  if (batch === undefined) {
    batch = createBatch<number>({
      window_ms: WINDOW_MS,
      most: MOST_AT_ONCE,
      keyOf: String,
      write: (payment_ids) => insertPageOpens(context, partner_id, payment_ids, context.clock.now()),
    })
    batches.set(partner_id, batch)
  }
  batch.add(payment_id).catch((error: unknown) => {
    context.log.warn({ err: error }, 'that pages were opened could not be noted')
  })
}

function notesOf({ db }: Noting): Notes {
  const notes = of_databases.get(db) ?? { seen: new Set(), batches: new Map() }
  of_databases.set(db, notes)
  return notes
}
