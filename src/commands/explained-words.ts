/** An explanation in English sentences: its heading, what stands above the timeline, and how this command speaks. */

import { REASONS, withCode, wordOf } from '../../web/shared/told/codes.ts'
import { ENGLISH } from '../../web/shared/told/en.ts'
import { happeningText, type Manner, openText } from '../../web/shared/told/sentences.ts'
import { currencyAmountText } from '../domain/currency.ts'
import type { BackgroundFacts, Explanation, Moment, PartiesFacts, Told } from '../domain/explain/timeline.ts'
import type { Reason } from '../domain/initiation/settling/reasons.ts'
import { amountForPeople } from '../domain/money.ts'

/** One moment alone, as text: thousandths of a second, in Bucharest. */
export const momentText = (at: Date): string => BUCHAREST.format(at).replace(',', '').replace(',', '.')

const BUCHAREST = new Intl.DateTimeFormat('ro-RO', {
  timeZone: 'Europe/Bucharest',
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
})

const money = (amount_minor: number, currency: string): string =>
  `${currencyAmountText(amount_minor, currency)} ${currency}`

const MANNER: Manner = {
  bank: (bank_id) => `the bank ${bank_id}`,
  moment: (at) => momentText(new Date(at)),
  money,
  ask_bank: (payment_id) => `\`punte payment ask ${payment_id}\``,
  close_attempt: (payment_id) => `\`punte payment close ${payment_id}\``,
  ask_acquirer: (merchant_id, order_id) => `\`punte order ask ${order_id} --merchant ${merchant_id}\``,
}

/** The same with a sentence at each of its entries. */
export function inWords({ about, background, moments, open }: Explanation) {
  return {
    about,
    title: titleOf(about),
    background: background.map((fact) => ({ ...fact, text: backgroundText(fact) })),
    moments: moments.map((moment) => ({
      ...moment,
      by_text: ENGLISH.by[moment.by] ?? moment.by,
      text: momentSentence(moment),
    })),
    open: open.map((one) => ({ ...one, text: openText(ENGLISH, one, MANNER) })),
  }
}

export type InWords = ReturnType<typeof inWords>

const momentSentence = (moment: Moment): string => happeningText(ENGLISH, moment, MANNER)

function titleOf(about: Explanation['about']): string {
  if (about.kind === 'order')
    return `order ${about.order_id} of ${about.merchant_id} (${about.merchant_name}): ${about.status}`
  const { payment_id, partner_id, client_id, partner_name, status, reason } = about
  const whose = client_id === undefined ? `partner ${partner_id}` : `${client_id} (${partner_name})`
  return `payment ${payment_id} of ${whose}: ${status}${because(reason)}`
}

const because = (reason: Reason | undefined): string =>
  reason === undefined ? '' : `, because ${withCode(wordOf(REASONS, reason, 'en'), reason)}`

const WAYS = { together: 'authorised together, as one', one_by_one: 'authorised one by one' } as const

const BACKGROUND: { readonly [Code in keyof BackgroundFacts]: (facts: BackgroundFacts[Code]) => string } = {
  parties: partiesText,
  executed_on: ({ day }) => `to be executed on ${day}`,
  item_of: ({ item_no, list_payment_id, list_status, is_sent_together }) =>
    `payment ${item_no} of the list ${list_payment_id} (${list_status ?? 'not there'})${is_sent_together ? ', sent to the bank with it: what was said with the bank is there' : ''}`,
  list: ({ item_count, way }) =>
    `a list of ${item_count} payment${item_count === 1 ? '' : 's'}${way === undefined ? '' : `, ${WAYS[way]}`}`,
  item: ({ item_no, payment_id, status, reason, ...parties }) =>
    `  ${item_no}. payment ${payment_id}: ${status}${because(reason)}; ${partiesText(parties)}`,
  agreement: ({ agreement_id, status, frequency, day_of_execution, start_date, end_date }) => {
    const day = day_of_execution === undefined ? '' : ` on day ${day_of_execution}`
    const until = end_date === undefined ? '' : ` to ${end_date}`
    const when = frequency === undefined ? '' : `, ${frequency}${day}, from ${start_date}${until}`
    return `recurring under the agreement ${agreement_id}: ${status ?? 'not there'}${when}`
  },
  attempt: ({ attempt_no, bank_id, state, request_id, end_to_end_id, bank_payment_id }) => {
    const order = end_to_end_id === undefined ? '' : `, end-to-end ${end_to_end_id}`
    const number = bank_payment_id === undefined ? '' : `, the bank's number ${bank_payment_id}`
    return `attempt ${attempt_no} at ${bank_id}, ${state}: X-Request-ID ${request_id}${order}${number}`
  },
  totals: ({ currency, amount_minor, authorized_minor, captured_minor, refunded_minor }) =>
    `${money(amount_minor, currency)}: authorized ${money(authorized_minor, currency)}, captured ${money(captured_minor, currency)}, refunded ${money(refunded_minor, currency)}`,
}

function backgroundText<Code extends keyof BackgroundFacts>({ code, facts }: Told<BackgroundFacts, Code>): string {
  return BACKGROUND[code](facts)
}

function partiesText({ amount_minor, debtor_iban, creditor_iban, creditor_initials, email }: PartiesFacts): string {
  const amount = amount_minor === null ? 'no amount yet' : `${amountForPeople(amount_minor)} RON`
  const from = debtor_iban === undefined ? '' : ` from ${debtor_iban}`
  const to = creditor_iban === undefined ? '' : ` to ${creditor_iban}`
  const name = creditor_initials === undefined ? '' : ` (${creditor_initials})`
  return `${amount}${from}${to}${name}${email === undefined ? '' : `, mail to ${email}`}`
}
