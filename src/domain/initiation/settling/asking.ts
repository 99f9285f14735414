/** When a bank is asked next about a payment: often while the payer is at it, then ever more rarely. Pure. */
import type { PaymentEvent, PaymentStatus } from '../state.ts'
import type { PaymentRow } from '../store.ts'

/** Seconds between questions, by how long ago the submission was: often while the payer is at it, then ever more rarely. */
const ASK_EVERY: readonly { readonly until_s: number; readonly every_s: number }[] = [
  { until_s: 20, every_s: 4 },
  { until_s: 120, every_s: 8 },
  { until_s: 900, every_s: 20 },
  { until_s: 3_600, every_s: 60 },
  { until_s: 86_400, every_s: 600 },
  { until_s: 14 * 86_400, every_s: 6 * 3_600 },
]

/** Who has just come back from the bank looks at the page and waits for its last word. */
const SOON_AFTER_RETURN = { for_s: 12, every_s: 1.5 }

/** When the bank is asked next; null after two weeks, when only staff can ask. */
export function nextAskAt(submitted_at: Date, now: Date, returned_at: Date | null = null): Date | null {
  if (returned_at !== null && now.getTime() - returned_at.getTime() < SOON_AFTER_RETURN.for_s * 1000) {
    return new Date(now.getTime() + SOON_AFTER_RETURN.every_s * 1000)
  }
  const age_s = (now.getTime() - submitted_at.getTime()) / 1000
  const step = ASK_EVERY.find(({ until_s }) => age_s < until_s)
  return step === undefined ? null : new Date(now.getTime() + step.every_s * 1000)
}

/** An order that waits for its day, or runs for years. */
const STANDING_EVERY_MS = 12 * 3_600_000

/** The events by which a bank says that the payer has agreed and the rest is its own business. */
const AGREED: ReadonlySet<PaymentEvent> = new Set(['bank_checked', 'bank_pending', 'bank_accepted', 'bank_executing'])

/**
 * When the bank is asked next about this payment. One that waits for its day is asked twice a day until then, and as a
 * fresh one from that day on; a running series twice a day as long as it runs.
 * @param event what the bank has just said; undefined: nothing that is understood
 */
export function nextAskOf(
  payment: Pick<PaymentRow, 'kind' | 'execution_date' | 'status' | 'submitted_at'>,
  event: PaymentEvent | undefined,
  now: Date,
  returned_at: Date | null,
): Date | null {
  const submitted_at = payment.submitted_at ?? now
  const soon = nextAskAt(submitted_at, now, returned_at)
  const is_agreed = event === undefined ? payment.status !== 'INIT' && payment.status !== 'RCVD' : AGREED.has(event)
  // The first minutes say whether the payer has agreed; then the order's own pace counts.
  if (!is_agreed || now.getTime() - submitted_at.getTime() < 120_000) return soon
  const day = payment.execution_date === null ? undefined : startOfDay(payment.execution_date)
  if (payment.kind !== 'recurring' && day === undefined) return soon
  const later = new Date(now.getTime() + STANDING_EVERY_MS)
  // A link may be paid long after the day that it was to be paid on.
  const since = day !== undefined && day > submitted_at ? day : submitted_at
  const own = day !== undefined && now >= day ? nextAskAt(since, now) : earlier(later, day ?? null)
  // ACTC is of a payer who has agreed at one bank, and of one who has not yet at another: it is asked at both paces.
  const may_wait = event === 'bank_checked' || (event === undefined && UNSURE.has(payment.status))
  return may_wait ? earlier(soon, own) : own
}

const UNSURE: ReadonlySet<PaymentStatus> = new Set(['ACTC', 'ABND'])

const earlier = (one: Date | null, other: Date | null): Date | null =>
  one !== null && (other === null || one < other) ? one : other

// Where it is day first in the year's two times of Bucharest: a question too early costs nothing.
const startOfDay = (date: string): Date => new Date(`${date}T00:00:00+03:00`)
