/** SQL that ends what store.ts began: outcomes, silences, and what the sweep takes up. */
import type { Context } from '../context.ts'
import type { Standing } from './state.ts'
import type { TransactionKey } from './store.ts'

type Db = Pick<Context, 'db'>

export type Outcome = TransactionKey & {
  readonly at: Date
  readonly cause: 'acquirer' | 'sweep' | 'staff'
  readonly event: string
  readonly result: 'SUCCESS' | 'FAILURE'
  readonly gateway_code: string
  readonly acquirer_code: string | null
  readonly acquirer_message: string | null
  readonly authorization_code: string | null
  readonly stan: string | null
  readonly receipt: string | null
  readonly acquirer_transaction_id: string | null
  readonly trace_id: string | null
  readonly csc_result: string | null
  readonly avs_result: string | null
  readonly after: Standing
  /** The gateway token that was used, and what was learnt of the card behind it. */
  readonly token: string | null
  readonly account_closed: boolean
  readonly account: { masked_number: string; expiry_month: number; expiry_year: number } | undefined
  /** The transaction that this one, a successful VOID, takes back. */
  readonly voids: string | null
  /** What happens to the agreement: an opening or card change written, a counted payment given back, or nothing. */
  readonly agreement: 'none' | 'opens' | 'gives_back'
}

const RECORD = `x as (
    update card_transactions set state = 'done', result = $5, gateway_code = $6, acquirer_code = $7, acquirer_message = $8,
      authorization_code = $9, stan = $10, receipt = $11, acquirer_transaction_id = $12, trace_id = $13, csc_result = $14, avs_result = $15,
      order_status = $16, order_amount_minor = $17, authorized_minor = $18, captured_minor = $19, refunded_minor = $20,
      recorded_at = $4, next_ask_at = null
    where partner_id = $1 and order_id = $2 and transaction_id = $3 and state <> 'done' returning 1),
  o as (
    update card_orders set version_no = version_no + 1, status = $16, amount_minor = $17, authorized_minor = $18, captured_minor = $19,
      refunded_minor = $20, live_transaction_id = null, updated_at = $4
    where partner_id = $1 and order_id = $2 and live_transaction_id = $3 and exists (select from x) returning version_no),
  e as (
    insert into card_events (partner_id, order_id, event_no, transaction_id, type, cause, detail, at)
    select $1, $2, version_no, $3, $21, $22, jsonb_build_object('result', $5::text, 'gateway_code', $6::text), $4 from o returning 1)`
const USED_TOKEN = `, t as (
    update card_tokens set last_used_at = $4, status = case when $24 then 'INVALID' else status end,
      masked_number = coalesce($25, masked_number), expiry_month = coalesce($26, expiry_month), expiry_year = coalesce($27, expiry_year)
    where partner_id = $1 and token = $23 and exists (select from o))`
const VOIDED = `, v as (
    update card_transactions set voided_by = $3 where partner_id = $1 and order_id = $2 and transaction_id = $23 and exists (select from o))`
/** A counted payment failed: it is given back, and a FIXED series of which it was the first has no amount again. */
const GIVES_BACK = `, a as (
    update agreements a set payments_taken = a.payments_taken - 1, version_no = a.version_no + 1, updated_at = $4,
      fixed_amount_minor = case when a.payments_taken = 1 and not a.fixed_by_opening then null else a.fixed_amount_minor end
    from card_transactions s, o
    where s.partner_id = $1 and s.order_id = $2 and s.transaction_id = $3
      and a.partner_id = $1 and a.agreement_id = s.agreement_id and a.payments_taken > 0)`
/** Opens the series, or changes the card of one that is open: its terms stay. */
const OPENS = `, a as (
    insert into agreements as a (partner_id, agreement_id, rail, type, currency, amount_variability, fixed_amount_minor, fixed_by_opening,
      minimum_amount_minor, maximum_amount_minor, start_date, expiry_date, number_of_payments, minimum_days_between_payments, payment_frequency,
      number_hash, masked_number, expiry_month, expiry_year, token, established_order_id, established_transaction_id, trace_id, created_at, updated_at)
    select $1, s.agreement_id, 'card', terms.type, terms.currency, terms.amount_variability, terms.fixed_amount_minor,
      terms.fixed_amount_minor is not null, terms.minimum_amount_minor, terms.maximum_amount_minor, terms.start_date, terms.expiry_date,
      terms.number_of_payments, terms.minimum_days_between_payments, terms.payment_frequency, s.number_hash, s.masked_number,
      s.expiry_month, s.expiry_year, s.token, $2, $3, $13, $4, $4
    from card_transactions s, o, jsonb_to_record(s.agreement_opening) as terms(type text, currency text, amount_variability text,
      fixed_amount_minor bigint, minimum_amount_minor bigint, maximum_amount_minor bigint, start_date date, expiry_date date,
      number_of_payments integer, minimum_days_between_payments integer, payment_frequency text)
    where s.partner_id = $1 and s.order_id = $2 and s.transaction_id = $3
    on conflict (partner_id, agreement_id) do update set number_hash = excluded.number_hash, masked_number = excluded.masked_number,
      expiry_month = excluded.expiry_month, expiry_year = excluded.expiry_year, token = excluded.token,
      established_order_id = excluded.established_order_id, established_transaction_id = excluded.established_transaction_id,
      trace_id = coalesce(excluded.trace_id, a.trace_id), version_no = a.version_no + 1, updated_at = excluded.updated_at
    -- Of two openings at once the first one's terms stand; a series of the account rail is never touched.
    where a.rail = 'card' and a.type = excluded.type)`

/** Writes how a transaction ended, once. False: it had ended before. */
export async function recordOutcome(context: Db, r: Outcome): Promise<boolean> {
  const { after } = r
  const values: unknown[] = [
    r.partner_id,
    r.order_id,
    r.transaction_id,
    r.at,
    r.result,
    r.gateway_code,
    r.acquirer_code,
    r.acquirer_message,
    r.authorization_code,
    r.stan,
    r.receipt,
    r.acquirer_transaction_id,
    r.trace_id,
    r.csc_result,
    r.avs_result,
    after.status,
    after.amount_minor,
    after.authorized_minor,
    after.captured_minor,
    after.refunded_minor,
    r.event,
    r.cause,
  ]
  let name = 'card_record'
  let text = RECORD
  if (r.voids !== null) {
    name += '_void'
    text += VOIDED
    values.push(r.voids)
  } else if (r.token !== null) {
    name += '_token'
    text += USED_TOKEN
    const { account } = r
    values.push(
      r.token,
      r.account_closed,
      account?.masked_number ?? null,
      account?.expiry_month ?? null,
      account?.expiry_year ?? null,
    )
  }
  if (r.agreement !== 'none') {
    name += `_${r.agreement}`
    text += r.agreement === 'opens' ? OPENS : GIVES_BACK
  }
  const { rows } = await context.db.query<{ recorded: boolean }>({
    name,
    text: `with ${text} select exists (select from o) as recorded`,
    values,
  })
  return rows[0]?.recorded === true
}

/** The acquirer did not say: the order stays taken until a sweep has settled it. */
export async function recordUnknown(
  context: Db,
  key: TransactionKey,
  u: { readonly at: Date; readonly ask_at: Date; readonly reason: string },
): Promise<boolean> {
  const { rowCount } = await context.db.query({
    name: 'card_unknown',
    text: `with x as (
        update card_transactions set state = 'unknown', result = 'UNKNOWN', gateway_code = 'TIMED_OUT', next_ask_at = $5
        where partner_id = $1 and order_id = $2 and transaction_id = $3 and state = 'submitted' returning 1),
      o as (update card_orders set version_no = version_no + 1, updated_at = $4
        where partner_id = $1 and order_id = $2 and live_transaction_id = $3 and exists (select from x) returning version_no)
      insert into card_events (partner_id, order_id, event_no, transaction_id, type, cause, detail, at)
        select $1, $2, version_no, $3, 'transaction.unknown', 'acquirer', jsonb_build_object('reason', $6::text), $4 from o`,
    values: [key.partner_id, key.order_id, key.transaction_id, u.at, u.ask_at, u.reason],
  })
  return rowCount === 1
}

/** A fact that changes nothing by itself (asked in vain, a reversal refused): history only. */
export async function recordCardEvent(
  context: Db,
  key: TransactionKey,
  e: { readonly at: Date; readonly type: string; readonly detail: Readonly<Record<string, string | number>> },
): Promise<void> {
  await context.db.query({
    name: 'card_event',
    text: `with o as (update card_orders set version_no = version_no + 1 where partner_id = $1 and order_id = $2 returning version_no)
      insert into card_events (partner_id, order_id, event_no, transaction_id, type, cause, detail, at)
        select $1, $2, version_no, $3, $4, 'sweep', $5, $6 from o`,
    values: [key.partner_id, key.order_id, key.transaction_id, e.type, e.detail, e.at],
  })
}

export type DueTransaction = TransactionKey & { readonly link_no: number; readonly asked_no: number }

/** Transactions whose acquirer is to be asked now. */
export async function dueTransactions(context: Db, at: Date, limit: number): Promise<DueTransaction[]> {
  const { rows } = await context.db.query<DueTransaction>({
    name: 'card_due',
    text: `select partner_id, order_id, transaction_id, link_no, asked_no from card_transactions
      where state in ('submitted', 'unknown') and next_ask_at <= $1 order by next_ask_at limit $2`,
    values: [at, limit],
  })
  return rows
}

/** Takes one for this process until `until`; false when another process was faster. */
export async function claimDueTransaction(context: Db, due: DueTransaction, until: Date): Promise<boolean> {
  const { rowCount } = await context.db.query({
    name: 'card_due_claim',
    text: `update card_transactions set next_ask_at = $4, asked_no = asked_no + 1
      where partner_id = $1 and order_id = $2 and transaction_id = $3 and asked_no = $5 and state in ('submitted', 'unknown')`,
    values: [due.partner_id, due.order_id, due.transaction_id, until, due.asked_no],
  })
  return rowCount === 1
}

export async function askLater(context: Db, key: TransactionKey, at: Date): Promise<void> {
  await context.db.query({
    name: 'card_ask_later',
    text: `update card_transactions set next_ask_at = $4
      where partner_id = $1 and order_id = $2 and transaction_id = $3 and state in ('submitted', 'unknown')`,
    values: [key.partner_id, key.order_id, key.transaction_id, at],
  })
}
