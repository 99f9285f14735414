/**
 * Settles one transaction that an acquirer left unsaid: asks; where the acquirer knows the outcome, that is recorded; where it
 * never saw the message, or still does not say, the message is reversed, which makes it have had no effect for ever.
 *
 * Whoever settles takes a turn first, so that two never settle the same one, and writes before a reversal leaves that it
 * does: from then on neither a late answer to the call nor one to an inquiry makes it a success, for the reversal may still
 * arrive. Only the acquirer's refusal of the reversal does away with that.
 */
import type { AcquirerConnector } from '../../infra/acquirers/connector.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import {
  askLater,
  beginReversal,
  claimDueTransaction,
  type DueTransaction,
  endReversal,
  recordCardEvent,
} from './record-store.ts'
import { connectorOf, linkNumbered, linkOf, REVERSED, record, type Sent } from './send.ts'
import { isInitial } from './state.ts'
import { loadOrder, loadTransaction, type StoredTransaction, type TransactionKey } from './store.ts'

/** Beside what an inquiry and a reversal may take together. */
const LEASE_GRACE_MS = 5_000
/** Questions in vain before the message is reversed instead. */
const ASKED_IN_VAIN = 3
const AGAIN_FIRST_MS = 1_000
const AGAIN_MOST_MS = 300_000

type Named = { readonly connector: AcquirerConnector; readonly message: Parameters<AcquirerConnector['ask']>[0] }

/**
 * Takes a turn and settles. False: it has ended, or another has the turn.
 * @throws PunteError INTERNAL where the merchant, its link or the acquirer's profile is gone
 */
export async function settleDue(context: Context, due: DueTransaction): Promise<boolean> {
  const { connector, link } = acquirerOf(context, due)
  const at = context.clock.now()
  const until = new Date(at.getTime() + 2 * connector.timeout_ms + LEASE_GRACE_MS)
  if (!(await claimDueTransaction(context, due, at, until))) return false
  const transaction = await loadTransaction(context, due)
  if (transaction === undefined || transaction.state === 'done' || transaction.asked_no !== due.asked_no + 1)
    return false
  const named = { connector, message: { reference: transaction.reference, link: linkOf(link) } }
  await settle(context, transaction, named)
  return true
}

/** As settleDue, now, whenever its time would be, but not while its own call is under way: for staff. */
export async function settleNow(context: Context, key: TransactionKey): Promise<boolean> {
  const transaction = await loadTransaction(context, key)
  return transaction !== undefined && transaction.state !== 'done' && (await settleDue(context, transaction))
}

function acquirerOf(context: Context, { partner_id, link_no }: DueTransaction) {
  const merchant = context.merchants.byPartnerId(partner_id)
  if (merchant === undefined)
    throw new PunteError('INTERNAL', {
      detail: `the merchant of partner ${partner_id} is gone, not its card transactions`,
    })
  const link = linkNumbered(merchant, link_no)
  return { link, connector: connectorOf(context, link) }
}

async function settle(context: Context, transaction: StoredTransaction, named: Named): Promise<void> {
  const sent = await sentOf(context, transaction)
  if (transaction.reversal_sent_at !== null) return reverse(context, transaction, sent, named)
  const word = await named.connector.ask(named.message)
  if (word.kind === 'answered') {
    await record(context, sent, word, 'sweep')
    return
  }
  if (word.kind === 'not_found' || transaction.asked_no >= ASKED_IN_VAIN)
    return reverse(context, transaction, sent, named)
  await again(context, transaction)
}

async function reverse(
  context: Context,
  transaction: StoredTransaction,
  sent: Sent,
  { connector, message }: Named,
): Promise<void> {
  const { log, clock } = context
  if (!(await beginReversal(context, transaction, clock.now()))) return
  const { amount_minor, currency } = transaction
  const answer = await connector.reverse({ ...message, amount_minor, currency })
  if (answer.kind === 'reversed') {
    await record(context, sent, REVERSED, 'sweep')
    return
  }
  const detail = answer.kind === 'refused' ? answer.acquirer_code : answer.reason
  log.warn({ partner_id: sent.partner_id, answer: answer.kind, detail }, 'a card transaction could not be reversed yet')
  const never_left = answer.kind === 'not_sent' && transaction.reversal_sent_at === null
  if (answer.kind === 'refused' || never_left) await endReversal(context, transaction)
  // It stands at the acquirer and cannot be taken back: the next question will say so. Told once, tried for ever.
  if (answer.kind === 'refused' && transaction.asked_no <= ASKED_IN_VAIN)
    await recordCardEvent(context, sent, {
      at: clock.now(),
      cause: 'sweep',
      type: 'reversal.refused',
      detail: { code: detail },
    })
  await again(context, transaction)
}

async function again(context: Context, transaction: StoredTransaction): Promise<void> {
  const wait_ms = Math.min(AGAIN_MOST_MS, AGAIN_FIRST_MS * 2 ** Math.min(transaction.asked_no, 20))
  await askLater(context, transaction, new Date(context.clock.now().getTime() + wait_ms))
}

/** A submission as it was sent, from the tables: nobody else writes its order while it is live. */
async function sentOf(context: Context, transaction: StoredTransaction): Promise<Sent> {
  const order = await loadOrder(context, transaction)
  if (order === undefined) throw new Error('a card transaction without an order')
  const { partner_id, order_id, transaction_id, type, amount_minor, token, target_transaction_id } = transaction
  const counted =
    transaction.source === 'MERCHANT' && transaction.agreement_id !== null && transaction.type !== 'VERIFICATION'
  const series = transaction.agreement_opening !== null ? 'opens' : counted && isInitial(type) ? 'counts' : 'none'
  return { partner_id, order_id, transaction_id, type, amount_minor, order, token, target_transaction_id, series }
}

/**
 * Ends a transaction by the word of people who asked the acquirer by telephone, where messages lead nowhere.
 * @param reason stands in the order's history; no data of the payer
 * @returns false when it has ended, is being settled, its own call is under way, or it is to be a success although a
 *   reversal has left
 */
export async function closeByWord(
  context: Context,
  key: TransactionKey,
  word: { readonly approved: boolean; readonly reason: string },
): Promise<boolean> {
  const { clock } = context
  const transaction = await loadTransaction(context, key)
  if (transaction === undefined || transaction.state === 'done') return false
  // The turn keeps the sweep from reversing meanwhile.
  const at = clock.now()
  const until = new Date(at.getTime() + AGAIN_MOST_MS)
  if (!(await claimDueTransaction(context, transaction, at, until))) return false
  const { approved, reason } = word
  const result = { approved, gateway_code: approved ? 'APPROVED' : 'TIMED_OUT', acquirer_code: 'BY_WORD' }
  if ((await record(context, await sentOf(context, transaction), result, 'staff')) === undefined) return false
  await recordCardEvent(context, key, { at: clock.now(), cause: 'staff', type: 'closed.by_word', detail: { reason } })
  return true
}
