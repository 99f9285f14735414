/**
 * All SQL of account-rail payments. Each write that changes a payment is one statement that also writes its event row
 * and what follows from it (outbox), so that none exists without the others.
 */
import { CROWD_PAUSE_MS, gatherByKey } from '../../infra/database/gather.ts'
import { byteaText, inOrder } from '../../infra/database/json-list.ts'
import type { AgreementStatus } from '../agreements/agreement.ts'
import type { Context } from '../context.ts'
import type { AttemptChange, AttemptState } from './attempt-store.ts'
import type { Reason } from './settling/reasons.ts'
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
  readonly reason: Reason | null
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

/** One payment with its current attempt; those that are asked for at the same time are read together. */
export function loadPayment({ db }: Pick<Context, 'db'>, key: PaymentKey): Promise<PaymentRow | undefined> {
  return loadTogether(db, key.partner_id, key.payment_id)
}

const loadTogether = gatherByKey<number, PaymentRow | undefined>({
  at_once: 2,
  most: 64,
  pause_ms: CROWD_PAUSE_MS,
  run: async (db, partner_id, payment_ids) => {
    const { rows } = await db.query<PaymentRow>({
      name: 'payment_load',
      // Not `any($2)`: of a list whose length it knows the server would make a plan anew for every call. The list stands
      // beside each table, or a plan of the day when there were few reads all attempts of the partner.
      text: `with q as materialized (select unnest($2::bigint[]) as payment_id)
        select ${PAYMENT_COLUMNS}
        from payments p left join payment_attempts a
          on a.partner_id = p.partner_id and a.payment_id = p.payment_id and a.attempt_no = p.attempt_no
            and a.payment_id = any(array(select payment_id from q))
        where p.partner_id = $1 and p.payment_id = any(array(select payment_id from q))`,
      values: [partner_id, payment_ids],
    })
    const found = new Map(rows.map((row) => [row.payment_id, row]))
    return payment_ids.map((payment_id) => found.get(payment_id))
  },
})

export type StatusChange = PaymentKey & {
  readonly at: Date
  readonly from: PaymentStatus
  readonly to: PaymentStatus
  readonly reason: Reason | null
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
 * payments go one by one is moved by them alone. Changes that come together share a statement; each is judged for itself.
 */
export async function changeStatus({ db }: Pick<Context, 'db'>, c: StatusChange): Promise<boolean> {
  if (c.agreement !== undefined) return (await runChanges(db, c.partner_id, [c], CHANGES.of_series))[0] === true
  return (c.approved === 0 ? changeTogether : changeApproved)(db, c.partner_id, c)
}

// What what follows reads of them: $1 is the partner, $2 a JSON list. A join with a short list is planned anew as a walk
// through a partner's rows where there were few on the day of the plan: `= any(array(…))` keeps it at the rows asked for.
const changesText = (follows: string): string => `with c as materialized (
        select * from json_to_recordset($2) as c(payment_id bigint, at timestamptz, "from" text, "to" text, reason text,
          finished boolean, cause text, detail jsonb, tasks text[], attempt_no integer, state text, bank_status text,
          session_enc bytea, bank_payment_hash bytea, refusal text, next_ask_at timestamptz, returned boolean,
          if_unanswered boolean, only_from text, seen_attempt_no integer, approved integer, agreement_id text,
          agreement_status text)),
      judged as (
        select l.payment_id from c join payment_attempts l
          on l.partner_id = $1 and l.payment_id = any(array(select payment_id from c))
            and l.payment_id = c.payment_id and l.attempt_no = c.attempt_no
        where l.state <> 'closed' and (not c.if_unanswered or l.state in ('sending', 'unknown'))
          and (c.only_from is null or l.state = c.only_from)
        for no key update of l),
      moved as (
        update payments p set status = c."to", reason = c.reason, status_at = c.at, event_no = p.event_no + 1,
          finished_at = case when c.finished then c.at end,
          settled_attempt_no = case when c."to" = 'ACSC' then coalesce(c.attempt_no, p.attempt_no) end
        from c left join judged j on j.payment_id = c.payment_id
        where p.partner_id = $1 and p.payment_id = any(array(select payment_id from c)) and p.payment_id = c.payment_id
          and p.status = c."from" and (c.seen_attempt_no is null or p.attempt_no = c.seen_attempt_no)
          and (p.list_way is distinct from 'one_by_one' or c.cause = 'list')
          and (c.attempt_no is null or j.payment_id is not null)
        returning p.payment_id, p.event_no),
      attempt as (
        update payment_attempts a set state = coalesce(c.state, a.state), bank_status = coalesce(c.bank_status, a.bank_status),
          session_enc = coalesce(c.session_enc, a.session_enc),
          bank_payment_hash = coalesce(c.bank_payment_hash, a.bank_payment_hash),
          refusal = coalesce(c.refusal, a.refusal), next_ask_at = c.next_ask_at, asked_no = a.asked_no + 1,
          returned_at = case when c.returned then coalesce(a.returned_at, c.at) else a.returned_at end,
          closed_at = case when c.state = 'closed' then c.at else a.closed_at end
        from c join moved using (payment_id)
        where a.partner_id = $1 and a.payment_id = any(array(select payment_id from c)) and a.payment_id = c.payment_id
          and a.attempt_no = c.attempt_no),
      ${follows}
      work as (
        insert into outbox (task, payload, run_at)
        select task, jsonb_build_object('partner_id', $1::integer, 'payment_id', payment_id, 'event_no', event_no,
          'status', c."to", 'reason', c.reason, 'at', c.at), c.at
        from c join moved using (payment_id), unnest(c.tasks) as task)
      insert into payment_events (partner_id, payment_id, event_no, type, status, cause, detail, at)
        select $1, payment_id, event_no, 'payment.status', c."to", c.cause, c.detail, c.at
        from c join moved using (payment_id)
      returning payment_id`

/** The day is spread over rows by the payment's number; of those that come together each row is written once, in order. */
const COUNTS_APPROVED = `approved as (
        insert into limit_approvals as l (partner_id, day, slot, approved_count)
        select $1, e.day, (e.payment_id % 16)::smallint as slot, sum(c.approved)
        from c join moved using (payment_id) join limit_entries e
          on e.partner_id = $1 and e.payment_id = any(array(select payment_id from c)) and e.payment_id = c.payment_id
        where c.approved <> 0 group by e.day, slot order by e.day, slot
        on conflict (partner_id, day, slot) do update set approved_count = l.approved_count + excluded.approved_count),`

const AGREEMENT_FOLLOWS = `series as (
        update agreements g set status = c.agreement_status, updated_at = c.at
        from c join moved using (payment_id)
        where g.partner_id = $1 and g.agreement_id = any(array(select agreement_id from c)) and g.agreement_id = c.agreement_id
          and g.rail = 'account' and g.payment_id = c.payment_id and g.status <> c.agreement_status),`

const CHANGES = {
  plain: { name: 'payment_advance', text: changesText('') },
  approving: { name: 'payment_advance_approving', text: changesText(COUNTS_APPROVED) },
  of_series: { name: 'payment_advance_series', text: changesText(`${COUNTS_APPROVED} ${AGREEMENT_FOLLOWS}`) },
} as const

const gatherChanges = (statement: (typeof CHANGES)[keyof typeof CHANGES]) =>
  gatherByKey<StatusChange, boolean>({
    at_once: 1,
    most: 64,
    pause_ms: CROWD_PAUSE_MS,
    together: (one, others) => !others.some(({ payment_id }) => payment_id === one.payment_id),
    run: (db, partner_id, changes) => runChanges(db, partner_id, changes, statement),
  })

const changeTogether = gatherChanges(CHANGES.plain)
const changeApproved = gatherChanges(CHANGES.approving)

/** @returns of each whether it moved its payment */
async function runChanges(
  db: Context['db'],
  partner_id: number,
  changes: readonly StatusChange[],
  statement: { readonly name: string; readonly text: string },
): Promise<boolean[]> {
  const list = changes.map(({ partner_id: _, attempt: a, agreement, ...change }) => ({
    ...change,
    attempt_no: a?.attempt_no,
    state: a?.state,
    bank_status: a?.bank_status,
    session_enc: byteaText(a?.session_enc),
    bank_payment_hash: byteaText(a?.bank_payment_hash),
    refusal: a?.refusal,
    next_ask_at: a?.next_ask_at,
    returned: a?.returned ?? false,
    if_unanswered: a?.if_unanswered ?? false,
    only_from: a?.from,
    agreement_id: agreement?.agreement_id,
    agreement_status: agreement?.status,
  }))
  const { rows } = await db.query<{ payment_id: number }>({ ...statement, values: [partner_id, inOrder(list)] })
  const moved = new Set(rows.map(({ payment_id }) => payment_id))
  return changes.map(({ payment_id }) => moved.has(payment_id))
}

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
    // The key begins with the partner: by the number alone all of it would be gone through.
    text: `select partner_id, payment_id from payments
      where partner_id = any(array(select partner_id from partners)) and payment_id = $1 limit 10`,
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
