/** SQL that ends what claim-store.ts began: outcomes, silences, and what the sweep takes up. */
import { gatherByKey } from '../../infra/database/gather.ts'
import type { Context } from '../context.ts'
import type { Standing } from './state.ts'
import type { OrderKey, TransactionKey } from './store.ts'

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

/** Outcomes as the statement reads them: $1 is the partner, $2 a JSON list. What of it failed before changes nothing here. */
const RECORD = `r as materialized (select * from json_to_recordset($2) as r(order_id text, transaction_id text, at timestamptz, cause text, event text,
    result text, gateway_code text, acquirer_code text, acquirer_message text, authorization_code text, stan text, receipt text,
    acquirer_transaction_id text, trace_id text, csc_result text, avs_result text, status text, amount_minor bigint, authorized_minor bigint,
    captured_minor bigint, refunded_minor bigint, token text, account_closed boolean, masked_number text, expiry_month smallint,
    expiry_year smallint, voids text)),
  x as (
    update card_transactions x set state = 'done', result = r.result, gateway_code = r.gateway_code, acquirer_code = r.acquirer_code,
      acquirer_message = r.acquirer_message, authorization_code = r.authorization_code, stan = r.stan, receipt = r.receipt,
      acquirer_transaction_id = r.acquirer_transaction_id, trace_id = r.trace_id, csc_result = r.csc_result, avs_result = r.avs_result,
      order_status = r.status, order_amount_minor = r.amount_minor, authorized_minor = r.authorized_minor, captured_minor = r.captured_minor,
      refunded_minor = r.refunded_minor, recorded_at = r.at, next_ask_at = null
    from r where x.partner_id = $1 and x.order_id = any(array(select order_id from r)) and x.order_id = r.order_id
      and x.transaction_id = r.transaction_id and x.state <> 'done' and (x.reversal_sent_at is null or r.result = 'FAILURE')
    returning x.order_id, x.number_hash),
  o as (
    update card_orders o set version_no = o.version_no + 1, status = r.status, amount_minor = r.amount_minor, authorized_minor = r.authorized_minor,
      captured_minor = r.captured_minor, refunded_minor = r.refunded_minor, live_transaction_id = null, updated_at = r.at
    from r join x using (order_id)
    where o.partner_id = $1 and o.order_id = any(array(select order_id from r)) and o.order_id = r.order_id and o.live_transaction_id = r.transaction_id
    returning o.order_id, o.version_no, x.number_hash),
  e as (
    insert into card_events (partner_id, order_id, event_no, transaction_id, type, cause, detail, at)
    select $1, order_id, o.version_no, r.transaction_id, r.event, r.cause,
      jsonb_build_object('result', r.result, 'gateway_code', r.gateway_code), r.at
    from r join o using (order_id)),
  t as (
    update card_tokens t set last_used_at = u.at, status = case when u.closed then 'INVALID' else t.status end,
      masked_number = coalesce(u.masked_number, t.masked_number), expiry_month = coalesce(u.expiry_month, t.expiry_month),
      expiry_year = coalesce(u.expiry_year, t.expiry_year)
    from (select distinct on (r.token, o.number_hash) r.token, o.number_hash, r.at, r.masked_number, r.expiry_month, r.expiry_year,
        bool_or(r.account_closed) over (partition by r.token, o.number_hash) as closed
      from r join o using (order_id) where r.token is not null order by r.token, o.number_hash, r.at desc) u
    -- Of the card that was charged: the token may stand for another by now.
    where t.partner_id = $1 and t.token = any(array(select token from r)) and t.token = u.token and t.number_hash = u.number_hash)`
const VOIDED = `, v as (
    update card_transactions v set voided_by = r.transaction_id from r join o using (order_id)
    where v.partner_id = $1 and v.order_id = any(array(select order_id from r)) and v.order_id = r.order_id
      and v.transaction_id = r.voids)`
/** A counted payment failed: it is given back, and a FIXED series of which it was the first has no amount again. */
const GIVES_BACK = `, a as (
    update agreements a set payments_taken = a.payments_taken - 1, version_no = a.version_no + 1, updated_at = r.at,
      fixed_amount_minor = case when a.payments_taken = 1 and not a.fixed_by_opening then null else a.fixed_amount_minor end
    from r join o using (order_id) join card_transactions s
      on s.partner_id = $1 and s.order_id = any(array(select order_id from r)) and s.order_id = r.order_id
        and s.transaction_id = r.transaction_id
    where a.partner_id = $1 and a.agreement_id = any(array(select agreement_id from card_transactions s
        where s.partner_id = $1 and s.order_id = any(array(select order_id from r))))
      and a.agreement_id = s.agreement_id and a.payments_taken > 0)`
/** Opens the series, or changes the card of one that is open: its terms stay. */
const OPENS = `, a as (
    insert into agreements as a (partner_id, agreement_id, rail, type, currency, amount_variability, fixed_amount_minor, fixed_by_opening,
      minimum_amount_minor, maximum_amount_minor, start_date, expiry_date, number_of_payments, minimum_days_between_payments, payment_frequency,
      number_hash, masked_number, expiry_month, expiry_year, token, established_order_id, established_transaction_id, trace_id, created_at, updated_at)
    select $1, s.agreement_id, 'card', terms.type, terms.currency, terms.amount_variability, terms.fixed_amount_minor,
      terms.fixed_amount_minor is not null, terms.minimum_amount_minor, terms.maximum_amount_minor, terms.start_date, terms.expiry_date,
      terms.number_of_payments, terms.minimum_days_between_payments, terms.payment_frequency, s.number_hash, s.masked_number,
      s.expiry_month, s.expiry_year, s.token, s.order_id, s.transaction_id, r.trace_id, r.at, r.at
    from r join o using (order_id) join card_transactions s
      on s.partner_id = $1 and s.order_id = any(array(select order_id from r)) and s.order_id = r.order_id
        and s.transaction_id = r.transaction_id,
      jsonb_to_record(s.agreement_opening) as terms(type text, currency text, amount_variability text,
      fixed_amount_minor bigint, minimum_amount_minor bigint, maximum_amount_minor bigint, start_date date, expiry_date date,
      number_of_payments integer, minimum_days_between_payments integer, payment_frequency text)
    on conflict (partner_id, agreement_id) do update set number_hash = excluded.number_hash, masked_number = excluded.masked_number,
      expiry_month = excluded.expiry_month, expiry_year = excluded.expiry_year, token = excluded.token,
      established_order_id = excluded.established_order_id, established_transaction_id = excluded.established_transaction_id,
      -- The scheme's id of another card's transaction is none of this one's.
      trace_id = case when a.number_hash = excluded.number_hash then coalesce(excluded.trace_id, a.trace_id) else excluded.trace_id end,
      version_no = a.version_no + 1, updated_at = excluded.updated_at
    -- Of two openings at once the first one's terms stand; a series of the account rail is never touched.
    where a.rail = 'card' and a.type = excluded.type)`

/** Everyday outcomes share statements; those that also void something or write an agreement have one of their own. */
const recordTogether = gatherByKey<Outcome, boolean>({
  at_once: 1,
  most: 64,
  together: (outcome, others) => !others.some(({ order_id }) => order_id === outcome.order_id),
  run: (db, partner_id, outcomes) => runOutcomes(db, partner_id, outcomes, { name: 'card_record', text: RECORD }),
})

/** Writes how a transaction ended, once. False: it had ended before, or a success comes after a reversal has left. */
export async function recordOutcome({ db }: Db, outcome: Outcome): Promise<boolean> {
  const { partner_id, voids, agreement } = outcome
  if (voids === null && agreement === 'none') return recordTogether(db, partner_id, outcome)
  const also = [voids !== null && VOIDED, agreement === 'opens' && OPENS, agreement === 'gives_back' && GIVES_BACK]
  const text = [RECORD, ...also.filter((part) => part !== false)].join('')
  const name = `card_record_${voids === null ? agreement : 'void'}`
  const [recorded] = await runOutcomes(db, partner_id, [outcome], { name, text })
  return recorded === true
}

async function runOutcomes(
  db: Context['db'],
  partner_id: number,
  outcomes: readonly Outcome[],
  { name, text }: { readonly name: string; readonly text: string },
): Promise<boolean[]> {
  const list = outcomes.map(({ after, account, partner_id: _, agreement: _agreement, ...outcome }) => ({
    ...outcome,
    ...after,
    ...account,
  }))
  const { rows } = await db.query<{ order_id: string }>({
    name,
    text: `with ${text} select order_id from o`,
    values: [partner_id, JSON.stringify(list)],
  })
  const recorded = new Set(rows.map(({ order_id }) => order_id))
  return outcomes.map(({ order_id }) => recorded.has(order_id))
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
        update card_transactions set state = 'unknown', result = 'UNKNOWN', gateway_code = 'TIMED_OUT',
          next_ask_at = case when asked_no = 0 then $5 else next_ask_at end -- a sweep that holds it by now keeps its lease
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
  e: {
    readonly at: Date
    readonly cause: 'sweep' | 'staff'
    readonly type: string
    readonly detail: Readonly<Record<string, string | number>>
  },
): Promise<void> {
  await context.db.query({
    name: 'card_event',
    text: `with o as (update card_orders set version_no = version_no + 1 where partner_id = $1 and order_id = $2 returning version_no)
      insert into card_events (partner_id, order_id, event_no, transaction_id, type, cause, detail, at)
        select $1, $2, version_no, $3, $4, $7, $5, $6 from o`,
    values: [key.partner_id, key.order_id, key.transaction_id, e.type, e.detail, e.at, e.cause],
  })
}

export type DueTransaction = TransactionKey & { readonly link_no: number; readonly asked_no: number }

/** Transactions whose acquirer is to be asked now; not of the links that are still busy with earlier questions. */
export async function dueTransactions(
  context: Db,
  at: Date,
  busy: readonly Pick<DueTransaction, 'partner_id' | 'link_no'>[],
  limit: number,
): Promise<DueTransaction[]> {
  const { rows } = await context.db.query<DueTransaction>({
    name: 'card_due',
    text: `select partner_id, order_id, transaction_id, link_no, asked_no from card_transactions x
      where state in ('submitted', 'unknown') and next_ask_at <= $1
        and not exists (select from unnest($2::integer[], $3::integer[]) as busy(partner_id, link_no)
          where busy.partner_id = x.partner_id and busy.link_no = x.link_no)
      order by next_ask_at limit $4`,
    values: [at, busy.map(({ partner_id }) => partner_id), busy.map(({ link_no }) => link_no), limit],
  })
  return rows
}

/**
 * Takes one from `at` until `until`; the taker's turn is `asked_no` + 1. False: another was faster, it has ended, or it is too
 * early: the call that was submitted is not over.
 */
export async function claimDueTransaction(context: Db, due: DueTransaction, at: Date, until: Date): Promise<boolean> {
  const { rowCount } = await context.db.query({
    name: 'card_due_claim',
    text: `update card_transactions set next_ask_at = $4, asked_no = asked_no + 1
      where partner_id = $1 and order_id = $2 and transaction_id = $3 and asked_no = $5
        and (state = 'unknown' or state = 'submitted' and (asked_no > 0 or next_ask_at <= $6))`,
    values: [due.partner_id, due.order_id, due.transaction_id, until, due.asked_no, at],
  })
  return rowCount === 1
}

/** A turn: who took the transaction, by the number it gave it. What another has taken since is not written onto. */
type Turn = TransactionKey & { readonly asked_no: number }

export async function askLater(context: Db, turn: Turn, at: Date): Promise<void> {
  await context.db.query({
    name: 'card_ask_later',
    text: `update card_transactions set next_ask_at = $4
      where partner_id = $1 and order_id = $2 and transaction_id = $3 and asked_no = $5 and state in ('submitted', 'unknown')`,
    values: [turn.partner_id, turn.order_id, turn.transaction_id, at, turn.asked_no],
  })
}

/** Written before a reversal leaves. False: the transaction has ended or is another's turn: nothing may be reversed. */
export async function beginReversal(context: Db, turn: Turn, at: Date): Promise<boolean> {
  const { rowCount } = await context.db.query({
    name: 'card_reversal_begin',
    text: `update card_transactions set reversal_sent_at = coalesce(reversal_sent_at, $4)
      where partner_id = $1 and order_id = $2 and transaction_id = $3 and asked_no = $5 and state in ('submitted', 'unknown')`,
    values: [turn.partner_id, turn.order_id, turn.transaction_id, at, turn.asked_no],
  })
  return rowCount === 1
}

/** The reversal was refused, or never left: what is asked may settle the transaction again. */
export async function endReversal(context: Db, turn: Turn): Promise<void> {
  await context.db.query({
    name: 'card_reversal_end',
    text: `update card_transactions set reversal_sent_at = null
      where partner_id = $1 and order_id = $2 and transaction_id = $3 and asked_no = $4 and state in ('submitted', 'unknown')`,
    values: [turn.partner_id, turn.order_id, turn.transaction_id, turn.asked_no],
  })
}

export type CardEvent = {
  readonly event_no: number
  readonly transaction_id: string
  readonly type: string
  readonly cause: Outcome['cause']
  readonly detail: Readonly<Record<string, string | number>> | null
  readonly at: Date
}

export async function listCardEvents(context: Db, key: OrderKey): Promise<CardEvent[]> {
  const { rows } = await context.db.query<CardEvent>({
    name: 'card_events',
    text: `select event_no, transaction_id, type, cause, detail, at from card_events where partner_id = $1 and order_id = $2
      order by event_no limit 2000`,
    values: [key.partner_id, key.order_id],
  })
  return rows
}
