/** A payment of the account rail, explained from its rows. Messages with the bank are not kept; what they changed is. */
import { toBankText } from '../../infra/banks/berlin-group/transliterate.ts'
import type { Context } from '../context.ts'
import { openOrder, openSession } from '../initiation/session.ts'
import type { PaymentStatus } from '../initiation/state.ts'
import { type Cause, listEvents, loadPayment, type PaymentKey, type PaymentRow } from '../initiation/store.ts'
import { openTerms, type Terms } from '../initiation/terms.ts'
import { amountForPeople } from '../money.ts'
import { initialsOf, type Known, maskIban, maskMail, maskText } from './mask.ts'
import { type Attempt, listAttempts, listDeliveries, listMails, type PaymentEventRow } from './store.ts'
import { type Explanation, type Moment, secondsBetween, weave } from './timeline.ts'
import { openOfAttempts, openOfNews, toldMails, toldWebhooks } from './told.ts'

const BY: Readonly<Record<Cause, string>> = {
  partner: 'partner',
  payer: 'payer',
  return: "payer's return",
  poll: "worker's question",
  push: "bank's push",
  worker: 'worker',
  staff: 'staff',
}

/** @returns undefined when there is no such payment */
export async function explainPayment(context: Context, key: PaymentKey): Promise<Explanation | undefined> {
  const payment = await loadPayment(context, key)
  if (payment === undefined) return undefined
  const [events, attempts, deliveries, mails] = await Promise.all([
    listEvents(context, key),
    listAttempts(context, key),
    listDeliveries(context, key),
    listMails(context, key),
  ])
  const terms = openTerms(context, payment)
  const known = knownOf(terms)
  const history = events.map((event, n) => eventMoment({ payment, attempts, known, events }, event, n))
  return {
    title: titleOf(context, payment),
    facts: [...partiesOf(payment, terms), ...attempts.map((attempt) => attemptFact(context, attempt))],
    moments: weave(
      returns(attempts, events),
      history,
      endings(attempts, events, known),
      toldWebhooks(deliveries, events),
      toldMails(mails, events),
    ),
    open: [...openOfAttempts(attempts), ...openOfNews(context, payment, { events, deliveries, mails })],
  }
}

function titleOf(context: Context, { partner_id, payment_id, status, reason }: PaymentRow): string {
  const partner = context.partners.byId(partner_id)
  const whose = partner === undefined ? `partner ${partner_id}` : `${partner.client_id} (${partner.name})`
  return `payment ${payment_id} of ${whose}: ${status}${reason === null ? '' : ` (${reason})`}`
}

/** People of the terms, as they were typed and as banks are told of them. */
function knownOf({ creditor_name, creditor_iban, debtor_iban, email, psu_intermediar_id }: Terms): Known {
  const names = creditor_name === undefined ? [] : [creditor_name, toBankText(creditor_name, 70)]
  return [
    ...names.map((value) => ({ value, as: initialsOf(value) })),
    ...[creditor_iban, debtor_iban].flatMap((value) => (value === undefined ? [] : [{ value, as: maskIban(value) }])),
    ...(email === undefined ? [] : [{ value: email, as: maskMail(email) }]),
    ...(psu_intermediar_id === undefined ? [] : [{ value: psu_intermediar_id, as: '…' }]),
  ]
}

function partiesOf(
  { amount_minor }: PaymentRow,
  { creditor_name, creditor_iban, debtor_iban, email }: Terms,
): string[] {
  const amount = amount_minor === null ? 'no amount yet' : `${amountForPeople(amount_minor)} RON`
  const from = debtor_iban === undefined ? '' : ` from ${maskIban(debtor_iban)}`
  const to = creditor_iban === undefined ? '' : ` to ${maskIban(creditor_iban)}`
  const name = creditor_name === undefined ? '' : ` (${initialsOf(creditor_name)})`
  const mail = email === undefined ? '' : `, mail to ${maskMail(email)}`
  return [`${amount}${from}${to}${name}${mail}`]
}

/** The names under which the bank's staff find it. */
function attemptFact(context: Context, attempt: Attempt): string {
  const { attempt_no, bank_id, state, request_id } = attempt
  const end_to_end = openOrder(context, attempt)?.order.end_to_end_id
  const number = openSession(context, attempt)?.bank.bank_payment_id
  const names = [
    `X-Request-ID ${request_id}`,
    ...(end_to_end === undefined ? [] : [`end-to-end ${end_to_end}`]),
    ...(number === undefined ? [] : [`the bank's number ${plain(number)}`]),
  ]
  return `attempt ${attempt_no} at ${bank_id}, ${state}: ${names.join(', ')}`
}

// The bank's own number stands as it is: its staff ask for it, and it opens nothing.
const plain = (text: string): string => text.replace(/[^\x20-\x7e]/g, ' ').slice(0, 100)

type Whole = {
  readonly payment: PaymentRow
  readonly attempts: readonly Attempt[]
  readonly known: Known
  readonly events: readonly PaymentEventRow[]
}

function eventMoment(whole: Whole, event: PaymentEventRow, n: number): Moment {
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
  if (type === 'payment.initiated') return 'initPayment: the terms are recorded'
  if (type === 'payment.submitted')
    return `presses "Plătește": attempt ${detail?.attempt_no} goes to the bank ${attempt?.bank_id ?? detail?.bank_id}`
  if (type === 'payment.cancel_asked') return `the bank was asked to drop it; its answer: ${detail?.answer}`
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
  if (detail?.bank_status === undefined) return `${WITHOUT_BANK[status]?.[cause] ?? 'status'}${reason}`
  const says = maskText(String(detail.bank_status), known)
  if (cause === 'payer' && attempt !== undefined)
    return `the bank took attempt ${attempt.attempt_no} after ${secondsBetween(attempt.submitted_at, event.at)} and says ${says}${reason}`
  const repeated = cause === 'worker' ? 'the submission was sent again under its X-Request-ID: ' : ''
  return `${repeated}the bank says ${says} of attempt ${detail.attempt_no}${reason}`
}

/** Statuses that are our word. */
const WITHOUT_BANK: Readonly<Partial<Record<PaymentStatus, Readonly<Partial<Record<Cause, string>>>>>> = {
  ABND: { payer: 'gives the payment up', worker: 'its time is over', return: 'came back without paying' },
  CANC: { return: 'refused at the bank, which has dropped it' },
  BLOCKED: { payer: 'a limit blocks it', partner: 'a limit blocks it' },
}

function told(detail: Readonly<Record<string, unknown>> | null, known: Known): string {
  const parts = Object.entries(detail ?? {}).map(([name, value]) => {
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
    return `${name} ${typeof value === 'number' ? value : maskText(text, known)}`
  })
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`
}

/** Returns that an event does not tell already. */
function returns(attempts: readonly Attempt[], events: readonly PaymentEventRow[]): Moment[] {
  return attempts.flatMap(({ attempt_no, returned_at: at }) => {
    if (at === null) return []
    const told = events.some((event) => event.cause === 'return' && event.at.getTime() === at.getTime())
    return told ? [] : [{ at, by: BY.return, what: `the browser is back from the bank (attempt ${attempt_no})` }]
  })
}

/** Ends of attempts that no status of the payment tells. */
function endings(attempts: readonly Attempt[], events: readonly PaymentEventRow[], known: Known): Moment[] {
  return attempts.flatMap((attempt) => {
    const at = attempt.closed_at
    if (at === null) return []
    const told = events.some(({ type, at: when }) => type === 'payment.status' && when.getTime() === at.getTime())
    return told ? [] : [{ at, ...endOf(attempt, at, known) }]
  })
}

function endOf({ attempt_no, refusal, bank_status, submitted_at }: Attempt, at: Date, known: Known) {
  const after = `after ${secondsBetween(submitted_at, at)}`
  if (refusal === null)
    return { by: 'bank', what: `has ended attempt ${attempt_no}: ${maskText(bank_status ?? 'no status told', known)}` }
  if (refusal === 'UNREACHED')
    return { by: 'bank', what: `could not be reached: attempt ${attempt_no} never left, ${after}` }
  if (refusal === 'LOST')
    return {
      by: 'worker',
      what: `lets attempt ${attempt_no} go ${after}: what became of it stayed unknown, and nobody has its link`,
    }
  const code = maskText(refusal.replace(/^REFUSED:/, ''), known)
  return { by: 'bank', what: `refuses attempt ${attempt_no} ${after}: ${code}` }
}
