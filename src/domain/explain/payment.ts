/** A payment of the account rail, explained from its rows: what changed it, what was said with banks, who was told. */
import { toBankText } from '../../infra/banks/berlin-group/messages/transliterate.ts'
import { loadAgreement } from '../agreements/store.ts'
import type { Context } from '../context.ts'
import { listExchanges } from '../exchanges/store.ts'
import { loadItems } from '../initiation/lists/store.ts'
import { openOrder, openSession } from '../initiation/session.ts'
import { listEvents, loadPayment, type PaymentKey, type PaymentRow } from '../initiation/store.ts'
import { openTerms, type StoredTerms, type Terms } from '../initiation/terms.ts'
import { toldExchanges } from './exchanges.ts'
import { eventMoment } from './history.ts'
import { initialsOf, type Known, maskIban, maskMail, maskText } from './mask.ts'
import { type Attempt, listAttempts, listDeliveries, listMails, type PaymentEventRow } from './store.ts'
import {
  type Background,
  type Explanation,
  type Happening,
  type Moment,
  msBetween,
  type PartiesFacts,
  weave,
} from './timeline.ts'
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
    about: aboutPayment(context, payment),
    background: [
      { code: 'parties', facts: partiesOf(payment, terms) },
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

function aboutPayment(context: Context, { partner_id, payment_id, status, reason }: PaymentRow): Explanation['about'] {
  const partner = context.partners.byId(partner_id)
  return {
    kind: 'payment',
    payment_id,
    partner_id,
    ...(partner !== undefined && { client_id: partner.client_id, partner_name: partner.name }),
    status,
    ...(reason !== null && { reason }),
  }
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

function partiesOf({ amount_minor }: Pick<PaymentRow, 'amount_minor'>, terms: Terms): PartiesFacts {
  const { creditor_name, creditor_iban, debtor_iban, email } = terms
  return {
    amount_minor,
    ...(debtor_iban !== undefined && { debtor_iban: maskIban(debtor_iban) }),
    ...(creditor_iban !== undefined && { creditor_iban: maskIban(creditor_iban) }),
    ...(creditor_name !== undefined && { creditor_initials: initialsOf(creditor_name) }),
    ...(email !== undefined && { email: maskMail(email) }),
  }
}

/** What it belongs to, and what belongs to it. */
async function kindFacts(
  context: Context,
  payment: PaymentRow,
  terms: StoredTerms,
  items: readonly PaymentRow[],
): Promise<Background[]> {
  const { partner_id, kind, list_payment_id, item_no, list_way, agreement_id, execution_date } = payment
  const facts: Background[] = []
  if (execution_date !== null) facts.push({ code: 'executed_on', facts: { day: execution_date } })
  if (kind === 'item' && list_payment_id !== null) {
    const list = await loadPayment(context, { partner_id, payment_id: list_payment_id })
    const standing = list === undefined ? {} : { list_status: list.status }
    const is_sent_together = list?.list_way === 'together'
    facts.push({ code: 'item_of', facts: { item_no, list_payment_id, ...standing, is_sent_together } })
  }
  if (kind === 'list') {
    facts.push({ code: 'list', facts: { item_count: items.length, ...(list_way !== null && { way: list_way }) } })
    facts.push(...items.map((item) => itemFact(context, item)))
  }
  if (agreement_id !== null) {
    const agreement = await loadAgreement(context, { partner_id, agreement_id })
    const standing = agreement?.status == null ? {} : { status: agreement.status }
    facts.push({ code: 'agreement', facts: { agreement_id: plain(agreement_id), ...standing, ...terms.schedule } })
  }
  return facts
}

function itemFact(context: Context, item: PaymentRow): Background {
  const { item_no, payment_id, status, reason } = item
  const parties = partiesOf(item, openTerms(context, item))
  return { code: 'item', facts: { item_no, payment_id, status, ...(reason !== null && { reason }), ...parties } }
}

function attemptFact(context: Context, attempt: Attempt): Background {
  const { attempt_no, bank_id, state, request_id } = attempt
  const end_to_end_id = openOrder(context, attempt)?.order.end_to_end_id
  const number = openSession(context, attempt)?.bank?.bank_payment_id
  return {
    code: 'attempt',
    facts: {
      ...{ attempt_no, bank_id, state, request_id },
      ...(end_to_end_id !== undefined && { end_to_end_id }),
      ...(number !== undefined && { bank_payment_id: plain(number) }),
    },
  }
}

// The bank's own number stands as it is: its staff ask for it, and it opens nothing.
const plain = (text: string): string => text.replace(/[^\x20-\x7e]/g, ' ').slice(0, 100)

/** Returns that an event does not tell already. */
function returns(attempts: readonly Attempt[], events: readonly PaymentEventRow[]): Moment[] {
  return attempts.flatMap(({ attempt_no, returned_at: at }) => {
    if (at === null) return []
    const told = events.some((event) => event.cause === 'return' && event.at.getTime() === at.getTime())
    return told ? [] : [{ at, by: 'return', code: 'browser_back', facts: { attempt_no } }]
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

function endOf({ attempt_no, refusal, bank_status, submitted_at }: Attempt, at: Date, known: Known): EndOfAttempt {
  const facts = { attempt_no, after_ms: msBetween(submitted_at, at) }
  if (refusal === null) {
    const said = bank_status === null ? {} : { bank_status: maskText(bank_status, known) }
    return { by: 'bank', code: 'attempt_ended', facts: { attempt_no, ...said } }
  }
  if (refusal === 'LEFT') return { by: 'payer', code: 'attempt_left', facts: { attempt_no } }
  if (refusal === 'UNREACHED') return { by: 'bank', code: 'attempt_unreached', facts }
  if (refusal === 'LOST') return { by: 'worker', code: 'attempt_lost', facts }
  const bank_code = maskText(refusal.replace(/^REFUSED:/, ''), known)
  return { by: 'bank', code: 'attempt_refused', facts: { ...facts, bank_code } }
}

type EndOfAttempt = Happening & Pick<Moment, 'by'>
