/** SQL of the partner's request: what is to be paid, recorded once per payment. */
import type { Context } from '../context.ts'
import type { PaymentKey } from './store.ts'

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
 * Records the partner's request once.
 * @returns undefined when it was recorded before, the payment takes none any more, or its token was for another kind
 */
export async function recordRequest(context: Pick<Context, 'db'>, r: RequestRecord): Promise<Recorded | undefined> {
  const { series } = r
  const { rows } = await context.db.query<Recorded>({
    name: series === undefined ? 'payment_request' : 'payment_request_series',
    text: `with asked as (
        update payments set requested_at = $3, request_hash = $4, amount_minor = $5, terms_enc = $6, redirect_url = $7,
          creditor_iban_hash = $8, debtor_iban_hash = $9, email_hash = $10, payer_hash = $11, event_no = event_no + 1,
          execution_date = $12::date, expires_at = case when is_link then $13 else expires_at end
          ${series === undefined ? '' : ", kind = 'recurring', agreement_id = $16"}
        where partner_id = $1 and payment_id = $2 and requested_at is null and finished_at is null
          and tokens_revoked_at is null and is_headless = $15
        returning event_no, status, is_link, expires_at),
      ${series === undefined ? '' : ESTABLISHING}
      link as (
        insert into outbox (task, payload, run_at)
        select 'send_payment_link', jsonb_build_object('partner_id', $1::integer, 'payment_id', $2::bigint, 'event_no', event_no), $3
        from asked where is_link and $14),
      told as (
        insert into payment_events (partner_id, payment_id, event_no, type, status, cause, at)
          select $1, $2, event_no, 'payment.initiated', status, 'partner', $3 from asked)
      select is_link, expires_at from asked`,
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
      r.execution_date,
      r.link_expires_at,
      r.sends_link,
      r.is_headless,
      ...(series === undefined
        ? []
        : [series.agreement_id, series.start_date, series.end_date, series.payment_frequency, series.day_of_execution]),
    ],
  })
  return rows[0]
}

/** The agreement waits for the payer's word. */
const ESTABLISHING = `series as (
        insert into agreements (partner_id, agreement_id, rail, type, currency, amount_variability, fixed_amount_minor,
          fixed_by_opening, start_date, expiry_date, payment_frequency, day_of_execution, status, payment_id, created_at, updated_at)
        select $1, $16, 'account', 'RECURRING', 'RON', case when $5::bigint is not null then 'FIXED' end, $5, true, $17::date,
          $18::date, $19, $20, 'PENDING', $2, $3, $3 from asked),`
