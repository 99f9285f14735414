/** SQL of what a partner sees of its webhooks, and of telling it again. Every statement begins with its partner_id. */
import type { Queries } from '../audit/store.ts'
import type { PaymentStatus } from '../initiation/state.ts'

export type DeliveryState = 'pending' | 'delivered' | 'failed'

export type DeliveryLine = {
  readonly payment_id: number
  readonly event_no: number
  readonly status: PaymentStatus
  /** Of the event that is told. */
  readonly at: Date
  readonly state: DeliveryState
  readonly tries: number
  readonly first_tried_at: Date | null
  readonly next_try_at: Date | null
  readonly delivered_at: Date | null
  readonly last_outcome: string | null
}

/** The newest payment first, of each the newest event. */
export async function selectDeliveries(
  db: Queries,
  partner_id: number,
  filter: {
    readonly state?: DeliveryState
    readonly payment_id?: number
    readonly before?: { readonly payment_id: number; readonly event_no: number }
  },
  limit: number,
): Promise<DeliveryLine[]> {
  const { rows } = await db.query<DeliveryLine>({
    // What was not delivered has an index of its own, which the planner takes by these very words.
    text: `select d.payment_id, d.event_no, e.status, e.at, d.state, d.tries, d.first_tried_at, d.next_try_at, d.delivered_at,
        d.last_outcome
      from webhook_deliveries d
      join payment_events e on e.partner_id = d.partner_id and e.payment_id = d.payment_id and e.event_no = d.event_no
      where d.partner_id = $1 and ($2::text is null or d.state = $2)
        ${filter.state === undefined || filter.state === 'delivered' ? '' : "and d.state <> 'delivered'"}
        and ($3::bigint is null or d.payment_id = $3)
        and ($4::bigint is null or (d.payment_id, d.event_no) < ($4, $5::integer))
      order by d.payment_id desc, d.event_no desc limit $6`,
    values: [
      partner_id,
      filter.state ?? null,
      filter.payment_id ?? null,
      filter.before?.payment_id ?? null,
      filter.before?.event_no ?? null,
      limit,
    ],
  })
  return rows
}

/** Begins failed deliveries anew, the oldest first. @returns how many, and how many still stand as failed */
export async function restartFailed(
  db: Queries,
  partner_id: number,
  at: Date,
  limit: number,
): Promise<{ restarted: number; left: number }> {
  const { rows } = await db.query<{ restarted: number; left: number }>({
    text: `with failed as (
        select payment_id, event_no from webhook_deliveries
        where partner_id = $1 and state = 'failed' and state <> 'delivered'
        order by payment_id, event_no limit $3 for update skip locked),
      restarted as (
        update webhook_deliveries d set state = 'pending', tries = 0, first_tried_at = null, next_try_at = $2
        from failed f where d.partner_id = $1 and d.payment_id = f.payment_id and d.event_no = f.event_no
        returning d.payment_id, d.event_no),
      work as (
        insert into outbox (task, payload, run_at)
        select 'deliver_webhook', jsonb_build_object('partner_id', $1::integer, 'payment_id', payment_id,
          'event_no', event_no, 'try_no', 0), $2 from restarted)
      select (select count(*)::integer from restarted) as restarted,
        (select count(*)::integer from webhook_deliveries where partner_id = $1 and state = 'failed' and state <> 'delivered')
          - (select count(*)::integer from restarted) as left`,
    values: [partner_id, at, limit],
  })
  return rows[0] ?? { restarted: 0, left: 0 }
}
