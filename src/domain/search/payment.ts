/** All of one payment: how it stands, its parties, attempts at banks, who was told, what the limits said. People masked. */
import { type Acting, recordAct } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { initialsOf, maskIban, maskMail } from '../explain/mask.ts'
import { type Delivery, listAttempts, listDeliveries, listMails, type MailRecord } from '../explain/store.ts'
import { loadItems } from '../initiation/lists/store.ts'
import { openOrder, openSession } from '../initiation/session.ts'
import { findPayments, loadPayment, type PaymentRow } from '../initiation/store.ts'
import { openTerms, type StoredTerms } from '../initiation/terms.ts'
import { alertsOf, countedOn, type PaymentAlert } from './payment-store.ts'
import { masked } from './payments.ts'

type Showing = Pick<Context, 'db' | 'keys' | 'partners'>

/** Of the payment's terms what says who it is about; masked, or in clear to whom that is shown. */
export type ShownTerms = {
  readonly creditor_name: string | null
  readonly creditor_iban: string | null
  readonly debtor_iban: string | null
  readonly email: string | null
  readonly psu_intermediar_id: string | null
  readonly details: string | null
}

export type ShownItem = Pick<PaymentRow, 'payment_id' | 'item_no' | 'status' | 'reason' | 'amount_minor'> &
  Pick<ShownTerms, 'creditor_name' | 'creditor_iban'>

export type ShownAttempt = {
  readonly attempt_no: number
  readonly bank_id: string
  readonly state: string
  readonly request_id: string
  readonly end_to_end_id: string | null
  readonly bank_payment_id: string | null
  readonly bank_status: string | null
  readonly refusal: string | null
  readonly submitted_at: Date
  readonly returned_at: Date | null
  readonly closed_at: Date | null
  readonly next_ask_at: Date | null
}

export type ShownPayment = {
  readonly payment: Pick<
    PaymentRow,
    | 'payment_id'
    | 'kind'
    | 'status'
    | 'reason'
    | 'amount_minor'
    | 'bank_id'
    | 'attempt_no'
    | 'attempt_state'
    | 'list_payment_id'
    | 'item_no'
    | 'list_way'
    | 'agreement_id'
    | 'execution_date'
    | 'is_link'
    | 'is_headless'
    | 'flexible_url'
    | 'created_at'
    | 'requested_at'
    | 'status_at'
    | 'finished_at'
    | 'expires_at'
  > & { readonly client_id: string; readonly partner_name: string; readonly redirect_url: string | null }
  readonly terms: ShownTerms
  readonly schedule: StoredTerms['schedule'] | null
  readonly items: readonly ShownItem[]
  readonly attempts: readonly ShownAttempt[]
  readonly deliveries: readonly Delivery[]
  readonly mails: readonly MailRecord[]
  readonly limits: { readonly counted_on: string | null; readonly alerts: readonly PaymentAlert[] }
}

/** @throws PunteError PAYMENT_UNKNOWN */
export async function showPayment(context: Showing, payment_id: number): Promise<ShownPayment> {
  const payment = await knownPayment(context, payment_id)
  const [attempts, deliveries, mails, alerts, counted_on, items] = await Promise.all([
    listAttempts(context, payment),
    listDeliveries(context, payment),
    listMails(context, payment),
    alertsOf(context, payment),
    countedOn(context, payment),
    payment.kind === 'list' ? loadItems(context, payment) : [],
  ])
  const terms = openTerms(context, payment)
  return {
    payment: factsOf(context, payment),
    terms: maskedTerms(terms),
    schedule: terms.schedule ?? null,
    items: items.map((item) => shownItem(context, item)),
    attempts: attempts.map((attempt) => shownAttempt(context, attempt)),
    deliveries,
    mails,
    limits: { counted_on: counted_on ?? null, alerts },
  }
}

/** @throws PunteError PAYMENT_UNKNOWN */
export async function knownPayment(context: Pick<Context, 'db'>, payment_id: number): Promise<PaymentRow> {
  const [key] = await findPayments(context, payment_id)
  const payment = key === undefined ? undefined : await loadPayment(context, key)
  if (payment === undefined) throw new PunteError('PAYMENT_UNKNOWN')
  return payment
}

/**
 * The same terms in clear. That somebody saw them is on record before they are shown.
 * @throws PunteError PAYMENT_UNKNOWN
 */
export async function revealPayment(context: Showing & Acting, payment_id: number): Promise<ShownTerms> {
  const payment = await knownPayment(context, payment_id)
  const { creditor_name, creditor_iban, debtor_iban, email, psu_intermediar_id, details } = openTerms(context, payment)
  await recordAct(context.db, context.actor, {
    act: 'payment.reveal',
    subject: { kind: 'payment', id: String(payment_id) },
  })
  return {
    creditor_name: creditor_name ?? null,
    creditor_iban: creditor_iban ?? null,
    debtor_iban: debtor_iban ?? null,
    email: email ?? null,
    psu_intermediar_id: psu_intermediar_id ?? null,
    details: details ?? null,
  }
}

function factsOf(context: Pick<Context, 'partners'>, payment: PaymentRow): ShownPayment['payment'] {
  const { partner_id, payment_id, kind, status, reason, amount_minor, bank_id, attempt_no, attempt_state } = payment
  const { list_payment_id, item_no, list_way, agreement_id, execution_date, is_link, is_headless } = payment
  const { flexible_url, created_at, requested_at, status_at, finished_at, expires_at, redirect_url } = payment
  const partner = context.partners.byId(partner_id)
  return {
    payment_id,
    client_id: partner?.client_id ?? String(partner_id),
    partner_name: partner?.name ?? '',
    ...{ kind, status, reason, amount_minor, bank_id, attempt_no, attempt_state },
    ...{ list_payment_id, item_no, list_way, agreement_id, execution_date, is_link, is_headless, flexible_url },
    ...{ created_at, requested_at, status_at, finished_at, expires_at },
    // A partner may put anything of its payer behind the question mark.
    redirect_url: redirect_url === null ? null : redirect_url.replace(/[?#].*$/s, '?…'),
  }
}

const hidden = () => '…'

function maskedTerms(terms: StoredTerms): ShownTerms {
  return {
    creditor_name: masked(terms.creditor_name, initialsOf),
    creditor_iban: masked(terms.creditor_iban, maskIban),
    debtor_iban: masked(terms.debtor_iban, maskIban),
    email: masked(terms.email, maskMail),
    psu_intermediar_id: masked(terms.psu_intermediar_id, hidden),
    details: masked(terms.details, hidden),
  }
}

function shownItem(context: Pick<Context, 'keys'>, item: PaymentRow): ShownItem {
  const { payment_id, item_no, status, reason, amount_minor } = item
  const { creditor_name, creditor_iban } = maskedTerms(openTerms(context, item))
  return { payment_id, item_no, status, reason, amount_minor, creditor_name, creditor_iban }
}

function shownAttempt(
  context: Pick<Context, 'keys'>,
  attempt: Awaited<ReturnType<typeof listAttempts>>[number],
): ShownAttempt {
  const { attempt_no, bank_id, state, request_id, bank_status, refusal } = attempt
  const { submitted_at, returned_at, closed_at, next_ask_at } = attempt
  return {
    ...{ attempt_no, bank_id, state, request_id, bank_status, refusal },
    end_to_end_id: openOrder(context, attempt)?.order.end_to_end_id ?? null,
    bank_payment_id: openSession(context, attempt)?.bank?.bank_payment_id ?? null,
    ...{ submitted_at, returned_at, closed_at, next_ask_at },
  }
}
