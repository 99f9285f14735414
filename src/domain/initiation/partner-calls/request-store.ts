/** SQL of the partner's request: what is to be paid, recorded once per payment. */
import { CROWD_PAUSE_MS, gatherByKey } from '../../../infra/database/gather.ts'
import { byteaText, inOrder } from '../../../infra/database/json-list.ts'
import type { Context } from '../../context.ts'
import type { PaymentKey } from '../store.ts'

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
  readonly execution_date: string | null
  /** The request is one of a partner's own page; it must be what the token was asked for. */
  readonly is_headless: boolean
  /** How long it lives if the token was asked for a link; else it ends as it was reserved. */
  readonly link_expires_at: Date
  /** A mail with the link is wanted, if it is one. */
  readonly sends_link: boolean
  /** Makes it a series. */
  readonly series?: {
    readonly agreement_id: string
    readonly start_date: string
    readonly end_date: string | null
    /** Of the common model: MONTHLY, FORTNIGHTLY, … */
    readonly payment_frequency: string
    readonly day_of_execution: number | null
  }
}

export type Recorded = { readonly is_link: boolean; readonly expires_at: Date }

/**
 * Records the partner's request once. Those of a partner that come together share a statement; a series, which writes its
 * agreement too, has one of its own.
 * @returns undefined when it was recorded before, the payment takes none any more, or its token was for another kind
 */
export async function recordRequest({ db }: Pick<Context, 'db'>, r: RequestRecord): Promise<Recorded | undefined> {
  if (r.series === undefined) return recordTogether(db, r.partner_id, r)
  return (await runRequests(db, r.partner_id, [r], RECORD_SERIES))[0]
}

/** $1 is the partner, $2 a JSON list. */
const recordText = (as_series: string, establishing: string): string => `with r as materialized (
        select * from json_to_recordset($2) as r(payment_id bigint, at timestamptz, request_hash bytea, amount_minor bigint,
          terms_enc bytea, redirect_url text, creditor_iban_hash bytea, debtor_iban_hash bytea, email_hash bytea,
          payer_hash bytea, execution_date date, is_headless boolean, link_expires_at timestamptz, sends_link boolean,
          agreement_id text, start_date date, end_date date, payment_frequency text, day_of_execution integer)),
      asked as (
        update payments p set requested_at = r.at, request_hash = r.request_hash, amount_minor = r.amount_minor,
          terms_enc = r.terms_enc, redirect_url = r.redirect_url, creditor_iban_hash = r.creditor_iban_hash,
          debtor_iban_hash = r.debtor_iban_hash, email_hash = r.email_hash, payer_hash = r.payer_hash,
          event_no = p.event_no + 1, execution_date = r.execution_date,
          expires_at = case when p.is_link then r.link_expires_at else p.expires_at end
          ${as_series}
        from r where p.partner_id = $1 and p.payment_id = any(array(select payment_id from r)) and p.payment_id = r.payment_id
          and p.requested_at is null and p.finished_at is null and p.tokens_revoked_at is null
          and p.is_headless = r.is_headless
        returning p.payment_id, p.event_no, p.status, p.is_link, p.expires_at),
      ${establishing}
      link as (
        insert into outbox (task, payload, run_at)
        select 'send_payment_link',
          jsonb_build_object('partner_id', $1::integer, 'payment_id', payment_id, 'event_no', event_no), r.at
        from asked join r using (payment_id) where is_link and r.sends_link),
      told as (
        insert into payment_events (partner_id, payment_id, event_no, type, status, cause, at)
          select $1, payment_id, event_no, 'payment.initiated', status, 'partner', r.at
          from asked join r using (payment_id))
      select payment_id, is_link, expires_at from asked`

/** The agreement waits for the payer's word. */
const ESTABLISHING = `series as (
        insert into agreements (partner_id, agreement_id, rail, type, currency, amount_variability, fixed_amount_minor,
          fixed_by_opening, start_date, expiry_date, payment_frequency, day_of_execution, status, payment_id, created_at, updated_at)
        select $1, r.agreement_id, 'account', 'RECURRING', 'RON', case when r.amount_minor is not null then 'FIXED' end,
          r.amount_minor, true, r.start_date, r.end_date, r.payment_frequency, r.day_of_execution, 'PENDING', payment_id, r.at, r.at
        from asked join r using (payment_id)),`

const RECORD_ONE = { name: 'payment_request', text: recordText('', '') } as const
const RECORD_SERIES = {
  name: 'payment_request_series',
  text: recordText(", kind = 'recurring', agreement_id = r.agreement_id", ESTABLISHING),
} as const

const recordTogether = gatherByKey<RequestRecord, Recorded | undefined>({
  at_once: 1,
  most: 64,
  pause_ms: CROWD_PAUSE_MS,
  together: (one, others) => !others.some(({ payment_id }) => payment_id === one.payment_id),
  run: (db, partner_id, requests) => runRequests(db, partner_id, requests, RECORD_ONE),
})

async function runRequests(
  db: Context['db'],
  partner_id: number,
  requests: readonly RequestRecord[],
  statement: { readonly name: string; readonly text: string },
): Promise<(Recorded | undefined)[]> {
  const list = requests.map(({ partner_id: _, series, ...request }) => ({
    ...request,
    ...series,
    request_hash: byteaText(request.request_hash),
    terms_enc: byteaText(request.terms_enc),
    creditor_iban_hash: byteaText(request.creditor_iban_hash),
    debtor_iban_hash: byteaText(request.debtor_iban_hash),
    email_hash: byteaText(request.email_hash),
    payer_hash: byteaText(request.payer_hash),
  }))
  const values = [partner_id, inOrder(list)]
  const { rows } = await db.query<Recorded & { payment_id: number }>({ ...statement, values })
  const recorded = new Map(rows.map((row) => [row.payment_id, row]))
  return requests.map(({ payment_id }) => recorded.get(payment_id))
}
