/** An order of the card rail, explained from its rows. Of messages with the acquirer: our reference and what it came to. */
import { type CardEvent, listCardEvents } from '../cards/record-store.ts'
import { loadWholeOrder, type OrderKey, type StoredTransaction, type WholeOrder } from '../cards/store.ts'
import type { Context } from '../context.ts'
import { currencyAmountText } from '../currency.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { maskText } from './mask.ts'
import { type Explanation, type Moment, secondsBetween, weave } from './timeline.ts'

const BY: Readonly<Record<string, string>> = {
  acquirer: 'acquirer',
  sweep: "worker's question",
  staff: 'staff',
}

/** @returns undefined when the merchant has no such order */
export async function explainOrder(
  context: Context,
  { merchant, order_id }: { readonly merchant: Merchant; readonly order_id: string },
): Promise<Explanation | undefined> {
  const key: OrderKey = { partner_id: merchant.partner_id, order_id }
  const [whole, events] = await Promise.all([loadWholeOrder(context, key), listCardEvents(context, key)])
  if (whole === undefined) return undefined
  const { order, transactions } = whole
  const money = (amount_minor: number) => `${currencyAmountText(amount_minor, order.currency)} ${order.currency}`
  const totals = [
    `authorized ${money(order.authorized_minor)}`,
    `captured ${money(order.captured_minor)}`,
    `refunded ${money(order.refunded_minor)}`,
  ]
  return {
    title: `order ${printable(order_id)} of ${merchant.merchant_id} (${merchant.name}): ${order.status}`,
    facts: [`${money(order.amount_minor)}: ${totals.join(', ')}`],
    moments: weave(
      transactions.map((transaction) => submission(merchant, transaction)),
      eventMoments(whole, events),
      reversals(transactions),
    ),
    open: transactions.flatMap((transaction) => underWay(merchant, transaction)),
  }
}

// Ids are the merchant's own and stand as they are; only what a terminal would act upon is taken out.
const printable = (id: string): string => id.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, ' ')

function submission(merchant: Merchant, transaction: StoredTransaction): Moment {
  const { transaction_id, type, source, api_version, target_transaction_id, reference, link_no } = transaction
  const acquirer_id = merchant.links.find((link) => link.link_no === link_no)?.acquirer_id
  const amount = `${currencyAmountText(transaction.amount_minor, transaction.currency)} ${transaction.currency}`
  const on = target_transaction_id === null ? '' : ` of transaction ${printable(target_transaction_id)}`
  return {
    at: transaction.submitted_at,
    by: 'merchant',
    what: `asks for ${type} (${source})${on}, ${amount}${cardOf(transaction)}, as transaction ${printable(transaction_id)} (version ${api_version}); it goes to ${acquirer_id ?? `link ${link_no}`} under the reference ${reference}`,
  }
}

function cardOf({ masked_number, brand, stored_on_file, agreement_id, funds_type }: StoredTransaction): string {
  if (masked_number === null) return ''
  const kept = stored_on_file === null ? '' : ` ${stored_on_file}`
  const token = funds_type === 'SCHEME_TOKEN' ? ' by scheme token' : ''
  const series = agreement_id === null ? '' : ` under agreement ${printable(agreement_id)}`
  return `, ${brand ?? 'card'} ${masked_number}${token}${kept}${series}`
}

/** What an order begins as; its first outcome leads on from there. */
const BEGINNING = 'INITIATED'

function eventMoments({ transactions }: WholeOrder, events: readonly CardEvent[]): Moment[] {
  let status: string = BEGINNING
  return events.map((event) => {
    const transaction = transactions.find(({ transaction_id }) => transaction_id === event.transaction_id)
    const before = status
    if (event.type === 'transaction.succeeded' || event.type === 'transaction.failed')
      status = transaction?.order_status ?? status
    return {
      at: event.at,
      by: BY[event.cause] ?? event.cause,
      what: whatHappened(event, transaction),
      ...(status !== before && { from: before, to: status }),
    }
  })
}

function whatHappened(event: CardEvent, transaction: StoredTransaction | undefined): string {
  const name = `transaction ${printable(event.transaction_id)}`
  const { detail, type } = event
  const text = (field: string): string => maskText(String(detail?.[field] ?? 'not said'))
  const after = transaction === undefined ? '' : ` after ${secondsBetween(transaction.submitted_at, event.at)}`
  if (type === 'transaction.succeeded' || type === 'transaction.failed')
    return `${name} is a ${detail?.result}${after}: ${text('gateway_code')}${saidOf(transaction)}`
  if (type === 'transaction.unknown') return `did not say what became of ${name}${after}: ${text('reason')}`
  if (type === 'reversal.refused') return `the acquirer refused to reverse ${name}: code ${text('code')}`
  if (type === 'closed.by_word') return `${name} was closed by word of the acquirer's people: ${text('reason')}`
  const parts = Object.keys(detail ?? {}).map((field) => `${field} ${text(field)}`)
  return `${name}: ${type}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`
}

function saidOf(transaction: StoredTransaction | undefined): string {
  if (transaction === undefined || transaction.acquirer_code === null) return ''
  const words = transaction.acquirer_message === null ? '' : ` "${maskText(transaction.acquirer_message)}"`
  return `, acquirer code ${maskText(transaction.acquirer_code)}${words}`
}

function reversals(transactions: readonly StoredTransaction[]): Moment[] {
  return transactions.flatMap(({ transaction_id, reversal_sent_at: at }) =>
    at === null
      ? []
      : [
          {
            at,
            by: 'worker',
            what: `a reversal of transaction ${printable(transaction_id)} leaves: it is to have no effect, whatever became of it`,
          },
        ],
  )
}

function underWay(merchant: Merchant, { transaction_id, state, order_id, asked_no }: StoredTransaction): string[] {
  if (state === 'done') return []
  const asked = asked_no === 0 ? 'not asked about yet' : `taken up ${asked_no} times by the worker`
  return [
    `transaction ${printable(transaction_id)} is ${state === 'submitted' ? 'at the acquirer' : 'of unknown outcome'}, ${asked}; \`punte order ask ${printable(order_id)} --merchant ${merchant.merchant_id}\` asks now`,
  ]
}
