/** SQL of what a limit stops of a list whose payments go one by one. */
import type { Context } from '../../context.ts'
import type { Reason } from '../settling/reasons.ts'
import type { PaymentKey } from '../store.ts'

/**
 * Blocks what is left of a list, all of it at once: only while nothing of the list was sent, and no bank chosen for it,
 * since the caller looked. The list's row moves on, as with everything that goes to a bank of it, so that whoever is about
 * to send one of these payments, or all of them as one, does not.
 * @param b.seen_event_no the list's, read before its items
 * @returns how many are BLOCKED; undefined where the list has moved
 */
export async function blockItems(
  context: Pick<Context, 'db'>,
  list: PaymentKey,
  b: { readonly at: Date; readonly reason: Reason; readonly seen_event_no: number },
): Promise<number | undefined> {
  const { rows } = await context.db.query<{ blocked: number }>({
    name: 'list_block_items',
    text: `with held as (
        update payments set event_no = event_no + 1
        where partner_id = $1 and payment_id = $2 and event_no = $5 and list_way = 'one_by_one' and finished_at is null
        returning payment_id),
      moved as (
        update payments p set status = 'BLOCKED', reason = $4, status_at = $3, finished_at = $3, event_no = p.event_no + 1
        from held
        where p.partner_id = $1 and p.list_payment_id = held.payment_id and p.status = 'INIT'
          and not exists (select from payment_attempts l
            where l.partner_id = $1 and l.payment_id = p.payment_id and l.state <> 'closed')
        returning p.payment_id, p.event_no),
      work as (
        -- One item speaks for all of them.
        insert into outbox (task, payload, run_at)
        select 'follow_items', jsonb_build_object('partner_id', $1::integer, 'payment_id', min(payment_id)), $3
        from moved having count(*) > 0),
      told as (
        insert into payment_events (partner_id, payment_id, event_no, type, status, cause, at)
        select $1, payment_id, event_no, 'payment.status', 'BLOCKED', 'payer', $3 from moved)
      select (select count(*)::integer from moved) as blocked from held`,
    values: [list.partner_id, list.payment_id, b.at, b.reason, b.seen_event_no],
  })
  return rows[0]?.blocked
}
