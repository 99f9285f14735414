/** What the histories do not tell by themselves: attempts at banks, webhooks and mails of a payment. */
import type { Context } from '../context.ts'
import type { AttemptState } from '../initiation/attempt-store.ts'
import type { listEvents, PaymentKey } from '../initiation/store.ts'

type Databased = Pick<Context, 'db'>

export type PaymentEventRow = Awaited<ReturnType<typeof listEvents>>[number]

/** Above what a payment may have of each. */
const MOST = 1_000

export type Attempt = PaymentKey & {
  readonly attempt_no: number
  readonly bank_id: string
  readonly state: AttemptState
  readonly request_id: string
  readonly order_enc: Buffer
  readonly session_enc: Buffer | null
  readonly bank_status: string | null
  readonly refusal: string | null
  readonly next_ask_at: Date | null
  readonly submitted_at: Date
  readonly returned_at: Date | null
  readonly closed_at: Date | null
}

export async function listAttempts(context: Databased, key: PaymentKey): Promise<Attempt[]> {
  const { rows } = await context.db.query<Attempt>({
    text: `select partner_id, payment_id, attempt_no, bank_id, state, request_id, order_enc, session_enc, bank_status, refusal,
        next_ask_at, submitted_at, returned_at, closed_at
      from payment_attempts where partner_id = $1 and payment_id = $2 order by attempt_no limit $3`,
    values: [key.partner_id, key.payment_id, MOST],
  })
  return rows
}

export type Delivery = {
  readonly event_no: number
  readonly state: 'pending' | 'delivered' | 'failed'
  readonly tries: number
  readonly first_tried_at: Date | null
  readonly next_try_at: Date | null
  readonly delivered_at: Date | null
  readonly last_outcome: string | null
}

export async function listDeliveries(context: Databased, key: PaymentKey): Promise<Delivery[]> {
  const { rows } = await context.db.query<Delivery>({
    text: `select event_no, state, tries, first_tried_at, next_try_at, delivered_at, last_outcome from webhook_deliveries
      where partner_id = $1 and payment_id = $2 order by event_no limit $3`,
    values: [key.partner_id, key.payment_id, MOST],
  })
  return rows
}

export type MailRecord = { readonly event_no: number; readonly state: 'sent' | 'failed'; readonly recorded_at: Date }

export async function listMails(context: Databased, key: PaymentKey): Promise<MailRecord[]> {
  const { rows } = await context.db.query<MailRecord>({
    text: `select event_no, state, recorded_at from payer_mails
      where partner_id = $1 and payment_id = $2 order by event_no limit $3`,
    values: [key.partner_id, key.payment_id, MOST],
  })
  return rows
}
