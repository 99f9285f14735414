/** SQL of attempts: one try of a payment at a bank, from the claim before the wire is used to the bank's last word. */
import type { Context } from '../context.ts'
import type { PaymentKey } from './store.ts'

/**
 * entering: the payer is at the bank to let us in, nothing of the payment is there. sending: written before the wire is
 * used. unknown: maybe sent. open: the bank has it. closed: final, or never sent.
 */
export type AttemptState = 'entering' | 'sending' | 'unknown' | 'open' | 'closed'

export type SubmissionClaim = PaymentKey & {
  readonly at: Date
  /** The attempt that the caller saw as the last; a claim beside it fails. */
  readonly seen_attempt_no: number
  readonly bank_id: string
  /** entering: the payer lets us in first, and nothing needs recovery before that. */
  readonly state: 'entering' | 'sending'
  readonly request_id: string
  readonly order_enc: Buffer
  readonly recover_at: Date | null
  /** The payer has at least until then. */
  readonly open_until: Date
  readonly amount_minor: number
  readonly terms_enc: Buffer
  readonly creditor_iban_hash: Buffer | null
  readonly debtor_iban_hash: Buffer | null
  readonly email_hash: Buffer | null
  /**
   * Of a list or its item: the list as the caller saw it. Whatever goes to a bank of a list moves the list's row on from
   * there, so that of the list as one and of its items one by one only one is ever under way.
   */
  readonly list?: ListHold
}

export type ListHold =
  | { readonly kind: 'item'; readonly list_payment_id: number; readonly event_no: number }
  | { readonly kind: 'list'; readonly event_no: number }

const HOLDING = `held as (
        update payments set event_no = event_no + 1, attempt_no = greatest(attempt_no, $4 + 1),
          expires_at = greatest(expires_at, $15)
        where partner_id = $1 and payment_id = $17 and event_no = $16 and list_way = 'one_by_one' and finished_at is null
        returning payment_id),
      `
const HELD = {
  none: { name: 'payment_claim', first: '', where: '' },
  item: { name: 'payment_claim_item', first: HOLDING, where: 'and exists (select from held)' },
  // Of a list that goes as one all is still to be sent: what is at its end, CANC or BLOCKED say, takes no late success.
  list: {
    name: 'payment_claim_list',
    first: '',
    where: `and event_no = $16 and list_way = 'together' and not exists (select from payments i
            where i.partner_id = $1 and i.list_payment_id = $2 and i.status <> 'INIT')`,
  },
} as const

/**
 * Claims the payment for one submission, before the wire is used. False when another submission was faster, or the
 * payment is no longer open for one; the unique index on live attempts stands behind it.
 */
export async function claimSubmission(context: Pick<Context, 'db'>, c: SubmissionClaim): Promise<boolean> {
  const { list } = c
  const held = HELD[list?.kind ?? 'none']
  const { rowCount } = await context.db.query({
    name: held.name,
    text: `with ${held.first}claimed as (
        update payments set attempt_no = $4 + 1, bank_id = $5, amount_minor = $9, terms_enc = $10,
          creditor_iban_hash = $11, debtor_iban_hash = $12, email_hash = $13, event_no = event_no + 1,
          -- A little is not worth it: the time stands in an index, and every index would have the row anew.
          expires_at = case
            when expires_at >= $15::timestamptz - ($15::timestamptz - $3::timestamptz) / 10 then expires_at else $15 end
        where partner_id = $1 and payment_id = $2 and status = 'INIT' and attempt_no = $4 and requested_at is not null
          and not exists (select from payment_attempts l where l.partner_id = $1 and l.payment_id = $2 and l.state <> 'closed')
          ${held.where}
        returning attempt_no, event_no),
      attempt as (
        insert into payment_attempts
          (partner_id, payment_id, attempt_no, bank_id, state, request_id, order_enc, submitted_at, next_ask_at)
        select $1, $2, attempt_no, $5, $14, $6, $7, $3, $8 from claimed)
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
      c.state,
      c.open_until,
      ...(list === undefined ? [] : [list.event_no]),
      ...(list?.kind === 'item' ? [list.list_payment_id] : []),
    ],
  })
  return rowCount === 1
}

/** What is newly known about an attempt; fields left out stay as they are. */
export type AttemptChange = {
  readonly attempt_no: number
  /** Only while nothing is known of the submission: two answers to it (the first call's, its repetition's) count once. */
  readonly if_unanswered?: boolean
  /** Only from this state. */
  readonly from?: AttemptState
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
        closed_at = case when $5 = 'closed' then $4 else closed_at end,
        -- Who had to be let in first submits only now.
        submitted_at = case when $5 = 'sending' then $4 else submitted_at end
      where partner_id = $1 and payment_id = $2 and attempt_no = $3 and state <> 'closed'
        and (not $12 or state in ('sending', 'unknown')) and state = coalesce($13, state)`,
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
      a.from ?? null,
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
