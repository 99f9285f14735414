/** Timelines in English. */
import type { CardEndedFacts, HappeningFacts, OtherFacts, Reason } from '../../../src/http/office/timeline-contract.ts'
import { GATEWAY_CODES, SOURCES, STORED_ON_FILE, TRANSACTION_TYPES } from './card-codes.ts'
import { PURPOSES, REASONS, refusalText, withCode, wordOf } from './codes.ts'
import type { Manner, Sentences } from './sentences.ts'

export const ENGLISH: Sentences = {
  by: {
    partner: 'partner',
    payer: 'payer',
    return: "payer's return",
    poll: "worker's question",
    push: "bank's push",
    worker: 'worker',
    staff: 'staff',
    list: 'its list',
    bank: 'bank',
    message: 'message',
    merchant: 'merchant',
    acquirer: 'acquirer',
    sweep: "worker's question",
  },
  happenings: {
    reserved: () => "token call: the payment's number is reserved",
    initiated: ({ item_count }) =>
      `initPayment: the terms${item_count === undefined ? '' : ` of a list of ${many(item_count, 'payment')}`} are recorded`,
    bank_chosen: ({ bank_id, way }, { bank }) =>
      `chooses ${bank(bank_id)}, which takes the list's payments ${way === 'together' ? 'together, as one' : 'one by one'}`,
    submitted: ({ attempt_no, bank_id }, { bank }) =>
      `presses "Plătește": attempt ${attempt_no} goes to ${bank(bank_id)}`,
    cancel_asked: ({ answer }) => `the bank was asked to drop it; ${CANCEL_ANSWERS[answer]}`,
    tokens_revoked: ({ is_reuse }) =>
      `the payment's tokens are revoked${is_reuse ? ': a refresh token was used a second time' : ''}`,
    contradicted: ({ bank_status }) =>
      `the bank contradicts what is final${bank_status === undefined ? '' : ` and says ${bank_status}`}; nothing is changed`,
    other: otherText,
    bank_took: ({ attempt_no, after_ms, bank_status, reason }) =>
      `the bank took attempt ${attempt_no} after ${seconds(after_ms)} and says ${bank_status}${because(reason)}`,
    bank_took_again: ({ attempt_no, bank_status, reason }) =>
      `the submission was sent again under its X-Request-ID: the bank says ${bank_status} of attempt ${attempt_no}${because(reason)}`,
    bank_said: ({ attempt_no, bank_status, reason }) =>
      `the bank says ${bank_status} of attempt ${attempt_no}${because(reason)}`,
    items_stand: ({ reason }) => `follows from how its payments stand${because(reason)}`,
    list_stands: ({ bank_status, reason }) =>
      `goes with its list${bank_status === undefined ? '' : `, of which the bank says ${bank_status}`}${because(reason)}`,
    // What these say is the reason, so only its code follows.
    given_up: ({ reason }) => `gives the payment up${codeAlone(reason)}`,
    expired: ({ reason }) => `its time is over${codeAlone(reason)}`,
    returned_unpaid: ({ reason }) => `came back without paying${codeAlone(reason)}`,
    refused_and_dropped: ({ reason }) => `refused at the bank, which has dropped it${codeAlone(reason)}`,
    cancelled_unsent: ({ reason }) => `cancelled before anybody has authorised it${codeAlone(reason)}`,
    blocked: ({ reason }) => `a limit blocks it${because(reason)}`,
    status_changed: ({ reason }) => `the status has changed${because(reason)}`,
    browser_back: ({ attempt_no }) => `the browser is back from the bank (attempt ${attempt_no})`,
    attempt_closed: ({ attempt_no }) => `attempt ${attempt_no} closed by hand: the bank does not have it`,
    attempt_ended: ({ attempt_no, bank_status }) =>
      `has ended attempt ${attempt_no}: ${bank_status ?? 'it told no status'}`,
    attempt_left: ({ attempt_no }) =>
      `never let us in at the bank: attempt ${attempt_no} is over, and nothing of it is there`,
    attempt_unreached: ({ attempt_no, after_ms }) =>
      `could not be reached: attempt ${attempt_no} never left, after ${seconds(after_ms)}`,
    attempt_lost: ({ attempt_no, after_ms }) =>
      `lets attempt ${attempt_no} go after ${seconds(after_ms)}: what became of it stayed unknown, and nobody has its link`,
    attempt_refused: ({ attempt_no, after_ms, bank_code }) =>
      `refuses attempt ${attempt_no} after ${seconds(after_ms)}: ${refusalText(`REFUSED:${bank_code}`, 'en')}`,
    exchange: exchangeText,
    webhook_failed: ({ tries, outcome = NO_ANSWER, is_given_up, ...about }) =>
      `webhook about ${subject(about)} tried in vain${tries > 1 ? `; ${tries} tries by now, the last: ` : ': '}${outcome}${is_given_up ? '; given up' : ''}`,
    webhook_failed_at_first: (about) => `webhook about ${subject(about)} tried in vain`,
    webhook_delivered: ({ tries, outcome = NO_ANSWER, since_first_ms, ...about }) =>
      `webhook about ${subject(about)} delivered: ${outcome}, try ${tries}${since_first_ms === undefined ? '' : `, ${seconds(since_first_ms)} after the first`}`,
    webhook_delivered_before: (about) => `webhook about ${subject(about)} delivered earlier; asked for again since`,
    mail_sent: (about) => `mail to the payer about ${subject(about)} sent`,
    mail_given_up: (about) => `mail to the payer about ${subject(about)} given up`,
    card_asked: cardAskedText,
    card_succeeded: (facts) => `transaction ${facts.transaction_id} is a SUCCESS${cardEndText(facts)}`,
    card_failed: (facts) => `transaction ${facts.transaction_id} is a FAILURE${cardEndText(facts)}`,
    card_unknown: ({ transaction_id, after_ms, fault }) =>
      `did not say what became of transaction ${transaction_id}${after(after_ms)}: ${fault || 'no reason recorded'}`,
    reversal_sent: ({ transaction_id }) =>
      `a reversal of transaction ${transaction_id} leaves: it is to have no effect, whatever became of it`,
    reversal_refused: ({ transaction_id, acquirer_code }) =>
      `the acquirer refused to reverse transaction ${transaction_id}: code ${acquirer_code}`,
    closed_by_word: ({ transaction_id, note }) =>
      `transaction ${transaction_id} was closed by word of the acquirer's people: ${note}`,
    card_other: ({ transaction_id, ...facts }) => `transaction ${transaction_id}: ${otherText(facts)}`,
  },
  open: {
    attempt_open: ({ attempt_no, bank_id, payment_id, ask_at }, { bank, moment, ask_bank }) =>
      `attempt ${attempt_no} is open at ${bank(bank_id)}: ${ask_at === undefined ? `the bank is not asked by itself any more, only by ${ask_bank(payment_id)}` : `asked next at ${moment(ask_at)}`}`,
    attempt_unknown: ({ attempt_no, bank_id, payment_id, ask_at }, { bank, moment, close_attempt }) =>
      `whether ${bank(bank_id)} has attempt ${attempt_no} is unknown: ${ask_at === undefined ? `ask the bank; if it never had it, ${close_attempt(payment_id)}` : `found out from ${moment(ask_at)} on`}`,
    webhook_due: ({ try_no, try_at, ...about }, { moment }) =>
      `webhook about ${subject(about)}: try ${try_no} is due ${try_at === undefined ? 'soon' : `at ${moment(try_at)}`}`,
    webhook_not_tried: (about) => `webhook about ${subject(about)}: no try is recorded yet`,
    mail_not_recorded: (about) => `mail to the payer about ${subject(about)}: none is recorded yet`,
    transaction_open: ({ transaction_id, is_unknown, asked_no, merchant_id, order_id }, { ask_acquirer }) => {
      const where = is_unknown ? 'of unknown outcome' : 'at the acquirer'
      const asked = asked_no === 0 ? 'not asked about yet' : `taken up ${many(asked_no, 'time')} by the worker`
      return `transaction ${transaction_id} is ${where}, ${asked}; to ask now: ${ask_acquirer(merchant_id, order_id)}`
    },
  },
}

const NO_ANSWER = 'no answer recorded'
const CANCEL_ANSWERS: Readonly<Record<HappeningFacts['cancel_asked']['answer'], string>> = {
  ok: 'it will, or says who must agree',
  refused: 'it refuses',
  not_sent: 'it could not be reached',
  unknown: 'its answer is not known',
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(3)} s`
const after = (ms: number | undefined): string => (ms === undefined ? '' : ` after ${seconds(ms)}`)
const many = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`
const because = (reason: Reason | undefined): string =>
  reason === undefined ? '' : `, because ${withCode(wordOf(REASONS, reason, 'en'), reason)}`
const codeAlone = (reason: Reason | undefined): string => (reason === undefined ? '' : ` (${reason})`)
const subject = ({ status, event_no }: HappeningFacts['mail_sent']): string => status ?? `event ${event_no}`

function otherText({ type, details }: OtherFacts): string {
  const parts = details.map(({ name, value }) => `${name} ${value}`)
  return `${type}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`
}

function exchangeText({ purpose, attempt_no, method, address, ...e }: HappeningFacts['exchange']): string {
  const took = seconds(e.duration_ms)
  const name = wordOf(PURPOSES, purpose, 'en') ?? purpose
  const again = e.same_no === undefined ? '' : `, the same for the ${ordinal(e.same_no)} time in a row`
  return `${name}, attempt ${attempt_no}: ${method} ${address} ${cameText(e)} after ${took}${again}`
}

function cameText({ fault, http_status }: Pick<HappeningFacts['exchange'], 'fault' | 'http_status'>): string {
  if (fault === undefined) return `answered ${http_status}`
  return fault.kind === 'not_sent' ? `never left (${fault.reason})` : `has no answer (${fault.reason})`
}

function ordinal(n: number): string {
  const teens = n % 100 > 10 && n % 100 < 14
  const end = teens ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')
  return `${n}${end}`
}

function cardAskedText(facts: HappeningFacts['card_asked'], { money }: Manner): string {
  const { type, source, transaction_id, target_transaction_id, api_version, acquirer, reference } = facts
  const what = withCode(wordOf(TRANSACTION_TYPES, type, 'en'), type)
  const how = withCode(wordOf(SOURCES, source, 'en'), source)
  const on = target_transaction_id === undefined ? '' : `, on transaction ${target_transaction_id}`
  const amount = money(facts.amount_minor, facts.currency)
  return `asks for ${what} of ${amount}${on}, ${how}${cardText(facts)}, as transaction ${transaction_id} (version ${api_version}); it goes to ${acquirer} under the reference ${reference}`
}

function cardText({ card, agreement_id }: HappeningFacts['card_asked']): string {
  if (card === undefined) return ''
  const { brand, masked_number, is_scheme_token, stored_on_file } = card
  const kept =
    stored_on_file === undefined ? '' : `, ${withCode(wordOf(STORED_ON_FILE, stored_on_file, 'en'), stored_on_file)}`
  const series = agreement_id === undefined ? '' : `, under agreement ${agreement_id}`
  return `, ${brand ?? 'card'} ${masked_number}${is_scheme_token ? ' by scheme token' : ''}${kept}${series}`
}

function cardEndText({ after_ms, gateway_code, acquirer_code, acquirer_message }: CardEndedFacts): string {
  const words = acquirer_message === undefined ? '' : ` "${acquirer_message}"`
  const said = acquirer_code === undefined ? '' : `, acquirer code ${acquirer_code}${words}`
  return `${after(after_ms)}: ${withCode(wordOf(GATEWAY_CODES, gateway_code, 'en'), gateway_code)}${said}`
}
