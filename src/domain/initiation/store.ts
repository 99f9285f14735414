/**
 * All SQL of account-rail payments. Each write that changes a payment is one statement that also writes its event row
 * and what follows from it (outbox), so that none exists without the others.
 */
import type { Context } from '../context.ts'
import type { PaymentStatus } from './state.ts'

export type PaymentKey = { readonly partner_id: number; readonly payment_id: number }
export type AttemptState = 'sending' | 'unknown' | 'open' | 'closed'
export type Cause = 'partner' | 'payer' | 'return' | 'poll' | 'push' | 'worker' | 'staff'

/** A payment with its current attempt at a bank (all `attempt` columns null before the first). */
export type PaymentRow = PaymentKey & {
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

const PAYMENT_COLUMNS = `
  p.partner_id, p.payment_id, p.status, p.reason, p.tokens_revoked_at, p.requested_at, p.request_hash, p.amount_minor,
  p.terms_enc, p.redirect_url, p.attempt_no, p.event_no, p.created_at, p.status_at, p.finished_at, a.bank_id,
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

export type RequestRecord = PaymentKey & {
  readonly at: Date
  readonly request_hash: Buffer
  readonly amount_minor: number | null
  readonly terms_enc: Buffer
  readonly redirect_url: string
  readonly creditor_iban_hash: Buffer | null
  readonly debtor_iban_hash: Buffer | null
  readonly email_hash: Buffer | null
  readonly payer_hash: Buffer | null
}

/** Records the partner's request once. False when it was recorded before, or the payment takes none any more. */
export async function recordRequest(context: Pick<Context, 'db'>, r: RequestRecord): Promise<boolean> {
  const { rowCount } = await context.db.query({
    name: 'payment_request',
    text: `with asked as (
        update payments set requested_at = $3, request_hash = $4, amount_minor = $5, terms_enc = $6, redirect_url = $7,
          creditor_iban_hash = $8, debtor_iban_hash = $9, email_hash = $10, payer_hash = $11, event_no = event_no + 1
        where partner_id = $1 and payment_id = $2 and requested_at is null and finished_at is null and tokens_revoked_at is null
        returning event_no, status)
      insert into payment_events (partner_id, payment_id, event_no, type, status, cause, at)
        select $1, $2, event_no, 'payment.initiated', status, 'partner', $3 from asked`,
    values: [
      r.partner_id,
      r.payment_id,
      r.at,
      r.request_hash,
      r.amount_minor,
      r.terms_enc,
      r.redirect_url,
      r.creditor_iban_hash,
      r.debtor_iban_hash,
      r.email_hash,
      r.payer_hash,
    ],
  })
  return rowCount === 1
}

export type SubmissionClaim = PaymentKey & {
  readonly at: Date
  /** The attempt that the caller saw as the last; a claim beside it fails. */
  readonly seen_attempt_no: number
  readonly bank_id: string
  readonly request_id: string
  readonly order_enc: Buffer
  readonly recover_at: Date
  readonly amount_minor: number
  readonly terms_enc: Buffer
  readonly creditor_iban_hash: Buffer | null
  readonly debtor_iban_hash: Buffer | null
  readonly email_hash: Buffer | null
}

/**
 * Claims the payment for one submission, before the wire is used. False when another submission was faster, or the
 * payment is no longer open for one; the unique index on live attempts stands behind it.
 */
export async function claimSubmission(context: Pick<Context, 'db'>, c: SubmissionClaim): Promise<boolean> {
  const { rowCount } = await context.db.query({
    name: 'payment_claim',
    text: `with claimed as (
        update payments set attempt_no = $4 + 1, bank_id = $5, amount_minor = $9, terms_enc = $10,
          creditor_iban_hash = $11, debtor_iban_hash = $12, email_hash = $13, event_no = event_no + 1
        where partner_id = $1 and payment_id = $2 and status = 'INIT' and attempt_no = $4 and requested_at is not null
          and not exists (select from payment_attempts l where l.partner_id = $1 and l.payment_id = $2 and l.state <> 'closed')
        returning attempt_no, event_no),
      attempt as (
        insert into payment_attempts
          (partner_id, payment_id, attempt_no, bank_id, state, request_id, order_enc, submitted_at, next_ask_at)
        select $1, $2, attempt_no, $5, 'sending', $6, $7, $3, $8 from claimed)
      insert into payment_events (partner_id, payment_id, event_no, type, status, cause, detail, at)
        select $1, $2, event_no, 'payment.submitted', 'INIT', 'payer', jsonb_build_object('bank_id', $5::text, 'attempt_no', attempt_no), $3
        from claimed`,
    values: [
      c.partner_id,
      c.payment_id,
      c.at,
      c.seen_attempt_no,
      c.bank_id,
      c.request_id,
      c.order_enc,
      c.recover_at,
      c.amount_minor,
      c.terms_enc,
      c.creditor_iban_hash,
      c.debtor_iban_hash,
      c.email_hash,
    ],
  })
  return rowCount === 1
}

/** What is newly known about an attempt; fields left out stay as they are. */
export type AttemptChange = {
  readonly attempt_no: number
  /** Only while nothing is known of the submission: two answers to it (the first call's, its repetition's) count once. */
  readonly if_unanswered?: boolean
  readonly state?: AttemptState
  readonly bank_status?: string
  readonly session_enc?: Buffer
  readonly bank_payment_hash?: Buffer
  readonly refusal?: string
  /** The payer came back from the bank; the first time counts. */
  readonly returned?: boolean
  /** When the bank is asked next by itself; null: never again. */
  readonly next_ask_at: Date | null
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
}

/**
 * Moves a payment, only from the status the caller saw, and by word of an attempt only while that is not closed. False
 * when either has changed meanwhile.
 */
export async function changeStatus(context: Pick<Context, 'db'>, c: StatusChange): Promise<boolean> {
  const a = c.attempt
  const { rowCount } = await context.db.query({
    name: 'payment_advance',
    text: `with moved as (
        update payments set status = $5, reason = $6, status_at = $3, event_no = event_no + 1,
          finished_at = case when $7 then $3::timestamptz end,
          settled_attempt_no = case when $5 = 'ACSC' then coalesce($11::integer, attempt_no) end
        where partner_id = $1 and payment_id = $2 and status = $4
          and ($11::integer is null or exists (select from payment_attempts l
            where l.partner_id = $1 and l.payment_id = $2 and l.attempt_no = $11::integer and l.state <> 'closed'
              and (not $19 or l.state in ('sending', 'unknown'))))
        returning event_no),
      attempt as (
        update payment_attempts set state = coalesce($12, state), bank_status = coalesce($13, bank_status),
          session_enc = coalesce($14, session_enc), bank_payment_hash = coalesce($15, bank_payment_hash),
          refusal = coalesce($16, refusal), next_ask_at = $17, asked_no = asked_no + 1,
          returned_at = case when $18 then coalesce(returned_at, $3) else returned_at end,
          closed_at = case when $12 = 'closed' then $3 else closed_at end
        where partner_id = $1 and payment_id = $2 and attempt_no = $11::integer and exists (select from moved)),
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
    ],
  })
  return rowCount === 1
}

/** Records what was learnt about an attempt when the payment's status stays. A closed attempt stays closed. */
export async function changeAttempt(
  context: Pick<Context, 'db'>,
  key: PaymentKey,
  at: Date,
  a: AttemptChange,
): Promise<boolean> {
  const { rowCount } = await context.db.query({
    name: 'attempt_change',
    text: `update payment_attempts set state = coalesce($5, state), bank_status = coalesce($6, bank_status),
        session_enc = coalesce($7, session_enc), bank_payment_hash = coalesce($8, bank_payment_hash),
        refusal = coalesce($9, refusal), next_ask_at = $10, asked_no = asked_no + 1,
        returned_at = case when $11 then coalesce(returned_at, $4) else returned_at end,
        closed_at = case when $5 = 'closed' then $4 else closed_at end
      where partner_id = $1 and payment_id = $2 and attempt_no = $3 and state <> 'closed'
        and (not $12 or state in ('sending', 'unknown'))`,
    values: [
      key.partner_id,
      key.payment_id,
      a.attempt_no,
      at,
      a.state ?? null,
      a.bank_status ?? null,
      a.session_enc ?? null,
      a.bank_payment_hash ?? null,
      a.refusal ?? null,
      a.next_ask_at,
      a.returned ?? false,
      a.if_unanswered ?? false,
    ],
  })
  return rowCount === 1
}

/** Marks that the payer came back from the bank, the first time. */
export async function recordReturn(
  context: Pick<Context, 'db'>,
  key: PaymentKey,
  attempt_no: number,
  at: Date,
): Promise<void> {
  await context.db.query({
    name: 'attempt_return',
    text: `update payment_attempts set returned_at = $4
      where partner_id = $1 and payment_id = $2 and attempt_no = $3 and returned_at is null`,
    values: [key.partner_id, key.payment_id, attempt_no, at],
  })
}

/** Writes a session with new tokens, unless another return did so since `seen` was read. */
export async function saveSession(
  context: Pick<Context, 'db'>,
  key: PaymentKey,
  attempt_no: number,
  seen: Buffer,
  session_enc: Buffer,
): Promise<boolean> {
  const { rowCount } = await context.db.query({
    name: 'attempt_session',
    text: `update payment_attempts set session_enc = $5
      where partner_id = $1 and payment_id = $2 and attempt_no = $3 and session_enc = $4`,
    values: [key.partner_id, key.payment_id, attempt_no, seen, session_enc],
  })
  return rowCount === 1
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

export type DueAttempt = PaymentKey & {
  readonly attempt_no: number
  readonly asked_no: number
  readonly bank_id: string
}

/** Attempts whose bank is to be asked now, oldest first; not of the banks that are still busy with earlier questions. */
export async function dueAttempts(
  context: Pick<Context, 'db'>,
  at: Date,
  busy_banks: readonly string[],
  limit: number,
): Promise<DueAttempt[]> {
  const { rows } = await context.db.query<DueAttempt>({
    name: 'attempts_due',
    text: `select partner_id, payment_id, attempt_no, asked_no, bank_id from payment_attempts
      where state in ('sending', 'unknown', 'open') and next_ask_at <= $1 and bank_id <> all($2::text[])
      order by next_ask_at limit $3`,
    values: [at, busy_banks, limit],
  })
  return rows
}

/** Takes one due attempt for this process until `until`; false when another process was faster or it is no longer due. */
export async function claimDueAttempt(context: Pick<Context, 'db'>, due: DueAttempt, until: Date): Promise<boolean> {
  const { rowCount } = await context.db.query({
    name: 'attempt_claim',
    text: `update payment_attempts set next_ask_at = $5, asked_no = asked_no + 1
      where partner_id = $1 and payment_id = $2 and attempt_no = $3 and asked_no = $4 and state <> 'closed'`,
    values: [due.partner_id, due.payment_id, due.attempt_no, due.asked_no, until],
  })
  return rowCount === 1
}

/** Unpaid payments whose time is over. One whose submission has an unknown fate is not among them: the bank must speak first. */
export async function expiredPayments(context: Pick<Context, 'db'>, created_before: Date, limit: number) {
  const { rows } = await context.db.query<
    PaymentKey & { status: PaymentStatus; attempt_no: number; requested_at: Date | null }
  >({
    name: 'payments_expired',
    text: `select p.partner_id, p.payment_id, p.status, p.attempt_no, p.requested_at
      from payments p
      where p.finished_at is null and p.created_at < $1 and p.status in ('INIT', 'RCVD')
        and not exists (select from payment_attempts a
          where a.partner_id = p.partner_id and a.payment_id = p.payment_id and a.state in ('sending', 'unknown'))
      order by p.created_at limit $2`,
    values: [created_before, limit],
  })
  return rows
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
