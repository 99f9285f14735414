/** The card API in REST, version 100, as the chaos bench's merchants speak it. */
import { readFileSync } from 'node:fs'
import { Agent, type Dispatcher, request } from 'undici'
import type { Ready } from '../world.ts'
import { type Account, type CardAnswer, type CardApi, type Fields, newCardNumber } from './card-load.ts'

const CONNECT_TIMEOUT_MS = 2_000
const ANSWER_TIMEOUT_MS = 15_000
/** Whose path is not an order's transaction. */
const TOKENIZE = { method: 'POST', path: '/token' } as const

/** @param duplicates whether every call is made twice at once now */
export function openCardApi(ready: Ready, connections: number, duplicates: () => boolean) {
  const merchant = ready.card_api.merchants.find(({ tokenization }) => tokenization)
  if (merchant === undefined) throw new Error('the world has no merchant with tokenization')
  const connect = { ca: readFileSync(ready.ca), timeout: CONNECT_TIMEOUT_MS }
  const dispatcher = new Agent({ connections, connect })
  const as: Account = { id: merchant.id, password: merchant.password }
  const api: CardApi = {
    as,
    newCard: newCardNumber,
    async ask(operation, fields) {
      const once = () => send(ready.card_api.url, dispatcher, as, operation, fields)
      const calls = await Promise.allSettled(duplicates() ? [once(), once()] : [once()])
      for (const one of calls) if (one.status === 'fulfilled') return one.value
      throw (calls[0] as PromiseRejectedResult).reason
    },
  }
  return { ...api, close: () => dispatcher.destroy() }
}

export async function send(
  url: string,
  dispatcher: Dispatcher,
  { id, password }: Account,
  operation: string,
  fields: Fields,
  timeout_ms = ANSWER_TIMEOUT_MS,
): Promise<CardAnswer> {
  const { 'order.id': order_id, 'transaction.id': transaction_id, ...rest } = fields
  const transaction = {
    method: 'PUT',
    path: `/order/${encodeURIComponent(String(order_id))}/transaction/${encodeURIComponent(String(transaction_id))}`,
  } as const
  const is_token = operation === 'TOKENIZE'
  const { method, path } = is_token ? TOKENIZE : transaction
  const { statusCode, body } = await request(`${url}/api/rest/version/100/merchant/${id}${path}`, {
    dispatcher,
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`merchant.${id}:${password}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(nest(is_token ? rest : { ...rest, apiOperation: operation })),
    headersTimeout: timeout_ms,
    bodyTimeout: timeout_ms,
  })
  const text = await body.text()
  const said: unknown = JSON.parse(text)
  return { status: statusCode, text, at: (field) => textAt(said, field) }
}

/** `{'a.b': 1}` → `{a: {b: 1}}`. */
function nest(fields: Fields): Record<string, unknown> {
  const whole: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    const path = name.split('.')
    const leaf = path.pop() as string
    let at = whole
    for (const step of path) {
      at[step] ??= {}
      at = at[step] as Record<string, unknown>
    }
    at[leaf] = value
  }
  return whole
}

function textAt(said: unknown, field: string): string | undefined {
  let at = said
  for (const step of field.split('.')) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Record<string, unknown>)[step]
  }
  return at === undefined || at === null ? undefined : String(at)
}
