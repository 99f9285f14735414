/** A partner's payments as the partner sees them: what it asked for and was told, not what was said with banks. */
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { maskIban, maskMail } from '../explain/mask.ts'
import { listDeliveries } from '../explain/store.ts'
import { loadItems } from '../initiation/lists/store.ts'
import type { Reason } from '../initiation/settling/reasons.ts'
import type { PaymentStatus } from '../initiation/state.ts'
import { listEvents, loadPayment, type PaymentKey, type PaymentKind, type PaymentRow } from '../initiation/store.ts'
import { openTerms } from '../initiation/terms.ts'
import { inTime } from '../search/bounded-store.ts'
import { isMoment } from '../search/filter.ts'
import { callsOfPayment } from './call-store.ts'
import { type PaymentFilter, type PaymentLine, type Standing, selectPayments, selectStanding } from './payment-store.ts'

const PAGE = 50
/** A partner that looks for what it does not have reads all its payments: no longer than this, as staff. */
const TIMEOUT_MS = 6_000
const MOST_CALLS = 500
const DAY_MS = 86_400_000
const PLACE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)_(\d{1,16})$/

type Looking = Pick<Context, 'db' | 'keys' | 'banks'>

/** As the bank is called; null where none was chosen, or its profile is here no more. */
type Banked = { readonly bank_name: string | null }

const bankName = ({ banks }: Looking, { bank_id }: { readonly bank_id: string | null }): string | null =>
  bank_id === null ? null : (banks.get(bank_id)?.profile.name ?? null)

export type Wanted = Omit<PaymentFilter, 'payer_hash' | 'before'> & {
  /** The partner's own id of the payer (psuIntermediarId). */
  readonly reference?: string
  /** Where the page before ended. */
  readonly after?: string
}

export type Page<Row> = {
  readonly rows: readonly Row[]
  /** Null: that was all. */
  readonly next: string | null
}

/** @throws PunteError FIELD_INVALID of `after`, SEARCH_TOO_WIDE */
export async function listOwnPayments(
  context: Looking,
  partner_id: number,
  { reference, after, ...wanted }: Wanted,
): Promise<Page<Omit<PaymentLine, 'place'> & Banked>> {
  const before = after === undefined ? undefined : placeOf(after)
  const filter: PaymentFilter = {
    ...wanted,
    ...(reference !== undefined && { payer_hash: context.keys.hash('payer', reference) }),
    ...(before !== undefined && { before }),
  }
  const found = await inTime(context, TIMEOUT_MS, (db) => selectPayments({ db }, partner_id, filter, PAGE + 1))
  const rows = found.slice(0, PAGE)
  const last = rows.at(-1)
  return {
    rows: rows.map(({ place, ...row }) => ({ ...row, bank_name: bankName(context, row) })),
    next: found.length > PAGE && last !== undefined ? `${last.place}_${last.payment_id}` : null,
  }
}

function placeOf(after: string): { readonly created_at: string; readonly payment_id: number } {
  const [, created_at, number] = PLACE.exec(after) ?? []
  if (created_at === undefined || !isMoment(created_at)) throw new PunteError('FIELD_INVALID', { field: 'after' })
  return { created_at, payment_id: Number(number) }
}

export type TimelineEntry =
  | {
      readonly kind: 'state'
      readonly at: Date
      readonly event: string
      readonly status: PaymentStatus
      readonly cause: string
      readonly reason: Reason | null
    }
  | {
      readonly kind: 'webhook'
      readonly at: Date
      readonly event_no: number
      readonly status: PaymentStatus | null
      readonly state: 'pending' | 'delivered' | 'failed'
      readonly tries: number
      readonly last_outcome: string | null
    }
  | {
      readonly kind: 'call'
      readonly at: Date
      readonly method: string
      readonly route: string
      readonly status: number
      readonly error_code: string | null
      readonly trace_id: string
    }

type Item = Pick<PaymentRow, 'payment_id' | 'item_no' | 'status' | 'reason' | 'amount_minor'>

export type OwnPayment = Pick<
  PaymentRow,
  | 'payment_id'
  | 'status'
  | 'reason'
  | 'amount_minor'
  | 'created_at'
  | 'requested_at'
  | 'status_at'
  | 'finished_at'
  | 'expires_at'
  | 'bank_id'
  | 'agreement_id'
  | 'execution_date'
  | 'list_payment_id'
> &
  Banked & {
    readonly kind: PaymentKind
    readonly creditor_name: string | null
    /** Masked, as is all that is the payer's. */
    readonly creditor_iban: string | null
    readonly debtor_iban: string | null
    readonly email: string | null
    readonly details: string | null
    readonly reference: string | null
    readonly items: readonly Item[]
    /** Oldest first. */
    readonly timeline: readonly TimelineEntry[]
  }

/** @throws PunteError PAYMENT_UNKNOWN, also of another partner's */
export async function showOwnPayment(context: Looking, key: PaymentKey): Promise<OwnPayment> {
  const payment = await loadPayment(context, key)
  if (payment === undefined) throw new PunteError('PAYMENT_UNKNOWN')
  const terms = openTerms(context, payment)
  const items = payment.kind === 'list' ? await loadItems(context, payment) : []
  const { payment_id, kind, status, reason, amount_minor, created_at, requested_at, status_at, finished_at } = payment
  const { expires_at, bank_id, agreement_id, execution_date, list_payment_id } = payment
  const masked = (value: string | undefined, mask: (value: string) => string) =>
    value === undefined ? null : mask(value)
  return {
    ...{ payment_id, kind, status, reason, amount_minor, created_at, requested_at, status_at, finished_at },
    ...{ expires_at, bank_id, agreement_id, execution_date, list_payment_id },
    bank_name: bankName(context, payment),
    creditor_name: terms.creditor_name ?? null,
    creditor_iban: masked(terms.creditor_iban, maskIban),
    debtor_iban: masked(terms.debtor_iban, maskIban),
    email: masked(terms.email, maskMail),
    details: terms.details ?? null,
    reference: terms.psu_intermediar_id ?? null,
    items: items.map((item) => ({
      payment_id: item.payment_id,
      item_no: item.item_no,
      status: item.status,
      reason: item.reason,
      amount_minor: item.amount_minor,
    })),
    timeline: await timelineOf(context, payment),
  }
}

/** What a bank said is not in it: of an event only its type, status and who caused it. */
async function timelineOf(context: Looking, payment: PaymentRow): Promise<TimelineEntry[]> {
  const [events, deliveries, calls] = await Promise.all([
    listEvents(context, payment),
    listDeliveries(context, payment),
    callsOfPayment(context, payment, MOST_CALLS),
  ])
  const last = events.findLast(({ type }) => type === 'payment.status')
  const states = events.map(
    (event): TimelineEntry => ({
      kind: 'state',
      at: event.at,
      event: event.type,
      status: event.status,
      cause: event.cause,
      reason: event === last ? payment.reason : null,
    }),
  )
  const webhooks = deliveries.flatMap((delivery): TimelineEntry[] => {
    const { event_no, state, tries, last_outcome } = delivery
    const at = delivery.delivered_at ?? delivery.first_tried_at ?? delivery.next_try_at
    const status = events.find((event) => event.event_no === event_no)?.status ?? null
    return at === null ? [] : [{ kind: 'webhook', at, event_no, status, state, tries, last_outcome }]
  })
  const called = calls.map(
    ({ at, method, route, status, error_code, trace_id }): TimelineEntry => ({
      ...{ kind: 'call', at, method, route, status, error_code, trace_id },
    }),
  )
  return [...called, ...states, ...webhooks].sort((a, b) => a.at.getTime() - b.at.getTime())
}

/** What happened in the last 24 hours, and what waits. */
export function standingOf(context: Pick<Context, 'db' | 'clock'>, partner_id: number): Promise<Standing> {
  return selectStanding(context, partner_id, new Date(context.clock.now().getTime() - DAY_MS))
}
