/** Who was told of a payment (webhooks, mails), and what of it is still to come. */
import type { Context } from '../context.ts'
import { tasksAfter } from '../initiation/advance.ts'
import type { PaymentStatus } from '../initiation/state.ts'
import type { PaymentRow } from '../initiation/store.ts'
import { maskText } from './mask.ts'
import type { Attempt, Delivery, MailRecord, PaymentEventRow } from './store.ts'
import { type Moment, msBetween, type Open } from './timeline.ts'

function about(events: readonly PaymentEventRow[], event_no: number): { event_no: number; status?: PaymentStatus } {
  const status = events.find((event) => event.event_no === event_no)?.status
  return { event_no, ...(status !== undefined && { status }) }
}

export function toldWebhooks(deliveries: readonly Delivery[], events: readonly PaymentEventRow[]): Moment[] {
  return deliveries.flatMap((delivery) => {
    const { tries, first_tried_at, delivered_at, state, event_no } = delivery
    const which = about(events, event_no)
    const outcome = delivery.last_outcome === null ? {} : { outcome: maskText(delivery.last_outcome) }
    const by = 'worker' as const
    const moments: Moment[] = []
    const first = state !== 'delivered' || tries > 1 ? first_tried_at : null
    if (first !== null && state === 'delivered')
      moments.push({ at: first, by, code: 'webhook_failed_at_first', facts: which })
    if (first !== null && state !== 'delivered') {
      const facts = { ...which, tries, ...outcome, is_given_up: state === 'failed' }
      moments.push({ at: first, by, code: 'webhook_failed', facts })
    }
    if (delivered_at !== null && state !== 'delivered')
      moments.push({ at: delivered_at, by, code: 'webhook_delivered_before', facts: which })
    if (delivered_at !== null && state === 'delivered') {
      const since = first === null ? {} : { since_first_ms: msBetween(first, delivered_at) }
      moments.push({
        at: delivered_at,
        by,
        code: 'webhook_delivered',
        facts: { ...which, tries, ...outcome, ...since },
      })
    }
    return moments
  })
}

export function toldMails(mails: readonly MailRecord[], events: readonly PaymentEventRow[]): Moment[] {
  return mails.map(({ event_no, state, recorded_at: at }) => ({
    at,
    by: 'worker',
    code: state === 'sent' ? 'mail_sent' : 'mail_given_up',
    facts: about(events, event_no),
  }))
}

export function openOfAttempts(attempts: readonly Attempt[]): Open[] {
  return attempts.flatMap(({ attempt_no, payment_id, state, bank_id, next_ask_at }) => {
    if (state === 'closed') return []
    const ask_at = next_ask_at === null ? {} : { ask_at: next_ask_at.toISOString() }
    const code = state === 'open' ? 'attempt_open' : 'attempt_unknown'
    return { code, facts: { attempt_no, payment_id, bank_id, ...ask_at } }
  })
}

/** Webhooks and mails that wait, and those of which nothing is recorded though the status calls for them. */
export function openOfNews(
  context: Context,
  payment: PaymentRow,
  known: {
    readonly events: readonly PaymentEventRow[]
    readonly deliveries: readonly Delivery[]
    readonly mails: readonly MailRecord[]
  },
): Open[] {
  const { events, deliveries, mails } = known
  const waiting: Open[] = deliveries.flatMap(({ event_no, state, next_try_at, tries }) => {
    if (state !== 'pending') return []
    const try_at = next_try_at === null ? {} : { try_at: next_try_at.toISOString() }
    return { code: 'webhook_due', facts: { ...about(events, event_no), try_no: tries + 1, ...try_at } }
  })
  const last = events.findLast(({ type }) => type === 'payment.status')
  if (last === undefined) return waiting
  const { event_no, status } = last
  const before = events.findLast((event) => event.event_no < event_no && event.status !== status)?.status ?? 'INIT'
  const due = tasksAfter(context, payment, { from: before, to: status }, last.cause)
  const lacks = (task: string, records: readonly { readonly event_no: number }[]): boolean =>
    due.includes(task) && !records.some((record) => record.event_no === event_no)
  if (lacks('deliver_webhook', deliveries)) waiting.push({ code: 'webhook_not_tried', facts: { event_no, status } })
  if (lacks('send_payer_mail', mails)) waiting.push({ code: 'mail_not_recorded', facts: { event_no, status } })
  return waiting
}
