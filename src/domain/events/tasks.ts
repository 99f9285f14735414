/** The queue's tasks of this folder, to be given to `startWorker`. */
import type { JobTask } from '../../infra/jobs/worker.ts'
import type { Context } from '../context.ts'
import { sendPaymentLink } from './link-mail.ts'
import { sendPayerMail } from './payer-mail.ts'
import { deliverWebhook, type WebhookJob } from './webhooks.ts'

/**
 * `deliver_webhook` in a lane of its own, since nothing else is to wait behind strangers' endpoints; `send_payer_mail` in
 * the main one, so that no webhook waits behind a mail server that is away.
 */
export function eventTasks(
  context: Context,
): Record<'deliver_webhook' | 'send_payer_mail' | 'send_payment_link', JobTask> {
  return {
    deliver_webhook: {
      lane: 'webhooks',
      concurrency: context.settings.PUNTE_WORKER_CONCURRENCY,
      run: (payload) => deliverWebhook(context, readWebhookJob(payload)),
    },
    send_payer_mail: (payload, { last_attempt }) => sendPayerMail(context, readKey(fieldsOf(payload)), last_attempt),
    send_payment_link: (payload, { last_attempt }) =>
      sendPaymentLink(context, readKey(fieldsOf(payload)), last_attempt),
  }
}

function readWebhookJob(payload: unknown): WebhookJob {
  const fields = fieldsOf(payload)
  return {
    ...readKey(fields),
    ...eventOf(fields),
    ...(fields.try_no !== undefined && { try_no: integer(fields, 'try_no') }),
    ...(fields.waiting_since_ms !== undefined && { waiting_since_ms: integer(fields, 'waiting_since_ms') }),
    ...(fields.forced === true && { forced: true }),
  }
}

// Only in a first job; those for later tries read what has become of the event.
function eventOf({ status, reason, at, try_no }: Record<string, unknown>): Pick<WebhookJob, 'event'> {
  if (try_no !== undefined || typeof status !== 'string' || typeof at !== 'string') return {}
  return { event: { status, reason: typeof reason === 'string' ? reason : null, at: new Date(at) } }
}

function readKey(fields: Record<string, unknown>) {
  return {
    partner_id: integer(fields, 'partner_id'),
    payment_id: integer(fields, 'payment_id'),
    event_no: integer(fields, 'event_no'),
  }
}

function fieldsOf(payload: unknown): Record<string, unknown> {
  if (typeof payload !== 'object' || payload === null) throw new TypeError('a job without fields')
  return payload as Record<string, unknown>
}

function integer(fields: Record<string, unknown>, name: string): number {
  const value = fields[name]
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw new TypeError(`a job's ${name} is not a whole number`)
  return value
}
