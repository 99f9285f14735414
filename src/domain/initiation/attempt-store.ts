/** SQL of attempts: one try of a payment at a bank, from the claim before the wire is used to the bank's last word. */
import { CROWD_PAUSE_MS, gatherByKey } from '../../infra/database/gather.ts'
import { byteaText, inOrder } from '../../infra/database/json-list.ts'
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

const ITEM_HOLDS = `held as (
        update payments l set event_no = l.event_no + 1, attempt_no = greatest(l.attempt_no, s.seen_attempt_no + 1),
          expires_at = greatest(l.expires_at, s.open_until)
        from s where l.partner_id = $1 and l.payment_id = any(array(select list_payment_id from s))
          and l.payment_id = s.list_payment_id and l.event_no = s.list_event_no and l.list_way = 'one_by_one'
          and l.finished_at is null
        returning l.payment_id),
      `
const CLAIMS = {
  single: claimStatement('payment_claim', '', ''),
  item: claimStatement('payment_claim_item', ITEM_HOLDS, 'and exists (select from held)'),
  // Of a list that goes as one all is still to be sent: what is at its end, CANC or BLOCKED say, takes no late success.
  list: claimStatement(
    'payment_claim_list',
    '',
    `and p.event_no = s.list_event_no and p.list_way = 'together' and not exists (select from payments i
            where i.partner_id = $1 and i.list_payment_id = p.payment_id and i.status <> 'INIT')`,
  ),
} as const

/** $1 is the partner, $2 a JSON list; what is claimed of it is answered. */
function claimStatement(name: string, first: string, where: string) {
  const text = `with s as materialized (
        select * from json_to_recordset($2) as s(payment_id bigint, at timestamptz, seen_attempt_no integer, bank_id text,
          state text, request_id uuid, order_enc bytea, recover_at timestamptz, open_until timestamptz, amount_minor bigint,
          terms_enc bytea, creditor_iban_hash bytea, debtor_iban_hash bytea, email_hash bytea, list_payment_id bigint,
          list_event_no integer)),
      ${first}claimed as (
        update payments p set attempt_no = s.seen_attempt_no + 1, bank_id = s.bank_id, amount_minor = s.amount_minor,
          terms_enc = s.terms_enc, creditor_iban_hash = s.creditor_iban_hash, debtor_iban_hash = s.debtor_iban_hash,
          email_hash = s.email_hash, event_no = p.event_no + 1,
          -- A little is not worth it: the time stands in an index, and every index would have the row anew.
          expires_at = case
            when p.expires_at >= s.open_until - (s.open_until - s.at) / 10 then p.expires_at else s.open_until end
        from s where p.partner_id = $1 and p.payment_id = any(array(select payment_id from s)) and p.payment_id = s.payment_id
          and p.status = 'INIT' and p.attempt_no = s.seen_attempt_no and p.requested_at is not null
          and not exists (select from payment_attempts l where l.partner_id = $1 and l.payment_id = p.payment_id
            and l.payment_id = any(array(select payment_id from s)) and l.state <> 'closed')
          ${where}
        returning p.payment_id, p.attempt_no, p.event_no),
      attempt as (
        insert into payment_attempts
          (partner_id, payment_id, attempt_no, bank_id, state, request_id, order_enc, submitted_at, next_ask_at)
        select $1, payment_id, claimed.attempt_no, s.bank_id, s.state, s.request_id, s.order_enc, s.at, s.recover_at
        from s join claimed using (payment_id))
      insert into payment_events (partner_id, payment_id, event_no, type, status, cause, detail, at)
        select $1, payment_id, event_no, 'payment.submitted', 'INIT', 'payer',
          jsonb_build_object('bank_id', s.bank_id, 'attempt_no', claimed.attempt_no), s.at
        from s join claimed using (payment_id)
      returning payment_id`
  return { name, text }
}

const claimTogether = gatherByKey<SubmissionClaim, boolean>({
  at_once: 1,
  most: 64,
  pause_ms: CROWD_PAUSE_MS,
  together: (one, others) => !others.some(({ payment_id }) => payment_id === one.payment_id),
  run: (db, partner_id, claims) => runClaims(db, partner_id, claims, CLAIMS.single),
})

/**
 * Claims the payment for one submission, before the wire is used. False when another submission was faster, or the
 * payment is no longer open for one; the unique index on live attempts stands behind it. Those of a partner that come
 * together share a statement; a list or its item, which moves a second row, has one of its own.
 */
export async function claimSubmission({ db }: Pick<Context, 'db'>, c: SubmissionClaim): Promise<boolean> {
  if (c.list === undefined) return claimTogether(db, c.partner_id, c)
  return (await runClaims(db, c.partner_id, [c], CLAIMS[c.list.kind]))[0] === true
}

async function runClaims(
  db: Context['db'],
  partner_id: number,
  claims: readonly SubmissionClaim[],
  statement: { readonly name: string; readonly text: string },
): Promise<boolean[]> {
  const submissions = claims.map(({ partner_id: _, list, ...claim }) => ({
    ...claim,
    order_enc: byteaText(claim.order_enc),
    terms_enc: byteaText(claim.terms_enc),
    creditor_iban_hash: byteaText(claim.creditor_iban_hash),
    debtor_iban_hash: byteaText(claim.debtor_iban_hash),
    email_hash: byteaText(claim.email_hash),
    list_payment_id: list?.kind === 'item' ? list.list_payment_id : null,
    list_event_no: list?.event_no,
  }))
  const { rows } = await db.query<{ payment_id: number }>({ ...statement, values: [partner_id, inOrder(submissions)] })
  const claimed = new Set(rows.map(({ payment_id }) => payment_id))
  return claims.map(({ payment_id }) => claimed.has(payment_id))
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

/** Ends attempts that were begun before then, and whose payer was never told where to let us in: nothing is at any bank. */
export async function closeNeverEntered(context: Pick<Context, 'db'>, at: Date, begun_before: Date): Promise<void> {
  await context.db.query({
    name: 'attempts_never_entered',
    text: `update payment_attempts set state = 'closed', refusal = 'UNREACHED', next_ask_at = null, closed_at = $1
      where state = 'entering' and session_enc is null and submitted_at < $2`,
    values: [at, begun_before],
  })
}

/** Whether the bank knows another payment of the partner by this number. */
export async function isOfAnother(
  context: Pick<Context, 'db'>,
  key: PaymentKey,
  bank_payment_hash: Buffer,
): Promise<boolean> {
  const { rows } = await context.db.query({
    name: 'attempt_of_another',
    text: `select payment_id from payment_attempts
      where partner_id = $1 and bank_payment_hash = any(array(select $3::bytea)) and payment_id <> $2`,
    values: [key.partner_id, key.payment_id, bank_payment_hash],
  })
  return rows.length > 0
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
