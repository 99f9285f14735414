/**
 * All SQL of the proof: reading only, in pages by primary key, so that a page is all that is in memory. A page is of keys,
 * not of what the period concerns: its statement is short however little there is to find.
 */
import type { Context } from '../context.ts'
import type { AgreementFacts, InitialFacts } from './orders.ts'
import type { PaymentFacts } from './payments.ts'

type Databased = Pick<Context, 'db'>

const PAGE_ROWS = 2_000
/** Of single payments, which are never PART, and of lists. */
const MAIL_STATUSES = ['ACSC', 'RJCT', 'CANC', 'ABND', 'PART']

/** Every payment, by number. What was told is looked up for those that ended from `from` to `to`. */
export async function* readPayments(context: Databased, from: Date | null, to: Date): AsyncGenerator<PaymentFacts> {
  let after: readonly [number, number] = [0, 0]
  for (;;) {
    const { rows } = await context.db.query<PaymentFacts>({
      name: 'proof_payments',
      text: `with page as materialized (
          select partner_id, payment_id, kind, list_payment_id, list_way, item_count, agreement_id, status, bank_id,
            amount_minor, attempt_no, settled_attempt_no, finished_at, creditor_iban_hash, debtor_iban_hash, email_hash,
            finished_at is not null and finished_at < $5 and ($4::timestamptz is null or finished_at >= $4) as ended
          from payments where (partner_id, payment_id) > ($1, $2) order by partner_id, payment_id limit $3)
        select p.partner_id, p.payment_id, p.kind, p.status, coalesce(p.bank_id, l.bank_id) as bank_id, p.amount_minor,
          p.attempt_no, case when l.list_way = 'together' then l.attempt_no else p.settled_attempt_no end as settled_attempt_no,
          p.finished_at, encode(p.creditor_iban_hash, 'hex') as creditor_iban_hash,
          encode(coalesce(p.debtor_iban_hash, l.debtor_iban_hash), 'hex') as debtor_iban_hash, a.state as attempt_state,
          a.submitted_at, e.event_no as final_event_no,
          p.kind <> 'item' and (select webhook_url is not null from partners r where r.partner_id = p.partner_id) as has_webhook,
          p.kind <> 'item' and p.email_hash is not null and (p.attempt_no > 0 or i.attempted) and p.status = any($6) as has_mail,
          case when p.ended and p.kind = 'list' then json_build_object('agreed', p.item_count, 'count', i.count,
            'amount_minor', i.amount_minor, 'paid', i.paid, 'open', i.open) end as items,
          case when p.kind = 'recurring' then json_build_object('status', g.status, 'start_date', g.start_date::text,
            'end_date', g.expiry_date::text, 'frequency', g.payment_frequency, 'day_of_execution', g.day_of_execution)
            end as series,
          d.state as webhook_state, m.state as mail_state,
          p.ended and p.status <> 'ACSC' and exists (
            select from webhook_deliveries o join payment_events s using (partner_id, payment_id, event_no)
            where o.partner_id = p.partner_id and o.payment_id = p.payment_id and o.state = 'delivered' and s.status = 'ACSC'
              and s.type = 'payment.status') as told_paid,
          p.ended and p.status <> 'ACSC' and exists (
            select from payer_mails o join payment_events s using (partner_id, payment_id, event_no)
            where o.partner_id = p.partner_id and o.payment_id = p.payment_id and o.state = 'sent' and s.status = 'ACSC'
              and s.type = 'payment.status') as mailed_paid
        from page p
        left join payments l on l.partner_id = p.partner_id and l.payment_id = p.list_payment_id
        left join agreements g on p.kind = 'recurring' and g.partner_id = p.partner_id and g.agreement_id = p.agreement_id
        left join lateral (
          select count(*) as count, coalesce(sum(amount_minor), 0) as amount_minor,
            count(*) filter (where status = 'ACSC') as paid, count(*) filter (where finished_at is null) as open,
            coalesce(bool_or(attempt_no > 0), false) as attempted
          from payments i where p.ended and p.kind = 'list' and i.partner_id = p.partner_id and i.list_payment_id = p.payment_id) i
          on true
        left join payment_attempts a
          on a.partner_id = p.partner_id and a.payment_id = p.payment_id and a.attempt_no = p.attempt_no
        left join lateral (
          select event_no from payment_events s
          where p.ended and s.partner_id = p.partner_id and s.payment_id = p.payment_id and s.type = 'payment.status'
            and s.status = p.status
          order by event_no desc limit 1) e on true
        left join webhook_deliveries d
          on d.partner_id = p.partner_id and d.payment_id = p.payment_id and d.event_no = e.event_no
        left join payer_mails m on m.partner_id = p.partner_id and m.payment_id = p.payment_id and m.event_no = e.event_no
        order by p.partner_id, p.payment_id`,
      values: [...after, PAGE_ROWS, from, to, MAIL_STATUSES],
    })
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE_ROWS) return
    after = [last.partner_id, last.payment_id]
  }
}

/** Every initial transaction of every order, with its order as it is now. */
export async function* readInitialTransactions(context: Databased): AsyncGenerator<InitialFacts> {
  let after: readonly [number, string, string] = [0, '', '']
  for (;;) {
    const { rows } = await context.db.query<InitialFacts>({
      name: 'proof_transactions',
      text: `with page as materialized (
          select partner_id, order_id, transaction_id, type, result, reference, link_no, source, agreement_id
          from card_transactions
          where (partner_id, order_id, transaction_id) > ($1, $2, $3)
            and type in ('PAYMENT', 'AUTHORIZATION', 'VERIFICATION')
          order by partner_id, order_id, transaction_id limit $4)
        select t.partner_id, t.order_id, t.transaction_id, t.type, t.result, t.reference, t.source, t.agreement_id,
          r.merchant_id,
          l.acquirer_id, l.acquirer_merchant_id, o.currency, o.authorized_minor, o.captured_minor, o.refunded_minor,
          o.initial_transaction_id, o.created_at, o.updated_at, o.live_transaction_id, v.state as live_state,
          v.submitted_at as live_submitted_at
        from page t
        join card_orders o using (partner_id, order_id)
        join merchants r using (partner_id)
        join acquirer_links l on l.partner_id = t.partner_id and l.link_no = t.link_no
        left join card_transactions v
          on v.partner_id = o.partner_id and v.order_id = o.order_id and v.transaction_id = o.live_transaction_id
        order by t.partner_id, t.order_id, t.transaction_id`,
      values: [...after, PAGE_ROWS],
    })
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE_ROWS) return
    after = [last.partner_id, last.order_id, last.transaction_id]
  }
}

/** Every agreement of the card rail. */
export async function* readAgreements(context: Databased): AsyncGenerator<AgreementFacts> {
  let after: readonly [number, string] = [0, '']
  for (;;) {
    const { rows } = await context.db.query<AgreementFacts>({
      name: 'proof_agreements',
      text: `with page as materialized (
          select partner_id, agreement_id, payments_taken, updated_at from agreements
          where (partner_id, agreement_id) > ($1, $2) and rail = 'card' order by partner_id, agreement_id limit $3)
        select a.partner_id, a.agreement_id, a.payments_taken, a.updated_at, r.merchant_id
        from page a join merchants r using (partner_id)
        order by a.partner_id, a.agreement_id`,
      values: [...after, PAGE_ROWS],
    })
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE_ROWS) return
    after = [last.partner_id, last.agreement_id]
  }
}

/** The names under which merchants are known to an acquirer. */
export async function readAcquirerMerchants(context: Databased, acquirer_id: string): Promise<ReadonlySet<string>> {
  const { rows } = await context.db.query<{ acquirer_merchant_id: string }>({
    name: 'proof_acquirer_merchants',
    text: 'select distinct acquirer_merchant_id from acquirer_links where acquirer_id = $1',
    values: [acquirer_id],
  })
  return new Set(rows.map(({ acquirer_merchant_id }) => acquirer_merchant_id))
}
