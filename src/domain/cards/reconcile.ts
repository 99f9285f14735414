/**
 * Settles what an acquirer left unsaid, and what a process that died left unrecorded: asks; where the acquirer knows the
 * outcome, that is recorded; where it never saw the message, or still does not say, the message is reversed, which makes
 * it have had no effect for ever. Nothing is guessed and nothing is sent twice. What neither answers is tried again, less
 * and less often, and the order stays taken until then.
 */
import type { AcquirerConnector } from '../../infra/acquirers/connector.ts'
import { startLoop } from '../../infra/jobs/loop.ts'
import type { Context } from '../context.ts'
import { forgetExpiredSessions } from '../sessions/sessions.ts'
import { askLater, claimDueTransaction, type DueTransaction, dueTransactions, recordCardEvent } from './record-store.ts'
import { connectorOf, linkNumbered, linkOf, REVERSED, record, type Sent } from './send.ts'
import { isInitial } from './state.ts'
import { loadOrder, loadTransaction, type StoredTransaction, type TransactionKey } from './store.ts'

const EVERY_MS = 500
const BATCH = 200
/** Questions to one acquirer link at once, so that a silent acquirer's backlog does not become a flood. */
const LANES = 8
const LEASE_MS = 120_000
const SESSIONS_EVERY_MS = 60_000
/** Questions in vain before the message is reversed instead. */
const ASKED_IN_VAIN = 3
const AGAIN_FIRST_MS = 1_000
const AGAIN_MOST_MS = 300_000

/** @returns how many transactions were taken up */
export async function reconcileOnce(context: Context, stopping?: AbortSignal): Promise<number> {
  const due = await dueTransactions(context, context.clock.now(), BATCH)
  const lane = async () => {
    for (let next = due.shift(); next !== undefined; next = due.shift()) {
      if (stopping?.aborted === true) return
      await takeDue(context, next)
    }
  }
  const found = due.length
  await Promise.all(Array.from({ length: Math.min(LANES, found) }, lane))
  return found
}

async function takeDue(context: Context, due: DueTransaction): Promise<void> {
  try {
    const until = new Date(context.clock.now().getTime() + LEASE_MS)
    if (await claimDueTransaction(context, due, until)) await settle(context, due)
  } catch (error) {
    // One transaction's trouble must not stop the others; its lease brings it back.
    context.log.error({ partner_id: due.partner_id, err: error }, 'a card transaction could not be settled')
  }
}

/**
 * Asks the acquirer about one transaction now, or reverses it; does nothing about one that has ended.
 * @throws PunteError INTERNAL where the merchant's link or the acquirer's profile is gone
 */
export async function settle(context: Context, key: TransactionKey): Promise<void> {
  const transaction = await loadTransaction(context, key)
  if (transaction === undefined || transaction.state === 'done') return
  const merchant = context.merchants.byPartnerId(key.partner_id)
  if (merchant === undefined) throw new Error('the merchant of a card transaction is gone')
  const link = linkNumbered(merchant, transaction.link_no)
  const connector = connectorOf(context, link)
  const sent = await sentOf(context, transaction)
  const named = { reference: transaction.reference, link: linkOf(link) }
  const word = await connector.ask(named)
  if (word.kind === 'answered') {
    await record(context, sent, word, 'sweep')
    return
  }
  if (word.kind === 'not_found' || transaction.asked_no >= ASKED_IN_VAIN) {
    await reverse(context, connector, transaction, sent, named)
    return
  }
  await again(context, transaction)
}

async function reverse(
  context: Context,
  connector: AcquirerConnector,
  transaction: StoredTransaction,
  sent: Sent,
  named: Parameters<AcquirerConnector['ask']>[0],
): Promise<void> {
  const { amount_minor, currency } = transaction
  const answer = await connector.reverse({ ...named, amount_minor, currency })
  if (answer.kind === 'reversed') {
    await record(context, sent, REVERSED, 'sweep')
    return
  }
  const detail = answer.kind === 'refused' ? answer.acquirer_code : answer.reason
  const { log, clock } = context
  log.warn({ partner_id: sent.partner_id, answer: answer.kind, detail }, 'a card transaction could not be reversed yet')
  // It stands at the acquirer and cannot be taken back: the next question will say so.
  if (answer.kind === 'refused')
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
 * @returns false when it has ended already
 */
export async function closeByWord(
  context: Context,
  key: TransactionKey,
  word: { readonly approved: boolean; readonly reason: string },
): Promise<boolean> {
  const transaction = await loadTransaction(context, key)
  if (transaction === undefined || transaction.state === 'done') return false
  const { approved, reason } = word
  const result = { approved, gateway_code: approved ? 'APPROVED' : 'TIMED_OUT', acquirer_code: 'BY_WORD' }
  if ((await record(context, await sentOf(context, transaction), result, 'staff')) === undefined) return false
  await recordCardEvent(context, key, {
    at: context.clock.now(),
    cause: 'staff',
    type: 'closed.by_word',
    detail: { reason },
  })
  return true
}

/** Settles in this process until stopped; also forgets sessions whose time is over. */
export function startCardSweeps(context: Context): { stop(): Promise<void> } {
  let sessions_at = 0
  return startLoop({
    every_ms: EVERY_MS,
    what: 'a sweep of card transactions',
    log: context.log,
    work: async (stopping) => {
      const taken = await reconcileOnce(context, stopping)
      const now = context.clock.now().getTime()
      if (now >= sessions_at) {
        // As many as one call forgets at most: there may be more.
        const forgotten = await forgetExpiredSessions(context)
        sessions_at = forgotten > 0 ? now : now + SESSIONS_EVERY_MS
      }
      return taken === BATCH
    },
  })
}
