/** Who was told of a payment (webhooks, mails), and what of it is still to come. */
import type { Context } from '../context.ts'
import { tasksAfter } from '../initiation/advance.ts'
import type { PaymentRow } from '../initiation/store.ts'
import { maskText } from './mask.ts'
import type { Attempt, Delivery, MailRecord, PaymentEventRow } from './store.ts'
import { type Moment, momentText, secondsBetween } from './timeline.ts'

const statusOf = (events: readonly PaymentEventRow[], event_no: number): string =>
  events.find((event) => event.event_no === event_no)?.status ?? `event ${event_no}`

export function toldWebhooks(deliveries: readonly Delivery[], events: readonly PaymentEventRow[]): Moment[] {
  return deliveries.flatMap((delivery) => {
    const { tries, first_tried_at, delivered_at, state } = delivery
    const about = `webhook about ${statusOf(events, delivery.event_no)}`
    const outcome = maskText(delivery.last_outcome ?? 'no answer recorded')
    const moments: Moment[] = []
    const first = state !== 'delivered' || tries > 1 ? first_tried_at : null
    if (first !== null) {
      const more = tries > 1 ? `; ${tries} tries by now, the last: ${outcome}` : `: ${outcome}`
      const end = state === 'failed' ? '; given up' : ''
      moments.push({
        at: first,
        by: 'worker',
        what: `${about} tried in vain${state === 'delivered' ? '' : `${more}${end}`}`,
      })
    }
    if (delivered_at !== null) {
      const since = first === null ? '' : `, ${secondsBetween(first, delivered_at)} after the first`
      const again = state === 'delivered' ? `: ${outcome}, try ${tries}${since}` : ' earlier; asked for again since'
      moments.push({ at: delivered_at, by: 'worker', what: `${about} delivered${again}` })
    }
    return moments
  })
}

export function toldMails(mails: readonly MailRecord[], events: readonly PaymentEventRow[]): Moment[] {
  return mails.map(({ event_no, state, recorded_at: at }) => ({
    at,
    by: 'worker',
    what: `mail to the payer about ${statusOf(events, event_no)} ${state === 'sent' ? 'sent' : 'given up'}`,
  }))
}

export function openOfAttempts(attempts: readonly Attempt[]): string[] {
  return attempts.flatMap(({ attempt_no, payment_id, state, bank_id, next_ask_at }) => {
    if (state === 'closed') return []
    const due = next_ask_at === null ? undefined : momentText(next_ask_at)
    if (state === 'open')
      return `attempt ${attempt_no} is open at ${bank_id}: ${due === undefined ? `the bank is not asked by itself any more, only by \`punte payment ask ${payment_id}\`` : `asked next at ${due}`}`
    return `whether ${bank_id} has attempt ${attempt_no} is unknown: ${due === undefined ? `ask the bank; if it never had it, \`punte payment close ${payment_id}\`` : `found out from ${due} on`}`
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
): string[] {
  const { events, deliveries, mails } = known
  const waiting = deliveries.flatMap(({ event_no, state, next_try_at, tries }) => {
    if (state !== 'pending') return []
    const due = next_try_at === null ? 'soon' : `at ${momentText(next_try_at)}`
    return `webhook about ${statusOf(events, event_no)}: try ${tries + 1} is due ${due}`
  })
  const last = events.findLast(({ type }) => type === 'payment.status')
  if (last === undefined) return waiting
  const before =
    events.findLast(({ event_no, status }) => event_no < last.event_no && status !== last.status)?.status ?? 'INIT'
  const due = tasksAfter(context, payment, { from: before, to: last.status }, last.cause)
  const lacks = (task: string, records: readonly { readonly event_no: number }[]): boolean =>
    due.includes(task) && !records.some(({ event_no }) => event_no === last.event_no)
  if (lacks('deliver_webhook', deliveries)) waiting.push(`webhook about ${last.status}: no try is recorded yet`)
  if (lacks('send_payer_mail', mails)) waiting.push(`mail to the payer about ${last.status}: none is recorded yet`)
  return waiting
}
