/** SQL of lists: several payments under one page. Items are payments of their own; the list's row holds their sum. */
import type { Context } from '../../context.ts'
import type { Reason } from '../settling/reasons.ts'
import type { PaymentStatus } from '../state.ts'
import { PAYMENT_COLUMNS, type PaymentKey, type PaymentRow } from '../store.ts'

/** Numbers for the items, taken before they are sealed under them. */
export async function reserveNumbers(context: Pick<Context, 'db'>, count: number): Promise<number[]> {
  const { rows } = await context.db.query<{ payment_id: number }>({
    name: 'list_numbers',
    text: `select nextval('payment_id_seq') as payment_id from generate_series(1, $1)`,
    values: [count],
  })
  return rows.map(({ payment_id }) => payment_id)
}

export type ListRecord = PaymentKey & {
  readonly at: Date
  readonly request_hash: Buffer
  /** The sum. */
  readonly amount_minor: number
  readonly terms_enc: Buffer
  readonly redirect_url: string
  readonly debtor_iban_hash: Buffer | null
  readonly email_hash: Buffer | null
  readonly payer_hash: Buffer | null
  readonly execution_date: string | null
  readonly link_expires_at: Date
  readonly sends_link: boolean
  /** In their order. */
  readonly items: readonly {
    readonly payment_id: number
    readonly amount_minor: number
    readonly terms_enc: Buffer
    readonly creditor_iban_hash: Buffer | null
    readonly payer_hash: Buffer | null
  }[]
}

/** Records the partner's list once, with all its items. False when the payment was initiated before, or takes nothing any more. */
export async function recordList(context: Pick<Context, 'db'>, r: ListRecord): Promise<boolean> {
  const { rowCount } = await context.db.query({
    name: 'list_request',
    text: `with asked as (
        update payments set kind = 'list', item_count = $5, requested_at = $3, request_hash = $4, amount_minor = $6, terms_enc = $7,
          redirect_url = $8, debtor_iban_hash = $9, email_hash = $10, payer_hash = $11, execution_date = $12::date,
          expires_at = case when is_link then $13 else expires_at end, event_no = event_no + 1
        where partner_id = $1 and payment_id = $2 and requested_at is null and finished_at is null
          and tokens_revoked_at is null and not is_headless
        returning event_no, status, certificate_thumbprint, expires_at, is_link),
      items as (
        insert into payments (partner_id, payment_id, kind, list_payment_id, item_no, certificate_thumbprint, refresh_hash,
          requested_at, request_hash, amount_minor, terms_enc, redirect_url, creditor_iban_hash, payer_hash, execution_date,
          event_no, created_at, status_at, expires_at)
        -- No token is ever of an item: nothing hashes to an empty value.
        select $1, i.payment_id, 'item', $2, i.item_no, asked.certificate_thumbprint, '\\x'::bytea, $3, $4, i.amount_minor,
          i.terms_enc, $8, i.creditor_iban_hash, i.payer_hash, $12::date, 1, $3, $3, asked.expires_at
        from asked, unnest($15::bigint[], $16::bigint[], $17::bytea[], $18::bytea[], $19::bytea[])
          with ordinality as i (payment_id, amount_minor, terms_enc, creditor_iban_hash, payer_hash, item_no)
        returning payment_id),
      told as (
        insert into payment_events (partner_id, payment_id, event_no, type, status, cause, at)
        select $1, payment_id, 1, 'payment.initiated', 'INIT', 'partner', $3 from items),
      work as (
        insert into outbox (task, payload, run_at)
        select 'send_payment_link', jsonb_build_object('partner_id', $1::integer, 'payment_id', $2::bigint, 'event_no', event_no), $3
        from asked where is_link and $14)
      insert into payment_events (partner_id, payment_id, event_no, type, status, cause, detail, at)
        select $1, $2, event_no, 'payment.initiated', status, 'partner', jsonb_build_object('items', $5::integer), $3 from asked`,
    values: [
      r.partner_id,
      r.payment_id,
      r.at,
      r.request_hash,
      r.items.length,
      r.amount_minor,
      r.terms_enc,
      r.redirect_url,
      r.debtor_iban_hash,
      r.email_hash,
      r.payer_hash,
      r.execution_date,
      r.link_expires_at,
      r.sends_link,
      r.items.map(({ payment_id }) => payment_id),
      r.items.map(({ amount_minor }) => amount_minor),
      r.items.map(({ terms_enc }) => terms_enc),
      r.items.map(({ creditor_iban_hash }) => creditor_iban_hash),
      r.items.map(({ payer_hash }) => payer_hash),
    ],
  })
  return rowCount === 1
}

// Not a plain join: on tables that have not been analysed yet the planner would read all attempts of the partner for each item.
const OF_ITEMS = `from payments p left join lateral (
        select * from payment_attempts l
        where l.partner_id = p.partner_id and l.payment_id = p.payment_id and l.attempt_no = p.attempt_no offset 0) a on true
      where p.partner_id = $1 and p.list_payment_id = $2 order by p.item_no limit 500`

/** What of an item says how it stands; of its attempts' sealed sessions only one that is live, of its terms what was asked for. */
export type ItemRow = Pick<
  PaymentRow,
  | 'partner_id'
  | 'payment_id'
  | 'item_no'
  | 'status'
  | 'reason'
  | 'amount_minor'
  | 'terms_enc'
  | 'attempt_no'
  | 'attempt_state'
  | 'refusal'
  | 'session_enc'
  | 'returned_at'
  | 'bank_id'
>

/**
 * How the items of a list stand, in their order: what is read again and again of many.
 * @param terms also who is paid and for what; null otherwise
 */
export async function loadItemRows(
  context: Pick<Context, 'db'>,
  list: PaymentKey,
  { terms }: { readonly terms: boolean },
): Promise<ItemRow[]> {
  const { rows } = await context.db.query<ItemRow>({
    name: terms ? 'list_item_terms' : 'list_item_rows',
    text: `select p.partner_id, p.payment_id, p.item_no, p.status, p.reason, p.amount_minor,
        ${terms ? 'p.terms_enc' : 'null::bytea as terms_enc'}, p.attempt_no, a.state as attempt_state, a.refusal,
        case when a.state <> 'closed' then a.session_enc end as session_enc, a.returned_at, a.bank_id
      ${OF_ITEMS}`,
    values: [list.partner_id, list.payment_id],
  })
  return rows
}

/** The items of a list whole, each with its current attempt, in their order. */
export async function loadItems(context: Pick<Context, 'db'>, list: PaymentKey): Promise<PaymentRow[]> {
  const { rows } = await context.db.query<PaymentRow>({
    name: 'list_items',
    text: `select ${PAYMENT_COLUMNS}
      ${OF_ITEMS}`,
    values: [list.partner_id, list.payment_id],
  })
  return rows
}

/** How the items of a list stand, and no more: asked for after each step of each of up to 500 of them. */
export async function loadItemStatuses(
  context: Pick<Context, 'db'>,
  list: PaymentKey,
): Promise<Pick<PaymentRow, 'status' | 'reason'>[]> {
  const { rows } = await context.db.query<Pick<PaymentRow, 'status' | 'reason'>>({
    name: 'list_item_statuses',
    text: `select status, reason from payments
      where partner_id = $1 and list_payment_id = $2 order by item_no limit 500`,
    values: [list.partner_id, list.payment_id],
  })
  return rows
}

export type ItemsChange = {
  readonly at: Date
  readonly from: PaymentStatus
  readonly to: PaymentStatus
  readonly reason: Reason | null
  readonly finished: boolean
  /** What the bank says of the list; undefined where it was not the bank that moved it. */
  readonly bank_status: string | undefined
  /** Whether each begins to count as approved (1), or no longer does (-1), on the day it was counted. */
  readonly approved: -1 | 0 | 1
}

/**
 * Moves all items of a list that stand at `from`, as changeStatus moves one, after their list: nothing follows from it.
 * One statement, because 500 of them would be a burden on everybody else's payments.
 * @returns how many
 */
export async function moveItems(context: Pick<Context, 'db'>, list: PaymentKey, c: ItemsChange): Promise<number> {
  const { rowCount } = await context.db.query({
    name: 'list_move_items',
    text: `with moved as (
        update payments set status = $5, reason = $6, status_at = $3, event_no = event_no + 1,
          finished_at = case when $7 then $3::timestamptz end,
          settled_attempt_no = case when $5 = 'ACSC' then attempt_no end
        where partner_id = $1 and list_payment_id = $2 and status = $4
        returning payment_id, event_no),
      approved as (
        insert into limit_approvals as l (partner_id, day, slot, approved_count)
        select $1, e.day, $2::bigint % 16, $9::integer * count(*)
          from moved m cross join lateral (select day from limit_entries
            where partner_id = $1 and payment_id = m.payment_id offset 0) e
          where $9 <> 0 group by e.day
        on conflict (partner_id, day, slot) do update set approved_count = l.approved_count + excluded.approved_count)
      insert into payment_events (partner_id, payment_id, event_no, type, status, cause, detail, at)
        select $1, payment_id, event_no, 'payment.status', $5, 'list',
          case when $8::text is not null then jsonb_build_object('bank_status', $8::text) end, $3
        from moved`,
    values: [
      list.partner_id,
      list.payment_id,
      c.at,
      c.from,
      c.to,
      c.reason,
      c.finished,
      c.bank_status ?? null,
      c.approved,
    ],
  })
  return rowCount ?? 0
}

export type ListChoice = PaymentKey & {
  readonly at: Date
  readonly way: 'together' | 'one_by_one'
  readonly bank_id: string
  readonly terms_enc: Buffer
  readonly debtor_iban_hash: Buffer | null
  readonly email_hash: Buffer | null
  readonly open_until: Date
  /** The list as the caller saw it; a choice beside it fails. */
  readonly seen_event_no: number
}

/**
 * The payer chose a bank and an account for a list, whose items go there one by one or as one.
 * @returns the list's new numbers; undefined when it has moved meanwhile or is over
 */
export async function chooseForList(
  context: Pick<Context, 'db'>,
  c: ListChoice,
): Promise<{ readonly event_no: number; readonly attempt_no: number } | undefined> {
  const { rows } = await context.db.query<{ event_no: number; attempt_no: number }>({
    name: 'list_choose',
    text: `with chosen as (
        update payments set list_way = $4, bank_id = $5, terms_enc = $6, debtor_iban_hash = $7, email_hash = $8,
          expires_at = greatest(expires_at, $9), event_no = event_no + 1
        where partner_id = $1 and payment_id = $2 and kind = 'list' and finished_at is null and event_no = $10
          and not exists (select from payment_attempts l
            where l.partner_id = $1 and l.payment_id = $2 and l.state in ('sending', 'unknown', 'open'))
        returning event_no, status, attempt_no),
      told as (
        insert into payment_events (partner_id, payment_id, event_no, type, status, cause, detail, at)
        select $1, $2, event_no, 'payment.bank_chosen', status, 'payer',
          jsonb_build_object('bank_id', $5::text, 'way', $4::text), $3 from chosen)
      select event_no, attempt_no from chosen`,
    values: [
      c.partner_id,
      c.payment_id,
      c.at,
      c.way,
      c.bank_id,
      c.terms_enc,
      c.debtor_iban_hash,
      c.email_hash,
      c.open_until,
      c.seen_event_no,
    ],
  })
  return rows[0]
}

/**
 * The list is sent as one: its items carry the number of its attempt, and the bank. Nothing where another choice was made
 * since: that one numbers them. A choice that was numbered and came no further is written over.
 * @param list.event_no of the choice
 */
export async function numberItems(
  context: Pick<Context, 'db'>,
  list: PaymentKey & { readonly attempt_no: number; readonly bank_id: string; readonly event_no: number },
): Promise<void> {
  await context.db.query({
    name: 'list_number_items',
    text: `with held as (
        select from payments where partner_id = $1 and payment_id = $2 and event_no = $5 and list_way = 'together' for update)
      update payments set attempt_no = $3, bank_id = $4
      where partner_id = $1 and list_payment_id = $2 and status = 'INIT' and attempt_no <= $3 and exists (select from held)`,
    values: [list.partner_id, list.payment_id, list.attempt_no, list.bank_id, list.event_no],
  })
}

/**
 * Closes what of a list waits for the payer to let us in: nothing of it is at a bank. An attempt that has just become a
 * submission is not touched, and is seen as one by whoever reads the list after this.
 */
export async function leaveEntered(context: Pick<Context, 'db'>, list: PaymentKey, at: Date): Promise<void> {
  await context.db.query({
    name: 'list_leave_entered',
    text: `update payment_attempts a set state = 'closed', refusal = 'LEFT', next_ask_at = null, closed_at = $3
      from payments p
      where p.partner_id = $1 and (p.payment_id = $2 or p.list_payment_id = $2)
        and a.partner_id = p.partner_id and a.payment_id = p.payment_id and a.state = 'entering'`,
    values: [list.partner_id, list.payment_id, at],
  })
}

/** Hands a list's end down to its items again, at a later time. */
export async function spreadLater(context: Pick<Context, 'db'>, list: PaymentKey, run_at: Date): Promise<void> {
  await context.db.query({
    name: 'list_spread_later',
    text: `insert into outbox (task, payload, run_at)
      values ('spread_list', jsonb_build_object('partner_id', $1::integer, 'payment_id', $2::bigint), $3)`,
    values: [list.partner_id, list.payment_id, run_at],
  })
}
