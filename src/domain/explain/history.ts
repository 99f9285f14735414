/** The history of a payment, event by event, as moments of its timeline. */
import type { PaymentStatus } from '../initiation/state.ts'
import type { Cause, PaymentRow } from '../initiation/store.ts'
import { type Known, maskText } from './mask.ts'
import type { Attempt, PaymentEventRow } from './store.ts'
import { type Happening, type Moment, msBetween, type OtherFacts } from './timeline.ts'

export type Whole = {
  readonly payment: PaymentRow
  readonly attempts: readonly Attempt[]
  readonly known: Known
  readonly events: readonly PaymentEventRow[]
}

export function eventMoment(whole: Whole, event: PaymentEventRow, n: number): Moment {
  const before = whole.events[n - 1]?.status
  return {
    at: event.at,
    by: event.cause,
    ...whatHappened(whole, event),
    ...(before !== event.status && { to: event.status, ...(before !== undefined && { from: before }) }),
  }
}

type Detail = Readonly<Record<string, unknown>>

function whatHappened(whole: Whole, event: PaymentEventRow): Happening {
  const { type } = event
  const detail: Detail = event.detail ?? {}
  const attempt_no = Number(detail.attempt_no)
  if (type === 'payment.reserved') return { code: 'reserved', facts: {} }
  if (type === 'payment.initiated') {
    const item_count = detail.items === undefined ? {} : { item_count: Number(detail.items) }
    return { code: 'initiated', facts: item_count }
  }
  if (type === 'payment.bank_chosen') {
    const way = detail.way === 'together' ? 'together' : 'one_by_one'
    return { code: 'bank_chosen', facts: { bank_id: String(detail.bank_id), way } }
  }
  if (type === 'payment.submitted') {
    const attempt = attemptOf(whole, attempt_no)
    return { code: 'submitted', facts: { attempt_no, bank_id: attempt?.bank_id ?? String(detail.bank_id) } }
  }
  if (type === 'payment.cancel_asked') return { code: 'cancel_asked', facts: { answer: cancelAnswer(detail.answer) } }
  if (type === 'payment.attempt_closed') return { code: 'attempt_closed', facts: { attempt_no } }
  if (type === 'tokens.revoked')
    return { code: 'tokens_revoked', facts: { is_reuse: detail.reason === 'refresh_token_reused' } }
  if (type === 'payment.contradiction') return { code: 'contradicted', facts: wordOfBank(whole, detail) }
  if (type === 'payment.status') return statusTaken(whole, event, detail)
  return { code: 'other', facts: { type, details: maskedDetails(detail, whole.known) } }
}

const attemptOf = ({ attempts }: Whole, no: number): Attempt | undefined =>
  attempts.find(({ attempt_no }) => attempt_no === no)

const ANSWERS = ['ok', 'refused', 'not_sent', 'unknown'] as const
const cancelAnswer = (told: unknown): (typeof ANSWERS)[number] => ANSWERS.find((one) => one === told) ?? 'unknown'

/** The bank's own word for how it stands, where it gave one. */
function wordOfBank({ known }: Whole, detail: Detail): { readonly bank_status?: string } {
  return detail.bank_status === undefined ? {} : { bank_status: maskText(String(detail.bank_status), known) }
}

function statusTaken(whole: Whole, event: PaymentEventRow, detail: Detail): Happening {
  const { payment, events } = whole
  const { cause, status } = event
  // Only the last status has its reason kept.
  const is_last = events.findLast(({ type }) => type === 'payment.status') === event
  const why = is_last && payment.reason !== null ? { reason: payment.reason } : {}
  const said = wordOfBank(whole, detail)
  if (cause === 'list') {
    // A list and its items keep each other's pace.
    if (payment.kind === 'list') return { code: 'items_stand', facts: why }
    return { code: 'list_stands', facts: { ...why, ...said } }
  }
  if (said.bank_status === undefined) return { code: WITHOUT_BANK[status]?.[cause] ?? 'status_changed', facts: why }
  const attempt_no = Number(detail.attempt_no)
  const facts = { attempt_no, bank_status: said.bank_status, ...why }
  const attempt = attemptOf(whole, attempt_no)
  if (cause === 'payer' && attempt !== undefined)
    return { code: 'bank_took', facts: { ...facts, after_ms: msBetween(attempt.submitted_at, event.at) } }
  return { code: cause === 'worker' ? 'bank_took_again' : 'bank_said', facts }
}

/** Statuses that are our word. */
type OurWord = 'given_up' | 'expired' | 'returned_unpaid' | 'refused_and_dropped' | 'cancelled_unsent' | 'blocked'
const WITHOUT_BANK: Readonly<Partial<Record<PaymentStatus, Readonly<Partial<Record<Cause, OurWord>>>>>> = {
  ABND: { payer: 'given_up', worker: 'expired', return: 'returned_unpaid' },
  CANC: { return: 'refused_and_dropped', partner: 'cancelled_unsent' },
  BLOCKED: { payer: 'blocked', partner: 'blocked' },
}

/** What an event brought that is not known here, name by name. */
export function maskedDetails(detail: Detail | null, known: Known = []): OtherFacts['details'] {
  return Object.entries(detail ?? {}).map(([name, value]) => {
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
    return { name: maskText(name), value: typeof value === 'number' ? text : maskText(text, known) }
  })
}
