/** Delivers events to partners' endpoints, at least once, for 72 hours. */
import type { OutboundAnswer } from '../../infra/outbound.ts'
import type { Context } from '../context.ts'
import type { Partner } from '../partners/directory.ts'
import { createGates, type Gates } from './gates.ts'
import { type EventKey, loadDelivery, putOff, recordDelivered, recordFailedTry, restartDeliveries } from './store.ts'
import { webhookBody, webhookHeaders, webhookId } from './webhook-message.ts'

export type WebhookJob = EventKey & {
  /** What the event says, in the job that was written with it: the first try needs no reading. */
  readonly event?: { readonly status: string; readonly reason: string | null; readonly at: Date }
  /** How many tries were recorded when this job was written; a job that is behind does nothing. */
  readonly try_no?: number
  /** When the job was first put off (ms since 1970) without any try. */
  readonly waiting_since_ms?: number
  /** Asked for by a person: does not wait for a closed gate. */
  readonly forced?: boolean
}

const TIMEOUT_MS = 10_000
const ANSWER_MOST_BYTES = 16_384
const GIVE_UP_AFTER_MS = 72 * 3_600_000
/** Seconds from each failed try to the next; the last repeats. */
const RETRY_AFTER_S = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800] as const

const UNTRIED = { state: null, tries: 0, first_tried_at: null } as const

// What this process knows about endpoints; the clean record of a new process is no harm.
const gates_of_context = new WeakMap<Context, Gates>()

function gatesOf(context: Context): Gates {
  const known = gates_of_context.get(context)
  if (known !== undefined) return known
  const fresh = createGates()
  gates_of_context.set(context, fresh)
  return fresh
}

/**
 * Sends one event to its partner's endpoint, unless it is delivered, given up, or the partner wants none. 2xx is
 * delivery, 410 the end, all else another try later. Order is not kept; `sequence` in the body tells it.
 * @throws what the database throws: the job runs again, and the partner may hear the same id twice
 */
export async function deliverWebhook(context: Context, job: WebhookJob): Promise<void> {
  const partner = context.partners.byId(job.partner_id)
  // Not known in this process yet: the queue asks again, when the directory has been refreshed.
  if (partner === undefined) throw new Error(`partner ${job.partner_id} is not in the directory`)
  const { webhook_url } = partner
  if (webhook_url === undefined) return
  const admission = await gatesOf(context).enter(`${partner.partner_id} ${webhook_url}`, performance.now(), job.forced)
  if (admission.kind === 'later') return waitFor(context, job, admission.after_ms)

  let outcome: 'delivered' | 'failed' | 'unused' = 'unused'
  let took_ms = 0
  try {
    const event = job.event === undefined ? await loadDelivery(context, job) : { ...job.event, ...UNTRIED }
    if (event === undefined) throw new Error('a webhook is to tell of an event that does not exist')
    const settled = event.state === 'delivered' || event.state === 'failed'
    if (settled || event.tries !== (job.try_no ?? 0)) return
    const sent_at = context.clock.now()
    const began_ms = performance.now()
    const id = webhookId(job)
    const body = webhookBody({ ...job, ...event })
    const answer = await context.outbound.request({
      purpose: 'webhook',
      method: 'POST',
      url: webhook_url,
      headers: webhookHeaders(context.keys, { id, body, ...secretsOf(partner, sent_at), sent_at }),
      body,
      timeout_ms: TIMEOUT_MS,
      max_bytes: ANSWER_MOST_BYTES,
    })
    took_ms = performance.now() - began_ms
    outcome = isDelivered(answer) ? 'delivered' : 'failed'
    // The endpoint has answered: its place is free while we write that down.
    admission.done(outcome, performance.now(), took_ms)
    const told = outcomeText(answer)
    context.log.debug(
      { partner_id: job.partner_id, payment_id: job.payment_id, event_no: job.event_no, outcome: told },
      'webhook',
    )
    if (outcome === 'delivered') return await recordDelivered(context, job, context.clock.now(), told)
    const gone = answer.kind === 'answered' && answer.status === 410
    await fail(context, job, {
      tries: event.tries,
      first_tried_at: event.first_tried_at ?? sent_at,
      outcome: told,
      gone,
    })
  } finally {
    admission.done(outcome, performance.now(), took_ms)
  }
}

/** Of a partner whose secret has just changed both. */
function secretsOf({ webhook_secret: secret, former_webhook_secret: former }: Partner, at: Date) {
  return { secret, former_secret: former !== undefined && former.until > at ? former.secret : undefined }
}

/**
 * Tells a partner again: all deliveries of a payment, or one event; at once, with a fresh 72 hours.
 * @returns the numbers of the events; empty when there is none to tell of
 */
export async function redeliverWebhook(
  context: Context,
  input: { readonly partner_id: number; readonly payment_id: number; readonly event_no?: number },
): Promise<number[]> {
  const { partner_id, payment_id, event_no } = input
  return restartDeliveries(context, { partner_id, payment_id, event_no }, context.clock.now())
}

/** When the next try is due after `tries` failed ones; null: never. `random` in [0, 1) spreads it by a tenth. */
export function nextTryAt(tries: number, first_tried_at: Date, now: Date, random: number = Math.random()): Date | null {
  const after_s = RETRY_AFTER_S[Math.min(tries, RETRY_AFTER_S.length) - 1] ?? RETRY_AFTER_S[0]
  const at_ms = now.getTime() + after_s * 1000 * (0.9 + random * 0.2)
  return at_ms > first_tried_at.getTime() + GIVE_UP_AFTER_MS ? null : new Date(at_ms)
}

async function waitFor(context: Context, job: WebhookJob, after_ms: number): Promise<void> {
  const now = context.clock.now()
  const waiting_since_ms = job.waiting_since_ms ?? now.getTime()
  // An endpoint that was dead all the time: this event's turn to be tried never came.
  if (now.getTime() - waiting_since_ms > GIVE_UP_AFTER_MS) {
    return recordFailedTry(context, job, {
      at: now,
      outcome: 'ENDPOINT_DOWN',
      seen_tries: job.try_no ?? 0,
      next_try_at: null,
    })
  }
  await putOff(context, { ...job, waiting_since_ms }, new Date(now.getTime() + after_ms))
}

async function fail(
  context: Context,
  job: WebhookJob,
  failed: { tries: number; first_tried_at: Date; outcome: string; gone: boolean },
): Promise<void> {
  const now = context.clock.now()
  const next_try_at = failed.gone ? null : nextTryAt(failed.tries + 1, failed.first_tried_at, now)
  await recordFailedTry(context, job, { at: now, outcome: failed.outcome, seen_tries: failed.tries, next_try_at })
  if (next_try_at === null) {
    const { partner_id, payment_id, event_no } = job
    context.log.warn({ partner_id, payment_id, event_no, outcome: failed.outcome }, 'a webhook is given up')
  }
}

function isDelivered(answer: OutboundAnswer): boolean {
  return answer.kind === 'answered' && answer.status >= 200 && answer.status < 300
}

function outcomeText(answer: OutboundAnswer): string {
  return answer.kind === 'answered' ? `HTTP ${answer.status}` : answer.reason.slice(0, 100)
}
