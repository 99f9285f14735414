/** A partner's webhooks: what was told, what its endpoint did not take, and telling it again. */
import { type Acting, inAct } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { restartDeliveries } from '../events/store.ts'
import type { PaymentKey } from '../initiation/store.ts'
import type { Page } from './payments.ts'
import { type DeliveryLine, type DeliveryState, restartFailed, selectDeliveries } from './webhook-store.ts'

const PAGE = 50
const PLACE = /^(\d{1,16})_(\d{1,9})$/
/** At a time: an endpoint that has just come back is not to be run over. */
const MOST_RESTARTED = 1_000

/** @throws PunteError FIELD_INVALID of `after` */
export async function listOwnDeliveries(
  context: Pick<Context, 'db'>,
  partner_id: number,
  { after, ...wanted }: { readonly state?: DeliveryState; readonly payment_id?: number; readonly after?: string },
): Promise<Page<DeliveryLine>> {
  const [, payment, event] = after === undefined ? [] : (PLACE.exec(after) ?? [])
  if (after !== undefined && payment === undefined) throw new PunteError('FIELD_INVALID', { field: 'after' })
  const before = after === undefined ? {} : { before: { payment_id: Number(payment), event_no: Number(event) } }
  const found = await selectDeliveries(context.db, partner_id, { ...wanted, ...before }, PAGE + 1)
  const rows = found.slice(0, PAGE)
  const last = rows.at(-1)
  return { rows, next: found.length > PAGE && last !== undefined ? `${last.payment_id}_${last.event_no}` : null }
}

/** Tells one event again, with a fresh 72 hours. @throws PunteError RECORD_UNKNOWN, also of another partner's */
export async function redeliverOwn(
  context: Acting & Pick<Context, 'clock'>,
  key: PaymentKey & { readonly event_no: number },
): Promise<void> {
  await inAct(context, async (db, record) => {
    const { partner_id, payment_id, event_no } = key
    const told = await restartDeliveries({ db }, { partner_id, payment_id, event_no }, context.clock.now())
    if (told.length === 0) throw new PunteError('RECORD_UNKNOWN')
    await record({
      act: 'webhook.redeliver',
      subject: { kind: 'payment', id: String(payment_id) },
      after: { event_no },
    })
  })
}

/** Tells all that has failed again, the oldest thousand at a time. */
export function redeliverFailed(
  context: Acting & Pick<Context, 'clock'>,
  partner: { readonly partner_id: number; readonly client_id: string },
): Promise<{ readonly restarted: number; readonly left: number }> {
  return inAct(context, async (db, record) => {
    const done = await restartFailed(db, partner.partner_id, context.clock.now(), MOST_RESTARTED)
    if (done.restarted > 0)
      await record({ act: 'webhook.redeliver', subject: { kind: 'partner', id: partner.client_id }, after: done })
    return done
  })
}
