/** What the history of a payment says, event by event, in words. */
import type { PaymentStatus } from '../initiation/state.ts'
import type { Cause, PaymentRow } from '../initiation/store.ts'
import { type Known, maskText } from './mask.ts'
import type { Attempt, PaymentEventRow } from './store.ts'
import { type Moment, secondsBetween } from './timeline.ts'

export const BY: Readonly<Record<Cause, string>> = {
  partner: 'partner',
  payer: 'payer',
  return: "payer's return",
  poll: "worker's question",
  push: "bank's push",
  worker: 'worker',
  staff: 'staff',
  list: 'its list',
}

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
    by: BY[event.cause] ?? event.cause,
    what: whatHappened(whole, event),
    ...(before !== event.status && { to: event.status, ...(before !== undefined && { from: before }) }),
  }
}

function whatHappened(whole: Whole, event: PaymentEventRow): string {
  const { type, detail } = event
  const attempt = whole.attempts.find(({ attempt_no }) => attempt_no === detail?.attempt_no)
  if (type === 'payment.reserved') return "token call: the payment's number is reserved"
  if (type === 'payment.initiated') {
    const items = detail?.items === undefined ? '' : ` of a list of ${detail.items} payments`
    return `initPayment: the terms${items} are recorded`
  }
  if (type === 'payment.bank_chosen')
    return `chooses the bank ${detail?.bank_id}, which takes the list's payments ${detail?.way === 'together' ? 'together, as one' : 'one by one'}`
  if (type === 'payment.submitted')
    return `presses "Plătește": attempt ${detail?.attempt_no} goes to the bank ${attempt?.bank_id ?? detail?.bank_id}`
  if (type === 'payment.cancel_asked') return `the bank was asked to drop it; ${cancelAnswer(detail?.answer)}`
  if (type === 'payment.attempt_closed')
    return `attempt ${detail?.attempt_no} closed by hand: the bank does not have it`
  if (type === 'tokens.revoked') return `the payment's tokens are revoked${told(detail, whole.known)}`
  if (type === 'payment.contradiction')
    return `the bank contradicts what is final; nothing is changed${told(detail, whole.known)}`
  if (type === 'payment.status') return whyStatus(whole, event, attempt)
  return `${type}${told(detail, whole.known)}`
}

function whyStatus({ payment, events, known }: Whole, event: PaymentEventRow, attempt: Attempt | undefined): string {
  // Only the last status has its reason kept.
  const last = events.findLast(({ type }) => type === 'payment.status') === event
  const reason = last && payment.reason !== null ? `, because ${maskText(payment.reason, known)}` : ''
  const { cause, detail, status } = event
  if (cause === 'list') return `${followed(payment, detail?.bank_status)}${reason}`
  if (detail?.bank_status === undefined) return `${WITHOUT_BANK[status]?.[cause] ?? 'status'}${reason}`
  const says = maskText(String(detail.bank_status), known)
  if (cause === 'payer' && attempt !== undefined)
    return `the bank took attempt ${attempt.attempt_no} after ${secondsBetween(attempt.submitted_at, event.at)} and says ${says}${reason}`
  const repeated = cause === 'worker' ? 'the submission was sent again under its X-Request-ID: ' : ''
  return `${repeated}the bank says ${says} of attempt ${detail.attempt_no}${reason}`
}

/** A list and its items keep each other's pace. */
function followed({ kind }: PaymentRow, bank_status: unknown): string {
  if (kind === 'list') return 'follows from how its payments stand'
  return bank_status === undefined
    ? 'goes with its list'
    : `goes with its list, of which the bank says ${maskText(String(bank_status))}`
}

const cancelAnswer = (answer: unknown): string => {
  if (answer === 'ok') return 'it will, or says who must agree'
  if (answer === 'refused') return 'it refuses'
  return answer === 'not_sent' ? 'it could not be reached' : 'its answer is not known'
}

/** Statuses that are our word. */
const WITHOUT_BANK: Readonly<Partial<Record<PaymentStatus, Readonly<Partial<Record<Cause, string>>>>>> = {
  ABND: { payer: 'gives the payment up', worker: 'its time is over', return: 'came back without paying' },
  CANC: {
    return: 'refused at the bank, which has dropped it',
    partner: 'cancelled before anybody has authorised it',
  },
  BLOCKED: { payer: 'a limit blocks it', partner: 'a limit blocks it' },
}

function told(detail: Readonly<Record<string, unknown>> | null, known: Known): string {
  const parts = Object.entries(detail ?? {}).map(([name, value]) => {
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
    return `${name} ${typeof value === 'number' ? value : maskText(text, known)}`
  })
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`
}
