/** An order of the card rail, explained from its rows. Of messages with the acquirer: our reference and what it came to. */
import { type CardEvent, listCardEvents } from '../cards/record-store.ts'
import { loadWholeOrder, type OrderKey, type StoredTransaction, type WholeOrder } from '../cards/store.ts'
import type { Context } from '../context.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { maskedDetails } from './history.ts'
import { maskText } from './mask.ts'
import {
  type CardAskedFacts,
  type CardEndedFacts,
  type Explanation,
  type Happening,
  type Moment,
  msBetween,
  type Open,
  weave,
} from './timeline.ts'

/** @returns undefined when the merchant has no such order */
export async function explainOrder(
  context: Context,
  { merchant, order_id }: { readonly merchant: Merchant; readonly order_id: string },
): Promise<Explanation | undefined> {
  const key: OrderKey = { partner_id: merchant.partner_id, order_id }
  const [whole, events] = await Promise.all([loadWholeOrder(context, key), listCardEvents(context, key)])
  if (whole === undefined) return undefined
  const { order, transactions } = whole
  const { currency, amount_minor, authorized_minor, captured_minor, refunded_minor, status } = order
  const { merchant_id, name } = merchant
  return {
    about: { kind: 'order', order_id: printable(order_id), merchant_id, merchant_name: name, status },
    background: [
      { code: 'totals', facts: { currency, amount_minor, authorized_minor, captured_minor, refunded_minor } },
    ],
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
  const { type, source, api_version, target_transaction_id, reference, link_no, amount_minor, currency } = transaction
  const { agreement_id } = transaction
  const acquirer = merchant.links.find((link) => link.link_no === link_no)?.acquirer_id ?? String(link_no)
  const card = cardOf(transaction)
  const facts: CardAskedFacts = {
    transaction_id: printable(transaction.transaction_id),
    ...{ type, source, api_version, amount_minor, currency, acquirer, reference },
    ...(target_transaction_id !== null && { target_transaction_id: printable(target_transaction_id) }),
    ...(card !== undefined && { card }),
    ...(card !== undefined && agreement_id !== null && { agreement_id: printable(agreement_id) }),
  }
  return { at: transaction.submitted_at, by: 'merchant', code: 'card_asked', facts }
}

function cardOf({ masked_number, brand, stored_on_file, funds_type }: StoredTransaction): CardAskedFacts['card'] {
  if (masked_number === null) return undefined
  return {
    masked_number,
    is_scheme_token: funds_type === 'SCHEME_TOKEN',
    ...(brand !== null && { brand }),
    ...(stored_on_file !== null && { stored_on_file }),
  }
}

/** What an order begins as; its first outcome leads on from there. */
const BEGINNING = 'INITIATED'

function eventMoments({ transactions }: WholeOrder, events: readonly CardEvent[]): Moment[] {
  let status: NonNullable<StoredTransaction['order_status']> = BEGINNING
  return events.map((event) => {
    const transaction = transactions.find(({ transaction_id }) => transaction_id === event.transaction_id)
    const before = status
    if (event.type === 'transaction.succeeded' || event.type === 'transaction.failed')
      status = transaction?.order_status ?? status
    return {
      at: event.at,
      by: event.cause,
      ...whatHappened(event, transaction),
      ...(status !== before && { from: before, to: status }),
    }
  })
}

function whatHappened(event: CardEvent, transaction: StoredTransaction | undefined): Happening {
  const transaction_id = printable(event.transaction_id)
  const { detail, type } = event
  const text = (field: string): string => maskText(String(detail?.[field] ?? ''))
  const after = transaction === undefined ? {} : { after_ms: msBetween(transaction.submitted_at, event.at) }
  if (type === 'transaction.succeeded' || type === 'transaction.failed') {
    const facts = { transaction_id, ...after, gateway_code: text('gateway_code'), ...saidOf(transaction) }
    return { code: type === 'transaction.succeeded' ? 'card_succeeded' : 'card_failed', facts }
  }
  if (type === 'transaction.unknown')
    return { code: 'card_unknown', facts: { transaction_id, ...after, fault: text('reason') } }
  if (type === 'reversal.refused')
    return { code: 'reversal_refused', facts: { transaction_id, acquirer_code: text('code') } }
  if (type === 'closed.by_word') return { code: 'closed_by_word', facts: { transaction_id, note: text('reason') } }
  return { code: 'card_other', facts: { transaction_id, type, details: maskedDetails(detail) } }
}

function saidOf(
  transaction: StoredTransaction | undefined,
): Pick<CardEndedFacts, 'acquirer_code' | 'acquirer_message'> {
  if (transaction === undefined || transaction.acquirer_code === null) return {}
  const { acquirer_code, acquirer_message } = transaction
  return {
    acquirer_code: maskText(acquirer_code),
    ...(acquirer_message !== null && { acquirer_message: maskText(acquirer_message) }),
  }
}

function reversals(transactions: readonly StoredTransaction[]): Moment[] {
  return transactions.flatMap(({ transaction_id, reversal_sent_at: at }): Moment[] =>
    at === null
      ? []
      : [{ at, by: 'worker', code: 'reversal_sent', facts: { transaction_id: printable(transaction_id) } }],
  )
}

function underWay({ merchant_id }: Merchant, transaction: StoredTransaction): Open[] {
  const { transaction_id, state, order_id, asked_no } = transaction
  if (state === 'done') return []
  const ids = { transaction_id: printable(transaction_id), order_id: printable(order_id), merchant_id }
  return [{ code: 'transaction_open', facts: { ...ids, is_unknown: state === 'unknown', asked_no } }]
}
