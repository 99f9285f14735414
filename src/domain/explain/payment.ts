/** A payment of the account rail, explained from its rows: what changed it, what was said with banks, who was told. */
import { toBankText } from '../../infra/banks/berlin-group/messages/transliterate.ts'
import { loadAgreement } from '../agreements/store.ts'
import type { Context } from '../context.ts'
import { listExchanges } from '../exchanges/store.ts'
import { loadItems } from '../initiation/lists/store.ts'
import { openOrder, openSession } from '../initiation/session.ts'
import { listEvents, loadPayment, type PaymentKey, type PaymentRow } from '../initiation/store.ts'
import { openTerms, type StoredTerms, type Terms } from '../initiation/terms.ts'
import { amountForPeople } from '../money.ts'
import { toldExchanges } from './exchanges.ts'
import { BY, eventMoment } from './history.ts'
import { initialsOf, type Known, maskIban, maskMail, maskText } from './mask.ts'
import { type Attempt, listAttempts, listDeliveries, listMails, type PaymentEventRow } from './store.ts'
import { type Explanation, type Moment, secondsBetween, weave } from './timeline.ts'
import { openOfAttempts, openOfNews, toldMails, toldWebhooks } from './told.ts'

/** A shorter text would be found in every word. */
const SHORTEST_DETAILS = 6

/**
 * @param options.messages whether headers and bodies of the messages with banks are told, too, masked
 * @returns undefined when there is no such payment
 */
export async function explainPayment(
  context: Context,
  key: PaymentKey,
  options: { readonly messages?: boolean } = {},
): Promise<Explanation | undefined> {
  const payment = await loadPayment(context, key)
  if (payment === undefined) return undefined
  const [events, attempts, deliveries, mails, exchanges] = await Promise.all([
    listEvents(context, key),
    listAttempts(context, key),
    listDeliveries(context, key),
    listMails(context, key),
    listExchanges(context, key),
  ])
  const terms = openTerms(context, payment)
  const known = knownOf(terms)
  const items = payment.kind === 'list' ? await loadItems(context, payment) : []
  const people = {
    known: peopleOf(terms),
    others: options.messages === true ? items.flatMap((item) => peopleOf(openTerms(context, item))) : [],
  }
  const history = events.map((event, n) => eventMoment({ payment, attempts, known, events }, event, n))
  return {
    title: titleOf(context, payment),
    facts: [
      ...partiesOf(payment, terms),
      ...(await kindFacts(context, payment, terms, items)),
      ...attempts.map((attempt) => attemptFact(context, attempt)),
    ],
    moments: weave(
      returns(attempts, events),
      history,
      toldExchanges(context, exchanges, people, options.messages === true),
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

const peopleOf = (terms: Terms): Known => [...knownOf(terms), ...wordsOf(terms)]

/** What the payer pays for: a bank may say it back. */
function wordsOf({ details }: Terms): Known {
  if (details === undefined || details.length < SHORTEST_DETAILS) return []
  return [details, toBankText(details, 140)].map((value) => ({ value, as: '…' }))
}

function partiesOf({ amount_minor }: Pick<PaymentRow, 'amount_minor'>, terms: Terms): string[] {
  const { creditor_name, creditor_iban, debtor_iban, email } = terms
  const amount = amount_minor === null ? 'no amount yet' : `${amountForPeople(amount_minor)} RON`
  const from = debtor_iban === undefined ? '' : ` from ${maskIban(debtor_iban)}`
  const to = creditor_iban === undefined ? '' : ` to ${maskIban(creditor_iban)}`
  const name = creditor_name === undefined ? '' : ` (${initialsOf(creditor_name)})`
  const mail = email === undefined ? '' : `, mail to ${maskMail(email)}`
  return [`${amount}${from}${to}${name}${mail}`]
}

/** What it belongs to, and what belongs to it. */
async function kindFacts(
  context: Context,
  payment: PaymentRow,
  terms: StoredTerms,
  items: readonly PaymentRow[],
): Promise<string[]> {
  const { partner_id, kind, list_payment_id, item_no, agreement_id, execution_date } = payment
  const facts: string[] = []
  if (execution_date !== null) facts.push(`to be executed on ${execution_date}`)
  if (kind === 'item' && list_payment_id !== null) {
    const list = await loadPayment(context, { partner_id, payment_id: list_payment_id })
    const way = list?.list_way === 'together' ? ', sent to the bank with it: what was said with the bank is there' : ''
    facts.push(`payment ${item_no} of the list ${list_payment_id} (${list?.status})${way}`)
  }
  if (kind === 'list') {
    facts.push(`a list of ${items.length} payments${payment.list_way === null ? '' : `, ${WAYS[payment.list_way]}`}`)
    facts.push(...items.map((item) => itemFact(context, item)))
  }
  if (agreement_id !== null) {
    const agreement = await loadAgreement(context, { partner_id, agreement_id })
    facts.push(
      `recurring under the agreement ${plain(agreement_id)}: ${agreement?.status ?? 'not there'}${whenOf(terms)}`,
    )
  }
  return facts
}

const WAYS = { together: 'authorised together, as one', one_by_one: 'authorised one by one' } as const

function itemFact(context: Context, item: PaymentRow): string {
  const { item_no, payment_id, status, reason } = item
  const why = reason === null ? '' : ` (${maskText(reason)})`
  return `  ${item_no}. payment ${payment_id}: ${status}${why}, ${partiesOf(item, openTerms(context, item)).join()}`
}

function whenOf({ schedule }: StoredTerms): string {
  if (schedule === undefined) return ''
  const { frequency, day_of_execution, start_date, end_date } = schedule
  const day = day_of_execution === undefined ? '' : ` on day ${day_of_execution}`
  return `, ${frequency}${day}, from ${start_date}${end_date === undefined ? '' : ` to ${end_date}`}`
}

/** The names under which the bank's staff find it. */
function attemptFact(context: Context, attempt: Attempt): string {
  const { attempt_no, bank_id, state, request_id } = attempt
  const end_to_end = openOrder(context, attempt)?.order.end_to_end_id
  const number = openSession(context, attempt)?.bank?.bank_payment_id
  const names = [
    `X-Request-ID ${request_id}`,
    ...(end_to_end === undefined ? [] : [`end-to-end ${end_to_end}`]),
    ...(number === undefined ? [] : [`the bank's number ${plain(number)}`]),
  ]
  return `attempt ${attempt_no} at ${bank_id}, ${state}: ${names.join(', ')}`
}

// The bank's own number stands as it is: its staff ask for it, and it opens nothing.
const plain = (text: string): string => text.replace(/[^\x20-\x7e]/g, ' ').slice(0, 100)

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
  if (refusal === 'LEFT')
    return {
      by: 'payer',
      what: `never let us in at the bank: attempt ${attempt_no} is over, and nothing of it is there`,
    }
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
