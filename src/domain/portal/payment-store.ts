/** SQL of what a partner sees of its payments. Every statement begins with its partner_id. */
import type { Queries } from '../audit/store.ts'
import type { Context } from '../context.ts'
import type { Reason } from '../initiation/settling/reasons.ts'
import type { PaymentStatus } from '../initiation/state.ts'
import type { PaymentKind } from '../initiation/store.ts'

type Databased = Pick<Context, 'db'>

export type PaymentFilter = {
  readonly payment_id?: number
  readonly kind?: PaymentKind
  readonly statuses?: readonly PaymentStatus[]
  /** Romanian days, `yyyy-mm-dd`, both inclusive: of the token call. */
  readonly from?: string
  readonly until?: string
  readonly min_minor?: number
  readonly max_minor?: number
  /** Of the partner's own id of the payer. */
  readonly payer_hash?: Buffer
  readonly agreement_id?: string
  readonly before?: { readonly created_at: string; readonly payment_id: number }
}

export type PaymentLine = {
  readonly payment_id: number
  readonly kind: PaymentKind
  readonly status: PaymentStatus
  readonly reason: Reason | null
  readonly amount_minor: number | null
  readonly bank_id: string | null
  readonly agreement_id: string | null
  readonly created_at: Date
  readonly status_at: Date
  /** With microseconds: where a page ends. */
  readonly place: string
}

/** The newest first. Payments of a list are found in it, or by their own number. */
export async function selectPayments(
  { db }: { readonly db: Queries },
  partner_id: number,
  filter: PaymentFilter,
  limit: number,
): Promise<PaymentLine[]> {
  const { rows } = await db.query<PaymentLine>({
    text: `select payment_id, kind, status, reason, amount_minor, bank_id, agreement_id, created_at, status_at,
        to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place
      from payments
      where partner_id = $1
        and ($2::timestamptz is null or (created_at, payment_id) < ($2, $3::bigint))
        and ($4::bigint is null or payment_id = $4)
        and ($5::text is null and (kind <> 'item' or $4 is not null) or kind = $5)
        and ($6::text[] is null or status = any($6))
        and ($7::date is null or created_at >= $7::date::timestamp at time zone 'Europe/Bucharest')
        and ($8::date is null or created_at < ($8::date + 1)::timestamp at time zone 'Europe/Bucharest')
        and ($9::bigint is null or amount_minor >= $9) and ($10::bigint is null or amount_minor <= $10)
        and ($11::bytea is null or payer_hash = $11) and ($12::text is null or agreement_id = $12)
      order by created_at desc, payment_id desc limit $13`,
    values: [
      partner_id,
      filter.before?.created_at ?? null,
      filter.before?.payment_id ?? null,
      filter.payment_id ?? null,
      filter.kind ?? null,
      filter.statuses ?? null,
      filter.from ?? null,
      filter.until ?? null,
      filter.min_minor ?? null,
      filter.max_minor ?? null,
      filter.payer_hash ?? null,
      filter.agreement_id ?? null,
      limit,
    ],
  })
  return rows
}

export type Standing = {
  /** Of the last 24 hours, by status. */
  readonly payments: readonly {
    readonly status: PaymentStatus
    readonly count: number
    readonly amount_minor: number
  }[]
  readonly webhooks_failed: number
  readonly webhooks_pending: number
}

/** What the first page tells. @param since beginning of the time that counts */
export async function selectStanding({ db }: Databased, partner_id: number, since: Date): Promise<Standing> {
  const [payments, webhooks] = await Promise.all([
    db.query<{ status: PaymentStatus; count: number; amount_minor: number }>({
      text: `select status, count(*)::integer as count, coalesce(sum(amount_minor), 0)::bigint as amount_minor
        from payments where partner_id = $1 and created_at >= $2 and kind <> 'item' group by status order by status`,
      values: [partner_id, since],
    }),
    db.query<{ failed: number; pending: number }>({
      text: `select count(*) filter (where state = 'failed')::integer as failed,
          count(*) filter (where state = 'pending')::integer as pending
        from webhook_deliveries where partner_id = $1 and state <> 'delivered'`,
      values: [partner_id],
    }),
  ])
  const { failed = 0, pending = 0 } = webhooks.rows[0] ?? {}
  return { payments: payments.rows, webhooks_failed: failed, webhooks_pending: pending }
}
