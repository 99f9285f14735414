/** All SQL of webhooks and payer mail. */
import { type Batch, createBatch } from '../../infra/database/batch.ts'
import { CROWD_PAUSE_MS, gatherByKey } from '../../infra/database/gather.ts'
import type { Context } from '../context.ts'

export type EventKey = { readonly partner_id: number; readonly payment_id: number; readonly event_no: number }
type Databased = Pick<Context, 'db'>

export type DeliveryRow = {
  readonly type: string
  readonly status: string
  readonly reason: string | null
  readonly at: Date
  readonly state: 'pending' | 'delivered' | 'failed' | null
  readonly tries: number
  readonly first_tried_at: Date | null
}

/** An event and how far its delivery is (`state` null: never tried). */
export async function loadDelivery(context: Databased, key: EventKey): Promise<DeliveryRow | undefined> {
  const { rows } = await context.db.query<DeliveryRow>({
    name: 'webhook_load',
    // A status that was overtaken keeps no reason of its own: the payment's is that of the newer one.
    text: `select e.type, e.status, case when p.status = e.status then p.reason end as reason, e.at,
        d.state, coalesce(d.tries, 0) as tries, d.first_tried_at
      from payment_events e
      join payments p on p.partner_id = e.partner_id and p.payment_id = e.payment_id
      left join webhook_deliveries d
        on d.partner_id = e.partner_id and d.payment_id = e.payment_id and d.event_no = e.event_no
      where e.partner_id = $1 and e.payment_id = $2 and e.event_no = $3`,
    values: [key.partner_id, key.payment_id, key.event_no],
  })
  return rows[0]
}

type Delivered = EventKey & { readonly at: Date; readonly outcome: string }

/** Records a delivery; those of the same moment share a commit. */
export function recordDelivered(context: Databased, key: EventKey, at: Date, outcome: string): Promise<void> {
  return recordsOf(context).delivered.add({ ...key, at, outcome })
}

async function writeDelivered({ db }: Databased, rows: readonly Delivered[]): Promise<void> {
  await db.query({
    name: 'webhooks_delivered',
    text: `insert into webhook_deliveries as d
        (partner_id, payment_id, event_no, state, tries, first_tried_at, delivered_at, last_outcome)
      select partner_id, payment_id, event_no, 'delivered', 1, at, at, outcome
      from unnest($1::integer[], $2::bigint[], $3::integer[], $4::timestamptz[], $5::text[])
        as r (partner_id, payment_id, event_no, at, outcome)
      on conflict (partner_id, payment_id, event_no) do update set state = 'delivered', tries = d.tries + 1,
        first_tried_at = coalesce(d.first_tried_at, excluded.first_tried_at), next_try_at = null,
        delivered_at = excluded.delivered_at, last_outcome = excluded.last_outcome`,
    values: [...keysOf(rows), rows.map(({ at }) => at), rows.map(({ outcome }) => outcome)],
  })
}

const keysOf = (rows: readonly EventKey[]) => [
  rows.map(({ partner_id }) => partner_id),
  rows.map(({ payment_id }) => payment_id),
  rows.map(({ event_no }) => event_no),
]

// A commit costs a third of a millisecond of the database's time; a delivery that waits 40 ms more for its record, nothing.
const TOGETHER = { window_ms: 40, most: 200 }
const keyOf = ({ partner_id, payment_id, event_no }: EventKey) => `${partner_id}:${payment_id}:${event_no}`

type Records = { readonly delivered: Batch<Delivered>; readonly mails: Batch<MailRecord> }
const records_of_database = new WeakMap<Databased['db'], Records>()

function recordsOf(context: Databased): Records {
  let records = records_of_database.get(context.db)
  if (records === undefined) {
    records = {
      delivered: createBatch<Delivered>({ ...TOGETHER, keyOf, write: (rows) => writeDelivered(context, rows) }),
      mails: createBatch<MailRecord>({ ...TOGETHER, keyOf, write: (rows) => writeMails(context, rows) }),
    }
    records_of_database.set(context.db, records)
  }
  return records
}

/**
 * Records a failed try, and the next one as an outbox row; without `next_try_at` the delivery has failed for good.
 * Nothing is written when another job has recorded a try since `seen_tries`: the next try is its business.
 */
export async function recordFailedTry(
  context: Databased,
  key: EventKey,
  failed: {
    readonly at: Date
    readonly outcome: string
    readonly seen_tries: number
    readonly next_try_at: Date | null
  },
): Promise<void> {
  await context.db.query({
    name: 'webhook_failed_try',
    text: `with recorded as (
        insert into webhook_deliveries as d
          (partner_id, payment_id, event_no, state, tries, first_tried_at, next_try_at, last_outcome)
        values ($1, $2, $3, case when $5::timestamptz is null then 'failed' else 'pending' end, $7::integer + 1, $4, $5, $6)
        on conflict (partner_id, payment_id, event_no) do update set state = excluded.state, tries = excluded.tries,
          first_tried_at = coalesce(d.first_tried_at, $4), next_try_at = $5, last_outcome = $6
          where d.tries = $7 and d.state = 'pending'
        returning tries)
      insert into outbox (task, payload, run_at)
        select 'deliver_webhook', jsonb_build_object('partner_id', $1::integer, 'payment_id', $2::bigint,
          'event_no', $3::integer, 'try_no', tries), $5
        from recorded where $5::timestamptz is not null`,
    values: [
      key.partner_id,
      key.payment_id,
      key.event_no,
      failed.at,
      failed.next_try_at,
      failed.outcome,
      failed.seen_tries,
    ],
  })
}

/** Puts a job off: the same work at a later time, without a try having been made. */
export async function putOff(context: Databased, payload: object, run_at: Date): Promise<void> {
  await context.db.query({
    name: 'webhook_put_off',
    text: `insert into outbox (task, payload, run_at) values ('deliver_webhook', $1, $2)`,
    values: [payload, run_at],
  })
}

/**
 * Begins the delivery of an event anew (or of all events of the payment that were to be delivered; where there is none,
 * of its last status).
 * @returns the numbers of those events
 */
export async function restartDeliveries(
  context: { readonly db: Pick<Databased['db'], 'query'> },
  key: { readonly partner_id: number; readonly payment_id: number; readonly event_no: number | undefined },
  at: Date,
): Promise<number[]> {
  const { rows } = await context.db.query<{ event_no: number }>({
    name: 'webhook_restart',
    text: `with status_events as (
        select event_no from payment_events
        where partner_id = $1 and payment_id = $2 and type = 'payment.status' and event_no = coalesce($3::integer, event_no)),
      tried as (
        select event_no from webhook_deliveries where partner_id = $1 and payment_id = $2),
      chosen as (
        select event_no from status_events
        where $3::integer is not null or event_no in (select event_no from tried)
          or (not exists (select from tried) and event_no = (select max(event_no) from status_events))),
      restarted as (
        insert into webhook_deliveries as d (partner_id, payment_id, event_no, state, tries, next_try_at)
        select $1::integer, $2::bigint, event_no, 'pending', 0, $4::timestamptz from chosen
        on conflict (partner_id, payment_id, event_no)
          do update set state = 'pending', tries = 0, first_tried_at = null, next_try_at = $4
        returning event_no),
      work as (
        insert into outbox (task, payload, run_at)
        select 'deliver_webhook', jsonb_build_object('partner_id', $1::integer, 'payment_id', $2::bigint,
          'event_no', event_no, 'try_no', 0, 'forced', true), $4::timestamptz
        from restarted)
      select event_no from restarted order by event_no`,
    values: [key.partner_id, key.payment_id, key.event_no ?? null, at],
  })
  return rows.map((row) => row.event_no)
}

export type MailState = 'sent' | 'failed'

type MailRow = { readonly status: string; readonly at: Date; readonly state: MailState | null }

/** The event a mail is about, and what became of the mail (null: nothing yet); undefined when there is no such event. */
export function loadMail({ db }: Databased, key: EventKey): Promise<MailRow | undefined> {
  return loadMails(db, key.partner_id, key)
}

const loadMails = gatherByKey<EventKey, MailRow | undefined>({
  at_once: 2,
  most: 64,
  pause_ms: CROWD_PAUSE_MS,
  run: async (db, partner_id, keys) => {
    const { rows } = await db.query<MailRow & { readonly n: number }>({
      name: 'mail_load',
      text: `with q as materialized (
          select * from json_to_recordset($2) as q (n integer, payment_id bigint, event_no integer))
        select q.n, e.status, e.at, m.state
        from q
          join payment_events e on e.partner_id = $1 and e.payment_id = any(array(select payment_id from q))
            and e.payment_id = q.payment_id and e.event_no = q.event_no
          left join payer_mails m on m.partner_id = $1 and m.payment_id = any(array(select payment_id from q))
            and m.payment_id = q.payment_id and m.event_no = q.event_no`,
      values: [partner_id, JSON.stringify(keys.map(({ payment_id, event_no }, n) => ({ n, payment_id, event_no })))],
    })
    const found = new Map(rows.map((row) => [row.n, row]))
    return keys.map((_, n) => found.get(n))
  },
})

type MailRecord = EventKey & { readonly state: MailState; readonly at: Date }

/** Records what became of a mail; those of the same moment share a commit. */
export function recordMail(context: Databased, key: EventKey, state: MailState, at: Date): Promise<void> {
  const { partner_id, payment_id, event_no } = key
  return recordsOf(context).mails.add({ partner_id, payment_id, event_no, state, at })
}

async function writeMails({ db }: Databased, rows: readonly MailRecord[]): Promise<void> {
  await db.query({
    name: 'mails_record',
    text: `insert into payer_mails as m (partner_id, payment_id, event_no, state, recorded_at)
      select * from unnest($1::integer[], $2::bigint[], $3::integer[], $4::text[], $5::timestamptz[])
      on conflict (partner_id, payment_id, event_no)
        do update set state = excluded.state, recorded_at = excluded.recorded_at where m.state <> 'sent'`,
    values: [...keysOf(rows), rows.map(({ state }) => state), rows.map(({ at }) => at)],
  })
}
