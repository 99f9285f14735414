/**
 * Merchants of the card API as they should be: what did not come back, or came back as "not now", is sent again word for
 * word until an outcome is told. Each notes what it was told, for the books to be held against (card-books.ts).
 */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { INTERNET, MERCHANT, STORED, TO_BE_STORED } from '../cards/funds.ts'
import type { Account, Answer, Fields, Gateway, Speech } from '../cards/gateway.ts'
import { cardFields, LEI, newId, newNumber } from '../cards/world.ts'

/** How long a merchant goes on asking before the test fails. */
const PATIENCE_MS = 75_000
const AGAIN_MS = 150

type Told = {
  readonly merchant: Account
  readonly order_id: string
  readonly transaction_id: string
  readonly operation: string
  /** In order, without repetitions; empty: refused, or given up. */
  readonly results: string[]
  /** HTTP status of a refusal, after which nothing may be written. */
  refused?: number
}

export type Load = {
  readonly told: Told[]
  /** Requests sent again after a connection broke. */
  broken: number
  /** Requests sent again after an answer of 5xx. */
  busy: number
}

export const newLoad = (): Load => ({ told: [], broken: 0, busy: 0 })

export type Merchant = ReturnType<typeof merchantOf>

export function merchantOf(load: Load, gateway: Gateway, speech: Speech, as: Account) {
  /** Until an answer comes that is no fault of the server. */
  async function insist(operation: string, fields: Fields): Promise<Answer> {
    const end = performance.now() + PATIENCE_MS
    let why = ''
    while (performance.now() < end) {
      try {
        const answer = await gateway.ask(speech, as, operation, fields)
        if (answer.status < 500 && answer.status !== 429) return answer
        why = `${answer.status} ${answer.at('error.cause')}`
        load.busy += 1
      } catch (error) {
        why = String(error)
        load.broken += 1
      }
      await delay(AGAIN_MS)
    }
    throw new Error(`no outcome of ${operation} ${fields['order.id']}/${fields['transaction.id']}: ${why}`)
  }

  /** Until the outcome is known. @returns SUCCESS, FAILURE, or undefined where it was refused */
  async function transact(operation: string, fields: Fields): Promise<string | undefined> {
    const told: Told = {
      merchant: as,
      order_id: String(fields['order.id']),
      transaction_id: String(fields['transaction.id']),
      operation,
      results: [],
    }
    load.told.push(told)
    const end = performance.now() + PATIENCE_MS
    while (performance.now() < end) {
      const answer = await insist(operation, fields)
      const result = answer.at('result') ?? ''
      if (answer.status >= 400) {
        told.refused = answer.status
        // What there is to act on depends on what became of the earlier steps; a charge is never refused.
        const is_charge = operation === 'PAY' || operation === 'AUTHORIZE'
        assert.ok(answer.status === 400 && !is_charge, `${operation} ${told.order_id}: ${answer.status} ${answer.text}`)
        return undefined
      }
      if (told.results.at(-1) !== result) told.results.push(result)
      if (result === 'SUCCESS' || result === 'FAILURE') return result
      await delay(2 * AGAIN_MS)
    }
    throw new Error(`${operation} ${told.order_id}/${told.transaction_id} stays ${told.results.join(', ')}`)
  }

  return { transact, insist, as }
}

const lei = (amount: string): Fields => ({ 'transaction.amount': amount, 'transaction.currency': 'RON' })

const target = (transaction_id: string): Fields => ({ 'transaction.targetTransactionId': transaction_id })

/** One order of a merchant's, its transactions numbered as they come. */
function orderOf(merchant: Merchant, name: string) {
  const order_id = newId(name)
  let no = 0
  return (operation: string, fields: Fields = {}) => {
    no += 1
    return merchant.transact(operation, { 'order.id': order_id, 'transaction.id': String(no), ...fields })
  }
}

/** What a card does, by its expiry. */
type CardKind = { readonly month: number; readonly year: number }
const GOOD: CardKind = { month: 1, year: 39 }

const card = ({ month, year }: CardKind): Fields => ({
  'sourceOfFunds.type': 'CARD',
  ...cardFields(newNumber(), month, year),
})

/** Of the chain's first transaction, of a subscription its last. */
type Outcome = Promise<string | undefined>

/** Paid at once, part of it given back, and the giving back taken back. */
export async function payAndRefund(merchant: Merchant, amount = '80.00', kind = GOOD): Outcome {
  const act = orderOf(merchant, 'FP')
  const paid = await act('PAY', { ...card(kind), ...INTERNET, ...LEI(amount) })
  if (paid !== 'SUCCESS') return paid
  const refunded = await act('REFUND', lei('30.00'))
  if (refunded === 'SUCCESS') await act('VOID', target('2'))
  await act('REFUND', lei('12.50'))
  return paid
}

/** Held, taken in parts, part of it given back. */
export async function authoriseAndCapture(merchant: Merchant, amount = '100.00', kind = GOOD): Outcome {
  const act = orderOf(merchant, 'FA')
  const held = await act('AUTHORIZE', { ...card(kind), ...INTERNET, ...LEI(amount) })
  if (held !== 'SUCCESS') return held
  await act('CAPTURE', lei('60.00'))
  await act('CAPTURE', lei('30.00'))
  await act('REFUND', lei('5.00'))
  return held
}

/** Held, changed, and let go of. */
export async function authoriseAndVoid(merchant: Merchant, amount = '50.00', kind = GOOD): Outcome {
  const act = orderOf(merchant, 'FV')
  const held = await act('AUTHORIZE', { ...card(kind), ...INTERNET, ...LEI(amount) })
  if (held !== 'SUCCESS') return held
  await act('UPDATE_AUTHORIZATION', lei('70.00'))
  await act('VOID', target('1'))
  return held
}

/** A subscription: the payer begins it with a token, the merchant goes on. */
export async function subscribe(merchant: Merchant, amount = '49.00', payments = 2): Outcome {
  const made = await merchant.insist('TOKENIZE', {
    'sourceOfFunds.type': 'CARD',
    ...cardFields(newNumber()),
  })
  const funds = { 'sourceOfFunds.type': 'CARD', 'sourceOfFunds.token': String(made.at('token')) }
  const agreement = { 'agreement.id': newId('FS') }
  const begun = await orderOf(merchant, 'FC')('PAY', {
    ...funds,
    ...INTERNET,
    ...TO_BE_STORED,
    ...agreement,
    'agreement.type': 'RECURRING',
    ...LEI('49.00'),
  })
  let last = begun
  for (let no = 0; begun === 'SUCCESS' && no < payments; no += 1)
    last = await orderOf(merchant, 'FM')('PAY', { ...funds, ...MERCHANT, ...STORED, ...agreement, ...LEI(amount) })
  return last
}

export const CHAINS = [payAndRefund, authoriseAndCapture, authoriseAndVoid, subscribe] as const

/** Chains of every kind, one after the other in each of so many lanes, until told to stop. */
export function runLoad(merchants: readonly Merchant[], lanes: number): { stop(): Promise<void> } {
  let running = true
  const lane = async (no: number) => {
    for (let turn = no; running; turn += 1) {
      const merchant = merchants[turn % merchants.length] as Merchant
      await (CHAINS[turn % CHAINS.length] as (typeof CHAINS)[number])(merchant)
    }
  }
  // What fails in a lane is told by `stop`, not by an unhandled rejection meanwhile.
  const ended = Promise.allSettled(Array.from({ length: lanes }, (_, no) => lane(no)))
  return {
    async stop() {
      running = false
      for (const one of await ended) if (one.status === 'rejected') throw one.reason
    },
  }
}
