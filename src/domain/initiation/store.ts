/**
 * All SQL of account-rail payments. Each write that changes a payment is one statement that also writes its event row
 * and what follows from it (outbox), so that none exists without the others.
 */
import type { AgreementStatus } from '../agreements/agreement.ts'
import type { Context } from '../context.ts'
import type { AttemptChange, AttemptState } from './attempt-store.ts'
import type { PaymentStatus } from './state.ts'

export type PaymentKey = { readonly partner_id: number; readonly payment_id: number }
export type PaymentKind = 'single' | 'list' | 'item' | 'recurring'
export type Cause = 'partner' | 'payer' | 'return' | 'poll' | 'push' | 'worker' | 'staff' | 'list'

/** A payment with its current attempt at a bank (all `attempt` columns null before the first). */
export type PaymentRow = PaymentKey & {
  readonly kind: PaymentKind
  /** Of an item: its list, and its place in it from 1. */
  readonly list_payment_id: number | null
  readonly item_no: number | null
  /** Of a list, once a bank is chosen. */
  readonly list_way: 'together' | 'one_by_one' | null
  readonly is_link: boolean
  readonly is_headless: boolean
  readonly flexible_url: boolean
  /** `yyyy-mm-dd`; null: at once. */
  readonly execution_date: string | null
  readonly agreement_id: string | null
  readonly expires_at: Date | null
  readonly status: PaymentStatus
  readonly reason: string | null
  readonly tokens_revoked_at: Date | null
  readonly requested_at: Date | null
  readonly request_hash: Buffer | null
  readonly amount_minor: number | null
  readonly terms_enc: Buffer | null
  readonly redirect_url: string | null
  readonly attempt_no: number
  readonly event_no: number
  readonly created_at: Date
  readonly status_at: Date
  readonly finished_at: Date | null
  readonly bank_id: string | null
  readonly attempt_state: AttemptState | null
  readonly request_id: string | null
  readonly order_enc: Buffer | null
  readonly session_enc: Buffer | null
  readonly bank_status: string | null
  readonly refusal: string | null
  readonly asked_no: number | null
  readonly submitted_at: Date | null
  readonly returned_at: Date | null
}

/** Of the tables called `p` and `a`. A date has no time zone; the driver would give it one. */
export const PAYMENT_COLUMNS = `
  p.partner_id, p.payment_id, p.kind, p.list_payment_id, p.item_no, p.list_way, p.is_link, p.is_headless, p.flexible_url,
  p.execution_date::text as execution_date, p.agreement_id, p.expires_at, p.status, p.reason, p.tokens_revoked_at, p.requested_at, p.request_hash, p.amount_minor,
  p.terms_enc, p.redirect_url, p.attempt_no, p.event_no, p.created_at, p.status_at, p.finished_at, coalesce(a.bank_id, p.bank_id) as bank_id,
  a.state as attempt_state, a.request_id, a.order_enc, a.session_enc, a.bank_status, a.refusal, a.asked_no,
  a.submitted_at, a.returned_at`

/** One payment with its current attempt. */
export async function loadPayment(context: Pick<Context, 'db'>, key: PaymentKey): Promise<PaymentRow | undefined> {
  const { rows } = await context.db.query<PaymentRow>({
    name: 'payment_load',
    text: `select ${PAYMENT_COLUMNS}
      from payments p left join payment_attempts a
        on a.partner_id = p.partner_id and a.payment_id = p.payment_id and a.attempt_no = p.attempt_no
      where p.partner_id = $1 and p.payment_id = $2`,
    values: [key.partner_id, key.payment_id],
  })
  return rows[0]
}

export type StatusChange = PaymentKey & {
  readonly at: Date
  readonly from: PaymentStatus
  readonly to: PaymentStatus
  readonly reason: string | null
  readonly finished: boolean
  readonly cause: Cause
  readonly detail?: Readonly<Record<string, string | number>>
  /** Outbox tasks that follow, each with the payment's key, the event's number and what it says. */
  readonly tasks: readonly string[]
  readonly attempt?: AttemptChange
  /** Only while this is the last attempt: nothing has been sent since the caller looked. */
  readonly seen_attempt_no?: number
  /** Whether it begins to count as approved (1), or no longer does (-1), on the day it was counted. */
  readonly approved: -1 | 0 | 1
  /** The agreement of a recurring payment, which lives as its payment does. */
  readonly agreement?: { readonly agreement_id: string; readonly status: AgreementStatus }
}

/**
 * Moves a payment, only from the status the caller saw, and by word of an attempt only while that is not closed. False
 * when either has changed meanwhile. The attempt is locked before it is judged: of one that another statement is closing
 * or sending this very moment the newest state counts, and not this statement's older picture of it. A list whose
 * payments go one by one is moved by them alone.
 */
export async function changeStatus(context: Pick<Context, 'db'>, c: StatusChange): Promise<boolean> {
  const a = c.attempt
  const { rowCount } = await context.db.query({
    name: c.agreement === undefined ? 'payment_advance' : 'payment_advance_series',
    text: `with judged as (
        select from payment_attempts l
        where l.partner_id = $1 and l.payment_id = $2 and l.attempt_no = $11::integer and l.state <> 'closed'
          and (not $19 or l.state in ('sending', 'unknown')) and ($20::text is null or l.state = $20)
        for no key update),
      moved as (
        update payments set status = $5, reason = $6, status_at = $3, event_no = event_no + 1,
          finished_at = case when $7 then $3::timestamptz end,
          settled_attempt_no = case when $5 = 'ACSC' then coalesce($11::integer, attempt_no) end
        where partner_id = $1 and payment_id = $2 and status = $4
          and ($21::integer is null or attempt_no = $21)
          and (list_way is distinct from 'one_by_one' or $8::text = 'list')
          and ($11::integer is null or exists (select from judged))
        returning event_no),
      attempt as (
        update payment_attempts set state = coalesce($12, state), bank_status = coalesce($13, bank_status),
          session_enc = coalesce($14, session_enc), bank_payment_hash = coalesce($15, bank_payment_hash),
          refusal = coalesce($16, refusal), next_ask_at = $17, asked_no = asked_no + 1,
          returned_at = case when $18 then coalesce(returned_at, $3) else returned_at end,
          closed_at = case when $12 = 'closed' then $3 else closed_at end
        where partner_id = $1 and payment_id = $2 and attempt_no = $11::integer and exists (select from moved)),
      ${c.agreement === undefined ? '' : AGREEMENT_FOLLOWS}
      approved as (
        insert into limit_approvals as l (partner_id, day, slot, approved_count)
        select $1, e.day, $2::bigint % 16, $22::integer from limit_entries e
        where $22 <> 0 and e.partner_id = $1 and e.payment_id = $2 and exists (select from moved)
        on conflict (partner_id, day, slot) do update set approved_count = l.approved_count + excluded.approved_count),
      work as (
        insert into outbox (task, payload, run_at)
        select task, jsonb_build_object('partner_id', $1::integer, 'payment_id', $2::bigint, 'event_no', event_no,
          'status', $5::text, 'reason', $6::text, 'at', $3::timestamptz), $3
        from moved, unnest($10::text[]) as task)
      insert into payment_events (partner_id, payment_id, event_no, type, status, cause, detail, at)
        select $1, $2, event_no, 'payment.status', $5, $8, $9, $3 from moved`,
    values: [
      c.partner_id,
      c.payment_id,
      c.at,
      c.from,
      c.to,
      c.reason,
      c.finished,
      c.cause,
      c.detail ?? null,
      c.tasks,
      a?.attempt_no ?? null,
      a?.state ?? null,
      a?.bank_status ?? null,
      a?.session_enc ?? null,
      a?.bank_payment_hash ?? null,
      a?.refusal ?? null,
      a?.next_ask_at ?? null,
      a?.returned ?? false,
      a?.if_unanswered ?? false,
      a?.from ?? null,
      c.seen_attempt_no ?? null,
      c.approved,
      ...(c.agreement === undefined ? [] : [c.agreement.agreement_id, c.agreement.status]),
    ],
  })
  return rowCount === 1
}

const AGREEMENT_FOLLOWS = `series as (
        update agreements set status = $24, updated_at = $3
        where partner_id = $1 and agreement_id = $23 and rail = 'account' and payment_id = $2 and status <> $24
          and exists (select from moved)),`

/** A fact about a payment that changes no status (a contradiction, a cancel at the bank): history only. */
export async function recordEvent(
  context: Pick<Context, 'db'>,
  key: PaymentKey,
  event: { at: Date; type: string; cause: Cause; detail?: Readonly<Record<string, string | number>> },
): Promise<void> {
  await context.db.query({
    name: 'payment_event',
    text: `with numbered as (
        update payments set event_no = event_no + 1 where partner_id = $1 and payment_id = $2 returning event_no, status)
      insert into payment_events (partner_id, payment_id, event_no, type, status, cause, detail, at)
        select $1, $2, event_no, $3, status, $4, $5, $6 from numbered`,
    values: [key.partner_id, key.payment_id, event.type, event.cause, event.detail ?? null, event.at],
  })
}

/**
 * Unpaid payments whose time is over; items of a list go with their list. One whose submission has an unknown fate is not
 * among them: the bank must speak first.
 * @param waiting_banks banks that say ACTC while they wait for the payer
 */
export async function expiredPayments(
  context: Pick<Context, 'db'>,
  at: Date,
  waiting_banks: readonly string[],
  limit: number,
): Promise<PaymentRow[]> {
  const { rows } = await context.db.query<PaymentRow>({
    name: 'payments_expired',
    text: `select ${PAYMENT_COLUMNS}
      from payments p left join payment_attempts a
        on a.partner_id = p.partner_id and a.payment_id = p.payment_id and a.attempt_no = p.attempt_no
      where p.finished_at is null and p.expires_at < $1 and p.kind <> 'item'
        and (p.status in ('INIT', 'RCVD') or (p.status = 'ACTC' and p.bank_id = any($2::text[])))
        and (a.state is null or a.state not in ('sending', 'unknown'))
      order by p.expires_at limit $3`,
    values: [at, waiting_banks, limit],
  })
  return rows
}

/** Looks again later at an expired payment that is not over yet; nothing for one that is. */
export async function postponeExpiry(context: Pick<Context, 'db'>, key: PaymentKey, until: Date): Promise<void> {
  await context.db.query({
    name: 'payment_postpone_expiry',
    text: `update payments set expires_at = $3
      where partner_id = $1 and payment_id = $2 and finished_at is null and expires_at < $3`,
    values: [key.partner_id, key.payment_id, until],
  })
}

/** Payments of this number, whoever's they are: for staff, who know no partner's number. */
export async function findPayments(context: Pick<Context, 'db'>, payment_id: number): Promise<PaymentKey[]> {
  const { rows } = await context.db.query<PaymentKey>({
    text: 'select partner_id, payment_id from payments where payment_id = $1 limit 10',
    values: [payment_id],
  })
  return rows
}

/** The history of a payment, oldest first. */
export async function listEvents(context: Pick<Context, 'db'>, key: PaymentKey) {
  const { rows } = await context.db.query<{
    event_no: number
    type: string
    status: PaymentStatus
    cause: Cause
    detail: Record<string, unknown> | null
    at: Date
  }>({
    name: 'payment_events_list',
    text: `select event_no, type, status, cause, detail, at from payment_events
      where partner_id = $1 and payment_id = $2 order by event_no limit 1000`,
    values: [key.partner_id, key.payment_id],
  })
  return rows
}
