/**
 * Merchants of the card API as they should be: what did not come back, or came back as "not now", is sent again word for
 * word until an outcome is told. Each notes what it was told, for the books to be held against.
 */
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

/** How long a merchant goes on asking before it is a failure. */
const PATIENCE_MS = 75_000
const AGAIN_MS = 150

/** By dotted name: `sourceOfFunds.type` → `CARD`. */
export type Fields = Readonly<Record<string, string | number | boolean>>
export type Account = { readonly id: string; readonly password: string }
export type CardAnswer = { readonly status: number; readonly text: string; at(field: string): string | undefined }

/** A merchant's way to the card API. */
export type CardApi = {
  readonly as: Account
  /** @throws where no answer came */
  ask(operation: string, fields: Fields): Promise<CardAnswer>
  /** A card that nobody else has. */
  newCard(): string
}

export type Told = {
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

export type Merchant = {
  /** Until the outcome is known. @returns SUCCESS, FAILURE, or undefined where it was refused */
  transact(operation: string, fields: Fields): Promise<string | undefined>
  /** Until an answer comes that is no fault of the server. */
  insist(operation: string, fields: Fields): Promise<CardAnswer>
  newCard(): string
}

/** @param patience_ms how long it insists on an outcome */
export function insistentMerchant(load: Load, api: CardApi, patience_ms = PATIENCE_MS): Merchant {
  async function insist(operation: string, fields: Fields): Promise<CardAnswer> {
    const end = performance.now() + patience_ms
    let why = ''
    while (performance.now() < end) {
      try {
        const answer = await api.ask(operation, fields)
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

  async function transact(operation: string, fields: Fields): Promise<string | undefined> {
    const told: Told = {
      merchant: api.as,
      order_id: String(fields['order.id']),
      transaction_id: String(fields['transaction.id']),
      operation,
      results: [],
    }
    load.told.push(told)
    const end = performance.now() + patience_ms
    while (performance.now() < end) {
      const answer = await insist(operation, fields)
      const result = answer.at('result') ?? ''
      if (answer.status >= 400) {
        told.refused = answer.status
        // What there is to act on depends on what became of the earlier steps; a charge is never refused.
        const is_charge = operation === 'PAY' || operation === 'AUTHORIZE'
        if (answer.status === 400 && !is_charge) return undefined
        throw new Error(`${operation} ${told.order_id}: ${answer.status} ${answer.text.slice(0, 400)}`)
      }
      if (told.results.at(-1) !== result) told.results.push(result)
      if (result === 'SUCCESS' || result === 'FAILURE') return result
      await delay(2 * AGAIN_MS)
    }
    throw new Error(`${operation} ${told.order_id}/${told.transaction_id} stays ${told.results.join(', ')}`)
  }

  return { transact, insist, newCard: api.newCard }
}

let last = 0

function newId(name: string): string {
  last += 1
  return `${name}-${Date.now().toString(36)}-${last}`
}

/** A number of the sandbox's Mastercard range, with its check digit. */
export function newCardNumber(): string {
  const digits = `512345${String(randomInt(1_000_000_000)).padStart(9, '0')}`
  let sum = 0
  for (const [at, digit] of [...digits].reverse().entries()) {
    const doubled = Number(digit) * (at % 2 === 0 ? 2 : 1)
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return `${digits}${(10 - (sum % 10)) % 10}`
}

const PROVIDED = 'sourceOfFunds.provided.card'
const INTERNET: Fields = { 'transaction.source': 'INTERNET' }
const MERCHANT: Fields = { 'transaction.source': 'MERCHANT' }
const storedOnFile = (how: 'STORED' | 'TO_BE_STORED'): Fields => ({ [`${PROVIDED}.storedOnFile`]: how })
const orderOfLei = (amount: string): Fields => ({ 'order.amount': amount, 'order.currency': 'RON' })
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

const card = (merchant: Merchant, { month, year }: CardKind): Fields => ({
  'sourceOfFunds.type': 'CARD',
  [`${PROVIDED}.number`]: merchant.newCard(),
  [`${PROVIDED}.expiry.month`]: String(month),
  [`${PROVIDED}.expiry.year`]: String(year),
})

/** Of the chain's first transaction, of a subscription its last. */
type Outcome = Promise<string | undefined>

/** Paid at once, part of it given back, and the giving back taken back. */
export async function payAndRefund(merchant: Merchant, amount = '80.00', kind = GOOD): Outcome {
  const act = orderOf(merchant, 'FP')
  const paid = await act('PAY', { ...card(merchant, kind), ...INTERNET, ...orderOfLei(amount) })
  if (paid !== 'SUCCESS') return paid
  const refunded = await act('REFUND', lei('30.00'))
  if (refunded === 'SUCCESS') await act('VOID', target('2'))
  await act('REFUND', lei('12.50'))
  return paid
}

/** Held, taken in parts, part of it given back. */
export async function authoriseAndCapture(merchant: Merchant, amount = '100.00', kind = GOOD): Outcome {
  const act = orderOf(merchant, 'FA')
  const held = await act('AUTHORIZE', { ...card(merchant, kind), ...INTERNET, ...orderOfLei(amount) })
  if (held !== 'SUCCESS') return held
  await act('CAPTURE', lei('60.00'))
  await act('CAPTURE', lei('30.00'))
  await act('REFUND', lei('5.00'))
  return held
}

/** Held, changed, and let go of. */
export async function authoriseAndVoid(merchant: Merchant, amount = '50.00', kind = GOOD): Outcome {
  const act = orderOf(merchant, 'FV')
  const held = await act('AUTHORIZE', { ...card(merchant, kind), ...INTERNET, ...orderOfLei(amount) })
  if (held !== 'SUCCESS') return held
  await act('UPDATE_AUTHORIZATION', lei('70.00'))
  await act('VOID', target('1'))
  return held
}

/** A subscription: the payer begins it with a token, the merchant goes on. */
export async function subscribe(merchant: Merchant, amount = '49.00', payments = 2): Outcome {
  const made = await merchant.insist('TOKENIZE', card(merchant, GOOD))
  const funds: Fields = { 'sourceOfFunds.type': 'CARD', 'sourceOfFunds.token': String(made.at('token')) }
  const agreement: Fields = { 'agreement.id': newId('FS') }
  const begun = await orderOf(merchant, 'FC')('PAY', {
    ...funds,
    ...INTERNET,
    ...storedOnFile('TO_BE_STORED'),
    ...agreement,
    'agreement.type': 'RECURRING',
    ...orderOfLei('49.00'),
  })
  let outcome = begun
  for (let no = 0; begun === 'SUCCESS' && no < payments; no += 1) {
    const next = { ...funds, ...MERCHANT, ...storedOnFile('STORED'), ...agreement, ...orderOfLei(amount) }
    outcome = await orderOf(merchant, 'FM')('PAY', next)
  }
  return outcome
}

export const CHAINS = [payAndRefund, authoriseAndCapture, authoriseAndVoid, subscribe] as const

/**
 * Chains of every kind, one after the other in each of so many lanes, until told to stop.
 * @param pause_ms between two chains of a lane
 */
export function runLoad(merchants: readonly Merchant[], lanes: number, pause_ms = 0): { stop(): Promise<void> } {
  let running = true
  const lane = async (no: number) => {
    for (let turn = no; running; turn += 1) {
      const merchant = merchants[turn % merchants.length] as Merchant
      await (CHAINS[turn % CHAINS.length] as (typeof CHAINS)[number])(merchant)
      if (pause_ms > 0) await delay(pause_ms)
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
