/**
 * A small card API for tests of the shop: TLS, Basic, only the fields it knows, the rules of stored credentials, one
 * transaction for one pair of ids. The card's expiry decides: 05/39 declines, 04/39 is expired at the bank, 05/37 stays
 * UNKNOWN until `settle`, anything else is approved.
 */
import { randomInt } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Identity } from '../../partner/testing/pki.ts'

type Card = { number: string; month: string; year: string; name: string }
type Nested = { [name: string]: unknown }
type Transaction = { body: string; answer: Nested; request: Nested; number: string }
/** The connection is cut `before` the request is looked at, or `after` it was done. */
type Cut = 'before' | 'after'

export type FakeGateway = {
  readonly url: string
  readonly sessions: Map<string, { card?: Card; code?: string }>
  readonly tokens: Map<string, Card>
  readonly agreements: Map<string, { number: string; type: string; amount: string; order_id: string; left: number }>
  /** By `order/transaction`. */
  readonly transactions: Map<string, Transaction>
  /** `METHOD path`, without the merchant's part. */
  readonly seen: string[]
  /** What happens to the next calls whose line matches, one each. */
  readonly cuts: { line: RegExp; cut: Cut }[]
  /** Gives a transaction that was UNKNOWN its outcome. */
  settle(key: string, result: 'SUCCESS' | 'FAILURE'): void
  close(): Promise<void>
}

export const GATEWAY_PASSWORD = '0123456789abcdef0123456789abcdef'
export const GATEWAY_MERCHANT = 'TESTMERCHANT'
const ROOT = `/api/rest/version/100/merchant/${GATEWAY_MERCHANT}`
const AUTHORIZATION = `Basic ${Buffer.from(`merchant.${GATEWAY_MERCHANT}:${GATEWAY_PASSWORD}`).toString('base64')}`

const CARD = 'sourceOfFunds.provided.card'
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  session: ['type', 'number', 'expiry.month', 'expiry.year', 'securityCode', 'nameOnCard'].map((name) =>
    name === 'type' ? 'sourceOfFunds.type' : `${CARD}.${name}`,
  ),
  token: ['session.id', 'sourceOfFunds.type'],
  transaction: [
    'apiOperation',
    ...['id', 'type', 'amountVariability', 'paymentFrequency', 'numberOfPayments', 'minimumDaysBetweenPayments'].map(
      (name) => `agreement.${name}`,
    ),
    ...['order.amount', 'order.currency', 'order.reference', 'referenceOrderId', 'session.id', 'transaction.source'],
    ...['sourceOfFunds.type', 'sourceOfFunds.token', `${CARD}.storedOnFile`],
  ],
}

class Refused extends Error {
  readonly field: string | undefined
  constructor(text: string, field?: string) {
    super(text)
    this.field = field
  }
}

export async function startFakeGateway(server_identity: Identity): Promise<FakeGateway> {
  const state = {
    sessions: new Map(),
    tokens: new Map(),
    agreements: new Map(),
    transactions: new Map(),
    seen: [],
    cuts: [],
  } as Pick<FakeGateway, 'sessions' | 'tokens' | 'agreements' | 'transactions' | 'seen' | 'cuts'>
  const server = createServer(
    { cert: server_identity.certificate, key: server_identity.private_key },
    (request, response) => {
      answer(state, request, response).catch(() => response.destroy())
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    ...state,
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    settle: (key, result) => {
      const transaction = state.transactions.get(key)
      if (transaction === undefined) throw new Error('no such transaction')
      finish(state, key, transaction, result, result === 'SUCCESS' ? 'APPROVED' : 'TIMED_OUT')
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

type State = Pick<FakeGateway, 'sessions' | 'tokens' | 'agreements' | 'transactions' | 'seen' | 'cuts'>

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  const path = request.url?.startsWith(ROOT) === true ? request.url.slice(ROOT.length) : `?${request.url}`
  const line = `${request.method} ${path}`
  state.seen.push(line)
  const at = state.cuts.findIndex((each) => each.line.test(line))
  const cut = at < 0 ? undefined : state.cuts.splice(at, 1)[0]?.cut
  if (cut === 'before') return void response.destroy()
  const [status, body] = outcome(state, request, line, text)
  if (cut === 'after') return void response.destroy()
  response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8' }).end(JSON.stringify(body))
}

function outcome(state: State, request: IncomingMessage, line: string, text: string): [number, Nested] {
  try {
    if (request.headers.authorization !== AUTHORIZATION) return [401, refusal('Invalid credentials.')]
    if (text !== '' && request.headers['content-type'] !== 'application/json') throw new Refused('content type')
    const body: Nested = text === '' ? {} : JSON.parse(text)
    return operation(state, line, body, text)
  } catch (error) {
    if (error instanceof Refused) return [400, refusal(error.message, error.field)]
    throw error
  }
}

const refusal = (explanation: string, field?: string): Nested => ({
  result: 'ERROR',
  error: { cause: 'INVALID_REQUEST', explanation, ...(field && { field, validationType: 'INVALID' }) },
})

function operation(state: State, line: string, body: Nested, text: string): [number, Nested] {
  const session = /^PUT \/session\/(SESSION\d{25})$/.exec(line)?.[1]
  const deleted = /^DELETE \/token\/(\d{16})$/.exec(line)?.[1]
  const [, order_id = '', transaction_id = ''] =
    /^(?:PUT|GET) \/order\/([^/]{1,40})\/transaction\/([^/]{1,40})$/.exec(line) ?? []
  if (line === 'POST /session') {
    if (text !== '') throw new Refused('an empty body was expected')
    const id = `SESSION${Array.from({ length: 25 }, () => randomInt(10)).join('')}`
    state.sessions.set(id, {})
    return [201, { result: 'SUCCESS', merchant: GATEWAY_MERCHANT, session: { id, updateStatus: 'NO_UPDATE' } }]
  }
  if (session !== undefined) return [200, fillSession(state, session, body)]
  if (line === 'POST /token') return [201, tokenize(state, body)]
  if (deleted !== undefined) {
    if (!state.tokens.delete(deleted)) throw new Refused('Unable to find token')
    return [200, { result: 'SUCCESS' }]
  }
  const key = `${order_id}/${transaction_id}`
  const known = state.transactions.get(key)
  if (order_id !== '' && line.startsWith('GET')) {
    if (known === undefined) throw new Refused('Unable to find transaction')
    return [200, known.answer]
  }
  if (order_id === '') return [404, refusal('unknown path')]
  if (known !== undefined) {
    if (known.body !== text) throw new Refused('a different request under the same ids')
    return [201, known.answer]
  }
  return [201, charge(state, { order_id, transaction_id, body, text })]
}

function fillSession(state: State, session_id: string, body: Nested): Nested {
  checkFields('session', body)
  if (!state.sessions.has(session_id)) throw new Refused('Unable to find session')
  const number = String(at(body, `${CARD}.number`))
  if (!/^\d{12,19}$/.test(number) || number === '4000000000000002') throw new Refused('number', `${CARD}.number`)
  const month = String(at(body, `${CARD}.expiry.month`))
  const year = String(at(body, `${CARD}.expiry.year`))
  const code = String(at(body, `${CARD}.securityCode`))
  if (!/^(0?[1-9]|1[0-2])$/.test(month) || !/^\d\d$/.test(year) || !/^\d{3,4}$/.test(code)) throw new Refused('card')
  const card = { number, month, year, name: String(at(body, `${CARD}.nameOnCard`)) }
  state.sessions.set(session_id, { card, code })
  return { merchant: GATEWAY_MERCHANT, session: { id: session_id, updateStatus: 'SUCCESS' } }
}

function tokenize(state: State, body: Nested): Nested {
  checkFields('token', body)
  const card = state.sessions.get(String(at(body, 'session.id')))?.card
  if (card === undefined) throw new Refused('the session has no card')
  const known = [...state.tokens].find(([, each]) => each.number === card.number)?.[0]
  const token = known ?? `9${Array.from({ length: 15 }, () => randomInt(10)).join('')}`
  state.tokens.set(token, card)
  return {
    result: 'SUCCESS',
    token,
    status: 'VALID',
    response: { gatewayCode: 'BASIC_VERIFICATION_SUCCESSFUL' },
    sourceOfFunds: { type: 'CARD', provided: { card: { ...masked(card), expiry: card.month + card.year } } },
  }
}

function charge(state: State, input: { order_id: string; transaction_id: string; body: Nested; text: string }): Nested {
  const { order_id, body } = input
  checkFields('transaction', body)
  const of_order = [...state.transactions].filter(([key]) => key.startsWith(`${order_id}/`))
  if (of_order.some(([, each]) => each.answer.result !== 'FAILURE')) throw new Refused('the order is not new')
  const amount = String(at(body, 'order.amount'))
  const verify = at(body, 'apiOperation') === 'VERIFY'
  if (!verify && at(body, 'apiOperation') !== 'PAY') throw new Refused('apiOperation')
  if (at(body, 'order.currency') !== 'RON' || !/^\d+\.\d\d$/.test(amount) || (Number(amount) === 0) !== verify)
    throw new Refused('order.amount')
  const session = state.sessions.get(String(at(body, 'session.id')))
  const token = at(body, 'sourceOfFunds.token')
  const card = token === undefined ? session?.card : state.tokens.get(String(token))
  if (card === undefined || (token !== undefined && at(body, 'session.id') !== undefined))
    throw new Refused('no source of funds')
  if (token === undefined && session?.code === undefined) throw new Refused('the security code is gone')
  checkStoredCredentials(state, body, { number: card.number, with_token: token !== undefined, amount })
  delete session?.code
  const key = `${order_id}/${input.transaction_id}`
  const expiry = `${card.month}/${card.year}`
  const [result, code] =
    (
      {
        '05/39': ['FAILURE', 'DECLINED'],
        '04/39': ['FAILURE', 'EXPIRED_CARD'],
        '05/37': ['UNKNOWN', 'UNKNOWN'],
      } as const
    )[expiry] ?? (['SUCCESS', 'APPROVED'] as const)
  const transaction: Transaction = {
    body: input.text,
    request: body,
    number: card.number,
    answer: {
      merchant: GATEWAY_MERCHANT,
      order: { id: order_id, amount: Number(amount), currency: 'RON' },
      transaction: { id: input.transaction_id, type: verify ? 'VERIFICATION' : 'PAYMENT' },
      sourceOfFunds: {
        type: 'CARD',
        provided: { card: { ...masked(card), expiry: { month: String(Number(card.month)), year: card.year } } },
      },
    },
  }
  state.transactions.set(key, transaction)
  finish(state, key, transaction, result, code)
  return transaction.answer
}

function finish(state: State, key: string, transaction: Transaction, result: string, gatewayCode: string): void {
  transaction.answer = { ...transaction.answer, result, response: { gatewayCode } }
  const agreement_id = at(transaction.request, 'agreement.id')
  if (result !== 'SUCCESS' || agreement_id === undefined) return
  const known = state.agreements.get(String(agreement_id))
  const merchant = at(transaction.request, 'transaction.source') === 'MERCHANT'
  if (known !== undefined && merchant) known.left -= 1
  else if (known !== undefined) known.number = transaction.number
  else {
    state.agreements.set(String(agreement_id), {
      number: transaction.number,
      type: String(at(transaction.request, 'agreement.type')),
      amount: String(at(transaction.request, 'order.amount')),
      order_id: key.split('/')[0] ?? '',
      left: Number(at(transaction.request, 'agreement.numberOfPayments') ?? 999),
    })
  }
}

/** What the interface asks of the first payment, of later ones with a stored card, and of those that the merchant starts. */
function checkStoredCredentials(
  state: State,
  body: Nested,
  { number, with_token, amount }: { number: string; with_token: boolean; amount: string },
): void {
  const source = at(body, 'transaction.source')
  const stored = at(body, `${CARD}.storedOnFile`)
  const id = at(body, 'agreement.id')
  const known = id === undefined ? undefined : state.agreements.get(String(id))
  if (at(body, 'sourceOfFunds.type') !== 'CARD') throw new Refused('sourceOfFunds.type')
  if (source === 'MERCHANT') {
    if (known === undefined || !with_token || stored !== 'STORED') throw new Refused('not a merchant-initiated payment')
    if (known.number !== number) throw new Refused('the card is not that of the last customer-initiated transaction')
    if (known.type !== at(body, 'agreement.type') || known.order_id !== at(body, 'referenceOrderId'))
      throw new Refused('not of the series')
    if (known.left <= 0 || known.amount !== amount) throw new Refused('not in the terms')
    return
  }
  if (source !== 'INTERNET') throw new Refused('transaction.source')
  if (with_token && (stored !== 'STORED' || id !== undefined)) throw new Refused('a stored card, without agreement')
  if (with_token) return
  if (id === undefined) {
    if (stored !== undefined && stored !== 'TO_BE_STORED') throw new Refused('storedOnFile')
    return
  }
  const type = at(body, 'agreement.type')
  if (stored !== 'TO_BE_STORED' || !['RECURRING', 'INSTALLMENT', 'UNSCHEDULED'].includes(String(type)))
    throw new Refused('an agreement needs a type and a card to be stored')
  if (type === 'RECURRING' && at(body, 'agreement.amountVariability') === undefined) throw new Refused('variability')
  if (known !== undefined && at(body, 'apiOperation') !== 'VERIFY') throw new Refused('the agreement is in use')
}

function checkFields(what: string, body: Nested): void {
  for (const path of leaves(body)) if (!KNOWN[what]?.includes(path)) throw new Refused(`Unexpected parameter '${path}'`)
}

function leaves(value: Nested, prefix = ''): string[] {
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'object' && inner !== null ? leaves(inner as Nested, `${prefix}${name}.`) : [prefix + name],
  )
}

function at(value: Nested, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => (inner as Nested | undefined)?.[name], value)
}

function masked({ number, name }: Card) {
  return {
    brand: number.startsWith('4') ? 'VISA' : 'MASTERCARD',
    number: `${number.slice(0, 6)}xxxxxx${number.slice(-4)}`,
    nameOnCard: name,
  }
}
